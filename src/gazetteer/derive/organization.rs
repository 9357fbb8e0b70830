//! Short names of organisations: without their designator, their head alone, their kind with an article.

use super::{Derived, stands_alone};
use crate::{gazetteer::Rule, text::fold};

/// What says of which legal form a company is, folded and sorted.
const DESIGNATORS: [&str; 38] = [
    "ab",
    "ag",
    "aps",
    "as",
    "asa",
    "bhd",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "gmbh",
    "holding",
    "holdings",
    "inc",
    "incorporated",
    "jsc",
    "kg",
    "kgaa",
    "kk",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "nv",
    "oao",
    "oy",
    "oyj",
    "pjsc",
    "plc",
    "pte",
    "pty",
    "sa",
    "sarl",
    "se",
    "spa",
];

/// What kind of organisation it is, folded and sorted. With the article it stands for the only one of the document.
const GENERIC: [&str; 55] = [
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
];

/// The names that are as good as the name itself.
pub(super) fn full_names(name: &str, derived: &mut Vec<Derived>) {
    let plain = without_designator(name);
    if plain != name && stands_alone(plain) {
        derived.push(Derived::new(Rule::Designator, plain));
    }
}

/// The names that count only beside the name in full.
pub(super) fn short_names(name: &str, derived: &mut Vec<Derived>) {
    let plain = without_designator(name);
    let without_article = plain.strip_prefix("The ").unwrap_or(plain);
    if plain != name {
        derived.push(Derived::new(Rule::Designator, without_article));
    }
    let plain = without_article;
    let words: Vec<_> = plain.split_whitespace().collect();
    let (Some(&first), Some(&last)) = (words.first(), words.last()) else { return };
    if words.len() > 1 {
        if is_among(last, &GENERIC) {
            let head = plain.strip_suffix(last).unwrap_or(plain).trim_end();
            if stands_alone(head) {
                derived.push(Derived::new(Rule::Head, head));
            }
            derived.push(Derived::new(Rule::Generic, last));
        } else if is_among(first, &GENERIC) {
            derived.push(Derived::new(Rule::Generic, first));
        }
        if stands_alone(first) {
            derived.push(Derived::new(Rule::Head, first));
        }
    }
}

/// The name without the designators at its end.
fn without_designator(name: &str) -> &str {
    let mut rest = name.trim_end();
    while let Some((before, last)) = rest.rsplit_once(char::is_whitespace) {
        if !is_among(last, &DESIGNATORS) && !matches!(last, "&" | "and" | "-") {
            break;
        }
        rest = before.trim_end().trim_end_matches(',').trim_end();
    }
    rest
}

fn is_among(word: &str, list: &[&str]) -> bool {
    let mut folded = Vec::new();
    fold(word, &mut folded);
    std::str::from_utf8(&folded).is_ok_and(|folded| list.binary_search(&folded).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(DESIGNATORS.is_sorted() && GENERIC.is_sorted());
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
        check(full_names, "Pepsi Cola Co.", &[("Pepsi Cola", Rule::Designator)]);
        check(full_names, "Quiksilver, Inc.", &[("Quiksilver", Rule::Designator)]);
        check(full_names, "Apple Inc.", &[]);
        check(short_names, "Apple Inc.", &[("Apple", Rule::Designator)]);
        check(short_names, "Pepsi Cola Co.", &[("Pepsi Cola", Rule::Designator), ("Pepsi", Rule::Head)]);
        check(short_names, "British Airways", &[("Airways", Rule::Generic)]);
        check(
            short_names,
            "Goldman Sachs Group",
            &[("Goldman Sachs", Rule::Head), ("Group", Rule::Generic), ("Goldman", Rule::Head)],
        );
        check(short_names, "Bank of England", &[("Bank", Rule::Generic)]);
        check(short_names, "Siemens AG", &[("Siemens", Rule::Designator)]);
        check(short_names, "Siemens", &[]);
        check(short_names, "The Guardian", &[]);
    }
}
