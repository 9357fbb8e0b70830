//! What is no name where it stands, whatever its letters: the month of a date, a unit behind a number, a letter beside
//! others, a part of an address or of a citation (rule L1, `ordinary-word`).
//!
//! Looks at a bounded number of words and bytes around. Must not know: entities, scores.

use super::{
    neighbour::is_name_like,
    place::{begins_sentence, is_among, joins},
};
use crate::text::{Gap, Shape, Span, View, Word, WordKey, WordSet};

/// What stands before `us` on every page, folded and sorted: `CONTACT US`.
static ASKING: WordSet<32> = WordSet::new(&[
    "about", "ask", "call", "contact", "email", "follow", "help", "join", "like", "support", "tell", "text", "visit",
    "write",
]);

/// Months as they are abbreviated, folded and sorted.
static MONTHS: WordSet<32> =
    WordSet::new(&["apr", "aug", "dec", "feb", "jan", "jul", "jun", "mar", "nov", "oct", "sep", "sept"]);

/// Units that are written in capitals behind numbers, folded and sorted: `64 GB`, `5 PM`.
static UNITS: WordSet<64> = WordSet::new(&[
    "am", "cm", "cts", "dm", "ft", "gb", "ghz", "gw", "hp", "hz", "in", "kb", "kg", "khz", "km", "kw", "lb", "lbs",
    "mb", "mhz", "ml", "mln", "mm", "mph", "mw", "oz", "pct", "pm", "tb", "tv",
]);
/// What laws and reporters of courts are cited by, between two numbers, folded and sorted: `410 U.S. 113`.
static CITED: WordSet<8> = WordSet::new(&["cfr", "us", "usc"]);

/// The most bytes of a word, folded, that is asked for, a month, a unit or a citation.
const SHORT: usize = 4;
/// How many bytes of a word between spaces are looked at on each side.
const FAR: usize = 100;

/// What is tied to names as well as to words, folded and sorted: `X-based`.
static TIED: WordSet<16> = WordSet::new(&["backed", "based", "led", "like", "only", "owned", "related", "style"]);

/// Whether the word at `index`, which a name has with its symbols at `span`, is no name there; `is_found` says of which words
/// a name ends with them.
#[inline(never)]
pub(super) fn is_no_name(view: View<'_>, index: usize, span: Span, is_found: impl Fn(usize) -> bool) -> bool {
    let Word { shape, key, .. } = view.all()[index];
    // Not `C++`, nor `U.S.`
    let letter = shape.any(Shape::LETTER)
        && shape.any(Shape::CAPITALISED)
        && span.of(view.fields[view.field(index)]).chars().nth(1).is_none();
    let short = !key.is_hashed() && key.inline_len() <= SHORT;
    short
        && (is_asked_for(view, index)
            || is_of_a_date(view, index)
            || shape.all_capitals() && (is_unit(view, index) || is_cited(view, index, index)))
        || letter && is_letter_among_others(view, index, is_found)
        || touches(view, index) && is_in_address(view, index)
}

/// Whether no space stands on one of the sides of the word at `index`.
fn touches(view: View<'_>, index: usize) -> bool {
    let apart = |at: usize| view.all().get(at).is_some_and(|word| word.gap.any(Gap::SPACE));
    !(apart(index) && apart(index + 1))
}

/// Whether the word at `index` is the `US` of `CONTACT US`: it stands behind what is asked of readers, all in capitals, and
/// nothing else stands on their line.
fn is_asked_for(view: View<'_>, index: usize) -> bool {
    let words = view.all();
    let word = &words[index];
    if word.key != WordKey::of(b"us") || word.shape.any(Shape::DOTTED) || !joins(view, index) {
        return false;
    }
    let before = &words[index - 1];
    let apart = Gap::LINE | Gap::PARAGRAPH | Gap::MARK;
    let begins = index == 1 || before.gap.any(apart);
    let ends = words.get(index + 1).is_none_or(|next| next.gap.any(apart));
    begins && ends && before.shape.all_capitals() && ASKING.has_word(view.words, before)
}

/// Whether the word at `index` is a month beside the number of a day or year: `TO DEC 31`.
fn is_of_a_date(view: View<'_>, index: usize) -> bool {
    let words = view.all();
    if !is_among(view, index, &MONTHS) {
        return false;
    }
    let number = |at: usize| view.word(at).parse::<u16>().ok();
    let (day, year) = (1..=31, 1900..=2099);
    // `Dec. 31`
    let follows = |next: &usize| {
        *next < words.len() && !words[*next].gap.any(Gap::PARAGRAPH | Gap::STOP | Gap::COMMA | Gap::MARK)
    };
    let behind = Some(index + 1).filter(follows).and_then(number);
    let before = index.checked_sub(1).filter(|_| joins(view, index)).and_then(number);
    behind.is_some_and(|number| day.contains(&number) || year.contains(&number))
        || before.is_some_and(|number| day.contains(&number))
}

/// Whether the word at `index` is a unit behind a number.
fn is_unit(view: View<'_>, index: usize) -> bool {
    is_among(view, index, &UNITS) && is_behind_a_number(view, index)
}

/// Whether a number that is no year stands right before the word at `index`.
fn is_behind_a_number(view: View<'_>, index: usize) -> bool {
    let is_year = |at| view.word(at).parse().is_ok_and(|number: u16| (1500..2100).contains(&number));
    index > 0 && joins(view, index) && is_number(view, index - 1) && !is_year(index - 1)
}

