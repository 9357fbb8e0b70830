//! Connections as HTTP/2: each is served in a task of its own, until its client or the server ends it.
//!
//! Calls that came together are begun together, by the task of their connection, when all that came was read: each sees
//! those before it in the line. Only a call that has to wait for something gets a task, and what is said to those that are
//! refused together leaves in one write. Where beginning them takes long, other tasks come in between.
//!
//! Must not know: what calls are about.

use std::{
    collections::VecDeque,
    error::Error as _,
    future::{Future, poll_fn},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use hyper::{rt::Executor, server::conn::http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::watch;
use tokio_stream::{Stream, StreamExt as _};

use super::{
    Limits,
    connection::Connection,
    front::{Calls, Front},
    gathered::Gathered,
};

/// The largest frame that a client may send: a document mostly comes in one, which costs less than many.
const FRAME: u32 = 64 << 10;
/// How much a client may send in a call, and in all calls of its connection, ahead of what is read. A stream whose answers
/// are not taken is not read any more: what it has sent must leave room for the other calls of its connection. The calls
/// that `limits.connection_streams` allows by default hold 31 MiB together, those of all connections 128 KiB for each of
/// `limits.concurrent_requests`: what is refused keeps nothing.
///
/// HTTP/2 charges what a frame lacks to 256 bytes until it is read, about what it costs to hold one, and ends a connection
/// that is charged more than half of its window. A stream that holds nothing but empty documents, 7 bytes each, is charged
/// 4.7 MB. So a connection bears seven of these that are not read, 62 of frames of 50 bytes, and of 128 bytes any number.
const STREAM_WINDOW: u32 = 128 << 10;
const CONNECTION_WINDOW: u32 = 64 << 20;
/// How many frames for calls that are over may be answered with a reset; then the connection is closed. HTTP/2 counts them
/// for its life, and keeps each answer until the client takes it: about 600 bytes, 40 MB in all. Where calls are refused,
/// the rest of one in five comes too late, so that about 300,000 are refused before their client has to connect again.
const RESETS: usize = 1 << 16;
/// How long calls are begun at a stretch. To refuse one takes microseconds; to unpack the message of one, which may have
/// come with it, takes up to tens of milliseconds.
const STRETCH: Duration = Duration::from_millis(1);

/// Serves connections until no more come; then tells their clients to go elsewhere, and waits until they have. Dropped
/// before, it cuts what is left of them.
pub(super) async fn serve(
    mut connections: impl Stream<Item = io::Result<Connection>> + Unpin,
    front: Arc<Front>,
    limits: &Limits,
) {
    let (tell, told) = watch::channel(());
    while let Some(connection) = connections.next().await {
        let Ok(connection) = connection else { continue };
        tokio::spawn(serve_one(connection, front.clone(), limits, told.clone()));
    }
    drop(told);
    // Each connection has some who are told, as long as it is open.
    let _ = tell.send(());
    tell.closed().await;
}

/// Serves a connection to its end. Tells its client to go elsewhere when `told` changes, or when it was idle for long; cuts
/// it when nobody is left to tell.
fn serve_one(
    connection: Connection,
    front: Arc<Front>,
    limits: &Limits,
    mut told: watch::Receiver<()>,
) -> impl Future<Output = ()> + Send + use<> {
    let begun = Begun::default();
    let mut http = http2::Builder::new(begun.clone());
    http.timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(limits.keepalive_seconds))
        .keep_alive_timeout(Duration::from_secs(limits.keepalive_timeout_seconds))
        .max_concurrent_streams(limits.connection_streams)
        .max_header_list_size(limits.header_bytes)
        .max_frame_size(FRAME)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_pending_accept_reset_streams(limits.pending_resets)
        .max_local_error_reset_streams(RESETS);
    let peer = connection.peer();
    let (address, link) = (peer.address, peer.link.clone());
    let calls = Calls::new(front, peer);
    let connection = Gathered::new(connection);
    let serving = http.serve_connection(TokioIo::new(connection.clone()), calls);
    async move {
        let mut serving = pin!(serving);
        let mut tells = told.clone();
        let mut leaving = pin!(told.changed());
        let mut cut = pin!(async move { while tells.changed().await.is_ok() {} });
        let mut left = false;
        let serve = |context: &mut Context<'_>| {
            if cut.as_mut().poll(context).is_ready() {
                return Poll::Ready(Ok(()));
            }
            if !left && leaving.as_mut().poll(context).is_ready() {
                left = true;
                serving.as_mut().graceful_shutdown();
            }
            let mut served = serving.as_mut().poll(context);
            // It is looked at while it is read.
            if !left && served.is_pending() && link.leaves() {
                left = true;
                serving.as_mut().graceful_shutdown();
                served = serving.as_mut().poll(context);
            }
            connection.send(context);
            served
        };
        if let Err(error) = by_turns(begun, STRETCH, serve).await {
            // Who has no call may be anybody, and may speak anything.
            match error.source().and_then(|cause| cause.downcast_ref::<h2::Error>()) {
                Some(cause) if cause.is_go_away() && cause.is_library() && link.was_called() => {
                    tracing::warn!(?address, %cause, "a connection and its calls were ended: HTTP/2 forbids what its client sent");
                }
                _ => tracing::debug!(?address, %error, "a connection failed"),
            }
        }
    }
}

