//! Settings of one extraction, and the types wanted as a filter over the entities of its sources.

use super::Source;
use crate::{
    gazetteer::Rules,
    index::{EntityId, Forms, Segment},
    text::OffsetEncoding,
};

/// Settings of an extraction.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// The unit of offsets.
    pub offsets: OffsetEncoding,
    /// What becomes of mentions that overlap.
    pub overlap: Overlap,
    /// The types wanted; empty for all.
    pub include_types: Vec<String>,
    /// The types not wanted.
    pub exclude_types: Vec<String>,
    /// The weaker forms that are not accepted.
    pub disabled: Forms,
    /// The forms of [`Forms::ON_REQUEST`] that are asked for.
    pub enabled: Forms,
    /// The score, from 0 to 1, below which a mention links to nothing.
    pub min_score: f64,
    /// The most mentions to give; `None` for all.
    pub max_mentions: Option<usize>,
    /// The rules that are not applied.
    pub disabled_rules: Rules,
    /// Whether the answer carries the explanation of each mention.
    pub explain: bool,
}

impl Options {
    /// The forms that are not accepted: those switched off, and those on request that nobody asked for.
    pub fn refused(&self) -> Forms {
        self.disabled.and(Forms::ON_REQUEST.without(self.enabled))
    }
}

/// What becomes of mentions that overlap (rule M3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overlap {
    /// Keep the leftmost, of these the longest, and nothing that overlaps it.
    #[default]
    Longest,
    /// Drop only what lies inside another.
    Outermost,
    /// Keep all.
    All,
}

/// Which types of each source are wanted (rule M2). Made once for a request.
#[derive(Debug, Default)]
pub struct Filter {
    /// For each source its types, or nothing where all are wanted.
    wanted: Vec<Vec<bool>>,
}

impl Filter {
    /// The filter of `options` over `sources`.
    pub fn new(sources: &[Source<'_>], options: &Options) -> Self {
        let Options { include_types, exclude_types, .. } = options;
        let named = |list: &[String], kind: &str| list.iter().any(|name| name == kind);
        let wanted =
            |kind: &str| (include_types.is_empty() || named(include_types, kind)) && !named(exclude_types, kind);
        let of = |source: &Source<'_>| {
            let types: Vec<_> = source.segment.types().iter().map(|kind| wanted(kind)).collect();
            if types.iter().all(|&wanted| wanted) { Vec::new() } else { types }
        };
        Self { wanted: sources.iter().map(of).collect() }
    }

    /// Whether all types of a source are wanted.
    pub(super) fn wants_all(&self, source: usize) -> bool {
        self.wanted[source].is_empty()
    }

    /// Whether entities of the type of this one are wanted.
    #[inline]
    pub(super) fn wants(&self, source: usize, segment: &Segment, entity: EntityId) -> bool {
        let wanted = &self.wanted[source];
        wanted.is_empty() || wanted[segment.type_of(entity).0 as usize]
    }
}
