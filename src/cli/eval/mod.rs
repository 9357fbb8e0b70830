//! `onomast eval`: what is found, compared with what is expected.
//!
//! [`read`] reads and checks the files, [`score`] judges and counts, [`report`] prints, [`faults`] lists what is wrong.
//! Spans are in code points throughout.

mod faults;
mod read;
mod report;
mod score;

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufWriter, Write as _, stdout},
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::ExitCode,
};

use anyhow::Context as _;

use self::score::{Expected, Given, Scores};
use super::{
    args::{Eval, EvalFormat},
    names, say,
    search::Extractor,
};
use crate::{extract::Input, index::EntityId, service::proto::Document, text::OffsetEncoding};

/// Name and type of every entity that can be given, by id.
type Known<'a> = HashMap<&'a str, (&'a str, &'a str)>;

/// Extracts from every document, compares, and prints what came of it.
pub(super) fn run(arguments: Eval) -> anyhow::Result<ExitCode> {
    let Eval { documents, expected, search, default_gazetteer, errors, format } = arguments;
    // A hard link is the same file as well.
    let same = |one: &Path| one.metadata().ok().map(|data| (data.dev(), data.ino()));
    if let Some(file) = &errors
        && let Some(place) = same(file)
        && let mut read = search.gazetteer.iter().chain([&documents, &expected])
        && read.any(|one| same(one) == Some(place))
    {
        anyhow::bail!("--errors {}: the file is read, and would be lost", file.display());
    }
    let tasks = read::tasks(&documents, &expected)?;
    let mut extractor = Extractor::new(search, default_gazetteer, OffsetEncoding::CodePoints, false)?;
    let held = held(&extractor);
    let known: Known<'_> = held.iter().map(|(id, name, kind)| (id.as_str(), (name.as_str(), kind.as_str()))).collect();
    let mut list = match &errors {
        None => None,
        Some(file) => {
            let created = File::create(file).with_context(|| format!("cannot write {}", file.display()))?;
            Some((BufWriter::new(created), file))
        }
    };
    // Also where it is a pipe whose reader went away: that is not our output.
    let unwritten = |error: io::Error, file: &Path| anyhow::anyhow!("cannot write {}: {error}", file.display());
    let mut scores = Scores::default();
    for task in &tasks {
        let Document { title, text, language_code: language, .. } = &task.document;
        let input = Input { title, text, language };
        extractor.run(input);
        let response = extractor.response(&task.document.id, input);
        let answers: Vec<_> =
            response.mentions.iter().filter(|one| one.entity.is_some() && !faults::in_title(one)).collect();
        let given: Vec<_> = answers
            .iter()
            .filter_map(|mention| {
                let entity = mention.entity.as_ref()?;
                let (start, end) = faults::place(mention);
                Some(Given {
                    span: start..end,
                    id: &entity.id,
                    kind: &entity.r#type,
                    forms: mention.forms.iter().map(|&form| names::form(form)).collect::<Vec<_>>().join("+"),
                    rule: names::rule(mention.rule).unwrap_or_else(|| "gazetteer".into()),
                })
            })
            .collect();
        let wanted: Vec<_> = task
            .mentions
            .iter()
            .map(|one| Expected {
                span: one.start..one.end,
                ids: one.entity_ids.iter().map(String::as_str).filter(|id| known.contains_key(id)).collect(),
            })
            .collect();
        let judged = score::judge(&task.window, &wanted, &given);
        scores.add(&judged, &given, |id| known.get(id).map_or("", |&(_, kind)| kind).to_owned());
        if let Some((out, file)) = &mut list {
            let written = faults::write(out, task, &judged, &answers, &response, &known);
            written.map_err(|error| unwritten(error, file))?;
        }
    }
    if let Some((mut out, file)) = list {
        out.flush().map_err(|error| unwritten(error, file))?;
    }
    let mut out = stdout().lock();
    match format {
        EvalFormat::Text => report::text(&mut out, &scores)?,
        EvalFormat::Json => writeln!(out, "{:#}", report::json(&scores))?,
    }
    if scores.total.expected == 0 {
        say("nothing that is expected is an entity of the gazetteers: there is nothing to measure");
    }
    Ok(ExitCode::SUCCESS)
}

/// Id, name and type of every entity that is searched and wanted; where gazetteers share an id, the first counts.
fn held(extractor: &Extractor) -> Vec<(String, String, String)> {
    let mut held = Vec::new();
    for source in extractor.sources().iter().rev() {
        for (number, entity) in (0..).zip(source.segment.entities()) {
            let kind = &source.segment.types()[entity.kind.0 as usize];
            if extractor.wants(kind) {
                held.push((source.segment.id_of(EntityId(number)), entity.name.to_string(), kind.to_string()));
            }
        }
    }
    held
}
