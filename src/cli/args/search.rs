//! What every subcommand that extracts may be told of the search.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::{
    extract::Overlap,
    gazetteer::Rule,
    index::{Form, Forms},
};

/// What to search and how: the same for every subcommand that extracts.
#[derive(Debug, Args)]
pub(in crate::cli) struct Search {
    /// A gazetteer file (.jsonl, .csv, .tsv, .segment, or a name a line); may be given again.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) gazetteer: Vec<PathBuf>,
    /// Leave out gazetteer lines with issues, and say which.
    #[arg(long)]
    pub(in crate::cli) skip_bad_lines: bool,
    /// What becomes of mentions that overlap.
    #[arg(long, value_enum, value_name = "POLICY", default_value_t = OverlapPolicy::Longest)]
    pub(in crate::cli) overlap: OverlapPolicy,
    /// Only entities of this type; may be given again.
    #[arg(long = "type", value_name = "TYPE")]
    pub(in crate::cli) include_types: Vec<String>,
    /// No entities of this type; may be given again.
    #[arg(long = "not-type", value_name = "TYPE")]
    pub(in crate::cli) exclude_types: Vec<String>,
    /// A weaker form not to accept, or a rule not to apply; may be given again or with commas.
    #[arg(long, value_name = "FORM|RULE", value_delimiter = ',', value_parser = way)]
    pub(in crate::cli) without: Vec<Way>,
    /// A weaker form to accept that is not by default: split, long-s; may be given again or with commas.
    #[arg(long, value_name = "FORM", value_delimiter = ',', value_parser = form_on_request)]
    pub(in crate::cli) with: Vec<Form>,
    /// The score, from 0 to 1, below which a mention links to no entity.
    #[arg(long, value_name = "SCORE", default_value_t = 0.0, value_parser = score, allow_negative_numbers = true)]
    pub(in crate::cli) min_score: f64,
    /// The most mentions to give for a document.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    pub(in crate::cli) max_mentions: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OverlapPolicy {
    Longest,
    Outermost,
    All,
}

impl From<OverlapPolicy> for Overlap {
    fn from(policy: OverlapPolicy) -> Self {
        match policy {
            OverlapPolicy::Longest => Self::Longest,
            OverlapPolicy::Outermost => Self::Outermost,
            OverlapPolicy::All => Self::All,
        }
    }
}

/// What may be switched off.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) enum Way {
    Form(Form),
    Rule(Rule),
}

impl Way {
    /// The form, if it is one.
    pub(in crate::cli) fn form(self) -> Option<Form> {
        if let Self::Form(form) = self { Some(form) } else { None }
    }

    /// The rule, if it is one.
    pub(in crate::cli) fn rule(self) -> Option<Rule> {
        if let Self::Rule(rule) = self { Some(rule) } else { None }
    }
}

fn way(text: &str) -> Result<Way, String> {
    let form = Form::ALL.into_iter().find(|form| form.as_str() == text).map(Way::Form);
    let mut rules = Rule::ALL.into_iter().filter(|rule| *rule != Rule::Form);
    let rule = rules.clone().find(|rule| rule.as_str() == text).map(Way::Rule);
    form.or(rule).ok_or_else(|| {
        let forms = Form::ALL.map(Form::as_str).join(", ");
        let first = rules.next().map(Rule::as_str).unwrap_or_default();
        let rules = rules.fold(first.to_owned(), |all, rule| format!("{all}, {rule}"));
        format!("the forms are {forms}; the rules are {rules}")
    })
}

fn form_on_request(text: &str) -> Result<Form, String> {
    let on_request = |form: &Form| Forms::ON_REQUEST.has(*form);
    let names = Forms::ON_REQUEST.iter().map(Form::as_str).collect::<Vec<_>>().join(", ");
    Form::ALL
        .into_iter()
        .find(|form| form.as_str() == text)
        .filter(on_request)
        .ok_or(format!("the forms that are off by default are {names}"))
}

fn score(text: &str) -> Result<f64, String> {
    let score = text.parse().map_err(|_| "a number from 0 to 1 is asked for".to_owned())?;
    if (0.0..=1.0).contains(&score) { Ok(score) } else { Err("a number from 0 to 1 is asked for".into()) }
}
