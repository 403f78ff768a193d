//! What goes into collections and comes out of them, and the arguments of operations, in JSON.

use std::ops::Bound;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::types::{Order, Place};
use crate::datum::{Item, plain_from_json, plain_to_json};

/// Something that has a JSON form. Arguments of an operation are a tuple.
pub trait Element: Sized {
    fn from_json(value: &Value) -> anyhow::Result<Self>;
    fn to_json(&self) -> Value;
}

impl<T: Item> Element for T {
    fn from_json(value: &Value) -> anyhow::Result<Self> {
        T::from_json(value)
    }

    fn to_json(&self) -> Value {
        T::to_json(self)
    }
}

/// Structures have serde's JSON.
macro_rules! plain {
    ($($T:ty),*) => {$(
        impl Element for $T {
            fn from_json(value: &Value) -> anyhow::Result<Self> {
                plain_from_json(value)
            }

            fn to_json(&self) -> Value {
                plain_to_json(self)
            }
        }
    )*};
}
plain!(Place, Order);

/// Tuples are arrays.
macro_rules! tuples {
    ($($length:literal: $($T:ident $at:tt),*;)*) => {$(
        impl<$($T: Element),*> Element for ($($T,)*) {
            fn from_json(value: &Value) -> anyhow::Result<Self> {
                let values = value.as_array().context("not an array")?;
                ensure!(values.len() == $length, "{} instead of {} values", values.len(), $length);
                Ok(($($T::from_json(&values[$at])?,)*))
            }

            fn to_json(&self) -> Value {
                json!([$(self.$at.to_json()),*])
            }
        }
    )*};
}
tuples! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
}

impl<T: Element> Element for Option<T> {
    fn from_json(value: &Value) -> anyhow::Result<Self> {
        match value {
            Value::Null => Ok(None),
            value => T::from_json(value).map(Some),
        }
    }

    fn to_json(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_json)
    }
}

/// Elements of one type. A `Vec<u8>` is an element of its own, in hexadecimal.
pub struct List<T>(pub Vec<T>);

impl<T: Element> Element for List<T> {
    fn from_json(value: &Value) -> anyhow::Result<Self> {
        let values = value.as_array().context("not an array")?;
        values.iter().map(T::from_json).collect::<Result<_, _>>().map(Self)
    }

    fn to_json(&self) -> Value {
        self.0.iter().map(T::to_json).collect()
    }
}

/// `{"included": p}`, `{"excluded": p}`, or null for no bound.
impl<P: Element> Element for Bound<P> {
    fn from_json(value: &Value) -> anyhow::Result<Self> {
        if value.is_null() {
            return Ok(Self::Unbounded);
        }
        match (value.get("included"), value.get("excluded")) {
            (Some(bound), None) => P::from_json(bound).map(Self::Included),
            (None, Some(bound)) => P::from_json(bound).map(Self::Excluded),
            _ => bail!("a bound is either included or excluded"),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Included(bound) => json!({ "included": bound.to_json() }),
            Self::Excluded(bound) => json!({ "excluded": bound.to_json() }),
            Self::Unbounded => Value::Null,
        }
    }
}
