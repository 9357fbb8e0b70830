//! A gazetteer in one version.

use std::{fmt::Write as _, path::Path};

use sha2::{Digest as _, Sha256};

use crate::{
    gazetteer::Entity,
    index::{CompileError, Compiler, FileError, Segment},
};

/// A named set of entities in one version, compiled for searching.
#[derive(Debug)]
pub struct Gazetteer {
    name: String,
    version: String,
    segment: Segment,
}

impl Gazetteer {
    /// The name of a gazetteer that a request brings along.
    pub const INLINE: &str = "inline";

    /// Compiles entities, which must be free of issues. `content` is what identifies the version: the bytes that the
    /// entities were read from.
    pub fn compile<'a>(
        name: impl Into<String>,
        content: &[u8],
        entities: impl IntoIterator<Item = &'a Entity>,
    ) -> Result<Self, CompileError> {
        let mut compiler = Compiler::default();
        for entity in entities {
            compiler.add(entity);
        }
        Ok(Self { name: name.into(), version: version(content), segment: compiler.finish()? })
    }

    /// A gazetteer of a segment that was compiled from content of that version.
    pub fn new(name: impl Into<String>, version: impl Into<String>, segment: Segment) -> Self {
        Self { name: name.into(), version: version.into(), segment }
    }

    /// Opens a segment file. Takes the same time for any size; [`Segment::verify`] is for the caller to do.
    pub fn open(name: impl Into<String>, file: &Path) -> Result<Self, FileError> {
        let (segment, version) = Segment::open(file)?;
        Ok(Self::new(name, version, segment))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What identifies its content.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its compiled form.
    pub fn segment(&self) -> &Segment {
        &self.segment
    }
}

fn version(content: &[u8]) -> String {
    version_of(Sha256::new_with_prefix(content))
}

/// The first 64 bits of the SHA-256 of the content, in hexadecimal.
pub(super) fn version_of(content: Sha256) -> String {
    content.finalize().iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
