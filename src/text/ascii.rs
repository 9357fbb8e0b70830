//! ASCII text: what each byte is, and what eight bytes at once are.
//!
//! Eight bytes in one number take the arithmetic of one, the same on every machine. Must not know: words.

use super::Shape;

/// For each ASCII byte, the facts of [`Shape`] it adds, zero for what is not part of a word.
pub(super) const FLAGS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        let b = byte as u8;
        table[byte] = if b.is_ascii_lowercase() {
            1
        } else if b.is_ascii_uppercase() {
            2
        } else if b.is_ascii_digit() {
            4
        } else if b == b'_' {
            8
        } else {
            0
        };
        byte += 1;
    }
    table
};

/// The ASCII bytes that end a run of letters for certain: no digit or connector, no symbol that may belong to the word.
pub(super) const ENDS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = FLAGS[byte] == 0 && byte as u8 != b'+' && byte as u8 != b'#';
        byte += 1;
    }
    table
};

// The scan for ASCII words and the class table must agree on what a word is.
const _: () = {
    let mut byte = 0;
    while byte < 128 {
        assert!((FLAGS[byte] != 0) == (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_');
        byte += 1;
    }
};

/// Eight bytes of a text in one number, the first the lowest: what they are is found for all at once.
#[derive(Clone, Copy)]
pub(super) struct Eight {
    bytes: u64,
    /// The highest bit of each byte that is an ASCII letter.
    letters: u64,
}

/// The same byte eight times.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

impl Eight {
    #[inline]
    pub(super) fn of(bytes: [u8; 8]) -> Self {
        let bytes = u64::from_le_bytes(bytes);
        let small = (bytes | each(b' ')) & each(0x7F);
        // A byte from `a` on carries into the highest bit, and so does one behind `z` in the second sum.
        let from_a = small + each(0x80 - b'a');
        let behind_z = small + each(0x7F - b'z');
        Self { bytes, letters: from_a & !behind_z & !bytes & each(0x80) }
    }

    /// How many letters it begins with.
    #[inline]
    pub(super) fn letters(self) -> usize {
        (!self.letters & each(0x80)).trailing_zeros() as usize / 8
    }

    /// The first `length` bytes, of which all are letters, as small letters, and zero behind them.
    #[inline]
    pub(super) fn lower_case(self, length: usize) -> u64 {
        (self.bytes | each(b' ')) & first(length)
    }

    /// Whether the first `length` bytes, of which all are letters, hold small letters (1) and capitals (2).
    #[inline]
    pub(super) fn flags(self, length: usize) -> u8 {
        let (small, capital) = self.cases(length);
        u8::from(small != 0) | u8::from(capital != 0) << 1
    }

    /// The highest bit of each small letter and of each capital among the first `length` bytes, of which all are letters.
    #[inline]
    fn cases(self, length: usize) -> (u64, u64) {
        let cases = (self.bytes << 2) & each(0x80);
        (cases & first(length), !cases & each(0x80) & first(length))
    }

    /// The shape of a word that the first `length` bytes make, of which all are letters, with what comes `behind` them
    /// in the next eight: so many letters.
    #[inline]
    pub(super) fn shape(self, length: usize, behind: Option<(Self, usize)>) -> Shape {
        let (mut small, capital) = self.cases(length);
        let mut inner = capital & !0x80;
        let mut last = self.bytes >> (8 * (length - 1));
        if let Some((behind, more)) = behind {
            let (more_small, more_capital) = behind.cases(more);
            small |= more_small;
            inner |= more_capital;
            last = if more > 0 { behind.bytes >> (8 * (more - 1)) } else { last };
        }
        let flags = |capital: u64| u8::from(small != 0) | u8::from(capital != 0) << 1;
        let mut shape = Shape::of_flags(flags(capital | inner), flags(inner));
        if capital & 0x80 != 0 {
            shape.add(Shape::CAPITALISED);
        }
        if last as u8 | b' ' == b's' {
            shape.add(Shape::S);
        }
        if length == 1 {
            shape.add(Shape::LETTER);
        }
        shape
    }
}

/// All bits of the first `length` bytes, at most eight.
#[inline]
fn first(length: usize) -> u64 {
    if length < 8 { !(u64::MAX << (8 * length)) } else { u64::MAX }
}
