//! What is searched: a gazetteer, or a layer of one.
//!
//! A gazetteer that changed since it was compiled is two sources, base and overlay, which stand side by side and give
//! together what one would. What looks across entities of a gazetteer goes by [`Source::entity_key`],
//! [`Source::attribute_key`] and [`Source::word_key`], never by the numbers of a segment.

use std::cmp::Ordering;

use super::resolve::Key;
use crate::index::{AttributeId, EntityId, Overlay, Segment, WordId, natural};

/// A gazetteer to search, or a layer of one, in the one version that serves the whole document.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The name of the gazetteer.
    pub name: &'a str,
    /// Its compiled form.
    pub segment: &'a Segment,
    layer: Layer<'a>,
    /// Equal for the layers of one gazetteer, and only for them.
    gazetteer: u16,
}

#[derive(Debug, Clone, Copy)]
enum Layer<'a> {
    Whole,
    Base(&'a Overlay),
    Over(&'a Overlay),
}

impl<'a> Source<'a> {
    /// A gazetteer of one segment. `number` tells it from the other gazetteers that are searched.
    pub fn new(name: &'a str, segment: &'a Segment, number: u16) -> Self {
        Self { name, segment, layer: Layer::Whole, gazetteer: number }
    }

    /// A gazetteer of a base and what changed since. `number` tells it from the other gazetteers that are searched.
    pub fn layered(name: &'a str, base: &'a Segment, overlay: &'a Overlay, number: u16) -> [Self; 2] {
        [
            Self { name, segment: base, layer: Layer::Base(overlay), gazetteer: number },
            Self { name, segment: overlay.segment(), layer: Layer::Over(overlay), gazetteer: number },
        ]
    }

    /// Whether an entity of the segment is not there any more.
    #[inline]
    pub(super) fn hides(&self, entity: EntityId) -> bool {
        matches!(self.layer, Layer::Base(overlay) if overlay.hides(entity))
    }

    /// Whether nothing of the segment is hidden.
    pub(super) fn hides_nothing(&self) -> bool {
        !matches!(self.layer, Layer::Base(_))
    }

    /// The entity of an id, if it is there.
    pub(super) fn find(&self, id: &str) -> Option<EntityId> {
        self.segment.find(id).filter(|&entity| !self.hides(entity))
    }

    /// Whether an attribute is had by so many entities of the gazetteer that it says nothing.
    pub(super) fn is_common(&self, attribute: AttributeId) -> bool {
        match self.layer {
            Layer::Whole => self.segment.is_common(attribute),
            Layer::Base(overlay) | Layer::Over(overlay) => overlay.is_common(self.segment, attribute),
        }
    }

    /// What an entity is known by among all sources; one of another layer that has the same id is the same.
    pub(super) fn entity_key(&self, entity: EntityId) -> (u16, u64) {
        let key = match self.layer {
            Layer::Whole => entity.0.into(),
            Layer::Base(_) | Layer::Over(_) => Overlay::key(&self.segment.id_of(entity)),
        };
        (self.gazetteer, key)
    }

    /// What an attribute is known by among all sources.
    pub(super) fn attribute_key(&self, attribute: AttributeId) -> (u16, u64) {
        let key = match self.layer {
            Layer::Whole => attribute.0.into(),
            Layer::Base(_) | Layer::Over(_) => Overlay::key(self.segment.attribute(attribute)),
        };
        (self.gazetteer, key)
    }

    /// What a word that an entity expects is known by among all sources.
    pub(super) fn word_key(&self, word: WordId) -> (u16, u64) {
        let key = match self.layer {
            Layer::Whole | Layer::Base(_) => word.0.into(),
            Layer::Over(overlay) => overlay.word_key(word),
        };
        (self.gazetteer, key)
    }

    /// The order of entities where nothing else decides: that of the gazetteers, and within one that of the ids.
    pub(super) fn order(sources: &[Self], a: Key, b: Key) -> Ordering {
        let (one, other) = (&sources[a.0 as usize], &sources[b.0 as usize]);
        if a.0 == b.0 || one.gazetteer != other.gazetteer {
            return a.cmp(&b);
        }
        natural(&one.segment.id_of(a.1), &other.segment.id_of(b.1))
    }
}
