//! The short names that the rules derive from a full name (rule L2).

use std::ops::Range;

use crate::text::{Gap, Shape, Word, Words};

/// The entity type whose names have a first and a last part that may stand for the whole.
pub(super) const PERSON: &str = "person";

/// What follows a surname without being one, folded.
const SUFFIXES: [&str; 8] = ["esq", "ii", "iii", "iv", "jr", "phd", "sr", "v"];
/// Words that belong to the surname behind them and never stand alone, folded.
const PARTICLES: [&str; 33] = [
    "abu", "al", "and", "ben", "bin", "da", "de", "del", "den", "der", "di", "dos", "dr", "du", "e", "el", "ibn", "la",
    "le", "mr", "of", "san", "st", "ten", "ter", "the", "van", "vande", "von", "y", "zu", "zum", "zur",
];

/// A full name, read as words in groups that hyphens and apostrophes tie together.
#[derive(Debug, Default)]
pub(super) struct FullName {
    words: Words,
    groups: Vec<Range<usize>>,
}

impl FullName {
    /// Reads a name.
    pub(super) fn read(&mut self, name: &str) {
        self.words.clear();
        self.words.read(name);
        self.groups.clear();
        for (at, word) in self.words.all().iter().enumerate() {
            match self.groups.last_mut() {
                Some(group) if word.gap.is_tight() || word.gap.any(Gap::GLUED) => group.end = at + 1,
                _ => self.groups.push(at..at + 1),
            }
        }
    }

    /// Its words.
    pub(super) fn words(&self) -> &Words {
        &self.words
    }

    /// Whether it has a word of `other`.
    pub(super) fn shares_a_word(&self, other: &Self) -> bool {
        let folded = |name: &Self, word: &Word| name.words.folded(word, &mut [0; 8]).to_vec();
        self.words.all().iter().any(|word| {
            let word = folded(self, word);
            other.words.all().iter().any(|other_word| folded(other, other_word) == word)
        })
    }

    /// The parts of a person's name that may stand for it, as ranges of its words: the first, the last, the last with
    /// its particles (`von der Leyen`), and the last without a particle tied to it (`Maliki` of `al-Maliki`).
    ///
    /// A part must be capitalised (where the script has capitals), longer than a letter and no particle, title or
    /// suffix alone. Names of scripts written without spaces have no such parts.
    pub(super) fn person_parts(&self, name: &str) -> Vec<Range<usize>> {
        let end = self.groups.iter().rposition(|group| !self.all_are(group, &SUFFIXES)).map_or(0, |last| last + 1);
        if end < 2 {
            return Vec::new();
        }
        let (first, last) = (&self.groups[0], &self.groups[end - 1]);
        let mut parts = vec![first.clone(), last.clone()];
        let particles =
            self.groups[1..end - 1].iter().rev().take_while(|group| self.all_are(group, &PARTICLES)).count();
        if particles > 0 {
            parts.push(self.groups[end - 1 - particles].start..last.end);
        }
        let tied = last.clone().take_while(|&at| self.is(at, &PARTICLES)).count();
        if tied > 0 && tied < last.len() {
            parts.push(last.start + tied..last.end);
        }
        parts.retain(|part| self.may_stand_alone(name, part));
        parts
    }

    fn may_stand_alone(&self, name: &str, part: &Range<usize>) -> bool {
        let words = &self.words.all()[part.clone()];
        let letters: usize =
            words.iter().map(|word| word.span.of(name).chars().filter(|c| c.is_alphabetic()).count()).sum();
        let capital = words.iter().any(|word| !word.shape.any(Shape::LOWER) || word.shape.any(Shape::CAPITALISED));
        let initials = words.iter().all(|word| word.shape.any(Shape::DOTTED | Shape::LETTER));
        letters > 1 && capital && !initials && !self.all_are(part, &PARTICLES)
    }

    fn all_are(&self, group: &Range<usize>, list: &[&str]) -> bool {
        group.clone().all(|at| self.is(at, list))
    }

    fn is(&self, at: usize, list: &[&str]) -> bool {
        let mut buffer = [0; 8];
        let folded = self.words.folded(&self.words.all()[at], &mut buffer);
        std::str::from_utf8(folded).is_ok_and(|folded| list.contains(&folded))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_names() {
        let mut full = FullName::default();
        let mut check = |name: &str, expected: &[&str]| {
            full.read(name);
            let all = full.words().all();
            let text =
                |part: Range<usize>| &name[all[part.start].span.start as usize..all[part.end - 1].span.end as usize];
            let parts: Vec<_> = full.person_parts(name).into_iter().map(text).collect();
            assert_eq!(parts, expected, "{name}");
        };
        check("Xi Jinping", &["Xi", "Jinping"]);
        check("Ursula von der Leyen", &["Ursula", "Leyen", "von der Leyen"]);
        check("Nouri al-Maliki", &["Nouri", "al-Maliki", "Maliki"]);
        check("Sean O'Brien", &["Sean", "O'Brien"]);
        check("Jean-Claude Juncker", &["Jean-Claude", "Juncker"]);
        check("Martin Luther King Jr.", &["Martin", "King"]);
        check("J. Biden", &["Biden"]);
        check("Madonna", &[]);
        check("习近平", &[]);
        check("Владимир Путин", &["Владимир", "Путин"]);
    }
}
