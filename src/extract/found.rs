//! An occurrence that kept the rules of its name: one reading of one place as one entity.

use crate::{
    gazetteer::Rule,
    index::{EntityId, Form, Forms, NameId},
    text::{Ordinary, Span},
};

/// One entity found at one place. Several at the same place make one mention.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// 0 for the title, 1 for the text.
    pub(super) field: u8,
    /// Where in the field.
    pub(super) span: Span,
    /// The first word of the document that it covers.
    pub(super) first: u32,
    /// The last word of the document that it covers.
    pub(super) last: u32,
    /// The number of the source.
    pub(super) source: u16,
    pub(super) entity: EntityId,
    pub(super) name: NameId,
    /// The prior of the entity.
    pub(super) prior: f32,
    pub(super) forms: Forms,
    /// It counts only where the document also names the entity in full.
    pub(super) short: bool,
    /// The glued words it needs, as a range in the list of its stage.
    pub(super) uses: (u32, u32),
    /// For a short name: the distance, in words, to the nearest place that names the entity in full.
    pub(super) distance: u32,
    /// What that distance counts as: more where the name in full only comes later.
    pub(super) farness: u32,
    /// The rule that derived the name; for a name that the gazetteer lists as short, [`Rule::Listed`].
    pub(super) rule: Option<Rule>,
    /// The derived short name, by its number in [`super::names::ShortNames`].
    pub(super) derived: Option<u32>,
    /// Whether the entity may have short names.
    pub(super) shortens: bool,
    /// Whether it is the preferred name of the entity.
    pub(super) preferred: bool,
    /// How ordinary a word the name is.
    pub(super) ordinary: Ordinary,
    /// The number of the name's language.
    pub(super) language: u8,
    /// The gazetteer says that its case counts for nothing.
    pub(super) any_case: bool,
    /// The name has marks at its ends that the text has not: `BBB` for `BBB-`.
    pub(super) lacks_marks: bool,
}

impl Found {
    /// The order in which places are settled: by field and start, the longer first. One number, because it is compared
    /// often; a field has less than 2 GiB.
    pub(super) fn place(&self) -> u64 {
        u64::from(self.field) << 63 | u64::from(self.span.start) << 32 | u64::from(!self.span.end)
    }

    /// Whether it is at the place of another: their [`Found::place`] is one then.
    pub(super) fn shares_place(&self, other: &Self) -> bool {
        self.span == other.span && self.field == other.field
    }

    /// The entity, told apart from those of other sources.
    pub(super) fn key(&self) -> (u16, EntityId) {
        (self.source, self.entity)
    }

    /// Whether it weighs by itself what another at its place does, but for what its entity is.
    pub(super) fn weighs_like(&self, other: &Self) -> bool {
        let name = |one: &Self| (one.source, one.prior, one.rule, one.preferred, one.language);
        let place = |one: &Self| (one.first, one.last, one.forms, one.farness);
        name(self) == name(other) && place(self) == place(other)
    }

    /// How sure the form makes the match, above 0 and at most 1: the product over its forms.
    pub(super) fn strength(&self) -> f64 {
        if self.forms == Forms::EXACT { 1.0 } else { self.forms.iter().map(weight).product() }
    }
}

#[cfg(test)]
impl Found {
    /// A name of that entity at the first word of a text.
    pub(super) fn of(entity: u32) -> Self {
        Self {
            field: 0,
            span: Span::new(0, 2),
            first: 0,
            last: 0,
            source: 0,
            entity: EntityId(entity),
            name: NameId(0),
            prior: 0.5,
            forms: Forms::EXACT,
            short: false,
            uses: (0, 0),
            distance: 0,
            farness: 0,
            rule: None,
            derived: None,
            shortens: false,
            preferred: false,
            ordinary: Ordinary::No,
            language: 0,
            any_case: false,
            lacks_marks: false,
        }
    }
}

/// What a name that a rule derived weighs against one that the gazetteer has: less the more often people who write it
/// mean something else.
pub(super) fn rule_weight(rule: Rule) -> f64 {
    match rule {
        Rule::Head | Rule::Generic => 0.25,
        Rule::GivenName => 0.4,
        Rule::Acronym | Rule::BeforeComma | Rule::Designator => 0.5,
        Rule::MiddleNames | Rule::Reversed | Rule::Title | Rule::Qualifier | Rule::Article => 0.8,
        _ => 1.0,
    }
}

/// What a weaker reading of the text weighs beside one that is as given: little, since it loses to it (rule T6).
pub(super) fn reading_weight(Found { forms, first, last, .. }: &Found) -> f64 {
    if *forms == Forms::EXACT {
        return 1.0;
    }
    let spelling = usize::from(forms.has(Form::Case)) + usize::from(forms.has(Form::Diacritics));
    let reading = forms.iter().any(|form| !matches!(form, Form::Case | Form::Diacritics | Form::Short | Form::Derived));
    let spelling = [1.0, 0.5, 0.25][spelling];
    let long_short = forms.has(Form::Short) && first < last;
    if reading || long_short { spelling * 0.1 } else { spelling }
}

/// What each weaker form leaves of the score. Set by judgement: a form that loses less information costs less.
fn weight(form: Form) -> f64 {
    match form {
        Form::Case => 0.9,
        Form::Diacritics => 0.95,
        Form::Possessive => 0.98,
        Form::Seam => 0.9,
        Form::Hyphen => 0.97,
        Form::LineBreak => 0.95,
        Form::Particle => 0.98,
        Form::Short => 0.97,
        Form::Derived => 0.97,
        Form::Inflection => 0.93,
        Form::Compound => 0.9,
        Form::Split => 0.85,
        Form::LongS => 0.9,
    }
}
