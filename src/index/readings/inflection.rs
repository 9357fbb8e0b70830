//! Inflected words (rule T6): `Россией` where a name has `Россия`, `Prahy` where it has `Praha`.
//!
//! Each ending of the word is taken off and the endings that the dictionary has in its place are put on; only where
//! the vocabulary knows the result is there a reading. A bounded number of look-ups a word.
//!
//! Must not know: other kinds of readings.

use super::{At, MIN_STEM, Reading, Readings, endings::Table};
use crate::index::forms::Form;

impl Readings {
    /// The words of which this is another grammatical form.
    pub(super) fn inflections(&mut self, at: &At<'_>) {
        let mut buffer = [0; 8];
        let folded = at.view.words.folded(&at.word, &mut buffer);
        // Too short whatever is taken off, and cheap to see.
        if folded.len() < MIN_STEM {
            return;
        }
        let Ok(folded) = std::str::from_utf8(folded) else { return };
        let table = match folded.chars().next_back() {
            Some('\u{400}'..='\u{52F}') => Table::Cyrillic,
            Some('\u{370}'..='\u{3FF}') => Table::Greek,
            Some('a'..='z') => match self.latin {
                Some(language) => Table::Latin(language),
                None => return,
            },
            _ => return,
        };
        let letters = folded.chars().count();
        let mut endings = std::mem::take(&mut self.endings);
        let turned = endings.get(table);
        let ends = folded.char_indices().rev().map(|(start, _)| start);
        // A name that loses its ending altogether is not read: too much else does.
        for (length, start) in (1..).zip(ends).take(turned.longest) {
            if letters - length < MIN_STEM - 1 {
                break;
            }
            let (stem, ending) = folded.split_at(start);
            for nominative in turned.nominatives(ending) {
                if letters - length + nominative.chars().count() < MIN_STEM {
                    continue;
                }
                self.folded.clear();
                self.folded.extend_from_slice(stem.as_bytes());
                self.folded.extend_from_slice(nominative.as_bytes());
                let Some(record) = at.find(&self.folded) else { continue };
                if self.nominatives().all(|other| other != record.id()) {
                    self.push(Reading::of(Form::Inflection), std::iter::once(at.step(record, at.word.span)));
                }
            }
        }
        self.endings = endings;
    }
}
