//! The short names of the entities that a document names in full (rule L2), and where they stand in it.
//!
//! A second, tiny dictionary, made anew for each document: names come from [`super::made`], their words are compared by
//! key, so that no vocabulary has to know them. [`super::finder`] says where one may stand.
//!
//! Must not know: scores, overlap.

use std::{
    ops::{Deref, Range},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use hashbrown::HashMap;

use super::{
    Options, Source,
    anchors::Anchors,
    finder::{Finder, Place},
    found::Found,
    introduced::in_parentheses,
    made::{Made, Maker},
    order::deal,
    resolve::Key,
    sieve::Sieve,
    trace::Trace,
};
use crate::{
    gazetteer::{
        Rule,
        derive::{self, Kind},
    },
    index::{EntityId, Form, Forms, GluedWords, NameId, OtherWord, Search, Segment, Use, WordId},
    text::{Language, Letters, Shape, View, Word, WordKey, Words, ends_in_reference},
};

/// The most entities of one short name that are candidates at a place: those named in full nearest to it.
const MAX_SHARED: usize = 16;
/// The most places of names in full that are looked at for these.
const MAX_PLACES: usize = 32;
/// The shortest folded word, in bytes without its `s`, that is a plural in small letters.
const SHORTEST_PLURAL: usize = 3;
/// More found than these are many, and of how many names it is noted that they were found before.
const MANY: usize = 1024;
const RECENT: usize = 2048;
/// Places of which there is one for so many words are dealt out to the words rather than compared.
const DENSE: usize = 16;

/// How often, in words, somebody looks whether the work was interrupted.
const INTERRUPT_EVERY: usize = 64;

/// A name that may stand for an entity.
#[derive(Debug)]
pub(super) struct ShortName {
    pub(super) source: u16,
    pub(super) entity: EntityId,
    /// The name in full that it was made of.
    pub(super) name: NameId,
    /// What was made of that name, and which of it this is.
    made: Arc<[Made]>,
    at: usize,
    /// The highest prior of the names in full that the document has of the entity.
    pub(super) prior: f32,
    /// The key of its first word.
    first: WordKey,
    /// Its number in the dictionary.
    pub(super) number: u32,
}

impl ShortName {
    /// What short names are sorted by: their words first, so that those that begin with a word lie together.
    fn order(&self) -> impl Ord {
        let Made { words, written, rule, ordinary, nature, leads, given, joined } = &**self;
        (words, self.source, self.entity, written, rule, self.name, ordinary, nature, leads, given, joined)
    }

    /// Whether it stands wherever another with the same words does, but for the given names before it.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let what = |one: &Self| (one.rule, one.ordinary, one.nature, one.leads, one.words.len());
        what(self) == what(other) && self.written == other.written
    }
}

impl Deref for ShortName {
    type Target = Made;
    fn deref(&self) -> &Made {
        &self.made[self.at]
    }
}

/// The short names of a document; reusable.
#[derive(Debug, Default)]
pub(super) struct ShortNames {
    /// Sorted by their words.
    all: Vec<ShortName>,
    /// The highest priors of their entities' names.
    priors: HashMap<Key, f32>,
    /// The first words, and those of names of one word with an `s`, by the hashes of their keys.
    first_words: Sieve<64>,
    maker: Maker,
}

impl ShortNames {
    /// The short name of that number.
    pub(super) fn get(&self, number: u32) -> &ShortName {
        &self.all[number as usize]
    }

