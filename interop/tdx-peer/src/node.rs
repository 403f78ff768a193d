//! Nodes, and the tickets in their entries.

use std::{
    collections::{BTreeSet, HashMap},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, bail};
use mosaik::{
    Network, NetworkId, PeerId, UniqueId,
    discovery::{self, PeerEntry},
    iroh::{EndpointAddr, EndpointId, RelayMap, RelayMode, RelayUrl},
    tickets::{Expiration, Ticket},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{stream::Stream, tdx::ValidatorArgs};

/// Rust says nowhere when its goodbye is out: it lingers 500 ms for that.
const DEPARTURE: Duration = Duration::from_millis(650);

/// What the process holds: its nodes and streams by their names.
#[derive(Default)]
pub struct Peer {
    nodes: Mutex<HashMap<String, Arc<Network>>>,
    pub streams: Mutex<HashMap<String, Arc<Stream>>>,
}

/// The state under a lock, also after a command broke while holding it.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Addr {
    id: EndpointId,
    relay_urls: Vec<RelayUrl>,
    direct_addrs: BTreeSet<SocketAddr>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinArgs {
    network: String,
    relay: RelayUrl,
    announce_interval_ms: u64,
}

#[derive(Deserialize)]
pub struct SyncArgs {
    addr: Addr,
}

#[derive(Deserialize)]
pub struct TicketArgs {
    class: UniqueId,
    data: String,
}

#[derive(Deserialize)]
pub struct JudgeArgs {
    peer: PeerId,
    /// By its id.
    ticket: UniqueId,
    validator: ValidatorArgs,
}

impl Peer {
    pub fn network(&self, node: &str) -> anyhow::Result<Arc<Network>> {
        let network = locked(&self.nodes).get(node).cloned();
        network.with_context(|| format!("no node {node:?}: it has not joined"))
    }

    /// Resolves when the relay has been reached, without which a Rust node never comes online.
    pub async fn join(&self, node: String, args: JoinArgs) -> anyhow::Result<Value> {
        let config = discovery::Config::builder()
            .no_dht_bootstrap()
            .with_announce_interval(Duration::from_millis(args.announce_interval_ms));
        let network = Network::builder(NetworkId::from(args.network.as_str()))
            .with_relay_mode(RelayMode::Custom(RelayMap::from(args.relay)))
            .with_discovery(config)
            .build()
            .await?;
        let addr = network.local().addr();
        let addr = Addr {
            id: addr.id,
            relay_urls: addr.relay_urls().cloned().collect(),
            direct_addrs: addr.ip_addrs().copied().collect(),
        };
        let me = network.discovery().me();
        let joined = json!({ "addr": addr, "network": me.network_id(), "startedAt": me.started_at() });
        if locked(&self.nodes).insert(node, Arc::new(network)).is_some() {
            bail!("this node has joined already");
        }
        Ok(joined)
    }

    pub async fn sync_with(&self, node: &str, SyncArgs { addr }: SyncArgs) -> anyhow::Result<Value> {
        let mut full = EndpointAddr::new(addr.id);
        for url in addr.relay_urls {
            full = full.with_relay_url(url);
        }
        for direct in addr.direct_addrs {
            full = full.with_ip_addr(direct);
        }
        let discovery = self.network(node)?.discovery().clone();
        discovery.sync_with(full).await?;
        Ok(json!({}))
    }

    pub fn replace_ticket(&self, node: &str, args: TicketArgs) -> anyhow::Result<Value> {
        let data = hex::decode(&args.data).context("wrong hex")?;
        let ticket = Ticket::new(args.class, data.into());
        self.network(node)?.discovery().replace_ticket(ticket);
        Ok(json!({}))
    }

    /// What a validator says of the tickets in a peer's entry, as soon as the node knows one with this ticket.
    pub async fn judge_tickets(&self, node: &str, args: JudgeArgs) -> anyhow::Result<Value> {
        let mut catalogs = self.network(node)?.discovery().catalog_watch();
        let shows = |entry: &PeerEntry| *entry.id() == args.peer && entry.tickets().contains_key(&args.ticket);
        let catalog = catalogs.wait_for(|catalog| catalog.iter().any(shows)).await?.clone();
        let entry = catalog.iter().find(|entry| shows(entry)).context("the entry is gone")?;
        Ok(match entry.validate_ticket(&args.validator.build()?) {
            Ok(Expiration::Never) => json!({ "admitted": true, "expires": null }),
            Ok(Expiration::At(moment)) => json!({ "admitted": true, "expires": moment }),
            Err(_) => json!({ "admitted": false }),
        })
    }

    /// Leaves all networks, each with its goodbye.
    pub async fn leave(&self) {
        locked(&self.streams).clear();
        locked(&self.nodes).clear();
        sleep(DEPARTURE).await;
    }
}
