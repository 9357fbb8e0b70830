//! Comparison of two spellings that fold alike: do they differ in case, in diacritics, in both?

use icu_casemap::CaseMapper;
use icu_normalizer::DecomposingNormalizer;

use super::fold::{ANUSVARA, VIRAMA, is_anusvara, is_diacritic, is_dropped, plain};

/// How two spellings that fold alike differ. Spacing, punctuation and width count for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Difference {
    /// A letter is a capital in only one of the two.
    pub case: bool,
    /// A letter has a diacritic in only one of the two, or another one.
    pub diacritics: bool,
}

/// Compares spellings; keeps its buffers, so that comparing allocates nothing in the long run.
#[derive(Debug, Default)]
pub struct Letters {
    one: Vec<char>,
    other: Vec<char>,
}

impl Letters {
    /// How `one` differs from `other`, which must fold alike. Linear in their lengths.
    pub fn compare(&mut self, one: &str, other: &str) -> Difference {
        if one == other {
            return Difference::default();
        }
        if one.is_ascii() && other.is_ascii() {
            return Difference { case: !same_ascii_letters(one.as_bytes(), other.as_bytes()), diacritics: false };
        }
        if let Some(difference) = latin(one, other) {
            return difference;
        }
        self.compare_decomposed(one, other)
    }

    fn compare_decomposed(&mut self, one: &str, other: &str) -> Difference {
        read(one, &mut self.one);
        read(other, &mut self.other);
        if self.one == self.other {
            return Difference::default();
        }
        let folded = folded(&self.one).eq(folded(&self.other));
        let bare = bare(&self.one).eq(bare(&self.other));
        Difference { case: !bare, diacritics: !folded }
    }
}

/// Whether two texts are the same but for spaces, hyphens and line breaks, each in the place of one: then
/// [`Letters::compare`] sees no difference.
pub fn only_gaps_differ(one: &[u8], other: &[u8]) -> bool {
    let is_gap = |byte: u8| matches!(byte, b' ' | b'-' | b'\n');
    one.len() == other.len() && one.iter().zip(other).all(|(&one, &other)| one == other || is_gap(one) && is_gap(other))
}

/// Whether two ASCII texts have the same letters and digits in order. `&` stands for `and`.
fn same_ascii_letters(one: &[u8], other: &[u8]) -> bool {
    let (mut i, mut j) = (0, 0);
    loop {
        // What is the same in both counts or not in both.
        while i < one.len() && j < other.len() && one[i] == other[j] {
            (i, j) = (i + 1, j + 1);
        }
        while one.get(i).is_some_and(|byte| !byte.is_ascii_alphanumeric() && *byte != b'&') {
            i += 1;
        }
        while other.get(j).is_some_and(|byte| !byte.is_ascii_alphanumeric() && *byte != b'&') {
            j += 1;
        }
        match (one.get(i), other.get(j)) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b => (i, j) = (i + 1, j + 1),
            (Some(b'&'), Some(_)) if other[j..].starts_with(b"and") => (i, j) = (i + 1, j + 3),
            (Some(_), Some(b'&')) if one[i..].starts_with(b"and") => (i, j) = (i + 3, j + 1),
            _ => return false,
        }
    }
}

/// The ASCII letters of the Latin letters with diacritics from U+00C0, as they decompose; a period where there is none.
static LATIN: [u8; 0xC0] = *b"\
    AAAAAA.CEEEEIIII.NOOOOO..UUUUY..aaaaaa.ceeeeiiii.nooooo..uuuuy.y\
    AaAaAaCcCcCcCcDd..EeEeEeEeEeGgGgGgGgHh..IiIiIiIiI...JjKk.LlLlLl.\
    ...NnNnNn...OoOoOo..RrRrRrSsSsSsSsTtTt..UuUuUuUuUuUuWwYyYZzZzZz.\
";
/// The same from U+1E00.
static LATIN_ADDITIONAL: [u8; 0x100] = *b"\
    AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMm\
    MmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVv\
    WwWwWwWwWwXxXxYyZzZzZzhtwy.s....AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEe\
    EeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy......\
";

