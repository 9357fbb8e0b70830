//! What every call passes first: room on the server, whoever guards it, a request id, the deadline, a reason on every
//! error.
//!
//! A call that is refused is refused before anything is made for it, since there may be many of them. From here on a call
//! is watched to its trailers, see `access_log`. Errors that tonic makes itself (an undecodable or too large message) get
//! the form of all others.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::BoxFuture;
use hyper::{body::Incoming, service::Service};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{
    Code, Status,
    body::Body,
    codegen::http::{HeaderMap, HeaderName, HeaderValue, Request, Response},
    service::Routes,
};
use tracing::{Instrument as _, Span};

use super::{
    Error,
    access_log::{self, Refusals, Watched, is_foreign},
    activity::Activity,
    body::BROKEN_OFF,
    connection::Peer,
    guard::{self, Guard, Refused},
    proto::ErrorReason,
    status::{self, Known, Made},
};
use crate::observe::Observer;

/// Carries the id of a request: taken over from the caller, or made here, and returned.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Says which compressions the server reads.
const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");
/// The longest request id that is taken over.
const MAX_REQUEST_ID: usize = 128;

/// When to try again where every place is taken: nobody knows when one will be free.
const RETRY: Duration = Duration::from_secs(1);
/// The longest path that is logged.
const MAX_METHOD: usize = 100;

/// What calls pass, the same for all connections.
#[derive(Debug)]
pub(super) struct Front {
    /// What is behind it.
    pub(super) routes: Routes,
    /// Who lets calls begin.
    pub(super) guard: Guard,
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
    /// How many request ids were made.
    pub(super) ids: AtomicU64,
    /// The answer to those that were refused last.
    pub(super) made: Made,
}

