//! Our own automaton: Aho-Corasick whose alphabet is the vocabulary, in flat tables that a file can hold.
//!
//! A node is a distinct beginning of patterns; node 0 is the empty one, and nodes are numbered by depth. The transitions
//! from it lie by word id in `roots`, and are kept in the vocabulary's records as well; all others lie in one table with
//! open addressing, keyed by node and word. Most text needs none of the table: a word that is never a later word of a
//! pattern can only begin one, and a node that no pattern goes on from is not looked up. Failure links lead past such
//! nodes. What a match needs (its names, its length) lies in the record of its node.
//!
//! Linear in the words read plus the patterns reported (each failure link taken undoes a transition taken before).
//! Building is linear in the words of the patterns; a node takes 12 bytes, a transition with its part of the filter 15, or
//! 26 in a small table.

use bytemuck::{Pod, Zeroable};

use super::{
    automaton::{PatternId, State, TooLarge},
    column::Column,
    slots::{LONGEST_RUN, bit, filter_words, first, longest_run, next, slots_for},
    trie::Tree,
    vocabulary::WordId,
};

/// In a state: some pattern ends here.
pub(super) const MATCHES: u32 = 1 << 31;
/// In a state: some pattern goes on from here.
pub(super) const GOES_ON: u32 = 1 << 30;
/// In a root: the word is a later word of some pattern.
pub(super) const LATER: u32 = 1 << 29;
pub(super) const NODE: u32 = LATER - 1;
/// In a node's `shorter`: every name of the pattern asks for a capital ([`super::names::Manner::asks_for_a_capital`]).
pub(super) const CAPITAL: u32 = 1 << 31;
/// In a node's `fail`, above the state's number: how many words lead to the node; 0 where they are more than fit.
pub(super) const WORDS: u32 = 29;

/// How many of eight slots are taken where the table is not small: most words never come to look there.
const TAKEN: usize = 7;
/// How many slots a transition may lie behind its first before others make room for it.
const FAR: usize = 16;

/// What is known of a node.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Node {
    /// The longest proper end of this node that some pattern goes on from, and how many words lead here.
    pub(super) fail: u32,
    /// The longest proper end of this node that is a pattern, or 0; and `CAPITAL`.
    pub(super) shorter: u32,
    /// The first name of the pattern that this node is; its names end where those of the next node begin.
    pub(super) names: u32,
}

/// A node that many words lead to.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Deep {
    pub(super) node: u32,
    pub(super) words: u32,
}

/// A transition; one to node 0 stands for none.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Transition {
    pub(super) node: u32,
    pub(super) word: u32,
    pub(super) next: u32,
}

/// The automaton.
#[derive(Debug)]
pub(super) struct Wordwise {
    /// By number, and one more for the end of the names of the last.
    pub(super) nodes: Column<Node>,
    /// For each word the state that it leads to alone, and `LATER`.
    pub(super) roots: Column<u32>,
    /// A hash table, at most seven eighths full.
    pub(super) transitions: Column<Transition>,
    /// A bit for each of eight times as many places: most words that no name goes on with end here.
    pub(super) filter: Column<u64>,
    /// The nodes that more words lead to than their records can say, ascending.
    pub(super) deep: Column<Deep>,
}

/// A hash of a transition.
#[inline]
fn hash(node: u32, word: WordId) -> u64 {
    let wide = u128::from(u64::from(node) << 32 | u64::from(word.0)) * 0x9E37_79B9_7F4A_7C15;
    wide as u64 ^ (wide >> 64) as u64
}

/// Where a transition lies in `transitions`, or would.
#[inline]
pub(super) fn slot(transitions: &[Transition], node: u32, word: WordId) -> usize {
    let mut at = first(hash(node, word), transitions.len());
    loop {
        let found = transitions[at];
        if found.next == 0 || (found.node == node && found.word == word.0) {
            return at;
        }
        at = next(at, transitions.len());
    }
}

/// Transitions that come one by one.
pub(super) struct Transitions {
    pub(super) slots: Vec<Transition>,
    pub(super) filter: Vec<u64>,
}