/// Lets `serve` read all that came, and begins the calls among it, a stretch at a time. No more is read before the last of
/// them has begun, so that not many wait here.
async fn by_turns<T>(begun: Begun, stretch: Duration, mut serve: impl FnMut(&mut Context<'_>) -> Poll<T>) -> T {
    let mut calls = VecDeque::new();
    poll_fn(move |context| {
        let goes_on = !calls.is_empty();
        let served = if goes_on { Poll::Pending } else { serve(context) };
        calls.extend(begun.take());
        // What is answered by these wakes the connection, which writes it.
        begin(&mut calls, stretch);
        // Whatever woke it while it went on is looked at behind them.
        if goes_on || !calls.is_empty() {
            context.waker().wake_by_ref();
        }
        served
    })
    .await
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The calls of a connection that came and were not looked at yet.
#[derive(Clone, Default)]
struct Begun(Arc<Mutex<Vec<Task>>>);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Begun {
    fn execute(&self, call: F) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Box::pin(call));
    }
}

impl Begun {
    fn take(&self) -> Vec<Task> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Lets each call go as far as it can now, until the time is up: one in any case. One that panics ends alone, as it would
/// in a task.
fn begin(calls: &mut VecDeque<Task>, time: Duration) {
    // A task polls it again, and has the waker that counts.
    let mut context = Context::from_waker(Waker::noop());
    let began = Instant::now();
    while let Some(mut call) = calls.pop_front() {
        let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(&mut context)));
        if matches!(polled, Ok(Poll::Pending)) {
            tokio::spawn(call);
        }
        if began.elapsed() >= time {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn calls_are_begun_together_and_go_on_in_tasks() {
        let begun = Begun::default();
        let (give, take) = tokio::sync::oneshot::channel();
        let (done, mut is_done) = tokio::sync::mpsc::unbounded_channel();
        let end = |name: &'static str| {
            let done = done.clone();
            move || {
                done.send(name).ok();
            }
        };
        let (waited, last) = (end("waited"), end("last"));
        begun.execute(async move {
            let _: Result<(), _> = take.await;
            waited();
        });
        begun.execute(async { panic!("on purpose") });
        begun.execute(async move { last() });
        assert!(is_done.try_recv().is_err());
        begin(&mut begun.take().into(), Duration::MAX);
        assert_eq!(is_done.try_recv(), Ok("last"));
        assert!(is_done.try_recv().is_err());
        give.send(()).ok();
        assert_eq!(is_done.recv().await, Some("waited"));
    }

    #[tokio::test]
    async fn others_get_their_turn_between_calls_that_take_long() {
        let begun = Begun::default();
        let (done, mut is_done) = tokio::sync::mpsc::unbounded_channel();
        let end = |name: &'static str| {
            let done = done.clone();
            async move {
                done.send(name).ok();
            }
        };
        tokio::spawn(end("another"));
        let mut names = vec!["third", "second", "first"];
        let come = begun.clone();
        // Each takes more than no time at all.
        let served = by_turns(begun, Duration::ZERO, |context| {
            done.send("read").ok();
            if names.is_empty() {
                return Poll::Ready("served");
            }
            std::iter::from_fn(|| names.pop()).for_each(|name| come.execute(end(name)));
            context.waker().wake_by_ref();
            Poll::Pending
        });
        assert_eq!(served.await, "served");
        let order: Vec<_> = std::iter::from_fn(|| is_done.try_recv().ok()).collect();
        assert_eq!(order, ["read", "first", "another", "second", "third", "read"]);
    }
}
