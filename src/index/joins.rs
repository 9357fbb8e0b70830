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
        let mut joiner = Joiner::default();
        let (mut joins, mut words, mut blocks) = (Vec::new(), Vec::new(), Vec::new());
        for (word, sequence) in sequences {
            blocks.extend(joiner.block_starts(word));
            if let Some(join) = joiner.push(word, sequence.len()) {
                words.extend_from_slice(&sequence);
                joins.push(join);
            }
        }
        blocks.extend(joiner.last_block_starts());
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

/// Lays joins down, in order.
#[derive(Debug, Default)]
pub(super) struct Joiner {
    word: Option<WordId>,
    /// How many sequences of the word there were.
    of_word: usize,
    joins: u32,
    words: u32,
    blocks: u32,
}

impl Joiner {
    /// Where the blocks up to that of `word` begin that have not begun; the word must be laid down next.
    pub(super) fn block_starts(&mut self, word: WordId) -> impl Iterator<Item = u32> + use<> {
        let from = self.blocks;
        self.blocks = from.max(word.0 / BLOCK + 1);
        std::iter::repeat_n(self.joins, (self.blocks - from) as usize)
    }

    /// The end of the blocks behind the last word.
    pub(super) fn last_block_starts(self) -> impl Iterator<Item = u32> {
        // Where there is no word, one block is empty.
        std::iter::repeat_n(self.joins, if self.blocks == 0 { 2 } else { 1 })
    }

    /// Lays down a sequence of so many words; `None` where its word has too many.
    pub(super) fn push(&mut self, word: WordId, words: usize) -> Option<Join> {
        self.of_word = if self.word.replace(word) == Some(word) { self.of_word + 1 } else { 1 };
        if self.of_word > MAX_JOINS {
            return None;
        }
        (self.joins, self.words) = (self.joins + 1, self.words + words as u32);
        Some(Join { word, end: self.words })
    }
}
