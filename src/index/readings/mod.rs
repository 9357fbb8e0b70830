//! The other readings of a word as it is written (rules T2, T4, T6): plural, glued words, lost and printed hyphens,
//! abbreviations with and without periods, particles.
//!
//! A reading is given only when the vocabulary knows its words. Whether it makes a name, the search finds out. Each kind
//! of reading has a file of its own.

mod glued;
mod hyphens;
mod particles;

use super::{
    forms::{Form, Forms},
    glued::GluedWords,
    search::Known,
    segment::Segment,
    vocabulary::WordId,
};
use crate::text::{Gap, Shape, Span, View, Word, WordKey};
use particles::Particles;

/// Stands for no glued word.
pub(super) const NONE: u32 = u32::MAX;
/// The shortest word, in bytes without its `s`, that has a plural reading.
const SHORTEST_PLURAL: usize = 3;

/// One step of a reading: a word id with the text it stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// The word; `None` for a part that no name has.
    pub(super) word: Option<WordId>,
    pub(super) span: Span,
    /// The word of the document that holds it.
    pub(super) at: u32,
    /// The parts of a glued word that it is: from, and behind the last.
    pub(super) parts: (u8, u8),
}

/// Another reading of one or more words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// How many words of the document it stands for.
    pub(super) consumed: u32,
    /// The weaker form it makes; `None` where it is as good as the word itself.
    pub(super) form: Option<Form>,
    /// A name includes all steps or none.
    pub(super) whole: bool,
    /// Nothing may follow within a name.
    pub(super) last: bool,
    /// How many bytes at the end of the span are the mark of a plural.
    pub(super) tail: u32,
    /// The glued word it cuts, or [`NONE`].
    pub(super) glued: u32,
    steps: (u32, u32),
}

/// The other readings of one word; reusable.
#[derive(Debug, Default)]
pub(super) struct Readings {
    readings: Vec<Reading>,
    steps: Vec<Step>,
    folded: Vec<u8>,
    particles: Particles,
}

impl Readings {
    /// Whether a word of this shape, with `next` between it and the next word, may have other readings.
    pub(super) fn possible(shape: Shape, next: Gap) -> bool {
        shape.any(Shape::S | Shape::SEAM | Shape::DOTTED | Shape::LETTER | Shape::HANGUL)
            || next.any(Gap::HYPHEN | Gap::APOSTROPHE | Gap::LINE_HYPHEN)
    }

    /// Every reading found.
    pub(super) fn all(&self) -> &[Reading] {
        &self.readings
    }

    /// The steps of a reading.
    pub(super) fn steps(&self, reading: &Reading) -> &[Step] {
        &self.steps[reading.steps.0 as usize..reading.steps.1 as usize]
    }

    /// The word that the plural reading, if there is one, takes the mark from.
    pub(super) fn singular(&self) -> Option<WordId> {
        let plural = self.readings.iter().find(|reading| reading.form == Some(Form::Possessive))?;
        self.steps(plural)[0].word
    }

    /// Forgets every reading.
    pub(super) fn clear(&mut self) {
        self.readings.clear();
        self.steps.clear();
    }

    /// Finds the other readings of the word at `index`; those of the glued words begin at `next_glued`.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn find(
        &mut self,
        segment: &Segment,
        view: View<'_>,
        glued: &GluedWords,
        next_glued: usize,
        index: usize,
        known: Known,
        disabled: Forms,
    ) {
        self.clear();
        let at = At { segment, view, index, word: view.all()[index] };
        let shape = at.word.shape;
        if shape.any(Shape::S) && !disabled.has(Form::Possessive) {
            self.plural(&at);
        }
        if let Some(word) = known.stand_in() {
            self.lost_hyphen(&at, word, disabled);
        }
        self.hyphenated(&at, disabled);
        if shape.any(Shape::DOTTED) {
            self.dotted(&at);
        }
        if shape.any(Shape::LETTER) {
            self.initials(&at);
        }
        if shape.any(Shape::HANGUL) && !disabled.has(Form::Particle) {
            self.particle(&at);
        }
        if shape.any(Shape::SEAM) && !disabled.has(Form::Seam) {
            self.seams(&at, glued, next_glued);
        }
    }

    fn push(&mut self, reading: Reading, steps: impl Iterator<Item = Step>) {
        let from = self.steps.len() as u32;
        self.steps.extend(steps);
        self.readings.push(Reading { steps: (from, self.steps.len() as u32), ..reading });
    }

    /// `Russias`: a word that ends in `s`, without it.
    fn plural(&mut self, at: &At<'_>) {
        let mut buffer = [0; 8];
        let folded = at.view.words.folded(&at.word, &mut buffer);
        let Some((b's', stem)) = folded.split_last() else { return };
        let written = at.view.word(at.index);
        let capitals = written.ends_with('s') && !written[..written.len() - 1].contains(char::is_lowercase);
        if stem.len() < SHORTEST_PLURAL && !(capitals && stem.len() > 1) {
            return;
        }
        if let Some(word) = at.find(stem) {
            let reading = Reading { last: true, tail: 1, ..Reading::of(Form::Possessive) };
            self.push(reading, std::iter::once(at.step(word, at.word.span)));
        }
    }
}

impl Reading {
    /// A reading of one word, of that form, that other words may follow.
    fn of(form: Form) -> Self {
        Self { consumed: 1, form: Some(form), whole: false, last: false, tail: 0, glued: NONE, steps: (0, 0) }
    }
}

/// A word of a document, in the light of a segment.
struct At<'a> {
    segment: &'a Segment,
    view: View<'a>,
    index: usize,
    word: Word,
}

impl At<'_> {
    fn find(&self, folded: &[u8]) -> Option<WordId> {
        self.segment.vocabulary.get(WordKey::of(folded), folded).map(|record| record.id())
    }

    fn step(&self, word: WordId, span: Span) -> Step {
        Step { word: Some(word), span, at: self.index as u32, parts: (0, 0) }
    }
}
