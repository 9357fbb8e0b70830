//! Where a document names each entity in full, and which of these places a short name follows (rule L2).
//!
//! Must not know: how short names are found.

use std::ops::Range;

use super::{found::Found, names::ShortNames, order::deal, resolve::Key, sieve::Sieve};

/// How many times as far a name in full counts that stands behind the short name.
const LATER: u32 = 4;
/// How many words farther it counts where none stands before.
const UNKNOWN: u32 = 20;

/// Where a document names entities in full, by the first words of the places.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    /// The entities, ascending.
    keys: Vec<Key>,
    /// Where the places of each end.
    ends: Vec<usize>,
    /// Those of one entity lie side by side, ascending, each once.
    places: Vec<u32>,
}

impl Anchors {
    /// Notes which entities the document names in full, and where. A full name inside a longer name counts as well.
    /// `found` must be sorted by place.
    ///
    /// Only of entities that have short names, unless some are listed.
    pub(super) fn find(
        &mut self,
        found: &[Found],
        is_full: impl Fn(&Found) -> bool,
        shorts: &ShortNames,
        listed: bool,
    ) {
        let Self { keys, ends, places } = self;
        if listed {
            keys.clear();
            keys.extend(found.iter().filter(|found| is_full(found)).map(Found::key));
            keys.sort_unstable();
            keys.dedup();
        } else {
            *keys = shorts.keys();
        }
        ends.clear();
        places.clear();
        if keys.is_empty() {
            return;
        }
        let sieve: Sieve<8> = keys.iter().map(|key| key.1.0.into()).collect();
        let mut last = vec![u32::MAX; keys.len()];
        // Those of a place ascend, so that the next one often is the next key.
        let mut before = 0;
        let mut numbered = Vec::with_capacity(found.len());
        for found in found {
            let (key, first) = (found.key(), found.first);
            if !sieve.may_have(key.1.0.into()) {
                continue;
            }
            if keys.get(before + 1) == Some(&key) {
                before += 1;
            } else {
                let Ok(number) = keys.binary_search(&key) else { continue };
                before = number;
            }
            // Several names of it may begin there.
            if last[before] != first && is_full(found) {
                last[before] = first;
                numbered.push((before as u32, first));
            }
        }
        places.resize(numbered.len(), 0);
        let numbered = numbered.iter().map(|&(number, first): &(u32, u32)| (number as usize, first));
        *ends = deal(keys.len(), numbered, |at, first| places[at] = first);
    }

    /// The places of an entity, ascending.
    pub(super) fn of(&self, key: Key) -> &[u32] {
        self.at(&self.range(key))
    }

    /// Those of a range.
    pub(super) fn at(&self, range: &Range<usize>) -> &[u32] {
        &self.places[range.clone()]
    }

    /// Where they lie.
    pub(super) fn range(&self, key: Key) -> Range<usize> {
        let Ok(number) = self.keys.binary_search(&key) else { return 0..0 };
        number.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[number]
    }
}

/// Of the places of an entity, ascending, the one that a short name at `word` follows, and how far away that counts. A
/// reader knows what was said before: what comes only later is farther.
pub(super) fn nearest(places: &[u32], word: u32) -> Option<(u32, u32)> {
    let at = places.partition_point(|&place| place < word);
    let before = at.checked_sub(1).map(|at| (places[at], word - places[at]));
    let unknown = if before.is_none() { UNKNOWN } else { 0 };
    let later = places.get(at).map(|&place| (place, (place - word).saturating_mul(LATER).saturating_add(unknown)));
    before.into_iter().chain(later).min_by_key(|&(_, farness)| farness)
}
