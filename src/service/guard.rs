//! What stands before the handlers: who calls, what they have left, and whether the server has time.
//!
//! Puts the [`Principal`] beside the request, and beside the answer for whoever counts or logs. Health checks need no
//! credentials; all else does where anybody is asked, reflection too. The answer to a caller who is not known, and what it
//! costs, do not depend on the method.
//!
//! Must not know: messages.

use std::{
    net::IpAddr,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::time::Instant;
use tonic::{
    body::Body,
    codegen::http::{HeaderMap, Request, Response},
};
use tower::{Layer, Service};

use super::{
    Error, Limits, Principal,
    access::Gate,
    body::{Incoming, Outgoing, Patience},
    connection::Peer,
    front,
    quota::{Account, Accounts},
    status,
    work::Workers,
};
use crate::observe::Call;

/// What anybody may call.
const OPEN: &str = "/grpc.health.v1.Health/";
/// What is worked on by the workers, where a line may form.
const WORKED: &str = "/onomast.v1.ExtractionService/";
/// How the methods end whose client sends a stream.
const CLIENT_STREAMS: [&str; 3] = ["/StreamExtract", "/ImportEntities", "/ServerReflectionInfo"];

/// The layer.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    /// Who knows who calls; `None` where nobody is asked.
    pub(super) gate: Option<Arc<Gate>>,
    /// What clients have left.
    pub(super) accounts: Arc<Accounts>,
    /// How long a client may take.
    pub(super) limits: Arc<Limits>,
    /// Whose line may be too long.
    pub(super) workers: Workers,
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { inner, guard: self.clone() }
    }
}

/// A service behind the layer.
#[derive(Debug, Clone)]
pub(super) struct Guarded<S> {
    inner: S,
    guard: Guard,
}

/// A caller who may begin a call.
struct Admitted {
    principal: Principal,
    account: Option<Arc<Account>>,
}

impl Guard {
    /// Lets a call begin, or says why not. Nothing of its messages was read yet.
    fn admit(&self, path: &str, headers: &HeaderMap, peer: Option<&Peer>) -> Result<Admitted, Error> {
        if path.starts_with(OPEN) {
            return Ok(Admitted { principal: Principal::anybody(), account: None });
        }
        let (principal, quota) = match &self.gate {
            None => (Principal::anybody(), None),
            Some(gate) => {
                let known = gate.who(headers, peer.map_or(&[], |peer| &peer.names))?;
                (known.principal.clone(), known.quota)
            }
        };
        let client = || match &self.gate {
            Some(_) => principal.name.clone(),
            None => peer.and_then(|peer| peer.address).map(|address| network(address.ip())).unwrap_or_default(),
        };
        let account = self.accounts.of(client, quota);
        if path.starts_with(WORKED) && !streams(path) {
            self.workers.admit()?;
        }
        if let Some(account) = &account {
            account.begin()?;
        }
        Ok(Admitted { principal, account })
    }

    fn patience(&self, path: &str) -> Patience {
        let stream = streams(path);
        let (seconds, setting) = match stream {
            true => (self.limits.stream_idle_seconds, "limits.stream_idle_seconds"),
            false => (self.limits.request_seconds, "limits.request_seconds"),
        };
        Patience { time: (seconds > 0).then(|| Duration::from_secs(seconds)), stream, setting }
    }
}

fn streams(path: &str) -> bool {
    CLIENT_STREAMS.iter().any(|method| path.ends_with(method))
}

/// Who is behind an address: with IPv6, one client has a whole /64.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

impl<S> Service<Request<Body>> for Guarded<S>
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
        let peer = request.extensions().get::<Peer>().cloned();
        let open = peer.as_ref().map(|peer| peer.link.open());
        let Admitted { principal, account } =
            match self.guard.admit(request.uri().path(), request.headers(), peer.as_ref()) {
                Ok(admitted) => admitted,
                Err(error) => return Box::pin(async { Ok(status::response(error)) }),
            };
        let deadline = front::deadline(request.headers()).and_then(|time| Instant::now().checked_add(time));
        let patience = self.guard.patience(request.uri().path());
        if let Some(call) = request.extensions().get::<Call>() {
            call.set_client(&*principal.name);
        }
        request.extensions_mut().insert(principal.clone());
        if let Some(account) = &account {
            request.extensions_mut().insert(account.clone());
        }
        let request = request.map(|body| Body::new(Incoming::new(body, account, patience)));
        let call = self.inner.call(request);
        Box::pin(async move {
            let mut response = call.await?;
            response.extensions_mut().insert(principal);
            Ok(match open {
                Some(open) => response.map(|body| Body::new(Outgoing::new(body, open, deadline))),
                None => response,
            })
        })
    }
}
