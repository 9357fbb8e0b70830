//! Changes over a segment: entities that came, and entities that are gone.
//!
//! A gazetteer that changes is a *base*, which is compiled once, and an overlay, which is small and made anew with each
//! change. An entity that was replaced is in both: hidden in the base, and in the overlay's own segment. Searched
//! together, the two must give what one segment of all entities would; whatever looks across entities goes by keys that
//! are equal in both layers, which [`Overlay`] makes of ids and attributes; for context words it has those of the base.
//!
//! Must not know: how layers are searched.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use hashbrown::{HashMap, HashSet};

use super::{AttributeId, CompileError, Compiler, EntityId, Segment, WordId};
use crate::gazetteer::Entity;

/// What changed over a base segment.
#[derive(Debug)]
pub struct Overlay {
    segment: Segment,
    hidden: HashSet<EntityId>,
    /// How many entities both layers show.
    len: usize,
    /// How many came, are gone or were replaced.
    changes: usize,
    /// How many of these have each attribute that the overlay has or that something hidden has.
    counts: HashMap<u64, u32>,
    /// What each word of the overlay is known by in both layers; nothing where no entity of it expects any.
    words: Box<[u64]>,
}

impl Overlay {
    /// An overlay of these entities, which hides the entities of `gone` in the base. What is replaced must be given on
    /// both sides; an id of `gone` that the base has not counts nothing. Takes time by the entities given, and once for
    /// each base by the attributes that it has.
    pub fn new<'a>(
        base: &Segment,
        come: impl IntoIterator<Item = &'a Entity>,
        gone: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, CompileError> {
        let gone: HashMap<_, _> = gone.into_iter().filter_map(|id| Some((id, base.find(id)?))).collect();
        let mut compiler = Compiler::default();
        let mut changes = gone.len();
        for entity in come {
            changes += usize::from(!gone.contains_key(&*entity.id));
            compiler.add(entity);
        }
        let segment = compiler.finish()?;
        let hidden: HashSet<_> = gone.into_values().collect();
        let mut counts: HashMap<u64, i64> = HashMap::new();
        for entity in segment.entities() {
            for &attribute in entity.attributes {
                *counts.entry(key(segment.attribute(attribute))).or_default() += 1;
            }
        }
        for &entity in &hidden {
            for &attribute in base.entity(entity).attributes {
                *counts.entry(key(base.attribute(attribute))).or_default() -= 1;
            }
        }
        let in_base = |key: &u64| base.attribute_by_key(*key).map_or(0, |id| i64::from(base.attribute_count(id)));
        let counts = counts.iter().map(|(key, change)| (*key, (in_base(key) + change).max(0) as u32)).collect();
        let len = base.entities().len() - hidden.len() + segment.entities().len();
        let words = words(base, &segment);
        Ok(Self { segment, hidden, len, changes, counts, words })
    }

    /// The entities that came.
    pub fn segment(&self) -> &Segment {
        &self.segment
    }

    /// Whether an entity of the base is gone.
    #[inline]
    pub fn hides(&self, entity: EntityId) -> bool {
        self.hidden.contains(&entity)
    }

    /// How many entities both layers show.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether neither layer shows an entity.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many entities came or are gone; what was replaced counts once.
    pub fn changes(&self) -> usize {
        self.changes
    }

    /// Whether an attribute of a layer is had by so many entities of both that it says nothing.
    pub fn is_common(&self, layer: &Segment, id: AttributeId) -> bool {
        let count = self.counts.get(&key(layer.attribute(id))).copied();
        super::entities::is_common(count.unwrap_or_else(|| layer.attribute_count(id)), self.len)
    }

    /// What a word of the overlay that an entity expects is known by in both layers: in the base it is the word's number.
    pub fn word_key(&self, word: WordId) -> u64 {
        self.words.get(word.0 as usize).copied().unwrap_or(of_overlay(word.0))
    }

    /// What an id or an attribute is known by in both layers.
    pub fn key(text: &str) -> u64 {
        key(text)
    }
}

/// The numbers that the words of an overlay have in its base, or numbers that no word of the base has.
fn words(base: &Segment, segment: &Segment) -> Box<[u64]> {
    if segment.entities.links.context.is_empty() {
        return Box::default();
    }
    let mut words: Box<[u64]> = (0..segment.vocabulary.len() as u32).map(of_overlay).collect();
    for (word, key) in segment.vocabulary.keys() {
        let bytes = segment.vocabulary.bytes(word, key);
        if let Some(record) = base.vocabulary.find(&bytes) {
            words[word.0 as usize] = record.id().0.into();
        }
    }
    words
}

/// What a word of an overlay is known by that its base does not have: no number of a word.
fn of_overlay(word: u32) -> u64 {
    1 << 32 | u64::from(word)
}

/// 64 bits of SipHash with fixed keys: equal texts have equal keys, and others as good as never.
pub(super) fn key(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
