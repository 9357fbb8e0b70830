//! The entities of a segment, and what they have in common with others.
//!
//! Entities are numbered in the order of their ids, so that an id is found by binary search and the order of a gazetteer
//! decides nothing. What they are related to, their attributes and the words they expect lie in columns of their own,
//! which are empty where no entity has any.
//!
//! Must not know: automata, files.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::{
    column::Column,
    front::FrontCoded,
    ids::natural,
    strings::{Strings, is_text, text},
    vocabulary::WordId,
};
use crate::gazetteer::{MAX_NAME_BYTES, derive::Kind};

/// The number of an entity in a segment, in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable)]
#[repr(transparent)]
pub struct EntityId(pub u32);

/// The number of an entity type in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// The number of an attribute with its value in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Pod, Zeroable)]
#[repr(transparent)]
pub struct AttributeId(pub u32);

/// What a segment keeps of an entity.
#[derive(Debug, Clone, Copy)]
pub struct SegmentEntity<'s> {
    /// Its preferred name.
    pub name: &'s str,
    /// Its type.
    pub kind: TypeId,
    /// What the rules take it for.
    pub nature: Kind,
    /// The entities it is related to, ascending; numbers behind the entities are of ids that no entity has.
    pub related: &'s [EntityId],
    /// Its attributes, ascending; equal numbers are equal attributes.
    pub attributes: &'s [AttributeId],
    /// The words it expects, ascending.
    pub context: &'s [WordId],
}

/// An entity as a file holds it.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct EntityRecord {
    /// Where its preferred name begins among the texts of names.
    pub(super) name: u32,
    /// How long that is, in bytes, and above [`NAME_LEN`] its renown.
    pub(super) name_len: u16,
    /// The number of its type.
    pub(super) kind: u16,
}

/// How many bits tell the length of a preferred name.
const NAME_LEN: u32 = 13;

/// The most that is told of how many names an entity has: as many twofolds, of `1 << 7` names and more.
pub(super) const MAX_RENOWN: u32 = (1 << (u16::BITS - NAME_LEN)) - 1;

// The longest name fits.
const _: () = assert!(MAX_NAME_BYTES < 1 << NAME_LEN);

impl EntityRecord {
    /// A record of an entity that has so many names.
    pub(super) fn new(name: u32, name_len: u16, kind: u16, names: u32) -> Self {
        let renown = names.max(1).ilog2().min(MAX_RENOWN) as u16;
        Self { name, name_len: name_len | renown << NAME_LEN, kind }
    }

    /// Where the preferred name lies among the texts of names.
    pub(super) fn name(self) -> Range<usize> {
        let length = self.name_len & ((1 << NAME_LEN) - 1);
        self.name as usize..self.name as usize + length as usize
    }
}

/// What entities have in common with others.
#[derive(Debug)]
pub(super) struct Links {
    /// For each entity where its part of `related`, `attributes` and `context` ends; empty where no entity has any.
    pub(super) ends: Column<[u32; 3]>,
    pub(super) related: Column<EntityId>,
    pub(super) attributes: Column<AttributeId>,
    pub(super) context: Column<WordId>,
}

/// What the rules take entities for.
#[derive(Debug)]
pub(super) struct Natures {
    /// Each type, by number.
    by_type: Vec<Kind>,
    /// What all types are taken for, if that is one: then no entity has to be looked at.
    only: Option<Kind>,
}

impl Natures {
    /// What the rules take entities of these types for.
    pub(super) fn of(types: &[Box<str>]) -> Self {
        let by_type: Vec<_> = types.iter().map(|kind| Kind::of(kind)).collect();
        let only = by_type.first().copied().filter(|first| by_type.iter().all(|kind| kind == first));
        Self { by_type, only }
    }
}

/// The entities of a segment.
#[derive(Debug)]
pub(super) struct Entities {
    pub(super) records: Column<EntityRecord>,
    pub(super) ids: FrontCoded,
    /// Ids that entities are related to and no entity has; they are numbered behind the entities.
    pub(super) absent: Strings,
    pub(super) links: Links,
    pub(super) types: Vec<Box<str>>,
    pub(super) natures: Natures,
    /// Each attribute as `key=value`.
    pub(super) attributes: Strings,
    /// How many entities have each attribute.
    pub(super) attribute_counts: Column<u32>,
}

