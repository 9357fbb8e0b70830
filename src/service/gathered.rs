//! What goes out of a connection in one turn of its task, gathered so that it leaves in one write.
//!
//! HTTP/2 writes each frame by itself, and clients take frames of 16 KiB by default: an answer would leave in several
//! writes, each of which may wake the client, and answers that are ready together would not leave together.
//!
//! Must not know: HTTP/2, what is written.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is gathered at the most, in bytes, but for the last piece.
const MOST: usize = 64 << 10;
/// Room for so many bytes is kept while there is nothing to write.
const KEPT: usize = 4 << 10;

/// A connection that gathers. Copies are the same connection: one is for who writes, one for who sends at the end of the
/// turn.
#[derive(Debug)]
pub(super) struct Gathered<S>(Arc<Mutex<Gathering<S>>>);

#[derive(Debug)]
struct Gathering<S> {
    stream: S,
    bytes: Vec<u8>,
    /// How many of them the system took.
    sent: usize,
    /// Why sending failed, for who writes.
    failed: Option<io::Error>,
}

impl<S> Clone for Gathered<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Gathered<S> {
    pub(super) fn new(stream: S) -> Self {
        Self(Arc::new(Mutex::new(Gathering { stream, bytes: Vec::new(), sent: 0, failed: None })))
    }

    fn own(&self) -> MutexGuard<'_, Gathering<S>> {
        // One task has all copies, so that nobody ever waits; who panics in it does not go on.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends what was gathered, at the end of a turn.
    pub(super) fn send(&self, context: &mut Context<'_>) {
        let mut own = self.own();
        if let Poll::Ready(Err(error)) = own.send(context) {
            own.failed = Some(error);
            context.waker().wake_by_ref();
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Gathering<S> {
    fn send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Err(error));
        }
        if self.bytes.is_empty() {
            return Poll::Ready(Ok(()));
        }
        while self.sent < self.bytes.len() {
            match ready!(Pin::new(&mut self.stream).poll_write(context, &self.bytes[self.sent..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                sent => self.sent += sent,
            }
        }
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
        self.sent = 0;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Takes what is to be written, if there is room.
    fn gather<'a>(
        &mut self,
        context: &mut Context<'_>,
        pieces: impl Iterator<Item = &'a [u8]>,
    ) -> Poll<io::Result<usize>> {
        if self.bytes.len() >= MOST || self.failed.is_some() {
            ready!(self.send(context))?;
        }
        let before = self.bytes.len();
        pieces.for_each(|piece| self.bytes.extend_from_slice(piece));
        Poll::Ready(Ok(self.bytes.len() - before))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Gathered<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut own = self.own();
        if let Some(error) = own.failed.take() {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut own.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Gathered<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.own().gather(context, std::iter::once(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.own().gather(context, bytes.iter().map(|piece| &**piece))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Nothing: the end of the turn is near.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut own = self.own();
        ready!(own.send(context))?;
        Pin::new(&mut own.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    async fn end_turn<S: AsyncRead + AsyncWrite + Unpin>(gathered: &Gathered<S>) {
        poll_fn(|context| {
            gathered.send(context);
            Poll::Ready(())
        })
        .await;
    }

    #[tokio::test]
    async fn what_is_written_in_a_turn_leaves_at_its_end() {
        let (stream, mut client) = duplex(10 * MOST);
        let mut gathered = Gathered::new(stream);
        gathered.write_all(b"one, ").await.unwrap();
        gathered.flush().await.unwrap();
        let pieces = [io::IoSlice::new(b"two, "), io::IoSlice::new(b"three")];
        assert_eq!(gathered.write_vectored(&pieces).await.unwrap(), 10);
        let mut got = [0; 64];
        assert!(futures_util::poll!(Box::pin(client.read(&mut got))).is_pending());
        end_turn(&gathered).await;
        assert_eq!(client.read(&mut got).await.unwrap(), 15);
        assert_eq!(&got[..15], b"one, two, three");
        // The end brings what is left.
        gathered.write_all(b"four").await.unwrap();
        gathered.shutdown().await.unwrap();
        let mut rest = String::new();
        client.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "four");
    }

    #[tokio::test]
    async fn who_takes_nothing_makes_it_wait() {
        let (stream, mut client) = duplex(16);
        let mut gathered = Gathered::new(stream);
        gathered.write_all(&[1; MOST]).await.unwrap();
        let mut more = Box::pin(gathered.write_all(&[2; 1]));
        assert!(futures_util::poll!(&mut more).is_pending());
        let mut got = vec![0; MOST];
        let (read, written) = tokio::join!(client.read_exact(&mut got), more);
        read.unwrap();
        written.unwrap();
        assert_eq!(got, [1; MOST]);
    }

    #[tokio::test]
    async fn who_writes_is_told_that_the_client_went_away() {
        let (stream, client) = duplex(16);
        let mut gathered = Gathered::new(stream);
        gathered.write_all(b"one").await.unwrap();
        drop(client);
        end_turn(&gathered).await;
        assert!(gathered.write_all(b"two").await.is_err());
    }
}
