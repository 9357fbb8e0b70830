//! The rules every entity has to keep, whether it comes from a file or in a request.

use hashbrown::HashMap;

use super::{Entity, Issue, IssueCode};
use crate::text::fold;

/// The longest id, in bytes.
pub const MAX_ID_BYTES: usize = 4096;
/// The longest name or type, in bytes.
pub const MAX_NAME_BYTES: usize = 4096;
/// The most aliases of an entity.
pub const MAX_ALIASES: usize = 10_000;
/// The most related entities, context words and attributes of an entity, each.
pub const MAX_LINKS: usize = 1_000;

/// The most bytes of all texts of an entity together.
pub const MAX_ENTITY_BYTES: usize = 1 << 20;

/// Checks entities one after the other and remembers their ids.
#[derive(Debug, Default)]
pub struct Checker {
    /// Each id with where it was given: in which file, and there at which line.
    ids: HashMap<Box<str>, (u32, u64)>,
    files: Vec<String>,
    folded: Vec<u8>,
}

impl Checker {
    /// Says that what follows is of that file. Needed only where there are several.
    pub fn begin_file(&mut self, name: &str) {
        self.files.push(name.to_owned());
    }

    /// Appends everything that is wrong with the entity at `line` to `issues`; returns whether nothing is.
    pub fn check(&mut self, entity: &Entity, line: u64, issues: &mut Vec<Issue>) -> bool {
        let before = issues.len();
        let mut report = |code, field: String, message| issues.push(Issue { line, code, field, message });
        if entity.id.is_empty() {
            report(IssueCode::MissingId, "id".into(), "the entity has no id".into());
        } else if let Some((file, first)) = self.ids.get(entity.id.as_str()) {
            let elsewhere = *file as usize != self.files.len();
            let file = self.files.get((*file as usize).wrapping_sub(1)).filter(|_| elsewhere);
            let file = file.map_or(String::new(), |file| format!("{file}:"));
            let message = format!("the id {} is given twice, first at {file}{first}", quoted(&entity.id));
            report(IssueCode::DuplicateId, "id".into(), message);
        } else {
            self.ids.insert(entity.id.as_str().into(), (self.files.len() as u32, line));
        }
        if entity.id.len() > MAX_ID_BYTES {
            report(IssueCode::TooLong, "id".into(), too_long("id", entity.id.len(), MAX_ID_BYTES));
        }
        if entity.kind.len() > MAX_NAME_BYTES {
            report(IssueCode::TooLong, "type".into(), too_long("type", entity.kind.len(), MAX_NAME_BYTES));
        }
        if entity.aliases.len() > MAX_ALIASES {
            let message =
                format!("{} aliases are more than the {MAX_ALIASES} an entity may have", entity.aliases.len());
            report(IssueCode::TooManyAliases, "aliases".into(), message);
        }
        let bytes = texts(entity);
        if bytes > MAX_ENTITY_BYTES {
            let message = format!(
                "the texts of the entity {} have {bytes} bytes, the limit is {MAX_ENTITY_BYTES}",
                quoted(&entity.id)
            );
            report(IssueCode::EntityTooLarge, String::new(), message);
            // What else is wrong with it may be as large.
            return false;
        }
        let lists = [
            ("related", entity.related.len()),
            ("context", entity.context.len()),
            ("attributes", entity.attributes.len()),
        ];
        for (field, count) in lists.into_iter().filter(|&(_, count)| count > MAX_LINKS) {
            let message = format!("{count} items of {field} are more than the {MAX_LINKS} an entity may have");
            report(IssueCode::TooManyItems, field.into(), message);
        }
        let alias_priors = entity.aliases.iter().enumerate();
        let alias_priors = alias_priors.map(|(index, alias)| (format!("aliases[{index}].prior"), alias.prior));
        for (field, prior) in std::iter::once(("prior".to_owned(), entity.prior)).chain(alias_priors) {
            if let Some(prior) = prior.filter(|prior| !(0.0..=1.0).contains(prior)) {
                report(IssueCode::OutOfRange, field, format!("the prior {prior} is not between 0 and 1"));
            }
        }
        let aliases = entity.aliases.iter().enumerate();
        let aliases = aliases.map(|(index, alias)| (format!("aliases[{index}].text"), "alias", &alias.text));
        for (field, what, name) in std::iter::once(("name".to_owned(), "name", &entity.name)).chain(aliases) {
            if name.trim().is_empty() {
                report(IssueCode::EmptyName, field, format!("the {what} is empty"));
            } else if name.len() > MAX_NAME_BYTES {
                report(IssueCode::TooLong, field, too_long(what, name.len(), MAX_NAME_BYTES));
            } else {
                self.folded.clear();
                fold(name, &mut self.folded);
                if self.folded.iter().all(|byte| matches!(byte, b'+' | b'#' | b'_')) || !searchable(name) {
                    let message = format!("the {what} {} holds no letter or digit to search for", quoted(name));
                    report(IssueCode::UnsearchableName, field, message);
                }
            }
        }
        issues.len() == before
    }
}

/// How many bytes all texts of an entity have together.
fn texts(entity: &Entity) -> usize {
    let Entity { id, name, kind, aliases, case: _, prior: _, attributes, related, context } = entity;
    let aliases = aliases.iter().map(|alias| alias.text.len() + alias.language_code.len());
    let attributes = attributes.iter().map(|(key, value)| key.len() + value.len());
    let lists = related.iter().chain(context).map(String::len);
    id.len() + name.len() + kind.len() + aliases.chain(attributes).chain(lists).sum::<usize>()
}

fn searchable(name: &str) -> bool {
    let mut words = crate::text::Words::default();
    words.read(name) > 0
}

fn too_long(what: &str, length: usize, limit: usize) -> String {
    format!("the {what} has {length} bytes, the limit is {limit}")
}

/// A text in quotes, on one line, cut to a length fit for a message.
pub(super) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("{short:?}")
}
