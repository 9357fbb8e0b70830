//! What a search reports, and how much of it: the occurrences of the names that end at a state.
//!
//! The names of a state come with the longest first. A document has a bound on the names at one word, so that what nests
//! takes no memory without end.
//!
//! Must not know: the other readings of the text.

use super::Text;
use crate::{
    index::{
        automaton::State,
        forms::Forms,
        occurrence::{Occurrence, Use},
    },
    text::{Span, Word},
};

/// The most names reported at one last word, the longest first; nesting deeper is counted as dropped.
pub const MAX_NESTED: usize = 64;
/// The most names at one last word that are passed over because they ask for a capital, or hold a part of a reading alone;
/// and where the longest alone is reported. Further ones are counted as dropped.
const MAX_SMALL: usize = 255;
const MAX_SMALL_OF_MANY: usize = 7;
/// So many words may be looked at for capitals, and each of the document once more, before it is noted for all words which
/// capital is the last before them.
const LOOKS: usize = 1 << 14;
/// So many occurrences, and so many more for each word read, may have shorter names reported at a word; from then on the
/// longest alone is, of words as they are written, to the end of the document. Real news stays below with six million
/// names, where 1.1 end at a word.
const NESTED: usize = 1 << 14;
const NESTED_A_WORD: usize = 2;

/// What was found in a document; reusable.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Whether to report even what cannot be the name for want of a capital.
    pub(super) thorough: bool,
    pub(super) occurrences: Vec<Occurrence>,
    pub(super) uses: Vec<Use>,
    /// So many names were found that the longest at a word alone is reported, and no other reading of the text is followed.
    pub(super) many: bool,
    /// How often more names ended at a word than are reported there.
    pub(super) dropped: u32,
    /// How many words were looked at for capitals.
    looks: usize,
    /// For each word the number, plus one, of the last up to it that may be capitalised; empty until many were looked at.
    capitals: Vec<u32>,
}

/// How much of what ends at a word is reported.
pub(super) struct Room {
    names: usize,
    small: usize,
}

impl Room {
    /// Whether there was room to pass over one more.
    pub(super) fn take_small(&mut self) -> bool {
        let free = self.small > 0;
        self.small = self.small.saturating_sub(1);
        free
    }

    /// Whether there was room for one more name.
    pub(super) fn take(&mut self) -> bool {
        let free = self.names > 0;
        self.names = self.names.saturating_sub(1);
        free
    }
}

impl Report {
    /// Makes ready for a document.
    pub(super) fn clear(&mut self) {
        self.occurrences.clear();
        self.uses.clear();
        self.many = false;
        self.dropped = 0;
        self.looks = 0;
        self.capitals.clear();
    }

    /// How much is reported at a word of that number.
    #[inline]
    pub(super) fn room(&mut self, word: usize) -> Room {
        self.many |= self.occurrences.len() >= NESTED + NESTED_A_WORD * word;
        if self.many {
            Room { names: 1, small: MAX_SMALL_OF_MANY }
        } else {
            Room { names: MAX_NESTED, small: MAX_SMALL }
        }
    }

    /// Whether one of the words may be capitalised. Linear for a document, however often it is asked.
    #[inline]
    pub(super) fn has_capital(&mut self, words: &[Word], first: usize, last: usize) -> bool {
        self.looks += last - first + 1;
        if self.looks <= LOOKS + words.len() {
            return words[first..=last].iter().any(|word| word.shape.may_be_capital());
        }
        if self.capitals.is_empty() {
            let mut capital = 0;
            self.capitals.extend((1..).zip(words).map(|(number, word)| {
                capital = if word.shape.may_be_capital() { number } else { capital };
                capital
            }));
        }
        self.capitals[last] as usize > first
    }

    /// Reports the names that end in a state of the main track, whose last word is `last`.
    #[inline]
    pub(super) fn add(&mut self, text: Text<'_>, state: State, last: usize) {
        let Text { segment, words } = text;
        let mut room = self.room(last);
        segment.automaton.matches(state, |pattern, asks_for_a_capital| {
            let first = last + 1 - segment.words_of(pattern) as usize;
            let small = asks_for_a_capital && !self.thorough && !self.has_capital(words, first, last);
            if small && room.take_small() {
                return true;
            }
            if small || !room.take() {
                self.dropped += 1;
                return false;
            }
            let span = Span::new(words[first].span.start, words[last].span.end);
            self.occurrences.push(Occurrence {
                pattern,
                first: first as u32,
                last: last as u32,
                span,
                core_end: span.end,
                forms: Forms::EXACT,
                uses: (0, 0),
            });
            true
        });
    }
}
