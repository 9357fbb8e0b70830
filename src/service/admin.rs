//! The admin port: `/metrics`, `/livez` and `/readyz` over HTTP/1.1, for those who watch the server.
//!
//! It has no authentication and no TLS: it says nothing of documents, and belongs on an address that only the machine
//! or the cluster reaches. It answers from the moment that the port is bound until the server ends.
//!
//! Must not know: what metrics there are, requests.

use std::{fmt, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
    routing::get,
};
use tokio::net::TcpListener;

use super::readiness::{Readiness, State};

/// The text format of Prometheus.
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Writes all metrics in the text format of Prometheus. Cheap to clone.
#[derive(Clone)]
pub struct Scrape(Arc<dyn Fn() -> String + Send + Sync>);

impl Scrape {
    /// Metrics that this writes.
    pub fn new(write: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }
}

impl Default for Scrape {
    /// No metrics.
    fn default() -> Self {
        Self::new(String::new)
    }
}

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scrape")
    }
}

/// The admin port, once it is bound.
#[derive(Debug)]
pub(super) struct Admin {
    pub(super) listener: TcpListener,
    pub(super) address: SocketAddr,
}

impl Admin {
    /// Answers until it is dropped.
    pub(super) async fn run(self, scrape: Scrape, readiness: Readiness) {
        tracing::info!(address = %self.address, "listening: /metrics, /livez, /readyz");
        if !self.address.ip().to_canonical().is_loopback() {
            tracing::warn!(
                "other machines may reach the admin port, which asks nobody who they are: let only operators"
            );
        }
        let ready = move || async move {
            let code = match readiness.state() {
                State::Serving => StatusCode::OK,
                State::Starting | State::Draining => StatusCode::SERVICE_UNAVAILABLE,
            };
            (code, readiness.describe())
        };
        let metrics = move || async move {
            // Gathering takes locks and some milliseconds, and belongs on no thread of requests.
            match tokio::task::spawn_blocking(move || (scrape.0)()).await {
                Ok(text) => ([(CONTENT_TYPE, PROMETHEUS)], text).into_response(),
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        };
        let router = Router::new()
            .route("/livez", get(|| async { "alive\n" }))
            .route("/readyz", get(ready))
            .route("/metrics", get(metrics));
        if let Err(error) = axum::serve(self.listener, router).await {
            tracing::error!("the admin port failed: {error}");
        }
    }
}
