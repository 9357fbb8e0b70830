//! Names that follow from a name by rule (rule L2): what people write who know what the name in full is.
//!
//! [`full_names`] are as good as the name itself and are searched for everywhere: `George Bush` for `George W. Bush`,
//! `Putin, Vladimir`, `Pepsi Cola` for `Pepsi Cola Co.` [`short_names`] count only in a document that names the entity
//! in full: `Putin`, `the Bank`, `WHO`. Each carries the [`Rule`] that made it, and is in NFC: rules go by characters, and
//! an initial keeps its mark. Pure functions of type and name, linear in the length of the name.
//!
//! Must not know: documents, how names are searched.

mod acronym;
mod adjectives;
mod lands;
mod organization;
mod person;
mod place;
mod spelling;
mod usual;

pub use acronym::introduces;
pub use organization::{designator, is_club, is_designator, is_generic};
pub use person::{ANY_INITIAL, is_of_another_generation, is_suffix, is_surname_of_east_asia, is_title};

use std::borrow::Cow;

use super::{MAX_NAME_BYTES, Rule};
use crate::text::{Ordinary, composed, fold, is_proper_adjective, ordinary};

/// The words that names are taken apart by: a segment compiled by others has other names.
#[cfg(test)]
pub(crate) fn word_lists() -> Vec<&'static [&'static str]> {
    [
        &person::word_lists()[..],
        &organization::word_lists(),
        &[
            place::GENERIC.words(),
            &place::PARTS,
            &acronym::TAKEN,
            &lands::LANDS,
            adjectives::ADJECTIVES.words(),
            &adjectives::ENDINGS,
            &spelling::ONE,
            &spelling::OTHER,
            &PERSONS,
            &ORGANIZATIONS,
            &PLACES,
            &GROUPS,
            &SHIPS,
        ],
    ]
    .concat()
}

/// What the rules take an entity for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A human being.
    Person,
    /// A company, an agency, a party.
    Organization,
    /// A country, a city, a river.
    Place,
    /// A people, named in the plural.
    Group,
    /// Anything else.
    Other,
}

/// Types that are persons, organisations and places, folded and sorted.
const PERSONS: [&str; 8] = ["character", "human", "individual", "people", "per", "person", "persons", "politician"];
const ORGANIZATIONS: [&str; 22] = [
    "agency",
    "airline",
    "alliance",
    "bank",
    "business",
    "club",
    "company",
    "corp",
    "corporation",
    "institution",
    "ministry",
    "ngo",
    "org",
    "organisation",
    "organisations",
    "organization",
    "organizations",
    "party",
    "school",
    "team",
    "union",
    "university",
];
const PLACES: [&str; 25] = [
    "capital",
    "city",
    "continent",
    "country",
    "county",
    "district",
    "gpe",
    "island",
    "lake",
    "loc",
    "location",
    "mountain",
    "municipality",
    "ocean",
    "place",
    "province",
    "region",
    "river",
    "sea",
    "settlement",
    "state",
    "strait",
    "territory",
    "town",
    "village",
];

const GROUPS: [&str; 5] = ["ethnicity", "group", "nationality", "norp", "tribe"];

impl Kind {
    /// What the rules take entities of that type for. The case of its letters does not count.
    pub fn of(entity_type: &str) -> Self {
        let name = entity_type.to_ascii_lowercase();
        let among = |list: &[&str]| list.binary_search(&name.as_str()).is_ok();
        if among(&PERSONS) {
            Self::Person
        } else if among(&ORGANIZATIONS) {
            Self::Organization
        } else if among(&PLACES) {
            Self::Place
        } else if among(&GROUPS) {
            Self::Group
        } else {
            Self::Other
        }
    }
}

/// Prefixes of ships' names.
const SHIPS: [&str; 12] = ["HMAS", "HMCS", "HMS", "INS", "M/T", "M/V", "MS", "MT", "MV", "RMS", "SS", "USS"];

/// A name that a rule made of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Derived {
    /// The name.
    pub text: String,
    /// The rule that made it.
    pub rule: Rule,
}

impl Derived {
    fn new(rule: Rule, text: impl Into<String>) -> Self {
        Self { rule, text: text.into() }
    }
}

/// The names that are as good as the name itself.
pub fn full_names(kind: Kind, name: &str) -> Vec<Derived> {
    let given = &*composed(name);
    let usual = &*usual::usual(kind, given);
    let mut derived = full_names_of(kind, given);
    if usual != given {
        derived.extend(full_names_of(kind, usual));
    }
    if given.contains(", ") && !usual.contains(", ") {
        derived.push(Derived::new(Rule::Reversed, usual));
    }
    // What is composed may be longer than it was given.
    derived.retain(|one| one.text != given && is_capitalised(&one.text) && one.text.len() <= MAX_NAME_BYTES);
    derived.sort();
    derived.dedup_by(|a, b| a.text == b.text);
    derived
}

