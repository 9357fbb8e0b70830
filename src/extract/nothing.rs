//! What weighs against every candidate of a mention (rule L1): the text may mean an ordinary word, or belong to a longer
//! name that no gazetteer has.
//!
//! The weights are odds against the best candidate's own weight, set by judgement: the commoner the word and the less
//! its capitals tell, the more.
//!
//! Must not know: what the rest of the document says.

use super::{
    beside::Beside,
    found::Found,
    neighbour::is_name_like,
    place::{Capitals, capitals, is_among, is_headline, joins},
    scene::Scene,
};
use crate::{
    gazetteer::{
        Rule,
        derive::{self, Kind},
    },
    index::Form,
    text::{Gap, Ordinary, Shape, View, WordKey, WordSet},
};

/// What weighs against a person of one name beside another capitalised word, and against a derived name before one.
const LONGER_NAME: f64 = 2.0;

/// Places whose names persons bear as given names, folded and sorted: `Chad Kroeger`, but `Bavaria Munich`.
static GIVEN_NAMES: WordSet<128> = WordSet::new(&[
    "adelaide",
    "africa",
    "alexandria",
    "america",
    "asia",
    "austin",
    "bradford",
    "brooklyn",
    "camden",
    "carolina",
    "catalina",
    "chad",
    "charlotte",
    "chelsea",
    "chester",
    "cheyenne",
    "cleveland",
    "clinton",
    "dakota",
    "dallas",
    "denver",
    "devon",
    "diego",
    "florence",
    "georgia",
    "holland",
    "houston",
    "india",
    "ireland",
    "israel",
    "jackson",
    "jordan",
    "kent",
    "kenya",
    "kingston",
    "lincoln",
    "london",
    "lorraine",
    "lourdes",
    "madison",
    "marion",
    "milan",
    "milton",
    "montana",
    "orlando",
    "paris",
    "phoenix",
    "roman",
    "salvador",
    "santiago",
    "savannah",
    "sidney",
    "siena",
    "sydney",
    "troy",
    "tyrone",
    "verona",
    "victoria",
    "vienna",
    "virginia",
    "warren",
]);

/// Articles of many languages that names begin with, folded and sorted.
static LEADING: WordSet<64> = WordSet::new(&[
    "a", "an", "as", "das", "de", "der", "die", "el", "gli", "het", "i", "il", "la", "las", "le", "les", "lo", "los",
    "o", "os", "the",
]);

/// What stands before `us` on every page, folded and sorted: `CONTACT US`.
static ASKING: WordSet<32> = WordSet::new(&[
    "about", "ask", "call", "contact", "email", "follow", "help", "join", "like", "support", "tell", "text", "visit",
    "write",
]);

/// The weight of no entity, by the rules that give it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Nothing {
    pub(super) ordinary_word: f64,
    pub(super) longer_name: f64,
}

/// The odds of no entity against the best candidate of a place.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Odds {
    ordinary_word: f64,
    longer_name: f64,
}

