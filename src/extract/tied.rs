//! What ties a short name to words farther away, so that all of them name something else (rule `longer-name`): a particle
//! (`Theo van Gogh`, `Mohammed bin Zayed`, `Robert De Niro`), `&` (`Smith & Wesson`), the comma of a place (`in Clinton,
//! Mississippi`).
//!
//! Looks at a bounded number of words beside each place. Must not know: how short names are written, scores.

use super::{
    beside::{Beside, is_titled},
    finder::Finder,
    given,
    names::ShortName,
    place::{is_among, is_headline, joins},
};
use crate::{
    gazetteer::{Rule, derive::Kind},
    text::{FUNCTION, Gap, Shape, WordSet},
};

/// Particles of surnames in any language, folded and sorted.
static ARABIC: WordSet<16> = WordSet::new(&["al", "bin", "bint", "el", "ibn", "ould"]);
/// Particles that are prepositions in their own languages, folded and sorted.
#[rustfmt::skip]
static EUROPEAN: WordSet<64> = WordSet::new(&[
    "da", "dal", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "la", "las", "le", "les", "lo",
    "los", "ten", "ter", "van", "von", "zu", "zum", "zur",
]);
/// How many particles stand before a surname at the most.
const MAX_PARTICLES: usize = 3;
/// What lies behind a surname in capitals and is no part of a name: `the Trump Administration`; folded and sorted.
static OF_PERSONS: WordSet<16> =
    WordSet::new(&["administration", "cabinet", "campaign", "coalition", "doctrine", "government", "presidency"]);
/// What stands before towns, folded and sorted.
static BEFORE_TOWNS: WordSet<32> =
    WordSet::new(&["around", "at", "from", "in", "into", "near", "of", "outside", "through", "to", "via"]);
/// What stands before names of waters and mountains, folded and sorted.
static OF_NATURE: WordSet<16> = WordSet::new(&["cape", "fort", "lake", "mount", "mt", "port", "river"]);

