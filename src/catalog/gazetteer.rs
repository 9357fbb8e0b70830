//! A gazetteer in one version.

use std::{fmt::Write as _, path::Path, sync::Arc, time::Instant};

use sha2::{Digest as _, Sha256};

use crate::{
    gazetteer::Entity,
    index::{CompileError, Compiler, FileError, Overlay, Segment},
};

use super::store::Stored;

/// A named set of entities in one version, compiled for searching.
#[derive(Debug)]
pub struct Gazetteer {
    name: String,
    version: String,
    segment: Arc<Segment>,
    overlay: Option<Overlay>,
    stored: Option<Stored>,
    since: Instant,
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
        Ok(Self::new(name, version(content), compiler.finish()?))
    }

    /// A gazetteer of a segment that was compiled from content of that version.
    pub fn new(name: impl Into<String>, version: impl Into<String>, segment: Segment) -> Self {
        let (name, version) = (name.into(), version.into());
        Self { name, version, segment: Arc::new(segment), overlay: None, stored: None, since: Instant::now() }
    }

    /// A gazetteer of the database: a base, and what changed since.
    pub(super) fn stored(stored: Stored, base: Arc<Segment>, overlay: Option<Overlay>) -> Self {
        let (name, version) = (stored.name.clone(), stored.head.revision.to_string());
        Self { name, version, segment: base, overlay, stored: Some(stored), since: Instant::now() }
    }

    /// The same; where it is the version that was served before, it is as old as that.
    pub(super) fn after(self, before: Option<&Self>) -> Self {
        let version = |one: &Self| one.stored.as_ref().map(|one| (one.uid, one.head.revision, one.head.created));
        let same = before.filter(|before| version(before) == version(&self));
        Self { since: same.map_or(self.since, |before| before.since), ..self }
    }

    /// This gazetteer with an overlay of changes: without the entities of the ids `gone`, and with `come`. What is
    /// replaced must be given on both sides.
    pub fn with_changes<'a>(
        self,
        come: impl IntoIterator<Item = &'a Entity>,
        gone: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, CompileError> {
        let overlay = Overlay::new(&self.segment, come, gone)?;
        Ok(Self { overlay: Some(overlay), ..self })
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

    /// Its compiled form, without what changed since.
    pub fn segment(&self) -> &Segment {
        &self.segment
    }

    /// The same, to hold.
    pub(super) fn base(&self) -> &Arc<Segment> {
        &self.segment
    }

    /// What changed since it was compiled.
    pub fn overlay(&self) -> Option<&Overlay> {
        self.overlay.as_ref()
    }

    /// How many entities it has.
    pub fn entity_count(&self) -> usize {
        self.overlay.as_ref().map_or_else(|| self.segment.entities().len(), Overlay::len)
    }

    /// Whether there is nothing in it that could be found, as where its file is empty.
    pub fn has_no_names(&self) -> bool {
        self.overlay.is_none() && self.segment.name_count() == 0
    }

    /// When it came to be served in this version.
    pub fn since(&self) -> Instant {
        self.since
    }

    /// What the database says of it; `None` for one that was given as a file.
    pub fn kept(&self) -> Option<&Stored> {
        self.stored.as_ref()
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
