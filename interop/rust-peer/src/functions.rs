//! Functions: handlers whose behaviour a command chooses, and callers.

pub mod behaviour;
pub mod caller;
pub mod declared;
pub mod failure;
pub mod handler;

use anyhow::ensure;
use serde::Deserialize;

use self::failure::FailureKind;
use crate::datum::Kind;

/// Where a function's id comes from, and with it which of the crate's ways to declare one is taken.
#[derive(Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Form {
    /// `functionId`, or else the names of the request and response types.
    #[default]
    Closure,
    /// The type `declared::Speaker`, which implements `Function`.
    Trait,
    /// The type `declared::Pinned`, whose `signature` is an id of its own.
    Pinned,
    /// `function!(Shout = ...)`.
    Marker,
    /// `function!(Named = ..., "mosaik-peer.named")`.
    Named,
    /// `function!(Guarded = ..., require_ticket: ...)`: both sides need a ticket of `declared::guard`.
    Guarded,
}

impl Form {
    /// Declared functions have types of their own.
    fn check(self, kind: Kind, failure: FailureKind) -> anyhow::Result<()> {
        ensure!(
            self == Self::Closure || matches!((kind, failure), (Kind::String, FailureKind::String)),
            "a function of this form takes, gives and fails with strings"
        );
        Ok(())
    }
}
