//! The Aho-Corasick automaton over word ids (Aho and Corasick, 1975), of two kinds behind one type.
//!
//! The `aho-corasick` crate ([`super::bytewise`]) serves what is small and short-lived; our own flat tables
//! ([`super::wordwise`]) serve the rest. Both report the same, which tests see to on random words. `benches/README.md`
//! has the measurements behind [`WORDWISE_FROM`].

use std::ops::Range;

use super::{bytewise::Bytewise, slots::LONGEST_RUN, trie::Tree, vocabulary::WordId, wordwise::Wordwise};

/// From how many beginnings of patterns on our own tables are used. `WORDWISE_FROM` at build time sets another
/// number, so that every test can be run with either automaton.
pub(super) const WORDWISE_FROM: usize = match option_env!("WORDWISE_FROM") {
    None => 2_000,
    Some(number) => match usize::from_str_radix(number, 10) {
        Ok(number) => number,
        Err(_) => panic!("WORDWISE_FROM is no number"),
    },
};

/// How many failure links [`Automaton::step_within`] takes at most; news with six million names needs a handful. The
/// crate cannot be told to stop, so it gets no names of more words.
const MOST_LINKS: usize = 16;

/// Which automaton a segment gets. What is found is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// The one that suits the number of names.
    #[default]
    Auto,
    /// The `aho-corasick` crate.
    Bytewise,
    /// Our own tables.
    Wordwise,
}

/// The number of a pattern: a distinct sequence of word ids, which one or more names share. It is its node's in the tree
/// of all beginnings, so that the numbers of patterns have gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatternId(pub u32);

/// A state of the automaton: the longest end of the words read that begins some pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct State(pub(super) u32);

/// The automaton of a segment.
#[derive(Debug)]
pub(super) enum Automaton {
    /// The crate, over codes of word ids.
    Bytewise(Box<Bytewise>),
    /// Our own tables.
    Wordwise(Wordwise),
}

/// The patterns are more than an automaton can number, or fit no table.
#[derive(Debug)]
pub(super) struct TooLarge(pub(super) String);

impl TooLarge {
    /// More of these would share a place of a table than do by chance.
    pub(super) fn crowded(what: &str) -> Self {
        Self(format!("more than {LONGEST_RUN} {what} at one place of a table, as if they were chosen for it"))
    }
}

impl Automaton {
    /// Builds the automaton of a tree over `words` words. `names` has for each node where its names begin, and the end;
    /// a node with names is a pattern. `capital` tells of each name whether it asks for a capital.
    pub(super) fn new(
        tree: &Tree,
        names: &[u32],
        capital: impl Fn(u32) -> bool,
        words: usize,
        engine: Engine,
    ) -> Result<Self, TooLarge> {
        let bytewise = match engine {
            Engine::Auto => tree.ways.len() < WORDWISE_FROM && tree.longest() <= MOST_LINKS,
            Engine::Bytewise => true,
            Engine::Wordwise => false,
        };
        if bytewise {
            Bytewise::new(tree, names, capital, words).map(|automaton| Self::Bytewise(Box::new(automaton)))
        } else {
            Wordwise::new(tree, names, capital, words).map(Self::Wordwise)
        }
    }

    /// The state before any word, and behind a word that no name has.
    #[inline]
    pub(super) fn start(&self) -> State {
        match self {
            Self::Bytewise(automaton) => automaton.start(),
            Self::Wordwise(automaton) => automaton.start(),
        }
    }

    /// What the first word of a pattern leads to, in a form that [`Automaton::step`] takes.
    pub(super) fn root(&self, word: WordId) -> u32 {
        match self {
            Self::Bytewise(automaton) => automaton.root(word),
            Self::Wordwise(automaton) => automaton.root(word),
        }
    }

    /// The state after one more word, whose [`Automaton::root`] is `root`.
    #[inline]
    pub(super) fn step(&self, state: State, word: WordId, root: u32) -> State {
        match self {
            Self::Bytewise(automaton) => automaton.step(state, word, root),
            Self::Wordwise(automaton) => automaton.step(state, word, root),
        }
    }

