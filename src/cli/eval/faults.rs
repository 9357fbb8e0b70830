//! What is wrong, for people who want to know why: a JSON line for each missed mention, wrong link and extra mention.

use std::io::{self, Write};

use serde::Serialize;

use super::{
    Known,
    read::Task,
    score::{Judged, Verdict},
};
use crate::{
    cli::names,
    service::proto::{Candidate, ExtractResponse, Mention},
};

/// The characters of context on each side.
const CONTEXT: usize = 30;

#[derive(Debug, Serialize)]
struct Fault<'a> {
    document: &'a str,
    kind: &'static str,
    start: u32,
    end: u32,
    left: &'a str,
    text: &'a str,
    right: &'a str,
    expected: Vec<Name<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<Name<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    forms: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    candidates: Vec<Scored<'a>>,
    /// Of a missed mention, the answers that overlap it; of an extra one, what was expected there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    overlaps: Vec<Overlap<'a>>,
}

#[derive(Debug, Serialize)]
struct Name<'a> {
    id: &'a str,
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct Scored<'a> {
    id: &'a str,
    name: &'a str,
    score: f64,
}

#[derive(Debug, Serialize)]
struct Overlap<'a> {
    start: u32,
    end: u32,
    text: &'a str,
    ids: Vec<&'a str>,
}

/// Writes what is wrong with the answers for one document, in order of the text. `answers` are the mentions that were
/// judged, `all` the whole response.
pub(super) fn write(
    out: &mut impl Write,
    task: &Task,
    judged: &Judged<'_>,
    answers: &[&Mention],
    all: &ExtractResponse,
    known: &Known<'_>,
) -> io::Result<()> {
    let mut faults = Vec::new();
    for &span in &judged.missed {
        let mut fault = fault(task, "missed", span, judged, known);
        // A mention that links to nothing is no answer, but says what was thought of.
        let unlinked = all.mentions.iter().filter(|one| one.entity.is_none() && !in_title(one));
        if let Some(mention) = unlinked.into_iter().find(|one| place(one) == span) {
            fault = describe(fault, mention);
        }
        let near = answers.iter().filter(|one| overlap(place(one), span));
        fault.overlaps = near
            .map(|one| Overlap {
                start: place(one).0,
                end: place(one).1,
                text: &one.text,
                ids: one.entity.iter().map(|entity| entity.id.as_str()).collect(),
            })
            .collect();
        faults.push(fault);
    }
    for (&mention, verdict) in answers.iter().zip(&judged.verdicts) {
        let span = place(mention);
        match verdict {
            Verdict::Right | Verdict::Open => {}
            Verdict::WrongLink => {
                faults.push(describe(fault(task, "wrong-link", span, judged, known), mention));
            }
            Verdict::Extra => {
                let mut fault = describe(fault(task, "extra", span, judged, known), mention);
                let near = judged.expected.iter().filter(|(other, _)| overlap(**other, span));
                fault.overlaps = near
                    .map(|(&(start, end), ids)| Overlap {
                        start,
                        end,
                        text: task.slice(start as usize, end as usize),
                        ids: ids.iter().copied().collect(),
                    })
                    .collect();
                faults.push(fault);
            }
        }
    }
    faults.sort_by_key(|fault| (fault.start, fault.end));
    for fault in faults {
        serde_json::to_writer(&mut *out, &fault)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The span of a mention; both ends are always set.
pub(super) fn place(mention: &Mention) -> (u32, u32) {
    (mention.start.unwrap_or_default(), mention.end.unwrap_or_default())
}

/// Whether a mention stands in the title.
pub(super) fn in_title(mention: &Mention) -> bool {
    mention.field == i32::from(crate::service::proto::Field::Title)
}

fn overlap(one: (u32, u32), other: (u32, u32)) -> bool {
    one.0 < other.1 && other.0 < one.1
}

fn fault<'a>(
    task: &'a Task,
    kind: &'static str,
    (start, end): (u32, u32),
    judged: &Judged<'a>,
    known: &Known<'a>,
) -> Fault<'a> {
    let (from, to) = (start as usize, end as usize);
    let ids = judged.expected.get(&(start, end)).into_iter().flatten();
    Fault {
        document: &task.document.id,
        kind,
        start,
        end,
        left: task.slice(from.saturating_sub(CONTEXT), from),
        text: task.slice(from, to),
        right: task.slice(to, to + CONTEXT),
        expected: ids.map(|&id| Name { id, name: known.get(id).map_or("", |&(name, _)| name) }).collect(),
        given: None,
        forms: Vec::new(),
        rule: None,
        score: None,
        candidates: Vec::new(),
        overlaps: Vec::new(),
    }
}

/// The fault with what the mention says about itself.
fn describe<'a>(fault: Fault<'a>, mention: &'a Mention) -> Fault<'a> {
    let scored = |one: &'a Candidate| {
        let entity = one.entity.as_ref()?;
        Some(Scored { id: &entity.id, name: &entity.name, score: one.score })
    };
    Fault {
        given: mention.entity.as_ref().map(|entity| Name { id: &entity.id, name: &entity.name }),
        forms: mention.forms.iter().map(|&form| names::form(form)).collect(),
        rule: names::rule(mention.rule),
        score: Some(mention.score),
        candidates: mention.candidates.iter().filter_map(scored).collect(),
        ..fault
    }
}
