//! Short names of organisations: without their designator, their head alone, their kind with an article.

use super::{Derived, adjectives::is_foreign_adjective, lands::is_land, stands_alone};
use crate::{
    gazetteer::Rule,
    text::{FUNCTION, Ordinary, Word, WordSet, Words, fold, is_inflected, ordinary},
};

/// How many designators are left out of a name one after the other, each of which makes a name. None has more than three.
const MAX_DESIGNATORS: usize = 4;
/// Designators that are words, or short for words that have a letter in acronyms.
const WORDS: [&str; 9] =
    ["Co", "Company", "Corp", "Corporation", "Holding", "Holdings", "Inc", "Incorporated", "Limited"];

/// The shortest ordinary word, in bytes, of which other forms are known.
const INFLECTED: usize = 4;

/// The words of every list.
#[cfg(test)]
pub(super) fn word_lists() -> [&'static [&'static str]; 8] {
    [&WORDS, DESIGNATORS.words(), &BEFORE, &LONG, &TIED, &CLUBS, GENERIC.words(), OPENING.words()]
}

/// What says of which legal form a company is, folded and sorted.
#[rustfmt::skip]
static DESIGNATORS: WordSet<256> = WordSet::new(&[
    "ab", "ad", "ag", "aktiengesellschaft", "aps", "as", "asa", "bhd", "bv", "co", "company", "corp", "corporation",
    "cv", "dmcc", "doo", "ehf", "eirl", "eood", "ev", "fzco", "fze", "gmbh", "hf", "holding", "holdings", "inc",
    "incorporated", "jsc", "kft", "kg", "kgaa", "kk", "lda", "limited", "llc", "llp", "lp", "ltd", "ltda", "mbh",
    "nv", "nyrt", "oao", "ood", "ou", "oy", "oyj", "pjsc", "plc", "pte", "pty", "pvt", "sa", "sarl", "sas", "sca",
    "sdn", "se", "sia", "sl", "slu", "spa", "srl", "sro", "tbk", "uab", "ug", "zrt",
]);

/// Designators that stand before names, too, as they are written; sorted.
const BEFORE: [&str; 18] = [
    "CJSC", "JSC", "OAO", "OJSC", "OOO", "PAO", "PJSC", "PT", "TOO", "UAB", "ZAO", "АО", "ЗАО", "ОАО", "ООО", "ПАО",
    "ТОВ", "ТОО",
];

/// Designators of several words, behind a space.
const LONG: [&str; 9] = [
    " Joint Stock Company",
    " Limited Liability Company",
    " Private Limited",
    " Public Limited Company",
    " S. de R.L. de C.V.",
    " S.A. de C.V.",
    " Sdn. Bhd.",
    " Société Anonyme",
    " Sp. z o.o.",
];

/// Designators of East Asia, which are written on to names, before or behind.
const TIED: [&str; 6] = ["股份有限公司", "有限公司", "株式会社", "주식회사", "(株)", "㈜"];

/// What football clubs are called behind their names, without periods; sorted. What is left is mostly a place.
const CLUBS: [&str; 3] = ["AFC", "CF", "FC"];

/// What kind of organisation it is, folded and sorted. With the article it stands for the only one of the document.
static GENERIC: WordSet<128> = WordSet::new(&[
    "academy",
    "administration",
    "agency",
    "airline",
    "airlines",
    "airways",
    "alliance",
    "army",
    "assembly",
    "association",
    "authority",
    "bank",
    "board",
    "bureau",
    "cabinet",
    "church",
    "club",
    "college",
    "commission",
    "committee",
    "community",
    "company",
    "confederation",
    "congress",
    "corporation",
    "council",
    "court",
    "department",
    "federation",
    "foundation",
    "fund",
    "government",
    "group",
    "guard",
    "institute",
    "institution",
    "league",
    "ministry",
    "movement",
    "museum",
    "navy",
    "office",
    "organisation",
    "organization",
    "parliament",
    "party",
    "police",
    "school",
    "senate",
    "service",
    "society",
    "tribunal",
    "trust",
    "union",
    "university",
]);

/// What cities begin with, which a company's name may begin with; folded and sorted: `San Antonio Savings Corp`.
static OPENING: WordSet<64> = WordSet::new(&[
    "abu", "addis", "ann", "boca", "buenos", "ciudad", "corpus", "hong", "kuala", "las", "nizhny", "novi", "palo",
    "puerto", "rio", "san", "santa", "santo", "sao", "tel",
]);

