//! Where a hash lies in a table with open addressing, and in the filter of bits before it.
//!
//! Tables take exactly as many slots as they need: a hash is scaled, not masked, so that no size has to be a power of two.
//! The vocabulary and the transitions lie so. Must not know: what is hashed.

/// How many bits the filter has for each slot.
const BITS: usize = 8;

/// Tables of up to so many entries mostly stay in the cache anyway: half of their slots are taken, so that searches are
/// shorter. One more entry makes the table smaller again.
const FEW: usize = 1 << 15;
const TAKEN_OF_FEW: usize = 4;

/// The longest run of taken slots that a table may have, so that nobody looks at more. By chance, a run of so many has odds
/// of e^-35 at each slot where seven of eight are taken; six million names have one of nine hundred. Words and names that
/// were chosen to share places have longer ones, and would take quadratic time to compile.
pub(super) const LONGEST_RUN: usize = 4096;

/// How many slots a table of so many entries has, of which so many of eight are taken, at most seven; of few, half.
pub(super) fn slots_for(entries: usize, of_eight: usize) -> usize {
    let taken = if entries > FEW { of_eight } else { TAKEN_OF_FEW };
    entries * 8 / taken + 1
}

/// The first of `size` slots to look at.
#[inline]
pub(super) fn first(hash: u64, size: usize) -> usize {
    ((u128::from(hash) * size as u128) >> 64) as usize
}

/// The slot to look at behind one.
#[inline]
pub(super) fn next(slot: usize, size: usize) -> usize {
    if slot + 1 == size { 0 } else { slot + 1 }
}

/// The longest run of taken slots, the first of which lies behind the last.
pub(super) fn longest_run(taken: impl Iterator<Item = bool>) -> usize {
    let (mut from_start, mut run, mut longest) = (None, 0, 0);
    for taken in taken {
        if taken {
            run += 1;
        } else {
            from_start.get_or_insert(run);
            (longest, run) = (run.max(longest), 0);
        }
    }
    longest.max(run + from_start.unwrap_or(0))
}

/// How many words the filter of a table with `size` slots has.
pub(super) fn filter_words(size: usize) -> usize {
    size * BITS / 64 + 1
}

/// The word of a hash in the filter of a table with `size` slots, and its bit there.
#[inline]
pub(super) fn bit(hash: u64, size: usize) -> (usize, u64) {
    let place = first(hash, size * BITS);
    (place / 64, 1 << (place % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_tables_are_half_empty() {
        let slots = [0, 1, FEW, FEW + 1, 7 * FEW].map(|entries| slots_for(entries, 7));
        assert_eq!(slots, [1, 3, 2 * FEW + 1, (FEW + 1) * 8 / 7 + 1, 8 * FEW + 1]);
    }

    #[test]
    fn the_longest_run_goes_on_behind_the_last_slot() {
        for (slots, expected) in
            [("", 0), ("-", 0), ("x", 1), ("xx-xxx-x", 3), ("xx-xxx-xx", 4), ("xxx", 3), ("-x-xx", 2)]
        {
            assert_eq!(longest_run(slots.bytes().map(|slot| slot == b'x')), expected, "{slots}");
        }
    }
}
