//! Loads of numbered entries: `key-<n>` has the value n.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::anyhow;
use futures::FutureExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::block_in_place;

use super::InfoArgs;
use crate::{
    load::{self, Load},
    peer::Context,
};

/// Entries of one command of a fill.
const FILL_STEP: u64 = 2_000;

#[derive(Deserialize)]
pub struct InsertEachArgs {
    collection: String,
    /// The number of the first entry.
    first: u64,
    #[serde(flatten)]
    load: Load,
}

/// `insertEach {collection, first, count, inFlight?}`: a load of inserts.
pub async fn insert_each(ctx: Context, args: InsertEachArgs) -> anyhow::Result<Value> {
    let collection = Arc::downgrade(&ctx.peer.collections.get(&args.collection)?);
    let insert = move |index| {
        let (key, value) = entry(args.first + index);
        let written = collection
            .upgrade()
            .ok_or_else(|| anyhow!("the collection was dropped"))
            .and_then(|collection| collection.write(&[json!(["insert", key, value])]));
        async move {
            match written {
                Ok(written) => written.await.map(drop).map_err(|error| json!(error.to_string())),
                Err(error) => Err(json!(error.to_string())),
            }
        }
        .boxed()
    };
    load::run(args.load, insert).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FillArgs {
    collection: String,
    first: u64,
    count: u64,
}

/// `fill {collection, first, count}`: `{}` when this node has all of them, which come in commands of many entries.
pub async fn fill(ctx: Context, args: FillArgs) -> anyhow::Result<Value> {
    let end = args.first + args.count;
    let mut first = args.first;
    while first < end {
        let next = end.min(first + FILL_STEP);
        let entries: Vec<_> = (first..next).map(entry).collect();
        let written = ctx
            .peer
            .collections
            .get(&args.collection)?
            .write(&[json!(["extend", entries])])?;
        written.await?;
        first = next;
    }
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GetEachArgs {
    collection: String,
    /// How many keys are asked for in turn.
    keys: u64,
    count: u64,
}

/// `getEach {collection, keys, count}`: `{found, elapsedMs}` of so many reads of the first keys.
pub async fn get_each(ctx: Context, args: GetEachArgs) -> anyhow::Result<Value> {
    let collection = ctx.peer.collections.get(&args.collection)?;
    let keys: Vec<_> = (0..args.keys).map(|number| json!(entry(number).0)).collect();
    let (found, elapsed): (u64, Duration) = block_in_place(|| collection.reads().get_each(&keys, args.count))?;
    Ok(json!({ "found": found, "elapsedMs": elapsed.as_secs_f64() * 1_000.0 }))
}

/// `numberedEntries {collection}`: `{right}`, how many of the entries are those of the first numbers, as many as there are.
pub async fn numbered_entries(ctx: Context, args: InfoArgs) -> anyhow::Result<Value> {
    let collection = ctx.peer.collections.get(&args.collection)?;
    let entries = block_in_place(|| collection.reads().entries());
    let size = entries.len() as u64;
    let is_right = |given: &&Value| {
        given[1]
            .as_u64()
            .is_some_and(|number| number < size && **given == json!(entry(number)))
    };
    Ok(json!({ "right": entries.iter().filter(is_right).count() }))
}

/// How long it takes to get keys in turn, and how many of them were there.
pub fn got_in_turn<K>(keys: &[K], count: u64, mut has: impl FnMut(&K) -> bool) -> (u64, Duration) {
    let started = Instant::now();
    let found = keys.iter().cycle().take(count as usize).filter(|key| has(key)).count();
    (found as u64, started.elapsed())
}

fn entry(number: u64) -> (String, u64) {
    (format!("key-{number}"), number)
}
