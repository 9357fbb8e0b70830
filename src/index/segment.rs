//! A segment: the compiled, immutable, searchable form of a set of entities.

use std::ops::Range;

use hashbrown::HashMap;

use crate::{
    gazetteer::{Rule, derive::Kind},
    text::Ordinary,
};

use super::{
    automaton::{Automaton, PatternId},
    ids::natural,
    vocabulary::{Vocabulary, WordId},
};

/// The number of a name in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);

/// The number of an entity in a segment, in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub u32);

/// The number of an entity type in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// What a name asks of the capitals in the text (rule M1), with `auto` already decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseCheck {
    /// Nothing.
    None,
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
    /// The name as given.
    pub text: &'s str,
    /// The symbols before its first word.
    pub before: &'s str,
    /// Its words and what stands between them.
    pub core: &'s str,
    /// The symbols behind its last word.
    pub behind: &'s str,
    /// What it asks of capitals.
    pub case: CaseCheck,
    /// Whether it counts only where the document also names the entity in full.
    pub short: bool,
    /// The type of its entity.
    pub kind: TypeId,
    /// How likely it means the entity.
    pub prior: f32,
    /// Whether it, or the preferred name of its entity, may have short names.
    pub shortens: bool,
    /// Whether it is the preferred name of its entity.
    pub preferred: bool,
    /// The rule that derived it from a name of the gazetteer.
    pub rule: Option<Rule>,
    /// How ordinary a word it is; not at all where it has several words or is given without a capital.
    pub ordinary: Ordinary,
    /// Its language, in the order of [`Segment::language`]; zero for any.
    pub language: u8,
}

/// What a segment keeps of an entity.
#[derive(Debug, Clone)]
pub struct SegmentEntity {
    /// Its id.
    pub id: Box<str>,
    /// Its preferred name.
    pub name: Box<str>,
    /// Its type.
    pub kind: TypeId,
    /// What the rules take it for.
    pub nature: Kind,
    /// The entities it is related to, ascending.
    pub related: Box<[EntityId]>,
    /// Its attributes, ascending; equal numbers are equal attributes.
    pub attributes: Box<[AttributeId]>,
    /// The words it expects, ascending.
    pub context: Box<[WordId]>,
}

/// The number of an attribute with its value in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeId(pub u32);

#[derive(Debug, Clone, Copy)]
pub(super) struct NameRecord {
    pub(super) entity: u32,
    pub(super) start: u32,
    pub(super) len: u16,
    pub(super) before: u16,
    pub(super) behind: u16,
    pub(super) case: CaseCheck,
    pub(super) short: bool,
    pub(super) kind: u16,
    pub(super) prior: f32,
    pub(super) shortens: bool,
    pub(super) preferred: bool,
    pub(super) rule: Option<Rule>,
    pub(super) ordinary: Ordinary,
    pub(super) language: u8,
}

/// The compiled form of a set of entities. Made by [`super::Compiler`].
#[derive(Debug)]
pub struct Segment {
    pub(super) vocabulary: Vocabulary,
    pub(super) automaton: Automaton,
    /// For each word that also stands for others, the sequences it stands for, sorted by word.
    pub(super) stands_for: Vec<(WordId, Box<[WordId]>)>,
    /// Where the sequences of a word lie in `stands_for`.
    pub(super) sequences: HashMap<WordId, Range<u32>>,
    /// How many words each pattern has.
    pub(super) pattern_words: Vec<u16>,
    /// Where the names of each pattern begin in `names`; one more than there are patterns.
    pub(super) pattern_names: Vec<u32>,
    pub(super) names: Vec<NameRecord>,
    pub(super) texts: String,
    pub(super) entities: Vec<SegmentEntity>,
    pub(super) types: Vec<Box<str>>,
    /// The languages of names, by number from 1.
    pub(super) languages: Vec<Box<str>>,
    /// Each attribute as `key=value`, with how many entities have it.
    pub(super) attributes: Vec<(Box<str>, u32)>,
    /// How many names rules derived.
    pub(super) derived: usize,
    /// Whether an entity has something in common with others: relations, attributes, context.
    pub(super) has_links: bool,
    pub(super) longest: u16,
}

