//! Folding: the form of a word in which all its spellings are one (rule T3).
//!
//! A folded word is in compatibility decomposition (NFKD), in full Unicode case folding, without diacritics, and
//! without the characters that count for nothing. Because marks are dropped, folding one decomposed character after
//! the other is enough: nothing has to be composed again. What folding made equal, [`crate::text::Letters`] tells
//! apart afterwards.
//!
//! The fast path for ASCII lives in the segmentation, which folds as it reads. Letters beyond it fold each by itself, too:
//! those of two bytes by a table, syllables of Hangul by arithmetic, Han characters to themselves.

use std::{borrow::Cow, sync::LazyLock};

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

use super::chars::{Class, class};

/// Appends the folded form of a word to `out`. Nothing is appended for a word of marks and zero-width characters.
///
/// Linear in the length of the word; allocates only where `out` grows, and once for the table of letters.
pub fn fold(word: &str, out: &mut Vec<u8>) {
    if word.is_ascii() {
        fold_ascii(word.as_bytes(), out);
        return;
    }
    if !fold_letters(word, out) {
        fold_by_properties(word, out);
    }
}

/// A text in which letters and their marks are one character where there is one (NFC), for whoever goes by characters.
/// Linear in its length.
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { ComposingNormalizer::new_nfc().normalize(text) }
}

/// Folds any word, by the Unicode properties of its characters.
fn fold_by_properties(word: &str, out: &mut Vec<u8>) {
    let (case, from) = (CaseMapper::new(), out.len());
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
    write_anusvaras(from, out);
}

/// Writes an anusvara for each nasal before a stop of its place in what was folded from `from` on. One pass.
fn write_anusvaras(from: usize, out: &mut Vec<u8>) {
    // Letters of Devanagari have three bytes each.
    let letter = |bytes: &[u8]| std::str::from_utf8(bytes).ok().and_then(|letter| letter.chars().next());
    let is_anusvara = |three: &[u8]| {
        let (nasal, virama, stop) = (letter(&three[..3]), letter(&three[3..6]), letter(&three[6..]));
        virama == Some(VIRAMA) && nasal.zip(stop).is_some_and(|(nasal, stop)| is_anusvara(nasal, stop))
    };
    let Some(first) = out[from..].windows(9).position(is_anusvara) else { return };
    let (mut read, mut write) = (from + first, from + first);
    while read < out.len() {
        if out.get(read..read + 9).is_some_and(is_anusvara) {
            ANUSVARA.encode_utf8(&mut out[write..write + 3]);
            (read, write) = (read + 6, write + 3);
        } else {
            out[write] = out[read];
            (read, write) = (read + 1, write + 1);
        }
    }
    out.truncate(write);
}

/// What joins two consonants in Devanagari, and what stands for a nasal before a stop there.
pub(super) const VIRAMA: char = '\u{094D}';
pub(super) const ANUSVARA: char = '\u{0902}';

/// Whether a nasal of Devanagari that is joined to that stop is mostly written as an anusvara: both are of one place of the
/// mouth (`हिन्दी`, `हिंदी`).
pub(super) fn is_anusvara(nasal: char, stop: char) -> bool {
    let first = match nasal {
        'ङ' => 'क',
        'ञ' => 'च',
        'ण' => 'ट',
        'न' => 'त',
        'म' => 'प',
        _ => return false,
    };
    (first..=char::from_u32(first as u32 + 3).unwrap_or(first)).contains(&stop)
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

/// What a letter folds to, of which `length` bytes count; more than fit where it is no letter, or folds to more.
#[derive(Debug, Clone, Copy)]
struct Folded {
    bytes: [u8; 7],
    length: u8,
}

/// The characters from `FIRST` on of two bytes in UTF-8, but for the last scripts of them: Latin, Greek, Cyrillic, Armenian,
/// Hebrew, Arabic.
static LETTERS: LazyLock<[Folded; (END - FIRST) as usize]> = LazyLock::new(|| {
    let mut out = Vec::new();
    std::array::from_fn(|at| {
        let c = char::from_u32(FIRST + at as u32).filter(|&c| class(c) == Class::Letter);
        let mut folded = Folded { bytes: [0; 7], length: u8::MAX };
        if let Some(c) = c {
            out.clear();
            fold_by_properties(c.encode_utf8(&mut [0; 4]), &mut out);
            if let Some(bytes) = folded.bytes.get_mut(..out.len()) {
                bytes.copy_from_slice(&out);
                folded.length = out.len() as u8;
            }
        }
        folded
    })
});
const FIRST: u32 = 0xC0;
const END: u32 = 0x700;

/// Folds a word of letters that each fold by themselves, and of ASCII digits; whether it is one.
fn fold_letters(word: &str, out: &mut Vec<u8>) -> bool {
    let (from, letters) = (out.len(), &*LETTERS);
    for c in word.chars() {
        match c {
            'a'..='z' | '0'..='9' => out.push(c as u8),
            'A'..='Z' => out.push((c as u8).to_ascii_lowercase()),
            '\u{AC00}'..='\u{D7A3}' => fold_hangul(c, out),
            // Han characters are what they are.
            '\u{4E00}'..='\u{9FFF}' => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => {
                let folded = letters.get((u32::from(c).wrapping_sub(FIRST)) as usize);
                let Some(bytes) = folded.and_then(|folded| folded.bytes.get(..folded.length.into())) else {
                    out.truncate(from);
                    return false;
                };
                out.extend_from_slice(bytes);
            }
        }
    }
    true
}

/// Folds a syllable to its two or three letters (the Unicode Standard, section 3.12).
fn fold_hangul(syllable: char, out: &mut Vec<u8>) {
    const VOWELS: u32 = 21;
    const FINALS: u32 = 28;
    let number = u32::from(syllable) - 0xAC00;
    let (initial, vowel, last) = (number / (VOWELS * FINALS), number / FINALS % VOWELS, number % FINALS);
    let mut letter = |code: u32| out.extend([0xE1, 0x80 | (code >> 6 & 0x3F) as u8, 0x80 | (code & 0x3F) as u8]);
    letter(0x1100 + initial);
    letter(0x1161 + vowel);
    if last > 0 {
        letter(0x11A7 + last);
    }
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
        | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{06D6}'..='\u{06ED}' | '\u{093C}')
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
        // Chandrabindu, for which many write an anusvara.
        '\u{0901}' => "\u{0902}",
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
    fn letters_fold_by_themselves_as_by_their_properties() {
        let mut fast = 0;
        for c in '\0'..=char::MAX {
            let word = c.to_string();
            let (mut letters, mut properties) = (Vec::new(), Vec::new());
            if !c.is_ascii() && fold_letters(&word, &mut letters) {
                fast += 1;
                fold_by_properties(&word, &mut properties);
                assert_eq!(letters, properties, "{c}");
            }
        }
        // Han characters and syllables are 32,164.
        assert!(fast > 33_000, "{fast}");
    }

    proptest::proptest! {
        #[test]
        fn words_of_letters_fold_as_by_their_properties(
            word in "([a-zA-Z0-9]|[\u{C0}-\u{6FF}]|[\u{4E00}-\u{4EFF}]|[\u{AC00}-\u{AFFF}]|[\u{300}-\u{320}.,&ﬁ]){1,8}",
        ) {
            let (mut letters, mut properties) = (b"x".to_vec(), b"x".to_vec());
            if fold_letters(&word, &mut letters) {
                fold_by_properties(&word, &mut properties);
            }
            proptest::prop_assert_eq!(letters, properties);
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