impl Transitions {
    /// Room for so many.
    pub(super) fn new(count: usize) -> Self {
        let slots = vec![Transition::zeroed(); slots_for(count, TAKEN)];
        let filter = vec![0; filter_words(slots.len())];
        Self { slots, filter }
    }

    /// Takes in a transition that is not there. Those of long beginnings come last, when little room is left: one that
    /// would lie far behind its first slot takes that of another which lies nearer to its own.
    pub(super) fn insert(&mut self, mut transition: Transition) -> Result<(), TooLarge> {
        let Self { slots, filter } = self;
        let size = slots.len();
        let hash = |one: Transition| hash(one.node, WordId(one.word));
        let home = |one: Transition| first(hash(one), size);
        let (place, bit) = bit(hash(transition), size);
        filter[place] |= bit;
        let (mut at, mut behind, mut passed) = (home(transition), 0, 0);
        while slots[at].next != 0 {
            if passed == LONGEST_RUN {
                return Err(TooLarge::crowded("beginnings of names"));
            }
            if behind >= FAR {
                let other = (at + size - home(slots[at])) % size;
                if other < behind {
                    (slots[at], transition) = (transition, slots[at]);
                    behind = other;
                }
            }
            (at, behind, passed) = (next(at, size), behind + 1, passed + 1);
        }
        slots[at] = transition;
        Ok(())
    }

    /// Whether no run of slots became longer than it may be.
    pub(super) fn check(&self) -> Result<(), TooLarge> {
        match longest_run(self.slots.iter().map(|slot| slot.next != 0)) {
            run if run > LONGEST_RUN => Err(TooLarge::crowded("beginnings of names")),
            _ => Ok(()),
        }
    }
}

impl Wordwise {
    /// The automaton of a tree over `words` words. `names` has for each node where its names begin, and the end; `capital`
    /// tells of each name whether it asks for a capital.
    pub(super) fn new(
        tree: &Tree,
        names: &[u32],
        capital: impl Fn(u32) -> bool,
        words: usize,
    ) -> Result<Self, TooLarge> {
        if tree.ways.len() >= NODE as usize {
            return Err(TooLarge(format!("{} beginnings of names", tree.ways.len())));
        }
        let depths = tree.depths();
        let is_pattern = |node: u32| names[node as usize] < names[node as usize + 1];
        let mut goes_on = vec![false; depths.len()];
        let mut roots = vec![0; words];
        let mut later = 0;
        for (node, way) in tree.ways.iter().enumerate().skip(1) {
            if way.before == 0 {
                roots[way.word.0 as usize] |= node as u32;
            } else {
                goes_on[way.before as usize] = true;
                roots[way.word.0 as usize] |= LATER;
                later += 1;
            }
        }
        let mut transitions = Transitions::new(later);
        for (node, way) in tree.ways.iter().enumerate().filter(|(_, way)| way.before != 0) {
            transitions.insert(Transition { node: way.before, word: way.word.0, next: node as u32 })?;
        }
        transitions.check()?;
        let Transitions { slots: mut transitions, filter } = transitions;
        // While building, `fail` is the plain longest proper end. Those of shorter nodes are known: they come first.
        let mut nodes = vec![Node::zeroed(); depths.len() + 1];
        for (node, way) in tree.ways.iter().enumerate().skip(1) {
            let mut fail = 0;
            if way.before != 0 {
                let mut end = nodes[way.before as usize].fail;
                fail = loop {
                    if end == 0 {
                        break roots[way.word.0 as usize] & NODE;
                    }
                    let next = transitions[slot(&transitions, end, way.word)].next;
                    if next != 0 {
                        break next;
                    }
                    end = nodes[end as usize].fail;
                };
            }
            let shorter = if is_pattern(fail) { fail } else { nodes[fail as usize].shorter };
            nodes[node] = Node { fail, shorter, names: names[node] };
        }
        nodes[depths.len()].names = names[depths.len()];
        for node in 1..depths.len() {
            let asks = is_pattern(node as u32) && (names[node]..names[node + 1]).all(&capital);
            nodes[node].shorter |= if asks { CAPITAL } else { 0 };
        }
        let state = |node: u32| {
            let matches = is_pattern(node) || nodes[node as usize].shorter & NODE != 0;
            let flag = |flag, set| if set { flag } else { 0 };
            node | flag(MATCHES, matches) | flag(GOES_ON, goes_on[node as usize])
        };
        for transition in transitions.iter_mut().filter(|transition| transition.next != 0) {
            transition.next = state(transition.next);
        }
        for root in &mut roots {
            *root = *root & LATER | if *root & NODE == 0 { 0 } else { state(*root & NODE) };
        }
        // Now past the ends that no pattern goes on from; those of shorter nodes already lead past them.
        for node in 1..depths.len() {
            let fail = nodes[node].fail as usize;
            if fail != 0 && !goes_on[fail] {
                nodes[node].fail = nodes[fail].fail;
            }
        }
        let mut deep = Vec::new();
        for (node, &words) in depths.iter().enumerate() {
            let fits = u32::from(words) < 1 << (u32::BITS - WORDS);
            nodes[node].fail |= if fits { u32::from(words) << WORDS } else { 0 };
            if !fits {
                deep.push(Deep { node: node as u32, words: words.into() });
            }
        }
        Ok(Self {
            nodes: nodes.into(),
            roots: roots.into(),
            transitions: transitions.into(),
            filter: filter.into(),
            deep: deep.into(),
        })
    }

