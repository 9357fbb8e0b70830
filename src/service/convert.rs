//! The border between protobuf and the domain.
//!
//! Every field is taken apart by name, so that a new field of the protocol does not compile until it is dealt with.
//! Whatever is wrong becomes a [`Violation`]; nothing stops at the first.

use std::sync::Arc;

use super::{
    Violation,
    proto::{
        self, AliasKind, CaseRule, EntityReference, EntitySummary, ErrorReason, ExplainMatchResponse, ExtractResponse,
        GazetteerVersion, MatchForm, OffsetEncoding, OverlapPolicy, Truncation,
    },
    reasons,
};
use crate::{
    catalog::{Gazetteer, Pinned},
    extract::{Answer, Cut, Field, Finding, Input, Options, Overlap, Source},
    gazetteer::{Alias, AliasKind as Kind, CaseRule as Case, Checker, Entity, MAX_ALIASES, MAX_LINKS},
    index::{EntityId, Form, Forms},
    service::Limits,
    text::{OffsetEncoding as Encoding, check_tag},
};

/// The violation of an enum value that the protocol does not have.
pub(super) fn unknown(field: String, value: i32) -> Violation {
    Violation::invalid(field, format!("{value} is not a value of this enum"))
}

/// The most items of a list of names in a request.
const MAX_ITEMS: usize = 1000;

/// The list, or nothing and a violation where it is longer than lists of names may be.
pub(super) fn at_most<'a, T>(list: &'a [T], field: &str, wrong: &mut Vec<Violation>) -> &'a [T] {
    if list.len() <= MAX_ITEMS {
        return list;
    }
    wrong.push(Violation::invalid(field, format!("{} items; at most {MAX_ITEMS} may be given", list.len())));
    &[]
}

/// The form that a request names, `None` for the exact one, or what is wrong with it.
fn asked_form(form: i32) -> Result<Option<Form>, String> {
    Ok(Some(match MatchForm::try_from(form) {
        Ok(MatchForm::Unspecified) => return Err("no form is named".to_owned()),
        Ok(MatchForm::Exact) => return Ok(None),
        Ok(MatchForm::Case) => Form::Case,
        Ok(MatchForm::Diacritics) => Form::Diacritics,
        Ok(MatchForm::Possessive) => Form::Possessive,
        Ok(MatchForm::Seam) => Form::Seam,
        Ok(MatchForm::Hyphen) => Form::Hyphen,
        Ok(MatchForm::LineBreak) => Form::LineBreak,
        Ok(MatchForm::Particle) => Form::Particle,
        Ok(MatchForm::Short) => Form::Short,
        Ok(MatchForm::Inflection) => Form::Inflection,
        Ok(MatchForm::Compound) => Form::Compound,
        Ok(MatchForm::Split) => Form::Split,
        Ok(MatchForm::LongS) => Form::LongS,
        Ok(MatchForm::Derived) => Form::Derived,
        Err(_) => return Err(format!("{form} is not a value of this enum")),
    }))
}

