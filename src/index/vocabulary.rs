//! The words that names are made of, and the number of each.
//!
//! A flat table with open addressing, keyed by [`WordKey`]. A word of up to seven bytes is its own key, so that most
//! look-ups touch one cache line and compare no strings. Before the table stands a filter of one bit for each of eight
//! times as many places as there are slots: most words of a text that no name has end there, in memory that stays in
//! the cache. The record also keeps what the automaton reaches from its start by this word, which saves the commonest
//! transition.

use bytemuck::{Pod, Zeroable};
use sha2::{Digest as _, Sha256};

use super::{
    automaton::TooLarge,
    column::Column,
    slots::{LONGEST_RUN, bit, filter_words, first, longest_run, next, slots_for},
    strings::Strings,
};
use crate::text::WordKey;

/// The number of a word in a segment's vocabulary; words of many names have small numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Pod, Zeroable)]
#[repr(transparent)]
pub struct WordId(pub u32);

/// What the vocabulary knows of a word.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Record {
    key: u64,
    /// The id, and in the top bit whether the word also stands for a sequence of words.
    id: u32,
    /// What the automaton reaches by this word alone.
    pub(super) root: u32,
}

/// How many of eight slots are taken where the table is not small: every word is looked up, so that searches must be
/// short.
const TAKEN: usize = 6;
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
    /// Three quarters full, because it competes for the cache; of few words, half.
    pub(super) slots: Column<Record>,
    pub(super) filter: Column<u64>,
    /// The bytes of each word whose key is a hash, by id; nothing for other words.
    pub(super) long: Strings,
    /// Makes places differ from one vocabulary to the next. It is a digest of all words, so that equal vocabularies are
    /// equal, and words that share a place in one do not in the next. Words of one key share it in all: keys are made
    /// without it.
    pub(super) seed: u64,
}

impl Vocabulary {
    /// A vocabulary of these folded words, numbered in the order given; the root and the flag come per word. Fails where
    /// too many share a place ([`LONGEST_RUN`]).
    pub(super) fn new<'a>(
        words: impl ExactSizeIterator<Item = (&'a [u8], u32, bool)> + Clone,
    ) -> Result<Self, TooLarge> {
        let size = slots_for(words.len(), TAKEN);
        let mut digest = Sha256::new();
        for (word, ..) in words.clone() {
            digest.update((word.len() as u64).to_le_bytes());
            digest.update(word);
        }
        let seed = digest.finalize().iter().take(8).fold(0, |seed, &byte| seed << 8 | u64::from(byte));
        let (mut slots, mut filter) = (vec![EMPTY; size], vec![0; filter_words(size)]);
        for (id, (word, root, stands_for_others)) in words.clone().enumerate() {
            let key = WordKey::of(word);
            let hash = key.hash(seed);
            let (place, bit) = bit(hash, size);
            filter[place] |= bit;
            let (mut at, mut passed) = (first(hash, size), 0);
            while slots[at].id != NO_WORD {
                if passed == LONGEST_RUN {
                    return Err(TooLarge::crowded("words"));
                }
                (at, passed) = (next(at, size), passed + 1);
            }
            let flag = if stands_for_others { STANDS_FOR_OTHERS } else { 0 };
            slots[at] = Record { key: key.bits(), id: id as u32 | flag, root };
        }
        let long = words.map(|(word, ..)| if WordKey::of(word).is_hashed() { word } else { &[] });
        if longest_run(slots.iter().map(|slot| slot.id != NO_WORD)) > LONGEST_RUN {
            return Err(TooLarge::crowded("words"));
        }
        Ok(Self { slots: slots.into(), filter: filter.into(), long: long.collect(), seed })
    }

    /// Whether there may be a word of that key; most that are not there are known by this, in memory that stays in the
    /// cache.
    #[inline]
    pub(super) fn may_have(&self, key: WordKey) -> bool {
        let (place, bit) = bit(key.hash(self.seed), self.slots.len());
        self.filter[place] & bit != 0
    }

    /// The record of a word, given its key and, where the key is a hash, its bytes.
    #[inline]
    pub(super) fn get(&self, key: WordKey, long: &[u8]) -> Option<&Record> {
        if self.may_have(key) { self.look_up(key, || long) } else { None }
    }

    /// Reads where the record of a word lies, if there is one.
    #[inline]
    pub(super) fn touch(&self, key: WordKey) -> u32 {
        self.slots[first(key.hash(self.seed), self.slots.len())].root
    }

    /// The record of a word that [`Vocabulary::may_have`]. `long` gives its bytes, where its key is a hash.
    #[inline]
    pub(super) fn look_up<'a>(&self, key: WordKey, long: impl Fn() -> &'a [u8]) -> Option<&Record> {
        let mut at = first(key.hash(self.seed), self.slots.len());
        loop {
            let record = &self.slots[at];
            if record.key == key.bits() && (!key.is_hashed() || self.long.bytes(record.id().0) == long()) {
                return Some(record).filter(|record| record.id != NO_WORD);
            }
            if record.id == NO_WORD {
                return None;
            }
            at = next(at, self.slots.len());
        }
    }

    /// The record of a folded word.
    pub(super) fn find(&self, folded: &[u8]) -> Option<&Record> {
        self.get(WordKey::of(folded), folded)
    }

    /// Every word with the bits of its key, in no order.
    pub(super) fn keys(&self) -> impl Iterator<Item = (WordId, u64)> {
        self.slots.iter().filter(|record| record.id != NO_WORD).map(|record| (record.id(), record.key))
    }

    /// The folded bytes of a word whose key has these bits.
    pub(super) fn bytes(&self, WordId(id): WordId, key: u64) -> Vec<u8> {
        WordKey::from_bits(key).short().unwrap_or_else(|| self.long.bytes(id).to_vec())
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.long.len()
    }

    /// The memory in bytes.
    pub(super) fn memory(&self) -> usize {
        self.slots.bytes().len() + self.filter.bytes().len() + self.long.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const K: u64 = 0x9E37_79B9_7F4A_7C15;

    fn mix(value: u64) -> u64 {
        let wide = u128::from(value) * u128::from(K);
        wide as u64 ^ (wide >> 64) as u64
    }

    #[test]
    fn words_that_were_chosen_for_one_key_are_refused() {
        // The second half of each word undoes what the first one did.
        let words: Vec<_> = (0..LONGEST_RUN as u64 + 2)
            .map(|first| [first, mix(K ^ 16 ^ first)].map(u64::to_le_bytes).concat())
            .collect();
        assert!(words.iter().all(|word| WordKey::of(word) == WordKey::of(&words[0])));
        let vocabulary = |count: usize| Vocabulary::new(words[..count].iter().map(|word| (&**word, 0, false)));
        let fits = vocabulary(LONGEST_RUN);
        assert!(fits.is_ok_and(|fits| words[..LONGEST_RUN].iter().all(|word| fits.find(word).is_some())));
        let message = "more than 4096 words at one place of a table, as if they were chosen for it";
        for count in [LONGEST_RUN + 1, words.len()] {
            assert_eq!(vocabulary(count).err().map(|error| error.0).as_deref(), Some(message), "{count}");
        }
    }
}
