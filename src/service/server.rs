//! The server: binds, serves, drains, ends.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use super::{
    Facing, Limits, Options, Scrape, SharedCatalog, accept,
    access::{AccessError, FORGED},
    access_log::Refusals,
    activity::Activity,
    admin::Admin,
    extraction::Extraction,
    front::Front,
    gazetteers::Gazetteers,
    guard::Guard,
    line::Bounds,
    proto::{
        DESCRIPTORS,
        gazetteer_service_server::{self, GazetteerServiceServer},
        served::extraction_service_server::{ExtractionServiceServer, SERVICE_NAME},
    },
    quota::{Accounts, Quota},
    readiness::Readiness,
    secrets::Secrets,
    serving,
    tls::TlsError,
    work::Workers,
};
use crate::{
    catalog::{Catalog, Database},
    observe::Observer,
};
use thiserror::Error;
use tokio::{net::TcpListener, sync::Semaphore};
use tonic::{codec::CompressionEncoding, service::Routes};

/// How many calls may wait for each worker, where nothing else is set.
const QUEUED_A_WORKER: usize = 32;

/// How long no request may have run before watches of health end, and connections with them: what clients sent meanwhile comes.
const FLUSH: Duration = Duration::from_secs(1);

/// How long clients may take to leave after that, those whose connections take no more bytes apart.
const LEAVE: Duration = Duration::from_secs(2);

/// The services whose health is told; the name of all together is empty.
const SERVICES: &[&str] = &["", SERVICE_NAME, gazetteer_service_server::SERVICE_NAME];

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
    /// The system gives no threads.
    #[error("cannot start threads: {0}")]
    Threads(std::io::Error),
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
    readiness: Readiness,
    admin: Option<Admin>,
    observer: Observer,
    scrape: Scrape,
}

/// Gives a running server its catalog.
#[derive(Debug, Clone)]
pub struct Handle {
    secrets: Arc<Secrets>,
    catalog: SharedCatalog,
    readiness: Readiness,
    observer: Observer,
}