    /// The same for a reading that is given up afterwards, so that the failure links taken undo no transition of it: `None`
    /// where they are more than [`MOST_LINKS`].
    #[inline]
    pub(super) fn step_within(&self, state: State, word: WordId, root: u32) -> Option<State> {
        match self {
            Self::Bytewise(automaton) => Some(automaton.step(state, word, root)),
            Self::Wordwise(automaton) => automaton.step_within(state, word, root, MOST_LINKS),
        }
    }

    /// Whether a word, whose root is this, may lead on from a state without its failure links, for all that the two say
    /// alone.
    #[inline]
    pub(super) fn asks(&self, state: State, root: u32) -> bool {
        match self {
            Self::Bytewise(automaton) => state != automaton.start(),
            Self::Wordwise(automaton) => automaton.asks(state, root),
        }
    }

    /// Whether a word may lead on from a state that [`Automaton::asks`] for it.
    #[inline]
    pub(super) fn may_follow(&self, state: State, word: WordId) -> bool {
        match self {
            Self::Bytewise(_) => true,
            Self::Wordwise(automaton) => automaton.may_follow(state, word),
        }
    }

    /// The state that a word leads to from one that [`Automaton::may_follow`]; `None` where only the failure links of
    /// that lead on.
    #[inline]
    pub(super) fn follow(&self, state: State, word: WordId) -> Option<State> {
        match self {
            Self::Bytewise(automaton) => Some(automaton.step(state, word, automaton.root(word))),
            Self::Wordwise(automaton) => automaton.follow(state, word),
        }
    }

    /// Reads the place of a transition; the value says nothing.
    #[inline]
    pub(super) fn touch_way(&self, state: State, word: WordId) -> u32 {
        match self {
            Self::Bytewise(_) => 0,
            Self::Wordwise(automaton) => automaton.touch_way(state, word),
        }
    }

    /// Reads the record of a state with matches; the value says nothing.
    #[inline]
    pub(super) fn touch(&self, state: State) -> u32 {
        match self {
            Self::Bytewise(_) => 0,
            Self::Wordwise(automaton) => automaton.touch(state),
        }
    }

    /// The state that a word leads to from the start, by its root.
    #[inline]
    pub(super) fn alone(&self, root: u32) -> State {
        match self {
            Self::Bytewise(_) => State(root),
            Self::Wordwise(automaton) => automaton.alone(root),
        }
    }

    /// Whether a pattern of more words may end behind this state that includes the last `least` words before it.
    #[inline]
    pub(super) fn goes_on(&self, state: State, least: u32) -> bool {
        match self {
            Self::Bytewise(automaton) => automaton.goes_on(state, least),
            Self::Wordwise(automaton) => automaton.goes_on(state, least),
        }
    }

    /// Whether a pattern ends in this state.
    #[inline]
    pub(super) fn has_matches(&self, state: State) -> bool {
        match self {
            Self::Bytewise(automaton) => automaton.has_matches(state),
            Self::Wordwise(automaton) => automaton.has_matches(state),
        }
    }

    /// Calls `give` with each pattern that ends in this state, the longest first, as long as it wants more; and with
    /// whether every name of it asks for a capital.
    #[inline]
    pub(super) fn matches(&self, state: State, give: impl FnMut(PatternId, bool) -> bool) {
        match self {
            Self::Bytewise(automaton) => automaton.matches(state, give),
            Self::Wordwise(automaton) => automaton.matches(state, give),
        }
    }

    /// The number of words of a pattern.
    #[inline]
    pub(super) fn words_of(&self, pattern: PatternId) -> u32 {
        match self {
            Self::Bytewise(automaton) => automaton.words_of(pattern),
            Self::Wordwise(automaton) => automaton.words_of(pattern),
        }
    }

    /// The names of a pattern.
    #[inline]
    pub(super) fn names_of(&self, pattern: PatternId) -> Range<u32> {
        match self {
            Self::Bytewise(automaton) => automaton.names_of(pattern),
            Self::Wordwise(automaton) => automaton.names_of(pattern),
        }
    }

