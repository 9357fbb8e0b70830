//! Whether a short name is a part of the name of something else where it stands (rule `longer-name`): `Brown University`,
//! `Banco de España`, `MD-11`.
//!
//! Looks at a bounded number of words beside each place. Must not know: how short names are written, scores.

use super::{
    finder::Finder,
    found::Found,
    names::ShortName,
    neighbour::{is_name_like, is_none_in, is_of_another_generation, is_unknown_name},
    place::{is_among, joins},
    rules::MAX_CANDIDATES,
};
use crate::{
    gazetteer::{
        Rule,
        derive::{self, Kind},
    },
    index::Form,
    text::{Gap, Language, Shape, WordKey, WordSet},
};

/// The most names that are looked at where one begins: some of each of the longest lists of namesakes, in any order.
const MAX_HERE: usize = 10 * MAX_CANDIDATES;
/// What an organisation is in other languages, which its name begins with; folded and sorted.
#[rustfmt::skip]
static KINDS: WordSet<128> = WordSet::new(&[
    "asociacion", "associazione", "banca", "banco", "banque", "camara", "casa", "chambre", "comite", "compagnie",
    "compania", "conseil", "consejo", "consiglio", "corte", "cour", "federacion", "federation", "groupe", "grupo",
    "gruppo", "hopital", "institut", "instituto", "istituto", "ministere", "ministerio", "ministero", "musee",
    "museo", "parti", "partido", "partito", "sociedad", "societa", "societe", "teatro", "universidad", "universidade",
    "universita", "universite", "universiteit",
]);
/// What ties a name to another behind it, folded and sorted: `Banco de España`.
static TIES: WordSet<32> =
    WordSet::new(&["da", "de", "degli", "dei", "del", "della", "des", "di", "do", "du", "of", "van", "von"]);
/// How many words a nickname has at the most.
const MAX_NICKNAME: usize = 3;

/// Whether a short name is the word for what an organisation is.
pub(super) fn is_kind(short: &ShortName) -> bool {
    matches!(&*short.words, [(_, one)] if KINDS.has(one))
}