/// Reads options; `limit` is the most mentions that the server gives.
pub(super) fn options(options: &proto::ExtractOptions, limit: usize, wrong: &mut Vec<Violation>) -> Options {
    let proto::ExtractOptions {
        offset_encoding,
        overlap_policy,
        include_types,
        exclude_types,
        disabled_forms,
        min_score,
        max_mentions,
        disabled_rules,
        enabled_forms,
        explain,
    } = options;
    let offsets = match OffsetEncoding::try_from(*offset_encoding) {
        Ok(OffsetEncoding::Unspecified | OffsetEncoding::Utf8) => Encoding::Utf8,
        Ok(OffsetEncoding::Utf16) => Encoding::Utf16,
        Ok(OffsetEncoding::CodePoints) => Encoding::CodePoints,
        Err(_) => {
            wrong.push(unknown("options.offset_encoding".into(), *offset_encoding));
            Encoding::Utf8
        }
    };
    let overlap = match OverlapPolicy::try_from(*overlap_policy) {
        Ok(OverlapPolicy::Unspecified | OverlapPolicy::Longest) => Overlap::Longest,
        Ok(OverlapPolicy::Outermost) => Overlap::Outermost,
        Ok(OverlapPolicy::All) => Overlap::All,
        Err(_) => {
            wrong.push(unknown("options.overlap_policy".into(), *overlap_policy));
            Overlap::Longest
        }
    };
    let include_types = at_most(include_types, "options.include_types", wrong);
    let exclude_types = at_most(exclude_types, "options.exclude_types", wrong);
    let disabled_forms = at_most(disabled_forms, "options.disabled_forms", wrong);
    for (index, kind) in exclude_types.iter().enumerate() {
        if include_types.contains(kind) {
            let message = format!("the type {kind:?} stands in include_types too");
            wrong.push(Violation::invalid(format!("options.exclude_types[{index}]"), message));
        }
    }
    let enabled_forms = at_most(enabled_forms, "options.enabled_forms", wrong);
    let mut disabled = Forms::EXACT;
    for (index, &form) in disabled_forms.iter().enumerate() {
        let field = || format!("options.disabled_forms[{index}]");
        match asked_form(form) {
            Ok(Some(form)) => disabled = disabled.with(form),
            Ok(None) => wrong.push(Violation::invalid(field(), "MATCH_FORM_EXACT cannot be switched off")),
            Err(message) => wrong.push(Violation::invalid(field(), message)),
        }
    }
    let mut enabled = Forms::EXACT;
    for (index, &form) in enabled_forms.iter().enumerate() {
        let mut refuse = |message: String| {
            wrong.push(Violation::invalid(format!("options.enabled_forms[{index}]"), message));
        };
        match asked_form(form) {
            Ok(Some(form)) if disabled.has(form) => refuse(format!("the form {form} stands in disabled_forms too")),
            Ok(Some(form)) if Forms::ON_REQUEST.has(form) => enabled = enabled.with(form),
            Ok(Some(form)) => refuse(format!("the form {form} is on by default; only those off by default are given")),
            Ok(None) => refuse("MATCH_FORM_EXACT is always on".to_owned()),
            Err(message) => refuse(message),
        }
    }
    if !(0.0..=1.0).contains(min_score) {
        wrong.push(Violation::invalid("options.min_score", format!("{min_score} is not between 0 and 1")));
    }
    let max_mentions = match *max_mentions as usize {
        0 => limit,
        most if most > limit => {
            let message = format!("{most} is more than the limit limits.mentions, which is {limit}");
            wrong.push(Violation::invalid("options.max_mentions", message));
            limit
        }
        most => most,
    };
    Options {
        offsets,
        overlap,
        include_types: include_types.to_vec(),
        exclude_types: exclude_types.to_vec(),
        disabled,
        enabled,
        min_score: *min_score,
        max_mentions: Some(max_mentions),
        disabled_rules: reasons::rules(at_most(disabled_rules, "options.disabled_rules", wrong), wrong),
        explain: *explain,
    }
}

/// Reads the entities that a request brings along.
pub(super) fn inline_entities(list: &[proto::Entity], limits: &Limits, wrong: &mut Vec<Violation>) -> Vec<Entity> {
    if list.len() > limits.inline_entities {
        let reason = ErrorReason::TooManyInlineEntities;
        let (size, limit) = (list.len(), limits.inline_entities);
        wrong.push(Violation::limit("inline_entities", "entities", size, "limits.inline_entities", limit, reason));
        return Vec::new();
    }
    entities(list, "inline_entities", wrong)
}

/// Reads entities; `field` is the one that holds them.
pub(super) fn entities(entities: &[proto::Entity], field: &'static str, wrong: &mut Vec<Violation>) -> Vec<Entity> {
    let mut checker = Checker::of_list(field);
    let mut issues = Vec::new();
    let mut read = Vec::with_capacity(entities.len());
    for (index, one) in entities.iter().enumerate() {
        let path = format!("{field}[{index}]");
        if wrong.len() + issues.len() > MAX_ITEMS {
            break;
        }
        let one = entity(one, &path, wrong);
        let mut own = Vec::new();
        checker.check(&one, index as u64, &mut own);
        issues.append(&mut own);
        read.push(one);
    }
    wrong.extend(issues.into_iter().map(|issue| {
        let place = format!("{field}[{}]", issue.line);
        let field = if issue.field.is_empty() { place } else { format!("{place}.{}", issue.field) };
        Violation::invalid(field, issue.message)
    }));
    read
}

