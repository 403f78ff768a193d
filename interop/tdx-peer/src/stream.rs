//! Producers and consumers of texts that admit others by their TDX tickets.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use mosaik::{
    Network,
    futures::StreamExt,
    streams::{Consumer, Producer, producer::Error, status::When},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{sync::watch, task::AbortHandle, time::sleep};

use crate::{
    node::{Peer, locked},
    print,
    tdx::ValidatorArgs,
};

const LOOK_EVERY: Duration = Duration::from_millis(5);

pub enum Stream {
    Producer(Producer<String>),
    Consumer {
        when: When,
        count: watch::Receiver<u64>,
        task: AbortHandle,
    },
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Self::Consumer { task, .. } = self {
            task.abort();
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenArgs {
    stream_id: String,
    /// Admits only peers whose tickets all of these accept.
    #[serde(default)]
    require_tickets: Vec<ValidatorArgs>,
}

#[derive(Deserialize)]
pub struct SendArgs {
    producer: String,
    values: Vec<String>,
}

#[derive(Deserialize)]
pub struct WaitCountArgs {
    consumer: String,
    count: u64,
}

#[derive(Deserialize)]
pub struct WaitSubscribedArgs {
    handle: String,
    minimum: usize,
    #[serde(default)]
    unmet: bool,
}

impl Peer {
    fn stream(&self, handle: &str) -> anyhow::Result<Arc<Stream>> {
        let stream = locked(&self.streams).get(handle).cloned();
        stream.with_context(|| format!("no stream {handle:?}"))
    }

    pub fn drop_stream(&self, handle: &str) -> anyhow::Result<Value> {
        let stream = locked(&self.streams).remove(handle);
        stream.with_context(|| format!("no stream {handle:?}"))?;
        Ok(json!({}))
    }

    pub fn produce(&self, node: &str, args: OpenArgs) -> anyhow::Result<Value> {
        let network = self.network(node)?;
        let mut builder = network
            .streams()
            .producer::<String>()
            .with_stream_id(args.stream_id.as_str());
        for validator in &args.require_tickets {
            builder = builder.require_ticket(validator.build()?);
        }
        let producer = builder.build().ok().context("the node produces this stream already")?;
        let stream_id = *producer.stream_id();
        let handle = format!("producer of {stream_id} at {node}");
        locked(&self.streams).insert(handle.clone(), Arc::new(Stream::Producer(producer)));
        Ok(json!({ "producer": handle, "streamId": stream_id }))
    }

    /// What arrives becomes events `{event: "item", consumer, value}`.
    pub fn consume(&self, node: &str, args: OpenArgs) -> anyhow::Result<Value> {
        let network = self.network(node)?;
        let consumer = open(&network, &args)?;
        let (stream_id, when) = (*consumer.stream_id(), consumer.when().clone());
        let handle = format!("consumer of {stream_id} at {node}");
        let (counter, count) = watch::channel(0);
        let task = tokio::spawn(read(consumer, handle.clone(), counter)).abort_handle();
        let stream = Stream::Consumer { when, count, task };
        if locked(&self.streams).insert(handle.clone(), Arc::new(stream)).is_some() {
            bail!("the node consumes this stream already");
        }
        Ok(json!({ "consumer": handle, "streamId": stream_id }))
    }

    /// Resolves when the producer has taken all values; it waits while there is nobody, or no room.
    pub async fn send(&self, args: SendArgs) -> anyhow::Result<Value> {
        let stream = self.stream(&args.producer)?;
        let Stream::Producer(producer) = &*stream else {
            bail!("not a producer");
        };
        for value in args.values {
            let mut value = value;
            // `Sink::send` will not do: begun while the producer is offline it never resolves.
            while let Err(error) = producer.try_send(value) {
                value = match error {
                    Error::Full(value) | Error::Offline(value) => value,
                    _ => bail!("the producer is closed"),
                };
                sleep(LOOK_EVERY).await;
            }
        }
        Ok(json!({}))
    }

    /// Resolves when at least so many datums have arrived.
    pub async fn wait_count(&self, args: WaitCountArgs) -> anyhow::Result<Value> {
        let stream = self.stream(&args.consumer)?;
        let Stream::Consumer { count, .. } = &*stream else {
            bail!("not a consumer");
        };
        count.clone().wait_for(|&count| count >= args.count).await?;
        Ok(json!({}))
    }

    /// Resolves when at least `minimum` peers are connected, or with `unmet` fewer. The crate's own future misses some that have become connected.
    pub async fn wait_subscribed(&self, args: WaitSubscribedArgs) -> anyhow::Result<Value> {
        let when = match &*self.stream(&args.handle)? {
            Stream::Producer(producer) => producer.when().clone(),
            Stream::Consumer { when, .. } => when.clone(),
        };
        let condition = when.subscribed().minimum_of(args.minimum);
        while condition.is_condition_met() == args.unmet {
            sleep(LOOK_EVERY).await;
        }
        Ok(json!({}))
    }
}

fn open(network: &Network, args: &OpenArgs) -> anyhow::Result<Consumer<String>> {
    let mut builder = network
        .streams()
        .consumer::<String>()
        .with_stream_id(args.stream_id.as_str());
    for validator in &args.require_tickets {
        builder = builder.require_ticket(validator.build()?);
    }
    Ok(builder.build())
}

async fn read(mut consumer: Consumer<String>, handle: String, count: watch::Sender<u64>) {
    while let Some(value) = consumer.next().await {
        print(&json!({ "event": "item", "consumer": handle, "value": value }));
        count.send_modify(|count| *count += 1);
    }
}
