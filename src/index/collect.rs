//! From entities to what a segment is made of, before anything has its number for good.
//!
//! A name becomes the sequence of its folded words. Words that names join by a hyphen or an apostrophe (`in-depth`)
//! enter the vocabulary joined as well (`indepth`), as a word that stands for the sequence; so do words with German
//! umlauts as they are spelled without. Words, types, languages, attributes and manners are few and get numbers by first
//! appearance; what there is of each name and entity goes to a [`Keep`].
//!
//! Must not know: how it is kept, automata, files.

use std::ops::Range;

use hashbrown::HashMap;

use super::{
    automaton::TooLarge,
    bounds::Most,
    interner::Interner,
    names::{CaseCheck, DEFAULT_PRIOR, LANGUAGES, Manner},
};
use crate::{
    gazetteer::{
        AliasKind, CaseRule, Entity, Rule,
        derive::{Kind, full_names, may_be_short},
    },
    text::{Gap, Ordinary, Shape, Word, Words, dereferenced, fold, ordinary, primary_subtag, spell_out_umlauts},
};

/// The most letters of a name in capitals that `auto` asks to be in capitals (rule M1), and the most where it is one word
/// with a number: no other word is `covid-19`, but `area 51` may be two.
const CAPITALS: usize = 5;
const CAPITALS_WITH_NUMBER: usize = 3;

/// Keeps what comes of names and entities, in the order in which they come. Words are numbered by first appearance.
pub(super) trait Keep {
    /// Keeps an entity. Where its preferred name has words, that name was kept last; where it has none, this is all that
    /// is told of it.
    fn entity(&mut self, entity: NewEntity, id: &str, name: &str, has_words: bool);
    /// Keeps a name, which is that sequence of words.
    fn name(&mut self, name: NewName, sequence: &[u32], text: &str);
    /// Keeps that a word also stands for a sequence of words.
    fn join(&mut self, word: u32, sequence: &[u32]);
    /// Keeps that an entity is related to the one of that id.
    fn related(&mut self, entity: u32, id: &str);
    /// Keeps that an entity has an attribute.
    fn attribute(&mut self, entity: u32, attribute: u32);
    /// Keeps that an entity expects a word.
    fn context(&mut self, entity: u32, word: u32);
}

/// A name as it was added.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewName {
    pub(super) entity: u32,
    pub(super) prior: f32,
    pub(super) manner: u16,
}

/// An entity as it was added.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewEntity {
    pub(super) kind: u16,
    /// How many names are given of it.
    pub(super) names: u32,
}

/// Takes entities apart.
#[derive(Debug, Default)]
pub(super) struct Collector<K> {
    pub(super) keep: K,
    pub(super) common: Common,
    type_ids: HashMap<Box<str>, u32>,
    natures: Vec<Kind>,
    language_ids: HashMap<Box<str>, u8>,
    manner_ids: HashMap<Manner, u16>,
    reader: Words,
    sequence: Vec<u32>,
    folded: Vec<u8>,
}

/// What names and entities have in common, by number.
#[derive(Debug, Default)]
pub(super) struct Common {
    /// The distinct folded words, and how many names use each.
    pub(super) words: Interner,
    pub(super) uses: Vec<u32>,
    pub(super) manners: Vec<Manner>,
    pub(super) types: Vec<Box<str>>,
    pub(super) languages: Vec<Box<str>>,
    /// Each attribute as `key=value`.
    pub(super) attributes: Interner,
    /// How many entities, and how many names that rules derived.
    pub(super) entities: u32,
    pub(super) derived: u32,
    /// The bytes of names and ids.
    texts: usize,
    /// How many related ids entities have.
    related: usize,
    /// How many attributes they have.
    attributes_had: usize,
    /// How many words are expected beside them.
    context: usize,
    pub(super) most: Most,
    /// What does not fit a segment, once there is such a thing.
    pub(super) too_large: Option<String>,
}

impl Common {
    /// Whether one more entity fits for sure.
    fn can_take_more(&self) -> Result<(), TooLarge> {
        let Self { words, attributes, texts, related, attributes_had, context, most, .. } = self;
        most.holds(*texts, "bytes of names and ids")?;
        most.holds(words.bytes(), "bytes of words")?;
        most.holds(attributes.bytes(), "bytes of attributes")?;
        most.holds(*related, "related ids")?;
        most.holds(*attributes_had, "attributes of entities")?;
        most.holds(*context, "expected words")
    }
}

impl<K: Keep> Collector<K> {
    /// A collector into that.
    pub(super) fn new(keep: K) -> Self {
        Self {
            keep,
            common: Common::default(),
            type_ids: HashMap::new(),
            natures: Vec::new(),
            language_ids: HashMap::new(),
            manner_ids: HashMap::new(),
            reader: Words::default(),
            sequence: Vec::new(),
            folded: Vec::new(),
        }
    }

