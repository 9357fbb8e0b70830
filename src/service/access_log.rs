//! A request from its headers to its trailers: one line in the log, its metrics, its span.
//!
//! Only the trailers tell how a stream ended, so that the response body is watched to its end; that is also where the
//! time ends. A body or an answer that is dropped before its end was CANCELLED: the caller went away.
//!
//! The line names the method, the request id, the client, the code with its reason, the time, bytes and counts; never
//! what a document says. Calls that are refused for want of room or quota may be a flood: the log counts them.
//!
//! Must not know: what requests ask for.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use http_body::{Frame, SizeHint};
use tonic::{
    Code, Status,
    body::Body,
    codegen::{
        Bytes,
        http::{HeaderMap, Request, Response},
    },
};

use super::{
    activity::Active,
    proto::{ErrorReason, METHODS},
    status::{self, Known},
};
use crate::observe::{Call, Ending, Entered, Observer};

/// Methods of services that are not ours.
const FOREIGN: [&str; 4] = [
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];
/// Why calls are refused that may be a flood.
const FLOOD: [ErrorReason; 2] = [ErrorReason::Overloaded, ErrorReason::QuotaExceeded];
/// How often the log tells how many calls were refused.
const TELL: Duration = Duration::from_secs(1);
/// Every other path.
const OTHER: &str = "other";

/// Whether a path is of health or reflection: they have room always, and are logged only for those who look for them.
pub(super) fn is_foreign(path: &str) -> bool {
    path.starts_with("/grpc.")
}

/// Whether an answer refuses a call for a reason for which many may be refused.
pub(super) fn is_flood(response: &Response<Body>) -> bool {
    response.extensions().get::<Known>().is_some_and(|known| FLOOD.contains(&known.reason))
}

/// Calls that were refused for want of room or quota: they have no line each, which would cost more than refusing them,
/// but one a second for all of them. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Refusals(Arc<Mutex<Untold>>);

/// What the log does not know yet.
#[derive(Debug, Default)]
struct Untold {
    count: u64,
    told: Option<Instant>,
}

impl Refusals {
    /// Counts a call that ended, refused or not. Gives how many were refused when the log is to tell of them.
    fn count(&self, refused: bool, now: Instant) -> Option<u64> {
        let mut untold = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        untold.count += u64::from(refused);
        if untold.count == 0 || untold.told.is_some_and(|told| now.saturating_duration_since(told) < TELL) {
            return None;
        }
        untold.told = Some(now);
        Some(std::mem::take(&mut untold.count))
    }
}

/// A request that is watched. Dropped without an end, it was cancelled.
#[derive(Debug)]
pub(super) struct Watched {
    call: Call,
    span: tracing::Span,
    /// Whether its line is for those who look closely.
    quiet: bool,
    ended: bool,
    refusals: Refusals,
    /// Counted among those that a server waits for when it stops.
    _active: Option<Active>,
}

impl Watched {
    /// A request begins. `span` is where its log lines belong.
    pub(super) fn begin<B>(
        observer: &Observer,
        request: &Request<B>,
        span: tracing::Span,
        active: Option<Active>,
        refusals: Refusals,
    ) -> Self {
        let path = request.uri().path();
        let method = METHODS.iter().chain(&FOREIGN).copied().find(|known| *known == path).unwrap_or(OTHER);
        let call = Call::begin(observer, method, |name| request.headers().get(name)?.to_str().ok());
        Self { call, span, quiet: is_foreign(path), ended: false, refusals, _active: active }
    }

    /// Its call.
    pub(super) fn call(&self) -> &Call {
        &self.call
    }

    /// Counts the bytes of its messages.
    pub(super) fn request(&self, body: Body) -> Body {
        Body::new(Counted { body, call: self.call.clone() })
    }

    /// Watches its answer to the end.
    pub(super) fn answer(mut self, response: Response<Body>) -> Response<Body> {
        // No messages, and no trailers beside the headers.
        if let Some(Known { code, reason }) = response.extensions().get() {
            self.end_with(*code, || Some(*reason));
            return response;
        }
        if let Some(status) = Status::from_header_map(response.headers()) {
            self.end(&status);
            return response;
        }
        response.map(|body| Body::new(Answer { body, watched: self }))
    }

    fn enter(&self) -> (tracing::span::Entered<'_>, Entered) {
        (self.span.enter(), self.call.enter())
    }

    fn end(&mut self, status: &Status) {
        self.end_with(status.code(), || status::reason(status));
    }

    fn end_with(&mut self, code: Code, reason: impl FnOnce() -> Option<ErrorReason>) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        // Half a request makes an error that nobody gets.
        let left = self.call.has_left() && code != Code::Ok;
        let code = if left { Code::Cancelled } else { code };
        let name = name(code);
        let Ending { duration, received, sent, documents, mentions } = self.call.end(code.into(), name, fails(code));
        let milliseconds = duration.as_micros() as f64 / 1e3;
        let reason = if code == Code::Ok || left { None } else { reason() };
        let (client, trace) = (self.call.client(), self.call.trace_id());
        let flood = reason.is_some_and(|reason| FLOOD.contains(&reason));
        let reason = reason.map(status::name);
        if let Some(count) = self.refusals.count(flood, Instant::now()) {
            let [one, other] = FLOOD.map(status::name);
            tracing::warn!(parent: None, count, "calls were refused: {one} or {other}");
        }
        // The level of a line cannot be a value.
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    parent: &self.span, client, code = name, reason, milliseconds, received, sent, documents, mentions,
                    trace, "answered"
                )
            };
        }
        if self.quiet || flood { line!(debug) } else { line!(info) }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.end(&Status::cancelled(""));
    }
}

/// The body of a request.
#[derive(Debug)]
struct Counted {
    body: Body,
    call: Call,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Err(_)) = &frame {
            self.call.leave();
        }
        if let Some(data) = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()) {
            self.call.received(data.len());
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer.
#[derive(Debug)]
struct Answer {
    body: Body,
    watched: Watched,
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Self { body, watched } = self.get_mut();
        let frame = {
            let _entered = watched.enter();
            ready!(Pin::new(body).poll_frame(context))
        };
        match &frame {
            Some(Ok(frame)) => match (frame.data_ref(), frame.trailers_ref()) {
                (Some(data), _) => watched.call.sent(data.len()),
                (_, Some(trailers)) => watched.end(&of_trailers(trailers)),
                (None, None) => {}
            },
            Some(Err(status)) => watched.end(status),
            None => watched.end(&of_trailers(&HeaderMap::new())),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The status that trailers hold; gRPC has those without one for UNKNOWN.
fn of_trailers(trailers: &HeaderMap) -> Status {
    Status::from_header_map(trailers).unwrap_or_else(|| Status::unknown(""))
}

/// Whether it is the server that failed, by OpenTelemetry's conventions for RPC.
fn fails(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

/// The name of a code, as gRPC writes it.
fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_tells_of_refused_calls_once_a_second() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        assert_eq!(refusals.count(false, now), None);
        assert_eq!(refusals.count(true, now), Some(1));
        for _ in 0..100 {
            assert_eq!(refusals.count(true, now + TELL / 2), None);
        }
        assert_eq!(refusals.count(false, now + TELL / 2), None);
        // The next call tells of the last of them, whatever becomes of it.
        assert_eq!(refusals.count(false, now + TELL), Some(100));
        assert_eq!(refusals.count(false, now + 3 * TELL), None);
    }
}
