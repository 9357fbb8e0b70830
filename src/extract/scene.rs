//! What linking looks at: a document with all that was found in it.
//!
//! Must not know: candidates, weights.

use std::{
    cell::OnceCell,
    sync::atomic::{AtomicBool, Ordering},
};

use hashbrown::HashMap;

use super::{
    Input, Options, Source,
    found::Found,
    introduced::{self, Introduced},
};
use crate::{
    index::Search,
    text::{Language, Shape, View, WordKey, is_english},
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
    pub(super) known: Known,
}

/// What is known of the document as a whole, once somebody asked.
#[derive(Default)]
pub(super) struct Known {
    english: OnceCell<bool>,
    introduced: OnceCell<HashMap<WordKey, Introduced>>,
    /// The words that are surnames of persons there, and where each stands first.
    pub(super) surnames: OnceCell<HashMap<WordKey, usize>>,
}

impl Scene<'_> {
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Whether it is in English.
    pub(super) fn is_english(&self) -> bool {
        *self.known.english.get_or_init(|| is_english(self.input.language, self.view.words))
    }

    /// The words for which an English document introduces the acronym at `index`, if it is one and it does.
    pub(super) fn introduced(&self, index: usize) -> Option<&Introduced> {
        let word = &self.view.all()[index];
        if !word.shape.all_capitals() || word.shape.any(Shape::LETTER) || word.key.is_hashed() {
            return None;
        }
        let introduced = self.known.introduced.get_or_init(|| introduced::all(self.view)).get(&word.key);
        // The language of a document takes longer to tell.
        introduced.filter(|_| self.is_english())
    }
}
