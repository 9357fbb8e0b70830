//! What every call passes first: room on the server, a request id, the deadline, a reason on every error.
//!
//! From here on a call is watched to its trailers, see `access_log`. Errors that tonic makes itself (an undecodable or
//! too large message) get the form of all others.

use std::{
    future::{Future as _, poll_fn},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{
    Code, Status,
    body::Body,
    codegen::http::{HeaderMap, HeaderName, HeaderValue, Request, Response},
};
use tower::{Layer, Service};
use tracing::Instrument as _;

use super::{
    Error,
    access_log::{Refusals, Watched, is_foreign},
    activity::Activity,
    connection::Peer,
    status::{self, Known},
};
use crate::observe::Observer;

/// Carries the id of a request: taken over from the caller, or made here, and returned.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest request id that is taken over.
const MAX_REQUEST_ID: usize = 128;

/// When to try again where every place is taken: nobody knows when one will be free.
const RETRY: Duration = Duration::from_secs(1);
/// The longest path that is logged.
const MAX_METHOD: usize = 100;

/// The layer.
#[derive(Debug, Clone)]
pub(super) struct Front {
    /// The largest message, for the error that names it.
    pub(super) message_bytes: usize,
    /// How many calls of our own services may be served at once.
    pub(super) limit: usize,
    /// Room for them.
    pub(super) room: Arc<Semaphore>,
    /// Part of every request id that is made here, so that those of two servers differ.
    pub(super) instance: u64,
    /// What calls are observed by.
    pub(super) observer: Observer,
    /// Counts calls of our own services, for the end of the server.
    pub(super) activity: Activity,
    /// Counts calls that were refused, for the log.
    pub(super) refusals: Refusals,
}

/// Room that a call holds as long as a copy of this lives: to its answer, and to the end of its stream.
#[derive(Debug, Clone)]
pub(super) struct Admitted {
    _permit: Arc<OwnedSemaphorePermit>,
}

impl Front {
    /// Lets a call in, if there is room for it; health and reflection always have some. Nothing of the call's messages
    /// was read yet.
    fn admit(&self, method: &str) -> Result<Option<Admitted>, Error> {
        if !method.starts_with("/onomast.") {
            return Ok(None);
        }
        let permit = self.room.clone().try_acquire_owned().map_err(|_| Error::Overloaded {
            setting: "limits.concurrent_requests",
            limit: self.limit,
            retry: RETRY,
        })?;
        Ok(Some(Admitted { _permit: Arc::new(permit) }))
    }
}

impl<S> Layer<S> for Front {
    type Service = FrontService<S>;

    fn layer(&self, inner: S) -> FrontService<S> {
        FrontService { inner, front: self.clone(), counter: Default::default() }
    }
}

/// A service behind the layer.
#[derive(Debug, Clone)]
pub(super) struct FrontService<S> {
    inner: S,
    front: Front,
    counter: Arc<std::sync::atomic::AtomicU64>,
}

impl<S> Service<Request<Body>> for FrontService<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let id = self.request_id(request.headers());
        let method: String = request.uri().path().chars().take(MAX_METHOD).collect();
        let deadline = deadline(request.headers());
        let message_bytes = self.front.message_bytes;
        let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default(), method);
        let active = (!is_foreign(request.uri().path())).then(|| self.front.activity.begin());
        let watched = Watched::begin(&self.front.observer, &request, span.clone(), active, self.front.refusals.clone());
        let current = watched.call().clone();
        request.extensions_mut().insert(current.clone());
        let mut request = request.map(|body| watched.request(body));
        let admitted = self.front.admit(request.uri().path());
        if let Ok(Some(admitted)) = &admitted {
            request.extensions_mut().insert(admitted.clone());
        }
        // No time at all, or no room: not even begun, so that nothing behind this counts it.
        let refused = match (&admitted, deadline) {
            (Err(error), _) => Some(error.clone()),
            (Ok(_), Some(Duration::ZERO)) => Some(Error::DeadlineExceeded),
            (Ok(_), _) => None,
        };
        let call = match refused {
            Some(error) => {
                // It is a call all the same: its connection is not idle.
                if let Some(peer) = request.extensions().get::<Peer>() {
                    drop(peer.link.open(true));
                }
                Err(error)
            }
            None => Ok(self.inner.call(request)),
        };
        let answer = async move {
            // What was let in holds its room to here.
            let _admitted = admitted;
            let mut response = match (call, deadline) {
                (Err(error), _) => status::response(error),
                (Ok(call), None) => call.await?,
                (Ok(call), Some(deadline)) => match tokio::time::timeout(deadline, call).await {
                    Ok(response) => response?,
                    Err(_) => status::response(Error::DeadlineExceeded),
                },
            };
            explain(&mut response, message_bytes);
            response.headers_mut().insert(REQUEST_ID, id);
            Ok(watched.answer(response))
        };
        let mut answer = Box::pin(answer.instrument(span));
        Box::pin(poll_fn(move |context| {
            let _entered = current.enter();
            answer.as_mut().poll(context)
        }))
    }
}

impl<S> FrontService<S> {
    fn request_id(&self, headers: &HeaderMap) -> HeaderValue {
        let given = headers.get(REQUEST_ID).filter(|id| id.len() <= MAX_REQUEST_ID && id.to_str().is_ok());
        given.cloned().unwrap_or_else(|| {
            let count = self.counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let id = format!("{:016x}-{count}", self.front.instance);
            // Digits, letters and a hyphen are always a header value.
            HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("unknown"))
        })
    }
}

/// The time that the caller gives, a little less so that the answer is ours.
pub(super) fn deadline(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    let count: u64 = digits.parse().ok()?;
    let deadline = match unit {
        "H" => Duration::from_secs(count.checked_mul(3600)?),
        "M" => Duration::from_secs(count.checked_mul(60)?),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    };
    Some(deadline.saturating_sub(Duration::from_millis(1)))
}

/// Gives an error that tonic made itself the form of all others.
fn explain(response: &mut Response<Body>, message_bytes: usize) {
    if response.extensions().get::<Known>().is_some() {
        return;
    }
    let Some(status) = Status::from_header_map(response.headers()) else { return };
    if let Some(error) = of_tonic(&status, message_bytes) {
        *response = status::response(error);
    }
}

/// Our error for a status that tonic made itself; `None` where it is ours already, or none of those we know.
pub(super) fn of_tonic(status: &Status, message_bytes: usize) -> Option<Error> {
    if !status.details().is_empty() {
        return None;
    }
    let too_large = ["too large", "size limit"].iter().any(|words| status.message().contains(words));
    match status.code() {
        Code::OutOfRange | Code::ResourceExhausted if too_large => {
            Some(Error::MessageTooLarge { limit: message_bytes })
        }
        Code::Internal => Some(Error::Undecodable),
        Code::DeadlineExceeded => Some(Error::DeadlineExceeded),
        Code::Cancelled => Some(Error::Cancelled),
        _ => None,
    }
}
