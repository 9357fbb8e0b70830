//! A case: a gazetteer, a document, options, and what must be found. The format of `tests/cases/*.toml`.

use std::{collections::HashSet, fs, path::Path};

use onomast::{
    extract::{Options, Overlap},
    gazetteer::{Format, Rule, read},
    index::Form,
    service::proto,
    text::OffsetEncoding,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

/// One row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) rules: Vec<String>,
    gazetteer: Vec<toml::Value>,
    #[serde(default)]
    pub(crate) title: String,
    pub(crate) text: String,
    /// The language of the document.
    #[serde(default)]
    pub(crate) language: String,
    #[serde(default)]
    pub(crate) options: CaseOptions,
    pub(crate) mentions: Vec<Expected>,
    #[serde(default)]
    pub(crate) cut: Vec<String>,
    /// Questions of the kind that `ExplainMatch` answers.
    #[serde(default)]
    pub(crate) asks: Vec<Ask>,
}

/// A question about a name or an entity, with what is found out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    pub(crate) name: Option<String>,
    pub(crate) entity: Option<String>,
    pub(crate) findings: Vec<ExpectedFinding>,
}

/// What must be found out at one place.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedFinding {
    pub(crate) reason: String,
    pub(crate) start: Option<u32>,
    pub(crate) end: Option<u32>,
    pub(crate) id: Option<String>,
    pub(crate) field: Option<String>,
    /// The mention of the answer that stands there, by number.
    pub(crate) mention: Option<usize>,
}

impl ExpectedFinding {
    /// What was found, as a row has it.
    pub(crate) fn of(finding: &proto::MatchFinding) -> Self {
        let field = Some(finding.field()).filter(|field| *field == proto::Field::Title).map(short_name);
        Self {
            reason: short_name(finding.reason()),
            start: finding.start,
            end: finding.end,
            id: finding.entity.as_ref().map(|entity| entity.id.clone()),
            field,
            mention: finding.mention.as_ref().map(|_| 0),
        }
    }
}

impl PartialEq for ExpectedFinding {
    fn eq(&self, other: &Self) -> bool {
        (&self.reason, self.start, self.end, &self.id, &self.field, self.mention.is_some())
            == (&other.reason, other.start, other.end, &other.id, &other.field, other.mention.is_some())
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseOptions {
    #[serde(default)]
    overlap: Option<String>,
    #[serde(default)]
    offsets: Option<String>,
    #[serde(default)]
    include_types: Vec<String>,
    #[serde(default)]
    exclude_types: Vec<String>,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    min_score: Option<f64>,
    #[serde(default)]
    max_mentions: Option<u32>,
}

/// A mention that must be found.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) id: Option<String>,
    pub(crate) forms: Vec<String>,
    #[serde(default)]
    pub(crate) field: Option<String>,
    #[serde(default)]
    pub(crate) score: Option<f64>,
    #[serde(default)]
    pub(crate) follows: Option<u32>,
    #[serde(default)]
    pub(crate) candidates: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) rule: Option<String>,
}

/// Reads every case of `tests/cases`; names must be unique.
pub(crate) fn all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut names = HashSet::new();
    let mut cases = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let File { case } = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for case in case {
            assert!(names.insert(case.name.clone()), "{}: the name {} is given twice", file.display(), case.name);
            cases.push(case);
        }
    }
    assert!(!cases.is_empty());
    cases
}

impl Case {
    /// The gazetteer as a JSON Lines file.
    pub(crate) fn jsonl(&self) -> String {
        let line = |entity: &toml::Value| serde_json::to_string(entity).unwrap() + "\n";
        self.gazetteer.iter().map(line).collect()
    }

    /// The entities of the gazetteer.
    pub(crate) fn entities(&self) -> Vec<onomast::gazetteer::Entity> {
        self.entities_of(&self.jsonl())
    }

    /// The entities of the gazetteer, of another spelling of its file.
    pub(crate) fn entities_of(&self, jsonl: &str) -> Vec<onomast::gazetteer::Entity> {
        let read = read(jsonl.as_bytes(), Format::JsonLines).unwrap();
        assert!(read.issues.is_empty(), "{}: {:?}", self.name, read.issues);
        read.entries.into_iter().map(|entry| entry.entity).collect()
    }

