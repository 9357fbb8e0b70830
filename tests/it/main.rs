//! The integration tests: one binary, a module for each subject.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

mod access;
mod architecture;
mod attack;
mod case;
mod cases;
mod cli;
mod documents;
mod eval;
mod hostile;
mod html;
mod oracle;
mod overload;
mod peers;
mod properties;
mod questions;
mod readme;
mod seed;
mod segments;
mod service;
mod stream;
mod support;
mod surfaces;
mod tenants;
mod tls;
