//! Peer addresses as JSON.

use std::{collections::BTreeSet, net::SocketAddr};

use iroh::{EndpointAddr, EndpointId, RelayUrl};
use serde::{Deserialize, Serialize};

/// `{ id, relayUrls, directAddrs }`: an iroh address in full.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Addr {
    pub id: EndpointId,
    #[serde(default)]
    pub relay_urls: Vec<RelayUrl>,
    #[serde(default)]
    pub direct_addrs: BTreeSet<SocketAddr>,
}

impl From<&EndpointAddr> for Addr {
    fn from(addr: &EndpointAddr) -> Self {
        Self {
            id: addr.id,
            relay_urls: addr.relay_urls().cloned().collect(),
            direct_addrs: addr.ip_addrs().copied().collect(),
        }
    }
}

impl From<Addr> for EndpointAddr {
    fn from(addr: Addr) -> Self {
        let mut full = EndpointAddr::new(addr.id);
        for url in addr.relay_urls {
            full = full.with_relay_url(url);
        }
        for direct in addr.direct_addrs {
            full = full.with_ip_addr(direct);
        }
        full
    }
}
