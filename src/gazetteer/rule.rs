//! The rules beyond the comparison of words, by name: those that derive names (L2) and those that rank candidates (L1).
//!
//! Each can be switched off. `docs/matching.md` states each, `docs/quality.md` what each brings.

use std::fmt;

/// A rule that derives names or ranks candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Rule {
    /// A short name that the gazetteer lists.
    Listed,
    /// A person's surname.
    Surname,
    /// A person's given name.
    GivenName,
    /// Initials before the surname.
    Initials,
    /// Surname and given name turned around.
    Reversed,
    /// Without or with middle names, particles, suffixes.
    MiddleNames,
    /// Without the title that the gazetteer writes.
    Title,
    /// An organisation's name without its designator.
    Designator,
    /// The head of an organisation's name.
    Head,
    /// An acronym introduced in parentheses.
    Introduced,
    /// An acronym made of initials.
    Acronym,
    /// The kind of an organisation with the definite article.
    Generic,
    /// Without what follows the comma.
    BeforeComma,
    /// One of a group that the gazetteer names in the plural.
    Singular,
    /// Without its qualifier in parentheses.
    Qualifier,
    /// With words in another spelling.
    Spelling,
    /// How likely the name means the entity.
    Prior,
    /// How many names the gazetteer has of the entity.
    Renown,
    /// The text has the preferred name.
    Preferred,
    /// What the forms of the match leave.
    Form,
    /// How near the name in full stands.
    Nearness,
    /// The document names the entity without doubt elsewhere.
    Repeated,
    /// The document names related entities.
    Related,
    /// The document names entities with a common attribute.
    Attributes,
    /// The document has words that the entity expects.
    Context,
    /// The language of the name and of the document.
    Language,
    /// It may be an ordinary word.
    OrdinaryWord,
    /// It may be a part of a longer name.
    LongerName,
    /// Of two places of one entity the better written one counts.
    Article,
    /// The words right beside it go with its kind of thing.
    Beside,
}

impl Rule {
    /// Every rule, in the order of their declaration.
    pub const ALL: [Self; 30] = [
        Self::Listed,
        Self::Surname,
        Self::GivenName,
        Self::Initials,
        Self::Reversed,
        Self::MiddleNames,
        Self::Title,
        Self::Designator,
        Self::Head,
        Self::Introduced,
        Self::Acronym,
        Self::Generic,
        Self::BeforeComma,
        Self::Singular,
        Self::Qualifier,
        Self::Spelling,
        Self::Prior,
        Self::Renown,
        Self::Preferred,
        Self::Form,
        Self::Nearness,
        Self::Repeated,
        Self::Related,
        Self::Attributes,
        Self::Context,
        Self::Language,
        Self::OrdinaryWord,
        Self::LongerName,
        Self::Article,
        Self::Beside,
    ];

    /// The name of the rule, as users write it on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Surname => "surname",
            Self::GivenName => "given-name",
            Self::Initials => "initials",
            Self::Reversed => "reversed",
            Self::MiddleNames => "middle-names",
            Self::Title => "title",
            Self::Designator => "designator",
            Self::Head => "head",
            Self::Introduced => "introduced",
            Self::Acronym => "acronym",
            Self::Generic => "generic",
            Self::Singular => "singular",
            Self::BeforeComma => "before-comma",
            Self::Qualifier => "qualifier",
            Self::Spelling => "spelling",
            Self::Prior => "prior",
            Self::Renown => "renown",
            Self::Preferred => "preferred",
            Self::Form => "form",
            Self::Nearness => "nearness",
            Self::Repeated => "repeated",
            Self::Related => "related",
            Self::Attributes => "attributes",
            Self::Context => "context",
            Self::Language => "language",
            Self::OrdinaryWord => "ordinary-word",
            Self::LongerName => "longer-name",
            Self::Article => "article",
            Self::Beside => "beside",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules(u32);

impl Rules {
    /// No rule.
    pub const NONE: Self = Self(0);

    /// The set with `rule` added.
    #[must_use]
    pub fn with(self, rule: Rule) -> Self {
        Self(self.0 | 1 << rule as u8)
    }

    /// Whether the set holds `rule`.
    pub fn has(self, rule: Rule) -> bool {
        self.0 & 1 << rule as u8 != 0
    }
}

impl FromIterator<Rule> for Rules {
    fn from_iter<I: IntoIterator<Item = Rule>>(rules: I) -> Self {
        rules.into_iter().fold(Self::default(), Self::with)
    }
}
