//! Gazetteers from files, and the starter gazetteer that is part of the program.

use std::{
    fmt, fs,
    io::Cursor,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Catalog, Gazetteer};
use crate::{
    gazetteer::{Format, Issue, Read, read},
    index::CompileError,
};

/// The name of the gazetteer that is part of the program.
pub const STARTER: &str = "starter";
/// Its content.
static STARTER_JSONL: &[u8] = include_bytes!("../../data/starter.jsonl");

/// Which gazetteers to load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Gazetteer files; each is named by its file name without the extension.
    pub files: Vec<PathBuf>,
    /// Whether to load the starter gazetteer.
    pub starter: bool,
    /// Whether lines with issues are left out instead of refusing the file.
    pub skip_bad_lines: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { files: Vec::new(), starter: true, skip_bad_lines: false }
    }
}

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

/// Why gazetteers could not be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A file cannot be read.
    #[error("cannot read the gazetteer {}: {error}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Files have issues; every one of every file is listed.
    #[error("{}", list(.0))]
    Issues(Vec<LoadIssue>),
    /// Two gazetteers would have the same name, or one would have a reserved name.
    #[error("the gazetteer {} cannot be named {name:?}: {reason}", file.display())]
    Name {
        /// The file.
        file: PathBuf,
        /// The name that it would have.
        name: String,
        /// Why it cannot.
        reason: &'static str,
    },
    /// A gazetteer cannot be compiled.
    #[error("cannot compile the gazetteer {name:?}: {error}")]
    Compile {
        /// Its name.
        name: String,
        /// Why not.
        error: CompileError,
    },
}

fn list(issues: &[LoadIssue]) -> String {
    let mut text = String::new();
    for issue in issues {
        text.push_str(&issue.to_string());
        text.push('\n');
    }
    let count = issues.len();
    text + &format!("{count} bad line{} in the gazetteers", if count == 1 { "" } else { "s" })
}

/// What loading gave.
#[derive(Debug)]
pub struct Loaded {
    /// The gazetteers.
    pub catalog: Catalog,
    /// The issues of lines that were left out.
    pub skipped: Vec<LoadIssue>,
}

/// Loads and compiles the gazetteers of `options`. Reads every file before it fails for issues, so that all are listed.
pub fn load(options: &Options) -> Result<Loaded, LoadError> {
    let mut issues = Vec::new();
    let mut gazetteers: Vec<Gazetteer> = Vec::new();
    for file in &options.files {
        let (content, read) = read_file(file)?;
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let refuse = |reason| LoadError::Name { file: file.clone(), name: name.clone(), reason };
        if name == Gazetteer::INLINE {
            return Err(refuse("that name means the entities of a request"));
        }
        let starter = options.starter && name == STARTER;
        if starter || gazetteers.iter().any(|other| other.name() == name) {
            return Err(refuse("another gazetteer has that name; rename the file"));
        }
        issues.extend(read.issues.into_iter().map(|issue| LoadIssue { file: file.clone(), issue }));
        if issues.is_empty() || options.skip_bad_lines {
            gazetteers.push(compile(name, &content, &read.entries)?);
        }
    }
    if !issues.is_empty() && !options.skip_bad_lines {
        return Err(LoadError::Issues(issues));
    }
    if options.starter {
        let file = PathBuf::from(STARTER);
        let read = read(STARTER_JSONL, Format::JsonLines).map_err(|error| LoadError::Read { file, error })?;
        gazetteers.push(compile(STARTER.into(), STARTER_JSONL, &read.entries)?);
    }
    Ok(Loaded { catalog: Catalog::new(gazetteers), skipped: issues })
}

/// Reads a gazetteer file, in the format that its name stands for; returns its content as well.
pub fn read_file(file: &Path) -> Result<(Vec<u8>, Read), LoadError> {
    let fail = |error| LoadError::Read { file: file.to_owned(), error };
    let content = fs::read(file).map_err(fail)?;
    let format = Format::of(&file.to_string_lossy());
    let read = read(Cursor::new(&content), format).map_err(fail)?;
    Ok((content, read))
}

fn compile(name: String, content: &[u8], entries: &[crate::gazetteer::Entry]) -> Result<Gazetteer, LoadError> {
    let entities = entries.iter().map(|entry| &entry.entity);
    Gazetteer::compile(name.clone(), content, entities).map_err(|error| LoadError::Compile { name, error })
}