    pub(crate) fn document(&self) -> proto::Document {
        let (id, title, text) = (self.name.clone(), self.title.clone(), self.text.clone());
        proto::Document { id, title, text, language_code: self.language.clone(), ..Default::default() }
    }

    pub(crate) fn library_options(&self) -> Options {
        let options = &self.options;
        let form = |name: &String| Form::ALL.into_iter().find(|form| form.as_str() == name);
        let rule = |name: &String| Rule::ALL.into_iter().find(|rule| rule.as_str() == name);
        assert!(options.without.iter().all(|name| form(name).is_some() || rule(name).is_some()), "{}", self.name);
        Options {
            offsets: match options.offsets.as_deref() {
                None | Some("utf8") => OffsetEncoding::Utf8,
                Some("utf16") => OffsetEncoding::Utf16,
                Some("code-points") => OffsetEncoding::CodePoints,
                other => panic!("{}: offsets {other:?}", self.name),
            },
            overlap: match options.overlap.as_deref() {
                None | Some("longest") => Overlap::Longest,
                Some("outermost") => Overlap::Outermost,
                Some("all") => Overlap::All,
                other => panic!("{}: overlap {other:?}", self.name),
            },
            include_types: options.include_types.clone(),
            exclude_types: options.exclude_types.clone(),
            disabled: options.without.iter().filter_map(form).collect(),
            enabled: options.with.iter().filter_map(form).collect(),
            min_score: options.min_score.unwrap_or(0.0),
            max_mentions: options.max_mentions.map(|most| most as usize),
            disabled_rules: options.without.iter().filter_map(rule).collect(),
            explain: true,
        }
    }

    pub(crate) fn proto_options(&self) -> proto::ExtractOptions {
        let options = self.library_options();
        let form = |name: &String| {
            let name = format!("MATCH_FORM_{}", name.replace('-', "_").to_uppercase());
            proto::MatchForm::from_str_name(&name).map(i32::from)
        };
        let rule = |name: &String| {
            let name = format!("RULE_{}", name.replace('-', "_").to_uppercase());
            proto::Rule::from_str_name(&name).map(i32::from)
        };
        proto::ExtractOptions {
            offset_encoding: match options.offsets {
                OffsetEncoding::Utf8 => proto::OffsetEncoding::Utf8.into(),
                OffsetEncoding::Utf16 => proto::OffsetEncoding::Utf16.into(),
                OffsetEncoding::CodePoints => proto::OffsetEncoding::CodePoints.into(),
            },
            overlap_policy: match options.overlap {
                Overlap::Longest => proto::OverlapPolicy::Longest.into(),
                Overlap::Outermost => proto::OverlapPolicy::Outermost.into(),
                Overlap::All => proto::OverlapPolicy::All.into(),
            },
            include_types: options.include_types,
            exclude_types: options.exclude_types,
            disabled_forms: self.options.without.iter().filter_map(form).collect(),
            disabled_rules: self.options.without.iter().filter_map(rule).collect(),
            explain: true,
            enabled_forms: self.options.with.iter().filter_map(form).collect(),
            min_score: options.min_score,
            max_mentions: self.options.max_mentions.unwrap_or(0),
        }
    }

    pub(crate) fn flags(&self) -> Vec<String> {
        let options = &self.options;
        let mut flags = vec!["--explain".to_owned()];
        let mut flag = |name: &str, value: String| flags.extend([format!("--{name}"), value]);
        for (name, value) in [("overlap", &options.overlap), ("offsets", &options.offsets)] {
            if let Some(value) = value {
                flag(name, value.clone());
            }
        }
        for kind in &options.include_types {
            flag("type", kind.clone());
        }
        for kind in &options.exclude_types {
            flag("not-type", kind.clone());
        }
        for form in &options.without {
            flag("without", form.clone());
        }
        for form in &options.with {
            flag("with", form.clone());
        }
        if let Some(score) = options.min_score {
            flag("min-score", score.to_string());
        }
        if let Some(most) = options.max_mentions {
            flag("max-mentions", most.to_string());
        }
        flags
    }

