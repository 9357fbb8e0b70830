//! What a stronger reading of the same place takes the place of (rule T6).
//!
//! An inflected form gives way to another entity's name as given at the same place. `chef's` read as the word `chefs`
//! gives way to the possessive of `chef`. Only what was found and kept its rules outranks, so that what the caller
//! excluded shadows nothing (rule M2).
//!
//! Must not know: scores.

use hashbrown::HashSet;

use super::{
    found::Found,
    trace::{Reason, Trace},
};
use crate::{
    index::{Form, Forms},
    text::{Gap, View, WordKey},
};

/// Drops from `found` what is outranked. Linear in what was found.
#[inline]
pub(super) fn run(view: View<'_>, found: &mut Vec<Found>, trace: &mut Trace) {
    let may_lose = |found: &Found| found.forms.has(Form::Inflection) || joins_possessive(view, found);
    if !found.iter().any(may_lose) {
        return;
    }
    let exact = found.iter().filter(|found| found.forms == Forms::EXACT && !found.short);
    let exact: HashSet<_> = exact.map(|found| (found.field, found.span)).collect();
    let possessive = found.iter().filter(|found| found.forms.has(Form::Possessive));
    let possessive: HashSet<_> = possessive.map(|found| (found.first, found.last)).collect();
    trace.retain(found, |found| {
        let inflected = found.forms.has(Form::Inflection) && exact.contains(&(found.field, found.span));
        let joined = joins_possessive(view, found) && possessive.contains(&(found.first, found.last - 1));
        if inflected {
            Err(Reason::OtherCandidate)
        } else if joined {
            Err(Reason::BetterPlace)
        } else {
            Ok(())
        }
    });
}

/// Whether a place ends in an apostrophe and an `s` that were read as one word with what stands before them.
fn joins_possessive(view: View<'_>, found: &Found) -> bool {
    let last = &view.all()[found.last as usize];
    found.forms.has(Form::Hyphen)
        && found.first < found.last
        && last.gap.any(Gap::APOSTROPHE)
        && last.key == WordKey::of(b"s")
}