/// Designators that are written in full and short.
const SPELLINGS: [(&str, &str); 5] = [
    ("Aktiengesellschaft", "AG"),
    ("Company", "Co."),
    ("Corporation", "Corp."),
    ("Incorporated", "Inc."),
    ("Limited", "Ltd."),
];

/// The names that are as good as the name itself.
pub(super) fn full_names(name: &str, derived: &mut Vec<Derived>) {
    // `Silicon Valley Group Inc.` is not all that is called so.
    let is_group = |plain: &str| name[plain.len()..].trim_start().starts_with("Group");
    let is_name = |plain: &str| plain.split(' ').all(is_bare_name) && !is_land(plain);
    let shorter = without_designators(name).take(MAX_DESIGNATORS).filter(|plain| stands_alone(plain));
    let shorter = shorter.filter(|plain| !is_group(plain) || is_name(plain));
    derived.extend(shorter.map(plain_name));
    derived.extend(without_tied(name).map(plain_name));
    derived.extend(behind_designator(name).filter(|plain| stands_alone(plain)).map(plain_name));
    // `Chelsea` alone is the place.
    derived.extend(without_club(name).filter(|plain| plain.contains(' ')).map(plain_name));
    other_designators(name, derived);
}

/// The name with its designators in full where they are short, and short where they are in full.
pub(super) fn other_designators(name: &str, derived: &mut Vec<Derived>) {
    derived.extend(spelled_otherwise(name).into_iter().map(|other| Derived::new(Rule::Designator, other)));
}

/// The names that count only beside the name in full.
pub(super) fn short_names(name: &str, derived: &mut Vec<Derived>) {
    if let Some(plain) = without_club(name) {
        // Its first word is a place as well, which the document may name.
        return derived.push(plain_name(plain));
    }
    let name = behind_designator(name).unwrap_or(name);
    let plain = without_designators(name).last().unwrap_or(name.trim_end());
    let without_article = plain.strip_prefix("The ").unwrap_or(plain);
    if plain != name {
        derived.push(Derived::new(Rule::Designator, without_article));
    }
    let is_company = plain != name;
    let plain = without_article;
    let words: Vec<_> = plain.split_whitespace().collect();
    // `Hannover 96` is of Hannover.
    if words.len() == 2 && words[1].chars().all(char::is_numeric) {
        return;
    }
    let (Some(&first), Some(&last)) = (words.first(), words.last()) else { return };
    if words.len() > 1 {
        if GENERIC.has_written(last) {
            let head = plain.strip_suffix(last).unwrap_or(plain).trim_end();
            if is_head(head) {
                derived.push(Derived::new(Rule::Head, head));
            }
            derived.push(Derived::new(Rule::Generic, last));
        } else if GENERIC.has_written(first) {
            derived.push(Derived::new(Rule::Generic, first));
        }
        // `Securities` of `Securities and Exchange Commission`
        let plain_word = words.get(1).is_some_and(|next| FUNCTION.has_written(next)) && is_inflection(first);
        if is_head(first) && !plain_word {
            derived.push(Derived::new(Rule::Head, first));
        }
        if let [one, other, _, ..] = *words
            && is_company
            && [one, other].into_iter().all(is_bare_name)
            && !OPENING.has_written(one)
        {
            derived.extend(
                beginning(plain, other).filter(|head| is_head(head)).map(|head| Derived::new(Rule::Head, head)),
            );
        }
    }
}

/// Whether a word is an ordinary one in another form.
fn is_inflection(word: &str) -> bool {
    let mut folded = Vec::new();
    fold(word, &mut folded);
    std::str::from_utf8(&folded).is_ok_and(|word| {
        let singular = word.strip_suffix("ies").map(|stem| ordinary(&format!("{stem}y")));
        is_inflected(word, INFLECTED) || singular.is_some_and(|singular| singular > Ordinary::No)
    })
}

/// The beginning of a name up to its second word.
fn beginning<'n>(name: &'n str, second: &str) -> Option<&'n str> {
    let from = name.find(char::is_whitespace)?;
    let end = from + name[from..].find(second)? + second.len();
    Some(&name[..end])
}

/// Whether a word is a name and nothing else: capitalised, no ordinary word, and nothing but letters.
fn is_bare_name(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
        && word.contains(char::is_lowercase)
        && word.chars().all(char::is_alphabetic)
        && stands_alone(word)
}

