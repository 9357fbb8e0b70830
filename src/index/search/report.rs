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
    text::Span,
};

/// The most names reported at one last word, the longest first; nesting deeper is counted as dropped.
pub const MAX_NESTED: usize = 64;
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
    /// At how many words more names ended than [`MAX_NESTED`].
    pub(super) dropped: u32,
}

impl Report {
    /// Makes ready for a document.
    pub(super) fn clear(&mut self) {
        self.occurrences.clear();
        self.uses.clear();
        self.many = false;
        self.dropped = 0;
    }

    /// The most names reported at a word of that number.
    #[inline]
    pub(super) fn most_nested(&mut self, word: usize) -> usize {
        self.many |= self.occurrences.len() >= NESTED + NESTED_A_WORD * word;
        if self.many { 1 } else { MAX_NESTED }
    }

    /// Reports the names that end in a state of the main track, whose last word is `last`.
    #[inline]
    pub(super) fn add(&mut self, text: Text<'_>, state: State, last: usize) {
        let Text { segment, words } = text;
        let most = self.most_nested(last);
        let mut count = 0;
        segment.automaton.matches(state, |pattern, asks_for_a_capital| {
            count += 1;
            if count > most {
                self.dropped += 1;
                return false;
            }
            let first = last + 1 - segment.words_of(pattern) as usize;
            if asks_for_a_capital
                && !self.thorough
                && !words[first..=last].iter().any(|word| word.shape.may_be_capital())
            {
                return true;
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
