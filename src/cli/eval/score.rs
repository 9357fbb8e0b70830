//! What is right and what is wrong, counted: the rules of the comparison and nothing else.
//!
//! Pure. Spans are half-open and in any one unit. Every answer and every expected mention is judged once; what is
//! neither right nor wrong is in no count. Must not know: files, gazetteers, how answers are made.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// A mention that is expected.
#[derive(Debug, Clone)]
pub(super) struct Expected<'a> {
    pub(super) span: Range<u32>,
    /// The entities that would be right, of those that could be given; none where nothing can be said.
    pub(super) ids: Vec<&'a str>,
}

/// An answer: a mention that links to an entity.
#[derive(Debug, Clone)]
pub(super) struct Given<'a> {
    pub(super) span: Range<u32>,
    pub(super) id: &'a str,
    pub(super) kind: &'a str,
    /// The forms of the match, as one word for the table.
    pub(super) forms: String,
    /// The rule that derived the name, as one word for the table.
    pub(super) rule: String,
}

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Right,
    /// The span is expected, with another entity.
    WrongLink,
    /// Nothing is expected at the span.
    Extra,
    /// Neither right nor wrong.
    Open,
}

/// The verdicts on one document.
#[derive(Debug, Default)]
pub(super) struct Judged<'a> {
    /// A verdict for each answer, in order.
    pub(super) verdicts: Vec<Verdict>,
    /// What is expected and counts, by span, each span once.
    pub(super) expected: BTreeMap<(u32, u32), BTreeSet<&'a str>>,
    /// The spans of `expected` where no answer stands.
    pub(super) missed: Vec<(u32, u32)>,
}

/// Judges the answers for one document. Only what lies wholly within `window` counts.
pub(super) fn judge<'a>(window: &Range<u32>, expected: &[Expected<'a>], given: &[Given<'_>]) -> Judged<'a> {
    let within = |span: &Range<u32>| window.start <= span.start && span.end <= window.end;
    let mut spans: BTreeMap<(u32, u32), BTreeSet<&str>> = BTreeMap::new();
    for Expected { span, ids } in expected.iter().filter(|one| within(&one.span)) {
        spans.entry((span.start, span.end)).or_default().extend(ids);
    }
    let verdict = |one: &Given<'_>| match spans.get(&(one.span.start, one.span.end)) {
        _ if !within(&one.span) => Verdict::Open,
        None => Verdict::Extra,
        Some(ids) if ids.is_empty() => Verdict::Open,
        Some(ids) if ids.contains(one.id) => Verdict::Right,
        Some(_) => Verdict::WrongLink,
    };
    let verdicts = given.iter().map(verdict).collect();
    let answered: BTreeSet<_> = given.iter().map(|one| (one.span.start, one.span.end)).collect();
    spans.retain(|_, ids| !ids.is_empty());
    let missed = spans.keys().filter(|span| !answered.contains(span)).copied().collect();
    Judged { verdicts, expected: spans, missed }
}

/// Counts of one group of mentions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) expected: usize,
    /// Of the expected: those whose span was given, and those whose link was, too.
    pub(super) found: Count,
    pub(super) given: usize,
    /// Of the given: those whose span is expected, and those whose link is, too.
    pub(super) right: Count,
}

/// A number for spans and a number for links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Count {
    pub(super) spans: usize,
    pub(super) links: usize,
}

impl Count {
    fn add(&mut self, verdict: Verdict) {
        self.spans += usize::from(matches!(verdict, Verdict::Right | Verdict::WrongLink));
        self.links += usize::from(verdict == Verdict::Right);
    }
}

/// Precision, recall and F1; `None` where nothing was given or expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measures {
    pub(super) precision: Option<f64>,
    pub(super) recall: Option<f64>,
    pub(super) f1: Option<f64>,
}

impl Tally {
    /// The measures of spans.
    pub(super) fn spans(&self) -> Measures {
        measures(self.right.spans, self.given, self.found.spans, self.expected)
    }

    /// The measures of links.
    pub(super) fn links(&self) -> Measures {
        measures(self.right.links, self.given, self.found.links, self.expected)
    }
}

fn measures(right: usize, given: usize, found: usize, expected: usize) -> Measures {
    let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
    let (precision, recall) = (share(right, given), share(found, expected));
    let f1 = precision.zip(recall).map(|(p, r)| if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 });
    Measures { precision, recall, f1 }
}

/// The counts of all documents.
#[derive(Debug, Default)]
pub(super) struct Scores {
    pub(super) documents: usize,
    pub(super) total: Tally,
    /// By type: of the expected entity for what is expected, of the given one for what is given.
    pub(super) types: BTreeMap<String, Tally>,
    /// By the forms of the match. What is expected has none: `expected` is that of the total.
    pub(super) forms: BTreeMap<String, Tally>,
    /// By the rule that derived the name; `expected` as in `forms`.
    pub(super) rules: BTreeMap<String, Tally>,
    pub(super) missed: usize,
    pub(super) wrong_links: usize,
    pub(super) extra: usize,
}

