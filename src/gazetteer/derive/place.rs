//! Short names of places: their head, without the word that says what kind of place it is.

use super::{Derived, lands::is_land, stands_alone};
use crate::{gazetteer::Rule, text::WordSet};

/// Kinds of places that stand before or behind the head, folded and sorted.
pub(super) static GENERIC: WordSet<128> = WordSet::new(&[
    "bay",
    "borough",
    "canton",
    "cape",
    "city",
    "county",
    "creek",
    "department",
    "desert",
    "district",
    "governorate",
    "gulf",
    "island",
    "islands",
    "kingdom",
    "lake",
    "lakes",
    "mount",
    "mountain",
    "mountains",
    "municipality",
    "oblast",
    "parish",
    "peninsula",
    "prefecture",
    "province",
    "raion",
    "region",
    "republic",
    "river",
    "state",
    "strait",
    "territory",
    "town",
    "township",
    "valley",
    "village",
    "voivodeship",
    "volcano",
    "zone",
]);

/// Kinds of places that lie in, or are more than, what stands before: `Mexico City` is no `Mexico`.
pub(super) const PARTS: [&str; 5] = ["City", "County", "Province", "State", "Territory"];

/// The head of a name: `Tagus` of `Tagus River`, `Melfa` of `River Melfa`, `Frosinone` of `Province of Frosinone`.
pub(super) fn short_names(name: &str, derived: &mut Vec<Derived>) {
    let name = name.split(',').next().unwrap_or_default().trim();
    let behind = name.rsplit_once(' ').filter(|(_, last)| GENERIC.has_written(last));
    let behind = behind.filter(|(head, kind)| !(PARTS.contains(kind) && is_land(head))).map(|(head, _)| head);
    let before = name.split_once(' ').filter(|(first, _)| GENERIC.has_written(first)).map(|(_, head)| head);
    let before = before.map(|head| head.strip_prefix("of ").unwrap_or(head));
    let before = before.map(|head| head.strip_prefix("the ").unwrap_or(head));
    for head in [behind, before].into_iter().flatten().filter(|head| stands_alone(head)) {
        derived.push(Derived::new(Rule::Head, head));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let check = |name: &str, expected: &[&str]| {
            let mut derived = Vec::new();
            short_names(name, &mut derived);
            assert_eq!(derived.iter().map(|one| &*one.text).collect::<Vec<_>>(), expected, "{name}");
        };
        check("Tagus River", &["Tagus"]);
        check("River Melfa", &["Melfa"]);
        check("Province of Frosinone", &["Frosinone"]);
        check("Lake Tahoe, Nevada", &["Tahoe"]);
        check("Long Island", &[]);
        check("Salt Lake City", &["Salt Lake"]);
        check("Paris", &[]);
    }
}
