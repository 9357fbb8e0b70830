//! The one map from errors to gRPC statuses.
//!
//! Every status carries google.rpc.ErrorInfo with a stable reason and the domain `onomast.v1`; a wrong request carries
//! google.rpc.BadRequest with every field that is wrong, and what may succeed later google.rpc.RetryInfo with the time,
//! which is told to clients that retry by themselves as well. Debug text never gets here: messages are made of the request
//! and of the settings alone.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use tonic::{
    Code, Status,
    body::Body,
    codegen::http::{HeaderMap, Response},
    metadata::MetadataValue,
};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

use super::{Error, Violation, proto::ErrorReason};

/// The domain of every reason.
const DOMAIN: &str = "onomast.v1";
/// The most fields that a status lists; headers must not grow without bound. The message says how many there are.
pub(super) const MAX_VIOLATIONS: usize = 50;
/// The most bytes of fields and descriptions that a status lists: clients refuse headers beyond some 8 KiB.
const MAX_DETAILS: usize = 3000;
/// The longest message, in bytes.
const MAX_MESSAGE: usize = 500;
/// What names the document that was refused, in the metadata of ErrorInfo.
const DOCUMENT: &str = "document_id";
/// When to try again, in milliseconds, for the clients of gRPC that do so by themselves: they do not read RetryInfo.
const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// What a status says, beside a response that was made of one here: nobody has to decode it again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// The code.
    pub(super) code: Code,
    /// The stable reason.
    pub(super) reason: ErrorReason,
}

impl Known {
    fn of(error: &Error) -> Self {
        let (code, reason) = match error {
            Error::Invalid(violations) | Error::ManyInvalid { first: violations, .. } => of_violations(violations),
            Error::Overloaded { .. } => (Code::ResourceExhausted, ErrorReason::Overloaded),
            Error::QuotaExceeded { .. } => (Code::ResourceExhausted, ErrorReason::QuotaExceeded),
            Error::Unauthenticated => (Code::Unauthenticated, ErrorReason::Unauthenticated),
            Error::TooSlow { .. } => (Code::DeadlineExceeded, ErrorReason::TooSlow),
            Error::MessageTooLarge { .. } => (Code::InvalidArgument, ErrorReason::MessageTooLarge),
            Error::Undecodable => (Code::InvalidArgument, ErrorReason::InvalidRequest),
            Error::Refused { reason, .. } => (code_of(*reason), *reason),
            Error::PermissionDenied { .. } => (Code::PermissionDenied, ErrorReason::PermissionDenied),
            Error::NotServing => (Code::Unavailable, ErrorReason::NotServing),
            Error::Cancelled => (Code::Cancelled, ErrorReason::Cancelled),
            Error::DeadlineExceeded => (Code::DeadlineExceeded, ErrorReason::Cancelled),
            Error::Internal => (Code::Internal, ErrorReason::Internal),
        };
        Self { code, reason }
    }
}

/// What begins the name of each reason in the protocol, and is not told.
const PREFIX: &str = "ERROR_REASON_";

/// The name of a reason as it is told.
pub(super) fn name(reason: ErrorReason) -> &'static str {
    let name = reason.as_str_name();
    name.strip_prefix(PREFIX).unwrap_or(name)
}

/// The reason of a status that was made here; nothing for any other.
pub(super) fn reason(status: &Status) -> Option<ErrorReason> {
    let details = status.get_error_details();
    let info = details.error_info().filter(|info| info.domain == DOMAIN)?;
    ErrorReason::from_str_name(&format!("{PREFIX}{}", info.reason))
}

/// A call that ends with this error and nothing else.
pub(super) fn response(error: Error) -> Response<Body> {
    let known = Known::of(&error);
    let mut response = Status::from(error).into_http();
    response.extensions_mut().insert(known);
    response
}

/// The answer to the calls that were refused last, since those who refuse many mostly give the same one.
#[derive(Debug, Default)]
pub(super) struct Made(Mutex<Option<(Error, HeaderMap)>>);

impl Made {
    /// As [`response`].
    pub(super) fn response(&self, error: Error) -> Response<Body> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let headers = match &*last {
            Some((made, headers)) if *made == error => headers.clone(),
            _ => {
                let headers = Status::from(error.clone()).into_http::<()>().into_parts().0.headers;
                *last = Some((error.clone(), headers.clone()));
                headers
            }
        };
        drop(last);
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = headers;
        response.extensions_mut().insert(Known::of(&error));
        response
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        made(&error, HashMap::new())
    }
}

