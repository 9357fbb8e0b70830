//! Our own automaton: Aho-Corasick whose alphabet is the vocabulary, in flat tables.
//!
//! A node is a distinct beginning of patterns; node 0 is the empty one. The transitions from it lie by word id in
//! `roots`, and are kept in the vocabulary's records as well; all others lie in one table with open addressing, keyed by
//! node and word. Most text needs none of the table: a word that is never a later word of a pattern can only begin one,
//! and a node that no pattern goes on from is not looked up. Failure links lead past such nodes.
//!
//! Linear in the words read plus the patterns reported (each failure link taken undoes a transition taken before).
//! Building is linear in the words of the patterns; a node takes 12 bytes, a transition up to 24.

use super::{
    automaton::{PatternId, State, TooLarge},
    vocabulary::WordId,
};

/// In a state: some pattern ends here.
const MATCHES: u32 = 1 << 31;
/// In a state: some pattern goes on from here.
const GOES_ON: u32 = 1 << 30;
/// In a root: the word is a later word of some pattern.
const LATER: u32 = 1 << 29;
const NODE: u32 = LATER - 1;
const NONE: u32 = u32::MAX;
const EMPTY: u64 = u64::MAX;

/// What is known of a node.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// The state of the longest proper end of this node that some pattern goes on from.
    fail: u32,
    /// The pattern that this node is, or `NONE`.
    pattern: u32,
    /// The longest proper end of this node that is a pattern, or 0.
    shorter: u32,
}

/// The automaton.
#[derive(Debug)]
pub(super) struct Wordwise {
    nodes: Vec<Node>,
    /// For each word the state that it leads to alone, and `LATER`.
    roots: Vec<u32>,
    table: Table,
}

/// Transitions by node and word.
#[derive(Debug)]
struct Table {
    slots: Vec<(u64, u32)>,
    shift: u32,
}

impl Table {
    fn new(count: usize) -> Self {
        let size = (count * 4 / 3 + 2).next_power_of_two();
        Self { slots: vec![(EMPTY, 0); size], shift: 64 - size.trailing_zeros() }
    }

    #[inline]
    fn slot(&self, node: u32, word: WordId) -> usize {
        let key = key(node, word);
        let mut at = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize;
        while self.slots[at].0 != key && self.slots[at].0 != EMPTY {
            at = (at + 1) & (self.slots.len() - 1);
        }
        at
    }

    #[inline]
    fn get(&self, node: u32, word: WordId) -> Option<u32> {
        let (key, state) = self.slots[self.slot(node, word)];
        (key != EMPTY).then_some(state)
    }
}

fn key(node: u32, word: WordId) -> u64 {
    u64::from(node) << 32 | u64::from(word.0)
}

impl Wordwise {
    pub(super) fn new(patterns: &[Box<[WordId]>], words: usize) -> Result<Self, TooLarge> {
        let total: usize = patterns.iter().map(|pattern| pattern.len()).sum();
        let later: usize = total - patterns.len();
        if total >= NODE as usize {
            return Err(TooLarge(format!("{total} words in names")));
        }
        let mut automaton = Self { nodes: Vec::new(), roots: vec![0; words], table: Table::new(later) };
        // The way to each node: the node before, the word, and how many words.
        let mut ways = vec![(0, WordId(0), 0_u32)];
        automaton.nodes.push(Node { fail: 0, pattern: NONE, shorter: 0 });
        for (number, pattern) in patterns.iter().enumerate() {
            let mut node = 0;
            for (depth, &word) in pattern.iter().enumerate() {
                let next = automaton.nodes.len() as u32;
                let child = if depth == 0 {
                    let root = &mut automaton.roots[word.0 as usize];
                    if *root & NODE == 0 {
                        *root |= next;
                    }
                    *root & NODE
                } else {
                    automaton.roots[word.0 as usize] |= LATER;
                    let slot = automaton.table.slot(node, word);
                    let slot = &mut automaton.table.slots[slot];
                    if slot.0 == EMPTY {
                        *slot = (key(node, word), next);
                    }
                    slot.1
                };
                if child == next {
                    automaton.nodes.push(Node { fail: 0, pattern: NONE, shorter: 0 });
                    ways.push((node, word, depth as u32 + 1));
                }
                node = child;
            }
            if node != 0 {
                automaton.nodes[node as usize].pattern = number as u32;
            }
        }
        automaton.link(&ways);
        Ok(automaton)
    }

