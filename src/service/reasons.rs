//! Rules and explanations as the protocol has them.

use super::{
    Violation,
    proto::{self, EntityReference, MatchReason},
};
use crate::{
    extract::{Answer, Candidate, CandidateParts, Explanation, Part, Reason},
    gazetteer::{Rule, Rules},
    index::EntityId,
};

/// Every rule with its value in the protocol.
const RULES: [(Rule, proto::Rule); 30] = [
    (Rule::Listed, proto::Rule::Listed),
    (Rule::Surname, proto::Rule::Surname),
    (Rule::GivenName, proto::Rule::GivenName),
    (Rule::Initials, proto::Rule::Initials),
    (Rule::Reversed, proto::Rule::Reversed),
    (Rule::MiddleNames, proto::Rule::MiddleNames),
    (Rule::Title, proto::Rule::Title),
    (Rule::Designator, proto::Rule::Designator),
    (Rule::Head, proto::Rule::Head),
    (Rule::Introduced, proto::Rule::Introduced),
    (Rule::Acronym, proto::Rule::Acronym),
    (Rule::Generic, proto::Rule::Generic),
    (Rule::BeforeComma, proto::Rule::BeforeComma),
    (Rule::Singular, proto::Rule::Singular),
    (Rule::Qualifier, proto::Rule::Qualifier),
    (Rule::Spelling, proto::Rule::Spelling),
    (Rule::Prior, proto::Rule::Prior),
    (Rule::Renown, proto::Rule::Renown),
    (Rule::Preferred, proto::Rule::Preferred),
    (Rule::Form, proto::Rule::Form),
    (Rule::Nearness, proto::Rule::Nearness),
    (Rule::Repeated, proto::Rule::Repeated),
    (Rule::Related, proto::Rule::Related),
    (Rule::Attributes, proto::Rule::Attributes),
    (Rule::Context, proto::Rule::Context),
    (Rule::Language, proto::Rule::Language),
    (Rule::OrdinaryWord, proto::Rule::OrdinaryWord),
    (Rule::LongerName, proto::Rule::LongerName),
    (Rule::Article, proto::Rule::Article),
    (Rule::Beside, proto::Rule::Beside),
];

/// Reads the rules that are switched off.
pub(super) fn rules(rules: &[i32], wrong: &mut Vec<Violation>) -> Rules {
    let mut disabled = Rules::NONE;
    for (index, &rule) in rules.iter().enumerate() {
        let field = || format!("options.disabled_rules[{index}]");
        match proto::Rule::try_from(rule) {
            Ok(proto::Rule::Unspecified) => wrong.push(Violation::invalid(field(), "no rule is named")),
            Ok(proto::Rule::Form) => {
                wrong.push(Violation::invalid(field(), "RULE_FORM cannot be switched off; disabled_forms does that"));
            }
            Ok(known) => {
                let of = RULES.into_iter().filter(|(_, other)| *other == known);
                disabled = of.fold(disabled, |all, (rule, _)| all.with(rule));
            }
            Err(_) => wrong.push(Violation::invalid(field(), format!("{rule} is not a value of this enum"))),
        }
    }
    disabled
}

/// A rule as the protocol has it.
pub(super) fn rule(rule: Option<Rule>) -> i32 {
    let known = rule.and_then(|rule| RULES.iter().find(|(known, _)| *known == rule));
    known.map_or(proto::Rule::Unspecified, |(_, known)| *known).into()
}

/// The explanation of a mention with those candidates.
pub(super) fn explanation(
    explanation: &Explanation,
    candidates: &[Candidate],
    reference: impl Fn(usize, EntityId) -> EntityReference,
) -> proto::Explanation {
    let Explanation { candidates: explained, nothing, nothing_parts } = explanation;
    let candidate = |(explained, candidate): (&CandidateParts, &Candidate)| {
        let CandidateParts { name, rule: derived, form_factor, weight, parts } = explained;
        proto::CandidateExplanation {
            entity: Some(reference(candidate.source, candidate.entity)),
            name: name.clone(),
            rule: rule(*derived),
            form_factor: *form_factor,
            weight: *weight,
            score: candidate.score,
            parts: parts.iter().map(part).collect(),
        }
    };
    proto::Explanation {
        candidates: explained.iter().zip(candidates).map(candidate).collect(),
        nothing_weight: *nothing,
        nothing_parts: nothing_parts.iter().map(part).collect(),
    }
}