/// The status of an error, with what is told of it beside its reason.
fn made(error: &Error, metadata: HashMap<String, String>) -> Status {
    let Known { code, reason } = Known::of(error);
    let mut details = ErrorDetails::with_error_info(name(reason), DOMAIN, metadata);
    let mut message = shown(&error.to_string());
    let retry = match error {
        Error::Overloaded { retry, .. } | Error::QuotaExceeded { retry, .. } => Some(*retry),
        _ => None,
    };
    if retry.is_some() {
        details.set_retry_info(retry);
    }
    let wrong = match error {
        Error::Invalid(violations) => Some((violations, violations.len() as u64)),
        Error::ManyInvalid { first, total } => Some((first, *total)),
        _ => None,
    };
    if let Some((violations, total)) = wrong {
        let mut size = 0;
        let listed = violations.iter().take(MAX_VIOLATIONS).take_while(|one| {
            size += one.field.len() + one.description.len();
            size <= MAX_DETAILS
        });
        let listed =
            listed.map(|one| FieldViolation::new(shown(&one.field), shown(&one.description))).collect::<Vec<_>>();
        details.set_bad_request(listed);
        if message.len() > MAX_MESSAGE {
            let first = message.floor_char_boundary(MAX_MESSAGE);
            message.truncate(first);
            message.push_str(&format!("… ({total} fields are wrong)"));
        }
    } else if message.len() > MAX_MESSAGE {
        message.truncate(message.floor_char_boundary(MAX_MESSAGE));
        message.push('…');
    }
    let mut status = Status::with_error_details(code, message, details);
    if let Some(retry) = retry {
        // Clients read it as a number of 32 bits.
        let milliseconds = retry.as_nanos().div_ceil(1_000_000).min(i32::MAX as u128) as i32;
        status.metadata_mut().insert(PUSHBACK, MetadataValue::from(milliseconds));
    }
    status
}

/// The text without what a terminal would obey, or would show in another order: messages quote requests.
fn shown(text: &str) -> String {
    let obeyed = |c: char| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.replace(obeyed, "\u{FFFD}")
}

/// The code of a reason.
fn code_of(reason: ErrorReason) -> Code {
    match reason {
        ErrorReason::Unspecified | ErrorReason::Internal => Code::Internal,
        ErrorReason::InvalidRequest
        | ErrorReason::DocumentTooLarge
        | ErrorReason::BatchTooLarge
        | ErrorReason::TooManyInlineEntities
        | ErrorReason::MessageTooLarge => Code::InvalidArgument,
        ErrorReason::GazetteerNotFound | ErrorReason::EntityNotFound | ErrorReason::VersionNotFound => Code::NotFound,
        ErrorReason::Overloaded
        | ErrorReason::QuotaExceeded
        | ErrorReason::DiskFull
        | ErrorReason::TooManyGazetteers => Code::ResourceExhausted,
        ErrorReason::NotServing | ErrorReason::DatabaseUnavailable => Code::Unavailable,
        ErrorReason::Cancelled => Code::Cancelled,
        ErrorReason::PermissionDenied => Code::PermissionDenied,
        ErrorReason::Unauthenticated => Code::Unauthenticated,
        ErrorReason::TooSlow => Code::DeadlineExceeded,
        ErrorReason::GazetteerExists => Code::AlreadyExists,
        ErrorReason::VersionNotReached | ErrorReason::ReadOnly => Code::FailedPrecondition,
        ErrorReason::VersionMismatch => Code::Aborted,
        ErrorReason::CheckpointTooOld => Code::OutOfRange,
        ErrorReason::Unimplemented => Code::Unimplemented,
    }
}

/// The code and reason of wrong fields: their common reason, if they have one.
fn of_violations(violations: &[Violation]) -> (Code, ErrorReason) {
    let first = violations.first().map_or(ErrorReason::InvalidRequest, |violation| violation.reason);
    let common = violations.iter().all(|violation| violation.reason == first);
    let reason = if common { first } else { ErrorReason::InvalidRequest };
    (code_of(reason), reason)
}

/// The status as google.rpc.Status, for a part of an answer: of the document of that id, where it has one.
pub(super) fn part(error: Error, document: &str) -> tonic_types::Status {
    let id = (!document.is_empty()).then(|| (DOCUMENT.to_owned(), document.to_owned()));
    let status = made(&error, id.into_iter().collect());
    let message = status.message().to_owned();
    // The details of a status made above are an encoded google.rpc.Status; an empty one stands in if they were not.
    let encoded: tonic_types::Status = prost::Message::decode(status.details()).unwrap_or_default();
    tonic_types::Status { code: status.code().into(), message, details: encoded.details }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_made_once_says_what_it_always_says() {
        let made = Made::default();
        let overloaded = |limit| Error::Overloaded { setting: "x", limit, retry: std::time::Duration::from_secs(1) };
        for error in [overloaded(1), overloaded(1), overloaded(2), Error::Unauthenticated, overloaded(1)] {
            let (one, other) = (made.response(error.clone()), response(error));
            assert_eq!(one.headers(), other.headers());
            assert_eq!(one.status(), other.status());
            let known = |response: &Response<Body>| {
                response.extensions().get::<Known>().map(|known| (known.code, known.reason))
            };
            assert!(known(&one).is_some());
            assert_eq!(known(&one), known(&other));
        }
    }
}
