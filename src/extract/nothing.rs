//! What weighs against every candidate of a mention (rule L1): the text may mean an ordinary word, or belong to a longer
//! name that no gazetteer has.
//!
//! The weights are odds against the best candidate's own weight, set by judgement: the commoner the word and the less
//! its capitals tell, the more.
//!
//! Must not know: what the rest of the document says.

use super::{
    beside::{Beside, is_addressed},
    found::Found,
    given,
    neighbour::{is_name, is_name_like},
    place::{Capitals, capitals, is_among, is_headline, is_short_title, is_shouting, joins},
    scene::Scene,
};
use crate::{
    gazetteer::{
        Rule,
        derive::{self, Kind},
    },
    index::Form,
    text::{ARTICLES, Gap, Ordinary, Shape, View, WordKey, WordSet},
};

/// What weighs against a person of one name beside another capitalised word, and against a derived name before one.
const LONGER_NAME: f64 = 2.0;

/// How many places before a word may reach to it and are looked at.
const COVERED: usize = 32;

/// Articles of many languages that names begin with, folded and sorted.
static LEADING: WordSet<64> = WordSet::new(&[
    "a", "an", "as", "az", "das", "de", "der", "die", "el", "gli", "het", "i", "il", "l", "la", "las", "le", "les",
    "lo", "los", "o", "os", "the", "η", "ο", "οι", "τα", "το",
]);

/// What stands before `us` on every page, folded and sorted: `CONTACT US`.
static ASKING: WordSet<32> = WordSet::new(&[
    "about", "ask", "call", "contact", "email", "follow", "help", "join", "like", "support", "tell", "text", "visit",
    "write",
]);

/// Parts of a place that its name has before it, folded and sorted: `West Texas`.
static DIRECTIONS: WordSet<32> = WordSet::new(&[
    "central", "east", "eastern", "greater", "inner", "lower", "north", "northern", "outer", "south", "southern",
    "upper", "west", "western",
]);

/// What stands before the given name in the name of a place, folded and sorted.
static SAINTS: WordSet<16> = WordSet::new(&["saint", "san", "santa", "santo", "sao", "st", "ste"]);

