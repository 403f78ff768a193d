//! The Mainline DHT: a network of nodes of our own, and the clients that mosaik uses to read and write it.

pub mod items;
pub mod slots;
pub mod testnet;

use std::time::Duration;

/// How long the clients of commands wait for a node. All nodes are on this machine; mosaik itself waits 5 s.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(1);
