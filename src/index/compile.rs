//! Compiling entities into a segment.
//!
//! A name becomes the sequence of its folded words. Names with equal sequences share a pattern. Words that names join
//! by a hyphen or an apostrophe (`in-depth`) enter the vocabulary joined as well (`indepth`), as a word that stands for
//! the sequence; so do words with German umlauts as they are spelled without.

use std::{collections::BTreeSet, ops::Range};

use hashbrown::HashMap;

use thiserror::Error;

use super::{
    automaton::{Automaton, Engine},
    ids::natural,
    segment::{AttributeId, CaseCheck, EntityId, NameRecord, Segment, SegmentEntity, TypeId},
    vocabulary::{Vocabulary, WordId},
};
use crate::{
    gazetteer::{
        AliasKind, CaseRule, Entity, Rule,
        derive::{Kind, full_names, may_be_short},
    },
    text::{Gap, Ordinary, Shape, Word, Words, fold, ordinary, spell_out_umlauts},
};

/// The prior of an entity that gives none.
const DEFAULT_PRIOR: f32 = 0.5;
/// The most letters of a name in capitals that `auto` asks to be in capitals (rule M1).
const CAPITALS: usize = 5;

/// The most sequences of words that one joined word stands for.
const MAX_JOINS: usize = 16;

/// The most types of entities.
const MAX_TYPES: usize = 1 << 16;

/// Why a segment could not be compiled.
#[derive(Debug, Error)]
pub enum CompileError {
    /// There are more words, names or bytes of text than a segment can number.
    #[error("the gazetteer is too large for one segment: {0}")]
    TooLarge(String),
}

/// Collects entities and compiles them.
#[derive(Debug, Default)]
pub struct Compiler {
    engine: Engine,
    /// The distinct folded words, by first appearance, and how many names use each.
    words: HashMap<Box<[u8]>, u32>,
    uses: Vec<u32>,
    /// The distinct sequences of words, by first appearance.
    patterns: HashMap<Box<[u32]>, u32>,
    /// Each name and its pattern.
    names: Vec<(u32, NameRecord)>,
    joined: BTreeSet<(u32, Box<[u32]>)>,
    texts: String,
    entities: Vec<SegmentEntity>,
    types: Vec<Box<str>>,
    type_ids: HashMap<Box<str>, u32>,
    languages: Vec<Box<str>>,
    attributes: Vec<(Box<str>, u32)>,
    attribute_ids: HashMap<Box<str>, u32>,
    /// What each entity is related to, by id, and the words it expects, by provisional number.
    links: Vec<(Vec<String>, Vec<u32>)>,
    derived: usize,
    reader: Words,
    sequence: Vec<u32>,
    folded: Vec<u8>,
}

impl Compiler {
    /// A compiler whose segment gets that automaton; by default it gets the one that suits it.
    pub fn with_engine(engine: Engine) -> Self {
        Self { engine, ..Self::default() }
    }

    /// Adds an entity. A name of no words is left out; whoever reads gazetteers reports it.
    pub fn add(&mut self, entity: &Entity) {
        let number = self.entities.len() as u32;
        let kind = *self.type_ids.entry(entity.kind.as_str().into()).or_insert_with(|| {
            self.types.push(entity.kind.as_str().into());
            self.types.len() as u32 - 1
        });
        let nature = Kind::of(&entity.kind);
        let attributes = entity.attributes.iter().map(|(key, value)| self.attribute(key, value)).collect();
        self.entities.push(SegmentEntity {
            id: entity.id.as_str().into(),
            name: entity.name.as_str().into(),
            kind: TypeId(kind),
            nature,
            related: Box::default(),
            attributes,
            context: Box::default(),
        });
        let context = self.context(&entity.context);
        self.links.push((entity.related.clone(), context));
        let prior = |prior: Option<f64>| prior.or(entity.prior).map_or(DEFAULT_PRIOR, |prior| prior as f32);
        let mut name = NewName {
            entity: number,
            case: entity.case,
            short: false,
            prior: prior(None),
            rule: None,
            language: 0,
            shortens: may_be_short(nature, &entity.name),
        };
        self.add_name(&entity.name, name);
        for alias in &entity.aliases {
            let case = alias.case.unwrap_or(entity.case);
            let (short, language) = (alias.kind == AliasKind::Short, self.language(&alias.language_code));
            self.add_name(&alias.text, NewName { case, short, prior: prior(alias.prior), language, ..name });
        }
        for derived in full_names(nature, &entity.name) {
            let given = std::iter::once(&entity.name).chain(entity.aliases.iter().map(|alias| &alias.text));
            if given.into_iter().all(|given| *given != derived.text) {
                name.rule = Some(derived.rule);
                self.derived += usize::from(self.add_name(&derived.text, name));
            }
        }
    }

