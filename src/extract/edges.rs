//! What stands glued to the ends of a place (rule T4): an article or preposition that lost its vowel, a possessive, an
//! ending. Anything else makes the place a part of a word.
//!
//! Must not know: names.

use super::place::is_among;
use crate::{
    index::{Form, Forms},
    text::{Gap, Shape, Span, View, Word, WordKey, WordSet},
};

/// Articles and prepositions that lose their vowel before a name, folded.
static ELIDED: WordSet<64> = WordSet::new(&[
    "all", "c", "d", "dall", "dell", "j", "jusqu", "l", "lorsqu", "m", "n", "nell", "nessun", "puisqu", "qu", "quell",
    "quest", "quoiqu", "sull", "tutt", "un",
]);
/// Those of them that, as capitals, are initials.
static INITIALS: WordSet<16> = WordSet::new(&["c", "d", "j", "m", "n"]);
/// What an apostrophe may add behind a name beside the possessive.
static CONTRACTED: WordSet<8> = WordSet::new(&["d", "ll", "re", "ve"]);
/// The endings of Turkish, Azerbaijani and Polish that an apostrophe sets apart from a name, folded: `Ankara'da`.
static SUFFIXES: WordSet<128> = WordSet::new(&[
    "a", "ca", "ce", "ci", "cu", "da", "daki", "dan", "de", "deki", "den", "e", "ego", "em", "emu", "i", "in", "ki",
    "la", "lar", "larin", "le", "ler", "lerin", "li", "lik", "lilar", "liler", "lilerin", "lu", "luk", "lular",
    "lulari", "lularin", "na", "nda", "ndaki", "ndan", "nde", "ndeki", "nden", "ne", "ni", "nin", "nu", "nun", "owi",
    "ta", "taki", "tan", "te", "teki", "ten", "u", "un", "ya", "ye", "yi", "yla", "yle", "yu",
]);
/// The shortest word, in bytes, that such an ending may follow.
const MIN_SUFFIXED: usize = 3;

/// What the ends of a place add to its form; `None` where it begins or ends inside a word of UAX #29, ends in a number
/// that goes on, or stands over the border of two words of Chinese.
#[inline]
pub(super) fn edges(view: View<'_>, first: u32, last: u32, span: Span) -> Option<Forms> {
    let words = view.all();
    let next = words.get(last as usize + 1).map_or(Gap::NONE, |next| next.gap);
    if (words[first as usize].gap | next).any(Gap::GLUED) {
        glued_edges(view, first as usize, last as usize, span)
    } else if next.any(Gap::MARK) && is_fraction(view, last as usize)
        || next == Gap::NONE && is_over_words(view, first, span)
    {
        None
    } else {
        Some(Forms::EXACT)
    }
}

/// Names of two Han characters that stand over the border of two words where these stand before and behind them:
/// `发展中|国家`, `其中|国有企业`, `今日|本报讯`.
#[rustfmt::skip]
const OVER_WORDS: [(&str, &str, &str); 18] = [
    ("", "中国", "际"), ("", "中國", "際"), ("发展", "中国", "家"), ("發展", "中國", "家"), ("其", "中国", "产"),
    ("其", "中国", "债"), ("其", "中国", "内"), ("其", "中国", "家"), ("其", "中国", "有"), ("其", "中国", "民"),
    ("其", "中國", "內"), ("其", "中國", "家"), ("其", "中國", "有"), ("今", "日本", "市"), ("今", "日本", "报"),
    ("今", "日本", "報"), ("近", "日本", "市"), ("近", "日本", "报"),
];

/// Whether a place in Han characters is the end of a word and the beginning of the next.
#[inline(never)]
fn is_over_words(view: View<'_>, first: u32, span: Span) -> bool {
    let text = view.fields[view.field(first as usize)].as_bytes();
    let (before, written, behind) = (&text[..span.range().start], &text[span.range()], &text[span.range().end..]);
    OVER_WORDS.iter().any(|(begin, name, end)| {
        written == name.as_bytes() && before.ends_with(begin.as_bytes()) && behind.starts_with(end.as_bytes())
    })
}

/// Whether the number at `last` is that of a fraction behind a whole number: `9-11/16`, but `Windows 10/11`.
fn is_fraction(view: View<'_>, last: usize) -> bool {
    let words = view.all();
    let (word, next) = (&words[last], &words[last + 1]);
    let is_number = |word: &Word| word.shape.any(Shape::DIGIT) && !word.shape.any(Shape::UPPER | Shape::LOWER);
    let value = |at: usize| view.word(at).parse::<u32>().unwrap_or_default();
    let is_part = || (2..=64).contains(&value(last + 1)) && value(last + 1).is_power_of_two() && value(last) % 2 == 1;
    is_number(word)
        && is_number(next)
        && last > 0
        && is_number(&words[last - 1])
        && is_part()
        && value(last) < value(last + 1)
        && view.field(last) == view.field(last + 1)
        && view.slice(last, Span::new(word.span.end, next.span.start)) == "/"
}

/// What they add where a word is glued to the first or to the last. Seldom so, and so not in line.
#[inline(never)]
fn glued_edges(view: View<'_>, first: usize, last: usize, span: Span) -> Option<Forms> {
    let words = view.all();
    let mut forms = Forms::EXACT;
    if words[first].gap.any(Gap::GLUED) && span.start == words[first].span.start {
        let article = first - 1;
        let upper = words[article].shape.any(Shape::UPPER);
        let elided = words[first].gap.any(Gap::APOSTROPHE)
            && is_among(view, article, &ELIDED)
            && !words[article].gap.any(Gap::GLUED)
            && !(upper && is_among(view, article, &INITIALS));
        if !elided {
            return None;
        }
        forms = forms.with(Form::Particle);
    }
    let next = words.get(last + 1).filter(|next| next.gap.any(Gap::GLUED) && span.end == words[last].span.end);
    if let Some(next) = next {
        if !next.gap.any(Gap::APOSTROPHE) {
            return None;
        }
        if words[last + 1].key == WordKey::of(b"s") {
            forms = forms.with(Form::Possessive);
        } else if is_among(view, last + 1, &CONTRACTED)
            || words[last].span.len() >= MIN_SUFFIXED && is_among(view, last + 1, &SUFFIXES)
        {
            forms = forms.with(Form::Particle);
        } else {
            return None;
        }
    }
    Some(forms)
}
