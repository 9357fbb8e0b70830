//! Acronyms: those made of the initials of a name, and whether a text that introduces one can mean a name.

use super::{Derived, Kind};
use crate::{
    gazetteer::Rule,
    text::{ARTICLES, FUNCTION, composed},
};

/// The most words of a name that acronyms are made of.
const MAX_WORDS: usize = 12;

/// Abbreviations that everybody uses for something else, sorted: no name is so common that its initials mean it. Whom they
/// name has them as an alias.
pub(super) const TAKEN: [&str; 36] = [
    "AC", "AD", "AI", "AM", "BC", "CEO", "CFO", "CIO", "COO", "CTO", "DC", "DJ", "DNA", "DVD", "GDP", "GPS", "HIV",
    "HR", "ID", "II", "III", "IT", "IV", "LA", "MP", "NO", "OK", "PC", "PM", "PR", "TV", "UK", "US", "VI", "VIP", "VP",
];

/// The acronyms of a name: the initials of its capitalised words, with and without those behind hyphens.
pub(super) fn short_names(kind: Kind, name: &str, derived: &mut Vec<Derived>) {
    let name = name.split(',').next().unwrap_or_default();
    let least = if kind == Kind::Organization { 2 } else { 3 };
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
        let taken = TAKEN.binary_search(&&*letters).is_ok();
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
    let letters: Vec<_> = acronym.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    if words.len() < 2 || letters.len() < 2 {
        return false;
    }
    let from = usize::from(is_function(words[0]) && !acronym.starts_with(['T', 't']));
    let (mut at, mut initials) = (0, 0);
    for (number, word) in words[from..].iter().enumerate() {
        for (place, c) in word.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphabetic()).enumerate() {
            if number == 0 && place == 0 && letters.first() != Some(&c) {
                return false;
            }
            if letters.get(at) == Some(&c) && (place == 0 || at > 0) {
                at += 1;
                initials += usize::from(place == 0);
            }
        }
    }
    at == letters.len() && initials * 2 >= letters.len()
}

/// What spaces and hyphens part; may be empty.
fn parts_of(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| c.is_whitespace() || c == '-')
}

fn initial(word: &str) -> Option<char> {
    word.chars().find(|c| c.is_alphabetic())
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
        assert!(!introduces("AP", "Moscow City"));
        assert!(!introduces("RIA", "Russia"));
        assert!(!introduces("UK", "World Health Organization"));
    }
}
