//! The names of a segment: what each is, and whom it names.
//!
//! A name takes 8 and a half bytes beside its text, and 4 more where priors are given. What it asks of a text is shared:
//! the few distinct [`Manner`]s lie in a table, and a name keeps the number of its own. Names of one pattern lie together, those of the likeliest entities first, and
//! so do their texts; equal texts side by side are kept once.
//!
//! Must not know: automata, files.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::{column::Column, entities::EntityId, strings::text};
use crate::{
    gazetteer::{MAX_NAME_BYTES, Rule},
    text::{Ordinary, only_gaps_differ},
};

/// The prior of a name whose gazetteer gives none.
pub const DEFAULT_PRIOR: f32 = 0.5;

/// How many languages have numbers, from 1 on. The number behind them all stands for a language that no name is of.
pub(super) const LANGUAGES: usize = u8::MAX as usize - 1;

/// The number of a name in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);

/// What a name asks of the capitals in the text (rule M1), with `auto` already decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseCheck {
    /// Nothing.
    None,
    /// Nothing, because the gazetteer says so: small letters are no evidence against it either.
    Any,
    /// The letters as given.
    Exact,
    /// Capitals only.
    Capitals,
    /// The letters as given, or all in capitals.
    Proper,
}

/// A name of an entity.
#[derive(Debug, Clone, Copy)]
pub struct Name<'s> {
    /// The entity it names.
    pub entity: EntityId,
    /// The name as given, in UTF-8.
    bytes: &'s [u8],
    /// What it has in common with others.
    pub manner: &'s Manner,
    /// How likely it means the entity.
    pub prior: f32,
}

impl<'s> Name<'s> {
    /// The name as given.
    pub fn text(&self) -> &'s str {
        text(self.bytes)
    }

    /// The symbols before its first word.
    pub fn before(&self) -> &'s str {
        text(&self.bytes[..self.words().start])
    }

    /// Its words and what stands between them.
    pub fn core(&self) -> &'s str {
        text(self.core_bytes())
    }

    /// The symbols behind its last word.
    pub fn behind(&self) -> &'s str {
        text(&self.bytes[self.words().end..])
    }

    /// Whether symbols stand before its first word or behind its last.
    pub fn has_symbols(&self) -> bool {
        (self.manner.before, self.manner.behind) != (0, 0)
    }

    /// Whether its words are the same bytes as those of another name.
    pub fn is_spelled_like(&self, other: &Name<'_>) -> bool {
        self.core_bytes() == other.core_bytes()
    }

    /// Whether its words, and what stands between them, are the same bytes as `written`. Cheaper than [`Self::core`],
    /// which reads the bytes as UTF-8.
    pub fn is_written(&self, written: &str) -> bool {
        self.core_bytes() == written.as_bytes()
    }

    /// Whether only the case of ASCII letters differs there, if anything does.
    pub fn is_written_in_other_case(&self, written: &str) -> bool {
        self.core_bytes().eq_ignore_ascii_case(written.as_bytes())
    }

    /// Whether only the space, hyphen or line break between words differs there, if anything does.
    pub fn is_written_with_other_gaps(&self, written: &str) -> bool {
        only_gaps_differ(self.core_bytes(), written.as_bytes())
    }

    fn core_bytes(&self) -> &'s [u8] {
        &self.bytes[self.words()]
    }

    /// Where its words lie within it.
    fn words(&self) -> Range<usize> {
        self.manner.before.into()..self.bytes.len() - usize::from(self.manner.behind)
    }
}

/// What a segment keeps of each name.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct NameRecord {
    pub(super) entity: u32,
    /// How long its text is, in bytes, and `SAME`.
    len: u16,
    /// The number of its manner.
    pub(super) manner: u16,
}

/// In a record's `len`: the text is that of the name before, which is of the same block.
const SAME: u16 = 1 << 15;
/// How many names make a block.
const BLOCK: usize = 8;

// The longest name fits, and so does what a block has: what rules derive is as long at most.
const _: () = assert!(MAX_NAME_BYTES < SAME as usize && BLOCK * MAX_NAME_BYTES <= u16::MAX as usize);

impl NameRecord {
    /// How long its text is, in bytes.
    fn len(self) -> usize {
        (self.len & !SAME) as usize
    }

    /// How much of the texts is its own.
    fn own(self) -> u16 {
        // The sign of the number is the bit.
        self.len & !((self.len as i16) >> 15) as u16
    }
}

/// What names have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Manner {
    /// The bytes before the first word.
    pub(super) before: u16,
    /// The bytes behind the last word.
    pub(super) behind: u16,
    /// What the name asks of capitals.
    pub case: CaseCheck,
    /// Whether the text has a capital.
    pub(super) capital: bool,
    /// Whether it counts only where the document also names the entity in full.
    pub short: bool,
    /// Whether it, or the preferred name of its entity, may have short names.
    pub shortens: bool,
    /// Whether it is the preferred name of its entity.
    pub preferred: bool,
    /// The rule that derived it from a name of the gazetteer.
    pub rule: Option<Rule>,
    /// How ordinary a word it is; not at all where it has several words or is given without a capital.
    pub ordinary: Ordinary,
    /// Its language, in the order of [`super::Segment::language`]; zero for any.
    pub language: u8,
}

