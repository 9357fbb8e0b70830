//! JSON Lines: an entity in proto3 JSON a line.
//!
//! More is accepted than proto3 JSON has: an alias may be a plain string, and enum values may be written short and in
//! any case (`"case": "exact"`, `"kind": "SHORT"`). As in proto3 JSON, field names may be camelCase or snake_case, `null`
//! is a default, an enum value may be its number, and a number may be in quotes. An unknown field is a fault, because it
//! is more often a misspelling than an extension.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize, de};

use super::{Alias, AliasKind, CaseRule, Entity, check::quoted};

/// The longest message of the parser, in characters; it may quote the line.
const MAX_MESSAGE: usize = 300;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct EntityLine {
    #[serde(default, deserialize_with = "nullable")]
    id: String,
    #[serde(default, deserialize_with = "nullable")]
    name: String,
    #[serde(default, deserialize_with = "nullable", rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "nullable")]
    aliases: Vec<AliasItem>,
    #[serde(default, deserialize_with = "case_rule")]
    case: Option<CaseRule>,
    #[serde(default, deserialize_with = "number")]
    prior: Option<f64>,
    #[serde(default, deserialize_with = "nullable")]
    attributes: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "nullable")]
    related: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    context: Vec<String>,
}

enum AliasItem {
    Text(String),
    Object(AliasObject),
}

