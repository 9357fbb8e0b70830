//! Folding: the form of a word in which all its spellings are one (rule T3).
//!
//! A folded word is in compatibility decomposition (NFKD), in full Unicode case folding, without diacritics, and
//! without the characters that count for nothing. Because marks are dropped, folding one decomposed character after
//! the other is enough: nothing has to be composed again. What folding made equal, [`crate::text::Letters`] tells
//! apart afterwards.
//!
//! The fast path for ASCII lives in the segmentation, which folds as it reads.

use icu_casemap::CaseMapper;
use icu_normalizer::DecomposingNormalizer;

use super::chars::{Class, class};

/// Appends the folded form of a word to `out`. Nothing is appended for a word of marks and zero-width characters.
///
/// Linear in the length of the word; allocates only where `out` grows.
pub fn fold(word: &str, out: &mut Vec<u8>) {
    if word.is_ascii() {
        fold_ascii(word.as_bytes(), out);
        return;
    }
    if fold_russian(word, out) {
        return;
    }
    let case = CaseMapper::new();
    let mut digit = false;
    for c in DecomposingNormalizer::new_nfkd().normalize_iter(word.chars()) {
        if c.is_ascii() {
            if let Some(kept) = keep_ascii(c, digit) {
                out.push(kept);
            } else if c == '&' {
                out.extend_from_slice(b"and");
            }
            digit = c.is_ascii_digit();
        } else {
            digit = class(c) == Class::Digit;
            if !is_dropped(c) {
                push_folded(case.simple_fold(c), out);
            }
        }
    }
    while out.last() == Some(&b'.') || out.last() == Some(&b',') {
        out.pop();
    }
}

fn fold_ascii(word: &[u8], out: &mut Vec<u8>) {
    if word == b"&" {
        out.extend_from_slice(b"and");
        return;
    }
    for (at, &byte) in word.iter().enumerate() {
        let digits = at > 0 && word[at - 1].is_ascii_digit() && word.get(at + 1).is_some_and(u8::is_ascii_digit);
        if let Some(kept) = keep_ascii(char::from(byte), digits) {
            out.push(kept);
        }
    }
}

/// Folds a word of the letters of Russian alone, without a look at a table; whether it is one.
fn fold_russian(word: &str, out: &mut Vec<u8>) -> bool {
    let from = out.len();
    for c in word.chars() {
        let small = match c {
            'А'..='Я' => u32::from(c) + 0x20,
            'а'..='я' => u32::from(c),
            'Ё' | 'ё' => u32::from('е'),
            _ => {
                out.truncate(from);
                return false;
            }
        };
        let bare = if small == u32::from('й') { u32::from('и') } else { small };
        out.extend([0xC0 | (bare >> 6) as u8, 0x80 | (bare & 0x3F) as u8]);
    }
    true
}

/// What an ASCII character folds to; a period or comma counts only between digits.
fn keep_ascii(c: char, after_digit: bool) -> Option<u8> {
    match c {
        'A'..='Z' | 'a'..='z' | '0'..='9' | '_' | '+' | '#' => Some((c as u8).to_ascii_lowercase()),
        '.' | ',' if after_digit => Some(c as u8),
        _ => None,
    }
}

/// Whether a character of decomposed text is a diacritic: its loss makes a weaker form, not another word.
pub(super) fn is_diacritic(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}'
        | '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}'..='\u{05C7}'
        | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{06D6}'..='\u{06ED}')
}

/// Whether a non-ASCII character leaves no trace in a folded word.
pub(super) fn is_dropped(c: char) -> bool {
    const TATWEEL: char = '\u{0640}';
    is_diacritic(c) || c == TATWEEL || matches!(class(c), Class::Ignorable | Class::Apostrophe | Class::Space)
}

