//! Which places keep their mention when they overlap (rule M3).

use super::{Overlap, found::Found};

/// Calls `settled` for each run of equal places, with its range and whether the policy keeps it. `found` must be sorted by
/// [`Found::place`]. One pass.
#[inline]
pub(super) fn settle(policy: Overlap, found: &[Found], mut settled: impl FnMut(std::ops::Range<usize>, bool)) {
    let mut reached = (0, 0);
    let mut from = 0;
    while let Some(first) = found.get(from) {
        let &Found { field, span, .. } = first;
        let run = 1 + found[from + 1..].iter().take_while(|other| other.shares_place(first)).count();
        let kept = match policy {
            Overlap::Longest => (field, span.start) >= reached,
            Overlap::Outermost => (field, span.end) > reached,
            Overlap::All => true,
        };
        if kept {
            reached = reached.max((field, span.end));
        }
        settled(from..from + run, kept);
        from += run;
    }
}
