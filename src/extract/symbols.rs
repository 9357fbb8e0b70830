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

/// The length in bytes of the text's beginning that has the marks of the name, where it has them.
fn same_marks(mut text: impl Iterator<Item = char>, marks: impl Iterator<Item = char>) -> Option<u32> {
    let mut length = 0;
    for mark in marks {
        let found = text.next().filter(|&found| one_mark(found) == one_mark(mark))?;
        length += found.len_utf8() as u32;
    }
    Some(length)
}

/// One character for all apostrophes, one for all dashes, one for all double quotes (rule T3).
pub(super) fn one_mark(c: char) -> char {
    match c {
        '‘' | '’' | '‛' | 'ʻ' | 'ʼ' | '′' | '´' | '＇' | '`' => '\'',
        '‐'..='―' | '−' | '－' => '-',
        '“' | '”' | '„' | '‟' | '″' | '＂' => '"',
        _ => c,
    }
}

/// Whether a character at the end of a name is a part of it rather than punctuation.
fn is_symbol(c: char) -> bool {
    let punctuation = match c {
        '.' | ',' | ';' | ':' | '!' | '?' | '…' | '-' | '*' | '¡' | '¿' | '。' | '、' => true,
        '(' | ')' | '[' | ']' | '{' | '}' | '"' | '\'' | '`' | '«' | '»' | '「' | '」' | '《' | '》' => true,
        '‘'..='‟' | '‐'..='―' | '\u{200B}'..='\u{200F}' | '\u{FEFF}' | '\u{AD}' => true,
        _ => c.is_whitespace(),
    };
    !punctuation
}
