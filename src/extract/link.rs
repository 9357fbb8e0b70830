//! Candidates and links (rules M4, L1, L3): which of the entities found at a place is meant, and how sure that is.
//!
//! A candidate weighs the product of what speaks for it: its prior, its forms, the rule that derived its name, the
//! nearness of the full name that a short one follows, the language, and what the rest of the document says
//! ([`super::agreement`]). Beside the candidates stands the weight of nothing: the mention may be an ordinary word, or a
//! part of a longer name. A score is the candidate's share of all weight, times what its forms leave.

use std::{
    ops::Range,
    sync::atomic::{AtomicBool, Ordering},
};

use hashbrown::HashMap;

use super::{
    Input, Options, Source,
    agreement::{Agreement, Asked},
    answer::{Answer, Candidate, Cut, Field, Mention},
    beside::Beside,
    explain::{CandidateParts, Explanation, Part, forms_in_words},
    factors::{among, own_factors},
    found::{Found, reading_weight},
    neighbour::is_unknown_name,
    nothing::Nothing,
    overlap::settle,
    resolve::{Key, Resolver},
    trace::{Reason, Trace},
};
use crate::{
    gazetteer::{Rule, derive::Kind},
    index::{EntityId, Form, Search},
    text::{Language, View, is_english},
};

/// How many mentions that begin before a full name may lie over it and are looked at.
const COVERED: usize = 32;
/// How often the choices for some mentions may help others.
const PASSES: usize = 3;
/// The share of all weight from which on a mention names its entity without doubt.
const SURE: f64 = 0.8;

/// The stage; reusable.
#[derive(Debug, Default)]
pub(super) struct Linker {
    drafts: Vec<Draft>,
    weighed: Vec<Weighed>,
    agreement: Agreement,
    /// The drafts that the rest of the document may speak for, by number, and those of them that it did last.
    open: Vec<usize>,
    changed: Vec<usize>,
    /// The place of each entity in the list of those that are linked to.
    places: HashMap<(usize, EntityId), usize>,
    /// For each source, the number of the document's language there.
    languages: Vec<u8>,
}

/// A mention whose candidates are on the scales.
#[derive(Debug, Clone)]
struct Draft {
    /// Its candidates in `weighed`, the best first.
    candidates: Range<usize>,
    /// What weighs for no entity.
    nothing: Nothing,
    /// What the words beside it go with.
    beside: Beside,
    /// Whether all candidates are persons, or places, or organisations.
    namesakes: bool,
    /// Whether it was seen to name its entity without doubt.
    sure: bool,
}

/// A candidate on the scales.
#[derive(Debug, Clone, Copy)]
struct Weighed {
    /// Its number in [`Scene::found`], and what is found there.
    found: u32,
    key: Key,
    strength: f64,
    /// What its forms leave of its weight: less where another candidate is as given.
    form: f64,
    /// What it weighs by itself, and what the document makes of that.
    base: f64,
    weight: f64,
    score: f64,
}

impl Weighed {
    /// What the rest of the document is asked about it.
    fn asked(&self, scene: &Scene<'_>, mention: usize) -> Asked {
        let found = scene.found(self);
        let needs_full = found.forms.has(Form::Short) || found.forms.has(Form::Case);
        Asked { key: self.key, mention, first: found.first, needs_full }
    }
}

/// What the stage looks at.
pub(super) struct Scene<'a> {
    pub(super) sources: &'a [Source<'a>],
    pub(super) input: Input<'a>,
    pub(super) language: Language,
    pub(super) view: View<'a>,
    pub(super) searches: &'a [Search],
    pub(super) options: &'a Options,
    /// What was found, sorted by place.
    pub(super) found: &'a [Found],
    /// Set by another thread where nobody waits for the answer any more.
    pub(super) interrupted: &'a AtomicBool,
}

impl<'a> Scene<'a> {
    fn found(&self, weighed: &Weighed) -> &'a Found {
        &self.found[weighed.found as usize]
    }

    fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

