//! Why the database did not do what it was asked.

use std::path::{Path, PathBuf};

use sqlx::error::DatabaseError;
use thiserror::Error;

use super::Revision;

/// Why the database did not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process has it open.
    #[error(
        "{} is in use by another server; give this one a folder of its own with --data, or share a PostgreSQL database",
        .0.display()
    )]
    InUse(PathBuf),
    /// A file or folder cannot be used.
    #[error("cannot use {}: {error}", file.display())]
    File {
        /// The file or folder.
        file: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file of the database is damaged.
    #[error("the database {} is damaged: {what}; move it and what begins with its name (-wal, -shm) away, and put a backup in its place or begin with none", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The database was made by a newer program.
    #[error("the database has the format {found}, this program knows {known}; use a newer one")]
    Newer {
        /// The format that it has.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// The address of the database cannot be understood.
    #[error("the database address is wrong: {0}")]
    Address(String),
    /// The database does not answer. Whether a change was kept is not known.
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    /// The disk is full. Nothing was changed.
    #[error("the disk of the database is full")]
    Full,
    /// There is no such gazetteer.
    #[error("there is no such gazetteer")]
    NoGazetteer,
    /// A gazetteer of that name exists.
    #[error("a gazetteer of that name exists")]
    Exists,
    /// There are as many gazetteers as there may be.
    #[error("there are {limit} gazetteers already, which is the limit{}", if *scope { " for one caller" } else { "" })]
    TooMany {
        /// How many there may be.
        limit: u64,
        /// Whether those of the scope of one caller are meant.
        scope: bool,
    },
    /// The newest version is another than the one asked for.
    #[error("the newest version is {head}, not {asked}")]
    OtherVersion {
        /// The newest version.
        head: Revision,
        /// The one asked for.
        asked: String,
    },
    /// An entity is not in the version that a check asks for.
    #[error("the entity {id:?} {}", match found { Some(found) => format!("was changed in version {found}"), None => "does not exist".into() })]
    OtherEntity {
        /// The entity.
        id: String,
        /// The version that it is in; `None` where there is none.
        found: Option<Revision>,
    },
    /// The version is not kept.
    #[error("there is no version {0} of it")]
    NoVersion(String),
    /// Anything else that the database says.
    #[error("the database failed: {0}")]
    Other(sqlx::Error),
}

impl StoreError {
    /// This error, named for what it is where it says that the file of a database, if it is one, is damaged.
    pub(in crate::catalog) fn of_file(self, file: Option<&Path>) -> Self {
        match (self, file) {
            (Self::Other(sqlx::Error::Database(error)), Some(file)) if is_damage(&*error) => {
                Self::Damaged { file: file.to_owned(), what: error.message().to_owned() }
            }
            (other, _) => other,
        }
    }
}

/// SQLITE_CORRUPT and SQLITE_NOTADB, with their kinds.
fn is_damage(error: &dyn DatabaseError) -> bool {
    code(error).is_some_and(|code| matches!(code, 11 | 26))
}

/// The primary code of an error of SQLite.
pub(super) fn code(error: &dyn DatabaseError) -> Option<u32> {
    error.code()?.parse::<u32>().ok().map(|code| code & 0xFF)
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                match &*code {
                    // SQLITE_FULL; PostgreSQL's disk_full.
                    "13" | "53100" => Self::Full,
                    // SQLITE_IOERR and its kinds where writing fails, such as at the limit on the size of a file.
                    "778" | "1290" | "4874" => Self::Full,
                    // SQLITE_BUSY and its kinds; PostgreSQL's too_many_connections, read_only_sql_transaction (a server
                    // that is no primary any more) and idle_in_transaction_session_timeout.
                    "5" | "261" | "517" | "773" | "53300" | "25006" | "25P03" => {
                        Self::Unavailable(database.message().to_owned())
                    }
                    // What PostgreSQL asks to be tried again: serialization_failure, deadlock_detected,
                    // lock_not_available.
                    "40001" | "40P01" | "55P03" => Self::Unavailable(database.message().to_owned()),
                    // Connection faults, and what an operator or a shutdown ended.
                    code if code.starts_with("08") || code.starts_with("57") => {
                        Self::Unavailable(database.message().to_owned())
                    }
                    _ => Self::Other(error),
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Protocol(_)
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Tls(_) => Self::Unavailable(error.to_string()),
            _ => Self::Other(error),
        }
    }
}
