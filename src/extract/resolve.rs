//! What counts only because of what else the document holds: short names (rule L2) and glued words (rule T6).
//!
//! A short name counts where the document also names its entity in full. A part of a glued word counts where every part
//! of the word is accounted for. Each may depend on the other, so names in full and free of seams are settled first;
//! they say which entities the document names. Then short names join, and at last glued words are judged by all.

use std::ops::Range;

use hashbrown::HashMap;

use super::{
    Options, Source,
    found::Found,
    names::{ShortName, ShortNames},
    order::{Sorter, deal},
    place::is_function,
    sieve::Sieve,
    trace::{Reason, Trace},
};
use crate::{
    gazetteer::Rule,
    index::{EntityId, Form, Forms, GluedWords, Search, Use},
    text::{Gap, Language, Letters, View},
};

/// An entity of a source.
pub(super) type Key = (u16, EntityId);

/// How many places that begin inside another are compared with it.
const MAX_INNER: usize = 64;
/// So few of them are looked at one by one.
const FEW: usize = 16;
/// How many entities are told apart where one is looked for among more.
const SLOTS: usize = 1024;
/// How many times as far a name in full counts that stands behind the short name.
const LATER: u32 = 4;
/// How many words farther it counts where none stands before.
const UNKNOWN: u32 = 20;
/// How many words an article or preposition may add to a place.
const MAX_ADDED: u32 = 2;

/// Where a document names each entity in full, by its first words: sorted by entity, then by place.
#[derive(Debug, Default)]
pub(super) struct Anchors(Vec<(Key, u32)>);

impl Anchors {
    /// Notes which entities the document names in full, and where. A full name inside a longer name counts as well.
    ///
    /// Only of entities that have short names, unless some are listed.
    fn find(&mut self, found: &[Found], is_full: impl Fn(&Found) -> bool, shorts: &ShortNames, listed: bool) {
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

    /// Where they lie: two binary searches, since an entity may be named everywhere.
    fn range(&self, key: Key) -> Range<usize> {
        let from = self.0.partition_point(|&(other, _)| other < key);
        let count = self.0[from..].partition_point(|&(other, _)| other == key);
        from..from + count
    }
}

/// An entity whose short names were found.
#[derive(Debug)]
struct Reached {
    /// Its places among the anchors.
    anchors: Range<usize>,
    /// How far its names in full have reached: the field, and the end there.
    end: (u8, u32),
}

/// The stage; reusable.
#[derive(Debug, Default)]
pub(super) struct Resolver {
    /// The glued words that what was found needs, of all sources.
    uses: Vec<Use>,
    anchors: Anchors,
    shorts: ShortNames,
    saved: Vec<u16>,
    /// The short names, until they join what was found.
    added: Vec<Found>,
    /// The entities with short names that were found.
    reached: HashMap<Key, Reached>,
    sorter: Sorter,
}

impl Resolver {
    /// Drops from `found` what does not count, adds the short names that no gazetteer lists, and sorts it by place.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn run(
        &mut self,
        sources: &[Source<'_>],
        view: View<'_>,
        searches: &[Search],
        glued: &mut GluedWords,
        options: &Options,
        language: Language,
        letters: &mut Letters,
        found: &mut Vec<Found>,
        trace: &mut Trace,
    ) {
        self.gather_uses(searches, found);
        self.sorter.sort(found, |found| (found.place(), found.source, found.entity, found.name));
        if !options.disabled_rules.has(Rule::Article) {
            keep_better_places(sources, view, found, trace);
        }
        let has_glued = !self.uses.is_empty() && found.iter().any(|found| found.uses.0 < found.uses.1);
        let shorts = !options.disabled.has(Form::Short);
        let introduced = |found: &Found| {
            let next = view.all().get(found.last as usize + 1);
            found.first < found.last && next.is_some_and(|next| next.gap.any(Gap::MARK))
        };
        let listed = found.iter().any(|found| found.short);
        let may_be_short = shorts && (listed || found.iter().any(|found| found.shortens || introduced(found)));
        if !shorts && listed {
            trace.retain(found, |found| if found.short { Err(Reason::DisabledForm) } else { Ok(()) });
        }
        if !has_glued && !may_be_short {
            return;
        }

        glued.save(&mut self.saved);
        let mut added = std::mem::take(&mut self.added);
        added.clear();
        if may_be_short {
            let given = given_beside_derived(found);
            let is_full =
                |found: &Found| !found.short && (found.rule.is_none() || given.binary_search(&found.place()).is_err());
            if has_glued {
                cover(glued, &self.uses, found.iter().filter(|found| is_full(found)));
            }
            let (uses, covered) = (&self.uses, &*glued);
            let is_full = |found: &Found| is_full(found) && (!has_glued || is_covered(covered, uses, found));
            let mut all_shorts = std::mem::take(&mut self.shorts);
            all_shorts.derive(sources, view, found, is_full, options);
            self.anchors.find(found, is_full, &all_shorts, listed);
            if listed {
                added.extend(found.iter().filter(|found| found.short));
            }
            all_shorts.find(
                sources,
                &searches[..sources.len()],
                view,
                &self.anchors,
                glued,
                options,
                language,
                letters,
                &mut self.uses,
                found,
                &mut added,
                trace,
            );
            self.shorts = all_shorts;
            if !added.is_empty() {
                if listed {
                    found.retain(|found| !found.short);
                }
                self.keep_named(found, &mut added, trace);
                if found.iter().any(|found| found.rule.is_some()) {
                    let key = |found: &Found| (found.place(), found.source, found.entity, found.rule, found.name);
                    self.sorter.sort(found, key);
                }
                join(found, &mut added);
            }
        }
        if has_glued || added.iter().any(|found| found.uses.0 < found.uses.1) {
            glued.restore(&self.saved);
            self.judge_glued(glued, found, trace);
        }
        self.added = added;
    }

