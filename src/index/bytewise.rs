//! The automaton on the `aho-corasick` crate, over the codes of word ids.
//!
//! One transition costs as many byte transitions as the word's code has bytes, at most four. Building costs some 5 µs
//! and 50 bytes a name at a million names, and several times that memory while it lasts.

use aho_corasick::{
    Anchored, MatchKind,
    automaton::{Automaton as _, StateID},
    nfa::contiguous::NFA,
};

use super::{
    automaton::{PatternId, State, TooLarge},
    codes::{self, Code},
    vocabulary::WordId,
};

/// The crate's automaton.
pub(super) struct Bytewise {
    nfa: NFA,
    start: State,
}

impl std::fmt::Debug for Bytewise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bytewise").field("patterns", &self.nfa.patterns_len()).finish_non_exhaustive()
    }
}

impl Bytewise {
    pub(super) fn new(patterns: &[Box<[WordId]>], words: usize) -> Result<Self, TooLarge> {
        if words >= codes::LIMIT {
            return Err(TooLarge(format!("{words} words")));
        }
        let encoded = patterns.iter().map(|pattern| {
            let mut bytes = Vec::with_capacity(pattern.len() * 3);
            for &word in pattern {
                bytes.extend_from_slice(Code::of(word).bytes());
            }
            bytes
        });
        let nfa = NFA::builder().match_kind(MatchKind::Standard).prefilter(false).build(encoded);
        let nfa = nfa.map_err(|error| TooLarge(error.to_string()))?;
        // An unanchored start exists for every automaton of kind `Standard`; the first state stands in for it.
        let start = State(nfa.start_state(Anchored::No).unwrap_or_default().as_u32());
        Ok(Self { nfa, start })
    }

    pub(super) fn start(&self) -> State {
        self.start
    }

    /// The state that the word alone leads to.
    pub(super) fn root(&self, word: WordId) -> u32 {
        self.walk(self.start, word).0
    }

    #[inline]
    pub(super) fn step(&self, state: State, word: WordId, root: u32) -> State {
        if state == self.start { State(root) } else { self.walk(state, word) }
    }

    #[inline]
    fn walk(&self, state: State, word: WordId) -> State {
        let code = Code::of(word);
        let next = |state, &byte| self.nfa.next_state(Anchored::No, state, byte);
        State(code.bytes().iter().fold(id(state), next).as_u32())
    }

    #[inline]
    pub(super) fn has_matches(&self, state: State) -> bool {
        self.nfa.is_match(id(state))
    }

    #[inline]
    pub(super) fn matches(&self, state: State, mut give: impl FnMut(PatternId) -> bool) {
        if self.has_matches(state) {
            for index in 0..self.nfa.match_len(id(state)) {
                if !give(PatternId(self.nfa.match_pattern(id(state), index).as_u32())) {
                    return;
                }
            }
        }
    }

    pub(super) fn memory(&self) -> usize {
        self.nfa.memory_usage()
    }
}

/// The crate's number of a state; every state was one of the crate's.
#[inline]
fn id(State(number): State) -> StateID {
    StateID::new(number as usize).unwrap_or_default()
}
