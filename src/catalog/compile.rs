//! Gazetteer files compiled into one segment file.
//!
//! Must not know: which gazetteers are served.

use std::{
    cell::Cell,
    fs, io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::mpsc::{self, SyncSender},
    thread,
};

use tempfile::NamedTempFile;

use super::{
    Gazetteer, LoadError,
    source::{Intake, LoadIssue},
};
use crate::{
    gazetteer::Entity,
    index::{CompileError, FileCompiler, Spill, SpillFile},
};

/// How many bytes of texts are handed on at once, and how many such batches wait at most.
const BATCH: usize = 1 << 16;
const AHEAD: usize = 4;

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

/// How far a compilation has come.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// This file was made; it is renamed or removed in the end.
    Begun(&'a Path),
    /// So many more bytes were read.
    Read(u64),
}

/// Compiles gazetteer files into one segment file, while they are read, in memory that hardly grows with them. Reads every
/// file before it fails for issues. `progress` is told of each step.
///
/// The file is made beside `output` before anything is read, under a name that no other file has. It is renamed when it
/// is whole and opens: who has an old one mapped keeps it, and a failure leaves it as it was.
pub fn compile(
    files: &[PathBuf],
    output: &Path,
    skip_bad_lines: bool,
    progress: &mut dyn FnMut(Step<'_>),
) -> Result<Compiled, LoadError> {
    let write = |error| LoadError::Write { file: output.to_owned(), error };
    let mut part = part(output).map_err(write)?;
    progress(Step::Begun(part.path()));
    let name = output.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let failed = |error| match error {
        CompileError::Spill(error) => LoadError::Spill { file: output.to_owned(), error },
        CompileError::Write(error) => LoadError::Write { file: output.to_owned(), error },
        error => LoadError::Compile { name: name.clone(), error },
    };
    let spill = Beside(folder(output).to_owned());
    let mut intake = Intake::default();
    let compiler = thread::scope(|scope| {
        let (give, take) = mpsc::sync_channel::<Vec<Entity>>(AHEAD);
        let compiling = scope.spawn(|| {
            let mut compiler = FileCompiler::new(&spill);
            // Ends when all is read, and before that when it has failed: then nobody takes what is read.
            for entity in take.into_iter().flatten() {
                compiler.add(&entity);
                if compiler.has_failed() {
                    break;
                }
            }
            compiler
        });
        read(&mut intake, files, give, progress)?;
        Ok(compiling.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let skipped = std::mem::take(&mut intake.issues);
    if !compiler.has_failed() && !skipped.is_empty() && !skip_bad_lines {
        return Err(LoadError::Issues(skipped));
    }
    let version = intake.version();
    let bytes = compiler.finish(&version, part.as_file_mut()).map_err(failed)?;
    part.as_file().sync_all().map_err(write)?;
    let gazetteer = Gazetteer::open(name.as_str(), part.path());
    let gazetteer = gazetteer.map_err(|error| LoadError::Segment { file: output.to_owned(), error })?;
    part.persist(output).map_err(|failed| write(failed.error))?;
    Ok(Compiled { gazetteer, bytes, skipped })
}

/// A new file beside `output`, which goes away unless it is renamed. Who may read it is as for any new file.
pub(super) fn part(output: &Path) -> io::Result<NamedTempFile> {
    let Some(name) = output.file_name().filter(|_| !output.is_dir()) else {
        return Err(io::ErrorKind::IsADirectory.into());
    };
    let mut prefix = name.to_owned();
    prefix.push(".");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part").make_in(folder(output), |path| fs::File::create_new(path))
}

/// The folder that `output` is in.
fn folder(output: &Path) -> &Path {
    output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Reads files and gives what they have to `give`, until nobody takes it.
fn read(
    intake: &mut Intake,
    files: &[PathBuf],
    give: SyncSender<Vec<Entity>>,
    progress: &mut dyn FnMut(Step<'_>),
) -> Result<(), LoadError> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    let taken = Cell::new(true);
    for file in files {
        let mut progress = |count| {
            progress(Step::Read(count));
            if taken.get() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        intake.read(file, &mut progress, |entity| {
            bytes += entity.text_bytes();
            batch.push(entity);
            if bytes > BATCH {
                bytes = 0;
                taken.set(give.send(std::mem::take(&mut batch)).is_ok());
            }
        })?;
    }
    // Who has failed says why by itself.
    let _ = give.send(batch);
    Ok(())
}

/// The folder of a segment file, where what does not fit into memory is put aside: in files without a name, of which
/// nothing is left however the program ends.
struct Beside(PathBuf);

impl Spill for Beside {
    fn file(&self) -> io::Result<Box<dyn SpillFile>> {
        Ok(Box::new(tempfile::tempfile_in(&self.0)?))
    }

    fn both(&self, one: &mut (dyn FnMut() + Send), other: &mut (dyn FnMut() + Send)) {
        thread::scope(|scope| {
            scope.spawn(other);
            one();
        });
    }
}
