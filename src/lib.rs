//! Onomast finds the entities of a gazetteer in documents: exactly where, which entity, and why.
//!
//! The modules, each of which knows only those above it:
//!
//! - [`text`]: words with spans, folding, offsets.
//! - [`gazetteer`]: entities and names as given, file formats, what is wrong with them.
//! - [`index`]: names compiled into a segment that finds them.
//! - [`extract`]: from a document to its mentions.
//! - [`observe`]: metrics and spans of a running service.
//! - [`catalog`]: which gazetteers exist, in which version.
//! - [`service`]: all of that over gRPC.
//! - [`config`] and [`telemetry`]: settings with their origin; logs, and where metrics and spans go.
//! - [`cli`]: the program.

#[forbid(unsafe_code)]
pub mod text;

#[forbid(unsafe_code)]
pub mod gazetteer;

pub mod index;

#[forbid(unsafe_code)]
pub mod extract;

#[forbid(unsafe_code)]
pub mod observe;

#[forbid(unsafe_code)]
pub mod catalog;

#[forbid(unsafe_code)]
pub mod service;

#[forbid(unsafe_code)]
pub mod config;

#[forbid(unsafe_code)]
pub mod telemetry;

#[forbid(unsafe_code)]
pub mod cli;
