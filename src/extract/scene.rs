//! What linking looks at: a document with all that was found in it.
//!
//! Must not know: candidates, weights.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Input, Options, Source, found::Found};
use crate::{
    index::Search,
    text::{Language, View},
};

/// What the stage looks at.
pub(super) struct Scene<'a> {
    pub(super) sources: &'a [Source<'a>],
    pub(super) input: Input<'a>,
    pub(super) language: Language,
    pub(super) view: View<'a>,
    pub(super) searches: &'a [Search],
    pub(super) options: &'a Options,
    /// What was found, sorted by place.
    pub(super) found: &'a [Found],
    /// Set by another thread where nobody waits for the answer any more.
    pub(super) interrupted: &'a AtomicBool,
}

impl Scene<'_> {
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}
