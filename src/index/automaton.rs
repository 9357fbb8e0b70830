//! The Aho-Corasick automaton over word ids (Aho and Corasick, 1975), on the `aho-corasick` crate.
//!
//! One transition costs as many byte transitions as the word's code has bytes, at most four. Building costs some 5 µs
//! and 50 bytes a name at a million names, and several times that memory while it lasts.

use aho_corasick::{
    Anchored, BuildError, MatchKind,
    automaton::{Automaton as _, StateID},
    nfa::contiguous::NFA,
};

use super::{codes::Code, vocabulary::WordId};

/// The number of a pattern: a distinct sequence of word ids, which one or more names share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatternId(pub u32);

/// A state of the automaton: the longest end of the words read that begins some pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State(StateID);

impl State {
    /// The state as a number that [`Automaton::state`] takes back.
    pub(super) fn number(self) -> u32 {
        self.0.as_u32()
    }
}

/// The automaton of a segment.
pub(super) struct Automaton {
    nfa: NFA,
    start: State,
}

impl std::fmt::Debug for Automaton {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Automaton").field("patterns", &self.nfa.patterns_len()).finish_non_exhaustive()
    }
}

impl Automaton {
    /// Builds the automaton of these patterns, numbered in the order given.
    pub(super) fn new<'a>(patterns: impl Iterator<Item = &'a [WordId]>) -> Result<Self, BuildError> {
        let encoded = patterns.map(|pattern| {
            let mut bytes = Vec::with_capacity(pattern.len() * 3);
            for &word in pattern {
                bytes.extend_from_slice(Code::of(word).bytes());
            }
            bytes
        });
        let nfa = NFA::builder().match_kind(MatchKind::Standard).prefilter(false).build(encoded)?;
        // An unanchored start exists for every automaton of kind `Standard`; the first state stands in for it.
        let start = State(nfa.start_state(Anchored::No).unwrap_or_default());
        Ok(Self { nfa, start })
    }

    /// The state before any word, and behind a word that no name has.
    pub(super) fn start(&self) -> State {
        self.start
    }

    /// The state of that number; the number must come from [`State::number`] of the same automaton.
    pub(super) fn state(&self, number: u32) -> State {
        StateID::new(number as usize).map_or(self.start, State)
    }

    /// The state after one more word.
    #[inline]
    pub(super) fn step(&self, state: State, word: WordId) -> State {
        let code = Code::of(word);
        State(code.bytes().iter().fold(state.0, |state, &byte| self.nfa.next_state(Anchored::No, state, byte)))
    }

    /// Whether a pattern ends in this state.
    #[inline]
    pub(super) fn has_matches(&self, state: State) -> bool {
        self.nfa.is_match(state.0)
    }

    /// The patterns that end in this state, the longest first.
    pub(super) fn matches(&self, state: State) -> impl Iterator<Item = PatternId> {
        let count = if self.has_matches(state) { self.nfa.match_len(state.0) } else { 0 };
        (0..count).map(move |index| PatternId(self.nfa.match_pattern(state.0, index).as_u32()))
    }

    /// The memory in bytes.
    pub(super) fn memory(&self) -> usize {
        self.nfa.memory_usage()
    }
}
