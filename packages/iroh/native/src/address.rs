//! Where endpoints may be reached: between iroh's form and the contract's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use iroh::{EndpointAddr, EndpointId, RelayUrl};
use napi_derive::napi;

use crate::failure::Failure;

/// The contract's `EndpointAddr`.
#[napi(object)]
pub struct Addr {
    pub id: String,
    pub relay_urls: Vec<String>,
    pub direct_addrs: Vec<String>,
}

impl Addr {
    /// `sockets` are those that the endpoint is bound to. Where iroh knows no address of theirs (a machine with only its loopback
    /// interface up, or an endpoint that has just begun), their loopback addresses stand in.
    pub fn new(addr: &EndpointAddr, sockets: &[SocketAddr]) -> Self {
        let mut direct: Vec<SocketAddr> = addr.ip_addrs().copied().collect();
        if direct.is_empty() {
            direct = sockets.iter().map(|socket| on_loopback(*socket)).collect();
        }
        Self {
            id: addr.id.to_string(),
            relay_urls: addr.relay_urls().map(ToString::to_string).collect(),
            direct_addrs: direct.iter().map(ToString::to_string).collect(),
        }
    }

    pub fn parse(&self) -> Result<EndpointAddr, Failure> {
        let id: EndpointId =
            self.id.parse().map_err(|_| Failure::invalid(format!("not a public key: {:?}", self.id)))?;
        let mut addr = EndpointAddr::new(id);
        for url in &self.relay_urls {
            addr = addr.with_relay_url(parse_relay(url)?);
        }
        for direct in &self.direct_addrs {
            addr = addr.with_ip_addr(parse_socket(direct)?);
        }
        Ok(addr)
    }
}

pub fn parse_socket(text: &str) -> Result<SocketAddr, Failure> {
    text.parse().map_err(|_| Failure::invalid(format!("not a socket address: {text:?}")))
}

pub fn parse_relay(text: &str) -> Result<RelayUrl, Failure> {
    let invalid = || Failure::invalid(format!("not the URL of a relay: {text:?}"));
    let url: RelayUrl = text.parse().map_err(|_| invalid())?;
    let is_usable = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    if is_usable { Ok(url) } else { Err(invalid()) }
}

fn on_loopback(socket: SocketAddr) -> SocketAddr {
    let ip = match socket.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, socket.port())
}
