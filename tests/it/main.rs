//! The integration tests: one binary, a module for each subject.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

mod access;
mod admin;
mod architecture;
mod attack;
mod away;
mod cache;
mod case;
mod cases;
mod cli;
mod deploy;
mod documents;
mod eval;
mod expiry;
mod faults;
mod gazetteers;
mod given;
mod hostile;
mod html;
mod leak;
mod metrics;
mod model;
mod oracle;
mod otlp;
mod overload;
mod pages;
mod peers;
mod postgres;
mod properties;
mod questions;
mod quotas;
mod readme;
mod rolling;
mod room;
mod seed;
mod segments;
mod service;
mod silent;
mod stream;
mod support;
mod surfaces;
mod tenants;
mod tls;
mod underway;
mod watching;
