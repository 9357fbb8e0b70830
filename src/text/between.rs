//! What stands between two words, as it is read (rule T4).
//!
//! Each character adds to the gap. What a period or an apostrophe means shows only with the words at both sides.
//!
//! Must not know: how words are read.

use super::{
    Gap, Shape, Span,
    chars::{Class, class},
    gap::is_known_abbreviation,
    references::{Characters, ends_in_reference},
    words::Word,
};

/// So many spaces part the columns of a table.
const COLUMN: u32 = 4;

/// What is remembered of the characters since the last word.
#[derive(Default)]
pub(super) struct Between {
    gap: Gap,
    /// How many characters other than ignorable ones.
    count: u32,
    lines: u32,
    periods: u32,
    /// A hyphen stands right behind the word and only spaces since.
    hyphen_at_end: bool,
    carriage_return: bool,
}

impl Between {
    /// Nothing but a gap that was there before the text.
    pub(super) fn new(gap: Gap) -> Self {
        Self { gap, ..Self::default() }
    }

    /// What stands there, without regard to the words.
    #[inline]
    pub(super) fn gap(&self) -> Gap {
        // Mostly it is one space.
        if self.count < 2 { self.gap } else { self.wide_gap() }
    }

    #[inline(never)]
    fn wide_gap(&self) -> Gap {
        if self.count >= COLUMN && self.gap == Gap::SPACE {
            Gap::SPACE | Gap::COLUMN
        } else if self.hyphen_at_end && self.count == 2 && self.gap == Gap::HYPHEN | Gap::SPACE {
            // `Ger- many`: the line break became a space.
            self.gap | Gap::LINE_HYPHEN
        } else {
            self.gap
        }
    }

    /// Whether the words decide what the gap is: then [`judge`](Self::judge) says.
    #[inline]
    pub(super) fn needs_words(&self) -> bool {
        self.gap.any(Gap::PERIOD | Gap::APOSTROPHE)
    }

    /// Takes note of a space.
    #[inline]
    pub(super) fn space(&mut self) {
        self.gap |= Gap::SPACE;
        self.count += 1;
    }

    /// Takes note of a character; `touches` tells whether it stands right behind a word.
    pub(super) fn note(&mut self, c: char, kind: Class, touches: bool) {
        if kind == Class::Ignorable {
            self.hyphen_at_end |= c == '\u{AD}' && touches;
            return;
        }
        self.count += 1;
        self.gap |= match kind {
            Class::Space if c == '\t' => Gap::SPACE | Gap::COLUMN,
            Class::Space => Gap::SPACE,
            Class::Line => {
                let pair = c == '\n' && self.carriage_return;
                self.lines += u32::from(!pair);
                let paragraph = if self.lines > 1 { Gap::PARAGRAPH } else { Gap::NONE };
                let hyphen = if self.hyphen_at_end { Gap::LINE_HYPHEN } else { Gap::NONE };
                Gap::SPACE | Gap::LINE | paragraph | hyphen
            }
            Class::Paragraph => Gap::SPACE | Gap::PARAGRAPH,
            Class::Apostrophe => Gap::APOSTROPHE,
            Class::Hyphen => Gap::HYPHEN,
            Class::Period => {
                self.periods += 1;
                Gap::PERIOD
            }
            Class::Comma => Gap::COMMA,
            Class::Quote => Gap::QUOTE,
            Class::Trademark => Gap::NONE,
            // What is quoted has it at the beginning of each line.
            _ if c == '>' && self.lines > 0 => Gap::SPACE,
            _ => Gap::MARK,
        };
        self.carriage_return = c == '\r';
        self.hyphen_at_end = match kind {
            Class::Hyphen => touches,
            Class::Space | Class::Line => self.hyphen_at_end,
            _ => false,
        };
    }

