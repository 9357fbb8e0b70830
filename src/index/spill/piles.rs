//! Bytes laid on piles by number and read back pile by pile, each as it was laid.
//!
//! Piles grow in memory; when all of them together are large, each goes to the file as one block. Records are told apart
//! by the length before each.
//!
//! Must not know: what the bytes mean.

use std::{
    io::{self, Seek as _, SeekFrom, Write as _},
    ops::Range,
};

use super::{
    Spill, SpillFile,
    window::{Window, read},
};

/// How much is read at once.
const WINDOW: usize = 1 << 17;

/// Piles that grow.
pub(super) struct Piles<'s> {
    spill: &'s dyn Spill,
    /// How many bytes lie in memory at most.
    most: usize,
    held: usize,
    piles: Vec<Pile>,
    file: Option<Box<dyn SpillFile>>,
    end: u64,
}

#[derive(Debug, Default)]
struct Pile {
    blocks: Vec<Range<u64>>,
    rest: Vec<u8>,
}

impl<'s> Piles<'s> {
    /// Piles of which a part of what a list may hold lies in memory.
    pub(super) fn new(spill: &'s dyn Spill) -> Self {
        Self { spill, most: spill.memory() / 16, held: 0, piles: Vec::new(), file: None, end: 0 }
    }

    /// Lays bytes on a pile.
    pub(super) fn push(&mut self, pile: usize, bytes: &[u8]) -> io::Result<()> {
        if self.piles.len() <= pile {
            self.piles.resize_with(pile + 1, Pile::default);
        }
        if bytes.len() > self.most {
            // Not by way of memory.
            self.write()?;
            return self.write_block(pile, bytes);
        }
        self.piles[pile].rest.extend_from_slice(bytes);
        self.held += bytes.len();
        if self.held > self.most { self.write() } else { Ok(()) }
    }

    /// Lays a record on a pile.
    pub(super) fn push_record(&mut self, pile: usize, record: &[u8]) -> io::Result<()> {
        self.push(pile, &(record.len() as u32).to_le_bytes())?;
        self.push(pile, record)
    }

    /// What lies there, from the first pile to the last.
    pub(super) fn read(self) -> Stream {
        let Self { piles, file, .. } = self;
        Stream { piles: piles.into_iter(), pile: Pile::default(), block: 0, at: 0, file, window: Window::new(WINDOW) }
    }

    /// Writes what lies in memory.
    fn write(&mut self) -> io::Result<()> {
        // A pile of many keeps no memory that another may need.
        let keep = self.piles.len() == 1;
        for pile in 0..self.piles.len() {
            let mut rest = std::mem::take(&mut self.piles[pile].rest);
            self.write_block(pile, &rest)?;
            if keep {
                rest.clear();
                self.piles[pile].rest = rest;
            }
        }
        self.held = 0;
        Ok(())
    }

    fn write_block(&mut self, pile: usize, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(self.spill.file()?),
        };
        file.seek(SeekFrom::Start(self.end))?;
        file.write_all(bytes)?;
        let start = self.end;
        self.end += bytes.len() as u64;
        match self.piles[pile].blocks.last_mut() {
            Some(block) if block.end == start => block.end = self.end,
            _ => self.piles[pile].blocks.push(start..self.end),
        }
        Ok(())
    }
}

/// What lay on piles.
pub(super) struct Stream {
    piles: std::vec::IntoIter<Pile>,
    pile: Pile,
    block: usize,
    /// How much of the part in memory was read.
    at: usize,
    file: Option<Box<dyn SpillFile>>,
    window: Window,
}

impl Stream {
    /// The next bytes, so many; `None` at the end. They stay until [`Stream::skip`].
    pub(super) fn peek(&mut self, length: usize) -> io::Result<Option<&[u8]>> {
        let Self { piles, pile, block, at, file, window } = self;
        let there = window.fill(length, |into| {
            loop {
                if let (Some(range), Some(file)) = (pile.blocks.get_mut(*block), file.as_mut()) {
                    match read(&mut **file, range, into)? {
                        0 => *block += 1,
                        count => return Ok(count),
                    }
                } else if *at < pile.rest.len() {
                    let count = into.len().min(pile.rest.len() - *at);
                    into[..count].copy_from_slice(&pile.rest[*at..][..count]);
                    *at += count;
                    return Ok(count);
                } else {
                    let Some(next) = piles.next() else { return Ok(0) };
                    (*pile, *block, *at) = (next, 0, 0);
                }
            }
        })?;
        Ok(there.then(|| &self.window.bytes()[..length]))
    }

    /// Leaves so many bytes, which must have been looked at.
    pub(super) fn skip(&mut self, length: usize) {
        self.window.skip(length);
    }

    /// The next record, which stays until [`Stream::skip_record`].
    pub(super) fn peek_record(&mut self) -> io::Result<Option<&[u8]>> {
        let Some(length) = self.peek(4)? else { return Ok(None) };
        let length = u32_at(length, 0) as usize;
        Ok(self.peek(4 + length)?.map(|record| &record[4..]))
    }

    /// Leaves a record, which must have been looked at.
    pub(super) fn skip_record(&mut self) {
        let length = u32_at(self.window.bytes(), 0) as usize;
        self.window.skip(4 + length);
    }
}

/// Four bytes as a number.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(four)
}
