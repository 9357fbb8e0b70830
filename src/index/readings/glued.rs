//! Glued words (rule T6): `ChinaRussia` as its parts, and as groups of parts that are one word of a name.
//!
//! Must not know: whether all parts are accounted for; `extract` decides that.

use super::{At, Reading, Readings, Step};
use crate::{
    index::{forms::Form, glued::GluedWords, vocabulary::Record},
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
                Step { parts: (part as u8, part as u8 + 1), ..at.part(record.copied(), span) }
            });
            let reading = Reading { glued: which as u32, ..Reading::of(Form::Seam) };
            self.push(reading, parts);
            self.grouped(at, glued, which);
        }
    }

    /// `PayPalChina`, `G20China`: parts that are one word of a name together, from the left the longest first.
    pub(super) fn grouped(&mut self, at: &At<'_>, glued: &GluedWords, which: usize) {
        let all = &glued.all()[which];
        let count = glued.parts(all).len();
        let part = |part| glued.part(all, part);
        let step = |from: usize, to: usize, record: Option<Record>| {
            let span = Span::new(part(from).0.start, part(to - 1).0.end);
            Step { parts: (from as u8, to as u8), ..at.part(record, span) }
        };
        let single = |from: usize| {
            let (_, key, folded) = part(from);
            step(from, from + 1, at.segment.vocabulary.get(key, folded).copied())
        };
        let start = self.steps.len();
        // How many parts have a step, and where the parts end that touch one another from `from` on.
        let (mut done, mut from, mut end) = (0, 0, 0);
        while from < count {
            if end <= from {
                end = (from + 1..count).find(|&at| part(at - 1).0.end != part(at).0.start).unwrap_or(count);
            }
            let longest = if from == 0 { end.min(count - 1) } else { end };
            let joined = (from + 2..=longest).rev().find_map(|to| Some((to, at.find(glued.joined(all, from, to))?)));
            let Some((to, record)) = joined else {
                from += 1;
                continue;
            };
            self.steps.extend((done..from).map(single));
            self.steps.push(step(from, to, Some(record)));
            (done, from) = (to, to);
        }
        if done > 0 {
            self.steps.extend((done..count).map(single));
            let steps = (start as u32, self.steps.len() as u32);
            self.readings.push(Reading { glued: which as u32, steps, ..Reading::of(Form::Seam) });
        }
    }
}
