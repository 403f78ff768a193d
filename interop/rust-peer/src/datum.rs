//! What streams carry: the types that a command can name, and their JSON.

pub mod json_u64;
pub mod types;

use anyhow::Context as _;
use mosaik::{Bytes, Datum};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use types::{Reading, SensorReading, Shape};

/// The name of a datum type in commands.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    String,
    U64,
    Bytes,
    VecU8,
    SensorReading,
    Shape,
    Reading,
}

/// Runs `$body` with `$T` standing for the type that a `Kind` names.
macro_rules! with_kind {
    ($kind:expr, $T:ident => $body:expr) => {
        match $kind {
            $crate::datum::Kind::String => {
                type $T = String;
                $body
            }
            $crate::datum::Kind::U64 => {
                type $T = u64;
                $body
            }
            $crate::datum::Kind::Bytes => {
                type $T = mosaik::Bytes;
                $body
            }
            $crate::datum::Kind::VecU8 => {
                type $T = Vec<u8>;
                $body
            }
            $crate::datum::Kind::SensorReading => {
                type $T = $crate::datum::types::SensorReading;
                $body
            }
            $crate::datum::Kind::Shape => {
                type $T = $crate::datum::types::Shape;
                $body
            }
            $crate::datum::Kind::Reading => {
                type $T = $crate::datum::types::Reading;
                $body
            }
        }
    };
}
pub(crate) use with_kind;

/// A datum that can come from and go into a JSON line.
pub trait Item: Datum + Sync {
    fn from_json(value: &Value) -> anyhow::Result<Self>;
    fn to_json(&self) -> Value;
    /// The `index`-th datum of a load, of about `payload_bytes` where the type's size is free.
    fn numbered(index: u64, payload_bytes: usize) -> Self;
}

impl Item for String {
    fn from_json(value: &Value) -> anyhow::Result<Self> {
        plain_from_json(value)
    }

    fn to_json(&self) -> Value {
        self.as_str().into()
    }

    /// The index in decimal, padded with dots.
    fn numbered(index: u64, payload_bytes: usize) -> Self {
        format!("{index:.<payload_bytes$}")
    }
}

impl Item for u64 {
    fn from_json(value: &Value) -> anyhow::Result<Self> {
        json_u64::from_json(value).context("not a u64: a number, or a string of digits")
    }

    fn to_json(&self) -> Value {
        json_u64::to_json(*self)
    }

    fn numbered(index: u64, _: usize) -> Self {
        index
    }
}

impl Item for Bytes {
    fn from_json(value: &Value) -> anyhow::Result<Self> {
        Vec::from_json(value).map(Bytes::from)
    }

    fn to_json(&self) -> Value {
        hex::encode(self).into()
    }

    fn numbered(index: u64, payload_bytes: usize) -> Self {
        Vec::numbered(index, payload_bytes).into()
    }
}

impl Item for Vec<u8> {
    fn from_json(value: &Value) -> anyhow::Result<Self> {
        hex::decode(value.as_str().context("not a string of hex")?).context("wrong hex")
    }

    fn to_json(&self) -> Value {
        hex::encode(self).into()
    }

    /// The index as little-endian u64, then bytes of its lowest one; at least eight bytes.
    fn numbered(index: u64, payload_bytes: usize) -> Self {
        let mut bytes = index.to_le_bytes().to_vec();
        bytes.resize(payload_bytes.max(bytes.len()), index as u8);
        bytes
    }
}

impl Item for SensorReading {
    fn from_json(value: &Value) -> anyhow::Result<Self> {
        plain_from_json(value)
    }

    fn to_json(&self) -> Value {
        plain_to_json(self)
    }

    fn numbered(index: u64, payload_bytes: usize) -> Self {
        Self {
            sensor: String::numbered(index, payload_bytes),
            channel: index as u8,
            celsius: index as f64 / 10.0,
            humidity: 0.5,
            offset: -(index as i32),
            at: index,
            calibrated: index.is_multiple_of(2),
            labels: vec![format!("label-{index}")],
            note: index.is_multiple_of(3).then(|| "third".to_string()),
            mark: [index as u8; 4],
        }
    }
}

impl Item for Shape {
    fn from_json(value: &Value) -> anyhow::Result<Self> {
        plain_from_json(value)
    }

    fn to_json(&self) -> Value {
        plain_to_json(self)
    }

    fn numbered(index: u64, _: usize) -> Self {
        match index % 4 {
            0 => Self::Empty,
            1 => Self::Circle(index as u32),
            2 => Self::Rect {
                w: index as u32,
                h: index as u32 + 1,
            },
            _ => Self::Pair(index as u8, -(index as i16)),
        }
    }
}

impl Item for Reading {
    fn from_json(value: &Value) -> anyhow::Result<Self> {
        plain_from_json(value)
    }

    fn to_json(&self) -> Value {
        plain_to_json(self)
    }

    fn numbered(index: u64, payload_bytes: usize) -> Self {
        Self {
            sensor: String::numbered(0, payload_bytes),
            metric: "index".to_string(),
            value: index as f64,
            unit: "1".to_string(),
            seq: index,
            at_ms: index,
        }
    }
}

pub fn plain_from_json<T: DeserializeOwned>(value: &Value) -> anyhow::Result<T> {
    Ok(T::deserialize(value)?)
}

/// Every type here has a JSON form; should one lose it, its items say so instead of vanishing.
pub fn plain_to_json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_else(|error| error.to_string().into())
}
