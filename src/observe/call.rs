//! The call that work belongs to, from its headers to its trailers.
//!
//! It is made by whoever takes the request, entered wherever work for it is done, and ended once. In between it is
//! [`Call::current`] on that thread, so that layers that know nothing of requests can say what they did. What is dropped
//! without an end was cancelled; the one who holds it says so.

use std::{
    cell::RefCell,
    marker::PhantomData,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use opentelemetry::{Context, KeyValue, trace::TraceContextExt as _};

use super::{
    Observer,
    metrics::{Ended, Level},
    trace,
};

/// The client of a call of which nobody said who it is from.
pub(super) const ANONYMOUS: &str = "anonymous";
/// The type of entities of requests, whatever they say.
pub(super) const INLINE: &str = "inline";

thread_local! {
    /// The call that this thread works for.
    static CURRENT: RefCell<Option<Call>> = const { RefCell::new(None) };
}

/// A call. Cheap to clone; all clones are one call.
#[derive(Debug, Clone)]
pub struct Call(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    observer: Observer,
    method: &'static str,
    started: Instant,
    /// Empty where no spans are made.
    span: Option<Context>,
    /// Who calls, once that is known.
    client: OnceLock<String>,
    running: Mutex<Option<Level>>,
    received: AtomicU64,
    sent: AtomicU64,
    documents: AtomicU64,
    mentions: AtomicU64,
    left: AtomicBool,
}

/// What became of a call, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// From its headers to its trailers.
    pub duration: Duration,
    /// Bytes of its messages.
    pub received: u64,
    /// Bytes of the answers.
    pub sent: u64,
    /// Documents that were answered.
    pub documents: u64,
    /// Mentions that were linked.
    pub mentions: u64,
}

impl Call {
    /// A call that begins now. `method` is its label, one of a list that does not grow; `header` gives its headers.
    pub fn begin<'a>(observer: &Observer, method: &'static str, header: impl Fn(&str) -> Option<&'a str>) -> Self {
        Self(Arc::new(Inner {
            method,
            started: Instant::now(),
            span: observer.tracer.as_ref().map(|tracer| tracer.request(method, header)),
            client: OnceLock::new(),
            running: Some(observer.metrics.began()).into(),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            documents: AtomicU64::new(0),
            mentions: AtomicU64::new(0),
            left: AtomicBool::new(false),
            observer: observer.clone(),
        }))
    }

    /// The call that this thread works for now.
    pub fn current() -> Option<Self> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Makes this call the current one of this thread, until what is returned is dropped.
    pub fn enter(&self) -> Entered {
        Entered { before: CURRENT.replace(Some(self.clone())), _thread: PhantomData }
    }

    /// What the call is observed by.
    pub fn observer(&self) -> &Observer {
        &self.0.observer
    }

    /// Says who calls. The first to say so is right.
    pub fn set_client(&self, client: impl Into<String>) {
        let _ = self.0.client.set(client.into());
    }

    /// Who calls; `anonymous` where nobody said so.
    pub fn client(&self) -> &str {
        self.0.client.get().map_or(ANONYMOUS, String::as_str)
    }

    /// The id of its trace in hexadecimal, where spans are made.
    pub fn trace_id(&self) -> Option<String> {
        let context = self.0.span.as_ref()?;
        Some(context.span().span_context().trace_id().to_string())
    }

    /// So many bytes came.
    pub fn received(&self, bytes: usize) {
        self.0.received.fetch_add(bytes as u64, Relaxed);
    }

    /// The caller went away before its request was whole.
    pub fn leave(&self) {
        self.0.left.store(true, Relaxed);
    }

    /// Whether the caller went away so.
    pub fn has_left(&self) -> bool {
        self.0.left.load(Relaxed)
    }

    /// So many bytes went.
    pub fn sent(&self, bytes: usize) {
        self.0.sent.fetch_add(bytes as u64, Relaxed);
    }

    /// A document of so many bytes was answered.
    pub fn answered(&self, bytes: usize) {
        self.0.documents.fetch_add(1, Relaxed);
        self.0.observer.metrics.answered(bytes as u64);
    }

    /// So many mentions were linked to entities of a type of ours; `None` for entities of the request.
    pub fn linked(&self, kind: Option<&str>, count: u64) {
        self.0.mentions.fetch_add(count, Relaxed);
        self.0.observer.metrics.mentions(kind.unwrap_or(INLINE), count);
    }

    /// A document was refused.
    pub fn refused(&self) {
        self.0.observer.metrics.unanswered("refused");
    }

    /// A document was given up because nobody waited for the answer.
    pub fn given_up(&self) {
        self.0.observer.metrics.unanswered("given up");
    }

    /// Part of the call took from then to now.
    pub fn past(&self, name: &'static str, since: Instant) {
        if let (Some(context), Some(tracer)) = (&self.0.span, &self.0.observer.tracer) {
            tracer.past(name, context, since);
        }
    }

    /// Ends the call, with a gRPC code as number and by name; a failure of the server has its reason beside. To be called
    /// once.
    pub fn end(&self, code: i32, name: &'static str, failed: bool) -> Ending {
        let inner = &self.0;
        let ending = Ending {
            duration: inner.started.elapsed(),
            received: inner.received.load(Relaxed),
            sent: inner.sent.load(Relaxed),
            documents: inner.documents.load(Relaxed),
            mentions: inner.mentions.load(Relaxed),
        };
        inner.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Ending { duration, received, sent, .. } = ending;
        let client = self.client();
        inner.observer.metrics.ended(Ended { method: inner.method, code: name, client, duration, received, sent });
        if let Some(span) = &inner.span {
            let attributes = vec![
                KeyValue::new("onomast.documents", ending.documents as i64),
                KeyValue::new("onomast.mentions", ending.mentions as i64),
            ];
            trace::end(span, code, failed.then_some(name), attributes);
        }
        ending
    }
}

/// Leaves the call when it is dropped, on the thread that entered it.
#[must_use]
#[derive(Debug)]
pub struct Entered {
    before: Option<Call>,
    _thread: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.before.take());
    }
}
