//! `onomast extract`: find entities in files.

use std::{
    io::{self, BufWriter, IsTerminal as _, Write},
    process::ExitCode,
};

use super::{
    args::{Colour, Extract, OutputFormat},
    colour::Painter,
    html::Page,
    input,
    search::Extractor,
};
use crate::{extract::Input, service::proto::Document, text::OffsetEncoding};

/// Extracts from every document of every input. A bad document is reported and does not stop the others.
pub(super) fn run(arguments: Extract) -> anyhow::Result<ExitCode> {
    let Extract { inputs, search, no_default_gazetteer, format, color, offsets, explain } = arguments;
    // A page is cut by bytes, whatever unit is asked for.
    let offsets = if format == OutputFormat::Html { OffsetEncoding::Utf8 } else { offsets.into() };
    let mut extractor =
        Extractor::new(search, !no_default_gazetteer, offsets, explain || format == OutputFormat::Html)?;

    let stdout = io::stdout();
    let terminal = stdout.is_terminal();
    let format = match format {
        OutputFormat::Auto if terminal => OutputFormat::Text,
        OutputFormat::Auto => OutputFormat::Jsonl,
        format => format,
    };
    if explain && format == OutputFormat::Text {
        anyhow::bail!("--explain has no place in --format text; use --format jsonl or html, or onomast explain");
    }
    let coloured = match color {
        Colour::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        Colour::Always => true,
        Colour::Never => false,
    };
    let painter = Painter::new(coloured);
    let mut out = BufWriter::new(stdout.lock());
    let mut page = Page::default();
    let good = input::each(&inputs, &mut out, |out, document| {
        let Document { id, title, text, language_code: language, attributes: _ } = &document;
        let input = Input { title, text, language };
        extractor.run(input);
        match format {
            OutputFormat::Text => painter.print(out, id, input, &extractor.sources(), extractor.answer())?,
            OutputFormat::Html => page.add(input, extractor.response(id, input)),
            OutputFormat::Jsonl | OutputFormat::Auto => {
                serde_json::to_writer(&mut *out, &extractor.response(id, input))?;
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    })?;
    if format == OutputFormat::Html {
        page.write(&mut out)?;
    }
    out.flush()?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
