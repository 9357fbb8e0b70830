//! Where a document names each entity in full, and which of these places a short name follows (rule L2).
//!
//! Must not know: how short names are found.

use std::ops::Range;

use super::{found::Found, names::ShortNames, order::deal, resolve::Key, sieve::Sieve};

/// How many times as far a name in full counts that stands behind the short name.
const LATER: u32 = 4;
/// How many words farther it counts where none stands before.
const UNKNOWN: u32 = 20;

/// Where a document names each entity in full, by its first words: sorted by entity, then by place.
#[derive(Debug, Default)]
pub(super) struct Anchors(Vec<(Key, u32)>);

impl Anchors {
    /// Notes which entities the document names in full, and where. A full name inside a longer name counts as well.
    ///
    /// Only of entities that have short names, unless some are listed.
    pub(super) fn find(
        &mut self,
        found: &[Found],
        is_full: impl Fn(&Found) -> bool,
        shorts: &ShortNames,
        listed: bool,
    ) {
        let Self(places) = self;
        places.clear();
        let keys = shorts.keys();
        if listed {
            let named = found.iter().filter(|found| is_full(found));
            places.extend(named.map(|found| (found.key(), found.first)));
            places.sort_unstable();
            places.dedup();
            return;
        }
        if keys.is_empty() {
            return;
        }
        let sieve: Sieve<8> = keys.iter().map(|key| key.1.0.into()).collect();
        // Those of a place ascend, so that the next one often is the next key.
        let mut before = 0;
        let number = |found: &Found| {
            let key = found.key();
            let is_next = keys.get(before + 1) == Some(&key);
            before = if is_next { before + 1 } else { keys.binary_search(&key).ok()? };
            Some((before as u32, found.first))
        };
        let asked = found.iter().filter(|found| sieve.may_have(found.entity.0.into()) && is_full(found));
        // They come in the order of their places.
        let numbers: Vec<_> = asked.filter_map(number).collect();
        let anchor = |&(number, first): &(u32, u32)| (keys[number as usize], first);
        places.extend(numbers.iter().map(anchor));
        deal(&numbers, |&(number, _)| number as usize, |at, one| places[at] = anchor(one));
        places.dedup();
    }

    /// The places of an entity, ascending.
    pub(super) fn of(&self, key: Key) -> &[(Key, u32)] {
        &self.0[self.range(key)]
    }

    /// Those of a range.
    pub(super) fn at(&self, range: &Range<usize>) -> &[(Key, u32)] {
        &self.0[range.clone()]
    }

    /// Where they lie: two binary searches, since an entity may be named everywhere.
    pub(super) fn range(&self, key: Key) -> Range<usize> {
        let from = self.0.partition_point(|&(other, _)| other < key);
        let count = self.0[from..].partition_point(|&(other, _)| other == key);
        from..from + count
    }
}

/// Of the places of an entity, ascending, the one that a short name at `word` follows, and how far away that counts. A
/// reader knows what was said before: what comes only later is farther.
pub(super) fn nearest(places: &[(Key, u32)], word: u32) -> Option<(u32, u32)> {
    let at = places.partition_point(|&(_, place)| place < word);
    let before = at.checked_sub(1).map(|at| (places[at].1, word - places[at].1));
    let unknown = if before.is_none() { UNKNOWN } else { 0 };
    let later = places.get(at).map(|&(_, place)| (place, (place - word).saturating_mul(LATER).saturating_add(unknown)));
    before.into_iter().chain(later).min_by_key(|&(_, farness)| farness)
}