    /// The first word of the place that names the entity in full and that a short name at `word` follows, and how far
    /// away that counts.
    pub(super) fn nearest(&self, key: Key, word: u32) -> Option<(u32, u32)> {
        nearest(self.anchors.of(key), word)
    }

    /// The short name that was found there, where a rule derived it.
    pub(super) fn short_name(&self, found: &Found) -> Option<&ShortName> {
        found.derived.map(|number| self.shorts.get(number))
    }

    /// Makes the uses of every source ranges of one list.
    fn gather_uses(&mut self, searches: &[Search], found: &mut [Found]) {
        self.uses.clear();
        if found.is_empty() || searches.iter().all(|search| search.uses().is_empty()) {
            return;
        }
        for found in found.iter_mut() {
            let (from, to) = (found.uses.0 as usize, found.uses.1 as usize);
            let start = self.uses.len() as u32;
            self.uses.extend_from_slice(&searches[found.source as usize].uses()[from..to]);
            found.uses = (start, self.uses.len() as u32);
        }
    }

    /// Drops what needs a glued word of which a part is left unaccounted for.
    fn judge_glued(&self, glued: &mut GluedWords, found: &mut Vec<Found>, trace: &mut Trace) {
        cover(glued, &self.uses, found.iter());
        let is_covered = |found: &mut Found| is_covered(glued, &self.uses, found);
        trace.retain(found, |found| if is_covered(found) { Ok(()) } else { Err(Reason::Unaccounted) });
    }

    /// Drops the short names of entities that the document does not name in full, and those inside such a name. `full` are
    /// the names in full, sorted by place.
    fn keep_named(&mut self, full: &[Found], added: &mut Vec<Found>, trace: &mut Trace) {
        let place = |found: &Found| (found.place(), found.source, found.entity);
        added.sort_by_key(place);
        let Self { anchors, reached, .. } = self;
        reached.clear();
        let mut sieve = Sieve::<8>::default();
        for short in &*added {
            sieve.add(short.entity.0.into());
            reached.entry(short.key()).or_insert_with(|| Reached { anchors: anchors.range(short.key()), end: (0, 0) });
        }
        let mut full = full.iter().peekable();
        trace.retain(added, |short| {
            while let Some(before) = full.next_if(|full| place(full) <= place(short)) {
                if sieve.may_have(before.entity.0.into())
                    && let Some(reached) = reached.get_mut(&before.key())
                {
                    reached.end = reached.end.max((before.field, before.span.end));
                }
            }
            let Some(reached) = reached.get(&short.key()) else { return Err(Reason::ShortWithoutFull) };
            let nearest = nearest(&anchors.0[reached.anchors.clone()], short.first);
            let Some((place, farness)) = nearest else { return Err(Reason::ShortWithoutFull) };
            short.forms = short.forms.with(Form::Short);
            short.farness = farness;
            short.distance = place.abs_diff(short.first);
            let inside = (short.field, short.span.end) <= reached.end;
            if inside { Err(Reason::InsideOwnName) } else { Ok(()) }
        });
    }
}

/// Of the places of an entity, ascending, the one that a short name at `word` follows, and how far away that counts. A
/// reader knows what was said before: what comes only later is farther.
fn nearest(places: &[(Key, u32)], word: u32) -> Option<(u32, u32)> {
    let at = places.partition_point(|&(_, place)| place < word);
    let before = at.checked_sub(1).map(|at| (places[at].1, word - places[at].1));
    let unknown = if before.is_none() { UNKNOWN } else { 0 };
    let later = places.get(at).map(|&(_, place)| (place, (place - word).saturating_mul(LATER).saturating_add(unknown)));
    before.into_iter().chain(later).min_by_key(|&(_, farness)| farness)
}

/// Accounts for the parts of glued words that were found.
fn cover<'f>(glued: &mut GluedWords, uses: &[Use], found: impl Iterator<Item = &'f Found>) {
    for used in found.flat_map(|found| uses_of(uses, found)) {
        glued.cover(used.glued, used.from, used.to);
    }
}