/// Reads an entity; `path` is the field that holds it. Of lists that are too long, as much is read as shows that.
pub(super) fn entity(entity: &proto::Entity, path: &str, wrong: &mut Vec<Violation>) -> Entity {
    let proto::Entity { id, name, r#type, aliases, case, prior, attributes, related, context } = entity;
    let case = case_rule(*case, || format!("{path}.case"), wrong);
    let mut alias = |index: usize, alias: &proto::Alias| {
        let proto::Alias { text, language_code, case, kind, prior } = alias;
        let case = case_rule(*case, || format!("{path}.aliases[{index}].case"), wrong);
        let kind = match AliasKind::try_from(*kind) {
            Ok(AliasKind::Unspecified | AliasKind::Full) => Kind::Full,
            Ok(AliasKind::Short) => Kind::Short,
            Err(_) => {
                wrong.push(unknown(format!("{path}.aliases[{index}].kind"), *kind));
                Kind::Full
            }
        };
        Alias { text: text.clone(), language_code: language_code.clone(), case, kind, prior: *prior }
    };
    Entity {
        id: id.clone(),
        name: name.clone(),
        kind: r#type.clone(),
        aliases: aliases.iter().take(MAX_ALIASES + 1).enumerate().map(|(index, one)| alias(index, one)).collect(),
        case: case.unwrap_or_default(),
        prior: *prior,
        attributes: attributes.clone(),
        related: related.iter().take(MAX_LINKS + 1).cloned().collect(),
        context: context.iter().take(MAX_LINKS + 1).cloned().collect(),
    }
}

fn case_rule(case: i32, field: impl FnOnce() -> String, wrong: &mut Vec<Violation>) -> Option<Case> {
    match CaseRule::try_from(case) {
        Ok(CaseRule::Unspecified) => None,
        Ok(CaseRule::Auto) => Some(Case::Auto),
        Ok(CaseRule::Exact) => Some(Case::Exact),
        Ok(CaseRule::Any) => Some(Case::Any),
        Err(_) => {
            wrong.push(unknown(field(), case));
            None
        }
    }
}

/// Reads a document; `path` is the field that holds it.
pub fn document<'a>(
    document: &'a proto::Document,
    path: &str,
    limits: &Limits,
    wrong: &mut Vec<Violation>,
) -> Input<'a> {
    // The id is returned by whoever answers; attributes have no effect.
    let proto::Document { id: _, title, text, language_code, attributes: _ } = document;
    let size = title.len() + text.len();
    if size > limits.document_bytes {
        let reason = ErrorReason::DocumentTooLarge;
        let (what, limit) = ("bytes of title and text", limits.document_bytes);
        wrong.push(Violation::limit(format!("{path}.text"), what, size, "limits.document_bytes", limit, reason));
    }
    if let Err(message) = check_tag(language_code) {
        wrong.push(Violation::invalid(format!("{path}.language_code"), message));
    }
    Input { title, text, language: language_code }
}

/// Writes an answer as the protocol has it.
pub fn response(id: &str, input: Input<'_>, pinned: &Pinned, options: &Options, answer: &Answer) -> ExtractResponse {
    let sources = pinned.sources();
    let reference = |source: usize, entity| reference(&sources[source], entity);
    let entities = answer.entities.iter().map(|&(source, entity, count)| EntitySummary {
        entity: Some(reference(source, entity)),
        mention_count: count as u32,
    });
    ExtractResponse {
        document_id: id.to_owned(),
        mentions: (0..answer.mentions.len()).map(|number| mention(number, input, answer, reference)).collect(),
        entities: entities.collect(),
        gazetteers: versions(pinned),
        offset_encoding: encoding(options).into(),
        truncations: answer.cuts.iter().map(truncation).collect(),
    }
}

/// The versions of the gazetteers that were searched.
pub(super) fn versions(pinned: &Pinned) -> Vec<GazetteerVersion> {
    let version = |gazetteer: &Arc<Gazetteer>| GazetteerVersion {
        name: gazetteer.name().to_owned(),
        version: gazetteer.version().to_owned(),
    };
    pinned.gazetteers().iter().map(version).collect()
}

pub(super) fn encoding(options: &Options) -> OffsetEncoding {
    match options.offsets {
        Encoding::Utf8 => OffsetEncoding::Utf8,
        Encoding::Utf16 => OffsetEncoding::Utf16,
        Encoding::CodePoints => OffsetEncoding::CodePoints,
    }
}

