//! Collections: readers and writers of all kinds, with some types each.

mod element;
pub mod handle;
mod map;
pub mod numbered;
mod open;
mod queue;
mod set;
mod types;
mod value;
mod vec;

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use futures::FutureExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{task::spawn_blocking, time::sleep};

use self::{
    handle::{Collection, Reads},
    open::OpenArgs,
};
use crate::peer::Context;

const LOOK_EVERY: Duration = Duration::from_millis(5);

/// `openCollection {type, store, role, sync?, requireTickets?}`: `{collection, groupId}`.
pub async fn open(ctx: Context, args: OpenArgs) -> anyhow::Result<Value> {
    let network = ctx.network()?;
    // The crate keeps a lock while it lets a member in, and stops the thread of whoever opens a collection until then: not one that has
    // tasks to carry out, or there may be none left.
    let opened = spawn_blocking(move || open::open(&network, &args)).await??;
    let id = opened.reads().id();
    let handle = ctx.peer.collections.insert_with(&ctx.node, |_| Arc::new(opened));
    Ok(json!({ "collection": handle, "groupId": id }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WriteArgs {
    collection: String,
    steps: Vec<Value>,
}

/// `write {collection, steps}`: `{versions}` when this node has carried out all steps, which go out one behind the other.
pub async fn write(ctx: Context, args: WriteArgs) -> anyhow::Result<Value> {
    let written = ctx.peer.collections.get(&args.collection)?.write(&args.steps)?;
    written.await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InfoArgs {
    collection: String,
}

/// `collectionInfo {collection}`: `{size, version, online}`, and of a queue `more: {min, max}`.
pub async fn info(ctx: Context, args: InfoArgs) -> anyhow::Result<Value> {
    let collection = ctx.peer.collections.get(&args.collection)?;
    let reads = collection.reads();
    Ok(json!({
        "size": reads.len(),
        "version": reads.version().0.0,
        "online": is_online(reads),
        "more": reads.more(),
    }))
}

/// `collectionEntries {collection}`: `{entries}` in the order of the crate's iterator.
pub async fn entries(ctx: Context, args: InfoArgs) -> anyhow::Result<Value> {
    let collection = ctx.peer.collections.get(&args.collection)?;
    Ok(json!({ "entries": collection.reads().entries() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitArgs {
    collection: String,
    #[serde(default)]
    online: bool,
    #[serde(default)]
    version: u64,
}

/// `waitCollection {collection, online?, version?}`: `{}` when it is online, and has reached the version.
pub async fn wait(ctx: Context, args: WaitArgs) -> anyhow::Result<Value> {
    // Looks again and again, so that the wait does not hold the collection.
    let collection = Arc::downgrade(&ctx.peer.collections.get(&args.collection)?);
    loop {
        let held: Arc<Collection> = collection.upgrade().context("the collection was dropped")?;
        let reads = held.reads();
        if reads.version().0.0 >= args.version && (!args.online || is_online(reads)) {
            return Ok(json!({}));
        }
        drop(held);
        sleep(LOOK_EVERY).await;
    }
}

/// The crate gives no other way to ask.
fn is_online(reads: &dyn Reads) -> bool {
    reads.when().online().now_or_never().is_some()
}
