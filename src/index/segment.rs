//! A segment: the compiled, immutable, searchable form of a set of entities.
//!
//! Its parts are columns, which lie in memory or in a mapped file ([`super::file`]). Nothing here tells which.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use hashbrown::HashMap;

use super::{
    automaton::{Automaton, PatternId},
    beginnings::Beginnings,
    column::touch,
    entities::{AttributeId, Entities, EntityId, SegmentEntity, TypeId},
    file::Opened,
    given::Back,
    joins::Joins,
    name_run::NameRun,
    names::{LANGUAGES, Name, NameId, Names},
    overlay,
    vocabulary::{Vocabulary, WordId},
};
use crate::gazetteer::derive::Kind;

/// How many bytes a processor's cache keeps, of which several programs have their share. While debugging every segment is
/// more, so that tests go all ways.
const CACHED: usize = if cfg!(debug_assertions) { 0 } else { 32 << 20 };

/// The compiled form of a set of entities. Made by [`super::Compiler`], or opened from a file.
#[derive(Debug)]
pub struct Segment {
    pub(super) vocabulary: Vocabulary,
    pub(super) automaton: Automaton,
    pub(super) joins: Joins,
    pub(super) names: Names,
    pub(super) entities: Entities,
    /// The languages of names, by number from 1.
    pub(super) languages: Vec<Box<str>>,
    /// How many names rules derived.
    pub(super) derived: u32,
    /// How many words the longest name has.
    pub(super) longest: u32,
    /// How its words begin; made when somebody first reads scanned text.
    pub(super) beginnings: OnceLock<Beginnings>,
    /// Each attribute by the key that it has in layers; made when an overlay first asks.
    pub(super) attribute_keys: OnceLock<HashMap<u64, AttributeId>>,
    /// The way back to what was given; made when somebody first asks.
    pub(super) back: OnceLock<Back>,
    /// Whether it is more than a processor's cache keeps; counted when somebody first asks.
    pub(super) large: OnceLock<bool>,
    /// The file it was opened from.
    pub(super) opened: Option<Opened>,
    /// Tells it from every other segment of this process.
    pub(super) number: u64,
}

