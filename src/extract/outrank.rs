//! What a stronger reading of the same place takes the place of (rule T6).
//!
//! An inflected form gives way to another entity's name as given at the same place; so does a name derived with an
//! initial, and one whose marks the text lacks: `Michael B. Jordan` is no `Michael Jordan` where somebody is called so, and
//! `BBB` is no `BBB-`. `chef's` read as the word `chefs`
//! gives way to the possessive of `chef`. Only what was found and kept its rules outranks, so that what the caller
//! excluded shadows nothing (rule M2).
//!
//! Must not know: scores.

use super::{
    found::Found,
    sieve::Sieve,
    trace::{Reason, Trace},
};
use crate::{
    gazetteer::Rule,
    index::{Form, Forms},
    text::{Gap, Shape, View, WordKey},
};

/// Drops from `found` what is outranked. Linear in what was found, but for sorting the few that may be.
#[inline]
pub(super) fn run(view: View<'_>, found: &mut Vec<Found>, trace: &mut Trace) {
    let has_initial = |found: &Found| {
        let mut inner = found.first as usize + 1..found.last as usize;
        found.rule == Some(Rule::MiddleNames) && inner.any(|index| view.all()[index].shape.any(Shape::LETTER))
    };
    let is_made = |found: &Found| found.forms.has(Form::Inflection) || found.lacks_marks || has_initial(found);
    let is_joined = |found: &Found| joins_possessive(view, found);
    if !found.iter().any(|found| is_made(found) || is_joined(found)) {
        return;
    }
    let is_exact = |found: &Found| found.forms == Forms::EXACT && !found.short && !found.lacks_marks;
    let exact = Stronger::of(found, is_made, Found::place, is_exact, Found::place);
    let is_possessive = |found: &Found| found.forms.has(Form::Possessive);
    let words = |first: u32, last: u32| u64::from(first) << 32 | u64::from(last);
    let apart = |found: &Found| words(found.first, found.last - 1);
    let possessive = Stronger::of(found, is_joined, apart, is_possessive, |found| words(found.first, found.last));
    trace.retain(found, |found| {
        if is_made(found) && exact.stands_at(found.place()) {
            Err(Reason::OtherCandidate)
        } else if is_joined(found) && possessive.stands_at(apart(found)) {
            Err(Reason::BetterPlace)
        } else {
            Ok(())
        }
    });
}

/// The places of what outranks others, ascending: of them only those that something has which may be outranked.
struct Stronger(Vec<u64>);

impl Stronger {
    /// The places, by `place`, of what `outranks`, where something that `may_lose` asks for that place, by `asked`.
    fn of(
        found: &[Found],
        may_lose: impl Fn(&Found) -> bool,
        asked: impl Fn(&Found) -> u64,
        outranks: impl Fn(&Found) -> bool,
        place: impl Fn(&Found) -> u64,
    ) -> Self {
        let mut wanted: Vec<_> = found.iter().filter(|found| may_lose(found)).map(asked).collect();
        wanted.sort_unstable();
        // The first word, or the start.
        let sieve: Sieve<8> = wanted.iter().map(|place| place >> 32).collect();
        let places = found.iter().filter(|found| outranks(found)).map(place);
        let mut places: Vec<_> =
            places.filter(|place| sieve.may_have(place >> 32) && wanted.binary_search(place).is_ok()).collect();
        places.sort_unstable();
        Self(places)
    }

    /// Whether one of them stands there.
    fn stands_at(&self, place: u64) -> bool {
        self.0.binary_search(&place).is_ok()
    }
}

/// Whether a place ends in an apostrophe and an `s` that were read as one word with what stands before them.
fn joins_possessive(view: View<'_>, found: &Found) -> bool {
    found.forms.has(Form::Hyphen) && found.first < found.last && {
        let last = &view.all()[found.last as usize];
        last.gap.any(Gap::APOSTROPHE) && last.key == WordKey::of(b"s")
    }
}
