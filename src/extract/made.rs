//! The short names that rules make of the names of entities (rule L2), remembered from one document to the next.
//!
//! Documents name the same entities again and again. A table of bounded size keeps what was made of each name; one that
//! shares its slot takes its place. What is not there is made again, so that the table never changes what is found.
//!
//! Must not know: documents, options, where short names stand.

use std::sync::Arc;

use crate::{
    gazetteer::{
        Rule,
        derive::{self, Kind},
    },
    index::{EntityId, NameId, Segment},
    text::{Ordinary, Word, WordKey, Words, composed, fold, ordinary},
};

/// How many names are remembered.
const SLOTS: usize = 2048;
/// The most words of a short name, and the most given names that may stand before one.
const MAX_WORDS: usize = 16;
const MAX_GIVEN: usize = 8;
/// The most words of two names whose words are compared.
const MAX_COMPARED: usize = 128;

/// The longest name that is remembered, in bytes: what is made of one takes many times as much.
const LONGEST: usize = 128;

/// A short name, whomever it names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Made {
    /// Its folded words with their keys; at least one.
    pub(super) words: Vec<(WordKey, Box<[u8]>)>,
    /// As it is written.
    pub(super) written: String,
    /// The rule that made it.
    pub(super) rule: Rule,
    pub(super) ordinary: Ordinary,
    pub(super) nature: Kind,
    /// It is the beginning of the name in full.
    pub(super) leads: bool,
    /// For a surname, the folded given names.
    pub(super) given: Vec<Box<[u8]>>,
    /// It is one word, without the marks that tie it in the name: `OConnor` of `O'Connor`.
    pub(super) joined: bool,
}

impl Made {
    pub(super) fn is_person(&self) -> bool {
        self.nature == Kind::Person
    }
}

/// What short names are made of: the preferred name of an entity of a segment, or another name of it.
type Origin = (u64, EntityId, Option<NameId>);

/// Makes short names, and remembers them.
#[derive(Debug, Default)]
pub(super) struct Maker {
    slots: Vec<Option<(Origin, Arc<[Made]>)>>,
    words: Words,
}

impl Maker {
    /// The short names made of the preferred name of an entity.
    pub(super) fn of_preferred(&mut self, segment: &Segment, entity: EntityId) -> Arc<[Made]> {
        let name = segment.preferred_name(entity);
        self.remember((segment.number(), entity, None), name, |maker| maker.make(segment.nature_of(entity), name))
    }

    /// The short names made of another name of an entity, which are none where it has nothing to do with the preferred
    /// name, nor for a football club, whose other names mostly begin with a place.
    pub(super) fn of_other(&mut self, segment: &Segment, entity: EntityId, name: NameId) -> Arc<[Made]> {
        let other = segment.name(name).text();
        self.remember((segment.number(), entity, Some(name)), other, |maker| {
            let preferred = segment.preferred_name(entity);
            // Whether they share a word is asked last, since it takes the longest.
            let counts = other != preferred
                && !derive::is_club(preferred)
                && derive::has_parts(other)
                && (other_script(other, preferred) || maker.share_a_word(other, preferred));
            if counts { maker.make(segment.nature_of(entity), other) } else { Vec::new() }
        })
    }

    /// The short name that a document gives a name in full.
    pub(super) fn introduced(&mut self, written: &str) -> Option<Made> {
        self.short(Kind::Other, written.to_owned(), Rule::Introduced, false, Vec::new())
    }

    fn remember(&mut self, origin: Origin, name: &str, make: impl FnOnce(&mut Self) -> Vec<Made>) -> Arc<[Made]> {
        if name.len() > LONGEST {
            return make(self).into();
        }
        self.slots.resize_with(SLOTS, || None);
        let slot = slot(origin);
        if let Some((of, made)) = &self.slots[slot]
            && *of == origin
        {
            return made.clone();
        }
        let made: Arc<[Made]> = make(self).into();
        self.slots[slot] = Some((origin, made.clone()));
        made
    }

    fn make(&mut self, nature: Kind, text: &str) -> Vec<Made> {
        if !derive::has_parts(text) {
            return Vec::new();
        }
        // Rules leave out the article, and give composed letters.
        let (plain, usual) = (composed(text), derive::usual_name(nature, text));
        let begins = |with: &str| {
            [&plain, &usual].into_iter().any(|name| name.strip_prefix("The ").unwrap_or(name).starts_with(with))
        };
        let shorts = derive::short_names(nature, text).into_iter().filter_map(|derived| {
            let given = if derived.rule == Rule::Surname { derive::given_names(text) } else { Vec::new() };
            let leads = begins(&derived.text);
            self.short(nature, derived.text, derived.rule, leads, given)
        });
        shorts.flat_map(|short| [joined(&short), Some(short)]).flatten().collect()
    }

