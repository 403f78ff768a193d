//! The way from Rust to JavaScript: a queue of events, and a bell that makes JavaScript come and take them.
//!
//! One threadsafe function per endpoint, rung once per batch: Node looks at every one of them on each wake-up, so one per stream
//! would make a node with many streams slow. It also keeps the process alive until [`NativeMailbox::close`].

use std::collections::VecDeque;
use std::panic::RefUnwindSafe;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use napi::bindgen_prelude::{Array, Function, Result, ToNapiValue};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status, sys};
use napi_derive::napi;
use tokio::sync::Notify;

use crate::address::Addr;
use crate::chunk::Chunk;
use crate::connection::NativeConnection;
use crate::endpoint::NativeEndpoint;
use crate::failure::{CloseInfo, Failure};
use crate::recv::{NativeRecvStream, StreamEnd};
use crate::reserve;
use crate::send::NativeSendStream;
use crate::source::CHUNK_BYTES_MAX;
use crate::streams::BiStream;

/// Events handed over at once; JavaScript gets a turn of its event loop before the next batch.
const BATCH_EVENTS_MAX: usize = 1_024;

/// Packets that chunks hold which JavaScript has not taken, at most: of what comes beyond, the payloads are copied out of theirs.
const PACKETS_MAX: usize = 4_096;

/// Something that JavaScript is told. The numbers are those of `src/mailbox.ts`.
pub enum Event {
    /// An operation has its result.
    Resolved { op: u32, value: Value },
    /// An operation has failed.
    Rejected { op: u32, failure: Failure },
    /// Bytes arrived on a stream, within its credit.
    Chunk { stream: u32, chunk: Chunk },
    /// A receiving stream ended.
    End { stream: u32, end: StreamEnd },
    /// A sending stream that was full has room, or has failed.
    Room { stream: u32 },
    /// A connection ended.
    Closed { connection: u32, info: CloseInfo },
    /// The endpoint's own address changed.
    Addr(Addr),
    /// A peer is on the local network.
    Found(Addr),
}

impl Event {
    /// How many packets it holds.
    fn packets(&self) -> usize {
        if let Self::Chunk { chunk, .. } = self { chunk.packets() } else { 0 }
    }
}

/// The result of an operation.
pub enum Value {
    Nothing,
    Endpoint(NativeEndpoint),
    Connection(NativeConnection),
    Bi(BiStream),
    Send(NativeSendStream),
    Recv(NativeRecvStream),
    Answer(Bytes),
}

impl ToNapiValue for Value {
    unsafe fn to_napi_value(env: sys::napi_env, value: Self) -> Result<sys::napi_value> {
        unsafe {
            match value {
                Self::Nothing => <()>::to_napi_value(env, ()),
                Self::Endpoint(endpoint) => NativeEndpoint::to_napi_value(env, endpoint),
                Self::Connection(connection) => NativeConnection::to_napi_value(env, connection),
                Self::Bi(stream) => BiStream::to_napi_value(env, stream),
                Self::Send(stream) => NativeSendStream::to_napi_value(env, stream),
                Self::Recv(stream) => NativeRecvStream::to_napi_value(env, stream),
                Self::Answer(answer) => Chunk::to_napi_value(env, Chunk::from(answer)),
            }
        }
    }
}

type Bell = ThreadsafeFunction<(), (), (), Status, false>;

pub struct Mailbox {
    queue: Mutex<Queue>,
    closed: Notify,
}

struct Queue {
    events: VecDeque<Event>,
    /// Of the chunks among them, at least as many as they hold.
    packets: usize,
    /// Gone once the mailbox is closed.
    bell: Option<Bell>,
    /// JavaScript has been rung and has not come yet.
    is_rung: bool,
}

impl Mailbox {
    /// Resolves when the mailbox is closed, or JavaScript's environment is gone; for one waiter.
    pub async fn closed(&self) {
        self.closed.notified().await;
    }

    pub fn push(&self, event: Event) {
        let mut queue = crate::runtime::lock(&self.queue);
        if queue.bell.is_none() {
            drop(queue); // before the event, whose streams may lock a connection that is waiting for this queue
            return;
        }
        queue.add(event);
        queue.ring();
    }

    fn take(&self) -> Vec<Event> {
        let mut queue = crate::runtime::lock(&self.queue);
        let count = queue.events.len().min(BATCH_EVENTS_MAX);
        let batch: Vec<Event> = queue.events.drain(..count).collect();
        queue.packets = queue.events.iter().map(Event::packets).sum();
        queue.is_rung = false;
        if !queue.events.is_empty() {
            queue.ring();
        }
        batch
    }

    fn close(&self) {
        let mut queue = crate::runtime::lock(&self.queue);
        let bell = queue.bell.take();
        let events = std::mem::take(&mut queue.events);
        queue.packets = 0;
        drop(queue);
        drop((bell, events));
        self.closed.notify_one();
    }
}

