//! The automaton of a segment file, built in less memory than it has.
//!
//! [`Wordwise::new`](super::super::wordwise::Wordwise::new) says what the tables are, and these are the same. There the
//! table of transitions is what a beginning's links are found by. Here they are found in what comes anyway: beginnings are
//! numbered by depth, then by the beginning before, so that those behind one lie together, in the order of their words. So
//! 16 bytes a beginning are enough for links; they are written and forgotten before the transitions are made, which
//! take 15.
//!
//! Must not know: where beginnings come from.

use super::{
    super::{
        automaton::TooLarge,
        compile::CompileError,
        trie::Way,
        wordwise::{CAPITAL, Deep, GOES_ON, LATER, MATCHES, NODE, Node, Transition, Transitions, WORDS},
    },
    Spill,
    piles::{Piles, u32_at},
    section::Spooled,
};

/// A beginning of names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Branch {
    pub(super) way: Way,
    /// How many names end here, and whether all of them ask for a capital.
    pub(super) names: u32,
    pub(super) capital: bool,
}

/// The sections of the automaton.
pub(super) struct AutomatonSections<'s> {
    pub(super) nodes: Spooled<'s>,
    /// For each word the state that it leads to alone.
    pub(super) roots: Vec<u32>,
    pub(super) transitions: Spooled<'s>,
    pub(super) filter: Spooled<'s>,
    pub(super) deep: Spooled<'s>,
}

/// A bit for each beginning.
struct Bits(Vec<u64>);

impl Bits {
    fn new(count: usize) -> Self {
        Self(vec![0; count / 64 + 1])
    }

    fn set(&mut self, at: u32) {
        self.0[at as usize / 64] |= 1 << (at % 64);
    }

    fn get(&self, at: u32) -> bool {
        self.0[at as usize / 64] >> (at % 64) & 1 != 0
    }
}

/// The automaton of the beginnings behind the empty one, in order, over `words` words; `levels` has how many there are of
/// each depth, from 1 on.
pub(super) fn build<'s>(
    spill: &'s dyn Spill,
    levels: &[u32],
    words: usize,
    branches: impl Iterator<Item = Result<Branch, CompileError>>,
) -> Result<AutomatonSections<'s>, CompileError> {
    let count = levels.iter().map(|&level| level as usize).sum::<usize>() + 1;
    if count >= NODE as usize {
        return Err(TooLarge(format!("{count} beginnings of names")).into());
    }
    let mut roots = vec![0; words];
    let (mut is_pattern, mut goes_on) = (Bits::new(count), Bits::new(count));
    // Each beginning with its way, and with how many names it has, to be read again.
    let (mut ways, mut counts) = (Piles::new(spill), Piles::new(spill));
    let mut links = Links::new(count);
    for (node, branch) in (1..).zip(branches) {
        let Branch { way, names, capital } = branch?;
        let word = way.word.0;
        links.add(node, way.before, word);
        if way.before == 0 {
            roots[word as usize] |= node;
        } else {
            goes_on.set(way.before);
            roots[word as usize] |= LATER;
            ways.push(0, &way.before.to_le_bytes())?;
            ways.push(0, &word.to_le_bytes())?;
        }
        if names > 0 {
            is_pattern.set(node);
        }
        let fail = if way.before == 0 { 0 } else { links.fail(way.before, word, &roots) };
        let shorter = if is_pattern.get(fail) { fail } else { links.shorter[fail as usize] & NODE };
        let asks = if names > 0 && capital { CAPITAL } else { 0 };
        (links.fail[node as usize], links.shorter[node as usize]) = (fail, shorter | asks);
        counts.push(0, &names.to_le_bytes())?;
    }
    let mut matches = is_pattern;
    for node in 1..count as u32 {
        if links.shorter[node as usize] & NODE != 0 {
            matches.set(node);
        }
    }
    let (nodes, deep) = links.write(spill, levels, &goes_on, counts)?;
    let state = |node: u32| {
        let flag = |flag, set| if set { flag } else { 0 };
        node | flag(MATCHES, matches.get(node)) | flag(GOES_ON, goes_on.get(node))
    };
    for root in &mut roots {
        *root = *root & LATER | if *root & NODE == 0 { 0 } else { state(*root & NODE) };
    }
    let first = levels.first().map_or(0, |&level| level as usize);
    let mut transitions = Transitions::new(count - 1 - first);
    let (mut ways, mut node) = (ways.read(), first as u32);
    while let Some(way) = ways.peek(8)? {
        node += 1;
        let (before, word) = (u32_at(way, 0), u32_at(way, 4));
        transitions.insert(Transition { node: before, word, next: state(node) })?;
        ways.skip(8);
    }
    transitions.check()?;
    let Transitions { slots, filter } = transitions;
    let transitions = Spooled::of(spill, bytemuck::cast_slice(&slots))?;
    drop(slots);
    let filter = Spooled::of(spill, bytemuck::cast_slice(&filter))?;
    Ok(AutomatonSections { nodes, roots, transitions, filter, deep })
}

