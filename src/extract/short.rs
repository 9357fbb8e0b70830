//! The short names that the rules derive from a full name (rule L2).

use crate::text::{Shape, Span, Word, Words};

/// The entity type whose names have a first and a last part that may stand for the whole.
pub(super) const PERSON: &str = "person";

/// What follows a surname without being one, folded.
const SUFFIXES: [&str; 8] = ["esq", "ii", "iii", "iv", "jr", "phd", "sr", "v"];
/// Parts of names that never stand alone, folded.
const PARTICLES: [&str; 32] = [
    "al", "and", "ben", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "e", "el", "ibn", "la", "le", "of",
    "san", "st", "ten", "ter", "the", "van", "von", "y", "zu", "zum", "zur", "abu", "dr", "mr",
];

/// The parts of a person's full name that may stand for it: the first and the last, where they may.
///
/// A part must be capitalised (where the script has capitals), longer than a letter and no particle, title or suffix.
/// Names of scripts written without spaces have no such parts.
pub(super) fn parts(name: &str, words: &mut Words) -> [Option<Span>; 2] {
    words.clear();
    words.read(name);
    let is = |word: &Word, list: &[&str]| {
        let mut buffer = [0; 8];
        std::str::from_utf8(words.folded(word, &mut buffer)).is_ok_and(|folded| list.contains(&folded))
    };
    let all = words.all();
    let end = all.iter().rposition(|word| !is(word, &SUFFIXES)).map_or(0, |last| last + 1);
    if end < 2 {
        return [None, None];
    }
    [&all[0], &all[end - 1]].map(|word| {
        let letters = word.span.of(name).chars().filter(|c| c.is_alphabetic()).count();
        let lower = word.shape.any(Shape::LOWER) && !word.shape.any(Shape::CAPITALISED);
        let alone = letters > 1 && !lower && !word.shape.any(Shape::DOTTED) && !is(word, &PARTICLES);
        alone.then_some(word.span)
    })
}
