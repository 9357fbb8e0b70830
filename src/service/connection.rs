//! Connections: made safe with TLS, watched, and closed when their client does nothing.
//!
//! A handshake runs in a task of its own with a time to end, so that nothing a client does or fails to do holds up another.
//! A connection is closed when it does not begin with HTTP/2 in time, when it has had no call for long, or when a client
//! asked for an answer and does not take it, or takes nothing at all. The client of one that is idle is told first, so that
//! it begins no call that nobody would take. Where the server ends a connection in order, it
//! reads on until the client has closed it as well: else the system would tell the client of a reset, perhaps before it
//! has read its last answer, or that it shall go elsewhere.
//!
//! Must not know: requests, who a certificate stands for.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError},
    time::{Instant, Sleep, sleep, timeout},
};
use tokio_rustls::server::TlsStream;

use super::{
    Limits,
    access::Certificate,
    activity::{Active, Activity},
    places::Place,
    tls::Tls,
};

/// What a client sends before all else: the preface of HTTP/2, and the head of its settings.
const OPENING_BYTES: u64 = 24 + 9;
/// The most calls at once of a connection that nobody is asked for: who watches health does so once for each service.
pub(super) const UNASKED: usize = 16;
/// How many seconds the client of an idle connection has to leave when it is told to.
const LEAVE_SECONDS: u64 = 5;
/// How long a client may take to close a connection that the server has closed.
const LINGER: Duration = Duration::from_secs(2);
/// A time that is not there.
const NEVER: u64 = u64::MAX;

/// The other end of a connection.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    /// Its address.
    pub(super) address: Option<SocketAddr>,
    /// Its certificate, which was verified.
    pub(super) certificate: Arc<Certificate>,
    /// What happens on the connection.
    pub(super) link: Arc<Link>,
}

/// What happens on a connection. Times are in milliseconds since it was made.
#[derive(Debug)]
pub(super) struct Link {
    opened: Instant,
    /// Since when there is no call.
    idle: AtomicU64,
    /// Since when its client shall go elsewhere, because that is so long ago.
    leaves: AtomicU64,
    /// The open calls, each with the time since when its client takes nothing.
    calls: Mutex<HashMap<u64, Arc<AtomicU64>>>,
    count: AtomicU64,
    /// Room for calls that nobody is asked for.
    unasked: Arc<Semaphore>,
}

/// A call that is open on a connection.
#[derive(Debug)]
pub(super) struct OpenCall {
    link: Arc<Link>,
    number: u64,
    waiting: Arc<AtomicU64>,
    _unasked: Option<OwnedSemaphorePermit>,
}

impl Link {
    pub(super) fn new() -> Self {
        let (idle, calls, count) = Default::default();
        let leaves = AtomicU64::new(NEVER);
        Self { opened: Instant::now(), idle, leaves, calls, count, unasked: Arc::new(Semaphore::new(UNASKED)) }
    }

    fn now(&self) -> u64 {
        self.opened.elapsed().as_millis() as u64
    }

    /// Notes that a call is open. Fails where nobody was `asked` who calls, and there are too many of these.
    pub(super) fn open(self: &Arc<Self>, asked: bool) -> Result<OpenCall, TryAcquireError> {
        let unasked = (!asked).then(|| self.unasked.clone().try_acquire_owned()).transpose()?;
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let waiting = Arc::new(AtomicU64::new(NEVER));
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.insert(number, waiting.clone());
        self.idle.store(NEVER, Ordering::Relaxed);
        Ok(OpenCall { link: self.clone(), number, waiting, _unasked: unasked })
    }

    /// Notes that there was a call which is over already.
    pub(super) fn called(&self) {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.is_empty() {
            self.idle.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Whether there was a call that was let in.
    pub(super) fn was_called(&self) -> bool {
        self.count.load(Ordering::Relaxed) > 0
    }

    /// Whether the client shall be told to go elsewhere.
    pub(super) fn leaves(&self) -> bool {
        self.leaves.load(Ordering::Relaxed) != NEVER
    }

    fn passed(&self, since: u64, seconds: u64) -> bool {
        seconds > 0 && since != NEVER && self.now().saturating_sub(since) >= seconds.saturating_mul(1000)
    }

    /// Why the connection shall be closed, if it shall.
    fn overdue(&self, read: u64, full: u64, limits: &Limits) -> Option<&'static str> {
        if read < OPENING_BYTES && self.passed(0, limits.handshake_seconds) {
            return Some("it did not begin with HTTP/2 in time");
        }
        if self.passed(self.idle.load(Ordering::Relaxed), limits.idle_seconds) {
            if self.passed(self.leaves.load(Ordering::Relaxed), LEAVE_SECONDS) {
                return Some("it was idle, and its client does not leave");
            }
            self.leaves.fetch_min(self.now(), Ordering::Relaxed);
        }
        if self.passed(full, limits.stalled_seconds) {
            return Some("its client takes nothing");
        }
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let stalled = |since: &Arc<AtomicU64>| self.passed(since.load(Ordering::Relaxed), limits.stalled_seconds);
        calls.values().any(stalled).then_some("its client takes no answer")
    }
}

impl OpenCall {
    /// The client has to take a part of the answer before it is asked for the next.
    pub(super) fn gave(&self) {
        self.waiting.store(self.link.now(), Ordering::Relaxed);
    }

