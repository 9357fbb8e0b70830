//! Language tags: what can be one of BCP 47 and what cannot, and which part of one says the language.
//!
//! Only the form is looked at. Whether anybody registered a tag is not known here, so that one that has the form is good.
//!
//! Must not know: languages, what is done with them.

/// The longest tag, in bytes: longer than any in use, with all its extensions.
const MAX_BYTES: usize = 100;
/// The longest part of a tag.
const MAX_PART: usize = 8;

/// Fails with a sentence about a text that can be no language tag. An empty one is none that was given, and `_` is taken
/// for the hyphen.
pub fn check_tag(tag: &str) -> Result<(), String> {
    if tag.is_empty() || is_tag(tag) {
        return Ok(());
    }
    let shown: String = tag.chars().take(MAX_BYTES).collect();
    Err(format!("a BCP 47 tag is asked for, such as en or zh-Hant, not {shown:?}"))
}

/// The part of a tag that says the language, in whatever case it has there; nothing where the tag says that the language is
/// not known (`und`).
pub fn primary_subtag(tag: &str) -> &str {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    if primary.eq_ignore_ascii_case("und") { "" } else { primary }
}

/// Whether a tag has the form: parts of letters and digits, of which the first is a language (or `x` or `i`), and none of
/// a single character the last, but behind an `x`.
fn is_tag(tag: &str) -> bool {
    let is_part = |part: &str| (1..=MAX_PART).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let mut parts = tag.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    let is_language = match language.len() {
        1 => matches!(language, "x" | "X" | "i" | "I"),
        _ => language.bytes().all(|byte| byte.is_ascii_alphabetic()),
    };
    let last = parts.clone().next_back().unwrap_or(language);
    let is_private = tag.split(['-', '_']).rev().skip(1).any(|part| part.eq_ignore_ascii_case("x"));
    tag.len() <= MAX_BYTES && is_language && is_part(language) && (last.len() > 1 || is_private) && parts.all(is_part)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_form_is_a_tag() {
        let long = format!("en{}", "-abcdefgh".repeat(10));
        for good in [
            "",
            "en",
            "EN",
            "zh-Hant",
            "zh_Hant_TW",
            "xyz",
            "sr-Latn-RS",
            "de-CH-1996",
            "es-419",
            "sl-rozaj-biske",
            "x-own",
            "x-a-b",
            "de-x-a",
            "i-klingon",
            "en-u-ca-gregory",
            "de-x-a1",
            "english",
            "und",
            &long,
        ] {
            assert_eq!(check_tag(good), Ok(()), "{good}");
        }
        let longer = format!("{long}-abcdefgh");
        let bad = [
            "xx-",
            "-",
            "_",
            "-en",
            "en--GB",
            "x",
            "e",
            "en-a",
            "english language",
            " en",
            "en ",
            "e1",
            "1en",
            "abcdefghi",
            "en-abcdefghi",
            "français",
            "en.UTF-8",
            "en\0",
            "*",
            &longer,
        ];
        for bad in bad.into_iter().chain([&*"a".repeat(200)]) {
            let wrong = check_tag(bad).unwrap_err();
            assert!(wrong.starts_with("a BCP 47 tag is asked for, such as en or zh-Hant, not \""), "{wrong}");
        }
    }
}