/// The same of a name as it is written.
fn full_names_of(kind: Kind, name: &str) -> Vec<Derived> {
    let mut derived = Vec::new();
    if kind != Kind::Group && !name.contains(' ') && name.is_ascii() {
        return derived;
    }
    if let Some(plain) = without_qualifier(name) {
        derived.push(Derived::new(Rule::Qualifier, plain));
    }
    match kind {
        Kind::Person => person::full_names(name, &mut derived),
        Kind::Organization => {
            organization::full_names(name, &mut derived);
            // `Boeing Co.` of `The Boeing Company`
            if let Some(bare) = name.strip_prefix("The ") {
                organization::other_designators(bare, &mut derived);
            }
        }
        Kind::Group => {
            let one = name.strip_suffix('s').filter(|one| one.len() > 4 && !one.ends_with('s'));
            derived.extend(one.map(|one| Derived::new(Rule::Singular, one)));
        }
        Kind::Other => {
            let ship = ship(name).filter(|ship| stands_alone(ship));
            derived.extend(ship.map(|ship| Derived::new(Rule::Title, ship)));
        }
        Kind::Place => {}
    }
    if let Some(rest) = name.strip_prefix("The ").filter(|rest| kind != Kind::Person && stands_alone(rest)) {
        derived.push(Derived::new(Rule::Article, rest));
    }
    if kind != Kind::Person {
        let respelled = |one: &Derived| {
            spelling::others(&one.text).into_iter().map(|other| Derived::new(one.rule, other)).collect()
        };
        let others: Vec<Vec<_>> = derived.iter().map(respelled).collect();
        derived.extend(others.into_iter().flatten());
        derived.extend(spelling::others(name).into_iter().map(|other| Derived::new(Rule::Spelling, other)));
    }
    derived
}

/// The name as running text writes it, of which short names are parts as well as of the name as it is given.
pub fn usual_name(kind: Kind, name: &str) -> Cow<'_, str> {
    match composed(name) {
        Cow::Borrowed(name) => usual::usual(kind, name),
        Cow::Owned(name) => Cow::Owned(usual::usual(kind, &name).into_owned()),
    }
}

/// The given names and middle names of a person, in order; none where the surname stands first.
pub fn given_names(name: &str) -> Vec<String> {
    person::given_names(&usual_name(Kind::Person, name))
}

/// Whether a name has short names, or may be introduced with an acronym: what is worth a look at all.
pub fn may_be_short(kind: Kind, name: &str) -> bool {
    if !has_parts(name) {
        return false;
    }
    let acronym = kind != Kind::Person && name.split_whitespace().nth(2).is_some();
    acronym || !short_names(kind, name).is_empty()
}

/// Whether a name has several parts, without which no short name can be made of it: words, or what dots part in scripts
/// without spaces.
pub fn has_parts(name: &str) -> bool {
    name.contains([' ', ',']) || is_dotted(name) || person::is_of_four(name)
}

/// Whether dots part a name of a script that is written without spaces.
fn is_dotted(name: &str) -> bool {
    let last = name.rsplit_once(person::MIDDLE_DOTS).map(|(_, last)| last);
    last.is_some_and(|last| last.chars().count() > 1 && last.chars().all(|c| c > '\u{2E7F}'))
}

/// The names that count only where the document names the entity in full.
pub fn short_names(kind: Kind, name: &str) -> Vec<Derived> {
    let (given, usual) = (&*composed(name), &*usual_name(kind, name));
    let mut derived = short_names_of(kind, given);
    if usual != given {
        derived.extend(short_names_of(kind, usual));
    }
    derived.sort();
    derived.dedup_by(|a, b| a.text == b.text);
    derived
}

/// The same of a name as it is written.
fn short_names_of(kind: Kind, name: &str) -> Vec<Derived> {
    let mut derived = Vec::new();
    let name = without_qualifier(name).unwrap_or(name);
    match kind {
        Kind::Person => person::short_names(name, &mut derived),
        Kind::Organization => organization::short_names(name, &mut derived),
        Kind::Place => place::short_names(name, &mut derived),
        Kind::Other => derived.extend(ship(name).map(|ship| Derived::new(Rule::Title, ship))),
        Kind::Group => {}
    }
    if kind != Kind::Person {
        acronym::short_names(kind, name, &mut derived);
    }
    // Not the number of `2,4-D`, nor the letter of `N,N-dimethyltryptamine`.
    if let Some((before, _)) = name.split_once(", ").filter(|_| kind != Kind::Organization) {
        let before = Some(before.trim()).filter(|before| before.contains(char::is_alphabetic));
        derived.extend(before.map(|before| Derived::new(Rule::BeforeComma, before)));
    }
    // Without capitals nothing tells a given name from another person's; yet Thais are called by nothing else.
    let bare = |one: &Derived| {
        let thai = one.text.chars().count() > 3 && one.text.starts_with(person::is_thai);
        kind == Kind::Person && one.rule != Rule::Surname && !one.text.contains(char::is_uppercase) && !thai
    };
    derived.retain(|one| one.text != name && is_capitalised(&one.text) && !bare(one));
    derived
}