    /// The memory in bytes.
    pub(super) fn memory(&self) -> usize {
        match self {
            Self::Bytewise(automaton) => automaton.memory(),
            Self::Wordwise(automaton) => automaton.memory(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::trie::Trie, *};

    /// Every occurrence: the position of the last word and the pattern.
    fn run(automaton: &Automaton, text: &[u32]) -> Vec<(usize, u32)> {
        let mut state = automaton.start();
        let mut found = Vec::new();
        for (at, &word) in text.iter().enumerate() {
            let word = WordId(word);
            state = automaton.step(state, word, automaton.root(word));
            let mut here = Vec::new();
            automaton.matches(state, |pattern, capital| {
                assert_eq!(capital, automaton.names_of(pattern).start % 2 == 1);
                here.push((at, pattern.0));
                true
            });
            assert_eq!(automaton.has_matches(state), !here.is_empty());
            found.extend(here);
        }
        found
    }

    proptest! {
        /// Both kinds report what the definition says, in the same order.
        #[test]
        fn both_kinds_report_every_occurrence(
            patterns in prop::collection::btree_set(prop::collection::vec(0..5_u32, 1..6), 0..40),
            text in prop::collection::vec(0..6_u32, 0..80),
        ) {
            let words: Vec<_> = (0..6).map(WordId).collect();
            let mut trie = Trie::default();
            let nodes: Vec<_> = patterns.iter().map(|pattern| trie.insert(pattern)).collect();
            let (tree, number) = trie.finish(&words);
            let mut is_pattern = vec![false; tree.ways.len()];
            nodes.iter().for_each(|&node| is_pattern[number[node as usize] as usize] = true);
            // Each pattern has one name.
            let mut names = vec![0];
            for (node, pattern) in is_pattern.into_iter().enumerate() {
                names.push(names[node] + u32::from(pattern));
            }
            let mut expected = Vec::new();
            for at in 0..text.len() {
                let ends = |(_, pattern): &(u32, &Vec<u32>)| {
                    let from = (at + 1).checked_sub(pattern.len());
                    from.is_some_and(|from| text[from..=at] == pattern[..])
                };
                let numbered = nodes.iter().map(|&node| number[node as usize]).zip(&patterns);
                let mut here: Vec<_> = numbered.filter(ends).collect();
                here.sort_by_key(|(_, pattern)| std::cmp::Reverse(pattern.len()));
                expected.extend(here.into_iter().map(|(number, _)| (at, number)));
            }
            let capital = |name: u32| name % 2 == 1;
            let fail = |error: TooLarge| TestCaseError::fail(error.0);
            let bytewise = Automaton::Bytewise(Box::new(Bytewise::new(&tree, &names, capital, 6).map_err(fail)?));
            let wordwise = Automaton::Wordwise(Wordwise::new(&tree, &names, capital, 6).map_err(fail)?);
            prop_assert_eq!(&run(&bytewise, &text), &expected);
            prop_assert_eq!(&run(&wordwise, &text), &expected);
            // The length of the longest end of the words read that a pattern goes on from.
            let begun = |at: usize| {
                let ends = (1..=at + 1).filter(|&length| {
                    let end = &text[at + 1 - length..=at];
                    patterns.iter().any(|pattern| pattern.starts_with(end) && pattern.len() > length)
                });
                ends.max().unwrap_or(0) as u32
            };
            for automaton in [&bytewise, &wordwise] {
                let mut state = automaton.start();
                for (at, &word) in text.iter().enumerate() {
                    state = automaton.step(state, WordId(word), automaton.root(WordId(word)));
                    for least in 1..8 {
                        prop_assert_eq!(automaton.goes_on(state, least), begun(at) >= least);
                    }
                }
            }
            for (node, pattern) in nodes.iter().map(|&node| PatternId(number[node as usize])).zip(&patterns) {
                prop_assert_eq!(bytewise.names_of(node), wordwise.names_of(node));
                prop_assert_eq!(bytewise.words_of(node), wordwise.words_of(node));
                prop_assert_eq!(bytewise.words_of(node) as usize, pattern.len());
            }
        }
    }
}
