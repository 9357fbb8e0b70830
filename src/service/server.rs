//! The server: binds, serves, drains, ends.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::{net::TcpListener, sync::Semaphore};
use tonic::{
    codec::CompressionEncoding,
    transport::{self, server::TcpIncoming},
};
use tonic_health::{ServingStatus, server::HealthReporter};

use super::{
    Limits, SharedCatalog, Workers,
    extraction::Extraction,
    front::Front,
    gazetteers::Gazetteers,
    proto::{
        DESCRIPTORS,
        gazetteer_service_server::GazetteerServiceServer,
        served::extraction_service_server::{ExtractionServiceServer, SERVICE_NAME},
    },
};
use crate::catalog::Catalog;

/// How often a silent connection is asked whether its client is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// How the server runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The address to listen on; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// How many documents are worked on at once; 0 for one a processor.
    pub workers: usize,
    /// How long running requests may take to end after the signal to stop, in seconds.
    pub grace_seconds: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 50051)), workers: 0, grace_seconds: 30 }
    }
}

/// Why the server does not run.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The address is taken.
    #[error("{0} is in use by another program; choose another address with --listen")]
    InUse(SocketAddr),
    /// The address cannot be used.
    #[error("cannot listen on {address}: {error}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// The connection handling failed.
    #[error("the server failed: {0}")]
    Transport(#[from] transport::Error),
    /// The reflection service refused our descriptors.
    #[error("the server cannot describe itself: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// A server that has its port, and serves once it runs.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    options: Options,
    limits: Arc<Limits>,
    catalog: SharedCatalog,
    health: HealthReporter,
}

/// Gives a running server its catalog.
#[derive(Debug, Clone)]
pub struct Handle {
    catalog: SharedCatalog,
    health: HealthReporter,
}

impl Handle {
    /// Serves the gazetteers of this catalog in place of those that were given before; those of the database stay.
    pub async fn serve(&self, catalog: Catalog) {
        self.catalog.serve(catalog);
        set_health(&self.health, ServingStatus::Serving).await;
    }

    /// What is served.
    pub fn live(&self) -> &SharedCatalog {
        &self.catalog
    }
}

async fn set_health(health: &HealthReporter, status: ServingStatus) {
    health.set_service_status("", status).await;
    health.set_service_status(SERVICE_NAME, status).await;
}

impl Server {
    /// Takes the port. Health checks are answered only once it runs.
    pub async fn bind(options: Options, limits: Limits) -> Result<Self, ServerError> {
        let address = options.listen;
        let listener = TcpListener::bind(address).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => ServerError::InUse(address),
            _ => ServerError::Bind { address, error },
        })?;
        let address = listener.local_addr().map_err(|error| ServerError::Bind { address, error })?;
        let health = HealthReporter::new();
        set_health(&health, ServingStatus::NotServing).await;
        Ok(Self { listener, address, options, limits: Arc::new(limits), catalog: SharedCatalog::default(), health })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What gives the server its catalog while it runs.
    pub fn handle(&self) -> Handle {
        Handle { catalog: self.catalog.clone(), health: self.health.clone() }
    }

    /// Serves until `stop` resolves; then says NOT_SERVING, takes no more connections, and gives running requests their
    /// time to end.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<(), ServerError> {
        let Self { listener, address, options, limits, catalog, health } = self;
        let count = match options.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            count => count,
        };
        let live = catalog.clone();
        let extraction = Extraction::new(catalog, limits.clone(), Workers::new(count));
        let extraction = ExtractionServiceServer::new(extraction)
            .max_decoding_message_size(limits.message_bytes)
            .max_encoding_message_size(usize::MAX)
            .accept_compressed(CompressionEncoding::Gzip)
            .accept_compressed(CompressionEncoding::Zstd)
            .send_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Zstd);
        let (ending, stopping) = tokio::sync::watch::channel(false);
        let gazetteers = Gazetteers::new(live, limits.clone(), stopping);
        let gazetteers = GazetteerServiceServer::new(gazetteers)
            .max_decoding_message_size(limits.message_bytes)
            .max_encoding_message_size(usize::MAX)
            .accept_compressed(CompressionEncoding::Gzip)
            .accept_compressed(CompressionEncoding::Zstd)
            .send_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Zstd);
        let reflection = || {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(DESCRIPTORS)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        };
        let checks = tonic_health::pb::health_server::HealthServer::new(
            tonic_health::server::HealthService::from_health_reporter(health.clone()),
        );
        let limit = limits.concurrent_requests.min(Semaphore::MAX_PERMITS);
        let instance = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_nanos() as u64);
        let router = transport::Server::builder()
            .http2_keepalive_interval(Some(KEEPALIVE))
            .layer(Front {
                message_bytes: limits.message_bytes,
                limit,
                room: Arc::new(Semaphore::new(limit)),
                instance,
            })
            .add_service(checks)
            .add_service(reflection().build_v1()?)
            .add_service(reflection().build_v1alpha()?)
            .add_service(extraction)
            .add_service(gazetteers);

        let (draining, drained) = tokio::sync::oneshot::channel();
        let stopping = async {
            stop.await;
            tracing::info!("stopping: no new requests");
            set_health(&health, ServingStatus::NotServing).await;
            ending.send_replace(true);
            // The receiver is gone only when the server has ended already.
            let _ = draining.send(());
        };
        tracing::info!(%address, workers = count, "listening");
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true)).with_keepalive(Some(KEEPALIVE));
        let serving = router.serve_with_incoming_shutdown(incoming, stopping);
        let grace = async {
            if drained.await.is_ok() {
                tokio::time::sleep(Duration::from_secs(options.grace_seconds)).await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            result = serving => result?,
            () = grace => tracing::warn!(seconds = options.grace_seconds, "requests still ran when the time to end was over"),
        }
        tracing::info!("stopped");
        Ok(())
    }
}
