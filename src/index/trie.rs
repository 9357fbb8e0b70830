//! The beginnings of patterns as a tree: what both automata are built from.
//!
//! A node is a distinct beginning, known by the node before and its last word; node 0 is the empty one. While names
//! come in, nodes are numbered as they come and words as the compiler meets them. [`Trie::finish`] numbers the nodes by
//! depth, then by the node before, then by word: so a node's number is greater than that of any shorter one, equal sets
//! of patterns give equal numbers, and frequent words, which have small ids, have nodes that lie together.
//!
//! 12 to 20 bytes a node while it grows, 8 after.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::vocabulary::WordId;

/// How to reach a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    /// The node before.
    pub(super) before: u32,
    /// The word that leads on from it.
    pub(super) word: WordId,
}

/// A tree that grows.
#[derive(Debug)]
pub(super) struct Trie {
    ways: Vec<Way>,
    places: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Default for Trie {
    fn default() -> Self {
        let ways = vec![Way { before: 0, word: WordId(0) }];
        Self { ways, places: HashTable::new(), hasher: DefaultHashBuilder::default() }
    }
}

impl Trie {
    /// The node of a pattern, made where it is not there yet.
    pub(super) fn insert(&mut self, pattern: &[u32]) -> u32 {
        let Self { ways, places, hasher } = self;
        pattern.iter().fold(0, |before, &word| {
            let way = Way { before, word: WordId(word) };
            let hash = |way: Way| hasher.hash_one(u64::from(way.before) << 32 | u64::from(way.word.0));
            let next = ways.len() as u32;
            let same = |&node: &u32| ways[node as usize] == way;
            let node = *places.entry(hash(way), same, |&node| hash(ways[node as usize])).or_insert(next).get();
            if node == next {
                ways.push(way);
            }
            node
        })
    }

    /// How many nodes there are, the empty one included.
    pub(super) fn len(&self) -> usize {
        self.ways.len()
    }

    /// Numbers the nodes for good, with words numbered by `words`; returns each node's new number as well.
    pub(super) fn finish(self, words: &[WordId]) -> (Tree, Vec<u32>) {
        let Self { ways, places, .. } = self;
        drop(places);
        let mut depths = vec![0_u16; ways.len()];
        let mut levels = vec![0_u32; 2];
        for (node, way) in ways.iter().enumerate().skip(1) {
            let depth = depths[way.before as usize] as usize + 1;
            depths[node] = depth as u16;
            if levels.len() == depth + 1 {
                levels.push(0);
            }
            levels[depth + 1] += 1;
        }
        for depth in 1..levels.len() {
            levels[depth] += levels[depth - 1];
        }
        // The nodes of each depth lie together, behind node 0.
        let mut order = vec![0_u32; ways.len()];
        let mut next = levels.clone();
        for node in 1..ways.len() {
            let place = &mut next[depths[node] as usize];
            *place += 1;
            order[*place as usize] = node as u32;
        }
        let mut number = vec![0_u32; ways.len()];
        let key = |node: u32, number: &[u32]| {
            let way = ways[node as usize];
            (number[way.before as usize], words[way.word.0 as usize])
        };
        for depth in 1..levels.len() - 1 {
            let level = levels[depth] as usize + 1..levels[depth + 1] as usize + 1;
            let nodes = &mut order[level.clone()];
            nodes.sort_unstable_by_key(|&node| key(node, &number));
            for (&node, new) in nodes.iter().zip(level) {
                number[node as usize] = new as u32;
            }
        }
        let ordered = order.iter().skip(1).map(|&node| {
            let (before, word) = key(node, &number);
            Way { before, word }
        });
        let tree = Tree { ways: std::iter::once(ways[0]).chain(ordered).collect() };
        (tree, number)
    }
}

/// A tree whose nodes have their numbers.
#[derive(Debug)]
pub(super) struct Tree {
    /// By number; the first is the empty beginning.
    pub(super) ways: Vec<Way>,
}

impl Tree {
    /// The words that lead to a node.
    pub(super) fn pattern(&self, mut node: u32) -> Vec<WordId> {
        let mut words = Vec::new();
        while node != 0 {
            let way = self.ways[node as usize];
            words.push(way.word);
            node = way.before;
        }
        words.reverse();
        words
    }

    /// The depth of each node.
    pub(super) fn depths(&self) -> Vec<u16> {
        let mut depths = vec![0; self.ways.len()];
        for (node, way) in self.ways.iter().enumerate().skip(1) {
            depths[node] = depths[way.before as usize] + 1;
        }
        depths
    }

    /// The words of the longest beginning.
    pub(super) fn longest(&self) -> usize {
        // Those of the longest have the highest numbers.
        self.depths().last().map_or(0, |&words| words.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_depend_on_the_set_alone() {
        let patterns: [&[u32]; 5] = [&[2, 1], &[0], &[2, 1, 0], &[1, 1], &[2]];
        let words = [WordId(2), WordId(0), WordId(1)];
        let finish = |order: &[usize]| {
            let mut trie = Trie::default();
            let nodes: Vec<_> = order.iter().map(|&at| trie.insert(patterns[at])).collect();
            let (tree, number) = trie.finish(&words);
            let mut numbers = vec![0; patterns.len()];
            for (&at, node) in order.iter().zip(nodes) {
                numbers[at] = number[node as usize];
            }
            (tree, numbers)
        };
        let (tree, numbers) = finish(&[0, 1, 2, 3, 4]);
        let (other, other_numbers) = finish(&[4, 3, 2, 1, 0]);
        assert_eq!((&tree.ways, &numbers), (&other.ways, &other_numbers));
        for (pattern, number) in patterns.iter().zip(numbers) {
            let expected: Vec<_> = pattern.iter().map(|&word| words[word as usize]).collect();
            assert_eq!(tree.pattern(number), expected);
            assert_eq!(usize::from(tree.depths()[number as usize]), pattern.len());
        }
        assert_eq!(tree.longest(), 3);
        assert!(tree.ways.iter().enumerate().skip(1).all(|(node, way)| (way.before as usize) < node));
    }
}
