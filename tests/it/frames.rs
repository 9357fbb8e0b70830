//! Messages that come one in each frame of HTTP/2, as some clients send them.

use std::time::Duration;

use http::Request;
use onomast::{
    catalog::{Catalog, Gazetteer},
    gazetteer::Entity,
    service::{Limits, proto},
};
use prost::bytes::Bytes;
use proto::{Document, ExtractRequest, StreamExtractRequest};
use tokio::{net::TcpStream, time::timeout};
use tonic::{Code, Status};

use crate::{overload::framed, support::TestServer};

/// The longest that anything may take here.
const LONG: Duration = Duration::from_secs(30);
/// More than the server lets a client send ahead in a stream.
const DOCUMENTS: usize = 30_000;

/// Documents of no text, each in a frame of its own, and none of the answers taken until a call beside them was answered.
#[tokio::test(flavor = "multi_thread")]
async fn small_messages_faster_than_they_are_answered_end_no_connection() {
    let entity = Entity { id: "cn".into(), name: "China".into(), ..Entity::default() };
    let catalog = Catalog::new([Gazetteer::compile("places", b"", &[entity]).unwrap()]);
    let server = TestServer::with(catalog, Limits::default()).await;
    let stream = TcpStream::connect(server.address.strip_prefix("http://").unwrap()).await.unwrap();
    // Answers that are not taken leave room for others.
    let mut client = h2::client::Builder::new();
    let (send, connection) = client.initial_connection_window_size(1 << 20).handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let call = async |method: &str| {
        let uri = format!("{}/onomast.v1.ExtractionService/{method}", server.address);
        let request = Request::post(uri).header("content-type", "application/grpc").body(()).unwrap();
        send.clone().ready().await.unwrap().send_request(request, false).unwrap()
    };
    let (answers, mut documents) = call("StreamExtract").await;
    let document = StreamExtractRequest { config: None, document: Some(Document::default()) };
    let document = Bytes::from(framed(&document));
    assert_eq!(document.len(), 7);
    for left in (0..DOCUMENTS).rev() {
        documents.send_data(document.clone(), left == 0).unwrap();
    }
    let answers = timeout(LONG, answers).await.unwrap().unwrap();

    let (answer, mut request) = call("Extract").await;
    let document = Some(Document { text: "China".into(), ..Default::default() });
    request.send_data(framed(&ExtractRequest { document, ..Default::default() }).into(), true).unwrap();
    let mut answer = timeout(LONG, answer).await.unwrap().unwrap().into_body();
    assert!(timeout(LONG, answer.data()).await.unwrap().unwrap().unwrap().len() > 5);

    let (mut answers, mut bytes) = (answers.into_body(), Vec::new());
    while let Some(data) = timeout(LONG, answers.data()).await.unwrap() {
        let data = data.unwrap();
        answers.flow_control().release_capacity(data.len()).unwrap();
        bytes.extend(data);
    }
    let trailers = timeout(LONG, answers.trailers()).await.unwrap().unwrap().unwrap();
    assert_eq!(Status::from_header_map(&trailers).unwrap().code(), Code::Ok);
    let (mut rest, mut count) = (&bytes[..], 0);
    while let Some((head, behind)) = rest.split_at_checked(5) {
        rest = &behind[u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize..];
        count += 1;
    }
    assert_eq!(count, DOCUMENTS);
    connection.abort();
}
