//! What one call took of its client's quota, and gives back when it is refused before any work was done for it.
//!
//! Bytes are counted as they come, since a stream whose client is in debt must be read no further; whether the call is
//! refused for its role, its scope or its fields is known only afterwards. The call itself stays counted: refusing costs
//! something, too. What tonic refuses, because it is no message or too large a one, gives nothing back.
//!
//! Must not know: methods, messages.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tonic::codegen::http::HeaderMap;

use super::{Error, quota::Account};

/// The header, or trailer, with the code of a status.
const CODE: &str = "grpc-status";
/// Beside it where the status is one of ours: its reason and its fields.
const DETAILS: &str = "grpc-status-details-bin";

/// What a call took; nothing where its client has no quota. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Tab(Option<Arc<Taken>>);

#[derive(Debug)]
struct Taken {
    account: Arc<Account>,
    bytes: AtomicUsize,
    begun: AtomicBool,
}

impl Tab {
    /// The tab of a call that was let in.
    pub(super) fn new(account: Option<Arc<Account>>) -> Self {
        let taken = |account| Arc::new(Taken { account, bytes: AtomicUsize::new(0), begun: AtomicBool::new(false) });
        Self(account.map(taken))
    }

    /// The tab that the layers in front put beside a request.
    pub(super) fn of(extensions: &tonic::Extensions) -> Self {
        extensions.get::<Self>().cloned().unwrap_or_default()
    }

    /// Counts bytes that came.
    pub(super) fn bytes(&self, count: usize) {
        if let Some(taken) = &self.0 {
            taken.bytes.fetch_add(taken.account.bytes(count), Ordering::Relaxed);
        }
    }

    /// How long to leave further bytes unread; `None` for not at all.
    pub(super) fn pause(&self) -> Option<Duration> {
        self.0.as_ref()?.account.pause()
    }

    /// Nothing is wrong with the call, and work begins: for so many inline entities, if there is quota for them.
    pub(super) fn begin(&self, inline: usize) -> Result<(), Error> {
        let Some(taken) = &self.0 else { return Ok(()) };
        taken.account.inline(inline)?;
        taken.begun.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Looks how the call ends, by the headers or trailers of its answer.
    pub(super) fn end(&self, headers: &HeaderMap) {
        let Some(taken) = &self.0 else { return };
        let refused = headers.get(CODE).is_some_and(|code| code != "0") && headers.contains_key(DETAILS);
        if refused && !taken.begun.load(Ordering::Relaxed) {
            taken.account.give_back(taken.bytes.swap(0, Ordering::Relaxed));
        }
    }
}