impl Segment {
    /// The name of that number. Panics when it is not of this segment.
    pub fn name(&self, id: NameId) -> Name<'_> {
        let record = &self.names[id.0 as usize];
        let text = &self.texts[record.start as usize..][..record.len as usize];
        let (before, behind) = (record.before as usize, text.len() - record.behind as usize);
        Name {
            entity: EntityId(record.entity),
            text,
            before: &text[..before],
            core: &text[before..behind],
            behind: &text[behind..],
            case: record.case,
            short: record.short,
            kind: TypeId(record.kind.into()),
            prior: record.prior,
            shortens: record.shortens,
            preferred: record.preferred,
            rule: record.rule,
            ordinary: record.ordinary,
            language: record.language,
        }
    }

    /// The entity of that number. Panics when it is not of this segment.
    pub fn entity(&self, id: EntityId) -> &SegmentEntity {
        &self.entities[id.0 as usize]
    }

    /// The entity of that id.
    pub fn find(&self, id: &str) -> Option<EntityId> {
        let at = self.entities.binary_search_by(|entity| natural(&entity.id, id)).ok()?;
        Some(EntityId(at as u32))
    }

    /// Every name, those that rules derived included.
    pub fn names(&self) -> impl Iterator<Item = Name<'_>> {
        (0..self.names.len() as u32).map(|id| self.name(NameId(id)))
    }

    /// Every entity, in the order of their ids.
    pub fn entities(&self) -> &[SegmentEntity] {
        &self.entities
    }

    /// The names that share a pattern, those of the likeliest entities first.
    pub fn names_of(&self, PatternId(pattern): PatternId) -> impl ExactSizeIterator<Item = NameId> + use<> {
        let pattern = pattern as usize;
        (self.pattern_names[pattern]..self.pattern_names[pattern + 1]).map(NameId)
    }

    /// The number of words of a pattern.
    pub fn words_of(&self, PatternId(pattern): PatternId) -> u32 {
        self.pattern_words[pattern as usize].into()
    }

    /// The types of the entities, by their numbers.
    pub fn types(&self) -> &[Box<str>] {
        &self.types
    }

    /// The word id of a folded word, where a name has the word.
    pub fn word(&self, folded: &[u8]) -> Option<WordId> {
        self.vocabulary.find(folded).map(|record| record.id())
    }

    /// Whether entities have relations, attributes or context.
    pub fn has_links(&self) -> bool {
        self.has_links
    }

    /// The number of a language among those of the names, by its primary subtag; zero where no name is of it.
    pub fn language(&self, subtag: &str) -> u8 {
        self.languages.iter().position(|known| **known == *subtag).map_or(0, |at| at as u8 + 1)
    }

    /// An attribute as `key=value`.
    pub fn attribute(&self, AttributeId(id): AttributeId) -> &str {
        &self.attributes[id as usize].0
    }

    /// Whether an attribute is had by so many entities that it says nothing.
    pub fn is_common(&self, AttributeId(id): AttributeId) -> bool {
        let count = self.attributes[id as usize].1 as usize;
        count > 4 && count * 4 > self.entities.len()
    }

    /// How many names there are, without those that rules derived.
    pub fn name_count(&self) -> usize {
        self.names.len() - self.derived
    }

    /// The memory in bytes, without that of the allocator.
    pub fn memory(&self) -> usize {
        self.vocabulary.memory()
            + self.automaton.memory()
            + self.names.len() * size_of::<NameRecord>()
            + self.texts.len()
            + self.pattern_names.len() * 6
            + self
                .entities
                .iter()
                .map(|entity| size_of::<SegmentEntity>() + entity.id.len() + entity.name.len())
                .sum::<usize>()
    }

    /// The sequences of words that a word also stands for.
    pub(super) fn sequences(&self, word: WordId) -> impl Iterator<Item = &[WordId]> {
        let range = self.sequences.get(&word).cloned().unwrap_or_default();
        self.stands_for[range.start as usize..range.end as usize].iter().map(|(_, sequence)| &**sequence)
    }
}
