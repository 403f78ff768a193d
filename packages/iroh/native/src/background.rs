//! Work that may take its time: one thread of low priority, which leaves the processors to JavaScript and to the network.

use std::sync::{LazyLock, mpsc};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

/// More than a signature needs.
const STACK_BYTES: usize = 256 * 1024;
/// A tenth of the processor time of a thread of the usual priority, where both want to run.
#[cfg(target_os = "linux")]
const NICER_BY: libc::c_int = 10;

static JOBS: LazyLock<mpsc::Sender<Job>> = LazyLock::new(|| {
    let (sender, jobs) = mpsc::channel::<Job>();
    let run = move || {
        lower_priority();
        for job in jobs {
            job();
        }
    };
    let thread = thread::Builder::new().name("iroh-background".into()).stack_size(STACK_BYTES);
    thread.spawn(run).expect("the operating system gives us threads");
    sender
});

/// Runs a job after those that came before it. It must not panic: that would end the thread.
pub fn run(job: impl FnOnce() + Send + 'static) {
    JOBS.send(Box::new(job)).expect("the thread runs as long as the process");
}

/// On Linux the niceness is the thread's own; elsewhere it would be that of the whole process.
#[cfg(target_os = "linux")]
fn lower_priority() {
    // Safe: it takes and gives a number. To become nicer is allowed to everybody.
    unsafe { libc::nice(NICER_BY) };
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}