    /// The number of a language, by the first part of its tag; zero where none is given or there are too many.
    fn language(&mut self, tag: &str) -> u8 {
        let subtag = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        if subtag.is_empty() {
            return 0;
        }
        let known = self.languages.iter().position(|known| **known == *subtag);
        let at = known.unwrap_or_else(|| {
            self.languages.push(subtag.into());
            self.languages.len() - 1
        });
        u8::try_from(at + 1).unwrap_or(0)
    }

    fn attribute(&mut self, key: &str, value: &str) -> AttributeId {
        let text = format!("{key}={value}").into_boxed_str();
        let id = *self.attribute_ids.entry(text).or_insert_with_key(|text| {
            self.attributes.push((text.clone(), 0));
            self.attributes.len() as u32 - 1
        });
        self.attributes[id as usize].1 += 1;
        AttributeId(id)
    }

    /// The provisional numbers of the words that an entity expects.
    fn context(&mut self, texts: &[String]) -> Vec<u32> {
        let mut reader = std::mem::take(&mut self.reader);
        let mut words = Vec::new();
        for text in texts {
            reader.clear();
            reader.read(text);
            for word in reader.all() {
                words.push(self.word(reader.folded(word, &mut [0; 8])));
            }
        }
        self.reader = reader;
        words
    }

    /// Adds a name; returns whether it has a word.
    fn add_name(&mut self, text: &str, name: NewName) -> bool {
        let NewName { entity, case, short, prior, rule, language, shortens } = name;
        let mut added = false;
        let mut reader = std::mem::take(&mut self.reader);
        reader.clear();
        reader.read(text);
        if let (Some(first), Some(last)) = (reader.all().first(), reader.all().last()) {
            let mut sequence = std::mem::take(&mut self.sequence);
            sequence.clear();
            for word in reader.all() {
                let id = self.word(reader.folded(word, &mut [0; 8]));
                self.uses[id as usize] += 1;
                sequence.push(id);
            }
            self.add_joined(&reader, &sequence);
            self.add_spelled_out(&reader, text, &sequence);
            let next = self.patterns.len() as u32;
            let pattern = match self.patterns.get(&*sequence) {
                Some(&pattern) => pattern,
                None => *self.patterns.entry(sequence.as_slice().into()).or_insert(next),
            };
            // A name of one word, given with a capital, whose capitals count.
            let capitalised = first.shape.any(Shape::CAPITALISED)
                && (first.shape.any(Shape::LOWER) || first.span.end == 1)
                && case != CaseRule::Any;
            let ordinary = match std::str::from_utf8(reader.folded(first, &mut [0; 8])) {
                Ok(word) if capitalised && sequence.len() == 1 => ordinary(word),
                _ => Ordinary::No,
            };
            let record = NameRecord {
                entity,
                start: self.texts.len() as u32,
                len: text.len() as u16,
                before: first.span.start as u16,
                behind: (text.len() - last.span.end as usize) as u16,
                case: if rule.is_some() { CaseCheck::Proper } else { check(case, text, ordinary) },
                short,
                kind: self.entities[entity as usize].kind.0 as u16,
                prior,
                shortens: shortens || may_be_short(self.entities[entity as usize].nature, text),
                preferred: rule.is_none() && text == &*self.entities[entity as usize].name,
                rule,
                ordinary,
                language,
            };
            added = true;
            self.texts.push_str(text);
            self.names.push((pattern, record));
            self.sequence = sequence;
        }
        self.reader = reader;
        added
    }

    /// The provisional number of a folded word.
    fn word(&mut self, folded: &[u8]) -> u32 {
        if let Some(&id) = self.words.get(folded) {
            return id;
        }
        let id = self.uses.len() as u32;
        self.words.insert(folded.into(), id);
        self.uses.push(0);
        id
    }

