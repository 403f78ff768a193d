//! Consumers: they report what arrives, or only count it.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex},
};

use anyhow::Context as _;
use futures::StreamExt;
use mosaik::{
    Bytes, Network,
    streams::{Consumer, status::When},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{sync::watch, task::AbortHandle};

use super::channel_json;
use crate::{
    datum::{Item, Kind, with_kind},
    discovery::digests,
    output::Output,
    peer::{Context, locked},
    tickets::jwt::JwtArgs,
};

/// A consumer whose datum type is known to nobody but itself.
pub trait AnyConsumer: Send + Sync {
    fn when(&self) -> When;
    fn info(&self) -> Value;
    /// How many datums have arrived; it changes with each.
    fn counted(&self) -> watch::Receiver<u64>;
}

/// A consumer and the task that empties it.
struct Reader<D: Item> {
    consumer: Arc<Mutex<Consumer<D>>>,
    tally: Arc<Mutex<Tally>>,
    counted: watch::Receiver<u64>,
    task: AbortHandle,
}

/// What has arrived: kept encoded, since few ask for it.
#[derive(Default)]
struct Tally {
    count: u64,
    first: Option<Bytes>,
    last: Option<Bytes>,
    checksum: blake3::Hasher,
}

impl Tally {
    fn add(&mut self, datum: Bytes) {
        self.count += 1;
        self.checksum.update(&datum);
        self.first.get_or_insert_with(|| datum.clone());
        self.last = Some(datum);
    }
}

impl<D: Item> Reader<D> {
    /// Empties the consumer from now on; `report` is given each datum.
    fn start(consumer: Consumer<D>, report: impl Fn(&D) + Send + 'static) -> Self {
        let consumer = Arc::new(Mutex::new(consumer));
        let tally = Arc::new(Mutex::new(Tally::default()));
        let (count, counted) = watch::channel(0);
        let task = tokio::spawn({
            let (consumer, tally) = (Arc::clone(&consumer), Arc::clone(&tally));
            async move {
                while let Some(datum) = poll_fn(|cx| locked(&consumer).poll_next_unpin(cx)).await {
                    match datum.encode() {
                        Ok(bytes) => locked(&tally).add(bytes),
                        Err(error) => eprintln!("a datum that arrived cannot be encoded: {error}"),
                    }
                    report(&datum);
                    count.send_modify(|count| *count += 1);
                }
            }
        });
        Self {
            consumer,
            tally,
            counted,
            task: task.abort_handle(),
        }
    }
}

impl<D: Item> AnyConsumer for Reader<D> {
    fn when(&self) -> When {
        locked(&self.consumer).when().clone()
    }

    fn counted(&self) -> watch::Receiver<u64> {
        self.counted.clone()
    }

    fn info(&self) -> Value {
        let consumer = locked(&self.consumer);
        let tally = locked(&self.tally);
        let show = |datum: &Option<Bytes>| {
            let decoded = datum.as_ref().and_then(|bytes| D::decode(bytes).ok());
            decoded.map(|datum| datum.to_json())
        };
        json!({
            "streamId": consumer.stream_id(),
            "online": consumer.is_online(),
            "count": tally.count,
            "first": show(&tally.first),
            "last": show(&tally.last),
            "checksum": tally.checksum.finalize().to_hex().as_str(),
            "stats": { "datums": consumer.stats().datums(), "bytes": consumer.stats().bytes() },
            "producers": consumer
                .producers()
                .map(|channel| channel_json(&channel, channel.producer_id()))
                .collect::<Vec<_>>(),
        })
    }
}

impl<D: Item> Drop for Reader<D> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsumeArgs {
    r#type: Kind,
    /// A stream id in hex, or any text; derived from the Rust type if absent.
    stream_id: Option<String>,
    /// Counts items instead of reporting each.
    #[serde(default)]
    quiet: bool,
    /// How many producers make the consumer online; 0 if absent.
    online_min: Option<usize>,
    /// Subscribes only to producers that advertise all of these tags.
    #[serde(default)]
    require_tags: Vec<String>,
    /// Subscribes only to producers whose tickets all of these accept.
    #[serde(default)]
    require_tickets: Vec<JwtArgs>,
}

/// `consume {type, streamId?, ...}`: items become events `{event: "item", consumer, value}`.
pub async fn consume(ctx: Context, args: ConsumeArgs) -> anyhow::Result<Value> {
    let network = ctx.network()?;
    let output = ctx.peer.output.clone();
    let handle = ctx.peer.consumers.try_insert_with(
        &ctx.node,
        |handle| with_kind!(args.r#type, T => open::<T>(&network, &args, handle, output)),
    )?;
    let info = ctx.peer.consumers.get(&handle)?.info();
    Ok(json!({ "consumer": handle, "streamId": info["streamId"] }))
}

fn open<D: Item>(
    network: &Network,
    args: &ConsumeArgs,
    handle: &str,
    output: Output,
) -> anyhow::Result<Arc<dyn AnyConsumer>> {
    let mut builder = network.streams().consumer::<D>();
    if let Some(id) = &args.stream_id {
        builder = builder.with_stream_id(id.as_str());
    }
    if let Some(minimum) = args.online_min {
        builder = builder.online_when(move |conditions| conditions.minimum_of(minimum));
    }
    for tag in digests(&args.require_tags) {
        builder = builder.require(move |peer| peer.tags().contains(&tag));
    }
    for validator in &args.require_tickets {
        builder = builder.require_ticket(validator.build()?);
    }
    let (quiet, handle) = (args.quiet, handle.to_string());
    Ok(Arc::new(Reader::start(builder.build(), move |datum: &D| {
        if !quiet {
            output.event("item", json!({ "consumer": handle, "value": datum.to_json() }));
        }
    })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InfoArgs {
    consumer: String,
}

/// `consumerInfo {consumer}`; `checksum` is the BLAKE3 of all payloads one after the other.
pub async fn info(ctx: Context, args: InfoArgs) -> anyhow::Result<Value> {
    Ok(ctx.peer.consumers.get(&args.consumer)?.info())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitCountArgs {
    consumer: String,
    count: u64,
}

/// `waitCount {consumer, count}`: resolves when at least so many datums have arrived, with the consumer's info.
pub async fn wait_count(ctx: Context, args: WaitCountArgs) -> anyhow::Result<Value> {
    let mut counted = ctx.peer.consumers.get(&args.consumer)?.counted();
    counted
        .wait_for(|&count| count >= args.count)
        .await
        .context("the consumer was dropped")?;
    Ok(ctx.peer.consumers.get(&args.consumer)?.info())
}
