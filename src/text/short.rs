//! Tables of short words that are known when the program is compiled, found by their keys.
//!
//! One look at one or two places, where a search among sorted strings takes seven comparisons.
//!
//! Must not know: what the words are for.

use super::WordKey;

/// A table with open addressing of words of at most [`WordKey::INLINE`] bytes. `PLACES` is a power of two, at least
/// twice as many as there are words, so that a look ends soon.
pub(super) struct ShortWords<const PLACES: usize> {
    /// The key of each word, and its number from 1; zero for an empty place.
    places: [(u64, u16); PLACES],
}

impl<const PLACES: usize> ShortWords<PLACES> {
    /// The table of these folded words, which must differ. Does not compile where a word is too long.
    pub(super) const fn new(words: &[&str]) -> Self {
        assert!(PLACES.is_power_of_two() && words.len() * 2 <= PLACES);
        let mut places = [(0, 0); PLACES];
        let mut number = 0;
        while number < words.len() {
            let key = inline_bits(words[number].as_bytes());
            let mut at = Self::first(key);
            while places[at].1 != 0 {
                assert!(places[at].0 != key);
                at = (at + 1) % PLACES;
            }
            number += 1;
            places[at] = (key, number as u16);
        }
        Self { places }
    }

    const fn first(key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - PLACES.trailing_zeros())) as usize
    }

    /// The number of the word of that key in the order given, if it is one of them.
    #[inline]
    pub(super) fn find(&self, key: WordKey) -> Option<usize> {
        let mut at = Self::first(key.bits());
        loop {
            match self.places[at] {
                (_, 0) => return None,
                (found, number) if found == key.bits() => return Some(number as usize - 1),
                _ => at = (at + 1) % PLACES,
            }
        }
    }
}

/// The bits of the key of a word of at most [`WordKey::INLINE`] bytes.
pub(super) const fn inline_bits(word: &[u8]) -> u64 {
    assert!(word.len() <= WordKey::INLINE);
    let (mut bytes, mut at) = (0, word.len());
    while at > 0 {
        at -= 1;
        bytes = bytes << 8 | word[at] as u64;
    }
    WordKey::inline(bytes, word.len()).bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_their_keys() {
        const WORDS: [&str; 4] = ["a", "mr", "said", "letters"];
        static TABLE: ShortWords<8> = ShortWords::new(&WORDS);
        for (number, word) in WORDS.iter().enumerate() {
            assert_eq!(TABLE.find(WordKey::of(word.as_bytes())), Some(number));
        }
        for word in ["", "b", "letter", "abcdefghi"] {
            assert_eq!(TABLE.find(WordKey::of(word.as_bytes())), None, "{word}");
        }
    }
}
