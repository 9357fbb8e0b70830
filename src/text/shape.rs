//! What is known of a word's letters, as a set of facts: which readings may be worth a try (rules T2, T6).
//!
//! Must not know: how words are found.

use std::ops::BitOr;

/// What is known of a word's letters, as a set of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape(u16);

impl Shape {
    /// Holds a lower-case letter.
    pub const LOWER: Self = Self(1);
    /// Holds a capital.
    pub const UPPER: Self = Self(2);
    /// Holds a digit.
    pub const DIGIT: Self = Self(4);
    /// The first character is a capital.
    pub const CAPITALISED: Self = Self(16);
    /// Holds an inner capital, a digit beside letters, or a connector: may be several words glued together.
    pub const SEAM: Self = Self(32);
    /// An abbreviation of single letters with periods: `U.S.`
    pub const DOTTED: Self = Self(64);
    /// One letter of a script with spaces.
    pub const LETTER: Self = Self(128);
    /// Ends in `s`.
    pub const S: Self = Self(256);
    /// Ends in a Hangul syllable.
    pub const HANGUL: Self = Self(512);

    /// Ends in a letter of Cyrillic or Greek.
    pub const INFLECTED: Self = Self(1024);
    /// Begins with a letter of Arabic or Hebrew.
    pub const PREFIXED: Self = Self(2048);
    /// Holds a German umlaut.
    pub const UMLAUT: Self = Self(4096);

    /// Whether the word has any of the facts in `other`.
    pub fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the word may hold a capital: it does, or it is of a script of which nothing is said.
    pub fn may_be_capital(self) -> bool {
        self.0 & (Self::LOWER.0 | Self::UPPER.0) != Self::LOWER.0
    }

    /// Whether the word has letters that are all capitals.
    pub fn all_capitals(self) -> bool {
        self.0 & (Self::LOWER.0 | Self::UPPER.0) == Self::UPPER.0
    }

    /// The facts that the flags of all characters, and of all but the first, make: 1 small, 2 capital, 4 digit, 8
    /// connector.
    pub(super) fn of_flags(all: u8, rest: u8) -> Self {
        let mut shape = Self(u16::from(all));
        let inner_capital = rest & 2 != 0 && all & 1 != 0;
        let digit_beside_letter = all & 4 != 0 && all & 3 != 0;
        if inner_capital || digit_beside_letter || all & 8 != 0 {
            shape.add(Self::SEAM);
        }
        shape
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl BitOr for Shape {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
