//! Application errors that a command can name.

use anyhow::bail;
use mosaik::Datum;
use serde::Deserialize;
use serde_json::Value;

/// The name of an error type in commands.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FailureKind {
    #[default]
    String,
    /// `()`, the crate's default.
    Unit,
}

/// An application error that can come from and go into a JSON line.
pub trait Failure: Datum + Sync {
    fn from_json(value: &Value) -> anyhow::Result<Self>;
    fn to_json(&self) -> Value;
}

impl Failure for String {
    fn from_json(value: &Value) -> anyhow::Result<Self> {
        Ok(Self::deserialize(value)?)
    }

    fn to_json(&self) -> Value {
        self.as_str().into()
    }
}

impl Failure for () {
    fn from_json(value: &Value) -> anyhow::Result<Self> {
        match value {
            Value::Null => Ok(()),
            other => bail!("the error of this function is null, not {other}"),
        }
    }

    fn to_json(&self) -> Value {
        Value::Null
    }
}

/// Runs `$body` with `$E` standing for the type that a `FailureKind` names.
macro_rules! with_failure {
    ($kind:expr, $E:ident => $body:expr) => {
        match $kind {
            $crate::functions::failure::FailureKind::String => {
                type $E = String;
                $body
            }
            $crate::functions::failure::FailureKind::Unit => {
                type $E = ();
                $body
            }
        }
    };
}
pub(crate) use with_failure;
