//! Why was this not found? Every place of a name, or of the names of an entity, with what became of it.
//!
//! The extraction runs with its trace on ([`super::trace`]), so that a reason is what decided and not a second opinion.
//! Places that the search never reports (words in two paragraphs, short names of an entity that is not named in full)
//! are looked for afterwards. Linear in the document and in the gazetteers: a question for people, not for a pipeline.
//!
//! Must not know: how findings are shown.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::atomic::{AtomicBool, Ordering},
};

use hashbrown::{HashMap, HashSet};

use super::{
    Answer, Cut, Filter, Input, Interrupted, Options, Scratch, Source,
    trace::{Reason, Rejected, Trace},
};
use crate::{
    gazetteer::{Rule, derive},
    index::{EntityId, Form, Forms, GluedWords, Search, Segment},
    text::{Gap, Language, Offsets, Ordinary, Span, View, Word, WordKey, Words, composed, ordinary},
};

/// The most findings given; the first in the document are kept, and the answer's cuts say that there were more.
pub const MAX_FINDINGS: usize = 1000;
/// After how many entities or names is looked whether the question was given up.
const LOOK_EVERY: usize = 1024;
/// How many mentions or places that begin before a place are looked at for one around it.
const MAX_NEAR: usize = 64;

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// A name, as it may stand in the document.
    Name(&'a str),
    /// The id of an entity.
    Entity(&'a str),
}

/// What became of a name at one place, or why it has no place.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Why it is no mention, or that it is one.
    pub reason: Reason,
    /// Where: field (0 the title, 1 the text), bytes, and offsets in the unit that was asked for; `None` where the
    /// document does not have the name.
    pub place: Option<(u8, Span, Range<u32>)>,
    /// The entity, with the number of its source.
    pub entity: Option<(usize, EntityId)>,
    /// The name that was looked for.
    pub name: String,
    /// The mention that stands there, or that it lost to, by its number in the answer.
    pub mention: Option<usize>,
}

/// A name of an entity that is asked about.
struct Target {
    source: usize,
    entity: EntityId,
    name: String,
    /// The rule that derives the name as a short one.
    short: Option<Rule>,
}