/// Whether all parts of the glued words that it needs are accounted for.
fn is_covered(glued: &GluedWords, uses: &[Use], found: &Found) -> bool {
    uses_of(uses, found).iter().all(|used| glued.is_covered(used.glued))
}

fn uses_of<'u>(uses: &'u [Use], found: &Found) -> &'u [Use] {
    &uses[found.uses.0 as usize..found.uses.1 as usize]
}

/// The places where a name stands as the gazetteer has it, of those where a rule derived one as well. The derived one does
/// not count there: `Michael Jordan` names nobody else, though `Michael B. Jordan` may be written so. Ascending, as `found`
/// is.
fn given_beside_derived(found: &[Found]) -> Vec<u64> {
    let mut places = Vec::new();
    if found.iter().any(|found| found.rule.is_some()) {
        for here in found.chunk_by(|one, next| one.place() == next.place()) {
            let derived = here.iter().any(|one| one.rule.is_some());
            if derived && here.iter().any(|one| one.rule.is_none() && one.forms == Forms::EXACT) {
                places.push(here[0].place());
            }
        }
    }
    places
}

/// Puts short names among the names in full: both sorted by place and entity, the short ones behind the others.
fn join(found: &mut Vec<Found>, shorts: &mut [Found]) {
    let place = |found: &Found| (found.place(), found.source, found.entity);
    shorts.sort_by_key(|short| (place(short), short.rule, short.name));
    let mut end = found.len();
    found.extend_from_slice(shorts);
    for (number, short) in shorts.iter().enumerate().rev() {
        // Mostly it comes right behind what is left, or not far before.
        let mut back = 1;
        while back < end && place(&found[end - back]) > place(short) {
            back *= 2;
        }
        let least = end.saturating_sub(back);
        let from = least + found[least..end].partition_point(|other| place(other) <= place(short));
        found.copy_within(from..end, from + number + 1);
        found[from + number] = *short;
        end = from;
    }
}

/// Of two places of one entity that differ by an article, a preposition or a mark alone, keeps the better written one,
/// or, where both are as good, the one without an article in small letters (rule `article`).
fn keep_better_places(sources: &[Source<'_>], view: View<'_>, found: &mut Vec<Found>, trace: &mut Trace) {
    let with_case = Forms::EXACT.with(Form::Case);
    let is_function = |at: u32| is_function(view, at as usize);
    let is_small = |at: u32| view.word(at as usize).starts_with(char::is_lowercase);
    let written_small =
        |found: &Found| !sources[found.source as usize].segment.name(found.name).text().contains(char::is_uppercase);
    // Words that add nothing: an article; and, around a name that is written as given, words in small letters, or any
    // where the longer name was given without a capital and only the text has them.
    let adds_nothing = |outer: &Found, inner: &Found| {
        let mut words = (outer.first..inner.first).chain(inner.last + 1..outer.last + 1);
        let as_given = inner.forms == Forms::EXACT && outer.forms == with_case;
        if inner.last == outer.last && inner.first - outer.first <= MAX_ADDED && words.clone().all(is_function) {
            return true;
        }
        as_given && (written_small(outer) || words.all(is_small))
    };
    let mut worse = Vec::new();
    let words = view.all();
    // One word without marks around it has no place inside.
    let is_more = |found: &Found| found.first < found.last || found.span.end > words[found.last as usize].span.end;
    // Where the places behind those of equal span begin.
    let mut behind = 0;
    // Where the next of each entity comes.
    let mut next = Vec::new();
    for (at, outer) in found.iter().enumerate().filter(|(_, found)| is_more(found)) {
        if behind <= at {
            let same = found[at..].iter().take_while(|other| other.place() == outer.place());
            behind = at + same.count();
        }
        // Where the longer name is not as given but for its capitals, only words before the shorter one may add nothing.
        let reach = if outer.forms == with_case { u32::MAX } else { outer.first + MAX_ADDED };
        let reach = reach.min(outer.last);
        let is_inside = |inner: &&Found| inner.first <= reach;
        let near = &found[behind..(at + 1 + MAX_INNER).clamp(behind, found.len())];
        let is_better = |inner: &Found| {
            outer.first <= inner.first
                && inner.last <= outer.last
                && inner.short == outer.short
                && adds_nothing(outer, inner)
                && (inner.strength() > outer.strength() || outer.first < inner.first && is_small(outer.first))
        };
        let better = if near.get(FEW).is_some_and(|inner| is_inside(&inner)) {
            // Where names nest as deep, most have nothing of their own entity inside.
            if next.is_empty() {
                next = next_of_entity(found);
            }
            let own = std::iter::successors(Some(next[at]), |&at| next.get(at as usize).copied()).map(|at| at as usize);
            let own = own.take_while(|&at| at < behind + near.len()).filter(|&at| at >= behind);
            own.map(|at| &found[at]).take_while(is_inside).any(|inner| inner.key() == outer.key() && is_better(inner))
        } else {
            near.iter().take_while(is_inside).any(|inner| inner.key() == outer.key() && is_better(inner))
        };
        if better {
            worse.push(at);
        }
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
