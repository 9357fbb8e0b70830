//! Metrics: every one is exported under the name that is documented, and trailers decide what became of a request.

use std::{collections::BTreeSet, fs, time::Duration};

use onomast::{
    catalog::{Catalog, Gazetteer},
    gazetteer::Entity,
    observe::{Reload, definitions},
    service::{Limits, proto},
    telemetry::ExportOptions,
};
use proto::{Document, ExtractRequest, StreamExtractConfig, StreamExtractRequest};
use tonic::Code;

use crate::support::{TestServer, get, repository};

fn catalog() -> Catalog {
    let entity = |id: &str, name: &str, kind: &str| Entity {
        id: id.into(),
        name: name.into(),
        kind: kind.into(),
        ..Entity::default()
    };
    let entities = [entity("cn", "China", "country"), entity("mw", "Moscow", "city")];
    Catalog::new([Gazetteer::compile("places", b"1", &entities).unwrap()])
}

fn document(text: &str) -> Option<Document> {
    Some(Document { text: text.into(), ..Default::default() })
}

/// The value of a series, by the start of its line; none where it is not exported.
async fn value(server: &TestServer, series: &str) -> Option<f64> {
    let (_, metrics) = get(&server.admin, "/metrics").await;
    let line = metrics.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ').map(str::to_owned))?;
    Some(line.parse().unwrap())
}