    /// The gap between a word and the next: whether a period ends a sentence, and whether an apostrophe or period glues the
    /// two.
    pub(super) fn judge(&self, text: &str, previous: &Word, span: Span, shape: Shape) -> Gap {
        let mut gap = self.gap;
        let touching = self.count == 1;
        let (written, next) = (&text[previous.span.range()], &text[span.range()]);
        let is_letter_itself = |c: &char| !matches!(class(*c), Class::Mark | Class::Ignorable);
        let before = || {
            let last = if ends_in_reference(written) {
                Characters::from(written, 0).map(|(_, c, _)| c).filter(is_letter_itself).last()
            } else {
                written.chars().rfind(is_letter_itself)
            };
            last.unwrap_or_default()
        };
        let after = Characters::from(next, 0).next().map(|(_, c, _)| c).unwrap_or_default();
        let spaced = |c: char| matches!(class(c), Class::Letter | Class::Digit);
        // `Merkel.1`: the number of a note; but `No.1` and `Vol.1`.
        let letters = if previous.shape.all_capitals() { 3 } else { 4 };
        let note = gap.any(Gap::PERIOD)
            && class(after) == Class::Digit
            && written.len() >= letters
            && !is_known_abbreviation(previous.key);
        if touching && spaced(before()) && spaced(after) && !note {
            if !gap.any(Gap::PERIOD) {
                return gap | Gap::GLUED;
            }
            // `Kabul.China`: the space behind a sentence was lost. `J.Biden`: an initial.
            if !shape.any(Shape::CAPITALISED) || before().is_uppercase() && !previous.shape.any(Shape::LETTER) {
                return gap | Gap::GLUED;
            }
        }
        if gap.any(Gap::PERIOD) {
            let abbreviation = is_letter(previous) || is_known_abbreviation(previous.key);
            let goes_on = after.is_lowercase() && !touching;
            if self.periods > 1 || !(abbreviation || goes_on) {
                gap |= Gap::STOP;
            }
        }
        gap
    }
}

/// Whether the folded form of a word is one letter.
fn is_letter(word: &Word) -> bool {
    let bytes = word.key.inline_bytes();
    match word.key.inline_len() {
        _ if word.key.is_hashed() => false,
        1 => bytes[0].is_ascii_alphabetic(),
        length => std::str::from_utf8(&bytes[..length]).is_ok_and(|folded| {
            let mut chars = folded.chars();
            chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Words;

    #[test]
    fn gaps() {
        let gap = |text: &str| {
            let mut words = Words::default();
            words.read(text);
            words.all()[1].gap
        };
        for text in [
            "a b", "a\nb", "a\r\nb", "a-b", "a’s", "St. P", "J. B", "x. b", "a-\nb", "a\u{A0}b", "\"a\" b", "a\n> b",
            "a- b",
        ] {
            assert!(gap(text).is_free(), "{text:?}");
        }
        for text in [
            "ab. B",
            "ab, b",
            "a; b",
            "a (b",
            "a\n\nb",
            "a\r\n\r\nb",
            "a/b",
            "ab.Cd",
            "a - b",
            "ab... b",
            "a\n- b",
            "a -\nb",
            "a-  b",
        ] {
            assert!(!gap(text).is_free(), "{text:?}");
        }
        for text in ["can't", "ab.com", "l'Iran", "No.1", "Vol.1"] {
            assert!(gap(text).any(Gap::GLUED), "{text:?}");
        }
        for text in ["ab.Cd", "J.Biden", "a b", "a 'b", "abcd.1"] {
            assert!(!gap(text).any(Gap::GLUED), "{text:?}");
        }
        for (text, column) in [("a\tb", true), ("a    b", true), ("a   b", false), ("a,    b", false)] {
            assert_eq!(gap(text).any(Gap::COLUMN), column, "{text:?}");
        }
        assert!(gap("Afgha-\nnistan").any(Gap::LINE_HYPHEN));
        assert!(gap("Afgha\u{AD}\nnistan").any(Gap::LINE_HYPHEN));
        assert!(!gap("Afgha -\nnistan").any(Gap::LINE_HYPHEN));
    }
}