fn is_number(view: View<'_>, index: usize) -> bool {
    view.all()[index].shape.any(Shape::DIGIT) && view.word(index).starts_with(|c: char| c.is_ascii_digit())
}

/// Whether the words from `first` to `last` are cited between two numbers (`410 U.S. 113`, `28 U. S. C. 1331`), or are the
/// `SEC.` of a section with its number.
pub(super) fn is_cited(view: View<'_>, first: usize, last: usize) -> bool {
    let words = view.all();
    let apart = first + 1 == last && words[first].key == WordKey::of(b"u") && words[last].key == WordKey::of(b"s");
    if first < last && !apart {
        return false;
    }
    let follows = |next: &usize| *next < words.len() && !words[*next].gap.any(Gap::PARAGRAPH | Gap::LINE);
    let Some(next) = Some(last + 1).filter(follows) else { return false };
    let is = |at: usize, word: &[u8]| words[at].key == WordKey::of(word);
    // `597 U.S. ___ (2022)`
    let number = |at: usize| is_number(view, at) || view.word(at).starts_with('_');
    // `410 U.S., at 155`
    let at_page = || is(next, b"at") && Some(next + 1).filter(follows).is_some_and(number);
    let of_code = || apart && is(next, b"c");
    // `U.S. 10-year notes`
    let tied = words.get(next + 1).is_some_and(|behind| behind.gap.any(Gap::HYPHEN));
    let plain = number(next) && !tied && !words[next].gap.any(Gap::COMMA);
    let begins = || begins_sentence(view, first) || words[first].gap.any(Gap::LINE);
    let section = || is(first, b"sec") && words[next].gap.any(Gap::PERIOD) && begins();
    let dotted = || apart || !is(first, b"us") || words[first].shape.any(Shape::DOTTED);
    let between = || (apart || is_among(view, first, &CITED)) && dotted() && is_behind_a_number(view, first);
    plain && (section() || between()) || (at_page() || of_code()) && between()
}

/// Whether the letter at `index` is tied to a word (`X-ray`, `R&D`), an initial (`R. Kelly`), or the end of a name
/// (`Malcolm X`).
fn is_letter_among_others(view: View<'_>, index: usize, is_found: impl Fn(usize) -> bool) -> bool {
    let words = view.all();
    let end_of = |index: usize| words[index].span.end;
    let tied = |at: usize| {
        let gap = words[at].gap;
        let between = || view.slice(at, Span::new(end_of(at - 1), words[at].span.start));
        gap.any(Gap::HYPHEN) && gap.is_tight() && !is_among(view, at, &TIED)
            || gap.any(Gap::MARK) && matches!(between(), "&" | "&amp;" | "+" | "=")
    };
    let inside = |at: &usize| *at > 0 && *at < words.len() && view.field(*at) == view.field(at - 1);
    let next = Some(index + 1).filter(inside);
    // `He wrote on X. Musk` ends a sentence.
    let small = || index > 0 && joins(view, index) && !words[index - 1].shape.any(Shape::UPPER);
    let initial =
        |next: usize| words[next].gap.any(Gap::PERIOD) && words[next].shape.any(Shape::CAPITALISED) && !small();
    let numbers = || index > 0 && is_number(view, index - 1) && next.is_some_and(|next| is_number(view, next));
    Some(index)
        .filter(inside)
        .is_some_and(|at| tied(at) || joins(view, at) && is_name_like(view, at - 1) && !is_found(at - 1))
        || next.is_some_and(|next| tied(next) || initial(next))
        || numbers()
}

/// Whether the word at `index` stands in an address: `jordan@acme.com`, `https://shop.com/visa`, `bit.ly/US`.
#[inline(never)]
fn is_in_address(view: View<'_>, index: usize) -> bool {
    let text = view.fields[view.field(index)];
    let Span { start, end } = view.all()[index].span;
    let (before, behind) = (&text.as_bytes()[..start as usize], &text.as_bytes()[end as usize..]);
    let ties = |byte: &u8| b"/@=&?.-_%".contains(byte);
    let tied = before.last().is_some_and(ties) || behind.first().is_some_and(|byte| ties(byte) || *byte == b':');
    if !tied {
        return false;
    }
    let inside = |byte: &&u8| !byte.is_ascii_whitespace() && !b"<>\"()[]{}".contains(byte);
    let left = before.iter().rev().take(FAR).take_while(inside).count();
    let right = behind.iter().take(FAR).take_while(inside).count();
    let whole = &text.as_bytes()[start as usize - left..end as usize + right];
    let at = |what: &[u8]| whole.windows(what.len()).position(|part| part == what);
    let is_letter = |at: usize| whole.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let within = |at: usize| at > 0 && is_letter(at - 1) && is_letter(at + 1);
    let mail = at(b"@").is_some_and(within);
    // `bit.ly/US`, but `U.S./Mexico border`: a period among letters before the first slash.
    let label = |at: usize| at > 1 && [at - 2, at - 1, at + 1, at + 2].into_iter().all(is_letter);
    let host = at(b"/").is_some_and(|slash| whole[..slash].iter().enumerate().any(|(at, c)| *c == b'.' && label(at)));
    mail || at(b"://").is_some() || host || whole.starts_with(b"www.")
}
