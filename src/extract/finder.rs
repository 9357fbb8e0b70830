//! Where short names stand in a document (rule L2): written as in the full name, and no part of the name of somebody
//! else. `Kat Moon` is no `Moon` of another given name.
//!
//! Looks at a bounded number of words beside each place. Must not know: scores, overlap.

use std::cell::Cell;

use super::{
    Options, Source,
    another::is_kind,
    beside::{is_addressed, is_said_to_speak, is_titled},
    edges::edges,
    found::Found,
    names::{ShortName, ShortNames},
    no_name::is_no_name,
    place::{begins_sentence, is_among, is_function, is_shouting, joins},
    spelling,
    trace::{Reason, Trace},
};
use crate::{
    gazetteer::{Rule, derive::Kind},
    index::{Form, Forms},
    text::{ARTICLES, Gap, Language, Letters, Ordinary, Shape, Span, View, Word, WordKey, WordSet, Words},
};

/// The most given names and initials taken before a surname.
const MAX_GIVEN: usize = 4;

/// The fewest letters of a word in capitals that is taken for a short name: what is shorter may be an acronym.
const MIN_CAPITALS: usize = 4;

/// What stands before nouns, so that the word before it is none; folded and sorted.
static DETERMINERS: WordSet<64> = WordSet::new(&[
    "a", "all", "an", "any", "each", "every", "her", "his", "its", "my", "our", "some", "that", "the", "their",
    "these", "this", "your",
]);

/// Words of one letter in many languages, folded and sorted.
static LETTERS: WordSet<32> =
    WordSet::new(&["a", "e", "i", "o", "u", "y", "а", "в", "и", "к", "о", "с", "у", "я", "і"]);

/// Where a short name may stand.
pub(super) struct Place {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) span: Span,
    /// The letters to compare.
    pub(super) core: Span,
    pub(super) forms: Forms,
    pub(super) uses: (u32, u32),
}

/// Finds short names at places of a document.
pub(super) struct Finder<'a> {
    pub(super) sources: &'a [Source<'a>],
    pub(super) names: &'a ShortNames,
    pub(super) view: View<'a>,
    pub(super) options: &'a Options,
    pub(super) language: Language,
    pub(super) letters: &'a mut Letters,
    /// What the gazetteers name, sorted by place.
    pub(super) found: &'a [Found],
    /// The short names that were found.
    pub(super) added: &'a mut Vec<Found>,
    /// The document has no capital at all, so that small letters tell nothing.
    pub(super) no_capitals: bool,
    pub(super) trace: &'a mut Trace,
    /// Whether the words before and behind the place asked about last are like names: many short names have one place.
    pub(super) name_like: [Cell<Option<(usize, bool)>>; 2],
    /// How many words before the place asked about last may be given names.
    pub(super) capitals: Cell<Option<(usize, usize)>>,
    /// What was tried last.
    pub(super) tried: Option<Tried<'a>>,
    /// Whether a place is a part of another name, by how many given names stand before the short one.
    pub(super) parts: [Option<PartOf>; MAX_GIVEN + 1],
}

/// Whether short names of a rule and a kind, which are or are not the beginning of their names and the word for what they
/// name, are a part of another name at a place.
#[derive(Clone, Copy)]
pub(super) struct PartOf {
    asked: (usize, usize, Rule, Kind, [bool; 2]),
    is: bool,
}

/// What became of a short name at a place, as it becomes of all that are alike: those of a crowd mostly are.
pub(super) struct Tried<'a> {
    short: &'a ShortName,
    /// The first word, that of the given names before it, and whether an `s` stands behind it.
    place: (usize, Option<usize>, bool),
    forms: Result<Forms, Reason>,
}

