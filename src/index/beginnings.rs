//! How the words of a vocabulary begin, as a filter of bits: pieces of a scanned word that no word begins with are not
//! joined any further.
//!
//! It is made of the whole vocabulary when somebody first reads scanned text, and takes two bytes for each word. Must not
//! know: documents.

use super::{
    slots::{bit, filter_words},
    vocabulary::Vocabulary,
};
use crate::text::WordKey;

/// How many bytes of a word are known: where single letters are joined most fail at the first of them, and where words
/// are at the second.
const LENGTHS: [usize; 2] = [4, 8];
/// How many times eight bits the filter has for each word.
const SIZE: usize = 2;

/// The beginnings of words.
#[derive(Debug)]
pub(super) struct Beginnings {
    /// What the filter counts as its slots.
    size: usize,
    bits: Box<[u64]>,
}

impl Beginnings {
    /// Those of all words of a vocabulary.
    pub(super) fn of(vocabulary: &Vocabulary) -> Self {
        let size = (SIZE * vocabulary.len()).max(1);
        let mut bits = vec![0; filter_words(size)].into_boxed_slice();
        let mut add = |word: &[u8]| {
            for beginning in LENGTHS.into_iter().filter_map(|length| word.get(..length)) {
                let (place, bit) = place(beginning, size);
                bits[place] |= bit;
            }
        };
        for (id, key) in vocabulary.keys() {
            let key = WordKey::from_bits(key);
            if key.is_hashed() {
                add(vocabulary.long.bytes(id.0));
            } else {
                add(&key.inline_bytes()[..key.inline_len()]);
            }
        }
        Self { size, bits }
    }

    /// The memory in bytes.
    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.bits)
    }

    /// Whether some word may begin with these bytes. Of the first `known` that was asked before.
    #[inline]
    pub(super) fn may_go_on(&self, bytes: &[u8], known: usize) -> bool {
        LENGTHS.into_iter().filter(|&length| known < length).filter_map(|length| bytes.get(..length)).all(|beginning| {
            let (place, bit) = place(beginning, self.size);
            self.bits[place] & bit != 0
        })
    }
}

/// Where a beginning has its bit.
#[inline]
fn place(beginning: &[u8], size: usize) -> (usize, u64) {
    bit(WordKey::of(beginning).hash(0), size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::automaton::TooLarge;

    #[test]
    fn every_word_goes_on_from_its_beginnings() {
        let words = ["a", "abc", "abcd", "afghan", "afghani", "afghanistan", "kazakhstan"];
        let vocabulary = Vocabulary::new(words.iter().map(|word| (word.as_bytes(), 0, false)));
        let vocabulary = vocabulary.unwrap_or_else(|TooLarge(what)| panic!("{what}"));
        let beginnings = Beginnings::of(&vocabulary);
        for word in words.map(str::as_bytes) {
            for length in 0..=word.len() {
                assert!((0..=length).all(|known| beginnings.may_go_on(&word[..length], known)));
            }
        }
        let may = |bytes: &str, known| beginnings.may_go_on(bytes.as_bytes(), known);
        // Of what is too short, or was asked about before, nothing is known.
        assert!(may("fgh", 0) && may("fghanis", 4) && !may("fghanis", 3));
        assert!(may("afghane", 3) && !may("afghanes", 3) && !may("afghanes", 7));
    }
}
