//! Word ids as bytes, for an automaton over bytes.
//!
//! A code of variable length in the manner of UTF-8: the first byte tells the length, and the bytes that go on with a
//! code begin none. So no code is a prefix of another, and an automaton that was started between two codes reports no
//! match that begins or ends inside one. Small ids, which belong to the words of many names, get short codes.

use super::vocabulary::WordId;

const ONE: u32 = 0x40;
const TWO: u32 = 0x20 << 7;
const THREE: u32 = 0x10 << 14;
const FOUR: u32 = 0x10 << 21;

/// How many ids have a code.
pub(super) const LIMIT: usize = (ONE + TWO + THREE + FOUR) as usize;

/// The code of a word id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code {
    bytes: [u8; 4],
    len: u8,
}

impl Code {
    /// The code of an id below [`LIMIT`].
    #[inline]
    pub(super) fn of(WordId(id): WordId) -> Self {
        const fn tail(value: u32) -> u8 {
            0x80 | (value & 0x7F) as u8
        }
        let (bytes, len) = if id < ONE {
            ([id as u8, 0, 0, 0], 1)
        } else if id < ONE + TWO {
            let id = id - ONE;
            ([0x40 | (id >> 7) as u8, tail(id), 0, 0], 2)
        } else if id < ONE + TWO + THREE {
            let id = id - ONE - TWO;
            ([0x60 | (id >> 14) as u8, tail(id >> 7), tail(id), 0], 3)
        } else {
            let id = id - ONE - TWO - THREE;
            ([0x70 | (id >> 21) as u8, tail(id >> 14), tail(id >> 7), tail(id)], 4)
        };
        Self { bytes, len }
    }

    /// The bytes of the code, one to four.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_synchronise() {
        let edges = [0, ONE, ONE + TWO, ONE + TWO + THREE, LIMIT as u32 - 1];
        let mut seen = std::collections::HashSet::new();
        for id in edges.into_iter().flat_map(|edge| edge.saturating_sub(300)..(edge + 300).min(LIMIT as u32)) {
            let code = Code::of(WordId(id));
            let (first, rest) = code.bytes().split_first().unwrap_or((&0, &[]));
            assert!(*first < 0x80 && rest.iter().all(|&byte| byte >= 0x80));
            seen.insert((id, code.bytes().to_vec()));
        }
        let codes: std::collections::HashSet<_> = seen.iter().map(|(_, code)| code).collect();
        assert_eq!(codes.len(), seen.len());
    }
}
