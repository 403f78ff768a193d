//! The Rust side of the live demo: a sensor of this machine, and a viewer of everyone's.

mod machine;
pub mod sensor;
pub mod viewer;

use anyhow::bail;
use serde::Deserialize;
use serde_json::Value;

use crate::peer::Context;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InfoArgs {
    handle: String,
}

/// `demoInfo {handle}`: the summary of a sensor or a viewer.
pub async fn info(ctx: Context, args: InfoArgs) -> anyhow::Result<Value> {
    if let Some(sensor) = ctx.peer.sensors.find(&args.handle) {
        return Ok(sensor.info());
    }
    if let Some(viewer) = ctx.peer.viewers.find(&args.handle) {
        return Ok(viewer.info());
    }
    bail!("no sensor or viewer {:?}", args.handle);
}
