//! The other readings of a word as it is written (rules T2, T4, T6): plural, glued words, lost and printed hyphens,
//! abbreviations with and without periods, particles.
//!
//! A reading is given only when the vocabulary knows its words. Whether it makes a name, the search finds out.

use super::{
    forms::{Form, Forms},
    glued::GluedWords,
    search::Known,
    segment::Segment,
    vocabulary::WordId,
};
use crate::text::{Gap, Shape, Span, View, Word, WordKey, fold, past_marks};

/// Stands for no glued word.
pub(super) const NONE: u32 = u32::MAX;
/// The most initials that are read as one abbreviation.
const MAX_INITIALS: usize = 6;
/// The shortest word, in bytes without its `s`, that has a plural reading.
const SHORTEST_PLURAL: usize = 3;

/// Korean particles that may be written on to a name; the longer ones are combinations.
const PARTICLES: [&str; 64] = [
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "로",
    "와",
    "과",
    "도",
    "만",
    "나",
    "에서",
    "에게",
    "한테",
    "으로",
    "로서",
    "로써",
    "까지",
    "부터",
    "처럼",
    "보다",
    "마저",
    "조차",
    "이나",
    "이란",
    "라고",
    "라는",
    "과의",
    "와의",
    "에는",
    "에도",
    "로는",
    "로의",
    "와는",
    "과는",
    "와도",
    "과도",
    "만이",
    "만은",
    "하고",
    "이며",
    "이고",
    "이다",
    "에서는",
    "에서도",
    "에서의",
    "에게서",
    "으로서",
    "으로써",
    "으로의",
    "이라고",
    "이라는",
    "까지는",
    "까지의",
    "부터는",
    "부터의",
    "으로는",
    "로부터",
    "에게는",
    "한테서",
    "으로부터",
];

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
#[derive(Debug)]
pub(super) struct Readings {
    readings: Vec<Reading>,
    steps: Vec<Step>,
    folded: Vec<u8>,
    /// [`PARTICLES`] with their decomposed forms.
    particles: Vec<String>,
}

impl Default for Readings {
    fn default() -> Self {
        let decomposed = |particle: &&str| {
            let mut folded = Vec::new();
            fold(particle, &mut folded);
            String::from_utf8(folded).unwrap_or_default()
        };
        let particles = PARTICLES.iter().map(|&particle| particle.to_owned());
        let particles = particles.chain(PARTICLES.iter().map(decomposed)).collect();
        Self { readings: Vec::new(), steps: Vec::new(), folded: Vec::new(), particles }
    }
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

    /// `indepth` where a name has `in-depth`, and `JRR` where a name has `J. R. R.`, which is no weaker.
    fn lost_hyphen(&mut self, at: &At<'_>, word: WordId, disabled: Forms) {
        for sequence in at.segment.sequences(word) {
            let length = at.view.word(at.index).chars().filter(|c| c.is_alphanumeric()).count();
            let form = (sequence.len() < length).then_some(Form::Hyphen);
            if form.is_none_or(|form| !disabled.has(form)) {
                let reading = Reading { form, whole: true, ..Reading::of(Form::Hyphen) };
                self.push(reading, sequence.iter().map(|&word| at.step(word, at.word.span)));
            }
        }
    }

    /// `in-depth` where a name has `indepth`, and `Afgha-` at the end of a line with `nistan` on the next.
    fn hyphenated(&mut self, at: &At<'_>, disabled: Forms) {
        let Some(next) = at.view.all().get(at.index + 1) else { return };
        let form = match next.gap {
            gap if gap.any(Gap::LINE_HYPHEN) && gap.is_free() => Form::LineBreak,
            gap if gap.is_tight() => Form::Hyphen,
            _ => return,
        };
        if disabled.has(form) {
            return;
        }
        self.folded.clear();
        self.folded.extend_from_slice(at.view.words.folded(&at.word, &mut [0; 8]));
        self.folded.extend_from_slice(at.view.words.folded(next, &mut [0; 8]));
        if let Some(word) = at.find(&self.folded) {
            let span = Span::new(at.word.span.start, next.span.end);
            self.push(Reading { consumed: 2, ..Reading::of(form) }, std::iter::once(at.step(word, span)));
        }
    }

    /// `J.R.R.` where a name has `J. R. R.`
    fn dotted(&mut self, at: &At<'_>) {
        let from = self.steps.len();
        for (offset, letter) in at.view.word(at.index).char_indices().filter(|(_, c)| *c != '.') {
            self.folded.clear();
            fold(letter.encode_utf8(&mut [0; 4]), &mut self.folded);
            let Some(word) = at.find(&self.folded) else {
                self.steps.truncate(from);
                return;
            };
            let span = Span::new(at.word.span.start + offset as u32, at.word.span.end);
            self.steps.push(at.step(word, span));
        }
        let steps = (from as u32, self.steps.len() as u32);
        self.readings.push(Reading { form: None, whole: true, steps, ..Reading::of(Form::Hyphen) });
    }

