//! The candidates of each mention on the scales (rules M4, L1).
//!
//! A candidate weighs the product of what speaks for it by itself: its prior, its forms, the rule that derived its name, the
//! nearness of the full name that a short one follows, the language. Beside the candidates stands the weight of nothing:
//! the mention may be an ordinary word, or a part of a longer name. A score is the candidate's share of all weight, times
//! what its forms leave.
//!
//! Invariant: the candidates of a draft lie side by side, the best first.
//!
//! Must not know: what the rest of the document says.

use std::ops::Range;

use super::{
    Source,
    beside::Beside,
    factors::{among, own_factors},
    found::{Found, reading_weight},
    nothing::{Nothing, Odds},
    resolve::Key,
    scene::Scene,
};
use crate::index::{Form, Forms};

/// The mentions of a document with their candidates; reusable.
#[derive(Debug, Default)]
pub(super) struct Scales {
    pub(super) drafts: Vec<Draft>,
    pub(super) weighed: Vec<Weighed>,
}

/// A mention whose candidates are on the scales.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// Its candidates in `weighed`, the best first.
    pub(super) candidates: Range<usize>,
    /// What weighs for no entity.
    pub(super) nothing: Nothing,
    /// What the words beside it go with.
    pub(super) beside: Beside,
    /// Whether all candidates are persons, or places, or organisations.
    pub(super) namesakes: bool,
    /// Whether it was seen to name its entity without doubt.
    pub(super) sure: bool,
}

impl Draft {
    /// Whether anything is left to be decided: another candidate, or that no entity is meant.
    pub(super) fn is_open(&self) -> bool {
        self.candidates.len() > 1 || self.nothing.weight() > 0.0
    }
}

/// A candidate on the scales.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weighed {
    /// Its number in [`Scene::found`], and what is found there.
    pub(super) found: u32,
    pub(super) key: Key,
    pub(super) strength: f64,
    /// What its forms leave of its weight: less where another candidate is as given.
    pub(super) form: f64,
    /// What it weighs by itself, and what the document makes of that.
    pub(super) base: f64,
    pub(super) weight: f64,
    pub(super) score: f64,
}

impl Weighed {
    /// What was found.
    pub(super) fn found<'a>(&self, scene: &Scene<'a>) -> &'a Found {
        &scene.found[self.found as usize]
    }
}

impl Scales {
    /// Takes all off.
    pub(super) fn clear(&mut self) {
        self.drafts.clear();
        self.weighed.clear();
    }

    /// The candidates of a draft, the best first.
    pub(super) fn of(&self, draft: &Draft) -> &[Weighed] {
        &self.weighed[draft.candidates.clone()]
    }

    /// Weighs everything found at one place, a range of [`Scene::found`], by itself.
    #[inline]
    pub(super) fn draft(&mut self, scene: &Scene<'_>, languages: &[u8], range: Range<usize>) {
        let start = self.weighed.len();
        let found = &scene.found[range.clone()];
        if let [only] = found {
            let strength = only.strength();
            let odds = Odds::at(scene, [only].into_iter());
            // Where nothing stands against it, what it weighs decides nothing.
            let base = if odds.are_none() {
                strength
            } else {
                own_factors(scene, languages, (Beside::Nothing, false), only, |_, _| {}) * strength
            };
            let nothing = odds.against(base);
            let (number, key) = (range.start as u32, only.key());
            let weighed = Weighed { found: number, key, strength, form: strength, base, weight: base, score: 0.0 };
            self.weighed.push(weighed);
            return self.weigh(scene, start, nothing, Beside::Nothing, false);
        }
        let (beside, namesakes) = among(scene, found);
        let as_given = found.iter().any(|found| reading_weight(found) == 1.0);
        // `EU's` has the letters of `EU`, as it is given: what reads them otherwise loses to that as well.
        let short = Forms::EXACT.with(Form::Short);
        let has_its_letters = |found: &Found| found.forms.without(short).keep_letters() && scene.has_letters_of(found);
        let lettered = !as_given && found.iter().any(has_its_letters);
        // Hundreds of one name mostly weigh the same.
        let alike = !namesakes && beside == Beside::Nothing && !lettered;
        let mut before: Option<(&Found, Weighed)> = None;
        for (number, found) in range.zip(found) {
            let weighed = match before.filter(|(other, _)| alike && found.weighs_like(other)) {
                Some((_, weighed)) => Weighed { found: number as u32, key: found.key(), ..weighed },
                None => {
                    let strength = found.strength();
                    let loses = as_given || lettered && !has_its_letters(found);
                    let form = if loses { strength * reading_weight(found) } else { strength };
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
        let nothing = Odds::at(scene, candidates.iter().map(|one| one.found(scene))).against(best);
        self.weigh(scene, start, nothing, beside, namesakes);
    }

    /// Makes a draft of the candidates from `start` on.
    #[inline]
    fn weigh(&mut self, scene: &Scene<'_>, start: usize, nothing: Nothing, beside: Beside, namesakes: bool) {
        self.drafts.push(Draft { candidates: start..self.weighed.len(), nothing, beside, namesakes, sure: false });
        self.score(scene, self.drafts.len() - 1);
    }

    /// All that weighs in a draft.
    pub(super) fn total(&self, draft: &Draft) -> f64 {
        total(self.of(draft), draft.nothing)
    }

    /// Scores the candidates of the draft of that number by their weights and puts the best first.
    pub(super) fn score(&mut self, scene: &Scene<'_>, number: usize) {
        let draft = &self.drafts[number];
        let candidates = &mut self.weighed[draft.candidates.clone()];
        // Scores are from 0 to 1; the next whole number below is what a conversion gives.
        let rounded = |score: f64| f64::from((score * 1e4 + 0.5) as u32) / 1e4;
        if let [only] = candidates
            && draft.nothing.weight() == 0.0
        {
            only.score = if only.strength == 1.0 { 1.0 } else { rounded(only.strength) };
            return;
        }
        let total = total(candidates, draft.nothing);
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
}

fn total(candidates: &[Weighed], nothing: Nothing) -> f64 {
    candidates.iter().map(|weighed| weighed.weight).sum::<f64>() + nothing.weight()
}
