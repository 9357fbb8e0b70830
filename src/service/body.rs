//! The bodies of a call: what comes in is counted and must not stop coming, what goes out ends at the deadline, and both
//! end when the caller would not be let in any more.
//!
//! A request of one message must be there whole in time; a stream may take long, but not between two parts. Bytes are
//! counted for the quota as they come; a stream whose client is in debt is read no further until it is paid, which HTTP/2
//! flow control tells the client. A large answer goes out in parts, so that it is seen when a client does not take it.
//!
//! Must not know: methods, messages.

use std::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http_body::Frame;
use tokio::time::{Instant, Sleep, sleep, sleep_until};
use tonic::{
    Status,
    body::Body,
    codegen::{Bytes, http::HeaderMap},
};

use super::{Error, access::Pass, connection::OpenCall, tab::Tab};

/// How long a request may take to come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// The time; none for any.
    pub(super) time: Option<Duration>,
    /// Whether it begins anew with each part.
    pub(super) stream: bool,
    /// The setting, for the error.
    pub(super) setting: &'static str,
}

/// How often a stream is asked for what let it in, where nothing comes or goes.
const AGAIN: Duration = Duration::from_secs(1);

/// A pass that is looked at again and again.
pub(super) struct Recheck {
    pass: Pass,
    again: Pin<Box<Sleep>>,
}

impl Recheck {
    pub(super) fn new(pass: Pass) -> Self {
        Self { pass, again: Box::pin(sleep(AGAIN)) }
    }

    /// Whether it holds no more; if it does, whoever asks is woken to ask again.
    fn ended(&mut self, context: &mut Context<'_>) -> bool {
        while self.again.as_mut().poll(context).is_ready() {
            self.again.as_mut().reset(Instant::now() + AGAIN);
        }
        !self.pass.holds()
    }
}

/// What a client sends.
pub(super) struct Incoming {
    body: Body,
    tab: Tab,
    patience: Patience,
    timer: Option<Pin<Box<Sleep>>>,
    end: Option<Instant>,
    pause: Option<Pin<Box<Sleep>>>,
    recheck: Option<Recheck>,
}

impl Incoming {
    pub(super) fn new(body: Body, tab: Tab, patience: Patience, recheck: Option<Recheck>) -> Self {
        let end = patience.time.and_then(|time| Instant::now().checked_add(time));
        Self { body, tab, patience, timer: None, end, pause: None, recheck }
    }

    fn overdue(&mut self, context: &mut Context<'_>) -> bool {
        let Some(end) = self.end else { return false };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        timer.as_mut().poll(context).is_ready()
    }
}

impl http_body::Body for Incoming {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.get_mut();
        if this.recheck.as_mut().is_some_and(|recheck| recheck.ended(context)) {
            return Poll::Ready(Some(Err(Error::Unauthenticated.into())));
        }
        if let Some(pause) = &mut this.pause {
            ready!(pause.as_mut().poll(context));
            this.pause = None;
        }
        let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) else {
            if this.overdue(context) {
                // Asked again, it would be the same.
                return Poll::Ready(Some(Err(Error::TooSlow { setting: this.patience.setting }.into())));
            }
            return Poll::Pending;
        };
        if this.patience.stream {
            this.timer = None;
            this.end = this.patience.time.and_then(|time| Instant::now().checked_add(time));
        }
        if let Some(Ok(frame)) = &frame {
            this.tab.bytes(frame.data_ref().map_or(0, Bytes::len));
            if this.patience.stream {
                this.pause = this.tab.pause().map(|time| Box::pin(sleep(time)));
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}

/// The largest part of an answer, in bytes. HTTP/2 holds a part that was begun until the client takes it, out of sight.
const PART: usize = 64 << 10;

/// What a client gets.
pub(super) struct Outgoing {
    body: Body,
    /// What is left of the last part of the body.
    rest: Bytes,
    call: OpenCall,
    deadline: Option<Pin<Box<Sleep>>>,
    recheck: Option<Recheck>,
    tab: Tab,
}

impl Outgoing {
    pub(super) fn new(
        body: Body,
        call: OpenCall,
        deadline: Option<Instant>,
        recheck: Option<Recheck>,
        tab: Tab,
    ) -> Self {
        let deadline = deadline.map(|deadline| Box::pin(sleep_until(deadline)));
        Self { body, rest: Bytes::new(), call, deadline, recheck, tab }
    }

    /// Why it ends before the answer does.
    fn overdue(&mut self, context: &mut Context<'_>) -> Option<Error> {
        if self.deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(context).is_ready()) {
            return Some(Error::DeadlineExceeded);
        }
        self.recheck.as_mut()?.ended(context).then_some(Error::Unauthenticated)
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.get_mut();
        this.call.took();
        if let Some(error) = this.overdue(context) {
            (this.deadline, this.recheck) = (None, None);
            // What makes the answer goes, and its work with it.
            this.body = Body::empty();
            this.rest = Bytes::new();
            let mut trailers = HeaderMap::new();
            let status = Status::from(error);
            return Poll::Ready(Some(status.add_header(&mut trailers).map(|()| Frame::trailers(trailers))));
        }
        if this.rest.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_frame(context)).transpose()?.map(Frame::into_data) {
                Some(Ok(data)) => this.rest = data,
                Some(Err(frame)) => {
                    if let Some(trailers) = frame.trailers_ref() {
                        this.tab.end(trailers);
                    }
                    return Poll::Ready(Some(Ok(frame)));
                }
                None => return Poll::Ready(None),
            }
        }
        let part = this.rest.split_to(this.rest.len().min(PART));
        this.call.gave();
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }
}