impl Finder<'_> {
    /// Whether the acronym of a company stands before a number that a hyphen ties (`MD-11`), or, where it has a letter for
    /// its designator, before another (`FMC Corp` is no `Ford Motor Co`).
    pub(super) fn is_of_a_model_or_company(&self, short: &ShortName, last: usize) -> bool {
        if short.rule != Rule::Acronym {
            return false;
        }
        let Some(next) = self.view.all().get(last + 1) else { return false };
        let tied = next.gap.any(Gap::HYPHEN) && next.gap.is_tight() && next.shape.any(Shape::DIGIT);
        let designator = joins(self.view, last + 1) && derive::is_designator(self.view.words, next);
        if !(tied || designator) {
            return false;
        }
        let name = self.sources[short.source as usize].segment.preferred_name(short.entity);
        derive::designator(name)
            .is_some_and(|own| tied || own.chars().next().is_some_and(|c| short.written.ends_with(c)))
    }

    /// Whether what stands behind a person's short name makes it a child's or a parent's, or another ruler's: `Sinatra Jr.`,
    /// `Charles II`.
    pub(super) fn is_of_another_generation(&self, short: &ShortName, last: usize) -> bool {
        let name = || self.sources[short.source as usize].segment.preferred_name(short.entity);
        short.is_person()
            && !self.options.disabled_rules.has(Rule::LongerName)
            && is_of_another_generation(self.view, last, short.words.len() == 1, name)
    }

    /// Whether a capitalised word beside the place makes it the name of something else: any for a person; behind it for
    /// the beginning of a name; and behind a comma for a name that has another word there (`Springfield, Missouri`).
    pub(super) fn is_part_of_another(&self, short: &ShortName, first: usize, last: usize) -> bool {
        if self.options.disabled_rules.has(Rule::LongerName) || matches!(short.rule, Rule::Acronym | Rule::Introduced) {
            return false;
        }
        if self.is_tied(short, first, last) {
            return true;
        }
        let next = last + 1;
        // A part of a place's name: `Denzel Washington`, `Michigan State`.
        let of_place = matches!(short.rule, Rule::BeforeComma | Rule::Head) && short.nature == Kind::Place;
        if of_place && first > 0 && joins(self.view, first) && is_unknown_name(self.view, first - 1) {
            return true;
        }
        let beside = short.is_person() || short.rule == Rule::Title;
        let before = beside && first > 0 && joins(self.view, first) && self.is_name_like(first - 1, 0);
        let before = before && !self.is_behind_a_quotation(first);
        if before && !self.is_possessive(first - 1) && !is_none_in(self.view, first - 1, self.language) {
            return true;
        }
        if short.rule == Rule::Head && is_kind(short) && self.is_tied_to_a_name(next) {
            return true;
        }
        // `Сказал Сечин «Коммерсанту»`: what is quoted behind a surname is no part of the name.
        let quoted = short.rule == Rule::Surname
            && !self.view.all()[first].gap.any(Gap::QUOTE)
            && self.view.all().get(next).is_some_and(|next| next.gap.any(Gap::QUOTE));
        let is_next = next < self.view.all().len() && !quoted && self.is_name_like(next, 1);
        // In German any noun may follow a surname: `Merkels Rede`.
        let person = short.is_person() && !(short.rule == Rule::Surname && self.language == Language::German);
        let ship = short.rule == Rule::Title;
        let is_next = is_next && !self.is_of_the_person(short, next) && !self.is_behind_an_affix(short, first, next);
        let behind = is_next && (person || short.leads || of_place || ship) && joins(self.view, next);
        // `Dlamini-Zuma` is another person, `Merkel-Macron` are two.
        let tied = short.is_person() && first > 0 && self.view.all()[first].gap.any(Gap::HYPHEN);
        let tied = tied && self.view.all()[first].gap.is_tight() && is_unknown_name(self.view, first - 1);
        if tied && !self.names.begin_with(self.view.words, &self.view.all()[first - 1]) {
            return true;
        }
        // `İmamoğlu İstanbul'u kazandı`: a place that the text names begins no part of a person's name.
        let behind = behind && !(short.rule == Rule::Surname && self.is_place(next));
        let qualified = is_next && short.rule == Rule::BeforeComma && self.view.all()[next].gap.is_comma_only();
        behind || qualified
    }

    /// Whether what is quoted right before the word at `first` is a quotation (`Глава «Роснефти» Сечин`) and no nickname, which
    /// stands behind a given name (`A.R. "Archie" Shaw`).
    fn is_behind_a_quotation(&self, first: usize) -> bool {
        let words = self.view.all();
        if !words[first].gap.any(Gap::QUOTE) {
            return false;
        }
        let opens = (0..first).rev().take(MAX_NICKNAME).find(|&at| words[at].gap.any(Gap::QUOTE));
        opens.is_some_and(|opens| opens == 0 || !joins(self.view, opens) || !is_name_like(self.view, opens - 1))
    }

    /// Whether a preposition at `index` ties a capitalised word to what stands before, which makes it another name.
    fn is_tied_to_a_name(&self, index: usize) -> bool {
        let words = self.view.all();
        let follows = |at: usize| at < words.len() && joins(self.view, at);
        follows(index)
            && words[index].shape.any(Shape::LOWER)
            && !words[index].shape.any(Shape::UPPER)
            && is_among(self.view, index, &TIES)
            && follows(index + 1)
            && words[index + 1].shape.any(Shape::CAPITALISED)
    }

    /// Whether the word at `index`, on that side of the place, is capitalised as a part of a name is.
    pub(super) fn is_name_like(&self, index: usize, side: usize) -> bool {
        let known = self.name_like[side].get().filter(|&(of, _)| of == index);
        let (_, like) = known.unwrap_or_else(|| (index, is_name_like(self.view, index)));
        self.name_like[side].set(Some((index, like)));
        like
    }

    /// Whether a place is named in full from the word at `index` on.
    pub(super) fn is_place(&self, index: usize) -> bool {
        let nature = |one: &Found| self.sources[one.source as usize].segment.nature_of(one.entity);
        self.found_from(index).any(|one| nature(one) == Kind::Place)
    }

    /// Whether the word at `index` is the end of a possessive, which is no part of a name behind it: `RUSSIA'S`, `Russias`.
    pub(super) fn is_possessive(&self, index: usize) -> bool {
        let word = &self.view.all()[index];
        word.gap.any(Gap::APOSTROPHE) && word.key == WordKey::of(b"s")
            || self.found_from(index).any(|one| one.last as usize == index && one.forms.has(Form::Possessive))
    }

    /// What is named in full from the word at `index` on.
    pub(super) fn found_from(&self, index: usize) -> impl Iterator<Item = &Found> {
        let from = self.found.partition_point(|one| (one.first as usize) < index);
        self.found[from..].iter().take(MAX_HERE).take_while(move |one| one.first as usize == index)
    }
}
