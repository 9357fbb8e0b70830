//! Closed lists of words that are known when the program is compiled: titles, prepositions, weekdays.
//!
//! Words are found by their keys, with one look at one or two places. Where the key is a hash, a search among the sorted
//! list makes sure.
//!
//! Must not know: what the words are for.

use super::{Word, WordKey, Words, fold, short::inline_bits};

/// A set of folded words. `PLACES` is a power of two, at least twice as many as there are words, so that a look ends
/// soon.
pub struct WordSet<const PLACES: usize> {
    /// The key of each word; zero for an empty place.
    keys: [u64; PLACES],
    /// One bit for the first byte of each word.
    firsts: u32,
    words: &'static [&'static str],
}

impl<const PLACES: usize> WordSet<PLACES> {
    /// The set of these words. Does not compile where they are not sorted, or where one stands there twice.
    pub const fn new(words: &'static [&'static str]) -> Self {
        assert!(PLACES.is_power_of_two() && words.len() * 2 <= PLACES);
        let mut keys = [0; PLACES];
        let (mut firsts, mut number) = (0, 0);
        while number < words.len() {
            let word = words[number].as_bytes();
            assert!(number == 0 || is_before(words[number - 1].as_bytes(), word));
            let key = if word.len() > WordKey::INLINE { WordKey::hashed_bits(word) } else { inline_bits(word) };
            let mut at = first(key, PLACES);
            while keys[at] != 0 {
                at = (at + 1) % PLACES;
            }
            keys[at] = key;
            firsts |= bit(word[0]);
            number += 1;
        }
        Self { keys, firsts, words }
    }

    /// All of them, in order.
    #[cfg(test)]
    pub fn words(&self) -> &'static [&'static str] {
        self.words
    }

    /// Whether a folded word is one of them.
    pub fn has(&self, folded: &[u8]) -> bool {
        let key = WordKey::of(folded);
        self.has_key(key) && (!key.is_hashed() || self.lists(folded))
    }

    /// Whether a word of `words` is one of them.
    #[inline]
    pub fn has_word(&self, words: &Words, word: &Word) -> bool {
        self.has_key(word.key) && (!word.key.is_hashed() || self.lists(words.long(word)))
    }

    /// Whether a word folds to one of them.
    pub fn has_written(&self, word: &str) -> bool {
        // A letter of ASCII folds to its small one, whatever comes behind it. Both have the same bit.
        if word.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() && self.firsts & bit(first) == 0) {
            return false;
        }
        let mut small = [0; 16];
        match small.get_mut(..word.len()) {
            Some(small) if word.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                small.copy_from_slice(word.as_bytes());
                small.make_ascii_lowercase();
                self.has(small)
            }
            _ => {
                let mut folded = Vec::new();
                fold(word, &mut folded);
                self.has(&folded)
            }
        }
    }

    fn lists(&self, folded: &[u8]) -> bool {
        self.words.binary_search_by(|word| word.as_bytes().cmp(folded)).is_ok()
    }

    #[inline]
    fn has_key(&self, key: WordKey) -> bool {
        let mut at = first(key.bits(), PLACES);
        loop {
            match self.keys[at] {
                0 => return false,
                found if found == key.bits() => return true,
                _ => at = (at + 1) % PLACES,
            }
        }
    }
}

/// One of 32 bits for a number.
const fn bit(number: u8) -> u32 {
    1 << (number % 32)
}

/// Where the search for a key begins in a table of so many places.
const fn first(key: u64, places: usize) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - places.trailing_zeros())) as usize
}

/// Whether one word is sorted before another.
const fn is_before(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() {
        if one[at] != other[at] {
            return one[at] < other[at];
        }
        at += 1;
    }
    one.len() < other.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_short_and_long() {
        static SET: WordSet<16> = WordSet::new(&["a", "ambassador", "letters", "mr", "presidents", "said", "überall"]);
        for word in SET.words {
            let mut words = Words::default();
            words.read(word);
            assert!(SET.has(word.as_bytes()), "{word}");
            assert_eq!(words.all().len(), 1);
        }
        let mut words = Words::default();
        words.read("The Ambassador said letter");
        let found: Vec<_> = words.all().iter().map(|word| SET.has_word(&words, word)).collect();
        assert_eq!(found, [false, true, true, false]);
        for word in ["", "b", "letter", "ambassadors", "abcdefghi"] {
            assert!(!SET.has(word.as_bytes()), "{word}");
        }
    }
}