    /// The entities that have short names, ascending.
    pub(super) fn keys(&self) -> Vec<Key> {
        let mut keys: Vec<_> = self.all.iter().map(|short| (short.source, short.entity)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Makes the dictionary from what was found of names in full.
    pub(super) fn derive(
        &mut self,
        sources: &[Source<'_>],
        view: View<'_>,
        found: &[Found],
        is_full: impl Fn(&Found) -> bool,
        options: &Options,
    ) {
        self.all.clear();
        self.priors.clear();
        let shortens = found.iter().filter(|found| found.shortens && is_full(found));
        // Where many are found, most of them were found before.
        let mut recent = vec![None; if found.len() > MANY { RECENT } else { 0 }];
        let is_new = |found: &&Found| match recent.get_mut(found.name.0 as usize % RECENT) {
            Some(last) => last.replace((found.source, found.name)) != Some((found.source, found.name)),
            None => true,
        };
        let named = shortens.filter(is_new);
        let named = named.map(|found| (found.key(), found.name, found.preferred, found.prior.to_bits()));
        let mut named: Vec<_> = named.collect();
        named.sort_unstable();
        named.dedup();
        let wanted = |rule: Rule| !options.disabled_rules.has(rule);
        for &(key, _, _, prior) in &named {
            let highest = self.priors.entry(key).or_default();
            *highest = highest.max(f32::from_bits(prior));
        }
        let mut before = None;
        for (key, name, preferred, _) in named {
            let segment = sources[key.0 as usize].segment;
            if before.replace(key) != Some(key) {
                let made = self.maker.of_preferred(segment, key.1);
                self.add(key, name, made, wanted);
            }
            if !preferred {
                let made = self.maker.of_other(segment, key.1, name);
                self.add(key, name, made, wanted);
            }
        }
        if !options.disabled_rules.has(Rule::Introduced) {
            self.introduced(sources, view, found, &is_full);
        }
        self.keep_only_kinds(found, is_full);
        self.all.sort_unstable_by(|a, b| a.first.cmp(&b.first).then_with(|| a.order().cmp(&b.order())));
        // A surname may have other given names in another name of the entity.
        let what = |one: &ShortName| (one.source, one.entity, one.joined);
        let same = |a: &ShortName, b: &ShortName| what(a) == what(b) && a.written == b.written;
        self.all.dedup_by(|a, b| same(a, b) && (a.rule != b.rule || a.given == b.given));
        (0..).zip(&mut self.all).for_each(|(number, short)| short.number = number);
        self.first_words = self.all.iter().map(|short| short.first.hash(0)).collect();
        let single = self.all.iter().filter(|short| short.words.len() == 1);
        let plural = single.map(|short| WordKey::of(&[&short.words[0].1, &b"s"[..]].concat()));
        plural.for_each(|key| self.first_words.add(key.hash(0)));
    }

    /// Adds those of the names made of `name` whose rule is wanted.
    fn add(&mut self, (source, entity): Key, name: NameId, made: Arc<[Made]>, wanted: impl Fn(Rule) -> bool) {
        if made.is_empty() {
            return;
        }
        let prior = self.priors.get(&(source, entity)).copied().unwrap_or_default();
        for (at, one) in made.iter().enumerate().filter(|(_, one)| wanted(one.rule)) {
            let (made, first) = (made.clone(), one.words[0].0);
            self.all.push(ShortName { source, entity, name, made, at, prior, first, number: 0 });
        }
    }

    /// Acronyms that the document introduces in parentheses behind a full name.
    fn introduced(
        &mut self,
        sources: &[Source<'_>],
        view: View<'_>,
        found: &[Found],
        is_full: impl Fn(&Found) -> bool,
    ) {
        for here in found.chunk_by(Found::shares_place) {
            // One word is never introduced with an acronym.
            let Found { first, last, .. } = here[0];
            let Some(written) = (first < last).then(|| in_parentheses(view, last as usize + 1)).flatten() else {
                continue;
            };
            for found in here.iter().filter(|found| is_full(found)) {
                let segment = sources[found.source as usize].segment;
                let is_person = segment.nature_of(found.entity) == Kind::Person;
                if !is_person && derive::introduces(&written, segment.name(found.name).text()) {
                    let made = self.maker.introduced(&written).into_iter().collect();
                    self.add(found.key(), found.name, made, |_| true);
                }
            }
        }
    }

    /// Drops the kind (`the Bank`) where several entities of the document are of it. Those that are first named at one place
    /// count as one: gazetteers may have the same.
    fn keep_only_kinds(&mut self, found: &[Found], is_full: impl Fn(&Found) -> bool) {
        let generic = |short: &&ShortName| short.rule == Rule::Generic;
        let mut places: HashMap<Key, u64> =
            self.all.iter().filter(generic).map(|short| ((short.source, short.entity), u64::MAX)).collect();
        if places.is_empty() {
            return;
        }
        for one in found.iter().filter(|one| is_full(one)) {
            if let Some(place) = places.get_mut(&one.key()) {
                *place = one.place().min(*place);
            }
        }
        let mut kinds: HashMap<Box<[u8]>, Option<u64>> = HashMap::new();
        for short in self.all.iter().filter(generic) {
            let place = places.get(&(short.source, short.entity)).copied();
            let only = kinds.entry(short.words[0].1.clone()).or_insert(place);
            if *only != place {
                *only = None;
            }
        }
        self.all
            .retain(|short| short.rule != Rule::Generic || kinds.get(&short.words[0].1).is_some_and(Option::is_some));
    }

    /// Appends to `added` the short names in the document. `found` are the names in full, sorted by place, and `anchors`
    /// the places of those that count. Ends early, with a part of them, when `interrupted`.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn find(
        &self,
        sources: &[Source<'_>],
        searches: &[Search],
        view: View<'_>,
        anchors: &Anchors,
        glued: &GluedWords,
        options: &Options,
        language: Language,
        letters: &mut Letters,
        uses: &mut Vec<Use>,
        found: &[Found],
        added: &mut Vec<Found>,
        trace: &mut Trace,
        interrupted: &AtomicBool,
    ) {
        if self.all.is_empty() {
            return;
        }
        let disabled = options.refused();
        let no_capitals = !view.all().iter().any(|word| word.shape.any(Shape::UPPER));
        let (name_like, capitals, tried, parts) = Default::default();
        let mut finder = Finder {
            sources,
            names: self,
            view,
            options,
            language,
            letters,
            found,
            added,
            no_capitals,
            trace,
            name_like,
            capitals,
            tried,
            parts,
        };
        let mut crowds = HashMap::new();
        for (index, word) in view.all().iter().enumerate() {
            if index % INTERRUPT_EVERY == 0 && interrupted.load(Ordering::Relaxed) {
                return;
            }
            if !self.first_words.may_have(word.key.hash(0)) {
                continue;
            }
            self.words_from(view, index, anchors, &mut crowds, |short| finder.at(short, index, false));
            if word.shape.any(Shape::S) && !disabled.has(Form::Possessive) {
                let mut buffer = [0; 8];
                let folded = view.words.folded(word, &mut buffer);
                let Some(stem) = without_plural(folded, view.word(index)) else { continue };
                self.one_word(WordKey::of(stem), index, anchors, &mut crowds, |short| {
                    if short.rule != Rule::Generic && *short.words[0].1 == *stem {
                        finder.at(short, index, true);
                    }
                });
            }
        }
        for (source, search) in (0_u16..).zip(searches).filter(|(_, search)| !search.other_words().is_empty()) {
            let by_id = self.of_one_word(source, sources[source as usize].segment);
            for &OtherWord { word, first, last, span, form } in search.other_words() {
                let Some(&key) = by_id.get(&word) else { continue };
                let (first, last) = (first as usize, last as usize);
                self.one_word(key, first, anchors, &mut crowds, |short| {
                    if short.source == source && short.rule != Rule::Generic {
                        let place =
                            Place { first, last, span, core: span, forms: Forms::EXACT.with(form), uses: (0, 0) };
                        finder.read(short, place);
                    }
                });
            }
        }
        for (number, word) in glued.all().iter().enumerate().filter(|_| !disabled.has(Form::Seam)) {
            for (part, (span, key, folded)) in glued.parts(word).enumerate() {
                let index = word.word as usize;
                self.one_word(key, index, anchors, &mut crowds, |short| {
                    if *short.words[0].1 != *folded || short.rule == Rule::Generic {
                        return;
                    }
                    let at = uses.len() as u32;
                    uses.push(Use { glued: number as u32, from: part as u8, to: part as u8 + 1 });
                    let forms = Forms::EXACT.with(Form::Seam);
                    let place = Place { first: index, last: index, span, core: span, forms, uses: (at, at + 1) };
                    finder.add(short, place, short.rule);
                });
            }
        }
    }

    /// Whether a short name begins with the word.
    pub(super) fn begin_with(&self, words: &Words, word: &Word) -> bool {
        let mut buffer = [0; 8];
        let folded = words.folded(word, &mut buffer);
        self.all[self.beginning(word.key)].iter().take(MAX_SHARED).any(|short| *short.words[0].1 == *folded)
    }

    /// The keys of the names of one word that are of a source, by the number that the word has there.
    fn of_one_word(&self, source: u16, segment: &Segment) -> HashMap<WordId, WordKey> {
        let names = self.all.iter().filter(|short| short.source == source && short.words.len() == 1);
        names.filter_map(|short| Some((segment.word(&short.words[0].1)?, short.words[0].0))).collect()
    }

    /// Gives each short name that may be the words from `index` on: of each crowd those named in full nearest to them.
    fn words_from<'s>(
        &'s self,
        view: View<'_>,
        index: usize,
        anchors: &Anchors,
        crowds: &mut HashMap<usize, Vec<u64>>,
        mut give: impl FnMut(&'s ShortName),
    ) {
        let mut range = self.beginning(view.all()[index].key);
        for (depth, word) in (1..).zip(view.all()[index..].iter().skip(1).map(Some).chain([None])) {
            if range.is_empty() {
                return;
            }
            // The shorter ones come first.
            let whole = self.all[range.clone()].partition_point(|short| short.words.len() <= depth);
            let longer = range.start + whole..range.end;
            self.nearest(range.start..longer.start, index, anchors, crowds, &mut give);
            let Some(word) = word else { return };
            let key = |short: &ShortName| short.words.get(depth).map(|word| word.0);
            let from = longer.start + self.all[longer.clone()].partition_point(|short| key(short) < Some(word.key));
            let count = self.all[from..longer.end].partition_point(|short| key(short) == Some(word.key));
            range = from..from + count;
        }
    }

    /// Gives each short name that may be one word of that key, at `index`: of a crowd those named in full nearest to it.
    fn one_word<'s>(
        &'s self,
        key: WordKey,
        index: usize,
        anchors: &Anchors,
        crowds: &mut HashMap<usize, Vec<u64>>,
        give: impl FnMut(&'s ShortName),
    ) {
        let range = self.beginning(key);
        let count = self.all[range.clone()].partition_point(|short| short.words.len() == 1);
        self.nearest(range.start..range.start + count, index, anchors, crowds, give);
    }

    /// Where the short names lie whose first word has the key.
    fn beginning(&self, key: WordKey) -> Range<usize> {
        if !self.first_words.may_have(key.hash(0)) {
            return 0..0;
        }
        let from = self.all.partition_point(|short| short.first < key);
        if self.all.get(from).is_none_or(|short| short.first != key) {
            return 0..0;
        }
        from..from + self.all[from..].partition_point(|short| short.first == key)
    }

    /// Gives the short names of a range, which have the same words: of a crowd, those named in full nearest to `index`.
    fn nearest<'s>(
        &'s self,
        range: Range<usize>,
        index: usize,
        anchors: &Anchors,
        crowds: &mut HashMap<usize, Vec<u64>>,
        mut give: impl FnMut(&'s ShortName),
    ) {
        let group = &self.all[range.clone()];
        if group.len() <= MAX_SHARED {
            group.iter().for_each(give);
            return;
        }
        // A place and the number in the group are one number, which is sorted faster than two.
        let places = crowds.entry(range.start).or_insert_with(|| {
            let of = |short: &ShortName| anchors.of((short.source, short.entity)).iter().map(|&place| place as usize);
            let numbered = (0_u64..).zip(group);
            let named =
                numbered.flat_map(|(number, short)| of(short).map(move |word| (word, (word as u64) << 32 | number)));
            let count = group.iter().map(|short| of(short).len()).sum();
            let words = group.iter().filter_map(|short| of(short).next_back()).max().map_or(0, |last| last + 1);
            if words <= DENSE * count {
                // Those of a word come in the order of their numbers.
                let mut places = vec![0; count];
                deal(words, named, |at, place| places[at] = place);
                places
            } else {
                let mut places: Vec<_> = named.map(|(_, place)| place).collect();
                places.sort_unstable();
                places
            }
        });
        let at = places.partition_point(|&place| (place >> 32) < index as u64);
        let (mut before, mut behind) = (places[..at].iter().rev().peekable(), places[at..].iter().peekable());
        let mut given = [u32::MAX; MAX_SHARED];
        let mut count = 0;
        for _ in 0..MAX_PLACES {
            let away = |place: &&u64| (**place >> 32).abs_diff(index as u64);
            let is_before = match (before.peek(), behind.peek()) {
                (Some(one), Some(other)) => away(one) <= away(other),
                (one, _) => one.is_some(),
            };
            let Some(&place) = (if is_before { before.next() } else { behind.next() }) else { return };
            // One that is named again and again near by is given once.
            let number = place as u32;
            if !given[..count].contains(&number) {
                give(&group[number as usize]);
                given[count] = number;
                count += 1;
                if count == MAX_SHARED {
                    return;
                }
            }
        }
    }
}

/// A folded word without its `s`, where it may be the plural of a name: what is short asks for capitals before a small `s`
/// (rule T6).
fn without_plural<'f>(folded: &'f [u8], written: &str) -> Option<&'f [u8]> {
    let stem = folded.strip_suffix(b"s").filter(|_| !ends_in_reference(written))?;
    let capitals = || written.strip_suffix('s').is_some_and(|stem| !stem.contains(char::is_lowercase));
    (stem.len() >= SHORTEST_PLURAL || stem.len() > 1 && capitals()).then_some(stem)
}
