//! The words that also stand for a sequence of words: `indepth` where a name has `in-depth`.
//!
//! Must not know: why they do.

use bytemuck::{Pod, Zeroable};

use super::{column::Column, vocabulary::WordId};

/// The most sequences of words that one joined word stands for.
const MAX_JOINS: usize = 16;
/// How many word ids make a block.
const BLOCK: u32 = 32;

/// A word and where its sequence ends.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Join {
    word: WordId,
    end: u32,
}

/// The words that stand for others, with the sequences they stand for.
#[derive(Debug)]
pub(super) struct Joins {
    /// Sorted by word.
    pub(super) joins: Column<Join>,
    /// For each block of `BLOCK` word ids where its joins begin, and the end.
    pub(super) blocks: Column<u32>,
    pub(super) words: Column<WordId>,
}

impl Joins {
    /// These words with their sequences. Few words are joined in more than two ways; a gazetteer made to hurt joins one
    /// in thousands, of which `MAX_JOINS` are kept.
    pub(super) fn new(mut sequences: Vec<(WordId, Box<[WordId]>)>) -> Self {
        sequences.sort_unstable();
        let (mut word, mut count) = (None, 0);
        let (mut joins, mut words) = (Vec::new(), Vec::new());
        for (other, sequence) in sequences {
            count = if word.replace(other) == Some(other) { count + 1 } else { 1 };
            if count <= MAX_JOINS {
                words.extend_from_slice(&sequence);
                joins.push(Join { word: other, end: words.len() as u32 });
            }
        }
        let last = joins.last().map_or(0, |join: &Join| join.word.0 / BLOCK);
        let begin = |block: u32| joins.partition_point(|join| join.word.0 / BLOCK < block) as u32;
        let blocks: Vec<_> = (0..=last + 1).map(begin).collect();
        Self { joins: joins.into(), blocks: blocks.into(), words: words.into() }
    }

    /// The sequences that a word also stands for.
    pub(super) fn of(&self, word: WordId) -> impl Iterator<Item = &[WordId]> {
        let block = (word.0 / BLOCK) as usize;
        let begin = |block: usize| self.blocks.get(block).map_or(self.joins.len(), |&at| at as usize);
        let (block, end) = (begin(block), begin(block + 1));
        let from = block + self.joins[block..end].partition_point(|join| join.word < word);
        let joins = self.joins[from..].iter().take_while(move |join| join.word == word);
        let mut start = from.checked_sub(1).map_or(0, |before| self.joins[before].end);
        joins.map(move |join| &self.words[std::mem::replace(&mut start, join.end) as usize..join.end as usize])
    }

    /// The memory in bytes.
    pub(super) fn memory(&self) -> usize {
        self.joins.bytes().len() + self.blocks.bytes().len() + self.words.bytes().len()
    }
}
