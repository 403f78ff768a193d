//! Producers: by value, and by the million.

use std::{sync::Arc, time::Instant};

use anyhow::{bail, ensure};
use futures::future::BoxFuture;
use mosaik::{
    Network,
    streams::{
        Producer,
        producer::{BuilderError, Error},
        status::{ChannelInfo, When},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc::{UnboundedSender, unbounded_channel},
    task::yield_now,
};

use super::channel_json;
use crate::{
    datum::{Item, Kind, with_kind},
    discovery::digests,
    output::Output,
    peer::Context,
    tickets::jwt::JwtArgs,
};

/// A producer whose datum type is known to nobody but itself.
pub trait AnyProducer: Send + Sync {
    fn stream_id(&self) -> String;
    fn is_online(&self) -> bool;
    fn consumers(&self) -> Vec<ChannelInfo>;
    fn when(&self) -> When;
    fn send(&self, values: Vec<Value>) -> BoxFuture<'_, anyhow::Result<Accepted>>;
    fn send_numbered(&self, load: Load) -> BoxFuture<'_, anyhow::Result<Accepted>>;
}

/// How often the producer took a datum, and how often it refused one that was then offered again.
#[derive(Default, Serialize)]
pub struct Accepted {
    accepted: u64,
    full: u64,
    offline: u64,
}

/// `count` generated datums from index `start`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Load {
    count: u64,
    #[serde(default)]
    start: u64,
    #[serde(default)]
    payload_bytes: usize,
    /// How many datums may be accepted and not yet sent to a subscriber. Without it Rust disconnects (or skips) a subscriber
    /// whose queue overflows.
    window: Option<usize>,
}

impl<D: Item> AnyProducer for Producer<D> {
    fn stream_id(&self) -> String {
        Producer::stream_id(self).to_string()
    }

    fn is_online(&self) -> bool {
        Producer::is_online(self)
    }

    fn consumers(&self) -> Vec<ChannelInfo> {
        Producer::consumers(self).collect()
    }

    fn when(&self) -> When {
        Producer::when(self).clone()
    }

    fn send(&self, values: Vec<Value>) -> BoxFuture<'_, anyhow::Result<Accepted>> {
        Box::pin(async move {
            let items: Vec<D> = values.iter().map(D::from_json).collect::<Result<_, _>>()?;
            let mut counts = Accepted::default();
            for item in items {
                offer(self, item, &mut counts).await?;
            }
            Ok(counts)
        })
    }

    fn send_numbered(&self, load: Load) -> BoxFuture<'_, anyhow::Result<Accepted>> {
        Box::pin(async move {
            let mut counts = Accepted::default();
            if load.window.is_some() {
                Producer::when(self).online().await;
            }
            let window = load.window.map(|size| Window::new(self, size));
            for index in load.start..load.start + load.count {
                if let Some(window) = &window {
                    window.has_room(counts.accepted).await;
                }
                offer(self, D::numbered(index, load.payload_bytes), &mut counts).await?;
            }
            Ok(counts)
        })
    }
}

/// Offers a datum until the producer takes it. `Sink::send` will not do: begun while the producer is offline it never resolves,
/// as the crate drops the future that would wake it.
async fn offer<D: Item>(producer: &Producer<D>, mut item: D, counts: &mut Accepted) -> anyhow::Result<()> {
    loop {
        match producer.try_send(item) {
            Ok(()) => {
                counts.accepted += 1;
                return Ok(());
            }
            Err(Error::Full(returned)) => {
                counts.full += 1;
                item = returned;
                yield_now().await;
            }
            Err(Error::Offline(returned)) => {
                counts.offline += 1;
                item = returned;
                producer.when().online().await;
            }
            Err(Error::Closed(_)) => bail!("the producer is closed"),
            Err(Error::Encoding(_, error)) => bail!("the datum cannot be encoded: {error}"),
        }
    }
}

/// Keeps the subscribers that were there at its start from falling behind.
struct Window {
    size: usize,
    subscribers: Vec<(ChannelInfo, usize)>,
}

impl Window {
    fn new<D: Item>(producer: &Producer<D>, size: usize) -> Self {
        let subscribers = producer.consumers().filter(ChannelInfo::is_connected);
        Self {
            size,
            subscribers: subscribers
                .map(|channel| {
                    let sent_before = channel.stats().datums();
                    (channel, sent_before)
                })
                .collect(),
        }
    }

