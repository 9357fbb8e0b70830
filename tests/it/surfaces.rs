//! The ways to ask for an extraction: library, command line, unary, batch, stream. All must give the same.

use std::{path::Path, process::Command, sync::atomic::AtomicBool};

use onomast::{
    catalog::{Gazetteer, Pinned},
    extract::{self, Answer, Input, Options, Scratch},
    service::{self, proto},
};
use proto::{batch_extract_result, extraction_service_client::ExtractionServiceClient, stream_extract_response};
use tonic::transport::Channel;

/// Extracts through the library.
pub(crate) fn library(gazetteer: Gazetteer, options: &Options, document: &proto::Document) -> proto::ExtractResponse {
    library_again(&Pinned::new(vec![gazetteer.into()], options), options, document, &mut Scratch::default())
}

/// Extracts through the library, with memory that may have been used before.
pub(crate) fn library_again(
    pinned: &Pinned,
    options: &Options,
    document: &proto::Document,
    scratch: &mut Scratch,
) -> proto::ExtractResponse {
    let input = Input { title: &document.title, text: &document.text, language: &document.language_code };
    let (mut answer, never) = (Answer::default(), AtomicBool::new(false));
    extract::run(&pinned.sources(), input, options, pinned.filter(), scratch, &mut answer, &never).unwrap();
    service::response(&document.id, input, pinned, options, &answer)
}

/// Runs the program; returns what it printed on standard output.
pub(crate) fn program(arguments: &[String]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_onomast")).args(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "onomast {arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Extracts through the command line.
pub(crate) fn command_line(gazetteer: &Path, flags: &[String], documents: &Path) -> Vec<proto::ExtractResponse> {
    let mut arguments: Vec<String> =
        ["extract", "--no-default-gazetteer", "--format", "jsonl", "--gazetteer"].map(Into::into).into();
    arguments.push(gazetteer.to_string_lossy().into_owned());
    arguments.extend_from_slice(flags);
    arguments.push(documents.to_string_lossy().into_owned());
    program(&arguments).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) type Client = ExtractionServiceClient<Channel>;

/// Extracts through `Extract`.
pub(crate) async fn unary(client: &mut Client, request: proto::ExtractRequest) -> proto::ExtractResponse {
    client.extract(request).await.unwrap().into_inner()
}

/// Extracts through `BatchExtract`, between two other documents.
pub(crate) async fn batch(client: &mut Client, request: proto::ExtractRequest) -> proto::ExtractResponse {
    let proto::ExtractRequest { document, gazetteers, inline_entities, options, versions } = request;
    let other = proto::Document { text: "Nothing here.".into(), ..Default::default() };
    let documents = vec![other.clone(), document.unwrap(), other];
    let request = proto::BatchExtractRequest { documents, gazetteers, inline_entities, options, versions };
    let results = client.batch_extract(request).await.unwrap().into_inner().results;
    assert_eq!(results.len(), 3);
    match results.into_iter().nth(1).unwrap().result.unwrap() {
        batch_extract_result::Result::Response(response) => response,
        batch_extract_result::Result::Error(error) => panic!("{error:?}"),
    }
}

/// Extracts through `StreamExtract`: settings first, the document in a message of its own.
pub(crate) async fn stream(client: &mut Client, request: proto::ExtractRequest) -> proto::ExtractResponse {
    let proto::ExtractRequest { document, gazetteers, inline_entities, options, versions } = request;
    let config = proto::StreamExtractConfig { gazetteers, inline_entities, options, versions };
    let messages = vec![
        proto::StreamExtractRequest { config: Some(config), document: None },
        proto::StreamExtractRequest { config: None, document },
    ];
    let mut answers = client.stream_extract(tokio_stream::iter(messages)).await.unwrap().into_inner();
    let first = answers.message().await.unwrap().unwrap();
    assert_eq!(answers.message().await.unwrap(), None);
    match first.result.unwrap() {
        stream_extract_response::Result::Response(response) => response,
        stream_extract_response::Result::Error(error) => panic!("{error:?}"),
    }
}
