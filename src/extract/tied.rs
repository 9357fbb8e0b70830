//! What ties a short name to words farther away, so that all of them name something else (rule `longer-name`): a particle
//! (`Theo van Gogh`, `Mohammed bin Zayed`, `Robert De Niro`), `&` (`Smith & Wesson`), the comma of a place (`in Clinton,
//! Mississippi`). And what stands beside a short name without being a part of it: `pro-Trump Republicans`.
//!
//! Looks at a bounded number of words beside each place. Must not know: how short names are written, scores.

use super::{
    beside::{Beside, is_addressed},
    finder::Finder,
    given,
    names::ShortName,
    neighbour::is_unknown_name,
    place::{is_among, is_short_title, joins},
};
use crate::{
    gazetteer::{
        Rule,
        derive::{self, Kind},
    },
    text::{Gap, Shape, View, WordKey, WordSet},
};

/// Particles of surnames that are no word of another language, folded and sorted.
static PATRONYMIC: WordSet<8> = WordSet::new(&["bin", "bint", "ibn", "ould"]);
/// The Arabic article, which a hyphen ties; without it, it is a word of other languages. Folded and sorted.
static ARTICLES: WordSet<4> = WordSet::new(&["al", "el"]);
/// Particles that are prepositions and articles in their own languages, folded and sorted.
#[rustfmt::skip]
static EUROPEAN: WordSet<64> = WordSet::new(&[
    "da", "dal", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "la", "las", "le", "les", "lo",
    "los", "ter", "van", "von", "zu", "zum", "zur",
]);
/// How many particles stand before a surname at the most.
const MAX_PARTICLES: usize = 3;
/// Syllables of East Asian given names that are function words, folded and sorted.
static SYLLABLES: WordSet<16> = WordSet::new(&["do", "he", "il", "in", "no", "so", "un"]);
/// What lies behind a surname in capitals and is no part of a name: `the Trump Administration`; folded and sorted.
static OF_PERSONS: WordSet<32> = WordSet::new(&[
    "administration",
    "cabinet",
    "campaign",
    "coalition",
    "doctrine",
    "era",
    "government",
    "plan",
    "presidency",
    "summit",
    "years",
]);
/// Offices that persons of one name hold, folded and sorted.
static OFFICES: WordSet<32> = WordSet::new(&[
    "emperor",
    "judge",
    "justice",
    "king",
    "lady",
    "lord",
    "president",
    "prince",
    "princess",
    "queen",
    "rep",
    "sen",
    "senator",
    "sir",
]);
/// What stands before names of waters and mountains, folded and sorted.
static OF_NATURE: WordSet<16> = WordSet::new(&["cape", "fort", "lake", "mount", "mt", "port", "river"]);
/// Prepositions that stand before towns, folded and sorted.
static BEFORE_TOWNS: WordSet<16> = WordSet::new(&["around", "at", "in", "near", "outside"]);

