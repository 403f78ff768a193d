//! Which collections a command can open.

use std::time::Duration;

use anyhow::bail;
use mosaik::{
    Bytes, Network, StoreId,
    collections::{
        BoundedPriorityQueue, Cell, CollectionConfig, CollectionFromDef, Map, Once, Set, SyncConfig,
        UnboundedPriorityQueue, Vec as SharedVec,
    },
};
use serde::Deserialize;

use super::{
    handle::{Collection, Reads, Writes},
    types::{Order, Place},
};
use crate::tickets::jwt::JwtArgs;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Role {
    Reader,
    Writer,
}

/// The crate's defaults stand for what is absent.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SyncArgs {
    fetch_batch_size: Option<u64>,
    snapshot_ttl_ms: Option<u64>,
    snapshot_request_timeout_ms: Option<u64>,
    fetch_timeout_ms: Option<u64>,
}

impl SyncArgs {
    fn config(&self) -> SyncConfig {
        let mut config = SyncConfig::default();
        if let Some(size) = self.fetch_batch_size {
            config = config.with_fetch_batch_size(size);
        }
        if let Some(ms) = self.snapshot_ttl_ms {
            config = config.with_snapshot_ttl(Duration::from_millis(ms));
        }
        if let Some(ms) = self.snapshot_request_timeout_ms {
            config = config.with_snapshot_request_timeout(Duration::from_millis(ms));
        }
        if let Some(ms) = self.fetch_timeout_ms {
            config = config.with_fetch_timeout(Duration::from_millis(ms));
        }
        config
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenArgs {
    /// One of those in `opened`.
    r#type: String,
    /// 64 hexadecimal digits are the id itself, any other text is hashed.
    store: String,
    role: Role,
    #[serde(default)]
    sync: SyncArgs,
    /// All of these must accept tickets of a peer.
    #[serde(default)]
    require_tickets: Vec<JwtArgs>,
}

pub fn open(network: &Network, args: &OpenArgs) -> anyhow::Result<Collection> {
    let opened = match args.r#type.as_str() {
        "map<string, u64>" => opened::<Map<String, u64>>,
        "map<u64, bytes>" => opened::<Map<u64, Bytes>>,
        "map<place, order>" => opened::<Map<Place, Order>>,
        "map<(u64, string), string>" => opened::<Map<(u64, String), String>>,
        "vec<string>" => opened::<SharedVec<String>>,
        "vec<order>" => opened::<SharedVec<Order>>,
        "set<string>" => opened::<Set<String>>,
        "set<u64>" => opened::<Set<u64>>,
        "cell<order>" => opened::<Cell<Order>>,
        "once<bytes>" => opened::<Once<Bytes>>,
        "queue<u64, string, u64>" => opened::<UnboundedPriorityQueue<u64, String, u64>>,
        "queue<place, u64, string>" => opened::<UnboundedPriorityQueue<Place, u64, String>>,
        "queue<u64, u64, u64; 3>" => opened::<BoundedPriorityQueue<u64, u64, u64, 3>>,
        "queue<u64, string, u64; 100>" => opened::<BoundedPriorityQueue<u64, String, u64, 100>>,
        unknown => bail!("no collection of type {unknown:?}"),
    };
    opened(network, args)
}

/// A reader of a vec comes this way, too: `Vec::reader` makes a writer.
fn opened<C>(network: &Network, args: &OpenArgs) -> anyhow::Result<Collection>
where
    C: CollectionFromDef<Reader: Reads + 'static, Writer: Writes + 'static>,
{
    let mut config = CollectionConfig::default().with_sync(args.sync.config());
    for validator in &args.require_tickets {
        config = config.require_ticket(validator.build()?);
    }
    let store = StoreId::from(args.store.as_str());
    Ok(match args.role {
        Role::Reader => Collection::Reader(Box::new(C::reader_with_config(network, store, config))),
        Role::Writer => Collection::Writer(Box::new(C::writer_with_config(network, store, config))),
    })
}