/// Extracts into `answer`, and says of every place of the subject what became of it.
#[allow(clippy::too_many_arguments)]
pub fn ask(
    sources: &[Source<'_>],
    input: Input<'_>,
    options: &Options,
    filter: &Filter,
    subject: Subject<'_>,
    scratch: &mut Scratch,
    answer: &mut Answer,
    interrupted: &AtomicBool,
) -> Result<Vec<Finding>, Interrupted> {
    let targets = targets(sources, subject, interrupted);
    super::is_to_go_on(interrupted)?;
    let mut wanted: HashMap<(usize, EntityId), Vec<&Target>> = HashMap::new();
    for target in &targets {
        wanted.entry((target.source, target.entity)).or_default().push(target);
    }
    let trace = &mut scratch.trace;
    trace.asked = wanted.keys().map(|&(source, entity)| (source as u16, entity)).collect();
    trace.on = true;
    // The explanations say by which name each mention was found.
    let asked = Options { explain: true, ..options.clone() };
    let result = super::run(sources, input, &asked, filter, scratch, answer, interrupted);
    scratch.trace.on = false;
    let Trace { mut rejected, dropped: not_noted, .. } = std::mem::take(&mut scratch.trace);
    result?;
    let asked = match subject {
        Subject::Name(name) => Some(folded(name)),
        Subject::Entity(_) => None,
    };
    let same_name = |text: &str| asked.as_ref().is_none_or(|name| folded(text) == *name);
    let mut names_of = HashMap::new();
    let mut findings = Vec::new();
    for (number, mention) in answer.mentions.iter().enumerate() {
        super::is_to_go_on(interrupted)?;
        for (rank, candidate) in answer.candidates[mention.candidates.clone()].iter().enumerate() {
            let text = mention.span.of([input.title, input.text][mention.field as usize]);
            let explained = answer.explanations.get(number).and_then(|one| one.candidates.get(rank));
            let found_by = explained.map_or(text, |one| &one.name);
            let key = (candidate.source, candidate.entity);
            let names = wanted.get(&key).map(|names| &*names_of.entry(key).or_insert_with(|| Names::of(names)));
            // A name that only the document gives, as an acronym in parentheses, is nobody's in the gazetteer.
            if names.is_none() && asked.is_none() {
                continue;
            }
            // A weaker form of the name counts: `Russias` where `Russia` is asked about.
            if !(same_name(text) || same_name(found_by)) {
                continue;
            }
            let name = names.map_or(found_by, |names| names.best(text)).to_owned();
            let reason = match (rank, mention.linked, mention.likely) {
                (0, true, _) => Reason::Linked,
                (0, _, false) => Reason::NothingLikelier,
                (0, ..) => Reason::BelowThreshold,
                _ => Reason::OtherCandidate,
            };
            findings.push(Finding {
                reason,
                place: Some((mention.field as u8, mention.span, 0..0)),
                entity: Some((candidate.source, candidate.entity)),
                name,
                mention: Some(number),
            });
        }
    }
    let mut known: HashSet<_> =
        findings.iter().filter_map(|one| Some((one.entity?, one.place.clone()?.0, one.place.clone()?.1))).collect();
    // Of several reasons at one place the one that came furthest.
    rejected.sort_by_key(|one| {
        (one.field, one.span.start, one.span.end, one.source, one.entity, std::cmp::Reverse(one.reason))
    });
    for Rejected { field, span, source, entity, name, reason } in rejected {
        let source = source as usize;
        let text = span.of([input.title, input.text][field as usize]);
        let name = sources[source].segment.name(name).text();
        if !(same_name(text) || same_name(name)) {
            continue;
        }
        let beside = matches!(reason, Reason::PartOfLongerName | Reason::NothingLikelier);
        let own = owner(answer, field, span).filter(|_| beside);
        let own = own.is_some_and(|number| links(answer, number, (source, entity)));
        let reason = if own { Reason::InsideOwnName } else { reason };
        if known.insert(((source, entity), field, span)) {
            let mention = winner(answer, field, span).filter(|_| {
                matches!(
                    reason,
                    Reason::LostOverlap | Reason::BetterPlace | Reason::InsideOwnName | Reason::Unaccounted
                )
            });
            let place = Some((field, span, 0..0));
            findings.push(Finding { reason, place, entity: Some((source, entity)), name: name.to_owned(), mention });
        }
    }
    let view = View { fields: [input.title, input.text], words: &scratch.words, border: scratch.border };
    unreported(sources, view, options, filter, answer, &targets, &mut findings, interrupted);
    super::is_to_go_on(interrupted)?;
    if findings.is_empty() {
        findings.extend(without_place(view, subject, &targets));
    }
    if !options.explain {
        answer.explanations.clear();
    }
    findings.sort_by(|a, b| {
        let place = |one: &Finding| one.place.as_ref().map(|(field, span, _)| (*field, span.start, span.end));
        (place(a), a.entity, &a.name).cmp(&(place(b), b.entity, &b.name))
    });
    let dropped = findings.len().saturating_sub(MAX_FINDINGS) + not_noted;
    if dropped > 0 {
        findings.truncate(MAX_FINDINGS);
        answer.cuts.push(Cut { limit: "findings", value: MAX_FINDINGS, dropped });
    }
    for (field, text) in [(0, input.title), (1, input.text)] {
        let mut offsets = Offsets::new(text, options.offsets);
        for (_, span, range) in
            findings.iter_mut().filter_map(|one| one.place.as_mut()).filter(|place| place.0 == field)
        {
            *range = offsets.at(span.start)..offsets.at(span.end);
        }
    }
    Ok(findings)
}

/// The entities that are asked about, each with every name.
fn targets(sources: &[Source<'_>], subject: Subject<'_>, interrupted: &AtomicBool) -> Vec<Target> {
    let mut targets = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let segment = source.segment;
        let entities: Vec<EntityId> = match subject {
            Subject::Entity(id) => source.find(id).into_iter().collect(),
            Subject::Name(name) => named(segment, name, interrupted),
        };
        for entity in entities.into_iter().filter(|&entity| !source.hides(entity)) {
            let about = segment.entity(entity);
            let mut add = |name: &str, short| {
                targets.push(Target { source: number, entity, name: name.to_owned(), short });
            };
            let shorts = derive::short_names(about.nature, about.name);
            match subject {
                Subject::Entity(_) => {
                    let names = until(interrupted, segment.names());
                    names.filter(|name| name.entity == entity).for_each(|name| add(name.text(), None));
                    shorts.iter().for_each(|derived| add(&derived.text, Some(derived.rule)));
                }
                Subject::Name(name) => {
                    let short = shorts.iter().find(|derived| folded(&derived.text) == folded(name));
                    add(name, short.map(|derived| derived.rule));
                }
            }
        }
    }
    targets
}

/// All items, or those that come before another thread interrupts.
fn until<T>(interrupted: &AtomicBool, items: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    let looks = (0..LOOK_EVERY).map(|at| at == 0).cycle();
    items.zip(looks).take_while(|(_, look)| !look || !interrupted.load(Ordering::Relaxed)).map(|(item, _)| item)
}

/// The entities that have a name, in full or as a short name that a rule derives.
fn named(segment: &Segment, name: &str, interrupted: &AtomicBool) -> Vec<EntityId> {
    let (mut words, mut glued, mut search) = (Words::default(), GluedWords::default(), Search::default());
    words.read(name);
    glued.read(name, &words, 0);
    let view = View { fields: ["", name], words: &words, border: 0 };
    search.set_thorough(true);
    search.run(segment, view, &glued, Language::default(), Forms::ON_REQUEST, interrupted);
    let whole = search.occurrences().iter().filter(|one| one.first == 0 && one.last as usize + 1 == words.all().len());
    let mut entities: Vec<_> =
        whole.flat_map(|one| segment.names_of(one.pattern)).map(|id| segment.entity_of(id)).collect();
    // In whatever case: a name in the wrong one is not unknown.
    let lower = |text: &str| composed(text).to_lowercase();
    let (small, asked) = (lower(name), folded(name));
    let same = |text: &str| lower(text) == small || folded(text) == asked;
    let of = |(number, entity): (usize, crate::index::SegmentEntity<'_>)| {
        // A short name is a part of the name, or an acronym, which is short.
        let acronym = name.len() <= 12 && !name.contains(char::is_lowercase);
        let may_be = acronym || lower(entity.name).contains(&small);
        let is = may_be && derive::short_names(entity.nature, entity.name).iter().any(|one| same(&one.text));
        is.then_some(EntityId(number as u32))
    };
    entities.extend(until(interrupted, segment.entities().enumerate()).filter_map(of));
    entities.sort_unstable();
    entities.dedup();
    entities
}

/// The names of an entity that is asked about, by what they fold to.
struct Names<'t> {
    first: &'t str,
    folded: HashMap<Vec<Vec<u8>>, &'t str>,
}