impl Finder<'_> {
    /// Whether something ties the place of a short name to other words, which makes all of it another name.
    pub(super) fn is_tied(&self, short: &ShortName, first: usize, last: usize) -> bool {
        if short.is_person() {
            return self.is_before_a_particle(short, last)
                || self.is_behind_a_particle(first)
                || self.is_of_partners(first, last)
                || self.is_in_a_state(first, last)
                || short.rule == Rule::GivenName && Beside::of(self.view, first, last) == Beside::Place;
        }
        let of_person = matches!(short.nature, Kind::Organization | Kind::Place) && first == last;
        of_person && matches!(short.rule, Rule::Head | Rule::BeforeComma) && self.is_behind_a_given_name(first)
            || short.rule == Rule::Head && self.is_in_a_state(first, last)
    }

    /// Whether what stands behind a surname in capitals says of whom it is: `the Trump Administration`.
    pub(super) fn is_of_the_person(&self, short: &ShortName, next: usize) -> bool {
        short.rule == Rule::Surname && is_among(self.view, next, &OF_PERSONS)
    }

    /// Whether a small word is tied to the place by a hyphen, so that it is no given name: `pro-Trump Republicans`.
    pub(super) fn is_behind_an_affix(&self, first: usize) -> bool {
        let words = self.view.all();
        let gap = words[first].gap;
        first > 0 && gap.any(Gap::HYPHEN) && gap.is_tight() && !words[first - 1].shape.any(Shape::UPPER)
    }

    /// `Mohammed bin Zayed` and `Robert De Niro`, where `Mohammed` and `Robert` are short names of others; behind a surname
    /// only in languages in which these words are nothing else. And `Kim Il Sung`, `Lee Do-hyun`.
    fn is_before_a_particle(&self, short: &ShortName, last: usize) -> bool {
        let words = self.view.all();
        let next = last + 1;
        if next + 1 >= words.len() || !joins(self.view, next) {
            return false;
        }
        let foreign = short.rule != Rule::GivenName && self.language.is_known_other();
        let end = (next..words.len()).take(MAX_PARTICLES).take_while(|&at| self.is_particle(at, foreign)).last();
        if end.is_some_and(|end| end + 1 < words.len() && self.is_name_behind(end + 1)) {
            return true;
        }
        let capital = words[next].shape.any(Shape::CAPITALISED) && is_among(self.view, next, &FUNCTION);
        let goes_on = || {
            let behind = words[next + 1];
            let tied = behind.gap.any(Gap::HYPHEN) && behind.gap.is_tight() && !behind.shape.any(Shape::UPPER);
            tied || self.is_name_behind(next + 1)
        };
        capital && !is_headline(self.view, next) && goes_on()
    }

    /// `Theo van Gogh`, `Khalid bin Salman`, `Hans von der Leyen`; where the particle is a preposition (`die Regierung von
    /// Merz`), behind a given name that is known alone.
    fn is_behind_a_particle(&self, first: usize) -> bool {
        let ties = |at: usize| self.is_close(at) && self.is_particle(at - 1, false);
        let begin = (1..=first).rev().take(MAX_PARTICLES).take_while(|&at| ties(at)).last();
        let Some(particle) = begin.map(|begin| begin - 1).filter(|&at| at > 0 && joins(self.view, at)) else {
            return false;
        };
        let before = particle - 1;
        let foreign = self.language.is_known_other() && !self.is_particle(particle, true);
        self.is_name_like(before, 0)
            && !self.is_possessive(before)
            && (!foreign || is_among(self.view, before, &given::PERSONS))
    }

    /// Whether a word is a particle, as it stands in the text.
    fn is_particle(&self, index: usize, foreign: bool) -> bool {
        is_among(self.view, index, &ARABIC) || !foreign && is_among(self.view, index, &EUROPEAN)
    }

    /// Whether nothing but a space or a hyphen lies before the word at `index`.
    fn is_close(&self, index: usize) -> bool {
        let gap = self.view.all()[index].gap;
        joins(self.view, index) || gap.any(Gap::HYPHEN) && gap.is_tight()
    }

    /// Whether the word at `index` goes on with a name: it has a capital, and is no acronym.
    fn is_name_behind(&self, index: usize) -> bool {
        let shape = self.view.all()[index].shape;
        self.is_close(index) && shape.any(Shape::CAPITALISED) && shape.any(Shape::LOWER)
    }

    /// `Smith & Wesson`, `Johnson & Johnson`, where the other is nobody who is named here.
    fn is_of_partners(&self, first: usize, last: usize) -> bool {
        let words = self.view.all();
        let is_and = |at: usize| self.view.slice(at, words[at].span) == "&";
        let is_partner = |at: usize, own: usize| {
            let known = self.names.begin_with(self.view.words, &words[at]);
            words[at].shape.any(Shape::CAPITALISED) && (!known || words[at].key == words[own].key)
        };
        first > 1 && is_and(first - 1) && is_partner(first - 2, first)
            || last + 2 < words.len() && is_and(last + 1) && is_partner(last + 2, last)
    }

    /// `in Clinton, Mississippi`.
    fn is_in_a_state(&self, first: usize, last: usize) -> bool {
        let comma = self.view.all().get(last + 1).is_some_and(|next| next.gap.is_comma_only());
        let behind = |at: usize| joins(self.view, first) && is_among(self.view, at, &BEFORE_TOWNS);
        comma && first.checked_sub(1).is_some_and(behind) && self.is_place(last + 1)
    }

    /// `Harrison Ford`, `Mr. Ford`, `Queen Victoria`, `Lake Victoria`.
    fn is_behind_a_given_name(&self, first: usize) -> bool {
        let before = first.checked_sub(1).filter(|_| joins(self.view, first));
        let before = before.filter(|&at| self.view.all()[at].shape.any(Shape::CAPITALISED));
        before.is_some_and(|at| is_among(self.view, at, &given::PERSONS) || is_among(self.view, at, &OF_NATURE))
            || is_titled(self.view, first)
    }
}
