//! `onomast explain`: why was this found, or why was it not?
//!
//! A line for each place, as `document: field start..end "text": entity: reason`, and the mention that stands there.

use std::{
    io::{BufWriter, Write, stdout},
    process::ExitCode,
};

use super::{
    args::{Explain, ExplainFormat},
    clean, input, names, say,
    search::Extractor,
};
use crate::{
    extract::{Input, Subject},
    service::proto::{Document, Field, MatchFinding, MatchReason},
};

/// Asks every document of every input. A bad document is reported and does not stop the others.
pub(super) fn run(arguments: Explain) -> anyhow::Result<ExitCode> {
    let Explain { inputs, name, entity, search, no_default_gazetteer, format, offsets } = arguments;
    let mut extractor = Extractor::new(search, !no_default_gazetteer, offsets.into(), true)?;
    let subject = match (&name, &entity) {
        (Some(name), _) if name.trim().is_empty() => anyhow::bail!("--name is empty"),
        (Some(name), _) => Subject::Name(name),
        (None, Some(id)) => Subject::Entity(id),
        (None, None) => anyhow::bail!("give --name or --entity"),
    };
    let mut out = BufWriter::new(stdout().lock());
    let good = input::each(&inputs, &mut out, |out, called, document| {
        let Document { id: _, title, text, language_code: language, attributes: _ } = &document;
        let response = extractor.ask(Input { title, text, language }, subject);
        match format {
            ExplainFormat::Text => {
                let mut last = None;
                for finding in &response.findings {
                    // Several entities may ask about one mention; it is explained once.
                    let again = finding.mention.is_some() && last == finding.mention.as_ref();
                    print(out, called, finding, again)?;
                    last = finding.mention.as_ref();
                }
                for cut in &response.truncations {
                    say(&format!("{called}: cut at the limit {} of {}", cut.limit, cut.value));
                }
            }
            ExplainFormat::Jsonl => {
                serde_json::to_writer(&mut *out, &response)?;
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(out: &mut impl Write, document: &str, finding: &MatchFinding, again: bool) -> anyhow::Result<()> {
    let mut line = format!("{document}: ");
    if let (Some(start), Some(end)) = (finding.start, finding.end) {
        let field = if finding.field() == Field::Title { "title " } else { "" };
        line.push_str(&format!("{field}{start}..{end} {:?}: ", finding.text));
    }
    match &finding.entity {
        Some(entity) => line.push_str(&format!("{} ({}): ", entity.name, entity.id)),
        None => line.push_str(&format!("{:?}: ", finding.name)),
    }
    line.push_str(&format!("{}: {}", names::reason(finding.reason()), finding.detail));
    writeln!(out, "{}", clean(&line))?;
    let Some(mention) = finding.mention.as_ref().filter(|_| !again) else { return Ok(()) };
    let name = mention.entity.as_ref().map_or("nothing", |entity| &entity.name);
    if finding.reason() != MatchReason::Linked {
        writeln!(out, "    here stands {:?}, which links to {}", mention.text, clean(name))?;
    }
    let Some(explanation) = &mention.explanation else { return Ok(()) };
    for candidate in &explanation.candidates {
        let entity = candidate.entity.as_ref().map_or("", |entity| &entity.name);
        writeln!(out, "    {:<6} {} as {:?}", candidate.score, clean(entity), candidate.name)?;
        for part in &candidate.parts {
            let rule = names::rule(part.rule).unwrap_or_default();
            writeln!(out, "      x {:<8.4} {rule}: {}", part.factor, clean(&part.detail))?;
        }
    }
    for part in &explanation.nothing_parts {
        writeln!(out, "    against it {:.4}: {}", part.factor, clean(&part.detail))?;
    }
    Ok(())
}
