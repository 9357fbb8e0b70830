//! The generated protobuf types, and their descriptors for reflection.

#![allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]

tonic::include_proto!("onomast.v1");
include!(concat!(env!("OUT_DIR"), "/onomast.v1.serde.rs"));

/// Every definition with its imports, encoded.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// The path of every method.
pub(super) const METHODS: &[&str] = include!(concat!(env!("OUT_DIR"), "/methods.rs"));

/// The service as the server has it: its answers are encoded already.
pub(super) mod served {
    include!(concat!(env!("OUT_DIR"), "/onomast.v1.ExtractionService.rs"));
}
