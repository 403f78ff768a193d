//! A stream's receiving half: a task collects what has arrived and sends it to JavaScript, within the credit that it grants.

use std::panic::RefUnwindSafe;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use iroh::endpoint::{ReadError, RecvStream};
use napi::bindgen_prelude::{Object, Result, ToNapiValue};
use napi::{Env, sys};
use napi_derive::napi;
use tokio::sync::Notify;

use crate::failure::CloseInfo;
use crate::mailbox::Event;
use crate::runtime::{lock, spawn};
use crate::source::{CHUNK_BYTES_MAX, Source};
use crate::streams::StreamContext;

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
    /// Less than nothing where the last frame went beyond it.
    credit: AtomicI64,
    /// JavaScript has no use for the beginning of a frame.
    /// Chunks are cut at frames of at most so many bytes; 0 as they come.
    frame_bytes_max: AtomicUsize,
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
            idle: Mutex::new(Some(Source::new(stream))),
            credit: AtomicI64::new(0),
            frame_bytes_max: AtomicUsize::new(0),
            refusal: OnceLock::new(),
            changed: Notify::new(),
        }
    }

    pub fn id(&self) -> u32 {
        self.context.id
    }

    fn start(self: &Arc<Self>, credit: i64) {
        if let Some(source) = lock(&self.idle).take() {
            self.grant(credit);
            spawn(deliver(self.clone(), source));
        } else if let Some(Refusal::Abandoned) = self.refusal.get() {
            self.tell_end(self.closed());
        }
    }

    fn grant(&self, bytes: i64) {
        if self.credit.fetch_add(bytes, Ordering::AcqRel) <= 0 {
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
        if source.is_empty() {
            if let Some(last) = source.take_last() {
                return state.end(last);
            }
            // Without credit too: the end of a stream needs none, and what is held meanwhile is one packet.
            wait_for_more(state, &mut source).await;
            continue;
        }
        let credit = state.credit.load(Ordering::Acquire);
        if credit <= 0 {
            state.changed.notified().await;
            continue;
        }
        let credit = credit as usize;
        let frame_bytes_max = state.frame_bytes_max.load(Ordering::Acquire);
        source.gather(if frame_bytes_max > 0 { CHUNK_BYTES_MAX } else { credit.min(CHUNK_BYTES_MAX) });
        let Some(chunk) = source.take(credit, frame_bytes_max) else {
            wait_for_more(state, &mut source).await;
            continue;
        };
        state.credit.fetch_sub(chunk.len() as i64, Ordering::AcqRel);
        state.context.mailbox.push(Event::Chunk { stream: state.id(), chunk });
    }
}

/// Waits for bytes or the end, or until something else about the stream changes.
async fn wait_for_more(state: &RecvState, source: &mut Source) {
    tokio::select! {
        biased;
        () = state.changed.notified() => {}
        () = source.wait() => {}
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
        self.0.start(credit_bytes.max(0));
    }

    /// Adds credit.
    #[napi(catch_unwind)]
    pub fn grant(&self, bytes: i64) {
        self.0.grant(bytes.max(0));
    }

    /// From now on an unfinished frame is kept back, as far as a chunk can hold it and it is not over the limit, its length in front included.
    #[napi(catch_unwind)]
    pub fn cut_at_frames(&self, frame_bytes_max: u32) {
        self.0.frame_bytes_max.store(frame_bytes_max.max(1) as usize, Ordering::Release);
    }

    /// Refuses what is still to come.
    #[napi(catch_unwind)]
    pub fn stop(&self, code: u32) {
        self.0.stop(code);
    }
}
