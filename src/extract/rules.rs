//! The rules of place and name: which occurrences count (rules T4, T5, M1, M2).

use std::{
    borrow::Cow,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{
    Filter, Source,
    edges::edges,
    found::Found,
    judged::{Judged, Key, Settings},
    place::{begins_sentence, ends_with_given_name, is_shouting, joins},
    shown::ShownNames,
    spelling,
    spent::{LONG, Spent},
    stretch::Stretch,
    symbols::{is_bare, one_mark, symbols},
    trace::{Reason, Trace},
};
use crate::{
    gazetteer::{
        Rule, Rules,
        derive::{self, ANY_INITIAL, is_suffix},
    },
    index::{CaseCheck, Form, Forms, Manner, Name, NameId, NameRun, Occurrence, Search},
    text::{Difference, Gap, Letters, Shape, Span, View, Words, dereferenced},
};

/// The most names looked at that are the same words; those of the likeliest entities come first.
pub(super) const MAX_CANDIDATES: usize = 100;
const _: () = assert!(MAX_CANDIDATES <= u8::MAX as usize);

/// More names than these are a crowd.
const CROWD: usize = 16;

/// Appends to `found` what keeps the rules among the occurrences that `search` found in the source of that number. Ends
/// early when `interrupted`.
#[allow(clippy::too_many_arguments)]
#[inline]
pub(super) fn apply(
    number: usize,
    source: &Source<'_>,
    view: View<'_>,
    search: &Search,
    filter: &Filter,
    (disabled, rules): (Forms, Rules),
    (letters, own, judged, runs): (&mut Letters, &mut Words, &mut Judged, &mut Vec<NameRun>),
    (found, spent): (&mut Vec<Found>, &mut Spent),
    trace: &mut Trace,
    interrupted: &AtomicBool,
) {
    let segment = source.segment;
    let mut shown_names = ShownNames::default();
    let mut own = Own { words: own, of: "" };
    let mut stretch = Stretch::default();
    // Who asks why wants every name judged.
    let remembers = !trace.on && filter.wants_all(number) && source.hides_nothing();
    let settings = Settings { segment: segment.number(), disabled, rules };
    let settings = remembers.then(|| judged.settings(settings));
    // Each source reads all words.
    let read_before = number * view.all().len();
    segment.look_for_names(search.occurrences().iter().map(|occurrence| occurrence.pattern), runs);
    for (occurrence, &run) in search.occurrences().iter().zip(&*runs) {
        if interrupted.load(Ordering::Relaxed) {
            break;
        }
        let of = |id: NameId, name: &Name<'_>| at(view, number, occurrence, id, name);
        let mut reject_all = |reason: Reason| {
            if trace.on {
                let shown = shown_names.of(source, occurrence.pattern, run);
                shown.each(MAX_CANDIDATES, |id, name| trace.note(&of(id, &name), reason));
            }
        };
        let Some(edges) = edges(view, occurrence.first, occurrence.last, occurrence.span) else {
            reject_all(Reason::InsideWord);
            continue;
        };
        let forms = occurrence.forms.and(edges);
        if forms.meets(disabled) {
            reject_all(Reason::DisabledForm);
            continue;
        }
        let (free, capital) = stretch.look(view, occurrence.first as usize, occurrence.last as usize);
        // Whether the words may be capitals, where their letters count as they stand.
        let small = occurrence.forms.keep_letters() && !capital;
        let core = Span::new(occurrence.span.start, occurrence.core_end);
        let (raw, read) = (view.slice(occurrence.first as usize, core), read_before + occurrence.last as usize);
        let words = (occurrence.last - occurrence.first + 1) as usize;
        // What references stand for takes as long to read.
        let refers = words > LONG && view.words.refers();
        if refers && !spent.spend(words, read) {
            continue;
        }
        let written = &*view.words.plain(raw);
        let many = spent.has_many(read);
        let count = run.count();
        let most = if many { 1 } else { MAX_CANDIDATES };
        // A name alone, read as it is written, is judged sooner than looked for. What a name may cross depends on the whole of
        // its last word, which is more than what is written at the place.
        let plain = count == 1 && forms == Forms::EXACT && free;
        let is_written = || plain && segment.first_of(run).1.is_written(written);
        if words > LONG && !refers && !is_written() && !spent.spend(words, read) {
            continue;
        }
        if plain && settings.is_some() {
            let (id, name) = segment.first_of(run);
            match glance(&name, written, small, disabled) {
                Glance::Counts(forms) => {
                    let one = of(id, &name);
                    found.push(Found { forms, uses: occurrence.uses, ..one });
                    continue;
                }
                Glance::DoesNot => continue,
                Glance::Unclear => {}
            }
        }
        let key = settings
            .filter(|_| free)
            .and_then(|settings| Key::new(settings, most as u8, occurrence.pattern, forms, written));
        let bare = || is_bare(view, occurrence);
        if let Some((before, left_out)) = key.as_ref().and_then(|key| judged.get(key, bare)) {
            spent.cut_candidates += left_out;
            let field = view.field(occurrence.first as usize) as u8;
            let &Occurrence { span, first, last, uses, .. } = occurrence;
            let (start, source) = (found.len(), number as u16);
            spent.others += before.len().saturating_sub(1);
            found.extend_from_slice(before);
            for one in &mut found[start..] {
                *one = Found { field, span, first, last, source, uses, ..*one };
            }
            continue;
        }
        let shown = shown_names.of(source, occurrence.pattern, run);
        let left_out = if count > most { shown.count().saturating_sub(most) } else { 0 };
        spent.cut_candidates += left_out;
        let start = found.len();
        let mut place = Place {
            view,
            occurrence,
            forms,
            written,
            small,
            free,
            disabled,
            before: None,
            shouting: None,
            alone: true,
            symbols: false,
        };
        shown.each(most, |id, name| {
            let kept = if !filter.wants(number, segment, name.entity) {
                Err(Reason::ExcludedType)
            } else if name.manner.rule.is_some_and(|rule| rules.has(rule))
                || name.manner.short && rules.has(Rule::Listed)
            {
                Err(Reason::DisabledRule)
            } else {
                place.judge(name, letters, &mut own)
            };
            let one = of(id, &name);
            match kept {
                Ok((span, forms)) => {
                    let lacks_marks = name.has_symbols() && span == occurrence.span;
                    found.push(Found { span, forms, uses: occurrence.uses, lacks_marks, ..one });
                }
                Err(reason) => trace.note(&one, reason),
            }
        });
        spent.others += (found.len() - start).saturating_sub(1);
        // The likeliest came first. Whoever sorts by place and entity finds a crowd in order, wherever it is remembered.
        if count > CROWD {
            found[start..].sort_by_key(|one| (one.entity, one.name));
        }
        if let Some(key) = key.filter(|_| place.alone && (!place.symbols || bare())) {
            judged.keep(key, place.symbols, &found[start..], left_out);
        }
    }
}

/// What a glance at a name alone says of a place.
enum Glance {
    /// The name counts there, in these forms.
    Counts(Forms),
    DoesNot,
    /// It asks for a longer look.
    Unclear,
}

/// Whether a name counts where it stands just as it is given, in other capitals, or with a hyphen or a line break for a
/// space. A name with symbols, one that a rule made and one that is spelled otherwise ask for a longer look.
#[inline]
fn glance(name: &Name<'_>, written: &str, small: bool, disabled: Forms) -> Glance {
    let Manner { rule, short, case, .. } = *name.manner;
    if rule.is_some() || short || name.has_symbols() || case == CaseCheck::Capitals {
        return Glance::Unclear;
    }
    if small && name.manner.asks_for_a_capital() {
        return Glance::DoesNot;
    }
    let forms = if name.is_written(written) || name.is_written_with_other_gaps(written) {
        Forms::EXACT
    } else if !name.is_written_in_other_case(written) {
        return Glance::Unclear;
    } else if is_wrong_case(case, written) {
        return Glance::DoesNot;
    } else {
        Forms::EXACT.with(Form::Case)
    };
    if forms.meets(disabled) { Glance::DoesNot } else { Glance::Counts(forms) }
}

/// Whether the text may not have capitals other than those of a name that asks so much of them.
fn is_wrong_case(case: CaseCheck, written: &str) -> bool {
    match case {
        CaseCheck::None | CaseCheck::Any => false,
        CaseCheck::Exact => true,
        CaseCheck::Proper | CaseCheck::Capitals => written.contains(char::is_lowercase),
    }
}

/// Whether the text differs from a reversed name in the capitals of its surname alone: `KNUTH, Donald`.
fn is_shouted_surname(name: &Name<'_>, written: &str) -> bool {
    let parts = |text| str::split_once(text, ',');
    let (Some((_, own)), Some((surname, given))) = (parts(name.core()), parts(written)) else { return false };
    name.manner.rule == Some(Rule::Reversed)
        && own.trim() == given.trim()
        && !surname.contains(char::is_lowercase)
        && surname.contains(char::is_alphabetic)
}

/// A place that names may have, and what the rules asked of it so far.
struct Place<'a> {
    view: View<'a>,
    occurrence: &'a Occurrence,
    /// How it was read.
    forms: Forms,
    /// What is written there.
    written: &'a str,
    /// Its letters count as they stand, and none may be a capital.
    small: bool,
    /// Nothing stands between its words that only some names may cross.
    free: bool,
    /// The forms that are not accepted.
    disabled: Forms,
    /// The name before, and how the text differs from it: names of equal spelling lie side by side.
    before: Option<(Name<'a>, Option<Difference>)>,
    /// Whether the text around is all in capitals, where that was asked.
    shouting: Option<bool>,
    /// What was judged so far was decided by what is written there, how it was read, and the settings alone, but for the
    /// symbols of names.
    alone: bool,
    /// Some of the names that were judged have symbols.
    symbols: bool,
}

impl<'a> Place<'a> {
    /// Whether the place is this name: its span with the name's symbols and the forms it takes, or why not.
    fn judge(&mut self, name: Name<'a>, letters: &mut Letters, own: &mut Own<'_>) -> Result<(Span, Forms), Reason> {
        let &mut Self { view, occurrence, written, .. } = self;
        if !self.free && !crosses(view, occurrence, &name, own) {
            return Err(crossed(view, occurrence));
        }
        if name.manner.rule == Some(Rule::Reversed) {
            self.alone = false;
            if self.free && is_surname_again(view, occurrence) {
                return Err(Reason::PartOfLongerName);
            }
        }
        self.symbols |= name.has_symbols();
        let span = symbols(view, occurrence, &name).ok_or(Reason::MissingSymbol)?;
        if self.small && name.manner.asks_for_a_capital() {
            return Err(Reason::WrongCase);
        }
        let difference = match &self.before {
            Some((other, difference)) if other.is_spelled_like(&name) => *difference,
            _ if name.is_written(written) && !self.forms.has(Form::Diacritics) => Some(Difference::default()),
            _ if spelling::keeps_letters(self.forms) && name.is_written_in_other_case(written) => {
                Some(Difference { case: true, diacritics: false })
            }
            _ => spelling::compare(letters, &with_initial(view, occurrence, &name), written, self.forms),
        };
        self.before = Some((name, difference));
        let difference = difference.ok_or(Reason::WrongCase)?;
        if difference.case && is_wrong_case(name.manner.case, written) {
            let shouted = is_shouted_surname(&name, written);
            self.alone &= !shouted;
            if !(shouted && ends_with_given_name(view, occurrence.last as usize)) {
                return Err(Reason::WrongCase);
            }
        }
        let mut forms = self.forms;
        if difference.case || name.manner.case == CaseCheck::Capitals && self.is_shouting() {
            forms = forms.with(Form::Case);
        }
        if difference.diacritics {
            forms = forms.with(Form::Diacritics);
        }
        if name.manner.rule.is_some() {
            forms = forms.with(Form::Derived);
        }
        if forms.meets(self.disabled) { Err(Reason::DisabledForm) } else { Ok((span, forms)) }
    }

    /// Whether the text around it is all in capitals.
    fn is_shouting(&mut self) -> bool {
        self.alone = false;
        let Occurrence { first, last, .. } = *self.occurrence;
        *self.shouting.get_or_insert_with(|| is_shouting(self.view, first as usize, last as usize))
    }
}

/// A name, with the initial that the text has where any may stand.
fn with_initial<'n>(view: View<'_>, occurrence: &Occurrence, name: &Name<'n>) -> Cow<'n, str> {
    let core = name.core();
    if name.manner.rule != Some(Rule::MiddleNames) || !core.contains(ANY_INITIAL) {
        return core.into();
    }
    let mut inner = occurrence.first as usize + 1..occurrence.last as usize;
    let initial = inner.find(|&index| view.all()[index].shape.any(Shape::LETTER));
    initial.map_or(core.into(), |index| core.replace(ANY_INITIAL, view.word(index)).into())
}

/// An occurrence of a name, before its rules are applied.
fn at(view: View<'_>, source: usize, occurrence: &Occurrence, id: NameId, name: &Name<'_>) -> Found {
    Found {
        field: view.field(occurrence.first as usize) as u8,
        span: occurrence.span,
        first: occurrence.first,
        last: occurrence.last,
        source: source as u16,
        entity: name.entity,
        prior: name.prior,
        name: id,
        forms: occurrence.forms,
        short: name.manner.short,
        uses: (0, 0),
        distance: 0,
        farness: 0,
        rule: if name.manner.short { Some(Rule::Listed) } else { name.manner.rule },
        derived: None,
        shortens: name.manner.shortens,
        preferred: name.manner.preferred,
        ordinary: name.manner.ordinary,
        language: name.manner.language,
        any_case: name.manner.case == CaseCheck::Any,
        lacks_marks: false,
    }
}

/// What lies between the words that the name may not cross.
fn crossed(view: View<'_>, occurrence: &Occurrence) -> Reason {
    let gaps = view.all()[occurrence.first as usize + 1..=occurrence.last as usize].iter().map(|word| word.gap);
    let gap = gaps.filter(|gap| !gap.is_free()).fold(Gap::NONE, |all, gap| all | gap);
    if gap.any(Gap::PARAGRAPH) {
        Reason::CrossesParagraph
    } else if gap.any(Gap::STOP) {
        Reason::CrossesSentence
    } else {
        Reason::CrossesMark
    }
}

/// The words of the name that was asked about last, in one segment.
struct Own<'w> {
    words: &'w mut Words,
    /// Where its text lies. A segment has each text once.
    of: *const str,
}

