//! A part of a file in memory, which moves on.
//!
//! Must not know: what the bytes mean.

use std::{
    io::{self, SeekFrom},
    ops::Range,
};

use super::SpillFile;

/// What was read of a file and not yet used.
#[derive(Debug)]
pub(super) struct Window {
    buffer: Vec<u8>,
    unused: Range<usize>,
}

impl Window {
    /// A window of that size, which grows for a record that is larger.
    pub(super) fn new(size: usize) -> Self {
        Self { buffer: vec![0; size], unused: 0..0 }
    }

    /// Reads on until so many bytes are there; returns whether they are. Where some are, and not all, the file was cut.
    pub(super) fn fill(
        &mut self,
        length: usize,
        mut read: impl FnMut(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<bool> {
        while self.unused.len() < length {
            self.buffer.copy_within(self.unused.clone(), 0);
            self.unused = 0..self.unused.len();
            if self.buffer.len() < length {
                self.buffer.resize(length, 0);
            }
            match read(&mut self.buffer[self.unused.end..]) {
                Ok(0) if self.unused.is_empty() => return Ok(false),
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.unused.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// The bytes that are there.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.unused.clone()]
    }

    /// Moves on by so many bytes, which must be there.
    pub(super) fn skip(&mut self, length: usize) {
        self.unused.start += length;
    }
}

/// Reads what comes next of a range of a file, and takes it off the range.
pub(super) fn read(file: &mut dyn SpillFile, range: &mut Range<u64>, into: &mut [u8]) -> io::Result<usize> {
    let most = into.len().min(usize::try_from(range.end - range.start).unwrap_or(usize::MAX));
    if most == 0 {
        return Ok(0);
    }
    file.seek(SeekFrom::Start(range.start))?;
    match file.read(&mut into[..most])? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        count => {
            range.start += count as u64;
            Ok(count)
        }
    }
}
