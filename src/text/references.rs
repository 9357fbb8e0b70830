//! What scraping left in place of characters (rule T2): character references of HTML (`&amp;`, `&#39;`, `M&uuml;nchen`),
//! escapes of JSON (`Beyonc\u00e9`, `AT\u0026T`, `\"`), and UTF-8 that was read as Windows-1252 or Latin-1 (`Russiaâ€™s`,
//! `MÃ¼nchen`). All are called references here.
//!
//! Known are decimal and hexadecimal numbers, the names of HTML 4 for Latin-1 and for what is written between words, and
//! `&apos;`. One without its semicolon is none. One that was escaped again (`&amp;nbsp;`) is the inner one. Of misread
//! UTF-8, what is written between words is known, and letters of Latin-1 where nobody would write what stands there. Of
//! escapes, a break is one where no small letter follows, as in `C:\new`.
//!
//! Must not know: what a character says.

use std::{borrow::Cow, str::Chars};

/// The most bytes between `&` and `;`: enough for every name, and for a number with some leading zeros.
const LONGEST: usize = 8;

/// The names, sorted.
const NAMES: [(&str, char); 179] = [
    ("AElig", 'Æ'),
    ("Aacute", 'Á'),
    ("Acirc", 'Â'),
    ("Agrave", 'À'),
    ("Alpha", 'Α'),
    ("Aring", 'Å'),
    ("Atilde", 'Ã'),
    ("Auml", 'Ä'),
    ("Beta", 'Β'),
    ("Ccedil", 'Ç'),
    ("Chi", 'Χ'),
    ("Delta", 'Δ'),
    ("ETH", 'Ð'),
    ("Eacute", 'É'),
    ("Ecirc", 'Ê'),
    ("Egrave", 'È'),
    ("Epsilon", 'Ε'),
    ("Eta", 'Η'),
    ("Euml", 'Ë'),
    ("Gamma", 'Γ'),
    ("Iacute", 'Í'),
    ("Icirc", 'Î'),
    ("Igrave", 'Ì'),
    ("Iota", 'Ι'),
    ("Iuml", 'Ï'),
    ("Kappa", 'Κ'),
    ("Lambda", 'Λ'),
    ("Mu", 'Μ'),
    ("Ntilde", 'Ñ'),
    ("Nu", 'Ν'),
    ("OElig", 'Œ'),
    ("Oacute", 'Ó'),
    ("Ocirc", 'Ô'),
    ("Ograve", 'Ò'),
    ("Omega", 'Ω'),
    ("Omicron", 'Ο'),
    ("Oslash", 'Ø'),
    ("Otilde", 'Õ'),
    ("Ouml", 'Ö'),
    ("Phi", 'Φ'),
    ("Pi", 'Π'),
    ("Prime", '″'),
    ("Psi", 'Ψ'),
    ("Rho", 'Ρ'),
    ("Scaron", 'Š'),
    ("Sigma", 'Σ'),
    ("THORN", 'Þ'),
    ("Tau", 'Τ'),
    ("Theta", 'Θ'),
    ("Uacute", 'Ú'),
    ("Ucirc", 'Û'),
    ("Ugrave", 'Ù'),
    ("Upsilon", 'Υ'),
    ("Uuml", 'Ü'),
    ("Xi", 'Ξ'),
    ("Yacute", 'Ý'),
    ("Yuml", 'Ÿ'),
    ("Zeta", 'Ζ'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("acute", '´'),
    ("aelig", 'æ'),
    ("agrave", 'à'),
    ("alpha", 'α'),
    ("amp", '&'),
    ("apos", '\''),
    ("aring", 'å'),
    ("atilde", 'ã'),
    ("auml", 'ä'),
    ("bdquo", '„'),
    ("beta", 'β'),
    ("brvbar", '¦'),
    ("bull", '•'),
    ("ccedil", 'ç'),
    ("cedil", '¸'),
    ("cent", '¢'),
    ("chi", 'χ'),
    ("copy", '©'),
    ("curren", '¤'),
    ("deg", '°'),
    ("delta", 'δ'),
    ("divide", '÷'),
    ("eacute", 'é'),
    ("ecirc", 'ê'),
    ("egrave", 'è'),
    ("emsp", '\u{2003}'),
    ("ensp", '\u{2002}'),
    ("epsilon", 'ε'),
    ("eta", 'η'),
    ("eth", 'ð'),
    ("euml", 'ë'),
    ("euro", '€'),
    ("frac12", '½'),
    ("frac14", '¼'),
    ("frac34", '¾'),
    ("gamma", 'γ'),
    ("gt", '>'),
    ("hellip", '…'),
    ("iacute", 'í'),
    ("icirc", 'î'),
    ("iexcl", '¡'),
    ("igrave", 'ì'),
    ("iota", 'ι'),
    ("iquest", '¿'),
    ("iuml", 'ï'),
    ("kappa", 'κ'),
    ("lambda", 'λ'),
    ("laquo", '«'),
    ("ldquo", '“'),
    ("lrm", '\u{200E}'),
    ("lsaquo", '‹'),
    ("lsquo", '‘'),
    ("lt", '<'),
    ("macr", '¯'),
    ("mdash", '—'),
    ("micro", 'µ'),
    ("middot", '·'),
    ("minus", '−'),
    ("mu", 'μ'),
    ("nbsp", '\u{A0}'),
    ("ndash", '–'),
    ("not", '¬'),
    ("ntilde", 'ñ'),
    ("nu", 'ν'),
    ("oacute", 'ó'),
    ("ocirc", 'ô'),
    ("oelig", 'œ'),
    ("ograve", 'ò'),
    ("omega", 'ω'),
    ("omicron", 'ο'),
    ("ordf", 'ª'),
    ("ordm", 'º'),
    ("oslash", 'ø'),
    ("otilde", 'õ'),
    ("ouml", 'ö'),
    ("para", '¶'),
    ("phi", 'φ'),
    ("pi", 'π'),
    ("plusmn", '±'),
    ("pound", '£'),
    ("prime", '′'),
    ("psi", 'ψ'),
    ("quot", '"'),
    ("raquo", '»'),
    ("rdquo", '”'),
    ("reg", '®'),
    ("rho", 'ρ'),
    ("rlm", '\u{200F}'),
    ("rsaquo", '›'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("scaron", 'š'),
    ("sect", '§'),
    ("shy", '\u{AD}'),
    ("sigma", 'σ'),
    ("sigmaf", 'ς'),
    ("sup1", '¹'),
    ("sup2", '²'),
    ("sup3", '³'),
    ("szlig", 'ß'),
    ("tau", 'τ'),
    ("theta", 'θ'),
    ("thinsp", '\u{2009}'),
    ("thorn", 'þ'),
    ("times", '×'),
    ("trade", '™'),
    ("uacute", 'ú'),
    ("ucirc", 'û'),
    ("ugrave", 'ù'),
    ("uml", '¨'),
    ("upsilon", 'υ'),
    ("uuml", 'ü'),
    ("xi", 'ξ'),
    ("yacute", 'ý'),
    ("yen", '¥'),
    ("yuml", 'ÿ'),
    ("zeta", 'ζ'),
    ("zwj", '\u{200D}'),
    ("zwnj", '\u{200C}'),
];

/// The bytes from 0x80 to 0x9F that Windows-1252 gives to characters of texts: what browsers read their numbers as, and
/// what UTF-8 becomes that is taken for it.
const WINDOWS: [(u32, char); 19] = [
    (0x82, '‚'),
    (0x84, '„'),
    (0x85, '…'),
    (0x87, '‡'),
    (0x89, '‰'),
    (0x8B, '‹'),
    (0x91, '‘'),
    (0x92, '’'),
    (0x93, '“'),
    (0x94, '”'),
    (0x95, '•'),
    (0x96, '–'),
    (0x97, '—'),
    (0x98, '˜'),
    (0x99, '™'),
    (0x9A, 'š'),
    (0x9C, 'œ'),
    (0x9E, 'ž'),
    (0x9F, 'Ÿ'),
];

/// Whether a reference may begin with the character.
#[inline]
pub(super) fn begins(c: char) -> bool {
    matches!(c, '&' | '\\' | 'â' | 'Ã' | 'Â')
}

/// The character that a reference at the beginning of a text stands for, and how long the reference is.
#[cold]
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    if let Some(rest) = text.strip_prefix('\\') {
        let (c, behind) = escaped(rest)?;
        return Some((c, text.len() - behind.len()));
    }
    let Some(mut rest) = text.strip_prefix('&') else { return misread(text) };
    // What was escaped again, any number of times.
    while let Some(inner) = rest.strip_prefix("amp;").filter(|inner| body(inner).is_some()) {
        rest = inner;
    }
    let (c, behind) = body(rest)?;
    Some((c, text.len() - behind.len()))
}

/// The character of an escape of JSON that lacks its backslash, and what stands behind it (RFC 8259, section 7).
fn escaped(text: &str) -> Option<(char, &str)> {
    let first = text.chars().next()?;
    let behind = &text[first.len_utf8()..];
    let c = match first {
        '"' | '\'' | '/' | '&' => first,
        'n' | 'r' | 't' if !behind.starts_with(char::is_lowercase) => match first {
            'n' => '\n',
            'r' => '\r',
            _ => '\t',
        },
        'u' => {
            let (unit, behind) = unit_of(behind)?;
            let pair = || behind.strip_prefix("\\u").and_then(unit_of);
            // A surrogate pair is written as two.
            let low = pair().filter(|(low, _)| (0xD800..0xDC00).contains(&unit) && (0xDC00..0xE000).contains(low));
            let (number, behind) = match low {
                Some((low, behind)) => (0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), behind),
                None => (unit, behind),
            };
            return Some((char::from_u32(number).filter(|&c| is_text(c))?, behind));
        }
        _ => return None,
    };
    Some((c, behind))
}

