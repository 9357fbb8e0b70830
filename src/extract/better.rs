//! Two places of one entity, one inside the other, that differ by an article, a preposition or a mark alone (rule
//! `article`).
//!
//! Must not know: the weights of candidates, overlap of other entities.

use super::{
    Source,
    found::Found,
    place::{is_function, joins_capitalised},
    trace::{Reason, Trace},
};
use crate::{
    index::{Form, Forms},
    text::View,
};

/// How much of what begins inside a place is compared with it.
const MAX_INNER: usize = 64;
/// So few of them are looked at one by one.
const FEW: usize = 16;
/// How many entities are told apart where one is looked for among more.
const SLOTS: usize = 1024;
/// How many words an article or preposition may add to a place.
const MAX_ADDED: u32 = 2;

/// Of two places of one entity that differ by an article, a preposition or a mark alone, keeps the better written one,
/// or, where both are as good, the one without an article in small letters (rule `article`).
pub(super) fn keep_better_places(sources: &[Source<'_>], view: View<'_>, found: &mut Vec<Found>, trace: &mut Trace) {
    let with_case = Forms::EXACT.with(Form::Case);
    let is_function = |at: u32| is_function(view, at as usize);
    let is_small = |at: u32| view.words.plain(view.word(at as usize)).starts_with(char::is_lowercase);
    // Another name of one word: `American` in `American country music`.
    let is_named = |at: u32| {
        let here = &found[found.partition_point(|one| one.first < at)..];
        here.iter().take(MAX_INNER).take_while(|one| one.first == at).any(|one| one.last == at)
    };
    // `Ohio State University` is no `Ohio State`.
    let goes_on = |outer: &Found| joins_capitalised(view, outer.last as usize + 1);
    let adds_no_capital = |at: u32| is_small(at) || is_function(at) || is_named(at);
    let written_small =
        |found: &Found| !sources[found.source as usize].segment.name(found.name).text().contains(char::is_uppercase);
    // Words that add nothing: an article; and, around a name that is written as given, words in small letters, or, where
    // the longer name was given without a capital and only the text has them, other names as well.
    let adds_nothing = |outer: &Found, inner: &Found| {
        let mut words = (outer.first..inner.first).chain(inner.last + 1..outer.last + 1);
        let as_given = inner.forms == Forms::EXACT && outer.forms == with_case;
        if inner.last == outer.last && inner.first - outer.first <= MAX_ADDED && words.clone().all(is_function) {
            return true;
        }
        as_given
            && (words.clone().all(is_small) || written_small(outer) && (goes_on(outer) || words.all(adds_no_capital)))
    };
    // Where the next of each entity comes.
    let mut next = Vec::new();
    // Whether what lies at a number is worse than something of what begins at `behind`, inside it.
    let mut is_worse = |at: usize, behind: usize| {
        let outer = &found[at];
        // Where the longer name is not as given but for its capitals, only words before the shorter one may add nothing.
        let reach = if outer.forms == with_case { u32::MAX } else { outer.first + MAX_ADDED };
        let reach = reach.min(outer.last);
        let is_inside = |inner: &&Found| inner.first <= reach;
        let near = &found[behind..(behind + MAX_INNER).min(found.len())];
        let is_better = |inner: &Found| {
            outer.first <= inner.first
                && inner.last <= outer.last
                && inner.short == outer.short
                && adds_nothing(outer, inner)
                && (inner.strength() > outer.strength() || outer.first < inner.first && is_small(outer.first))
        };
        if !near.get(FEW).is_some_and(|inner| is_inside(&inner)) {
            // Nearly all are of other entities, which is asked in line: a call for each costs 4 % where names nest.
            for inner in near.iter().take_while(is_inside) {
                if inner.key() == outer.key() && is_better(inner) {
                    return true;
                }
            }
            return false;
        }
        // Where names nest as deep, most have nothing of their own entity inside.
        if next.is_empty() {
            next = next_of_entity(found);
        }
        let own = std::iter::successors(Some(next[at]), |&at| next.get(at as usize).copied()).map(|at| at as usize);
        let own = own.take_while(|&at| at < behind + near.len()).filter(|&at| at >= behind);
        own.map(|at| &found[at]).take_while(is_inside).any(|inner| inner.key() == outer.key() && is_better(inner))
    };
    let mut worse = Vec::new();
    let words = view.all();
    let mut at = 0;
    while let Some(outer) = found.get(at) {
        let behind = at + 1 + found[at + 1..].iter().take_while(|other| other.shares_place(outer)).count();
        // One word without marks around it has no place inside.
        let (first, last) = (words[outer.first as usize].span, words[outer.last as usize].span);
        let is_more = outer.first < outer.last || outer.span.start < first.start || outer.span.end > last.end;
        if is_more && found.get(behind).is_some_and(|inner| inner.first <= outer.last) {
            worse.extend((at..behind).filter(|&at| is_worse(at, behind)));
        }
        at = behind;
    }
    // What stays between two of them moves as one.
    let Some(&first) = worse.first() else { return };
    let mut to = first;
    for (number, &at) in worse.iter().enumerate() {
        trace.note(&found[at], Reason::BetterPlace);
        let end = worse.get(number + 1).copied().unwrap_or(found.len());
        found.copy_within(at + 1..end, to);
        to += end - (at + 1);
    }
    found.truncate(to);
}

/// For each of what was found, the number of the next of its entity, or of one that shares its slot.
fn next_of_entity(found: &[Found]) -> Vec<u32> {
    let mut last = vec![u32::MAX; SLOTS];
    let mut next = vec![u32::MAX; found.len()];
    for (number, one) in found.iter().enumerate().rev() {
        next[number] = std::mem::replace(&mut last[one.entity.0 as usize % SLOTS], number as u32);
    }
    next
}
