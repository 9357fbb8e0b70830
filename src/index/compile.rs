//! Compiling entities into a segment.
//!
//! A name becomes the sequence of its folded words. Names with equal sequences share a pattern. Words that names join
//! by a hyphen or an apostrophe (`in-depth`) enter the vocabulary joined as well (`indepth`), as a word that stands for
//! the sequence; so do words with German umlauts as they are spelled without.

use std::{collections::BTreeSet, ops::Range};

use hashbrown::HashMap;

use thiserror::Error;

use super::{
    automaton::Engine,
    names::{CaseCheck, DEFAULT_PRIOR, Manner},
    segment::Segment,
    trie::Trie,
};
use crate::{
    gazetteer::{
        AliasKind, CaseRule, Entity, Rule,
        derive::{Kind, full_names, may_be_short},
    },
    text::{Gap, Ordinary, Shape, Word, Words, fold, ordinary, spell_out_umlauts},
};

/// The most letters of a name in capitals that `auto` asks to be in capitals (rule M1).
const CAPITALS: usize = 5;

/// Why a segment could not be compiled.
#[derive(Debug, Error)]
pub enum CompileError {
    /// There are more words, names or bytes of text than a segment can number.
    #[error("the gazetteer is too large for one segment: {0}")]
    TooLarge(String),
}

/// Collects entities and compiles them.
///
/// Holds some 60 bytes a name beside the texts, and half as much again in [`Compiler::finish`].
#[derive(Debug, Default)]
pub struct Compiler {
    pub(super) engine: Engine,
    /// The distinct folded words, by first appearance, and how many names use each.
    pub(super) words: HashMap<Box<[u8]>, u32>,
    pub(super) uses: Vec<u32>,
    /// The words of names.
    pub(super) trie: Trie,
    /// Each name with its node and its prior.
    pub(super) names: Vec<NewName>,
    pub(super) manners: Vec<Manner>,
    manner_ids: HashMap<Manner, u16>,
    pub(super) joined: BTreeSet<(u32, Box<[u32]>)>,
    pub(super) texts: String,
    pub(super) entities: Vec<NewEntity>,
    pub(super) ids: String,
    pub(super) types: Vec<Box<str>>,
    type_ids: HashMap<Box<str>, u32>,
    natures: Vec<Kind>,
    pub(super) languages: Vec<Box<str>>,
    pub(super) attributes: Vec<Box<str>>,
    attribute_ids: HashMap<Box<str>, u32>,
    /// Entities with the ids they are related to, with their attributes, and with the words they expect.
    pub(super) related: Vec<(u32, Box<str>)>,
    pub(super) has_attribute: Vec<(u32, u32)>,
    pub(super) context: Vec<(u32, u32)>,
    pub(super) derived: u32,
    /// What does not fit a segment, once there is such a thing.
    pub(super) too_large: Option<String>,
    reader: Words,
    sequence: Vec<u32>,
    folded: Vec<u8>,
}

/// A name as it was added.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewName {
    pub(super) node: u32,
    pub(super) prior: f32,
    pub(super) entity: u32,
    /// Where its text lies in `texts`.
    pub(super) start: u32,
    pub(super) len: u16,
    pub(super) manner: u16,
}

/// An entity as it was added.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewEntity {
    /// Where its id ends in `ids`; it begins where that of the entity before ends.
    pub(super) id_end: u32,
    pub(super) kind: u16,
    /// How long its preferred name is, which lies at `name` in `texts`.
    pub(super) name_len: u16,
    pub(super) name: u32,
    /// How many names are given of it.
    pub(super) names: u32,
}

impl Compiler {
    /// A compiler whose segment gets that automaton; by default it gets the one that suits it.
    pub fn with_engine(engine: Engine) -> Self {
        Self { engine, ..Self::default() }
    }

    /// A compiler whose segment can be written to a file.
    pub fn for_file() -> Self {
        Self::with_engine(Engine::Wordwise)
    }

