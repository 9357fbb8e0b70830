//! Names that follow from a person's name: what may stand for the whole (rule L2).
//!
//! `full` takes the name apart, with the lists of `words`. Names of scripts written without spaces have no parts there:
//! what they are called by follows from their characters.
//!
//! Must not know: documents.

mod full;
mod words;

use std::ops::Range;

use full::FullName;
#[cfg(test)]
pub(super) use words::word_lists;
pub(super) use words::{is_numeral, is_suffix_word, is_title_word};
pub use words::{is_of_another_generation, is_suffix, is_surname_of_east_asia, is_title};

use super::Derived;
use crate::gazetteer::Rule;

/// What stands between the parts of a foreign name in Chinese and Japanese: `埃隆·马斯克`, `ジョー・バイデン`.
pub(super) const MIDDLE_DOTS: [char; 6] = ['·', '・', '･', '‧', '∙', '⋅'];

/// The longest syllable of a given name of East Asia, in bytes.
const MAX_SYLLABLE: usize = 5;

/// What a derived name has for any middle initial: `Paul ꞏ Volcker`. A letter of its own word that hardly any text has
/// (U+A78F).
pub const ANY_INITIAL: &str = "\u{A78F}";

/// The given names and middle names of a person, in order; none where the surname stands first.
pub(super) fn given_names(name: &str) -> Vec<String> {
    let full = FullName::read(name);
    match (full.given(), full.surname()) {
        (Some(first), Some(last)) if !full.is_east_asian(&first, &last) => {
            std::iter::once(&first).chain(full.middle()).map(|part| full.text(part).to_owned()).collect()
        }
        _ => Vec::new(),
    }
}

/// The names that are as good as the name itself.
pub(super) fn full_names(name: &str, derived: &mut Vec<Derived>) {
    let full = FullName::read(name);
    if full.is_office() {
        return;
    }
    let (Some(first), Some(last)) = (full.given(), full.surname()) else {
        if full.titles > 0 && full.parts.len() - full.titles > 1 {
            derived.push(Derived::new(Rule::Title, full.from(full.titles)));
        }
        return;
    };
    if full.titles > 0 {
        derived.push(Derived::new(Rule::Title, full.from(full.titles)));
    }
    // `Lee Harvey Oswald` has no such syllables.
    let syllables = full.parts[full.titles + 1..full.end].iter().all(|part| full.text(part).len() <= MAX_SYLLABLE);
    let east_asian = full.is_east_asian(&first, &last) && syllables;
    let long_surname = full.long_surname(&last);
    let (given, surname, long) = (full.text(&first), full.text(&last), full.text(&long_surname));
    // Where the surname comes first all others are given names.
    let middle = if east_asian { &[] } else { full.middle() };
    if middle.is_empty() && !east_asian && full.may_stand_alone(&first) {
        derived.push(Derived::new(Rule::MiddleNames, format!("{given} {ANY_INITIAL} {long}")));
    }
    if !middle.is_empty() {
        derived.push(Derived::new(Rule::MiddleNames, format!("{given} {long}")));
        let initial = |part: &Range<usize>| full.text(part).chars().next().map(|initial| format!("{initial}. "));
        let initials: String = middle.iter().filter_map(initial).collect();
        derived.push(Derived::new(Rule::MiddleNames, format!("{given} {initials}{long}")));
        let first = initial(&first).unwrap_or_default();
        derived.push(Derived::new(Rule::Initials, format!("{first}{initials}{long}")));
    }
    // `J.-C. Juncker`
    let tied: Option<Vec<_>> = given.split('-').map(|part| part.chars().next()).collect();
    if let Some(initials) = tied.filter(|initials| initials.len() > 1 && !east_asian) {
        let initials = initials.iter().map(|initial| format!("{initial}.")).collect::<Vec<_>>().join("-");
        derived.push(Derived::new(Rule::Initials, format!("{initials} {long}")));
    }
    if long_surname.start < last.start {
        derived.push(Derived::new(Rule::MiddleNames, format!("{given} {surname}")));
    }
    if full.end < full.parts.len() {
        derived.push(Derived::new(Rule::MiddleNames, full.span(full.titles, full.end)));
    }
    let before = full.text(&(first.start..long_surname.start)).trim_end();
    let (last, before) = if east_asian { (full.text(&(first.end..last.end)), given) } else { (long, before) };
    derived.push(Derived::new(Rule::Reversed, format!("{last}, {before}")));
}

