//! Strings by number, in two columns: all their bytes one after the other, and where each ends.
//!
//! Must not know: what the strings are.

use super::column::Column;

/// Strings that do not change. At most 4 GiB together: whoever makes them sees to it.
#[derive(Debug)]
pub(super) struct Strings {
    /// Where each string ends in `bytes`.
    pub(super) ends: Column<u32>,
    pub(super) bytes: Column<u8>,
}

impl Default for Strings {
    fn default() -> Self {
        Self { ends: vec![].into(), bytes: vec![].into() }
    }
}

impl Strings {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of the string of that number; empty where there is none.
    #[inline]
    pub(super) fn bytes(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends.get(number - 1).map_or(0, |&end| end as usize) };
        let end = self.ends.get(number).map_or(start, |&end| end as usize);
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The string of that number.
    pub(super) fn get(&self, number: u32) -> &str {
        text(self.bytes(number))
    }

    /// Every string, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).map(|number| self.get(number))
    }

    /// The memory in bytes.
    pub(super) fn memory(&self) -> usize {
        self.ends.len() * 4 + self.bytes.len()
    }
}

impl<S: AsRef<[u8]>> FromIterator<S> for Strings {
    fn from_iter<I: IntoIterator<Item = S>>(strings: I) -> Self {
        let (mut ends, mut bytes) = (Vec::new(), Vec::new());
        for string in strings {
            bytes.extend_from_slice(string.as_ref());
            ends.push(bytes.len() as u32);
        }
        bytes.shrink_to_fit();
        ends.shrink_to_fit();
        Self { ends: ends.into(), bytes: bytes.into() }
    }
}

/// Whether bytes of a segment are text. Most are short and ASCII, which is known sooner.
#[inline]
pub(super) fn is_text(bytes: &[u8]) -> bool {
    bytes.is_ascii() || std::str::from_utf8(bytes).is_ok()
}

/// Bytes of a segment as text. What a compiler wrote is UTF-8; of a damaged file nothing is shown.
#[inline]
pub(super) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
