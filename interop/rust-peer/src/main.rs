//! A real Rust mosaik node driven by JSON lines on stdin: the oracle of the interop tests of Mosaik for TypeScript.
//!
//! `../../README.md` is the command reference. The process ends in order when stdin ends, so it never outlives its parent.

mod addr;
mod certificate;
mod collections;
mod commands;
mod datum;
mod demo;
mod dht;
mod discovery;
mod functions;
mod groups;
mod load;
mod network;
mod output;
mod peer;
mod raw;
mod relay;
mod streams;
mod tickets;

use std::{sync::Arc, time::Duration};

use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use tracing_subscriber::EnvFilter;

use crate::{output::Output, peer::Peer};

/// How long tasks that ignore the end of the program may hold it up.
const RUNTIME_SHUTDOWN: Duration = Duration::from_millis(500);

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "error".into()))
        .init();
    let runtime = tokio::runtime::Runtime::new()?;
    let outcome = runtime.block_on(serve());
    runtime.shutdown_timeout(RUNTIME_SHUTDOWN);
    outcome
}

/// Reads requests until stdin ends or one asks to exit. Each runs as a task of its own, so answers may overtake each other.
async fn serve() -> anyhow::Result<()> {
    let peer = Arc::new(Peer::new(Output::to_stdout()));
    let mut lines = BufReader::new(stdin()).split(b'\n');
    let mut exit = None;
    while let Some(line) = lines.next_segment().await? {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        match commands::parse(line) {
            Ok(request) if request.cmd == "exit" => {
                exit = Some(request.id);
                break;
            }
            Ok(request) => {
                let id = request.id;
                let task = tokio::spawn(commands::run(Arc::clone(&peer), request));
                let output = peer.output.clone();
                tokio::spawn(async move {
                    let answer = task
                        .await
                        .unwrap_or_else(|panic| Err(anyhow::anyhow!("the command broke: {panic}")));
                    output.answer(Some(id), answer);
                });
            }
            Err((id, error)) => peer.output.answer(id, Err(error)),
        }
    }
    peer.shut_down().await;
    if let Some(id) = exit {
        peer.output.answer(Some(id), Ok(serde_json::json!({})));
    }
    peer.output.flush().await;
    Ok(())
}
