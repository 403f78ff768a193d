//! Why a connection ended: known to the connection and to each of its streams, whichever outlives the other.

use std::sync::OnceLock;

use bytes::Bytes;
use iroh::endpoint::ConnectionError;

use crate::failure::{CloseInfo, Failure, StreamFailure};

#[derive(Default)]
pub struct Closure {
    /// What this side closed the connection with.
    local: OnceLock<(u32, Bytes)>,
    info: OnceLock<CloseInfo>,
}

impl Closure {
    /// Notes what this side is about to close an open connection with. The first note counts.
    pub fn will_close(&self, code: u32, reason: Bytes) {
        let _ = self.local.set((code, reason));
    }

    /// Puts the reason that QUIC gives on record. The first one counts, for everybody.
    pub fn record(&self, error: &ConnectionError) -> CloseInfo {
        self.info.get_or_init(|| CloseInfo::new(error, self.local.get())).clone()
    }

    pub fn info(&self) -> Option<CloseInfo> {
        self.info.get().cloned()
    }

    pub fn failure(&self, failure: StreamFailure) -> Failure {
        match failure {
            StreamFailure::Stopped(code) => Failure::stopped(code),
            StreamFailure::ConnectionLost(error) => Failure::connection_closed(self.record(&error)),
            StreamFailure::Ended => Failure::finished(),
        }
    }
}
