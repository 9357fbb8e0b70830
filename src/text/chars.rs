//! What each character is to the segmentation: the one table behind rules T2 to T5.
//!
//! ASCII is looked up in a constant table; the rest asks the Unicode properties. Where UAX #29 and rules T3 to T5
//! differ (apostrophes and hyphens are gaps, `+` and `#` may belong to a word), the rules win.

use icu_properties::{
    CodePointMapData,
    props::{GeneralCategory, LineBreak, Script},
};

/// The role of a character in the segmentation of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A letter of a script that separates words.
    Letter,
    /// A number of any kind.
    Digit,
    /// `_` and its like, which join words.
    Connector,
    /// A letter of a script written without spaces: a word by itself.
    Single,
    /// Katakana: a run of it is one word.
    Katakana,
    /// A combining mark: belongs to the character before it.
    Mark,
    /// Zero-width characters and the soft hyphen: nothing at all.
    Ignorable,
    /// Space of any width.
    Space,
    /// A line break, or a part of one.
    Line,
    /// A break between paragraphs.
    Paragraph,
    /// An apostrophe or single quote.
    Apostrophe,
    /// A hyphen or dash, or a dot in the middle.
    Hyphen,
    /// A full stop of Latin, Greek, Cyrillic and their like.
    Period,
    /// A comma.
    Comma,
    /// A double quote.
    Quote,
    /// The sign of a trademark, which is nothing between words.
    Trademark,
    /// `&`, which reads as the word `and`.
    Ampersand,
    /// `+` and `#`, which may belong to the word before them.
    Suffix,
    /// Anything else: punctuation that no name crosses, symbols.
    Other,
}

const fn ascii(byte: u8) -> Class {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
        b'0'..=b'9' => Class::Digit,
        b'_' => Class::Connector,
        b' ' | b'\t' => Class::Space,
        b'\n' | b'\r' | 0x0B => Class::Line,
        0x0C => Class::Paragraph,
        b'\'' | b'`' => Class::Apostrophe,
        b'-' => Class::Hyphen,
        b'.' => Class::Period,
        b',' => Class::Comma,
        b'"' => Class::Quote,
        b'&' => Class::Ampersand,
        b'+' | b'#' => Class::Suffix,
        0x7F | 0..=0x1F => Class::Space,
        _ => Class::Other,
    }
}

const ASCII: [Class; 128] = {
    let mut table = [Class::Other; 128];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = ascii(byte as u8);
        byte += 1;
    }
    table
};

/// The class of a character. Constant time; two table look-ups beyond ASCII.
#[inline]
pub(crate) fn class(c: char) -> Class {
    if c.is_ascii() { ASCII[c as usize] } else { wide(c) }
}

fn wide(c: char) -> Class {
    plain_letter(c).unwrap_or_else(|| by_properties(c))
}

/// The class of the letters that most texts beyond ASCII are made of, known without a look at a table.
#[inline]
fn plain_letter(c: char) -> Option<Class> {
    match c {
        // Latin without its two marks, Greek, Cyrillic, Hebrew, Arabic, and the syllables of Hangul.
        '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}' => Some(Class::Letter),
        '\u{388}'..='\u{38A}' | '\u{38E}'..='\u{3A1}' | '\u{3A3}'..='\u{3F5}' => Some(Class::Letter),
        '\u{400}'..='\u{481}' | '\u{AC00}'..='\u{D7A3}' => Some(Class::Letter),
        '\u{5D0}'..='\u{5EA}' | '\u{620}'..='\u{64A}' => Some(Class::Letter),
        // Hiragana, Han, the letters of Thai without their marks, and at last Katakana.
        '\u{3041}'..='\u{3096}' | '\u{4E00}'..='\u{9FFF}' | '\u{E01}'..='\u{E30}' => Some(Class::Single),
        '\u{30A1}'..='\u{30FA}' => Some(Class::Katakana),
        _ => None,
    }
}

/// Whether the character chooses how the one before it is drawn, to which it belongs.
pub(super) fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

fn by_properties(c: char) -> Class {
    match c {
        '\u{00AD}' | '\u{180E}' | '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' => {
            return Class::Ignorable;
        }
        '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}' => return Class::Ignorable,
        c if is_variation_selector(c) => return Class::Ignorable,
        // The wordspace of Ethiopic.
        '\u{1361}' => return Class::Space,
        '\u{0085}' | '\u{2028}' => return Class::Line,
        '\u{2029}' => return Class::Paragraph,
        '‘' | '’' | '‛' | 'ʻ' | 'ʼ' | 'ʹ' | '′' | '´' | '＇' | '׳' => return Class::Apostrophe,
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹣' | '－' | '·' | '・' | '･' | '‧' | '∙' | '⋅' | '־' =>
        {
            return Class::Hyphen;
        }
        '．' => return Class::Period,
        '，' | '、' | '،' | '՝' | '､' | '፣' => return Class::Comma,
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '＂' | '״' => return Class::Quote,
        '®' | '™' | '℠' => return Class::Trademark,
        '＆' => return Class::Ampersand,
        '＋' | '＃' => return Class::Suffix,
        'ー' | 'ｰ' => return Class::Katakana,
        // Of category letter and of no script, but written as Han is.
        '〆' => return Class::Single,
        // SARA AM and its Lao sister are letters to Unicode, but belong to the consonant before them.
        '\u{0E33}' | '\u{0EB3}' => return Class::Mark,
        // The voice marks of half-width Katakana.
        '\u{FF9E}' | '\u{FF9F}' => return Class::Mark,
        _ => {}
    }
    match CodePointMapData::<GeneralCategory>::new().get(c) {
        GeneralCategory::UppercaseLetter
        | GeneralCategory::LowercaseLetter
        | GeneralCategory::TitlecaseLetter
        | GeneralCategory::ModifierLetter
        | GeneralCategory::OtherLetter => match CodePointMapData::<Script>::new().get(c) {
            Script::Han | Script::Hiragana => Class::Single,
            Script::Katakana => Class::Katakana,
            Script::Latin | Script::Cyrillic | Script::Greek | Script::Arabic | Script::Hangul => Class::Letter,
            // UAX #14 class SA marks the South-East Asian scripts that are written without spaces.
            _ if CodePointMapData::<LineBreak>::new().get(c) == LineBreak::ComplexContext => Class::Single,
            _ => Class::Letter,
        },
        GeneralCategory::DecimalNumber | GeneralCategory::LetterNumber | GeneralCategory::OtherNumber => {
            if c == '〇' {
                Class::Single
            } else {
                Class::Digit
            }
        }
        GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark | GeneralCategory::EnclosingMark => Class::Mark,
        GeneralCategory::ConnectorPunctuation => Class::Connector,
        GeneralCategory::SpaceSeparator | GeneralCategory::Control => Class::Space,
        GeneralCategory::Format => Class::Ignorable,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_letters_have_the_class_of_their_properties() {
        for c in '\0'..=char::MAX {
            if let Some(class) = plain_letter(c) {
                assert_eq!(class, by_properties(c), "{c}");
            }
        }
    }
}