    /// `J. R. R.` where a name has `J.R.R.` or `JRR`.
    fn initials(&mut self, at: &At<'_>) {
        self.folded.clear();
        self.folded.extend_from_slice(at.view.words.folded(&at.word, &mut [0; 8]));
        let next = at.view.all()[at.index + 1..].iter().take(MAX_INITIALS - 1);
        for (count, word) in next.enumerate() {
            let letter = word.shape.any(Shape::LETTER) && !word.shape.any(Shape::DOTTED);
            if !(letter && word.gap.any(Gap::PERIOD) && word.gap.is_free()) || at.word.shape.any(Shape::DOTTED) {
                return;
            }
            self.folded.extend_from_slice(at.view.words.folded(word, &mut [0; 8]));
            if let Some(found) = at.find(&self.folded) {
                let text = at.view.fields[at.view.field(at.index)];
                let period = usize::from(text.as_bytes().get(word.span.end as usize) == Some(&b'.'));
                let end = past_marks(text, word.span.end as usize + period);
                let span = Span::new(at.word.span.start, end as u32);
                let reading = Reading { form: None, consumed: count as u32 + 2, ..Reading::of(Form::Hyphen) };
                self.push(reading, std::iter::once(at.step(found, span)));
            }
        }
    }

    /// `러시아는`: a word with a Korean particle, without it.
    fn particle(&mut self, at: &At<'_>) {
        let written = at.view.word(at.index);
        for which in 0..self.particles.len() {
            let stem = written.strip_suffix(self.particles[which].as_str()).filter(|stem| !stem.is_empty());
            let Some(stem) = stem else { continue };
            self.folded.clear();
            fold(stem, &mut self.folded);
            if let Some(word) = at.find(&self.folded) {
                let span = Span::new(at.word.span.start, at.word.span.start + stem.len() as u32);
                let reading = Reading { last: true, ..Reading::of(Form::Particle) };
                self.push(reading, std::iter::once(at.step(word, span)));
            }
        }
    }

    /// `ChinaRussia`: the parts of a glued word.
    fn seams(&mut self, at: &At<'_>, glued: &GluedWords, from: usize) {
        for (which, word) in glued.all().iter().enumerate().skip(from) {
            if word.word as usize != at.index {
                break;
            }
            let parts = glued.parts(word).enumerate().map(|(part, (span, key, folded))| {
                let record = at.segment.vocabulary.get(key, folded);
                let parts = (part as u8, part as u8 + 1);
                Step { word: record.map(|record| record.id()), span, at: at.index as u32, parts }
            });
            let reading = Reading { glued: which as u32, ..Reading::of(Form::Seam) };
            self.push(reading, parts);
            self.grouped(at, glued, which);
        }
    }

    /// `PayPalChina`, `G20China`: parts that are one word of a name together, from the left the longest first.
    fn grouped(&mut self, at: &At<'_>, glued: &GluedWords, which: usize) {
        let parts: Vec<_> = glued.parts(&glued.all()[which]).collect();
        let start = self.steps.len();
        let mut from = 0;
        let mut any = false;
        while from < parts.len() {
            let longest = if from == 0 { parts.len() - 1 } else { parts.len() };
            let joined = (from + 2..=longest).rev().find_map(|to| {
                self.folded.clear();
                parts[from..to].iter().for_each(|(_, _, folded)| self.folded.extend_from_slice(folded));
                let touching = parts[from..to].windows(2).all(|pair| pair[0].0.end == pair[1].0.start);
                at.find(&self.folded).filter(|_| touching).map(|word| (to, Some(word)))
            });
            any |= joined.is_some();
            let (to, word) = joined.unwrap_or_else(|| {
                let (_, key, folded) = parts[from];
                (from + 1, at.segment.vocabulary.get(key, folded).map(|record| record.id()))
            });
            let span = Span::new(parts[from].0.start, parts[to - 1].0.end);
            self.steps.push(Step { word, span, at: at.index as u32, parts: (from as u8, to as u8) });
            from = to;
        }
        if any {
            let steps = (start as u32, self.steps.len() as u32);
            self.readings.push(Reading { glued: which as u32, steps, ..Reading::of(Form::Seam) });
        } else {
            self.steps.truncate(start);
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
