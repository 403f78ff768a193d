//! A stream's sending half: JavaScript hands bytes to a bounded queue, and a task carries them into QUIC.
//!
//! The JavaScript thread never waits for the connection's lock, which QUIC holds while it makes packets (docs/decisions/010-write-queue.md).

use std::collections::VecDeque;
use std::panic::RefUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use iroh::endpoint::{SendStream, StoppedError, VarInt};
use napi::bindgen_prelude::Either;
use napi_derive::napi;
use tokio::sync::Notify;

use crate::failure::{Failure, StreamFailure};
use crate::mailbox::{Event, Reply, Value};
use crate::runtime::{lock, spawn};
use crate::streams::StreamContext;

/// Bytes that wait to go into QUIC, at most. What QUIC itself holds comes on top.
const QUEUED_BYTES_MAX: usize = 512 * 1_024;
/// A full queue has room again when no more than this is left.
const QUEUED_BYTES_LOW: usize = QUEUED_BYTES_MAX / 2;

pub struct SendState {
    context: StreamContext,
    queue: Mutex<Queue>,
    /// Tells the task of work after it found none, and of a reset.
    changed: Notify,
}

struct Queue {
    pieces: VecDeque<Bytes>,
    /// Bytes of the pieces, and of those that the task has taken but QUIC has not.
    bytes: usize,
    phase: Phase,
    /// The stream until there is something to do; then the task owns it.
    idle: Option<SendStream>,
    is_task_waiting: bool,
    /// JavaScript is to be told of room.
    is_room_awaited: bool,
    /// Who waits for the acknowledgement.
    acknowledgements: Vec<Reply>,
}

#[derive(Clone)]
enum Phase {
    Open,
    /// The end follows the queued bytes.
    Finishing,
    /// The end was handed to QUIC.
    Finished,
    /// The peer has everything.
    Acknowledged,
    Resetting(u32),
    Failed(Failure),
}

/// What the task is to do next.
enum Work {
    Write(VecDeque<Bytes>),
    Finish,
    Reset(u32),
    Wait,
}

impl SendState {
    pub fn new(stream: SendStream, context: StreamContext) -> Self {
        let queue = Queue {
            pieces: VecDeque::new(),
            bytes: 0,
            phase: Phase::Open,
            idle: Some(stream),
            is_task_waiting: false,
            is_room_awaited: false,
            acknowledgements: Vec::new(),
        };
        Self { context, queue: Mutex::new(queue), changed: Notify::new() }
    }

    pub fn id(&self) -> u32 {
        self.context.id
    }

    /// The connection has ended. A task finds that out by itself; a stream that was never used has none.
    pub fn release(&self) {
        let mut queue = lock(&self.queue);
        let Some(idle) = queue.idle.take() else { return };
        queue.phase = Phase::Failed(match self.context.closure.info() {
            Some(info) => Failure::connection_closed(info),
            None => Failure::endpoint_closed(),
        });
        drop(queue);
        drop(idle);
    }

    fn try_write(self: &Arc<Self>, bytes: &[u8]) -> Result<usize, Failure> {
        let mut queue = lock(&self.queue);
        if let Some(failure) = self.obstacle(&queue) {
            return Err(failure);
        }
        let count = bytes.len().min(QUEUED_BYTES_MAX.saturating_sub(queue.bytes));
        if count > 0 {
            queue.pieces.push_back(Bytes::copy_from_slice(&bytes[..count]));
            queue.bytes += count;
            self.proceed(&mut queue);
        }
        Ok(count)
    }

    /// What a write would fail with now.
    fn obstacle(&self, queue: &Queue) -> Option<Failure> {
        match &queue.phase {
            Phase::Open => self.context.closure.info().map(Failure::connection_closed),
            Phase::Failed(failure) => Some(failure.clone()),
            _ => Some(Failure::finished()),
        }
    }

    fn finish(self: &Arc<Self>) {
        let mut queue = lock(&self.queue);
        if matches!(queue.phase, Phase::Open) {
            queue.phase = Phase::Finishing;
            self.proceed(&mut queue);
        }
    }

    fn reset(self: &Arc<Self>, code: u32) {
        let mut queue = lock(&self.queue);
        if matches!(queue.phase, Phase::Open | Phase::Finishing | Phase::Finished) {
            queue.phase = Phase::Resetting(code);
            self.proceed(&mut queue);
            self.changed.notify_one(); // the task may wait for room in QUIC
        }
    }

    fn acknowledged(self: &Arc<Self>, reply: Reply) {
        let mut queue = lock(&self.queue);
        let result = match &queue.phase {
            Phase::Acknowledged => Ok(Value::Nothing),
            Phase::Failed(failure) => Err(failure.clone()),
            Phase::Resetting(_) => Err(Failure::finished()),
            Phase::Open | Phase::Finishing | Phase::Finished => {
                queue.acknowledgements.push(reply);
                self.proceed(&mut queue);
                return;
            }
        };
        drop(queue);
        reply.send(result);
    }

