//! The words that names are made of, and the number of each.
//!
//! A flat table with open addressing, keyed by [`WordKey`]. A word of up to seven bytes is its own key, so that most
//! look-ups touch one cache line and compare no strings. Before the table stands a filter of one bit for each of eight
//! times as many places as there are slots: most words of a text that no name has end there, in memory that stays in
//! the cache. The record also keeps what the automaton reaches from its start by this word, which saves the commonest
//! transition.

use std::hash::{BuildHasher as _, RandomState};

use crate::text::WordKey;

/// The number of a word in a segment's vocabulary; words of many names have small numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordId(pub u32);

/// What the vocabulary knows of a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    key: u64,
    /// The id, and in the top bit whether the word also stands for a sequence of words.
    id: u32,
    /// What the automaton reaches by this word alone.
    pub(super) root: u32,
}

const STANDS_FOR_OTHERS: u32 = 1 << 31;
const NO_WORD: u32 = u32::MAX;
const EMPTY: Record = Record { key: 0, id: NO_WORD, root: 0 };

impl Record {
    /// The number of the word.
    pub(super) fn id(self) -> WordId {
        WordId(self.id & !STANDS_FOR_OTHERS)
    }

    /// Whether the word also stands for a sequence of words: `indepth` where a name has `in-depth`.
    pub(super) fn stands_for_others(self) -> bool {
        self.id & STANDS_FOR_OTHERS != 0
    }
}

/// The words of a segment.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// A power of two; at most three quarters full. Small, because it competes for the cache.
    slots: Vec<Record>,
    shift: u32,
    /// Makes places differ from one vocabulary to the next, so that nobody can choose words that share one.
    seed: u64,
    filter: Vec<u64>,
    /// For each word whose key is a hash, by id, where its bytes lie in `bytes`; for other words an empty range.
    long: Vec<(u32, u32)>,
    bytes: Vec<u8>,
}

impl Vocabulary {
    /// A vocabulary of these folded words, numbered in the order given; the root and the flag come per word.
    pub(super) fn new<'a>(words: impl ExactSizeIterator<Item = (&'a [u8], u32, bool)>) -> Self {
        let size = (words.len() * 4 / 3 + 1).next_power_of_two().max(8);
        let shift = 64 - size.trailing_zeros();
        let filter = vec![0; size / 8];
        let seed = RandomState::new().hash_one(size);
        let mut vocabulary =
            Self { slots: vec![EMPTY; size], shift, seed, filter, long: Vec::new(), bytes: Vec::new() };
        for (id, (word, root, stands_for_others)) in words.enumerate() {
            let key = WordKey::of(word);
            let start = vocabulary.bytes.len() as u32;
            if key.is_hashed() {
                vocabulary.bytes.extend_from_slice(word);
            }
            vocabulary.long.push((start, vocabulary.bytes.len() as u32));
            let hash = vocabulary.hash(key);
            let (place, bit) = vocabulary.place(hash);
            vocabulary.filter[place] |= bit;
            let mut at = (hash >> shift) as usize;
            while vocabulary.slots[at].id != NO_WORD {
                at = (at + 1) & (size - 1);
            }
            let flag = if stands_for_others { STANDS_FOR_OTHERS } else { 0 };
            vocabulary.slots[at] = Record { key: key.bits(), id: id as u32 | flag, root };
        }
        vocabulary
    }

    #[inline]
    fn hash(&self, key: WordKey) -> u64 {
        key.hash(self.seed)
    }

    /// The place of a hash in the filter.
    #[inline]
    fn place(&self, hash: u64) -> (usize, u64) {
        let place = (hash >> (self.shift - 3)) as usize;
        (place / 64, 1 << (place % 64))
    }

    /// The record of a word, given its key and, where the key is a hash, its bytes.
    #[inline]
    pub(super) fn get(&self, key: WordKey, long: &[u8]) -> Option<&Record> {
        let hash = self.hash(key);
        let (place, bit) = self.place(hash);
        if self.filter[place] & bit == 0 {
            return None;
        }
        let mut at = (hash >> self.shift) as usize;
        loop {
            let record = &self.slots[at];
            if record.key == key.bits() && (!key.is_hashed() || self.long(record.id()) == long) {
                return Some(record).filter(|record| record.id != NO_WORD);
            }
            if record.id == NO_WORD {
                return None;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// The record of a folded word.
    pub(super) fn find(&self, folded: &[u8]) -> Option<&Record> {
        self.get(WordKey::of(folded), folded)
    }

    fn long(&self, id: WordId) -> &[u8] {
        match self.long.get(id.0 as usize) {
            Some(&(start, end)) => &self.bytes[start as usize..end as usize],
            None => &[],
        }
    }

    /// The memory in bytes.
    pub(super) fn memory(&self) -> usize {
        self.slots.len() * size_of::<Record>() + self.filter.len() * 8 + self.long.len() * 8 + self.bytes.len()
    }
}