impl<'t> Names<'t> {
    fn of(targets: &[&'t Target]) -> Self {
        let first = targets.first().map_or("", |target| &target.name);
        // Of those that fold alike the first counts.
        let folded = targets.iter().rev().map(|target| (folded(&target.name), &*target.name)).collect();
        Self { first, folded }
    }

    /// The one that is written like the text, else the first.
    fn best(&self, text: &str) -> &'t str {
        if self.folded.len() == 1 { self.first } else { self.folded.get(&folded(text)).copied().unwrap_or(self.first) }
    }
}

/// The mentions that may reach a place: of those that begin before its end, the last few.
fn near(answer: &Answer, field: u8, span: Span) -> std::ops::Range<usize> {
    let end = answer.mentions.partition_point(|one| (one.field as u8, one.span.start) < (field, span.end));
    end.saturating_sub(MAX_NEAR)..end
}

/// The first mention that a place lies in.
fn owner(answer: &Answer, field: u8, span: Span) -> Option<usize> {
    let holds =
        |one: &super::Mention| one.field as u8 == field && one.span.start <= span.start && span.end <= one.span.end;
    near(answer, field, span).find(|&number| holds(&answer.mentions[number]))
}

/// Whether an entity is a candidate of a mention.
fn links(answer: &Answer, mention: usize, (source, entity): (usize, EntityId)) -> bool {
    let candidates = &answer.candidates[answer.mentions[mention].candidates.clone()];
    candidates.iter().any(|one| (one.source, one.entity) == (source, entity))
}

