//! The names of forms, rules and reasons as users write them: `MATCH_FORM_LINE_BREAK` is `line-break`.

use crate::service::proto::{MatchForm, MatchReason, Rule};

/// The name of a form.
pub(super) fn form(form: i32) -> String {
    MatchForm::try_from(form).map_or_else(|_| form.to_string(), |form| plain(form.as_str_name(), "MATCH_FORM_"))
}

/// The name of a rule; `None` where the gazetteer has the name itself.
pub(super) fn rule(rule: i32) -> Option<String> {
    match Rule::try_from(rule) {
        Ok(Rule::Unspecified) => None,
        Ok(rule) => Some(plain(rule.as_str_name(), "RULE_")),
        Err(_) => Some(rule.to_string()),
    }
}

/// The name of a reason.
pub(super) fn reason(reason: MatchReason) -> String {
    plain(reason.as_str_name(), "MATCH_REASON_")
}

fn plain(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_ascii_lowercase().replace('_', "-")
}
