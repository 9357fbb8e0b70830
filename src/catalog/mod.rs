//! Which gazetteers exist, in which version.
//!
//! A [`Gazetteer`] is a named set of entities in one version, compiled. The [`Catalog`] holds those that can be
//! searched; a request pins the versions it uses once and holds them to its end, so that one document never sees two.
//!
//! Must not know: requests, protobuf, the command line.

mod background;
mod build;
mod change;
mod compile;
mod fold;
mod gazetteer;
mod given;
mod import;
mod keeper;
mod layers;
mod live;
mod load;
mod old;
mod pinned;
mod source;
mod store;
mod underway;
mod warm;
mod watch;

pub use background::background;
pub use compile::{Compiled, Step, compile};
pub use gazetteer::Gazetteer;
pub use given::Given;
pub use import::{Import, Imported};
pub use keeper::{Keeper, Served};
pub use live::{Asked, Database, Live};
pub use load::{LoadError, Loaded, Options, STARTER, Unverified, is_segment, load};
pub use pinned::Pinned;
pub use source::{LoadIssue, check};
pub use store::{
    Change, Check, Keep, Kind, Most, Outcome, Revision, Row, Sees, Store, StoreError, Stored, Uid, Version,
};
pub use warm::warm;
pub use watch::{follow, stand_by};

use std::{collections::BTreeMap, sync::Arc};

use thiserror::Error;

/// Why a catalog has no answer.
#[derive(Debug, Error)]
pub enum CatalogError {
    /// No gazetteer has the name.
    #[error("there is no gazetteer {0:?}")]
    NotFound(String),
    /// The gazetteer was given as a file.
    #[error("the gazetteer {0:?} was given as a file: it is changed there, and has no version but the one served")]
    ReadOnly(String),
    /// The server has no database.
    #[error("this server keeps no gazetteers; start it with --data FOLDER, or with the address of a database")]
    NoDatabase,
    /// The server does not have the version yet.
    #[error("the newest version of {name:?} here is {newest}, older than {asked}")]
    NotReached {
        /// The gazetteer.
        name: String,
        /// The version it has.
        newest: String,
        /// The version asked for.
        asked: String,
    },
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the database has cannot be compiled.
    #[error("cannot compile the gazetteer: {0}")]
    Compile(String),
    /// A file beside the database cannot be used.
    #[error("cannot keep what comes: {0}")]
    File(#[from] std::io::Error),
}

/// The gazetteers that can be searched. Immutable.
#[derive(Debug, Default, Clone)]
pub struct Catalog {
    gazetteers: BTreeMap<String, Arc<Gazetteer>>,
    /// The names of those that were given as files, in that order.
    files: Vec<String>,
}

impl Catalog {
    /// A catalog of these gazetteers, whose names must differ. All of them are searched by default, in this order.
    pub fn new(gazetteers: impl IntoIterator<Item = Gazetteer>) -> Self {
        let mut catalog = Self::default();
        for gazetteer in gazetteers {
            catalog.files.push(gazetteer.name().to_owned());
            catalog.gazetteers.insert(gazetteer.name().to_owned(), Arc::new(gazetteer));
        }
        catalog
    }

    /// This catalog with gazetteers of the database, each in place of what was served of it, or of an older one of its name.
    /// One that was given as a file keeps its name.
    pub(super) fn with(&self, gazetteers: impl IntoIterator<Item = Arc<Gazetteer>>) -> Self {
        let mut catalog = self.clone();
        let revision = |one: &Gazetteer| one.kept().map_or(Revision::MAX, |stored| stored.head.revision);
        for gazetteer in gazetteers {
            let there = catalog.gazetteers.get(gazetteer.name());
            let same = |there: &Gazetteer| there.kept().map(|one| one.uid) == gazetteer.kept().map(|one| one.uid);
            if there.is_none_or(|there| same(there) || revision(there) <= revision(&gazetteer)) {
                catalog.gazetteers.insert(gazetteer.name().to_owned(), gazetteer);
            }
        }
        catalog
    }

    /// This catalog without the gazetteers of the database that `stays` does not want.
    pub(super) fn retain(&self, stays: impl Fn(&Stored) -> bool) -> Self {
        let mut catalog = self.clone();
        catalog.gazetteers.retain(|_, gazetteer| gazetteer.kept().is_none_or(&stays));
        catalog
    }

    /// The gazetteer of that name.
    pub fn get(&self, name: &str) -> Result<Arc<Gazetteer>, CatalogError> {
        self.gazetteers.get(name).cloned().ok_or_else(|| CatalogError::NotFound(name.to_owned()))
    }

    /// The names of the gazetteers that are searched where none are named: those of files, as they were given, and behind
    /// them those of the database, by name.
    pub fn defaults(&self) -> impl Iterator<Item = &str> {
        let stored = self.gazetteers.values().filter(|one| one.kept().is_some());
        self.files.iter().map(String::as_str).chain(stored.map(|one| one.name()))
    }

    /// Every gazetteer, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Gazetteer>> {
        self.gazetteers.values()
    }
}
