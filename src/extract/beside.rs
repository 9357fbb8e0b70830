//! What the words right beside a name go with (rule L1, `beside`): a title stands before a person, `in` before a place.
//!
//! It decides between candidates of different kinds, such as a person's short name and a country of that name, and says
//! nothing of others. English only. Looks at two words before and one behind. Must not know: scores.

use super::place::{is_among, joins};
use crate::{
    gazetteer::derive::{self, Kind},
    text::{Gap, Shape, View, WordKey, WordSet, is_proper_adjective},
};

/// How many times likelier a title makes a person, and a preposition of place a place.
const TELLING: f64 = 8.0;
/// How many times likelier a verb of saying makes a person: of capitals it is said as well that they say something.
const SAYING: f64 = 2.0;

/// What persons do, folded and sorted.
static SAYS: WordSet<128> = WordSet::new(&[
    "added",
    "admitted",
    "agreed",
    "announced",
    "argued",
    "asked",
    "believed",
    "believes",
    "claimed",
    "complained",
    "denied",
    "explained",
    "insisted",
    "joked",
    "knew",
    "laughed",
    "nodded",
    "recalled",
    "replied",
    "resigned",
    "said",
    "says",
    "sighed",
    "smiled",
    "spoke",
    "stated",
    "testified",
    "thinks",
    "thought",
    "told",
    "tweeted",
    "warned",
    "who",
    "whose",
    "wrote",
]);
/// What stands before persons alone, folded and sorted.
static COURTESY: WordSet<64> = WordSet::new(&[
    "frau", "herr", "madame", "mister", "mlle", "mme", "monsieur", "mr", "mrs", "ms", "senor", "senora", "sra", "srta",
]);

/// Those that are written small and are no words of another language, folded and sorted.
static SMALL: WordSet<4> = WordSet::new(&["senor", "senora"]);

/// Prepositions that stand before places, folded and sorted.
static IN: WordSet<16> = WordSet::new(&["across", "in", "inside", "into", "near", "outside", "throughout", "within"]);
/// Prepositions that stand before places behind a word of moving, folded and sorted.
static TO: WordSet<16> = WordSet::new(&["for", "from", "out", "through", "to"]);
/// Words of moving and staying, folded and sorted.
static MOVES: WordSet<128> = WordSet::new(&[
    "arrival",
    "arrive",
    "arrived",
    "came",
    "come",
    "deported",
    "drive",
    "drove",
    "expelled",
    "exported",
    "extradited",
    "fled",
    "flee",
    "fleeing",
    "flew",
    "flies",
    "flight",
    "flights",
    "flown",
    "fly",
    "flying",
    "go",
    "goes",
    "going",
    "gone",
    "headed",
    "heading",
    "journey",
    "left",
    "migrated",
    "move",
    "moved",
    "moves",
    "moving",
    "relocated",
    "return",
    "returned",
    "returning",
    "returns",
    "road",
    "sail",
    "sailed",
    "tour",
    "travel",
    "traveled",
    "traveling",
    "travelled",
    "travelling",
    "travels",
    "trip",
    "trips",
    "visit",
    "visits",
    "way",
    "went",
    "withdrawal",
]);
/// Those of them that stand behind a person alone.
static WHO: WordSet<4> = WordSet::new(&["who", "whose"]);
/// What a place has beside rulers, where `of` follows: folded and sorted.
static PARTS: WordSet<128> = WordSet::new(&[
    "area",
    "army",
    "bank",
    "borders",
    "capital",
    "citizen",
    "citizens",
    "city",
    "coast",
    "country",
    "county",
    "district",
    "east",
    "emirate",
    "government",
    "island",
    "kingdom",
    "mayors",
    "north",
    "outskirts",
    "parliament",
    "parts",
    "people",
    "port",
    "province",
    "republic",
    "residents",
    "rulers",
    "shores",
    "south",
    "state",
    "streets",
    "town",
    "university",
    "village",
    "west",
]);

/// What the words right beside a place in the text go with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Beside {
    /// Anything.
    #[default]
    Nothing,
    /// A person: a title stands before.
    Titled,
    /// A person: a verb of saying stands there.
    Saying,
    /// A place: a preposition stands before.
    Place,
}

