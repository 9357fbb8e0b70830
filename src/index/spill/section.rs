//! A section of a segment file that is written bit by bit.
//!
//! Must not know: which section it is.

use std::io::{self, Write};

use bytemuck::Pod;

use super::{super::compile::CompileError, Spill, piles::Piles};

/// How much is copied at once.
const COPY: usize = 1 << 16;

/// A section that grows.
pub(in crate::index) struct Spooled<'s> {
    piles: Piles<'s>,
    hasher: crc32fast::Hasher,
    len: usize,
}

impl<'s> Spooled<'s> {
    pub(super) fn new(spill: &'s dyn Spill) -> Self {
        Self { piles: Piles::new(spill), hasher: crc32fast::Hasher::new(), len: 0 }
    }

    /// Appends bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.len += bytes.len();
        self.piles.push(0, bytes)
    }

    /// Appends a value.
    pub(super) fn push_value<T: Pod>(&mut self, value: T) -> io::Result<()> {
        self.push(bytemuck::bytes_of(&value))
    }

    /// A section of these bytes.
    pub(super) fn of(spill: &'s dyn Spill, bytes: &[u8]) -> io::Result<Self> {
        let mut section = Self::new(spill);
        section.push(bytes)?;
        Ok(section)
    }

    /// How many bytes it has.
    pub(in crate::index) fn len(&self) -> usize {
        self.len
    }

    /// The checksum of its bytes.
    pub(in crate::index) fn checksum(&self) -> u32 {
        self.hasher.clone().finalize()
    }

    /// Writes its bytes.
    pub(in crate::index) fn copy(self, out: &mut dyn Write) -> Result<(), CompileError> {
        let mut left = self.len;
        let mut stream = self.piles.read();
        while left > 0 {
            let count = left.min(COPY);
            let bytes = stream.peek(count)?.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
            out.write_all(bytes).map_err(CompileError::Write)?;
            stream.skip(count);
            left -= count;
        }
        Ok(())
    }
}