/// A manner as a file holds it.
pub(super) type Encoded = [u8; 12];

const CASES: [CaseCheck; 5] =
    [CaseCheck::None, CaseCheck::Exact, CaseCheck::Capitals, CaseCheck::Proper, CaseCheck::Any];
const ORDINARY: [Ordinary; 4] = [Ordinary::No, Ordinary::Known, Ordinary::Common, Ordinary::Function];

impl Manner {
    /// Whether no word without a capital is this name.
    pub fn asks_for_a_capital(&self) -> bool {
        self.capital && !matches!(self.case, CaseCheck::None | CaseCheck::Any)
    }

    /// The manner as bytes.
    pub(super) fn encode(&self) -> Encoded {
        let &Self { before, behind, case, capital, short, shortens, preferred, rule, ordinary, language } = self;
        let ([a, b], [c, d]) = (before.to_le_bytes(), behind.to_le_bytes());
        let flags = u8::from(short) | u8::from(shortens) << 1 | u8::from(preferred) << 2 | u8::from(capital) << 3;
        let place = |found: Option<usize>| found.map_or(0, |at| at as u8);
        let case = place(CASES.iter().position(|one| *one == case));
        let ordinary = place(ORDINARY.iter().position(|one| *one == ordinary));
        let rule = place(Rule::ALL.iter().position(|one| Some(*one) == rule).map(|at| at + 1));
        [a, b, c, d, case, flags, rule, ordinary, language, 0, 0, 0]
    }

    /// The manner that the bytes stand for, if they stand for one.
    pub(super) fn decode(&[a, b, c, d, case, flags, rule, ordinary, language, ..]: &Encoded) -> Option<Self> {
        Some(Self {
            before: u16::from_le_bytes([a, b]),
            behind: u16::from_le_bytes([c, d]),
            case: *CASES.get(case as usize)?,
            short: flags & 1 != 0,
            shortens: flags & 2 != 0,
            preferred: flags & 4 != 0,
            capital: flags & 8 != 0,
            rule: match rule.checked_sub(1) {
                Some(at) => Some(*Rule::ALL.get(at as usize)?),
                None => None,
            },
            ordinary: *ORDINARY.get(ordinary as usize)?,
            // A file of before may have given the next number as well.
            language: if language as usize > LANGUAGES { 0 } else { language },
        })
    }
}

/// The names of a segment.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) records: Column<NameRecord>,
    /// Where the texts of each block of names begin; those of the names of a block lie one behind the other.
    pub(super) blocks: Column<u32>,
    /// How likely each name means its entity; empty where all have [`DEFAULT_PRIOR`].
    pub(super) priors: Column<f32>,
    pub(super) texts: Column<u8>,
    pub(super) manners: Vec<Manner>,
}

impl Names {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The entity of a name.
    #[inline]
    pub(super) fn entity(&self, NameId(id): NameId) -> EntityId {
        EntityId(self.records[id as usize].entity)
    }

    /// The name of that number. Panics when there is none.
    #[inline]
    pub(super) fn get(&self, NameId(id): NameId) -> Name<'_> {
        self.at(id as usize, self.start(id as usize))
    }

    /// The name of that number, whose text begins there.
    #[inline]
    pub(super) fn at(&self, id: usize, start: usize) -> Name<'_> {
        let record = &self.records[id];
        Name {
            entity: EntityId(record.entity),
            bytes: &self.texts[start..][..record.len()],
            manner: &self.manners[record.manner as usize],
            prior: self.priors.get(id).copied().unwrap_or(DEFAULT_PRIOR),
        }
    }

    /// Reads the record of a name; the value says nothing.
    #[inline]
    pub(super) fn touch(&self, NameId(id): NameId) -> u32 {
        self.records[id as usize].entity ^ self.blocks[id as usize / BLOCK]
    }

    /// Where the text of a name begins, when that of the name before it begins at `before`.
    #[inline]
    pub(super) fn start_behind(&self, id: usize, before: usize) -> usize {
        match id % BLOCK {
            0 => self.blocks[id / BLOCK] as usize,
            _ if self.records[id].len & SAME != 0 => before,
            _ => before + self.records[id - 1].len(),
        }
    }

    /// Where the text of a name begins.
    #[inline]
    pub(super) fn start(&self, id: usize) -> usize {
        let (block, at) = (id / BLOCK, id % BLOCK);
        let names = &self.records[block * BLOCK..];
        // A name that has the text of the one before begins where that began, which is behind what came before both.
        self.blocks[block] as usize + usize::from(own_up_to(names, at)) - names[at].len()
    }

    /// How many blocks so many names make.
    pub(super) fn blocks_for(names: usize) -> usize {
        names.div_ceil(BLOCK)
    }

    /// The memory in bytes.
    pub(super) fn memory(&self) -> usize {
        self.records.bytes().len()
            + self.blocks.bytes().len()
            + self.priors.bytes().len()
            + self.texts.len()
            + self.manners.len() * size_of::<Manner>()
    }
}

