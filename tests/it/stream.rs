//! `StreamExtract`: order, settings, errors, backpressure.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use onomast::{
    catalog::{Catalog, Gazetteer},
    gazetteer::Entity,
    service::{Limits, proto},
};
use proto::{
    Document, ExtractResponse, StreamExtractConfig, StreamExtractRequest, StreamExtractResponse,
    stream_extract_response::Result as Outcome,
};
use tokio_stream::StreamExt as _;
use tonic::Code;

use crate::{service::refused, support::TestServer, surfaces::Client};

async fn server(limits: Limits) -> TestServer {
    let entity = Entity { id: "cn".into(), name: "China".into(), kind: "country".into(), ..Entity::default() };
    TestServer::with(Catalog::new([Gazetteer::compile("places", b"", &[entity]).unwrap()]), limits).await
}

fn message(id: impl ToString, text: &str) -> StreamExtractRequest {
    let document = Document { id: id.to_string(), text: text.into(), ..Default::default() };
    StreamExtractRequest { config: None, document: Some(document) }
}

async fn answers(client: &mut Client, messages: Vec<StreamExtractRequest>) -> Vec<Outcome> {
    let answers = client.stream_extract(tokio_stream::iter(messages)).await.unwrap().into_inner();
    answers.map(|answer| answer.unwrap().result.unwrap()).collect().await
}

fn response(outcome: &Outcome) -> &ExtractResponse {
    match outcome {
        Outcome::Response(response) => response,
        Outcome::Error(error) => panic!("{error:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_come_in_order_with_a_bad_document_in_its_place() {
    let server = server(Limits { document_bytes: 1000, ..Limits::default() }).await;
    // Documents of very different sizes, so that later ones are ready earlier.
    let text = |number: usize| "China ".repeat(if number.is_multiple_of(7) { 160 } else { number % 3 });
    let mut messages: Vec<_> = (0..200).map(|number| message(number, &text(number))).collect();
    messages[50] = message(50, &"x".repeat(1001));
    let outcomes = answers(&mut server.client().await, messages).await;
    assert_eq!(outcomes.len(), 200);
    for (number, outcome) in outcomes.iter().enumerate() {
        if number == 50 {
            let Outcome::Error(error) = outcome else { panic!("{outcome:?}") };
            assert_eq!((error.code, &*refused(error)), (Code::InvalidArgument as i32, "50"));
            continue;
        }
        assert_eq!(response(outcome).document_id, number.to_string());
        assert_eq!(response(outcome).mentions.len(), text(number).len() / 6);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_hold_until_others_come() {
    let server = server(Limits::default()).await;
    let inline = proto::Entity { id: "x".into(), name: "Xanadu".into(), ..Default::default() };
    let config = |inline_entities: Vec<_>| Some(StreamExtractConfig { inline_entities, ..Default::default() });
    let text = "China and Xanadu";
    let with = StreamExtractRequest { config: config(vec![inline]), ..message(1, text) };
    let only = StreamExtractRequest { config: config(vec![]), document: None };
    let messages = vec![message(0, text), with, message(2, text), only, message(3, text)];
    let outcomes = answers(&mut server.client().await, messages).await;
    let counts: Vec<_> = outcomes.iter().map(|outcome| response(outcome).mentions.len()).collect();
    assert_eq!(counts, [1, 2, 2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_end_the_stream_after_what_was_asked_before() {
    let server = server(Limits::default()).await;
    let gazetteers = vec!["nowhere".into()];
    let config = Some(StreamExtractConfig { gazetteers, ..Default::default() });
    let messages = vec![message(0, "China"), StreamExtractRequest { config, document: None }, message(1, "China")];
    let mut client = server.client().await;
    let mut answers = client.stream_extract(tokio_stream::iter(messages)).await.unwrap().into_inner();
    assert!(answers.message().await.unwrap().is_some());
    let status = answers.message().await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
    assert!(status.message().contains("nowhere"), "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_no_answers_is_read_no_further() {
    const DOCUMENTS: usize = 3000;
    let server = server(Limits { stream_look_ahead: 4, ..Limits::default() }).await;
    // An answer is about as large as its document, so that both directions fill up.
    let text = "China ".repeat(200);
    let taken = Arc::new(AtomicUsize::new(0));
    let count = taken.clone();
    let messages = tokio_stream::iter(0..DOCUMENTS).map(move |number| {
        count.fetch_add(1, Ordering::SeqCst);
        message(number, &text)
    });
    let mut slow = server.client().await;
    let mut answers = slow.stream_extract(messages).await.unwrap().into_inner();
    // Meanwhile the server has all the time that hundreds of other requests take.
    let mut other = server.client().await;
    for _ in 0..300 {
        let document = Some(Document { text: "China ".repeat(200), ..Default::default() });
        other.extract(proto::ExtractRequest { document, ..Default::default() }).await.unwrap();
    }
    let read = taken.load(Ordering::SeqCst);
    assert!(read < DOCUMENTS / 2, "{read} documents were read though no answer was taken");
    let mut number = 0;
    while let Some(StreamExtractResponse { result }) = answers.message().await.unwrap() {
        assert_eq!(response(&result.unwrap()).document_id, number.to_string());
        number += 1;
    }
    assert_eq!(number, DOCUMENTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_whose_answers_are_not_taken_leaves_room_for_other_calls_of_its_connection() {
    let server = server(Limits { stream_look_ahead: 4, ..Limits::default() }).await;
    // Much more than the connection lets a client send ahead, and little for each call.
    let text = "China ".repeat(10_000);
    let mut client = server.client().await;
    let messages = tokio_stream::iter(0..1000).map(move |number| message(number, &text));
    let answers = client.stream_extract(messages).await.unwrap();
    for _ in 0..300 {
        let document = Some(Document { text: "China ".repeat(200), ..Default::default() });
        let mut request = tonic::Request::new(proto::ExtractRequest { document, ..Default::default() });
        request.set_timeout(std::time::Duration::from_secs(30));
        client.extract(request).await.unwrap();
    }
    drop(answers);
}
