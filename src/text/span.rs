//! A half-open range of bytes in a text.

use std::ops::Range;

/// A half-open range of bytes, `start..end`, in a text of less than 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`.
    pub fn new(start: u32, end: u32) -> Self {
        debug_assert!(start <= end);
        Self { start, end }
    }

    /// The span as a range to slice with.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// How many bytes it covers.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// The text that the span covers. Panics when the span is not of this text.
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }
}
