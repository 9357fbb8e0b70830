//! The real server with real clients: errors, limits, health, reflection, compression, draining.

use onomast::{
    catalog::{Catalog, Gazetteer},
    gazetteer::Entity,
    service::{Limits, proto},
};
use proto::{Document, ExtractOptions, ExtractRequest, batch_extract_result};
use tonic::{Code, Status, codec::CompressionEncoding};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_types::{RpcStatusExt as _, StatusExt as _};

use crate::support::TestServer;

const SERVICE: &str = "onomast.v1.ExtractionService";

fn catalog() -> Catalog {
    let entity = |id: &str, name: &str| Entity { id: id.into(), name: name.into(), ..Entity::default() };
    let entities = [entity("cn", "China"), entity("ru", "Russia")];
    Catalog::new([
        Gazetteer::compile("places", b"1", &entities).unwrap(),
        Gazetteer::compile("others", b"2", &entities[..1]).unwrap(),
    ])
}

fn small_limits() -> Limits {
    Limits {
        message_bytes: 2000,
        document_bytes: 100,
        batch_documents: 3,
        inline_entities: 2,
        mentions: 5,
        ..Limits::default()
    }
}

fn document(text: impl Into<String>) -> Option<Document> {
    Some(Document { id: "d".into(), text: text.into(), ..Default::default() })
}

fn inline(id: &str, name: &str) -> proto::Entity {
    proto::Entity { id: id.into(), name: name.into(), ..Default::default() }
}

