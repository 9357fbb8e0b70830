//! The server: binds, serves, drains, ends.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::{net::TcpListener, sync::Semaphore};
use tonic::{codec::CompressionEncoding, transport};
use tonic_health::{ServingStatus, server::HealthReporter};

use super::{
    Facing, Limits, SharedCatalog, Workers,
    access::AccessError,
    connection,
    extraction::Extraction,
    front::Front,
    guard::Guard,
    proto::{
        DESCRIPTORS,
        served::extraction_service_server::{ExtractionServiceServer, SERVICE_NAME},
    },
    quota::{Accounts, Quota},
    secrets::Secrets,
    tls::TlsError,
};
use crate::catalog::Catalog;

/// How many documents may wait for each worker, where nothing else is set.
const QUEUED_A_WORKER: usize = 32;

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
    /// Whether to serve other machines without TLS, or without asking who calls.
    pub insecure: bool,
    /// How often to look whether certificates and the access file have changed, in seconds; 0 for never.
    pub watch_seconds: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 50051)),
            workers: 0,
            grace_seconds: 30,
            insecure: false,
            watch_seconds: 5,
        }
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
    /// Other machines could read along, or call without saying who they are.
    #[error(
        "{address} can be reached from other machines, but {lack}; set {setting}, listen on 127.0.0.1, or say --insecure \
         to serve it like that"
    )]
    Exposed {
        /// The address.
        address: SocketAddr,
        /// What is missing.
        lack: &'static str,
        /// What would help.
        setting: &'static str,
    },
    /// The certificates cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The access file cannot be used.
    #[error(transparent)]
    Access(#[from] AccessError),
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
    secrets: Arc<Secrets>,
    quota: Quota,
    catalog: SharedCatalog,
    health: HealthReporter,
}

/// Gives a running server its catalog.
#[derive(Debug, Clone)]
pub struct Handle {
    secrets: Arc<Secrets>,
    catalog: SharedCatalog,
    health: HealthReporter,
}

impl Handle {
    /// Reads certificates and the access file again. What is bad is logged, and what was read before stays in force; gives
    /// whether all was good. Reads files: not for a thread that does input and output.
    pub fn reload_security(&self) -> bool {
        self.secrets.reload()
    }

    /// Starts to serve extraction from this catalog. A second catalog has no effect.
    pub async fn serve(&self, catalog: Catalog) {
        if self.catalog.set(catalog).is_ok() {
            set_health(&self.health, ServingStatus::Serving).await;
        }
    }
}

async fn set_health(health: &HealthReporter, status: ServingStatus) {
    health.set_service_status("", status).await;
    health.set_service_status(SERVICE_NAME, status).await;
}

impl Server {
    /// Takes the port, for a server without TLS that asks nobody who they are.
    pub async fn bind(options: Options, limits: Limits) -> Result<Self, ServerError> {
        Self::bind_facing(options, limits, &Facing::default()).await
    }

    /// Takes the port. Health checks are answered only once it runs. Fails where other machines could read along or call
    /// without saying who they are, unless the options say that this is meant.
    pub async fn bind_facing(options: Options, limits: Limits, facing: &Facing) -> Result<Self, ServerError> {
        let address = options.listen;
        let secrets = Secrets::load(facing)?;
        if !options.insecure && !address.ip().to_canonical().is_loopback() {
            let exposed = |lack, setting| Err(ServerError::Exposed { address, lack, setting });
            match (secrets.tls.is_some(), secrets.ask()) {
                (true, true) => {}
                (false, true) => return exposed("there is no TLS", "tls.certificate and tls.key"),
                (true, false) => return exposed("nobody is asked who they are", "access.file or tls.client_ca"),
                (false, false) => {
                    let settings = "tls.certificate, tls.key and access.file";
                    return exposed("there is no TLS and nobody is asked who they are", settings);
                }
            }
        }
        let listener = TcpListener::bind(address).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => ServerError::InUse(address),
            _ => ServerError::Bind { address, error },
        })?;
        let address = listener.local_addr().map_err(|error| ServerError::Bind { address, error })?;
        let health = HealthReporter::new();
        set_health(&health, ServingStatus::NotServing).await;
        let (catalog, limits) = (SharedCatalog::default(), Arc::new(limits));
        let quota = facing.quota;
        Ok(Self { listener, address, options, limits, secrets: Arc::new(secrets), quota, catalog, health })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What gives the server its catalog while it runs.
    pub fn handle(&self) -> Handle {
        Handle { secrets: self.secrets.clone(), catalog: self.catalog.clone(), health: self.health.clone() }
    }

    /// Serves until `stop` resolves; then says NOT_SERVING, takes no more connections, and gives running requests their
    /// time to end.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<(), ServerError> {
        let Self { listener, address, options, limits, secrets, quota, catalog, health } = self;
        let count = match options.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            count => count,
        };
        let queued = match limits.queued_documents {
            0 => count.saturating_mul(QUEUED_A_WORKER),
            queued => queued,
        };
        let longest = (limits.queue_milliseconds > 0).then(|| Duration::from_millis(limits.queue_milliseconds));
        let workers = Workers::bounded(count, queued, longest);
        let extraction = Extraction::new(catalog, limits.clone(), workers.clone());
        let extraction = ExtractionServiceServer::new(extraction)
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
            .http2_keepalive_interval(Some(Duration::from_secs(limits.keepalive_seconds.max(1))))
            .http2_keepalive_timeout(Some(Duration::from_secs(limits.keepalive_timeout_seconds.max(1))))
            .max_concurrent_streams(limits.connection_streams)
            .http2_max_header_list_size(limits.header_bytes)
            .http2_max_pending_accept_reset_streams(Some(limits.pending_resets))
            .layer(Front {
                message_bytes: limits.message_bytes,
                limit,
                room: Arc::new(Semaphore::new(limit)),
                instance,
            })
            .layer(Guard {
                gate: secrets.gate.clone(),
                accounts: Arc::new(Accounts::new(quota)),
                limits: limits.clone(),
                workers,
            })
            .add_service(checks)
            .add_service(reflection().build_v1()?)
            .add_service(reflection().build_v1alpha()?)
            .add_service(extraction);

        let (draining, drained) = tokio::sync::oneshot::channel();
        let stopping = async {
            stop.await;
            tracing::info!("stopping: no new requests");
            set_health(&health, ServingStatus::NotServing).await;
            // The receiver is gone only when the server has ended already.
            let _ = draining.send(());
        };
        tracing::info!(%address, workers = count, "listening");
        let incoming = connection::accept(listener, secrets.tls.clone(), limits);
        let watching = secrets.watch(Duration::from_secs(options.watch_seconds));
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
            () = watching => {}
            () = grace => tracing::warn!(seconds = options.grace_seconds, "requests still ran when the time to end was over"),
        }
        tracing::info!("stopped");
        Ok(())
    }
}