impl Segment {
    /// A number that no segment has.
    pub(super) fn next_number() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    /// Tells it from every other segment of this process.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The name of that number. Panics when it is not of this segment.
    #[inline]
    pub fn name(&self, id: NameId) -> Name<'_> {
        self.names.get(id)
    }

    /// Does reads of what is needed next, none of which waits for another, where the segment is more than a processor's
    /// cache keeps; elsewhere nothing.
    pub(super) fn read_ahead(&self, reads: impl Iterator<Item = u32>) {
        if *self.large.get_or_init(|| self.memory() > CACHED) {
            touch(reads);
        }
    }

    /// Fills `runs` with the names of each pattern, those of the likeliest entities first. Where the segment is large, this
    /// brings the first of each into the cache, all of them at once.
    pub fn look_for_names(&self, patterns: impl Iterator<Item = PatternId>, runs: &mut Vec<NameRun>) {
        runs.clear();
        runs.extend(patterns.map(|pattern| NameRun::new(self.automaton.names_of(pattern))));
        self.read_ahead(runs.iter().map(|run| run.touch(&self.names)));
        runs.iter_mut().for_each(|run| run.look(&self.names));
        self.read_ahead(runs.iter().map(|run| run.touch_text(&self.names)));
    }

    /// The first name of a pattern, of this segment.
    #[inline]
    pub fn first_of(&self, run: NameRun) -> (NameId, Name<'_>) {
        run.first(&self.names)
    }

    /// The names of a pattern, of this segment.
    #[inline]
    pub fn names_in(&self, run: NameRun) -> impl Iterator<Item = (NameId, Name<'_>)> {
        run.names(&self.names)
    }

    /// Brings what tells of entities into the cache, of all of them at once, where the segment is large.
    pub fn touch_entities(&self, entities: impl Iterator<Item = EntityId> + Clone) {
        self.read_ahead(entities.clone().map(|id| self.entities.touch(id)));
        self.read_ahead(entities.map(|id| self.entities.touch_texts(id, &self.names.texts)));
    }

    /// The entity that a name names.
    pub fn entity_of(&self, id: NameId) -> EntityId {
        self.names.entity(id)
    }

    /// The entity of that number. Panics when it is not of this segment.
    pub fn entity(&self, id: EntityId) -> SegmentEntity<'_> {
        self.entities.get(id, &self.names.texts)
    }

    /// The preferred name of an entity. Panics when it is not of this segment.
    pub fn preferred_name(&self, id: EntityId) -> &str {
        self.entities.name(id, &self.names.texts)
    }

    /// The type of an entity. Panics when it is not of this segment.
    #[inline]
    pub fn type_of(&self, id: EntityId) -> TypeId {
        self.entities.kind(id)
    }

    /// What the rules take an entity for. Panics when it is not of this segment.
    #[inline]
    pub fn nature_of(&self, id: EntityId) -> Kind {
        self.entities.nature(id)
    }

    /// How often the number of names that the gazetteer has of an entity doubles, from one on; at most 7. Panics when it
    /// is not of this segment.
    #[inline]
    pub fn renown_of(&self, id: EntityId) -> u32 {
        self.entities.renown(id)
    }

    /// The entity of that id.
    pub fn find(&self, id: &str) -> Option<EntityId> {
        self.entities.find(id)
    }

    /// Every name, those that rules derived included.
    pub fn names(&self) -> impl Iterator<Item = Name<'_>> {
        (0..self.names.len() as u32).map(|id| self.name(NameId(id)))
    }

    /// Every entity, in the order of their ids.
    pub fn entities(&self) -> impl ExactSizeIterator<Item = SegmentEntity<'_>> {
        (0..self.entities.len() as u32).map(|id| self.entity(EntityId(id)))
    }

    /// The names that share a pattern, those of the likeliest entities first.
    #[inline]
    pub fn names_of(&self, pattern: PatternId) -> impl ExactSizeIterator<Item = NameId> + use<> {
        self.automaton.names_of(pattern).map(NameId)
    }

    /// The number of words of a pattern.
    #[inline]
    pub fn words_of(&self, pattern: PatternId) -> u32 {
        self.automaton.words_of(pattern)
    }

    /// The types of the entities, by their numbers.
    pub fn types(&self) -> &[Box<str>] {
        &self.entities.types
    }

    /// The word id of a folded word, where a name has the word.
    pub fn word(&self, folded: &[u8]) -> Option<WordId> {
        self.vocabulary.find(folded).map(|record| record.id())
    }

    /// Whether entities have relations, attributes or context.
    pub fn has_links(&self) -> bool {
        !self.entities.links.ends.is_empty()
    }

    /// The number of a language among those of the names, by its primary subtag in any case; zero where no name is of it,
    /// or there are too many. A file of before may hold more than have numbers.
    pub fn language(&self, subtag: &str) -> u8 {
        let numbered = self.languages.iter().take(LANGUAGES);
        numbered.zip(1..).find(|(known, _)| known.eq_ignore_ascii_case(subtag)).map_or(0, |(_, number)| number)
    }

    /// An attribute as `key=value`.
    pub fn attribute(&self, AttributeId(id): AttributeId) -> &str {
        self.entities.attributes.get(id)
    }

    /// Whether an attribute is had by so many entities that it says nothing.
    pub fn is_common(&self, id: AttributeId) -> bool {
        self.entities.is_common(id)
    }

    /// How many entities have an attribute.
    pub fn attribute_count(&self, AttributeId(id): AttributeId) -> u32 {
        self.entities.attribute_counts[id as usize]
    }

    /// How its words begin. The first call reads every word.
    pub(super) fn beginnings(&self) -> &Beginnings {
        self.beginnings.get_or_init(|| Beginnings::of(&self.vocabulary))
    }

    /// The attribute of a key of [`super::Overlay::key`]. The first call reads every attribute.
    pub(super) fn attribute_by_key(&self, key: u64) -> Option<AttributeId> {
        let read = || {
            let texts = (0..).zip(self.entities.attributes.iter());
            texts.map(|(id, text)| (overlay::key(text), AttributeId(id))).collect()
        };
        self.attribute_keys.get_or_init(read).get(&key).copied()
    }

    /// The id of an entity, or one that others are related to and no entity has.
    pub fn id_of(&self, id: EntityId) -> String {
        self.entities.id(id)
    }

    /// Appends the id of an entity. Panics when it is not of this segment.
    pub fn append_id(&self, id: EntityId, to: &mut Vec<u8>) {
        self.entities.append_id(id, to);
    }

    /// Appends the preferred name of an entity, as [`preferred_name`](Self::preferred_name) has it.
    pub fn append_preferred_name(&self, id: EntityId, to: &mut Vec<u8>) {
        self.entities.append_name(id, &self.names.texts, to);
    }

    /// How many names there are, without those that rules derived.
    pub fn name_count(&self) -> usize {
        self.names.len() - self.derived as usize
    }

    /// How many names rules derived.
    pub fn derived_count(&self) -> usize {
        self.derived as usize
    }

    /// How many distinct words the vocabulary has.
    pub fn word_count(&self) -> usize {
        self.vocabulary.len()
    }

    /// The memory in bytes, without that of the allocator and of what only edits and exports ask for; of an opened file
    /// what it would take if all of it were read.
    pub fn memory(&self) -> usize {
        self.vocabulary.memory()
            + self.automaton.memory()
            + self.joins.memory()
            + self.names.memory()
            + self.entities.memory()
            + self.beginnings.get().map_or(0, Beginnings::memory)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Compiler;
    use crate::gazetteer::{Alias, Entity};

    #[test]
    fn a_segment_with_more_languages_than_have_numbers_tells_none_for_another() {
        let aliases = (0..2).map(|number| Alias { language_code: format!("l{number}"), ..Alias::plain("a") });
        let mut compiler = Compiler::default();
        compiler.add(&Entity { name: "a".into(), aliases: aliases.collect(), ..Entity::default() });
        let mut segment = compiler.finish().unwrap_or_else(|error| panic!("{error}"));
        // As files of before have them.
        segment.languages.extend((2..600).map(|number| format!("l{number}").into()));
        let number = |at: usize| segment.language(&format!("l{at}"));
        assert_eq!([0, 1, 253].map(number), [1, 2, 254]);
        assert!((254..=600).all(|at| number(at) == 0));
    }
}