impl<'a> Finder<'a> {
    /// Adds a short name that may begin at the word `first`.
    pub(super) fn at(&mut self, short: &'a ShortName, first: usize, plural: bool) {
        let words = self.view.all();
        let last = first + short.words.len() - 1;
        let same = |(word, (key, folded)): (&Word, &(WordKey, Box<[u8]>))| {
            word.key == *key && (!key.is_hashed() || *self.view.words.long(word) == **folded)
        };
        if last >= words.len() || !plural && !words[first..=last].iter().zip(&short.words).all(same) {
            return;
        }
        // The end of the title and the beginning of the text are no place.
        if self.view.field(first) != self.view.field(last) {
            return;
        }
        let before = if short.rule == Rule::Generic { None } else { self.given_before(short, first) };
        let span = Span::new(words[first].span.start, words[last].span.end);
        let core = Span::new(span.start, span.end - u32::from(plural));
        let forms = if plural { Forms::EXACT.with(Form::Possessive) } else { Forms::EXACT };
        let whole = Place { first, last, span, core, forms, uses: (0, 0) };
        let (place, rule) = match before {
            Some((from, rule)) => {
                (Place { first: from, span: Span::new(words[from].span.start, span.end), ..whole }, rule)
            }
            None => (whole, short.rule),
        };
        // These depend on the entity, all else on what is written.
        if self.is_of_another_generation(short, last) || self.is_of_a_model_or_company(short, last) {
            return self.reject(short, &Place { first, span, ..place }, short.rule, Reason::PartOfLongerName);
        }
        let at = (first, before.map(|(from, _)| from), plural);
        let known = self.tried.as_ref().filter(|known| known.place == at && known.short.is_like(short));
        let forms = known.map(|known| known.forms).unwrap_or_else(|| {
            let forms = self.judge(short, &place, at);
            self.tried = Some(Tried { short, place: at, forms });
            forms
        });
        match forms {
            Ok(forms) => self.added.push(self.found_at(short, &Place { forms, ..place }, rule)),
            // What the words beside a place tell is told of the short name alone.
            Err(reason @ (Reason::NothingLikelier | Reason::PartOfLongerName)) => {
                self.reject(short, &Place { first, span, ..place }, short.rule, reason);
            }
            Err(reason) => self.reject(short, &place, rule, reason),
        }
    }

    /// What becomes of a short name at a place with the given names before it.
    fn judge(&mut self, short: &ShortName, place: &Place, at: (usize, Option<usize>, bool)) -> Result<Forms, Reason> {
        let (first, given, plural) = at;
        let last = place.last;
        if short.rule == Rule::Generic {
            if !self.is_the_only(first, last) {
                return Err(Reason::NothingLikelier);
            }
        } else if given.is_none() && self.is_only_a_word(short, first, last, plural) {
            return Err(Reason::NothingLikelier);
        } else if self.is_part(short, place.first, last, first - place.first)
            || short.rule == Rule::Acronym && is_no_name(self.view, last, self.view.all()[last].span, |_| false)
        {
            return Err(Reason::PartOfLongerName);
        }
        self.compare(short, place)
    }

    /// Whether an ordinary word means no more than itself: a function word where no title and no verb of saying tells a
    /// person (`May`); one in the plural at the beginning of a sentence (`Apples fell`); one before an article or a
    /// pronoun there, which makes it a verb (`Mark my words`); for a person, one behind an article and before no noun
    /// (`The Ban was lifted`).
    fn is_only_a_word(&self, short: &ShortName, first: usize, last: usize, plural: bool) -> bool {
        if short.ordinary == Ordinary::No || self.options.disabled_rules.has(Rule::OrdinaryWord) {
            return false;
        }
        if short.ordinary == Ordinary::Function {
            return !(is_titled(self.view, first) || is_said_to_speak(self.view, last));
        }
        let words = self.view.all();
        // `the Enterprise`, but `Enterprise software`, `Mr. Hood`.
        if short.rule == Rule::Title {
            return !(first > 0 && joins(self.view, first) && is_among(self.view, first - 1, &ARTICLES));
        }
        let next = Some(last + 1).filter(|&next| next < words.len() && joins(self.view, next));
        let begins = begins_sentence(self.view, first);
        let verb = next.is_some_and(|next| is_among(self.view, next, &DETERMINERS));
        let article = short.is_person() && first > 0 && joins(self.view, first);
        let article = article && is_among(self.view, first - 1, &ARTICLES);
        let noun = next.is_some_and(|next| !is_function(self.view, next));
        begins && (plural || verb) || article && !noun
    }

    /// Whether `the` stands before the place and no capitalised word or `of` behind it.
    fn is_the_only(&self, first: usize, last: usize) -> bool {
        let words = self.view.all();
        let is =
            |index: usize, expected: &[&[u8]]| expected.contains(&self.view.words.folded(&words[index], &mut [0; 8]));
        let article = first > 0 && joins(self.view, first) && is(first - 1, &[b"the"]);
        let next = last + 1;
        let goes_on = next < words.len()
            && joins(self.view, next)
            && (words[next].shape.any(Shape::CAPITALISED) || is(next, &[b"of", b"for"]));
        article && !goes_on
    }

