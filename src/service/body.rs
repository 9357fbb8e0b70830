//! The bodies of a call: what comes in is counted and must not stop coming, what goes out ends at the deadline, and both
//! end when the caller would not be let in any more. A call has its room until its answer is taken.
//!
//! A request of one message must be there whole in time; a stream may take long, but not between two parts. Bytes are
//! counted for the quota as they come; a stream whose client is in debt is read no further until it is paid, which HTTP/2
//! flow control tells the client. A request that breaks off, because its client or the connection went away, ends in an
//! error and never as one that is whole. A large answer goes out in parts, so that it is seen when a client does not take
//! it.
//!
//! Must not know: methods, messages.

use std::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::future::BoxFuture;
use http_body::Frame;
use tokio::{
    sync::watch,
    time::{Instant, Sleep, sleep, sleep_until},
};
use tonic::{
    Code, Status,
    body::Body,
    codegen::{Bytes, http::HeaderMap},
};

use super::{Error, access::Pass, connection::OpenCall, front::Admitted, tab::Tab};

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

/// The code of a request that broke off. Not CANCELLED, which tonic takes for the end of what a client sends; it is that
/// where it is told, see `front::of_tonic`.
pub(super) const BROKEN_OFF: Code = Code::Aborted;

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
        let broken_off = || Some(Err(Status::new(BROKEN_OFF, "the request broke off")));
        Poll::Ready(match frame {
            Some(Ok(frame)) if frame.is_data() => Some(Ok(frame)),
            // Trailers, which no client of gRPC sends. Behind them, tonic would not look whether the last message is whole.
            Some(Ok(_)) => None,
            Some(Err(_)) => broken_off(),
            // hyper gives no error for a reset with NO_ERROR.
            None if !this.body.is_end_stream() => broken_off(),
            None => None,
        })
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
    /// What the call holds until the answer is taken.
    room: Option<Admitted>,
    deadline: Option<Pin<Box<Sleep>>>,
    recheck: Option<Recheck>,
    /// Ready when the server ends, for an answer that would not end by itself.
    ending: Option<BoxFuture<'static, ()>>,
    tab: Tab,
}

