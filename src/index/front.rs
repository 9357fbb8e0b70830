//! Sorted strings by number, each written as what differs from the one before: the ids of entities.
//!
//! Strings lie in blocks of [`BLOCK`]. The first of a block is whole; of each other stands how many bytes it begins with
//! that the one before has, and the rest. Lengths are numbers of seven bits a byte, the lowest first (LEB128). A string
//! is put together from the beginning of its block.
//!
//! Must not know: what the strings are.

use super::{
    column::Column,
    strings::{is_text, text},
};

/// How many strings make a block.
const BLOCK: usize = 16;

/// Sorted strings that do not change. At most 4 GiB together.
#[derive(Debug)]
pub(super) struct FrontCoded {
    /// Where each block begins in `bytes`.
    pub(super) blocks: Column<u32>,
    pub(super) bytes: Column<u8>,
}

impl FrontCoded {
    /// The string of that number; empty where there is none.
    pub(super) fn get(&self, number: u32) -> String {
        let mut string = Vec::new();
        self.append(number, &mut string);
        String::from_utf8(string).unwrap_or_default()
    }

    /// Appends the string of that number; nothing where there is none.
    pub(super) fn append(&self, number: u32, to: &mut Vec<u8>) {
        // What each string up to this one shares with the one before, and its own bytes.
        let mut parts = [(0, [].as_slice()); BLOCK];
        let parts = &mut parts[..=number as usize % BLOCK];
        let (mut strings, mut length) = (self.block(number as usize / BLOCK), 0);
        for part in &mut *parts {
            let (shared, own) = strings.step();
            *part = (shared.min(length), own);
            length = part.0 + own.len();
        }
        // From the last back to the first, each gives the bytes of its own that no later one has in their place.
        let from = to.len();
        to.resize(from + length, 0);
        let mut missing = &mut to[from..];
        for &(shared, own) in parts.iter().rev() {
            if shared < missing.len() {
                let (before, place) = missing.split_at_mut(shared);
                place.copy_from_slice(&own[..place.len()]);
                missing = before;
            }
        }
        if !is_text(&to[from..]) {
            to.truncate(from);
        }
    }

    /// Reads where the block of a string is told; the value says nothing.
    #[inline]
    pub(super) fn touch(&self, number: u32) -> u32 {
        self.blocks[number as usize / BLOCK]
    }

    /// Reads the beginning of the block of a string; the value says nothing.
    #[inline]
    pub(super) fn touch_block(&self, number: u32) -> u32 {
        self.bytes.get(self.touch(number) as usize).copied().unwrap_or_default().into()
    }

    /// The number of the first of `count` strings that does not come before what `before` tells; `count` where all do.
    /// A binary search among the blocks, then a look at each string of one.
    pub(super) fn partition_point(&self, count: usize, before: impl Fn(&str) -> bool) -> u32 {
        let (mut low, mut high) = (0, self.blocks.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.head(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        // The block before the first whose head does not come before may hold such strings as well.
        let Some(block) = low.checked_sub(1) else { return 0 };
        let (mut strings, mut last) = (self.block(block), Vec::new());
        let is_before = |_: &usize| {
            let (shared, own) = strings.step();
            last.truncate(shared);
            last.extend_from_slice(own);
            before(text(&last))
        };
        let within = (0..BLOCK.min(count - block * BLOCK)).take_while(is_before).count();
        (block * BLOCK + within) as u32
    }

    /// How many blocks so many strings make.
    pub(super) fn blocks_for(count: usize) -> usize {
        count.div_ceil(BLOCK)
    }

    /// The memory in bytes.
    pub(super) fn memory(&self) -> usize {
        self.blocks.bytes().len() + self.bytes.len()
    }

    /// The first string of a block.
    fn head(&self, block: usize) -> &str {
        let mut rest = self.rest(block);
        let length = number(&mut rest);
        text(rest.get(..length).unwrap_or_default())
    }

    /// The strings of a block in order, before the first.
    fn block(&self, block: usize) -> Walk<'_> {
        Walk { rest: self.rest(block), first: true }
    }

    fn rest(&self, block: usize) -> &[u8] {
        let start = self.blocks.get(block).map_or(usize::MAX, |&start| start as usize);
        self.bytes.get(start..).unwrap_or_default()
    }
}

/// A walk over the strings of a block; of a damaged file any bytes.
struct Walk<'a> {
    rest: &'a [u8],
    first: bool,
}

