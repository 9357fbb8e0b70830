//! Hyphens, apostrophes and periods that only one of name and text has (rules T4 and T6): `indepth`, `in-depth`,
//! `Afgha-` at the end of a line, `J.R.R.`
//!
//! Must not know: other kinds of readings.

use super::{At, Reading, Readings, Step};
use crate::{
    index::{forms::Form, vocabulary::WordId},
    text::{Gap, Ordinary, Shape, Span, WordKey, fold, past_marks},
};

/// The most initials that are read as one abbreviation.
const MAX_INITIALS: usize = 6;

impl Readings {
    /// `indepth` where a name has `in-depth`, and `JRR` where a name has `J. R. R.`, which is no weaker.
    pub(super) fn lost_hyphen(&mut self, at: &At<'_>, word: WordId) {
        let mut buffer = [0; 8];
        let folded = at.view.words.folded(&at.word, &mut buffer);
        let length = folded.iter().filter(|byte| !is_continuation(**byte)).count();
        for sequence in at.segment.joins.of(word) {
            let form = match sequence.len() {
                1 => Some(Form::Diacritics),
                parts => (parts < length).then_some(Form::Hyphen),
            };
            // `to` is no `T.O.`
            let only_a_word = || !at.word.shape.any(Shape::UPPER) && at.ordinary() == Ordinary::Function;
            if form.map_or_else(|| !only_a_word(), |form| !self.disabled.has(form)) {
                let reading = Reading { form, whole: true, ..Reading::of(Form::Hyphen) };
                let step = |&word| Step { word: Some(word), ..at.part(None, at.word.span) };
                self.push(reading, sequence.iter().map(step));
            }
        }
    }

    /// `in-depth` where a name has `indepth`, and `Afgha-` at the end of a line with `nistan` on the next.
    pub(super) fn hyphenated(&mut self, at: &At<'_>) {
        let Some(next) = at.view.all().get(at.index + 1) else { return };
        let form = match next.gap {
            gap if gap.any(Gap::LINE_HYPHEN) && gap.is_free() => Form::LineBreak,
            gap if gap.is_tight() => Form::Hyphen,
            _ => return,
        };
        if self.disabled.has(form) {
            return;
        }
        // `chef's` is a possessive; a name such as `McDonald's` begins with a capital.
        let possessive = form == Form::Hyphen && next.gap.any(Gap::APOSTROPHE) && next.key == WordKey::of(b"s");
        if possessive && !at.word.shape.any(Shape::CAPITALISED) {
            return;
        }
        let record = match at.word.key.joined(next.key) {
            Some(short) => at.segment.vocabulary.get(short, &[]).copied(),
            None => {
                self.folded.clear();
                self.folded.extend_from_slice(at.view.words.folded(&at.word, &mut [0; 8]));
                self.folded.extend_from_slice(at.view.words.folded(next, &mut [0; 8]));
                at.find(&self.folded)
            }
        };
        if let Some(record) = record {
            let span = Span::new(at.word.span.start, next.span.end);
            self.push(Reading { consumed: 2, ..Reading::of(form) }, std::iter::once(at.step(record, span)));
        }
    }

    /// `J.R.R.` where a name has `J. R. R.`
    pub(super) fn dotted(&mut self, at: &At<'_>) {
        let from = self.steps.len();
        for (offset, letter) in at.view.word(at.index).char_indices().filter(|(_, c)| *c != '.') {
            self.folded.clear();
            fold(letter.encode_utf8(&mut [0; 4]), &mut self.folded);
            if self.folded.is_empty() {
                continue;
            }
            let Some(record) = at.find(&self.folded) else {
                self.steps.truncate(from);
                return;
            };
            let span = Span::new(at.word.span.start + offset as u32, at.word.span.end);
            self.steps.push(at.step(record, span));
        }
        let steps = (from as u32, self.steps.len() as u32);
        self.readings.push(Reading { form: None, whole: true, steps, ..Reading::of(Form::Hyphen) });
    }

    /// `J. R. R.` where a name has `J.R.R.` or `JRR`.
    pub(super) fn initials(&mut self, at: &At<'_>) {
        if at.word.shape.any(Shape::DOTTED) {
            return;
        }
        let next = at.view.all()[at.index + 1..].iter().take(MAX_INITIALS - 1);
        for (count, word) in next.enumerate() {
            let letter = word.shape.any(Shape::LETTER) && !word.shape.any(Shape::DOTTED);
            if !(letter && word.gap.any(Gap::PERIOD) && word.gap.is_free()) {
                return;
            }
            if count == 0 {
                self.folded.clear();
                self.folded.extend_from_slice(at.view.words.folded(&at.word, &mut [0; 8]));
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
}

/// Whether a byte of UTF-8 continues a character.
fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}
