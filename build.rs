//! Compiles the protobuf definitions: messages, services, canonical JSON and the descriptor set for reflection.
//!
//! `protox` reads the `.proto` files, so that no `protoc` is needed on the machine that builds.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message as _;

const FILES: [&str; 11] = [
    "onomast/v1/document.proto",
    "onomast/v1/entity.proto",
    "onomast/v1/error_reason.proto",
    "onomast/v1/explanation.proto",
    "onomast/v1/extraction_service.proto",
    "onomast/v1/gazetteer.proto",
    "onomast/v1/gazetteer_service.proto",
    "onomast/v1/match_finding.proto",
    "onomast/v1/mention.proto",
    "onomast/v1/options.proto",
    "onomast/v1/rule.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(FILES, ["proto"])?;
    let bytes = descriptors.encode_to_vec();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), &bytes)?;

    // A label of metrics is one of these, whatever path is called.
    let files = descriptors.file.iter();
    let methods = files.flat_map(|file| {
        let service = move |service: &str, method: &str| format!("/{}.{service}/{method}", file.package());
        let services = file.service.iter();
        services.flat_map(move |one| one.method.iter().map(move |method| service(one.name(), method.name())))
    });
    fs::write(out.join("methods.rs"), format!("{:?}", methods.collect::<Vec<_>>()).replacen('[', "&[", 1))?;

    tonic_prost_build::configure()
        .btree_map(".")
        .extern_path(".google.rpc.Status", "::tonic_types::Status")
        .extern_path(".google.protobuf.Timestamp", "::pbjson_types::Timestamp")
        .compile_fds(descriptors)?;

    // The server sends answers that are encoded already, so that it has a service of its own beside the generated one.
    let method = |name: &str, route: &str, output: &str| {
        tonic_build::manual::Method::builder()
            .name(name)
            .route_name(route)
            .input_type(format!("crate::service::proto::{route}Request"))
            .output_type(output)
            .codec_path("tonic_prost::ProstCodec")
    };
    const ENCODED: &str = "crate::service::encoded::Encoded";
    let service = tonic_build::manual::Service::builder()
        .name("ExtractionService")
        .package("onomast.v1")
        .method(method("extract", "Extract", ENCODED).build())
        .method(method("batch_extract", "BatchExtract", ENCODED).build())
        .method(method("explain_match", "ExplainMatch", "crate::service::proto::ExplainMatchResponse").build())
        .method(method("stream_extract", "StreamExtract", ENCODED).client_streaming().server_streaming().build())
        .build();
    tonic_build::manual::Builder::new().build_client(false).compile(&[service]);

    // The batch and stream answers hold a google.rpc.Status, whose JSON needs a type registry; no caller of ours
    // prints those as JSON.
    pbjson_build::Builder::new()
        .register_descriptors(&bytes)?
        .btree_map([".onomast.v1"])
        .exclude([
            ".onomast.v1.BatchExtractResponse",
            ".onomast.v1.BatchExtractResult",
            ".onomast.v1.StreamExtractResponse",
        ])
        .build(&[".onomast.v1"])?;
    Ok(())
}
