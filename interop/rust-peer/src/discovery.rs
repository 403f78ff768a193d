//! The catalog, and what fills it.

use anyhow::Context as _;
use iroh::EndpointAddr;
use mosaik::{
    Network, Tag,
    discovery::{Event, PeerEntry, SignedPeerEntry},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{runtime::Handle, sync::broadcast::error::RecvError, task::spawn_blocking};

use crate::{addr::Addr, network::NoArgs, output::Output, peer::Context, raw::RawConnection};

const PING_ALPN: &[u8] = b"/mosaik/discovery/ping/1.0";
const SUCCESS: u32 = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddrArgs {
    addr: Addr,
}

/// `dial {addr}`: resolves when gossip took the order, not when there is a connection.
pub async fn dial(ctx: Context, args: AddrArgs) -> anyhow::Result<Value> {
    let discovery = ctx.network()?.discovery().clone();
    let runtime = Handle::current();
    // The crate's future cannot move between threads, as every task of ours may.
    spawn_blocking(move || runtime.block_on(discovery.dial(EndpointAddr::from(args.addr)))).await?;
    Ok(json!({}))
}

/// `syncWith {addr}`: swaps catalogs with a peer.
pub async fn sync_with(ctx: Context, args: AddrArgs) -> anyhow::Result<Value> {
    let discovery = ctx.network()?.discovery().clone();
    discovery.sync_with(EndpointAddr::from(args.addr)).await?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PingArgs {
    addr: Addr,
    seed: Option<String>,
}

/// `ping {addr, seed?}`: asks any node for its entry. The crate keeps its own ping to itself, so this speaks the protocol from
/// a bare endpoint, under an identity that is not the node's.
pub async fn ping(ctx: Context, args: PingArgs) -> anyhow::Result<Value> {
    let endpoint = ctx.peer.raw.endpoint(args.seed.as_deref()).await?;
    let link = RawConnection::new(endpoint.connect(args.addr, PING_ALPN).await?);
    link.write_frame(&[]).await?;
    let answer = link
        .read_frame()
        .await?
        .context("the stream ended instead of an answer")?;
    let entry: SignedPeerEntry = postcard::from_bytes(&answer).context("the answer is no signed entry")?;
    let rtt = link.rtt();
    link.close(SUCCESS, b"Success");
    Ok(json!({ "entry": entry_json(&entry), "rttMicros": rtt.map(|rtt| rtt.as_micros() as u64) }))
}

/// `catalog`: every entry that the node would show, its own among them.
pub async fn catalog(ctx: Context, _: NoArgs) -> anyhow::Result<Value> {
    let catalog = ctx.network()?.discovery().catalog();
    let signed = catalog.iter_signed().map(|entry| listed(entry, true));
    let unsigned = catalog.unsigned_peers().map(|entry| listed(entry, false));
    Ok(json!({ "peers": signed.chain(unsigned).collect::<Vec<_>>() }))
}

fn listed(entry: &PeerEntry, signed: bool) -> Value {
    let mut listed = entry_json(entry);
    listed["signed"] = signed.into();
    listed
}

/// `me`: the node's own entry, and its signed encoding in hex.
pub async fn me(ctx: Context, _: NoArgs) -> anyhow::Result<Value> {
    let me = ctx.network()?.discovery().me();
    Ok(json!({ "entry": entry_json(&me), "hex": hex::encode(postcard::to_allocvec(&me)?) }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagArgs {
    tags: Vec<String>,
}

/// `addTags {tags}`: each a tag in hex or any text.
pub async fn add_tags(ctx: Context, args: TagArgs) -> anyhow::Result<Value> {
    ctx.network()?.discovery().add_tags(digests(&args.tags));
    Ok(json!({}))
}

/// `removeTags {tags}`.
pub async fn remove_tags(ctx: Context, args: TagArgs) -> anyhow::Result<Value> {
    ctx.network()?.discovery().remove_tags(digests(&args.tags));
    Ok(json!({}))
}

/// Each a tag in hex or any text.
pub fn digests(tags: &[String]) -> Vec<Tag> {
    tags.iter().map(|tag| Tag::from(tag.as_str())).collect()
}

/// Reports a node's discovery events until it leaves.
pub fn forward_events(network: &Network, node: String, output: Output) {
    let mut events = network.discovery().events();
    tokio::spawn(async move {
        loop {
            match events.recv().await {
                Ok(Event::PeerDiscovered(entry)) => {
                    output.event("peerDiscovered", about(&node, &entry));
                }
                Ok(Event::PeerUpdated(entry)) => output.event("peerUpdated", about(&node, &entry)),
                Ok(Event::PeerDeparted(peer)) => {
                    output.event("peerDeparted", json!({ "node": node, "peer": peer }));
                }
                Err(RecvError::Lagged(missed)) => {
                    output.event("eventsMissed", json!({ "node": node, "missed": missed }));
                }
                Err(RecvError::Closed) => break,
            }
        }
    });
}

fn about(node: &str, entry: &PeerEntry) -> Value {
    json!({ "node": node, "peer": entry.id(), "entry": entry_json(entry) })
}

fn entry_json(entry: &PeerEntry) -> Value {
    let tickets = entry.tickets().iter();
    json!({
        "id": entry.id(),
        "network": entry.network_id(),
        "protocol": entry.protocol_version().to_string(),
        "version": entry.update_version(),
        "addr": Addr::from(entry.address()),
        "tags": entry.tags(),
        "streams": entry.streams(),
        "functions": entry.functions(),
        "groups": entry.groups(),
        "tickets": tickets
            .map(|(id, ticket)| json!({ "id": id, "class": ticket.class, "data": hex::encode(ticket.data()) }))
            .collect::<Vec<_>>(),
    })
}
