//! What weighs against every candidate of a mention (rule L1): the text may mean an ordinary word, or belong to a longer
//! name that no gazetteer has.
//!
//! The weights are odds against the best candidate's own weight, set by judgement: the commoner the word and the less
//! its capitals tell, the more. Of the rest of the document it asks for acronyms that are introduced.
//!
//! Must not know: what other mentions mean.

use super::{
    found::Found,
    longer_name::is_in_a_longer_name,
    no_name::{is_cited, is_no_name},
    place::{Capitals, capitals, is_among, is_short_title, is_shouting},
    scene::{COVERED, Scene},
};
use crate::{
    gazetteer::Rule,
    index::Form,
    text::{Ordinary, Shape, View, WordSet},
};

/// What weighs against a person of one name beside another capitalised word, and against a derived name before one.
const LONGER_NAME: f64 = 2.0;

/// What weighs against an acronym that the document introduces for another name.
const INTRODUCED: f64 = 4.0;

/// How many names are looked at among the words that an acronym is introduced for.
const MAX_HERE: usize = 256;

/// Articles of many languages that names begin with, folded and sorted.
static LEADING: WordSet<64> = WordSet::new(&[
    "a", "an", "as", "az", "das", "de", "der", "die", "el", "gli", "het", "i", "il", "l", "la", "las", "le", "les",
    "lo", "los", "o", "os", "the", "η", "ο", "οι", "τα", "το",
]);

/// The weight of no entity, by the rules that give it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Nothing {
    pub(super) ordinary_word: f64,
    pub(super) longer_name: f64,
    pub(super) introduced: f64,
}

/// The odds of no entity against the best candidate of a place.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Odds {
    ordinary_word: f64,
    longer_name: f64,
    introduced: f64,
}

impl Odds {
    /// The odds at the place of these candidates.
    #[inline]
    pub(super) fn at<'f>(scene: &Scene<'_>, candidates: impl Iterator<Item = &'f Found> + Clone) -> Self {
        let &Scene { view, sources, options, .. } = scene;
        let Some(found) = candidates.clone().next() else { return Self::default() };
        let first = found.first as usize;
        let mut odds = Self::default();
        let (mut ordinary, mut derived, mut glued, mut short) = (found.ordinary, true, true, false);
        // Not where one has small letters itself.
        let mut small_letters_tell = true;
        for one in candidates.clone() {
            ordinary = ordinary.min(one.ordinary);
            small_letters_tell &= one.forms.has(Form::Case) && !one.any_case;
            derived &= one.forms.has(Form::Derived);
            glued &= one.forms.has(Form::Seam);
            short |= one.short;
        }
        // `Mỹ` is no `my`: ordinary words of English have no marks.
        let one_word = first == found.last as usize;
        let name = |one: &Found| sources[one.source as usize].segment.name(one.name);
        let marked = |one: &Found| !one.forms.has(Form::Diacritics) && !name(one).text().is_ascii();
        if ordinary > Ordinary::No
            && one_word
            && !view.slice(first, found.span).is_ascii()
            && candidates.clone().any(marked)
        {
            ordinary = Ordinary::No;
        }
        let asks = !glued && !options.disabled_rules.has(Rule::OrdinaryWord);
        // What is no name there, whatever its capitals.
        let is_none = || match one_word {
            true => is_no_name(view, first, found.span, |at| scene.is_found(at)),
            false => is_cited(view, first, found.last as usize),
        };
        let no_name = asks && !candidates.clone().any(|one| one.any_case) && is_none();
        if no_name {
            ordinary = Ordinary::Function;
        }
        if small_letters_tell && is_small_with_article(view, found) {
            ordinary = Ordinary::Common;
        }
        // The ordinary words of other languages are not known: any may be one.
        let foreign = || scene.language.is_known_other();
        if small_letters_tell && one_word && foreign() {
            ordinary = ordinary.max(Ordinary::Known);
        }
        // `V Brně`: most of them have words of one letter.
        let shape = view.all()[first].shape;
        let letter = shape.any(Shape::LETTER) && shape.any(Shape::CAPITALISED) && !shape.any(Shape::DOTTED);
        if letter && one_word && foreign() {
            ordinary = Ordinary::Function;
        }
        if ordinary > Ordinary::No && asks {
            let last = found.last as usize;
            // `OIL PRICES SET TO RISE`: of capitals around, too few are longer words for a headline.
            let shouted = || {
                view.all()[last].shape.all_capitals() && (is_shouting(view, first, last) || is_short_title(view, last))
            };
            let told = if no_name || shouted() { Capitals::Nothing } else { capitals(view, last) };
            odds.ordinary_word = ordinary_weight(ordinary, told, short);
        }
        if !short && one_word && is_introduced_otherwise(scene, candidates.clone()) {
            odds.introduced = INTRODUCED;
        }
        if short || glued || options.disabled_rules.has(Rule::LongerName) {
            return odds;
        }
        if is_in_a_longer_name(scene, candidates, derived) {
            odds.longer_name = LONGER_NAME;
        }
        odds
    }

    /// Whether nothing speaks for no entity.
    pub(super) fn are_none(self) -> bool {
        self == Self::default()
    }

    /// What weighs for no entity where the best candidate has that weight by itself.
    pub(super) fn against(self, best: f64) -> Nothing {
        let Self { ordinary_word, longer_name, introduced } = self;
        Nothing { ordinary_word: best * ordinary_word, longer_name: best * longer_name, introduced: best * introduced }
    }
}