/// The number of four hexadecimal digits, and what stands behind them.
fn unit_of(text: &str) -> Option<(u32, &str)> {
    let (digits, behind) = text.split_at_checked(4)?;
    let number = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
    Some((number, behind))
}

/// Whether a text may have the character.
fn is_text(c: char) -> bool {
    !c.is_control() || c.is_whitespace()
}

/// The character whose UTF-8 was read as Windows-1252 or Latin-1, and how long that is now.
fn misread(text: &str) -> Option<(char, usize)> {
    let mut chars = text.chars();
    let c = match (chars.next()?, chars.next()?) {
        ('â', second @ ('€' | '\u{80}')) => {
            let two = text.len() - chars.as_str().len();
            match chars.next().and_then(byte_of).filter(|&byte| byte >= 0x90 || byte == 0x8B) {
                Some(byte) => char::from_u32(0x2000 | byte & 0x3F)?,
                // Windows-1252 has nothing for 0x9D, which is lost on the way.
                None => return (second == '€').then_some(('”', two)),
            }
        }
        ('Â', '\u{A0}') => '\u{A0}',
        // Not what may stand behind a word that ends in a capital `Ã`: quotes, spaces and dashes.
        ('Ã', second @ ('‡' | '‰' | 'œ' | 'Ÿ' | '¡'..='ª' | '¬'..='º' | '¼'..='¿')) => {
            char::from_u32(0xC0 | byte_of(second)? & 0x3F)?
        }
        _ => return None,
    };
    Some((c, text.len() - chars.as_str().len()))
}

