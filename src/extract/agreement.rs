//! What the rest of the document says for a candidate (rule L1): the same entity named without doubt elsewhere, entities
//! it is related to, attributes in common, words it expects, and words that both expect.
//!
//! An entity is named without doubt where its mention has no other likely candidate. Choices help others in a bounded
//! number of passes: each pass sees what the one before made sure. Linear in candidates and what they list, which the
//! gazetteer bounds.
//!
//! Must not know: spans, overlap, where weights come from.

use hashbrown::{HashMap, HashSet, hash_map::Entry};

use super::{Options, Source, explain::Part, resolve::Key, sieve::Sieve};
use crate::{
    gazetteer::Rule,
    index::{AttributeId, Search, WordId},
};

/// How much the same entity elsewhere multiplies a weight by.
const REPEATED: f64 = 1.2;
/// What the first related entity adds to a factor of one, and each further one, up to [`MOST`].
const RELATED: f64 = 3.0;
/// What the first common attribute adds.
const ATTRIBUTE: f64 = 1.0;
/// What a context word adds that stands near; one further away adds half of it.
const CONTEXT: f64 = 1.0;
/// What a context word adds that a sure entity expects as well.
const EXPECTED: f64 = 0.5;
/// The most of one kind of evidence that counts.
const MOST: usize = 4;
/// The distance in words up to which a context word is near.
const NEAR: u32 = 25;

/// The most context words of an entity that are looked for around each mention.
const MAX_WORDS: usize = 16;
/// The most attributes and context words that an entity has in common with what is sure.
const MAX_COMMON: usize = 64;
/// How many candidates are known without a look to have been seen before.
const RECENT: usize = 256;
/// The most sure entities that are remembered of those that have something.
const MAX_NAMERS: usize = 4;

/// A candidate that is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) key: Key,
    pub(super) mention: usize,
    /// The first word that the mention covers, and the last.
    pub(super) place: Covered,
    /// The mention counts only where the entity is named elsewhere, or is written small: that the document names the
    /// entity elsewhere says nothing for it.
    pub(super) needs_full: bool,
}

/// What an entity has in common with what is sure.
#[derive(Debug)]
struct Shared {
    key: Key,
    /// Whether it is sure itself.
    sure: bool,
    related: Vec<(Key, usize)>,
    common: Vec<(AttributeId, Namers)>,
    /// For each word that it expects and something sure expects, too.
    expected: Vec<Namers>,
    /// What these two come to beside these rivals, which are those of the mention that it was asked about last.
    beside: Common,
    rivals: Vec<Key>,
    /// The words that it expects and the document has, by their number in [`Agreement::lists`].
    words: usize,
}

/// What speaks for a candidate because it has it in common with what is sure.
#[derive(Debug, Clone, Copy)]
struct Common {
    /// The first attribute with whom it is shared, and how many there are.
    attributes: Option<(AttributeId, Named, usize)>,
    /// With whom the first of the words is shared, and how many there are.
    words: Option<(Named, usize)>,
}

impl Common {
    /// What is left of both beside the rivals, which ascend: they do not speak for one another.
    fn beside(rivals: &[Key], attributes: &[(AttributeId, Namers)], expected: &[Namers]) -> Self {
        let speaks =
            |namers: &Namers| namers.iter().flatten().find(|(other, _)| rivals.binary_search(other).is_err()).copied();
        let mut common = attributes.iter().filter_map(|(attribute, namers)| Some((*attribute, speaks(namers)?)));
        let first = common.next().map(|(attribute, with)| (attribute, with, 1 + common.take(MOST - 1).count()));
        let both = expected.iter().filter_map(speaks);
        // The words are in another order in another layer.
        let with = both.clone().min_by_key(|&(_, at)| at);
        Self { attributes: first, words: with.map(|with| (with, both.take(MOST).count())) }
    }
}

/// The first and the last word that a mention covers.
type Covered = (u32, u32);

/// Where a word stands that some candidate expects.
#[derive(Debug)]
struct Places {
    all: Vec<u32>,
    /// The place that was asked about last, and how far from it the word stands: many candidates of one mention may expect
    /// it.
    asked: Option<(Covered, Option<u32>)>,
}

