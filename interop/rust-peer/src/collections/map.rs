//! Maps.

use std::{hash::Hash, time::Duration};

use anyhow::bail;
use mosaik::{
    Datum,
    collections::{Map, MapWriter},
};
use serde_json::{Value, json};

use super::{
    element::{Element, List},
    handle::{Reads, Writes, Written, args, reads_alike, written},
    numbered::got_in_turn,
};

impl<K, V, const IS_WRITER: bool> Reads for Map<K, V, IS_WRITER>
where
    K: Element + Clone + Datum + Hash + Eq + Sync,
    V: Element + Clone + Datum + Sync,
{
    reads_alike!();

    fn len(&self) -> usize {
        Self::len(self)
    }

    fn entries(&self) -> Vec<Value> {
        self.iter()
            .map(|(key, value)| json!([key.to_json(), value.to_json()]))
            .collect()
    }

    fn get_each(&self, keys: &[Value], count: u64) -> anyhow::Result<(u64, Duration)> {
        let keys = keys.iter().map(K::from_json).collect::<Result<Vec<_>, _>>()?;
        Ok(got_in_turn(&keys, count, |key| self.get(key).is_some()))
    }
}

impl<K, V> Writes for MapWriter<K, V>
where
    K: Element + Clone + Datum + Hash + Eq + Sync,
    V: Element + Clone + Datum + Sync,
{
    fn write(&self, operation: &str, given: &Value) -> anyhow::Result<Written> {
        Ok(match operation {
            "insert" => {
                let (key, value) = args::<(K, V)>(given)?;
                written(self.insert(key, value))
            }
            "extend" => {
                let (List(entries),) = args::<(List<(K, V)>,)>(given)?;
                written(self.extend(entries))
            }
            "compareExchange" => {
                let (key, expected, next) = args::<(K, Option<V>, Option<V>)>(given)?;
                written(self.compare_exchange(key, expected, next))
            }
            "remove" => written(self.remove(&args::<(K,)>(given)?.0)),
            "removeMany" => {
                let (List(keys),) = args::<(List<K>,)>(given)?;
                written(self.remove_many(keys))
            }
            "clear" => written(self.clear()),
            other => bail!("maps have no operation {other:?}"),
        })
    }
}