    /// The client took it.
    pub(super) fn took(&self) {
        self.waiting.store(NEVER, Ordering::Relaxed);
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        let mut calls = self.link.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.remove(&self.number);
        if calls.is_empty() {
            self.link.idle.store(self.link.now(), Ordering::Relaxed);
        }
    }
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection that calls may come over.
#[derive(Debug)]
pub(super) struct Connection {
    stream: Stream,
    peer: Peer,
    limits: Arc<Limits>,
    read: u64,
    /// Since when the system takes nothing more to send.
    full: u64,
    /// Counts connections whose system takes nothing more, and this one while it is so.
    unsent: Activity,
    waits: Option<Active>,
    look: Pin<Box<Sleep>>,
    /// How long it is still there after it began to be closed here, and whether its client was told.
    linger: Option<Pin<Box<Sleep>>>,
    told: bool,
    _place: Place,
}

/// Makes a connection of what the system gave.
pub(super) async fn open(
    stream: TcpStream,
    tls: Option<Arc<Tls>>,
    limits: Arc<Limits>,
    unsent: Activity,
    place: Place,
) -> io::Result<Connection> {
    let address = stream.peer_addr().ok();
    let (stream, certificate) = match tls {
        None => (Stream::Plain(stream), Certificate::default()),
        Some(tls) => {
            let time = Duration::from_secs(limits.handshake_seconds);
            let stream = timeout(time, tls.acceptor().accept(stream)).await.map_err(io::Error::from)??;
            let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
            let certificate = shown.map(|certificate| Certificate::read(certificate)).unwrap_or_default();
            (Stream::Tls(Box::new(stream)), certificate)
        }
    };
    let peer = Peer { address, certificate: Arc::new(certificate), link: Arc::new(Link::new()) };
    let look = Box::pin(sleep(rhythm(&limits)));
    Ok(Connection {
        stream,
        peer,
        limits,
        read: 0,
        full: NEVER,
        unsent,
        waits: None,
        look,
        linger: None,
        told: false,
        _place: place,
    })
}

/// How often a connection is looked at.
fn rhythm(limits: &Limits) -> Duration {
    let Limits { handshake_seconds, idle_seconds, stalled_seconds, .. } = *limits;
    let shortest = [handshake_seconds, idle_seconds, stalled_seconds].into_iter().filter(|time| *time > 0).min();
    Duration::from_millis(shortest.unwrap_or(3600).saturating_mul(250).min(5000))
}

impl Connection {
    /// The other end.
    pub(super) fn peer(&self) -> Peer {
        self.peer.clone()
    }

    /// Fails when it is time to close the connection.
    fn look(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        while self.look.as_mut().poll(context).is_ready() {
            if let Some(why) = self.peer.link.overdue(self.read, self.full, &self.limits) {
                tracing::debug!(address = ?self.peer.address, why, "connection closed");
                return Err(io::ErrorKind::TimedOut.into());
            }
            let next = Instant::now() + rhythm(&self.limits);
            self.look.as_mut().reset(next);
        }
        Ok(())
    }

    /// Notes whether the system took what was written.
    fn wrote<T>(&mut self, written: Poll<T>) -> Poll<T> {
        match &written {
            Poll::Ready(_) => (self.full, self.waits) = (NEVER, None),
            Poll::Pending => {
                self.full = self.full.min(self.peer.link.now());
                self.waits.get_or_insert_with(|| self.unsent.begin());
            }
        }
        written
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.look(context)?;
        let before = buffer.filled().len();
        let result = match &mut this.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        };
        this.read += (buffer.filled().len() - before) as u64;
        result
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.look(context)?;
        let written = match &mut this.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        };
        this.wrote(written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.look(context)?;
        let written = match &mut this.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(context, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write_vectored(context, bytes),
        };
        this.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.look(context)?;
        let written = match &mut this.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(context),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(context),
        };
        this.wrote(written)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.look(context)?;
        let linger = this.linger.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        let mut unread = [0; 4096];
        while linger.as_mut().poll(context).is_pending() {
            if !this.told {
                // With TLS it waits for a client that takes nothing.
                ready!(match &mut this.stream {
                    Stream::Plain(stream) => Pin::new(stream).poll_shutdown(context),
                    Stream::Tls(stream) => Pin::new(stream).poll_shutdown(context),
                })?;
                this.told = true;
            }
            let mut unread = ReadBuf::new(&mut unread);
            let read = match &mut this.stream {
                Stream::Plain(stream) => Pin::new(stream).poll_read(context, &mut unread),
                Stream::Tls(stream) => Pin::new(stream).poll_read(context, &mut unread),
            };
            // The end, or a fault of what is over anyway.
            if ready!(read).is_err() || unread.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use tokio::{io::AsyncWriteExt as _, net::TcpListener};
    use tokio_rustls::{
        TlsConnector,
        rustls::{ClientConfig, RootCertStore, crypto::ring::default_provider},
    };

    use super::*;
    use crate::service::{TlsOptions, places::Places};

    /// A connection with TLS, and its client.
    async fn pair() -> (Connection, impl AsyncRead) {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(&certificate, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let options = TlsOptions { certificate, key, ..TlsOptions::default() };
        let tls = Tls::load(&options, true).unwrap().map(Arc::new);
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connect = async {
            let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            TlsConnector::from(Arc::new(config)).connect("localhost".try_into().unwrap(), stream).await.unwrap()
        };
        let accept = async {
            let (stream, from) = listener.accept().await.unwrap();
            let limits = Limits { idle_seconds: 0, stalled_seconds: 0, ..Limits::default() };
            let place = Places::new(&limits).take(from.ip()).unwrap();
            open(stream, tls, Arc::new(limits), Activity::default(), place).await.unwrap()
        };
        tokio::join!(accept, connect)
    }

    #[tokio::test]
    async fn who_takes_nothing_does_not_hold_up_the_end() {
        let (mut connection, _client) = pair().await;
        // Until the system takes no more.
        while let Ok(written) = timeout(Duration::from_millis(500), connection.write(&[0; 1 << 16])).await {
            written.unwrap();
        }
        timeout(5 * LINGER, connection.shutdown()).await.unwrap().unwrap();
    }
}