/// Writes what was asked about a match as the protocol has it.
pub fn findings(
    input: Input<'_>,
    pinned: &Pinned,
    options: &Options,
    answer: &Answer,
    findings: &[Finding],
) -> ExplainMatchResponse {
    let sources = pinned.sources();
    let reference = |source: usize, entity| reference(&sources[source], entity);
    let finding = |finding: &Finding| {
        let Finding { reason, place, entity, name, mention: number } = finding;
        let (field, text) = match place {
            Some((0, span, _)) => (proto::Field::Title, span.of(input.title)),
            Some((_, span, _)) => (proto::Field::Text, span.of(input.text)),
            None => (proto::Field::Unspecified, ""),
        };
        let (reason, detail) = reasons::reason(*reason);
        proto::MatchFinding {
            reason: reason.into(),
            detail: detail.to_owned(),
            start: place.as_ref().map(|(_, _, offsets)| offsets.start),
            end: place.as_ref().map(|(_, _, offsets)| offsets.end),
            text: text.to_owned(),
            field: field.into(),
            name: name.clone(),
            entity: entity.map(|(source, entity)| reference(source, entity)),
            mention: number.map(|number| mention(number, input, answer, reference)),
        }
    };
    ExplainMatchResponse {
        findings: findings.iter().map(finding).collect(),
        gazetteers: versions(pinned),
        offset_encoding: encoding(options).into(),
        truncations: answer.cuts.iter().map(truncation).collect(),
    }
}

pub(super) fn truncation(&Cut { limit, value, dropped }: &Cut) -> Truncation {
    Truncation { limit: limit.into(), value: value as u32, dropped: dropped as u32 }
}

pub(super) fn reference(source: &Source<'_>, entity: EntityId) -> EntityReference {
    let id = source.segment.id_of(entity);
    let entity = source.segment.entity(entity);
    EntityReference {
        id,
        name: entity.name.to_string(),
        r#type: source.segment.types()[entity.kind.0 as usize].to_string(),
        gazetteer: source.name.to_owned(),
    }
}

fn mention(
    number: usize,
    input: Input<'_>,
    answer: &Answer,
    reference: impl Fn(usize, EntityId) -> EntityReference + Copy,
) -> proto::Mention {
    let mention = &answer.mentions[number];
    let candidates = &answer.candidates[mention.candidates.clone()];
    let listed = if candidates.len() > 1 || !mention.linked { candidates } else { &[] };
    let (field, text) = match mention.field {
        Field::Title => (proto::Field::Title, input.title),
        Field::Text => (proto::Field::Text, input.text),
    };
    let link = answer.link(mention);
    proto::Mention {
        start: Some(mention.offsets.start),
        end: Some(mention.offsets.end),
        text: mention.span.of(text).to_owned(),
        entity: link.map(|link| reference(link.source, link.entity)),
        score: candidates[0].score,
        field: field.into(),
        forms: forms(mention.forms),
        follows: mention.follows.map(|follows| follows as u32),
        candidates: listed
            .iter()
            .map(|one| proto::Candidate { entity: Some(reference(one.source, one.entity)), score: one.score })
            .collect(),
        rule: reasons::rule(mention.rule),
        explanation: reasons::explanation_of(answer, number, reference),
    }
}

fn forms(forms: Forms) -> Vec<i32> {
    let mut all = Vec::with_capacity(1);
    each_form(forms, |form| all.push(form.into()));
    all
}

/// Calls `write` for each form as the protocol has it.
pub(super) fn each_form(forms: Forms, mut write: impl FnMut(MatchForm)) {
    if forms == Forms::EXACT {
        return write(MatchForm::Exact);
    }
    let form = |form| match form {
        Form::Case => MatchForm::Case,
        Form::Diacritics => MatchForm::Diacritics,
        Form::Possessive => MatchForm::Possessive,
        Form::Seam => MatchForm::Seam,
        Form::Hyphen => MatchForm::Hyphen,
        Form::LineBreak => MatchForm::LineBreak,
        Form::Particle => MatchForm::Particle,
        Form::Short => MatchForm::Short,
        Form::Inflection => MatchForm::Inflection,
        Form::Compound => MatchForm::Compound,
        Form::Split => MatchForm::Split,
        Form::LongS => MatchForm::LongS,
        Form::Derived => MatchForm::Derived,
    };
    forms.iter().for_each(|one| write(form(one)));
}
