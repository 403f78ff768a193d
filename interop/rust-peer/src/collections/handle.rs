//! A collection whose kind and types are known to nobody but itself.

use std::time::Duration;

use anyhow::{anyhow, bail};
use futures::{
    FutureExt as _,
    future::{BoxFuture, join_all},
};
use mosaik::collections::{Error, Version, When};
use serde_json::{Value, json};

use super::element::Element;

/// Holds nothing of the collection: it ends when its handle is dropped, whatever still waits.
pub type Written = BoxFuture<'static, anyhow::Result<u64>>;

/// What readers and writers can do.
pub trait Reads: Send + Sync {
    fn id(&self) -> String;
    fn len(&self) -> usize;
    fn version(&self) -> Version;
    fn when(&self) -> &When;
    /// In the order of the crate's own iterator.
    fn entries(&self) -> Vec<Value>;
    /// What only this kind can tell.
    fn more(&self) -> Value {
        Value::Null
    }
    /// Gets keys in turn, so many in all: how many were there, and how long it took.
    fn get_each(&self, _keys: &[Value], _count: u64) -> anyhow::Result<(u64, Duration)> {
        bail!("it has no keys")
    }
}

/// What writers can do.
pub trait Writes: Reads {
    /// Hands the operation's command over before it returns.
    fn write(&self, operation: &str, args: &Value) -> anyhow::Result<Written>;
}

/// What a command has opened.
pub enum Collection {
    Reader(Box<dyn Reads>),
    Writer(Box<dyn Writes>),
}

impl Collection {
    pub fn reads(&self) -> &dyn Reads {
        match self {
            Self::Reader(reader) => &**reader,
            Self::Writer(writer) => &**writer,
        }
    }

    /// `[operation, argument, ...]` each, in their order. Resolves when this node has carried out all of them, with their versions.
    pub fn write(&self, steps: &[Value]) -> anyhow::Result<BoxFuture<'static, anyhow::Result<Value>>> {
        let Self::Writer(writer) = self else {
            return Err(anyhow!("a reader does not write"));
        };
        let written = steps
            .iter()
            .map(|step| match step.as_array().map(Vec::as_slice) {
                Some([Value::String(operation), args @ ..]) => writer.write(operation, &Value::from(args)),
                _ => Err(anyhow!("a step is an array that begins with an operation")),
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(async move {
            let versions = join_all(written).await.into_iter().collect::<Result<Vec<_>, _>>()?;
            Ok(json!({ "versions": versions }))
        }
        .boxed())
    }
}

/// The arguments of an operation, of which there are as many as the tuple has members.
pub fn args<T: Element>(args: &Value) -> anyhow::Result<T> {
    T::from_json(args)
}

pub fn written<T: Send>(written: impl Future<Output = Result<Version, Error<T>>> + Send + 'static) -> Written {
    async move {
        match written.await {
            Ok(version) => Ok(version.0.0),
            Err(Error::Offline(_)) => Err(anyhow!("offline")),
            Err(Error::Encoding(_, error)) => Err(anyhow!("encoding: {error}")),
            Err(Error::NetworkDown) => Err(anyhow!("network down")),
        }
    }
    .boxed()
}

/// The part of `Reads` that all kinds have in the same words.
macro_rules! reads_alike {
    () => {
        fn id(&self) -> String {
            self.group_id().to_string()
        }

        fn version(&self) -> mosaik::collections::Version {
            Self::version(self)
        }

        fn when(&self) -> &mosaik::collections::When {
            Self::when(self)
        }
    };
}
pub(super) use reads_alike;
