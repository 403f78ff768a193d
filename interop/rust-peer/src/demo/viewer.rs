//! A viewer: receives the readings of every sensor and counts what is missing.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::AbortHandle;

use crate::{
    datum::{Item, types::Reading},
    peer::{Context, locked},
};

/// A running viewer; dropping it stops it.
pub struct Viewer {
    seen: Arc<Mutex<BTreeMap<String, Seen>>>,
    task: AbortHandle,
}

/// What has come from one sensor.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    count: u64,
    first_seq: u64,
    last_seq: u64,
    /// Readings between the first and the last that did not come in their turn.
    gaps: u64,
    /// The latest value of each metric, with its unit.
    latest: BTreeMap<String, (f64, String)>,
}

impl Seen {
    fn starting_at(seq: u64) -> Self {
        Self {
            count: 0,
            first_seq: seq,
            last_seq: seq - 1,
            gaps: 0,
            latest: BTreeMap::new(),
        }
    }

    fn add(&mut self, reading: &Reading) {
        self.count += 1;
        self.gaps += reading.seq.saturating_sub(self.last_seq + 1);
        self.last_seq = self.last_seq.max(reading.seq);
        let latest = (reading.value, reading.unit.clone());
        self.latest.insert(reading.metric.clone(), latest);
    }
}

impl Viewer {
    pub fn info(&self) -> Value {
        json!({ "sensors": *locked(&self.seen) })
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartArgs {
    stream_id: String,
}

/// `demoViewer {streamId}`: each reading that arrives is an event `{event: "demoReceived", handle, reading}`.
pub async fn start(ctx: Context, args: StartArgs) -> anyhow::Result<Value> {
    let network = ctx.network()?;
    let builder = network.streams().consumer::<Reading>();
    let mut consumer = builder.with_stream_id(args.stream_id.as_str()).build();
    let output = ctx.peer.output.clone();
    let handle = ctx.peer.viewers.insert_with(&ctx.node, |handle| {
        let seen = Arc::new(Mutex::new(BTreeMap::<String, Seen>::new()));
        let task = tokio::spawn({
            let (seen, handle) = (Arc::clone(&seen), handle.to_string());
            async move {
                while let Some(reading) = consumer.recv().await {
                    let fields = json!({ "handle": handle, "reading": reading.to_json() });
                    output.event("demoReceived", fields);
                    locked(&seen)
                        .entry(reading.sensor.clone())
                        .or_insert_with(|| Seen::starting_at(reading.seq))
                        .add(&reading);
                }
            }
        });
        Arc::new(Viewer {
            seen,
            task: task.abort_handle(),
        })
    });
    Ok(json!({ "handle": handle }))
}
