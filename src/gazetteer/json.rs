//! JSON Lines: an entity in proto3 JSON a line.
//!
//! More is accepted than proto3 JSON has: an alias may be a plain string, and enum values may be written short and in
//! any case (`"case": "exact"`, `"kind": "SHORT"`). Field names may be camelCase or snake_case, as in proto3 JSON; an
//! unknown field is a fault, because it is more often a misspelling than an extension.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::{Alias, AliasKind, CaseRule, Entity};

/// The longest message of the parser, in characters; it may quote the line.
const MAX_MESSAGE: usize = 300;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct EntityLine {
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "nullable")]
    aliases: Vec<AliasItem>,
    #[serde(default, deserialize_with = "case_rule")]
    case: Option<CaseRule>,
    prior: Option<f64>,
    #[serde(default, deserialize_with = "nullable")]
    attributes: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "nullable")]
    related: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    context: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "an alias is a string or an object with text, languageCode, case, kind, prior")]
enum AliasItem {
    Text(String),
    Object(AliasObject),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct AliasObject {
    text: String,
    #[serde(default, alias = "language_code")]
    language_code: String,
    #[serde(default, deserialize_with = "case_rule")]
    case: Option<CaseRule>,
    #[serde(default, deserialize_with = "alias_kind")]
    kind: AliasKind,
    prior: Option<f64>,
}

/// Reads one line. The error is a sentence with the column where it is known.
pub fn parse(line: &str) -> Result<Entity, String> {
    let entity: EntityLine = serde_json::from_str(line).map_err(|error| sentence(&error))?;
    let aliases = entity.aliases.into_iter().map(|item| match item {
        AliasItem::Text(text) => Alias::plain(text),
        AliasItem::Object(AliasObject { text, language_code, case, kind, prior }) => {
            Alias { text, language_code, case, kind, prior }
        }
    });
    Ok(Entity {
        id: entity.id,
        name: entity.name,
        kind: entity.kind,
        aliases: aliases.collect(),
        case: entity.case.unwrap_or_default(),
        prior: entity.prior,
        attributes: entity.attributes,
        related: entity.related,
        context: entity.context,
    })
}

/// Whether a text is a JSON object, whatever its fields.
pub(super) fn is_object(text: &str) -> bool {
    text.starts_with('{') && serde_json::from_str::<de::IgnoredAny>(text).is_ok()
}

#[derive(Serialize)]
struct EntityOut<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(rename = "type", skip_serializing_if = "str::is_empty")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<AliasOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prior: Option<f64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    related: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    context: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AliasOut<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    language_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prior: Option<f64>,
}

/// Writes an entity as one line of proto3 JSON, without the end of the line. Equal entities are equal lines.
pub fn write(entity: &Entity) -> String {
    let Entity { id, name, kind, aliases, case, prior, attributes, related, context } = entity;
    let aliases = aliases.iter().map(|Alias { text, language_code, case, kind, prior }| {
        let kind = (*kind == AliasKind::Short).then_some("ALIAS_KIND_SHORT");
        AliasOut { text, language_code, case: case.map(CaseRule::as_str), kind, prior: *prior }
    });
    let case = Some(*case).filter(|&case| case != CaseRule::Auto).map(CaseRule::as_str);
    let aliases = aliases.collect();
    let entity = EntityOut { id, name, kind, aliases, case, prior: *prior, attributes, related, context };
    // Strings, numbers and maps of strings always have a JSON form.
    serde_json::to_string(&entity).unwrap_or_default()
}

/// The parser's message with a column instead of its line, which is always the first.
fn sentence(error: &serde_json::Error) -> String {
    let message: String = error.to_string().chars().take(MAX_MESSAGE).collect();
    match message.rsplit_once(" at line ") {
        Some((message, _)) => format!("{message} at column {}", error.column()),
        None => format!("{message}… at column {}", error.column()),
    }
}

/// `null` stands for the default, as in proto3 JSON.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

fn case_rule<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CaseRule>, D::Error> {
    let Some(name) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    if name == "CASE_RULE_UNSPECIFIED" {
        return Ok(None);
    }
    let unknown = || de::Error::unknown_variant(&name, &["auto", "exact", "any"]);
    CaseRule::parse(&name).map(Some).ok_or_else(unknown)
}

fn alias_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AliasKind, D::Error> {
    let Some(name) = Option::<String>::deserialize(deserializer)? else { return Ok(AliasKind::default()) };
    if name == "ALIAS_KIND_UNSPECIFIED" {
        return Ok(AliasKind::default());
    }
    AliasKind::parse(&name).ok_or_else(|| de::Error::unknown_variant(&name, &["FULL", "SHORT"]))
}
