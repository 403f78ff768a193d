//! u64 in JSON: a number as far as JavaScript can count, a string of digits beyond. On the wire nothing changes.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_json::Value;

const SAFE_INTEGER_MAX: u64 = (1 << 53) - 1;

pub fn to_json(value: u64) -> Value {
    match value {
        0..=SAFE_INTEGER_MAX => value.into(),
        _ => value.to_string().into(),
    }
}

pub fn from_json(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

pub fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        to_json(*value).serialize(serializer)
    } else {
        serializer.serialize_u64(*value)
    }
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    if deserializer.is_human_readable() {
        let value = Value::deserialize(deserializer)?;
        from_json(&value).ok_or_else(|| D::Error::custom("not a u64: a number, or a string of digits"))
    } else {
        u64::deserialize(deserializer)
    }
}
