//! The automaton on the `aho-corasick` crate, over the codes of word ids.
//!
//! One transition costs as many byte transitions as the word's code has bytes, at most four. Building costs some 5 µs
//! and 50 bytes a name at a million names, and several times that memory while it lasts.

use std::ops::Range;

use aho_corasick::{
    Anchored, MatchKind,
    automaton::{Automaton as _, StateID},
    nfa::contiguous::NFA,
};
use hashbrown::HashMap;

use super::{
    automaton::{PatternId, State, TooLarge},
    codes::{self, Code},
    trie::Tree,
    vocabulary::WordId,
};

/// The crate's automaton.
pub(super) struct Bytewise {
    nfa: NFA,
    start: State,
    /// By the crate's numbers.
    patterns: Vec<Pattern>,
    /// Of each state that some pattern goes on from, how many words of the longest such beginning lead to it.
    goes_on: HashMap<State, u32>,
}

/// What is known of a pattern.
struct Pattern {
    /// Its node in the tree.
    node: PatternId,
    /// How many words it has.
    words: u32,
    names: Range<u32>,
    /// Whether every name of it asks for a capital.
    capital: bool,
}

impl std::fmt::Debug for Bytewise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bytewise").field("patterns", &self.nfa.patterns_len()).finish_non_exhaustive()
    }
}

impl Bytewise {
    /// The automaton of a tree over `words` words. `names` has for each node where its names begin, and the end; `capital`
    /// tells of each name whether it asks for a capital.
    pub(super) fn new(
        tree: &Tree,
        names: &[u32],
        capital: impl Fn(u32) -> bool,
        words: usize,
    ) -> Result<Self, TooLarge> {
        if words >= codes::LIMIT {
            return Err(TooLarge(format!("{words} words")));
        }
        let depths = tree.depths();
        let names_of = |node: usize| names[node]..names[node + 1];
        let patterns: Vec<_> = (1..depths.len())
            .filter(|&node| !names_of(node).is_empty())
            .map(|node| Pattern {
                node: PatternId(node as u32),
                words: depths[node].into(),
                names: names_of(node),
                capital: names_of(node).all(&capital),
            })
            .collect();
        let encoded = patterns.iter().map(|pattern| {
            let words = tree.pattern(pattern.node.0);
            words.into_iter().flat_map(|word| Code::of(word).bytes().to_vec()).collect::<Vec<_>>()
        });
        let nfa = NFA::builder().match_kind(MatchKind::Standard).prefilter(false).build(encoded);
        let nfa = nfa.map_err(|error| TooLarge(error.to_string()))?;
        // An unanchored start exists for every automaton of kind `Standard`; the first state stands in for it.
        let start = State(nfa.start_state(Anchored::No).unwrap_or_default().as_u32());
        let mut automaton = Self { nfa, start, patterns, goes_on: HashMap::new() };
        automaton.find_what_goes_on(tree, &depths);
        Ok(automaton)
    }

    /// Fills `goes_on`. A node comes behind that of any shorter beginning.
    fn find_what_goes_on(&mut self, tree: &Tree, depths: &[u16]) {
        let mut has_next = vec![false; depths.len()];
        tree.ways.iter().skip(1).for_each(|way| has_next[way.before as usize] = true);
        // For each node its own state, and that of its longest proper end.
        let mut states = vec![(self.start, self.start)];
        for (node, way) in tree.ways.iter().enumerate().skip(1) {
            let (before, end) = states[way.before as usize];
            let own = self.walk(before, way.word);
            let end = if way.before == 0 { self.start } else { self.walk(end, way.word) };
            states.push((own, end));
            let own_words = has_next[node].then(|| depths[node].into());
            if let Some(words) = own_words.or_else(|| self.goes_on.get(&end).copied()) {
                self.goes_on.insert(own, words);
            }
        }
    }

    /// Whether a pattern of more words may end behind this state that includes the last `least` words before it.
    #[inline]
    pub(super) fn goes_on(&self, state: State, least: u32) -> bool {
        self.goes_on.get(&state).is_some_and(|&words| words >= least)
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
    pub(super) fn matches(&self, state: State, mut give: impl FnMut(PatternId, bool) -> bool) {
        if self.has_matches(state) {
            for index in 0..self.nfa.match_len(id(state)) {
                let pattern = &self.patterns[self.nfa.match_pattern(id(state), index).as_usize()];
                if !give(pattern.node, pattern.capital) {
                    return;
                }
            }
        }
    }

    fn pattern(&self, pattern: PatternId) -> Option<&Pattern> {
        let at = self.patterns.binary_search_by_key(&pattern, |pattern| pattern.node).ok()?;
        self.patterns.get(at)
    }

    /// The number of words of a pattern.
    pub(super) fn words_of(&self, pattern: PatternId) -> u32 {
        self.pattern(pattern).map_or(0, |pattern| pattern.words)
    }

    /// The names of a pattern.
    pub(super) fn names_of(&self, pattern: PatternId) -> Range<u32> {
        self.pattern(pattern).map_or(0..0, |pattern| pattern.names.clone())
    }

    pub(super) fn memory(&self) -> usize {
        self.nfa.memory_usage()
            + self.patterns.len() * size_of::<Pattern>()
            + self.goes_on.len() * size_of::<(State, u32)>()
    }
}

/// The crate's number of a state; every state was one of the crate's.
#[inline]
fn id(State(number): State) -> StateID {
    StateID::new(number as usize).unwrap_or_default()
}