    pub(super) fn start(&self) -> State {
        State(0)
    }

    pub(super) fn root(&self, word: WordId) -> u32 {
        self.roots[word.0 as usize]
    }

    /// Whether there may be a transition.
    #[inline]
    fn may_go_on(&self, node: u32, word: WordId) -> bool {
        let (place, bit) = bit(hash(node, word), self.transitions.len());
        self.filter[place] & bit != 0
    }

    #[inline]
    pub(super) fn step(&self, state: State, word: WordId, root: u32) -> State {
        self.step_within(state, word, root, usize::MAX).unwrap_or(State(root & !LATER))
    }

    /// The state after one more word; `None` where more failure links than that would have to be taken.
    #[inline]
    pub(super) fn step_within(&self, state: State, word: WordId, root: u32, links: usize) -> Option<State> {
        if root & LATER != 0 && state.0 & NODE != 0 {
            let mut node = state.0 & NODE;
            if state.0 & GOES_ON == 0 {
                node = self.nodes[node as usize].fail & NODE;
            }
            let mut left = links;
            while node != 0 {
                if self.may_go_on(node, word) {
                    let next = self.transitions[slot(&self.transitions, node, word)].next;
                    if next != 0 {
                        return Some(State(next));
                    }
                }
                if left == 0 {
                    return None;
                }
                left -= 1;
                node = self.nodes[node as usize].fail & NODE;
            }
        }
        Some(State(root & !LATER))
    }

    /// Whether some transition leads on from a state, and some is taken with the word of a root.
    #[inline]
    pub(super) fn asks(&self, state: State, root: u32) -> bool {
        (root & LATER != 0) & (state.0 & GOES_ON != 0)
    }

    /// Whether there may be a transition from a state with a word, failure links apart.
    #[inline]
    pub(super) fn may_follow(&self, state: State, word: WordId) -> bool {
        self.may_go_on(state.0 & NODE, word)
    }

    /// The state that a transition leads to.
    #[inline]
    pub(super) fn follow(&self, state: State, word: WordId) -> Option<State> {
        let next = self.transitions[slot(&self.transitions, state.0 & NODE, word)].next;
        (next != 0).then_some(State(next))
    }

    /// Reads where a transition lies, if there is one.
    #[inline]
    pub(super) fn touch_way(&self, state: State, word: WordId) -> u32 {
        self.transitions[first(hash(state.0 & NODE, word), self.transitions.len())].word
    }

    /// Reads the record of a state with matches.
    #[inline]
    pub(super) fn touch(&self, state: State) -> u32 {
        let asks = state.0 & MATCHES != 0;
        self.nodes[(state.0 & NODE) as usize * usize::from(asks)].names
    }