/// How much of the texts is that of the names of a block up to the one at `at`; `names` begin with the block. A whole block
/// is counted without a branch that depends on the place: which of its names is asked for cannot be foreseen.
#[inline]
fn own_up_to(names: &[NameRecord], at: usize) -> u16 {
    /// By place, what of the names at each counts.
    static COUNTS: [[u16; BLOCK]; BLOCK] = {
        let mut counts = [[0; BLOCK]; BLOCK];
        let mut number = 0;
        while number < BLOCK * BLOCK {
            let (at, name) = (number / BLOCK, number % BLOCK);
            counts[at][name] = if name <= at { u16::MAX } else { 0 };
            number += 1;
        }
        counts
    };
    match names.first_chunk::<BLOCK>() {
        Some(names) => names.iter().zip(&COUNTS[at]).map(|(name, counts)| name.own() & counts).sum(),
        None => names[..=at].iter().map(|name| name.own()).sum(),
    }
}

/// Says how names are laid down, in order.
#[derive(Debug, Default)]
pub(super) struct Layer {
    names: usize,
    /// How many bytes the texts have.
    texts: u32,
    /// The text of the last name, and where it lies.
    last: Vec<u8>,
    start: u32,
}

/// What to lay down of a name.
#[derive(Debug)]
pub(super) struct Laid {
    pub(super) record: NameRecord,
    /// Where the text begins.
    pub(super) start: u32,
    /// Whether the name begins a block, and whether its text has to be laid down.
    pub(super) block: bool,
    pub(super) own: bool,
}

impl Layer {
    /// Where the next name lies.
    pub(super) fn push(&mut self, entity: u32, text: &str, manner: u16) -> Laid {
        let block = self.names.is_multiple_of(BLOCK);
        let same = !block && self.last == text.as_bytes();
        if !same {
            self.start = self.push_text(text);
            self.last.clear();
            self.last.extend_from_slice(text.as_bytes());
        }
        self.names += 1;
        let len = text.len() as u16 | if same { SAME } else { 0 };
        Laid { record: NameRecord { entity, len, manner }, start: self.start, block, own: !same }
    }

    /// Where a text lies that is no name.
    pub(super) fn push_text(&mut self, text: &str) -> u32 {
        let start = self.texts;
        self.texts += text.len() as u32;
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_was_laid_down() {
        let manner: Vec<_> = Manner::decode(&[0; 12]).into_iter().collect();
        let texts = ["a", "a", "bcd", "bcd", "bcd", "e", "e", "e", "e", "e", "f", "a", "a", "a", "a", "a", "a", "a"];
        let mut layer = Layer::default();
        let (mut records, mut blocks, mut bytes, mut starts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for text in texts {
            let Laid { record, start, block, own } = layer.push(7, text, 0);
            blocks.extend(block.then_some(start));
            bytes.extend_from_slice(if own { text.as_bytes() } else { b"" });
            records.push(record);
            starts.push(start);
        }
        assert_eq!(layer.push_text("z") as usize, bytes.len());
        bytes.push(b'z');
        let (blocks, texts_of) = (blocks.into(), bytes.into());
        let names =
            Names { records: records.into(), blocks, priors: Vec::new().into(), texts: texts_of, manners: manner };
        assert_eq!(names.blocks.len(), Names::blocks_for(texts.len()));
        assert_eq!(&*names.texts, b"abcdeefaaz", "a block repeats the text before it");
        for (id, (text, start)) in (0..).zip(texts.iter().zip(starts)) {
            assert_eq!(names.get(NameId(id)).text(), *text);
            assert_eq!(names.start(id as usize), start as usize);
        }
    }

    #[test]
    fn manners_are_what_their_bytes_say() {
        for (at, rule) in Rule::ALL.into_iter().map(Some).chain([None]).enumerate() {
            let manner = Manner {
                before: at as u16 * 300,
                behind: 4096 - at as u16,
                case: CASES[at % 5],
                short: at % 2 == 0,
                shortens: at % 3 == 0,
                preferred: at % 5 == 0,
                capital: at % 7 == 0,
                rule,
                ordinary: ORDINARY[at % 4],
                language: at as u8,
            };
            assert_eq!(Manner::decode(&manner.encode()), Some(manner));
        }
        let language =
            |number| Manner::decode(&[0, 0, 0, 0, 0, 0, 0, 0, number, 0, 0, 0]).map(|manner| manner.language);
        assert_eq!([254, 255].map(language), [Some(254), Some(0)]);
        assert_eq!(Manner::decode(&[0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(Manner::decode(&[0, 0, 0, 0, 0, 0, Rule::ALL.len() as u8 + 1, 0, 0, 0, 0, 0]), None);
    }
}