impl Own<'_> {
    fn of(&mut self, core: &str) -> &Words {
        if !std::ptr::eq(self.of, core) {
            self.of = core;
            self.words.clear();
            self.words.read(core);
        }
        self.words
    }
}

/// Whether the name may cross what stands between the words, because it has the same there (rule T4).
fn crosses(view: View<'_>, occurrence: &Occurrence, name: &Name<'_>, own: &mut Own<'_>) -> bool {
    let core = name.core();
    let own = own.of(core);
    let (first, last) = (occurrence.first as usize, occurrence.last as usize);
    let same_words = own.all().len() == last - first + 1;
    let words = view.all();
    (first + 1..=last).all(|index| {
        let gap = words[index].gap;
        if gap.is_free() {
            return true;
        }
        if gap.any(Gap::PARAGRAPH) {
            return false;
        }
        let comma_only = gap.any(Gap::COMMA) && !gap.any(Gap::STOP | Gap::MARK);
        let reversed = name.manner.rule == Some(Rule::Reversed);
        if comma_only && reversed {
            return !goes_on(view, first, last) && !comes_again(view, first, last);
        }
        if comma_only && is_set_apart(view, index) {
            return true;
        }
        let here = index - first;
        same_words && {
            let between = Span::new(words[index - 1].span.end, words[index].span.start);
            let own_between = Span::new(own.all()[here - 1].span.end, own.all()[here].span.start);
            let (here, own) = (view.slice(index, between), own_between.of(core));
            here == own || marks(&dereferenced(here)).eq(marks(&dereferenced(own)))
        }
    })
}

