//! What counts to a quota: what is done for a client, not what is refused before anything was done.

use onomast::{
    catalog::{Keeper, Store},
    service::{Facing, Limits, Quota, proto},
};
use proto::{Document, ExtractOptions, ExtractRequest, StreamExtractConfig, StreamExtractRequest};
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::{
    access::with,
    databases::{self, KEEP, given, upsert},
    support::TestServer,
    tenants::Tenants,
};

fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// Both kinds of clients are told when to try again: who reads details, and who retries by the policy of gRPC.
fn tells_when(status: &Status) {
    let details = status.get_error_details();
    let time = details.retry_info().unwrap().retry_delay.unwrap();
    assert!(time > std::time::Duration::ZERO);
    let pushback: u128 = status.metadata().get(PUSHBACK).unwrap().to_str().unwrap().parse().unwrap();
    assert!((0..1_000_000).contains(&(pushback * 1_000_000 - time.as_nanos())), "{pushback} and {time:?}");
}

fn text() -> ExtractRequest {
    ExtractRequest { document: Some(Document { text: "Oneland.".into(), ..Default::default() }), ..Default::default() }
}

/// A server with a database on which the first tenant has that quota.
async fn serve(tenants: &Tenants, limits: Limits, quota: &str) -> TestServer {
    tenants.write_access(&format!("quota = {{ {quota} }}"));
    let server = TestServer::facing(limits, &tenants.access()).await;
    let store = Store::open_folder(&tenants.folder.path("data")).await.unwrap();
    server.handle.live().keep(Keeper::new(store, None, KEEP));
    server.handle.serve(Tenants::catalog()).await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn what_finds_no_room_counts_nothing() {
    let tenants = Tenants::new();
    let server =
        serve(&tenants, Limits { concurrent_requests: 1, ..Limits::default() }, "requests_per_second = 1").await;
    let (mut client, mut other) = (server.client().await, server.client().await);
    let one = tenants.one.token.as_str();
    let (give, take) = tokio::sync::mpsc::channel(1);
    let stream = tokio_stream::wrappers::ReceiverStream::new(take);
    let mut answers = other.stream_extract(with(&tenants.two.token, stream)).await.unwrap().into_inner();
    for _ in 0..5 {
        let status = client.extract(with(one, text())).await.unwrap_err();
        assert_eq!(reason(&status), "OVERLOADED", "{status:?}");
        tells_when(&status);
    }
    drop(give);
    assert!(answers.message().await.unwrap().is_none());
    // The place is free when the stream was let go of.
    let answer = loop {
        match client.extract(with(one, text())).await {
            Err(status) if reason(&status) == "OVERLOADED" => {}
            other => break other,
        }
    };
    answer.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_what_is_refused_count_nothing() {
    let tenants = Tenants::new();
    let server = serve(&tenants, Limits::default(), "bytes_per_second = 1").await;
    let (mut client, mut editor) = (server.client().await, databases::client(&server).await);
    let one = tenants.one.token.as_str();
    // A byte too many would be a debt of a minute.
    for _ in 0..3 {
        let scope = ExtractRequest { gazetteers: vec!["two".into()], ..text() };
        assert_eq!(reason(&client.extract(with(one, scope)).await.unwrap_err()), "GAZETTEER_NOT_FOUND");
        let fields =
            ExtractRequest { options: Some(ExtractOptions { min_score: 2.0, ..Default::default() }), ..text() };
        let status = client.extract(with(one, fields)).await.unwrap_err();
        assert_eq!(reason(&status), "INVALID_REQUEST");
        // Never is no time.
        assert!(status.get_error_details().retry_info().is_none() && !status.metadata().contains_key(PUSHBACK));
        let role = upsert("one", vec![given("a", &"A".repeat(1000))]);
        assert_eq!(reason(&editor.upsert_entities(with(one, role)).await.unwrap_err()), "PERMISSION_DENIED");
        let config = proto::ImportConfig { gazetteer: "one".into(), ..Default::default() };
        let first = proto::ImportEntitiesRequest { config: Some(config), entities: vec![given("a", "A")] };
        let import = editor.import_entities(with(one, tokio_stream::iter([first]))).await;
        assert_eq!(reason(&import.unwrap_err()), "PERMISSION_DENIED");
        let config = StreamExtractConfig { gazetteers: vec!["two".into()], ..Default::default() };
        let message = StreamExtractRequest { config: Some(config), document: text().document };
        let answers = client.stream_extract(with(one, tokio_stream::iter([message]))).await.unwrap();
        assert_eq!(reason(&answers.into_inner().message().await.unwrap_err()), "GAZETTEER_NOT_FOUND");
    }
    // What is answered counts.
    client.extract(with(one, text())).await.unwrap();
    let status = client.extract(with(one, text())).await.unwrap_err();
    assert_eq!(reason(&status), "QUOTA_EXCEEDED");
    tells_when(&status);
}

#[tokio::test(flavor = "multi_thread")]
async fn inline_entities_count_when_they_are_worked_on() {
    let quota = Quota { inline_entities_per_second: 10, ..Quota::default() };
    let server = TestServer::facing(Limits::default(), &Facing { quota, ..Facing::default() }).await;
    server.handle.serve(Tenants::catalog()).await;
    let mut client = server.client().await;
    let many = ExtractRequest { inline_entities: (0..500).map(|id| given(&id.to_string(), "A")).collect(), ..text() };
    let mut bad = many.clone();
    bad.inline_entities[7].name.clear();
    assert_eq!(reason(&client.extract(bad).await.unwrap_err()), "INVALID_REQUEST");
    let nowhere = ExtractRequest { gazetteers: vec!["nowhere".into()], ..many.clone() };
    assert_eq!(reason(&client.extract(nowhere).await.unwrap_err()), "GAZETTEER_NOT_FOUND");
    let nothing = ExtractRequest { document: None, ..many.clone() };
    assert_eq!(reason(&client.extract(nothing).await.unwrap_err()), "INVALID_REQUEST");
    client.extract(many.clone()).await.unwrap();
    assert_eq!(reason(&client.extract(many).await.unwrap_err()), "QUOTA_EXCEEDED");
}
