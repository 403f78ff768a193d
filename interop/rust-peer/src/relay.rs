//! The local relay: a Rust node never comes online without one.

use std::net::Ipv4Addr;

use anyhow::{Context as _, bail};
use iroh_relay::server::{RelayConfig, Server, ServerConfig};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::peer::Context;

/// The relay of iroh's own development mode.
const DEFAULT_PORT: u16 = 3340;

/// The process's relay, once it runs.
#[derive(Default)]
pub struct Relay(Mutex<Option<Server>>);

impl Relay {
    pub async fn stop(&self) {
        if let Some(server) = self.0.lock().await.take() {
            // It is on its way out: there is nothing to do about a failure.
            let _ = server.shutdown().await;
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartArgs {
    #[serde(default = "default_port")]
    port: u16,
}

fn default_port() -> u16 {
    DEFAULT_PORT
}

/// `relay {port?}`: serves plain HTTP on the loopback; port 0 takes a free one.
pub async fn start(ctx: Context, args: StartArgs) -> anyhow::Result<Value> {
    let mut running = ctx.peer.relay.0.lock().await;
    if running.is_some() {
        bail!("this process runs a relay already");
    }
    let mut config = ServerConfig::default();
    config.relay = Some(RelayConfig::new((Ipv4Addr::LOCALHOST, args.port)));
    let server = Server::spawn(config).await?;
    let addr = server.http_addr().context("the relay serves no HTTP")?;
    *running = Some(server);
    Ok(json!({ "url": format!("http://{addr}/") }))
}
