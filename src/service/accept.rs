//! The port: connections are taken there, and none that was made is lost when the server stops.
//!
//! A client whose connection the system has made believes that it is served, whether or not this program has taken it. So
//! when the port closes, what waits there is taken first, and it is served like all others; only then are clients told to
//! go elsewhere.
//!
//! Must not know: requests.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{Instant, timeout},
};
use tokio_stream::wrappers::ReceiverStream;

use super::{
    Limits,
    activity::Activity,
    connection::{Connection, open},
    places::Places,
    tls::Tls,
};
use crate::observe::Metrics;

/// How long to wait when the system refuses to take a connection.
const REFUSED: Duration = Duration::from_millis(50);
/// How often the log says that connections are refused.
const TOLD: Duration = Duration::from_secs(60);
/// The most connections that may wait at the port.
const WAITING: usize = 1 << 16;
/// How long handshakes may still take once the port is closed.
const LAST: Duration = Duration::from_secs(1);

/// Takes connections until it is told to close, or until the receiver goes. The stream ends when every connection that was
/// made has been given.
pub(super) fn accept(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    limits: Arc<Limits>,
    metrics: Metrics,
    unsent: Activity,
    mut close: oneshot::Receiver<()>,
) -> ReceiverStream<io::Result<Connection>> {
    let (give, take) = mpsc::channel(16);
    let places = Places::new(&limits);
    let mut port = Port { tls, limits, metrics, unsent, places, give, told: None, opening: JoinSet::new() };
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = port.give.closed() => return,
                // Also where nobody is there any more to say so.
                _ = &mut close => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, from)) => port.take(stream, from),
                    Err(error) => {
                        tracing::warn!(%error, "the system gives no connection");
                        tokio::time::sleep(REFUSED).await;
                    }
                },
            }
        }
        match listener.into_std() {
            // The port is closed with it.
            Ok(listener) => port.take_the_last(&listener),
            Err(error) => tracing::warn!(%error, "what waits at the port cannot be taken"),
        }
        let opened = async { while port.opening.join_next().await.is_some() {} };
        if timeout(LAST, opened).await.is_err() {
            tracing::debug!("handshakes were given up");
        }
    });
    ReceiverStream::new(take)
}

/// What connections are taken with.
struct Port {
    tls: Option<Arc<Tls>>,
    limits: Arc<Limits>,
    metrics: Metrics,
    /// Counts connections whose system takes nothing more.
    unsent: Activity,
    places: Places,
    give: mpsc::Sender<io::Result<Connection>>,
    /// When the log last said that connections are refused.
    told: Option<Instant>,
    /// Connections that are made safe. They end with this.
    opening: JoinSet<()>,
}

impl Port {
    /// Takes what waits at the port; the system does not make wait whoever asks for more than there is.
    fn take_the_last(&mut self, listener: &std::net::TcpListener) {
        for _ in 0..WAITING {
            match listener.accept() {
                Ok((stream, from)) => {
                    let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
                    match stream {
                        Ok(stream) => self.take(stream, from),
                        Err(error) => tracing::warn!(%error, "a connection cannot be used"),
                    }
                }
                // That one is gone already.
                Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::Interrupted) => {}
                Err(_) => return,
            }
        }
    }

    /// Takes a connection, if there is room for it.
    fn take(&mut self, stream: TcpStream, from: SocketAddr) {
        while self.opening.try_join_next().is_some() {}
        let place = match self.places.take(from.ip()) {
            Ok(place) => place,
            Err(limit) => {
                self.metrics.refused(limit);
                // Whoever makes many connections must not make many lines as well.
                if self.told.is_none_or(|told| told.elapsed() >= TOLD) {
                    self.told = Some(Instant::now());
                    tracing::warn!(%from, "connections are refused: limits.{limit} (said once a minute)");
                }
                return;
            }
        };
        // A connection without the option works as well.
        let _ = stream.set_nodelay(true);
        let (tls, limits, unsent, give) =
            (self.tls.clone(), self.limits.clone(), self.unsent.clone(), self.give.clone());
        self.opening.spawn(async move {
            match open(stream, tls, limits, unsent, place).await {
                // The receiver goes when the server ends.
                Ok(connection) => drop(give.send(Ok(connection)).await),
                Err(error) => tracing::debug!(%error, "no handshake"),
            }
        });
    }
}