impl<'a> Walk<'a> {
    /// How many bytes the next one shares with the last, and its own behind them.
    fn step(&mut self) -> (usize, &'a [u8]) {
        let shared = if std::mem::take(&mut self.first) { 0 } else { number(&mut self.rest) };
        let length = number(&mut self.rest).min(self.rest.len());
        let (own, rest) = self.rest.split_at(length);
        self.rest = rest;
        (shared, own)
    }
}

impl<S: AsRef<str>> FromIterator<S> for FrontCoded {
    fn from_iter<I: IntoIterator<Item = S>>(strings: I) -> Self {
        let (mut blocks, mut bytes) = (Vec::new(), Vec::new());
        let mut coder = FrontCoder::default();
        for string in strings {
            let start = bytes.len() as u32;
            if coder.push(string.as_ref().as_bytes(), &mut bytes) {
                blocks.push(start);
            }
        }
        bytes.shrink_to_fit();
        Self { blocks: blocks.into(), bytes: bytes.into() }
    }
}

/// Writes strings, in order.
#[derive(Debug, Default)]
pub(super) struct FrontCoder {
    count: usize,
    before: Vec<u8>,
}

impl FrontCoder {
    /// Appends what is written of a string; returns whether it begins a block.
    pub(super) fn push(&mut self, string: &[u8], bytes: &mut Vec<u8>) -> bool {
        let begins = self.count.is_multiple_of(BLOCK);
        let mut shared = 0;
        if !begins {
            shared = string.iter().zip(&self.before).take_while(|(a, b)| a == b).count();
            push(bytes, shared);
        }
        push(bytes, string.len() - shared);
        bytes.extend_from_slice(&string[shared..]);
        self.before.truncate(shared);
        self.before.extend_from_slice(&string[shared..]);
        self.count += 1;
        begins
    }
}

/// Appends a number, seven bits a byte.
fn push(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number from the front; what is left of it where the bytes end.
fn number(bytes: &mut &[u8]) -> usize {
    let mut number = 0;
    // Four bytes hold any length.
    for shift in [0, 7, 14, 21] {
        let Some((&byte, rest)) = bytes.split_first() else { break };
        *bytes = rest;
        number |= usize::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn strings_are_what_was_given(strings in prop::collection::btree_set("[ab\u{e9}]{0,200}", 0..70)) {
            let coded: FrontCoded = strings.iter().collect();
            prop_assert_eq!(coded.blocks.len(), FrontCoded::blocks_for(strings.len()));
            for (number, string) in (0..).zip(&strings) {
                prop_assert_eq!(&coded.get(number), string);
            }
            prop_assert_eq!(coded.get(strings.len() as u32 + 40), "");
            let others: BTreeSet<String> = ["", "a", "b", "c"].map(String::from).into();
            for wanted in strings.union(&others) {
                let expected = strings.iter().filter(|one| *one < wanted).count() as u32;
                prop_assert_eq!(coded.partition_point(strings.len(), |one| one < wanted.as_str()), expected);
            }
        }

        #[test]
        fn any_bytes_are_read(blocks in prop::collection::vec(any::<u32>(), 0..4), bytes: Vec<u8>, number in 0..80_u32) {
            let coded = FrontCoded { blocks: blocks.into(), bytes: bytes.into() };
            let _ = coded.get(number);
            let mut behind = b"behind".to_vec();
            coded.append(number, &mut behind);
            prop_assert_eq!(behind, format!("behind{}", coded.get(number)).into_bytes());
        }
    }
}
