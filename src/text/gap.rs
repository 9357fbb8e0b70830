//! What stands between two words (rule T4).

use std::ops::{BitOr, BitOrAssign};

use super::{WordKey, short::ShortWords};

/// What stands between a word and the word before it, as a set of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gap(u16);

impl Gap {
    /// Nothing at all: the words touch, or one is the first.
    pub const NONE: Self = Self(0);
    /// At least one space or line break.
    pub const SPACE: Self = Self(1);
    /// A line break.
    pub const LINE: Self = Self(2);
    /// A hyphen, dash or middle dot.
    pub const HYPHEN: Self = Self(4);
    /// An apostrophe.
    pub const APOSTROPHE: Self = Self(8);
    /// A period of any meaning.
    pub const PERIOD: Self = Self(16);
    /// A period that ends a sentence.
    pub const STOP: Self = Self(32);
    /// A comma.
    pub const COMMA: Self = Self(64);
    /// Punctuation or a symbol that no name crosses unless it has the very same: `; : ! ? ( ) /` and all others.
    pub const MARK: Self = Self(128);
    /// A blank line, or the border between title and text.
    pub const PARAGRAPH: Self = Self(256);
    /// One apostrophe or period and nothing else, with letters at both sides: to UAX #29 both are one word.
    pub const GLUED: Self = Self(512);
    /// A hyphen at the end of a line, or before what may have been one, right behind the word.
    pub const LINE_HYPHEN: Self = Self(1024);
    /// A double quote.
    pub const QUOTE: Self = Self(2048);
    /// The words at both sides decide more: while a text is read, and of no gap that was read.
    pub(super) const UNSETTLED: Self = Self(1 << 15);
    /// A tab, or four spaces and more: it parts the columns of a table.
    pub const COLUMN: Self = Self(4096);

    /// Whether the gap has any of the facts in `other`.
    pub fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether every name may cross the gap. Where not, the name's own text decides.
    pub fn is_free(self) -> bool {
        // A dash, or what begins an entry of a list; but no hyphen at the end of a line.
        let spaced_dash = self.any(Self::HYPHEN) && self.any(Self::SPACE) && !self.any(Self::LINE_HYPHEN);
        !spaced_dash && !self.any(Self::STOP | Self::COMMA | Self::MARK | Self::PARAGRAPH)
    }

    /// Whether a comma, and nothing else but spaces, stands there.
    pub fn is_comma_only(self) -> bool {
        self.any(Self::COMMA) && !self.any(Self::STOP | Self::MARK | Self::PARAGRAPH | Self::PERIOD | Self::HYPHEN)
    }

    /// Whether the words touch but for a hyphen or an apostrophe, as in `in-depth`.
    pub fn is_tight(self) -> bool {
        self.any(Self::HYPHEN | Self::APOSTROPHE)
            && !self.any(Self::SPACE | Self::PERIOD | Self::COMMA | Self::MARK | Self::QUOTE)
    }
}

impl BitOr for Gap {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Gap {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Abbreviations whose period ends no sentence, in lower case. Single letters are abbreviations too.
const ABBREVIATIONS: [&str; 64] = [
    "adm", "al", "apr", "assn", "aug", "ave", "blvd", "brig", "bros", "capt", "cmdr", "co", "col", "corp", "cpl",
    "dec", "dept", "dist", "div", "dr", "est", "feb", "fr", "ft", "gen", "gov", "hon", "inc", "jan", "jr", "lt", "ltd",
    "maj", "messrs", "mfg", "mlle", "mme", "mr", "mrs", "ms", "mt", "mts", "natl", "nov", "oct", "ph", "pres", "prof",
    "pt", "rep", "rev", "sen", "sept", "sgt", "snr", "sr", "sra", "srta", "st", "ste", "supt", "univ", "viz", "vs",
];

static KEYS: ShortWords<256> = ShortWords::new(&ABBREVIATIONS);

/// Whether a word of this key is an abbreviation of several letters.
pub(super) fn is_known_abbreviation(key: WordKey) -> bool {
    KEYS.find(key).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_are_sorted() {
        assert!(ABBREVIATIONS.is_sorted());
        let known = |word: &str| is_known_abbreviation(WordKey::of(word.as_bytes()));
        assert!(known("st") && !known("washington"));
    }
}