    fn short(&mut self, nature: Kind, written: String, rule: Rule, leads: bool, given: Vec<String>) -> Option<Made> {
        self.words.clear();
        self.words.read(&written);
        let folded = |word: &Word| Box::<[u8]>::from(self.words.folded(word, &mut [0; 8]));
        let words: Vec<_> = self.words.all().iter().map(|word| (word.key, folded(word))).collect();
        let ordinary = match &*words {
            [(_, one)] if written.contains(char::is_lowercase) => {
                std::str::from_utf8(one).map_or(Ordinary::No, ordinary)
            }
            _ => Ordinary::No,
        };
        // A function word stands for a person where a title says so, and for nothing else.
        if words.is_empty() || words.len() > MAX_WORDS || ordinary == Ordinary::Function && nature != Kind::Person {
            return None;
        }
        let given = given.iter().take(MAX_GIVEN).map(|given| folded_word(given)).collect();
        Some(Made { words, written, rule, ordinary, nature, leads, given, joined: false })
    }

    /// Whether two names have a word in common; no where they are of very many words.
    fn share_a_word(&mut self, one: &str, other: &str) -> bool {
        self.words.clear();
        let border = self.words.read(one);
        self.words.read(other);
        let (of_one, of_other) = self.words.all().split_at(border);
        let same = |a: &Word, b: &Word| a.key == b.key && self.words.long(a) == self.words.long(b);
        self.words.all().len() <= MAX_COMPARED && of_one.iter().any(|a| of_other.iter().any(|b| same(a, b)))
    }
}

/// A short name of several words that marks tie, as one word.
fn joined(short: &Made) -> Option<Made> {
    if short.words.len() < 2 || short.written.contains(char::is_whitespace) || !short.is_person() {
        return None;
    }
    let folded = short.words.iter().map(|(_, folded)| &**folded).collect::<Vec<_>>().concat();
    let words = vec![(WordKey::of(&folded), folded.into())];
    Some(Made { words, joined: true, ..short.clone() })
}

fn slot((segment, EntityId(entity), name): Origin) -> usize {
    let name = name.map_or(u32::MAX, |NameId(name)| name);
    let hash = (u64::from(entity) << 32 | u64::from(name)).wrapping_add(segment).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (hash >> 32) as usize % SLOTS
}

/// Whether two names are of different scripts, as their first letters show, so that equal words would not be equal
/// letters.
fn other_script(one: &str, other: &str) -> bool {
    let block = |text: &str| match text.chars().find(|c| c.is_alphabetic()).map(u32::from) {
        None | Some(..0x370) => 0,
        Some(0x370..0x400 | 0x1F00..0x2000) => 1,
        Some(0x400..0x530) => 2,
        Some(0x3040..0x3100) => 3,
        Some(0x3400..0xA000) => 4,
        Some(0xAC00..0xD7B0) => 5,
        Some(letter) => 6 + (letter >> 8),
    };
    block(one) != block(other)
}

fn folded_word(text: &str) -> Box<[u8]> {
    let mut folded = Vec::new();
    fold(text, &mut folded);
    folded.into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        gazetteer::{Alias, Entity},
        index::Compiler,
    };

    fn segment(name: &str, other: &str) -> Segment {
        let mut compiler = Compiler::default();
        let aliases = vec![Alias::plain(other)];
        compiler.add(&Entity {
            id: "1".into(),
            name: name.into(),
            kind: "person".into(),
            aliases,
            ..Entity::default()
        });
        compiler.finish().unwrap()
    }

    fn written(made: &[Made]) -> Vec<&str> {
        made.iter().map(|one| &*one.written).collect()
    }

    #[test]
    fn what_is_remembered_is_what_was_made_of_that_name() {
        let (one, other) = (segment("Angela Merkel", "Angela Kasner"), segment("Joe Biden", "The President"));
        let named = |segment: &Segment, text: &str| {
            let names = segment.names().position(|name| name.text() == text);
            NameId(names.unwrap() as u32)
        };
        let mut maker = Maker::default();
        let first = maker.of_preferred(&one, EntityId(0));
        assert_eq!(written(&first), ["Angela", "Merkel"]);
        assert!(Arc::ptr_eq(&first, &maker.of_preferred(&one, EntityId(0))));
        assert_eq!(written(&maker.of_preferred(&other, EntityId(0))), ["Biden", "Joe"]);
        assert_eq!(written(&maker.of_other(&one, EntityId(0), named(&one, "Angela Kasner"))), ["Angela", "Kasner"]);
        // It has no word in common with the preferred name.
        assert!(maker.of_other(&other, EntityId(0), named(&other, "The President")).is_empty());
        assert_eq!(written(&maker.of_preferred(&one, EntityId(0))), ["Angela", "Merkel"]);
    }

    #[test]
    fn long_names_are_made_again_so_that_what_is_remembered_is_small() {
        for (middle, remembered) in [(LONGEST - 14, true), (LONGEST - 13, false), (4000, false)] {
            let long = segment(&format!("Angela {} Merkel", "b".repeat(middle)), "Angela");
            let mut maker = Maker::default();
            let first = maker.of_preferred(&long, EntityId(0));
            assert!(!first.is_empty());
            assert_eq!(Arc::ptr_eq(&first, &maker.of_preferred(&long, EntityId(0))), remembered, "{middle}");
            assert_eq!(first, maker.of_preferred(&long, EntityId(0)));
        }
    }
}
