//! Gazetteer files, read entity by entity.
//!
//! Nothing holds a whole file: a line is read, checked, handed on and forgotten. Must not know: which gazetteers are
//! served.

use std::{
    fmt,
    fs::File,
    io::{self, BufRead as _, BufReader, Read},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::{Gazetteer, LoadError, gazetteer::version_of};
use crate::{
    gazetteer::{Checker, Entity, Format, Issue, read_each},
    index::begins_segment,
};

/// How much of a file is read at once.
const BUFFER: usize = 1 << 18;

/// An issue of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadIssue {
    /// The file, as it was given.
    pub file: PathBuf,
    /// What is wrong.
    pub issue: Issue,
}

impl fmt::Display for LoadIssue {
    /// `file:line: code: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.issue)
    }
}

/// What was read of some files.
#[derive(Debug, Default)]
pub(super) struct Intake {
    checker: Checker,
    digest: Sha256,
    /// What is wrong with the lines that were not.
    pub(super) issues: Vec<LoadIssue>,
}

impl Intake {
    /// Reads a file, in the format that its name stands for, and gives each good entity to `take`; tells `progress` of each
    /// piece read, in bytes, and ends where that says so.
    pub(super) fn read(
        &mut self,
        file: &Path,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
        mut take: impl FnMut(Entity),
    ) -> Result<(), LoadError> {
        let fail = |error| LoadError::Read { file: file.to_owned(), error };
        let reader = Counted { file: File::open(file).map_err(fail)?, digest: &mut self.digest, progress };
        let reader = begun(file, reader)?;
        let Self { checker, issues, .. } = self;
        checker.begin_file(&file.to_string_lossy());
        let format = Format::of(&file.to_string_lossy());
        read_each(reader, format, checker, |read| match read {
            Ok(entry) => take(entry.entity),
            Err(issue) => issues.push(LoadIssue { file: file.to_owned(), issue }),
        })
        .map_err(fail)
    }

    /// What identifies what was read.
    pub(super) fn version(self) -> String {
        version_of(self.digest)
    }
}

/// Checks a gazetteer file: how many entities it has, and everything that is wrong with it. Of a segment file every
/// checksum is compared.
pub fn check(file: &Path) -> Result<(usize, Vec<Issue>), LoadError> {
    if super::is_segment(file) {
        let opened = Gazetteer::open("", file).and_then(|opened| opened.segment().verify().map(|()| opened));
        let opened = opened.map_err(|error| LoadError::Segment { file: file.to_owned(), error })?;
        return Ok((opened.segment().entities().len(), Vec::new()));
    }
    let fail = |error| LoadError::Read { file: file.to_owned(), error };
    let reader = begun(file, File::open(file).map_err(fail)?)?;
    let (mut entities, mut issues) = (0, Vec::new());
    read_each(reader, Format::of(&file.to_string_lossy()), &mut Checker::default(), |read| match read {
        Ok(_) => entities += 1,
        Err(issue) => issues.push(issue),
    })
    .map_err(fail)?;
    Ok((entities, issues))
}

/// Begins to read a gazetteer file; refuses a segment file under another name, of which every line would be an issue. It
/// is looked at as it is read, for what is no file on a disk can be read only once.
fn begun<R: Read>(file: &Path, reader: R) -> Result<BufReader<R>, LoadError> {
    let mut reader = BufReader::with_capacity(BUFFER, reader);
    let head = reader.fill_buf().map_err(|error| LoadError::Read { file: file.to_owned(), error })?;
    if begins_segment(head) {
        return Err(LoadError::Misnamed { file: file.to_owned() });
    }
    Ok(reader)
}

/// A file that is digested while it is read.
struct Counted<'a> {
    file: File,
    digest: &'a mut Sha256,
    progress: &'a mut dyn FnMut(u64) -> ControlFlow<()>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.digest.update(&buffer[..count]);
        Ok(if (self.progress)(count as u64).is_break() { 0 } else { count })
    }
}
