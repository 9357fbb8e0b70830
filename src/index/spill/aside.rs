//! What a compiler that spills keeps of names and entities: all of it goes aside.
//!
//! The first failure is kept, and nothing is kept after it.
//!
//! Must not know: how entities are taken apart, what becomes of what was kept.

use std::io;

use super::{
    super::collect::{Keep, NewEntity, NewName},
    Spill,
    piles::Piles,
    sorter::{Order, Sorter},
};

/// The bytes before the id in a record of `Aside::entities`: number (big-endian), type, length of the name, names.
pub(super) const ENTITY_HEAD: usize = 12;
/// The bytes before the id in a record of `Aside::related`: the number of who is related to it.
pub(super) const RELATED_HEAD: usize = 4;

/// What was kept.
pub(super) struct Aside<'s> {
    /// Each name: entity, prior, manner, how many words, the words, the text.
    pub(super) names: Piles<'s>,
    /// How many names there are.
    pub(super) name_count: u64,
    /// Entities by their ids.
    pub(super) entities: Sorter<'s>,
    /// Preferred names of no words, of entities. Whoever checks entities lets none pass.
    pub(super) unsearchable: Vec<(u32, Box<str>)>,
    /// Ids with who is related to them.
    pub(super) related: Sorter<'s>,
    /// Entities with their attributes, and with the words they expect.
    pub(super) attributes: Piles<'s>,
    pub(super) context: Piles<'s>,
    /// Words that stand for others, each before its sequence.
    pub(super) joined: Piles<'s>,
    pub(super) failed: Option<io::Error>,
    record: Vec<u8>,
    entity: u32,
}

impl<'s> Aside<'s> {
    pub(super) fn new(spill: &'s dyn Spill) -> Self {
        Self {
            names: Piles::new(spill),
            name_count: 0,
            entities: Sorter::new(spill, Order { head: ENTITY_HEAD, ids: true }),
            unsearchable: Vec::new(),
            related: Sorter::new(spill, Order { head: RELATED_HEAD, ids: true }),
            attributes: Piles::new(spill),
            context: Piles::new(spill),
            joined: Piles::new(spill),
            failed: None,
            record: Vec::new(),
            entity: 0,
        }
    }

    /// Keeps a record unless something failed.
    fn keep(&mut self, parts: &[&[u8]], put: impl FnOnce(&mut Self, &[u8]) -> io::Result<()>) {
        if self.failed.is_some() {
            return;
        }
        let mut record = std::mem::take(&mut self.record);
        record.clear();
        for part in parts {
            record.extend_from_slice(part);
        }
        self.failed = put(self, &record).err();
        self.record = record;
    }
}

impl Keep for Aside<'_> {
    fn entity(&mut self, NewEntity { kind, names }: NewEntity, id: &str, name: &str, has_words: bool) {
        let number = self.entity;
        if !has_words {
            self.unsearchable.push((number, name.into()));
        }
        self.entity += 1;
        let (kind, name_len, names) = (kind.to_le_bytes(), (name.len() as u16).to_le_bytes(), names.to_le_bytes());
        let parts = [&number.to_be_bytes()[..], &kind, &name_len, &names, id.as_bytes()];
        self.keep(&parts, |this, record| this.entities.push(record));
    }

    fn name(&mut self, NewName { entity, prior, manner }: NewName, sequence: &[u32], text: &str) {
        self.name_count += 1;
        let (entity, prior, manner) = (entity.to_le_bytes(), prior.to_le_bytes(), manner.to_le_bytes());
        let words = (sequence.len() as u32).to_le_bytes();
        let parts = [&entity[..], &prior, &manner, &words, bytemuck::cast_slice(sequence), text.as_bytes()];
        self.keep(&parts, |this, record| this.names.push_record(0, record));
    }

    fn join(&mut self, word: u32, sequence: &[u32]) {
        let parts = [bytemuck::bytes_of(&word), bytemuck::cast_slice(sequence)];
        self.keep(&parts, |this, record| this.joined.push_record(0, record));
    }

    fn related(&mut self, entity: u32, id: &str) {
        let parts = [&entity.to_le_bytes()[..], id.as_bytes()];
        self.keep(&parts, |this, record| this.related.push(record));
    }

    fn attribute(&mut self, entity: u32, attribute: u32) {
        let parts = [&entity.to_le_bytes()[..], &attribute.to_le_bytes()];
        self.keep(&parts, |this, record| this.attributes.push(0, record));
    }

    fn context(&mut self, entity: u32, word: u32) {
        let parts = [&entity.to_le_bytes()[..], &word.to_le_bytes()];
        self.keep(&parts, |this, record| this.context.push(0, record));
    }
}
