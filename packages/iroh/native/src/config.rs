//! The options of an endpoint, checked and turned into iroh's builder.

use std::net::SocketAddr;
use std::time::Duration;

use iroh::endpoint::{Builder, IdleTimeout, QuicTransportConfig, VarInt, presets};
use iroh::tls::CaTlsConfig;
use iroh::{Endpoint, RelayConfig, RelayMap, RelayMode, SecretKey};
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::address::{parse_relay, parse_socket};
use crate::failure::Failure;
use crate::runtime::within;

/// iroh's own limits: a quiet path is probed, and given up.
const KEEP_ALIVE_MAX: Duration = Duration::from_secs(5);
const PATH_IDLE_MAX: Duration = Duration::from_secs(15);
/// How often a connection is probed within its idle timeout: two probes may be lost.
const PROBES_PER_IDLE_TIMEOUT: u32 = 3;

/// The contract's `EndpointOptions`, its relay option taken apart.
#[napi(object, object_to_js = false)]
pub struct EndpointConfig {
    pub secret_key: Uint8Array,
    pub alpns: Vec<String>,
    /// `none`, `default` or `custom`.
    pub relay_mode: String,
    pub relay_urls: Vec<String>,
    /// PEM. Empty: the roots that Mozilla trusts.
    pub relay_certificates: Vec<String>,
    /// Where the relays answer QUIC address discovery. None: where iroh's relays do.
    pub relay_quic_port: Option<u32>,
    /// Empty: every interface.
    pub bind_addrs: Vec<String>,
    pub stream_receive_window_bytes: Option<i64>,
    pub send_window_bytes: Option<i64>,
    pub max_incoming_streams: Option<u32>,
    pub idle_timeout_ms: Option<u32>,
    /// The service that this endpoint is made known as on the local network, and looks for.
    pub mdns_service: Option<String>,
}

impl EndpointConfig {
    pub fn builder(&self) -> Result<Builder, Failure> {
        let secret: &[u8; 32] =
            self.secret_key.as_ref().try_into().map_err(|_| Failure::invalid("a secret key has 32 bytes"))?;
        let builder = within(|| self.reach())?
            .secret_key(SecretKey::from_bytes(secret))
            .alpns(self.alpns.iter().map(|alpn| alpn.clone().into_bytes()).collect())
            .transport_config(self.quic()?);
        self.bind(builder)
    }

    /// How peers are found and reached. Only the default relays come with n0's lookup services: nothing else may ask the internet.
    fn reach(&self) -> Result<Builder, Failure> {
        let minimal = || Endpoint::builder(presets::Minimal);
        match self.relay_mode.as_str() {
            "none" => Ok(minimal().relay_mode(RelayMode::Disabled)),
            "default" => Ok(Endpoint::builder(presets::N0)),
            "custom" => {
                let relays: Result<RelayMap, _> = self.relay_urls.iter().map(|url| self.relay(url)).collect();
                let builder = minimal().relay_mode(RelayMode::Custom(relays?));
                if self.relay_certificates.is_empty() {
                    return Ok(builder);
                }
                Ok(builder.ca_tls_config(CaTlsConfig::custom_roots(roots(&self.relay_certificates)?)))
            }
            mode => Err(Failure::invalid(format!("not a relay mode: {mode:?}"))),
        }
    }

    /// A relay without TLS is one for development and has no QUIC either: iroh would look for it in vain, for 3 seconds.
    fn relay(&self, url: &str) -> Result<RelayConfig, Failure> {
        let mut config = RelayConfig::from(parse_relay(url)?);
        if config.url.scheme() == "http" {
            config.quic = None;
        } else if let (Some(quic), Some(port)) = (&mut config.quic, self.relay_quic_port) {
            quic.port = u16::try_from(port).map_err(|_| Failure::invalid(format!("not a port: {port}")))?;
        }
        Ok(config)
    }

    fn bind(&self, mut builder: Builder) -> Result<Builder, Failure> {
        if self.bind_addrs.is_empty() {
            return Ok(builder);
        }
        builder = builder.clear_ip_transports();
        let mut bound: Vec<SocketAddr> = Vec::new();
        for text in &self.bind_addrs {
            let socket = parse_socket(text)?;
            if bound.iter().any(|other| other.is_ipv4() == socket.is_ipv4()) {
                let message = format!("a second address of its family to bind: {text:?}");
                return Err(Failure::invalid(message));
            }
            bound.push(socket);
            builder = builder
                .bind_addr(socket)
                .map_err(|error| Failure::invalid(format!("cannot bind {text:?}: {error:#}")))?;
        }
        Ok(builder)
    }

    fn quic(&self) -> Result<QuicTransportConfig, Failure> {
        let mut quic = QuicTransportConfig::builder();
        if let Some(bytes) = self.stream_receive_window_bytes {
            quic = quic.stream_receive_window(window(bytes)?);
        }
        if let Some(bytes) = self.send_window_bytes {
            quic = quic.send_window(window(bytes)?.into_inner());
        }
        if let Some(count) = self.max_incoming_streams {
            let count = VarInt::from_u32(count);
            quic = quic.max_concurrent_bidi_streams(count).max_concurrent_uni_streams(count);
        }
        if let Some(ms) = self.idle_timeout_ms {
            let idle = Duration::from_millis(ms.into());
            let keep_alive = KEEP_ALIVE_MAX.min(idle / PROBES_PER_IDLE_TIMEOUT);
            quic = quic
                .max_idle_timeout(Some(IdleTimeout::from(VarInt::from_u32(ms))))
                .keep_alive_interval(keep_alive)
                .default_path_max_idle_timeout(PATH_IDLE_MAX.min(idle))
                .default_path_keep_alive_interval(keep_alive);
        }
        Ok(quic.build())
    }
}

/// The certificates of several PEM texts, each of which has at least one. rustls would pass over what is none.
fn roots(texts: &[String]) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let mut roots = Vec::new();
    for text in texts {
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
        let found = found.map_err(|error| Failure::invalid(format!("not a certificate in PEM: {error}")))?;
        if found.is_empty() {
            return Err(Failure::invalid("there is no certificate in a PEM text"));
        }
        for root in &found {
            webpki::anchor_from_trusted_cert(root)
                .map_err(|error| Failure::invalid(format!("not a certificate that can be trusted: {error}")))?;
        }
        roots.extend(found);
    }
    Ok(roots)
}

fn window(bytes: i64) -> Result<VarInt, Failure> {
    let invalid = || Failure::invalid(format!("not a window size: {bytes}"));
    let bytes = u64::try_from(bytes).map_err(|_| invalid())?;
    VarInt::from_u64(bytes).map_err(|_| invalid())
}