    /// True if a room event will follow, false if there is room already.
    fn await_room(&self) -> bool {
        let mut queue = lock(&self.queue);
        queue.is_room_awaited = queue.bytes > QUEUED_BYTES_LOW;
        queue.is_room_awaited
    }

    /// Lets the task go on, and begins it where there is none.
    fn proceed(self: &Arc<Self>, queue: &mut Queue) {
        if let Some(stream) = queue.idle.take() {
            spawn(carry(self.clone(), stream));
        } else if std::mem::take(&mut queue.is_task_waiting) {
            self.changed.notify_one();
        }
    }

    fn next_work(&self) -> Work {
        let mut queue = lock(&self.queue);
        match queue.phase {
            Phase::Resetting(code) => Work::Reset(code),
            _ if !queue.pieces.is_empty() => Work::Write(std::mem::take(&mut queue.pieces)),
            Phase::Finishing => {
                queue.phase = Phase::Finished;
                Work::Finish
            }
            _ => {
                queue.is_task_waiting = true;
                Work::Wait
            }
        }
    }

    fn is_resetting(&self) -> bool {
        matches!(lock(&self.queue).phase, Phase::Resetting(_))
    }

    /// QUIC has taken so many bytes.
    fn carried(&self, bytes: usize) {
        let mut queue = lock(&self.queue);
        queue.bytes -= bytes;
        if queue.bytes <= QUEUED_BYTES_LOW {
            self.tell_room(queue);
        }
    }

    fn tell_room(&self, mut queue: MutexGuard<'_, Queue>) {
        let is_awaited = std::mem::take(&mut queue.is_room_awaited);
        drop(queue);
        if is_awaited {
            self.context.mailbox.push(Event::Room { stream: self.id() });
        }
    }

    /// The stream has come to its end, good or bad.
    fn end(&self, result: Result<(), Failure>) {
        let mut queue = lock(&self.queue);
        queue.phase = match &result {
            Ok(()) => Phase::Acknowledged,
            Err(failure) => Phase::Failed(failure.clone()),
        };
        queue.pieces.clear();
        queue.bytes = 0;
        let replies = std::mem::take(&mut queue.acknowledgements);
        self.tell_room(queue);
        for reply in replies {
            reply.send(result.clone().map(|()| Value::Nothing));
        }
    }

    fn failure(&self, failure: impl Into<StreamFailure>) -> Failure {
        self.context.closure.failure(failure.into())
    }
}

/// Serves a stream from its first byte until the peer has acknowledged its end.
async fn carry(state: Arc<SendState>, mut stream: SendStream) {
    let result = work_off(&state, &mut stream).await;
    drop(stream);
    state.end(result);
    state.context.forget();
}

async fn work_off(state: &SendState, stream: &mut SendStream) -> Result<(), Failure> {
    let mut stopped = pin!(stream.stopped());
    loop {
        match state.next_work() {
            Work::Write(mut pieces) => write(state, stream, pieces.make_contiguous()).await?,
            Work::Finish => {
                // Fails only on a stream that was finished or reset, which this one is not.
                let _ = stream.finish();
            }
            Work::Reset(code) => {
                // Fails where the peer has acknowledged everything: there is nothing left to drop.
                let _ = stream.reset(VarInt::from_u32(code));
                return Err(Failure::finished());
            }
            Work::Wait => tokio::select! {
                biased;
                () = state.changed.notified() => {}
                stopped = &mut stopped => return acknowledgement(state, stopped),
            },
        }
    }
}

/// Carries pieces into QUIC, unless the stream is reset meanwhile.
async fn write(state: &SendState, stream: &mut SendStream, mut pieces: &mut [Bytes]) -> Result<(), Failure> {
    while !pieces.is_empty() {
        tokio::select! {
            biased;
            () = state.changed.notified() => if state.is_resetting() {
                return Ok(());
            },
            written = stream.write_many_chunks(&mut pieces) => {
                state.carried(written.map_err(|error| state.failure(error))?);
            }
        }
    }
    Ok(())
}

fn acknowledgement(state: &SendState, stopped: Result<Option<VarInt>, StoppedError>) -> Result<(), Failure> {
    match stopped {
        Ok(None) => Ok(()),
        Ok(Some(code)) => Err(Failure::stopped(code.into_inner())),
        Err(error) => Err(state.failure(error)),
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
        self.0.await_room()
    }

    /// What a write would fail with now.
    #[napi(catch_unwind)]
    pub fn obstacle(&self) -> Option<Failure> {
        self.0.obstacle(&lock(&self.0.queue))
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
