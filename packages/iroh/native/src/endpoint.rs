//! An endpoint: one identity with its socket, and the owner of all its connections.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::panic::RefUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use iroh::endpoint::{BindError, Builder, ConnectOptions, Connection, RelayStatus};
use iroh::{Endpoint, EndpointAddr, Watcher};
use napi_derive::napi;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::accept::listen;
use crate::address::Addr;
use crate::closure::Closure;
use crate::config::EndpointConfig;
use crate::connection::{ConnectionState, NativeConnection};
use crate::exchange::{Exchange, Exchanges};
use crate::failure::Failure;
use crate::mailbox::{Event, Mailbox, NativeMailbox, Reply, Value};
use crate::mdns;
use crate::runtime::{lock, spawn};
use crate::streams::Streams;

/// How long a closing endpoint waits for its peers to hear of it, and for its own tasks. A peer that died meanwhile would hold it
/// for seconds; those that hear nothing find out by their idle timeout.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(400);

pub struct EndpointState {
    id: String,
    mailbox: Arc<Mailbox>,
    /// Emptied when the endpoint is closed: the socket goes with its last holder.
    open: Mutex<Option<Endpoint>>,
    sockets: Vec<SocketAddr>,
    accepted: tokio::sync::Mutex<mpsc::Receiver<Connection>>,
    connections: Mutex<HashMap<u32, Arc<ConnectionState>>>,
    /// Numbers for connections and streams.
    numbers: Arc<AtomicU32>,
    /// The dials under way, by their operation.
    dials: Mutex<HashMap<u32, AbortHandle>>,
    exchanges: Exchanges,
    is_watched: AtomicBool,
    /// Whatever holds the endpoint or a connection, and with them the socket.
    tasks: TaskTracker,
}

impl EndpointState {
    fn new(endpoint: Endpoint, mailbox: Arc<Mailbox>) -> Self {
        let tasks = TaskTracker::new();
        Self {
            id: endpoint.id().to_string(),
            mailbox,
            sockets: endpoint.bound_sockets(),
            accepted: tokio::sync::Mutex::new(listen(endpoint.clone(), &tasks)),
            open: Mutex::new(Some(endpoint)),
            connections: Mutex::default(),
            numbers: Arc::default(),
            dials: Mutex::default(),
            exchanges: Exchanges::default(),
            is_watched: AtomicBool::new(false),
            tasks,
        }
    }

    fn endpoint(&self) -> Option<Endpoint> {
        lock(&self.open).clone()
    }

    /// Answers with a new connection, and keeps it from then on.
    fn admit(self: &Arc<Self>, connection: Connection, reply: Reply) {
        let closure = Arc::new(Closure::default());
        let streams = Streams::new(self.mailbox.clone(), self.numbers.clone(), closure.clone());
        let state = Arc::new(ConnectionState::new(
            self.numbers.fetch_add(1, Ordering::Relaxed),
            self.mailbox.clone(),
            Arc::new(streams),
            closure,
            connection.clone(),
        ));
        lock(&self.connections).insert(state.id, state.clone());
        reply.send(Ok(Value::Connection(NativeConnection::new(state.clone()))));
        let endpoint = self.clone();
        spawn(self.tasks.track_future(async move {
            let error = connection.closed().await;
            drop(connection);
            lock(&endpoint.connections).remove(&state.id);
            let info = state.release(&error);
            endpoint.mailbox.push(Event::Closed { connection: state.id, info });
        }));
    }

    async fn dial(&self, addr: EndpointAddr, alpns: Vec<Vec<u8>>) -> Result<Connection, Failure> {
        let endpoint = self.endpoint().ok_or_else(Failure::endpoint_closed)?;
        let (first, others) = alpns.split_first().ok_or_else(|| Failure::invalid("a dial offers a protocol"))?;
        let options = ConnectOptions::new().with_additional_alpns(others.to_vec());
        let connecting =
            endpoint.connect_with_opts(addr, first, options).await.map_err(|error| Failure::dial(&error.into()))?;
        connecting.await.map_err(|error| Failure::dial(&error.into()))
    }

