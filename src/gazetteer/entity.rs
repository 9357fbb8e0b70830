//! An entity and its names, as a gazetteer gives them.

use std::collections::BTreeMap;

/// A thing with an identity, and the names people call it by.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entity {
    /// Unique within the gazetteer.
    pub id: String,
    /// The preferred name; searched for like an alias of kind [`AliasKind::Full`].
    pub name: String,
    /// The gazetteer's own word for the kind of thing; may be empty.
    pub kind: String,
    /// The other names.
    pub aliases: Vec<Alias>,
    /// The case rule of the names that state none.
    pub case: CaseRule,
    /// How likely an unqualified name means this entity, from 0 to 1, in proportion to the other entities of the name.
    pub prior: Option<f64>,
    /// Free data. What entities have in common here speaks for them where the document names one of them.
    pub attributes: BTreeMap<String, String>,
    /// The ids of entities of the same gazetteer that this one has to do with; an id that is not there counts nothing.
    pub related: Vec<String>,
    /// Words that a text about the entity is likely to have.
    pub context: Vec<String>,
}

/// Another name of an entity.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alias {
    /// The name.
    pub text: String,
    /// BCP 47 tag of its language; empty for any.
    pub language_code: String,
    /// Its case rule; `None` for that of the entity.
    pub case: Option<CaseRule>,
    /// Whether it stands alone.
    pub kind: AliasKind,
    /// How likely the name means the entity, from 0 to 1; `None` for the prior of the entity.
    pub prior: Option<f64>,
}

impl Entity {
    /// How many bytes all its texts have together.
    pub fn text_bytes(&self) -> usize {
        let Self { id, name, kind, aliases, case: _, prior: _, attributes, related, context } = self;
        let aliases = aliases.iter().map(|alias| alias.text.len() + alias.language_code.len());
        let attributes = attributes.iter().map(|(key, value)| key.len() + value.len());
        let lists = related.iter().chain(context).map(String::len);
        id.len() + name.len() + kind.len() + aliases.chain(attributes).chain(lists).sum::<usize>()
    }
}

impl Alias {
    /// An alias that is just a text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// How the capitals of a name and of the text are compared (rule M1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CaseRule {
    /// A name all in capitals of up to five letters, or three where it is one word with a number, asks for capitals; a
    /// function word for its capital. Any other name is found in any case.
    #[default]
    Auto,
    /// Letters match only as given.
    Exact,
    /// Found in any case.
    Any,
}

/// Whether a name is enough to name its entity (rule L2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AliasKind {
    /// It names the entity wherever it stands.
    #[default]
    Full,
    /// It counts only where the document also names the entity in full.
    Short,
}

impl CaseRule {
    /// Its name in the protocol.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "CASE_RULE_AUTO",
            Self::Exact => "CASE_RULE_EXACT",
            Self::Any => "CASE_RULE_ANY",
        }
    }

    /// The rule of that name, in any case, with or without the prefix of the protocol: `exact`, `CASE_RULE_EXACT`.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        match name.strip_prefix("case_rule_").unwrap_or(&name) {
            "auto" => Some(Self::Auto),
            "exact" => Some(Self::Exact),
            "any" => Some(Self::Any),
            _ => None,
        }
    }
}

impl AliasKind {
    /// The kind of that name, in any case, with or without the prefix of the protocol: `SHORT`, `ALIAS_KIND_SHORT`.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        match name.strip_prefix("alias_kind_").unwrap_or(&name) {
            "full" => Some(Self::Full),
            "short" => Some(Self::Short),
            _ => None,
        }
    }
}