/// The name of a ship without its prefix.
fn ship(name: &str) -> Option<&str> {
    SHIPS.iter().find_map(|prefix| name.strip_prefix(prefix)?.strip_prefix(' '))
}

/// `Mercury (planet)` without what is in parentheses at its end.
fn without_qualifier(name: &str) -> Option<&str> {
    let (before, inside) = name.strip_suffix(')')?.rsplit_once(" (")?;
    (!before.is_empty() && !inside.is_empty()).then_some(before)
}

/// Whether what a rule left of a name may stand for it: several words, or one that is no ordinary word and no proper
/// adjective (`British` of `British Airways`).
fn stands_alone(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let (Some(first), second) = (words.next(), words.next()) else { return false };
    let mut folded = Vec::new();
    fold(first, &mut folded);
    let known =
        std::str::from_utf8(&folded).is_ok_and(|word| ordinary(word) > Ordinary::No || is_proper_adjective(word));
    second.is_some() || (!known && first.chars().filter(|c| c.is_alphabetic()).count() > 2)
}

/// Whether a derived name has a capital, where its script has capitals. What has none is no name by itself.
fn is_capitalised(text: &str) -> bool {
    text.contains(char::is_uppercase) || !text.contains(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(derived: Vec<Derived>) -> Vec<(String, &'static str)> {
        derived.into_iter().map(|one| (one.text, one.rule.as_str())).collect()
    }

    #[test]
    fn lists_are_sorted() {
        assert!(PERSONS.is_sorted() && ORGANIZATIONS.is_sorted() && PLACES.is_sorted());
        assert!(GROUPS.is_sorted());
    }

    #[test]
    fn the_page_of_rules_lists_every_type() {
        let page = include_str!("../../../docs/matching.md");
        let types = PERSONS.iter().chain(&ORGANIZATIONS).chain(&PLACES).chain(&GROUPS);
        let missing: Vec<_> = types.filter(|one| !page.contains(&format!("`{one}`"))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn what_is_derived_of_a_long_name_is_not_much_longer() {
        let words = [
            "Co", "Ab", "Ltd.", "Group", "Bank", "Sir", "Dr.", "A.", "van", "of", "the", "and", "&", "-", "II", "Jr.",
            "River", "Xu-Yi", "(x)", "x,", "王", "小·王",
        ];
        let kinds = [Kind::Person, Kind::Organization, Kind::Place, Kind::Group, Kind::Other];
        for (one, other, kind) in
            words.iter().flat_map(|one| words.iter().flat_map(move |other| kinds.map(|kind| (one, other, kind))))
        {
            let name = format!("Zed {}{other}", format!("{one} {other} ").repeat(200));
            let derived = [full_names(kind, &name), short_names(kind, &name)].concat();
            let bytes: usize = derived.iter().map(|one| one.text.len()).sum();
            assert!(bytes <= 10 * name.len(), "{kind:?} {one} {other}: {bytes} bytes of {}", name.len());
        }
    }

    #[test]
    fn no_derived_name_is_longer_than_names_are() {
        // In NFC it takes three times as many bytes.
        let note = "\u{1D160}";
        for kind in [Kind::Person, Kind::Organization, Kind::Place, Kind::Group, Kind::Other] {
            for notes in [10, 1000] {
                let name = format!("{} Kurds (people)", note.repeat(notes));
                assert!(name.len() <= MAX_NAME_BYTES);
                let derived = full_names(kind, &name);
                assert!(notes > 10 || !derived.is_empty(), "{kind:?}");
                assert!(derived.iter().all(|one| one.text.len() <= MAX_NAME_BYTES), "{kind:?}");
            }
        }
    }

    #[test]
    fn qualifiers_and_commas() {
        let full = |kind, name| texts(full_names(kind, name));
        let short = |kind, name| texts(short_names(kind, name));
        assert_eq!(full(Kind::Other, "Mercury (planet)"), [("Mercury".into(), "qualifier")]);
        assert_eq!(full(Kind::Other, "(a) b"), []);
        assert_eq!(full(Kind::Other, "The Beatles"), [("Beatles".into(), "article")]);
        assert_eq!(full(Kind::Other, "The Wall"), []);
        assert_eq!(short(Kind::Place, "Springfield, Illinois"), [("Springfield".into(), "before-comma")]);
        assert_eq!(short(Kind::Place, "Springfield"), []);
        assert_eq!(full(Kind::Group, "African Americans"), [("African American".into(), "singular")]);
        assert_eq!(full(Kind::Other, "USS John R. Pierce"), [("John R. Pierce".into(), "title")]);
    }
}
