//! What speaks for a candidate by itself (rule L1): its name, how near its full name is, and the words beside it.
//!
//! The numbers are set by judgement. Must not know: what the rest of the document says, scores.

use super::{
    beside::Beside,
    found::{Found, rule_weight},
    scene::Scene,
};
use crate::{
    gazetteer::{Rule, derive::Kind},
    index::{DEFAULT_PRIOR, Form},
};

/// At this distance in words a short name weighs as much as a full name of another entity; nearer, up to twice.
const NEAR: f64 = 20.0;
/// At so many twofolds of names an entity weighs twice as much as one of a single name.
const RENOWN: f64 = 4.0;
/// What the least prior weighs: with none at all, nothing would outweigh nothing.
const LEAST_PRIOR: f64 = 1e-6;
/// What the preferred name gains.
const PREFERRED: f64 = 1.25;
/// What a name of another language than the document's loses.
const FOREIGN: f64 = 0.7;

/// What the words beside several found at one place go with, and whether these are namesakes.
pub(super) fn among(scene: &Scene<'_>, found: &[Found]) -> (Beside, bool) {
    let nature = |one: &Found| scene.sources[one.source as usize].segment.nature_of(one.entity);
    let (first, kind) = (&found[0], nature(&found[0]));
    let one_kind = found.iter().all(|one| nature(one) == kind);
    // Where all candidates are of a kind the words beside cannot help the choice.
    let beside = if one_kind || scene.options.disabled_rules.has(Rule::Beside) {
        Beside::Nothing
    } else {
        Beside::of(scene.view, first.first as usize, first.last as usize)
    };
    let several = found.iter().any(|one| one.key() != first.key());
    (beside, several && one_kind && kind != Kind::Other)
}

/// What speaks for a candidate by itself, but for its forms: the product of the factors. `note` takes each.
#[inline]
pub(super) fn own_factors(
    scene: &Scene<'_>,
    languages: &[u8],
    (beside, namesakes): (Beside, bool),
    found: &Found,
    mut note: impl FnMut(Rule, (f64, String)),
) -> f64 {
    let &Scene { options, sources, .. } = scene;
    let mut all = 1.0;
    let mut take = |rule: Rule, factor: f64, detail: &dyn Fn() -> String| {
        if !options.disabled_rules.has(rule) {
            all *= factor;
            if options.explain {
                note(rule, (factor, detail()));
            }
        }
    };
    take(Rule::Prior, f64::from(found.prior).max(LEAST_PRIOR), &|| "the prior of the name".into());
    // Whose gazetteer says how likely names mean whom needs no guess; and a country has more names than its language.
    if namesakes && found.prior == DEFAULT_PRIOR {
        let renown = sources[found.source as usize].segment.renown_of(found.entity);
        take(Rule::Renown, 1.0 + f64::from(renown) / RENOWN, &|| {
            let names = if renown == 0 { "name" } else { "names" };
            format!("the gazetteer has {} {names} of it or more", 1 << renown)
        });
    }
    if found.preferred {
        take(Rule::Preferred, PREFERRED, &|| "the preferred name".into());
    }
    if let Some(rule) = found.rule {
        take(rule, rule_weight(rule), &|| "a name that the rule derived".into());
    }
    if found.forms.has(Form::Short) {
        let near = 1.0 + 1.0 / (1.0 + f64::from(found.farness) / NEAR);
        take(Rule::Nearness, near, &|| {
            let later = if found.farness == found.distance { "" } else { ", and only later" };
            let words = if found.distance == 1 { "word" } else { "words" };
            format!("the name in full stands {} {words} away{later}", found.distance)
        });
    }
    if beside != Beside::Nothing {
        let nature = sources[found.source as usize].segment.nature_of(found.entity);
        take(Rule::Beside, beside.factor(nature), &|| beside.in_words().into());
    }
    let language = languages[found.source as usize];
    if language != 0 && found.language != 0 && found.language != language {
        take(Rule::Language, FOREIGN, &|| "the name is of another language than the document".into());
    }
    all
}