    /// The given names and initials of the same person before a surname: where they begin, and the rule.
    fn given_before(&self, short: &ShortName, first: usize) -> Option<(usize, Rule)> {
        let (given, middle) = short.given.split_first()?;
        let words = self.view.all();
        // `A Duda to wie`: a letter that begins a sentence without a period is a word.
        let is_word = |index: usize| {
            let one = words[index].shape.any(Shape::LETTER) && !words[index].shape.any(Shape::DOTTED);
            one && self.language.is_known_other()
                && begins_sentence(self.view, index)
                && !words[index + 1].gap.any(Gap::PERIOD)
                && is_among(self.view, index, &LETTERS)
        };
        let matches = |index: usize, name: &[u8]| {
            let mut buffer = [0; 8];
            let folded = self.view.words.folded(&words[index], &mut buffer);
            let initial = || words[index].shape.any(Shape::LETTER | Shape::DOTTED) || initial_of(name) == only_of(name);
            // What begins with other bytes begins with another character.
            folded.first() == name.first() && (initial() && initial_of(folded) == initial_of(name) || folded == name)
        };
        // `Archie` in `A.R. "Archie" Shaw`.
        let is_nickname = |index: usize| words[index].gap.any(Gap::QUOTE) && words[index + 1].gap.any(Gap::QUOTE);
        let mut best = None;
        for count in 1..=self.capitals_before(first) {
            let from = first - count;
            if !matches(from, given) || is_word(from) {
                continue;
            }
            let mut rest = middle.iter();
            let mut between = (from + 1..first).filter(|&index| !is_nickname(index));
            // `Elon Musk Elon Musk`: a name that comes again is no middle name.
            let again = |index: usize| {
                words[index].key == words[from].key || short.words.iter().any(|(key, _)| *key == words[index].key)
            };
            let fits = match middle.is_empty() {
                true => !between.any(again),
                false => between.all(|index| rest.any(|name| matches(index, name))),
            };
            if fits {
                let initials = words[from].shape.any(Shape::LETTER | Shape::DOTTED);
                best = Some((from, if initials { Rule::Initials } else { Rule::MiddleNames }));
            }
        }
        best.filter(|&(_, rule)| !self.options.disabled_rules.has(rule))
    }

    /// How many words right before the word at `first` may be given names and initials, as their capitals show.
    fn capitals_before(&self, first: usize) -> usize {
        let known = self.capitals.get().filter(|&(of, _)| of == first);
        let (_, count) = known.unwrap_or_else(|| {
            let words = self.view.all();
            let is = |from: &usize| joins(self.view, from + 1) && words[*from].shape.any(Shape::CAPITALISED);
            (first, (0..first).rev().take(MAX_GIVEN).take_while(is).count())
        });
        self.capitals.set(Some((first, count)));
        count
    }

    /// Whether the place is a part of another name, as [`Finder::is_part_of_another`] says; asked once for a crowd.
    fn is_part(&mut self, short: &ShortName, first: usize, last: usize, given: usize) -> bool {
        let asked = (first, last, short.rule, short.nature, [short.leads, is_kind(short)]);
        let known = self.parts[given].filter(|known| known.asked == asked);
        let known = known.unwrap_or_else(|| PartOf { asked, is: self.is_part_of_another(short, first, last) });
        self.parts[given] = Some(known);
        known.is
    }

    fn found_at(&self, short: &ShortName, place: &Place, rule: Rule) -> Found {
        Found {
            field: self.view.field(place.first) as u8,
            span: place.span,
            first: place.first as u32,
            last: place.last as u32,
            source: short.source,
            entity: short.entity,
            prior: short.prior,
            name: short.name,
            forms: place.forms,
            short: true,
            uses: place.uses,
            distance: 0,
            farness: 0,
            rule: Some(rule),
            derived: Some(short.number),
            shortens: false,
            preferred: false,
            ordinary: short.ordinary,
            language: 0,
            any_case: false,
            lacks_marks: false,
        }
    }

    /// Notes why a short name does not count at a place.
    fn reject(&mut self, short: &ShortName, place: &Place, rule: Rule, reason: Reason) {
        if self.trace.on {
            let one = self.found_at(short, place, rule);
            self.trace.note(&one, reason);
        }
    }

    /// Adds a short name of one word that the words of a place may be. A word broken at a line's end may belong to the
    /// name of somebody else; where a word has another ending, what stands beside it tells less, but for what stands behind
    /// a given name (`Donaldem Trumpem`).
    pub(super) fn read(&mut self, short: &ShortName, place: Place) {
        let next = place.last + 1;
        let given = || short.rule == Rule::GivenName && !self.options.disabled_rules.has(Rule::LongerName);
        let goes_on = || next < self.view.all().len() && joins(self.view, next) && self.is_name_like(next, 1);
        let of_another = match place.forms.has(Form::LineBreak) {
            true => self.is_part_of_another(short, place.first, place.last),
            false => given() && goes_on(),
        };
        if of_another {
            return self.reject(short, &place, short.rule, Reason::PartOfLongerName);
        }
        self.add(short, place, short.rule);
    }

    /// Adds a short name at a place, if it is written like the name in full.
    pub(super) fn add(&mut self, short: &ShortName, place: Place, rule: Rule) {
        match self.compare(short, &place) {
            Ok(forms) => self.added.push(self.found_at(short, &Place { forms, ..place }, rule)),
            Err(reason) => self.reject(short, &place, rule, reason),
        }
    }