impl Entities {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The type of an entity.
    #[inline]
    pub(super) fn kind(&self, EntityId(id): EntityId) -> TypeId {
        TypeId(self.records[id as usize].kind.into())
    }

    /// How often the number of an entity's names doubles, from one on; at most [`MAX_RENOWN`].
    #[inline]
    pub(super) fn renown(&self, EntityId(id): EntityId) -> u32 {
        u32::from(self.records[id as usize].name_len >> NAME_LEN)
    }

    /// What the rules take an entity for.
    #[inline]
    pub(super) fn nature(&self, id: EntityId) -> Kind {
        self.natures.only.unwrap_or_else(|| self.natures.by_type[self.kind(id).0 as usize])
    }

    /// The entity of that number, with its preferred name among `texts`. Panics when there is none.
    pub(super) fn get<'s>(&'s self, EntityId(id): EntityId, texts: &'s [u8]) -> SegmentEntity<'s> {
        let record = &self.records[id as usize];
        let links = &self.links;
        let end = |number: usize, list: usize| links.ends.get(number).map_or(0, |ends| ends[list] as usize);
        let range = |list| (id as usize).checked_sub(1).map_or(0, |before| end(before, list))..end(id as usize, list);
        SegmentEntity {
            name: self.name(EntityId(id), texts),
            kind: TypeId(record.kind.into()),
            nature: self.natures.by_type[record.kind as usize],
            related: &links.related[range(0)],
            attributes: &links.attributes[range(1)],
            context: &links.context[range(2)],
        }
    }

    /// The preferred name of an entity, among `texts`.
    pub(super) fn name<'s>(&self, EntityId(id): EntityId, texts: &'s [u8]) -> &'s str {
        text(&texts[self.records[id as usize].name()])
    }

    /// The entity of that id: a binary search.
    pub(super) fn find(&self, id: &str) -> Option<EntityId> {
        let found = self.ids.partition_point(self.len(), |one| natural(one, id).is_lt());
        ((found as usize) < self.len() && self.ids.get(found) == id).then_some(EntityId(found))
    }

    /// The number of the first entity whose id comes behind `id`.
    pub(super) fn behind(&self, id: &str) -> u32 {
        self.ids.partition_point(self.len(), |one| natural(one, id).is_le())
    }

    /// Whether an attribute is had by so many entities that it says nothing.
    pub(super) fn is_common(&self, AttributeId(id): AttributeId) -> bool {
        is_common(self.attribute_counts[id as usize], self.len())
    }

    /// The id of an entity, or one that no entity has.
    pub(super) fn id(&self, EntityId(id): EntityId) -> String {
        let len = self.len() as u32;
        if id < len { self.ids.get(id) } else { self.absent.get(id - len).to_owned() }
    }

    /// Appends the id of an entity.
    pub(super) fn append_id(&self, EntityId(id): EntityId, to: &mut Vec<u8>) {
        self.ids.append(id, to);
    }

    /// Appends the preferred name of an entity, among `texts`.
    pub(super) fn append_name(&self, EntityId(id): EntityId, texts: &[u8], to: &mut Vec<u8>) {
        let name = &texts[self.records[id as usize].name()];
        if is_text(name) {
            to.extend_from_slice(name);
        }
    }

    /// Reads the record of an entity, and where its id is told; the value says nothing.
    #[inline]
    pub(super) fn touch(&self, EntityId(id): EntityId) -> u32 {
        u32::from(self.records[id as usize].kind) ^ self.ids.touch(id)
    }

    /// Reads the preferred name, among `texts`, and the id of an entity; the value says nothing.
    #[inline]
    pub(super) fn touch_texts(&self, EntityId(id): EntityId, texts: &[u8]) -> u32 {
        let name = self.records[id as usize].name().start;
        u32::from(texts.get(name).copied().unwrap_or_default()) ^ self.ids.touch_block(id)
    }

    /// The memory in bytes.
    pub(super) fn memory(&self) -> usize {
        let links = &self.links;
        let links = [
            links.ends.bytes().len(),
            links.related.bytes().len(),
            links.attributes.bytes().len(),
            links.context.bytes().len(),
        ];
        self.records.bytes().len()
            + self.ids.memory()
            + self.absent.memory()
            + self.attributes.memory()
            + links.iter().sum::<usize>()
    }
}

/// Whether an attribute that `count` of `all` entities have says nothing.
pub(super) fn is_common(count: u32, all: usize) -> bool {
    let count = count as usize;
    count > 4 && count * 4 > all
}
