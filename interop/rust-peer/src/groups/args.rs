//! How a group is described in commands.

use std::{num::NonZero, time::Duration};

use anyhow::bail;
use mosaik::{
    GroupKey,
    groups::{ConsensusConfig, LeadershipPreference},
};
use serde::Deserialize;

use super::machine::CounterOptions;
use crate::tickets::jwt::JwtArgs;

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MachineKind {
    #[default]
    Counter,
    Noop,
    Order,
}

/// How willing a member is to lead: `{kind: "normal"}`, `{kind: "reluctant", factor}` or `{kind: "observer"}`.
#[derive(Clone, Copy, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum PreferenceArgs {
    Normal,
    Reluctant { factor: u32 },
    Observer,
}

impl From<PreferenceArgs> for LeadershipPreference {
    fn from(args: PreferenceArgs) -> Self {
        match args {
            PreferenceArgs::Normal => Self::Normal,
            PreferenceArgs::Reluctant { factor } => Self::Reluctant { factor },
            PreferenceArgs::Observer => Self::Observer,
        }
    }
}

/// The crate's defaults stand for what is absent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsensusArgs {
    heartbeat_interval_ms: Option<u64>,
    heartbeat_jitter_ms: Option<u64>,
    max_missed_heartbeats: Option<u32>,
    election_timeout_ms: Option<u64>,
    election_timeout_jitter_ms: Option<u64>,
    bootstrap_delay_ms: Option<u64>,
    forward_timeout_ms: Option<u64>,
    query_timeout_ms: Option<u64>,
}

impl ConsensusArgs {
    pub fn config(&self) -> ConsensusConfig {
        let mut config = ConsensusConfig::default();
        let times = [
            (&mut config.heartbeat_interval, self.heartbeat_interval_ms),
            (&mut config.heartbeat_jitter, self.heartbeat_jitter_ms),
            (&mut config.election_timeout, self.election_timeout_ms),
            (&mut config.election_timeout_jitter, self.election_timeout_jitter_ms),
            (&mut config.bootstrap_delay, self.bootstrap_delay_ms),
            (&mut config.forward_timeout, self.forward_timeout_ms),
            (&mut config.query_timeout, self.query_timeout_ms),
        ];
        for (time, ms) in times {
            if let Some(ms) = ms {
                *time = Duration::from_millis(ms);
            }
        }
        if let Some(max) = self.max_missed_heartbeats {
            config.max_missed_heartbeats = max;
        }
        config
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JoinArgs {
    /// The group's key: 64 hexadecimal digits are the secret itself, any other text is hashed.
    secret: Option<String>,
    /// Instead: the key that follows from a validator.
    key_of: Option<JwtArgs>,
    #[serde(default)]
    pub machine: MachineKind,
    batch_size: Option<NonZero<u64>>,
    fetch_timeout_ms: Option<u64>,
    preference: Option<PreferenceArgs>,
    pub consensus: Option<ConsensusArgs>,
    /// Bonds only with peers whose tickets all of these accept.
    #[serde(default)]
    pub require_tickets: Vec<JwtArgs>,
}

impl JoinArgs {
    pub fn key(&self) -> anyhow::Result<GroupKey> {
        match (&self.secret, &self.key_of) {
            (Some(secret), None) => Ok(GroupKey::from_secret(secret.as_str())),
            (None, Some(validator)) => Ok(GroupKey::from(&validator.build()?)),
            _ => bail!("a group's key is either a secret or that of a validator"),
        }
    }

    pub fn has_counter_options(&self) -> bool {
        self.batch_size.is_some() || self.fetch_timeout_ms.is_some() || self.preference.is_some()
    }

    pub fn counter(&self) -> anyhow::Result<CounterOptions> {
        if matches!(self.preference, Some(PreferenceArgs::Reluctant { factor: 0 })) {
            bail!("a reluctant member's factor must be positive");
        }
        Ok(CounterOptions {
            batch_size: self.batch_size,
            fetch_timeout: self.fetch_timeout_ms.map(Duration::from_millis),
            preference: self.preference.map_or_else(Default::default, Into::into),
        })
    }
}
