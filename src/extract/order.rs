//! Sorting what was found by place.
//!
//! Occurrences come in the order of their last words, so that most are in place or go back past a few others. Where names
//! nest, each goes back far: then all are dealt out to their first words, and only those of one word are compared.
//!
//! Must not know: rules, scores.

use super::found::Found;

/// Going back past so many places is going back far.
const FAR: usize = 16;

/// Sorts what was found by a key that begins with place, source and entity; equals keep their order. `spare` is memory to
/// use.
pub(super) fn sort_nearly<K: Ord>(found: &mut [Found], spare: &mut Vec<Found>, key: impl Fn(&Found) -> K) {
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
            FAR => return sort_by_words(found, spare, key),
            _ => found[at - past..=at].rotate_right(1),
        }
    }
}

/// Sorts what was found: those of each first word by themselves.
fn sort_by_words<K: Ord>(found: &mut [Found], spare: &mut Vec<Found>, key: impl Fn(&Found) -> K) {
    spare.clear();
    spare.extend_from_slice(found);
    let mut from = 0;
    for end in deal(spare, |one| one.first as usize, |at, one| found[at] = *one) {
        sort_word(&mut found[from..end], &key);
        from = end;
    }
}

/// Gives each item its place among all, by its number and, where that is one, as they come. Returns where those of each
/// number end.
pub(super) fn deal<T>(items: &[T], number: impl Fn(&T) -> usize, mut give: impl FnMut(usize, &T)) -> Vec<usize> {
    let count = items.iter().map(|item| number(item) + 1).max().unwrap_or(0);
    let mut ends = vec![0; count];
    items.iter().for_each(|item| ends[number(item)] += 1);
    let mut end = 0;
    for count in &mut ends {
        end += std::mem::replace(count, end);
    }
    for item in items {
        let at = &mut ends[number(item)];
        give(*at, item);
        *at += 1;
    }
    ends
}

/// Sorts what begins with one word.
fn sort_word<K: Ord>(found: &mut [Found], key: impl Fn(&Found) -> K) {
    // Longer places were found later.
    if !found.is_sorted_by(|one, next| one.place() >= next.place()) {
        return found.sort_by_key(key);
    }
    found.reverse();
    for place in found.chunk_by_mut(|one, next| one.place() == next.place()) {
        place.reverse();
        if !place.is_sorted_by_key(&key) {
            place.sort_by_key(&key);
        }
    }
}