impl Linker {
    /// Makes the mentions of what was found and links them. Ends early, with a part of them, when interrupted.
    pub(super) fn run(&mut self, scene: &Scene<'_>, resolver: &Resolver, answer: &mut Answer, trace: &mut Trace) {
        let &Scene { options, found, .. } = scene;
        self.drafts.clear();
        self.weighed.clear();
        // A language that no name is of is another one than those of all names.
        let primary = primary(scene.input.language);
        let number = |source: &Source<'_>| match source.segment.language(primary) {
            0 if !primary.is_empty() => u8::MAX,
            number => number,
        };
        let mut languages = std::mem::take(&mut self.languages);
        languages.clear();
        languages.extend(scene.sources.iter().map(number));
        let mut english = None;
        settle(options.overlap, found, |run, kept| {
            if scene.is_interrupted() {
                return;
            }
            if kept {
                // A capitalised word that is no name found there itself. Only English text has no other such words.
                let is_unknown = |index: usize| {
                    is_unknown_name(scene.view, index)
                        && !is_found(scene, index)
                        && *english.get_or_insert_with(|| is_english(scene.input.language, scene.view.words))
                };
                self.draft(scene, &languages, run, is_unknown);
            } else if trace.on {
                found[run].iter().for_each(|one| trace.note(one, Reason::LostOverlap));
            }
        });
        self.agree(scene);
        self.answer(scene, resolver, &languages, answer);
        self.languages = languages;
        Self::follow(resolver, answer);
        let total = answer.mentions.len();
        if let Some(limit) = options.max_mentions.filter(|&limit| limit < total) {
            answer.mentions.truncate(limit);
            answer.explanations.truncate(limit);
            for mention in &mut answer.mentions {
                mention.follows = mention.follows.filter(|&follows| follows < limit);
            }
            for explanation in &mut answer.explanations {
                let parts = explanation.candidates.iter_mut().flat_map(|candidate| &mut candidate.parts);
                parts.for_each(|part| part.mentions.retain(|&mention| mention < limit));
            }
            for draft in &self.drafts[limit..] {
                let cut = &self.weighed[draft.candidates.clone()];
                cut.iter().for_each(|one| trace.note(scene.found(one), Reason::Cut));
            }
            answer.cuts.push(Cut { limit: "max_mentions", value: limit, dropped: total - limit });
        }
        self.count(answer);
    }

    /// Weighs everything found at one place, a range of [`Scene::found`], by itself.
    fn draft(
        &mut self,
        scene: &Scene<'_>,
        languages: &[u8],
        range: Range<usize>,
        is_unknown: impl FnMut(usize) -> bool,
    ) {
        let start = self.weighed.len();
        let found = &scene.found[range.clone()];
        if let [only] = found {
            let strength = only.strength();
            let base = own_factors(scene, languages, (Beside::Nothing, false), only, |_, _| {}) * strength;
            let nothing = Nothing::at(scene, base, [only].into_iter(), is_unknown);
            let (number, key) = (range.start as u32, only.key());
            let weighed = Weighed { found: number, key, strength, form: strength, base, weight: base, score: 0.0 };
            self.weighed.push(weighed);
            return self.weigh(scene, start, nothing, Beside::Nothing, false);
        }
        let (beside, namesakes) = among(scene, found);
        let as_given = found.iter().any(|found| reading_weight(found) == 1.0);
        // Hundreds of one name mostly weigh the same.
        let alike = !namesakes && beside == Beside::Nothing;
        let mut before: Option<(&Found, Weighed)> = None;
        for (number, found) in range.zip(found) {
            let weighed = match before.filter(|(other, _)| alike && found.weighs_like(other)) {
                Some((_, weighed)) => Weighed { found: number as u32, key: found.key(), ..weighed },
                None => {
                    let strength = found.strength();
                    let form = if as_given { strength * reading_weight(found) } else { strength };
                    let base = own_factors(scene, languages, (beside, namesakes), found, |_, _| {}) * form;
                    Weighed { found: number as u32, key: found.key(), strength, form, base, weight: base, score: 0.0 }
                }
            };
            before = Some((found, weighed));
            // What is found at a place is sorted by entity, so that its names stand side by side.
            match self.weighed[start..].last_mut().filter(|last| last.key == weighed.key) {
                Some(last) if last.base < weighed.base => *last = weighed,
                Some(_) => {}
                None => self.weighed.push(weighed),
            }
        }
        let candidates = &self.weighed[start..];
        let best = candidates.iter().map(|one| one.base).fold(0.0, f64::max);
        let nothing = Nothing::at(scene, best, candidates.iter().map(|one| scene.found(one)), is_unknown);
        self.weigh(scene, start, nothing, beside, namesakes);
    }

    /// Makes a draft of the candidates from `start` on.
    fn weigh(&mut self, scene: &Scene<'_>, start: usize, nothing: Nothing, beside: Beside, namesakes: bool) {
        let draft = Draft { candidates: start..self.weighed.len(), nothing, beside, namesakes, sure: false };
        self.score(scene, &draft);
        self.drafts.push(draft);
    }

    /// Scores the candidates of a draft by their weights and puts the best first.
    fn score(&mut self, scene: &Scene<'_>, draft: &Draft) {
        let candidates = &mut self.weighed[draft.candidates.clone()];
        // Scores are from 0 to 1; the next whole number below is what a conversion gives.
        let rounded = |score: f64| f64::from((score * 1e4 + 0.5) as u32) / 1e4;
        if let [only] = candidates
            && draft.nothing.weight() == 0.0
        {
            only.score = if only.strength == 1.0 { 1.0 } else { rounded(only.strength) };
            return;
        }
        let total: f64 = candidates.iter().map(|weighed| weighed.weight).sum::<f64>() + draft.nothing.weight();
        let count = candidates.len() as f64;
        for weighed in candidates.iter_mut() {
            let share = if total > 0.0 { weighed.weight / total } else { 1.0 / count };
            weighed.score = rounded(weighed.strength * share);
        }
        // Between equals the order of sources and of ids decides, which in one source is that in which they were found.
        let one_source = scene.sources.len() == 1;
        // No number is less than zero, so that its bits are in its order, and compared faster.
        let bits = |number: f64| number.to_bits().cast_signed();
        candidates.sort_by(|a, b| {
            let sure = bits(b.score).cmp(&bits(a.score)).then_with(|| bits(b.weight).cmp(&bits(a.weight)));
            sure.then_with(|| match one_source {
                true => a.found.cmp(&b.found),
                false => Source::order(scene.sources, a.key, b.key),
            })
        });
    }

    /// Lets what is without doubt speak for what is not.
    fn agree(&mut self, scene: &Scene<'_>) {
        let &Scene { sources, options, searches, .. } = scene;
        self.agreement.clear();
        let open = |draft: &Draft| draft.candidates.len() > 1 || draft.nothing.weight() > 0.0;
        let rules = [Rule::Repeated, Rule::Related, Rule::Attributes, Rule::Context];
        let off = rules.iter().all(|&rule| options.disabled_rules.has(rule));
        if off {
            return;
        }
        self.open.clear();
        self.open.extend((0..).zip(&self.drafts).filter(|(_, draft)| open(draft)).map(|(mention, _)| mention));
        if self.open.is_empty() {
            return;
        }
        let candidates = self.open.iter().flat_map(|&mention| &self.weighed[self.drafts[mention].candidates.clone()]);
        self.agreement.read(sources, searches, candidates.map(|weighed| weighed.key));
        // At first every mention may be sure; later only those that something spoke for.
        self.changed.clear();
        self.changed.extend(0..self.drafts.len());
        for pass in 0..PASSES {
            let mut news = false;
            for mention in self.changed.drain(..) {
                let draft = &mut self.drafts[mention];
                if draft.sure {
                    continue;
                }
                let candidates = &self.weighed[draft.candidates.clone()];
                let best = &candidates[0];
                let total: f64 = candidates.iter().map(|weighed| weighed.weight).sum::<f64>() + draft.nothing.weight();
                let found = scene.found(best);
                draft.sure = best.weight >= SURE * total && !found.forms.has(Form::Short);
                if draft.sure {
                    news |= self.agreement.add(sources, found.key(), mention);
                }
            }
            let first_words = pass == 0 && self.agreement.expects_words();
            if !news && !first_words {
                break;
            }
            for at in 0..self.open.len() {
                if scene.is_interrupted() {
                    return;
                }
                let mention = self.open[at];
                let draft = self.drafts[mention].clone();
                self.agreement.set_rivals(sources, self.weighed[draft.candidates.clone()].iter().map(|one| one.key));
                let mut changed = false;
                for weighed in &mut self.weighed[draft.candidates.clone()] {
                    if !self.agreement.may_speak(sources, weighed.key) {
                        continue;
                    }
                    let at = weighed.asked(scene, mention);
                    let weight = weighed.base * self.agreement.factor(sources, options, at, |_| {});
                    changed |= weight != weighed.weight;
                    weighed.weight = weight;
                }
                if changed {
                    self.score(scene, &draft);
                    self.changed.push(mention);
                }
            }
        }
    }

    /// Turns the drafts into mentions, with explanations where they are asked for.
    fn answer(&mut self, scene: &Scene<'_>, resolver: &Resolver, languages: &[u8], answer: &mut Answer) {
        let &Scene { view, options, .. } = scene;
        let Self { drafts, weighed, agreement, .. } = self;
        for (number, draft) in drafts.iter().enumerate().take_while(|_| !scene.is_interrupted()) {
            let start = answer.candidates.len();
            let candidates = &weighed[draft.candidates.clone()];
            answer.candidates.extend(candidates.iter().map(|weighed| {
                let (source, entity) = weighed.key;
                Candidate { source: source.into(), entity, score: weighed.score }
            }));
            let best = &candidates[0];
            let found = scene.found(best);
            let likely = best.weight >= draft.nothing.weight();
            answer.mentions.push(Mention {
                field: if view.field(found.first as usize) == 0 { Field::Title } else { Field::Text },
                span: found.span,
                offsets: 0..0,
                forms: found.forms,
                rule: found.rule,
                linked: likely && best.score >= options.min_score,
                likely,
                follows: None,
                candidates: start..answer.candidates.len(),
                first: found.first,
                last: found.last,
            });
            if options.explain {
                answer.explanations.push(explain(scene, resolver, languages, number, draft, candidates, agreement));
            }
        }
    }

    /// Says of each short name which mention it follows: the one that covers the nearest full name.
    fn follow(resolver: &Resolver, answer: &mut Answer) {
        let Answer { mentions, candidates, .. } = answer;
        for index in 0..mentions.len() {
            let mention = &mentions[index];
            if !mention.forms.has(Form::Short) {
                continue;
            }
            let best = candidates[mention.candidates.start];
            let Some((place, _)) = resolver.nearest((best.source as u16, best.entity), mention.first) else { continue };
            let behind = mentions.partition_point(|mention| mention.first <= place);
            let covers = |at: &usize| mentions[*at].last >= place && !mentions[*at].forms.has(Form::Short);
            let same = |at: &usize| candidates[mentions[*at].candidates.start].entity == best.entity;
            let near = (behind.saturating_sub(COVERED)..behind).rev().filter(covers);
            let follows = near.clone().find(same).or_else(|| near.clone().next());
            mentions[index].follows = follows;
        }
    }

    /// Counts the mentions of each entity linked to.
    fn count(&mut self, answer: &mut Answer) {
        self.places.clear();
        for mention in &answer.mentions {
            let Some(Candidate { source, entity, .. }) = answer.link(mention) else { continue };
            let next = answer.entities.len();
            let place = *self.places.entry((source, entity)).or_insert(next);
            if place == next {
                answer.entities.push((source, entity, 0));
            }
            answer.entities[place].2 += 1;
        }
    }
}

