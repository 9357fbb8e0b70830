//! Whether the words beside a place make it a part of a longer name that no gazetteer has (rule L1, `longer-name`).
//!
//! Looks at a bounded number of words around; of the rest of the document, at what was found and at surnames.
//!
//! Must not know: weights, scores.

use hashbrown::HashMap;

use super::{
    beside::{Beside, is_addressed, is_said_to_speak, is_titled},
    found::Found,
    given,
    neighbour::{is_name, is_name_like, is_of_another_generation},
    place::{begins_sentence, ends_with_given_name, is_among, is_headline, joins, joins_capitalised},
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

/// How many words a company's name has behind the place that it begins with, at the most.
const COMPANY: usize = 3;

/// What the names of companies end in and no other words are, folded and sorted.
static COMPANIES: WordSet<32> =
    WordSet::new(&["bancorp", "co", "company", "corp", "corporation", "gmbh", "inc", "llc", "ltd", "plc"]);

/// What is called by its place, folded and sorted.
static CALLED: WordSet<32> =
    WordSet::new(&["ave", "avenue", "blvd", "boulevard", "college", "lane", "rd", "road", "street", "university"]);

/// How many names are looked at that begin where one does.
const MAX_HERE: usize = 256;

/// Parts of a place that its name has before it and that are no ordinary words, folded and sorted: `West Texas`.
static DIRECTIONS: WordSet<32> = WordSet::new(&["north", "south", "west"]);

/// What stands before the given name in the name of a place, folded and sorted.
static SAINTS: WordSet<16> = WordSet::new(&["saint", "san", "santa", "santo", "sao", "st", "ste"]);

/// Whether the words beside a place make it a part of a longer name, whoever of `candidates` has it. `derived` are those that
/// a rule made.
#[inline]
pub(super) fn is_in_a_longer_name<'f>(
    scene: &Scene<'_>,
    candidates: impl Iterator<Item = &'f Found> + Clone,
    derived: bool,
) -> bool {
    let &Scene { view, sources, .. } = scene;
    let Some(found) = candidates.clone().next() else { return false };
    let one_word = found.first == found.last;
    let natures = candidates.clone().map(|one| sources[one.source as usize].segment.nature_of(one.entity));
    // Two words or more ask for a longer name only where a rule made them.
    derived && is_before_a_name(view, found, true)
        || one_word && is_one_word_of_it(scene, found, natures.clone())
        // What the text says is asked before what entities are, which takes longer to find.
        || is_before_a_capital(view, found) && candidates.clone().all(|one| is_another_generation(scene, one))
        || !one_word
            && is_behind_a_modifier(scene, found.first as usize)
            && natures.clone().all(|nature| nature == Kind::Organization)
}

/// Whether the words beside a place of one word make it a part of a longer name; `natures` are those of its candidates.
#[inline]
fn is_one_word_of_it(scene: &Scene<'_>, found: &Found, natures: impl Iterator<Item = Kind> + Clone) -> bool {
    let (view, first) = (scene.view, found.first as usize);
    let all = |kind: Kind| natures.clone().all(|nature| nature == kind);
    let before = first.checked_sub(1).filter(|_| joins(view, first));
    if all(Kind::Person) {
        return is_before_a_name(view, found, false) && !is_office_of(scene, found)
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

/// Whether the gazetteer names an office, in small letters, and who holds it follows: `General Trujillo`.
fn is_office_of(scene: &Scene<'_>, found: &Found) -> bool {
    let view = scene.view;
    let segment = scene.sources[found.source as usize].segment;
    derive::is_title(view.words, &view.all()[found.first as usize])
        && is_name(view, found.last as usize + 1, Ordinary::No)
        && segment.preferred_name(found.entity).starts_with(char::is_lowercase)
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
            && !scene.is_found(before)
    })
}

/// Whether a place of one word has the ending of a plural, without an apostrophe: `Chiles`.
fn is_like_a_plural(view: View<'_>, found: &Found) -> bool {
    let next = view.all().get(found.last as usize + 1);
    let apostrophe = next.is_some_and(|next| next.gap.any(Gap::APOSTROPHE) && next.key == WordKey::of(b"s"));
    found.forms.has(Form::Possessive) && !apostrophe
}

/// Whether a place is a part of the name of a company, where few words with a capital follow up to its designator: `Texas
/// Air Corp`; or of a university or a street: `Oxford University`, `Paris Road`.
#[inline(never)]
fn begins_a_company(scene: &Scene<'_>, first: usize) -> bool {
    let view = scene.view;
    let words = view.all();
    let behind = (first + 1..=first + COMPANY).take_while(|&at| joins_capitalised(view, at));
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

/// Whether the letter at `index` is an initial behind a given name: `Paul E. Lego`.
fn is_initial(scene: &Scene<'_>, index: usize) -> bool {
    let view = scene.view;
    let before = index.checked_sub(1).filter(|_| joins(view, index));
    view.all()[index].shape.any(Shape::LETTER) && before.is_some_and(|before| is_given_name(scene, before))
}

/// Whether a capitalised word is a given name, and none of a place: `Gerald Ford`, but `San Antonio Toyota`.
fn is_given_name(scene: &Scene<'_>, index: usize) -> bool {
    let view = scene.view;
    let apart = Gap::PARAGRAPH | Gap::COMMA | Gap::MARK;
    let of_place = index > 0 && !view.all()[index].gap.any(apart) && is_among(view, index - 1, &SAINTS);
    is_among(view, index, &given::PERSONS) && !of_place && !scene.is_found(index)
}

/// Whether a place is the given name of a person that is named there: `Chad Kroeger`. Not `In Georgia Meloni spoke`, where
/// a comma was left out, nor `the Norman Transcript`; and in another language any noun may have a capital.
fn is_given_before_surname(scene: &Scene<'_>, first: usize) -> bool {
    let view = scene.view;
    let next = first + 1;
    if !joins_capitalised(view, next) {
        return false;
    }
    let article = || first > 0 && joins(view, first) && is_among(view, first - 1, &ARTICLES);
    let given = is_among(view, first, &given::PLACES) || is_among(view, first, &given::PERSONS) && !article();
    given
        && Beside::of(view, first, first) != Beside::Place
        && !scene.language.is_known_other()
        && is_name(view, next, Ordinary::Known)
        && !scene.is_found(next)
}

/// Whether a capitalised word before a place is a name that is not known: `Denzel Washington`, but `West Texas`. Only in
/// English text are there no other such words.
fn is_behind_a_name(scene: &Scene<'_>, before: Option<usize>) -> bool {
    before.is_some_and(|before| {
        !is_among(scene.view, before, &DIRECTIONS)
            && is_name(scene.view, before, Ordinary::No)
            && !scene.is_found(before)
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
        && !(found.rule == Some(Rule::Reversed) && ends_with_given_name(view, found.last as usize))
}