fn part(part: &Part) -> proto::ScorePart {
    let Part { rule: of, factor, detail, mentions } = part;
    proto::ScorePart {
        rule: rule(Some(*of)),
        factor: *factor,
        detail: detail.clone(),
        mentions: mentions.iter().map(|&mention| mention as u32).collect(),
    }
}

/// The explanation of the mention of that number, where the answer has one.
pub(super) fn explanation_of(
    answer: &Answer,
    mention: usize,
    reference: impl Fn(usize, EntityId) -> EntityReference,
) -> Option<proto::Explanation> {
    let one = answer.explanations.get(mention)?;
    let candidates = &answer.candidates[answer.mentions[mention].candidates.clone()];
    Some(explanation(one, candidates, reference))
}

/// A reason as the protocol has it, with a sentence.
pub(super) fn reason(reason: Reason) -> (MatchReason, &'static str) {
    match reason {
        Reason::Linked => (MatchReason::Linked, "it is a mention that links to the entity"),
        Reason::NotInGazetteer => (MatchReason::NotInGazetteer, "no gazetteer that was searched has it"),
        Reason::NotInDocument => (MatchReason::NotInDocument, "the document has no name of the entity"),
        Reason::CrossesParagraph => (MatchReason::CrossesParagraph, "a paragraph ends between the words of the name"),
        Reason::CrossesSentence => (MatchReason::CrossesSentence, "a sentence ends between the words of the name"),
        Reason::CrossesMark => {
            (MatchReason::CrossesMark, "a mark that the name does not have stands between its words")
        }
        Reason::InsideWord => (MatchReason::InsideWord, "it begins or ends inside a word"),
        Reason::ExcludedType => (MatchReason::ExcludedType, "the type of the entity is not wanted"),
        Reason::WrongCase => (MatchReason::WrongCase, "the name asks for other capitals"),
        Reason::MissingSymbol => (MatchReason::MissingSymbol, "the name has a symbol that the text lacks"),
        Reason::DisabledForm => (MatchReason::DisabledForm, "it needs a weaker form that is switched off"),
        Reason::DisabledRule => (MatchReason::DisabledRule, "it needs a rule that is switched off"),
        Reason::Unaccounted => (MatchReason::Unaccounted, "a part of the glued word is accounted for by nothing"),
        Reason::ShortWithoutFull => {
            (MatchReason::ShortWithoutFull, "a short name counts only where the document names the entity in full")
        }
        Reason::Ambiguous => (MatchReason::Ambiguous, "the document names several of this kind"),
        Reason::InsideOwnName => (MatchReason::InsideOwnName, "it lies inside a longer name of the same entity"),
        Reason::PartOfLongerName => {
            (MatchReason::PartOfLongerName, "a capitalised word beside it makes it a part of another name")
        }
        Reason::BetterPlace => (MatchReason::BetterPlace, "the same entity is found better here"),
        Reason::LostOverlap => (MatchReason::LostOverlap, "another mention overlaps it and ranks first"),
        Reason::OtherCandidate => (MatchReason::OtherCandidate, "another entity is likelier here"),
        Reason::NothingLikelier => {
            (MatchReason::NothingLikelier, "it is more likely an ordinary word or a part of a longer name")
        }
        Reason::BelowThreshold => (MatchReason::BelowThreshold, "its score is below min_score"),
        Reason::Cut => (MatchReason::Cut, "a limit cut it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_value() {
        assert!(Rule::ALL.iter().zip(RULES).all(|(rule, (known, _))| *rule == known));
        for (rule, known) in RULES {
            let name = known.as_str_name().trim_start_matches("RULE_").to_ascii_lowercase().replace('_', "-");
            assert_eq!(name, rule.as_str());
        }
    }
}
