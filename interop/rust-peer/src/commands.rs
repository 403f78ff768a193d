//! The table of commands: which function of which room answers what.

use std::{future::Future, sync::Arc};

use anyhow::{Context as _, anyhow, bail};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    collections, demo, dht, discovery, functions, groups, network,
    peer::{Context, Peer},
    raw, relay, streams, tickets,
};

/// One line of stdin. What is not named here is the command's own.
#[derive(Deserialize)]
pub struct Request {
    pub id: u64,
    pub cmd: String,
    /// Which of the process's nodes is meant.
    #[serde(default = "main_node")]
    node: String,
    #[serde(flatten)]
    args: Map<String, Value>,
}

fn main_node() -> String {
    "main".to_string()
}

/// Reads a request; an error carries the request's id if the line has one.
pub fn parse(line: &[u8]) -> Result<Request, (Option<u64>, anyhow::Error)> {
    let value: Value = serde_json::from_slice(line).map_err(|error| (None, anyhow!("not JSON: {error}")))?;
    let id = value.get("id").and_then(Value::as_u64);
    serde_json::from_value(value).map_err(|error| (id, anyhow!("not a request: {error}")))
}

/// Carries out a request. `exit` is the main loop's.
pub async fn run(peer: Arc<Peer>, request: Request) -> anyhow::Result<Value> {
    let ctx = Context {
        peer,
        node: request.node,
    };
    let args = Value::Object(request.args);
    match request.cmd.as_str() {
        "relay" => call(relay::start, ctx, args).await,

        "dhtTestnet" => call(dht::testnet::start, ctx, args).await,
        "dhtNodeStop" => call(dht::testnet::stop_node, ctx, args).await,
        "dhtNodeStart" => call(dht::testnet::start_node, ctx, args).await,
        "dhtSlots" => call(dht::slots::read, ctx, args).await,
        "dhtPublish" => call(dht::slots::publish, ctx, args).await,
        "dhtGet" => call(dht::items::get, ctx, args).await,
        "dhtPut" => call(dht::items::put, ctx, args).await,

        "join" => call(network::join, ctx, args).await,
        "leave" => call(network::leave, ctx, args).await,
        "addr" => call(network::addr, ctx, args).await,

        "dial" => call(discovery::dial, ctx, args).await,
        "syncWith" => call(discovery::sync_with, ctx, args).await,
        "ping" => call(discovery::ping, ctx, args).await,
        "catalog" => call(discovery::catalog, ctx, args).await,
        "me" => call(discovery::me, ctx, args).await,
        "addTags" => call(discovery::add_tags, ctx, args).await,
        "removeTags" => call(discovery::remove_tags, ctx, args).await,

        "produce" => call(streams::producer::produce, ctx, args).await,
        "send" => call(streams::producer::send, ctx, args).await,
        "produceMany" => call(streams::producer::produce_many, ctx, args).await,
        "producerInfo" => call(streams::producer::info, ctx, args).await,
        "consume" => call(streams::consumer::consume, ctx, args).await,
        "consumerInfo" => call(streams::consumer::info, ctx, args).await,
        "waitCount" => call(streams::consumer::wait_count, ctx, args).await,
        "waitOnline" => call(streams::wait_online, ctx, args).await,
        "waitSubscribed" => call(streams::wait_subscribed, ctx, args).await,

        "handle" => call(functions::handler::handle, ctx, args).await,
        "handlerInfo" => call(functions::handler::info, ctx, args).await,
        "answer" => call(functions::behaviour::answer, ctx, args).await,
        "caller" => call(functions::caller::open, ctx, args).await,
        "call" => call(functions::caller::call, ctx, args).await,
        "callMany" => call(functions::caller::call_many, ctx, args).await,
        "callerInfo" => call(functions::caller::info, ctx, args).await,
        "waitAvailable" => call(functions::caller::wait_available, ctx, args).await,

        "joinGroup" => call(groups::join, ctx, args).await,
        "feed" => call(groups::feed, ctx, args).await,
        "execute" => call(groups::execute, ctx, args).await,
        "executeEach" => call(groups::execute_each, ctx, args).await,
        "query" => call(groups::query, ctx, args).await,
        "groupInfo" => call(groups::info, ctx, args).await,

        "openCollection" => call(collections::open, ctx, args).await,
        "write" => call(collections::write, ctx, args).await,
        "collectionInfo" => call(collections::info, ctx, args).await,
        "collectionEntries" => call(collections::entries, ctx, args).await,
        "waitCollection" => call(collections::wait, ctx, args).await,
        "insertEach" => call(collections::numbered::insert_each, ctx, args).await,
        "fill" => call(collections::numbered::fill, ctx, args).await,
        "getEach" => call(collections::numbered::get_each, ctx, args).await,
        "numberedEntries" => call(collections::numbered::numbered_entries, ctx, args).await,

        "issueTicket" => call(tickets::issue, ctx, args).await,
        "addTicket" => call(tickets::add, ctx, args).await,
        "replaceTicket" => call(tickets::replace, ctx, args).await,
        "removeTicket" => call(tickets::remove, ctx, args).await,
        "removeTicketsOf" => call(tickets::remove_of, ctx, args).await,
        "judgeTickets" => call(tickets::judge, ctx, args).await,
        "validatorSignature" => call(tickets::signature, ctx, args).await,

        "rawDial" => call(raw::dial, ctx, args).await,
        "rawSend" => call(raw::send, ctx, args).await,
        "rawFinish" => call(raw::finish, ctx, args).await,
        "rawRecv" => call(raw::recv, ctx, args).await,
        "rawClose" => call(raw::close, ctx, args).await,
        "rawClosed" => call(raw::closed, ctx, args).await,

        "demoSensor" => call(demo::sensor::start, ctx, args).await,
        "demoViewer" => call(demo::viewer::start, ctx, args).await,
        "demoInfo" => call(demo::info, ctx, args).await,

        "drop" => call(drop_handle, ctx, args).await,
        unknown => bail!("unknown command {unknown:?}"),
    }
}

async fn call<A, F>(command: fn(Context, A) -> F, ctx: Context, args: Value) -> anyhow::Result<Value>
where
    A: DeserializeOwned,
    F: Future<Output = anyhow::Result<Value>>,
{
    let args = serde_json::from_value(args).context("wrong arguments")?;
    command(ctx, args).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DropArgs {
    handle: String,
}

/// Gives up a producer, consumer, handler, caller, group, collection, raw connection, sensor or viewer.
async fn drop_handle(ctx: Context, args: DropArgs) -> anyhow::Result<Value> {
    ctx.peer.drop_handle(&args.handle)?;
    Ok(Value::Object(Map::new()))
}