/// Code, reason, and the fields that are named.
fn parts(status: &Status) -> (Code, String, Vec<String>) {
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("no ErrorInfo: {status:?}"));
    assert_eq!(info.domain, "onomast.v1");
    let fields = details.bad_request().map(|bad| &bad.field_violations[..]).unwrap_or_default();
    assert!(fields.iter().all(|violation| !violation.description.is_empty()));
    (status.code(), info.reason.clone(), fields.iter().map(|violation| violation.field.clone()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_code_that_can_be_none_is_refused_wherever_a_document_is() {
    let server = TestServer::with(catalog(), Limits::default()).await;
    let mut client = server.client().await;
    let long = "a".repeat(200);
    for (code, good) in [
        ("", true),
        ("xyz-Latn-AB", true),
        ("zh_Hant", true),
        ("xx-", false),
        ("english language", false),
        (&long, false),
    ] {
        let document = Document { text: "China".into(), language_code: code.into(), ..Default::default() };
        let refused = |code: i32, details: &[tonic_types::ErrorDetail], field: &str| {
            assert_eq!(code, i32::from(Code::InvalidArgument));
            let bad = details.iter().find_map(|one| match one {
                tonic_types::ErrorDetail::BadRequest(bad) => Some(&bad.field_violations),
                _ => None,
            });
            let [violation] = &bad.unwrap()[..] else { panic!("{bad:?}") };
            assert_eq!(violation.field, format!("{field}.language_code"));
            assert!(violation.description.starts_with("a BCP 47 tag is asked for, such as en or zh-Hant, not \""));
        };
        let request = ExtractRequest { document: Some(document.clone()), ..Default::default() };
        match client.extract(request).await {
            Ok(answer) => assert!(good && answer.into_inner().mentions.len() == 1, "{code}"),
            Err(status) => {
                assert!(!good, "{code}: {status:?}");
                assert_eq!(parts(&status).1, "INVALID_REQUEST");
                refused(status.code().into(), &status.get_error_details_vec(), "document");
            }
        }
        let subject = Some(proto::explain_match_request::Subject::Name("China".into()));
        let request = proto::ExplainMatchRequest { document: Some(document.clone()), subject, ..Default::default() };
        match client.explain_match(request).await {
            Ok(_) => assert!(good, "{code}"),
            Err(status) => refused(status.code().into(), &status.get_error_details_vec(), "document"),
        }
        let other = Document { text: "China".into(), ..Default::default() };
        let request =
            proto::BatchExtractRequest { documents: vec![other.clone(), document.clone()], ..Default::default() };
        let results = client.batch_extract(request).await.unwrap().into_inner().results;
        assert!(matches!(results[0].result, Some(batch_extract_result::Result::Response(_))));
        match results[1].result.as_ref().unwrap() {
            batch_extract_result::Result::Response(_) => assert!(good, "{code}"),
            batch_extract_result::Result::Error(error) => {
                assert!(!good && error.message.starts_with("documents[1].language_code: "), "{error:?}");
            }
        }
        let message = |document| proto::StreamExtractRequest { config: None, document: Some(document) };
        let messages = tokio_stream::iter([message(document), message(other)]);
        let mut answers = client.stream_extract(messages).await.unwrap().into_inner();
        match answers.message().await.unwrap().unwrap().result.unwrap() {
            proto::stream_extract_response::Result::Response(_) => assert!(good, "{code}"),
            proto::stream_extract_response::Result::Error(error) => {
                assert!(!good && error.message.starts_with("document.language_code: "), "{error:?}");
            }
        }
        let next = answers.message().await.unwrap().unwrap().result.unwrap();
        assert!(matches!(next, proto::stream_extract_response::Result::Response(_)));
    }
    server.stop().await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests_get_an_error_that_names_every_field() {
    let server = TestServer::with(catalog(), small_limits()).await;
    let mut client = server.client().await;
    let options = |options: ExtractOptions| ExtractRequest {
        document: document("x"),
        options: Some(options),
        ..Default::default()
    };
    let with = |request: ExtractRequest| ExtractRequest { document: document("x"), ..request };
    let table = [
        (ExtractRequest::default(), Code::InvalidArgument, "INVALID_REQUEST", vec!["document"]),
        (
            ExtractRequest { document: document("a".repeat(101)), ..Default::default() },
            Code::InvalidArgument,
            "DOCUMENT_TOO_LARGE",
            vec!["document.text"],
        ),
        (
            with(ExtractRequest { gazetteers: vec!["places".into(), "nowhere".into()], ..Default::default() }),
            Code::NotFound,
            "GAZETTEER_NOT_FOUND",
            vec!["gazetteers[1]"],
        ),
        (
            with(ExtractRequest { gazetteers: vec!["places".into(), "places".into()], ..Default::default() }),
            Code::InvalidArgument,
            "INVALID_REQUEST",
            vec!["gazetteers[1]"],
        ),
        (
            options(ExtractOptions {
                offset_encoding: 77,
                overlap_policy: -1,
                include_types: vec!["a".into()],
                exclude_types: vec!["b".into(), "a".into()],
                disabled_forms: vec![0, 1, 99],
                min_score: f64::NAN,
                max_mentions: 6,
                disabled_rules: vec![0, 40, 99],
                explain: true,
                enabled_forms: vec![0, 1, 99, 4, 12],
            }),
            Code::InvalidArgument,
            "INVALID_REQUEST",
            vec![
                "options.offset_encoding",
                "options.overlap_policy",
                "options.exclude_types[1]",
                "options.disabled_forms[0]",
                "options.disabled_forms[1]",
                "options.disabled_forms[2]",
                "options.enabled_forms[0]",
                "options.enabled_forms[1]",
                "options.enabled_forms[2]",
                "options.enabled_forms[3]",
                "options.min_score",
                "options.max_mentions",
                "options.disabled_rules[0]",
                "options.disabled_rules[1]",
                "options.disabled_rules[2]",
            ],
        ),
        (
            with(ExtractRequest {
                inline_entities: vec![
                    proto::Entity {
                        case: 9,
                        prior: Some(2.0),
                        aliases: vec![proto::Alias { kind: 9, case: 9, ..Default::default() }],
                        ..Default::default()
                    },
                    inline("a", "..."),
                ],
                ..Default::default()
            }),
            Code::InvalidArgument,
            "INVALID_REQUEST",
            vec![
                "inline_entities[0].case",
                "inline_entities[0].aliases[0].case",
                "inline_entities[0].aliases[0].kind",
                "inline_entities[0].id",
                "inline_entities[0].prior",
                "inline_entities[0].name",
                "inline_entities[0].aliases[0].text",
                "inline_entities[1].name",
            ],
        ),
        (
            with(ExtractRequest { inline_entities: vec![inline("a", "A"), inline("a", "B")], ..Default::default() }),
            Code::InvalidArgument,
            "INVALID_REQUEST",
            vec!["inline_entities[1].id"],
        ),
        (
            with(ExtractRequest { inline_entities: vec![inline("a", "A"); 3], ..Default::default() }),
            Code::InvalidArgument,
            "TOO_MANY_INLINE_ENTITIES",
            vec!["inline_entities"],
        ),
        (
            ExtractRequest {
                document: document("a".repeat(101)),
                gazetteers: vec!["nowhere".into()],
                options: Some(ExtractOptions { min_score: 2.0, ..Default::default() }),
                ..Default::default()
            },
            Code::InvalidArgument,
            "INVALID_REQUEST",
            vec!["document.text", "options.min_score", "gazetteers[0]"],
        ),
        (
            ExtractRequest { document: document("a".repeat(3000)), ..Default::default() },
            Code::InvalidArgument,
            "MESSAGE_TOO_LARGE",
            vec![],
        ),
    ];
    for (request, code, reason, fields) in table {
        let status = client.extract(request.clone()).await.unwrap_err();
        let fields = fields.into_iter().map(str::to_owned).collect();
        assert_eq!(parts(&status), (code, reason.to_owned(), fields), "{request:?}");
    }
    let status = client.extract(ExtractRequest { document: document("a".repeat(3000)), ..Default::default() }).await;
    assert!(status.unwrap_err().message().contains("limits.message_bytes, which is 2000"));
}

/// The document that an error in the place of an answer names.
pub(crate) fn refused(error: &impl prost::Message) -> String {
    let status: tonic_types::Status = prost::Message::decode(&*error.encode_to_vec()).unwrap();
    status.get_details_error_info().unwrap().metadata.remove("document_id").unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_document_does_not_fail_its_neighbours() {
    let server = TestServer::with(catalog(), small_limits()).await;
    let mut client = server.client().await;
    let mut documents: Vec<_> =
        ["China.".into(), "a".repeat(101), String::new()].map(|text: String| document(text).unwrap()).into();
    documents[1].id = "long".into();
    let request = proto::BatchExtractRequest { documents, ..Default::default() };
    let results = client.batch_extract(request).await.unwrap().into_inner().results;
    let results: Vec<_> = results.into_iter().map(|result| result.result.unwrap()).collect();
    let [
        batch_extract_result::Result::Response(first),
        batch_extract_result::Result::Error(second),
        batch_extract_result::Result::Response(third),
    ] = &results[..]
    else {
        panic!("{results:?}")
    };
    assert_eq!((first.mentions.len(), third.mentions.len()), (1, 0));
    assert_eq!(second.code, Code::InvalidArgument as i32);
    assert!(second.message.starts_with("documents[1].text: "), "{}", second.message);
    assert_eq!(second.details.len(), 2);
    assert_eq!(refused(second), "long");

    for (count, reason) in [(0, "INVALID_REQUEST"), (4, "BATCH_TOO_LARGE")] {
        let request = proto::BatchExtractRequest { documents: vec![Document::default(); count], ..Default::default() };
        let status = client.batch_extract(request).await.unwrap_err();
        assert_eq!(parts(&status), (Code::InvalidArgument, reason.into(), vec!["documents".into()]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_on_mentions_cut_and_say_so() {
    let server = TestServer::with(catalog(), small_limits()).await;
    let mut client = server.client().await;
    for (asked, kept) in [(0, 5), (2, 2)] {
        let options = Some(ExtractOptions { max_mentions: asked, ..Default::default() });
        let gazetteers = vec!["others".into()];
        let request =
            ExtractRequest { document: document("China ".repeat(8)), gazetteers, options, ..Default::default() };
        let answer = client.extract(request).await.unwrap().into_inner();
        assert_eq!((answer.mentions.len(), answer.entities[0].mention_count), (kept, kept as u32));
        let cut = &answer.truncations[0];
        assert_eq!((cut.limit.as_str(), cut.value, cut.dropped), ("max_mentions", kept as u32, 8 - kept as u32));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gazetteers_are_named_with_their_versions() {
    let server = TestServer::with(catalog(), Limits::default()).await;
    let mut client = server.client().await;
    let names = |answer: proto::ExtractResponse| answer.gazetteers.into_iter().map(|one| one.name).collect::<Vec<_>>();
    let all = client
        .extract(ExtractRequest { document: document("China"), ..Default::default() })
        .await
        .unwrap()
        .into_inner();
    assert!(all.gazetteers.iter().all(|gazetteer| !gazetteer.version.is_empty()));
    assert_ne!(all.gazetteers[0].version, all.gazetteers[1].version);
    assert_eq!(all.mentions[0].candidates.len(), 2);
    assert_eq!(names(all), ["places", "others"]);
    let request = ExtractRequest {
        document: document("China and Chiny"),
        gazetteers: vec!["others".into()],
        inline_entities: vec![inline("x", "Chiny")],
        ..Default::default()
    };
    let answer = client.extract(request.clone()).await.unwrap().into_inner();
    assert_eq!(answer.mentions.len(), 2);
    assert_eq!(answer, client.extract(request).await.unwrap().into_inner());
    assert_eq!(names(answer), ["inline", "others"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_follows_the_life_of_the_server() {
    let server = TestServer::empty(Limits::default()).await;
    let mut client = server.client().await;
    let mut health = HealthClient::new(server.channel().await);
    let request = |service: &str| HealthCheckRequest { service: service.into() };
    for service in ["", SERVICE] {
        let status = health.check(request(service)).await.unwrap().into_inner().status();
        assert_eq!(status, ServingStatus::NotServing, "{service:?}");
    }
    let status = client.extract(ExtractRequest::default()).await.unwrap_err();
    assert_eq!(parts(&status), (Code::Unavailable, "NOT_SERVING".into(), vec![]));

    let mut watch = health.watch(request(SERVICE)).await.unwrap().into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    server.handle.serve(catalog()).await;
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    for service in ["", SERVICE] {
        let status = health.check(request(service)).await.unwrap().into_inner().status();
        assert_eq!(status, ServingStatus::Serving, "{service:?}");
    }

    // An open stream goes on while the server drains, and is answered.
    let (send, documents) = tokio::sync::mpsc::channel(1);
    let documents = tokio_stream::wrappers::ReceiverStream::new(documents);
    let mut answers = client.stream_extract(documents).await.unwrap().into_inner();
    let message = || proto::StreamExtractRequest { config: None, document: document("China") };
    send.send(message()).await.unwrap();
    assert!(answers.message().await.unwrap().is_some());
    let stopped = server.stop();
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    send.send(message()).await.unwrap();
    assert!(answers.message().await.unwrap().is_some());
    drop(send);
    assert_eq!(answers.message().await.unwrap(), None);
    drop((answers, watch, health, client));
    stopped.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_full_says_so_at_once() {
    let server = TestServer::with(catalog(), Limits { concurrent_requests: 1, ..Limits::default() }).await;
    let mut client = server.client().await;
    let (send, documents) = tokio::sync::mpsc::channel(1);
    let documents = tokio_stream::wrappers::ReceiverStream::new(documents);
    let mut answers = client.stream_extract(documents).await.unwrap().into_inner();
    let request = ExtractRequest { document: document("China"), ..Default::default() };
    let status = client.extract(request.clone()).await.unwrap_err();
    assert_eq!(parts(&status), (Code::ResourceExhausted, "OVERLOADED".into(), vec![]));
    assert!(status.message().contains("limits.concurrent_requests"));
    drop(send);
    assert_eq!(answers.message().await.unwrap(), None);
    assert_eq!(client.extract(request).await.unwrap().into_inner().mentions.len(), 1);
}

/// Sends a request as bare HTTP/2, so that no client library minds it; gives the status of the answer.
async fn raw(server: &TestServer, headers: &[(&str, &str)], body: &[u8]) -> Status {
    let address = server.address.strip_prefix("http://").unwrap();
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (mut send, connection) = h2::client::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut request = http::Request::post(format!("{}/{SERVICE}/Extract", server.address)).body(()).unwrap();
    for (name, value) in [("content-type", "application/grpc"), ("te", "trailers")].iter().chain(headers) {
        request.headers_mut().insert(http::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
    }
    let (response, mut stream) = send.send_request(request, false).unwrap();
    // It may have answered already, and taken no body.
    let _ = stream.send_data(body.to_vec().into(), true);
    let status = Status::from_header_map(response.await.unwrap().headers()).unwrap();
    connection.abort();
    status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_passed_is_an_error_with_a_reason() {
    let server = TestServer::with(catalog(), Limits::default()).await;
    let status = raw(&server, &[("grpc-timeout", "1n")], &[0; 5]).await;
    assert_eq!(parts(&status), (Code::DeadlineExceeded, "CANCELLED".into(), vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_protobuf_is_refused_without_debug_text() {
    let server = TestServer::with(catalog(), Limits::default()).await;
    let garbage = [0, 0, 0, 0, 4, 0xFF, 0xFF, 0xFF, 0xFF];
    let status = raw(&server, &[], &garbage).await;
    assert_eq!(parts(&status), (Code::InvalidArgument, "INVALID_REQUEST".into(), vec![]));
    assert_eq!(status.message(), "the message cannot be decoded as protobuf");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_have_an_id() {
    let server = TestServer::with(catalog(), Limits::default()).await;
    let mut client = server.client().await;
    let mut request = tonic::Request::new(ExtractRequest { document: document("China"), ..Default::default() });
    request.metadata_mut().insert("x-request-id", "mine-1".parse().unwrap());
    let answer = client.extract(request).await.unwrap();
    assert_eq!(answer.metadata().get("x-request-id").unwrap(), "mine-1");
    let mut ids = Vec::new();
    for _ in 0..2 {
        let status = client.extract(ExtractRequest::default()).await.unwrap_err();
        ids.push(status.metadata().get("x-request-id").unwrap().clone());
    }
    assert_ne!(ids[0], ids[1]);
    for (given, kept) in [("", false), (&*"x".repeat(128), true), (&*"x".repeat(129), false)] {
        let mut request = tonic::Request::new(ExtractRequest { document: document("China"), ..Default::default() });
        request.metadata_mut().insert("x-request-id", given.parse().unwrap());
        let answer = client.extract(request).await.unwrap();
        let id = answer.metadata().get("x-request-id").unwrap();
        assert_eq!((id == given, id.is_empty()), (kept, false), "{given}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gzip_and_zstd_are_spoken_both_ways() {
    let server = TestServer::with(catalog(), Limits::default()).await;
    for encoding in [CompressionEncoding::Gzip, CompressionEncoding::Zstd] {
        let mut client = server.client().await.send_compressed(encoding).accept_compressed(encoding);
        let request = ExtractRequest { document: document("China and Russia ".repeat(100)), ..Default::default() };
        let answer = client.extract(request).await.unwrap();
        assert!(answer.metadata().get("grpc-encoding").is_some());
        assert_eq!(answer.into_inner().mentions.len(), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reflection_lists_the_services_in_both_versions() {
    use tonic_reflection::pb::{v1, v1alpha};
    let server = TestServer::with(catalog(), Limits::default()).await;
    let expected = ["grpc.health.v1.Health", SERVICE];

    let list = v1::server_reflection_request::MessageRequest::ListServices(String::new());
    let request = v1::ServerReflectionRequest { host: String::new(), message_request: Some(list) };
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(server.channel().await);
    let mut answers = client.server_reflection_info(tokio_stream::iter([request])).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    let v1::server_reflection_response::MessageResponse::ListServicesResponse(list) = answer else {
        panic!("{answer:?}")
    };
    let names: Vec<_> = list.service.iter().map(|service| service.name.as_str()).collect();
    assert!(expected.iter().all(|name| names.contains(name)), "{names:?}");

    let list = v1alpha::server_reflection_request::MessageRequest::ListServices(String::new());
    let request = v1alpha::ServerReflectionRequest { host: String::new(), message_request: Some(list) };
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(server.channel().await);
    let mut answers = client.server_reflection_info(tokio_stream::iter([request])).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    let v1alpha::server_reflection_response::MessageResponse::ListServicesResponse(list) = answer else {
        panic!("{answer:?}")
    };
    let names: Vec<_> = list.service.iter().map(|service| service.name.as_str()).collect();
    assert!(expected.iter().all(|name| names.contains(name)), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests_cost_and_return_little() {
    let server = TestServer::with(catalog(), Limits::default()).await;
    let mut client = server.client().await;
    let many = || vec!["a".to_owned(); 50_000];
    let options = ExtractOptions {
        include_types: many(),
        exclude_types: many(),
        disabled_forms: vec![1; 500_000],
        ..Default::default()
    };
    let gazetteers = vec!["é".repeat(20_000); 60];
    let inline_entities = vec![proto::Entity::default(); 90_000];
    let options = Some(options);
    let request =
        ExtractRequest { document: document("x"), gazetteers, inline_entities, options, ..Default::default() };
    let status = client.extract(request).await.unwrap_err();
    let (code, reason, fields) = parts(&status);
    assert_eq!((code, reason.as_str()), (Code::InvalidArgument, "INVALID_REQUEST"));
    assert_eq!(fields[..3], ["options.include_types", "options.exclude_types", "options.disabled_forms"]);
    // Clients refuse headers of more than some 8 KiB.
    let headers: usize =
        status.clone().into_http::<tonic::body::Body>().headers().iter().map(|(k, v)| k.as_str().len() + v.len()).sum();
    assert!(headers < 8000, "{headers}");
}