impl Odds {
    /// The odds at the place of these candidates.
    #[inline]
    pub(super) fn at<'f>(
        scene: &Scene<'_>,
        candidates: impl Iterator<Item = &'f Found> + Clone,
        mut is_unknown: impl FnMut(usize) -> bool,
    ) -> Self {
        let &Scene { view, sources, options, .. } = scene;
        let Some(found) = candidates.clone().next() else { return Self::default() };
        let (first, glued) = (found.first as usize, found.forms.has(Form::Seam));
        let mut odds = Self::default();
        let (mut ordinary, mut derived) = (found.ordinary, true);
        // Not where one has small letters itself.
        let mut small_letters_tell = true;
        for one in candidates.clone() {
            ordinary = ordinary.min(one.ordinary);
            small_letters_tell &= one.forms.has(Form::Case) && !one.any_case;
            derived &= one.forms.has(Form::Derived);
        }
        // `Mỹ` is no `my`: ordinary words of English have no marks.
        let one_word = first == found.last as usize;
        let name = || sources[found.source as usize].segment.name(found.name);
        let marked = || !view.slice(first, found.span).is_ascii() && !name().text().is_ascii();
        if ordinary > Ordinary::No && one_word && !found.forms.has(Form::Diacritics) && marked() {
            ordinary = Ordinary::No;
        }
        let asked_for = one_word && is_asked_for(view, first);
        if asked_for {
            ordinary = Ordinary::Function;
        }
        if small_letters_tell && is_small_with_article(view, found) {
            ordinary = Ordinary::Common;
        }
        // The ordinary words of other languages are not known: any may be one.
        let foreign = || scene.language.is_known_other();
        if small_letters_tell && first == found.last as usize && foreign() {
            ordinary = ordinary.max(Ordinary::Known);
        }
        // `V Brně`: most of them have words of one letter.
        let shape = view.all()[first].shape;
        let letter = shape.any(Shape::LETTER) && shape.any(Shape::CAPITALISED) && !shape.any(Shape::DOTTED);
        let letter = letter && first == found.last as usize;
        if letter && foreign() {
            ordinary = Ordinary::Function;
        }
        if ordinary > Ordinary::No && !glued && !options.disabled_rules.has(Rule::OrdinaryWord) {
            let told = if asked_for { Capitals::Nothing } else { capitals(view, found.last as usize) };
            odds.ordinary_word = ordinary_weight(ordinary, told, found.short);
        }
        if found.short || glued || options.disabled_rules.has(Rule::LongerName) {
            return odds;
        }
        // Whether it is one word, and all of its candidates are persons, or places.
        let (mut persons, mut places) = (one_word, one_word);
        if one_word {
            for one in candidates {
                let nature = sources[one.source as usize].segment.nature_of(one.entity);
                persons &= nature == Kind::Person;
                places &= nature == Kind::Place;
            }
        }
        if persons || derived {
            let next = found.last as usize + 1;
            let designator = |next: usize| !persons && derive::is_designator(view.words, &view.all()[next]);
            let behind = next < view.all().len() && joins(view, next) && is_name_like(view, next) && !designator(next);
            let before = persons && first > 0 && joins(view, first) && is_name_like(view, first - 1);
            if behind || before {
                odds.longer_name = LONGER_NAME;
            }
        }
        if places {
            let next = first + 1;
            // `In Georgia Meloni spoke`: the comma was left out.
            let joined =
                view.all().get(next).is_some_and(|word| word.shape.any(Shape::CAPITALISED)) && joins(view, next);
            let given =
                joined && is_among(view, first, &GIVEN_NAMES) && Beside::of(view, first, first) != Beside::Place;
            let behind = given && is_name_like(view, next);
            let capital = |before: usize| view.all()[before].shape.any(Shape::CAPITALISED);
            let before = first.checked_sub(1).filter(|&before| capital(before) && joins(view, first));
            let longer = behind || before.is_some_and(&mut is_unknown);
            if longer && !is_headline(view, first) {
                odds.longer_name = LONGER_NAME;
            }
        }
        odds
    }

    /// Whether nothing speaks for no entity.
    pub(super) fn are_none(self) -> bool {
        self == Self::default()
    }

    /// What weighs for no entity where the best candidate has that weight by itself.
    pub(super) fn against(self, best: f64) -> Nothing {
        Nothing { ordinary_word: best * self.ordinary_word, longer_name: best * self.longer_name }
    }
}

impl Nothing {
    /// All of it.
    pub(super) fn weight(self) -> f64 {
        self.ordinary_word + self.longer_name
    }

    /// Each part that weighs something, with its rule and a sentence.
    pub(super) fn parts(self) -> impl Iterator<Item = (Rule, f64, &'static str)> {
        [
            (Rule::OrdinaryWord, self.ordinary_word, "an ordinary word may be spelled alike"),
            (Rule::LongerName, self.longer_name, "the capitalised word beside it may belong to a longer name"),
        ]
        .into_iter()
        .filter(|(_, weight, _)| *weight > 0.0)
    }
}

/// Whether the word at `index` is the `US` of `CONTACT US`: it stands behind what is asked of readers, all in capitals, and
/// nothing else stands on their line.
fn is_asked_for(view: View<'_>, index: usize) -> bool {
    let words = view.all();
    let word = &words[index];
    if word.key != WordKey::of(b"us") || word.shape.any(Shape::DOTTED) || !joins(view, index) {
        return false;
    }
    let before = &words[index - 1];
    let apart = Gap::LINE | Gap::PARAGRAPH | Gap::MARK;
    let begins = index == 1 || before.gap.any(apart);
    let ends = words.get(index + 1).is_none_or(|next| next.gap.any(apart));
    begins && ends && before.shape.all_capitals() && ASKING.has_word(view.words, before)
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
