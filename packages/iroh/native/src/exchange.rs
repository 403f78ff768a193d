//! One message and its answer on a connection of their own, which JavaScript hears of once.
//!
//! For protocols of which every message costs a connection (spec 04 §5): the objects and events of a connection and its stream cost
//! JavaScript more than the message.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::{BufMut, Bytes, BytesMut};
use iroh::endpoint::{Connection, ReadError, RecvStream, VarInt};
use tokio::task::AbortHandle;

use crate::closure::Closure;
use crate::failure::{Failure, StreamFailure};
use crate::runtime::lock;

/// The length in front of each message, in bytes.
const HEADER_BYTES: usize = 4;
/// Memory for an answer that has only announced its length, at most; the rest follows its bytes.
const RESERVED_BYTES_MAX: usize = 64 * 1_024;

/// The exchanges of an endpoint that JavaScript has not closed yet, by their operation.
#[derive(Default)]
pub struct Exchanges(Mutex<HashMap<u32, (Arc<Exchange>, AbortHandle)>>);

impl Exchanges {
    /// Keeps an exchange. `start` runs it; it is in here before it can end.
    pub fn begin(&self, op: u32, exchange: Arc<Exchange>, start: impl FnOnce() -> AbortHandle) {
        let mut exchanges = lock(&self.0);
        let task = start();
        exchanges.insert(op, (exchange, task));
    }

    pub fn is_sent(&self, op: u32) -> bool {
        lock(&self.0).get(&op).is_some_and(|(exchange, _)| lock(&exchange.state).is_sent)
    }

    /// Ends an exchange: its connection, if there is one, is closed with the code, and nothing is sent any more.
    /// Gives whether the message, or a part of it, may have left.
    pub fn close(&self, op: u32, code: u32, reason: Bytes) -> bool {
        let Some((exchange, task)) = lock(&self.0).remove(&op) else { return false };
        let is_sent = exchange.close(code, reason);
        task.abort();
        is_sent
    }

    /// Ends all of them. What was sent can still be asked for.
    pub fn close_all(&self) {
        for (exchange, task) in lock(&self.0).values() {
            exchange.close(0, Bytes::new());
            task.abort();
        }
    }
}

/// How far an exchange has come.
#[derive(Default)]
pub struct Exchange {
    state: Mutex<State>,
    closure: Closure,
}

#[derive(Default)]
struct State {
    connection: Option<Connection>,
    is_sent: bool,
    is_closed: bool,
}

impl Exchange {
    /// Sends `message`, its length in front, and gives the answer without its length. The connection stays open for `close`.
    pub async fn run(&self, connection: Connection, message: Bytes, answer_bytes_max: usize) -> Result<Bytes, Failure> {
        self.enter(|state| state.connection = Some(connection.clone()), &connection)?;
        let lost = |error| Failure::connection_closed(self.closure.record(&error));
        let (mut send, mut recv) = connection.open_bi().await.map_err(lost)?;
        self.enter(|state| state.is_sent = true, &connection)?;
        send.write_chunk(message).await.map_err(|error| self.closure.failure(StreamFailure::from(error)))?;
        self.read(&mut recv, answer_bytes_max).await
    }

    /// One step further, unless the exchange was closed meanwhile.
    fn enter(&self, step: impl FnOnce(&mut State), connection: &Connection) -> Result<(), Failure> {
        let mut state = lock(&self.state);
        if state.is_closed {
            connection.close(VarInt::from_u32(0), &[]);
            return Err(Failure::endpoint_closed());
        }
        step(&mut state);
        Ok(())
    }

    fn close(&self, code: u32, reason: Bytes) -> bool {
        let mut state = lock(&self.state);
        state.is_closed = true;
        if let Some(connection) = state.connection.take() {
            if connection.close_reason().is_none() {
                self.closure.will_close(code, reason.clone());
            }
            connection.close(VarInt::from_u32(code), &reason);
        }
        state.is_sent
    }

    async fn read(&self, recv: &mut RecvStream, bytes_max: usize) -> Result<Bytes, Failure> {
        let mut message = BytesMut::new();
        self.read_until(recv, &mut message, HEADER_BYTES).await?;
        let length = u32::from_be_bytes([message[0], message[1], message[2], message[3]]) as usize;
        if length > bytes_max {
            return Err(Failure::too_large(length, bytes_max));
        }
        message.reserve(length.min(RESERVED_BYTES_MAX));
        self.read_until(recv, &mut message, HEADER_BYTES + length).await?;
        Ok(message.freeze().slice(HEADER_BYTES..HEADER_BYTES + length))
    }

    async fn read_until(&self, recv: &mut RecvStream, message: &mut BytesMut, length: usize) -> Result<(), Failure> {
        while message.len() < length {
            match recv.read_chunk(usize::MAX).await.map_err(|error| self.read_failure(error))? {
                Some(chunk) => message.put(chunk),
                None if message.is_empty() => return Err(Failure::ended()),
                None => return Err(Failure::truncated()),
            }
        }
        Ok(())
    }

    fn read_failure(&self, error: ReadError) -> Failure {
        match error {
            ReadError::Reset(code) => Failure::reset(code.into_inner()),
            ReadError::ConnectionLost(error) => Failure::connection_closed(self.closure.record(&error)),
            ReadError::ClosedStream | ReadError::ZeroRttRejected => Failure::finished(),
        }
    }
}