impl<'de> Deserialize<'de> for AliasItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = AliasItem;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an alias: a string, or an object with text, languageCode, case, kind, prior")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<AliasItem, E> {
                Ok(AliasItem::Text(text.to_owned()))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<AliasItem, A::Error> {
                AliasObject::deserialize(de::value::MapAccessDeserializer::new(map)).map(AliasItem::Object)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct AliasObject {
    #[serde(default, deserialize_with = "nullable")]
    text: String,
    #[serde(default, deserialize_with = "nullable", alias = "language_code")]
    language_code: String,
    #[serde(default, deserialize_with = "case_rule")]
    case: Option<CaseRule>,
    #[serde(default, deserialize_with = "alias_kind")]
    kind: AliasKind,
    #[serde(default, deserialize_with = "number")]
    prior: Option<f64>,
}

/// Reads one line. The error is a sentence with the column where it is known.
pub fn parse(line: &str) -> Result<Entity, String> {
    begins_object(line.trim_start().as_bytes())?;
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

/// Checks that a line begins a JSON object: of a list the parser would take the values for the fields in their order. The
/// error is a sentence, which tells how a list of objects is written as lines.
pub fn begins_object(line: &[u8]) -> Result<(), String> {
    match line.first() {
        Some(b'{') => Ok(()),
        Some(b'[') => Err("it is a JSON array: each object must stand on a line of its own, without brackets and \
                           commas around it, as `jq -c '.[]'` writes it"
            .into()),
        _ => Err("it is no JSON object".into()),
    }
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

/// What is wrong with a line, in a sentence of bounded length: the parser's message with a column instead of its line, which
/// is always the first.
pub fn sentence(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return format!(
            "the line ends inside of the object, which must stand on one line, at column {}",
            error.column()
        );
    }
    let message: String = error.to_string().chars().take(MAX_MESSAGE).collect();
    // What was read before has no place.
    if error.line() == 0 {
        return message;
    }
    match message.rsplit_once(" at line ") {
        Some((message, _)) => format!("{message} at column {}", error.column()),
        None => format!("{message}… at column {}", error.column()),
    }
}

/// `null` stands for the default, as in proto3 JSON.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A value of an enum: its name or its number.
#[derive(Deserialize)]
#[serde(untagged, expecting = "the name of a value is asked for, or its number")]
enum Choice {
    Name(String),
    Number(i64),
}

fn case_rule<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CaseRule>, D::Error> {
    match Option::<Choice>::deserialize(deserializer)? {
        None | Some(Choice::Number(0)) => Ok(None),
        Some(Choice::Number(1)) => Ok(Some(CaseRule::Auto)),
        Some(Choice::Number(2)) => Ok(Some(CaseRule::Exact)),
        Some(Choice::Number(3)) => Ok(Some(CaseRule::Any)),
        Some(Choice::Number(other)) => Err(no_value("case", &other.to_string(), "auto, exact or any")),
        Some(Choice::Name(name)) if name == "CASE_RULE_UNSPECIFIED" => Ok(None),
        Some(Choice::Name(name)) => {
            CaseRule::parse(&name).map(Some).ok_or_else(|| no_value("case", &name, "auto, exact or any"))
        }
    }
}

fn alias_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AliasKind, D::Error> {
    match Option::<Choice>::deserialize(deserializer)? {
        None | Some(Choice::Number(0 | 1)) => Ok(AliasKind::Full),
        Some(Choice::Number(2)) => Ok(AliasKind::Short),
        Some(Choice::Number(other)) => Err(no_value("kind", &other.to_string(), "FULL or SHORT")),
        Some(Choice::Name(name)) if name == "ALIAS_KIND_UNSPECIFIED" => Ok(AliasKind::Full),
        Some(Choice::Name(name)) => AliasKind::parse(&name).ok_or_else(|| no_value("kind", &name, "FULL or SHORT")),
    }
}

fn no_value<E: de::Error>(field: &str, given: &str, values: &str) -> E {
    E::custom(format!("the {field} {} is not {values}", quoted(given)))
}

/// A number, which may be in quotes.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a number is asked for")]
    enum Given {
        Number(f64),
        Text(String),
    }
    match Option::<Given>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Given::Number(number)) => Ok(Some(number)),
        Some(Given::Text(text)) => {
            let number = text.parse().map_err(|_| de::Error::custom(format!("{} is no number", quoted(&text))))?;
            Ok(Some(number))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_proto3_json_may_be_is_read() {
        let plain = parse(
            r#"{"id": "a", "name": "A", "type": "t", "case": "exact", "prior": 0.5,
                "aliases": [{"text": "B", "languageCode": "en", "kind": "SHORT", "case": "any", "prior": 1}]}"#,
        );
        let other = parse(
            r#"{"id": "a", "name": "A", "type": "t", "case": 2, "prior": "0.5", "related": null, "context": null,
                "attributes": null,
                "aliases": [{"text": "B", "language_code": "en", "kind": 2, "case": "CASE_RULE_ANY", "prior": "1"}]}"#,
        );
        assert!(plain.is_ok(), "{plain:?}");
        assert_eq!(plain, other);
        let nothing = parse(
            r#"{"id": null, "name": null, "type": null, "case": null, "prior": null,
                "aliases": [{"text": null, "languageCode": null, "kind": null, "case": null, "prior": null}]}"#,
        );
        assert_eq!(nothing, Ok(Entity { aliases: vec![Alias::plain("")], ..Entity::default() }));
    }

    #[test]
    fn faults_are_told_in_plain_words() {
        for (line, told) in [
            ("foo", "it is no JSON object"),
            (r#"["a","A","",[],null,0.5,{},[],[]]"#, "it is a JSON array: each object must stand on a line of its own"),
            (r#"{"id": "a","#, "the line ends inside of the object, which must stand on one line, at column 11"),
            (r#"{"case": "sometimes"}"#, r#"the case "sometimes" is not auto, exact or any at column"#),
            (r#"{"case": 7}"#, r#"the case "7" is not auto, exact or any at column"#),
            (r#"{"aliases": [{"kind": "NOPE"}]}"#, r#"the kind "NOPE" is not FULL or SHORT at column"#),
            (r#"{"aliases": [{"txt": "A"}]}"#, "unknown field `txt`"),
            (r#"{"aliases": [["A", "en", null, null, null]]}"#, "expected an alias: a string, or an object with text"),
            (r#"{"aliases": [3]}"#, "expected an alias: a string, or an object with text"),
            (r#"{"prior": "much"}"#, r#""much" is no number at column"#),
            (r#"{"prior": []}"#, "a number is asked for at column"),
        ] {
            let fault = parse(line).err().unwrap_or_default();
            assert!(fault.contains(told), "{line}: {fault}");
        }
    }
}