/// Room that a call holds as long as a copy of this lives: until its client has taken the answer.
#[derive(Debug, Clone)]
pub(super) struct Admitted {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// A call that may begin.
struct LetIn {
    deadline: Option<Duration>,
    room: Option<Admitted>,
    admitted: guard::Admitted,
}

impl Front {
    /// Room for a call; health and reflection always have some.
    fn room(&self, method: &str) -> Result<Option<Admitted>, Error> {
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

    /// Lets a call begin, or says why not. Nothing of its messages was read yet.
    fn admit(&self, request: &Request<Incoming>, peer: &Peer) -> Result<LetIn, Refused> {
        let deadline = deadline(request.headers());
        let room = self.room(request.uri().path())?;
        // No time at all: not even begun.
        if deadline == Some(Duration::ZERO) {
            return Err(Error::DeadlineExceeded.into());
        }
        Ok(LetIn { deadline, room, admitted: self.guard.admit(request.uri().path(), request.headers(), peer)? })
    }

    /// Answers a call that did not begin.
    fn refuse(&self, request: &Request<Incoming>, peer: &Peer, refused: Refused) -> Response<Body> {
        let Refused { error, client } = refused;
        // It is a call all the same: its connection is not idle.
        peer.link.called();
        let id = self.request_id(request.headers());
        let mut response = self.made.response(error);
        // Lines of a flood are for those who look closely.
        let quiet = access_log::is_flood(&response) && !tracing::enabled!(tracing::Level::DEBUG);
        let span = if quiet { Span::none() } else { span(&id, request) };
        let watched = self.watch(request, span);
        if let Some(client) = client {
            watched.call().set_client(&*client.name);
        }
        response.headers_mut().insert(REQUEST_ID, id);
        watched.answer(response)
    }

    /// Begins a call that was let in.
    fn begin(&self, request: Request<Incoming>, peer: &Peer, let_in: LetIn) -> BoxFuture<'static, Answer> {
        let LetIn { deadline, room, admitted } = let_in;
        let id = self.request_id(request.headers());
        let message_bytes = self.guard.limits.message_bytes;
        let span = span(&id, &request);
        let watched = self.watch(&request, span.clone());
        let current = watched.call().clone();
        let mut request = request.map(|body| watched.request(Body::new(body)));
        request.extensions_mut().insert(current.clone());
        if let Some(room) = &room {
            request.extensions_mut().insert(room.clone());
        }
        let call = self.guard.call(request, peer, admitted, self.routes.clone());
        let answer = async move {
            // What was let in holds its room to here.
            let _room = room;
            let mut response = match deadline {
                None => call.await?,
                Some(deadline) => match tokio::time::timeout(deadline, call).await {
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

    fn watch(&self, request: &Request<Incoming>, span: Span) -> Watched {
        let active = (!is_foreign(request.uri().path())).then(|| self.activity.begin());
        Watched::begin(&self.observer, request, span, active, self.refusals.clone())
    }

    fn request_id(&self, headers: &HeaderMap) -> HeaderValue {
        let fits = |id: &HeaderValue| (1..=MAX_REQUEST_ID).contains(&id.len()) && id.to_str().is_ok();
        let given = headers.get(REQUEST_ID).filter(|id| fits(id));
        given.cloned().unwrap_or_else(|| {
            let count = self.ids.fetch_add(1, Ordering::Relaxed);
            let id = format!("{:016x}-{count}", self.instance);
            // Digits, letters and a hyphen are always a header value.
            HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static("unknown"))
        })
    }
}

/// Where the log lines of a call belong.
fn span(id: &HeaderValue, request: &Request<Incoming>) -> Span {
    let method: String = request.uri().path().chars().take(MAX_METHOD).collect();
    tracing::info_span!("request", id = id.to_str().unwrap_or_default(), method)
}

/// The calls of a connection.
#[derive(Debug, Clone)]
pub(super) struct Calls(Arc<Connected>);

#[derive(Debug)]
struct Connected {
    front: Arc<Front>,
    peer: Peer,
}

impl Calls {
    /// The calls of a peer.
    pub(super) fn new(front: Arc<Front>, peer: Peer) -> Self {
        Self(Arc::new(Connected { front, peer }))
    }
}

impl Service<Request<Incoming>> for Calls {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Call;

    fn call(&self, request: Request<Incoming>) -> Call {
        Call { came: Some((self.0.clone(), request)), begun: None }
    }
}

type Answer = Result<Response<Body>, Infallible>;

/// A call on its way to its answer. Whether it may begin is asked when it is first polled: what came before it has its
/// place in the line by then.
pub(super) struct Call {
    came: Option<(Arc<Connected>, Request<Incoming>)>,
    begun: Option<BoxFuture<'static, Answer>>,
}

impl Future for Call {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let Self { came, begun } = self.get_mut();
        if let Some((connected, request)) = came.take() {
            let Connected { front, peer } = &*connected;
            match front.admit(&request, peer) {
                Ok(let_in) => *begun = Some(front.begin(request, peer, let_in)),
                Err(refused) => return Poll::Ready(Ok(front.refuse(&request, peer, refused))),
            }
        }
        match begun {
            Some(begun) => begun.as_mut().poll(context),
            // Asked again after its answer, it has none.
            None => Poll::Pending,
        }
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
        // What may be sent compressed, where something else was.
        let encodings = response.headers_mut().remove(ACCEPT_ENCODING);
        *response = status::response(error);
        response.headers_mut().extend(encodings.map(|encodings| (ACCEPT_ENCODING, encodings)));
    }
}

/// Our error for a status that tonic made itself, or of a request that broke off; `None` where it is ours already, or none
/// of those we know.
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
        Code::Cancelled | BROKEN_OFF => Some(Error::Cancelled),
        Code::Unimplemented => {
            let message = match status.message() {
                "" => "there is no such service or method",
                message => message,
            };
            Some(Error::refused(ErrorReason::Unimplemented, message))
        }
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_message_in_an_unknown_compression_is_told_which_are_known() {
        let mut status = Status::unimplemented("Content is compressed with `lzma`");
        status.metadata_mut().insert("grpc-accept-encoding", "gzip,zstd".parse().unwrap());
        let mut response = status.into_http();
        explain(&mut response, 0);
        let status = Status::from_header_map(response.headers()).unwrap();
        assert_eq!(status::reason(&status), Some(ErrorReason::Unimplemented));
        assert_eq!(status.message(), "Content is compressed with `lzma`");
        assert_eq!(response.headers()[ACCEPT_ENCODING], "gzip,zstd");
    }
}
