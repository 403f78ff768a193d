//! A stream's receiving half: a task collects what has arrived and sends it to JavaScript, within the credit that it grants.

use std::collections::VecDeque;
use std::panic::RefUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use iroh::endpoint::{ReadError, RecvStream, VarInt};
use napi::bindgen_prelude::{Object, Result, ToNapiValue};
use napi::{Env, sys};
use napi_derive::napi;
use tokio::sync::Notify;

use crate::failure::CloseInfo;
use crate::mailbox::Event;
use crate::runtime::{lock, poll_once, spawn};
use crate::streams::StreamContext;

/// Bytes handed to JavaScript at once.
const CHUNK_BYTES_MAX: usize = 256 * 1_024;
/// Packets' payloads taken out of QUIC under one lock.
const PIECES_MAX: usize = 128;

/// How a receiving stream ended.
#[derive(Clone)]
pub enum StreamEnd {
    Finished,
    Reset(u64),
    Closed(CloseInfo),
}

impl ToNapiValue for StreamEnd {
    unsafe fn to_napi_value(raw: sys::napi_env, end: Self) -> Result<sys::napi_value> {
        let mut object = Object::new(&Env::from_raw(raw))?;
        match end {
            Self::Finished => object.set("kind", "finished")?,
            Self::Reset(code) => {
                object.set("kind", "reset")?;
                object.set("code", code as f64)?;
            }
            Self::Closed(info) => {
                object.set("kind", "closed")?;
                object.set("info", info)?;
            }
        }
        unsafe { Object::to_napi_value(raw, object) }
    }
}

pub struct RecvState {
    context: StreamContext,
    /// The stream until delivery begins; then its task owns it.
    idle: Mutex<Option<Source>>,
    credit: AtomicU64,
    refusal: OnceLock<Refusal>,
    /// Told of a refusal, and of credit after there was none.
    changed: Notify,
}

/// Why JavaScript wants no more bytes.
enum Refusal {
    /// It stopped the stream, with this code for the peer.
    Stopped(u32),
    /// It closed the connection: what has arrived is of no interest.
    Abandoned,
}

impl RecvState {
    pub fn new(stream: RecvStream, context: StreamContext) -> Self {
        Self {
            context,
            idle: Mutex::new(Some(Source { stream: Some(stream), ..Source::default() })),
            credit: AtomicU64::new(0),
            refusal: OnceLock::new(),
            changed: Notify::new(),
        }
    }

    pub fn id(&self) -> u32 {
        self.context.id
    }

    fn start(self: &Arc<Self>, credit: u64) {
        if let Some(source) = lock(&self.idle).take() {
            self.grant(credit);
            spawn(deliver(self.clone(), source));
        } else if let Some(Refusal::Abandoned) = self.refusal.get() {
            self.tell_end(self.closed());
        }
    }

    fn grant(&self, bytes: u64) {
        if self.credit.fetch_add(bytes, Ordering::AcqRel) == 0 {
            self.changed.notify_one();
        }
    }

    fn stop(&self, code: u32) {
        self.refuse(Refusal::Stopped(code));
        let idle = lock(&self.idle).take();
        if let Some(source) = idle {
            source.stop(code);
        }
        self.context.forget();
    }

    /// This side has closed the connection: nothing more is delivered.
    pub fn abandon(&self) {
        self.refuse(Refusal::Abandoned);
        let idle = lock(&self.idle).take();
        drop(idle);
    }

    /// The connection has ended: what has arrived is still delivered, but QUIC is let go.
    pub fn release(&self) {
        if let Some(source) = &mut *lock(&self.idle) {
            source.detach();
        }
        self.changed.notify_one();
    }

    fn refuse(&self, refusal: Refusal) {
        let _ = self.refusal.set(refusal); // the first one counts
        self.changed.notify_one();
    }

    fn tell_end(&self, end: Option<StreamEnd>) {
        if let Some(end) = end {
            self.context.mailbox.push(Event::End { stream: self.id(), end });
        }
    }

    fn closed(&self) -> Option<StreamEnd> {
        self.context.closure.info().map(StreamEnd::Closed)
    }

    /// The end as JavaScript hears of it, if it is to.
    fn end(&self, last: std::result::Result<(), ReadError>) -> Option<StreamEnd> {
        match last {
            Ok(()) => Some(StreamEnd::Finished),
            Err(ReadError::Reset(code)) => Some(StreamEnd::Reset(code.into_inner())),
            Err(ReadError::ConnectionLost(error)) => Some(StreamEnd::Closed(self.context.closure.record(&error))),
            Err(ReadError::ClosedStream | ReadError::ZeroRttRejected) => None,
        }
    }
}

/// Delivers a stream from its first byte to its end.
async fn deliver(state: Arc<RecvState>, source: Source) {
    let end = transfer(&state, source).await;
    state.context.forget();
    state.tell_end(end);
}