    /// Adds an entity. A name of no words is left out; whoever reads gazetteers reports it.
    pub fn add(&mut self, entity: &Entity) {
        let number = self.entities.len() as u32;
        if self.texts.len() + self.ids.len() > u32::MAX as usize - (1 << 27) {
            // No entity has names and ids of more.
            self.too_large = Some(format!("more than {} bytes of names and ids", self.texts.len() + self.ids.len()));
            return;
        }
        let kind = *self.type_ids.entry(entity.kind.as_str().into()).or_insert_with(|| {
            self.types.push(entity.kind.as_str().into());
            self.natures.push(Kind::of(&entity.kind));
            self.types.len() as u32 - 1
        });
        let nature = self.natures[kind as usize];
        if kind > u32::from(u16::MAX) {
            self.too_large = Some(format!("more than {kind} types"));
        }
        self.ids.push_str(&entity.id);
        for (key, value) in &entity.attributes {
            let attribute = self.attribute(key, value);
            self.has_attribute.push((number, attribute));
        }
        self.related.extend(entity.related.iter().map(|id| (number, id.as_str().into())));
        self.add_context(number, &entity.context);
        let prior = |prior: Option<f64>| prior.or(entity.prior).map_or(DEFAULT_PRIOR, |prior| prior as f32);
        let mut name = Given {
            entity: number,
            nature,
            case: entity.case,
            short: false,
            prior: prior(None),
            rule: None,
            language: 0,
            preferred: true,
            shortens: may_be_short(nature, &entity.name),
        };
        let at = self.texts.len() as u32;
        if !self.add_name(&entity.name, name) {
            self.texts.push_str(&entity.name);
        }
        self.entities.push(NewEntity {
            id_end: self.ids.len() as u32,
            kind: kind as u16,
            name_len: entity.name.len() as u16,
            name: at,
            names: entity.aliases.len() as u32 + 1,
        });
        for alias in &entity.aliases {
            let case = alias.case.unwrap_or(entity.case);
            let (short, language) = (alias.kind == AliasKind::Short, self.language(&alias.language_code));
            let preferred = alias.text == entity.name;
            self.add_name(&alias.text, Given { case, short, prior: prior(alias.prior), language, preferred, ..name });
        }
        for derived in full_names(nature, &entity.name) {
            let given = std::iter::once(&entity.name).chain(entity.aliases.iter().map(|alias| &alias.text));
            if given.into_iter().all(|given| *given != derived.text) {
                (name.rule, name.preferred) = (Some(derived.rule), false);
                self.derived += u32::from(self.add_name(&derived.text, name));
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

    fn attribute(&mut self, key: &str, value: &str) -> u32 {
        let text = format!("{key}={value}").into_boxed_str();
        *self.attribute_ids.entry(text).or_insert_with_key(|text| {
            self.attributes.push(text.clone());
            self.attributes.len() as u32 - 1
        })
    }

    /// Notes the words that an entity expects.
    fn add_context(&mut self, entity: u32, texts: &[String]) {
        let mut reader = std::mem::take(&mut self.reader);
        for text in texts {
            reader.clear();
            reader.read(text);
            for word in reader.all() {
                let word = self.word(reader.folded(word, &mut [0; 8]));
                self.context.push((entity, word));
            }
        }
        self.reader = reader;
    }

    /// Adds a name; returns whether it has a word.
    fn add_name(&mut self, text: &str, name: Given) -> bool {
        let Given { entity, nature, case, short, prior, rule, language, preferred, shortens } = name;
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
            let node = self.trie.insert(&sequence);
            // A name of one word, given with a capital, whose capitals count.
            let capitalised = first.shape.any(Shape::CAPITALISED)
                && (first.shape.any(Shape::LOWER) || first.span.end == 1)
                && case != CaseRule::Any;
            let ordinary = match std::str::from_utf8(reader.folded(first, &mut [0; 8])) {
                Ok(word) if capitalised && sequence.len() == 1 => ordinary(word),
                _ => Ordinary::No,
            };
            let manner = self.manner(Manner {
                before: first.span.start as u16,
                behind: (text.len() - last.span.end as usize) as u16,
                case: if rule.is_some() { CaseCheck::Proper } else { check(case, text, ordinary) },
                capital: text.contains(char::is_uppercase),
                short,
                shortens: shortens || may_be_short(nature, text),
                preferred,
                rule,
                ordinary,
                language,
            });
            let (start, len) = (self.texts.len() as u32, text.len() as u16);
            self.names.push(NewName { node, prior, entity, start, len, manner });
            added = true;
            self.texts.push_str(text);
            self.sequence = sequence;
        }
        self.reader = reader;
        added
    }

    fn manner(&mut self, manner: Manner) -> u16 {
        let next = self.manners.len();
        let id = *self.manner_ids.entry(manner).or_insert(next as u16);
        if self.manners.len() <= id as usize {
            self.manners.push(manner);
        }
        if self.manners.len() > u16::MAX as usize {
            self.too_large = Some(format!("names differ in more than {next} ways"));
        }
        id
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
        super::assemble::assemble(self)
    }
}

/// What is given of a name to add.
#[derive(Clone, Copy)]
struct Given {
    entity: u32,
    nature: Kind,
    case: CaseRule,
    short: bool,
    prior: f32,
    rule: Option<Rule>,
    language: u8,
    preferred: bool,
    /// Whether the preferred name has short names.
    shortens: bool,
}

/// Whether a single letter stands between longer words: `will-i-am` is no `William`.
fn holds_a_lone_letter(tied: &[Word]) -> bool {
    let lone = |word: &Word| word.shape.any(Shape::LETTER);
    tied.windows(3).any(|three| lone(&three[1]) && !lone(&three[0]) && !lone(&three[2]))
}

/// Decides what a name asks of capitals.
fn check(case: CaseRule, text: &str, ordinary: Ordinary) -> CaseCheck {
    match case {
        CaseRule::Any => CaseCheck::Any,
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