    /// Enters what hyphens and apostrophes join, each pair and each whole group, and initials without their periods.
    fn add_joined(&mut self, reader: &Words, sequence: &[u32]) {
        let words = reader.all();
        let mut from = 0;
        for to in 1..=words.len() {
            if words.get(to).is_some_and(|word| word.gap.is_tight()) {
                self.add_join(reader, sequence, to - 1..to + 1);
                continue;
            }
            if to - from > 2 && !holds_a_lone_letter(&words[from..to]) {
                self.add_join(reader, sequence, from..to);
            }
            from = to;
        }
        // `J. R. R.` is `JRR` as well.
        let initial = |at: usize| words[at].shape.any(Shape::LETTER) && !words[at].shape.any(Shape::DOTTED);
        let goes_on = |at: usize| at < words.len() && initial(at) && words[at].gap.any(Gap::PERIOD);
        let mut from = 0;
        while from < words.len() {
            let run = if initial(from) { (from + 1..).take_while(|&at| goes_on(at)).count() } else { 0 };
            if run > 0 {
                self.add_join(reader, sequence, from..from + run + 1);
            }
            from += run + 1;
        }
    }

    /// Enters words with German umlauts as they are spelled without: `Muenchen` for `München`.
    fn add_spelled_out(&mut self, reader: &Words, text: &str, sequence: &[u32]) {
        for (at, word) in reader.all().iter().enumerate().filter(|(_, word)| word.shape.any(Shape::UMLAUT)) {
            let Some(spelled_out) = spell_out_umlauts(word.span.of(text)) else { continue };
            let mut folded = std::mem::take(&mut self.folded);
            folded.clear();
            fold(&spelled_out, &mut folded);
            let id = self.word(&folded);
            self.joined.insert((id, sequence[at..=at].into()));
            self.folded = folded;
        }
    }

    fn add_join(&mut self, reader: &Words, sequence: &[u32], range: Range<usize>) {
        let mut joined = std::mem::take(&mut self.folded);
        joined.clear();
        for word in &reader.all()[range.clone()] {
            joined.extend_from_slice(reader.folded(word, &mut [0; 8]));
        }
        let id = self.word(&joined);
        self.joined.insert((id, sequence[range].into()));
        self.folded = joined;
    }