    /// Takes an entity. A name of no words is left out; whoever reads gazetteers reports it.
    pub(super) fn add(&mut self, entity: &Entity) {
        let number = self.common.entities;
        if let Err(TooLarge(what)) = self.common.can_take_more() {
            self.common.too_large = Some(what);
            return;
        }
        let types = &mut self.common.types;
        let kind = *self.type_ids.entry(entity.kind.as_str().into()).or_insert_with(|| {
            types.push(entity.kind.as_str().into());
            self.natures.push(Kind::of(&entity.kind));
            types.len() as u32 - 1
        });
        let nature = self.natures[kind as usize];
        if kind > u32::from(u16::MAX) {
            self.common.too_large = Some(format!("more than {kind} types"));
        }
        self.common.texts += entity.id.len();
        for (key, value) in &entity.attributes {
            self.folded.clear();
            for part in [key, "=", value] {
                self.folded.extend_from_slice(part.as_bytes());
            }
            let attribute = self.common.attributes.intern(&self.folded);
            self.keep.attribute(number, attribute);
        }
        entity.related.iter().for_each(|id| self.keep.related(number, id));
        self.common.related += entity.related.len();
        self.common.attributes_had += entity.attributes.len();
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
            as_word: Ordinary::No,
        };
        let has_words = self.add_name(&entity.name, name);
        if !has_words {
            self.common.texts += entity.name.len();
        }
        let new = NewEntity { kind: kind as u16, names: entity.aliases.len() as u32 + 1 };
        self.keep.entity(new, &entity.id, &entity.name, has_words);
        self.common.entities += 1;
        for alias in &entity.aliases {
            let case = alias.case.unwrap_or(entity.case);
            let (short, language) = (alias.kind == AliasKind::Short, self.language(&alias.language_code));
            let preferred = alias.text == entity.name;
            let as_word = if case == CaseRule::Any { Ordinary::No } else { as_word(&alias.text, entity, nature) };
            let prior = prior(alias.prior);
            self.add_name(&alias.text, Given { case, short, prior, language, preferred, as_word, ..name });
        }
        for derived in full_names(nature, &entity.name) {
            let given = std::iter::once(&entity.name).chain(entity.aliases.iter().map(|alias| &alias.text));
            if given.into_iter().all(|given| *given != derived.text) {
                (name.rule, name.preferred) = (Some(derived.rule), false);
                self.common.derived += u32::from(self.add_name(&derived.text, name));
            }
        }
    }

    /// The number of a language, by its tag; zero where none is known or there are too many.
    fn language(&mut self, tag: &str) -> u8 {
        let subtag = primary_subtag(tag).to_ascii_lowercase();
        if subtag.is_empty() {
            return 0;
        }
        if let Some(&known) = self.language_ids.get(&*subtag) {
            return known;
        }
        let languages = &mut self.common.languages;
        if languages.len() == LANGUAGES {
            return 0;
        }
        languages.push(subtag.as_str().into());
        let number = u8::try_from(languages.len()).unwrap_or(0);
        self.language_ids.insert(subtag.into(), number);
        number
    }

    /// Notes the words that an entity expects. Function words stand in every text, and say nothing.
    fn add_context(&mut self, entity: u32, texts: &[String]) {
        let mut reader = std::mem::take(&mut self.reader);
        for text in texts {
            reader.clear();
            reader.read(text);
            for word in reader.all() {
                let mut buffer = [0; 8];
                let folded = reader.folded(word, &mut buffer);
                if std::str::from_utf8(folded).is_ok_and(|word| ordinary(word) == Ordinary::Function) {
                    continue;
                }
                let word = self.word(folded);
                self.keep.context(entity, word);
                self.common.context += 1;
            }
        }
        self.reader = reader;
    }

    /// Adds a name; returns whether it has a word.
    fn add_name(&mut self, text: &str, name: Given) -> bool {
        let Given { entity, nature, case, short, prior, rule, language, preferred, shortens, as_word } = name;
        let mut added = false;
        let mut reader = std::mem::take(&mut self.reader);
        reader.clear();
        reader.read(text);
        if let (Some(first), Some(last)) = (reader.all().first(), reader.all().last()) {
            let mut sequence = std::mem::take(&mut self.sequence);
            sequence.clear();
            for word in reader.all() {
                let id = self.word(reader.folded(word, &mut [0; 8]));
                self.common.uses[id as usize] += 1;
                sequence.push(id);
            }
            self.add_joined(&reader, &sequence);
            self.add_spelled_out(&reader, text, &sequence);
            // A name of one word, given with a capital, whose capitals count.
            let capitalised = first.shape.any(Shape::CAPITALISED)
                && (first.shape.any(Shape::LOWER) || first.span.end == 1)
                && case != CaseRule::Any;
            let ordinary = match std::str::from_utf8(reader.folded(first, &mut [0; 8])) {
                _ if as_word > Ordinary::No => as_word,
                Ok(word) if capitalised && sequence.len() == 1 => ordinary(word),
                _ => Ordinary::No,
            };
            let plain = dereferenced(text);
            let manner = self.manner(Manner {
                before: first.span.start as u16,
                behind: (text.len() - last.span.end as usize) as u16,
                case: if rule.is_some() { CaseCheck::Proper } else { check(case, &plain, ordinary) },
                capital: plain.contains(char::is_uppercase),
                short,
                shortens: shortens || may_be_short(nature, text),
                preferred,
                rule,
                ordinary,
                language,
            });
            self.keep.name(NewName { entity, prior, manner }, &sequence, text);
            added = true;
            self.common.texts += text.len();
            self.sequence = sequence;
        }
        self.reader = reader;
        added
    }

    fn manner(&mut self, manner: Manner) -> u16 {
        let Common { manners, too_large, .. } = &mut self.common;
        let next = manners.len();
        let id = *self.manner_ids.entry(manner).or_insert(next as u16);
        if manners.len() <= id as usize {
            manners.push(manner);
        }
        if manners.len() > u16::MAX as usize {
            *too_large = Some(format!("names differ in more than {next} ways"));
        }
        id
    }

    /// The provisional number of a folded word.
    fn word(&mut self, folded: &[u8]) -> u32 {
        let Common { words, uses, .. } = &mut self.common;
        let id = words.intern(folded);
        if uses.len() <= id as usize {
            uses.push(0);
        }
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
            let Some(spelled_out) = spell_out_umlauts(&dereferenced(word.span.of(text))) else { continue };
            let mut folded = std::mem::take(&mut self.folded);
            folded.clear();
            fold(&spelled_out, &mut folded);
            let id = self.word(&folded);
            self.keep.join(id, &sequence[at..=at]);
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
        self.keep.join(id, &sequence[range]);
        self.folded = joined;
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
    /// How ordinary a word it is, where its letters tell no name.
    as_word: Ordinary,
}

