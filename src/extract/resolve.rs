//! Short names (rule L2) and glued words (rule T6): what counts only because of what else the document holds.
//!
//! A short name counts where the document also names its entity in full. A part of a glued word counts where every part
//! of the word is accounted for. Each may depend on the other, so names in full and free of seams are settled first;
//! they say which entities the document names. Then short names join, and at last glued words are judged by all.

use hashbrown::HashMap;

use super::{
    Options, Source,
    found::Found,
    rules::{edges, is_shouting},
    short::{self, FullName},
    spelling,
};
use crate::{
    index::{EntityId, Form, Forms, GluedWords, NameId, Search, Use, WordId},
    text::{Letters, Shape, Span, View},
};

/// The most entities of one short name that are candidates at a place: those named in full nearest to it.
const MAX_SHARED: usize = 16;

/// An entity of a source.
type Key = (u16, EntityId);

/// A part of a full name that may stand for its entity.
#[derive(Debug)]
struct ShortName {
    source: u16,
    entity: EntityId,
    name: NameId,
    prior: f32,
    /// At least one.
    words: Vec<WordId>,
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
    /// What was found of names in full.
    full: Vec<Found>,
    full_name: FullName,
    preferred: FullName,
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
        letters: &mut Letters,
        found: &mut Vec<Found>,
    ) {
        self.gather_uses(searches, found);
        // Occurrences come by their last word, so that little is out of place; the stable sort makes use of that.
        found.sort_by_key(|found| (found.place(), found.source, found.entity, found.name));
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
        let mut full = std::mem::take(&mut self.full);
        full.clear();
        full.extend(found.iter().filter(|found| !found.short));
        self.judge_glued(glued, &mut full);
        if may_be_short {
            self.find_anchors(&full);
            self.derive(sources, &full, persons);
            self.find_shorts(sources, view, searches, glued, options.disabled, letters, found);
            self.keep_named(found);
        }
        self.full = full;
        glued.restore(&self.saved);
        self.judge_glued(glued, found);
        found.sort_unstable_by_key(|found| (found.place(), found.source, found.entity, found.forms.has(Form::Short)));
    }

    /// The first word of the nearest place that names the entity in full.
    pub(super) fn nearest(&self, key: Key, word: u32) -> Option<u32> {
        let places = self.anchors.get(&key)?;
        let at = places.partition_point(|&place| place < word);
        let near = [at.checked_sub(1).map(|at| places[at]), places.get(at).copied()];
        near.into_iter().flatten().min_by_key(|place| place.abs_diff(word))
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

    /// Notes which entities the document names in full, and where. A full name inside a longer name counts as well.
    fn find_anchors(&mut self, full: &[Found]) {
        self.anchors.clear();
        for found in full {
            let places = self.anchors.entry(found.key()).or_default();
            if places.last().is_none_or(|&place| place < found.first) {
                places.push(found.first);
            }
        }
    }

    /// Derives the short names of the persons that the document names in full: from the preferred name, and from the
    /// name in the document where that shares a word with it.
    fn derive(&mut self, sources: &[Source<'_>], full: &[Found], is_person: impl Fn(&Found) -> bool) {
        self.shorts.clear();
        let mut named: Vec<_> =
            full.iter().filter(|found| is_person(found)).map(|found| (found.key(), found.name, found.prior)).collect();
        named.sort_unstable_by_key(|&(key, name, _)| (key, name));
        named.dedup_by_key(|&mut (key, name, _)| (key, name));
        for (key, name, prior) in named {
            let segment = sources[key.0 as usize].segment;
            let preferred = &*segment.entity(key.1).name;
            self.preferred.read(preferred);
            self.full_name.read(segment.name(name).text);
            let other = (segment.name(name).text, &self.full_name);
            let related = other.0 != preferred && other.1.shares_a_word(&self.preferred);
            for (text, full) in [(preferred, &self.preferred)].into_iter().chain(related.then_some(other)) {
                for part in full.person_parts(text) {
                    let all = &full.words().all()[part.clone()];
                    let ids = all.iter().map(|word| segment.word(full.words().folded(word, &mut [0; 8])));
                    let Some(words) = ids.collect::<Option<Vec<_>>>() else { continue };
                    let span = Span::new(all[0].span.start, all[all.len() - 1].span.end);
                    let written = span.of(text).to_owned();
                    self.shorts.push(ShortName { source: key.0, entity: key.1, name, prior, words, written });
                }
            }
        }
        let order = |short: &ShortName| (short.source, short.words.clone(), short.entity, short.written.clone());
        self.shorts.sort_by_cached_key(order);
        self.shorts
            .dedup_by(|a, b| (a.source, &a.words, a.entity, &a.written) == (b.source, &b.words, b.entity, &b.written));
    }

    /// The places that name the entities of these short names in full, with the short name, in order.
    fn places(&self, shorts: &[ShortName]) -> Vec<(u32, usize)> {
        let of = |(number, short): (usize, &ShortName)| {
            let places = self.anchors.get(&(short.source, short.entity)).into_iter().flatten();
            places.map(move |&place| (place, number)).collect::<Vec<_>>()
        };
        let mut places: Vec<_> = shorts.iter().enumerate().flat_map(of).collect();
        places.sort_unstable();
        places
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
        let mut all_uses = std::mem::take(&mut self.uses);
        for source in 0..sources.len() as u16 {
            let from = shorts.partition_point(|short| short.source < source);
            let to = shorts.partition_point(|short| short.source <= source);
            if from == to {
                continue;
            }
            // The places in full of short names that many entities share, by the first of these.
            let mut crowds: HashMap<usize, Vec<(u32, usize)>> = HashMap::new();
            let mut beginning = |word: WordId, index: usize| {
                let first = from + shorts[from..to].partition_point(|short| short.words[0] < word);
                let count = shorts[first..to].iter().take_while(|short| short.words[0] == word).count();
                let group = &shorts[first..first + count];
                if count <= MAX_SHARED {
                    return group.iter().collect::<Vec<_>>();
                }
                // Only the nearest are candidates, so that many namesakes cost no more than a few.
                let places = crowds.entry(first).or_insert_with(|| self.places(group));
                let at = places.partition_point(|&(place, _)| (place as usize) < index);
                let near = &places[at.saturating_sub(MAX_SHARED / 2)..(at + MAX_SHARED / 2).min(places.len())];
                near.iter().map(|&(_, short)| &group[short]).collect()
            };
            let search = &searches[source as usize];
            let written = |index: usize, word: WordId| search.id(index) == Some(word);
            let plural = |index: usize, word: WordId| search.plural(index) == Some(word);
            let inflected = |index: usize, word: WordId| search.inflected(index).any(|other| other == word);
            for index in 0..view.all().len() {
                let ids = [search.id(index), search.plural(index)].into_iter().flatten().chain(search.inflected(index));
                for short in ids.flat_map(|id| beginning(id, index)) {
                    let (last, middle) = (short.words.len() - 1, &short.words[..short.words.len() - 1]);
                    let reads = |at: usize, word: WordId| written(at, word) || inflected(at, word);
                    let begins = middle.iter().enumerate().all(|(at, &word)| reads(index + at, word));
                    let (last, word) = (index + last, short.words[last]);
                    let tail = u32::from(plural(last, word));
                    if !(begins && last < view.all().len() && (tail > 0 || reads(last, word))) {
                        continue;
                    }
                    let span = Span::new(view.all()[index].span.start, view.all()[last].span.end);
                    let core = Span::new(span.start, span.end - tail);
                    let mut forms = if tail > 0 { Forms::EXACT.with(Form::Possessive) } else { Forms::EXACT };
                    let as_written = |(at, &word): (usize, &WordId)| written(index + at, word);
                    if !middle.iter().enumerate().all(as_written) || tail == 0 && !written(last, word) {
                        forms = forms.with(Form::Inflection);
                    }
                    let place = Place { first: index, last, span, core, forms, uses: (0, 0) };
                    add(view, short, place, disabled, letters, found);
                }
            }
            for (number, word) in glued.all().iter().enumerate().filter(|_| !disabled.has(Form::Seam)) {
                for (part, (span, _, folded)) in glued.parts(word).enumerate() {
                    let id = sources[source as usize].segment.word(folded);
                    let shorts = id.into_iter().flat_map(|id| beginning(id, word.word as usize));
                    for short in shorts.filter(|short| short.words.len() == 1) {
                        let uses = all_uses.len() as u32;
                        all_uses.push(Use { glued: number as u32, from: part as u8, to: part as u8 + 1 });
                        let index = word.word as usize;
                        let forms = Forms::EXACT.with(Form::Seam);
                        let place =
                            Place { first: index, last: index, span, core: span, forms, uses: (uses, uses + 1) };
                        add(view, short, place, disabled, letters, found);
                    }
                }
            }
        }
        self.shorts = shorts;
        self.uses = all_uses;
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
            let Some(place) = self.nearest(key, found.first) else { return false };
            found.forms = found.forms.with(Form::Short);
            found.distance = place.abs_diff(found.first);
            reached.get(&key).is_none_or(|&reached| (found.field, found.span.end) > reached)
        });
    }
}

/// Where a short name may stand.
struct Place {
    first: usize,
    last: usize,
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
    let Place { first, last, span, core, forms, uses } = place;
    let words = &view.all()[first..=last];
    if words[1..].iter().any(|word| !word.gap.is_free()) {
        return;
    }
    let Some(edges) = edges(view, first as u32, last as u32, span) else { return };
    let mut forms = forms.and(edges);
    let Some(difference) = spelling::compare(letters, &short.written, view.slice(first, core), forms) else { return };
    if difference.case {
        let capitals = words.iter().all(|word| word.shape.all_capitals() && !word.shape.any(Shape::LETTER));
        if !capitals || !is_shouting(view, first, last) {
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
        field: view.field(first) as u8,
        span,
        first: first as u32,
        last: last as u32,
        source: short.source,
        entity: short.entity,
        prior: short.prior,
        name: short.name,
        forms,
        short: true,
        uses,
        distance: 0,
    });
}
