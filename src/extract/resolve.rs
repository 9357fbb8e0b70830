//! What counts only because of what else the document holds: short names (rule L2) and glued words (rule T6).
//!
//! A short name counts where the document also names its entity in full. A part of a glued word counts where every part
//! of the word is accounted for. Each may depend on the other, so names in full and free of seams are settled first;
//! they say which entities the document names. Then short names join, and at last glued words are judged by all.

use hashbrown::HashMap;

use super::{
    Options, Source,
    found::Found,
    names::{ShortName, ShortNames},
    place::is_function,
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
/// Going back past so many places is going back far.
const FEW: usize = 16;
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
    /// The places of an entity, ascending: two binary searches, since one may be named everywhere.
    pub(super) fn of(&self, key: Key) -> &[(Key, u32)] {
        let from = self.0.partition_point(|&(other, _)| other < key);
        let count = self.0[from..].partition_point(|&(other, _)| other == key);
        &self.0[from..from + count]
    }
}

/// The stage; reusable.
#[derive(Debug, Default)]
pub(super) struct Resolver {
    /// The glued words that what was found needs, of all sources.
    uses: Vec<Use>,
    anchors: Anchors,
    shorts: ShortNames,
    saved: Vec<u16>,
    /// What was found of names in full.
    full: Vec<Found>,
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
        sort_by_place(found);
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
        let mut full = std::mem::take(&mut self.full);
        full.clear();
        full.extend(found.iter().filter(|found| !found.short));
        drop_outdone(&mut full);
        self.judge_glued(glued, &mut full, &mut Trace::default());
        if may_be_short {
            let mut all_shorts = std::mem::take(&mut self.shorts);
            all_shorts.derive(sources, view, &full, options);
            self.find_anchors(&full, &all_shorts, listed);
            let before = found.len();
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
                trace,
            );
            self.shorts = all_shorts;
            if listed || found.len() > before {
                self.keep_named(found, trace);
                found.sort_by_key(|found| {
                    (found.place(), found.source, found.entity, found.short, found.rule, found.name)
                });
            }
        }
        self.full = full;
        if has_glued || found.iter().any(|found| found.uses.0 < found.uses.1) {
            glued.restore(&self.saved);
            self.judge_glued(glued, found, trace);
        }
    }

    /// The first word of the place that names the entity in full and that a short name at `word` follows, and how far
    /// away that counts. A reader knows what was said before: what comes only later is farther.
    pub(super) fn nearest(&self, key: Key, word: u32) -> Option<(u32, u32)> {
        let places = self.anchors.of(key);
        let at = places.partition_point(|&(_, place)| place < word);
        let before = at.checked_sub(1).map(|at| (places[at].1, word - places[at].1));
        let unknown = if before.is_none() { UNKNOWN } else { 0 };
        let later =
            places.get(at).map(|&(_, place)| (place, (place - word).saturating_mul(LATER).saturating_add(unknown)));
        before.into_iter().chain(later).min_by_key(|&(_, farness)| farness)
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

    fn uses_of(&self, found: &Found) -> &[Use] {
        &self.uses[found.uses.0 as usize..found.uses.1 as usize]
    }

    /// Drops what needs a glued word of which a part is left unaccounted for.
    fn judge_glued(&self, glued: &mut GluedWords, found: &mut Vec<Found>, trace: &mut Trace) {
        for found in found.iter() {
            for used in self.uses_of(found) {
                glued.cover(used.glued, used.from, used.to);
            }
        }
        trace.retain(found, |found| {
            let covered = self.uses_of(found).iter().all(|used| glued.is_covered(used.glued));
            if covered { Ok(()) } else { Err(Reason::Unaccounted) }
        });
    }

    /// Notes which entities the document names in full, and where. A full name inside a longer name counts as well.
    ///
    /// Only of entities that have short names, unless some are listed.
    fn find_anchors(&mut self, full: &[Found], shorts: &ShortNames, listed: bool) {
        let keys = shorts.keys();
        let named = full.iter().filter(|found| listed || keys.binary_search(&found.key()).is_ok());
        let Anchors(places) = &mut self.anchors;
        places.clear();
        places.extend(named.map(|found| (found.key(), found.first)));
        places.sort_unstable();
        places.dedup();
    }

    /// Drops the short names of entities that the document does not name in full, and those inside such a name.
    fn keep_named(&self, found: &mut Vec<Found>, trace: &mut Trace) {
        // What was added stands behind what was sorted: the stable sort makes use of that.
        found.sort_by_key(|found| (found.place(), found.source, found.entity, found.short));
        // Of each entity with short names, how far its names in full have reached.
        let short = found.iter().filter(|found| found.short);
        let mut reached: HashMap<Key, (u8, u32)> = short.map(|found| (found.key(), (0, 0))).collect();
        trace.retain(found, |found| {
            let key = found.key();
            if !found.short {
                if let Some(reached) = reached.get_mut(&key) {
                    *reached = (found.field, found.span.end).max(*reached);
                }
                return Ok(());
            }
            let Some((place, farness)) = self.nearest(key, found.first) else { return Err(Reason::ShortWithoutFull) };
            found.forms = found.forms.with(Form::Short);
            found.farness = farness;
            found.distance = place.abs_diff(found.first);
            let outside = reached.get(&key).is_none_or(|&reached| (found.field, found.span.end) > reached);
            if outside { Ok(()) } else { Err(Reason::InsideOwnName) }
        });
    }
}

