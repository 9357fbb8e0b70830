//! Gazetteers as given: entities, their names, what is wrong with them, and the file formats they come in.
//!
//! [`read_each`] turns a file of any [`Format`] into [`Entry`]s and [`Issue`]s; [`Checker`] finds what is wrong across
//! entries. Nothing stops at the first fault: all issues of a file are reported in one run.
//!
//! Must not know: how names are searched, the catalog, the command line, files (readers take `impl BufRead`).

mod check;
pub mod derive;
mod entity;
mod issue;
mod json;
mod list;
mod read;
mod rule;
mod table;

pub use check::{Checker, MAX_ALIASES, MAX_ENTITY_BYTES, MAX_ID_BYTES, MAX_LINKS, MAX_NAME_BYTES};
pub use entity::{Alias, AliasKind, CaseRule, Entity};
pub use issue::{Issue, IssueCode};
pub use json::{begins_object, parse as parse_json, sentence as json_fault, write as write_json};
pub use read::{Entry, Format, Read, read, read_each};
pub use rule::{Rule, Rules};
