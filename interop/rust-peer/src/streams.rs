//! Producers and consumers of typed streams.

pub mod consumer;
pub mod producer;

use std::time::Duration;

use anyhow::bail;
use mosaik::{
    PeerId,
    streams::status::{ChannelInfo, State, When},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::peer::Context;

const LOOK_EVERY: Duration = Duration::from_millis(5);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandleArgs {
    handle: String,
}

/// `waitOnline {handle}`: resolves when a producer or consumer is online. A consumer is so from its start.
pub async fn wait_online(ctx: Context, args: HandleArgs) -> anyhow::Result<Value> {
    when(&ctx, &args.handle)?.online().await;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitSubscribedArgs {
    handle: String,
    #[serde(default = "one")]
    minimum: usize,
    #[serde(default)]
    unmet: bool,
}

fn one() -> usize {
    1
}

/// `waitSubscribed {handle, minimum?, unmet?}`: resolves when at least `minimum` peers are connected, or with `unmet` when
/// fewer are. It looks again and again: the crate's own future misses that a subscription in the making has become connected.
pub async fn wait_subscribed(ctx: Context, args: WaitSubscribedArgs) -> anyhow::Result<Value> {
    let mut condition = when(&ctx, &args.handle)?.subscribed().minimum_of(args.minimum);
    if args.unmet {
        condition = condition.unmet();
    }
    while !condition.is_condition_met() {
        sleep(LOOK_EVERY).await;
    }
    Ok(json!({}))
}

fn when(ctx: &Context, handle: &str) -> anyhow::Result<When> {
    if let Some(producer) = ctx.peer.producers.find(handle) {
        return Ok(producer.when());
    }
    if let Some(consumer) = ctx.peer.consumers.find(handle) {
        return Ok(consumer.when());
    }
    bail!("no producer or consumer {handle:?}");
}

/// How a subscription looks from this side; `peer` is the other one.
fn channel_json(channel: &ChannelInfo, peer: &PeerId) -> Value {
    let state = match channel.state() {
        State::Connecting => "connecting",
        State::Connected => "connected",
        State::Terminated => "terminated",
    };
    let stats = channel.stats();
    json!({ "peer": peer, "state": state, "datums": stats.datums(), "bytes": stats.bytes() })
}