    /// Compiles what was added. What is found does not depend on the order in which entities were added.
    pub fn finish(self) -> Result<Segment, CompileError> {
        let Self { engine, words, uses, patterns, mut names, joined, texts, entities, types, links, .. } = self;
        let (languages, attributes, derived) = (self.languages, self.attributes, self.derived);
        let too_large = words.len() >= 1 << 31 || texts.len() > u32::MAX as usize;
        if too_large || types.len() > MAX_TYPES {
            let message = format!("{} words, {} bytes of names, {} types", words.len(), texts.len(), types.len());
            return Err(CompileError::TooLarge(message));
        }
        // Words of many names get the short codes.
        let mut ordered: Vec<_> = words.into_iter().collect();
        ordered.sort_unstable_by(|(a, i), (b, j)| uses[*j as usize].cmp(&uses[*i as usize]).then_with(|| a.cmp(b)));
        let mut number = vec![WordId(0); ordered.len()];
        for (id, (_, provisional)) in ordered.iter().enumerate() {
            number[*provisional as usize] = WordId(id as u32);
        }
        let renumber = |sequence: &[u32]| sequence.iter().map(|&word| number[word as usize]).collect::<Box<[_]>>();

        let mut sequences = vec![Box::<[WordId]>::default(); patterns.len()];
        for (sequence, pattern) in patterns {
            sequences[pattern as usize] = renumber(&sequence);
        }
        let automaton =
            Automaton::new(&sequences, ordered.len(), engine).map_err(|error| CompileError::TooLarge(error.0))?;

        let mut stands_for: Vec<_> =
            joined.iter().map(|(word, sequence)| (number[*word as usize], renumber(sequence))).collect();
        stands_for.sort_unstable();
        // Few words are joined in more than two ways; a gazetteer made to hurt joins one in thousands.
        let (mut word, mut count) = (None, 0);
        stands_for.retain(|(other, _)| {
            count = if word.replace(*other) == Some(*other) { count + 1 } else { 1 };
            count <= MAX_JOINS
        });
        let mut sequences_of = HashMap::<WordId, Range<u32>>::new();
        for (at, (word, _)) in stands_for.iter().enumerate() {
            sequences_of.entry(*word).or_insert(at as u32..0).end = at as u32 + 1;
        }
        let flagged = |id: u32| sequences_of.contains_key(&WordId(id));
        let vocabulary = Vocabulary::new(
            ordered
                .iter()
                .enumerate()
                .map(|(id, (word, _))| (&**word, automaton.root(WordId(id as u32)), flagged(id as u32))),
        );

        // Entities are numbered by their ids, so that the order given decides nothing.
        let mut by_id: Vec<u32> = (0..entities.len() as u32).collect();
        by_id.sort_by(|&a, &b| natural(&entities[a as usize].id, &entities[b as usize].id));
        let mut rank = vec![0; entities.len()];
        for (number, &given) in by_id.iter().enumerate() {
            rank[given as usize] = number as u32;
        }
        let mut numbered: Vec<_> = rank.iter().copied().zip(entities).collect();
        numbered.sort_by_key(|(number, _)| *number);
        let mut entities: Vec<_> = numbered.into_iter().map(|(_, entity)| entity).collect();
        for (given, (related, context)) in links.into_iter().enumerate() {
            let find = |id: &String| entities.binary_search_by(|entity| natural(&entity.id, id)).ok();
            let related = sorted(related.iter().filter_map(find).map(|at| EntityId(at as u32)));
            let entity = &mut entities[rank[given] as usize];
            entity.related = related;
            entity.attributes.sort_unstable();
            entity.context = sorted(context.into_iter().map(|word| number[word as usize]));
        }
        for (_, name) in &mut names {
            name.entity = rank[name.entity as usize];
        }
        // Those of the likeliest entities first.
        names.sort_by(|(pattern, name), (other_pattern, other)| {
            pattern.cmp(other_pattern).then(other.prior.total_cmp(&name.prior)).then(name.entity.cmp(&other.entity))
        });
        let mut pattern_names = vec![0; sequences.len() + 1];
        for (pattern, _) in &names {
            pattern_names[*pattern as usize + 1] += 1;
        }
        for pattern in 0..sequences.len() {
            pattern_names[pattern + 1] += pattern_names[pattern];
        }
        // What one pattern needs lies together.
        let mut ordered_texts = String::with_capacity(texts.len());
        let mut ordered_names = Vec::with_capacity(names.len());
        for (_, name) in names {
            let start = ordered_texts.len() as u32;
            ordered_texts.push_str(&texts[name.start as usize..][..name.len as usize]);
            ordered_names.push(NameRecord { start, ..name });
        }
        let pattern_words: Vec<_> = sequences.iter().map(|sequence| sequence.len() as u16).collect();
        Ok(Segment {
            vocabulary,
            automaton,
            stands_for,
            sequences: sequences_of,
            longest: pattern_words.iter().copied().max().unwrap_or(0),
            pattern_words,
            pattern_names,
            names: ordered_names,
            texts: ordered_texts,
            types,
            has_links: entities
                .iter()
                .any(|one| !(one.related.is_empty() && one.attributes.is_empty() && one.context.is_empty())),
            entities,
            languages,
            attributes,
            derived,
        })
    }
}

/// A name to add.
#[derive(Clone, Copy)]
struct NewName {
    entity: u32,
    case: CaseRule,
    short: bool,
    prior: f32,
    rule: Option<Rule>,
    language: u8,
    /// Whether the preferred name has short names.
    shortens: bool,
}

/// The distinct items, ascending.
fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Box<[T]> {
    items.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Whether a single letter stands between longer words: `will-i-am` is no `William`.
fn holds_a_lone_letter(tied: &[Word]) -> bool {
    let lone = |word: &Word| word.shape.any(Shape::LETTER);
    tied.windows(3).any(|three| lone(&three[1]) && !lone(&three[0]) && !lone(&three[2]))
}

/// Decides what a name asks of capitals.
fn check(case: CaseRule, text: &str, ordinary: Ordinary) -> CaseCheck {
    match case {
        CaseRule::Any => CaseCheck::None,
        CaseRule::Exact => CaseCheck::Exact,
        CaseRule::Auto => {
            let letters = text.chars().filter(|c| c.is_alphabetic());
            let capitals = letters.clone().all(char::is_uppercase);
            if capitals && (1..=CAPITALS).contains(&letters.count()) {
                CaseCheck::Capitals
            } else if ordinary == Ordinary::Function {
                CaseCheck::Proper
            } else {
                CaseCheck::None
            }
        }
    }
}
