//! The structures that collections hold. Their full names enter the ids of the collections' groups, their field order is their wire format.

use serde::{Deserialize, Serialize};

use crate::datum::json_u64;

/// A key that is also a priority: it has Rust's derived hash and order.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub venue: Venue,
    pub row: u16,
    pub seat: i32,
    pub holder: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Venue {
    Open,
    Hall(u8),
    Tent { name: String },
}

/// A value: no key, because it has a float.
#[derive(Clone, Serialize, Deserialize)]
pub struct Order {
    #[serde(with = "json_u64")]
    pub quantity: u64,
    pub price: f64,
    pub note: String,
}