/// Whether the beginning of a name may stand for it. In a script without capitals nothing tells it from an ordinary word.
fn is_head(beginning: &str) -> bool {
    let has_case = |c: char| c.is_uppercase() || c.is_lowercase() || !c.is_alphabetic();
    let foreign = || !beginning.contains(' ') && is_foreign_adjective(beginning);
    stands_alone(beginning) && beginning.chars().all(has_case) && !is_land(beginning) && !foreign()
}

fn plain_name(plain: &str) -> Derived {
    Derived::new(Rule::Designator, plain)
}

/// What is left without a designator of East Asia: `日立製作所` of `株式会社日立製作所`.
fn without_tied(name: &str) -> Option<&str> {
    let rest = TIED.iter().find_map(|tied| name.strip_prefix(tied).or_else(|| name.strip_suffix(tied)))?.trim();
    (rest.chars().count() > 1).then_some(rest)
}

/// What stands behind a designator at the beginning: `Gazprom` of `PJSC Gazprom`.
fn behind_designator(name: &str) -> Option<&str> {
    let (first, rest) = name.split_once(' ')?;
    BEFORE.binary_search(&first).is_ok().then(|| rest.trim_matches([' ', '"', '«', '»', '“', '”']))
}

/// The name of a football club without what says that it is one: `Manchester United` of `Manchester United F.C.`
fn without_club(name: &str) -> Option<&str> {
    if let Some(before) = name.trim_end().strip_suffix(" Football Club") {
        return Some(before);
    }
    let (before, last) = name.trim_end().rsplit_once(' ')?;
    CLUBS.binary_search(&&*last.replace('.', "")).is_ok().then_some(before)
}

/// The name without the designators at its end: without the last, without the last two, and so on.
fn without_designators(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(without_last_designator(name.trim_end()), |name| {
        // A group that is a company is called without: `USAir` of `USAir Group Inc.`
        let group = || name.strip_suffix(" Group").map(str::trim_end);
        without_last_designator(name).or_else(group)
    })
}

/// The name without all designators at its end.
pub(super) fn without_all_designators(name: &str) -> &str {
    std::iter::successors(Some(name.trim_end()), |name| without_last_designator(name)).last().unwrap_or(name)
}

/// Whether a name ends in a designator that is no word, but letters: `Siemens AG`.
pub(super) fn ends_in_letters(name: &str) -> bool {
    let word = |last: &str| WORDS.iter().any(|word| last.trim_end_matches('.').eq_ignore_ascii_case(word));
    designator(name).is_some_and(|last| !word(last))
}

/// The designator that a name ends in.
pub fn designator(name: &str) -> Option<&str> {
    name.trim_end().rsplit(' ').next().filter(|last| DESIGNATORS.has_written(last))
}

/// Whether words are designators and nothing else; true of none.
pub(super) fn are_designators(words: &str) -> bool {
    words.split([' ', ',']).filter(|word| !word.is_empty()).all(|word| DESIGNATORS.has_written(word))
}

/// The name without the designator at its end, where it has one.
fn without_last_designator(name: &str) -> Option<&str> {
    let long = |end: &&str| {
        let from = name.len().checked_sub(end.len())?;
        name.get(from..).filter(|written| written.eq_ignore_ascii_case(end)).map(|_| &name[..from])
    };
    if let Some(before) = LONG.iter().find_map(long) {
        return Some(before.trim_end().trim_end_matches(',').trim_end());
    }
    let (before, last) = name.rsplit_once(char::is_whitespace)?;
    let designator = DESIGNATORS.has_written(last) || matches!(last, "&" | "and" | "-");
    designator.then(|| before.trim_end().trim_end_matches(',').trim_end())
}

/// The name with its last designator in full where it is short, and short where it is in full; where the word before it is
/// one as well, with both in each way: `Foo Co., Ltd.` of `Foo Company Limited`.
fn spelled_otherwise(name: &str) -> Vec<String> {
    let name = name.trim_end();
    let Some((before, last)) = name.rsplit_once(char::is_whitespace) else { return Vec::new() };
    let Some(spellings) = spellings(last).filter(|_| before.contains(char::is_alphanumeric)) else { return Vec::new() };
    let more = before.rsplit_once(char::is_whitespace).and_then(|(first, word)| {
        let spellings = self::spellings(word.trim_end_matches(','))?;
        first.contains(char::is_alphanumeric).then(|| spellings.map(|word| format!("{first} {word}")))
    });
    let beginnings = more.map_or(vec![before.to_owned()], Vec::from);
    let all = beginnings.iter().flat_map(|before| spellings.map(|last| format!("{before} {last}")));
    let same = |other: &String| other.trim_end_matches('.') == name.trim_end_matches('.');
    all.filter(|other| !same(other)).collect()
}

