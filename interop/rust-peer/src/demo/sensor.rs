//! A sensor: streams the readings of this machine.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{anyhow, ensure};
use mosaik::streams::{Producer, producer::BuilderError};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{task::AbortHandle, time::MissedTickBehavior};

use super::machine::Machine;
use crate::{
    datum::{Item, types::Reading},
    output::Output,
    peer::{Context, locked},
};

/// A running sensor; dropping it stops it.
pub struct Sensor {
    name: String,
    counts: Arc<Mutex<Counts>>,
    task: AbortHandle,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    /// Equals the last sequence number.
    produced: u64,
    /// Readings that the producer did not take, being offline or full: they get no sequence number.
    refused: u64,
}

impl Sensor {
    pub fn info(&self) -> Value {
        let Counts { produced, refused } = *locked(&self.counts);
        json!({ "sensor": self.name, "produced": produced, "refused": refused })
    }
}

impl Drop for Sensor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartArgs {
    name: String,
    interval_ms: u64,
    stream_id: String,
}

/// `demoSensor {name, intervalMs, streamId}`: each reading that goes out is an event `{event: "demoProduced", handle, reading}`.
pub async fn start(ctx: Context, args: StartArgs) -> anyhow::Result<Value> {
    ensure!(args.interval_ms > 0, "intervalMs must be positive");
    let network = ctx.network()?;
    let builder = network.streams().producer::<Reading>();
    let producer = builder
        .with_stream_id(args.stream_id.as_str())
        .build()
        .map_err(|BuilderError::AlreadyExists(_)| anyhow!("the node produces this stream already"))?;
    let output = ctx.peer.output.clone();
    let handle = ctx.peer.sensors.insert_with(&ctx.node, |handle| {
        let counts = Arc::new(Mutex::new(Counts::default()));
        let interval = Duration::from_millis(args.interval_ms);
        let report = Report {
            handle: handle.to_string(),
            name: args.name.clone(),
            counts: Arc::clone(&counts),
            output,
        };
        Arc::new(Sensor {
            name: args.name,
            counts,
            task: tokio::spawn(stream_readings(producer, interval, report)).abort_handle(),
        })
    });
    Ok(json!({ "handle": handle }))
}

struct Report {
    handle: String,
    name: String,
    counts: Arc<Mutex<Counts>>,
    output: Output,
}

async fn stream_readings(producer: Producer<Reading>, interval: Duration, report: Report) {
    let mut machine = Machine::default();
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let measured = match machine.measure() {
            Ok(measured) => measured,
            Err(error) => {
                let fields = json!({ "handle": report.handle, "error": format!("{error:#}") });
                return report.output.event("demoFailed", fields);
            }
        };
        for (metric, value, unit) in measured {
            let mut counts = locked(&report.counts);
            let reading = Reading {
                sensor: report.name.clone(),
                metric: metric.to_string(),
                value,
                unit: unit.to_string(),
                seq: counts.produced + 1,
                at_ms: now_ms(),
            };
            if producer.try_send(reading.clone()).is_err() {
                counts.refused += 1;
                continue;
            }
            counts.produced += 1;
            let fields = json!({ "handle": report.handle, "reading": reading.to_json() });
            report.output.event("demoProduced", fields);
        }
    }
}

fn now_ms() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.map_or(0, |elapsed| elapsed.as_millis() as u64)
}
