//! Incoming connections: handshakes run side by side, and what they make waits in a bounded queue for the program.

use std::sync::Arc;
use std::time::Duration;

use iroh::Endpoint;
use iroh::endpoint::{Connection, Incoming};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::runtime::spawn;

/// Connections that the program has not accepted yet. When as many wait, handshakes do.
const QUEUED_MAX: usize = 64;
/// Handshakes at once. Beyond them new connections wait in QUIC, which refuses them when its own queue is full.
const HANDSHAKES_MAX: usize = 1_024;
/// A peer that has not finished its handshake by then is given up.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Accepts until the endpoint is closed. The queue's end tells that nothing will come any more.
pub fn listen(endpoint: Endpoint, tasks: &TaskTracker) -> mpsc::Receiver<Connection> {
    let (queue, accepted) = mpsc::channel(QUEUED_MAX);
    let handshake_tasks = tasks.clone();
    spawn(tasks.track_future(async move {
        let handshakes = Arc::new(Semaphore::new(HANDSHAKES_MAX));
        while let Some(incoming) = endpoint.accept().await {
            let Ok(permit) = handshakes.clone().acquire_owned().await else { return };
            let queue = queue.clone();
            let handshake = async move {
                if let Some(connection) = shake_hands(incoming).await {
                    // Fails only where the endpoint is closed.
                    let _ = queue.send(connection).await;
                }
                drop(permit);
            };
            let closed = endpoint.closed();
            spawn(handshake_tasks.track_future(async move {
                closed.run_until(handshake).await;
            }));
        }
    }));
    accepted
}

/// The connection, or nothing where the peer failed: no peer's failure concerns another.
async fn shake_hands(incoming: Incoming) -> Option<Connection> {
    timeout(HANDSHAKE_TIMEOUT, incoming.into_future()).await.ok()?.ok()
}
