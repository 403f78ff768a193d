//! The threads that everything but JavaScript runs on, and locks that outlive a panic.

use std::future::Future;
use std::pin::pin;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Builder, Runtime};
use tokio::task::AbortHandle;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread().thread_name("iroh").enable_all().build().expect("the operating system gives us threads")
});

/// Runs a future on the shared runtime. A panic inside ends only that future.
pub fn spawn<F>(future: F) -> AbortHandle
where
    F: Future<Output = ()> + Send + 'static,
{
    RUNTIME.spawn(future).abort_handle()
}

/// Runs `make` inside the runtime's context, which iroh needs even to build some of its values.
pub fn within<T>(make: impl FnOnce() -> T) -> T {
    let _context = RUNTIME.enter();
    make()
}

/// What the future gives without waiting, if anything. Whoever it would have woken is not told.
pub fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Locks a mutex. A panic of an earlier holder does not spread: no critical section here leaves its data half changed.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
