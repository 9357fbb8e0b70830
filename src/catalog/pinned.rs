//! The versions of gazetteers that one request uses.

use std::sync::Arc;

use super::Gazetteer;
use crate::extract::{Filter, Options, Source};

/// Gazetteers in the versions that a request holds to its end, with the filter of its options.
#[derive(Debug, Default)]
pub struct Pinned {
    gazetteers: Vec<Arc<Gazetteer>>,
    filter: Filter,
}

impl Pinned {
    /// Pins these gazetteers, in the order in which they are searched.
    pub fn new(gazetteers: Vec<Arc<Gazetteer>>, options: &Options) -> Self {
        let mut pinned = Self { gazetteers, filter: Filter::default() };
        pinned.filter = Filter::new(&pinned.sources(), options);
        pinned
    }

    /// The gazetteers as sources of an extraction.
    pub fn sources(&self) -> Vec<Source<'_>> {
        let mut sources = Vec::with_capacity(self.gazetteers.len());
        for (number, gazetteer) in (0..).zip(&self.gazetteers) {
            match gazetteer.overlay() {
                None => sources.push(Source::new(gazetteer.name(), gazetteer.segment(), number)),
                Some(overlay) => {
                    sources.extend(Source::layered(gazetteer.name(), gazetteer.segment(), overlay, number));
                }
            }
        }
        sources
    }

    /// The types wanted in each of them.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The gazetteers.
    pub fn gazetteers(&self) -> &[Arc<Gazetteer>] {
        &self.gazetteers
    }
}
