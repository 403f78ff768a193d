//! The local relay: a Rust node never comes online without one.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::{Context as _, bail};
use iroh_relay::server::{CertConfig, QuicConfig, RelayConfig, Server, ServerConfig, TlsConfig};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::{certificate::SelfSigned, peer::Context};

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
    /// The address to serve on.
    #[serde(default = "loopback")]
    host: IpAddr,
    tls: Option<TlsArgs>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TlsArgs {
    /// DNS names or addresses that the certificate is for; the first is in the URL.
    names: Vec<String>,
    /// The UDP port of QUIC address discovery; a free one if absent.
    #[serde(default)]
    quic_port: u16,
}

fn default_port() -> u16 {
    DEFAULT_PORT
}

fn loopback() -> IpAddr {
    Ipv4Addr::LOCALHOST.into()
}

/// `relay {port?, host?, tls?}`: serves plain HTTP, or HTTPS together with QUIC address discovery under a certificate of its own.
/// Port 0 takes a free one.
pub async fn start(ctx: Context, args: StartArgs) -> anyhow::Result<Value> {
    let mut running = ctx.peer.relay.0.lock().await;
    if running.is_some() {
        bail!("this process runs a relay already");
    }
    let (server, answer) = match &args.tls {
        None => serve_plain((args.host, args.port).into()).await?,
        Some(tls) => serve_tls((args.host, args.port).into(), tls).await?,
    };
    *running = Some(server);
    Ok(answer)
}

async fn serve_plain(bind: SocketAddr) -> anyhow::Result<(Server, Value)> {
    let mut config = ServerConfig::default();
    config.relay = Some(RelayConfig::new(bind));
    let server = Server::spawn(config).await?;
    let addr = server.http_addr().context("the relay serves no HTTP")?;
    Ok((server, json!({ "url": format!("http://{addr}/") })))
}

async fn serve_tls(bind: SocketAddr, args: &TlsArgs) -> anyhow::Result<(Server, Value)> {
    let name = args.names.first().context("a certificate is for one name at least")?;
    let certificate = SelfSigned::new(&args.names)?;
    // Beside HTTPS a relay serves plain HTTP for the check for captive portals: on any port, as nobody asks for it here.
    let mut relay = RelayConfig::new((bind.ip(), 0));
    let server_config = certificate.server_config()?;
    relay.tls = Some(TlsConfig::new(bind, CertConfig::Manual { server_config }));
    let mut quic = QuicConfig::new((bind.ip(), args.quic_port));
    quic.server_config = Some(certificate.server_config()?);
    let mut config = ServerConfig::default();
    config.relay = Some(relay);
    config.quic = Some(quic);
    let server = Server::spawn(config).await?;
    let https = server.https_addr().context("the relay serves no HTTPS")?;
    let quic = server.quic_addr().context("the relay serves no QUIC")?;
    let host = match name.parse() {
        Ok(IpAddr::V6(ip)) => format!("[{ip}]"),
        _ => name.clone(),
    };
    let answer = json!({
        "url": format!("https://{host}:{}/", https.port()),
        "certificate": certificate.pem(),
        "quicPort": quic.port(),
    });
    Ok((server, answer))
}