/// How two texts of Latin letters differ that are written with one character a letter. `None` where something else is
/// among them, such as a letter without decomposition, or the two do not fold alike letter by letter.
fn latin(one: &str, other: &str) -> Option<Difference> {
    let mut difference = Difference::default();
    let (mut one, mut other) = (one.chars(), other.chars());
    loop {
        match (next_latin(&mut one)?, next_latin(&mut other)?) {
            (None, None) => return Some(difference),
            (Some((a, base)), Some((b, other_base))) => {
                if a == b {
                    continue;
                }
                if !base.eq_ignore_ascii_case(&other_base) || !a.is_ascii() && !b.is_ascii() {
                    return None;
                }
                difference.case |= base != other_base;
                difference.diacritics |= a.is_ascii() != b.is_ascii();
            }
            _ => return None,
        }
    }
}

/// The next letter or digit and its ASCII letter, or the end; `None` where anything else stands that may count.
#[allow(clippy::option_option)]
fn next_latin(chars: &mut std::str::Chars<'_>) -> Option<Option<(char, u8)>> {
    for c in chars {
        let base = match c {
            '&' => return None,
            'a'..='z' | 'A'..='Z' | '0'..='9' => c as u8,
            c if c.is_ascii() => continue,
            '\u{C0}'..='\u{17F}' => LATIN[c as usize - 0xC0],
            '\u{1E00}'..='\u{1EFF}' => LATIN_ADDITIONAL[c as usize - 0x1E00],
            _ => return None,
        };
        return if base == b'.' { None } else { Some(Some((c, base))) };
    }
    Some(None)
}

/// The letters, digits and marks of a text, decomposed.
fn read(text: &str, out: &mut Vec<char>) {
    out.clear();
    // To the normalizer these are letters.
    let is_sign = |c: &char| matches!(c, '™' | '℠');
    for c in DecomposingNormalizer::new_nfkd().normalize_iter(text.chars().filter(|c| !is_sign(c))) {
        if c == '&' {
            out.extend("and".chars());
        } else if is_diacritic(c) || (c.is_alphanumeric() || is_mark(c)) && !is_dropped(c) {
            out.push(c);
        }
    }
    let (mut read, mut write) = (0, 0);
    while read < out.len() {
        let joined = out.get(read + 1) == Some(&VIRAMA);
        let anusvara = joined && out.get(read + 2).is_some_and(|&stop| is_anusvara(out[read], stop));
        out[write] = if anusvara { ANUSVARA } else { out[read] };
        (read, write) = (read + if anusvara { 2 } else { 1 }, write + 1);
    }
    out.truncate(write);
}

fn is_mark(c: char) -> bool {
    super::chars::class(c) == super::chars::Class::Mark
}

fn folded(chars: &[char]) -> impl Iterator<Item = char> {
    let case = CaseMapper::new();
    chars.iter().flat_map(move |&c| {
        let c = case.simple_fold(c);
        let sharp = c == 'ß';
        [Some(if sharp { 's' } else { c }), sharp.then_some('s')].into_iter().flatten()
    })
}

