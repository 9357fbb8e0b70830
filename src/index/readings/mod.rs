//! The other readings of a word as it is written (rules T2, T3, T4, T6): plural, glued words, lost and printed
//! hyphens, abbreviations with and without periods, particles, umlauts, inflected words, compounds, faults of scans.
//!
//! A reading is given only when the vocabulary knows its words. Whether it makes a name, the search finds out. Each kind
//! of reading has a file of its own.

mod compounds;
mod endings;
mod glued;
mod hyphens;
mod inflection;
mod particles;
mod scans;
mod umlauts;

use super::{
    forms::{Form, Forms},
    glued::GluedWords,
    segment::Segment,
    vocabulary::{Record, WordId},
};
use crate::{
    gazetteer::derive::ANY_INITIAL,
    text::{Gap, Language, Ordinary, Shape, Span, View, Word, WordKey, ends_in_reference, ordinary},
};

use endings::Endings;
use particles::Particles;

/// Stands for no glued word.
pub(super) const NONE: u32 = u32::MAX;
/// The shortest word, in bytes without its `s`, that has a plural reading.
const SHORTEST_PLURAL: usize = 3;
/// The shortest stem, in letters, that an ending is taken from.
const MIN_STEM: usize = 4;

/// One step of a reading: a word id with the text it stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// The word; `None` for a part that no name has.
    pub(super) word: Option<WordId>,
    /// What the automaton reaches from its start by the word, where that is known.
    pub(super) root: Option<u32>,
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
    /// A name must begin with it.
    pub(super) first: bool,
    /// Nothing may follow within a name.
    pub(super) last: bool,
    /// It is a part of a name of more words, and no name by itself.
    pub(super) longer: bool,
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
    /// A word without references, and with its umlauts spelled out.
    plain: String,
    spelled_out: String,
    particles: Particles,
    endings: Endings,
    /// The facts of a word's shape that ask for other readings, but for the next.
    asks: Shape,
    /// That it ends in `s`, where plurals are wanted.
    plurals: Shape,
    disabled: Forms,
    /// The language whose Latin words are inflected.
    latin: Option<Language>,
    compounds: bool,
    scanned: bool,
    /// Whether a name may have any initial.
    any_initial: bool,
    /// Whether any of the three before asks for other readings.
    others: bool,
}

impl Readings {
    /// Makes ready for a document of that language in a segment. Readings of a form in `disabled` will not be tried.
    pub(super) fn prepare(&mut self, segment: &Segment, language: Language, disabled: Forms) {
        let mut asks = Shape::DOTTED;
        for (form, shape) in [
            (Form::Seam, Shape::SEAM),
            (Form::Particle, Shape::HANGUL | Shape::PREFIXED),
            (Form::Diacritics, Shape::UMLAUT),
            (Form::Inflection, Shape::INFLECTED),
        ] {
            if !disabled.has(form) {
                asks = asks | shape;
            }
        }
        self.asks = asks;
        self.plurals = if disabled.has(Form::Possessive) { Shape::default() } else { Shape::S };
        self.any_initial = !disabled.has(Form::Derived) && any_initial(segment).is_some();
        self.disabled = disabled;
        self.latin = Some(language).filter(|&language| !disabled.has(Form::Inflection) && endings::knows(language));
        let german = matches!(language, Language::German | Language::Unknown);
        self.compounds = german && !disabled.has(Form::Compound);
        self.scanned = !(disabled.has(Form::Split) && disabled.has(Form::LongS));
        self.others = self.scanned || self.compounds || self.latin.is_some();
    }

    /// Whether a word, with `next` between it and the next word, may have other readings; asked of all words, so that it
    /// counts and does not branch.
    #[inline]
    pub(super) fn possible(&self, word: &Word, next: Gap) -> bool {
        word.shape.any(self.asks | self.plurals) | joins(next) | self.beyond_marks(word, next)
    }

    /// Whether a word that is [`Readings::possible`] is worth a try in this segment: most words that end in `s` are no
    /// plural of a word that a name has, and most short words with a hyphen between them make none.
    #[inline]
    pub(super) fn likely(&self, segment: &Segment, view: View<'_>, index: usize, next: Gap) -> bool {
        let word = &view.all()[index];
        // `is` and `was`: what is cut off such words leaves too little, but for capitals.
        let too_short = word.span.len() <= SHORTEST_PLURAL && !word.shape.any(Shape::UPPER);
        word.shape.any(self.asks)
            || self.beyond_marks(word, next)
            || joins(next) && may_join(segment, view, index)
            || word.shape.any(self.plurals) && !too_short && {
                let mut buffer = [0; 8];
                let stem = view.words.folded(word, &mut buffer).split_last();
                stem.is_some_and(|(_, stem)| segment.vocabulary.may_have(WordKey::of(stem)))
            }
    }

    /// Whether anything but one fact of its shape, or a mark that may join it with the next word, asks for other readings.
    #[inline]
    fn beyond_marks(&self, word: &Word, next: Gap) -> bool {
        (word.shape.any(Shape::LETTER) & (next.any(Gap::PERIOD) | self.may_be_initial(word)))
            | (self.others && self.possible_in_its_language(word))
    }

    /// Whether a word may be the middle initial of a name that has any.
    #[inline]
    fn may_be_initial(&self, word: &Word) -> bool {
        let letter = word.shape.any(Shape::LETTER) & !word.shape.any(Shape::DOTTED);
        self.any_initial & letter & word.shape.any(Shape::CAPITALISED)
    }