impl Queue {
    /// What comes while JavaScript is busy grows the chunk that waits: many small ones would cost more than what they hold.
    fn add(&mut self, mut event: Event) {
        if let Event::Chunk { stream, chunk } = &mut event {
            if self.packets + chunk.packets() > PACKETS_MAX {
                chunk.join();
            }
            self.packets += chunk.packets();
            if let Some(Event::Chunk { stream: last, chunk: waiting }) = self.events.back_mut()
                && last == stream
                && waiting.len() + chunk.len() <= CHUNK_BYTES_MAX
            {
                return waiting.append(chunk);
            }
        }
        self.events.push_back(event);
    }

    fn ring(&mut self) {
        if let (false, Some(bell)) = (self.is_rung, &self.bell) {
            self.is_rung = bell.call((), ThreadsafeFunctionCallMode::NonBlocking) == Status::Ok;
        }
    }
}

/// The duty to answer one operation: what is dropped unanswered is answered with a failure.
pub struct Reply {
    mailbox: Arc<Mailbox>,
    op: Option<u32>,
}

impl Reply {
    pub fn new(mailbox: &Arc<Mailbox>, op: u32) -> Self {
        Self { mailbox: mailbox.clone(), op: Some(op) }
    }

    pub fn send(mut self, result: std::result::Result<Value, Failure>) {
        if let Some(op) = self.op.take() {
            self.mailbox.push(match result {
                Ok(value) => Event::Resolved { op, value },
                Err(failure) => Event::Rejected { op, failure },
            });
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if let Some(op) = self.op.take() {
            self.mailbox.push(Event::Rejected { op, failure: Failure::unanswered() });
        }
    }
}

/// An endpoint's mailbox as JavaScript holds it.
#[napi]
pub struct NativeMailbox(Arc<Mailbox>);

impl RefUnwindSafe for NativeMailbox {}

/// While the bell hangs JavaScript holds this object, so that only the end of its environment (of a worker thread, say) drops it
/// open.
impl Drop for NativeMailbox {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl NativeMailbox {
    pub fn shared(&self) -> Arc<Mailbox> {
        self.0.clone()
    }
}

#[napi]
impl NativeMailbox {
    /// `bell` is called, without arguments, when there is something to take.
    #[napi(constructor)]
    pub fn new(bell: Function<(), ()>) -> Result<Self> {
        let bell = bell.build_threadsafe_function().callee_handled::<false>().build()?;
        let queue = Queue { events: VecDeque::new(), packets: 0, bell: Some(bell), is_rung: false };
        Ok(Self(Arc::new(Mailbox { queue: Mutex::new(queue), closed: Notify::new() })))
    }

    /// The waiting events, three elements each: kind, subject, content.
    #[napi(catch_unwind)]
    pub fn take<'env>(&self, env: &'env Env) -> Result<Array<'env>> {
        let events = self.0.take();
        let mut flat = env.create_array(3 * events.len() as u32)?;
        let mut chunk_bytes = 0;
        for (event, at) in events.into_iter().zip((0..).step_by(3)) {
            match event {
                Event::Resolved { op, value } => put(&mut flat, at, 0, op, value)?,
                Event::Rejected { op, failure } => put(&mut flat, at, 1, op, failure)?,
                Event::Chunk { stream, chunk } => {
                    chunk_bytes += chunk.len();
                    put(&mut flat, at, 2, stream, chunk)?;
                }
                Event::End { stream, end } => put(&mut flat, at, 3, stream, end)?,
                Event::Room { stream } => put(&mut flat, at, 4, stream, ())?,
                Event::Closed { connection, info } => put(&mut flat, at, 5, connection, info)?,
                Event::Addr(addr) => put(&mut flat, at, 6, 0, addr)?,
                Event::Found(addr) => put(&mut flat, at, 7, 0, addr)?,
            }
        }
        reserve::arrived(env, chunk_bytes)?;
        Ok(flat)
    }

    /// Lets the process end while the mailbox is open.
    #[napi(catch_unwind)]
    pub fn unref(&self, env: &Env) -> Result<()> {
        let mut queue = crate::runtime::lock(&self.0.queue);
        // The advice not to is for those who count references by hand; this hangs the bell loose for good.
        #[allow(deprecated)]
        queue.bell.as_mut().map_or(Ok(()), |bell| bell.unref(env))
    }

    /// Forgets what is waiting and lets the process go.
    #[napi(catch_unwind)]
    pub fn close(&self, env: &Env) -> Result<()> {
        self.0.close();
        reserve::give_back(env)
    }
}

fn put(flat: &mut Array, at: u32, kind: u32, subject: u32, content: impl ToNapiValue) -> Result<()> {
    flat.set(at, kind)?;
    flat.set(at + 1, subject)?;
    flat.set(at + 2, content)
}
