//! The result of an evaluation as a table of at most 80 columns, or as JSON.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde_json::{Value, json};

use super::score::{Measures, Scores, Tally};
use crate::cli::clean;

/// The width of the first column.
const NAME: usize = 19;

/// Prints the tables and a line about what is wrong.
pub(super) fn text(out: &mut impl Write, scores: &Scores) -> io::Result<()> {
    let Scores { documents, total, types, forms, rules, missed, wrong_links, extra } = scores;
    writeln!(out, "{:37}------ spans ------  ------ links ------", "")?;
    heading(out, &format!("{documents} document{}", if *documents == 1 { "" } else { "s" }))?;
    row(out, "total", total, true)?;
    // A type is of interest where something is expected, a form where something is given.
    group(out, "type", types, |tally| (tally.expected, tally.given), true)?;
    group(out, "form", forms, |tally| (tally.given, 0), false)?;
    group(out, "name from", rules, |tally| (tally.given, 0), false)?;
    writeln!(out)?;
    writeln!(out, "R of a form, and of where the name is from, is its share of the recall.")?;
    writeln!(out, "errors: {missed} missed, {wrong_links} wrong-link, {extra} extra")
}

fn heading(out: &mut impl Write, name: &str) -> io::Result<()> {
    writeln!(
        out,
        "{:NAME$} {:>8} {:>6}  {:>7} {:>5} {:>5}  {:>7} {:>5} {:>5}",
        name, "expected", "given", "P", "R", "F1", "P", "R", "F1"
    )
}

fn row(out: &mut impl Write, name: &str, tally: &Tally, whole: bool) -> io::Result<()> {
    let name: String = match clean(name).replace(['\n', '\t'], " ") {
        name if name.is_empty() => "(none)".into(),
        name if name.chars().count() > NAME => name.chars().take(NAME - 1).chain(['…']).collect(),
        name => name,
    };
    let cell = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    let cells = |Measures { precision, recall, f1 }: Measures| {
        let f1 = if whole { f1 } else { None };
        format!("  {:>7} {:>5} {:>5}", cell(precision), cell(recall), cell(f1))
    };
    let expected = if whole { tally.expected.to_string() } else { "-".into() };
    let (spans, links) = (cells(tally.spans()), cells(tally.links()));
    writeln!(out, "{name:NAME$} {expected:>8} {:>6}{spans}{links}", tally.given)
}

fn group<K: Ord>(
    out: &mut impl Write,
    name: &str,
    tallies: &BTreeMap<String, Tally>,
    size: impl Fn(&Tally) -> K,
    whole: bool,
) -> io::Result<()> {
    let mut rows: Vec<_> = tallies.iter().collect();
    // Stable: names decide between equals.
    rows.sort_by_key(|(_, tally)| std::cmp::Reverse(size(tally)));
    writeln!(out)?;
    heading(out, name)?;
    rows.into_iter().try_for_each(|(name, tally)| row(out, name, tally, whole))
}

/// The result as one JSON object.
pub(super) fn json(scores: &Scores) -> Value {
    let Scores { documents, total, types, forms, rules, missed, wrong_links, extra } = scores;
    let all = |tallies: &BTreeMap<String, Tally>| -> Value {
        tallies.iter().map(|(name, tally)| (name.clone(), counts(tally))).collect::<serde_json::Map<_, _>>().into()
    };
    json!({
        "documents": documents,
        "total": counts(total),
        "types": all(types),
        "forms": all(forms),
        "rules": all(rules),
        "errors": {"missed": missed, "wrong-link": wrong_links, "extra": extra},
    })
}

fn counts(tally: &Tally) -> Value {
    let part = |found: usize, right: usize, Measures { precision, recall, f1 }: Measures| json!({"found": found, "right": right, "precision": precision, "recall": recall, "f1": f1});
    let Tally { expected, found, given, right } = tally;
    json!({
        "expected": expected,
        "given": given,
        "spans": part(found.spans, right.spans, tally.spans()),
        "links": part(found.links, right.links, tally.links()),
    })
}