impl Places {
    /// How many words from its first the nearest stands that a mention does not cover, if one does.
    fn distance(&mut self, (first, last): Covered) -> Option<u32> {
        if let Some((_, distance)) = self.asked.filter(|&(of, _)| of == (first, last)) {
            return distance;
        }
        let before = self.all.partition_point(|&place| place < first).checked_sub(1);
        let behind = self.all.partition_point(|&place| place <= last);
        let close = [before, Some(behind)].into_iter().flatten().filter_map(|at| self.all.get(at));
        let distance = close.map(|place| place.abs_diff(first)).min();
        self.asked = Some(((first, last), distance));
        distance
    }
}

/// An entity with a mention that names it.
type Named = (Key, usize);

/// Sure entities that have something: the first of them.
type Namers = [Option<Named>; MAX_NAMERS];

/// What an entity, an attribute or a word is known by in every layer of a gazetteer.
type Shown = (u16, u64);

/// The entities that a document names without doubt, and what follows from them; reusable.
#[derive(Debug, Default)]
pub(super) struct Agreement {
    /// The entities, each with the first two mentions of it.
    sure: HashMap<Shown, (usize, usize, Key)>,
    /// What sure entities are related to.
    pointed: HashMap<Shown, Namers>,
    /// The attributes of sure entities.
    attributes: HashMap<Shown, Namers>,
    /// The words that sure entities expect, where candidates expect some.
    expected_by: HashMap<Shown, Namers>,
    /// The numbers of the words that some candidate expects and the document has, by source.
    words: HashMap<(u16, WordId), usize>,
    /// Where each of them stands.
    places: Vec<Places>,
    expected: HashSet<(u16, WordId)>,
    /// The candidates whose words are among them.
    read: HashSet<Key>,
    /// By candidate, as far as it was asked for since something became sure: the place in `all_shared`.
    shared: HashMap<Key, usize>,
    all_shared: Vec<Shared>,
    /// The place of the one that was asked about last.
    last: usize,
    /// The words that candidates expect and the document has, by their numbers in `places`. Namesakes that expect the same
    /// have one list, as far as they were asked for one behind the other.
    lists: Vec<Box<[usize]>>,
    /// The place that words were counted around last, their list, and how many stand near and further away.
    counted: Option<(Covered, usize, (u32, u32))>,
    /// The candidates of the mention that is asked about which are sure, ascending.
    rivals: Vec<Key>,
    /// The entities that are sure, by their keys.
    sieve: Sieve<8>,
    /// The candidates that will be asked about, by their keys.
    asked: Sieve<8>,
    /// Whether some entity has relations, attributes or context.
    has_links: bool,
}

