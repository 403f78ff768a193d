//! Sets.

use std::hash::Hash;

use anyhow::bail;
use mosaik::{
    Datum,
    collections::{Set, SetWriter},
};
use serde_json::Value;

use super::{
    element::{Element, List},
    handle::{Reads, Writes, Written, args, reads_alike, written},
};

impl<T, const IS_WRITER: bool> Reads for Set<T, IS_WRITER>
where
    T: Element + Clone + Datum + Hash + Eq + Sync,
{
    reads_alike!();

    fn len(&self) -> usize {
        Self::len(self)
    }

    fn entries(&self) -> Vec<Value> {
        self.iter().map(|element| element.to_json()).collect()
    }
}

impl<T> Writes for SetWriter<T>
where
    T: Element + Clone + Datum + Hash + Eq + Sync,
{
    fn write(&self, operation: &str, given: &Value) -> anyhow::Result<Written> {
        Ok(match operation {
            "insert" => written(self.insert(args::<(T,)>(given)?.0)),
            "extend" => {
                let (List(elements),) = args::<(List<T>,)>(given)?;
                written(self.extend(elements))
            }
            "remove" => written(self.remove::<T>(&args::<(T,)>(given)?.0)),
            "removeMany" => {
                let (List(elements),) = args::<(List<T>,)>(given)?;
                written(self.remove_many(elements))
            }
            "clear" => written(self.clear()),
            other => bail!("sets have no operation {other:?}"),
        })
    }
}