/// The byte from 0x80 to 0xBF that was read as a character.
fn byte_of(c: char) -> Option<u32> {
    let windows = WINDOWS.iter().find(|(_, read)| *read == c).map(|&(byte, _)| byte);
    windows.or_else(|| Some(c.into()).filter(|byte| (0x80..0xC0).contains(byte)))
}

/// The character of a reference that lacks its `&`, and what stands behind it.
fn body(text: &str) -> Option<(char, &str)> {
    let end = text.bytes().take(LONGEST + 1).position(|byte| byte == b';')?;
    let (body, behind) = (&text[..end], &text[end + 1..]);
    let c = match body.strip_prefix('#') {
        None => NAMES.binary_search_by_key(&body, |&(name, _)| name).ok().map(|at| NAMES[at].1),
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => of_number(hexadecimal, 16),
            None => of_number(number, 10),
        },
    };
    Some((c?, behind))
}

/// The character of a number; none for what is no character of a text.
fn of_number(digits: &str, radix: u32) -> Option<char> {
    let number = u32::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+'))?;
    let windows = WINDOWS.iter().find(|(code, _)| *code == number);
    windows.map(|&(_, c)| c).or_else(|| char::from_u32(number).filter(|&c| is_text(c)))
}

/// The characters of a text from a place on, each with where it begins and ends; a reference is the character that it
/// stands for.
#[derive(Clone)]
pub(super) struct Characters<'t> {
    chars: Chars<'t>,
    at: usize,
}