    async fn has_room(&self, accepted: u64) {
        let is_behind = |(channel, sent_before): &(ChannelInfo, usize)| {
            let sent = channel.stats().datums() - sent_before;
            channel.is_connected() && accepted as usize - sent >= self.size
        };
        while self.subscribers.iter().any(is_behind) {
            yield_now().await;
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProduceArgs {
    r#type: Kind,
    /// A stream id in hex, or any text; derived from the Rust type if absent.
    stream_id: Option<String>,
    online_min: Option<usize>,
    buffer_size: Option<usize>,
    max_consumers: Option<usize>,
    disconnect_lagging: Option<bool>,
    /// Reports each datum that no consumer was there for as an event `{event: "undelivered", producer, value}`.
    #[serde(default)]
    undelivered: bool,
    /// Admits only consumers that advertise all of these tags.
    #[serde(default)]
    require_tags: Vec<String>,
    /// Admits only consumers whose tickets all of these accept.
    #[serde(default)]
    require_tickets: Vec<JwtArgs>,
}

/// `produce {type, streamId?, ...}`.
pub async fn produce(ctx: Context, args: ProduceArgs) -> anyhow::Result<Value> {
    let network = ctx.network()?;
    let output = ctx.peer.output.clone();
    let handle = ctx.peer.producers.try_insert_with(
        &ctx.node,
        |handle| with_kind!(args.r#type, T => build::<T>(&network, &args, handle, output)),
    )?;
    let stream_id = ctx.peer.producers.get(&handle)?.stream_id();
    Ok(json!({ "producer": handle, "streamId": stream_id }))
}

fn build<D: Item>(
    network: &Network,
    args: &ProduceArgs,
    handle: &str,
    output: Output,
) -> anyhow::Result<Arc<dyn AnyProducer>> {
    let mut builder = network.streams().producer::<D>();
    if let Some(id) = &args.stream_id {
        builder = builder.with_stream_id(id.as_str());
    }
    if let Some(minimum) = args.online_min {
        builder = builder.online_when(move |conditions| conditions.minimum_of(minimum));
    }
    if let Some(size) = args.buffer_size {
        ensure!(size > 0, "bufferSize must be positive");
        builder = builder.with_buffer_size(size);
    }
    if let Some(max) = args.max_consumers {
        builder = builder.with_max_consumers(max);
    }
    if let Some(disconnect) = args.disconnect_lagging {
        builder = builder.disconnect_lagging(disconnect);
    }
    if args.undelivered {
        builder = builder.with_undelivered_sink(report_undelivered(handle.to_string(), output));
    }
    for tag in digests(&args.require_tags) {
        builder = builder.require(move |peer| peer.tags().contains(&tag));
    }
    for validator in &args.require_tickets {
        builder = builder.require_ticket(validator.build()?);
    }
    match builder.build() {
        Ok(producer) => Ok(Arc::new(producer)),
        Err(BuilderError::AlreadyExists(_)) => bail!("the node produces this stream already"),
    }
}

/// A sink whose datums become events until the producer is gone.
fn report_undelivered<D: Item>(handle: String, output: Output) -> UnboundedSender<D> {
    let (sink, mut datums) = unbounded_channel::<D>();
    tokio::spawn(async move {
        while let Some(datum) = datums.recv().await {
            output.event("undelivered", json!({ "producer": handle, "value": datum.to_json() }));
        }
    });
    sink
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendArgs {
    producer: String,
    values: Vec<Value>,
}

/// `send {producer, values}`: resolves when the producer has taken them all; it waits while the producer is offline or full.
pub async fn send(ctx: Context, args: SendArgs) -> anyhow::Result<Value> {
    let producer = ctx.peer.producers.get(&args.producer)?;
    Ok(serde_json::to_value(producer.send(args.values).await?)?)
}

#[derive(Deserialize)]
pub struct ProduceManyArgs {
    producer: String,
    #[serde(flatten)]
    load: Load,
}

/// `produceMany {producer, count, start?, payloadBytes?, window?}`: a load of generated datums.
pub async fn produce_many(ctx: Context, args: ProduceManyArgs) -> anyhow::Result<Value> {
    let producer = ctx.peer.producers.get(&args.producer)?;
    let started = Instant::now();
    let mut outcome = serde_json::to_value(producer.send_numbered(args.load).await?)?;
    outcome["elapsedMs"] = (started.elapsed().as_secs_f64() * 1_000.0).into();
    Ok(outcome)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InfoArgs {
    producer: String,
}

/// `producerInfo {producer}`.
pub async fn info(ctx: Context, args: InfoArgs) -> anyhow::Result<Value> {
    let producer = ctx.peer.producers.get(&args.producer)?;
    let consumers = producer.consumers();
    let consumers = consumers
        .iter()
        .map(|channel| channel_json(channel, channel.consumer_id()));
    Ok(json!({
        "streamId": producer.stream_id(),
        "online": producer.is_online(),
        "consumers": consumers.collect::<Vec<_>>(),
    }))
}
