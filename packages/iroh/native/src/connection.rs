//! A connection: opens and accepts streams, and is kept by its endpoint until it has ended.

use std::panic::RefUnwindSafe;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use iroh::TransportAddr;
use iroh::endpoint::{Connection, ConnectionError, RecvStream, SendStream, Side, VarInt};
use napi::bindgen_prelude::{Either, Uint8Array};
use napi_derive::napi;

use crate::closure::Closure;
use crate::failure::{CloseInfo, Failure};
use crate::mailbox::{Mailbox, Reply, Value};
use crate::runtime::{lock, poll_once, spawn};
use crate::streams::{BiStream, Streams};

pub struct ConnectionState {
    pub id: u32,
    mailbox: Arc<Mailbox>,
    closure: Arc<Closure>,
    streams: Arc<Streams>,
    /// Emptied when the connection has ended, so that JavaScript's objects hold no socket.
    open: Mutex<Option<Connection>>,
    remote_id: String,
    alpn: String,
    is_dialler: bool,
}

impl ConnectionState {
    pub fn new(
        id: u32,
        mailbox: Arc<Mailbox>,
        streams: Arc<Streams>,
        closure: Arc<Closure>,
        connection: Connection,
    ) -> Self {
        Self {
            id,
            mailbox,
            closure,
            streams,
            remote_id: connection.remote_id().to_string(),
            alpn: String::from_utf8_lossy(connection.alpn()).into_owned(),
            is_dialler: connection.side() == Side::Client,
            open: Mutex::new(Some(connection)),
        }
    }

    pub fn close(&self, code: u32, reason: Bytes) {
        if let Some(connection) = self.connection() {
            if connection.close_reason().is_none() {
                self.closure.will_close(code, reason.clone());
            }
            connection.close(VarInt::from_u32(code), &reason);
            if let Some(error) = connection.close_reason() {
                self.closure.record(&error);
            }
        }
        self.streams.release(true);
    }

    /// Lets go of everything once the connection has ended.
    pub fn release(&self, error: &ConnectionError) -> CloseInfo {
        let info = self.closure.record(error);
        self.streams.release(matches!(error, ConnectionError::LocallyClosed));
        let connection = lock(&self.open).take();
        drop(connection);
        info
    }

    fn connection(&self) -> Option<Connection> {
        lock(&self.open).clone()
    }

    fn close_info(&self) -> Option<CloseInfo> {
        let pending = || Some(self.closure.record(&self.connection()?.close_reason()?));
        self.closure.info().or_else(pending)
    }

    fn closed_failure(&self) -> Failure {
        self.close_info().map_or_else(Failure::endpoint_closed, Failure::connection_closed)
    }

    fn bi(&self, (send, recv): (SendStream, RecvStream)) -> BiStream {
        BiStream { send: self.streams.add_send(send), recv: self.streams.add_recv(recv) }
    }
}

/// The contract's `ConnectionPath`.
#[napi(object, object_from_js = false)]
pub struct SelectedPath {
    pub kind: &'static str,
    pub remote: String,
}

/// A connection as JavaScript holds it.
#[napi]
pub struct NativeConnection(Arc<ConnectionState>);

impl RefUnwindSafe for NativeConnection {}

impl NativeConnection {
    pub fn new(state: Arc<ConnectionState>) -> Self {
        Self(state)
    }

    /// Answers `op` with what `open` makes of the connection and `wrap` of that.
    fn answer<T, O>(
        &self,
        op: u32,
        open: impl FnOnce(Connection) -> O,
        wrap: impl FnOnce(&ConnectionState, T) -> Value + Send + 'static,
    ) where
        T: 'static,
        O: Future<Output = Result<T, ConnectionError>> + Send + 'static,
    {
        let reply = Reply::new(&self.0.mailbox, op);
        let Some(connection) = self.0.connection() else {
            return reply.send(Err(self.0.closed_failure()));
        };
        let state = self.0.clone();
        let opened = open(connection);
        spawn(async move {
            reply.send(match opened.await {
                Ok(stream) => Ok(wrap(&state, stream)),
                Err(error) => Err(Failure::connection_closed(state.closure.record(&error))),
            });
        });
    }
}

