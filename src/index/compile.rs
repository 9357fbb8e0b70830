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
    segment::{CaseCheck, NameRecord, Segment, SegmentEntity, TypeId},
    vocabulary::{Vocabulary, WordId},
};
use crate::{
    gazetteer::{AliasKind, CaseRule, Entity},
    text::{Gap, Shape, Word, Words, fold, spell_out_umlauts},
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
        self.entities.push(SegmentEntity {
            id: entity.id.as_str().into(),
            name: entity.name.as_str().into(),
            kind: TypeId(kind),
            prior: entity.prior.map_or(DEFAULT_PRIOR, |prior| prior as f32),
        });
        self.add_name(number, &entity.name, entity.case, false);
        for alias in &entity.aliases {
            let case = alias.case.unwrap_or(entity.case);
            self.add_name(number, &alias.text, case, alias.kind == AliasKind::Short);
        }
    }

    fn add_name(&mut self, entity: u32, text: &str, case: CaseRule, short: bool) {
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
            let record = NameRecord {
                entity,
                start: self.texts.len() as u32,
                len: text.len() as u16,
                before: first.span.start as u16,
                behind: (text.len() - last.span.end as usize) as u16,
                case: check(case, text),
                short,
                kind: self.entities[entity as usize].kind.0 as u16,
                prior: self.entities[entity as usize].prior,
            };
            self.texts.push_str(text);
            self.names.push((pattern, record));
            self.sequence = sequence;
        }
        self.reader = reader;
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
        let Self { engine, words, uses, patterns, mut names, joined, texts, entities, types, .. } = self;
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
        by_id.sort_by(|&a, &b| entities[a as usize].id.cmp(&entities[b as usize].id));
        let mut rank = vec![0; entities.len()];
        for (number, &given) in by_id.iter().enumerate() {
            rank[given as usize] = number as u32;
        }
        let mut numbered: Vec<_> = rank.iter().copied().zip(entities).collect();
        numbered.sort_by_key(|(number, _)| *number);
        let entities = numbered.into_iter().map(|(_, entity)| entity).collect();
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
            entities,
            types,
        })
    }
}

/// Whether a single letter stands between longer words: `will-i-am` is no `William`.
fn holds_a_lone_letter(tied: &[Word]) -> bool {
    let lone = |word: &Word| word.shape.any(Shape::LETTER);
    tied.windows(3).any(|three| lone(&three[1]) && !lone(&three[0]) && !lone(&three[2]))
}

/// Decides what a name asks of capitals.
fn check(case: CaseRule, text: &str) -> CaseCheck {
    match case {
        CaseRule::Any => CaseCheck::None,
        CaseRule::Exact => CaseCheck::Exact,
        CaseRule::Auto => {
            let letters = text.chars().filter(|c| c.is_alphabetic());
            let capitals = letters.clone().all(char::is_uppercase);
            if capitals && (1..=CAPITALS).contains(&letters.count()) { CaseCheck::Capitals } else { CaseCheck::None }
        }
    }
}