/// Every part of the weights of a mention's candidates.
fn explain(
    scene: &Scene<'_>,
    resolver: &Resolver,
    languages: &[u8],
    mention: usize,
    draft: &Draft,
    candidates: &[Weighed],
    agreement: &mut Agreement,
) -> Explanation {
    agreement.set_rivals(scene.sources, candidates.iter().map(|one| one.key));
    let candidate = |weighed: &Weighed| {
        let found = scene.found(weighed);
        let segment = scene.sources[found.source as usize].segment;
        let mut parts = Vec::new();
        own_factors(scene, languages, (draft.beside, draft.namesakes), found, |rule, (factor, detail)| {
            parts.push(Part::new(rule, factor, detail))
        });
        let forms = forms_in_words(found.forms.iter());
        parts.push(Part::new(Rule::Form, weighed.form, forms));
        let at = weighed.asked(scene, mention);
        if draft.candidates.len() > 1 || draft.nothing.weight() > 0.0 {
            agreement.factor(scene.sources, scene.options, at, |part| parts.push(part));
        }
        let derived = resolver.short_name(found).map(|short| short.written.clone());
        CandidateParts {
            name: derived.unwrap_or_else(|| segment.name(found.name).text().to_owned()),
            rule: found.rule,
            form_factor: weighed.strength,
            weight: parts.iter().map(|part| part.factor).product(),
            parts,
        }
    };
    let nothing_parts = draft.nothing.parts();
    Explanation {
        candidates: candidates.iter().map(candidate).collect(),
        nothing: draft.nothing.weight(),
        nothing_parts: nothing_parts.map(|(rule, weight, detail)| Part::new(rule, weight, detail)).collect(),
    }
}

/// Whether a name that is no person's begins or ends with the word at `index`. Looks at a bounded number of places.
fn is_found(scene: &Scene<'_>, index: usize) -> bool {
    let found = scene.found;
    let nature = |one: &Found| scene.sources[one.source as usize].segment.nature_of(one.entity);
    let index = index as u32;
    let behind = found.partition_point(|one| one.first <= index);
    let near = found[behind.saturating_sub(COVERED)..behind].iter();
    near.rev().any(|one| (one.first == index || one.last == index) && !one.short && nature(one) != Kind::Person)
}

/// The first part of a language tag; nothing where it says that the language is not known.
fn primary(tag: &str) -> &str {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    if primary.eq_ignore_ascii_case("und") { "" } else { primary }
}