/// Beginnings, by number.
struct Links {
    /// The last word of each.
    words: Vec<u32>,
    /// Where those behind each begin; known of those before the last one that was added behind another.
    behind: Vec<u32>,
    /// How many of `behind` are known.
    known: u32,
    /// The longest proper end of each.
    fail: Vec<u32>,
    /// The longest proper end of each that is a pattern, or 0; and `CAPITAL`.
    shorter: Vec<u32>,
}

impl Links {
    fn new(count: usize) -> Self {
        let [words, behind, fail, shorter] = [(); 4].map(|()| vec![0; count]);
        Self { words, behind, known: 0, fail, shorter }
    }

    /// Adds a beginning that is behind another.
    fn add(&mut self, node: u32, before: u32, word: u32) {
        self.words[node as usize] = word;
        while self.known <= before {
            self.behind[self.known as usize] = node;
            self.known += 1;
        }
    }

    /// The longest proper end of what is behind `before` by `word`. Those of shorter beginnings are known, and what is
    /// behind them.
    fn fail(&self, before: u32, word: u32, roots: &[u32]) -> u32 {
        let mut end = self.fail[before as usize];
        while end != 0 {
            let [from, to] = [end, end + 1].map(|node| self.behind[node as usize] as usize);
            if let Ok(at) = self.words[from..to].binary_search(&word) {
                return (from + at) as u32;
            }
            end = self.fail[end as usize];
        }
        roots[word as usize] & NODE
    }

    /// Writes the beginnings, with links past the ends that nothing goes on from, and those of many words.
    fn write<'s>(
        self,
        spill: &'s dyn Spill,
        levels: &[u32],
        goes_on: &Bits,
        counts: Piles<'s>,
    ) -> Result<(Spooled<'s>, Spooled<'s>), CompileError> {
        let Self { words, behind, mut fail, shorter, .. } = self;
        drop((words, behind));
        let (mut nodes, mut deep) = (Spooled::new(spill), Spooled::new(spill));
        nodes.push_value(Node { fail: 0, shorter: 0, names: 0 })?;
        let (mut counts, mut node, mut names) = (counts.read(), 0, 0);
        for (length, &level) in (1_u32..).zip(levels) {
            let fits = length < 1 << (u32::BITS - WORDS);
            for _ in 0..level {
                node += 1;
                let end = fail[node];
                if end != 0 && !goes_on.get(end) {
                    // Those of shorter beginnings already lead past them.
                    fail[node] = fail[end as usize];
                }
                let flag = if fits { length << WORDS } else { 0 };
                nodes.push_value(Node { fail: fail[node] | flag, shorter: shorter[node], names })?;
                if !fits {
                    deep.push_value(Deep { node: node as u32, words: length })?;
                }
                let count = counts.peek(4)?.map_or(0, |count| u32_at(count, 0));
                names += count;
                counts.skip(4);
            }
        }
        nodes.push_value(Node { fail: 0, shorter: 0, names })?;
        Ok((nodes, deep))
    }
}