    /// Computes failure links and flags, by growing depth.
    fn link(&mut self, ways: &[(u32, WordId, u32)]) {
        let mut goes_on = vec![false; ways.len()];
        for &(before, _, depth) in ways {
            goes_on[before as usize] |= depth > 0;
        }
        let mut order: Vec<u32> = (1..ways.len() as u32).collect();
        order.sort_by_key(|&node| ways[node as usize].2);
        // While building, `fail` is the plain longest proper end.
        for &node in &order {
            let (before, word, depth) = ways[node as usize];
            let mut fail = 0;
            if depth > 1 {
                let mut end = self.nodes[before as usize].fail;
                fail = loop {
                    if end == 0 {
                        break self.roots[word.0 as usize] & NODE;
                    }
                    if let Some(next) = self.table.get(end, word) {
                        break next;
                    }
                    end = self.nodes[end as usize].fail;
                };
            }
            let end = self.nodes[fail as usize];
            let shorter = if end.pattern == NONE { end.shorter } else { fail };
            let node = &mut self.nodes[node as usize];
            (node.fail, node.shorter) = (fail, shorter);
        }
        let flags: Vec<u32> = (0..ways.len() as u32)
            .map(|number| {
                let node = self.nodes[number as usize];
                let matches = node.pattern != NONE || node.shorter != 0;
                number | if matches { MATCHES } else { 0 } | if goes_on[number as usize] { GOES_ON } else { 0 }
            })
            .collect();
        // Now past the ends that no pattern goes on from.
        for &node in &order {
            let fail = self.nodes[node as usize].fail;
            let past = if fail == 0 || goes_on[fail as usize] { fail } else { self.nodes[fail as usize].fail };
            self.nodes[node as usize].fail = past;
        }
        for slot in self.table.slots.iter_mut().filter(|slot| slot.0 != EMPTY) {
            slot.1 = flags[slot.1 as usize];
        }
        for root in &mut self.roots {
            *root = *root & LATER | if *root & NODE == 0 { 0 } else { flags[(*root & NODE) as usize] };
        }
    }

    pub(super) fn start(&self) -> State {
        State(0)
    }

    pub(super) fn root(&self, word: WordId) -> u32 {
        self.roots[word.0 as usize]
    }

    #[inline]
    pub(super) fn step(&self, state: State, word: WordId, root: u32) -> State {
        if root & LATER != 0 && state.0 & NODE != 0 {
            let mut node =
                if state.0 & GOES_ON != 0 { state.0 & NODE } else { self.nodes[(state.0 & NODE) as usize].fail };
            while node != 0 {
                if let Some(next) = self.table.get(node, word) {
                    return State(next);
                }
                node = self.nodes[node as usize].fail;
            }
        }
        State(root & !LATER)
    }

    #[inline]
    pub(super) fn has_matches(&self, state: State) -> bool {
        state.0 & MATCHES != 0
    }

    #[inline]
    pub(super) fn matches(&self, state: State, mut give: impl FnMut(PatternId) -> bool) {
        if state.0 & MATCHES == 0 {
            return;
        }
        let mut node = self.nodes[(state.0 & NODE) as usize];
        let mut more = node.pattern == NONE || give(PatternId(node.pattern));
        while more && node.shorter != 0 {
            node = self.nodes[node.shorter as usize];
            more = give(PatternId(node.pattern));
        }
    }

    pub(super) fn memory(&self) -> usize {
        self.nodes.len() * size_of::<Node>() + self.roots.len() * 4 + self.table.slots.len() * 16
    }
}