impl Nothing {
    /// All of it.
    pub(super) fn weight(self) -> f64 {
        self.ordinary_word + self.longer_name + self.introduced
    }

    /// Each part that weighs something, with its rule and a sentence.
    pub(super) fn parts(self) -> impl Iterator<Item = (Rule, f64, &'static str)> {
        [
            (Rule::OrdinaryWord, self.ordinary_word, "an ordinary word may be spelled alike"),
            (Rule::LongerName, self.longer_name, "the capitalised word beside it may belong to a longer name"),
            (Rule::Introduced, self.introduced, "the document introduces the acronym for another name"),
        ]
        .into_iter()
        .filter(|(_, weight, _)| *weight > 0.0)
    }
}

/// Whether the document introduces an acronym, as in `Interstate Commerce Commission (ICC)`, for what is none of these
/// entities, in a language where their names would be known.
#[inline(never)]
fn is_introduced_otherwise<'f>(scene: &Scene<'_>, mut candidates: impl Iterator<Item = &'f Found> + Clone) -> bool {
    let first = candidates.clone().next().map_or(0, |found| found.first as usize);
    if scene.options.disabled_rules.has(Rule::Introduced) {
        return false;
    }
    let Some(introduced) = scene.introduced(first) else { return false };
    // A name that goes farther begins before.
    let (first, end) = (introduced.first as u32, introduced.last as u32);
    let begin = first.saturating_sub(COVERED);
    let from = scene.found.partition_point(|one| one.first < begin);
    let here = scene.found[from..].iter().take(MAX_HERE).take_while(|one| one.first <= end);
    let is_named = |one: &Found| here.clone().any(|named| named.key() == one.key() && named.last >= first);
    let name = |one: &Found| scene.sources[one.source as usize].segment.preferred_name(one.entity);
    candidates.all(|one| introduced.is_of_another(name(one)) && !is_named(one))
}

/// Whether the text has an article and one word in small letters where the name has capitals: `the police`, `le monde`.
fn is_small_with_article(view: View<'_>, found: &Found) -> bool {
    let (first, last) = (found.first as usize, found.last as usize);
    let small = !view.all()[last].shape.any(Shape::UPPER) && view.all()[last].shape.any(Shape::LOWER);
    last == first + 1 && small && is_among(view, first, &LEADING)
}

/// The odds that an ordinary word is meant rather than a name.
fn ordinary_weight(ordinary: Ordinary, capitals: Capitals, short: bool) -> f64 {
    match (ordinary, capitals) {
        (Ordinary::No, _) => 0.0,
        (Ordinary::Function, Capitals::Small) => 9.0,
        (Ordinary::Common, Capitals::Small) => 5.0,
        (Ordinary::Known, Capitals::Small) => 1.2,
        (Ordinary::Known, _) => 0.0,
        // A short name asks for its capital and for the name in full.
        (_, _) if short => 0.1,
        (Ordinary::Function, Capitals::Nothing) => 2.0,
        (Ordinary::Common, Capitals::Nothing) => 0.6,
        (Ordinary::Function, Capitals::Telling) => 0.4,
        (Ordinary::Common, Capitals::Telling) => 0.1,
    }
}
