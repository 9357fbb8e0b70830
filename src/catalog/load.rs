//! Gazetteers from files, and the starter gazetteer that is part of the program.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Catalog, Gazetteer,
    source::{Intake, LoadIssue},
};
use crate::{
    gazetteer::{Format, read},
    index::{CompileError, Compiler, FileError},
};

/// The name of the gazetteer that is part of the program.
pub const STARTER: &str = "starter";
/// Its content.
static STARTER_JSONL: &[u8] = include_bytes!("../../data/starter.jsonl");

/// Which gazetteers to load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Gazetteer files, segment files among them; each is named by its file name without the extension.
    pub files: Vec<PathBuf>,
    /// Whether to load the starter gazetteer.
    pub starter: bool,
    /// Whether lines with issues are left out instead of refusing the file.
    pub skip_bad_lines: bool,
    /// How often files are looked at and loaded again when they changed, in seconds; 0 for never. A signal to hang up
    /// does the same at once.
    pub reload_seconds: u64,
    /// The folder of the database of gazetteers that are changed while serving, and of their segments; empty for none.
    pub data: PathBuf,
    /// The address of a PostgreSQL database for these gazetteers, `postgres://user@host/name`; empty for a SQLite
    /// database in `data`.
    pub database: String,
    /// How many of the newest versions of each of these gazetteers are kept at least.
    pub keep_versions: u64,
    /// How long other versions are kept, in hours.
    pub keep_hours: u64,
    /// How often a PostgreSQL database is asked for changes of which it did not tell, in seconds.
    pub poll_seconds: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            files: Vec::new(),
            starter: true,
            skip_bad_lines: false,
            reload_seconds: 0,
            data: PathBuf::new(),
            database: String::new(),
            keep_versions: 100,
            keep_hours: 24 * 7,
            poll_seconds: 5,
        }
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
    /// A segment file has a name by which it is taken for something else.
    #[error("the gazetteer {} is a segment file; give it a name that ends in .segment", file.display())]
    Misnamed {
        /// The file.
        file: PathBuf,
    },
    /// A segment file cannot be used.
    #[error("cannot use the segment file {}: {error}", file.display())]
    Segment {
        /// The file.
        file: PathBuf,
        /// Why not.
        error: FileError,
    },
    /// What does not fit into memory while a segment file is compiled cannot be put aside.
    #[error("cannot put aside, beside {}, what does not fit into memory: {error}", file.display())]
    Spill {
        /// The segment file.
        file: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A segment file cannot be written.
    #[error("cannot write the segment file {}: {error}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system says.
        error: std::io::Error,
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
    /// The segment files among the gazetteers: opened, and not verified yet.
    pub unverified: Vec<Unverified>,
}

/// A segment file that was opened.
#[derive(Debug, Clone)]
pub struct Unverified {
    file: PathBuf,
    gazetteer: Arc<Gazetteer>,
}

impl Unverified {
    /// Reads the whole file and compares its checksums: some gigabytes a second.
    pub fn verify(&self) -> Result<(), LoadError> {
        let segment = self.gazetteer.segment();
        segment.verify().map_err(|error| LoadError::Segment { file: self.file.clone(), error })
    }
}

/// Whether a file is taken for a segment file, by its name.
pub fn is_segment(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("segment"))
}

/// Loads the gazetteers of `options`: opens segment files, compiles all others. Reads every file before it fails for
/// issues, so that all are listed.
pub fn load(options: &Options) -> Result<Loaded, LoadError> {
    let mut issues = Vec::new();
    let mut gazetteers: Vec<Gazetteer> = Vec::new();
    for file in &options.files {
        let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let refuse = |reason| LoadError::Name { file: file.clone(), name: name.clone(), reason };
        if name == Gazetteer::INLINE {
            return Err(refuse("that name means the entities of a request"));
        }
        let starter = options.starter && name == STARTER;
        if starter || gazetteers.iter().any(|other| other.name() == name) {
            return Err(refuse("another gazetteer has that name; rename the file"));
        }
        if is_segment(file) {
            let opened = Gazetteer::open(name, file);
            gazetteers.push(opened.map_err(|error| LoadError::Segment { file: file.clone(), error })?);
            continue;
        }
        let mut intake = Intake::default();
        let mut compiler = Compiler::default();
        intake.read(file, &mut |_| ControlFlow::Continue(()), |entity| compiler.add(&entity))?;
        issues.append(&mut intake.issues);
        if issues.is_empty() || options.skip_bad_lines {
            let version = intake.version();
            let segment = compiler.finish().map_err(|error| LoadError::Compile { name: name.clone(), error })?;
            gazetteers.push(Gazetteer::new(name, version, segment));
        }
    }
    if !issues.is_empty() && !options.skip_bad_lines {
        return Err(LoadError::Issues(issues));
    }
    if options.starter {
        let file = PathBuf::from(STARTER);
        let read = read(STARTER_JSONL, Format::JsonLines).map_err(|error| LoadError::Read { file, error })?;
        let entities = read.entries.iter().map(|entry| &entry.entity);
        let starter = Gazetteer::compile(STARTER, STARTER_JSONL, entities);
        gazetteers.push(starter.map_err(|error| LoadError::Compile { name: STARTER.into(), error })?);
    }
    let catalog = Catalog::new(gazetteers);
    let segments = options.files.iter().filter(|file| is_segment(file)).filter_map(|file| {
        let gazetteer = catalog.get(&file.file_stem()?.to_string_lossy()).ok()?;
        Some(Unverified { file: file.clone(), gazetteer })
    });
    let unverified = segments.collect();
    Ok(Loaded { catalog, skipped: issues, unverified })
}