impl Beside {
    /// What the words beside those from `first` to `last` go with.
    pub(super) fn of(view: View<'_>, first: usize, last: usize) -> Self {
        if is_titled(view, first) {
            return Self::Titled;
        }
        let words = view.all();
        let before = |back: usize| first.checked_sub(back).filter(|at| joins(view, at + 1));
        let possessive =
            words.get(last + 1).is_some_and(|next| next.gap.any(Gap::APOSTROPHE) && next.key == WordKey::of(b"s"));
        // `in Spanish` is a language.
        let language = first == last && is_proper(view, first);
        if let Some(one) = before(1).filter(|_| !possessive && !language) {
            let office = || before(2).is_some_and(|two| is_title(view, two));
            let of = words[one].key == WordKey::of(b"of")
                && (office() || before(2).is_some_and(|two| is_among(view, two, &PARTS)));
            if is_among(view, one, &IN)
                || of
                || is_among(view, one, &TO) && before(2).is_some_and(|two| is_among(view, two, &MOVES))
            {
                return Self::Place;
            }
        }
        let said = before(1).is_some_and(|one| !is_among(view, one, &WHO) && is_saying(view, one));
        if said || is_said_to_speak(view, last) { Self::Saying } else { Self::Nothing }
    }

    /// How many times likelier that makes a thing of a kind.
    pub(super) fn factor(self, nature: Kind) -> f64 {
        match (self, nature) {
            (Self::Titled, Kind::Person) | (Self::Place, Kind::Place) => TELLING,
            (Self::Saying, Kind::Person) => SAYING,
            _ => 1.0,
        }
    }

    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Nothing => "the words beside it go with anything",
            Self::Titled => "a title stands before it, as before persons",
            Self::Saying => "a word that goes with persons stands beside it",
            Self::Place => "a preposition stands before it, as before places",
        }
    }
}

/// Whether a title in capitals stands right before the word at `index`: `Mrs. May`.
pub(super) fn is_titled(view: View<'_>, index: usize) -> bool {
    title_before(view, index).is_some_and(|before| is_title(view, before))
}

/// Whether what stands before persons alone stands right before the word at `index`: `Mr. Ford`, `la señora Victoria`.
pub(super) fn is_addressed(view: View<'_>, index: usize) -> bool {
    title_before(view, index).is_some_and(|before| is_among(view, before, &COURTESY))
        || word_before(view, index).is_some_and(|before| is_among(view, before, &SMALL))
}

/// The capitalised word right before the word at `index`, where that may be a title of it.
fn title_before(view: View<'_>, index: usize) -> Option<usize> {
    word_before(view, index).filter(|&before| view.all()[before].shape.any(Shape::CAPITALISED))
}

/// The word right before the word at `index`, with at most a period between them.
fn word_before(view: View<'_>, index: usize) -> Option<usize> {
    let apart = Gap::STOP | Gap::COMMA | Gap::MARK | Gap::PARAGRAPH | Gap::HYPHEN | Gap::APOSTROPHE;
    index.checked_sub(1).filter(|_| !view.all()[index].gap.any(apart))
}

fn is_proper(view: View<'_>, index: usize) -> bool {
    let mut buffer = [0; 8];
    let folded = view.words.folded(&view.all()[index], &mut buffer);
    std::str::from_utf8(folded).is_ok_and(is_proper_adjective)
}

/// Whether a verb of saying, or `who`, stands right behind the word at `index`: `May said`.
pub(super) fn is_said_to_speak(view: View<'_>, index: usize) -> bool {
    let next = view.all().get(index + 1);
    next.is_some_and(|word| (word.gap.is_comma_only() || joins(view, index + 1)) && is_saying(view, index + 1))
}

fn is_saying(view: View<'_>, index: usize) -> bool {
    view.all()[index].shape.any(Shape::LOWER) && is_among(view, index, &SAYS)
}

fn is_title(view: View<'_>, index: usize) -> bool {
    derive::is_title(view.words, &view.all()[index])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Words;

    #[test]
    fn beside() {
        let check = |text: &str, index: usize, expected| {
            let mut words = Words::default();
            words.read(text);
            let view = View { fields: ["", text], words: &words, border: 0 };
            assert_eq!(Beside::of(view, index, index), expected, "{text}");
        };
        check("the king of Jordan", 3, Beside::Place);
        check("the son of Jordan", 3, Beside::Nothing);
        check("in Jordan", 1, Beside::Place);
        check("in Spanish", 1, Beside::Nothing);
        check("in Jordan's team", 1, Beside::Nothing);
        check("He flew to Jordan", 3, Beside::Place);
        check("He spoke to Jordan", 3, Beside::Nothing);
        check("Mr. Jordan", 1, Beside::Titled);
        check("a major Jordan", 2, Beside::Nothing);
        check("Jordan said", 0, Beside::Saying);
        check("said Jordan", 1, Beside::Saying);
        check("Jordan, who", 0, Beside::Saying);
        check("Jordan scored", 0, Beside::Nothing);
    }
}
