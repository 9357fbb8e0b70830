//! How a place is written, compared with its name in the light of the readings it needs (rules T3, T6, M1).
//!
//! Most readings leave the letters of the name, which [`Letters`] compares. An inflected word is compared as far as both
//! begin alike; umlauts are spelled out on both sides; a long s is an s.
//!
//! Must not know: places, documents.

use std::borrow::Cow;

use crate::{
    index::{Form, Forms},
    text::{Difference, Letters, Words, composed, dereferenced, fold, spell_out_umlauts},
};

/// The Arabic article.
const ARTICLE: &str = "ال";

/// How the text, whose references are characters already, differs from the name; `None` where it does not mean this name.
pub(super) fn compare(letters: &mut Letters, name: &str, written: &str, forms: Forms) -> Option<Difference> {
    // A name may have been scraped, too.
    let name = &*dereferenced(name);
    if forms.has(Form::Inflection) {
        return inflected(letters, name, written);
    }
    if forms.has(Form::Diacritics) {
        return spelled_out(letters, name, written);
    }
    if forms.has(Form::LongS) {
        let plain = |text: &str| text.replace(['f', 'ſ'], "s");
        return Some(letters.compare(&plain(name), &plain(written)));
    }
    let mut difference = letters.compare(name, written);
    // Other letters can only mean an article that an Arabic prefix swallowed.
    if forms.has(Form::Particle) && difference.case && !has_case(name) {
        difference = letters.compare(name, &format!("{ARTICLE}{written}"));
    }
    Some(difference)
}

/// Whether nothing but what [`Letters`] compares decides, for a place of these forms.
pub(super) fn keeps_letters(forms: Forms) -> bool {
    ![Form::Inflection, Form::Diacritics, Form::LongS].into_iter().any(|form| forms.has(form))
}

fn has_case(text: &str) -> bool {
    text.contains(|c: char| c.is_lowercase() || c.is_uppercase())
}

/// Umlauts may be spelled out on one side only, and nothing else may differ but capitals.
fn spelled_out(letters: &mut Letters, name: &str, written: &str) -> Option<Difference> {
    let spell = |text| spell_out_umlauts(text).map_or(Cow::Borrowed(text), Cow::Owned);
    let (one, other) = (spell(name), spell(written));
    let (mut folded_one, mut folded_other) = (Vec::new(), Vec::new());
    fold(&one, &mut folded_one);
    fold(&other, &mut folded_other);
    let Difference { case, diacritics: _ } = letters.compare(&one, &other);
    (folded_one == folded_other).then_some(Difference { case, diacritics: true })
}

/// Words that have other endings are compared as far as they begin alike. A capital at the beginning of a word of the
/// name is asked for: a common word is no inflected name.
fn inflected(letters: &mut Letters, name: &str, written: &str) -> Option<Difference> {
    let (name, written) = (&*composed(name), &*composed(written));
    let (mut own, mut found) = (Words::default(), Words::default());
    own.read(name);
    found.read(written);
    let same_words = own.all().len() == found.all().len();
    let whole = [(name, written)];
    let words = own.all().iter().zip(found.all()).map(|(one, other)| (one.span.of(name), other.span.of(written)));
    let pairs: Vec<_> = if same_words { words.collect() } else { whole.to_vec() };
    let mut all = Difference::default();
    for (one, other) in pairs {
        if one.starts_with(char::is_uppercase) && !other.starts_with(char::is_uppercase) {
            return None;
        }
        let (one, other) = if one == other { (one, other) } else { common_beginning(one, other) };
        let Difference { case, diacritics } = letters.compare(one, other);
        all = Difference { case: all.case || case, diacritics: all.diacritics || diacritics };
    }
    Some(all)
}

/// How far two words fold alike, character by character.
fn common_beginning<'a>(one: &'a str, other: &'a str) -> (&'a str, &'a str) {
    let folded = |c: char| {
        let mut out = Vec::new();
        fold(c.encode_utf8(&mut [0; 4]), &mut out);
        out
    };
    let mut length = (0, 0);
    for (a, b) in one.chars().zip(other.chars()) {
        if a != b && folded(a) != folded(b) {
            break;
        }
        length = (length.0 + a.len_utf8(), length.1 + b.len_utf8());
    }
    (&one[..length.0], &other[..length.1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_by_form() {
        let mut letters = Letters::default();
        let mut check = |name: &str, written: &str, form, expected: Option<(bool, bool)>| {
            let found = compare(&mut letters, name, written, Forms::EXACT.with(form));
            let found = found.map(|difference| (difference.case, difference.diacritics));
            assert_eq!(found, expected, "{name} and {written}");
        };
        check("Россия", "Россией", Form::Inflection, Some((false, false)));
        check("Россия", "РОССИЕЙ", Form::Inflection, Some((true, false)));
        check("Россия", "россией", Form::Inflection, None);
        for (name, written) in [("Йович", "И\u{306}овичем"), ("И\u{306}ович", "Йовичем"), ("Αθη\u{301}να", "Αθήνας")]
        {
            check(name, written, Form::Inflection, Some((false, false)));
        }
        check("Йович", "Иовичем", Form::Inflection, Some((false, true)));
        check("Владимир Путин", "Владимиром Путиным", Form::Inflection, Some((false, false)));
        check("München", "Muenchen", Form::Diacritics, Some((false, true)));
        check("Munchen", "Muenchen", Form::Diacritics, None);
        check("Mueller", "MÜLLER", Form::Diacritics, Some((true, true)));
        check("Congress", "Congrefs", Form::LongS, Some((false, false)));
        check("الصين", "صين", Form::Particle, Some((false, false)));
    }

    proptest::proptest! {
        /// Where only the case of ASCII letters differs, that is all that differs, and forms that keep the letters say so.
        #[test]
        fn another_case_is_all_that_differs(
            letters_of in proptest::collection::vec((0usize..10, proptest::bool::ANY), 1..8),
            form in proptest::sample::select(Form::ALL.to_vec()),
        ) {
            const LETTERS: [&str; 10] = ["a", "i", "k", "s", "Œ", "ß", "I\u{307}", "é", "&", "'"];
            let name: String = letters_of.iter().map(|&(letter, _)| LETTERS[letter]).collect();
            let other = |(letter, capital): (usize, bool)| {
                let letter = LETTERS[letter];
                if capital { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
            };
            let written: String = letters_of.into_iter().map(other).collect();
            let forms = Forms::EXACT.with(form);
            if keeps_letters(forms) && name != written {
                let difference = compare(&mut Letters::default(), &name, &written, forms);
                proptest::prop_assert_eq!(difference, Some(Difference { case: true, diacritics: false }));
            }
        }
    }
}