/// The plain letters of a letter with a stroke, of a joined letter that has no decomposition, or of an Arabic letter's
/// variant; keeps the case.
pub(super) fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'ø' => "o",
        'Ø' => "O",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'ħ' => "h",
        'Ħ' => "H",
        'ł' => "l",
        'Ł' => "L",
        'ŧ' => "t",
        'Ŧ' => "T",
        'ı' => "i",
        'ə' => "e",
        'Ə' => "E",
        'æ' => "ae",
        'Æ' => "AE",
        'œ' => "oe",
        'Œ' => "OE",
        'þ' => "th",
        'Þ' => "TH",
        // The variants of one Arabic letter: teh marbuta and the Urdu hehs, alef maksura and the Persian yeh, Persian kaf.
        'ة' | 'ہ' | 'ھ' => "ه",
        'ى' | 'ی' => "ي",
        'ک' => "ك",
        'ٱ' => "ا",
        _ => return None,
    })
}

/// The word with its German umlauts spelled out, `Muenchen` for `München`; `None` where it has none.
pub fn spell_out_umlauts(word: &str) -> Option<String> {
    let mut out = String::new();
    spell_out_umlauts_into(word, &mut out).then_some(out)
}

/// Writes the word with its German umlauts spelled out; whether it has any.
pub fn spell_out_umlauts_into(word: &str, out: &mut String) -> bool {
    out.clear();
    const DIAERESIS: char = '\u{308}';
    let umlaut = |c: char| matches!(c, 'ä' | 'ö' | 'ü' | 'Ä' | 'Ö' | 'Ü' | DIAERESIS);
    if word.is_ascii() || !word.contains(umlaut) {
        return false;
    }
    let mut chars = word.chars().peekable();
    let mut changed = false;
    while let Some(c) = chars.next() {
        let vowel = match c {
            'ä' => 'a',
            'ö' => 'o',
            'ü' => 'u',
            'Ä' => 'A',
            'Ö' => 'O',
            'Ü' => 'U',
            'a' | 'o' | 'u' | 'A' | 'O' | 'U' if chars.next_if_eq(&DIAERESIS).is_some() => c,
            _ => {
                out.push(c);
                continue;
            }
        };
        let capitals = vowel.is_uppercase() && chars.peek().is_some_and(|next| next.is_uppercase());
        out.extend([vowel, if capitals { 'E' } else { 'e' }]);
        changed = true;
    }
    changed
}

fn push_folded(c: char, out: &mut Vec<u8>) {
    if c == 'ß' {
        out.extend_from_slice(b"ss");
    } else if let Some(letters) = plain(c) {
        out.extend_from_slice(letters.as_bytes());
    } else {
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(word: &str) -> String {
        let mut out = Vec::new();
        fold(word, &mut out);
        String::from_utf8(out).unwrap_or_default()
    }

    #[test]
    fn russian_letters_fold_as_all_others() {
        for c in 'Ѐ'..='џ' {
            let (mut short, mut long) = (Vec::new(), Vec::new());
            if fold_russian(&c.to_string(), &mut short) {
                // A letter that is not Russian makes it go the long way.
                fold(&format!("{c}љ"), &mut long);
                assert_eq!(short, long[..long.len() - 'љ'.len_utf8()], "{c}");
            }
        }
    }

    #[test]
    fn spellings_of_a_word_fold_alike() {
        for (one, other) in [
            ("STRASSE", "Straße"),
            ("İstanbul", "istanbul"),
            ("Ｔｏｋｙｏ", "tokyo"),
            ("e\u{301}te\u{301}", "ÉTÉ"),
            ("U.S.", "us"),
            ("ﬁnland", "Finland"),
            ("Chi\u{AD}na", "china"),
            ("ΣΊΣΥΦΟΣ", "σισυφος"),
            ("ﾀｲ", "タイ"),
            ("러시아", "\u{1105}\u{1165}\u{1109}\u{1175}\u{110B}\u{1161}"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} and {other}");
        }
        assert_ne!(folded("が"), folded("か"));
        assert_ne!(folded("C++"), folded("C#"));
        assert_eq!(folded("3.14"), "3.14");
        assert_eq!(folded("\u{200B}"), "");
    }
}
