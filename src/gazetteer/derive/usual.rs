//! Names as running text writes them, where a list writes them in another way: `Saddam Hussein` for `HUSSEIN, Saddam`,
//! `Gazprom PJSC` for `GAZPROM PJSC`. The rules take names apart in this form, too.
//!
//! Must not know: what follows from a name.

use std::borrow::Cow;

use super::{
    Kind,
    organization::designator,
    person::{is_numeral, is_suffix_word, is_title_word},
};

/// The most words of a surname before a comma, and of given names behind it.
const MAX_SURNAMES: usize = 3;
const MAX_GIVEN: usize = 4;
/// The shortest word in capitals, in letters, that is no abbreviation where all words are in capitals.
const SHORTEST: usize = 4;

/// The name as running text writes it. Linear in its length.
pub(super) fn usual(kind: Kind, name: &str) -> Cow<'_, str> {
    let reversed = if kind == Kind::Person { unreversed(name) } else { None };
    let name = reversed.map_or(Cow::Borrowed(name), Cow::Owned);
    match recased(kind, &name) {
        Some(other) => Cow::Owned(other),
        None => name,
    }
}

/// `John A. Doe Jr.` of `Doe, John A., Jr.`: what stands behind the comma are capitalised words, and no title or suffix begins
/// them (`Martin King, Jr.`, `Louis IX, King of France`).
fn unreversed(name: &str) -> Option<String> {
    let (surname, rest) = name.split_once(", ")?;
    let (given, suffix) = match rest.split_once(',') {
        Some((given, suffix)) if is_suffix_word(suffix.trim()) || is_numeral(suffix.trim()) => {
            (given, Some(suffix.trim()))
        }
        Some(_) => return None,
        None => (rest, None),
    };
    let words: Vec<_> = given.split_whitespace().collect();
    let first = words.first()?;
    let is_given = !is_title_word(first) && !is_suffix_word(first) && !is_numeral(first);
    // `Jane Doe, CEO`
    let shouted = |word: &&str| word.chars().count() > 1 && word.chars().all(char::is_uppercase);
    if words.len() == 1 && shouted(first) && !shouted(&surname) {
        return None;
    }
    let capitalised = words.iter().all(|word| word.starts_with(char::is_uppercase) && !word.contains(char::is_numeric));
    let surnames = surname.split_whitespace().count();
    (is_given && capitalised && words.len() <= MAX_GIVEN && (1..=MAX_SURNAMES).contains(&surnames))
        .then(|| [Some(given.trim()), Some(surname.trim()), suffix].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// The name with words in small letters that stand in capitals: of a person each that is no initial and no number, else those
/// that are too long for an abbreviation where all such words but designators are in capitals.
fn recased(kind: Kind, name: &str) -> Option<String> {
    if !name.contains(char::is_uppercase) {
        return None;
    }
    let letters = |word: &str| word.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = |word: &str| {
        letters(word) > 1 && !word.contains(|c: char| c.is_lowercase() || c.is_numeric() || matches!(c, '.' | '&'))
    };
    let is_long = |word: &str, shortest: usize| letters(word) >= shortest;
    // `NVIDIA Corporation`: beside a designator in small letters a shorter word may be an abbreviation (`RAND Corporation`).
    let is_small =
        |word: &str| is_long(word, SHORTEST) && designator(word).is_some() && word.contains(char::is_lowercase);
    let shortest = if name.split(' ').any(is_small) { SHORTEST + 1 } else { SHORTEST };
    let is_shouted = |word: &str| match kind {
        Kind::Person => capitals(word) && !is_numeral(word) && !is_suffix_word(word),
        Kind::Place | Kind::Group => false,
        Kind::Organization | Kind::Other => capitals(word) && is_long(word, shortest),
    };
    let are_capitals = |word: &str| !is_long(word, SHORTEST) || capitals(word) || is_small(word);
    let all_long = || kind == Kind::Person || name.split(' ').all(are_capitals);
    (name.split(' ').any(is_shouted) && all_long()).then(|| {
        let words = name.split(' ').map(|word| if is_shouted(word) { titled(word) } else { word.to_owned() });
        words.collect::<Vec<_>>().join(" ")
    })
}

/// A word in capitals with those alone that begin it and its parts: `O'Neill`, `Smith-Jones`. `al-ZAWAHIRI` has small ones.
fn titled(word: &str) -> String {
    let mut begins = true;
    let mut out = String::new();
    for c in word.chars() {
        if begins {
            out.push(c)
        } else {
            out.extend(c.to_lowercase())
        }
        begins = !c.is_alphabetic();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_lists() {
        for (kind, name, expected) in [
            (Kind::Person, "HUSSEIN, Saddam", "Saddam Hussein"),
            (Kind::Person, "BIN LADEN, Usama", "Usama Bin Laden"),
            (Kind::Person, "Doe, John A., Jr.", "John A. Doe Jr."),
            (Kind::Person, "Putin, Vladimir Vladimirovich", "Vladimir Vladimirovich Putin"),
            (Kind::Person, "Emmanuel MACRON", "Emmanuel Macron"),
            (Kind::Person, "SEAN O'NEILL-SMITH", "Sean O'Neill-Smith"),
            (Kind::Person, "JOHN PAUL II", "John Paul II"),
            (Kind::Person, "J.R.R. TOLKIEN", "J.R.R. Tolkien"),
            (Kind::Person, "Martin King, Jr.", "Martin King, Jr."),
            (Kind::Person, "Louis IX, King of France", "Louis IX, King of France"),
            (Kind::Person, "Sting, musician", "Sting, musician"),
            (Kind::Person, "Angela Merkel", "Angela Merkel"),
            (Kind::Organization, "GAZPROM PJSC", "Gazprom Pjsc"),
            (Kind::Organization, "ROSNEFT TRADING S.A.", "Rosneft Trading S.A."),
            (Kind::Organization, "BBC News", "BBC News"),
            (Kind::Organization, "NVIDIA Corporation", "Nvidia Corporation"),
            (Kind::Organization, "RAND Corporation", "RAND Corporation"),
            (Kind::Organization, "NIKE Inc.", "Nike Inc."),
            (Kind::Organization, "IBM", "IBM"),
            (Kind::Organization, "Acme, Inc.", "Acme, Inc."),
            (Kind::Other, "MV OCEAN STAR", "MV Ocean Star"),
            (Kind::Place, "NEW YORK", "NEW YORK"),
        ] {
            assert_eq!(usual(kind, name), expected);
        }
    }
}
