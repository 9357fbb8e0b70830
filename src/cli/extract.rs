//! `onomast extract`: find entities in files.

use std::{
    io::{self, BufWriter, IsTerminal as _, Write},
    os::fd::AsFd,
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
    let stdout = io::stdout();
    let terminal = stdout.is_terminal();
    let format = shown_as(format, explain, terminal)?;
    // A page is cut by bytes, whatever unit is asked for.
    let offsets = if format == OutputFormat::Html { OffsetEncoding::Utf8 } else { offsets.into() };
    let mut extractor =
        Extractor::new(search, !no_default_gazetteer, offsets, explain || format == OutputFormat::Html)?;

    let coloured = match color {
        Colour::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        Colour::Always => true,
        Colour::Never => false,
    };
    let painter = Painter::new(coloured, if terminal { columns(&stdout) } else { None });
    let mut out = BufWriter::new(stdout.lock());
    let mut page = Page::default();
    let good = input::each(&inputs, &mut out, |out, called, document| {
        let Document { id, title, text, language_code: language, attributes: _ } = &document;
        let input = Input { title, text, language };
        extractor.run(input);
        match format {
            OutputFormat::Text => painter.print(out, called, input, &extractor.sources(), extractor.answer())?,
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

/// What is printed where `asked` is asked for. Fails where explanations would be left out.
fn shown_as(asked: OutputFormat, explain: bool, terminal: bool) -> anyhow::Result<OutputFormat> {
    const INSTEAD: &str = "use --format jsonl or html, or onomast explain";
    match asked {
        OutputFormat::Text if explain => anyhow::bail!("--explain has no place in --format text; {INSTEAD}"),
        OutputFormat::Auto if terminal && explain => {
            anyhow::bail!("--explain has no place in the text that a terminal is shown; {INSTEAD}")
        }
        OutputFormat::Auto if terminal => Ok(OutputFormat::Text),
        OutputFormat::Auto => Ok(OutputFormat::Jsonl),
        format => Ok(format),
    }
}

/// How many columns a terminal has: what the environment says, or the terminal.
fn columns(terminal: impl AsFd) -> Option<usize> {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let asked = || rustix::termios::tcgetwinsize(terminal).ok().map(|size| size.ws_col.into());
    told.or_else(asked).filter(|&columns| columns > 0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_shown_text_and_told_where_explanations_go() {
        assert_eq!(shown_as(OutputFormat::Auto, false, true).unwrap(), OutputFormat::Text);
        assert_eq!(shown_as(OutputFormat::Auto, true, false).unwrap(), OutputFormat::Jsonl);
        assert_eq!(shown_as(OutputFormat::Html, true, true).unwrap(), OutputFormat::Html);
        let error = shown_as(OutputFormat::Auto, true, true).unwrap_err().to_string();
        assert!(error.contains("terminal") && error.contains("--format jsonl") && !error.contains("--format text"));
    }
}
