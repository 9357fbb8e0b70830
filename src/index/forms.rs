//! The ways in which a text may differ from the name it matches (rules T2, T3, T6, M1, L2).

use std::fmt;

/// One way in which a text differs from a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Form {
    /// Other capitals.
    Case,
    /// Other diacritics.
    Diacritics,
    /// A possessive or a plural.
    Possessive,
    /// Parts of a glued word.
    Seam,
    /// A hyphen or apostrophe that only one of the two has.
    Hyphen,
    /// A word cut at the end of a line.
    LineBreak,
    /// A particle or article written on to the word.
    Particle,
    /// A short name of an entity that the document names in full.
    Short,
    /// Another grammatical form of the name.
    Inflection,
    /// The first part of a compound.
    Compound,
    /// Spaces that a scan put inside a word; only on request.
    Split,
    /// A long s that a scan read as f; only on request.
    LongS,
    /// A name that a rule derived from one of the gazetteer.
    Derived,
}

impl Form {
    /// Every form, in the order of their declaration.
    pub const ALL: [Self; 13] = [
        Self::Case,
        Self::Diacritics,
        Self::Possessive,
        Self::Seam,
        Self::Hyphen,
        Self::LineBreak,
        Self::Particle,
        Self::Short,
        Self::Inflection,
        Self::Compound,
        Self::Split,
        Self::LongS,
        Self::Derived,
    ];

    /// The name of the form, as users write it on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Diacritics => "diacritics",
            Self::Possessive => "possessive",
            Self::Seam => "seam",
            Self::Hyphen => "hyphen",
            Self::LineBreak => "line-break",
            Self::Particle => "particle",
            Self::Short => "short",
            Self::Inflection => "inflection",
            Self::Compound => "compound",
            Self::Split => "split",
            Self::LongS => "long-s",
            Self::Derived => "derived",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of forms; the empty set is the name exactly as given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Forms(u16);

impl Forms {
    /// The name as given.
    pub const EXACT: Self = Self(0);
    /// The forms that are accepted only where they are asked for.
    pub const ON_REQUEST: Self = Self(1 << Form::Split as u16 | 1 << Form::LongS as u16);

    /// The set with `form` added.
    #[must_use]
    pub fn with(self, form: Form) -> Self {
        Self(self.0 | 1 << form as u8)
    }

    /// The forms of both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The forms of this set that `other` lacks.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the set holds `form`.
    pub fn has(self, form: Form) -> bool {
        self.0 & 1 << form as u8 != 0
    }

    /// Whether the two sets share a form.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the letters that are read are those of the text, capitals and all.
    pub fn keep_letters(self) -> bool {
        const KEEP: u16 = 1 << Form::Possessive as u16 | 1 << Form::Hyphen as u16 | 1 << Form::LineBreak as u16;
        self.0 & !KEEP == 0
    }

    /// The forms of the set, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = Form> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let form = Form::ALL.get(left.trailing_zeros() as usize).copied();
            left &= left.wrapping_sub(1);
            form
        })
    }
}

impl FromIterator<Form> for Forms {
    fn from_iter<I: IntoIterator<Item = Form>>(forms: I) -> Self {
        forms.into_iter().fold(Self::default(), Self::with)
    }
}
