//! The key of a folded word: 64 bits that stand for it in vocabularies.
//!
//! A word of up to seven bytes is its own key; a longer one is known by a hash, so that whoever finds it must compare
//! the bytes as well. The function is part of the format of compiled gazetteers: it may not change with the platform.

/// Stands for a folded word. Equal words have equal keys; different words of up to [`WordKey::INLINE`] bytes have
/// different keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct WordKey(u64);

const HASHED: u64 = 1 << 63;
const K: u64 = 0x9E37_79B9_7F4A_7C15;

impl WordKey {
    /// The longest word, in bytes, that its key holds whole.
    pub const INLINE: usize = 7;

    /// The key of a folded word. Time linear in its length.
    pub fn of(folded: &[u8]) -> Self {
        if folded.len() <= Self::INLINE {
            Self::inline(little(folded), folded.len())
        } else {
            let (eights, rest) = folded.as_chunks();
            let hash =
                eights.iter().fold(K ^ folded.len() as u64, |hash, &eight| mix(hash ^ u64::from_le_bytes(eight)));
            let hash = if rest.is_empty() { hash } else { mix(hash ^ little(rest)) };
            Self(hash | HASHED)
        }
    }

    /// The bits of the key of a word of more than [`WordKey::INLINE`] bytes, for tables that are made when the program is
    /// compiled.
    pub(super) const fn hashed_bits(word: &[u8]) -> u64 {
        let (mut hash, mut from) = (K ^ word.len() as u64, 0);
        while from < word.len() {
            let (mut bytes, mut at) = (0, 0);
            while at < 8 && from + at < word.len() {
                bytes |= (word[from + at] as u64) << (8 * at);
                at += 1;
            }
            hash = mix(hash ^ bytes);
            from += 8;
        }
        hash | HASHED
    }

    /// The key of a word of eight to fifteen bytes, given as its bytes in little-endian order and zeros behind them.
    #[inline]
    pub(super) fn of_two([first, second]: [u64; 2], length: usize) -> Self {
        let hash = mix(K ^ length as u64 ^ first);
        let hash = if length > 8 { mix(hash ^ second) } else { hash };
        Self(hash | HASHED)
    }

    /// The key of a folded word of so many bytes, which zeros follow up to the next multiple of eight.
    #[inline]
    pub(crate) fn of_padded(bytes: &[u8], length: usize) -> Self {
        let (eights, _) = bytes.as_chunks();
        let mut eights = eights.iter().map(|&eight| u64::from_le_bytes(eight));
        if length <= Self::INLINE {
            return Self::inline(eights.next().unwrap_or_default(), length);
        }
        let hash = eights.take(length.div_ceil(8)).fold(K ^ length as u64, |hash, eight| mix(hash ^ eight));
        Self(hash | HASHED)
    }

    /// The key of a word of at most seven bytes, given as its bytes in little-endian order.
    pub(crate) const fn inline(bytes: u64, length: usize) -> Self {
        debug_assert!(length <= Self::INLINE && bytes >> (8 * Self::INLINE) == 0);
        Self(bytes | (length as u64) << 56)
    }

    /// The key of this word and another one behind it, where it holds both whole.
    #[inline]
    pub(crate) fn joined(self, other: Self) -> Option<Self> {
        let (length, behind) = (self.inline_len(), other.inline_len());
        let short = !self.is_hashed() && !other.is_hashed() && length + behind <= Self::INLINE;
        let bytes = |key: Self| key.0 & ((1 << (8 * Self::INLINE)) - 1);
        short.then(|| Self::inline(bytes(self) | bytes(other) << (8 * length), length + behind))
    }

    /// Whether the key is a hash, and equal keys still ask for a comparison of the words.
    pub fn is_hashed(self) -> bool {
        self.0 & HASHED != 0
    }

    /// The key of these raw bits.
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The bytes of a word that is not hashed.
    pub(crate) fn short(self) -> Option<Vec<u8>> {
        (!self.is_hashed()).then(|| self.inline_bytes()[..self.inline_len()].to_vec())
    }

    /// The bytes of a word that is not hashed, in a buffer of eight of which [`WordKey::inline_len`] count.
    pub(crate) fn inline_bytes(self) -> [u8; 8] {
        self.0.to_le_bytes()
    }

    /// The length of a word that is not hashed.
    pub(crate) fn inline_len(self) -> usize {
        (self.0 >> 56) as usize & 7
    }

    /// A well-mixed hash of the key, for tables; another one for each seed.
    #[inline]
    pub fn hash(self, seed: u64) -> u64 {
        mix(self.0 ^ seed)
    }

    /// The raw 64 bits; zero only for the empty word.
    pub const fn bits(self) -> u64 {
        self.0
    }
}

/// At most eight bytes as a number, the first the lowest. Two numbers that may overlap cost less than a copy of any length.
#[inline]
fn little(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    if let (Some(&first), Some(&last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        u64::from(u32::from_le_bytes(first)) | u64::from(u32::from_le_bytes(last)) << (8 * (length - 4))
    } else if let (Some(&first), Some(&last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        u64::from(u16::from_le_bytes(first)) | u64::from(u16::from_le_bytes(last)) << (8 * (length - 2))
    } else {
        bytes.first().map_or(0, |&byte| byte.into())
    }
}

const fn mix(value: u64) -> u64 {
    let wide = value as u128 * K as u128;
    (wide as u64) ^ (wide >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_two_numbers_is_that_of_the_bytes() {
        let word = b"incomprehensibly";
        for length in 8..16 {
            let mut bytes = [0; 16];
            bytes[..length].copy_from_slice(&word[..length]);
            let (eights, _) = bytes.as_chunks::<8>();
            let eights = [eights[0], eights[1]].map(u64::from_le_bytes);
            assert_eq!(WordKey::of_two(eights, length), WordKey::of(&word[..length]));
            assert_eq!(WordKey::hashed_bits(&word[..length]), WordKey::of(&word[..length]).bits());
        }
    }

    #[test]
    fn a_key_of_padded_bytes_is_that_of_the_bytes() {
        for length in 0..=40 {
            let mut bytes = [0; 40];
            bytes[..length].fill(b'x');
            assert_eq!(WordKey::of_padded(&bytes, length), WordKey::of(&bytes[..length]), "{length}");
        }
    }

    #[test]
    fn a_key_of_two_short_words_is_that_of_both_together() {
        let word = b"abcdefghijk";
        for length in 0..=word.len() {
            for from in 0..=length {
                let joined = WordKey::of(&word[..from]).joined(WordKey::of(&word[from..length]));
                let expected = Some(WordKey::of(&word[..length])).filter(|key| !key.is_hashed());
                assert_eq!(joined, expected, "{from} of {length}");
            }
        }
    }

    #[test]
    fn few_bytes_are_a_number() {
        for length in 0..=8 {
            let mut bytes = [0; 8];
            bytes[..length].copy_from_slice(&b"\xFFbcdefg\x80"[..length]);
            assert_eq!(little(&bytes[..length]), u64::from_le_bytes(bytes), "{length}");
        }
    }
}