impl Agreement {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.sure.clear();
        self.pointed.clear();
        self.attributes.clear();
        self.expected_by.clear();
        self.words.clear();
        self.places.clear();
        self.expected.clear();
        self.read.clear();
        self.forget_shared();
        self.sieve = Sieve::default();
        self.asked = Sieve::default();
        self.has_links = false;
    }

    /// Takes note of the candidates that will be asked about, and of where the words stand that they expect.
    pub(super) fn read(&mut self, sources: &[Source<'_>], searches: &[Search], candidates: impl Iterator<Item = Key>) {
        self.has_links = sources.iter().any(|source| source.segment.has_links());
        if !self.has_links {
            candidates.for_each(|key| self.asked.add(sources[key.0 as usize].entity_key(key.1).1));
            return;
        }
        // Mentions of one name have the same.
        let mut recent = [None; RECENT];
        for key in candidates.filter(|key| sources[key.0 as usize].segment.has_links()) {
            if recent[key.1.0 as usize % RECENT].replace(key) != Some(key) && self.read.insert(key) {
                let (source, entity) = key;
                let context = sources[source as usize].segment.entity(entity).context;
                self.expected.extend(context.iter().map(|&word| (source, word)));
            }
        }
        if self.expected.is_empty() {
            return;
        }
        for (source, search) in (0_u16..).zip(&searches[..sources.len()]) {
            for (index, word) in search.ids().filter(|&(_, word)| self.expected.contains(&(source, word))) {
                let number = *self.words.entry((source, word)).or_insert(self.places.len());
                match self.places.get_mut(number) {
                    Some(places) => places.all.push(index),
                    None => self.places.push(Places { all: vec![index], asked: None }),
                }
            }
        }
    }

    /// Whether the document has words that some candidate expects.
    pub(super) fn expects_words(&self) -> bool {
        !self.words.is_empty()
    }

    /// Takes note of an entity that `mention` names without doubt; returns whether it may speak for a candidate and is new.
    pub(super) fn add(&mut self, sources: &[Source<'_>], key: Key, mention: usize) -> bool {
        let source = &sources[key.0 as usize];
        let shown = source.entity_key(key.1);
        // Without links it speaks for nobody but itself.
        if !self.has_links && !self.asked.may_have(shown.1) {
            return false;
        }
        match self.sure.entry(shown) {
            Entry::Occupied(mut known) => {
                let (first, second, _) = known.get_mut();
                let is_second = first == second && *first != mention;
                if is_second {
                    *second = mention;
                }
                return is_second;
            }
            Entry::Vacant(free) => free.insert((mention, mention, key)),
        };
        self.sieve.add(shown.1);
        self.forget_shared();
        let segment = source.segment;
        if !segment.has_links() {
            return true;
        }
        let about = segment.entity(key.1);
        for &other in about.related {
            remember(self.pointed.entry(source.entity_key(other)).or_default(), (key, mention));
        }
        for &attribute in about.attributes.iter().filter(|&&attribute| !source.is_common(attribute)) {
            remember(self.attributes.entry(source.attribute_key(attribute)).or_default(), (key, mention));
        }
        if !self.expected.is_empty() {
            for &word in about.context {
                remember(self.expected_by.entry(source.word_key(word)).or_default(), (key, mention));
            }
        }
        true
    }

    fn forget_shared(&mut self) {
        self.shared.clear();
        self.all_shared.clear();
        self.last = 0;
        self.lists.clear();
        self.counted = None;
    }

    /// Whether anything may speak for an entity: most need not be asked about.
    #[inline]
    pub(super) fn may_speak(&self, sources: &[Source<'_>], (source, entity): Key) -> bool {
        self.has_links || self.sieve.may_have(sources[source as usize].entity_key(entity).1)
    }

    /// Takes note of the candidates of the mention that is asked about next. One that is sure does not speak for the others:
    /// they are what is not meant.
    pub(super) fn set_rivals(&mut self, sources: &[Source<'_>], candidates: impl Iterator<Item = Key>) {
        self.rivals.clear();
        if !(self.attributes.is_empty() && self.expected_by.is_empty()) {
            let is_sure = |&(source, entity): &Key| {
                let shown = sources[source as usize].entity_key(entity);
                self.sieve.may_have(shown.1) && self.sure.contains_key(&shown)
            };
            self.rivals.extend(candidates.filter(is_sure));
            self.rivals.sort_unstable();
        }
    }

    /// What speaks for a candidate of the mention whose rivals were set last: the product of the factors. `note` takes each part.
    pub(super) fn factor(
        &mut self,
        sources: &[Source<'_>],
        options: &Options,
        asked: Asked,
        mut note: impl FnMut(Part),
    ) -> f64 {
        let Asked { key, mention, place, needs_full } = asked;
        let source = key.0;
        let segment = sources[source as usize].segment;
        let mut all = 1.0;
        let mut take = |rule: Rule, factor: f64, detail: &dyn Fn() -> String, mentions: &dyn Fn() -> Vec<usize>| {
            if !options.disabled_rules.has(rule) {
                all *= factor;
                if options.explain {
                    note(Part { mentions: mentions(), ..Part::new(rule, factor, detail()) });
                }
            }
        };
        let number = segment.has_links().then(|| self.share(sources, key));
        let is_sure = match number {
            Some(number) => self.all_shared[number].sure,
            None => self.sieve.may_have(sources[source as usize].entity_key(key.1).1),
        };
        if is_sure
            && !needs_full
            && let Some(&(one, other, _)) = self.sure.get(&sources[source as usize].entity_key(key.1))
            && let Some(elsewhere) = [one, other].into_iter().find(|&at| at != mention)
        {
            let detail = || "the document names it without doubt elsewhere".into();
            take(Rule::Repeated, REPEATED, &detail, &|| vec![elsewhere]);
        }
        let Some(number) = number else { return all };
        let shared = &mut self.all_shared[number];
        if shared.rivals != self.rivals {
            shared.beside = Common::beside(&self.rivals, &shared.common, &shared.expected);
            shared.rivals.clone_from(&self.rivals);
        }
        let Shared { related, beside: Common { attributes, words: both }, words, .. } = &*shared;
        let name = |(source, entity): Key| sources[source as usize].segment.entity(entity).name;
        if !related.is_empty() {
            let names = || related.iter().map(|&(other, _)| name(other)).collect::<Vec<_>>().join(", ");
            let mentions = || related.iter().map(|&(_, at)| at).collect();
            let factor = 1.0 + RELATED * related.len() as f64;
            take(Rule::Related, factor, &|| format!("related to {}", names()), &mentions);
        }
        if let Some((attribute, (other, at), count)) = *attributes {
            let detail = || format!("{} in common with {}", segment.attribute(attribute), name(other));
            take(Rule::Attributes, 1.0 + ATTRIBUTE * count as f64, &detail, &|| vec![at]);
        }
        if let Some(((other, at), count)) = *both {
            let words = if count == 1 { "word" } else { "words" };
            let detail = || format!("{count} context {words} in common with {}", name(other));
            take(Rule::Context, 1.0 + EXPECTED * count as f64, &detail, &|| vec![at]);
        }
        // Many candidates of one mention may expect the same.
        let (near, far) = match self.counted {
            Some((of, list, count)) if (of, list) == (place, *words) => count,
            _ => {
                let (mut near, mut far) = (0, 0);
                for &word in &self.lists[*words] {
                    match self.places[word].distance(place) {
                        None => {}
                        Some(..=NEAR) => near += 1,
                        Some(_) => far += 1,
                    }
                }
                (near, far)
            }
        };
        self.counted = Some((place, *words, (near, far)));
        let weight = (f64::from(near) + f64::from(far) / 2.0).min(MOST as f64);
        if weight > 0.0 {
            let detail = || format!("{near} of its context words stand near, {far} further away");
            take(Rule::Context, 1.0 + CONTEXT * weight, &detail, &Vec::new);
        }
        all
    }

    /// The place in `all_shared` of what an entity has in common with what is sure, wherever it is a candidate. Candidates of
    /// one name mostly are asked about in one order.
    fn share(&mut self, sources: &[Source<'_>], key: Key) -> usize {
        let next = self.last + 1;
        self.last = if self.all_shared.get(next).is_some_and(|shared| shared.key == key) {
            next
        } else if let Some(&number) = self.shared.get(&key) {
            number
        } else {
            let shared = self.look(sources, key);
            self.all_shared.push(shared);
            self.shared.insert(key, self.all_shared.len() - 1);
            self.all_shared.len() - 1
        };
        self.last
    }

    /// What an entity has in common with what is sure.
    fn look(&mut self, sources: &[Source<'_>], key: Key) -> Shared {
        let (number, entity) = key;
        let source = &sources[number as usize];
        let (shown, about) = (source.entity_key(entity), source.segment.entity(entity));
        let sure = self.sieve.may_have(shown.1) && self.sure.contains_key(&shown);
        let related = about.related.iter().filter_map(|&other| {
            let &(at, _, other) = self.sure.get(&source.entity_key(other)).filter(|sure| sure.2 != key)?;
            Some((other, at))
        });
        let mut related: Vec<_> = related.take(MOST).collect();
        let pointing = self.pointed.get(&shown).and_then(|namers| others(namers, key));
        for (other, at) in pointing.iter().flatten().flatten().copied() {
            if related.len() < MOST && related.iter().all(|&(known, _)| known != other) {
                related.push((other, at));
            }
        }
        let common = about.attributes.iter().filter_map(|&attribute| {
            Some((attribute, others(self.attributes.get(&source.attribute_key(attribute))?, key)?))
        });
        let both = about.context.iter().filter_map(|&word| others(self.expected_by.get(&source.word_key(word))?, key));
        let (common, expected): (Vec<_>, Vec<_>) = (common.take(MAX_COMMON).collect(), both.take(MAX_COMMON).collect());
        let here = about.context.iter().filter_map(|&word| self.words.get(&(number, word)).copied());
        let words: Box<[_]> = here.take(MAX_WORDS).collect();
        if self.lists.last() != Some(&words) {
            self.lists.push(words);
        }
        let beside = Common::beside(&[], &common, &expected);
        Shared { key, sure, related, common, expected, beside, rivals: Vec::new(), words: self.lists.len() - 1 }
    }
}

/// Takes note of an entity, where there is room for one.
fn remember(namers: &mut Namers, named: Named) {
    if let Some(free) = namers.iter_mut().find(|one| one.is_none()) {
        *free = Some(named);
    }
}

/// Those that are other entities, if one is.
fn others(namers: &Namers, key: Key) -> Option<Namers> {
    let others = namers.map(|named| named.filter(|(other, _)| *other != key));
    others.iter().any(Option::is_some).then_some(others)
}
