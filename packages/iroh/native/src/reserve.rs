//! What V8 is told of the memory of chunks.
//!
//! V8 marks all of the program's heap once 8 MiB of array buffers have come since it last did, even where a scavenge would find that
//! nearly all are dead: at 500 MB/s thirty times a second. So a reserve is reported at once, and taken back as chunks come, which V8
//! counts by itself. V8 hears of as much memory as before, in steps, and never of less than there is.

use std::cell::RefCell;

use napi::{Env, Result};

/// Bytes of a step. Together with what comes while V8 marks it stays below 64 MiB, where V8 begins to do so without a pause.
const STEP_BYTES: i64 = 48 * 1_024 * 1_024;

thread_local! {
    /// That of a JavaScript thread, whose heap is its own.
    static RESERVE: RefCell<Reserve> = const { RefCell::new(Reserve { left: 0, arrived: 0 }) };
}

/// So many bytes have become chunks.
pub fn arrived(env: &Env, bytes: usize) -> Result<()> {
    report(env, RESERVE.with_borrow_mut(|reserve| reserve.arrived(bytes as i64)))
}

/// Nothing more may come for a while: what is reported is what there is.
pub fn give_back(env: &Env) -> Result<()> {
    report(env, RESERVE.with_borrow_mut(Reserve::give_back))
}

fn report(env: &Env, change: i64) -> Result<()> {
    if change != 0 {
        env.adjust_external_memory(change)?;
    }
    Ok(())
}

struct Reserve {
    /// Reported, and not there yet.
    left: i64,
    /// Since the last step.
    arrived: i64,
}

impl Reserve {
    /// Returns by how much the reported memory changes, beside what V8 counts.
    fn arrived(&mut self, bytes: i64) -> i64 {
        let before = self.left;
        self.left = (before - bytes).max(0);
        self.arrived += bytes;
        if self.arrived >= STEP_BYTES {
            self.arrived = 0;
            self.left = STEP_BYTES;
        }
        self.left - before
    }

    fn give_back(&mut self) -> i64 {
        self.arrived = 0;
        -std::mem::take(&mut self.left)
    }
}
