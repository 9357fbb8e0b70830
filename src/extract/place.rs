//! Where a word stands, as far as its capitals tell something: at the beginning of a sentence, in a headline, beside
//! other capitalised words.
//!
//! Looks at a bounded number of words around. Must not know: entities, scores.

use super::given;
use crate::text::{FUNCTION, Gap, Shape, View, Word, WordSet};

/// How many words on each side tell a headline.
const AROUND: usize = 6;
/// How many words on each side are looked at for a capital that shows that the text has some.
const SENTENCE: usize = 40;
/// How many words on each side tell whether the text around is all in capitals.
const SHOUTING: usize = 5;
/// The fewest bytes of a line that was broken because it was full: a shorter one is a heading, or an entry of a list.
const FULL_LINE: u32 = 32;
/// From so many bytes on nobody can tell why a line ends.
const LONG_LINE: u32 = 128;
/// So many bytes longer than a line and the word behind it is one that was not broken where they are full.
const LONGER: u32 = 8;
/// How many spaces at the beginning of a line are counted.
const INDENT: usize = 8;
/// The fewest words of a headline at the beginning of a text: of fewer, a sentence may be broken early.
const HEADLINE: usize = 5;

/// What the capitals of a word tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Capitals {
    /// It is written small where others are not.
    Small,
    /// Nothing: a sentence or a headline begins or goes on, or there are no capitals around.
    Nothing,
    /// It is capitalised though nothing but a name asks for it.
    Telling,
}

/// What the capitals of the word at `index` tell.
pub(super) fn capitals(view: View<'_>, index: usize) -> Capitals {
    let shape = view.all()[index].shape;
    if !shape.any(Shape::CAPITALISED) {
        return if has_capitals(view, index) { Capitals::Small } else { Capitals::Nothing };
    }
    if begins_sentence(view, index) || is_headline(view, index) { Capitals::Nothing } else { Capitals::Telling }
}

/// Whether a sentence begins with the word at `index`, or something is quoted from there on.
pub(super) fn begins_sentence(view: View<'_>, index: usize) -> bool {
    let gap = view.all()[index].gap;
    index == 0 || index == view.border || gap.any(Gap::STOP | Gap::MARK | Gap::PARAGRAPH | Gap::QUOTE)
}

/// Whether all longer words around are capitalised, three or more.
pub(super) fn is_headline(view: View<'_>, index: usize) -> bool {
    are_capitalised(view, index, 3)
}

/// Whether the word at `index` stands in a title, however short, whose longer words are capitalised.
pub(super) fn is_short_title(view: View<'_>, index: usize) -> bool {
    index < view.border && are_capitalised(view, index, 1)
}

/// Whether the longer words around are capitalised, and so many or more.
fn are_capitalised(view: View<'_>, index: usize, least: usize) -> bool {
    let (mut longer, mut capitalised) = (0, 0);
    for word in around(view, index, AROUND) {
        let is_longer = has_letters(word) & (word.span.len() > 3);
        longer += usize::from(is_longer);
        capitalised += usize::from(is_longer & word.shape.any(Shape::CAPITALISED));
    }
    longer >= least && capitalised == longer
}

/// Whether the text around a place is all in capitals, so that the capitals of the place prove nothing (rule M1).
pub(super) fn is_shouting(view: View<'_>, first: usize, last: usize) -> bool {
    let words = view.all();
    let apart = Gap::PARAGRAPH | Gap::LINE;
    let before = (0..first).rev().take(SHOUTING).take_while(|&index| !words[index + 1].gap.any(apart));
    let behind = (last + 1..words.len()).take(SHOUTING).take_while(|&index| !words[index].gap.any(apart));
    let mut capitals = 0;
    for index in before.chain(behind) {
        let shape = words[index].shape;
        if shape.any(Shape::LOWER) {
            return false;
        }
        capitals += usize::from(shape.all_capitals() && !shape.any(Shape::LETTER));
    }
    capitals >= 2
}

/// Whether a word around is capitalised, or where none is, one of the paragraph that is not far away: a long sentence has
/// its capital at its beginning.
fn has_capitals(view: View<'_>, index: usize) -> bool {
    let is_capitalised = |word: &Word| has_letters(word) & word.shape.any(Shape::CAPITALISED);
    around(view, index, AROUND).fold(false, |any, word| any | is_capitalised(word))
        || around(view, index, SENTENCE).any(is_capitalised)
}

fn has_letters(word: &Word) -> bool {
    word.shape.any(Shape::UPPER | Shape::LOWER)
}

/// The words around, within the paragraph. Who asks looks at all of them: where to stop could not be foreseen by the
/// processor, and would cost more.
fn around(view: View<'_>, index: usize, far: usize) -> impl Iterator<Item = &Word> {
    let words = view.all();
    let goes_on = |pair: &&[Word]| !pair[1].gap.any(Gap::PARAGRAPH);
    let before = words[index.saturating_sub(far)..=index].windows(2).rev().take_while(goes_on);
    let behind = words[index..words.len().min(index + 1 + far)].windows(2).take_while(goes_on);
    before.map(|pair| &pair[0]).chain(behind.map(|pair| &pair[1]))
}

