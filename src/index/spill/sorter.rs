//! Records in order: more of them than memory holds.
//!
//! Records come in any order. What fills the memory is sorted and written as a run; in the end the runs are merged.
//! Nothing is written where all fit. A record's key is what it has behind its head; of equal keys the head decides.
//!
//! Must not know: what the records mean.

use std::{
    cmp::Ordering,
    io::{self, Seek as _, SeekFrom, Write as _},
    ops::Range,
};

use super::{
    super::{ids::natural, strings::text},
    Spill, SpillFile,
    window::{Window, read},
};

/// How much of a run is read at once.
const WINDOW: usize = 1 << 17;
/// The least that is read at once, however many runs there are.
const LEAST: usize = 1 << 12;

/// How records are ordered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    /// How many bytes stand before the key.
    pub(super) head: usize,
    /// Whether keys are ids, in their natural order, and not bytes.
    pub(super) ids: bool,
}

impl Order {
    /// That of whole records as bytes.
    pub(super) const BYTES: Self = Self { head: 0, ids: false };

    /// What the key begins with, as a number that decides most comparisons.
    fn prefix(self, record: &[u8]) -> u64 {
        let mut first = [0; 8];
        if !self.ids {
            let key = &record[self.head..];
            let count = key.len().min(8);
            first[..count].copy_from_slice(&key[..count]);
        }
        u64::from_be_bytes(first)
    }

    fn compare(self, one: &[u8], other: &[u8]) -> Ordering {
        let ((head, key), (other_head, other_key)) = (one.split_at(self.head), other.split_at(self.head));
        let order = if self.ids { natural(text(key), text(other_key)) } else { key.cmp(other_key) };
        order.then_with(|| head.cmp(other_head))
    }
}

/// A record in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    prefix: u64,
    start: u32,
    len: u32,
}

impl Item {
    fn of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start as usize..][..self.len as usize]
    }
}

/// Records that come in.
pub(super) struct Sorter<'s> {
    spill: &'s dyn Spill,
    order: Order,
    bytes: Vec<u8>,
    items: Vec<Item>,
    file: Option<Box<dyn SpillFile>>,
    runs: Vec<Range<u64>>,
}

impl<'s> Sorter<'s> {
    pub(super) fn new(spill: &'s dyn Spill, order: Order) -> Self {
        Self { spill, order, bytes: Vec::new(), items: Vec::new(), file: None, runs: Vec::new() }
    }

    /// Takes a record.
    pub(super) fn push(&mut self, record: &[u8]) -> io::Result<()> {
        let most = self.spill.memory().min(u32::MAX as usize);
        if self.items.is_empty() && self.bytes.capacity() == 0 {
            // At once: what is not used takes no memory, and what grows leaves holes behind.
            self.bytes.reserve_exact(most);
            self.items.reserve_exact(most / size_of::<Item>());
        }
        if self.bytes.len() + record.len() + (self.items.len() + 1) * size_of::<Item>() > most {
            self.write_runs()?;
        }
        let (start, len) = (self.bytes.len() as u32, record.len() as u32);
        self.bytes.extend_from_slice(record);
        self.items.push(Item { prefix: self.order.prefix(record), start, len });
        Ok(())
    }

    /// The records, in order.
    pub(super) fn finish(mut self) -> io::Result<Sorted> {
        if self.runs.is_empty() {
            self.sort();
            return Ok(Sorted::Held { bytes: self.bytes, items: self.items, next: 0 });
        }
        self.write_runs()?;
        let Self { spill, order, file, runs, .. } = self;
        // There is a file where there are runs.
        let file = file.map_or_else(|| spill.file(), Ok)?;
        let size = (spill.memory() / runs.len()).clamp(LEAST, WINDOW);
        let cursors = runs.into_iter().map(|rest| Cursor { window: Window::new(size), rest, len: 0 }).collect();
        let mut merge = Merge { file, order, cursors, heap: Vec::new() };
        for run in 0..merge.cursors.len() {
            if let Some(prefix) = merge.advance(run)? {
                merge.heap.push((prefix, run));
            }
        }
        for at in (0..merge.heap.len() / 2).rev() {
            merge.sift(at);
        }
        Ok(Sorted::Merged(merge))
    }

    fn sort(&mut self) {
        let Self { order, bytes, items, .. } = self;
        sort(*order, bytes, items);
    }