impl Finder<'_> {
    /// Whether something ties the place of a short name to other words, which makes all of it another name. It depends on
    /// the text and on the rule and nature of the short name alone.
    pub(super) fn is_tied(&self, short: &ShortName, first: usize, last: usize) -> bool {
        if short.is_person() {
            return self.is_before_a_particle(short, first, last)
                || self.is_behind_a_particle(first)
                || self.is_of_partners(first, last)
                || self.is_in_a_state(first, last)
                || short.rule == Rule::GivenName && self.is_in_a_place(first, last);
        }
        let of_person = matches!(short.nature, Kind::Organization | Kind::Place) && first == last;
        of_person && matches!(short.rule, Rule::Head | Rule::BeforeComma) && self.is_behind_a_given_name(short, first)
            || short.rule == Rule::Head && self.is_in_a_state(first, last)
    }

    /// Whether what stands behind a surname in capitals says of whom it is: `the Trump Administration`.
    pub(super) fn is_of_the_person(&self, short: &ShortName, next: usize) -> bool {
        short.rule == Rule::Surname && is_among(self.view, next, &OF_PERSONS)
    }

    /// Whether a small word is tied to a surname by a hyphen, so that the plural in capitals behind it is no part of a name:
    /// `pro-Trump Republicans`, but `the ex-Trump Tower`, `the al-Assad Library`.
    pub(super) fn is_behind_an_affix(&self, short: &ShortName, first: usize, next: usize) -> bool {
        let words = self.view.all();
        short.rule == Rule::Surname
            && first > 0
            && is_tight_hyphen(self.view, first)
            && !words[first - 1].shape.any(Shape::UPPER)
            && !self.is_particle(first - 1)
            && words[next].shape.any(Shape::S)
    }

    /// `Mohammed bin Zayed` and `Robert De Niro`, where `Mohammed` and `Robert` are short names of others; behind a surname
    /// only what is nothing else in any language (`Khan al-Ahmar`). And `Kim Il Sung`, `Lee Do-hyun`.
    fn is_before_a_particle(&self, short: &ShortName, first: usize, last: usize) -> bool {
        let words = self.view.all();
        let next = last + 1;
        if next + 1 >= words.len()
            || !joins(self.view, next)
            || words[next].gap.any(Gap::LINE)
            || self.found_from(next).next().is_some()
        {
            return false;
        }
        let european = short.rule == Rule::GivenName;
        let ties = |at: &usize| self.is_own_particle(*at) || european && is_among(self.view, *at, &EUROPEAN);
        let end = (next..words.len() - 1).take(MAX_PARTICLES).take_while(ties).last();
        if end.is_some_and(|end| self.is_name_behind(end + 1)) {
            return true;
        }
        let syllable = words[next].shape.any(Shape::CAPITALISED)
            && is_among(self.view, next, &SYLLABLES)
            && derive::is_surname_of_east_asia(self.view.words, &words[first]);
        let tied = is_tight_hyphen(self.view, next + 1) && !words[next + 1].shape.any(Shape::UPPER);
        syllable && !is_short_title(self.view, next) && (tied || self.is_name_behind(next + 1))
    }

    /// `Theo van Gogh`, `Khalid bin Salman`, `Hans von der Leyen`; where the particle is a preposition (`die Regierung von
    /// Merz`), behind a given name that is known alone.
    fn is_behind_a_particle(&self, first: usize) -> bool {
        let ties = |at: usize| self.is_close(at) && self.is_particle(at - 1);
        let begin = (1..=first).rev().take(MAX_PARTICLES).take_while(|&at| ties(at)).last();
        let Some(particle) = begin.map(|begin| begin - 1).filter(|&at| at > 0 && joins(self.view, at)) else {
            return false;
        };
        let before = particle - 1;
        let own = self.is_own_particle(particle);
        self.is_name_like(before, 0)
            && !self.is_possessive(before)
            && (own || is_among(self.view, before, &given::PERSONS))
    }

    /// Whether a word may be a particle of a name.
    fn is_particle(&self, index: usize) -> bool {
        self.is_own_particle(index) || is_among(self.view, index, &EUROPEAN)
    }

    /// Whether a word is a particle of names and nothing else in any language.
    fn is_own_particle(&self, index: usize) -> bool {
        let tied = || index + 1 < self.view.all().len() && is_tight_hyphen(self.view, index + 1);
        is_among(self.view, index, &PATRONYMIC) || is_among(self.view, index, &ARTICLES) && tied()
    }

    /// Whether nothing but a space or a hyphen lies before the word at `index`.
    fn is_close(&self, index: usize) -> bool {
        joins(self.view, index) || is_tight_hyphen(self.view, index)
    }

    /// Whether the word at `index` goes on with a name: it has a capital, and is no acronym.
    fn is_name_behind(&self, index: usize) -> bool {
        let shape = self.view.all()[index].shape;
        self.is_close(index) && shape.any(Shape::CAPITALISED) && shape.any(Shape::LOWER)
    }

    /// `Smith & Wesson`, `Johnson & Johnson`: the other is nobody who is named here, and no given name or ordinary word.
    fn is_of_partners(&self, first: usize, last: usize) -> bool {
        let words = self.view.all();
        // Written `&` or as a reference.
        let is_and = |at: usize| {
            words[at].key == WordKey::of(b"and")
                && !self.view.word(at).eq_ignore_ascii_case("and")
                && joins(self.view, at)
        };
        let is_partner = |at: usize, own: usize| {
            let other = words[at].key != words[own].key;
            let unknown = || {
                is_unknown_name(self.view, at)
                    && !derive::is_designator(self.view.words, &words[at])
                    && !is_among(self.view, at, &given::PERSONS)
                    && !self.names.begin_with(self.view.words, &words[at])
            };
            words[at].shape.any(Shape::CAPITALISED)
                && ![own, at].iter().any(|&at| words[at].gap.any(Gap::LINE))
                && (!other || unknown())
        };
        first > 1 && is_and(first - 1) && joins(self.view, first) && is_partner(first - 2, first)
            || last + 2 < words.len() && is_and(last + 1) && joins(self.view, last + 2) && is_partner(last + 2, last)
    }

    /// `in Clinton, Mississippi,`: a place is named behind the comma, and nothing goes on there.
    fn is_in_a_state(&self, first: usize, last: usize) -> bool {
        let words = self.view.all();
        let next = last + 1;
        let behind = |at: usize| joins(self.view, first) && is_among(self.view, at, &BEFORE_TOWNS);
        if !words.get(next).is_some_and(|next| next.gap.is_comma_only())
            || !first.checked_sub(1).is_some_and(behind)
            || !self.is_place(next)
        {
            return false;
        }
        let end = self.found_from(next).map(|one| one.last as usize).max().unwrap_or(next);
        let ends = Gap::COMMA | Gap::PERIOD | Gap::STOP | Gap::MARK | Gap::PARAGRAPH;
        words.get(end + 1).is_none_or(|behind| behind.gap.any(ends))
    }

    /// A given name that is a place's (`in Virginia`), where the words beside tell one.
    fn is_in_a_place(&self, first: usize, last: usize) -> bool {
        Beside::of(self.view, first, last) == Beside::Place
            && (is_among(self.view, first, &given::PLACES) || self.is_place(first))
    }

    /// `Harrison Ford`, `Mr. Ford`, `Queen Victoria`, `Lake Victoria`.
    fn is_behind_a_given_name(&self, short: &ShortName, first: usize) -> bool {
        let before = first.checked_sub(1).filter(|_| joins(self.view, first));
        let before = before.filter(|&at| self.view.all()[at].shape.any(Shape::CAPITALISED));
        let nature = short.rule == Rule::BeforeComma;
        before.is_some_and(|at| {
            is_among(self.view, at, &given::PERSONS)
                || is_among(self.view, at, &OFFICES)
                || nature && is_among(self.view, at, &OF_NATURE)
        }) || is_addressed(self.view, first)
    }
}

/// Whether a hyphen without spaces lies before the word at `index`.
fn is_tight_hyphen(view: View<'_>, index: usize) -> bool {
    let gap = view.all()[index].gap;
    gap.any(Gap::HYPHEN) && gap.is_tight()
}