impl<'t> Characters<'t> {
    /// Those from the byte `at` on.
    pub(super) fn from(text: &'t str, at: usize) -> Self {
        Self { chars: text[at..].chars(), at }
    }
}

impl Iterator for Characters<'_> {
    type Item = (usize, char, usize);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (start, rest) = (self.at, self.chars.as_str());
        let mut c = self.chars.next()?;
        self.at += c.len_utf8();
        if begins(c)
            && let Some((meant, length)) = reference(rest)
        {
            c = meant;
            self.at = start + length;
            self.chars = rest[length..].chars();
        }
        Some((start, c, self.at))
    }
}

/// Whether a word ends in a reference, so that none of its last bytes is a letter by itself.
pub fn ends_in_reference(word: &str) -> bool {
    const ESCAPE: usize = r"\u00e9".len();
    let last = word.len().checked_sub(ESCAPE).and_then(|from| word.get(from..));
    word.ends_with(';') || last.is_some_and(|last| last.starts_with(r"\u"))
}

/// A text with the characters that its references stand for. Linear in its length.
pub fn dereferenced(text: &str) -> Cow<'_, str> {
    if !text.contains(begins) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    dereference_into(text, &mut out);
    Cow::Owned(out)
}

/// Puts such a text into `out`, and nothing else; allocates only where `out` grows.
pub fn dereference_into(text: &str, out: &mut String) {
    out.clear();
    out.extend(Characters::from(text, 0).map(|(_, c, _)| c));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        assert!(NAMES.is_sorted_by_key(|(name, _)| name) && NAMES.iter().all(|(name, _)| name.len() <= LONGEST));
        for (text, expected) in [
            ("AT&amp;T", "AT&T"),
            ("Xi&#39;s&nbsp;M&uuml;nchen", "Xi's\u{A0}München"),
            ("&#x4E2D;&#20013;&#X27;", "中中'"),
            ("Moody&#146;s &rsquo; &#153;", "Moody’s ’ ™"),
            ("&amp;amp;nbsp;&amp;#39;", "\u{A0}'"),
            ("&amp;amp;", "&"),
            (
                "R&D; AT&T & &nbsp &#; &#x; &#+9; &#0; &#xD800; &#1114112; &;",
                "R&D; AT&T & &nbsp &#; &#x; &#+9; &#0; &#xD800; &#1114112; &;",
            ),
            ("&é;&nbs\u{301};", "&é;&nbs\u{301};"),
            (
                r#"Beyonc\u00e9, AT\u0026T, \u201cmen\u201D \ud83d\ude00 \"a\" AT\&T"#,
                "Beyoncé, AT&T, “men” 😀 \"a\" AT&T",
            ),
            (r"said:\nParis\r\n\tRome", "said:\nParis\r\n\tRome"),
            (r"C:\new\table \u00e \ud83d \u+0e9 \u0000 \x \", r"C:\new\table \u00e \ud83d \u+0e9 \u0000 \x \"),
            ("Russiaâ€™s â€œmenâ€\u{9D} â€“ â€˜aâ€™ â€” bâ€¦", "Russia’s “men” – ‘a’ — b…"),
            ("â€œmenâ€ and â€œwomenâ€", "“men” and “women”"),
            ("Russiaâ\u{80}\u{99}s â\u{80}\u{9C}menâ\u{80}\u{9D}Â\u{A0}x", "Russia’s “men”\u{A0}x"),
            ("MÃ¼nchen, SÃ£o Tomé, EspaÃ±a, MarÃ\u{AD}a, Ã‰lysÃ©e", "München, São Tomé, España, María, Élysée"),
            ("«IRMû, “AMANHÔ, SÃO, IRMÃ\u{A0}e, châteaux â Â Ã", "«IRMû, “AMANHÔ, SÃO, IRMÃ\u{A0}e, châteaux â Â Ã"),
        ] {
            assert_eq!(dereferenced(text), expected);
        }
        let places: Vec<_> = Characters::from("a&uuml;&b", 1).collect();
        assert_eq!(places, [(1, 'ü', 7), (7, '&', 8), (8, 'b', 9)]);
    }
}