/// A designator in full and short.
fn spellings(designator: &str) -> Option<[&'static str; 2]> {
    let bare = |spelling: &str| spelling.trim_end_matches('.').len();
    let is = |spelling: &str| designator.trim_end_matches('.').eq_ignore_ascii_case(&spelling[..bare(spelling)]);
    SPELLINGS.iter().find(|(long, short)| is(long) || is(short)).map(|&(long, short)| [long, short])
}

/// Whether a name is that of a football club, as its end says, or its beginning: `FC Bayern München`, `1. FC Köln`.
pub fn is_club(name: &str) -> bool {
    let mut words = name.split(' ').map(|word| word.trim_end_matches('.'));
    let first = words.by_ref().find(|word| !word.chars().all(char::is_numeric));
    without_club(name).is_some() || first.is_some_and(|first| CLUBS.binary_search(&first).is_ok())
}

/// Whether a word says what kind of organisation something is: `Bank`.
pub fn is_generic(words: &Words, word: &Word) -> bool {
    GENERIC.has_word(words, word)
}

/// Whether a word says what kind of company a name before it is of: `Corp`.
pub fn is_designator(words: &Words, word: &Word) -> bool {
    DESIGNATORS.has_word(words, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(BEFORE.is_sorted() && CLUBS.is_sorted());
    }

    #[test]
    fn names() {
        let mut derived = Vec::new();
        let mut check = |of: fn(&str, &mut Vec<Derived>), name: &str, expected: &[(&str, Rule)]| {
            derived.clear();
            of(name, &mut derived);
            let found: Vec<_> = derived.iter().map(|one| (&*one.text, one.rule)).collect();
            assert_eq!(found, expected, "{name}");
        };
        check(
            full_names,
            "Pepsi Cola Co.",
            &[("Pepsi Cola", Rule::Designator), ("Pepsi Cola Company", Rule::Designator)],
        );
        check(
            full_names,
            "Foobar Holdings Ltd",
            &[
                ("Foobar Holdings", Rule::Designator),
                ("Foobar", Rule::Designator),
                ("Foobar Holdings Limited", Rule::Designator),
            ],
        );
        check(
            full_names,
            "Quiksilver, Inc.",
            &[("Quiksilver", Rule::Designator), ("Quiksilver, Incorporated", Rule::Designator)],
        );
        check(full_names, "Apple Inc.", &[("Apple Incorporated", Rule::Designator)]);
        check(short_names, "Apple Inc.", &[("Apple", Rule::Designator)]);
        check(short_names, "Pepsi Cola Co.", &[("Pepsi Cola", Rule::Designator), ("Pepsi", Rule::Head)]);
        check(short_names, "British Airways", &[("Airways", Rule::Generic)]);
        check(
            short_names,
            "Goldman Sachs Group",
            &[("Goldman Sachs", Rule::Head), ("Group", Rule::Generic), ("Goldman", Rule::Head)],
        );
        check(short_names, "China Mobile", &[]);
        check(short_names, "New York University", &[("University", Rule::Generic)]);
        check(short_names, "Bank of England", &[("Bank", Rule::Generic)]);
        check(short_names, "Siemens AG", &[("Siemens", Rule::Designator)]);
        check(short_names, "Siemens", &[]);
        check(full_names, "PJSC Gazprom", &[("Gazprom", Rule::Designator)]);
        check(full_names, "ПАО «Сбербанк»", &[("Сбербанк", Rule::Designator)]);
        check(full_names, "Manchester United F.C.", &[("Manchester United", Rule::Designator)]);
        check(short_names, "Manchester United F.C.", &[("Manchester United", Rule::Designator)]);
        check(full_names, "Chelsea F.C.", &[]);
        check(short_names, "Chelsea F.C.", &[("Chelsea", Rule::Designator)]);
        check(short_names, "Liverpool Football Club", &[("Liverpool", Rule::Designator)]);
        check(short_names, "The Guardian", &[]);
    }
}
