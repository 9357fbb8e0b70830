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

/// The most bytes of a line before a word that are looked at for what it begins with.
const LINE: usize = 1024;

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
    /// A line begins with what lines that are quoted begin with.
    quotes: bool,
}

impl Between {
    /// Nothing but a gap that was there before the text.
    pub(super) fn new(gap: Gap) -> Self {
        Self { gap, ..Self::default() }
    }

    /// What stands there, where the words decide nothing.
    #[inline]
    pub(super) fn gap(&self) -> Gap {
        self.gap
    }

    /// Whether the words decide what the gap is: then [`judge`](Self::judge) says.
    #[inline]
    pub(super) fn needs_words(&self) -> bool {
        self.gap.any(Gap::PERIOD | Gap::APOSTROPHE | Gap::UNSETTLED)
    }

    /// Takes note of a space.
    #[inline]
    pub(super) fn space(&mut self) {
        self.gap |= Gap::SPACE;
        self.count += 1;
    }

    /// The same for one that is not the first.
    #[inline]
    pub(super) fn further_space(&mut self) {
        self.space();
        if self.count >= COLUMN {
            self.gap |= Gap::UNSETTLED;
        }
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
            Class::Hyphen => Gap::HYPHEN | Gap::UNSETTLED,
            Class::Period => {
                self.periods += 1;
                Gap::PERIOD
            }
            Class::Comma => Gap::COMMA,
            Class::Quote => Gap::QUOTE,
            Class::Trademark => Gap::NONE,
            // What is quoted has it at the beginning of each line.
            _ if c == '>' && self.lines > 0 => {
                self.quotes = true;
                Gap::SPACE | Gap::UNSETTLED
            }
            _ => Gap::MARK,
        };
        self.carriage_return = c == '\r';
        self.hyphen_at_end = match kind {
            Class::Hyphen => touches,
            Class::Space | Class::Line => self.hyphen_at_end,
            _ => false,
        };
    }

    /// The gap before a word of that shape, as far as the word before it says nothing.
    pub(super) fn settled(&self, shape: Shape) -> Gap {
        let gap = self.gap.without(Gap::UNSETTLED);
        let small = !shape.any(Shape::UPPER | Shape::LETTER);
        if self.count >= COLUMN && gap == Gap::SPACE {
            gap | Gap::COLUMN
        } else if small && self.hyphen_at_end && self.count == 2 && gap == Gap::HYPHEN | Gap::SPACE {
            // `Ger- many`: the line break became a space.
            gap | Gap::LINE_HYPHEN
        } else {
            gap
        }
    }

    /// The gap between a word and the next: whether a period ends a sentence, and whether an apostrophe or period glues the
    /// two; whether it parts columns, and whether what is quoted goes on.
    pub(super) fn judge(&self, text: &str, previous: &Word, span: Span, shape: Shape) -> Gap {
        let mut gap = self.settled(shape);
        if self.quotes && !is_quoted(text, previous) {
            gap |= Gap::MARK;
        }
        if !gap.any(Gap::PERIOD | Gap::APOSTROPHE) {
            return gap;
        }
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
        if touching && spaced(before()) && spaced(after) {
            if !gap.any(Gap::PERIOD) {
                return gap | Gap::GLUED;
            }
            if is_note(text, previous, span) {
                return gap;
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

/// Whether a number behind a word and its period is that of a note (`Merkel.1`, `Merkel.2,3`), and the word no abbreviation.
fn is_note(text: &str, previous: &Word, number: Span) -> bool {
    let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let letters = if previous.shape.all_capitals() { 3 } else { 4 };
    let behind = text[number.range().end..].chars().next();
    number.of(text).split(',').all(digits)
        && previous.span.len() >= letters
        && !is_known_abbreviation(previous.key)
        && behind.is_none_or(|c| c.is_whitespace() || matches!(c, ')' | ']' | '"' | '”'))
}

/// Whether the line of a word begins as lines that are quoted do. Looks at a bounded number of bytes.
fn is_quoted(text: &str, word: &Word) -> bool {
    let before = &text.as_bytes()[..word.span.range().start];
    let before = &before[before.len().saturating_sub(LINE)..];
    let begin = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    before[begin..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'>')
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
            "a b", "a\nb", "a\r\nb", "a-b", "a’s", "St. P", "J. B", "x. b", "a-\nb", "a\u{A0}b", "\"a\" b", "> a\n> b",
            "ab- cd",
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
            "a- B",
            "a\n> b",
        ] {
            assert!(!gap(text).is_free(), "{text:?}");
        }
        for text in ["can't", "ab.com", "l'Iran", "No.1", "Vol.1", "abcd.123", "abcd.1.x", "abcd.1x"] {
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
