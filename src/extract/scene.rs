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
    gazetteer::derive::Kind,
    index::{Form, Search},
    text::{Gap, Language, Shape, View, WordKey, is_english},
};

/// How many words before a word names may begin that reach to it, and how many places of such names are looked at.
pub(super) const COVERED: u32 = 32;

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

    /// Whether the text has as many letters as the name that was found; as a short name where an apostrophe shows it, since the
    /// name in full has others.
    pub(super) fn has_letters_of(&self, found: &Found) -> bool {
        if found.forms.has(Form::Short) {
            let next = self.view.all().get(found.last as usize + 1);
            return !found.forms.has(Form::Possessive) || next.is_some_and(|next| next.gap.any(Gap::APOSTROPHE));
        }
        self.sources[found.source as usize].segment.name(found.name).core().len() == found.span.len()
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

    /// Whether a name begins or ends with the word at `index` that is no given name of a person. Looks at a bounded number of
    /// places.
    pub(super) fn is_found(&self, index: usize) -> bool {
        let index = index as u32;
        let is_person = |one: &Found| self.sources[one.source as usize].segment.nature_of(one.entity) == Kind::Person;
        let from = self.found.partition_point(|one| one.first < index.saturating_sub(COVERED));
        let near = &self.found[from..];
        let mut near = &near[..near.partition_point(|one| one.first <= index)];
        for _ in 0..COVERED {
            let Some(place) = near.last() else { break };
            let start = near.partition_point(|one| one.place() < place.place());
            if place.first == index || place.last == index {
                // A person's name of several words has its given name.
                let is_whole = place.first < place.last && place.last == index;
                if near[start..].iter().any(|one| !one.short && (is_whole || !is_person(one))) {
                    return true;
                }
            }
            near = &near[..start];
        }
        false
    }
}