impl Handle {
    /// Reads certificates and the access file again. What is bad is logged, and what was read before stays in force; gives
    /// whether all was good. Reads files: not for a thread that does input and output.
    pub fn reload_security(&self) -> bool {
        self.secrets.reload()
    }

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

/// Says in what people read of the server whether the database answers. Does not end.
async fn tell_of_database(mut database: tokio::sync::watch::Receiver<Database>, readiness: Readiness) {
    const AWAY: &str = "does not answer; what is served stays as it is, and changes are refused";
    const DAMAGED: &str = "is damaged; the log says what to do";
    loop {
        let remark = match *database.borrow_and_update() {
            Database::None | Database::Answers => None,
            Database::Away => Some(AWAY),
            Database::Damaged => Some(DAMAGED),
        };
        readiness.remark("database", remark.map(str::to_owned));
        if database.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

impl Server {
    /// Takes the ports, for a server without TLS that asks nobody who they are.
    pub async fn bind(options: Options, limits: Limits) -> Result<Self, ServerError> {
        Self::bind_facing(options, limits, &Facing::default()).await
    }

    /// Takes the ports. Health checks are answered only once it runs. Fails where other machines could read along or call
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
        let (listener, address) = take(address, "--listen").await?;
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
            secrets: Arc::new(secrets),
            quota: facing.quota,
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
        Handle { secrets: self.secrets.clone(), catalog, readiness, observer }
    }

    /// Serves until `stop` resolves; then says NOT_SERVING, after the time to drain takes no more connections, and gives
    /// running requests their time to end.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<(), ServerError> {
        let Self { listener, address, options, limits, secrets, quota, catalog, readiness, admin, observer, scrape } =
            self;
        let metrics = observer.metrics.clone();
        let count = match options.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            count => count,
        };
        let (live, told) = (catalog.clone(), tell_of_database(catalog.database(), readiness.clone()));
        let queued = match limits.queued_calls {
            0 => count.saturating_mul(QUEUED_A_WORKER),
            queued => queued,
        };
        let longest = (limits.queue_milliseconds > 0).then(|| Duration::from_millis(limits.queue_milliseconds));
        let bounds = Bounds { workers: count, most: queued, longest };
        let workers = Workers::start(bounds).map_err(ServerError::Threads)?;
        let extraction = Extraction::new(catalog, limits.clone(), workers.clone());
        let extraction = ExtractionServiceServer::new(extraction)
            .max_decoding_message_size(limits.message_bytes)
            .max_encoding_message_size(usize::MAX)
            .accept_compressed(CompressionEncoding::Gzip)
            .accept_compressed(CompressionEncoding::Zstd)
            .send_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Zstd);
        let (ending, stopping) = tokio::sync::watch::channel(false);
        let (last, ended) = tokio::sync::watch::channel(false);
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
        let (activity, unsent) = (Activity::default(), Activity::default());
        let limit = limits.concurrent_requests.min(Semaphore::MAX_PERMITS);
        let instance = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_nanos() as u64);
        let guard = Guard {
            gate: secrets.gate.clone(),
            accounts: Arc::new(Accounts::new(quota)),
            strangers: Arc::new(Accounts::new(Quota { requests_per_second: FORGED, ..Quota::default() })),
            limits: limits.clone(),
            workers,
            ending: ended,
        };
        let mut routes = Routes::builder();
        routes.add_service(checks);
        routes.add_service(reflection().build_v1()?).add_service(reflection().build_v1alpha()?);
        routes.add_service(extraction).add_service(gazetteers);
        let front = Front {
            routes: routes.routes().prepare(),
            guard,
            limit,
            room: Arc::new(Semaphore::new(limit)),
            instance,
            observer,
            activity: activity.clone(),
            refusals: Refusals::default(),
            ids: Default::default(),
            made: Default::default(),
        };

        let (draining, drained) = tokio::sync::oneshot::channel();
        let (close, closing) = tokio::sync::oneshot::channel();
        let stopping = async {
            stop.await;
            tracing::info!(drain_seconds = options.drain_seconds, "stopping: not ready any more");
            readiness.draining(&metrics).await;
            tokio::time::sleep(Duration::from_secs(options.drain_seconds)).await;
            tracing::info!("stopping: no new requests");
            ending.send_replace(true);
            // The receivers are gone only when the server has ended already.
            let _ = draining.send(());
            let _ = close.send(());
            std::future::pending::<()>().await
        };
        tracing::info!(%address, workers = count, "listening");
        let incoming =
            accept::accept(listener, secrets.tls.clone(), limits.clone(), metrics.clone(), unsent.clone(), closing);
        let watching = secrets.watch(Duration::from_secs(options.watch_seconds));
        // The last connection that comes in is the signal: from then on, clients are told to go elsewhere.
        let serving = serving::serve(incoming, Arc::new(front), &limits);
        let grace = async {
            if drained.await.is_err() {
                return std::future::pending().await;
            }
            let grace = Duration::from_secs(options.grace_seconds);
            // Once it is quiet, only watches of health are left, and what slow clients have yet to take.
            let quiet = async {
                activity.quiet(FLUSH).await;
                last.send_replace(true);
                unsent.quiet(LEAVE).await;
            };
            let _ = tokio::time::timeout(grace, quiet).await;
            // Told before connections are cut.
            let (seconds, requests) = (options.grace_seconds, activity.running());
            if requests > 0 {
                tracing::warn!(seconds, requests, "requests still ran when the time to end was over");
            }
        };
        let asked = async {
            if let Some(admin) = admin {
                admin.run(scrape, readiness.clone()).await;
            }
            std::future::pending::<()>().await
        };
        tokio::select! {
            () = serving => {}
            () = grace => {}
            () = stopping => {}
            () = watching => {}
            () = told => {}
            () = asked => {}
        }
        // Connections were cut: what ran on them ends with a line of its own.
        let _ = tokio::time::timeout(LEAVE, activity.quiet(Duration::ZERO)).await;
        tracing::info!("stopped");
        Ok(())
    }
}
