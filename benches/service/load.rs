//! The load: a client that sends requests encoded beforehand and takes the answers as bytes, so that on a machine of
//! few processors as little as may be goes to it.

use std::{
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream};
use prost::bytes::{Buf as _, BufMut as _, Bytes};
use tonic::{
    Code, Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    codegen::http::uri::PathAndQuery,
    transport::{Channel, Endpoint},
};

/// The codec of messages that are bytes already.
#[derive(Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

/// A connection to a server.
#[derive(Clone)]
pub(crate) struct Client(Grpc<Channel>);

impl Client {
    /// Connects; waits for a server that is only starting.
    pub(crate) async fn connect(address: &str) -> Self {
        let endpoint = Endpoint::new(address.to_owned()).unwrap().tcp_nodelay(true);
        for _ in 0..600 {
            if let Ok(channel) = endpoint.connect().await {
                return Self(Grpc::new(channel).max_decoding_message_size(usize::MAX));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no server at {address}");
    }

    /// A call of one message for one.
    pub(crate) async fn call(&mut self, method: &'static str, message: Bytes) -> Result<Bytes, Status> {
        self.0.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        Ok(self.0.unary(Request::new(message), PathAndQuery::from_static(method), Raw).await?.into_inner())
    }

    /// Sends a stream and hands on each answer.
    pub(crate) async fn stream(&mut self, method: &'static str, messages: Vec<Bytes>, mut each: impl FnMut(Bytes)) {
        self.0.ready().await.unwrap();
        let request = Request::new(stream::iter(messages));
        let answers = self.0.streaming(request, PathAndQuery::from_static(method), Raw).await;
        let mut answers = answers.unwrap().into_inner();
        while let Some(answer) = answers.next().await {
            each(answer.unwrap());
        }
    }
}

pub(crate) const EXTRACT: &str = "/onomast.v1.ExtractionService/Extract";

/// Requests with the sizes of their answers, which are looked at for each answer.
pub(crate) struct Requests {
    pub(crate) messages: Vec<Bytes>,
    pub(crate) sizes: Vec<usize>,
}

impl Requests {
    /// Whether a request was answered, rather than refused because the server is busy.
    async fn send(&self, client: &mut Client, number: usize) -> bool {
        let number = number % self.messages.len();
        match client.call(EXTRACT, self.messages[number].clone()).await {
            Ok(answer) => assert_eq!(answer.len(), self.sizes[number], "the answer to request {number}"),
            Err(status) if status.code() == Code::ResourceExhausted => return false,
            Err(status) => panic!("request {number}: {status}"),
        }
        true
    }
}

/// Closed loop: each of `connections * streams` callers sends when it has its answer. Answers a second.
pub(crate) async fn closed(
    address: &str,
    requests: &Arc<Requests>,
    connections: usize,
    streams: usize,
    time: Duration,
) -> f64 {
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(Client::connect(address).await);
    }
    let callers = connections * streams;
    let started = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (mut client, requests) = (clients[caller % connections].clone(), requests.clone());
            tokio::spawn(async move {
                let (mut sent, mut answered) = (0, 0);
                while started.elapsed() < time {
                    answered += usize::from(requests.send(&mut client, caller + sent * callers).await);
                    sent += 1;
                }
                answered
            })
        })
        .collect();
    let mut count = 0;
    for task in tasks {
        count += task.await.unwrap();
    }
    count as f64 / started.elapsed().as_secs_f64()
}

/// What a request took that was refused: longer than any other.
pub(crate) const REFUSED: Duration = Duration::MAX;

/// Open loop: a request at each tick of the clock, whatever became of those before. The latencies, from the time at
/// which a request should have been sent, in ascending order; [`REFUSED`] for one that was not answered.
pub(crate) async fn open(address: &str, requests: &Arc<Requests>, rate: f64, time: Duration) -> Vec<Duration> {
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(Client::connect(address).await);
    }
    let (requests, runtime) = (requests.clone(), tokio::runtime::Handle::current());
    let count = (rate * time.as_secs_f64()) as usize;
    let (sender, receiver) = mpsc::channel();
    // A thread of its own keeps the clock: the runtime's timers tick in whole milliseconds.
    let clock = move || {
        let start = Instant::now() + Duration::from_millis(20);
        for number in 0..count {
            let due = start + Duration::from_secs_f64(number as f64 / rate);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let (mut client, requests, sender) = (clients[number % 4].clone(), requests.clone(), sender.clone());
            runtime.spawn(async move {
                let answered = requests.send(&mut client, number).await;
                sender.send(if answered { due.elapsed() } else { REFUSED }).ok();
            });
        }
        drop(sender);
        receiver.iter().collect::<Vec<_>>()
    };
    let mut latencies = tokio::task::spawn_blocking(clock).await.unwrap();
    assert_eq!(latencies.len(), count);
    latencies.sort_unstable();
    latencies
}
