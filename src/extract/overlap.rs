//! Which places keep their mention when they overlap (rule M3).

use super::{Overlap, found::Found};

/// Calls `keep` for each run of equal places that the policy keeps, with its range. `found` must be sorted by
/// [`Found::place`]. One pass.
pub(super) fn settle(policy: Overlap, found: &[Found], mut keep: impl FnMut(std::ops::Range<usize>)) {
    let mut reached = (0, 0);
    let mut from = 0;
    while from < found.len() {
        let place = found[from].place();
        let run = found[from..].iter().take_while(|other| other.place() == place).count();
        let Found { field, span, .. } = found[from];
        let kept = match policy {
            Overlap::Longest => (field, span.start) >= reached,
            Overlap::Outermost => (field, span.end) > reached,
            Overlap::All => true,
        };
        if kept {
            reached = reached.max((field, span.end));
            keep(from..from + run);
        }
        from += run;
    }
}
