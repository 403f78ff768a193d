//! Where the frames of a stream end: each has its length in front, in 4 bytes, big-endian.

const HEADER_BYTES: usize = 4;

/// A place in a stream of frames; the default is where one begins.
#[derive(Clone, Copy, Default)]
pub struct Place {
    /// Bytes up to the end of the frame, behind its header.
    missing: usize,
    header: u32,
    header_bytes: usize,
}

impl Place {
    /// How many bytes lead to the end of the frame, as far as that is known: of its header, or of all of it.
    pub fn missing(&self) -> usize {
        if self.header_bytes < HEADER_BYTES { HEADER_BYTES - self.header_bytes } else { self.missing }
    }

    /// Moves on over `bytes`, but not beyond the first end of a frame that lies `enough` bytes from their beginning, or more.
    ///
    /// Returns where the last frame ends that was passed.
    pub fn pass(&mut self, bytes: &[u8], enough: usize) -> Option<usize> {
        let mut at = 0;
        let mut end = None;
        while at < bytes.len() {
            if self.header_bytes == 0
                && let Some(header) = bytes[at..].first_chunk()
            {
                self.missing = u32::from_be_bytes(*header) as usize;
                self.header_bytes = HEADER_BYTES;
                at += HEADER_BYTES;
            } else if self.header_bytes < HEADER_BYTES {
                self.header = self.header << 8 | u32::from(bytes[at]);
                self.header_bytes += 1;
                at += 1;
                if self.header_bytes < HEADER_BYTES {
                    continue;
                }
                self.missing = self.header as usize;
            }
            let step = self.missing.min(bytes.len() - at);
            at += step;
            self.missing -= step;
            if self.missing == 0 {
                *self = Self::default();
                end = Some(at);
                if at >= enough {
                    break;
                }
            }
        }
        end
    }
}
