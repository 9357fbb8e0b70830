//! What is wrong with a gazetteer, as data.

use std::fmt;

/// One fault of a gazetteer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The line, from 1; for entities that come without lines, their place from 0.
    pub line: u64,
    /// The kind of fault.
    pub code: IssueCode,
    /// The field that is wrong, such as `aliases[2].text`; empty for the whole line.
    pub field: String,
    /// A sentence about this fault.
    pub message: String,
}

/// The kinds of faults. Their names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IssueCode {
    /// The line is not what the format asks for.
    Malformed,
    /// The line is not UTF-8.
    NotUtf8,
    /// The line is longer than a line may be.
    LineTooLong,
    /// The entity has no id.
    MissingId,
    /// The id holds what no id may hold.
    InvalidId,
    /// Another entity of the gazetteer has the id.
    DuplicateId,
    /// The entity has no name, or an alias is empty.
    EmptyName,
    /// A name holds no letter, digit or symbol that could be searched for.
    UnsearchableName,
    /// A text is longer than it may be.
    TooLong,
    /// The texts of the entity are together longer than they may be.
    EntityTooLarge,
    /// The entity has more aliases than it may have.
    TooManyAliases,
    /// The entity has more related entities, context words or attributes than it may have.
    TooManyItems,
    /// A number is outside its range.
    OutOfRange,
    /// The language of an alias can be no BCP 47 tag.
    InvalidLanguage,
}

impl IssueCode {
    /// The stable name of the code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotUtf8 => "not-utf8",
            Self::LineTooLong => "line-too-long",
            Self::MissingId => "missing-id",
            Self::InvalidId => "invalid-id",
            Self::DuplicateId => "duplicate-id",
            Self::EmptyName => "empty-name",
            Self::UnsearchableName => "unsearchable-name",
            Self::TooLong => "too-long",
            Self::EntityTooLarge => "entity-too-large",
            Self::TooManyAliases => "too-many-aliases",
            Self::TooManyItems => "too-many-items",
            Self::OutOfRange => "out-of-range",
            Self::InvalidLanguage => "invalid-language",
        }
    }
}

impl fmt::Display for Issue {
    /// `line: code: message`, to which a reader of files adds the file's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.line, self.code.as_str(), self.message)
    }
}
