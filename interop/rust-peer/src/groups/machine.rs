//! What the groups replicate: a counter, equal to that of the crate's own tests.

use std::{
    num::NonZero,
    sync::{Arc, Mutex},
    time::Duration,
};

use mosaik::{
    UniqueId,
    groups::{ApplyContext, LeadershipPreference, LogReplaySync, StateMachine},
};
use serde::{Deserialize, Serialize};

use crate::peer::locked;

#[derive(Clone, Serialize, Deserialize)]
pub enum CounterCommand {
    Increment(u32),
    Decrement(u32),
}

#[derive(Clone, Default, Serialize, Deserialize)]
pub struct CounterQuery;

/// What of a counter may differ between groups, or (the preference) between members.
#[derive(Default)]
pub struct CounterOptions {
    pub batch_size: Option<NonZero<u64>>,
    pub fetch_timeout: Option<Duration>,
    pub preference: LeadershipPreference,
}

/// A counter. This type's full name enters the ids of its groups.
pub struct Counter {
    value: i64,
    options: CounterOptions,
    applied: Arc<Mutex<Applied>>,
}

impl Counter {
    pub fn new(options: CounterOptions, applied: Arc<Mutex<Applied>>) -> Self {
        Self {
            value: 0,
            options,
            applied,
        }
    }
}

impl StateMachine for Counter {
    type Command = CounterCommand;
    type Query = CounterQuery;
    type QueryResult = i64;
    type StateSync = LogReplaySync<Self>;

    fn signature(&self) -> UniqueId {
        UniqueId::from("mosaik-peer.counter")
    }

    fn apply(&mut self, command: CounterCommand, context: &dyn ApplyContext) {
        locked(&self.applied).add(context.current_term().0, &command);
        match command {
            CounterCommand::Increment(n) => self.value = self.value.wrapping_add(n.into()),
            CounterCommand::Decrement(n) => self.value = self.value.wrapping_sub(n.into()),
        }
    }

    fn query(&self, CounterQuery: CounterQuery) -> i64 {
        self.value
    }

    fn state_sync(&self) -> LogReplaySync<Self> {
        let mut sync = LogReplaySync::default();
        if let Some(size) = self.options.batch_size {
            sync = sync.with_batch_size(size);
        }
        if let Some(timeout) = self.options.fetch_timeout {
            sync = sync.with_fetch_timeout(timeout);
        }
        sync
    }

    fn leadership_preference(&self) -> LeadershipPreference {
        self.options.preference
    }
}

/// What a machine was given, to be compared between members: a sum does not tell one order from another.
#[derive(Default)]
pub struct Applied {
    pub count: u64,
    checksum: blake3::Hasher,
}

impl Applied {
    pub fn shared() -> Arc<Mutex<Self>> {
        Arc::default()
    }

    /// The BLAKE3 of the postcard of `(term, command)` of all commands, one after the other.
    pub fn checksum(&self) -> String {
        self.checksum.finalize().to_hex().to_string()
    }

    fn add(&mut self, term: u64, command: &CounterCommand) {
        self.count += 1;
        match postcard::to_allocvec(&(term, command)) {
            Ok(bytes) => self.checksum.update(&bytes),
            Err(error) => self.checksum.update(error.to_string().as_bytes()),
        };
    }
}
