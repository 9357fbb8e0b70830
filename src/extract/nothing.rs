//! What weighs against every candidate of a mention (rule L1): the text may mean an ordinary word, or belong to a longer
//! name that no gazetteer has.
//!
//! The weights are odds against the best candidate's own weight, set by judgement: the commoner the word and the less
//! its capitals tell, the more. Of the rest of the document it asks for acronyms that are introduced and for surnames.
//!
//! Must not know: what other mentions mean.

use hashbrown::HashMap;

use super::{
    beside::{Beside, is_addressed, is_said_to_speak, is_titled},
    found::Found,
    given,
    neighbour::{is_name, is_name_like, is_of_another_generation},
    no_name::{is_cited, is_no_name},
    place::{Capitals, begins_sentence, capitals, is_among, is_headline, is_short_title, is_shouting, joins},
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

/// What weighs against an acronym that the document introduces for another name.
const INTRODUCED: f64 = 4.0;

/// How many words a company's name has behind the place that it begins with, at the most.
const COMPANY: usize = 3;

/// What the names of companies end in and no other words are, folded and sorted.
static COMPANIES: WordSet<32> =
    WordSet::new(&["bancorp", "co", "company", "corp", "corporation", "gmbh", "inc", "llc", "ltd", "plc"]);

/// What is called by its place, folded and sorted.
static CALLED: WordSet<32> = WordSet::new(&[
    "ave",
    "avenue",
    "blvd",
    "boulevard",
    "bridge",
    "college",
    "lane",
    "rd",
    "road",
    "school",
    "street",
    "turnpike",
    "university",
]);

/// How many places before a word may reach to it and are looked at.
const COVERED: usize = 32;
/// How many names are looked at among the words that an acronym is introduced for.
const MAX_HERE: usize = 256;

/// Articles of many languages that names begin with, folded and sorted.
static LEADING: WordSet<64> = WordSet::new(&[
    "a", "an", "as", "az", "das", "de", "der", "die", "el", "gli", "het", "i", "il", "l", "la", "las", "le", "les",
    "lo", "los", "o", "os", "the", "η", "ο", "οι", "τα", "το",
]);

/// Parts of a place that its name has before it and that are no ordinary words, folded and sorted: `West Texas`.
static DIRECTIONS: WordSet<32> = WordSet::new(&["north", "south", "west"]);

/// What stands before the given name in the name of a place, folded and sorted.
static SAINTS: WordSet<16> = WordSet::new(&["saint", "san", "santa", "santo", "sao", "st", "ste"]);

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
        let no_name = asks
            && (one_word || is_cited(view, first, found.last as usize))
            && !candidates.clone().any(|one| one.any_case)
            && (!one_word || is_no_name(view, first, found.span, |at| is_found(scene, at)));
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
        let natures = candidates.clone().map(|one| sources[one.source as usize].segment.nature_of(one.entity));
        // Two words or more ask for a longer name only where a rule made them.
        let longer = derived && is_before_a_name(view, found, true)
            || one_word && is_in_a_longer_name(scene, found, natures.clone())
            // What the text says is asked before what entities are, which takes longer to find.
            || is_before_a_capital(view, found) && candidates.clone().all(|one| is_another_generation(scene, one))
            || !one_word
                && is_behind_a_modifier(scene, first)
                && natures.clone().all(|nature| nature == Kind::Organization);
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

/// Whether the words beside a place of one word make it a part of a longer name; `natures` are those of its candidates.
#[inline]
fn is_in_a_longer_name(scene: &Scene<'_>, found: &Found, natures: impl Iterator<Item = Kind> + Clone) -> bool {
    let (view, first) = (scene.view, found.first as usize);
    let all = |kind: Kind| natures.clone().all(|nature| nature == kind);
    let before = first.checked_sub(1).filter(|_| joins(view, first));
    if all(Kind::Person) {
        // `General Trujillo`, where the office is what the gazetteer names.
        let segment = scene.sources[found.source as usize].segment;
        let is_office = || segment.preferred_name(found.entity).starts_with(char::is_lowercase);
        return is_before_a_name(view, found, false) && !is_office()
            || before.is_some_and(|before| is_name_like(view, before));
    }
    let before = before.filter(|&before| is_capitalised(view, before));
    let (places, organizations) = (all(Kind::Place), all(Kind::Organization));
    if !(places || organizations) {
        return false;
    }
    let begins = || is_given_before_surname(scene, first) || begins_a_company(scene, first);
    let joined = organizations
        && before.is_some_and(|before| is_given_name(scene, before) || is_initial(scene, before))
        || places && (is_behind_a_name(scene, before) || is_before_a_capital(view, found) && begins());
    is_addressed(view, first)
        || places && is_like_a_plural(view, found) && is_titled(view, first)
        || joined && !is_headline(view, first)
        || places && is_said_to_speak(view, first) && is_surname(scene, first)
}

/// Whether the name of an organisation that begins with its kind has one more word before it: `Export-Import Bank of Japan`.
#[inline(never)]
fn is_behind_a_modifier(scene: &Scene<'_>, first: usize) -> bool {
    let view = scene.view;
    let before = first.checked_sub(1).filter(|_| joins(view, first));
    before.is_some_and(|before| {
        derive::is_generic(view.words, &view.all()[first])
            && !is_headline(view, first)
            && is_name_like(view, before)
            && (!begins_sentence(view, before) || is_name(view, before, Ordinary::No))
            && !is_found(scene, before)
    })
}

/// Whether a place of one word has the ending of a plural, without an apostrophe: `Chiles`.
fn is_like_a_plural(view: View<'_>, found: &Found) -> bool {
    let next = view.all().get(found.last as usize + 1);
    let apostrophe = next.is_some_and(|next| next.gap.any(Gap::APOSTROPHE) && next.key == WordKey::of(b"s"));
    found.forms.has(Form::Possessive) && !apostrophe
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
    let (begin, end) = (introduced.first.saturating_sub(COVERED) as u32, introduced.last as u32);
    let from = scene.found.partition_point(|one| one.first < begin);
    let here = scene.found[from..].iter().take(MAX_HERE).take_while(|one| one.first <= end);
    let is_named =
        |one: &Found| here.clone().any(|named| named.key() == one.key() && named.last >= introduced.first as u32);
    let name = |one: &Found| scene.sources[one.source as usize].segment.preferred_name(one.entity);
    candidates.all(|one| introduced.is_of_another(name(one)) && !is_named(one))
}

/// Whether a place is a part of the name of a company, where few words with a capital follow up to its designator: `Texas
/// Air Corp`; or of a university or a street: `Oxford University`, `Paris Road`.
#[inline(never)]
fn begins_a_company(scene: &Scene<'_>, first: usize) -> bool {
    let view = scene.view;
    let words = view.all();
    let follows = |at: usize| at < words.len() && joins(view, at) && is_capitalised(view, at);
    let behind = (first + 1..=first + COMPANY).take_while(|&at| follows(at));
    let tied = |at: usize| words.get(at + 1).is_some_and(|next| next.gap.any(Gap::HYPHEN));
    let company = |at: usize| is_among(view, at, &COMPANIES) && !tied(at);
    let ends = |at: usize| company(at) || at == first + 1 && is_among(view, at, &CALLED);
    // The language of a document takes longer to tell.
    behind.into_iter().any(ends) && scene.is_english()
}

/// Whether what stands behind a person's name makes it a child's or a parent's, or another ruler's (`Robert Downey Sr.`), and
/// no other name of the person goes on to there (`Elizabeth II` in `Queen Elizabeth II`).
#[inline(never)]
fn is_another_generation(scene: &Scene<'_>, found: &Found) -> bool {
    let segment = scene.sources[found.source as usize].segment;
    let name = || segment.preferred_name(found.entity);
    let (first, suffix) = (found.first, found.last + 1);
    let goes_on = || {
        let from = scene.found.partition_point(|one| one.first < first);
        let here = scene.found[from..].iter().take(MAX_HERE).take_while(|one| one.first < suffix);
        here.into_iter().any(|one| one.last == suffix && one.key() == found.key())
    };
    is_of_another_generation(scene.view, found.last as usize, found.first == found.last, name)
        && segment.nature_of(found.entity) == Kind::Person
        && !goes_on()
}

/// Whether a capitalised word follows on the place.
fn is_before_a_capital(view: View<'_>, found: &Found) -> bool {
    let next = view.all().get(found.last as usize + 1);
    next.is_some_and(|next| next.shape.any(Shape::CAPITALISED))
}

fn is_capitalised(view: View<'_>, index: usize) -> bool {
    view.all()[index].shape.any(Shape::CAPITALISED)
}

/// Whether the word at `index` is a surname in the document: where it stands first, it stands behind a given name.
#[inline(never)]
fn is_surname(scene: &Scene<'_>, index: usize) -> bool {
    let view = scene.view;
    let surnames = scene.known.surnames.get_or_init(|| {
        let words = || (0..view.all().len()).filter(|&at| is_capitalised(view, at));
        let key = |at: usize| view.all()[at].key;
        let named = |&at: &usize| at > 0 && joins(view, at) && is_given_name(scene, at - 1);
        // The last comes first, so that the first remains. Few documents have one.
        let mut surnames: HashMap<_, _> = words().rev().filter(named).map(|at| (key(at), at)).collect();
        if !surnames.is_empty() {
            for at in words() {
                if surnames.get(&key(at)).is_some_and(|&named| at < named) {
                    surnames.remove(&key(at));
                }
            }
        }
        surnames
    });
    surnames.contains_key(&view.all()[index].key)
}

/// Whether the letter at `index`, behind which a period stands, is the initial of a person: `J. Ford`, but `Plan B. Ford`.
fn is_initial(scene: &Scene<'_>, index: usize) -> bool {
    let view = scene.view;
    let words = view.all();
    let behind_a_name = || {
        let before = index.checked_sub(1).filter(|&before| joins(view, index) && is_capitalised(view, before));
        before.is_none_or(|before| is_given_name(scene, before) || words[before].shape.any(Shape::LETTER))
    };
    words[index].shape.any(Shape::LETTER)
        && words[index + 1].gap.any(Gap::PERIOD)
        && behind_a_name()
        && !is_found(scene, index)
}

/// Whether a capitalised word is a given name, and none of a place: `Gerald Ford`, but `San Antonio Toyota`.
fn is_given_name(scene: &Scene<'_>, index: usize) -> bool {
    let view = scene.view;
    let apart = Gap::PARAGRAPH | Gap::COMMA | Gap::MARK;
    let of_place = index > 0 && !view.all()[index].gap.any(apart) && is_among(view, index - 1, &SAINTS);
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
fn is_behind_a_name(scene: &Scene<'_>, before: Option<usize>) -> bool {
    before.is_some_and(|before| {
        !is_among(scene.view, before, &DIRECTIONS)
            && is_name(scene.view, before, Ordinary::No)
            && !is_found(scene, before)
            && scene.is_english()
    })
}

/// Whether a capitalised word that is like a part of a name follows on the place; where `derived`, no designator.
fn is_before_a_name(view: View<'_>, found: &Found, derived: bool) -> bool {
    let next = found.last as usize + 1;
    let words = view.all();
    next < words.len()
        && joins(view, next)
        && is_name_like(view, next)
        && !(derived && derive::is_designator(view.words, &words[next]))
        // `Knuth, Donald E.`
        && !(found.rule == Some(Rule::Reversed) && words[next].shape.any(Shape::LETTER))
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
