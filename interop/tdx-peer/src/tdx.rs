//! Validators of TDX from JSON, and tickets to and from their fields.

use std::{str::FromStr, time::Duration};

use anyhow::{Context as _, anyhow};
use chrono::{DateTime, Utc};
use mosaik::{
    NetworkId, PeerId,
    tee::tdx::{Measurement, MeasurementsCriteria, Tdx, TdxTicket},
    tickets::{Expiration, Ticket, TicketValidator},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Registers that are demanded, each in hex.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CriteriaArgs {
    mrtd: Option<String>,
    rtmr0: Option<String>,
    rtmr1: Option<String>,
    rtmr2: Option<String>,
    rtmr3: Option<String>,
}

impl CriteriaArgs {
    fn build(&self) -> anyhow::Result<MeasurementsCriteria> {
        let register = |text: &Option<String>| text.as_deref().map(Measurement::from_str).transpose();
        Ok(MeasurementsCriteria {
            mrtd: register(&self.mrtd)?,
            rtmr: [
                register(&self.rtmr0)?,
                register(&self.rtmr1)?,
                register(&self.rtmr2)?,
                register(&self.rtmr3)?,
            ],
        })
    }
}

/// A `Tdx` validator, in the words of `TdxOptions` of Mosaik for TypeScript.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ValidatorArgs {
    #[serde(default)]
    measurements: CriteriaArgs,
    #[serde(default)]
    variants: Vec<CriteriaArgs>,
    max_age_ms: Option<u64>,
    not_before_ms: Option<i64>,
    max_lifetime_ms: Option<u64>,
}

impl ValidatorArgs {
    pub fn build(&self) -> anyhow::Result<Tdx> {
        let mut tdx = Tdx::baseline(self.measurements.build()?);
        for variant in &self.variants {
            tdx = tdx.allow_variant(variant.build()?);
        }
        if let Some(ms) = self.max_age_ms {
            tdx = tdx.max_age(Duration::from_millis(ms));
        }
        if let Some(ms) = self.not_before_ms {
            tdx = tdx.not_before(DateTime::from_timestamp_millis(ms).context("no such moment")?);
        }
        if let Some(ms) = self.max_lifetime_ms {
            tdx = tdx.max_lifetime(Duration::from_millis(ms));
        }
        Ok(tdx)
    }

    pub fn signature(&self) -> anyhow::Result<Value> {
        Ok(json!({ "signature": self.build()?.signature() }))
    }
}

/// What a ticket says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TicketFields {
    /// In hex.
    quote: String,
    peer_id: PeerId,
    network_id: NetworkId,
    started_at: DateTime<Utc>,
    quoted_at: DateTime<Utc>,
    /// Never, if absent.
    expiration: Option<DateTime<Utc>>,
}

impl TicketFields {
    /// The ticket as Rust writes it. The crate makes tickets of its own hardware's quotes alone; but it reads them from any format of serde.
    pub fn encode(self) -> anyhow::Result<Value> {
        let quote = hex::decode(self.quote).context("wrong hex")?;
        let ticket: TdxTicket = serde_json::from_value(json!({
            "quote_bytes": quote,
            "extra": {
                "peer_id": self.peer_id,
                "network_id": self.network_id,
                "started_at": self.started_at,
                "quoted_at": self.quoted_at,
                "expiration": self.expiration.map_or(Expiration::Never, Expiration::At),
            },
        }))?;
        let ticket = Ticket::try_from(ticket)?;
        Ok(json!({ "class": ticket.class, "data": hex::encode(ticket.data()) }))
    }
}

/// What all accessors of a ticket say, but `uptime`, which is the clock's.
pub fn decode(data: &str) -> anyhow::Result<Value> {
    let data = hex::decode(data).context("wrong hex")?;
    let ticket = TdxTicket::try_from(data.as_slice()).map_err(|error| anyhow!(error))?;
    let measured = ticket.measurements();
    Ok(json!({
        "ticket": TicketFields {
            quote: hex::encode(ticket.quote_bytes()),
            peer_id: *ticket.peer_id(),
            network_id: *ticket.network_id(),
            started_at: *ticket.started_at(),
            quoted_at: *ticket.quoted_at(),
            expiration: match ticket.expiration() {
                Expiration::Never => None,
                Expiration::At(moment) => Some(*moment),
            },
        },
        "measurements": {
            "mrtd": measured.mrtd().to_string(),
            "rtmr0": measured.rtmr0().to_string(),
            "rtmr1": measured.rtmr1().to_string(),
            "rtmr2": measured.rtmr2().to_string(),
            "rtmr3": measured.rtmr3().to_string(),
        },
        "reportData": hex::encode(ticket.quote().report_input_data()),
    }))
}