/// The letters without diacritics. A joined capital becomes two capitals only before another one: `Œuvre`, `ŒUVRE`.
fn bare(chars: &[char]) -> impl Iterator<Item = char> {
    let letters = chars.iter().enumerate().filter(|(_, c)| !is_diacritic(**c));
    letters.flat_map(|(at, &c)| {
        let plain = if c == 'ß' { Some("ss") } else { plain(c) };
        let capitals = chars.get(at + 1).is_some_and(|next| next.is_uppercase());
        let second = move |(index, letter): (usize, char)| {
            if index > 0 && !capitals { letter.to_ascii_lowercase() } else { letter }
        };
        plain.unwrap_or_default().chars().enumerate().map(second).chain(plain.is_none().then_some(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences() {
        let mut letters = Letters::default();
        let mut check = |one: &str, other: &str, case, diacritics| {
            assert_eq!(letters.compare(one, other), Difference { case, diacritics }, "{one} and {other}");
        };
        check("Zürich", "Zu\u{308}rich", false, false);
        check("Zürich", "Zurich", false, true);
        check("Zürich", "ZÜRICH", true, false);
        check("Zürich", "zurich", true, true);
        check("Straße", "STRASSE", true, false);
        check("AT&T", "AT and T", false, false);
        check("Coca-Cola", "Coca Cola", false, false);
        check("Łódź", "Lodz", false, true);
        check("İstanbul", "istanbul", true, true);
        check("Hauptstraße", "Hauptstrasse", false, false);
        check("Œuvre", "Oeuvre", false, true);
        check("ŒUVRE", "OEUVRE", false, true);
    }

    #[test]
    fn tables_decompose() {
        let tables = [(0xC0, &LATIN[..]), (0x1E00, &LATIN_ADDITIONAL[..])];
        let letters = tables.iter().flat_map(|&(from, table)| (from..).zip(table));
        for (code, &base) in letters {
            let c = char::from_u32(code).unwrap_or_default();
            let mut decomposed = DecomposingNormalizer::new_nfkd().normalize_iter([c].into_iter());
            let first = decomposed.next().filter(char::is_ascii_alphabetic);
            let marks: Vec<_> = decomposed.collect();
            let expected = first.filter(|_| !marks.is_empty() && marks.iter().all(|mark| is_diacritic(*mark)));
            assert_eq!((base != b'.').then_some(char::from(base)), expected, "{c}");
        }
    }

    proptest::proptest! {
        /// The short cut says what the long way says, of all spellings of a word.
        #[test]
        fn latin_letters_are_compared_alike(
            word in proptest::collection::vec((0usize..6, 0usize..7, 0usize..7), 0..6),
        ) {
            const SPELLINGS: [[&str; 7]; 6] = [
                ["a", "A", "á", "Á", "ặ", "À", "a\u{301}"],
                ["i", "I", "İ", "ı", "ì", "Ì", "i-"],
                ["s", "S", "ş", "Ş", "ß", "'s", "S."],
                ["o", "O", "ø", "Ø", "ö", "Ö", " o"],
                ["d", "D", "đ", "Ḍ", "ḍ", "d", "D"],
                ["n", "N", "ñ", "Ñ", "ṉ", "7", "&"],
            ];
            let one: String = word.iter().map(|&(letter, spelling, _)| SPELLINGS[letter][spelling]).collect();
            let other: String = word.iter().map(|&(letter, _, spelling)| SPELLINGS[letter][spelling]).collect();
            let mut letters = Letters::default();
            if let Some(difference) = latin(&one, &other) {
                proptest::prop_assert_eq!(difference, letters.compare_decomposed(&one, &other));
            }
        }

        /// Where only gaps differ, nothing is seen to differ; and only gaps may.
        #[test]
        fn other_gaps_are_no_difference(parts in proptest::collection::vec((0usize..12, 0usize..12, 0usize..4), 0..8)) {
            const PARTS: [&str; 12] = ["a", "B", "é", "İ", "7", "&", ".", "'", " ", "-", "\n", "--"];
            let one: String = parts.iter().map(|&(part, ..)| PARTS[part]).collect();
            // One part in four is another.
            let changed = |&(part, other, is_other)| PARTS[if is_other == 0 { other } else { part }];
            let other: String = parts.iter().map(changed).collect();
            let is_gap = |c: char| matches!(c, ' ' | '-' | '\n');
            let differs = |(a, b): (char, char)| a != b && !(is_gap(a) && is_gap(b));
            let expected = one.chars().count() == other.chars().count() && !one.chars().zip(other.chars()).any(differs);
            let found = only_gaps_differ(one.as_bytes(), other.as_bytes());
            proptest::prop_assert_eq!(found, expected);
            if found {
                proptest::prop_assert_eq!(Letters::default().compare(&one, &other), Difference::default());
            }
        }
    }
}
