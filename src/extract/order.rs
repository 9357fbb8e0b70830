//! Sorting what was found by place.
//!
//! Occurrences come in the order of their last words, so that most are in place or go back past a few others. Where one
//! goes back far, past a crowd, what was found one behind the other at one place goes as one. Where names nest, each
//! goes back far: then all are dealt out to their first words, and only those of one word are compared.
//!
//! Must not know: rules, scores.

use super::found::Found;

/// Going back past so many places is going back far.
const FAR: usize = 16;

/// Sorts what was found; reusable.
#[derive(Debug, Default)]
pub(super) struct Sorter {
    runs: Vec<Run>,
    dealt: Vec<Run>,
    spare: Vec<Found>,
}

/// What was found one behind the other at one place.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    place: u64,
    from: u32,
    to: u32,
}

impl Sorter {
    /// Sorts what was found by a key that begins with place, source and entity; equals keep their order.
    pub(super) fn sort<K: Ord>(&mut self, found: &mut Vec<Found>, key: impl Fn(&Found) -> K) {
        let mut before = 0;
        for at in 0..found.len() {
            let place = found[at].place();
            if place > before {
                before = place;
                continue;
            }
            // A crowd is in order.
            if place == before && at > 0 && found[at - 1].key() < found[at].key() {
                continue;
            }
            let own = key(&found[at]);
            let past = found[..at].iter().rev().take(FAR).take_while(|other| key(other) > own).count();
            match past {
                0 => {}
                1 => found.swap(at - 1, at),
                FAR => return self.sort_by_runs(found, key),
                _ => found[at - past..=at].rotate_right(1),
            }
        }
    }

    /// Sorts what was found by the places of its runs, and then what is at each place.
    fn sort_by_runs<K: Ord>(&mut self, found: &mut Vec<Found>, key: impl Fn(&Found) -> K) {
        self.runs.clear();
        let (mut to, mut far, mut in_order) = (0, false, true);
        while let Some(first) = found.get(to) {
            let (from, place) = (to, first.place());
            to += 1;
            while to < found.len() && found[to].shares_place(first) {
                in_order &= found[to - 1].key() < found[to].key();
                to += 1;
            }
            // Once one goes back far they are left as they come.
            let past = self.runs.iter().rev().take(if far { 0 } else { FAR });
            let past = past.take_while(|other| other.place > place).count();
            far |= past == FAR;
            let at = self.runs.len() - past;
            self.runs.insert(at, Run { place, from: from as u32, to: to as u32 });
        }
        if far {
            self.sort_by_words(found);
        }
        self.spare.clear();
        for (number, run) in self.runs.iter().enumerate() {
            self.spare.extend_from_slice(&found[run.from as usize..run.to as usize]);
            in_order &= number == 0 || self.runs[number - 1].place < run.place;
        }
        std::mem::swap(found, &mut self.spare);
        if !in_order {
            for place in found.chunk_by_mut(Found::shares_place) {
                if !place.is_sorted_by_key(&key) {
                    place.sort_by_key(&key);
                }
            }
        }
    }

    /// Sorts the runs: those of each first word by themselves.
    fn sort_by_words(&mut self, found: &[Found]) {
        let Self { runs, dealt, .. } = self;
        dealt.clear();
        dealt.resize(runs.len(), Run::default());
        let mut from = 0;
        let numbered = runs.iter().map(|&run| (found[run.from as usize].first as usize, run));
        let words = numbered.clone().map(|(word, _)| word + 1).max().unwrap_or(0);
        for end in deal(words, numbered, |at, run| dealt[at] = run) {
            sort_word(&mut dealt[from..end]);
            from = end;
        }
        std::mem::swap(runs, dealt);
    }
}

/// Gives each item its place among all, by its number, which is less than `count`, and where that is one, as they come.
/// Returns where those of each number end. Goes through the items twice.
pub(super) fn deal<T>(
    count: usize,
    items: impl Iterator<Item = (usize, T)> + Clone,
    mut give: impl FnMut(usize, T),
) -> Vec<usize> {
    let mut ends = vec![0; count];
    items.clone().for_each(|(number, _)| ends[number] += 1);
    let mut end = 0;
    for count in &mut ends {
        end += std::mem::replace(count, end);
    }
    items.for_each(|(number, item)| {
        give(ends[number], item);
        ends[number] += 1;
    });
    ends
}

/// Sorts what begins with one word by place; equals keep their order.
fn sort_word(runs: &mut [Run]) {
    // Longer places were found later.
    if !runs.is_sorted_by(|one, next| one.place >= next.place) {
        return runs.sort_by_key(|run| run.place);
    }
    runs.reverse();
    runs.chunk_by_mut(|one, next| one.place == next.place).for_each(<[Run]>::reverse);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{index::NameId, text::Span};

    proptest! {
        #[test]
        fn what_was_found_is_sorted_and_equals_keep_their_order(
            places in prop::collection::vec((0..40_u32, 0..40_u32, 0..3_u32, 1..5_usize), 0..60),
            is_nested: bool,
        ) {
            let mut found = Vec::new();
            for (last, back, entity, count) in places {
                // Nested names come by their last words.
                let first = if is_nested { back.min(last) } else { last.saturating_sub(back % 3) };
                let span = Span::new(first * 2, last * 2 + 1);
                for _ in 0..count {
                    let name = NameId(found.len() as u32);
                    found.push(Found { first, last, span, name, ..Found::of(entity) });
                }
            }
            found.sort_by_key(|one| one.last);
            let key = |one: &Found| (one.place(), one.source, one.entity);
            let mut expected = found.clone();
            expected.sort_by_key(key);
            Sorter::default().sort(&mut found, key);
            let what = |found: &[Found]| found.iter().map(|one| (one.span, one.entity, one.name)).collect::<Vec<_>>();
            prop_assert_eq!(what(&found), what(&expected));
        }
    }
}
