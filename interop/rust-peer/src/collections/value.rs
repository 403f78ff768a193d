//! Cells and onces: at most one value.

use anyhow::bail;
use mosaik::{
    Datum,
    collections::{Cell, CellWriter, Once, OnceWriter},
};
use serde_json::Value;

use super::{
    element::Element,
    handle::{Reads, Writes, Written, args, reads_alike, written},
};

macro_rules! reads_value {
    ($Kind:ident) => {
        impl<T, const IS_WRITER: bool> Reads for $Kind<T, IS_WRITER>
        where
            T: Element + Clone + Datum + Sync,
        {
            reads_alike!();

            fn len(&self) -> usize {
                usize::from(self.is_some())
            }

            fn entries(&self) -> Vec<Value> {
                self.read().iter().map(T::to_json).collect()
            }
        }
    };
}
reads_value!(Cell);
reads_value!(Once);

impl<T> Writes for CellWriter<T>
where
    T: Element + Clone + Datum + Sync,
{
    fn write(&self, operation: &str, given: &Value) -> anyhow::Result<Written> {
        Ok(match operation {
            "set" => written(self.set(args::<(T,)>(given)?.0)),
            "compareExchange" => {
                let (expected, next) = args::<(Option<T>, Option<T>)>(given)?;
                written(self.compare_exchange(expected, next))
            }
            "clear" => written(self.clear()),
            other => bail!("cells have no operation {other:?}"),
        })
    }
}

impl<T> Writes for OnceWriter<T>
where
    T: Element + Clone + Datum + Sync,
{
    fn write(&self, operation: &str, given: &Value) -> anyhow::Result<Written> {
        Ok(match operation {
            "set" => written(self.set(args::<(T,)>(given)?.0)),
            other => bail!("onces have no operation {other:?}"),
        })
    }
}
