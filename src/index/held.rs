//! What a compiler in memory keeps of names and entities.
//!
//! Must not know: how entities are taken apart, how segments are laid out.

use std::collections::BTreeSet;

use super::{
    collect::{Keep, NewEntity, NewName},
    trie::Trie,
};

/// What was kept, in the order in which it came.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The words of names.
    pub(super) trie: Trie,
    pub(super) names: Vec<HeldName>,
    pub(super) joined: BTreeSet<(u32, Box<[u32]>)>,
    pub(super) texts: String,
    pub(super) entities: Vec<HeldEntity>,
    pub(super) ids: String,
    /// Entities with the ids they are related to, with their attributes, and with the words they expect.
    pub(super) related: Vec<(u32, Box<str>)>,
    pub(super) has_attribute: Vec<(u32, u32)>,
    pub(super) context: Vec<(u32, u32)>,
}

/// A name with its node.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeldName {
    pub(super) node: u32,
    pub(super) prior: f32,
    pub(super) entity: u32,
    /// Where its text lies in `texts`.
    pub(super) start: u32,
    pub(super) len: u16,
    pub(super) manner: u16,
}

/// An entity with its preferred name.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeldEntity {
    /// Where its id ends in `ids`; it begins where that of the entity before ends.
    pub(super) id_end: u32,
    pub(super) kind: u16,
    /// How long its preferred name is, which lies at `name` in `texts`.
    pub(super) name_len: u16,
    pub(super) name: u32,
    pub(super) names: u32,
}

impl Keep for Held {
    fn entity(&mut self, NewEntity { kind, names }: NewEntity, id: &str, name: &str, has_words: bool) {
        if !has_words {
            self.texts.push_str(name);
        }
        self.ids.push_str(id);
        self.entities.push(HeldEntity {
            id_end: self.ids.len() as u32,
            kind,
            name_len: name.len() as u16,
            name: (self.texts.len() - name.len()) as u32,
            names,
        });
    }

    fn name(&mut self, NewName { entity, prior, manner }: NewName, sequence: &[u32], text: &str) {
        let node = self.trie.insert(sequence);
        let (start, len) = (self.texts.len() as u32, text.len() as u16);
        self.names.push(HeldName { node, prior, entity, start, len, manner });
        self.texts.push_str(text);
    }

    fn join(&mut self, word: u32, sequence: &[u32]) {
        self.joined.insert((word, sequence.into()));
    }

    fn related(&mut self, entity: u32, id: &str) {
        self.related.push((entity, id.into()));
    }

    fn attribute(&mut self, entity: u32, attribute: u32) {
        self.has_attribute.push((entity, attribute));
    }

    fn context(&mut self, entity: u32, word: u32) {
        self.context.push((entity, word));
    }
}