    /// What is wrong with an answer; empty when it is as expected.
    pub(crate) fn differences(&self, answer: &proto::ExtractResponse) -> Vec<String> {
        let id = |reference: &Option<proto::EntityReference>| reference.as_ref().map(|entity| entity.id.clone());
        let found: Vec<Expected> = answer
            .mentions
            .iter()
            .map(|mention| Expected {
                start: mention.start.unwrap(),
                end: mention.end.unwrap(),
                text: mention.text.clone(),
                id: id(&mention.entity),
                forms: mention.forms().map(short_name).collect(),
                field: Some(short_name(mention.field())),
                score: Some(mention.score),
                follows: mention.follows,
                rule: Some(mention.rule()).filter(|rule| *rule != proto::Rule::Unspecified).map(short_name),
                candidates: Some(mention.candidates.iter().filter_map(|one| id(&one.entity)).collect()),
            })
            .collect();
        let mut wrong = Vec::new();
        for index in 0..found.len().max(self.mentions.len()) {
            match (self.mentions.get(index), found.get(index)) {
                (Some(expected), Some(found)) if expected.is(found) => {}
                (expected, found) => wrong.push(format!("mention {index}: expected {expected:?}, found {found:?}")),
            }
        }
        wrong.extend(answer.mentions.iter().filter_map(unexplained));
        let cut: Vec<_> = answer.truncations.iter().map(|cut| cut.limit.clone()).collect();
        if cut != self.cut {
            wrong.push(format!("expected cuts {:?}, found {cut:?}", self.cut));
        }
        wrong
    }
}

/// What is wrong with the explanation of a mention: it must repeat the score from its parts.
pub(crate) fn unexplained(mention: &proto::Mention) -> Option<String> {
    let Some(explanation) = &mention.explanation else { return Some(format!("{mention:?} is not explained")) };
    let proto::Explanation { candidates, nothing_weight, nothing_parts } = explanation;
    let nothing: f64 = nothing_parts.iter().map(|part| part.factor).sum();
    let total = candidates.iter().map(|one| one.weight).sum::<f64>() + nothing_weight;
    let wrong = |one: &proto::CandidateExplanation| {
        let weight: f64 = one.parts.iter().map(|part| part.factor).product();
        let share = if total > 0.0 { one.weight / total } else { 1.0 / candidates.len() as f64 };
        (weight - one.weight).abs() > 1e-9 || (one.form_factor * share - one.score).abs() > 6e-5
    };
    let best = candidates.first().is_none_or(|best| best.score != mention.score);
    let likely = candidates.first().is_some_and(|best| best.weight >= *nothing_weight);
    let linked = mention.entity.is_none() || likely;
    let bad = best || !linked || (nothing - nothing_weight).abs() > 1e-9 || candidates.iter().any(wrong);
    bad.then(|| format!("{mention:?} is explained wrongly"))
}

impl Expected {
    /// Whether what was found is this, as far as this says.
    fn is(&self, found: &Self) -> bool {
        let field = self.field.clone().unwrap_or("text".into());
        (self.start, self.end, &self.text, &self.id) == (found.start, found.end, &found.text, &found.id)
            && self.forms == found.forms
            && Some(field) == found.field
            && self.score.is_none_or(|score| found.score.is_some_and(|found| (found - score).abs() < 1e-6))
            && (self.follows.is_none() || self.follows == found.follows)
            && (self.rule.is_none() || self.rule == found.rule)
            && (self.candidates.is_none() || self.candidates == found.candidates)
    }
}

/// `line-break` for `MATCH_FORM_LINE_BREAK`, `title` for `FIELD_TITLE`.
fn short_name(value: impl NamedValue) -> String {
    let name = value.name();
    let prefixes = ["MATCH_FORM_", "MATCH_REASON_", "FIELD_", "RULE_"];
    let name = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap();
    name.to_lowercase().replace('_', "-")
}

trait NamedValue {
    fn name(&self) -> &'static str;
}

impl NamedValue for proto::MatchForm {
    fn name(&self) -> &'static str {
        self.as_str_name()
    }
}

impl NamedValue for proto::MatchReason {
    fn name(&self) -> &'static str {
        self.as_str_name()
    }
}

impl NamedValue for proto::Rule {
    fn name(&self) -> &'static str {
        self.as_str_name()
    }
}

impl NamedValue for proto::Field {
    fn name(&self) -> &'static str {
        self.as_str_name()
    }
}
