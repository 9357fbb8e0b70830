//! What the database has, as the protocol has it; and what the protocol asks, as the database does.

use pbjson_types::Timestamp;

use crate::{
    catalog::{Check, Gazetteer, Given, Kind, Revision, Row, Stored, Version},
    gazetteer::Issue,
    service::{
        Error, Violation,
        proto::{self, EntityCheck, EntityIssue, StoredEntity, VersionInfo, VersionKind},
    },
};

/// The longest description, in bytes.
const MAX_DESCRIPTION: usize = 4096;
/// The longest name of a gazetteer.
const MAX_NAME: usize = 63;

/// A gazetteer that is served.
pub(super) fn served(gazetteer: &Gazetteer) -> proto::Gazetteer {
    gazetteer.kept().map_or_else(
        || proto::Gazetteer {
            name: gazetteer.name().to_owned(),
            version: gazetteer.version().to_owned(),
            entity_count: gazetteer.entity_count() as u64,
            read_only: true,
            ..Default::default()
        },
        stored,
    )
}

/// A gazetteer of the database.
pub(super) fn stored(stored: &Stored) -> proto::Gazetteer {
    proto::Gazetteer {
        name: stored.name.clone(),
        description: stored.description.clone(),
        version: stored.head.revision.to_string(),
        entity_count: stored.head.entities.max(0) as u64,
        create_time: Some(time(stored.created)),
        update_time: Some(time(stored.head.created)),
        read_only: false,
    }
}

pub(super) fn version(version: &Version) -> VersionInfo {
    VersionInfo {
        version: version.revision.to_string(),
        kind: kind(version.kind).into(),
        create_time: Some(time(version.created)),
        entity_count: version.entities.max(0) as u64,
        rolled_back_to: version.source.map_or_else(String::new, |source| source.to_string()),
    }
}

pub(super) fn kind(kind: Kind) -> VersionKind {
    match kind {
        Kind::Create => VersionKind::Create,
        Kind::Edit => VersionKind::Edit,
        Kind::Import => VersionKind::Import,
        Kind::Rollback => VersionKind::Rollback,
        Kind::Delete => VersionKind::Delete,
    }
}

/// An entity of the database.
pub(super) fn stored_entity(Row { id, since, content }: &Row) -> Result<StoredEntity, Error> {
    Ok(StoredEntity { entity: Some(entity(id, content)?), version: since.to_string() })
}

/// An entity of a file in that version.
pub(super) fn given_entity(Given { id, content }: &Given, version: &str) -> Result<StoredEntity, Error> {
    Ok(StoredEntity { entity: Some(entity(id, content)?), version: version.to_owned() })
}

/// An entity of the catalog, which has it in the JSON of the protocol.
fn entity(id: &str, content: &str) -> Result<proto::Entity, Error> {
    serde_json::from_str(content).map_err(|error| {
        tracing::error!(id, %error, "an entity of the catalog cannot be read");
        Error::Internal
    })
}

pub(super) fn issue(issue: &Issue) -> EntityIssue {
    let Issue { line, code, field, message } = issue;
    EntityIssue { position: line + 1, code: code.as_str().into(), field: field.clone(), message: message.clone() }
}

/// Whether a gazetteer of the database may have that name.
pub(super) fn is_name(name: &str) -> bool {
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.starts_with(letters) && name.len() <= MAX_NAME && name.chars().all(|c| letters(c) || "-_.".contains(c))
}

/// The name of a gazetteer that is to be made, which that field has.
pub(super) fn new_name(field: &str, name: &str, wrong: &mut Vec<Violation>) {
    if !is_name(name) {
        let message = format!(
            "1 to {MAX_NAME} of a to z, 0 to 9, '-', '_' and '.' are asked for, beginning with a letter or digit"
        );
        wrong.push(Violation::invalid(field, message));
    } else if name == Gazetteer::INLINE {
        wrong.push(Violation::invalid(field, "that name means the entities of a request"));
    }
}

pub(super) fn description(text: &str, wrong: &mut Vec<Violation>) {
    if text.len() > MAX_DESCRIPTION {
        let message = format!("it has {} bytes, the limit is {MAX_DESCRIPTION}", text.len());
        wrong.push(Violation::invalid("description", message));
    } else if text.contains('\0') {
        wrong.push(Violation::invalid("description", "it holds the character U+0000"));
    }
}

/// A field that must not be empty.
pub(super) fn required(field: &str, value: &str, wrong: &mut Vec<Violation>) {
    if value.is_empty() {
        wrong.push(Violation::invalid(field, "it is required"));
    }
}

/// The number of a version of the database, as it is told: without a sign, and without zeros before it.
pub(super) fn number(version: &str) -> Option<Revision> {
    version.parse().ok().filter(|number: &Revision| *number >= 0 && number.to_string() == version)
}

/// A version of the database that is named in a request; nothing where none is.
pub(super) fn revision(field: &str, version: &str, wrong: &mut Vec<Violation>) -> Option<Revision> {
    let number = number(version);
    if number.is_none() && !version.is_empty() {
        wrong.push(Violation::invalid(field, format!("{version:?} is not a version")));
    }
    number
}

/// The checks of an edit.
pub(super) fn checks(checks: &[EntityCheck], limit: usize, wrong: &mut Vec<Violation>) -> Vec<Check> {
    if checks.len() > limit {
        let message = format!("{} checks; the limit limits.edit_entities is {limit}", checks.len());
        wrong.push(Violation::invalid("checks", message));
        return Vec::new();
    }
    let mut read = Vec::with_capacity(checks.len());
    for (index, EntityCheck { id, version }) in checks.iter().enumerate() {
        let version = revision(&format!("checks[{index}].version"), version, wrong);
        read.push(Check { id: id.clone(), version });
        required(&format!("checks[{index}].id"), id, wrong);
        no_nul(&format!("checks[{index}].id"), id, wrong);
    }
    read
}

/// No database keeps U+0000 in an id.
pub(super) fn no_nul(field: &str, id: &str, wrong: &mut Vec<Violation>) {
    if id.contains('\0') {
        wrong.push(Violation::invalid(field, "it holds the character U+0000"));
    }
}

fn time(milliseconds: i64) -> Timestamp {
    let nanos = (milliseconds.rem_euclid(1000) * 1_000_000) as i32;
    Timestamp { seconds: milliseconds.div_euclid(1000), nanos }
}
