//! The words that stand for others (`indepth` for `in-depth`) and led nowhere, remembered from one document to the next.
//!
//! With many names nearly every common word stands for something: `said` for `Sa-id` in `Port Sa-id`, and that leads
//! nowhere unless `Port` stands before it. A small table keeps from which states which words led nowhere; one that shares
//! its slot takes its place. A word for which nothing is read at all, as `to` for `T.O.`, is kept once for all states. What is
//! not there is read again, so that the table never changes what is found.
//!
//! Must not know: what the words stand for.

use crate::index::{automaton::State, forms::Forms, vocabulary::WordId};

/// How many are kept; 8 KiB, a part of the fastest cache.
const SLOTS: usize = 1024;

/// Stands for all states; no automaton has it.
const ANY: State = State(u32::MAX);

/// What led nowhere in one segment, with one set of forms switched off.
#[derive(Debug, Default)]
pub(super) struct DeadEnds {
    /// The segment's number and the forms.
    of: (u64, Forms),
    slots: Vec<u64>,
}

impl DeadEnds {
    /// Makes ready for a segment; forgets all that another one left.
    pub(super) fn prepare(&mut self, segment: u64, disabled: Forms) {
        if self.of != (segment, disabled) || self.slots.is_empty() {
            self.of = (segment, disabled);
            self.slots.clear();
            self.slots.resize(SLOTS, u64::MAX);
        }
    }

    /// Whether a word, in small letters alone or not, is known to lead nowhere from a state.
    #[inline]
    pub(super) fn has(&self, state: State, word: WordId, small: bool) -> bool {
        let key = key(state, word, small);
        self.slots[slot(key)] == key
    }

    /// Whether nothing is known to be read for a word, in small letters alone or not.
    #[inline]
    pub(super) fn has_nothing(&self, word: WordId, small: bool) -> bool {
        self.has(ANY, word, small)
    }

    /// Keeps that nothing is read for a word.
    pub(super) fn keep_nothing(&mut self, word: WordId, small: bool) {
        self.keep(ANY, word, small);
    }

    /// Keeps that it led nowhere.
    pub(super) fn keep(&mut self, state: State, word: WordId, small: bool) {
        let key = key(state, word, small);
        self.slots[slot(key)] = key;
    }
}

/// The numbers of words have a bit to spare, and none has all the other bits, so that no key is that of a free slot.
#[inline]
fn key(State(state): State, WordId(word): WordId, small: bool) -> u64 {
    u64::from(state) << 32 | u64::from(word) << 1 | u64::from(small)
}

#[inline]
fn slot(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_of_one_segment_state_word_and_case() {
        let mut ends = DeadEnds::default();
        ends.prepare(1, Forms::EXACT);
        let (state, word) = (State(7), WordId(9));
        ends.keep(state, word, true);
        assert!(ends.has(state, word, true));
        assert!(!ends.has(state, word, false) && !ends.has(State(8), word, true) && !ends.has(state, WordId(8), true));
        assert!(!ends.has_nothing(word, true));
        let other = WordId(10);
        ends.keep_nothing(other, true);
        assert!(ends.has_nothing(other, true) && !ends.has_nothing(other, false) && !ends.has_nothing(word, true));
        assert!(!ends.has(state, other, true));
        ends.prepare(1, Forms::EXACT);
        assert!(ends.has(state, word, true));
        ends.prepare(1, Forms::ON_REQUEST);
        assert!(!ends.has(state, word, true) && !ends.has_nothing(other, true));
        ends.keep(state, word, true);
        ends.prepare(2, Forms::ON_REQUEST);
        assert!(!ends.has(state, word, true));
    }
}
