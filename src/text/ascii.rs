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

/// The ASCII bytes that end a run of letters for certain: no digit or connector, no symbol that may belong to the word or
/// begin a reference to a letter.
pub(super) const ENDS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = FLAGS[byte] == 0 && !matches!(byte as u8, b'+' | b'#' | b'&' | b'\\');
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
    /// All bits of the letters that it begins with.
    leading: u64,
    letters: usize,
}

/// The same byte eight times.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The bit that is set in small letters alone, of the first byte.
const SMALL: u64 = 0x20;

impl Eight {
    #[inline]
    pub(super) fn of(bytes: [u8; 8]) -> Self {
        let bytes = u64::from_le_bytes(bytes);
        let small = (bytes | each(b' ')) & each(0x7F);
        // A byte from `a` on carries into the highest bit, and so does one behind `z` in the second sum.
        let from_a = small + each(0x80 - b'a');
        let behind_z = small + each(0x7F - b'z');
        let others = (!from_a | behind_z | bytes) & each(0x80);
        // The lowest bit of the first other byte, less one.
        let leading = ((others & others.wrapping_neg()) >> 7).wrapping_sub(1);
        Self { bytes, leading, letters: others.trailing_zeros() as usize / 8 }
    }

    /// How many letters it begins with.
    #[inline]
    pub(super) fn letters(self) -> usize {
        self.letters
    }

    /// The letters that it begins with, as small letters, and zero behind them.
    #[inline]
    pub(super) fn lower_case(self) -> u64 {
        (self.bytes | each(b' ')) & self.leading
    }

    /// Whether the letters that it begins with are small (1) and capitals (2).
    #[inline]
    pub(super) fn flags(self) -> u8 {
        let (small, capital) = self.cases();
        u8::from(small != 0) | u8::from(capital != 0) << 1
    }

    /// [`SMALL`] of each small letter and of each capital among the letters that it begins with.
    #[inline]
    fn cases(self) -> (u64, u64) {
        let letters = self.leading & each(SMALL as u8);
        (self.bytes & letters, !self.bytes & letters)
    }

    /// The shape of a word that the letters make that it begins with, at least one, and those that `behind` begins with.
    #[inline]
    pub(super) fn shape(self, behind: Option<Self>) -> Shape {
        let (mut small, capital) = self.cases();
        let mut inner = capital & !SMALL;
        let mut last = self.lower_case() >> (8 * (self.letters - 1));
        if let Some(behind) = behind {
            let (more_small, more_capital) = behind.cases();
            small |= more_small;
            inner |= more_capital;
            last = if behind.letters > 0 { behind.lower_case() >> (8 * (behind.letters - 1)) } else { last };
        }
        let mut shape = Shape::default();
        if small != 0 {
            shape.add(Shape::LOWER);
        }
        if capital & SMALL != 0 {
            shape.add(Shape::UPPER | Shape::CAPITALISED);
        }
        if last == u64::from(b's') {
            shape.add(Shape::S);
        }
        if self.letters == 1 {
            shape.add(Shape::LETTER);
        }
        if inner != 0 {
            shape.add(if small != 0 { Shape::UPPER | Shape::SEAM } else { Shape::UPPER });
        }
        shape
    }
}
