//! Too much work, and clients that hold on to what they have: deadlines, bounds on connections, load.

use std::time::Duration;

use onomast::{
    catalog::{Catalog, Gazetteer},
    gazetteer::{CaseRule, Entity},
    service::{Facing, Limits, Quota, proto},
};
use proto::{Document, ExtractRequest};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use crate::{support::TestServer, surfaces::Client};

/// The longest that anything may take here.
const LONG: Duration = Duration::from_secs(30);

fn catalog() -> Catalog {
    let entity = Entity { id: "cn".into(), name: "China".into(), ..Entity::default() };
    Catalog::new([Gazetteer::compile("places", b"", &[entity]).unwrap()])
}

async fn tcp(server: &TestServer) -> TcpStream {
    TcpStream::connect(server.address.strip_prefix("http://").unwrap()).await.unwrap()
}

/// A call as bare HTTP/2, whose request is left open.
async fn open(
    server: &TestServer,
    method: &str,
    timeout: Option<&str>,
) -> (h2::client::ResponseFuture, h2::SendStream<prost::bytes::Bytes>, tokio::task::JoinHandle<()>) {
    let (mut send, connection) = h2::client::handshake(tcp(server).await).await.unwrap();
    let connection = tokio::spawn(async move { drop(connection.await) });
    let service = if method == "ImportEntities" { "GazetteerService" } else { "ExtractionService" };
    let uri = format!("{}/onomast.v1.{service}/{method}", server.address);
    let mut request = http::Request::post(uri).header("content-type", "application/grpc");
    if let Some(timeout) = timeout {
        request = request.header("grpc-timeout", timeout);
    }
    let (response, stream) = send.send_request(request.body(()).unwrap(), false).unwrap();
    (response, stream, connection)
}

pub(crate) fn framed(message: &impl prost::Message) -> Vec<u8> {
    let message = message.encode_to_vec();
    [&[0][..], &(message.len() as u32).to_be_bytes(), &message].concat()
}

