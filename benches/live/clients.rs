//! Clients that cost little: their requests are bytes made beforehand, nobody decodes an answer, and one thread does it
//! all. What they count is checked: a status that is neither good nor a refusal is a failure.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use h2::client::SendRequest;
use onomast::service::proto::{Document, ExtractRequest};
use prost::{Message as _, bytes::Bytes};
use tokio::{
    net::TcpStream,
    sync::{Semaphore, mpsc},
    time::sleep_until,
};
use tonic::Status;
use tonic_types::StatusExt as _;

/// How many connections they have together.
const CONNECTIONS: usize = 8;
/// How many calls may be open at once: no more than a connection may have by default, for each of them.
const OPEN: usize = 240 * CONNECTIONS;
/// What a client of HTTP/2 lets come before it says so: never the bound here.
const WINDOW: u32 = 1 << 30;
/// How long answers are waited for when no more is asked.
const LAST: Duration = Duration::from_secs(5);

/// How requests are made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// By so many clients, each of which asks again when it has its answer, or when it may after a refusal.
    Closed(usize),
    /// So many a second, whatever becomes of them.
    Open(f64),
}

/// What they got.
#[derive(Debug, Default)]
pub(crate) struct Load {
    /// How long each good answer took from the time at which it was due to be asked for, in ascending order.
    pub(crate) good: Vec<Duration>,
    /// How many of them came before the time was over.
    in_time: usize,
    pub(crate) refused: usize,
    pub(crate) failed: usize,
    /// Those that could not be asked for, since too many were open.
    pub(crate) unsent: usize,
    /// Those that had no answer at the end.
    pub(crate) open: usize,
    pub(crate) seconds: f64,
}

impl Load {
    /// Good answers a second.
    pub(crate) fn rate(&self) -> f64 {
        self.in_time as f64 / self.seconds
    }

    /// Requests that the server got a second.
    pub(crate) fn offered(&self) -> f64 {
        (self.good.len() + self.refused + self.failed + self.open) as f64 / self.seconds
    }

    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        self.good
            .get((self.good.len() * percent / 100).min(self.good.len().saturating_sub(1)))
            .copied()
            .unwrap_or(Duration::MAX)
    }
}

/// What is asked for, one after the other.
pub(crate) type Messages = Arc<[Bytes]>;

enum Outcome {
    Good {
        took: Duration,
        at: Instant,
    },
    /// Refused, to be asked again after that time.
    Refused(Duration),
    Failed,
}

/// A message for `Extract`, as it goes over the network.
pub(crate) fn message(text: &str) -> Bytes {
    let document = Document { text: text.to_owned(), ..Default::default() };
    let message = ExtractRequest { document: Some(document), ..Default::default() }.encode_to_vec();
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0][..], &length, &message].concat().into()
}

/// Asks for so long, in a thread of its own that the clients share.
pub(crate) async fn load(address: &str, messages: &Messages, time: Duration, pace: Pace) -> Load {
    let (address, messages) = (address.to_owned(), messages.clone());
    let thread = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(address, messages, time, pace))
    };
    tokio::task::spawn_blocking(thread).await.unwrap()
}

async fn run(address: String, messages: Messages, time: Duration, pace: Pace) -> Load {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(address.strip_prefix("http://").unwrap()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut settings = h2::client::Builder::new();
        settings.initial_window_size(WINDOW).initial_connection_window_size(WINDOW);
        let (send, connection) = settings.handshake::<_, Bytes>(stream).await.unwrap();
        tokio::spawn(async move { drop(connection.await) });
        connections.push(send);
    }
    let (tell, mut told) = mpsc::unbounded_channel();
    let room = Arc::new(Semaphore::new(OPEN));
    let uri = format!("{address}/onomast.v1.ExtractionService/Extract");
    let count = AtomicUsize::new(0);
    let ask = Arc::new(move |connection: usize, due: Instant| {
        let message = messages[count.fetch_add(1, Ordering::Relaxed) % messages.len()].clone();
        let (send, uri) = (connections[connection % CONNECTIONS].clone(), uri.clone());
        async move { call(send, &uri, message, due).await.unwrap_or(Outcome::Failed) }
    });
    // Clients that never sleep need not be woken by the server, which over a network they would not be either.
    tokio::spawn(async {
        loop {
            tokio::task::yield_now().await;
        }
    });
    let (began, mut load) = (Instant::now(), Load::default());
    match pace {
        Pace::Closed(clients) => {
            for number in 0..clients {
                let (ask, tell) = (ask.clone(), tell.clone());
                tokio::spawn(async move {
                    while began.elapsed() < time {
                        let outcome = ask(number, Instant::now()).await;
                        let retry = if let Outcome::Refused(retry) = outcome { Some(retry) } else { None };
                        tell.send(outcome).ok();
                        if let Some(retry) = retry {
                            tokio::time::sleep(retry).await;
                        }
                    }
                });
            }
        }
        Pace::Open(rate) => {
            let mut due = began;
            for number in 0.. {
                due += Duration::from_secs_f64(1.0 / rate);
                if due > began + time {
                    break;
                }
                sleep_until(due.into()).await;
                let Ok(permit) = room.clone().try_acquire_owned() else {
                    load.unsent += 1;
                    continue;
                };
                let (asked, tell) = (ask(number, due), tell.clone());
                tokio::spawn(async move {
                    tell.send(asked.await).ok();
                    drop(permit);
                });
            }
        }
    }
    drop((ask, tell));
    sleep_until((began + time).into()).await;
    load.seconds = began.elapsed().as_secs_f64();
    while let Ok(Some(outcome)) = tokio::time::timeout_at((began + time + LAST).into(), told.recv()).await {
        match outcome {
            Outcome::Good { took, at } => {
                load.good.push(took);
                load.in_time += usize::from(at <= began + time);
            }
            Outcome::Refused(_) => load.refused += 1,
            Outcome::Failed => load.failed += 1,
        }
    }
    load.open = OPEN - room.available_permits();
    load.good.sort_unstable();
    load
}

async fn call(mut send: SendRequest<Bytes>, uri: &str, message: Bytes, due: Instant) -> Result<Outcome, h2::Error> {
    let request = http::Request::post(uri).header("content-type", "application/grpc").header("te", "trailers");
    std::future::poll_fn(|context| send.poll_ready(context)).await?;
    let (response, mut body) = send.send_request(request.body(()).unwrap(), false)?;
    // Refused before it was sent, it is reset: the answer says why.
    body.send_data(message, true).ok();
    let mut response = response.await?;
    let mut status = response.headers().get("grpc-status").cloned();
    if status.is_none() {
        let body = response.body_mut();
        while let Some(data) = body.data().await.transpose()? {
            body.flow_control().release_capacity(data.len())?;
        }
        status = body.trailers().await?.and_then(|trailers| trailers.get("grpc-status").cloned());
    }
    Ok(match status.as_ref().map(http::HeaderValue::as_bytes) {
        Some(b"0") => Outcome::Good { took: due.elapsed(), at: Instant::now() },
        // RESOURCE_EXHAUSTED
        Some(b"8") => Outcome::Refused(retry(response.headers())),
        _ => Outcome::Failed,
    })
}

/// When a refused call may be made again.
fn retry(headers: &http::HeaderMap) -> Duration {
    let details = Status::from_header_map(headers).unwrap().get_error_details();
    details.retry_info().unwrap().retry_delay.unwrap()
}
