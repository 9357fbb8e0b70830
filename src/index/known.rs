//! What a segment knows of the words of a document, looked up before the automaton reads any.
//!
//! Only words at which something may happen are visited afterwards: those of the vocabulary, and those that may have
//! other readings. Which words are worth a look is counted, not branched on, and no look-up waits for the one before it.
//!
//! Must not know: what the automaton finds.

use super::{
    automaton::State,
    readings::Readings,
    segment::Segment,
    vocabulary::{Record, WordId},
};
use crate::text::{Gap, View};

/// What the segment knows of a word of the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) id: Option<WordId>,
    /// What the automaton reaches from its start by the word.
    pub(super) root: u32,
    /// The state that it leads to from the word before alone.
    pub(super) next: State,
    stands_for_others: bool,
    /// Whether it may have other readings.
    pub(super) may_differ: bool,
}

impl Known {
    const NOTHING: Self = Self { id: None, root: 0, next: State(0), stands_for_others: false, may_differ: false };

    fn of(record: Record) -> Self {
        Self {
            id: Some(record.id()),
            root: record.root,
            stands_for_others: record.stands_for_others(),
            may_differ: record.stands_for_others(),
            ..Self::NOTHING
        }
    }

    /// The word, where it also stands for a sequence of words.
    pub(super) fn stand_in(self) -> Option<WordId> {
        self.id.filter(|_| self.stands_for_others)
    }
}

/// The words of a document as a segment knows them; reusable.
#[derive(Debug, Default)]
pub(super) struct KnownWords {
    /// Of each word of the document.
    pub(super) all: Vec<Known>,
    /// The words at which something may happen, ascending.
    pub(super) visits: Vec<u32>,
}

impl KnownWords {
    /// Forgets every word.
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.visits.clear();
    }

    /// Looks all words up, and takes the commonest transition of each. They must have been forgotten before.
    pub(super) fn read(&mut self, segment: &Segment, view: View<'_>, readings: &Readings) {
        let Self { all, visits } = self;
        let words = view.all();
        all.resize(words.len(), Known::NOTHING);
        visits.resize(words.len(), 0);
        let next_gap = |index: usize| words.get(index + 1).map_or(Gap::NONE, |next| next.gap);
        let mut count = 0;
        for (index, word) in words.iter().enumerate() {
            visits[count] = index as u32;
            let visit = segment.vocabulary.may_have(word.key) | readings.possible(word, next_gap(index));
            count += usize::from(visit);
        }
        visits.truncate(count);
        visits.retain(|&index| {
            let index = index as usize;
            let word = &words[index];
            let known = &mut all[index];
            if let Some(record) = segment.vocabulary.get(word.key, view.words.long(word)) {
                *known = Known::of(*record);
            }
            known.may_differ |= readings.likely(segment, view, word, next_gap(index));
            known.id.is_some() || known.may_differ
        });
        let start = segment.automaton.start();
        let (mut alone, mut expected) = (start, 0);
        for &index in &*visits {
            let known = &mut all[index as usize];
            let from = if index != expected || words[index as usize].gap.any(Gap::PARAGRAPH) { start } else { alone };
            expected = index + 1;
            alone = start;
            if let Some(id) = known.id {
                known.next = segment.automaton.step(from, id, known.root);
                alone = segment.automaton.alone(known.root);
            }
        }
    }
}
