//! Why a mention links as it does: every part of every weight (rule L1), in the order in which it was weighed.
//!
//! A candidate's score is `form factor * weight / (sum of weights + weight of nothing)`; its weight is the product of
//! the factors of its parts. Only made where it is asked for.
//!
//! Must not know: how it is shown.

use crate::{gazetteer::Rule, index::Form};

/// One part of a weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The rule that gives it.
    pub rule: Rule,
    /// What a candidate's weight is multiplied by; for nothing, what is added to its weight.
    pub factor: f64,
    /// What it rests on, in words.
    pub detail: String,
    /// The mentions it rests on, ascending.
    pub mentions: Vec<usize>,
}

/// What makes the score of one candidate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CandidateParts {
    /// The name that matched.
    pub name: String,
    /// The rule that derived it.
    pub rule: Option<Rule>,
    /// What the forms leave.
    pub form_factor: f64,
    /// The product of the factors.
    pub weight: f64,
    /// The parts.
    pub parts: Vec<Part>,
}

/// The explanation of one mention.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Explanation {
    /// One for each candidate, in their order.
    pub candidates: Vec<CandidateParts>,
    /// What weighs for no entity at all.
    pub nothing: f64,
    /// What that is the sum of.
    pub nothing_parts: Vec<Part>,
}

impl Part {
    pub(super) fn new(rule: Rule, factor: f64, detail: impl Into<String>) -> Self {
        Self { rule, factor, detail: detail.into(), mentions: Vec::new() }
    }
}

/// The forms in words.
pub(super) fn forms_in_words(forms: impl Iterator<Item = Form>) -> String {
    let names: Vec<_> = forms.map(Form::as_str).collect();
    if names.is_empty() { "as given".to_owned() } else { format!("it differs by {}", names.join(", ")) }
}