/// The first mention that overlaps a place.
fn winner(answer: &Answer, field: u8, span: Span) -> Option<usize> {
    let overlaps =
        |one: &super::Mention| one.field as u8 == field && one.span.start < span.end && span.start < one.span.end;
    near(answer, field, span).find(|&number| overlaps(&answer.mentions[number]))
}

/// Places whose words are those of a name, which neither the search nor the short names reported.
///
/// Ends when there are more findings than are given, so that a crowd of namesakes costs no more than its answer.
#[allow(clippy::too_many_arguments)]
fn unreported(
    sources: &[Source<'_>],
    view: View<'_>,
    options: &Options,
    filter: &Filter,
    answer: &Answer,
    targets: &[Target],
    findings: &mut Vec<Finding>,
    interrupted: &AtomicBool,
) {
    let mut places: HashMap<WordKey, Vec<usize>> = HashMap::new();
    for (index, word) in view.all().iter().enumerate() {
        places.entry(word.key).or_default().push(index);
    }
    let full = answer.mentions.iter().filter(|mention| !mention.forms.has(Form::Short));
    let candidates = full.flat_map(|mention| &answer.candidates[mention.candidates.clone()]);
    let named: HashSet<_> = candidates.map(|one| (one.source, one.entity)).collect();
    // By entity and field, the places that have a finding, by their starts.
    let mut seen: HashMap<(usize, EntityId, u8), BTreeMap<u32, u32>> = HashMap::new();
    let note = |seen: &mut HashMap<_, BTreeMap<u32, u32>>, (source, entity), field: u8, span: Span| {
        let end = seen.entry((source, entity, field)).or_default().entry(span.start).or_insert(span.end);
        *end = span.end.max(*end);
    };
    for one in findings.iter() {
        if let (Some(entity), Some((field, span, _))) = (one.entity, &one.place) {
            note(&mut seen, entity, *field, *span);
        }
    }
    let mut words = Words::default();
    // The words of the name before, and where they begin: namesakes have the same.
    let (mut before, mut begin) = (Vec::new(), Vec::new());
    for target in targets {
        if findings.len() > MAX_FINDINGS || interrupted.load(Ordering::Relaxed) {
            return;
        }
        words.clear();
        words.read(&target.name);
        let own = folded_words(&words);
        let Some(first) = words.all().first() else { continue };
        if before != own {
            begin.clear();
            let there = places.get(&first.key).into_iter().flatten().copied();
            begin.extend(there.filter(|&index| begins_at(view, index, &words)));
            before = own;
        }
        for &index in &begin {
            let last = index + words.all().len() - 1;
            let field = view.field(index) as u8;
            let inner = &view.all()[index + 1..=last];
            let apart = inner.iter().any(|word| word.gap.any(Gap::PARAGRAPH));
            let end = if apart { view.all()[index].span.end } else { view.all()[last].span.end };
            let span = Span::new(view.all()[index].span.start, end);
            let entity = (target.source, target.entity);
            let places = seen.get(&(target.source, target.entity, field));
            let before = places.into_iter().flat_map(|places| places.range(..=span.start).rev().take(MAX_NEAR));
            if before.into_iter().any(|(_, &end)| span.end <= end) {
                continue;
            }
            if findings.len() > MAX_FINDINGS {
                return;
            }
            note(&mut seen, entity, field, span);
            let segment = sources[target.source].segment;
            let is_named = named.contains(&entity);
            let owner = owner(answer, field, span);
            let reason = match target.short {
                _ if apart => Reason::CrossesParagraph,
                _ if !filter.wants(target.source, segment, target.entity) => Reason::ExcludedType,
                Some(_) if owner.is_some_and(|number| links(answer, number, (target.source, target.entity))) => {
                    Reason::InsideOwnName
                }
                Some(_) if owner.is_some() => Reason::LostOverlap,
                Some(rule) if options.disabled_rules.has(rule) => Reason::DisabledRule,
                Some(_) if options.disabled.has(Form::Short) => Reason::DisabledForm,
                Some(Rule::Generic) if is_named => Reason::Ambiguous,
                // A function word is a short name only where a title or a verb of saying tells a person.
                Some(_) if is_named && ordinary_word(&target.name) => Reason::NothingLikelier,
                Some(_) if is_named => Reason::Cut,
                Some(_) => Reason::ShortWithoutFull,
                None => Reason::Cut,
            };
            let mention = owner.filter(|_| matches!(reason, Reason::InsideOwnName | Reason::LostOverlap));
            let place = Some((field, span, 0..0));
            findings.push(Finding { reason, place, entity: Some(entity), name: target.name.clone(), mention });
        }
    }
}

/// Whether the document has these words, one behind the other, from the word at `index` on. No words begin nowhere.
fn begins_at(view: View<'_>, index: usize, words: &Words) -> bool {
    let (here, own) = (&view.all()[index..], words.all());
    let same = |(a, b): (&Word, &Word)| a.key == b.key && (!a.key.is_hashed() || view.words.long(a) == words.long(b));
    !own.is_empty() && here.len() >= own.len() && here.iter().zip(own).all(same)
}

/// Whether a name is a function word.
fn ordinary_word(name: &str) -> bool {
    let words = folded(name);
    matches!(&*words, [word] if std::str::from_utf8(word).is_ok_and(|word| ordinary(word) == Ordinary::Function))
}

/// Why a subject has no place: no gazetteer has it, or the document has none of the entities, of which each is told, and
/// one more than are given where there are too many.
fn without_place(view: View<'_>, subject: Subject<'_>, targets: &[Target]) -> Vec<Finding> {
    let blank =
        |reason, place, name: &str| Finding { reason, place, entity: None, name: name.to_owned(), mention: None };
    if !targets.is_empty() {
        // The names of an entity stand together.
        let entities = targets.chunk_by(|one, other| (one.source, one.entity) == (other.source, other.entity));
        let absent = |names: &[Target]| Finding {
            entity: Some((names[0].source, names[0].entity)),
            ..blank(Reason::NotInDocument, None, &names[0].name)
        };
        return entities.take(MAX_FINDINGS + 1).map(absent).collect();
    }
    let name = match subject {
        Subject::Name(name) => name,
        Subject::Entity(id) => return vec![blank(Reason::NotInGazetteer, None, id)],
    };
    let mut words = Words::default();
    words.read(name);
    let here = (0..view.all().len()).filter(|&index| begins_at(view, index, &words));
    let place = |index: usize| {
        let last = &view.all()[index + words.all().len() - 1];
        Some((view.field(index) as u8, Span::new(view.all()[index].span.start, last.span.end), 0..0))
    };
    let here = here.take(MAX_FINDINGS + 1).map(|index| blank(Reason::NotInGazetteer, place(index), name));
    let found: Vec<_> = here.collect();
    if found.is_empty() { vec![blank(Reason::NotInGazetteer, None, name)] } else { found }
}

/// The folded words of a text.
fn folded(text: &str) -> Vec<Vec<u8>> {
    let mut words = Words::default();
    words.read(text);
    folded_words(&words)
}

fn folded_words(words: &Words) -> Vec<Vec<u8>> {
    words.all().iter().map(|word| words.folded(word, &mut [0; 8]).to_vec()).collect()
}