fn document(text: String) -> Option<Document> {
    Some(Document { text, ..Default::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_ends_a_stream_that_is_open() {
    let server = TestServer::with(catalog(), Limits::default()).await;
    let (response, _stream, _connection) = open(&server, "StreamExtract", Some("300m")).await;
    let mut response = timeout(LONG, response).await.unwrap().unwrap();
    assert!(Status::from_header_map(response.headers()).is_none());
    let trailers = timeout(LONG, response.body_mut().trailers()).await.unwrap().unwrap().unwrap();
    let status = Status::from_header_map(&trailers).unwrap();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "CANCELLED");
}

/// Documents that would take minutes, one for each worker, whose time is over soon: the next call finds a worker free.
#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_is_honoured_in_the_middle_of_a_document() {
    let nested = |length: usize| vec!["a"; length].join(" ");
    let namesake = |number: usize| format!("b{}", number % 4);
    let entity = |(id, name): (usize, String)| Entity {
        id: id.to_string(),
        name,
        case: CaseRule::Any,
        related: (0..200).map(|other| (other * 7 % 464).to_string()).collect(),
        ..Entity::default()
    };
    // Some are long to be found, and some long to be ranked.
    let names = (1..=64).map(nested).chain((0..400).map(namesake));
    let entities: Vec<_> = names.enumerate().map(entity).collect();
    let catalog = Catalog::new([Gazetteer::compile("slow", b"", &entities).unwrap()]);
    for text in ["a ".repeat(2 << 20), "b0, b1, b2, b3. ".repeat(1 << 18)] {
        let server = TestServer::with(catalog.clone(), Limits::default()).await;
        let mut client = server.client().await;
        let slow = |mut client: Client| {
            let mut request = Request::new(ExtractRequest { document: document(text.clone()), ..Default::default() });
            request.set_timeout(Duration::from_secs(2));
            async move { client.extract(request).await.unwrap_err().code() }
        };
        let ended = tokio::join!(slow(client.clone()), slow(client.clone()));
        let over = |code| matches!(code, Code::DeadlineExceeded | Code::Cancelled);
        assert!(over(ended.0) && over(ended.1), "{ended:?}");
        let next = ExtractRequest { document: document("b0".into()), ..Default::default() };
        let next = timeout(LONG, client.extract(next)).await.expect("a worker is free").unwrap().into_inner();
        assert_eq!(next.mentions.len(), 1);
    }
}

/// More documents of a stream wait than may wait in all, each of them slow: another call gets its turn between them.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_keeps_no_other_call_out() {
    let limits = Limits { queued_calls: 2, queue_milliseconds: 0, ..Limits::default() };
    let server = TestServer::with(catalog(), limits).await;
    let mut client = server.client().await;
    let slow = proto::StreamExtractRequest { config: None, document: document("China, ".repeat(1 << 15)) };
    let requests = tokio_stream::iter(vec![slow; 48]);
    let mut answers = client.stream_extract(requests).await.unwrap().into_inner();
    assert!(answers.message().await.unwrap().is_some());
    let quick = ExtractRequest { document: document("China".into()), ..Default::default() };
    let answer = client.extract(quick.clone()).await.unwrap().into_inner();
    assert_eq!(answer.mentions.len(), 1);
    let request = proto::BatchExtractRequest { documents: quick.document.into_iter().collect(), ..Default::default() };
    assert_eq!(client.batch_extract(request).await.unwrap().into_inner().results.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_pauses_for_too_long_ends() {
    let server = TestServer::with(catalog(), Limits { stream_idle_seconds: 1, ..Limits::default() }).await;
    let (response, mut stream, _connection) = open(&server, "StreamExtract", None).await;
    let message = proto::StreamExtractRequest { config: None, document: document("China".into()) };
    stream.send_data(framed(&message).into(), false).unwrap();
    let mut response = timeout(LONG, response).await.unwrap().unwrap();
    assert!(timeout(LONG, response.body_mut().data()).await.unwrap().unwrap().is_ok());
    let trailers = timeout(LONG, response.body_mut().trailers()).await.unwrap().unwrap().unwrap();
    let status = Status::from_header_map(&trailers).unwrap();
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "TOO_SLOW");
    assert!(status.message().contains("limits.stream_idle_seconds"), "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_pauses_for_too_long_ends() {
    let server = TestServer::empty(Limits { stream_idle_seconds: 1, ..Limits::default() }).await;
    let folder = crate::support::Folder::new();
    let store = onomast::catalog::Store::open_folder(&folder.path("data")).await.unwrap();
    server.handle.live().keep(onomast::catalog::Keeper::new(store, None, crate::databases::KEEP));
    server.handle.serve(Catalog::default()).await;
    let (response, mut stream, _connection) = open(&server, "ImportEntities", None).await;
    let config = Some(proto::ImportConfig { gazetteer: "one".into(), create: true, ..Default::default() });
    let message = proto::ImportEntitiesRequest { config, entities: vec![] };
    stream.send_data(framed(&message).into(), false).unwrap();
    let response = timeout(LONG, response).await.unwrap().unwrap();
    let status = Status::from_header_map(response.headers()).unwrap();
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "TOO_SLOW", "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_whose_calls_are_refused_is_not_idle() {
    let limits = Limits { idle_seconds: 1, concurrent_requests: 1, ..Limits::default() };
    let server = TestServer::with(catalog(), limits).await;
    let (response, _stream, _connection) = open(&server, "StreamExtract", None).await;
    // It has the only place.
    let _response = timeout(LONG, response).await.unwrap().unwrap();
    let (mut send, connection) = h2::client::handshake(tcp(&server).await).await.unwrap();
    let connection = tokio::spawn(connection);
    let uri = format!("{}/onomast.v1.ExtractionService/Extract", server.address);
    let began = std::time::Instant::now();
    while began.elapsed() < Duration::from_millis(2500) {
        send = timeout(LONG, send.ready()).await.unwrap().unwrap();
        let request = http::Request::post(&uri).header("content-type", "application/grpc").body(()).unwrap();
        let (response, _) = send.send_request(request, true).unwrap();
        let response = timeout(LONG, response).await.unwrap().unwrap();
        assert_eq!(response.headers()["grpc-status"], "8");
    }
    connection.abort();
}

/// The head of an answer that is larger than the window of HTTP/2, which this client does not move, and its connection.
async fn untaken(server: &TestServer) -> (http::Response<h2::RecvStream>, tokio::task::JoinHandle<()>) {
    let (response, mut stream, connection) = open(server, "Extract", None).await;
    let request = ExtractRequest { document: document("China ".repeat(5000)), ..Default::default() };
    stream.send_data(framed(&request).into(), true).unwrap();
    (timeout(LONG, response).await.unwrap().unwrap(), connection)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_takes_its_answer_loses_its_connection() {
    let server = TestServer::with(catalog(), Limits { stalled_seconds: 1, ..Limits::default() }).await;
    let (response, connection) = untaken(&server).await;
    timeout(LONG, connection).await.unwrap().unwrap();
    // What was not taken is lost.
    let mut body = response.into_body();
    let mut taken = 0;
    while let Some(Ok(data)) = timeout(LONG, body.data()).await.unwrap() {
        taken += data.len();
    }
    assert!(taken < 100_000 && !matches!(body.trailers().await, Ok(Some(_))), "{taken}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_taken_holds_its_room() {
    let server = TestServer::with(catalog(), Limits { concurrent_requests: 1, ..Limits::default() }).await;
    let (response, connection) = untaken(&server).await;
    let mut client = server.client().await;
    let small = || ExtractRequest { document: document("China".into()), ..Default::default() };
    let status = client.extract(small()).await.unwrap_err();
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "OVERLOADED", "{status:?}");
    connection.abort();
    drop(response);
    let served = async { while client.extract(small()).await.is_err() {} };
    timeout(LONG, served).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_nothing_at_all_loses_its_connection() {
    let server = TestServer::with(catalog(), Limits { stalled_seconds: 1, idle_seconds: 0, ..Limits::default() }).await;
    let mut stream = tcp(&server).await;
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    // Each asks for an answer of the same size.
    let pings = b"\0\0\x08\x06\0\0\0\0\0whatever".repeat(1000);
    let ends = async { while stream.write_all(&pings).await.is_ok() {} };
    timeout(LONG, ends).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_are_closed_and_those_with_a_call_are_not() {
    let server = TestServer::with(catalog(), Limits { idle_seconds: 1, ..Limits::default() }).await;
    let (response, mut stream, busy) = open(&server, "StreamExtract", None).await;
    let (send, idle) = h2::client::handshake(tcp(&server).await).await.unwrap();
    timeout(LONG, idle).await.unwrap().ok();
    // It was told, so that it begins no call that nobody would take.
    let error = send.ready().await.map(drop).unwrap_err();
    assert!(error.is_go_away() && error.is_remote(), "{error:?}");
    // The other one was open for longer.
    assert!(!busy.is_finished());
    let message = proto::StreamExtractRequest { config: None, document: document("China".into()) };
    stream.send_data(framed(&message).into(), true).unwrap();
    let mut response = timeout(LONG, response).await.unwrap().unwrap();
    assert!(timeout(LONG, response.body_mut().data()).await.unwrap().unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_the_limit_are_closed_at_once() {
    let server = TestServer::with(catalog(), Limits { connections: 2, ..Limits::default() }).await;
    let request = || ExtractRequest { document: document("China".into()), ..Default::default() };
    let mut one = server.client().await;
    let mut two = server.client().await;
    assert!(one.extract(request()).await.is_ok() && two.extract(request()).await.is_ok());
    let mut third = tcp(&server).await;
    assert_eq!(timeout(LONG, third.read(&mut [0; 10])).await.unwrap().unwrap_or(0), 0);
    drop(one);
    // The place is free as soon as the server has noticed.
    let free = async {
        loop {
            let endpoint = tonic::transport::Endpoint::new(server.address.clone()).unwrap();
            let Ok(channel) = endpoint.connect().await else { continue };
            if Client::new(channel).extract(request()).await.is_ok() {
                break;
            }
        }
    };
    timeout(LONG, free).await.unwrap();
    assert!(two.extract(request()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_of_an_address_have_a_limit_of_their_own_and_are_counted() {
    let limits = Limits { connections: 3, connections_per_address: 2, ..Limits::default() };
    let (server, _, _exporters) = TestServer::observed(limits, &Default::default()).await;
    server.handle.serve(catalog()).await;
    let _two = (server.client().await, server.client().await);
    // Says how HTTP/2 begins; who is let in is answered.
    let talk = async |from: [u8; 4]| {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        let mut stream =
            socket.connect(server.address.strip_prefix("http://").unwrap().parse().unwrap()).await.unwrap();
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.ok();
        let read = timeout(LONG, stream.read(&mut [0; 10])).await.unwrap().unwrap_or(0);
        (read > 0).then_some(stream)
    };
    assert!(talk([127, 0, 0, 1]).await.is_none());
    let third = talk([127, 0, 0, 2]).await;
    assert!(third.is_some(), "another address has its own");
    assert!(talk([127, 0, 0, 3]).await.is_none());
    let (_, metrics) = crate::support::get(&server.admin, "/metrics").await;
    for limit in ["connections", "connections_per_address"] {
        let line = format!("onomast_connections_refused_total{{limit=\"{limit}\"}} 1");
        assert!(metrics.lines().any(|is| is == line), "{line}: {metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shows_nothing_watches_health_only_so_often() {
    let server = TestServer::with(catalog(), Limits::default()).await;
    let channel = server.channel().await;
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
    let check = || tonic_health::pb::HealthCheckRequest { service: String::new() };
    let mut watches = Vec::new();
    for _ in 0..16 {
        let mut watch = health.watch(check()).await.unwrap().into_inner();
        watch.message().await.unwrap().unwrap();
        watches.push(watch);
    }
    let status = health.watch(check()).await.unwrap_err();
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "OVERLOADED");
    // All else goes on, on this connection and on others.
    let request = ExtractRequest { document: document("China".into()), ..Default::default() };
    assert!(Client::new(channel).extract(request).await.is_ok());
    let mut other = tonic_health::pb::health_client::HealthClient::new(server.channel().await);
    assert!(other.check(check()).await.is_ok());
    watches.pop();
    // Once the server has noticed.
    while health.check(check()).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_without_credentials_is_that_of_an_address() {
    let quota = Quota { bytes_per_second: 1000, ..Quota::default() };
    let server = TestServer::facing(Limits::default(), &Facing { quota, ..Facing::default() }).await;
    server.handle.serve(catalog()).await;
    let mut client = server.client().await;
    let request = |bytes: usize| ExtractRequest { document: document("a".repeat(bytes)), ..Default::default() };
    // Larger than a second's worth: served, and paid for afterwards.
    assert!(client.extract(request(20_000)).await.is_ok());
    let status = server.client().await.extract(request(1)).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "QUOTA_EXCEEDED");
    let wait = details.retry_info().unwrap().retry_delay.unwrap();
    assert!((15..25).contains(&wait.as_secs()), "{wait:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn quotas_count_calls_of_every_service() {
    let request = || proto::ListGazetteersRequest::default();
    let refused = |status: Status| {
        assert_eq!(status.get_error_details().error_info().unwrap().reason, "QUOTA_EXCEEDED", "{status:?}");
        status.message().to_owned()
    };
    let bytes = Quota { bytes_per_second: 10, ..Quota::default() };
    let server = TestServer::facing(Limits::default(), &Facing { quota: bytes, ..Facing::default() }).await;
    server.handle.serve(catalog()).await;
    let mut client = crate::databases::client(&server).await;
    let long = ExtractRequest { document: document("Alpha ".repeat(100)), ..Default::default() };
    server.client().await.extract(long).await.unwrap();
    let message = refused(client.list_gazetteers(request()).await.unwrap_err());
    assert!(message.contains("10 bytes a second"), "{message}");
    refused(server.client().await.extract(ExtractRequest::default()).await.unwrap_err());

    let requests = Quota { requests_per_second: 1, ..Quota::default() };
    let server = TestServer::facing(Limits::default(), &Facing { quota: requests, ..Facing::default() }).await;
    server.handle.serve(catalog()).await;
    let mut client = crate::databases::client(&server).await;
    // A second may pass between two.
    let status = loop {
        if let Err(status) = client.list_gazetteers(request()).await {
            break status;
        }
    };
    assert!(refused(status).contains("1 requests a second"));
}
