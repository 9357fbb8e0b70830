//! What counts only because of what else the document holds: short names (rule L2) and glued words (rule T6).
//!
//! A short name counts where the document also names its entity in full. A part of a glued word counts where every part
//! of the word is accounted for. Each may depend on the other, so names in full and free of seams are settled first;
//! they say which entities the document names. Then short names join, and at last glued words are judged by all.

use std::{ops::Range, sync::atomic::AtomicBool};

use hashbrown::HashMap;

use super::{
    Options, Source,
    anchors::{Anchors, nearest},
    better::keep_better_places,
    found::Found,
    names::{ShortName, ShortNames},
    order::Sorter,
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
        interrupted: &AtomicBool,
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
                interrupted,
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
                join(found, &added);
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
        added.sort_by_key(|short| (place(short), short.rule, short.name));
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
            let nearest = nearest(anchors.at(&reached.anchors), short.first);
            let Some((place, farness)) = nearest else { return Err(Reason::ShortWithoutFull) };
            short.forms = short.forms.with(Form::Short);
            short.farness = farness;
            short.distance = place.abs_diff(short.first);
            let inside = (short.field, short.span.end) <= reached.end;
            if inside { Err(Reason::InsideOwnName) } else { Ok(()) }
        });
    }
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
        for here in found.chunk_by(Found::shares_place) {
            let derived = here.iter().any(|one| one.rule.is_some());
            if derived && here.iter().any(|one| one.rule.is_none() && one.forms == Forms::EXACT) {
                places.push(here[0].place());
            }
        }
    }
    places
}

/// Puts short names among the names in full: both are sorted by place and entity, the short ones lie behind the others.
fn join(found: &mut Vec<Found>, shorts: &[Found]) {
    let place = |found: &Found| (found.place(), found.source, found.entity);
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