    async fn close(&self) {
        let Some(endpoint) = lock(&self.open).take() else { return };
        for (_, dial) in lock(&self.dials).drain() {
            dial.abort();
        }
        self.exchanges.close_all();
        let connections: Vec<_> = lock(&self.connections).values().cloned().collect();
        for connection in connections {
            connection.close(0, Bytes::new());
        }
        let _ = timeout(CLOSE_TIMEOUT, endpoint.close()).await;
        self.tasks.close();
        let _ = timeout(CLOSE_TIMEOUT, self.tasks.wait()).await;
        // Whoever waits to accept empties the queue himself.
        if let Ok(mut accepted) = self.accepted.try_lock() {
            accepted.close();
            while accepted.try_recv().is_ok() {}
        }
    }
}

/// Binds an endpoint and answers `op` with it. Gives the failure of unusable options at once.
#[napi(catch_unwind)]
pub fn bind(mailbox: &NativeMailbox, op: u32, config: EndpointConfig) -> Option<Failure> {
    let builder = match config.builder() {
        Ok(builder) => builder,
        Err(failure) => return Some(failure),
    };
    let mdns_service = config.mdns_service;
    let mailbox = mailbox.shared();
    let reply = Reply::new(&mailbox, op);
    spawn(async move {
        reply.send(match open(builder, mdns_service, &mailbox).await {
            Ok(endpoint) => {
                let state = Arc::new(EndpointState::new(endpoint, mailbox));
                spawn(close_after_mailbox(state.clone()));
                Ok(Value::Endpoint(NativeEndpoint(state)))
            }
            Err(failure) => Err(failure),
        });
    });
    None
}

async fn open(builder: Builder, mdns_service: Option<String>, mailbox: &Arc<Mailbox>) -> Result<Endpoint, Failure> {
    let endpoint = builder.bind().await.map_err(|error| bind_failure(&error))?;
    if let Some(service) = mdns_service
        && let Err(failure) = mdns::start(&endpoint, service, mailbox.clone()).await
    {
        endpoint.close().await;
        return Err(failure);
    }
    Ok(endpoint)
}

/// An endpoint that cannot tell JavaScript anything any more is closed.
async fn close_after_mailbox(state: Arc<EndpointState>) {
    state.mailbox.closed().await;
    state.close().await;
}

fn has_relay(endpoint: &Endpoint) -> bool {
    endpoint.home_relay_status().get().iter().any(RelayStatus::is_connected)
}

fn bind_failure(error: &BindError) -> Failure {
    Failure::new("bind", format!("the endpoint could not be bound: {error:#}"))
}

/// An endpoint as JavaScript holds it.
#[napi]
pub struct NativeEndpoint(Arc<EndpointState>);

impl RefUnwindSafe for NativeEndpoint {}

#[napi]
impl NativeEndpoint {
    #[napi(getter, catch_unwind)]
    pub fn id(&self) -> String {
        self.0.id.clone()
    }

    /// The address now; nothing once the endpoint is closed.
    #[napi(catch_unwind)]
    pub fn addr(&self) -> Option<Addr> {
        Some(Addr::new(&self.0.endpoint()?.addr(), &self.0.sockets))
    }

    /// Whether a relay is connected.
    #[napi(catch_unwind)]
    pub fn has_relay(&self) -> bool {
        self.0.endpoint().is_some_and(|endpoint| has_relay(&endpoint))
    }

    /// Has iroh look at the network at once: its interfaces, its relays and the paths of its connections.
    #[napi(catch_unwind)]
    pub fn network_change(&self) {
        let Some(endpoint) = self.0.endpoint() else { return };
        spawn(async move { endpoint.network_change().await });
    }

    /// Sends an event after each change of the address, and of the relays that are connected, from now on.
    #[napi(catch_unwind)]
    pub fn watch_addr(&self) {
        let Some(endpoint) = self.0.endpoint() else { return };
        if self.0.is_watched.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut addr = endpoint.watch_addr();
        let mut relays = endpoint.home_relay_status();
        let state = self.0.clone();
        let closed = endpoint.closed();
        drop(endpoint);
        spawn(async move {
            let changes = async move {
                loop {
                    let is_watched = tokio::select! {
                        changed = addr.updated() => changed.is_ok(),
                        changed = relays.updated() => changed.is_ok(),
                    };
                    if !is_watched {
                        break;
                    }
                    state.mailbox.push(Event::Addr(Addr::new(&addr.get(), &state.sockets)));
                }
            };
            closed.run_until(changes).await;
        });
    }

