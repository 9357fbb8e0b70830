//! A person's name in full, taken apart into titles, given name, middle names, particles, surname and suffixes.
//!
//! A name is read as words in groups that hyphens and apostrophes tie together: `al-Maliki` is one. Titles before it,
//! suffixes behind it and what follows a comma are no part of given name and surname. Who is `of` a place, or has a
//! number, has no surname. Names of scripts written without spaces have no parts.
//!
//! Must not know: which names follow from the parts.

use std::ops::Range;

use super::words::{EAST_ASIAN, NUMERALS, PARTICLES, RULERS, SUFFIXES, TITLES};
use crate::text::{Gap, Shape, WordKey, WordSet, Words};

/// A name in parts; ranges are of its words.
pub(super) struct FullName<'n> {
    name: &'n str,
    words: Words,
    /// Groups of words that hyphens and apostrophes tie, up to the first comma that no suffix follows.
    pub(super) parts: Vec<Range<usize>>,
    /// How many parts at the beginning are titles.
    pub(super) titles: usize,
    /// The first part that is a suffix; the number of parts where there is none.
    pub(super) end: usize,
}

impl<'n> FullName<'n> {
    /// Takes a name apart.
    pub(super) fn read(name: &'n str) -> Self {
        let mut words = Words::default();
        words.read(name);
        let mut full = Self { name, words, parts: Vec::new(), titles: 0, end: 0 };
        for (at, word) in full.words.all().iter().enumerate() {
            if word.gap.any(Gap::COMMA) && !full.is_suffix(at) {
                break;
            }
            match full.parts.last_mut() {
                Some(part) if word.gap.is_tight() || word.gap.any(Gap::GLUED) => part.end = at + 1,
                _ => full.parts.push(at..at + 1),
            }
        }
        full.titles = full.parts.iter().take_while(|part| full.all_are(part, &TITLES)).count();
        let kept = full.parts.iter().rposition(|part| !part.clone().all(|at| full.is_suffix(at)));
        full.end = kept.map_or(0, |last| last + 1);
        full
    }

    /// Whether it names an office and no person: `President of the Republic`.
    pub(super) fn is_office(&self) -> bool {
        self.titles > 0 && self.parts.get(self.titles).is_none_or(|part| self.all_are(part, &PARTICLES))
    }

    /// The first part behind the titles, where others follow.
    pub(super) fn given(&self) -> Option<Range<usize>> {
        (self.end > self.titles && self.parts.len() > self.titles + 1).then(|| self.parts[self.titles].clone())
    }

    /// The one part that stands behind the titles of who has no other name: `Francis` of `Pope Francis`.
    pub(super) fn only(&self) -> Option<Range<usize>> {
        (self.titles > 0 && self.parts.len() == self.titles + 1 && !self.is_office())
            .then(|| self.parts[self.titles].clone())
    }

    /// Whether a number tells a ruler from others of the name. Rulers have no initials (`James A. Baker III`), and given
    /// names alone (`Henry Ford II`).
    pub(super) fn is_numbered(&self) -> bool {
        if !self.parts[self.end..].iter().any(|part| self.all_are(part, &NUMERALS)) {
            return false;
        }
        let names = &self.parts[self.titles..self.end];
        let initial = |part: &Range<usize>| self.words.all()[part.start].shape.any(Shape::LETTER | Shape::DOTTED);
        let given = names.len() < 2 || names.last().is_some_and(|last| self.all_are(last, &RULERS));
        given && !names.iter().any(initial)
    }

    /// The last part, where the person has a surname.
    pub(super) fn surname(&self) -> Option<Range<usize>> {
        let of = self.parts.iter().any(|part| part.clone().all(|at| self.words.all()[at].key == WordKey::of(b"of")));
        (self.end > self.titles + 1 && !of && !self.is_numbered()).then(|| self.parts[self.end - 1].clone())
    }

    /// The surname with the particles before it.
    pub(super) fn long_surname(&self, last: &Range<usize>) -> Range<usize> {
        self.parts[self.end - 1 - self.particles()].start..last.end
    }

    /// The parts between given name and surname with its particles.
    pub(super) fn middle(&self) -> &[Range<usize>] {
        &self.parts[self.titles + 1..self.end - 1 - self.particles()]
    }

    /// How many particles stand right before the surname.
    fn particles(&self) -> usize {
        let inner = &self.parts[self.titles + 1..self.end - 1];
        inner.iter().rev().take_while(|part| self.all_are(part, &PARTICLES)).count()
    }

    /// Whether the first part is the surname, and the last belongs to the given name: as in East Asia, by the list.
    pub(super) fn is_east_asian(&self, first: &Range<usize>, last: &Range<usize>) -> bool {
        let known = |part: &Range<usize>| part.len() == 1 && self.is(part.start, &EAST_ASIAN);
        known(first) && !known(last)
    }

    /// The text from the first word of a part to its last.
    pub(super) fn text(&self, part: &Range<usize>) -> &'n str {
        let words = &self.words.all()[part.clone()];
        match (words.first(), words.last()) {
            (Some(first), Some(last)) => &self.name[first.span.start as usize..last.span.end as usize],
            _ => "",
        }
    }

    /// The text of the parts from one to before another.
    pub(super) fn span(&self, from: usize, to: usize) -> &'n str {
        self.text(&(self.parts[from].start..self.parts[to - 1].end))
    }

    /// The text from a part to the last.
    pub(super) fn from(&self, from: usize) -> &'n str {
        self.span(from, self.parts.len())
    }

    /// Whether a part is more than a letter or a particle, and capitalised.
    pub(super) fn may_stand_alone(&self, part: &Range<usize>) -> bool {
        let words = &self.words.all()[part.clone()];
        let letters: usize =
            words.iter().map(|word| word.span.of(self.name).chars().filter(|c| c.is_alphabetic()).count()).sum();
        let capital = words.iter().any(|word| !word.shape.any(Shape::LOWER) || word.shape.any(Shape::CAPITALISED));
        let initials = words.iter().all(|word| word.shape.any(Shape::DOTTED | Shape::LETTER));
        letters > 1 && capital && !initials && !self.all_are(part, &PARTICLES)
    }

    fn all_are<const PLACES: usize>(&self, part: &Range<usize>, set: &WordSet<PLACES>) -> bool {
        part.clone().all(|at| self.is(at, set))
    }

    /// Whether a word is a particle.
    pub(super) fn is_particle(&self, at: usize) -> bool {
        self.is(at, &PARTICLES)
    }

    fn is_suffix(&self, at: usize) -> bool {
        self.is(at, &SUFFIXES) || self.is(at, &NUMERALS)
    }

    fn is<const PLACES: usize>(&self, at: usize, set: &WordSet<PLACES>) -> bool {
        set.has_word(&self.words, &self.words.all()[at])
    }
}