/// Whether a name goes on behind the last word on the same line, so that a comma inside reverses none: `Trump, Donald
/// Trump`, and inside a sentence `about Trump, Donald Tusk said`. Lines of a table begin with a reversed name.
fn goes_on(view: View<'_>, first: usize, last: usize) -> bool {
    let words = view.all();
    let Some(next) = words.get(last + 1).filter(|next| joins(view, last + 1) && !next.gap.any(Gap::LINE)) else {
        return false;
    };
    let part = next.shape.any(Shape::CAPITALISED) && !next.shape.any(Shape::LETTER | Shape::DOTTED);
    let begins = begins_sentence(view, first) || words[first].gap.any(Gap::LINE);
    next.key == words[first].key || part && !begins && !is_suffix(view.words, next)
}

/// Whether the surname comes again behind the given name, which then stands before it: `Who is Musk`, and on the next line
/// `Elon Musk was born`.
fn is_surname_again(view: View<'_>, occurrence: &Occurrence) -> bool {
    let words = view.all();
    let next = words.get(occurrence.last as usize + 1);
    next.is_some_and(|next| next.gap.is_free() && next.key == words[occurrence.first as usize].key)
}

/// Whether the name stands before the comma in its usual order, and its given name comes again: `Angela Merkel, Angela wrote`.
fn comes_again(view: View<'_>, first: usize, last: usize) -> bool {
    first > 0 && joins(view, first) && view.all()[first - 1].key == view.all()[last].key
}

fn marks(between: &str) -> impl Iterator<Item = char> {
    between.chars().filter(|c| !c.is_whitespace()).map(one_mark)
}

/// Whether a comma before the word is a habit of writing: `Washington, D.C.`, `Acme, Inc.`
fn is_set_apart(view: View<'_>, index: usize) -> bool {
    let word = &view.all()[index];
    let mut buffer = [0; 8];
    let folded = view.words.folded(word, &mut buffer);
    derive::is_designator(view.words, word)
        || is_suffix(view.words, word)
        || word.shape.all_capitals() && folded.len() <= 4 && (folded.len() > 1 || word.shape.any(Shape::DOTTED))
}
