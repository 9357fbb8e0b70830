//! The rules every entity has to keep, whether it comes from a file or in a request.

use std::hash::{BuildHasher as _, RandomState};

use hashbrown::{HashTable, hash_table::Entry};

use super::{Entity, Issue, IssueCode};
use crate::text::{check_tag, fold};

/// The longest id, in bytes: PostgreSQL takes no longer ones into an index, but for some 600.
pub const MAX_ID_BYTES: usize = 2048;
/// The longest name or type, in bytes.
pub const MAX_NAME_BYTES: usize = 4096;
/// The most aliases of an entity.
pub const MAX_ALIASES: usize = 10_000;
/// The most related entities, context words and attributes of an entity, each.
pub const MAX_LINKS: usize = 1_000;

/// The most bytes of all texts of an entity together.
pub const MAX_ENTITY_BYTES: usize = 1 << 20;

/// Checks entities one after the other and remembers their ids, in 20 to 40 bytes each.
#[derive(Debug, Default)]
pub struct Checker {
    seen: HashTable<Seen>,
    hashers: [RandomState; 2],
    /// Each file that was begun, with how many lines there were before it.
    files: Vec<(String, u64)>,
    /// The greatest line, counted over all files.
    lines: u64,
    folded: Vec<u8>,
    place: Place,
}

/// How a message names where an entity stands.
#[derive(Debug, Clone, Copy, Default)]
enum Place {
    /// By the line of a file.
    #[default]
    Line,
    /// By the item of that list of a request, from 0.
    Item(&'static str),
    /// By the position in a stream, from 1.
    Position,
}

/// An id that was given.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// 96 bits of hashes with random keys stand for the id: of a billion ids, two are taken for one once in 10^11 times.
    id: [u32; 3],
    /// Its line, counted over all files; the last that can be told for any behind it.
    line: u32,
}

impl Checker {
    /// A checker of entities in a list of a request, whose lines are their places in it, from 0.
    pub fn of_list(field: &'static str) -> Self {
        Self { place: Place::Item(field), ..Self::default() }
    }

    /// A checker of entities in a stream, whose lines are their places in it, from 0; messages count them from 1.
    pub fn of_stream() -> Self {
        Self { place: Place::Position, ..Self::default() }
    }

    /// Says that what follows is of that file. Needed only where there are several.
    pub fn begin_file(&mut self, name: &str) {
        self.files.push((name.to_owned(), self.lines));
    }

    /// Where an id that stands at a line was given first, if it was; else remembers it where the entity is `good`.
    fn first(&mut self, id: &str, line: u64, good: bool) -> Option<String> {
        let Self { seen, hashers, files, lines, place, .. } = self;
        let before = files.last().map_or(0, |(_, before)| *before);
        let line = before + line;
        *lines = line.max(*lines);
        let [one, other] = [0, 1].map(|at: usize| hashers[at].hash_one(id));
        let id = [one as u32, (one >> 32) as u32, other as u32];
        let hash = |seen: &Seen| u64::from(seen.id[1]) << 32 | u64::from(seen.id[0]);
        let same = |seen: &Seen| seen.id == id;
        match seen.entry(one, same, hash) {
            Entry::Occupied(first) => {
                let first = u64::from(first.get().line);
                let file = files.iter().rfind(|(_, before)| *before < first).filter(|_| first <= before);
                Some(match (file, place) {
                    (Some((name, start)), _) => format!("{name}:{}", first - start),
                    (None, Place::Line) => format!("line {}", first - before),
                    (None, Place::Item(list)) => format!("{list}[{first}]"),
                    (None, Place::Position) => format!("position {}", first + 1),
                })
            }
            Entry::Vacant(empty) => {
                if good {
                    empty.insert(Seen { id, line: u32::try_from(line).unwrap_or(u32::MAX) });
                }
                None
            }
        }
    }

    /// Appends everything that is wrong with the entity at `line` to `issues`, which may hold what was found wrong with it
    /// before; returns whether nothing is. The id of an entity that has issues may be given again.
    pub fn check(&mut self, entity: &Entity, line: u64, issues: &mut Vec<Issue>) -> bool {
        self.look(entity, line, issues);
        let good = issues.is_empty();
        if good {
            self.first(&entity.id, line, true);
        }
        good
    }

    /// Appends everything that is wrong with the entity.
    fn look(&mut self, entity: &Entity, line: u64, issues: &mut Vec<Issue>) {
        let mut report = |code, field: String, message| issues.push(Issue { line, code, field, message });
        if entity.id.is_empty() {
            report(IssueCode::MissingId, "id".into(), "the entity has no id".into());
        } else if let Some(first) = self.first(&entity.id, line, false) {
            let message = format!("the id {} is given twice, first at {first}", quoted(&entity.id));
            report(IssueCode::DuplicateId, "id".into(), message);
        }
        if entity.id.contains('\0') {
            let message = "the id holds the character U+0000, which databases do not keep";
            report(IssueCode::InvalidId, "id".into(), message.into());
        }
        if entity.id.len() > MAX_ID_BYTES {
            report(IssueCode::TooLong, "id".into(), too_long("id", entity.id.len(), MAX_ID_BYTES));
        }
        if entity.kind.len() > MAX_NAME_BYTES {
            report(IssueCode::TooLong, "type".into(), too_long("type", entity.kind.len(), MAX_NAME_BYTES));
        }
        if entity.aliases.len() > MAX_ALIASES {
            let message = format!("there are more than the {MAX_ALIASES} aliases an entity may have");
            report(IssueCode::TooManyAliases, "aliases".into(), message);
        }
        let bytes = entity.text_bytes();
        if bytes > MAX_ENTITY_BYTES {
            let message = format!(
                "the texts of the entity {} have {bytes} bytes, the limit is {MAX_ENTITY_BYTES}",
                quoted(&entity.id)
            );
            report(IssueCode::EntityTooLarge, String::new(), message);
            // What else is wrong with it may be as large.
            return;
        }
        let lists = [
            ("related", entity.related.len()),
            ("context", entity.context.len()),
            ("attributes", entity.attributes.len()),
        ];
        for (field, _) in lists.into_iter().filter(|&(_, count)| count > MAX_LINKS) {
            let message = format!("there are more than the {MAX_LINKS} items of {field} an entity may have");
            report(IssueCode::TooManyItems, field.into(), message);
        }
        if entity.aliases.len() > MAX_ALIASES || lists.into_iter().any(|(_, count)| count > MAX_LINKS) {
            // Each of them may be wrong, too: millions of issues that say no more.
            return;
        }
        let alias_priors = entity.aliases.iter().enumerate();
        let alias_priors = alias_priors.map(|(index, alias)| (format!("aliases[{index}].prior"), alias.prior));
        for (field, prior) in std::iter::once(("prior".to_owned(), entity.prior)).chain(alias_priors) {
            if let Some(prior) = prior.filter(|prior| !(0.0..=1.0).contains(prior)) {
                report(IssueCode::OutOfRange, field, format!("the prior {prior} is not between 0 and 1"));
            }
        }
        for (index, alias) in entity.aliases.iter().enumerate() {
            if let Err(message) = check_tag(&alias.language_code) {
                report(IssueCode::InvalidLanguage, format!("aliases[{index}].language_code"), message);
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
    }
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
