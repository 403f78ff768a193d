//! A Rust mosaik node with the feature `tdx`, driven by JSON lines on stdin as `../../rust-peer` is: the oracle of the tests of TDX tickets.
//!
//! `../README.md` is the command reference. The process ends when stdin ends, so it never outlives its parent.

mod node;
mod stream;
mod tdx;

use std::{io::Write, sync::Arc, time::Duration};

use anyhow::anyhow;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

use crate::node::Peer;

/// How long tasks that ignore the end of the program may hold it up.
const RUNTIME_SHUTDOWN: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
struct Request {
    #[serde(default = "main_node")]
    node: String,
    #[serde(flatten)]
    command: Command,
}

fn main_node() -> String {
    "main".to_string()
}

#[derive(Deserialize)]
#[serde(tag = "cmd", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Command {
    Join(node::JoinArgs),
    SyncWith(node::SyncArgs),
    ReplaceTicket(node::TicketArgs),
    JudgeTickets(node::JudgeArgs),
    Produce(stream::OpenArgs),
    Consume(stream::OpenArgs),
    Send(stream::SendArgs),
    WaitCount(stream::WaitCountArgs),
    WaitSubscribed(stream::WaitSubscribedArgs),
    Drop { handle: String },
    ValidatorSignature { validator: tdx::ValidatorArgs },
    EncodeTicket { ticket: tdx::TicketFields },
    DecodeTicket { data: String },
}

async fn run(peer: Arc<Peer>, Request { node, command }: Request) -> anyhow::Result<Value> {
    match command {
        Command::Join(args) => peer.join(node, args).await,
        Command::SyncWith(args) => peer.sync_with(&node, args).await,
        Command::ReplaceTicket(args) => peer.replace_ticket(&node, args),
        Command::JudgeTickets(args) => peer.judge_tickets(&node, args).await,
        Command::Produce(args) => peer.produce(&node, args),
        Command::Consume(args) => peer.consume(&node, args),
        Command::Send(args) => peer.send(args).await,
        Command::WaitCount(args) => peer.wait_count(args).await,
        Command::WaitSubscribed(args) => peer.wait_subscribed(args).await,
        Command::Drop { handle } => peer.drop_stream(&handle),
        Command::ValidatorSignature { validator } => validator.signature(),
        Command::EncodeTicket { ticket } => ticket.encode(),
        Command::DecodeTicket { data } => tdx::decode(&data),
    }
}

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let outcome = runtime.block_on(serve());
    runtime.shutdown_timeout(RUNTIME_SHUTDOWN);
    outcome
}

/// Reads requests until stdin ends. Each runs as a task of its own, so answers may overtake each other, and one that panics answers for itself.
async fn serve() -> anyhow::Result<()> {
    let peer = Arc::new(Peer::default());
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let id = serde_json::from_str::<Value>(&line)
            .ok()
            .and_then(|line| line["id"].as_u64());
        match serde_json::from_str::<Request>(&line) {
            Ok(request) => {
                let task = tokio::spawn(run(Arc::clone(&peer), request));
                tokio::spawn(async move {
                    let panicked = |error| Err(anyhow!("the command broke: {error}"));
                    answer(id, task.await.unwrap_or_else(panicked));
                });
            }
            Err(error) => answer(id, Err(anyhow!("not a request: {error}"))),
        }
    }
    peer.leave().await;
    Ok(())
}

fn answer(id: Option<u64>, outcome: anyhow::Result<Value>) {
    print(&match outcome {
        Ok(ok) => json!({ "id": id, "ok": ok }),
        Err(error) => json!({ "id": id, "error": format!("{error:#}") }),
    });
}

/// Writes a line. A closed stdout means that the parent is gone; the end of stdin then ends the program.
fn print(line: &Value) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
