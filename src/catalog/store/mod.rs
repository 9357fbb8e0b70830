//! Where gazetteers that change are kept: a database, SQLite or PostgreSQL, spoken to in one way.
//!
//! Every change of any gazetteer takes the next number, its *revision*, from one counter, whose row is locked until the
//! change is durable: revisions become visible in their order, so that whoever has seen one has seen all before it. A
//! version of a gazetteer is the revision that made it. An entity is a row that is valid from one revision on (`since`)
//! and up to another (`until`, or for good), so that any version kept can be read, and what differs between two
//! versions is a query by index. Rows never change but for `until`.
//!
//! Must not know: what is served, segments, requests.

mod alive;
mod connect;
mod edit;
mod error;
mod prune;
mod read;
mod room;

pub(super) use connect::PATIENCE;
pub use edit::{Check, Outcome};
pub use error::StoreError;
pub use prune::Keep;
pub use read::{Change, Row};
pub(super) use read::{Delta, PAGE_BYTES};
pub use room::{Most, Sees};

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use sqlx::AnyPool;

/// The channel on which PostgreSQL tells other servers of changes.
pub(super) const CHANNEL: &str = "onomast_catalog";

/// The number of a change: what identifies a version.
pub type Revision = i64;

/// Identifies a gazetteer for good: the revision that made it. A name may pass to another gazetteer, this does not.
pub type Uid = i64;

/// A database of gazetteers.
#[derive(Debug)]
pub struct Store {
    pool: AnyPool,
    /// Changes of this process wait here for one another, not in the database.
    writing: tokio::sync::Mutex<()>,
    /// A name that no other database has.
    identity: String,
    /// The address, where it is a PostgreSQL database.
    postgres: Option<String>,
    /// The file, where it is a SQLite database.
    file: Option<PathBuf>,
    /// Held as long as the database is open, so that no other process opens it.
    _lock: Option<File>,
}

/// What made a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The gazetteer was made.
    Create,
    /// Entities were added, replaced or deleted.
    Edit,
    /// Entities were imported.
    Import,
    /// The content of an old version came back.
    Rollback,
    /// The gazetteer was deleted.
    Delete,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Create, Self::Edit, Self::Import, Self::Rollback, Self::Delete];

    /// Its name in the database.
    fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Edit => "edit",
            Self::Import => "import",
            Self::Rollback => "rollback",
            Self::Delete => "delete",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A gazetteer in its newest version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Identifies it.
    pub uid: Uid,
    /// Its name.
    pub name: String,
    /// What it is, for people.
    pub description: String,
    /// When it was made, in milliseconds since 1970.
    pub created: i64,
    /// Its newest version.
    pub head: Version,
    /// The oldest version that is kept.
    pub floor: Revision,
}

/// A version of a gazetteer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// What identifies it.
    pub revision: Revision,
    /// What made it.
    pub kind: Kind,
    /// When it was made, in milliseconds since 1970; never less than that of the version before.
    pub created: i64,
    /// How many entities it has.
    pub entities: i64,
    /// Of a rollback, the version whose content it has.
    pub source: Option<Revision>,
}

impl Store {
    /// A name that no other database has.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// The file of the SQLite database, where it is one.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The address of the PostgreSQL database, where it is one.
    pub fn postgres(&self) -> Option<&str> {
        self.postgres.as_deref()
    }
}
