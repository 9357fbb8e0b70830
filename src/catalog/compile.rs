//! Gazetteer files compiled into one segment file.
//!
//! Must not know: which gazetteers are served.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::{
    Gazetteer, LoadError,
    source::{Intake, LoadIssue},
};
use crate::index::Compiler;

/// What compiling gave.
#[derive(Debug)]
pub struct Compiled {
    /// The gazetteer.
    pub gazetteer: Gazetteer,
    /// How many bytes its file has.
    pub bytes: u64,
    /// The issues of lines that were left out.
    pub skipped: Vec<LoadIssue>,
}

/// Compiles gazetteer files into one segment file. Reads every file before it fails for issues. `progress` is told of
/// each piece read, in bytes.
///
/// The file is written beside `output` and renamed: who has an old one mapped keeps it, and a failure leaves it as it
/// was.
pub fn compile(
    files: &[PathBuf],
    output: &Path,
    skip_bad_lines: bool,
    progress: &mut dyn FnMut(u64),
) -> Result<Compiled, LoadError> {
    let mut intake = Intake::new(Compiler::for_file());
    for file in files {
        intake.read(file, progress)?;
    }
    let skipped = std::mem::take(&mut intake.issues);
    if !skipped.is_empty() && !skip_bad_lines {
        return Err(LoadError::Issues(skipped));
    }
    let name = output.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let gazetteer = intake.finish(&name)?;
    let mut part = output.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = write(&gazetteer, &part).and_then(|bytes| fs::rename(&part, output).map(|()| bytes));
    match written {
        Ok(bytes) => Ok(Compiled { gazetteer, bytes, skipped }),
        Err(error) => {
            // What was written is of no use, and there is nobody to tell when it cannot be removed.
            let _ = fs::remove_file(&part);
            Err(LoadError::Write { file: output.to_owned(), error })
        }
    }
}

/// Writes a gazetteer to a new file, and to the disk.
fn write(gazetteer: &Gazetteer, file: &Path) -> io::Result<u64> {
    let mut out = fs::File::create(file)?;
    let bytes = gazetteer.segment().write(gazetteer.version(), &mut out)?;
    out.flush()?;
    out.sync_all()?;
    Ok(bytes)
}
