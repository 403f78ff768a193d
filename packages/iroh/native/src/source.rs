//! What comes out of a QUIC stream, and how it is cut into chunks.

use bytes::Bytes;
use iroh::endpoint::{ReadError, RecvStream, VarInt};

use crate::chunk::Chunk;
use crate::frames::Place;
use crate::runtime::poll_once;

/// Bytes handed to JavaScript at once.
pub const CHUNK_BYTES_MAX: usize = 256 * 1_024;
/// Packets' payloads taken out of QUIC under one lock.
const PIECES_MAX: usize = 128;

/// A QUIC stream, and what was taken out of it and not yet sent to JavaScript.
#[derive(Default)]
pub struct Source {
    /// Gone once nothing more can come out of it.
    stream: Option<RecvStream>,
    arrived: Chunk,
    /// Where in a frame that begins.
    place: Place,
    /// How much must have arrived for a frame to be complete, as far as that is known.
    wanted: usize,
    /// How the stream ended, after that. QUIC tells a reset only once.
    last: Option<Result<(), ReadError>>,
}

impl Source {
    pub fn new(stream: RecvStream) -> Self {
        Self { stream: Some(stream), ..Self::default() }
    }

    /// Whether there is nothing to take.
    pub fn is_empty(&self) -> bool {
        self.arrived.is_empty()
    }

    /// How the stream ended, once that is known.
    pub fn take_last(&mut self) -> Option<Result<(), ReadError>> {
        self.last.take()
    }

    /// Waits for the next piece or the end. Nothing is lost where this is given up.
    pub async fn wait(&mut self) {
        match &mut self.stream {
            Some(stream) => {
                let read = stream.read_chunk(usize::MAX).await;
                self.add(read);
            }
            None => std::future::pending().await,
        }
    }

    /// Adds what is ready, until there are `bytes_max` or a few more.
    pub fn gather(&mut self, bytes_max: usize) {
        let mut pieces = [const { Bytes::new() }; PIECES_MAX];
        while self.arrived.len() < bytes_max
            && let Some(stream) = &mut self.stream
        {
            match poll_once(stream.read_many_chunks(&mut pieces)) {
                Some(Ok(Some(count))) => {
                    for piece in &mut pieces[..count] {
                        self.add(Ok(Some(std::mem::take(piece))));
                    }
                }
                Some(Ok(None)) => self.add(Ok(None)),
                Some(Err(error)) => self.add(Err(error)),
                None => return,
            }
        }
    }

    fn add(&mut self, read: Result<Option<Bytes>, ReadError>) {
        match read {
            Ok(Some(piece)) => {
                self.arrived.push(piece);
                return;
            }
            Ok(None) => self.last = Some(Ok(())),
            Err(error) => self.last = Some(Err(error)),
        }
        self.stream = None;
    }

    /// Takes everything out of a stream whose connection has ended: at most its window, and QUIC's memory becomes ours.
    pub fn detach(&mut self) {
        self.gather(usize::MAX);
    }

    /// What is to be delivered now, if anything.
    ///
    /// With a `frame_bytes_max` whole frames: those that begin within the credit. Only of a frame that is larger, or larger than a chunk,
    /// comes what is there, for nobody waits for the rest of one that is to be refused; and of the one in which the stream ended.
    pub fn take(&mut self, credit: usize, frame_bytes_max: usize) -> Option<Chunk> {
        if frame_bytes_max > 0 {
            let kept_max = if self.stream.is_some() { CHUNK_BYTES_MAX.min(frame_bytes_max) } else { 0 };
            if self.arrived.len() < self.wanted && self.wanted <= kept_max {
                return None;
            }
            if let Some(end) = self.last_end(credit) {
                self.wanted = 0;
                self.place = Place::default();
                return Some(self.arrived.split_to(end));
            }
            if self.wanted <= kept_max {
                return None;
            }
        }
        let chunk = self.arrived.split_to(credit.min(CHUNK_BYTES_MAX));
        for piece in chunk.pieces() {
            self.place.pass(piece, usize::MAX);
        }
        self.wanted = 0;
        Some(chunk)
    }

    /// Where the last of the frames ends that a chunk can hold. Without one `wanted` says how much the first one takes.
    fn last_end(&mut self, credit: usize) -> Option<usize> {
        let mut place = self.place;
        let mut end = None;
        let mut passed = 0;
        for piece in self.arrived.pieces() {
            let piece = &piece[..piece.len().min(CHUNK_BYTES_MAX - passed)];
            if let Some(at) = place.pass(piece, credit.saturating_sub(passed)) {
                end = Some(passed + at);
            }
            passed += piece.len();
            if passed == CHUNK_BYTES_MAX || end.is_some_and(|end| end >= credit) {
                break;
            }
        }
        self.wanted = passed + place.missing();
        end
    }

    pub fn stop(mut self, code: u32) {
        if let Some(stream) = &mut self.stream {
            // Fails only where everything has been read or the peer has reset the stream.
            let _ = stream.stop(VarInt::from_u32(code));
        }
    }
}