/// Asks until a series has that value, as often as it may take.
async fn until(server: &TestServer, series: &str, expected: f64) {
    for _ in 0..1000 {
        if value(server, series).await == Some(expected) {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{series} is not {expected}: {}", get(&server.admin, "/metrics").await.1);
}

fn requests(method: &str, code: &str) -> String {
    format!(
        "onomast_requests_total{{client=\"anonymous\",code=\"{code}\",method=\"/onomast.v1.ExtractionService/{method}\"}}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_what_was_done() {
    let (server, _, _exporters) =
        TestServer::observed(Limits { document_bytes: 1000, ..Limits::default() }, &ExportOptions::default()).await;
    server.handle.serve(catalog()).await;
    let mut client = server.client().await;
    let inline_entities = vec![proto::Entity { id: "x".into(), name: "Xanadu".into(), ..Default::default() }];
    let request =
        ExtractRequest { document: document("China, Moscow, China and Xanadu"), inline_entities, ..Default::default() };
    let sent = prost::Message::encoded_len(&request) + 5;
    let answer = client.extract(request).await.unwrap().into_inner();
    let received = prost::Message::encoded_len(&answer) + 5;
    assert_eq!(answer.mentions.len(), 4);
    let bytes = |what: &str| {
        format!("onomast_{what}_bytes_total{{client=\"anonymous\",method=\"/onomast.v1.ExtractionService/Extract\"}}")
    };
    let expected = [
        (requests("Extract", "OK"), 1.0),
        (bytes("received"), sent as f64),
        (bytes("sent"), received as f64),
        ("onomast_documents_total{result=\"answered\"}".into(), 1.0),
        ("onomast_text_bytes_total".into(), 31.0),
        ("onomast_mentions_total{type=\"country\"}".into(), 2.0),
        ("onomast_mentions_total{type=\"city\"}".into(), 1.0),
        ("onomast_mentions_total{type=\"inline\"}".into(), 1.0),
        ("onomast_gazetteers".into(), 1.0),
        ("onomast_gazetteer_names{gazetteer=\"places\"}".into(), 2.0),
        ("onomast_queue_wait_seconds_count".into(), 1.0),
        ("onomast_queue_length".into(), 0.0),
        ("onomast_workers".into(), 2.0),
        // There before anything happened, so that the first failure is an increase.
        ("onomast_gazetteer_reloads_total{result=\"failed\"}".into(), 0.0),
    ];
    for (series, expected) in expected {
        until(&server, &series, expected).await;
    }
    let duration =
        "onomast_request_duration_seconds_count{code=\"OK\",method=\"/onomast.v1.ExtractionService/Extract\"}";
    assert_eq!(value(&server, duration).await, Some(1.0));
    for level in ["onomast_requests_running", "onomast_workers_busy", "onomast_work_duration_seconds_count"] {
        until(&server, level, f64::from(level.ends_with("count"))).await;
    }

    // A document that is too large by itself.
    let large = ExtractRequest { document: document(&"x".repeat(1001)), ..Default::default() };
    assert_eq!(client.extract(large).await.unwrap_err().code(), Code::InvalidArgument);
    until(&server, "onomast_documents_total{result=\"refused\"}", 1.0).await;

    // A request that is refused, and a path that nobody serves: its label is none of the caller's choice.
    let status = client
        .extract(ExtractRequest { document: document("x"), gazetteers: vec!["no".into()], ..Default::default() })
        .await;
    assert_eq!(status.unwrap_err().code(), Code::NotFound);
    until(&server, &requests("Extract", "NOT_FOUND"), 1.0).await;
    let mut grpc = tonic::client::Grpc::new(server.channel().await);
    grpc.ready().await.unwrap();
    let path = "/onomast.v1.ExtractionService/Secret".parse().unwrap();
    let codec = tonic_prost::ProstCodec::<Document, Document>::default();
    grpc.unary(tonic::Request::new(Document::default()), path, codec).await.unwrap_err();
    until(&server, "onomast_requests_total{client=\"anonymous\",code=\"UNIMPLEMENTED\",method=\"other\"}", 1.0).await;
    assert!(!get(&server.admin, "/metrics").await.1.contains("Secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_have_a_stream_that_fails_in_the_middle_as_a_failure() {
    let (server, _, _exporters) = TestServer::observed(Limits::default(), &ExportOptions::default()).await;
    server.handle.serve(catalog()).await;
    let mut client = server.client().await;
    let wrong = StreamExtractConfig { gazetteers: vec!["nowhere".into()], ..Default::default() };
    let messages = [
        StreamExtractRequest { config: None, document: document("China") },
        StreamExtractRequest { config: Some(wrong), document: document("China") },
    ];
    let mut answers = client.stream_extract(tokio_stream::iter(messages)).await.unwrap().into_inner();
    assert!(answers.message().await.unwrap().is_some());
    assert_eq!(answers.message().await.unwrap_err().code(), Code::NotFound);
    assert_eq!(value(&server, &requests("StreamExtract", "NOT_FOUND")).await, Some(1.0));
    assert_eq!(value(&server, &requests("StreamExtract", "OK")).await, None);

    // One that its client leaves was cancelled.
    let (send, documents) = tokio::sync::mpsc::channel(1);
    let documents = tokio_stream::wrappers::ReceiverStream::new(documents);
    let mut answers = client.stream_extract(documents).await.unwrap().into_inner();
    send.send(StreamExtractRequest { config: None, document: document("China") }).await.unwrap();
    assert!(answers.message().await.unwrap().is_some());
    assert_eq!(value(&server, "onomast_requests_running").await, Some(1.0));
    drop((answers, send, client));
    until(&server, &requests("StreamExtract", "CANCELLED"), 1.0).await;
    until(&server, "onomast_requests_running", 0.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_have_a_call_that_its_client_leaves_as_cancelled() {
    let (server, _, _exporters) = TestServer::observed(Limits::default(), &ExportOptions::default()).await;
    server.handle.serve(catalog()).await;
    // Headers without a message: the server waits for the rest, and has no answer yet.
    let stream = tokio::net::TcpStream::connect(server.address.strip_prefix("http://").unwrap()).await.unwrap();
    let (send, connection) = h2::client::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut send = send.ready().await.unwrap();
    let request = http::Request::post(format!("{}/onomast.v1.ExtractionService/Extract", server.address));
    let request = request.header("content-type", "application/grpc").header("te", "trailers").body(()).unwrap();
    let (answer, mut body) = send.send_request(request, false).unwrap();
    until(&server, "onomast_requests_running", 1.0).await;
    body.send_reset(h2::Reason::CANCEL);
    until(&server, &requests("Extract", "CANCELLED"), 1.0).await;
    until(&server, "onomast_requests_running", 0.0).await;
    drop(answer);
    connection.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_exported_by_the_names_of_their_definitions() {
    let (server, metrics, _exporters) = TestServer::observed(Limits::default(), &ExportOptions::default()).await;
    server.handle.serve(catalog()).await;
    let request = ExtractRequest { document: document("China"), ..Default::default() };
    server.client().await.extract(request).await.unwrap();
    metrics.database(true);
    metrics.compiled(Duration::from_millis(3));
    metrics.reloaded(Reload::Ok);
    metrics.reloaded(Reload::Failed);
    metrics.refused("connections");
    until(&server, "onomast_work_duration_seconds_count", 1.0).await;

    let (_, text) = get(&server.admin, "/metrics").await;
    let exported: BTreeSet<_> = text.lines().filter_map(|line| line.strip_prefix("# TYPE onomast_")).collect();
    let defined = definitions::ALL.iter().map(|one| format!("{} {}", one.prometheus(), one.kind.as_str()));
    let defined: BTreeSet<_> = defined.collect();
    let defined: BTreeSet<_> = defined.iter().map(|line| line.strip_prefix("onomast_").unwrap()).collect();
    assert_eq!(exported, defined, "{text}");
    for one in definitions::ALL {
        let (name, meaning) = (one.prometheus(), one.meaning);
        assert!(text.contains(&format!("# HELP {name} {meaning}\n")), "{name}");
        let line = text.lines().find(|line| line.starts_with(&name)).unwrap();
        assert!(one.labels.iter().all(|label| line.contains(&format!("{label}=\""))), "{line}");
    }
}

/// The rows of the table of metrics, as `docs/operations.md` has to have them.
fn table() -> String {
    let row = |one: &definitions::Definition| {
        let labels = one.labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
        let unit = one.unit.trim_matches(['{', '}']);
        let unit = if unit == "By" { "bytes" } else { unit };
        format!("| `{}` | {} | {unit} | {labels} | {} |\n", one.prometheus(), one.kind.as_str(), one.meaning)
    };
    definitions::ALL.iter().map(row).collect()
}

#[test]
fn metrics_are_documented() {
    let text = fs::read_to_string(repository("docs/operations.md")).unwrap();
    let table = table();
    assert!(text.contains(&table), "docs/operations.md lacks this table:\n{table}");
}

#[test]
fn metrics_of_the_dashboard_exist() {
    let text = fs::read_to_string(repository("deploy/grafana-dashboard.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(json["panels"].as_array().unwrap().len() > 5);
    let names: BTreeSet<_> = definitions::ALL.iter().map(definitions::Definition::prometheus).collect();
    let parts = ["_bucket", "_sum", "_count"];
    let mut shown = BTreeSet::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        if word.starts_with("onomast_") {
            let name = parts.iter().find_map(|part| word.strip_suffix(part)).filter(|name| names.contains(*name));
            let name = name.unwrap_or(word);
            assert!(names.contains(name), "the dashboard asks for {word}, which is no metric");
            shown.insert(name.to_owned());
        }
    }
    let hidden: Vec<_> = names.difference(&shown).collect();
    assert!(hidden.is_empty(), "the dashboard shows none of {hidden:?}");
}
