//! Vecs.

use anyhow::bail;
use mosaik::{
    Datum,
    collections::{Vec as SharedVec, VecWriter},
};
use serde_json::Value;

use super::{
    element::{Element, List},
    handle::{Reads, Writes, Written, args, reads_alike, written},
};

impl<T, const IS_WRITER: bool> Reads for SharedVec<T, IS_WRITER>
where
    T: Element + Clone + Datum + Sync,
{
    reads_alike!();

    fn len(&self) -> usize {
        Self::len(self)
    }

    fn entries(&self) -> Vec<Value> {
        self.iter().map(|element| element.to_json()).collect()
    }
}

impl<T> Writes for VecWriter<T>
where
    T: Element + Clone + Datum + Sync,
{
    fn write(&self, operation: &str, given: &Value) -> anyhow::Result<Written> {
        Ok(match operation {
            "pushBack" => written(self.push_back(args::<(T,)>(given)?.0)),
            "pushFront" => written(self.push_front(args::<(T,)>(given)?.0)),
            // Beyond the end it breaks every member in Rust.
            "insert" => {
                let (index, element) = args::<(u64, T)>(given)?;
                written(self.insert(index, element))
            }
            "extend" => {
                let (List(elements),) = args::<(List<T>,)>(given)?;
                written(self.extend(elements))
            }
            "popBack" => written(self.pop_back()),
            "popFront" => written(self.pop_front()),
            "remove" => written(self.remove(args::<(u64,)>(given)?.0)),
            "swap" => {
                let (i, j) = args::<(u64, u64)>(given)?;
                written(self.swap(i, j))
            }
            "truncate" => written(self.truncate(args::<(u64,)>(given)?.0 as usize)),
            "clear" => written(self.clear()),
            other => bail!("vecs have no operation {other:?}"),
        })
    }
}
