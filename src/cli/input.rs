//! The documents that the user names: text files, JSON Lines, standard input.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use thiserror::Error;

use super::{
    args::{InputFormat, Inputs},
    progress::Progress,
    say,
};
use crate::{
    gazetteer::{begins_object, json_fault},
    index::begins_segment,
    service::proto::Document,
    text::check_tag,
};

/// The largest document, in bytes: what offsets of 32 bits reach with room to spare.
const MAX_BYTES: usize = 1 << 31;

/// Why a document cannot be read.
#[derive(Debug, Error)]
enum InputError {
    #[error("cannot read {}: {error}", file.display())]
    Read { file: PathBuf, error: io::Error },
    #[error("{}: not UTF-8 at byte {at}{}", file.display(), if *wide { "; it looks like UTF-16: convert it first" } else { "" })]
    NotUtf8 { file: PathBuf, at: usize, wide: bool },
    #[error("{}: this is a segment file and no document; give it to --gazetteer", file.display())]
    Segment { file: PathBuf },
    #[error("{}: a document or its line has more than {MAX_BYTES} bytes; cut it into parts", file.display())]
    TooLarge { file: PathBuf },
    #[error("{}:{line}: {message}", file.display())]
    Line { file: PathBuf, line: u64, message: String },
}

/// Gives each document of every input to `take`, with what a reader may call it, which writes to `out`; returns whether all
/// were good.
///
/// A document is called by its id, or by its file and line where it has none. A bad document is reported and does not stop
/// the others.
pub(super) fn each<W: Write>(
    inputs: &Inputs,
    out: &mut W,
    mut take: impl FnMut(&mut W, &str, Document) -> anyhow::Result<()>,
) -> anyhow::Result<bool> {
    if inputs.files.iter().filter(|file| *file == Path::new("-")).count() > 1 {
        anyhow::bail!("- is given twice, and standard input can be read once");
    }
    let progress = Progress::beside_output(total(&inputs.files));
    let mut good = true;
    for path in &inputs.files {
        read(path, inputs.input_format, &progress, |line, waits, document| {
            match document {
                Ok(document) if document.id.is_empty() => take(out, &format!("{}:{line}", path.display()), document)?,
                Ok(document) => take(out, &document.id.clone(), document)?,
                Err(error) => {
                    good = false;
                    out.flush()?;
                    say(&format!("error: {error}"));
                }
            }
            // Who gives one document after the other waits for each answer.
            if waits {
                out.flush()?;
            }
            anyhow::Ok(())
        })?;
    }
    progress.finish();
    Ok(good)
}

/// Gives each document of an input, or why it is none, to `take`, with its line and whether no more has come yet; it may end
/// everything with an error of its own.
///
/// A line that is no document does not keep the others from being given.
fn read<E>(
    input: &Path,
    format: InputFormat,
    progress: &Progress,
    mut take: impl FnMut(u64, bool, Result<Document, InputError>) -> Result<(), E>,
) -> Result<(), E> {
    let fail = |error| InputError::Read { file: input.to_owned(), error };
    let stdin = input == Path::new("-");
    let reader: Box<dyn Read> = if stdin {
        Box::new(io::stdin())
    } else {
        match File::open(input) {
            Ok(file) => Box::new(file),
            Err(error) => return take(1, true, Err(fail(error))),
        }
    };
    let mut reader = BufReader::with_capacity(1 << 16, progress.wrap(reader));
    match reader.fill_buf() {
        Ok(head) if begins_segment(head) => return take(1, true, Err(InputError::Segment { file: input.to_owned() })),
        Ok(_) => {}
        Err(error) => return take(1, true, Err(fail(error))),
    }
    let extension = input.extension().map(|extension| extension.to_ascii_lowercase());
    let lines = match format {
        InputFormat::Auto => !stdin && extension.is_some_and(|extension| extension == "jsonl" || extension == "ndjson"),
        InputFormat::Text => false,
        InputFormat::Jsonl => true,
    };
    if !lines {
        let mut bytes = Vec::new();
        let document = match reader.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes) {
            Err(error) => Err(fail(error)),
            Ok(bytes) if bytes > MAX_BYTES => Err(InputError::TooLarge { file: input.to_owned() }),
            Ok(_) => match String::from_utf8(bytes) {
                Ok(text) => Ok(Document { id: input.to_string_lossy().into_owned(), text, ..Document::default() }),
                Err(error) => {
                    let at = error.utf8_error().valid_up_to();
                    let bytes = error.as_bytes();
                    let wide = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
                    Err(InputError::NotUtf8 { file: input.to_owned(), at, wide })
                }
            },
        };
        return take(1, true, document);
    }
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        match reader.by_ref().take(MAX_BYTES as u64 + 1).read_until(b'\n', &mut bytes) {
            Ok(0) => break,
            Ok(count) if count > MAX_BYTES => {
                // The rest of the line is no document either.
                while !bytes.ends_with(b"\n") {
                    bytes.clear();
                    match reader.by_ref().take(1 << 20).read_until(b'\n', &mut bytes) {
                        Ok(0) => break,
                        Ok(_) => {}
                        Err(error) => return take(line, true, Err(fail(error))),
                    }
                }
                take(line, true, Err(InputError::TooLarge { file: input.to_owned() }))?;
                continue;
            }
            Ok(_) => {}
            Err(error) => return take(1, true, Err(fail(error))),
        }
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").filter(|_| line == 1).unwrap_or(&bytes).trim_ascii();
        if !text.is_empty() {
            let document = json(text).and_then(|document| language_fault(&document).map_or(Ok(document), Err));
            take(
                line,
                reader.buffer().is_empty(),
                document.map_err(|message| InputError::Line { file: input.to_owned(), line, message }),
            )?;
        }
    }
    Ok(())
}

/// Reads a JSON object on a line, or says in a sentence why it is none. As in proto3 JSON, `null` is as good as nothing.
pub(super) fn json<T: DeserializeOwned>(line: &[u8]) -> Result<T, String> {
    begins_object(line)?;
    let fault = match serde_json::from_slice(line) {
        Ok(read) => return Ok(read),
        Err(fault) => fault,
    };
    // What is made of messages does not take it.
    let mut fields: serde_json::Map<_, _> = serde_json::from_slice(line).map_err(|_| json_fault(&fault))?;
    let before = fields.len();
    fields.retain(|_, value| !value.is_null());
    if fields.len() == before {
        return Err(json_fault(&fault));
    }
    serde_json::from_value(fields.into()).map_err(|error| json_fault(&error))
}

/// What is wrong with the language that a document names, in a sentence.
pub(super) fn language_fault(document: &Document) -> Option<String> {
    check_tag(&document.language_code).err().map(|message| format!("languageCode: {message}"))
}

/// The size of all inputs together, where it is known.
fn total(inputs: &[PathBuf]) -> Option<u64> {
    inputs.iter().map(|input| std::fs::metadata(input).ok().filter(|data| data.is_file()).map(|data| data.len())).sum()
}
