//! What stands before the handlers: who calls, what they have left, and whether the server has time.
//!
//! Puts the [`Principal`] beside the request, and beside the answer for whoever counts or logs. Health checks need no
//! credentials; all else does where anybody is asked, reflection too. The answer to a caller who is not known, and what it
//! costs, do not depend on the method. Streams are asked again and again: they end when they would not be let in any more.
//!
//! Must not know: messages.

use std::{convert::Infallible, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use tokio::{sync::watch, time::Instant};
use tonic::{
    body::Body,
    codegen::http::{HeaderMap, Request, Response},
    service::Routes,
};
use tower::ServiceExt as _;

use super::{
    Error, Limits, Principal,
    access::{Gate, Pass},
    body::{Incoming, Outgoing, Patience, Recheck},
    connection::{Peer, UNASKED},
    front,
    places::network,
    quota::{Account, Accounts},
    status,
    tab::Tab,
    work::Workers,
};
use crate::observe::Call;

/// What anybody may call.
const OPEN: &str = "/grpc.health.v1.Health/";
/// When to try again where a connection has too many of these.
const RETRY: Duration = Duration::from_secs(1);
/// What is worked on by the workers, where a line may form.
const WORKED: &str = "/onomast.v1.ExtractionService/";
/// How the methods end whose client sends a stream.
const CLIENT_STREAMS: [&str; 3] = ["/StreamExtract", "/ImportEntities", "/ServerReflectionInfo"];
/// How the methods end that answer one message with a stream.
const SERVER_STREAMS: [&str; 2] = ["/WatchGazetteers", "/ExportEntities"];

/// Why a call may not begin, and whose it is where that is known.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) error: Error,
    pub(super) client: Option<Principal>,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error, client: None }
    }
}

/// Who lets calls begin.
#[derive(Debug)]
pub(super) struct Guard {
    /// Who knows who calls; `None` where nobody is asked.
    pub(super) gate: Option<Arc<Gate>>,
    /// What clients have left.
    pub(super) accounts: Arc<Accounts>,
    /// What addresses have left of tokens with a bad signature.
    pub(super) strangers: Arc<Accounts>,
    /// How long a client may take.
    pub(super) limits: Arc<Limits>,
    /// Whose line may be too long.
    pub(super) workers: Workers,
    /// Whether watches of health end, which last as long as the server otherwise.
    pub(super) ending: watch::Receiver<bool>,
}

/// A caller who may begin a call.
#[derive(Debug)]
pub(super) struct Admitted {
    principal: Principal,
    account: Option<Arc<Account>>,
    /// What a long call is asked for again.
    pass: Option<Pass>,
}

impl Guard {
    /// Lets a call begin, or says why not. Nothing of its messages was read yet.
    pub(super) fn admit(&self, path: &str, headers: &HeaderMap, peer: &Peer) -> Result<Admitted, Refused> {
        if path.starts_with(OPEN) {
            return Ok(Admitted { principal: Principal::anybody(), account: None, pass: None });
        }
        let network = || peer.address.map(|address| network(address.ip()).to_string()).unwrap_or_default();
        let pass =
            Pass::new(self.gate.as_ref(), headers, peer.certificate.clone(), &|| self.strangers.of(network, None))?;
        let known = pass.known();
        let quota = known.and_then(|known| known.quota);
        let client = || known.map_or_else(network, |known| known.identity());
        let account = self.accounts.of(client, quota);
        let refused = |error| Refused { error, client: Some(pass.principal()) };
        if let Some(account) = &account {
            account.room().map_err(refused)?;
        }
        // Who has no quota left says nothing of how many the workers have to do with.
        if path.starts_with(WORKED) && !streams(path) {
            self.workers.admit().map_err(refused)?;
        }
        if let Some(account) = &account {
            account.count();
        }
        let long = streams(path) || SERVER_STREAMS.iter().any(|method| path.ends_with(method));
        Ok(Admitted { principal: pass.principal(), account, pass: long.then_some(pass) })
    }

    /// Makes a call that was admitted.
    pub(super) fn call(
        &self,
        mut request: Request<Body>,
        peer: &Peer,
        admitted: Admitted,
        routes: Routes,
    ) -> BoxFuture<'static, Result<Response<Body>, Infallible>> {
        let Ok(open) = peer.link.open(!request.uri().path().starts_with(OPEN)) else {
            let error =
                Error::Overloaded { setting: "of health checks on one connection", limit: UNASKED, retry: RETRY };
            return Box::pin(async { Ok(status::response(error)) });
        };
        let Admitted { principal, account, pass } = admitted;
        let deadline = front::deadline(request.headers()).and_then(|time| Instant::now().checked_add(time));
        let patience = self.patience(request.uri().path());
        let ending = request.uri().path().starts_with(OPEN).then(|| self.ending.clone());
        let room = request.extensions().get::<front::Admitted>().cloned();
        if let Some(call) = request.extensions().get::<Call>() {
            call.set_client(&*principal.name);
        }
        request.extensions_mut().insert(principal.clone());
        let tab = Tab::new(account);
        request.extensions_mut().insert(tab.clone());
        let recheck = pass.clone().map(Recheck::new);
        let request = request.map(|body| Body::new(Incoming::new(body, tab.clone(), patience, recheck)));
        let call = routes.oneshot(request);
        Box::pin(async move {
            let mut response = call.await?;
            response.extensions_mut().insert(principal);
            tab.end(response.headers());
            let recheck = pass.map(Recheck::new);
            Ok(response.map(|body| Body::new(Outgoing::new(body, open, room, deadline, recheck, ending, tab))))
        })
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::service::{connection::Link, line::Bounds, quota::Quota};

    #[tokio::test]
    async fn a_call_that_is_refused_for_its_quota_is_not_counted_in_the_line_nor_the_other_way_round() {
        let quota = Quota { requests_per_second: 1, bytes_per_second: 1, ..Quota::default() };
        let guard = Guard {
            gate: None,
            accounts: Arc::new(Accounts::new(quota)),
            strangers: Arc::default(),
            limits: Arc::default(),
            // It has no room for anybody.
            workers: Workers::start(Bounds { workers: 1, most: 0, longest: None }).unwrap(),
            ending: watch::channel(false).1,
        };
        let admit = |path: &str, host: u8| {
            let address = Some(([127, 0, 0, host], 1).into());
            let peer = Peer { address, certificate: Arc::default(), link: Arc::new(Link::new()) };
            guard.admit(path, &HeaderMap::new(), &peer).map(drop).map_err(|refused| refused.error)
        };
        let (worked, other) = ("/onomast.v1.ExtractionService/Extract", "/onomast.v1.GazetteerService/ListGazetteers");
        guard.accounts.of(|| "127.0.0.1".into(), None).unwrap().bytes(1000);
        for path in [worked, other] {
            assert!(matches!(admit(path, 1), Err(Error::QuotaExceeded { .. })), "{path}");
        }
        for _ in 0..100 {
            assert!(matches!(admit(worked, 2), Err(Error::Overloaded { .. })));
        }
        assert_eq!(admit(other, 2), Ok(()));
    }
}
