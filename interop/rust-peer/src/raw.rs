//! Bare iroh endpoints, for what a well-behaved node never sends and for the close codes it gets for it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use futures::future::join_all;
use iroh::{
    Endpoint, EndpointAddr, RelayMode,
    endpoint::{Connection, ConnectionError, ReadExactError, RecvStream, SendStream, VarInt, presets},
};
use mosaik::{Digest, SecretKey};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    sync::{Mutex, OnceCell},
    time::timeout,
};

use crate::{
    addr::Addr,
    peer::{Context, Table},
};

/// The largest frame that is read; a test that wants more is wrong.
const FRAME_BYTES_MAX: usize = 64 << 20;
const CLOSE_MAX: Duration = Duration::from_millis(300);

/// The bare endpoints, one per identity, and their connections.
pub struct Raw {
    endpoints: Mutex<HashMap<Option<String>, Endpoint>>,
    connections: Table<RawConnection>,
}

impl Default for Raw {
    fn default() -> Self {
        Self {
            endpoints: Mutex::default(),
            connections: Table::new("raw"),
        }
    }
}

impl Raw {
    /// The endpoint of an identity: of `seed`, or of a random key that the process keeps. It uses neither relay nor lookups.
    pub async fn endpoint(&self, seed: Option<&str>) -> anyhow::Result<Endpoint> {
        let mut endpoints = self.endpoints.lock().await;
        if let Some(endpoint) = endpoints.get(&seed.map(str::to_string)) {
            return Ok(endpoint.clone());
        }
        let key = seed.map_or_else(SecretKey::generate, |seed| Digest::from(seed).into());
        let endpoint = Endpoint::builder(presets::Minimal)
            .relay_mode(RelayMode::Disabled)
            .secret_key(key)
            .bind()
            .await?;
        endpoints.insert(seed.map(str::to_string), endpoint.clone());
        Ok(endpoint)
    }

    pub fn remove(&self, handle: &str) -> bool {
        self.connections.remove(handle)
    }

    pub async fn close_all(&self) {
        let mut endpoints = self.endpoints.lock().await;
        join_all(endpoints.drain().map(|(_, endpoint)| close_endpoint(endpoint))).await;
    }
}

/// Closes an endpoint, but does not wait long for peers that are gone already: their acknowledgement would take seconds.
pub async fn close_endpoint(endpoint: Endpoint) {
    let _ = timeout(CLOSE_MAX, endpoint.close()).await;
}

/// A connection with the one bidirectional stream that mosaik's protocols use, opened at its first use.
pub struct RawConnection {
    connection: Connection,
    stream: OnceCell<Stream>,
}

/// Both halves, which two commands may use at once.
struct Stream {
    send: Mutex<SendStream>,
    recv: Mutex<RecvStream>,
}

impl RawConnection {
    pub fn new(connection: Connection) -> Self {
        Self {
            connection,
            stream: OnceCell::new(),
        }
    }

    /// Writes bytes as they are.
    pub async fn write(&self, bytes: &[u8]) -> anyhow::Result<()> {
        self.stream().await?.send.lock().await.write_all(bytes).await?;
        Ok(())
    }

    /// Writes one frame: its length as big-endian u32, then the payload.
    pub async fn write_frame(&self, payload: &[u8]) -> anyhow::Result<()> {
        let mut frame = u32::try_from(payload.len())?.to_be_bytes().to_vec();
        frame.extend_from_slice(payload);
        self.write(&frame).await
    }

    /// The payload of the next frame, or nothing where the peer has finished its stream.
    pub async fn read_frame(&self) -> anyhow::Result<Option<Vec<u8>>> {
        let mut recv = self.stream().await?.recv.lock().await;
        let mut length = [0; 4];
        match recv.read_exact(&mut length).await {
            Err(ReadExactError::FinishedEarly(0)) => return Ok(None),
            outcome => outcome?,
        }
        let length = u32::from_be_bytes(length) as usize;
        ensure!(length <= FRAME_BYTES_MAX, "a frame of {length} bytes was announced");
        let mut payload = vec![0; length];
        recv.read_exact(&mut payload).await?;
        Ok(Some(payload))
    }

    pub fn close(&self, code: u32, reason: &[u8]) {
        self.connection.close(VarInt::from_u32(code), reason);
    }

    /// The round trip on the path that the connection has selected.
    pub fn rtt(&self) -> Option<Duration> {
        self.connection
            .paths()
            .into_iter()
            .find(|path| path.is_selected())
            .map(|path| path.rtt())
    }

