//! The gRPC service: handlers, the border between protobuf and the domain, errors as statuses.
//!
//! [`Server::bind`] takes the port, [`Server::run`] serves until told to stop. The health service answers from the
//! first moment; extraction answers once a catalog was given. Work on the processor happens in [`work`], never on the
//! threads that do input and output.
//!
//! The only home of `tonic`, `prost` and `axum`. Generated types end in [`convert`].
//!
//! Must not know: the command line, where settings come from.

mod access;
mod access_log;
mod activity;
mod admin;
mod client;
mod convert;
mod encoded;
mod error;
mod extraction;
mod front;
mod gazetteers;
mod limits;
mod noted;
mod plan;
pub mod proto;
mod readiness;
mod reasons;
mod server;
mod status;
mod versions;
mod work;

pub use access::{Principal, Role};
pub use admin::Scrape;
pub use client::{Client, ClientError, Connection, connect, explain};
pub use convert::{document, findings, response};
pub use encoded::{Encoded, response as encoded};
pub use error::{Error, Violation};
pub use limits::Limits;
pub use plan::{Plan, SharedCatalog};
pub use server::{Handle, Options, Server, ServerError};
pub use work::Workers;