/// The names that count only beside the name in full.
pub(super) fn short_names(name: &str, derived: &mut Vec<Derived>) {
    if let Some((_, surname)) = name.rsplit_once(MIDDLE_DOTS).filter(|_| super::is_dotted(name)) {
        derived.push(Derived::new(Rule::Surname, surname));
        return;
    }
    if is_of_four(name) {
        derived.push(Derived::new(Rule::Surname, name.chars().take(2).collect::<String>()));
        return;
    }
    if let Some((given, _)) = name.split_once(' ').filter(|_| name.starts_with(is_thai)) {
        derived.push(Derived::new(Rule::GivenName, given));
        return;
    }
    let full = FullName::read(name);
    let Some(first) = full.given().filter(|_| !full.is_office()) else {
        if let Some(only) = full.only().filter(|only| full.may_stand_alone(only)) {
            derived.push(Derived::new(Rule::Surname, full.text(&only)));
        }
        return;
    };
    let surname = full.surname();
    let (given_rule, surname_rule) = match &surname {
        Some(last) if full.is_east_asian(&first, last) => (Rule::Surname, Rule::GivenName),
        _ => (Rule::GivenName, Rule::Surname),
    };
    // `John Paul` of `John Paul II`: rulers have no surname, and are called by all their given names.
    let ruler = full.is_numbered().then_some(full.titles..full.end);
    let alone = full.may_stand_alone(&first);
    if let Some(ruler) = ruler.as_ref().filter(|ruler| alone || ruler.len() > 1) {
        derived.push(Derived::new(Rule::Surname, full.span(ruler.start, ruler.end)));
    }
    if alone && ruler.is_none_or(|ruler| ruler.len() > 1) {
        derived.push(Derived::new(given_rule, full.text(&first)));
    }
    let Some(last) = surname else { return };
    // `Sánchez` of `Ángel Sánchez Martín`: the first of two surnames.
    if let ([middle], Rule::Surname) = (full.middle(), surname_rule)
        && full.may_stand_alone(middle)
    {
        derived.push(Derived::new(Rule::MiddleNames, full.text(middle)));
    }
    // `López Obrador` of `Andrés Manuel López Obrador`: both surnames.
    if let (Some(middle), Rule::Surname) = (full.middle().last(), surname_rule)
        && full.may_stand_alone(middle)
    {
        derived.push(Derived::new(Rule::Surname, full.text(&(middle.start..last.end))));
    }
    let tied = last.clone().take_while(|&at| full.is_particle(at)).count();
    let mut surnames = vec![last.clone(), full.long_surname(&last)];
    if tied > 0 && tied < last.len() {
        surnames.push(last.start + tied..last.end);
    }
    for part in surnames {
        if full.may_stand_alone(&part) {
            derived.push(Derived::new(surname_rule, full.text(&part)));
        }
    }
}

/// Whether a name is four Han characters, or five with a given name in `郎`. Of such names of persons two are the surname:
/// `安倍` of `安倍晋三`, `小泉` of `小泉純一郎`, `欧阳` of `欧阳娜娜`.
pub(super) fn is_of_four(name: &str) -> bool {
    let count = name.chars().take(6).take_while(|c| matches!(c, '\u{3400}'..='\u{9FFF}')).count();
    name.len() == count * 3 && (count == 4 || count == 5 && name.ends_with('郎'))
}

/// Whether a character is of the Thai script.
pub(super) fn is_thai(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{E7F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(of: fn(&str, &mut Vec<Derived>), name: &str, expected: &[&str]) {
        let mut derived = Vec::new();
        of(name, &mut derived);
        let mut texts: Vec<_> = derived.into_iter().map(|one| one.text).collect();
        texts.dedup();
        assert_eq!(texts, expected, "{name}");
    }

    #[test]
    fn short() {
        let check = |name, expected: &[&str]| check(short_names, name, expected);
        check("Xi Jinping", &["Xi", "Jinping"]);
        check("Ursula von der Leyen", &["Ursula", "Leyen", "von der Leyen"]);
        check("Nouri al-Maliki", &["Nouri", "al-Maliki", "Maliki"]);
        check("Sean O'Brien", &["Sean", "O'Brien"]);
        check("Jean-Claude Juncker", &["Jean-Claude", "Juncker"]);
        check("Martin Luther King Jr.", &["Martin", "Luther", "Luther King", "King"]);
        check("Andrés Manuel López Obrador", &["Andrés", "López Obrador", "Obrador"]);
        check("John Paul II", &["John Paul", "John"]);
        check("J. Biden", &["Biden"]);
        check("Madonna", &[]);
        check("习近平", &[]);
        check("Владимир Путин", &["Владимир", "Путин"]);
        check("Louis IX", &["Louis"]);
        check("Caroline of Zweibrücken", &["Caroline"]);
        check("Christian III, Count Palatine of Zweibrücken", &["Christian"]);
        check("King Hussein", &["Hussein"]);
        check("President of the Republic", &[]);
        check("Sir Winston Churchill", &["Winston", "Churchill"]);
        check("Of The", &[]);
    }

    #[test]
    fn full() {
        let check = |name, expected: &[&str]| check(full_names, name, expected);
        check("Vladimir Putin", &["Vladimir ꞏ Putin", "Putin, Vladimir"]);
        check(
            "James A. Baker III",
            &["James Baker", "James A. Baker", "J. A. Baker", "James A. Baker", "Baker, James A"],
        );
        check("Moon Jae In", &["Jae In, Moon"]);
        check("George W. Bush", &["George Bush", "George W. Bush", "G. W. Bush", "Bush, George W"]);
        check("Johann von Ewald", &["Johann ꞏ von Ewald", "Johann Ewald", "von Ewald, Johann"]);
        check("Martin King Jr.", &["Martin ꞏ King", "Martin King", "King, Martin"]);
        check("Sir Winston Churchill", &["Winston Churchill", "Winston ꞏ Churchill", "Churchill, Winston"]);
        check("Countess Caroline of Hanau", &["Caroline of Hanau"]);
        check("Louis IX", &[]);
        check("Madonna", &[]);
        check("Jean-Claude Juncker", &["Jean-Claude ꞏ Juncker", "J.-C. Juncker", "Juncker, Jean-Claude"]);
        check("President of the United States", &[]);
    }

    #[test]
    fn surnames_come_first_in_east_asia() {
        let mut derived = Vec::new();
        short_names("Xi Jinping", &mut derived);
        assert_eq!((derived[0].rule, derived[1].rule), (Rule::Surname, Rule::GivenName));
    }
}