    /// The forms that a short name takes at a place, if it is written there like the name in full.
    fn compare(&mut self, short: &ShortName, place: &Place) -> Result<Forms, Reason> {
        let (view, first, last) = (self.view, place.first, place.last);
        let words = &view.all()[first..=last];
        if words[1..].iter().any(|word| !word.gap.is_free()) {
            return Err(Reason::CrossesMark);
        }
        let edges = edges(view, first as u32, last as u32, place.span).ok_or(Reason::InsideWord)?;
        let mut forms = place.forms.and(edges);
        if short.joined {
            forms = forms.with(Form::Hyphen);
        }
        let written = &*view.words.plain(view.slice(last, place.core));
        let difference = spelling::compare(self.letters, &short.written, written, forms).ok_or(Reason::WrongCase)?;
        let acronym = matches!(short.rule, Rule::Acronym | Rule::Introduced);
        if difference.case && self.has_capital_particles(short, written) {
            forms = forms.with(Form::Case);
        } else if difference.case {
            let capitals = words.iter().all(|word| word.shape.all_capitals() && !word.shape.any(Shape::LETTER));
            let proves = short.words.len() > 1 || self.stands_out(short, first, last);
            let small = self.no_capitals && short.ordinary == Ordinary::No;
            if acronym || !(capitals && proves || small) {
                return Err(Reason::WrongCase);
            }
            forms = forms.with(Form::Case);
        } else if short.rule == Rule::Acronym && is_shouting(view, first, last) {
            return Err(Reason::WrongCase);
        }
        if difference.diacritics {
            forms = forms.with(Form::Diacritics);
        }
        if forms.meets(self.options.refused()) { Err(Reason::DisabledForm) } else { Ok(forms) }
    }

    /// Whether a word in capitals is no chance: a surname behind `Mr` and the like (`MR. COOK`), or behind another title where
    /// it is no ordinary word; no ordinary word where the text around has such capitals, too; where it has not, the surname
    /// of who speaks (`TRUMP: Well`), or one among small letters that is no ordinary word.
    fn stands_out(&self, short: &ShortName, first: usize, last: usize) -> bool {
        let titled = is_addressed(self.view, first) || short.ordinary == Ordinary::No && is_titled(self.view, first);
        if short.is_person() && titled {
            return true;
        }
        if is_shouting(self.view, first, last) {
            return short.ordinary == Ordinary::No;
        }
        if !short.is_person() || short.written.chars().count() < MIN_CAPITALS {
            return false;
        }
        let words = self.view.all();
        let (end, text) = (words[last].span.end as usize, self.view.fields[self.view.field(last)]);
        let speaks = begins_sentence(self.view, first) || words[first].gap.any(Gap::LINE);
        if speaks && text[end..].starts_with(':') {
            return short.ordinary <= Ordinary::Known;
        }
        let small = |index: usize| words[index].shape.any(Shape::LOWER) && !words[index].shape.any(Shape::UPPER);
        let behind = Some(last + 1).filter(|&next| next < words.len() && joins(self.view, next));
        let before = first.checked_sub(1).filter(|_| joins(self.view, first));
        short.ordinary == Ordinary::No && behind.is_none_or(small) && behind.or(before).is_some_and(small)
    }

    /// Whether `written` differs only in the capitals of words that the name writes small: `Von der Leyen`, as at the
    /// beginning of a sentence.
    fn has_capital_particles(&mut self, short: &ShortName, written: &str) -> bool {
        let is_particle = |word: &str| word.starts_with(char::is_lowercase);
        // Most names have none.
        if !short.written.split(|c: char| !c.is_alphanumeric()).any(is_particle) {
            return false;
        }
        let (mut own, mut found) = (Words::default(), Words::default());
        own.read(&short.written);
        found.read(written);
        let (mut small, mut at, mut any) = (String::new(), 0, false);
        for (word, own) in found.all().iter().zip(own.all()) {
            let begin = word.span.start as usize;
            let capital = written[begin..].chars().next().filter(|c| c.is_uppercase());
            if let Some(capital) = capital.filter(|_| is_particle(own.span.of(&short.written))) {
                small.push_str(&written[at..begin]);
                small.extend(capital.to_lowercase());
                (at, any) = (begin + capital.len_utf8(), true);
            }
        }
        small.push_str(&written[at..]);
        any && !self.letters.compare(&short.written, &small).case
    }
}

/// The first character.
fn initial_of(folded: &[u8]) -> Option<char> {
    match folded {
        [first, ..] if first.is_ascii() => Some((*first).into()),
        _ => std::str::from_utf8(folded).ok()?.chars().next(),
    }
}

/// The first character of a name that has no other.
fn only_of(folded: &[u8]) -> Option<char> {
    initial_of(folded).filter(|first| first.len_utf8() == folded.len())
}
