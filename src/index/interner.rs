//! Distinct strings of bytes, numbered by first appearance.
//!
//! All bytes lie one after the other. Beside them a string takes 4 bytes, and 6 to 12 in the table that finds it. At most
//! 4 GiB together: whoever takes strings in sees to it.
//!
//! Must not know: what the strings are.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::strings::Strings;

/// Strings that grow.
#[derive(Debug, Default)]
pub(super) struct Interner {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Interner {
    /// The number of a string, which is taken in where it is not there yet.
    pub(super) fn intern(&mut self, string: &[u8]) -> u32 {
        let Self { bytes, ends, table, hasher } = self;
        let next = ends.len() as u32;
        let same = |&one: &u32| get(bytes, ends, one) == string;
        let hash = |&one: &u32| hasher.hash_one(get(bytes, ends, one));
        let number = *table.entry(hasher.hash_one(string), same, hash).or_insert(next).get();
        if number == next {
            bytes.extend_from_slice(string);
            ends.push(bytes.len() as u32);
        }
        number
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many bytes they have together.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The string of that number. Panics when there is none.
    pub(super) fn get(&self, number: u32) -> &[u8] {
        get(&self.bytes, &self.ends, number)
    }

    /// Gives up the memory of what finds strings. None can be taken in any more.
    pub(super) fn close(&mut self) {
        self.table = HashTable::new();
    }

    /// The strings, by number.
    pub(super) fn finish(self) -> Strings {
        let Self { mut bytes, mut ends, .. } = self;
        bytes.shrink_to_fit();
        ends.shrink_to_fit();
        Strings { ends: ends.into(), bytes: bytes.into() }
    }
}

fn get<'a>(bytes: &'a [u8], ends: &[u32], number: u32) -> &'a [u8] {
    let start = number.checked_sub(1).map_or(0, |before| ends[before as usize]);
    &bytes[start as usize..ends[number as usize] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_numbered_by_first_appearance() {
        let mut interner = Interner::default();
        let numbers = ["b", "", "a", "b", "", "ab"].map(|string| interner.intern(string.as_bytes()));
        assert_eq!(numbers, [0, 1, 2, 0, 1, 3]);
        assert_eq!((interner.len(), interner.bytes(), interner.get(3)), (4, 4, &b"ab"[..]));
        assert_eq!(interner.finish().iter().collect::<Vec<_>>(), ["b", "", "a", "ab"]);
    }
}
