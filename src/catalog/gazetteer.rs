//! A gazetteer in one version.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::{
    gazetteer::Entity,
    index::{CompileError, Compiler, Segment},
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

/// The first 64 bits of the SHA-256 of the content, in hexadecimal.
fn version(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest.iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