/// Whether only a space, a double quote or the period of an initial lies before the word at `index`, and no column or short
/// line ends there.
#[inline]
pub(super) fn joins(view: View<'_>, index: usize) -> bool {
    let words = view.all();
    let Some(before) = index.checked_sub(1).map(|before| words[before]) else { return false };
    let gap = words[index].gap;
    let initial = before.shape.any(Shape::LETTER | Shape::DOTTED);
    let apart = Gap::HYPHEN | Gap::APOSTROPHE | Gap::STOP | Gap::COMMA | Gap::MARK | Gap::PARAGRAPH;
    let close = !gap.any(apart) && (gap.any(Gap::SPACE) || initial) && (initial || !gap.any(Gap::PERIOD));
    let parted = || if gap.any(Gap::LINE) { ends_line(view, index) } else { gap.any(Gap::COLUMN) };
    close && !parted()
}

/// Whether what stands before the word at `index` ends with its line: the lines on both sides are short, as entries of a
/// list are; or it is a heading or a caption, and the word would have found its place on it if lines are as long as the
/// next one; or a paragraph begins, which is set in.
#[inline(never)]
fn ends_line(view: View<'_>, index: usize) -> bool {
    let words = view.all();
    let (end, begin) = (words[index - 1].span.end, words[index].span.start);
    let breaks = |at: usize| at == view.border || words[at].gap.any(Gap::LINE | Gap::PARAGRAPH);
    let mut before = (0..index).rev().take_while(|&at| end - words[at].span.start < LONG_LINE);
    let Some(first) = before.find(|&at| at == 0 || breaks(at)) else { return false };
    let length = end - words[first].span.start;
    if indent(view, index) > indent(view, first) + 1 {
        return true;
    }
    let longer = length + words[index].span.len() as u32 + LONGER;
    let mut behind = (index..words.len()).take_while(|&at| words[at].span.end - begin < longer);
    match behind.find(|&at| at + 1 == words.len() || breaks(at + 1)) {
        Some(last) => length.max(words[last].span.end - begin) < FULL_LINE,
        None => is_heading(view, first, index),
    }
}

/// How many spaces and tabs stand between the word at `index`, which begins a line, and what is before.
fn indent(view: View<'_>, index: usize) -> usize {
    let text = view.fields[view.field(index)].as_bytes();
    let before = text[..view.all()[index].span.range().start].iter().rev();
    before.take(INDENT).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Whether the line of the words from `first` to before `end` is not set in, begins no paragraph, whose first line may be
/// shorter, and its longer words are capitalised.
fn is_heading(view: View<'_>, first: usize, end: usize) -> bool {
    let begins = first == 0 || first == view.border;
    if begins && end - first < HEADLINE || !begins && view.all()[first].gap.any(Gap::PARAGRAPH) {
        return false;
    }
    let begin = view.all()[first].span.range().start;
    let before = view.fields[view.field(first)].as_bytes()[..begin].last();
    before.is_none_or(|byte| *byte == b'\n')
        && !is_among(view, end - 1, &given::PERSONS)
        && view.all()[first..end].iter().all(|word| word.span.len() <= 3 || word.shape.any(Shape::CAPITALISED))
}

/// Whether a capitalised word stands at `index` and joins what stands before.
pub(super) fn joins_capitalised(view: View<'_>, index: usize) -> bool {
    let words = view.all();
    index < words.len() && words[index].shape.any(Shape::CAPITALISED) && joins(view, index)
}

/// Whether a reversed name ends with the given name at `last`, or with an initial behind it: nothing goes on there.
pub(super) fn ends_with_given_name(view: View<'_>, last: usize) -> bool {
    let words = view.all();
    let goes_on = |at: usize| at < words.len() && joins(view, at);
    let initial = |at: usize| words[at].shape.any(Shape::LETTER) && words[at].shape.any(Shape::CAPITALISED);
    !goes_on(last + 1) || initial(last + 1) && !joins_capitalised(view, last + 2)
}

/// Whether the word at `index` is a function word.
pub(super) fn is_function(view: View<'_>, index: usize) -> bool {
    is_among(view, index, &FUNCTION)
}

/// Whether the word at `index` is one of a set.
pub(super) fn is_among<const PLACES: usize>(view: View<'_>, index: usize, set: &WordSet<PLACES>) -> bool {
    set.has_word(view.words, &view.all()[index])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Words;

    #[test]
    fn places() {
        let check = |text: &str, index, expected| {
            let mut words = Words::default();
            words.read(text);
            let view = View { fields: ["", text], words: &words, border: 0 };
            assert_eq!(capitals(view, index), expected, "{text}");
        };
        check("He likes Nice very much.", 2, Capitals::Telling);
        check("Nice is nice.", 0, Capitals::Nothing);
        check("Nice is nice.", 2, Capitals::Small);
        check("no capitals here", 1, Capitals::Nothing);
        check("Nice Day for a Walk in the Park", 1, Capitals::Nothing);
        check("It rained. Nice again.", 2, Capitals::Nothing);
    }
}
