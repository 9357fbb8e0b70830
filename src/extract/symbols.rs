//! The symbols at the ends of names, and in the text around a place (rule T5): `Yahoo!`, `"Heroes"`.
//!
//! Marks that are punctuation may be missing in the text; symbols may not. Of dashes, of apostrophes and of double quotes
//! each kind is one (rule T3).
//!
//! Must not know: capitals, forms.

use crate::{
    index::{Name, Occurrence},
    text::{Span, View, past_marks},
};

/// So many spaces beside a place are few: no more are looked at for each place.
const FEW_SPACES: usize = 8;

/// The span with the symbols at the ends of the name; `None` where the name has symbols that the text lacks (rule T5).
pub(super) fn symbols(view: View<'_>, occurrence: &Occurrence, name: &Name<'_>) -> Option<Span> {
    let mut span = occurrence.span;
    if !name.has_symbols() {
        return Some(span);
    }
    let text = view.fields[view.field(occurrence.first as usize)];
    let (before, behind) = (name.before().trim_start(), name.behind().trim_end());
    if let Some(length) = same_marks(text[..span.start as usize].chars().rev(), before.chars().rev()) {
        span.start -= length;
    } else if before.contains(is_symbol) {
        return None;
    }
    if let Some(length) = same_marks(text[span.end as usize..].chars(), behind.chars()) {
        span.end = past_marks(text, (span.end + length) as usize) as u32;
    } else if behind.contains(is_symbol) {
        return None;
    }
    Some(span)
}

/// Whether nothing but a few spaces stands between a place of whole words and the ASCII letters or digits beside it, none of
/// which is a symbol, or the ends of the field, so that no name has its symbols there.
pub(super) fn is_bare(view: View<'_>, occurrence: &Occurrence) -> bool {
    let (words, &Occurrence { span, .. }) = (view.all(), occurrence);
    let (first, last) = (occurrence.first as usize, occurrence.last as usize);
    let field = view.field(first);
    let text = view.fields[field].as_bytes();
    let beside = |word: Option<usize>| word.filter(|&word| word < words.len() && view.field(word) == field);
    let before = beside(first.checked_sub(1)).map_or(0, |word| words[word].span.end as usize);
    let behind = beside(Some(last + 1)).map_or(text.len(), |word| words[word].span.start as usize);
    let few_spaces = |between: &[u8]| between.len() <= FEW_SPACES && between.iter().all(u8::is_ascii_whitespace);
    let plain = |at: Option<usize>| at.and_then(|at| text.get(at)).is_none_or(u8::is_ascii_alphanumeric);
    (span.start, span.end) == (words[first].span.start, words[last].span.end)
        && few_spaces(&text[before..span.start as usize])
        && few_spaces(&text[span.end as usize..behind])
        && plain(before.checked_sub(1))
        && plain(Some(behind))
}

/// The length in bytes of the text's beginning that has the marks of the name, where it has them.
fn same_marks(mut text: impl Iterator<Item = char>, marks: impl Iterator<Item = char>) -> Option<u32> {
    let mut length = 0;
    for mark in marks {
        let found = text.next().filter(|&found| one_mark(found) == one_mark(mark))?;
        length += found.len_utf8() as u32;
    }
    Some(length)
}

/// One character for all apostrophes, one for all dashes, one for all double quotes, and one for marks of any width (rule
/// T3).
pub(super) fn one_mark(c: char) -> char {
    match c {
        '‘' | '’' | '‛' | 'ʻ' | 'ʼ' | '′' | '´' | '＇' | '`' | '׳' => '\'',
        '‐'..='―' | '−' | '－' => '-',
        '“' | '”' | '„' | '‟' | '″' | '＂' | '״' => '"',
        // Those as wide as Han.
        '！'..='～' => char::from_u32(u32::from(c) - u32::from('！') + u32::from('!')).unwrap_or(c),
        _ => c,
    }
}

/// Whether a character at the end of a name is a part of it rather than punctuation.
fn is_symbol(c: char) -> bool {
    let punctuation = match one_mark(c) {
        '.' | ',' | ';' | ':' | '!' | '?' | '…' | '-' | '*' | '¡' | '¿' | '。' | '、' => true,
        '(' | ')' | '[' | ']' | '{' | '}' | '"' | '\'' | '«' | '»' | '「' | '」' | '《' | '》' => true,
        '‚' | '\u{200B}'..='\u{200F}' | '\u{FEFF}' | '\u{AD}' => true,
        '®' | '™' | '℠' => true,
        _ => c.is_whitespace(),
    };
    !punctuation
}