    /// Sorts what there is, each half by itself, and writes each as a run.
    fn write_runs(&mut self) -> io::Result<()> {
        let Self { spill, order, bytes, items, file, runs, .. } = self;
        let half = items.len() / 2;
        let (one, other) = items.split_at_mut(half);
        spill.both(&mut || sort(*order, bytes, one), &mut || sort(*order, bytes, other));
        let file = match file {
            Some(file) => file,
            None => file.insert(spill.file()?),
        };
        for items in [&*one, &*other].into_iter().filter(|items| !items.is_empty()) {
            let start = runs.last().map_or(0, |run| run.end);
            let mut end = start;
            file.seek(SeekFrom::Start(start))?;
            let mut out = io::BufWriter::with_capacity(WINDOW, &mut *file);
            for item in items {
                out.write_all(&item.len.to_le_bytes())?;
                out.write_all(item.of(bytes))?;
                end += 4 + u64::from(item.len);
            }
            out.flush()?;
            drop(out);
            runs.push(start..end);
        }
        bytes.clear();
        items.clear();
        Ok(())
    }
}

fn sort(order: Order, bytes: &[u8], items: &mut [Item]) {
    items.sort_unstable_by(|one, other| {
        one.prefix.cmp(&other.prefix).then_with(|| order.compare(one.of(bytes), other.of(bytes)))
    });
}

/// Records that come out.
pub(super) enum Sorted {
    /// Of memory.
    Held { bytes: Vec<u8>, items: Vec<Item>, next: usize },
    /// Of several runs.
    Merged(Merge),
}

/// Runs that are read side by side.
pub(super) struct Merge {
    file: Box<dyn SpillFile>,
    order: Order,
    cursors: Vec<Cursor>,
    /// The runs that have records, with the prefix of their first: a heap whose top is the least.
    heap: Vec<(u64, usize)>,
}

/// A place in a run.
struct Cursor {
    window: Window,
    rest: Range<u64>,
    /// How long the record there is.
    len: usize,
}

impl Cursor {
    fn record(&self) -> &[u8] {
        &self.window.bytes()[4..][..self.len]
    }
}

impl Sorted {
    /// The next record, which stays until [`Sorted::advance`].
    pub(super) fn peek(&self) -> Option<&[u8]> {
        match self {
            Self::Held { bytes, items, next } => items.get(*next).map(|item| item.of(bytes)),
            Self::Merged(merge) => merge.heap.first().map(|&(_, run)| merge.cursors[run].record()),
        }
    }

    /// Leaves the record, where there is one.
    pub(super) fn advance(&mut self) -> io::Result<()> {
        match self {
            Self::Held { next, .. } => *next += 1,
            Self::Merged(merge) => {
                let Some(&(_, run)) = merge.heap.first() else { return Ok(()) };
                let Cursor { window, len, .. } = &mut merge.cursors[run];
                window.skip(4 + *len);
                match merge.advance(run)? {
                    Some(prefix) => merge.heap[0].0 = prefix,
                    None => {
                        merge.heap.swap_remove(0);
                    }
                }
                merge.sift(0);
            }
        }
        Ok(())
    }
}

impl Merge {
    /// Reads the next record of a run; returns its prefix, where there is one.
    fn advance(&mut self, run: usize) -> io::Result<Option<u64>> {
        let Self { file, order, cursors, .. } = self;
        let Cursor { window, rest, len } = &mut cursors[run];
        if !window.fill(4, |into| read(&mut **file, rest, into))? {
            return Ok(None);
        }
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&window.bytes()[..4]);
        *len = u32::from_le_bytes(bytes) as usize;
        window.fill(4 + *len, |into| read(&mut **file, rest, into))?;
        Ok(Some(order.prefix(cursors[run].record())))
    }

    /// Puts what lies at a place of the heap where it belongs among what is below.
    fn sift(&mut self, mut at: usize) {
        let Self { order, cursors, heap, .. } = self;
        let less = |one: (u64, usize), other: (u64, usize)| {
            let whole = || order.compare(cursors[one.1].record(), cursors[other.1].record());
            one.0.cmp(&other.0).then_with(whole).is_lt()
        };
        loop {
            let mut least = at;
            for child in [2 * at + 1, 2 * at + 2] {
                if child < heap.len() && less(heap[child], heap[least]) {
                    least = child;
                }
            }
            if least == at {
                return;
            }
            heap.swap(least, at);
            at = least;
        }
    }
}
