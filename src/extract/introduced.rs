//! Acronyms that a document introduces in parentheses: `Interstate Commerce Commission (ICC)`.
//!
//! Reads all words once, and a bounded number before each acronym. Must not know: entities, scores.

use std::borrow::Cow;

use hashbrown::{HashMap, hash_map::Entry};

use super::place::is_among;
use crate::text::{FUNCTION, Gap, Shape, Span, View, WordKey, fold};

/// The letters of an acronym that is looked for with its words.
const LETTERS: std::ops::RangeInclusive<usize> = 3..=6;
/// The most words of a name that is compared with them.
const MAX_WORDS: usize = 16;
/// The most function words among those whose initials it has.
const MAX_FUNCTION: usize = 4;

/// The words that an acronym is introduced for.
#[derive(Debug)]
pub(super) struct Introduced {
    /// The first and the last of them.
    pub(super) first: usize,
    pub(super) last: usize,
    letters: Vec<char>,
    /// Those that are no function words, folded.
    words: Vec<Box<[u8]>>,
}

impl Introduced {
    /// Whether a name has the acronym for its initials as well, and fewer than half of the words, so that something else is
    /// meant. Of a long name the beginning is looked at.
    pub(super) fn is_of_another(&self, name: &str) -> bool {
        let (mut folded, mut shared, mut initials) = (Vec::new(), 0, Vec::new());
        for word in name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(MAX_WORDS) {
            folded.clear();
            fold(word, &mut folded);
            if !FUNCTION.has(&folded) {
                initials.extend(word.chars().next());
                shared += usize::from(self.words.iter().any(|own| **own == *folded));
            }
        }
        initials.starts_with(&self.letters) && 2 * shared < self.words.len()
    }
}

/// The acronyms that are introduced for the words whose initials they are, by their keys. One that is introduced for several
/// names is none of them.
pub(super) fn all(view: View<'_>) -> HashMap<WordKey, Introduced> {
    let mut all: HashMap<WordKey, Option<Introduced>> = HashMap::new();
    if !view.fields.iter().any(|text| text.contains('(')) {
        return HashMap::new();
    }
    for (index, word) in view.all().iter().enumerate().skip(1) {
        let may_be = word.gap.any(Gap::MARK) && word.shape.all_capitals() && !word.shape.any(Shape::LETTER);
        let Some(words) = may_be.then(|| words_before(view, index)).flatten() else { continue };
        match all.entry(word.key) {
            Entry::Vacant(new) => {
                new.insert(Some(words));
            }
            Entry::Occupied(mut known) => {
                let other = known.get_mut();
                *other = other.take().filter(|other| other.words == words.words);
            }
        }
    }
    all.into_iter().filter_map(|(key, words)| Some((key, words?))).collect()
}

/// The words before the acronym in parentheses at `index` whose initials it has.
fn words_before(view: View<'_>, index: usize) -> Option<Introduced> {
    let written = in_parentheses(view, index)?;
    let letters: Vec<char> = written.chars().filter(|c| c.is_alphabetic()).collect();
    if !LETTERS.contains(&letters.len()) {
        return None;
    }
    let words = view.all();
    let last = index - 1;
    let (mut at, mut function, mut first) = (index, 0, last);
    for letter in letters.iter().rev() {
        loop {
            // What stands before a word ties it to the one before.
            at = at.checked_sub(1).filter(|&at| at == last || words[at + 1].gap.is_free())?;
            let initial = view.word(at).chars().next()?;
            if initial == *letter {
                first = at;
                break;
            }
            function += 1;
            if at == last || function > MAX_FUNCTION || !is_among(view, at, &FUNCTION) {
                return None;
            }
        }
    }
    let told = (first..=last).filter(|&at| !is_among(view, at, &FUNCTION));
    let words = told.map(|at| view.words.folded(&words[at], &mut [0; 8]).into()).collect();
    (first < last).then_some(Introduced { first, last, letters, words })
}

/// The word at `index`, without periods behind it, where it stands in parentheses and has several capitals.
#[inline]
pub(super) fn in_parentheses(view: View<'_>, index: usize) -> Option<Cow<'_, str>> {
    let words = view.all();
    let word = words.get(index).filter(|word| word.gap.any(Gap::MARK) && !word.gap.any(Gap::PARAGRAPH))?;
    let field = view.field(index);
    let end = words.get(index + 1).filter(|_| view.field(index + 1) == field).map(|next| next.span.start);
    let end = end.unwrap_or(view.fields[field].len() as u32);
    let gap = |from, to| view.words.plain(view.slice(index, Span::new(from, to)));
    let (between, behind) = (gap(words[index - 1].span.end, word.span.start), gap(word.span.end, end));
    let closed = behind.trim_start_matches(['"', '”', '\'', '’']).starts_with([')', ',']);
    let opened = between.trim().trim_end_matches(['"', '“', '\'', '‘']) == "(";
    let written = view.words.plain(view.word(index).trim_end_matches('.'));
    let capitals = written.chars().filter(|c| c.is_uppercase()).count();
    (opened && closed && capitals > 1).then_some(written)
}
