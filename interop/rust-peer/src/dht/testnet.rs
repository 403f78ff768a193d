//! Nodes of the Mainline DHT that know only each other.

use std::{
    net::{SocketAddrV4, UdpSocket},
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use futures::future::join_all;
use mainline::{Dht, Id, async_dht::AsyncDht};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};

use crate::peer::Context;

/// A node that is dropped closes its socket some 50 ms later, without saying so.
const RELEASE_WITHIN: Duration = Duration::from_secs(5);
const RELEASE_POLL: Duration = Duration::from_millis(10);

/// The process's nodes, once they run.
#[derive(Default)]
pub struct Testnet(Mutex<Option<Nodes>>);

struct Nodes {
    addrs: Vec<SocketAddrV4>,
    running: Vec<Option<AsyncDht>>,
}

impl Testnet {
    pub async fn stop(&self) {
        self.0.lock().await.take();
    }
}

impl Nodes {
    /// Each node's bootstrap nodes are all: without any, a node takes clients for nodes.
    fn build(&self, index: usize) -> anyhow::Result<AsyncDht> {
        let addr = self.addrs[index];
        let node = Dht::builder()
            .server_mode()
            .bootstrap(&self.addrs)
            .bind_address(*addr.ip())
            .port(addr.port())
            .build()
            .with_context(|| format!("no node at {addr}"))?;
        Ok(node.as_async())
    }

    fn slot(&mut self, index: usize) -> anyhow::Result<&mut Option<AsyncDht>> {
        self.running.get_mut(index).with_context(|| format!("no node {index}"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartArgs {
    count: usize,
    /// Where the first nodes listen; the others take free ports of 127.0.0.1.
    #[serde(default)]
    at: Vec<SocketAddrV4>,
}

/// `dhtTestnet {count, at?}`: resolves when every node knows all.
pub async fn start(ctx: Context, args: StartArgs) -> anyhow::Result<Value> {
    let mut running = ctx.peer.testnet.0.lock().await;
    if running.is_some() {
        bail!("this process runs a testnet already");
    }
    ensure!(args.at.len() <= args.count, "more addresses than nodes");
    let mut nodes = Nodes {
        addrs: addresses(args)?,
        running: Vec::new(),
    };
    for index in 0..nodes.addrs.len() {
        let node = nodes.build(index)?;
        nodes.running.push(Some(node));
    }
    // What a node asked for when it started went to some that had not.
    join_all(nodes.running.iter().flatten().map(|node| node.find_node(Id::random()))).await;
    let answer = json!({ "bootstrap": nodes.addrs });
    *running = Some(nodes);
    Ok(answer)
}

fn addresses(args: StartArgs) -> anyhow::Result<Vec<SocketAddrV4>> {
    let mut addrs = args.at;
    // Held together until all are chosen, so that they differ.
    let free = (addrs.len()..args.count).map(|_| UdpSocket::bind("127.0.0.1:0"));
    for socket in free.collect::<Result<Vec<_>, _>>()? {
        addrs.push(SocketAddrV4::new([127, 0, 0, 1].into(), socket.local_addr()?.port()));
    }
    Ok(addrs)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeArgs {
    index: usize,
}

/// `dhtNodeStop {index}`: the node is gone with all that it stored; resolves when its port is free.
pub async fn stop_node(ctx: Context, args: NodeArgs) -> anyhow::Result<Value> {
    let mut nodes = ctx.peer.testnet.0.lock().await;
    let nodes = nodes.as_mut().context(NO_TESTNET)?;
    let addr = nodes
        .slot(args.index)?
        .take()
        .map(|_| nodes.addrs[args.index])
        .with_context(|| format!("node {} does not run", args.index))?;
    timeout(RELEASE_WITHIN, released(addr))
        .await
        .with_context(|| format!("the node at {addr} goes on"))?;
    Ok(json!({}))
}

/// `dhtNodeStart {index}`: another node where a stopped one was; resolves when it knows the others.
pub async fn start_node(ctx: Context, args: NodeArgs) -> anyhow::Result<Value> {
    let mut nodes = ctx.peer.testnet.0.lock().await;
    let nodes = nodes.as_mut().context(NO_TESTNET)?;
    ensure!(nodes.slot(args.index)?.is_none(), "node {} runs", args.index);
    let node = nodes.build(args.index)?;
    node.bootstrapped().await;
    *nodes.slot(args.index)? = Some(node);
    Ok(json!({}))
}

const NO_TESTNET: &str = "this process runs no testnet";

async fn released(addr: SocketAddrV4) {
    while UdpSocket::bind(addr).is_err() {
        sleep(RELEASE_POLL).await;
    }
}
