//! Glued words (rule T6): `ChinaRussia` as its parts, and as groups of parts that are one word of a name.
//!
//! Must not know: whether all parts are accounted for; `extract` decides that.

use super::{At, Reading, Readings, Step};
use crate::{
    index::{forms::Form, glued::GluedWords},
    text::Span,
};

impl Readings {
    /// `ChinaRussia`: the parts of a glued word.
    pub(super) fn seams(&mut self, at: &At<'_>, glued: &GluedWords, from: usize) {
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
    pub(super) fn grouped(&mut self, at: &At<'_>, glued: &GluedWords, which: usize) {
        let count = glued.parts(&glued.all()[which]).len();
        let part = |part| glued.part(&glued.all()[which], part);
        let start = self.steps.len();
        let mut from = 0;
        let mut any = false;
        while from < count {
            let longest = if from == 0 { count - 1 } else { count };
            // As far as the parts touch.
            let touching = (from + 1..longest).take_while(|&at| part(at - 1).0.end == part(at).0.start).count();
            let joined = (from + 2..=from + 1 + touching).rev().find_map(|to| {
                let word = at.find(glued.joined(&glued.all()[which], from, to))?;
                Some((to, Some(word)))
            });
            any |= joined.is_some();
            let (to, word) = joined.unwrap_or_else(|| {
                let (_, key, folded) = part(from);
                (from + 1, at.segment.vocabulary.get(key, folded).map(|record| record.id()))
            });
            let span = Span::new(part(from).0.start, part(to - 1).0.end);
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