/// Sends chunks until the stream ends; `None` where JavaScript is not to hear of the end.
async fn transfer(state: &RecvState, mut source: Source) -> Option<StreamEnd> {
    loop {
        match state.refusal.get() {
            None => {}
            Some(Refusal::Stopped(code)) => {
                source.stop(*code);
                return None;
            }
            Some(Refusal::Abandoned) => return state.closed(),
        }
        if state.context.closure.info().is_some() {
            source.detach();
        }
        if source.bytes == 0 {
            if let Some(last) = source.last.take() {
                return state.end(last);
            }
            // Without credit too: the end of a stream needs none, and what is held meanwhile is one packet.
            tokio::select! {
                biased;
                () = state.changed.notified() => {}
                () = source.wait() => {}
            }
            continue;
        }
        let credit = state.credit.load(Ordering::Acquire) as usize;
        if credit == 0 {
            state.changed.notified().await;
            continue;
        }
        let bytes_max = credit.min(CHUNK_BYTES_MAX);
        source.gather(bytes_max);
        let bytes = source.take(bytes_max);
        state.credit.fetch_sub(bytes.len() as u64, Ordering::AcqRel);
        state.context.mailbox.push(Event::Chunk { stream: state.id(), bytes });
    }
}

/// A QUIC stream, and what was taken out of it and not yet sent to JavaScript.
#[derive(Default)]
struct Source {
    /// Gone once nothing more can come out of it.
    stream: Option<RecvStream>,
    pieces: VecDeque<Bytes>,
    /// Bytes of the pieces.
    bytes: usize,
    /// How the stream ended, after the pieces. QUIC tells a reset only once.
    last: Option<std::result::Result<(), ReadError>>,
}

impl Source {
    /// Waits for the next piece or the end. Nothing is lost where this is given up.
    async fn wait(&mut self) {
        match &mut self.stream {
            Some(stream) => {
                let read = stream.read_chunk(usize::MAX).await;
                self.add(read);
            }
            None => std::future::pending().await,
        }
    }

    /// Adds what is ready, until there are `bytes_max` or a few more.
    fn gather(&mut self, bytes_max: usize) {
        let mut pieces = [const { Bytes::new() }; PIECES_MAX];
        while self.bytes < bytes_max
            && let Some(stream) = &mut self.stream
        {
            match poll_once(stream.read_many_chunks(&mut pieces)) {
                Some(Ok(Some(count))) => {
                    for piece in &mut pieces[..count] {
                        self.add(Ok(Some(std::mem::take(piece))));
                    }
                }
                Some(Ok(None)) => self.add(Ok(None)),
                Some(Err(error)) => self.add(Err(error)),
                None => return,
            }
        }
    }

    fn add(&mut self, read: std::result::Result<Option<Bytes>, ReadError>) {
        match read {
            Ok(Some(piece)) => {
                self.bytes += piece.len();
                self.pieces.push_back(piece);
                return;
            }
            Ok(None) => self.last = Some(Ok(())),
            Err(error) => self.last = Some(Err(error)),
        }
        self.stream = None;
    }

    /// Takes everything out of a stream whose connection has ended: at most its window, and QUIC's memory becomes ours.
    fn detach(&mut self) {
        self.gather(usize::MAX);
    }

    /// The first bytes, at most `bytes_max`, in one piece.
    fn take(&mut self, bytes_max: usize) -> Vec<u8> {
        let mut taken = Vec::with_capacity(self.bytes.min(bytes_max));
        while let Some(piece) = self.pieces.front_mut() {
            let room = taken.capacity() - taken.len();
            if piece.len() > room {
                taken.extend_from_slice(&piece.split_to(room));
                break;
            }
            taken.extend_from_slice(piece);
            self.pieces.pop_front();
        }
        self.bytes -= taken.len();
        taken
    }

    fn stop(mut self, code: u32) {
        if let Some(stream) = &mut self.stream {
            // Fails only where everything has been read or the peer has reset the stream.
            let _ = stream.stop(VarInt::from_u32(code));
        }
    }
}

/// A receiving stream as JavaScript holds it.
#[napi]
pub struct NativeRecvStream(Arc<RecvState>);

impl RefUnwindSafe for NativeRecvStream {}

impl NativeRecvStream {
    pub fn new(state: Arc<RecvState>) -> Self {
        Self(state)
    }
}

#[napi]
impl NativeRecvStream {
    /// The number that its events carry.
    #[napi(getter, catch_unwind)]
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Begins delivery; once.
    #[napi(catch_unwind)]
    pub fn start(&self, credit_bytes: i64) {
        self.0.start(credit_bytes.max(0) as u64);
    }

    /// Adds credit.
    #[napi(catch_unwind)]
    pub fn grant(&self, bytes: i64) {
        self.0.grant(bytes.max(0) as u64);
    }

    /// Refuses what is still to come.
    #[napi(catch_unwind)]
    pub fn stop(&self, code: u32) {
        self.0.stop(code);
    }
}
