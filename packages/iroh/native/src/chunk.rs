//! What arrived on a stream, on its way to JavaScript: the payloads of packets, copied once, into memory of JavaScript's own.

use std::collections::VecDeque;
use std::ptr;

use bytes::Bytes;
use napi::bindgen_prelude::{Result, ToNapiValue};
use napi::{check_status, sys};

/// More pieces than this are copied into one where they are short: each holds on to all that was received together with it.
const PIECES_MIN: usize = 64;
const PIECE_BYTES_MIN: usize = 1_024;

/// The payloads of packets, in order.
#[derive(Default)]
pub struct Chunk {
    pieces: VecDeque<Bytes>,
    len: usize,
    /// The pieces are one, which holds on to nothing else.
    is_joined: bool,
}

impl Chunk {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn pieces(&self) -> impl Iterator<Item = &Bytes> {
        self.pieces.iter()
    }

    /// How many packets it holds on to, each with all that was received together with it.
    pub fn packets(&self) -> usize {
        if self.is_joined { 0 } else { self.pieces.len() }
    }

    pub fn push(&mut self, piece: Bytes) {
        self.is_joined = false;
        self.len += piece.len();
        self.pieces.push_back(piece);
        if self.pieces.len() > PIECES_MIN && self.pieces.len() * PIECE_BYTES_MIN > self.len {
            self.join();
        }
    }

    /// Moves everything out of `other` behind what is here.
    pub fn append(&mut self, other: &mut Chunk) {
        for piece in other.pieces.drain(..) {
            self.push(piece);
        }
        other.len = 0;
    }

    /// Copies everything into one piece.
    pub fn join(&mut self) {
        let mut joined = Vec::with_capacity(self.len);
        for piece in self.pieces.drain(..) {
            joined.extend_from_slice(&piece);
        }
        self.pieces.push_back(joined.into());
        self.is_joined = true;
    }

    /// Takes the first `len` bytes out, or all of them.
    pub fn split_to(&mut self, len: usize) -> Chunk {
        let mut taken = Chunk::default();
        while taken.len < len
            && let Some(mut piece) = self.pieces.pop_front()
        {
            let room = len - taken.len;
            if piece.len() > room {
                taken.push(piece.split_to(room));
                self.pieces.push_front(piece);
            } else {
                taken.push(piece);
            }
        }
        self.len -= taken.len;
        taken
    }
}

impl From<Bytes> for Chunk {
    fn from(piece: Bytes) -> Self {
        let mut chunk = Self::default();
        chunk.push(piece);
        chunk
    }
}

impl ToNapiValue for Chunk {
    unsafe fn to_napi_value(env: sys::napi_env, chunk: Self) -> Result<sys::napi_value> {
        let (mut data, mut buffer) = (ptr::null_mut(), ptr::null_mut());
        // A buffer of Node's is not filled with zeros first, and V8 scavenges when there are many, which it does not for those of an addon.
        check_status!(unsafe { sys::napi_create_buffer(env, chunk.len, &mut data, &mut buffer) })?;
        let mut at = data.cast::<u8>();
        for piece in &chunk.pieces {
            unsafe {
                ptr::copy_nonoverlapping(piece.as_ptr(), at, piece.len());
                at = at.add(piece.len());
            }
        }
        let (mut memory, mut offset, mut array) = (ptr::null_mut(), 0, ptr::null_mut());
        check_status!(unsafe {
            sys::napi_get_typedarray_info(
                env,
                buffer,
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
                &mut memory,
                &mut offset,
            )
        })?;
        check_status!(unsafe {
            sys::napi_create_typedarray(env, sys::TypedarrayType::uint8_array, chunk.len, memory, offset, &mut array)
        })?;
        Ok(array)
    }
}
