//! Priority queues, with a capacity and without.

use std::{hash::Hash, ops::Bound};

use anyhow::bail;
use mosaik::{
    Datum,
    collections::{PriorityQueue, PriorityQueueWriter},
};
use serde_json::{Value, json};

use super::{
    element::{Element, List},
    handle::{Reads, Writes, Written, args, reads_alike, written},
};

impl<P, K, V, const CAP: u64, const IS_WRITER: bool> Reads for PriorityQueue<P, K, V, CAP, IS_WRITER>
where
    P: Element + Clone + Datum + Hash + Ord + Sync,
    K: Element + Clone + Datum + Hash + Eq + Sync,
    V: Element + Clone + Datum + Sync,
{
    reads_alike!();

    fn len(&self) -> usize {
        Self::len(self)
    }

    fn entries(&self) -> Vec<Value> {
        self.iter_asc().map(|entry| entry.to_json()).collect()
    }

    fn more(&self) -> Value {
        json!({ "min": self.get_min().to_json(), "max": self.get_max().to_json() })
    }
}

impl<P, K, V, const CAP: u64> Writes for PriorityQueueWriter<P, K, V, CAP>
where
    P: Element + Clone + Datum + Hash + Ord + Sync,
    K: Element + Clone + Datum + Hash + Eq + Sync,
    V: Element + Clone + Datum + Sync,
{
    fn write(&self, operation: &str, given: &Value) -> anyhow::Result<Written> {
        Ok(match operation {
            "insert" => {
                let (priority, key, value) = args::<(P, K, V)>(given)?;
                written(self.insert(priority, key, value))
            }
            "extend" => {
                let (List(entries),) = args::<(List<(P, K, V)>,)>(given)?;
                written(self.extend(entries))
            }
            "updatePriority" => {
                let (key, priority) = args::<(K, P)>(given)?;
                written(self.update_priority(&key, priority))
            }
            "updateValue" => {
                let (key, value) = args::<(K, V)>(given)?;
                written(self.update_value(&key, value))
            }
            "compareExchangeValue" => {
                let (key, expected, next) = args::<(K, V, Option<V>)>(given)?;
                written(self.compare_exchange_value(&key, expected, next))
            }
            "remove" => written(self.remove(&args::<(K,)>(given)?.0)),
            "removeMany" => {
                let (List(keys),) = args::<(List<K>,)>(given)?;
                written(self.remove_keys(keys))
            }
            "removeRange" => written(self.remove_range(args::<(Bound<P>, Bound<P>)>(given)?)),
            "clear" => written(self.clear()),
            other => bail!("queues have no operation {other:?}"),
        })
    }
}
