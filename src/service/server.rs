//! The server: binds, serves, drains, ends.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use super::{
    Limits, Scrape, SharedCatalog, Workers,
    activity::Activity,
    admin::Admin,
    extraction::Extraction,
    front::Front,
    gazetteers::Gazetteers,
    proto::{
        DESCRIPTORS,
        gazetteer_service_server::{self, GazetteerServiceServer},
        served::extraction_service_server::{ExtractionServiceServer, SERVICE_NAME},
    },
    readiness::Readiness,
};
use crate::{catalog::Catalog, observe::Observer};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::{net::TcpListener, sync::Semaphore};
use tonic::{
    codec::CompressionEncoding,
    transport::{self, server::TcpIncoming},
};

/// How often a silent connection is asked whether its client is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// How long no request may have run before the server ends: the last answers leave, and what clients sent meanwhile comes.
const FLUSH: Duration = Duration::from_secs(1);

/// The services whose health is told; the name of all together is empty.
const SERVICES: &[&str] = &["", SERVICE_NAME, gazetteer_service_server::SERVICE_NAME];

/// How the server runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The address to listen on; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// How many documents are worked on at once; 0 for one a processor.
    pub workers: usize,
    /// How long running requests may take to end once no new ones are taken, in seconds.
    pub grace_seconds: u64,
    /// How long requests are still taken after the signal to stop, in seconds, while health checks say NOT_SERVING: the
    /// time that load balancers need to notice. 0 to take none at once.
    pub drain_seconds: u64,
    /// The address of the admin port with `/metrics`, `/livez` and `/readyz`; empty for none.
    #[serde(with = "optional")]
    pub admin: Option<SocketAddr>,
}

/// An address as a setting: a text that is empty where there is none.
mod optional {
    use std::net::SocketAddr;

    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(address: &Option<SocketAddr>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&address.map(|address| address.to_string()).unwrap_or_default())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 50051)),
            workers: 0,
            grace_seconds: 30,
            drain_seconds: 0,
            admin: None,
        }
    }
}

/// Why the server does not run.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The address is taken.
    #[error("{address} is in use by another program; choose another address with {flag}")]
    InUse {
        /// The address.
        address: SocketAddr,
        /// The flag that gives another.
        flag: &'static str,
    },
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
    readiness: Readiness,
    admin: Option<Admin>,
    observer: Observer,
    scrape: Scrape,
}

/// Gives a running server its catalog.
#[derive(Debug, Clone)]
pub struct Handle {
    catalog: SharedCatalog,
    readiness: Readiness,
    observer: Observer,
}

impl Handle {
    /// Serves the gazetteers of this catalog in place of those that were given before; those of the database stay.
    pub async fn serve(&self, catalog: Catalog) {
        self.catalog.serve(catalog);
        self.readiness.serving(&self.observer.metrics).await;
    }

    /// What is served.
    pub fn live(&self) -> &SharedCatalog {
        &self.catalog
    }

    /// Adds a sentence about a subject to what `/readyz` says, or removes it. The server stays as ready as it is.
    pub fn remark(&self, subject: &'static str, sentence: Option<String>) {
        self.readiness.remark(subject, sentence);
    }
}

/// Takes a port, which `flag` names, and says which it is.
async fn take(address: SocketAddr, flag: &'static str) -> Result<(TcpListener, SocketAddr), ServerError> {
    let listener = TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => ServerError::InUse { address, flag },
        _ => ServerError::Bind { address, error },
    })?;
    let address = listener.local_addr().map_err(|error| ServerError::Bind { address, error })?;
    Ok((listener, address))
}

impl Server {
    /// Takes the ports. Health checks are answered only once it runs.
    pub async fn bind(options: Options, limits: Limits) -> Result<Self, ServerError> {
        let (listener, address) = take(options.listen, "--listen").await?;
        let admin = match options.admin {
            Some(admin) => {
                let (listener, address) = take(admin, "--admin").await?;
                Some(Admin { listener, address })
            }
            None => None,
        };
        Ok(Self {
            listener,
            address,
            options,
            limits: Arc::new(limits),
            catalog: SharedCatalog::default(),
            readiness: Readiness::new(SERVICES).await,
            admin,
            observer: Observer::default(),
            scrape: Scrape::default(),
        })
    }

    /// The same server, observed by these; `scrape` writes its metrics for the admin port.
    pub fn observed(mut self, observer: Observer, scrape: Scrape) -> Self {
        self.catalog.observe(observer.metrics.clone());
        self.observer = observer;
        self.scrape = scrape;
        self
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of the admin port, if there is one.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(|admin| admin.address)
    }

    /// What gives the server its catalog while it runs.
    pub fn handle(&self) -> Handle {
        let (catalog, readiness, observer) = (self.catalog.clone(), self.readiness.clone(), self.observer.clone());
        Handle { catalog, readiness, observer }
    }

    /// Serves until `stop` resolves; then says NOT_SERVING, after the time to drain takes no more connections, and gives
    /// running requests their time to end.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<(), ServerError> {
        let Self { listener, address, options, limits, catalog, readiness, admin, observer, scrape } = self;
        let metrics = observer.metrics.clone();
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
            tonic_health::server::HealthService::from_health_reporter(readiness.health()),
        );
        metrics.workers(count);
        let activity = Activity::default();
        let limit = limits.concurrent_requests.min(Semaphore::MAX_PERMITS);
        let instance = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_nanos() as u64);
        let router = transport::Server::builder()
            .http2_keepalive_interval(Some(KEEPALIVE))
            .layer(Front {
                message_bytes: limits.message_bytes,
                limit,
                room: Arc::new(Semaphore::new(limit)),
                instance,
                observer,
                activity: activity.clone(),
            })
            .add_service(checks)
            .add_service(reflection().build_v1()?)
            .add_service(reflection().build_v1alpha()?)
            .add_service(extraction)
            .add_service(gazetteers);

        let (draining, drained) = tokio::sync::oneshot::channel();
        let stopping = async {
            stop.await;
            tracing::info!(drain_seconds = options.drain_seconds, "stopping: not ready any more");
            readiness.draining(&metrics).await;
            tokio::time::sleep(Duration::from_secs(options.drain_seconds)).await;
            tracing::info!("stopping: no new requests");
            ending.send_replace(true);
            // The receiver is gone only when the server has ended already.
            let _ = draining.send(());
        };
        tracing::info!(%address, workers = count, "listening");
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true)).with_keepalive(Some(KEEPALIVE));
        let serving = router.serve_with_incoming_shutdown(incoming, stopping);
        let grace = async {
            if drained.await.is_err() {
                return std::future::pending().await;
            }
            let grace = Duration::from_secs(options.grace_seconds);
            // Once it is quiet, only watches of health are left.
            let _ = tokio::time::timeout(grace, activity.quiet(FLUSH)).await;
            activity.running()
        };
        let asked = async {
            if let Some(admin) = admin {
                admin.run(scrape, readiness.clone()).await;
            }
            std::future::pending::<()>().await
        };
        tokio::select! {
            result = serving => result?,
            left = grace => if left > 0 {
                let seconds = options.grace_seconds;
                tracing::warn!(seconds, requests = left, "requests still ran when the time to end was over");
            },
            () = asked => {}
        }
        tracing::info!("stopped");
        Ok(())
    }
}