    /// Whether a pattern of more words may end behind this state that includes the last `least` words before it.
    #[inline]
    pub(super) fn goes_on(&self, state: State, least: u32) -> bool {
        let (node, own) = (state.0 & NODE, state.0 & GOES_ON != 0);
        // Its own beginning has a word at least, which needs no look.
        own && least <= 1 || {
            let longest = if own { node } else { self.nodes[node as usize].fail & NODE };
            longest != 0 && self.words_of(PatternId(longest)) >= least
        }
    }

    /// The state that the word of this root leads to alone.
    #[inline]
    pub(super) fn alone(&self, root: u32) -> State {
        State(root & !LATER)
    }

    #[inline]
    pub(super) fn has_matches(&self, state: State) -> bool {
        state.0 & MATCHES != 0
    }

    #[inline]
    pub(super) fn matches(&self, state: State, mut give: impl FnMut(PatternId, bool) -> bool) {
        if state.0 & MATCHES == 0 {
            return;
        }
        let mut number = state.0 & NODE;
        let mut node = self.nodes[number as usize];
        let mut is_pattern = node.names < self.nodes[number as usize + 1].names;
        loop {
            if is_pattern && !give(PatternId(number), node.shorter & CAPITAL != 0) {
                return;
            }
            number = node.shorter & NODE;
            if number == 0 {
                return;
            }
            (node, is_pattern) = (self.nodes[number as usize], true);
        }
    }

    /// The number of words of a pattern.
    #[inline]
    pub(super) fn words_of(&self, PatternId(node): PatternId) -> u32 {
        match self.nodes[node as usize].fail >> WORDS {
            0 => self.deep.binary_search_by_key(&node, |deep| deep.node).map_or(0, |at| self.deep[at].words),
            words => words,
        }
    }

    /// The names of a pattern.
    #[inline]
    pub(super) fn names_of(&self, PatternId(node): PatternId) -> std::ops::Range<u32> {
        self.nodes[node as usize].names..self.nodes[node as usize + 1].names
    }

    pub(super) fn memory(&self) -> usize {
        self.nodes.bytes().len()
            + self.roots.bytes().len()
            + self.transitions.bytes().len()
            + self.filter.bytes().len()
            + self.deep.bytes().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_transition_lies_far_behind_its_first_slot() {
        // Chains of one word, as a name of it hundreds of times makes.
        let count = 40_000;
        let key = |number: u32| (number + 1, WordId(number % 7));
        let mut transitions = Transitions::new(count as usize);
        for number in 0..count {
            let (node, word) = key(number);
            let inserted = transitions.insert(Transition { node, word: word.0, next: number + 1 });
            assert!(inserted.is_ok());
        }
        let transitions = transitions.slots;
        let size = transitions.len();
        let behind = |number: u32| {
            let (node, word) = key(number);
            let at = slot(&transitions, node, word);
            assert_eq!(transitions[at].next, number + 1);
            (at + size - first(hash(node, word), size)) % size
        };
        let farthest = (0..count).map(behind).max();
        assert!(farthest < Some(100), "{farthest:?}");
        assert_eq!(transitions[slot(&transitions, count + 1, WordId(0))].next, 0);
    }

    #[test]
    fn transitions_that_were_chosen_for_one_place_are_refused() {
        // Times the constant of the hash, this number of Fibonacci's is close to a whole number of times 2^64.
        let chosen = |at: u64| {
            let bits = (at + 1) * 1_836_311_903;
            Transition { node: (bits >> 32) as u32, word: bits as u32, next: at as u32 + 1 }
        };
        let count = 2 * LONGEST_RUN;
        let mut many = Transitions::new(count);
        let taken = (0..).take_while(|&at| many.insert(chosen(at)).is_ok()).count();
        assert_eq!(taken, LONGEST_RUN + 1);
        let found = (0..taken as u64)
            .map(chosen)
            .all(|Transition { node, word, next }| many.slots[slot(&many.slots, node, WordId(word))].next == next);
        assert!(found);
        // The last of them lies just behind the longest run that may be.
        assert!(many.check().is_err());
        let mut fewer = Transitions::new(count);
        assert!((0..LONGEST_RUN as u64).all(|at| fewer.insert(chosen(at)).is_ok()) && fewer.check().is_ok());
    }
}
