//! What may go wrong with a request.

use std::time::Duration;

use thiserror::Error;

use super::{access::Role, proto::ErrorReason};
use crate::catalog::{CatalogError, StoreError};

/// The longest description, in bytes.
const MAX_DESCRIPTION: usize = 300;

/// A field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The path of the field in the request, such as `inline_entities[2].aliases[0].text`.
    pub field: String,
    /// What is wrong with it, in a sentence without a period.
    pub description: String,
    /// The stable reason.
    pub reason: ErrorReason,
}

impl Violation {
    /// A field with a value that it may not have.
    pub fn invalid(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self::new(field, description, ErrorReason::InvalidRequest)
    }

    /// A field that is wrong for that reason. A long description, which may quote the request, is cut.
    pub fn new(field: impl Into<String>, description: impl Into<String>, reason: ErrorReason) -> Self {
        let mut description = description.into();
        if description.len() > MAX_DESCRIPTION {
            description.truncate(description.floor_char_boundary(MAX_DESCRIPTION));
            description.push('…');
        }
        Self { field: field.into(), description, reason }
    }

    /// A field that is larger than the limit of that name.
    pub(super) fn limit(
        field: impl Into<String>,
        what: &str,
        size: usize,
        limit: &str,
        value: usize,
        reason: ErrorReason,
    ) -> Self {
        let description = format!("{what}: {size}; the limit {limit} is {value}");
        Self::new(field, description, reason)
    }
}

/// Why a request, or a document of one, is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// Fields are wrong; at least one, and every one found.
    #[error("{}", sentence(.0))]
    Invalid(Vec<Violation>),
    /// More fields are wrong than a status lists.
    #[error("{}", sentence(.first))]
    ManyInvalid {
        /// As many of them as are listed.
        first: Vec<Violation>,
        /// How many there are in all.
        total: u64,
    },
    /// The server has more to do than it may take on.
    #[error("the server is busy up to the limit {setting}, which is {limit}; try again later")]
    Overloaded {
        /// The setting with the limit.
        setting: &'static str,
        /// The limit.
        limit: usize,
        /// When to try again.
        retry: Duration,
    },
    /// The caller asked for more than its quota.
    #[error("the quota of {limit} {what} a second is used up; try again later")]
    QuotaExceeded {
        /// Of what it is.
        what: &'static str,
        /// The quota.
        limit: u64,
        /// When to try again.
        retry: Duration,
    },
    /// The caller did not show who it is, or nothing that is good here. Never says what was wrong.
    #[error("this server asks for valid credentials")]
    Unauthenticated,
    /// The caller began a request and did not go on with it.
    #[error("the request did not come within the limit {setting}")]
    TooSlow {
        /// The setting with the limit.
        setting: &'static str,
    },
    /// A message is larger than the limit.
    #[error("the message is larger than the limit limits.message_bytes, which is {limit}")]
    MessageTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The message is no protobuf of its type.
    #[error("the message cannot be decoded as protobuf")]
    Undecodable,
    /// The request is right, and what it asks for cannot be done; the reason says which code that has.
    #[error("{message}")]
    Refused {
        /// The stable reason.
        reason: ErrorReason,
        /// What is the matter, in a sentence without a period.
        message: String,
    },
    /// The caller may not do that.
    #[error("this asks for the role {role}")]
    PermissionDenied {
        /// The role that may.
        role: Role,
    },
    /// The gazetteers are not loaded yet, or the server is about to end.
    #[error("the server is starting or shutting down")]
    NotServing,
    /// The caller gave up.
    #[error("the request was cancelled")]
    Cancelled,
    /// The deadline passed.
    #[error("the deadline passed before the answer was ready")]
    DeadlineExceeded,
    /// A fault of the server. What happened is in its log.
    #[error("internal error; the log of the server has it under the request id")]
    Internal,
}

fn sentence(violations: &[Violation]) -> String {
    let list: Vec<_> = violations.iter().map(|one| format!("{}: {}", one.field, one.description)).collect();
    list.join("; ")
}

impl Error {
    /// A request that cannot be done for that reason.
    pub(super) fn refused(reason: ErrorReason, message: impl Into<String>) -> Self {
        Self::Refused { reason, message: message.into() }
    }

    /// A gazetteer that does not exist, or not for the one who asks.
    pub(super) fn no_gazetteer(name: &str) -> Self {
        CatalogError::NotFound(name.to_owned()).into()
    }

    /// A version that a gazetteer never had, or that is not kept.
    pub(super) fn no_version(gazetteer: &str, version: &str) -> Self {
        let message = format!("there is no version {version:?} of the gazetteer {gazetteer:?}");
        Self::refused(ErrorReason::VersionNotFound, message)
    }

    /// Whether it tells of such a version.
    pub(super) fn is_no_version(&self) -> bool {
        matches!(self, Self::Refused { reason: ErrorReason::VersionNotFound, .. })
    }

    /// Fails with every violation found, if there is one.
    pub(super) fn check(violations: Vec<Violation>) -> Result<(), Self> {
        if violations.is_empty() { Ok(()) } else { Err(Self::Invalid(violations)) }
    }
}

impl From<CatalogError> for Error {
    fn from(error: CatalogError) -> Self {
        let reason = match &error {
            CatalogError::NotFound(_) | CatalogError::Store(StoreError::NoGazetteer) => ErrorReason::GazetteerNotFound,
            CatalogError::ReadOnly(_) | CatalogError::NoDatabase => ErrorReason::ReadOnly,
            CatalogError::NotReached { .. } => ErrorReason::VersionNotReached,
            CatalogError::Store(store) => match store {
                StoreError::Exists => ErrorReason::GazetteerExists,
                StoreError::OtherVersion { .. } | StoreError::OtherEntity { .. } => ErrorReason::VersionMismatch,
                StoreError::NoVersion(_) => ErrorReason::VersionNotFound,
                StoreError::Full => ErrorReason::DiskFull,
                StoreError::TooMany { limit, scope } => {
                    let setting = if *scope { "limits.gazetteers_per_scope" } else { "limits.gazetteers" };
                    let message =
                        format!("there are as many gazetteers as the limit {setting} allows, which is {limit}");
                    return Self::refused(ErrorReason::TooManyGazetteers, message);
                }
                StoreError::Unavailable(said) => {
                    // What a database says may name hosts and users.
                    tracing::error!(%said, "the database does not answer");
                    let message = "the database does not answer; whether a change was kept is not known";
                    return Self::refused(ErrorReason::DatabaseUnavailable, message);
                }
                _ => return Self::internal(&error),
            },
            CatalogError::File(file) if file.kind() == std::io::ErrorKind::StorageFull => {
                let message = "the disk for what comes in is full; nothing was changed";
                return Self::refused(ErrorReason::DiskFull, message);
            }
            CatalogError::Compile(_) | CatalogError::File(_) => return Self::internal(&error),
        };
        Self::refused(reason, error.to_string())
    }
}

impl Error {
    fn internal(error: &CatalogError) -> Self {
        tracing::error!(%error, "the catalog failed");
        Self::Internal
    }
}