#[napi]
impl NativeConnection {
    /// The number that its events carry.
    #[napi(getter, catch_unwind)]
    pub fn id(&self) -> u32 {
        self.0.id
    }

    #[napi(getter, catch_unwind)]
    pub fn remote_id(&self) -> String {
        self.0.remote_id.clone()
    }

    #[napi(getter, catch_unwind)]
    pub fn alpn(&self) -> String {
        self.0.alpn.clone()
    }

    #[napi(getter, catch_unwind)]
    pub fn is_dialler(&self) -> bool {
        self.0.is_dialler
    }

    /// Gives the stream at once where the peer allows one more, else answers `op` later.
    #[napi(catch_unwind)]
    pub fn open_bi(&self, op: u32) -> Option<BiStream> {
        if let Some(Ok(stream)) = self.0.connection().and_then(|open| poll_once(open.open_bi())) {
            return Some(self.0.bi(stream));
        }
        let open = |open: Connection| async move { open.open_bi().await };
        self.answer(op, open, |state, stream| Value::Bi(state.bi(stream)));
        None
    }

    /// Gives the stream at once where the peer allows one more, else answers `op` later.
    #[napi(catch_unwind)]
    pub fn open_uni(&self, op: u32) -> Option<crate::send::NativeSendStream> {
        if let Some(Ok(stream)) = self.0.connection().and_then(|open| poll_once(open.open_uni())) {
            return Some(self.0.streams.add_send(stream));
        }
        let open = |open: Connection| async move { open.open_uni().await };
        self.answer(op, open, |state, stream| Value::Send(state.streams.add_send(stream)));
        None
    }

    #[napi(catch_unwind)]
    pub fn accept_bi(&self, op: u32) {
        let open = |open: Connection| async move { open.accept_bi().await };
        self.answer(op, open, |state, stream| Value::Bi(state.bi(stream)));
    }

    #[napi(catch_unwind)]
    pub fn accept_uni(&self, op: u32) {
        let open = |open: Connection| async move { open.accept_uni().await };
        self.answer(op, open, |state, stream| Value::Recv(state.streams.add_recv(stream)));
    }

    #[napi(catch_unwind)]
    pub fn close(&self, code: u32, reason: &[u8]) {
        self.0.close(code, Bytes::copy_from_slice(reason));
    }

    #[napi(catch_unwind)]
    pub fn close_info(&self) -> Option<CloseInfo> {
        self.0.close_info()
    }

    #[napi(catch_unwind)]
    pub fn export_keying_material(
        &self,
        length_bytes: u32,
        label: &[u8],
        context: &[u8],
    ) -> Either<Uint8Array, Failure> {
        let Some(connection) = self.0.connection() else {
            return Either::B(self.0.closed_failure());
        };
        let mut output = vec![0; length_bytes as usize];
        match connection.export_keying_material(&mut output, label, context) {
            Ok(()) => Either::A(output.into()),
            Err(_) => Either::B(Failure::invalid(format!("cannot derive {length_bytes} bytes"))),
        }
    }

    /// Round-trip time of the selected path.
    #[napi(catch_unwind)]
    pub fn rtt_micros(&self) -> Option<f64> {
        let connection = self.0.connection()?;
        let paths = connection.paths();
        let selected = paths.iter().find(|path| path.is_selected())?;
        Some(selected.rtt().as_micros() as f64)
    }

    /// The peer's end of the selected path.
    #[napi(catch_unwind)]
    pub fn path(&self) -> Option<SelectedPath> {
        let connection = self.0.connection()?;
        let paths = connection.paths();
        let selected = paths.iter().find(|path| path.is_selected())?;
        let (kind, remote) = match selected.remote_addr() {
            TransportAddr::Relay(url) => ("relay", url.to_string()),
            TransportAddr::Ip(addr) => ("direct", addr.to_string()),
            _ => return None,
        };
        Some(SelectedPath { kind, remote })
    }
}