    async fn stream(&self) -> anyhow::Result<&Stream> {
        self.stream
            .get_or_try_init(|| async {
                let (send, recv) = self.connection.open_bi().await?;
                Ok(Stream {
                    send: Mutex::new(send),
                    recv: Mutex::new(recv),
                })
            })
            .await
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DialArgs {
    addr: Addr,
    alpn: String,
    seed: Option<String>,
    /// From the socket of the request's node, and so under its identity.
    #[serde(default)]
    as_node: bool,
}

/// `rawDial {addr, alpn, seed?, asNode?}`: connects to the direct addresses given. Without a seed all share one random identity.
pub async fn dial(ctx: Context, args: DialArgs) -> anyhow::Result<Value> {
    let endpoint = match args.as_node {
        true => ctx.network()?.local().endpoint().clone(),
        false => ctx.peer.raw.endpoint(args.seed.as_deref()).await?,
    };
    let connection = endpoint
        .connect(EndpointAddr::from(args.addr), args.alpn.as_bytes())
        .await?;
    let handle = ctx
        .peer
        .raw
        .connections
        .insert_with(&ctx.node, |_| Arc::new(RawConnection::new(connection)));
    Ok(json!({ "raw": handle, "id": endpoint.id() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendArgs {
    raw: String,
    hex: String,
    #[serde(default)]
    unframed: bool,
}

/// `rawSend {raw, hex, unframed?}`: sends a frame, or with `unframed` the bytes as they are.
pub async fn send(ctx: Context, args: SendArgs) -> anyhow::Result<Value> {
    let bytes = hex::decode(&args.hex).context("wrong hex")?;
    let connection = ctx.peer.raw.connections.get(&args.raw)?;
    match args.unframed {
        true => connection.write(&bytes).await?,
        false => connection.write_frame(&bytes).await?,
    }
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawArgs {
    raw: String,
}

/// `rawFinish {raw}`: ends our half of the stream.
pub async fn finish(ctx: Context, args: RawArgs) -> anyhow::Result<Value> {
    let connection = ctx.peer.raw.connections.get(&args.raw)?;
    connection.stream().await?.send.lock().await.finish()?;
    Ok(json!({}))
}

/// `rawRecv {raw}`: `{frame}`, `{end: true}` where the peer finished its stream, or `{closed}` where the connection ended.
pub async fn recv(ctx: Context, args: RawArgs) -> anyhow::Result<Value> {
    let connection = ctx.peer.raw.connections.get(&args.raw)?;
    match connection.read_frame().await {
        Ok(Some(payload)) => Ok(json!({ "frame": hex::encode(payload) })),
        Ok(None) => Ok(json!({ "end": true })),
        Err(error) => match connection.connection.close_reason() {
            Some(reason) => Ok(json!({ "closed": close_json(&reason) })),
            None => Err(error),
        },
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseArgs {
    raw: String,
    code: u32,
    #[serde(default)]
    reason: String,
}

/// `rawClose {raw, code, reason?}`: closes the connection with an application code.
pub async fn close(ctx: Context, args: CloseArgs) -> anyhow::Result<Value> {
    let connection = ctx.peer.raw.connections.get(&args.raw)?;
    connection.close(args.code, args.reason.as_bytes());
    Ok(json!({}))
}

/// `rawClosed {raw}`: waits for the end of the connection and tells who ended it, and how.
pub async fn closed(ctx: Context, args: RawArgs) -> anyhow::Result<Value> {
    let connection = ctx.peer.raw.connections.get(&args.raw)?;
    Ok(close_json(&connection.connection.closed().await))
}

fn close_json(error: &ConnectionError) -> Value {
    match error {
        ConnectionError::ApplicationClosed(close) => json!({
            "by": "peer",
            "code": close.error_code.into_inner(),
            "reason": String::from_utf8_lossy(&close.reason),
        }),
        ConnectionError::ConnectionClosed(close) => json!({
            "by": "transport",
            "code": u64::from(close.error_code),
            "reason": String::from_utf8_lossy(&close.reason),
        }),
        ConnectionError::LocallyClosed => json!({ "by": "local" }),
        ConnectionError::TimedOut => json!({ "by": "timeout" }),
        ConnectionError::Reset => json!({ "by": "reset" }),
        other => json!({ "by": "transport", "reason": other.to_string() }),
    }
}
