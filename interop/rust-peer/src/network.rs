//! Joining and leaving networks.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{bail, ensure};
use iroh::{EndpointAddr, RelayMap, RelayMode, RelayUrl};
use mosaik::{Digest, Network, NetworkId, Tag, discovery};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{addr::Addr, discovery::forward_events, peer::Context, raw::close_endpoint};

/// Rust has no explicit shutdown and says nowhere when its goodbye is out: it lingers 500 ms for that (`graceful_departure_window`).
const DEPARTURE: Duration = Duration::from_millis(650);

/// A command without arguments of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoArgs {}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JoinArgs {
    /// A network id in hex, or any text.
    network: String,
    /// The secret key in hex, or any text to make one of; random if absent.
    seed: Option<String>,
    relay: RelayUrl,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    bootstrap: Vec<Addr>,
    /// At most one address per family replaces the default of binding all interfaces.
    #[serde(default)]
    bind: BTreeSet<SocketAddr>,
    purge_after_ms: Option<u64>,
    announce_interval_ms: Option<u64>,
    announce_jitter: Option<f32>,
    max_time_drift_ms: Option<u64>,
    rtt_probe_interval_ms: Option<u64>,
    max_rtt_ms: Option<u64>,
    /// Whether it looks for others in the DHT, by way of the public names that mosaik has built in.
    #[serde(default)]
    dht: bool,
}

/// `join`: resolves when the relay has been reached, without which a Rust node never comes online.
pub async fn join(ctx: Context, args: JoinArgs) -> anyhow::Result<Value> {
    ensure!(!ctx.peer.has_node(&ctx.node), "node {:?} has joined already", ctx.node);
    let mut builder = Network::builder(NetworkId::from(args.network.as_str()))
        .with_relay_mode(RelayMode::Custom(RelayMap::from(args.relay.clone())))
        .with_addresses(args.bind.clone())
        .with_discovery(discovery_config(&args));
    if let Some(seed) = &args.seed {
        builder = builder.with_secret_key(Digest::from(seed.as_str()));
    }
    let network = builder.build().await?;
    forward_events(&network, ctx.node.clone(), ctx.peer.output.clone());
    let addr = network.local().addr();
    ctx.peer.add_node(ctx.node, network)?;
    Ok(json!({ "id": addr.id, "addr": Addr::from(&addr) }))
}

fn discovery_config(args: &JoinArgs) -> discovery::ConfigBuilder {
    let mut config = discovery::Config::builder()
        .with_tags(args.tags.iter().map(|tag| Tag::from(tag.as_str())))
        .with_bootstrap(args.bootstrap.iter().cloned().map(EndpointAddr::from));
    if !args.dht {
        config = config.no_dht_bootstrap();
    }
    if let Some(ms) = args.purge_after_ms {
        config = config.with_purge_after(Duration::from_millis(ms));
    }
    if let Some(ms) = args.announce_interval_ms {
        config = config.with_announce_interval(Duration::from_millis(ms));
    }
    if let Some(factor) = args.announce_jitter {
        config = config.with_announce_jitter(factor);
    }
    if let Some(ms) = args.max_time_drift_ms {
        config = config.with_max_time_drift(Duration::from_millis(ms));
    }
    if let Some(ms) = args.rtt_probe_interval_ms {
        config = config.with_rtt_probe_interval(Duration::from_millis(ms));
    }
    if let Some(ms) = args.max_rtt_ms {
        config = config.with_max_rtt(Duration::from_millis(ms));
    }
    config
}

/// `leave`: drops the node with all that was opened on it; resolves when its goodbye is out.
pub async fn leave(ctx: Context, _: NoArgs) -> anyhow::Result<Value> {
    let Some(network) = ctx.peer.take_node(&ctx.node) else {
        bail!("no node {:?}: it has not joined", ctx.node);
    };
    depart(network).await;
    Ok(json!({}))
}

/// Drops a node, lets it say goodbye and closes its endpoint.
pub async fn depart(network: Arc<Network>) {
    let endpoint = network.local().endpoint().clone();
    drop(network);
    sleep(DEPARTURE).await;
    close_endpoint(endpoint).await;
}

/// `addr`: the node's address as of now; direct addresses may appear after joining.
pub async fn addr(ctx: Context, _: NoArgs) -> anyhow::Result<Value> {
    Ok(json!({ "addr": Addr::from(&ctx.network()?.local().addr()) }))
}
