//! Candidates and links (rules M4, L1, L3): which of the entities found at a place is meant, and how sure that is.
//!
//! A candidate weighs the product of what speaks for it by itself ([`super::scales`]) and of what the rest of the document
//! says ([`super::agreement`]).

use hashbrown::HashMap;

use super::{
    Source,
    agreement::{Agreement, Asked},
    answer::{Answer, Candidate, Cut, Field, Mention},
    explain::{CandidateParts, Explanation, Part, forms_in_words},
    factors::own_factors,
    overlap::settle,
    resolve::{Key, Resolver},
    scales::{Draft, Scales, Weighed},
    scene::Scene,
    trace::{Reason, Trace},
};
use crate::{
    gazetteer::Rule,
    index::{EntityId, Form},
    text::primary_subtag,
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
    scales: Scales,
    agreement: Agreement,
    /// The drafts that the rest of the document may speak for, by number, and those of them that it did last.
    open: Vec<usize>,
    changed: Vec<usize>,
    /// The place of each entity in the list of those that are linked to.
    places: HashMap<(usize, EntityId), usize>,
    /// For each source, the number of the document's language there.
    languages: Vec<u8>,
}

impl Linker {
    /// Makes the mentions of what was found and links them. Ends early, with a part of them, when interrupted.
    pub(super) fn run(&mut self, scene: &Scene<'_>, resolver: &Resolver, answer: &mut Answer, trace: &mut Trace) {
        let &Scene { options, found, .. } = scene;
        self.scales.clear();
        // A language that no name is of is another one than those of all names.
        let primary = primary_subtag(scene.input.language);
        let number = |source: &Source<'_>| match source.segment.language(primary) {
            0 if !primary.is_empty() => u8::MAX,
            number => number,
        };
        let mut languages = std::mem::take(&mut self.languages);
        languages.clear();
        languages.extend(scene.sources.iter().map(number));
        settle(options.overlap, found, |run, kept| {
            if scene.is_interrupted() {
                return;
            }
            if kept {
                self.scales.draft(scene, &languages, run);
            } else if trace.on {
                found[run].iter().for_each(|one| trace.note(one, Reason::LostOverlap));
            }
        });
        self.agree(scene);
        self.answer(scene, resolver, &languages, answer);
        self.languages = languages;
        Self::follow(scene, resolver, answer);
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
            for draft in &self.scales.drafts[limit..] {
                let cut = self.scales.of(draft);
                cut.iter().for_each(|one| trace.note(one.found(scene), Reason::Cut));
            }
            answer.cuts.push(Cut { limit: "max_mentions", value: limit, dropped: total - limit });
        }
        self.count(answer);
    }

    /// Lets what is without doubt speak for what is not.
    fn agree(&mut self, scene: &Scene<'_>) {
        let &Scene { sources, options, searches, .. } = scene;
        self.agreement.clear();
        let rules = [Rule::Repeated, Rule::Related, Rule::Attributes, Rule::Context];
        if rules.iter().all(|&rule| options.disabled_rules.has(rule)) {
            return;
        }
        let scales = &mut self.scales;
        self.open.clear();
        self.open.extend((0..).zip(&scales.drafts).filter(|(_, draft)| draft.is_open()).map(|(mention, _)| mention));
        if self.open.is_empty() {
            return;
        }
        let candidates = self.open.iter().flat_map(|&mention| scales.of(&scales.drafts[mention]));
        self.agreement.read(sources, searches, candidates.map(|weighed| weighed.key));
        // At first every mention may be sure; later only those that something spoke for.
        self.changed.clear();
        self.changed.extend(0..scales.drafts.len());
        for pass in 0..PASSES {
            let mut news = false;
            for mention in self.changed.drain(..) {
                let draft = &scales.drafts[mention];
                if draft.sure {
                    continue;
                }
                let best = &scales.of(draft)[0];
                let found = best.found(scene);
                let sure = best.weight >= SURE * scales.total(draft) && !found.forms.has(Form::Short);
                if sure {
                    scales.drafts[mention].sure = true;
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
                let candidates = scales.drafts[mention].candidates.clone();
                self.agreement.set_rivals(sources, scales.weighed[candidates.clone()].iter().map(|one| one.key));
                let mut changed = false;
                for weighed in &mut scales.weighed[candidates] {
                    if !self.agreement.may_speak(sources, weighed.key) {
                        continue;
                    }
                    let at = asked(scene, weighed, mention);
                    let weight = weighed.base * self.agreement.factor(sources, options, at, |_| {});
                    changed |= weight != weighed.weight;
                    weighed.weight = weight;
                }
                if changed {
                    scales.score(scene, mention);
                    self.changed.push(mention);
                }
            }
        }
    }

    /// Turns the drafts into mentions, with explanations where they are asked for.
    fn answer(&mut self, scene: &Scene<'_>, resolver: &Resolver, languages: &[u8], answer: &mut Answer) {
        let &Scene { view, options, .. } = scene;
        let Self { scales, agreement, .. } = self;
        for (number, draft) in scales.drafts.iter().enumerate().take_while(|_| !scene.is_interrupted()) {
            let start = answer.candidates.len();
            let candidates = scales.of(draft);
            answer.candidates.extend(candidates.iter().map(|weighed| {
                let (source, entity) = weighed.key;
                Candidate { source: source.into(), entity, score: weighed.score }
            }));
            let best = &candidates[0];
            let found = best.found(scene);
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
    fn follow(scene: &Scene<'_>, resolver: &Resolver, answer: &mut Answer) {
        let Answer { mentions, candidates, .. } = answer;
        // Where the shortest name in full of an entity ends that begins at a place: many follow one.
        let mut lasts: HashMap<(Key, u32), Option<u32>> = HashMap::new();
        for index in 0..mentions.len() {
            if scene.is_interrupted() {
                return;
            }
            let mention = &mentions[index];
            if !mention.forms.has(Form::Short) {
                continue;
            }
            let best = candidates[mention.candidates.start];
            let key = (best.source as u16, best.entity);
            let Some((place, _)) = resolver.nearest(key, mention.first) else { continue };
            let shortest = || {
                let from = scene.found.partition_point(|one| one.first < place);
                let full = scene.found[from..].iter().take_while(|one| one.first == place);
                let full = full.filter(|one| one.key() == key && !one.forms.has(Form::Short));
                full.map(|one| one.last).min()
            };
            let Some(last) = *lasts.entry((key, place)).or_insert_with(shortest) else { continue };
            let behind = mentions.partition_point(|mention| mention.first <= place);
            let covers = |at: &usize| mentions[*at].last >= last && !mentions[*at].forms.has(Form::Short);
            let means = |one: &Candidate| (one.source as u16, one.entity) == key;
            let same = |at: &usize| candidates[mentions[*at].candidates.clone()].iter().any(means);
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

/// What the rest of the document is asked about a candidate.
fn asked(scene: &Scene<'_>, weighed: &Weighed, mention: usize) -> Asked {
    let found = weighed.found(scene);
    let needs_full = found.forms.has(Form::Short) || found.forms.has(Form::Case);
    Asked { key: weighed.key, mention, place: (found.first, found.last), needs_full }
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
        let found = weighed.found(scene);
        let segment = scene.sources[found.source as usize].segment;
        let mut parts = Vec::new();
        own_factors(scene, languages, (draft.beside, draft.namesakes), found, |rule, (factor, detail)| {
            parts.push(Part::new(rule, factor, detail))
        });
        let forms = forms_in_words(found.forms.iter());
        parts.push(Part::new(Rule::Form, weighed.form, forms));
        let at = asked(scene, weighed, mention);
        if draft.is_open() {
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