impl Scores {
    /// Adds a document. `kind` gives the type of an entity that is expected.
    pub(super) fn add<'a>(&mut self, judged: &Judged<'a>, given: &[Given<'_>], kind: impl Fn(&'a str) -> String) {
        self.documents += 1;
        // The best verdict on each span, and how it was come by.
        let mut best: BTreeMap<(u32, u32), (Verdict, &Given<'_>)> = BTreeMap::new();
        for (one, &verdict) in given.iter().zip(&judged.verdicts) {
            if verdict == Verdict::Open {
                continue;
            }
            let groups = [
                self.types.entry(one.kind.to_owned()).or_default(),
                self.forms.entry(one.forms.clone()).or_default(),
                self.rules.entry(one.rule.clone()).or_default(),
                &mut self.total,
            ];
            for group in groups {
                group.given += 1;
                group.right.add(verdict);
            }
            self.wrong_links += usize::from(verdict == Verdict::WrongLink);
            self.extra += usize::from(verdict == Verdict::Extra);
            let slot = best.entry((one.span.start, one.span.end)).or_insert((verdict, one));
            if verdict == Verdict::Right && slot.0 != Verdict::Right {
                *slot = (verdict, one);
            }
        }
        self.missed += judged.missed.len();
        for (span, ids) in &judged.expected {
            // An expected mention has at least one id here, and several only of one place.
            let kind = ids.first().map(|id| kind(id)).unwrap_or_default();
            for group in [self.types.entry(kind).or_default(), &mut self.total] {
                group.expected += 1;
                if let Some(&(verdict, _)) = best.get(span) {
                    group.found.add(verdict);
                }
            }
            if let Some(&(verdict, one)) = best.get(span) {
                self.forms.entry(one.forms.clone()).or_default().found.add(verdict);
                self.rules.entry(one.rule.clone()).or_default().found.add(verdict);
            }
        }
        for group in self.forms.values_mut().chain(self.rules.values_mut()) {
            group.expected = self.total.expected;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn expected(start: u32, end: u32, ids: &[&'static str]) -> Expected<'static> {
        Expected { span: start..end, ids: ids.to_vec() }
    }

    fn given(start: u32, end: u32, id: &'static str) -> Given<'static> {
        Given { span: start..end, id, kind: &id[..1], forms: "exact".into(), rule: "as given".into() }
    }

    fn verdicts(window: Range<u32>, wanted: &[Expected<'_>], answers: &[Given<'_>]) -> Vec<Verdict> {
        judge(&window, wanted, answers).verdicts
    }

    #[test]
    fn an_answer_is_right_only_at_the_span_with_the_entity() {
        let wanted = [expected(0, 5, &["a1"])];
        let answers = [given(0, 5, "a1"), given(0, 5, "a2"), given(0, 4, "a1"), given(1, 5, "a1")];
        let all = verdicts(0..9, &wanted, &answers);
        assert_eq!(all, [Verdict::Right, Verdict::WrongLink, Verdict::Extra, Verdict::Extra]);
        assert_eq!(judge(&(0..9), &wanted, &answers[2..]).missed, [(0, 5)]);
    }

    #[test]
    fn what_lies_outside_the_window_or_has_no_known_entity_is_neither() {
        let wanted = [expected(0, 3, &["a"]), expected(4, 6, &[]), expected(8, 12, &["a"])];
        let answers = [given(0, 3, "a"), given(4, 6, "b"), given(4, 5, "b"), given(8, 12, "a")];
        let judged = judge(&(2..10), &wanted, &answers);
        assert_eq!(judged.verdicts, [Verdict::Open, Verdict::Open, Verdict::Extra, Verdict::Open]);
        assert!(judged.expected.is_empty() && judged.missed.is_empty());
    }

    #[test]
    fn a_span_given_twice_counts_once_with_the_ids_of_both() {
        let wanted = [expected(0, 3, &["a"]), expected(0, 3, &["b"]), expected(0, 3, &[])];
        let answers = [given(0, 3, "b")];
        let judged = judge(&(0..9), &wanted, &answers);
        let mut scores = Scores::default();
        scores.add(&judged, &answers, str::to_owned);
        assert_eq!(judged.verdicts, [Verdict::Right]);
        assert_eq!((scores.total.expected, scores.total.found.links, scores.total.right.links), (1, 1, 1));
    }

    #[test]
    fn counts_and_measures_agree_by_hand() {
        // Found and right: a1; found with the wrong entity: a2 as b1; missed: a3, b9; extra: b2.
        let wanted =
            [expected(0, 1, &["a1"]), expected(2, 3, &["a2"]), expected(4, 5, &["a3"]), expected(6, 7, &["b9"])];
        let answers = [given(0, 1, "a1"), given(2, 3, "b1"), given(8, 9, "b2")];
        let mut scores = Scores::default();
        scores.add(&judge(&(0..99), &wanted, &answers), &answers, |id| id[..1].to_owned());
        assert_eq!((scores.missed, scores.wrong_links, scores.extra), (2, 1, 1));
        let links = scores.total.links();
        assert_eq!((links.precision, links.recall), (Some(1.0 / 3.0), Some(0.25)));
        assert!((links.f1.unwrap() - 2.0 / 7.0).abs() < 1e-12);
        let spans = scores.total.spans();
        assert_eq!((spans.precision, spans.recall), (Some(2.0 / 3.0), Some(0.5)));
        let a = scores.types["a"];
        assert_eq!((a.expected, a.found.spans, a.found.links, a.given, a.right.links), (3, 2, 1, 1, 1));
        let b = scores.types["b"];
        assert_eq!((b.expected, b.found.spans, b.given, b.right.spans, b.right.links), (1, 0, 2, 1, 0));
        let exact = scores.forms["exact"];
        assert_eq!((exact.expected, exact.found.links, exact.given), (4, 1, 3));
    }

    #[test]
    fn nothing_has_no_measures() {
        let none = Tally::default().links();
        assert_eq!((none.precision, none.recall, none.f1), (None, None, None));
        let silent = Tally { expected: 3, ..Tally::default() }.links();
        assert_eq!((silent.precision, silent.recall, silent.f1), (None, Some(0.0), None));
    }
}