    /// Dials and answers `op` with the connection. Gives the failure of an unusable address at once.
    #[napi(catch_unwind)]
    pub fn dial(&self, op: u32, addr: Addr, alpns: Vec<String>) -> Option<Failure> {
        let addr = match addr.parse() {
            Ok(addr) => addr,
            Err(failure) => return Some(failure),
        };
        let alpns = alpns.into_iter().map(String::into_bytes).collect();
        let reply = Reply::new(&self.0.mailbox, op);
        let state = self.0.clone();
        let mut dials = lock(&self.0.dials); // held until the dial is in it, so that it cannot end before
        let handle = spawn(self.0.tasks.track_future(async move {
            let dialled = state.dial(addr, alpns).await;
            lock(&state.dials).remove(&op);
            match dialled {
                Ok(connection) => state.admit(connection, reply),
                Err(failure) => reply.send(Err(failure)),
            }
        }));
        dials.insert(op, handle);
        None
    }

    /// Gives up a dial. Its answer, if it has been sent already, is the caller's to close.
    #[napi(catch_unwind)]
    pub fn cancel_dial(&self, op: u32) {
        let dial = lock(&self.0.dials).remove(&op);
        if let Some(dial) = dial {
            dial.abort();
        }
    }

    /// Dials, sends a message with its length in front, and answers `op` with the peer's, without. Gives the failure of an unusable
    /// address at once. Each exchange has to be closed, however it ended.
    #[napi(catch_unwind)]
    pub fn exchange(
        &self,
        op: u32,
        addr: Addr,
        alpn: String,
        message: &[u8],
        answer_bytes_max: u32,
    ) -> Option<Failure> {
        let addr = match addr.parse() {
            Ok(addr) => addr,
            Err(failure) => return Some(failure),
        };
        let message = Bytes::copy_from_slice(message);
        let reply = Reply::new(&self.0.mailbox, op);
        let state = self.0.clone();
        let exchange = Arc::new(Exchange::default());
        let running = exchange.clone();
        let run = async move {
            let answer = match state.dial(addr, vec![alpn.into_bytes()]).await {
                Ok(connection) => running.run(connection, message, answer_bytes_max as usize).await,
                Err(failure) => Err(failure),
            };
            reply.send(answer.map(Value::Answer));
        };
        self.0.exchanges.begin(op, exchange, || spawn(self.0.tasks.track_future(run)));
        None
    }

    /// Whether the message of an exchange, or a part of it, may have left.
    #[napi(catch_unwind)]
    pub fn is_exchange_sent(&self, op: u32) -> bool {
        self.0.exchanges.is_sent(op)
    }

    /// Ends an exchange: closes its connection with the code. Nothing of it is sent any more; gives whether it may have been.
    #[napi(catch_unwind)]
    pub fn close_exchange(&self, op: u32, code: u32, reason: &[u8]) -> bool {
        self.0.exchanges.close(op, code, Bytes::copy_from_slice(reason))
    }

    /// Answers `op` with the next incoming connection, or with nothing once the endpoint is closed.
    #[napi(catch_unwind)]
    pub fn accept(&self, op: u32) {
        let reply = Reply::new(&self.0.mailbox, op);
        let state = self.0.clone();
        spawn(async move {
            let accepted = state.accepted.lock().await.recv().await;
            match accepted {
                Some(connection) => state.admit(connection, reply),
                None => reply.send(Ok(Value::Nothing)),
            }
        });
    }

    /// Closes everything and answers `op` when the peers know, or will not any more.
    #[napi(catch_unwind)]
    pub fn close(&self, op: u32) {
        let reply = Reply::new(&self.0.mailbox, op);
        let state = self.0.clone();
        spawn(async move {
            state.close().await;
            reply.send(Ok(Value::Nothing));
        });
    }
}
