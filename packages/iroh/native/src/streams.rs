//! The open streams of a connection, which keeps them until they end.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};

use napi_derive::napi;

use crate::closure::Closure;
use crate::mailbox::Mailbox;
use crate::recv::{NativeRecvStream, RecvState};
use crate::runtime::lock;
use crate::send::{NativeSendStream, SendState};

/// Both halves of a stream in both directions.
#[napi(object, object_from_js = false)]
pub struct BiStream {
    pub send: NativeSendStream,
    pub recv: NativeRecvStream,
}

enum Half {
    Send(Arc<SendState>),
    Recv(Arc<RecvState>),
}

/// The registry. Numbers are unique within an endpoint: its mailbox routes by them.
pub struct Streams {
    mailbox: Arc<Mailbox>,
    numbers: Arc<AtomicU32>,
    closure: Arc<Closure>,
    /// `None` once the connection has ended.
    open: Mutex<Option<HashMap<u32, Half>>>,
}

impl Streams {
    pub fn new(mailbox: Arc<Mailbox>, numbers: Arc<AtomicU32>, closure: Arc<Closure>) -> Self {
        Self { mailbox, numbers, closure, open: Mutex::new(Some(HashMap::new())) }
    }

    pub fn add_send(self: &Arc<Self>, stream: iroh::endpoint::SendStream) -> NativeSendStream {
        let state = Arc::new(SendState::new(stream, self.context()));
        self.keep(state.id(), Half::Send(state.clone()));
        NativeSendStream::new(state)
    }

    pub fn add_recv(self: &Arc<Self>, stream: iroh::endpoint::RecvStream) -> NativeRecvStream {
        let state = Arc::new(RecvState::new(stream, self.context()));
        self.keep(state.id(), Half::Recv(state.clone()));
        NativeRecvStream::new(state)
    }

    /// Lets go of all streams once the connection has ended. What has arrived may still be read, unless this side closed.
    pub fn release(&self, is_closed_here: bool) {
        let Some(halves) = lock(&self.open).take() else { return };
        for half in halves.into_values() {
            match half {
                Half::Send(state) => state.release(),
                Half::Recv(state) if is_closed_here => state.abandon(),
                Half::Recv(state) => state.release(),
            }
        }
    }

    fn context(self: &Arc<Self>) -> StreamContext {
        StreamContext {
            id: self.numbers.fetch_add(1, Ordering::Relaxed),
            mailbox: self.mailbox.clone(),
            closure: self.closure.clone(),
            registry: Arc::downgrade(self),
        }
    }

    fn keep(&self, id: u32, half: Half) {
        if let Some(open) = &mut *lock(&self.open) {
            open.insert(id, half);
        }
    }
}

/// What every stream knows of its surroundings.
pub struct StreamContext {
    pub id: u32,
    pub mailbox: Arc<Mailbox>,
    pub closure: Arc<Closure>,
    registry: Weak<Streams>,
}

impl StreamContext {
    /// The stream has ended or needs no keeping: it goes when JavaScript lets go of it.
    pub fn forget(&self) {
        let registry = self.registry.upgrade();
        let half = registry.and_then(|streams| lock(&streams.open).as_mut()?.remove(&self.id));
        drop(half);
    }
}