    /// Whether a word may have other readings for the language of the document, or for how it was made.
    fn possible_in_its_language(&self, word: &Word) -> bool {
        self.scanned
            || self.latin.is_some() && word.span.len() >= MIN_STEM
            || self.compounds && self.may_be_compound(word)
    }

    /// Every reading found.
    pub(super) fn all(&self) -> &[Reading] {
        &self.readings
    }

    /// The steps of a reading.
    pub(super) fn steps(&self, reading: &Reading) -> &[Step] {
        &self.steps[reading.steps.0 as usize..reading.steps.1 as usize]
    }

    /// The words of which this one may be another grammatical form.
    pub(super) fn nominatives(&self) -> impl Iterator<Item = WordId> {
        self.alone().filter(|(reading, _, _)| reading.form == Some(Form::Inflection)).map(|(_, _, word)| word)
    }

    /// The readings that make one word of the segment.
    pub(super) fn alone(&self) -> impl Iterator<Item = (&Reading, Span, WordId)> {
        self.readings.iter().filter_map(|reading| match self.steps(reading) {
            &[Step { word: Some(word), span, .. }] => Some((reading, span, word)),
            _ => None,
        })
    }

    /// Forgets every reading.
    pub(super) fn clear(&mut self) {
        self.readings.clear();
        self.steps.clear();
    }

    /// Finds the other readings of the word at `index`; those of the glued words begin at `next_glued`. `stands` is the
    /// word of the segment, where what it stands for is wanted too.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn find(
        &mut self,
        segment: &Segment,
        view: View<'_>,
        glued: &GluedWords,
        next_glued: usize,
        index: usize,
        stands: Option<WordId>,
    ) {
        self.clear();
        let at = At { segment, view, index, word: view.all()[index] };
        let shape = at.word.shape;
        let asks = |fact: Shape| self.asks.any(fact) && shape.any(fact);
        let (seams, umlaut) = (asks(Shape::SEAM), asks(Shape::UMLAUT));
        let (korean, prefixed, inflected) = (asks(Shape::HANGUL), asks(Shape::PREFIXED), asks(Shape::INFLECTED));
        if shape.any(self.plurals) {
            self.plural(&at);
        }
        if let Some(word) = stands {
            self.lost_hyphen(&at, word);
        }
        self.hyphenated(&at);
        if shape.any(Shape::DOTTED) {
            self.dotted(&at);
        }
        if shape.any(Shape::LETTER) {
            self.initials(&at);
        }
        if self.may_be_initial(&at.word)
            && let Some(record) = any_initial(segment)
        {
            let reading = Reading { form: None, ..Reading::of(Form::Derived) };
            self.push(reading, std::iter::once(at.step(record, at.word.span)));
        }
        if korean {
            self.particle(&at);
        }
        if prefixed {
            self.prefixes(&at);
        }
        if umlaut {
            self.umlauts(&at);
        }
        if inflected || self.latin.is_some() {
            self.inflections(&at);
        }
        if self.compounds && self.may_be_compound(&at.word) {
            self.compound(&at);
        }
        if self.scanned {
            self.split(&at);
            self.long_s(&at);
        }
        if seams {
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
        if ends_in_reference(at.view.word(at.index)) {
            return;
        }
        if stem.len() < SHORTEST_PLURAL {
            let written = at.view.word(at.index);
            let capitals = written.ends_with('s') && !written[..written.len() - 1].contains(char::is_lowercase);
            if !(capitals && stem.len() > 1) {
                return;
            }
        }
        if let Some(record) = at.find(stem) {
            let reading = Reading { last: true, tail: 1, ..Reading::of(Form::Possessive) };
            self.push(reading, std::iter::once(at.step(record, at.word.span)));
        }
    }
}

/// The word that stands for any initial, where a name has it.
fn any_initial(segment: &Segment) -> Option<Record> {
    segment.vocabulary.get(WordKey::of(ANY_INITIAL.as_bytes()), ANY_INITIAL.as_bytes()).copied()
}

/// Whether what stands between two words may stand within one.
#[inline]
fn joins(between: Gap) -> bool {
    between.any(Gap::HYPHEN | Gap::APOSTROPHE | Gap::LINE_HYPHEN)
}

/// Whether a word and the next may be one word of the segment. Long ones always may; short ones only where they are, since
/// what is tried counts for the bound on readings.
fn may_join(segment: &Segment, view: View<'_>, index: usize) -> bool {
    let next = view.all().get(index + 1);
    let joined = next.and_then(|next| view.all()[index].key.joined(next.key));
    joined.is_none_or(|key| segment.vocabulary.get(key, &[]).is_some())
}

impl Reading {
    /// A reading of one word, of that form, that other words may follow.
    fn of(form: Form) -> Self {
        Self {
            consumed: 1,
            form: Some(form),
            whole: false,
            first: false,
            last: false,
            longer: false,
            tail: 0,
            glued: NONE,
            steps: (0, 0),
        }
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
    fn find(&self, folded: &[u8]) -> Option<Record> {
        self.segment.vocabulary.get(WordKey::of(folded), folded).copied()
    }

    /// How ordinary a word it is.
    fn ordinary(&self) -> Ordinary {
        std::str::from_utf8(self.view.words.folded(&self.word, &mut [0; 8])).map_or(Ordinary::No, ordinary)
    }

    fn step(&self, record: Record, span: Span) -> Step {
        self.part(Some(record), span)
    }

    /// A step by a part of the word that a name may or may not have.
    fn part(&self, record: Option<Record>, span: Span) -> Step {
        let (word, root) = (record.map(Record::id), record.map(|record| record.root));
        Step { word, root, span, at: self.index as u32, parts: (0, 0) }
    }
}
