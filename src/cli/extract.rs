//! `onomast extract`: find entities in files.

use std::{
    io::{self, BufWriter, IsTerminal as _, Write},
    process::ExitCode,
    sync::atomic::AtomicBool,
};

use super::{
    args::{Colour, Extract, OutputFormat},
    colour::Painter,
    input,
    progress::Progress,
    say,
};
use crate::{
    catalog::{self, Loaded, Pinned},
    extract::{self, Answer, Input, Options, Scratch},
    service::{
        self,
        proto::{Document, ExtractResponse},
    },
};

/// Extracts from every document of every input. A bad document is reported and does not stop the others.
pub(super) fn run(arguments: Extract) -> anyhow::Result<ExitCode> {
    let gazetteers = catalog::Options {
        files: arguments.gazetteer.clone(),
        starter: !arguments.no_default_gazetteer,
        skip_bad_lines: arguments.skip_bad_lines,
    };
    if gazetteers.files.is_empty() && !gazetteers.starter {
        anyhow::bail!("there is no gazetteer to search; give one with --gazetteer");
    }
    if let Some(kind) = arguments.exclude_types.iter().find(|kind| arguments.include_types.contains(kind)) {
        anyhow::bail!("the type {kind:?} is given to --type and to --not-type");
    }
    if let Some(form) = arguments.with.iter().find(|form| arguments.without.contains(form)) {
        anyhow::bail!("the form {form} is given to --with and to --without");
    }
    let Loaded { catalog, skipped } = catalog::load(&gazetteers)?;
    for issue in skipped {
        say(&format!("left out: {issue}"));
    }
    let options = Options {
        offsets: arguments.offsets.into(),
        overlap: arguments.overlap.into(),
        include_types: arguments.include_types,
        exclude_types: arguments.exclude_types,
        disabled: arguments.without.into_iter().collect(),
        enabled: arguments.with.into_iter().collect(),
        min_score: arguments.min_score,
        max_mentions: arguments.max_mentions.map(|most| most as usize),
    };
    let pinned = catalog.defaults().iter().map(|name| catalog.get(name)).collect::<Result<_, _>>()?;
    let mut extractor = Extractor {
        pinned: Pinned::new(pinned, &options),
        options,
        scratch: Scratch::default(),
        answer: Answer::default(),
    };

    let stdout = io::stdout();
    let terminal = stdout.is_terminal();
    let text = match arguments.format {
        OutputFormat::Auto => terminal,
        OutputFormat::Text => true,
        OutputFormat::Jsonl => false,
    };
    let coloured = match arguments.color {
        Colour::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        Colour::Always => true,
        Colour::Never => false,
    };
    let painter = Painter::new(coloured);
    let mut out = BufWriter::new(stdout.lock());
    let progress = Progress::new(input::total(&arguments.inputs));
    let mut good = true;
    for path in &arguments.inputs {
        input::read(path, arguments.input_format, &progress, |document| -> anyhow::Result<()> {
            match document {
                Ok(document) => {
                    let Document { id, title, text: body, language_code, attributes: _ } = &document;
                    let input = Input { title, text: body, language: language_code };
                    extractor.run(input);
                    if text {
                        painter.print(&mut out, id, input, &extractor.pinned.sources(), &extractor.answer)?;
                    } else {
                        serde_json::to_writer(&mut out, &extractor.response(id, input))?;
                        out.write_all(b"\n")?;
                    }
                }
                Err(error) => {
                    good = false;
                    out.flush()?;
                    say(&format!("error: {error}"));
                }
            }
            Ok(())
        })?;
    }
    progress.finish();
    out.flush()?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Extracts from one document after the other.
struct Extractor {
    pinned: Pinned,
    options: Options,
    scratch: Scratch,
    answer: Answer,
}

impl Extractor {
    fn run(&mut self, input: Input<'_>) {
        let Self { pinned, options, scratch, answer } = self;
        let never = AtomicBool::new(false);
        // Nobody interrupts.
        let _ = extract::run(&pinned.sources(), input, options, pinned.filter(), scratch, answer, &never);
    }

    fn response(&self, id: &str, input: Input<'_>) -> ExtractResponse {
        service::response(id, input, &self.pinned, &self.options, &self.answer)
    }
}
