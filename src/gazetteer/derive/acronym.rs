//! Acronyms: those made of the initials of a name, and whether a text that introduces one can mean a name.

use super::{Derived, Kind, organization};
use crate::{
    gazetteer::Rule,
    text::{ARTICLES, FUNCTION, composed, fold},
};

/// The most words of a name that acronyms are made of.
const MAX_WORDS: usize = 12;
/// The most letters of an acronym that a text introduces.
const MAX_LETTERS: usize = 32;

/// Abbreviations that everybody uses for something else, sorted: no name is so common that its initials mean it. Whom they
/// name has them as an alias.
pub(super) const TAKEN: [&str; 37] = [
    "AC", "AD", "AI", "AM", "BC", "CEO", "CFO", "CIO", "COO", "CTO", "DC", "DJ", "DNA", "DVD", "FM", "GDP", "GPS",
    "HIV", "HR", "ID", "II", "III", "IT", "IV", "LA", "MP", "NO", "OK", "PC", "PM", "PR", "TV", "UK", "US", "VI",
    "VIP", "VP",
];

/// The acronyms of a name: the initials of its capitalised words, with and without those behind hyphens. A designator may
/// have a letter of its own, as in `BBC`, or none, as in `IBM`; those that are hardly words (`AG`) have none.
pub(super) fn short_names(kind: Kind, name: &str, derived: &mut Vec<Derived>) {
    let (name, behind) = name.split_once(',').unwrap_or((name, ""));
    if kind != Kind::Organization {
        return of_words(name, 3, derived);
    }
    // `University of California, Los Angeles` is no `UC`.
    if !organization::are_designators(behind) {
        return;
    }
    let bare = organization::without_all_designators(name);
    if bare.len() < name.trim_end().len() {
        of_words(bare, 3, derived);
    }
    if !organization::ends_in_letters(name) {
        of_words(name, 2, derived);
    }
}

/// The acronyms of at least so many letters.
fn of_words(name: &str, least: usize, derived: &mut Vec<Derived>) {
    // Most names have too few capitals, and need no look at their words.
    let capitals = parts_of(name).filter_map(initial).filter(|letter| letter.is_uppercase());
    if capitals.take(least).count() < least {
        return;
    }
    let words: Vec<_> = name.split_whitespace().filter(|word| !is_function(word)).collect();
    if words.len() > MAX_WORDS {
        return;
    }
    let mut add = |letters: String| {
        let short = letters.chars().count() < 3;
        let taken = TAKEN.binary_search(&&*letters).is_ok()
            || short && (is_function_word(&letters) || organization::are_designators(&letters));
        if letters.chars().all(char::is_uppercase) && letters.chars().count() >= least && !taken {
            derived.push(Derived::new(Rule::Acronym, letters));
        }
    };
    add(words.iter().filter_map(|word| initial(word)).collect());
    if name.contains('-') {
        add(words.iter().flat_map(|word| word.split('-')).filter_map(initial).collect());
    }
}

/// Whether a text that writes `acronym` beside a name of several words can mean the name: its first letter begins the
/// name, and the others follow in order, at least half of them as initials.
pub fn introduces(acronym: &str, name: &str) -> bool {
    let (acronym, name) = (composed(acronym), composed(name));
    let words: Vec<_> = parts_of(&name).filter(|word| !word.is_empty()).collect();
    let letters: Vec<_> = acronym.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphabetic()).collect();
    if words.len() < 2 || letters.len() < 2 {
        return false;
    }
    if letters.len() > MAX_LETTERS {
        return false;
    }
    let from = usize::from(is_function(words[0]) && !acronym.starts_with(['T', 't']));
    // For each number of letters, the most initials among them, of what was read so far.
    let mut most: Vec<Option<usize>> = vec![None; letters.len() + 1];
    for (number, word) in words[from..].iter().enumerate() {
        for (place, c) in word.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphabetic()).enumerate() {
            let is_first = number == 0 && place == 0;
            most[0] = is_first.then_some(0);
            for at in (0..letters.len()).rev().filter(|&at| letters[at] == c) {
                most[at + 1] = most[at + 1].max(most[at].map(|initials| initials + usize::from(place == 0)));
            }
        }
    }
    most[letters.len()].is_some_and(|initials| initials * 2 >= letters.len())
}

/// What spaces and hyphens part; may be empty.
fn parts_of(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| c.is_whitespace() || c == '-')
}

fn initial(word: &str) -> Option<char> {
    word.chars().find(|c| c.is_alphabetic())
}

/// Whether letters spell a function word: `SO`.
fn is_function_word(letters: &str) -> bool {
    let mut folded = Vec::new();
    fold(letters, &mut folded);
    FUNCTION.has(&folded)
}

fn is_function(word: &str) -> bool {
    if word.starts_with(char::is_uppercase) { ARTICLES.has_written(word) } else { FUNCTION.has_written(word) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acronyms() {
        let made = |kind, name: &str| {
            let mut derived = Vec::new();
            short_names(kind, name, &mut derived);
            derived.dedup();
            derived.into_iter().map(|one| one.text).collect::<Vec<_>>()
        };
        assert_eq!(made(Kind::Organization, "World Health Organization"), ["WHO"]);
        assert_eq!(made(Kind::Organization, "University and College Union"), ["UCU"]);
        assert_eq!(made(Kind::Organization, "Multi-National Force Iraq"), ["MFI", "MNFI"]);
        assert_eq!(made(Kind::Place, "United States of America"), ["USA"]);
        assert!(TAKEN.is_sorted());
        assert_eq!(made(Kind::Organization, "Amnesty International"), [] as [&str; 0]);
        assert_eq!(made(Kind::Organization, "General Motors Corp"), ["GMC"]);
        assert_eq!(made(Kind::Organization, "British Broadcasting Corp."), ["BBC"]);
        assert_eq!(made(Kind::Organization, "International Business Machines Corp"), ["IBM", "IBMC"]);
        assert_eq!(made(Kind::Organization, "Foo Bar Baz AG"), ["FBB"]);
        assert_eq!(made(Kind::Organization, "Federal Deposit Insurance Corporation"), ["FDI", "FDIC"]);
        assert_eq!(made(Kind::Organization, "Siemens AG"), [] as [&str; 0]);
        assert_eq!(made(Kind::Organization, "Standard Oil Co."), ["SOC"]);
        assert_eq!(made(Kind::Organization, "Pepsi"), [] as [&str; 0]);
        assert_eq!(made(Kind::Other, "First Novel"), [] as [&str; 0]);
        assert_eq!(made(Kind::Organization, "world health organization"), [] as [&str; 0]);
    }

    #[test]
    fn introductions() {
        assert!(introduces("WHO", "World Health Organization"));
        assert!(introduces("CN", "Canadian National Railway"));
        assert!(introduces("ZhHL", "Zhenskaya Hockey League"));
        assert!(introduces("TMG", "The Monitoring Group"));
        assert!(introduces("ASEAN", "Association of Southeast Asian Nations"));
        assert!(introduces("SEATO", "Southeast Asia Treaty Organization"));
        assert!(introduces("SEC", "Securities and Exchange Commission"));
        assert!(!introduces("AP", "Moscow City"));
        assert!(!introduces("RIA", "Russia"));
        assert!(!introduces("UK", "World Health Organization"));
    }
}