/// Months as they are abbreviated, folded and sorted.
static MONTHS: WordSet<32> =
    WordSet::new(&["apr", "aug", "dec", "feb", "jan", "jul", "jun", "mar", "nov", "oct", "sep", "sept"]);

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
        is_english: impl FnMut() -> bool,
    ) -> Self {
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
        // What is no name there, whatever its capitals.
        let no_name = one_word && (is_asked_for(view, first) || is_of_a_date(view, first));
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
        if ordinary > Ordinary::No && !glued && !options.disabled_rules.has(Rule::OrdinaryWord) {
            let last = found.last as usize;
            // `OIL PRICES SET TO RISE`: of capitals around, too few are longer words for a headline.
            let shouted = || {
                view.all()[last].shape.all_capitals() && (is_shouting(view, first, last) || is_short_title(view, last))
            };
            let told = if no_name || shouted() { Capitals::Nothing } else { capitals(view, last) };
            odds.ordinary_word = ordinary_weight(ordinary, told, short);
        }
        if short || glued || options.disabled_rules.has(Rule::LongerName) {
            return odds;
        }
        let natures = candidates.map(|one| sources[one.source as usize].segment.nature_of(one.entity));
        // Two words or more ask for a longer name only where a rule made them.
        let longer = derived && is_before_a_name(view, found, true)
            || one_word && is_in_a_longer_name(scene, found, natures, is_english);
        if longer {
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

/// Whether the words beside a place of one word make it a part of a longer name; `natures` are those of its candidates.
#[inline]
fn is_in_a_longer_name(
    scene: &Scene<'_>,
    found: &Found,
    natures: impl Iterator<Item = Kind> + Clone,
    is_english: impl FnMut() -> bool,
) -> bool {
    let (view, first) = (scene.view, found.first as usize);
    let all = |kind: Kind| natures.clone().all(|nature| nature == kind);
    let before = first.checked_sub(1).filter(|_| joins(view, first));
    if all(Kind::Person) {
        return is_before_a_name(view, found, false) || before.is_some_and(|before| is_name_like(view, before));
    }
    let before = before.filter(|&before| is_capitalised(view, before));
    let (places, organizations) = (all(Kind::Place), all(Kind::Organization));
    if !(places || organizations) {
        return false;
    }
    is_addressed(view, first)
        || !is_headline(view, first)
            && (organizations && before.is_some_and(|before| is_given_name(scene, before))
                || places && (is_given_before_surname(scene, first) || is_behind_a_name(scene, before, is_english)))
}

fn is_capitalised(view: View<'_>, index: usize) -> bool {
    view.all()[index].shape.any(Shape::CAPITALISED)
}

/// Whether a capitalised word is a given name, and none of a place: `Gerald Ford`, but `San Antonio Toyota`.
fn is_given_name(scene: &Scene<'_>, index: usize) -> bool {
    let view = scene.view;
    let of_place = index > 0 && joins(view, index) && is_among(view, index - 1, &SAINTS);
    is_among(view, index, &given::PERSONS) && !of_place && !is_found(scene, index)
}

/// Whether a place is the given name of a person that is named there: `Chad Kroeger`. Not `In Georgia Meloni spoke`, where
/// a comma was left out, nor `the Norman Transcript`; and in another language any noun may have a capital.
fn is_given_before_surname(scene: &Scene<'_>, first: usize) -> bool {
    let view = scene.view;
    let next = first + 1;
    if next >= view.all().len() || !joins(view, next) || !is_capitalised(view, next) {
        return false;
    }
    let article = || first > 0 && joins(view, first) && is_among(view, first - 1, &ARTICLES);
    let given = is_among(view, first, &given::PLACES) || is_among(view, first, &given::PERSONS) && !article();
    given
        && Beside::of(view, first, first) != Beside::Place
        && !scene.language.is_known_other()
        && is_name(view, next, Ordinary::Known)
        && !is_found(scene, next)
}

/// Whether a capitalised word before a place is a name that is not known: `Denzel Washington`, but `West Texas`. Only in
/// English text are there no other such words.
fn is_behind_a_name(scene: &Scene<'_>, before: Option<usize>, mut is_english: impl FnMut() -> bool) -> bool {
    before.is_some_and(|before| {
        !is_among(scene.view, before, &DIRECTIONS)
            && is_name(scene.view, before, Ordinary::No)
            && !is_found(scene, before)
            && is_english()
    })
}

/// Whether the word at `index` is a month beside the number of a day or year: `TO DEC 31`.
fn is_of_a_date(view: View<'_>, index: usize) -> bool {
    let words = view.all();
    let number = |at: usize| view.word(at).parse::<u16>().ok();
    let (day, year) = (1..=31, 1900..=2099);
    // `Dec. 31`
    let follows = |next: &usize| {
        *next < words.len() && !words[*next].gap.any(Gap::PARAGRAPH | Gap::STOP | Gap::COMMA | Gap::MARK)
    };
    let behind = Some(index + 1).filter(follows).and_then(number);
    let before = index.checked_sub(1).filter(|_| joins(view, index)).and_then(number);
    is_among(view, index, &MONTHS)
        && (behind.is_some_and(|number| day.contains(&number) || year.contains(&number))
            || before.is_some_and(|number| day.contains(&number)))
}

/// Whether a capitalised word that is like a part of a name follows on the place; where `derived`, no designator.
fn is_before_a_name(view: View<'_>, found: &Found, derived: bool) -> bool {
    let next = found.last as usize + 1;
    let words = view.all();
    next < words.len()
        && joins(view, next)
        && is_name_like(view, next)
        && !(derived && derive::is_designator(view.words, &words[next]))
}

/// Whether a name begins or ends with the word at `index` that is no given name of a person. Looks at a bounded number of
/// places.
fn is_found(scene: &Scene<'_>, index: usize) -> bool {
    let found = scene.found;
    let is_person = |one: &Found| scene.sources[one.source as usize].segment.nature_of(one.entity) == Kind::Person;
    let index = index as u32;
    // A person's name of several words has its given name.
    let is_whole = |one: &Found| one.first < one.last && one.last == index;
    let here = |one: &Found| (one.first == index || one.last == index) && !one.short;
    let mut end = found.partition_point(|one| one.first <= index);
    for _ in 0..COVERED {
        let Some(place) = end.checked_sub(1).map(|last| found[last].place()) else { break };
        let start = found[..end].partition_point(|one| one.place() < place);
        if found[start..end].iter().any(|one| here(one) && (is_whole(one) || !is_person(one))) {
            return true;
        }
        end = start;
    }
    false
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