impl Outgoing {
    pub(super) fn new(
        body: Body,
        call: OpenCall,
        room: Option<Admitted>,
        deadline: Option<Instant>,
        recheck: Option<Recheck>,
        ending: Option<watch::Receiver<bool>>,
        tab: Tab,
    ) -> Self {
        let deadline = deadline.map(|deadline| Box::pin(sleep_until(deadline)));
        let ending = ending.map(|mut ending| -> BoxFuture<'static, ()> {
            Box::pin(async move {
                // Where nobody can say so any more, the server has ended.
                let _ = ending.wait_for(|ending| *ending).await;
            })
        });
        Self { body, rest: Bytes::new(), call, room, deadline, recheck, ending, tab }
    }

    /// Why it ends before the answer does.
    fn overdue(&mut self, context: &mut Context<'_>) -> Option<Error> {
        if self.deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(context).is_ready()) {
            return Some(Error::DeadlineExceeded);
        }
        if self.ending.as_mut().is_some_and(|ending| ending.as_mut().poll(context).is_ready()) {
            return Some(Error::NotServing);
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
            (this.deadline, this.recheck, this.ending, this.room) = (None, None, None, None);
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

/// Bodies that come as a test says.
#[cfg(test)]
pub(super) mod scripted {
    use std::{collections::VecDeque, error::Error, io};

    use super::*;

    type Part = Result<Frame<Bytes>, Box<dyn Error + Send + Sync>>;

    /// Parts of a body, and whether END_STREAM comes behind them.
    struct Scripted {
        parts: VecDeque<Part>,
        ends: bool,
    }

    impl http_body::Body for Scripted {
        type Data = Bytes;
        type Error = Box<dyn Error + Send + Sync>;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Part>> {
            Poll::Ready(self.parts.pop_front())
        }

        fn is_end_stream(&self) -> bool {
            self.ends && self.parts.is_empty()
        }
    }

    /// The messages as what a client sends, whole.
    pub(in crate::service) fn whole(messages: &[Vec<u8>]) -> Body {
        incoming(messages.iter().map(|message| Ok(Frame::data(framed(message)))).collect(), true)
    }

    /// The messages, and what may follow them that is no end, each with a name.
    pub(in crate::service) fn broken(messages: &[Vec<u8>]) -> Vec<(String, Body)> {
        let last = framed(messages.last().map_or(&[], Vec::as_slice));
        let mut all = Vec::new();
        for (place, half) in [("behind a message", 0), ("within the length of one", 3), ("within one", last.len() - 1)]
        {
            let mut add = |what: &str, end: Option<Part>, ends| {
                let half = (half > 0).then(|| last.slice(..half));
                let data = messages.iter().map(|message| framed(message)).chain(half).map(|data| Ok(Frame::data(data)));
                all.push((format!("{what} {place}"), incoming(data.chain(end).collect(), ends)));
            };
            for reason in [h2::Reason::CANCEL, h2::Reason::INTERNAL_ERROR, h2::Reason::REFUSED_STREAM] {
                add(&format!("{reason:?}"), Some(Err(h2::Error::from(reason).into())), false);
            }
            add("a cancelled connection", Some(Err(Status::cancelled("").into())), false);
            add("a lost connection", Some(Err(io::Error::from(io::ErrorKind::BrokenPipe).into())), false);
            // hyper gives no error for it.
            add("NO_ERROR", None, false);
            if half > 0 {
                add("END_STREAM", None, true);
                add("trailers", Some(Ok(Frame::trailers(HeaderMap::new()))), true);
            }
        }
        all
    }

    /// A message as gRPC sends it.
    fn framed(message: &[u8]) -> Bytes {
        [&[0][..], &(message.len() as u32).to_be_bytes(), message].concat().into()
    }

    fn incoming(parts: VecDeque<Part>, ends: bool) -> Body {
        let patience = Patience { time: None, stream: true, setting: "" };
        Body::new(Incoming::new(Body::new(Scripted { parts, ends }), Tab::default(), patience, None))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tonic::{Streaming, codec::Codec as _};

    use super::{scripted::*, *};
    use crate::service::proto::{Document, ExtractRequest};

    /// Reads it as tonic does: the messages that came, and the error behind them.
    async fn read(body: Body) -> (usize, Option<Status>) {
        let decoder = tonic_prost::ProstCodec::<(), ExtractRequest>::default().decoder();
        let mut requests = Streaming::new_request(decoder, body, None, None);
        let mut count = 0;
        loop {
            match requests.message().await {
                Ok(Some(_)) => count += 1,
                Ok(None) => return (count, None),
                Err(status) => return (count, Some(status)),
            }
        }
    }

    fn messages() -> [Vec<u8>; 2] {
        let message = |text: &str| {
            let document = Some(Document { text: text.into(), ..Document::default() });
            prost::Message::encode_to_vec(&ExtractRequest { document, ..ExtractRequest::default() })
        };
        [message("one"), message("two")]
    }

    #[tokio::test]
    async fn a_request_that_breaks_off_does_not_end() {
        let mut whole = Vec::new();
        for (how, body) in broken(&messages()) {
            let (count, error) = read(body).await;
            assert_eq!(count, 2, "{how}");
            whole.extend(error.is_none().then_some(how));
        }
        assert_eq!(whole, Vec::<String>::new(), "they are taken for whole");
    }

    #[tokio::test]
    async fn a_whole_request_ends() {
        for count in 0..=2 {
            let (read, error) = read(whole(&messages()[..count])).await;
            assert_eq!((read, error.map(|error| error.to_string())), (count, None));
        }
    }
}
