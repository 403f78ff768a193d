//! Single items of the DHT, by mainline's own client (BEP 44).

use mainline::{Dht, MutableItem, SigningKey, async_dht::AsyncDht};
use serde::Deserialize;
use serde_json::{Value, json};

use super::REQUEST_TIMEOUT;
use crate::peer::Context;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetArgs {
    bootstrap: Vec<String>,
    /// In hex.
    public_key: String,
}

/// `dhtGet {bootstrap, publicKey}`: the newest item of a key.
pub async fn get(_: Context, args: GetArgs) -> anyhow::Result<Value> {
    let mut key = [0; 32];
    hex::decode_to_slice(args.public_key, &mut key)?;
    let item = client(&args.bootstrap)?.get_mutable_most_recent(&key, None).await;
    let item = item.map(|item| json!({ "seq": item.seq(), "value": hex::encode(item.value()) }));
    Ok(json!({ "item": item }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutArgs {
    bootstrap: Vec<String>,
    /// The secret key in hex.
    seed: String,
    value: String,
    seq: i64,
    cas: Option<i64>,
}

/// `dhtPut {bootstrap, seed, value, seq, cas?}`: stores an item with its nearest nodes.
pub async fn put(_: Context, args: PutArgs) -> anyhow::Result<Value> {
    let mut seed = [0; 32];
    hex::decode_to_slice(args.seed, &mut seed)?;
    let value = hex::decode(args.value)?;
    let item = MutableItem::new(SigningKey::from_bytes(&seed), &value, args.seq, None);
    let outcome = client(&args.bootstrap)?.put_mutable(item, args.cas).await?;
    Ok(json!({ "stored": outcome.stored_at }))
}

fn client(bootstrap: &[String]) -> anyhow::Result<AsyncDht> {
    let client = Dht::builder()
        .bootstrap(bootstrap)
        .request_timeout(REQUEST_TIMEOUT)
        .build()?;
    Ok(client.as_async())
}
