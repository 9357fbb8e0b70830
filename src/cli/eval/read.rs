//! The files of an evaluation: documents and what is expected in them, matched by id and checked.
//!
//! Everything that is wrong with either file is reported in one run, as `file:line: message`. What is returned is
//! consistent: every document has an expectation, every span lies within its text. Must not know: gazetteers, scores.

use std::{collections::HashMap, fs, ops::Range, path::Path};

use anyhow::Context as _;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    cli::input::{json, language_fault},
    index::begins_segment,
    service::proto::Document,
};

/// A document with what is expected in it.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) document: Document,
    /// The byte at which each character of the text begins, and the length of the text at the end.
    pub(super) bytes: Vec<usize>,
    /// The characters that count.
    pub(super) window: Range<u32>,
    pub(super) mentions: Vec<Wanted>,
}

impl Task {
    /// The part of the text between two characters; the ends may lie outside.
    pub(super) fn slice(&self, from: usize, to: usize) -> &str {
        let last = self.bytes.len() - 1;
        &self.document.text[self.bytes[from.min(last)]..self.bytes[to.min(last)]]
    }
}

/// A mention that is expected, in characters.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wanted {
    pub(super) start: u32,
    pub(super) end: u32,
    /// What stands there; checked where it is given.
    text: Option<String>,
    #[serde(default)]
    pub(super) entity_ids: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Expectation {
    id: String,
    evaluation_span: Option<(u32, u32)>,
    mentions: Vec<Wanted>,
}

/// Reads both files, in the order of the documents.
pub(super) fn tasks(documents: &Path, expected: &Path) -> anyhow::Result<Vec<Task>> {
    let mut wrong = Vec::new();
    let texts: Vec<(usize, Document)> = lines(documents, "documents", &mut wrong)?;
    let mut expectations = HashMap::new();
    for (line, one) in lines::<Expectation>(expected, "expected mentions", &mut wrong)? {
        if let Some((other, _)) = expectations.get(&one.id) {
            wrong.push(at(expected, line, &format!("{:?} was expected in line {other} already", one.id)));
        } else {
            expectations.insert(one.id.clone(), (line, one));
        }
    }
    let mut tasks = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (line, document) in texts {
        wrong.extend(language_fault(&document).map(|message| at(documents, line, &message)));
        if let Some(other) = seen.insert(document.id.clone(), line) {
            wrong.push(at(documents, line, &format!("the id {:?} is that of line {other}", document.id)));
            continue;
        }
        match expectations.remove(&document.id) {
            Some((line, one)) => tasks.push(task(document, one, |message| wrong.push(at(expected, line, &message)))),
            None => {
                let message =
                    format!("nothing is expected for the document {:?} in {}", document.id, expected.display());
                wrong.push(at(documents, line, &message));
            }
        }
    }
    let mut strangers: Vec<_> = expectations.into_values().collect();
    strangers.sort_by_key(|&(line, _)| line);
    for (line, one) in strangers {
        let message = format!("there is no document {:?} in {}", one.id, documents.display());
        wrong.push(at(expected, line, &message));
    }
    if !wrong.is_empty() {
        let count = wrong.len();
        anyhow::bail!("{}\n{count} fault{} in the files", wrong.join("\n"), if count == 1 { "" } else { "s" });
    }
    Ok(tasks)
}

fn at(file: &Path, line: usize, message: &str) -> String {
    format!("{}:{line}: {message}", file.display())
}

/// The lines of a file of `what` that are not blank, each with its number.
fn lines<T: DeserializeOwned>(file: &Path, what: &str, wrong: &mut Vec<String>) -> anyhow::Result<Vec<(usize, T)>> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    if begins_segment(&bytes) {
        anyhow::bail!("{}: this is a segment file, and {what} are asked for; give it to --gazetteer", file.display());
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let mut read = Vec::new();
    for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        match json(line) {
            Ok(one) => read.push((index + 1, one)),
            Err(message) => wrong.push(at(file, index + 1, &message)),
        }
    }
    Ok(read)
}

/// Puts a document and its expectation together. A mention that is wrong is reported and left out.
fn task(document: Document, expectation: Expectation, mut wrong: impl FnMut(String)) -> Task {
    let Expectation { id, evaluation_span, mut mentions } = expectation;
    let bytes: Vec<usize> = document.text.char_indices().map(|(at, _)| at).chain([document.text.len()]).collect();
    let length = bytes.len() - 1;
    let within = |start: u32, end: u32| start <= end && end as usize <= length;
    let window = match evaluation_span {
        None => 0..u32::try_from(length).unwrap_or(u32::MAX),
        Some((start, end)) => {
            if !within(start, end) {
                wrong(format!("evaluationSpan [{start}, {end}] is no part of {id:?}, which has {length} characters"));
            }
            start..end
        }
    };
    let mut task = Task { document, bytes, window, mentions: Vec::new() };
    mentions.retain(|one| {
        let Wanted { start, end, text, entity_ids: _ } = one;
        if start == end || !within(*start, *end) {
            wrong(format!("the mention {start}..{end} is no part of {id:?}, which has {length} characters"));
            return false;
        }
        let found = task.slice(*start as usize, *end as usize);
        if text.as_ref().is_some_and(|text| text != found) {
            let text = text.as_deref().unwrap_or_default();
            wrong(format!("the mention {start}..{end} of {id:?} is said to be {text:?}, but {found:?} stands there"));
            return false;
        }
        true
    });
    task.mentions = mentions;
    task
}
