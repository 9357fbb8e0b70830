//! The gRPC service: handlers, the border between protobuf and the domain, errors as statuses.
//!
//! [`Server::bind`] takes the port, [`Server::run`] serves until told to stop. The health service answers from the
//! first moment; extraction answers once a catalog was given. Extraction and the encoding of its answers happen in [`work`],
//! never on the threads that do input and output; these decode requests, and compress answers where clients ask for it.
//!
//! The only home of `tonic`, `hyper`, `prost` and `axum`. Generated types end in [`convert`].
//!
//! Must not know: the command line, where settings come from.

mod accept;
mod access;
mod access_log;
mod activity;
mod admin;
mod answers;
mod body;
mod client;
mod connection;
mod convert;
mod encoded;
mod error;
mod extraction;
mod front;
mod gathered;
mod gazetteers;
mod guard;
mod limits;
mod line;
mod noted;
mod options;
mod places;
mod plan;
pub mod proto;
mod quota;
mod readiness;
mod reasons;
mod secrets;
mod server;
mod serving;
mod status;
mod tab;
mod tls;
mod versions;
mod work;

pub use access::{AccessError, NewToken, NoRandomness, Options as AccessOptions, Principal, Role, new_token};
pub use admin::Scrape;
pub use answers::{References, response as encoded};
pub use client::{Client, ClientError, Connection, connect, explain};
pub use convert::{document, findings, response};
pub use encoded::Encoded;
pub use error::{Error, Violation};
pub use limits::Limits;
pub use options::Options;
pub use plan::{Plan, SharedCatalog};
pub use quota::Quota;
pub use secrets::Facing;
pub use server::{Handle, Server, ServerError};
pub use tls::{Options as TlsOptions, TlsError};
