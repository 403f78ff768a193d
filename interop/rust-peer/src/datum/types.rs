//! The structured datum types. Their field order is their wire format.

use serde::{Deserialize, Serialize};

use super::json_u64;

/// One field of every kind that a typical datum has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SensorReading {
    pub sensor: String,
    pub channel: u8,
    pub celsius: f64,
    pub humidity: f32,
    pub offset: i32,
    #[serde(with = "json_u64")]
    pub at: u64,
    pub calibrated: bool,
    pub labels: Vec<String>,
    pub note: Option<String>,
    pub mark: [u8; 4],
}

/// Every form that an enum's variant can have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Shape {
    Empty,
    Circle(u32),
    Rect { w: u32, h: u32 },
    Pair(u8, i16),
}

/// What the sensors of the live demo (`npm run demo`) send: `mosaik_demo::Reading`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: String,
    pub metric: String,
    pub value: f64,
    pub unit: String,
    /// Counts the readings of this sensor from 1, without a gap.
    #[serde(with = "json_u64")]
    pub seq: u64,
    /// Milliseconds since the Unix epoch.
    #[serde(with = "json_u64")]
    pub at_ms: u64,
}
