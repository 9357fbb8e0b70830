//! Finding the names of a segment in the words of a document.
//!
//! The automaton reads the words once, as they are written. Where a word, or two words with a hyphen between them, has
//! another reading whose words the vocabulary knows (rules T2, T4, T6), a second track starts from the automaton's
//! state before the word, takes that reading and goes on until it can no longer report a name that includes it. So the
//! work stays linear: each word is read by the main track and by at most [`MAX_TRACKS`] others, which take a bounded number
//! of failure links.
//!
//! - `known` looks all words up before the automaton reads any,
//! - `tracks` follows the other readings, and `dead_ends` remembers which lead nowhere,
//! - `report` takes what is found.
//!
//! Must not know: which names count where they are found.

mod dead_ends;
mod known;
mod report;
mod tracks;

use std::{
    hint::select_unpredictable,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{
    forms::Forms,
    glued::GluedWords,
    occurrence::{Occurrence, OtherWord, Use},
    readings::{Reading, Readings},
    segment::Segment,
    vocabulary::WordId,
};
use crate::text::{Gap, Language, Shape, View, Word};

use dead_ends::DeadEnds;
use known::KnownWords;
use report::Report;
use tracks::{Here, Tracks};

pub use report::MAX_NESTED;
pub use tracks::MAX_TRACKS;

/// How often, in words, the search looks whether it was interrupted.
const INTERRUPT_EVERY: usize = 64;

/// The words of a document, and the segment that is searched.
#[derive(Debug, Clone, Copy)]
struct Text<'a> {
    segment: &'a Segment,
    words: &'a [Word],
}

/// The search; reusable, so that it allocates nothing in the long run.
#[derive(Debug, Default)]
pub struct Search {
    known: KnownWords,
    dead_ends: DeadEnds,
    other_words: Vec<OtherWord>,
    readings: Readings,
    tracks: Tracks,
    report: Report,
}

impl Search {
    /// Finds every occurrence of the segment's names in a document of that language. Readings of a form in `disabled`
    /// are not tried.
    ///
    /// Linear in the number of words plus what is found. Ends early, with a part of the answer, when `interrupted`.
    pub fn run(
        &mut self,
        segment: &Segment,
        view: View<'_>,
        glued: &GluedWords,
        language: Language,
        disabled: Forms,
        interrupted: &AtomicBool,
    ) {
        self.clear();
        self.readings.prepare(segment, language, disabled);
        self.dead_ends.prepare(segment.number, disabled);
        self.known.read(segment, view, &self.readings);
        let words = view.all();
        let text = Text { segment, words };
        let known_words = std::mem::take(&mut self.known);
        let start = segment.automaton.start();
        let mut state = start;
        // What the word before leads to by itself, and from the word before it alone.
        let (mut alone, mut pair) = (start, start);
        let mut expected = 0;
        let mut next_glued = 0;
        for (number, (index, known)) in known_words.all().enumerate() {
            if number % INTERRUPT_EVERY == 0 && interrupted.load(Ordering::Relaxed) {
                break;
            }
            let index = index as usize;
            let word = &words[index];
            let (skipped, paragraph) = (index != expected, word.gap.any(Gap::PARAGRAPH));
            expected = index + 1;
            let apart = skipped | paragraph;
            if !self.tracks.is_empty() && apart {
                self.tracks.part(index, paragraph);
            }
            // Which words the segment does not have cannot be foreseen.
            let before = select_unpredictable(apart, start, state);
            alone = select_unpredictable(apart, start, alone);
            pair = select_unpredictable(apart, start, pair);
            state = match known.id {
                // What is no word of the segment leads to the start from anywhere.
                _ if before == alone => known.next,
                _ if before == pair => known.third,
                None => start,
                Some(id) => segment.automaton.step(before, id, known.root),
            };
            (alone, pair) =
                if known.id.is_some() { (segment.automaton.alone(known.root), known.next) } else { (start, start) };
            if segment.automaton.has_matches(state) {
                self.report.add(text, state, index);
            }
            let more = known.may_differ || !self.tracks.is_empty();
            let stand_in = known.stand_in();
            if (stand_in.is_some() || more)
                && self.tracks.may_follow(index, stand_in.is_some() || known.may_differ, &self.report)
            {
                let small = !word.shape.any(Shape::UPPER);
                // Where what a word stands for leads depends on the word, its case and the state alone, unless there is more
                // to read here; whether anything is read depends on the word and its case.
                let stands = stand_in.filter(|&id| {
                    !self.dead_ends.has_nothing(id, small) && (more || !self.dead_ends.has(before, id, small))
                });
                if stands.is_none() && !more {
                    continue;
                }
                let glued_words = &glued.all()[next_glued..];
                next_glued += glued_words.iter().take_while(|glued| (glued.word as usize) < index).count();
                if stands.is_some() || known.may_differ {
                    self.readings.find(segment, view, glued, next_glued, index, stands);
                } else {
                    self.readings.clear();
                }
                let nothing = self.readings.all().is_empty();
                if let Some(id) = stands.filter(|_| nothing) {
                    self.dead_ends.keep_nothing(id, small);
                }
                let stands = stands.filter(|_| !nothing);
                self.keep_other_words(index as u32);
                let here = Here { index, known, before, main: state };
                let followed = self.tracks.followed;
                let lives = (!self.readings.all().is_empty() || !self.tracks.is_empty())
                    && self.tracks.read(text, &self.readings, here, &mut self.report);
                if let Some(id) = stands.filter(|_| !more && !lives) {
                    self.dead_ends.keep(before, id, small);
                    // It counts no more than where it is remembered.
                    self.tracks.followed = followed;
                }
            }
        }
        self.known = known_words;
    }

    /// Whether to report even what cannot be the name for want of a capital, from now on: for those who ask why.
    pub fn set_thorough(&mut self, thorough: bool) {
        self.report.thorough = thorough;
    }

    /// What was found, in the order of the last word.
    pub fn occurrences(&self) -> &[Occurrence] {
        &self.report.occurrences
    }

    /// The parts of glued words that occurrences need.
    pub fn uses(&self) -> &[Use] {
        &self.report.uses
    }

    /// The words of the document that the segment has, in order, with the id of each.
    pub fn ids(&self) -> impl Iterator<Item = (u32, WordId)> + '_ {
        self.known.all().filter_map(|(index, known)| Some((index, known.id?)))
    }

    /// The words of the document that may be another word of the segment.
    pub fn other_words(&self) -> &[OtherWord] {
        &self.other_words
    }

    /// How many readings were not followed because too many were open at once or behind all that they may go on, and, where too
    /// many had been followed before, at how many words none was.
    pub fn dropped(&self) -> u32 {
        self.tracks.dropped
    }

    /// At how many words more names ended than [`MAX_NESTED`].
    pub fn dropped_nested(&self) -> u32 {
        self.report.dropped
    }

    fn clear(&mut self) {
        self.known.clear();
        self.other_words.clear();
        self.readings.clear();
        self.tracks.clear();
        self.report.clear();
    }

    /// Keeps which words of the segment the word at `first` may be, by its readings.
    fn keep_other_words(&mut self, first: u32) {
        let other_words = self.readings.alone().filter_map(|(reading, span, word)| {
            let &Reading { form, consumed, .. } = reading;
            let form = form.filter(|form| OtherWord::FORMS.contains(form))?;
            Some(OtherWord { word, first, last: first + consumed - 1, span, form })
        });
        self.other_words.extend(other_words);
    }
}
