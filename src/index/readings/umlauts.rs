//! German umlauts that the name spells out (rule T3): `Müller` where a name has `Mueller`. The other way round, the
//! vocabulary holds the spelling as a word that stands for the one with the umlaut.
//!
//! Must not know: other kinds of readings.

use super::{At, Reading, Readings};
use crate::{
    index::forms::Form,
    text::{dereference_into, fold, spell_out_umlauts_into},
};

impl Readings {
    /// `Müller` where a name has `Mueller`.
    pub(super) fn umlauts(&mut self, at: &At<'_>) {
        dereference_into(at.view.word(at.index), &mut self.plain);
        if !spell_out_umlauts_into(&self.plain, &mut self.spelled_out) {
            return;
        }
        self.folded.clear();
        fold(&self.spelled_out, &mut self.folded);
        if let Some(record) = at.find(&self.folded) {
            self.push(Reading::of(Form::Diacritics), std::iter::once(at.step(record, at.word.span)));
        }
    }
}
