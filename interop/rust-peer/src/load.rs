//! A load of calls or commands, measured.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::ensure;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// `count` calls, `inFlight` at a time.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Load {
    count: u64,
    #[serde(default = "one")]
    in_flight: u64,
}

fn one() -> u64 {
    1
}

/// What one of the tasks saw.
#[derive(Default)]
struct Seen {
    took: Vec<Duration>,
    failures: Vec<Value>,
}

/// Calls from `in_flight` tasks side by side, each its next one when the one before has been answered.
///
/// `call` makes the call of a number, and fails with what is to be told of it.
pub async fn run<F, C>(load: Load, call: F) -> anyhow::Result<Value>
where
    F: Fn(u64) -> C + Send + Sync + 'static,
    C: Future<Output = Result<(), Value>> + Send + 'static,
{
    ensure!(load.in_flight > 0, "inFlight must be positive");
    let call = Arc::new(call);
    let next = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..load.in_flight.min(load.count) {
        tasks.spawn(call_in_turn(Arc::clone(&call), Arc::clone(&next), load.count));
    }
    let seen = tasks.join_all().await;
    let elapsed_ms = started.elapsed().as_secs_f64() * 1_000.0;

    let mut took: Vec<Duration> = seen.iter().flat_map(|seen| &seen.took).copied().collect();
    took.sort_unstable();
    let failures: Vec<&Value> = seen.iter().flat_map(|seen| &seen.failures).collect();
    Ok(json!({
        "elapsedMs": elapsed_ms,
        "completed": took.len(),
        "failed": failures.len(),
        "failure": failures.first(),
        "p50Micros": percentile_micros(&took, 50),
        "p99Micros": percentile_micros(&took, 99),
    }))
}

async fn call_in_turn<F, C>(call: Arc<F>, next: Arc<AtomicU64>, count: u64) -> Seen
where
    F: Fn(u64) -> C,
    C: Future<Output = Result<(), Value>>,
{
    let mut seen = Seen::default();
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= count {
            return seen;
        }
        let started = Instant::now();
        match call(index).await {
            Ok(()) => seen.took.push(started.elapsed()),
            Err(failure) => seen.failures.push(failure),
        }
    }
}

/// Of durations in ascending order; nothing if there are none.
fn percentile_micros(sorted: &[Duration], percent: usize) -> Option<f64> {
    let index = (sorted.len() * percent / 100).min(sorted.len().checked_sub(1)?);
    Some(sorted[index].as_secs_f64() * 1e6)
}