/// Drops the names that rules derived where a name of another entity stands as the gazetteer has it: `Michael Jordan`
/// names nobody else, though `Michael B. Jordan` may be written so. What was found must be sorted by place.
fn drop_outdone(full: &mut Vec<Found>) {
    if full.iter().any(|found| found.rule.is_some()) {
        let given = full.iter().filter(|found| found.rule.is_none() && found.forms == Forms::EXACT);
        let given: Vec<_> = given.map(Found::place).collect();
        full.retain(|found| found.rule.is_none() || given.binary_search(&found.place()).is_err());
    }
}

/// Sorts what was found by place, and at one place by entity and name. Occurrences come by their last word, so that few
/// are out of place and go back past a few others; where one would go back far, all are sorted at once.
fn sort_by_place(found: &mut [Found]) {
    let key = |found: &Found| (found.place(), found.source, found.entity, found.name);
    for at in 1..found.len() {
        if found[at - 1].place() < found[at].place() {
            continue;
        }
        let own = key(&found[at]);
        let past = found[..at].iter().rev().take(FEW).take_while(|other| key(other) > own).count();
        match past {
            0 => {}
            FEW => return found.sort_by_key(key),
            _ => found[at - past..=at].rotate_right(1),
        }
    }
}

/// Of two places of one entity that differ by an article, a preposition or a mark alone, keeps the better written one,
/// or, where both are as good, the one without an article in small letters (rule `article`).
fn keep_better_places(sources: &[Source<'_>], view: View<'_>, found: &mut Vec<Found>, trace: &mut Trace) {
    let is_function = |at: u32| is_function(view, at as usize);
    let is_small = |at: u32| view.word(at as usize).starts_with(char::is_lowercase);
    let written_small =
        |found: &Found| !sources[found.source as usize].segment.name(found.name).text().contains(char::is_uppercase);
    // Words that add nothing: an article; and, around a name that is written as given, words in small letters, or any
    // where the longer name was given without a capital and only the text has them.
    let adds_nothing = |outer: &Found, inner: &Found| {
        let mut words = (outer.first..inner.first).chain(inner.last + 1..outer.last + 1);
        let as_given = inner.forms == Forms::EXACT && outer.forms == Forms::EXACT.with(Form::Case);
        if inner.last == outer.last && inner.first - outer.first <= MAX_ADDED && words.clone().all(is_function) {
            return true;
        }
        as_given && (written_small(outer) || words.all(is_small))
    };
    let mut worse = Vec::new();
    let words = view.all();
    // One word without marks around it has no place inside.
    let is_more = |found: &Found| found.first < found.last || found.span.end > words[found.last as usize].span.end;
    for (at, outer) in found.iter().enumerate().filter(|(_, found)| is_more(found)) {
        let inside = found[at + 1..].iter().take(MAX_INNER);
        let mut inside = inside.take_while(|inner| (inner.field, inner.span.start) < (outer.field, outer.span.end));
        let better = inside.any(|inner| {
            inner.key() == outer.key()
                && inner.span != outer.span
                && outer.first <= inner.first
                && inner.last <= outer.last
                && inner.short == outer.short
                && adds_nothing(outer, inner)
                && (inner.strength() > outer.strength() || outer.first < inner.first && is_small(outer.first))
        });
        if better {
            worse.push(at);
        }
    }
    if worse.is_empty() {
        return;
    }
    let (mut at, mut next) = (0, worse.iter().peekable());
    trace.retain(found, |_| {
        let drop = next.next_if_eq(&&at).is_some();
        at += 1;
        if drop { Err(Reason::BetterPlace) } else { Ok(()) }
    });
}
