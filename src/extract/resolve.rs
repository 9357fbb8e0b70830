//! Short names (rule L2) and glued words (rule T6): what counts only because of what else the document holds.
//!
//! A short name counts where the document also names its entity in full. A part of a glued word counts where every part
//! of the word is accounted for. Each may depend on the other, so names in full and free of seams are settled first;
//! they say which entities the document names. Then short names join, and at last glued words are judged by all.

use std::collections::HashMap;

use super::{
    Filter, Options, Source,
    found::Found,
    overlap::settle,
    rules::{edges, is_shouting},
    short,
};
use crate::{
    index::{EntityId, Form, Forms, GluedWords, NameId, Search, Use, WordId},
    text::{Letters, Shape, Span, View, Words, fold},
};

/// An entity of a source.
type Key = (u16, EntityId);

/// A part of a full name that may stand for its entity.
#[derive(Debug)]
struct ShortName {
    source: u16,
    entity: EntityId,
    name: NameId,
    word: WordId,
    written: String,
}

/// The stage; reusable.
#[derive(Debug, Default)]
pub(super) struct Resolver {
    /// The glued words that what was found needs, of all sources.
    uses: Vec<Use>,
    /// Where the document names each entity in full, in words, ascending.
    anchors: HashMap<Key, Vec<u32>>,
    shorts: Vec<ShortName>,
    saved: Vec<u16>,
    reader: Words,
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
        filter: &Filter,
        options: &Options,
        letters: &mut Letters,
        found: &mut Vec<Found>,
    ) {
        self.gather_uses(searches, found);
        found.sort_unstable_by_key(|found| (found.place(), found.source, found.entity, found.name));
        let has_glued = found.iter().any(|found| found.uses.0 < found.uses.1);
        let persons = |found: &Found| {
            let segment = sources[found.source as usize].segment;
            &*segment.types()[segment.entity(found.entity).kind.0 as usize] == short::PERSON
        };
        let shorts = !options.disabled.has(Form::Short);
        let may_be_short = shorts && found.iter().any(|found| found.short || persons(found));
        if !shorts {
            found.retain(|found| !found.short);
        }
        if !has_glued && !may_be_short {
            return;
        }

        glued.save(&mut self.saved);
        let mut full: Vec<Found> = found.iter().filter(|found| !found.short).copied().collect();
        self.judge_glued(glued, &mut full);
        if may_be_short {
            self.find_anchors(options, &full);
            self.derive(sources, filter, &full, persons);
            self.find_shorts(sources, view, searches, glued, options.disabled, letters, found);
            self.keep_named(found);
        }
        glued.restore(&self.saved);
        self.judge_glued(glued, found);
        found.sort_unstable_by_key(|found| (found.place(), found.source, found.entity, found.forms.has(Form::Short)));
    }

    /// The distance in words to the nearest place that names the entity in full.
    fn nearest(&self, key: Key, word: u32) -> Option<u32> {
        let places = self.anchors.get(&key)?;
        let at = places.partition_point(|&place| place < word);
        let near = [at.checked_sub(1).map(|at| places[at]), places.get(at).copied()];
        near.into_iter().flatten().map(|place| place.abs_diff(word)).min()
    }

    /// Makes the uses of every source ranges of one list.
    fn gather_uses(&mut self, searches: &[Search], found: &mut [Found]) {
        self.uses.clear();
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
    fn judge_glued(&self, glued: &mut GluedWords, found: &mut Vec<Found>) {
        for found in found.iter() {
            for used in self.uses_of(found) {
                glued.cover(used.glued, used.from, used.to);
            }
        }
        found.retain(|found| self.uses_of(found).iter().all(|used| glued.is_covered(used.glued)));
    }

    /// Notes which entities the document names in full, and where.
    fn find_anchors(&mut self, options: &Options, full: &[Found]) {
        self.anchors.clear();
        settle(options.overlap, full, |run| {
            for found in &full[run] {
                let places = self.anchors.entry(found.key()).or_default();
                if places.last().is_none_or(|&place| place < found.first) {
                    places.push(found.first);
                }
            }
        });
    }

    /// Derives the short names of the persons that the document names in full.
    fn derive(&mut self, sources: &[Source<'_>], filter: &Filter, full: &[Found], is_person: impl Fn(&Found) -> bool) {
        self.shorts.clear();
        let mut named: Vec<_> =
            full.iter().filter(|found| is_person(found)).map(|found| (found.key(), found.name)).collect();
        named.sort_unstable();
        named.dedup();
        for (key, name) in named.into_iter().filter(|(key, _)| self.anchors.contains_key(key)) {
            let segment = sources[key.0 as usize].segment;
            if !filter.wants(key.0.into(), segment.entity(key.1).kind) {
                continue;
            }
            let text = segment.name(name).text;
            for span in short::parts(text, &mut self.reader).into_iter().flatten() {
                let written = span.of(text).to_owned();
                let mut folded = Vec::new();
                fold(&written, &mut folded);
                if let Some(word) = segment.word(&folded) {
                    self.shorts.push(ShortName { source: key.0, entity: key.1, name, word, written });
                }
            }
        }
        self.shorts
            .sort_by(|a, b| (a.source, a.word, a.entity, &a.written).cmp(&(b.source, b.word, b.entity, &b.written)));
        self.shorts
            .dedup_by(|a, b| (a.source, a.word, a.entity, &a.written) == (b.source, b.word, b.entity, &b.written));
    }

    /// Finds the derived short names in the document and appends them to `found`.
    #[allow(clippy::too_many_arguments)]
    fn find_shorts(
        &mut self,
        sources: &[Source<'_>],
        view: View<'_>,
        searches: &[Search],
        glued: &GluedWords,
        disabled: Forms,
        letters: &mut Letters,
        found: &mut Vec<Found>,
    ) {
        if self.shorts.is_empty() {
            return;
        }
        let shorts = std::mem::take(&mut self.shorts);
        for source in 0..sources.len() as u16 {
            let from = shorts.partition_point(|short| short.source < source);
            let to = shorts.partition_point(|short| short.source <= source);
            if from == to {
                continue;
            }
            let of = |word: WordId| {
                let shorts = &shorts[from..to];
                let first = shorts.partition_point(|short| short.word < word);
                shorts[first..].iter().take_while(move |short| short.word == word)
            };
            for (index, id) in searches[source as usize].ids().iter().enumerate() {
                let span = view.all()[index].span;
                for short in id.iter().flat_map(|&id| of(id)) {
                    let place = Place { index, span, core: span, forms: Forms::EXACT, uses: (0, 0) };
                    add(view, short, place, disabled, letters, found);
                }
            }
            for &(index, id) in searches[source as usize].plurals() {
                let span = view.all()[index as usize].span;
                let core = Span::new(span.start, span.end - 1);
                for short in of(id) {
                    let forms = Forms::EXACT.with(Form::Possessive);
                    let place = Place { index: index as usize, span, core, forms, uses: (0, 0) };
                    add(view, short, place, disabled, letters, found);
                }
            }
            for (number, word) in glued.all().iter().enumerate() {
                for (part, (span, _, folded)) in glued.parts(word).enumerate() {
                    for short in sources[source as usize].segment.word(folded).into_iter().flat_map(|id| of(id)) {
                        let uses = self.uses.len() as u32;
                        self.uses.push(Use { glued: number as u32, from: part as u8, to: part as u8 + 1 });
                        let forms = Forms::EXACT.with(Form::Seam);
                        let place =
                            Place { index: word.word as usize, span, core: span, forms, uses: (uses, uses + 1) };
                        add(view, short, place, disabled, letters, found);
                    }
                }
            }
        }
        self.shorts = shorts;
    }

    /// Drops the short names of entities that the document does not name in full, and those inside such a name.
    fn keep_named(&self, found: &mut Vec<Found>) {
        found.sort_unstable_by_key(|found| (found.place(), found.source, found.entity, found.short));
        // Of each entity, how far its names in full have reached.
        let mut reached: HashMap<Key, (u8, u32)> = HashMap::new();
        found.retain_mut(|found| {
            let key = found.key();
            if !found.short {
                let end = (found.field, found.span.end);
                reached.entry(key).and_modify(|reached| *reached = end.max(*reached)).or_insert(end);
                return true;
            }
            let Some(distance) = self.nearest(key, found.first) else { return false };
            found.forms = found.forms.with(Form::Short);
            found.distance = distance;
            reached.get(&key).is_none_or(|&reached| (found.field, found.span.end) > reached)
        });
    }
}

/// Where a short name may stand.
struct Place {
    index: usize,
    span: Span,
    /// The letters to compare.
    core: Span,
    forms: Forms,
    uses: (u32, u32),
}

/// Adds a derived short name at a place, if it is written like the name in full.
fn add(
    view: View<'_>,
    short: &ShortName,
    place: Place,
    disabled: Forms,
    letters: &mut Letters,
    found: &mut Vec<Found>,
) {
    let Place { index, span, core, forms, uses } = place;
    let Some(edges) = edges(view, index as u32, index as u32, span) else { return };
    let mut forms = forms.and(edges);
    let difference = letters.compare(&short.written, view.slice(index, core));
    if difference.case {
        let capitals = view.all()[index].shape.all_capitals() && !view.all()[index].shape.any(Shape::LETTER);
        if !capitals || !is_shouting(view, index, index) {
            return;
        }
        forms = forms.with(Form::Case);
    }
    if difference.diacritics {
        forms = forms.with(Form::Diacritics);
    }
    if forms.meets(disabled) {
        return;
    }
    found.push(Found {
        field: view.field(index) as u8,
        span,
        first: index as u32,
        source: short.source,
        entity: short.entity,
        name: short.name,
        forms,
        short: true,
        uses,
        distance: 0,
    });
}
