//! A stream's sending half: bytes go into the QUIC stream right on the JavaScript thread.

use std::panic::RefUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use iroh::endpoint::{SendStream, VarInt};
use napi::bindgen_prelude::Either;
use napi_derive::napi;

use crate::failure::{Failure, StreamFailure};
use crate::mailbox::{Event, Mailbox, Reply, Value};
use crate::runtime::{lock, poll_once, spawn};
use crate::streams::StreamContext;

pub struct SendState {
    context: StreamContext,
    phase: Mutex<Phase>,
    room: Arc<Room>,
    /// Wakes `room`.
    waker: Waker,
}

enum Phase {
    Open(SendStream),
    /// Ended cleanly; the stream is kept for its acknowledgement.
    Finished(SendStream),
    Reset,
    /// The connection has ended, and whether the peer had acknowledged everything by then.
    Gone {
        is_acknowledged: bool,
    },
}

impl SendState {
    pub fn new(stream: SendStream, context: StreamContext) -> Self {
        let room =
            Arc::new(Room { stream: context.id, mailbox: context.mailbox.clone(), state: AtomicU8::new(Room::OPEN) });
        let waker = Waker::from(room.clone());
        Self { context, phase: Mutex::new(Phase::Open(stream)), room, waker }
    }

    pub fn id(&self) -> u32 {
        self.context.id
    }

    /// Drops the QUIC stream of a connection that has ended.
    pub fn release(&self) {
        let mut phase = lock(&self.phase);
        let is_acknowledged = match &*phase {
            Phase::Finished(stream) => matches!(poll_once(stream.stopped()), Some(Ok(None))),
            Phase::Open(_) => false,
            Phase::Reset | Phase::Gone { .. } => return,
        };
        let released = std::mem::replace(&mut *phase, Phase::Gone { is_acknowledged });
        drop(phase);
        drop(released);
        self.room.wake_by_ref();
    }

    fn try_write(&self, bytes: &[u8]) -> Result<usize, Failure> {
        let mut phase = lock(&self.phase);
        let stream = match &mut *phase {
            Phase::Open(stream) => stream,
            phase => return Err(self.unwritable(phase)),
        };
        let mut cx = Context::from_waker(&self.waker);
        let mut written = 0;
        while written < bytes.len() {
            self.room.arm();
            match Pin::new(&mut *stream).poll_write(&mut cx, &bytes[written..]) {
                Poll::Ready(Ok(count)) => written += count,
                Poll::Ready(Err(error)) => return Err(self.context.closure.failure(error.into())),
                Poll::Pending => return Ok(written),
            }
            self.room.disarm();
        }
        Ok(written)
    }

    /// What a write would fail with now.
    fn obstacle(&self) -> Option<Failure> {
        let phase = lock(&self.phase);
        let failure = match &*phase {
            Phase::Open(stream) => match poll_once(stream.stopped())? {
                Ok(Some(code)) => StreamFailure::Stopped(code.into_inner()),
                Ok(None) => StreamFailure::Ended,
                Err(error) => error.into(),
            },
            phase => return Some(self.unwritable(phase)),
        };
        Some(self.context.closure.failure(failure))
    }

    fn unwritable(&self, phase: &Phase) -> Failure {
        match (phase, self.context.closure.info()) {
            (Phase::Gone { .. }, Some(info)) => Failure::connection_closed(info),
            _ => Failure::finished(),
        }
    }

    fn finish(&self) {
        let mut phase = lock(&self.phase);
        *phase = match std::mem::replace(&mut *phase, Phase::Reset) {
            Phase::Open(mut stream) => {
                // Fails only on a stream that was finished or reset, which this one is not.
                let _ = stream.finish();
                Phase::Finished(stream)
            }
            other => other,
        };
        drop(phase);
        self.context.forget();
    }

    fn reset(&self, code: u32) {
        let mut phase = lock(&self.phase);
        if let Phase::Open(stream) | Phase::Finished(stream) = &mut *phase {
            // Fails where the peer has acknowledged everything: there is nothing left to drop.
            let _ = stream.reset(VarInt::from_u32(code));
            *phase = Phase::Reset;
        }
        drop(phase);
        self.context.forget();
    }

    fn acknowledged(self: &Arc<Self>, reply: Reply) {
        let stopped = match &*lock(&self.phase) {
            Phase::Open(stream) | Phase::Finished(stream) => stream.stopped(),
            Phase::Gone { is_acknowledged: true } => return reply.send(Ok(Value::Nothing)),
            phase => return reply.send(Err(self.unwritable(phase))),
        };
        let state = self.clone();
        spawn(async move {
            reply.send(match stopped.await {
                Ok(None) if matches!(*lock(&state.phase), Phase::Reset) => Err(Failure::finished()),
                Ok(None) => Ok(Value::Nothing),
                Ok(Some(code)) => Err(Failure::stopped(code.into_inner())),
                Err(error) => Err(state.context.closure.failure(error.into())),
            });
        });
    }
}

/// Whether a stream takes bytes, and whether JavaScript waits for that.
///
/// It is the waker of the writes: QUIC wakes it while it holds the connection, so that it only queues an event.
struct Room {
    stream: u32,
    mailbox: Arc<Mailbox>,
    state: AtomicU8,
}

impl Room {
    const OPEN: u8 = 0;
    /// A write is being tried, or has left bytes over.
    const FULL: u8 = 1;
    /// Full, and JavaScript waits for the event.
    const AWAITED: u8 = 2;

    /// Before a write: from here on a wake-up counts.
    fn arm(&self) {
        self.change(Self::OPEN, Self::FULL);
    }

    /// After a write that found room.
    fn disarm(&self) {
        self.change(Self::FULL, Self::OPEN);
    }

    /// Asks for the event; false if there is room already.
    fn await_event(&self) -> bool {
        self.change(Self::FULL, Self::AWAITED)
    }

    fn change(&self, from: u8, to: u8) -> bool {
        self.state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

impl Wake for Room {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.swap(Self::OPEN, Ordering::AcqRel) == Self::AWAITED {
            self.mailbox.push(Event::Room { stream: self.stream });
        }
    }
}

/// A sending stream as JavaScript holds it.
#[napi]
pub struct NativeSendStream(Arc<SendState>);

impl RefUnwindSafe for NativeSendStream {}

impl NativeSendStream {
    pub fn new(state: Arc<SendState>) -> Self {
        Self(state)
    }
}

#[napi]
impl NativeSendStream {
    /// The number that its events carry.
    #[napi(getter, catch_unwind)]
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Copies in as many leading bytes as there is room for, and says how many.
    #[napi(catch_unwind)]
    pub fn try_write(&self, bytes: &[u8]) -> Either<u32, Failure> {
        match self.0.try_write(bytes) {
            Ok(count) => Either::A(count as u32),
            Err(failure) => Either::B(failure),
        }
    }

    /// After a short write: true if a room event will follow, false if there is room already.
    #[napi(catch_unwind)]
    pub fn await_room(&self) -> bool {
        self.0.room.await_event()
    }

    /// What a write would fail with now.
    #[napi(catch_unwind)]
    pub fn obstacle(&self) -> Option<Failure> {
        self.0.obstacle()
    }

    #[napi(catch_unwind)]
    pub fn finish(&self) {
        self.0.finish();
    }

    #[napi(catch_unwind)]
    pub fn reset(&self, code: u32) {
        self.0.reset(code);
    }

    /// Resolves when the peer has acknowledged all bytes and the end.
    #[napi(catch_unwind)]
    pub fn acknowledged(&self, op: u32) {
        self.0.acknowledged(Reply::new(&self.0.context.mailbox, op));
    }
}
