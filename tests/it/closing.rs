//! How a server takes leave of its clients: bare HTTP/2 on the wire.

use std::{io::Write as _, time::Duration};

use onomast::{
    catalog::{Catalog, Gazetteer},
    gazetteer::Entity,
    service::{Limits, proto},
};
use prost::Message as _;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_types::StatusExt as _;

use crate::support::TestServer;

/// The longest that anything may take here.
const LONG: Duration = Duration::from_secs(30);
/// What begins a connection.
const PREFACE: usize = 24;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PING: u8 = 6;
const GO_AWAY: u8 = 7;
const END: u8 = 1;

/// A frame of HTTP/2.
#[derive(Debug)]
struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

impl Frame {
    /// The next one; `None` at the end. Fails where the connection broke.
    async fn read(from: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Option<Self>> {
        let mut head = [0; 9];
        if from.read(&mut head[..1]).await? == 0 {
            return Ok(None);
        }
        from.read_exact(&mut head[1..]).await?;
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        from.read_exact(&mut payload).await?;
        Ok(Some(Self { kind, flags, stream: u32::from_be_bytes(stream), payload }))
    }

    fn bytes(&self) -> Vec<u8> {
        let len = (self.payload.len() as u32).to_be_bytes();
        let head = [len[1], len[2], len[3], self.kind, self.flags];
        [&head[..], &self.stream.to_be_bytes(), &self.payload].concat()
    }
}

/// Everything that a client sends for one call, from the first byte of the connection on.
pub(crate) async fn call() -> Vec<u8> {
    let (near, mut far) = tokio::io::duplex(1 << 16);
    let (mut send, connection) = h2::client::handshake(near).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = http::Request::post("http://localhost/onomast.v1.ExtractionService/Extract");
    let request = request.header("content-type", "application/grpc").header("te", "trailers").body(()).unwrap();
    let (_response, mut stream) = send.send_request(request, false).unwrap();
    let document = Some(proto::Document { text: "From China".into(), ..Default::default() });
    let message = proto::ExtractRequest { document, ..Default::default() }.encode_to_vec();
    let message = [&[0][..], &(message.len() as u32).to_be_bytes(), &message].concat();
    stream.send_data(message.into(), true).unwrap();
    let mut bytes = vec![0; PREFACE];
    far.read_exact(&mut bytes).await.unwrap();
    loop {
        let frame = Frame::read(&mut far).await.unwrap().unwrap();
        bytes.extend(frame.bytes());
        if frame.kind == DATA && frame.flags & END != 0 {
            connection.abort();
            return bytes;
        }
    }
}

async fn serve() -> TestServer {
    let entity = Entity { id: "cn".into(), name: "China".into(), ..Entity::default() };
    let catalog = Catalog::new([Gazetteer::compile("places", b"", &[entity]).unwrap()]);
    TestServer::with(catalog, Limits::default()).await
}

/// Nothing else runs while this test does not wait, so that the server has taken none of the connections by then.
#[tokio::test]
async fn connections_that_wait_at_the_port_when_it_closes_are_served() {
    let server = serve().await;
    let (address, call) = (server.address.strip_prefix("http://").unwrap().to_owned(), call().await);
    // It runs, and waits for connections.
    server.client().await.extract(proto::ExtractRequest::default()).await.unwrap_err();
    let connect = |_| {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        stream.write_all(&call).unwrap();
        stream.set_nonblocking(true).unwrap();
        stream
    };
    let waiting: Vec<_> = (0..50).map(connect).collect();
    let stopped = server.stop();
    for (number, stream) in waiting.into_iter().enumerate() {
        let mut stream = TcpStream::from_std(stream).unwrap();
        let answered = async {
            while let Some(frame) = Frame::read(&mut stream).await.unwrap_or_else(|error| panic!("{number}: {error}")) {
                if frame.kind == DATA && !frame.payload.is_empty() {
                    assert!(String::from_utf8_lossy(&frame.payload).contains("China"));
                    return true;
                }
            }
            false
        };
        assert!(timeout(LONG, answered).await.unwrap(), "connection {number} was closed");
    }
    // Nobody comes any more.
    assert!(TcpStream::connect(&address).await.is_err());
    timeout(LONG, stopped).await.unwrap().unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn watches_of_health_end_with_the_server() {
    let server = serve().await;
    let mut health = HealthClient::new(server.channel().await);
    let mut watch = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert!(watch.message().await.unwrap().is_some());
    let stopped = server.stop();
    let status = loop {
        match timeout(LONG, watch.message()).await.unwrap() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the watch ended without an error"),
            Err(status) => break status,
        }
    };
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "NOT_SERVING", "{status:?}");
    // The connection ends with it, long before the time to end is over.
    drop(health);
    timeout(LONG / 3, stopped).await.unwrap().unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_still_sends_is_told_to_go_elsewhere_and_not_reset() {
    let server = serve().await;
    let mut stream = TcpStream::connect(server.address.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(&call().await).await.unwrap();
    let next = async |stream: &mut TcpStream, wanted: &dyn Fn(&Frame) -> bool| loop {
        let frame = timeout(LONG, Frame::read(stream)).await.unwrap().unwrap().unwrap();
        if wanted(&frame) {
            return frame;
        }
    };
    next(&mut stream, &|frame| frame.kind == HEADERS && frame.flags & END != 0).await;
    let stopped = server.stop();
    // It asks whether all that was sent before it said so has come.
    next(&mut stream, &|frame| frame.kind == GO_AWAY).await;
    let ping = next(&mut stream, &|frame| frame.kind == PING && frame.flags == 0).await;
    let pong = Frame { flags: 1, ..ping };
    stream.write_all(&pong.bytes()).await.unwrap();
    // Now it says which call was the last, and closes. A client that has not read it yet goes on sending: here, frames of a
    // kind that nobody knows.
    let last = Frame { kind: GO_AWAY, flags: 0, stream: 0, payload: 1_u32.to_be_bytes().into() };
    let (mut seen, last) = (vec![0; 1 << 16], [&8_u32.to_be_bytes()[1..], &last.bytes()[3..]].concat());
    loop {
        let count = timeout(LONG, stream.peek(&mut seen)).await.unwrap().unwrap();
        if seen[..count].windows(last.len()).any(|one| one == last) {
            break;
        }
    }
    let more = Frame { kind: 0x20, flags: 0, stream: 0, payload: vec![0; 16 << 10] }.bytes();
    for _ in 0..20 {
        stream.write_all(&more).await.unwrap();
    }
    let mut last = None;
    while let Some(frame) = timeout(LONG, Frame::read(&mut stream)).await.unwrap().unwrap() {
        last = Some(frame);
    }
    let last = last.unwrap();
    assert_eq!((last.kind, &last.payload[..4]), (GO_AWAY, &1_u32.to_be_bytes()[..]));
    drop(stream);
    timeout(LONG, stopped).await.unwrap().unwrap().unwrap();
}
