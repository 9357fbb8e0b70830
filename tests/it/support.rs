//! What several tests need: a server of their own, a folder of their own, random numbers that can be had again.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use onomast::{
    catalog::{self, Catalog},
    observe::{Metrics, Observer, Tracer},
    service::{Facing, Limits, Options, Scrape, Server, ServerError},
    telemetry::{ExportOptions, Exporters},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::oneshot,
    task::JoinHandle,
};

use crate::surfaces::Client;

/// A real server on a free port, in this process.
pub(crate) struct TestServer {
    pub(crate) address: String,
    pub(crate) handle: onomast::service::Handle,
    /// The admin port, as host:port; empty where there is none.
    pub(crate) admin: String,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), ServerError>>,
}

impl TestServer {
    /// A server that was not given its catalog yet.
    pub(crate) async fn empty(limits: Limits) -> Self {
        Self::facing(limits, &Facing::default()).await
    }

    /// A server with certificates, or that asks who calls; it was not given its catalog yet.
    pub(crate) async fn facing(limits: Limits, facing: &Facing) -> Self {
        let options =
            Options { listen: ([127, 0, 0, 1], 0).into(), workers: 2, grace_seconds: 20, ..Options::default() };
        Self::of(Server::bind_facing(options, limits, facing).await.unwrap())
    }

    /// A server with an admin port and exporters, that was not given its catalog yet.
    pub(crate) async fn observed(limits: Limits, export: &ExportOptions) -> (Self, Metrics, Exporters) {
        let any = ([127, 0, 0, 1], 0).into();
        let options = Options { listen: any, workers: 2, grace_seconds: 20, admin: Some(any), ..Options::default() };
        let server = Server::bind(options, limits).await.unwrap();
        let exporters = Exporters::start(export, true).unwrap();
        let metrics = Metrics::new(&exporters.meter().unwrap());
        let tracer = exporters.tracer().map(|(tracer, propagator)| Tracer::new(tracer, propagator));
        let observer = Observer { metrics: metrics.clone(), tracer };
        (Self::of(server.observed(observer, Scrape::new(exporters.scrape()))), metrics, exporters)
    }

    /// Runs a server.
    pub(crate) fn of(server: Server) -> Self {
        let address = format!("http://{}", server.address());
        let admin = server.admin_address().map(|address| address.to_string()).unwrap_or_default();
        let handle = server.handle();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(server.run(async {
            stopped.await.ok();
        }));
        Self { address, handle, admin, stop, running }
    }

    pub(crate) async fn with(catalog: Catalog, limits: Limits) -> Self {
        let server = Self::empty(limits).await;
        server.handle.serve(catalog).await;
        server
    }

    pub(crate) async fn starter(limits: Limits) -> Self {
        Self::with(catalog::load(&catalog::Options::default()).unwrap().catalog, limits).await
    }

    pub(crate) async fn channel(&self) -> tonic::transport::Channel {
        tonic::transport::Endpoint::new(self.address.clone()).unwrap().connect().await.unwrap()
    }

    pub(crate) async fn client(&self) -> Client {
        Client::new(self.channel().await).max_decoding_message_size(usize::MAX)
    }

    /// Tells the server to stop, and gives what to wait for.
    pub(crate) fn stop(self) -> JoinHandle<Result<(), ServerError>> {
        self.stop.send(()).ok();
        self.running
    }
}

/// The status and the body of a page over HTTP/1.1.
pub(crate) async fn get(address: &str, path: &str) -> (u16, String) {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// A folder that is removed at the end of the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("onomast-test-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// Small random numbers (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A seed, which is printed; that of `ONOMAST_SEED` where it is given.
    pub(crate) fn seed() -> u64 {
        let clock = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64;
        let seed = std::env::var("ONOMAST_SEED").map_or(clock, |seed| seed.parse().unwrap());
        println!("ONOMAST_SEED={seed}");
        seed
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

/// A file of this repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A file of the data that may lie beside this repository; `None`, said aloud, where it does not.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let file = repository("../shared").join(path);
    if file.exists() {
        return Some(file);
    }
    println!("skipped: {} is not there", file.display());
    None
}
