//! What the process holds: its nodes, and the handles that commands gave out.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context as _, bail};
use futures::future::join_all;
use mosaik::Network;

use crate::{
    collections::handle::Collection,
    demo::{sensor::Sensor, viewer::Viewer},
    dht::testnet::Testnet,
    functions::{behaviour::OpenCall, caller::AnyCaller, handler::AnyHandler},
    groups::member::AnyGroup,
    network,
    output::Output,
    raw::Raw,
    relay::Relay,
    streams::{consumer::AnyConsumer, producer::AnyProducer},
};

/// Everything that lives as long as the process.
pub struct Peer {
    pub output: Output,
    pub relay: Relay,
    pub testnet: Testnet,
    pub raw: Raw,
    pub producers: Table<dyn AnyProducer>,
    pub consumers: Table<dyn AnyConsumer>,
    pub handlers: Table<dyn AnyHandler>,
    pub callers: Table<dyn AnyCaller>,
    /// Calls whose handlers wait for the answer of a command.
    pub calls: Arc<Table<OpenCall>>,
    pub groups: Table<dyn AnyGroup>,
    pub collections: Table<Collection>,
    pub sensors: Table<Sensor>,
    pub viewers: Table<Viewer>,
    nodes: Mutex<HashMap<String, Arc<Network>>>,
}

/// What a command is given besides its arguments.
pub struct Context {
    pub peer: Arc<Peer>,
    /// The name of the node that the request is about; it need not have joined yet.
    pub node: String,
}

impl Context {
    /// The request's node. Commands that wait hold only the parts they need: a node leaves when its last holder lets go.
    pub fn network(&self) -> anyhow::Result<Arc<Network>> {
        locked(&self.peer.nodes)
            .get(&self.node)
            .cloned()
            .with_context(|| format!("no node {:?}: it has not joined", self.node))
    }
}

impl Peer {
    pub fn new(output: Output) -> Self {
        Self {
            output,
            relay: Relay::default(),
            testnet: Testnet::default(),
            raw: Raw::default(),
            producers: Table::new("producer"),
            consumers: Table::new("consumer"),
            handlers: Table::new("handler"),
            callers: Table::new("caller"),
            calls: Arc::new(Table::new("call")),
            groups: Table::new("group"),
            collections: Table::new("collection"),
            sensors: Table::new("sensor"),
            viewers: Table::new("viewer"),
            nodes: Mutex::default(),
        }
    }

    pub fn has_node(&self, name: &str) -> bool {
        locked(&self.nodes).contains_key(name)
    }

    pub fn add_node(&self, name: String, network: Network) -> anyhow::Result<()> {
        let mut nodes = locked(&self.nodes);
        if nodes.contains_key(&name) {
            bail!("node {name:?} has joined already");
        }
        nodes.insert(name, Arc::new(network));
        Ok(())
    }

    /// Takes a node out, together with all that was opened on it.
    pub fn take_node(&self, name: &str) -> Option<Arc<Network>> {
        let network = locked(&self.nodes).remove(name)?;
        self.producers.remove_of(name);
        self.consumers.remove_of(name);
        self.handlers.remove_of(name);
        self.callers.remove_of(name);
        self.groups.remove_of(name);
        self.collections.remove_of(name);
        self.sensors.remove_of(name);
        self.viewers.remove_of(name);
        Some(network)
    }

    /// Drops what a handle stands for.
    pub fn drop_handle(&self, handle: &str) -> anyhow::Result<()> {
        let known = self.producers.remove(handle)
            || self.consumers.remove(handle)
            || self.handlers.remove(handle)
            || self.callers.remove(handle)
            || self.groups.remove(handle)
            || self.collections.remove(handle)
            || self.sensors.remove(handle)
            || self.viewers.remove(handle)
            || self.raw.remove(handle);
        if !known {
            bail!("no handle {handle:?}");
        }
        Ok(())
    }

    /// Leaves every network, each with its goodbye, and then stops the relay and the DHT.
    pub async fn shut_down(&self) {
        let names: Vec<String> = locked(&self.nodes).keys().cloned().collect();
        let networks = names.iter().filter_map(|name| self.take_node(name));
        join_all(networks.map(network::depart)).await;
        self.raw.close_all().await;
        self.relay.stop().await;
        self.testnet.stop().await;
    }
}

/// Named things that commands refer to: `producer-1`, `producer-2`, ... each owned by a node.
pub struct Table<T: ?Sized> {
    kind: &'static str,
    state: Mutex<TableState<T>>,
}

struct TableState<T: ?Sized> {
    given: u64,
    entries: HashMap<String, (String, Arc<T>)>,
}

impl<T: ?Sized> Table<T> {
    pub fn new(kind: &'static str) -> Self {
        Self {
            kind,
            state: Mutex::new(TableState {
                given: 0,
                entries: HashMap::new(),
            }),
        }
    }

    /// Adds what `make` builds from its own handle, and returns that handle.
    pub fn insert_with(&self, node: &str, make: impl FnOnce(&str) -> Arc<T>) -> String {
        let Ok(handle) = self.try_insert_with(node, |handle| Ok::<_, Infallible>(make(handle)));
        handle
    }

    /// The same with what may fail to be built; its handle is then not given again.
    pub fn try_insert_with<E>(&self, node: &str, make: impl FnOnce(&str) -> Result<Arc<T>, E>) -> Result<String, E> {
        let mut state = locked(&self.state);
        state.given += 1;
        let handle = format!("{}-{}", self.kind, state.given);
        let value = make(&handle)?;
        state.entries.insert(handle.clone(), (node.to_string(), value));
        Ok(handle)
    }

    pub fn find(&self, handle: &str) -> Option<Arc<T>> {
        locked(&self.state)
            .entries
            .get(handle)
            .map(|(_, value)| Arc::clone(value))
    }

    pub fn get(&self, handle: &str) -> anyhow::Result<Arc<T>> {
        self.find(handle)
            .with_context(|| format!("no {} {handle:?}", self.kind))
    }

    pub fn remove(&self, handle: &str) -> bool {
        self.take(handle).is_some()
    }

    /// Removes what a handle stands for and hands it out.
    pub fn take(&self, handle: &str) -> Option<Arc<T>> {
        locked(&self.state).entries.remove(handle).map(|(_, value)| value)
    }

    fn remove_of(&self, node: &str) {
        locked(&self.state).entries.retain(|_, (owner, _)| owner != node);
    }
}

/// The state under a lock, also after a command broke while holding it: one broken command must not take the others along.
pub fn locked<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