/// How ordinary a word an alias is whose letters tell no name: `we` for Huế; for places also `part` for Perth, `SET` and
/// `INC`, where these are not their initials, and numbers. Such codes weigh like function words.
fn as_word(alias: &str, entity: &Entity, nature: Kind) -> Ordinary {
    if alias.contains(' ') {
        return Ordinary::No;
    }
    let word = || ordinary(&alias.to_lowercase());
    let code = |is: bool| if is { Ordinary::Function } else { Ordinary::No };
    if !alias.contains(char::is_uppercase) {
        let place = nature == Kind::Place;
        if alias.bytes().all(|byte| byte.is_ascii_digit()) {
            return code(place && entity.name.contains(char::is_alphabetic));
        }
        let word = if entity.name.contains(char::is_uppercase) { word() } else { Ordinary::No };
        return if place || word == Ordinary::Function { word } else { Ordinary::No };
    }
    let initials = |name: &str| {
        let initials = name.split([' ', '-']).filter_map(|word| word.chars().next().filter(|c| c.is_uppercase()));
        initials.eq(alias.chars())
    };
    let names = || std::iter::once(&entity.name).chain(entity.aliases.iter().map(|alias| &alias.text));
    let is_place = nature == Kind::Place && !alias.contains(char::is_lowercase);
    code(is_place && word() > Ordinary::No && !names().any(|name| initials(name)))
}

/// Whether a single letter stands between longer words: `will-i-am` is no `William`.
fn holds_a_lone_letter(tied: &[Word]) -> bool {
    let lone = |word: &Word| word.shape.any(Shape::LETTER);
    tied.windows(3).any(|three| lone(&three[1]) && !lone(&three[0]) && !lone(&three[2]))
}

/// Decides what a name asks of capitals.
pub(super) fn check(case: CaseRule, text: &str, ordinary: Ordinary) -> CaseCheck {
    match case {
        CaseRule::Any => CaseCheck::Any,
        CaseRule::Exact => CaseCheck::Exact,
        CaseRule::Auto => {
            let letters = text.chars().filter(|c| c.is_alphabetic());
            let capitals = letters.clone().all(char::is_uppercase);
            let numbered = text.contains(char::is_numeric) && !text.contains(char::is_whitespace);
            let most = if numbered { CAPITALS_WITH_NUMBER } else { CAPITALS };
            if capitals && (1..=most).contains(&letters.count()) {
                CaseCheck::Capitals
            } else if ordinary == Ordinary::Function {
                CaseCheck::Proper
            } else {
                CaseCheck::None
            }
        }
    }
}
