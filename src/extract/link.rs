//! Candidates and links (rules M4, L1, L3): which of the entities found at a place is meant, and how sure that is.
//!
//! A candidate weighs its prior times the strength of its form, for a short name also the nearness of the full name.
//! Its score is its share of the weight of all candidates of the place, times its strength: a unique name as given
//! scores one.

use hashbrown::HashMap;

use super::{
    Options,
    answer::{Answer, Candidate, Cut, Field, Mention},
    found::Found,
    overlap::settle,
    resolve::Resolver,
};
use crate::{
    index::{EntityId, Form},
    text::View,
};

/// At this distance in words a short name weighs as much as a full name of another entity; nearer, up to twice.
const NEAR: f64 = 20.0;

/// The stage; reusable.
#[derive(Debug, Default)]
pub(super) struct Linker {
    weighed: Vec<Weighed>,
    /// The place of each entity in the list of those that are linked to.
    places: HashMap<(usize, EntityId), usize>,
}

/// How many mentions that begin before a full name may lie over it and are looked at.
const COVERED: usize = 32;

/// A candidate on the scales.
#[derive(Debug, Clone, Copy)]
struct Weighed {
    found: Found,
    strength: f64,
    weight: f64,
    score: f64,
}

impl Linker {
    /// Makes the mentions of what was found, which must be sorted by place, and links them.
    pub(super) fn run(
        &mut self,
        view: View<'_>,
        resolver: &Resolver,
        options: &Options,
        found: &[Found],
        answer: &mut Answer,
    ) {
        settle(options.overlap, found, |run| self.mention(view, options, &found[run], answer));
        Self::follow(resolver, answer);
        let total = answer.mentions.len();
        if let Some(limit) = options.max_mentions.filter(|&limit| limit < total) {
            answer.mentions.truncate(limit);
            for mention in &mut answer.mentions {
                mention.follows = mention.follows.filter(|&follows| follows < limit);
            }
            answer.cuts.push(Cut { limit: "max_mentions", value: limit, dropped: total - limit });
        }
        self.count(answer);
    }

    /// Makes one mention of everything found at one place.
    fn mention(&mut self, view: View<'_>, options: &Options, found: &[Found], answer: &mut Answer) {
        self.weighed.clear();
        for found in found {
            let strength = found.strength();
            let prior = f64::from(found.prior);
            let near = if found.forms.has(Form::Short) { 2.0 / (1.0 + f64::from(found.distance) / NEAR) } else { 1.0 };
            let weighed = Weighed { found: *found, strength, weight: prior * strength * near, score: 0.0 };
            // What is found at a place is sorted by entity, so that its names stand side by side.
            match self.weighed.last_mut().filter(|last| last.found.key() == found.key()) {
                Some(last) if last.weight < weighed.weight => *last = weighed,
                Some(_) => {}
                None => self.weighed.push(weighed),
            }
        }
        let total: f64 = self.weighed.iter().map(|weighed| weighed.weight).sum();
        let count = self.weighed.len() as f64;
        for weighed in &mut self.weighed {
            let share = if total > 0.0 { weighed.weight / total } else { 1.0 / count };
            weighed.score = (weighed.strength * share * 1e4).round() / 1e4;
        }
        // Stable: between equals the order of sources and of ids decides, which is that of their numbers.
        self.weighed.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.weight.total_cmp(&a.weight)));
        let start = answer.candidates.len();
        answer.candidates.extend(self.weighed.iter().map(|weighed| Candidate {
            source: weighed.found.source.into(),
            entity: weighed.found.entity,
            score: weighed.score,
        }));
        let best = self.weighed[0].found;
        answer.mentions.push(Mention {
            field: if view.field(best.first as usize) == 0 { Field::Title } else { Field::Text },
            span: best.span,
            offsets: 0..0,
            forms: best.forms,
            linked: answer.candidates[start].score >= options.min_score,
            follows: None,
            candidates: start..answer.candidates.len(),
            first: best.first,
            last: best.last,
        });
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
            let Some(place) = resolver.nearest((best.source as u16, best.entity), mention.first) else { continue };
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
