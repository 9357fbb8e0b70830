//! Which gazetteers exist, in which version.
//!
//! A [`Gazetteer`] is a named set of entities in one version, compiled. The [`Catalog`] holds those that can be
//! searched; a request pins the versions it uses once and holds them to its end, so that one document never sees two.
//!
//! Must not know: requests, protobuf, the command line.

mod compile;
mod gazetteer;
mod load;
mod pinned;
mod source;

pub use compile::{Compiled, compile};
pub use gazetteer::Gazetteer;
pub use load::{LoadError, Loaded, Options, STARTER, Unverified, is_segment, load};
pub use pinned::Pinned;
pub use source::{LoadIssue, check};

use std::{collections::BTreeMap, sync::Arc};

use thiserror::Error;

/// Why a catalog has no answer.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CatalogError {
    /// No gazetteer has the name.
    #[error("there is no gazetteer {0:?}")]
    NotFound(String),
}

/// The gazetteers that can be searched. Immutable.
#[derive(Debug, Default)]
pub struct Catalog {
    gazetteers: BTreeMap<String, Arc<Gazetteer>>,
    defaults: Vec<String>,
}

impl Catalog {
    /// A catalog of these gazetteers, whose names must differ. All of them are searched by default, in this order.
    pub fn new(gazetteers: impl IntoIterator<Item = Gazetteer>) -> Self {
        let mut catalog = Self::default();
        for gazetteer in gazetteers {
            catalog.defaults.push(gazetteer.name().to_owned());
            catalog.gazetteers.insert(gazetteer.name().to_owned(), Arc::new(gazetteer));
        }
        catalog
    }

    /// The gazetteer of that name.
    pub fn get(&self, name: &str) -> Result<Arc<Gazetteer>, CatalogError> {
        self.gazetteers.get(name).cloned().ok_or_else(|| CatalogError::NotFound(name.to_owned()))
    }

    /// The names of the gazetteers that are searched where none are named.
    pub fn defaults(&self) -> &[String] {
        &self.defaults
    }

    /// Every gazetteer, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Gazetteer>> {
        self.gazetteers.values()
    }
}
