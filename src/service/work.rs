//! Work on the processor, away from the threads that do input and output.
//!
//! At most as many jobs run at once as there are workers; the rest wait in line. When the line is too long, calls that
//! have not begun are refused; what has begun waits for its turn. A job is told to stop when the one who
//! waits for it goes away: because the caller cancelled, the deadline passed, or the connection broke.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    sync::Semaphore,
    task::{AbortHandle, spawn_blocking},
};

use super::Error;
use crate::{
    extract::{Answer, Scratch},
    observe::Queued,
};

/// A document of more bytes leaves no memory behind in its worker.
const KEPT_BYTES: usize = 4 << 20;

/// The shortest time after which it makes sense to try again.
const MIN_RETRY: Duration = Duration::from_millis(50);

/// The memory of a worker.
#[derive(Debug, Default)]
pub struct Memory {
    /// That of the extraction.
    pub scratch: Scratch,
    /// The last answer.
    pub answer: Answer,
}

thread_local! {
    /// Kept between jobs, so that extraction allocates little.
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// Runs jobs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Workers {
    free: Arc<Semaphore>,
    line: Arc<Line>,
}

/// Those who wait for a worker, and how long they may expect to.
#[derive(Debug)]
struct Line {
    workers: usize,
    waiting: AtomicUsize,
    /// What a job takes, in microseconds: a mean in which older jobs count for less and less.
    job: AtomicU64,
    most: usize,
    longest: Option<Duration>,
}

/// A place in the line.
struct Place(Arc<Line>);

impl Place {
    fn take(line: &Arc<Line>) -> Self {
        line.waiting.fetch_add(1, Ordering::Relaxed);
        Self(line.clone())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Line {
    /// How long whoever comes now would wait.
    fn expected(&self, waiting: usize) -> Duration {
        Duration::from_micros(self.job.load(Ordering::Relaxed).saturating_mul(waiting as u64) / self.workers as u64)
    }

    /// Counts a job in. Two at once may lose one: it is an estimate.
    fn took(&self, time: Duration) {
        let (before, now) = (self.job.load(Ordering::Relaxed), time.as_micros() as u64);
        let mean = if before == 0 { now } else { (before * 31 + now) / 32 };
        self.job.store(mean.max(1), Ordering::Relaxed);
    }
}

impl Workers {
    /// So many workers; none would do nothing, so that there is at least one.
    pub fn new(count: usize) -> Self {
        Self::bounded(count, usize::MAX, None)
    }

    /// So many workers, with room for `most` jobs that wait, none of them longer than `longest`, as far as is known when
    /// they come.
    pub(super) fn bounded(count: usize, most: usize, longest: Option<Duration>) -> Self {
        let workers = count.clamp(1, Semaphore::MAX_PERMITS);
        let line = Line { workers, waiting: AtomicUsize::new(0), job: AtomicU64::new(0), most, longest };
        Self { free: Arc::new(Semaphore::new(workers)), line: Arc::new(line) }
    }

    /// Whether there is room in the line for a call that has not begun.
    pub(super) fn room(&self) -> Result<(), Error> {
        let Line { most, longest, .. } = *self.line;
        let waiting = self.line.waiting.load(Ordering::Relaxed);
        let expected = self.line.expected(waiting);
        let overloaded = |setting, limit| {
            let retry = expected.max(MIN_RETRY);
            Err(Error::Overloaded { setting, limit, retry })
        };
        match longest {
            _ if waiting >= most => overloaded("limits.queued_documents", most),
            Some(longest) if expected > longest => {
                overloaded("limits.queue_milliseconds", longest.as_millis() as usize)
            }
            _ => Ok(()),
        }
    }

    /// Runs a job about `bytes` of text and waits for its result. A job that panics is an [`Error::Internal`].
    pub async fn run<T: Send + 'static>(
        &self,
        bytes: usize,
        job: impl FnOnce(&mut Memory, &AtomicBool) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let stop = Arc::new(AtomicBool::new(false));
        let (free, stopped, span) = (self.free.clone(), stop.clone(), tracing::Span::current());
        let (line, place) = (self.line.clone(), Place::take(&self.line));
        let queued = Queued::now();
        // A task of its own: whoever waits may not be polled for long (a stream whose client is slow), and must not
        // hold a place in the line meanwhile.
        let task = tokio::spawn(async move {
            let permit = free.acquire_owned().await.map_err(|_| Error::NotServing)?;
            drop(place);
            let work = spawn_blocking(move || {
                let _permit = permit;
                let _entered = span.enter();
                let _working = queued.map(Queued::work);
                let began = Instant::now();
                let result = MEMORY.with(|memory| {
                    let mut memory = memory.borrow_mut();
                    let result = catch_unwind(AssertUnwindSafe(|| job(&mut memory, &stopped)));
                    if result.is_err() || bytes > KEPT_BYTES {
                        *memory = Memory::default();
                    }
                    result.unwrap_or_else(|_| {
                        tracing::error!("a job panicked");
                        Err(Error::Internal)
                    })
                });
                line.took(began.elapsed());
                result
            });
            work.await.unwrap_or(Err(Error::Cancelled))
        });
        let _guard = StopOnDrop { stop, task: task.abort_handle() };
        task.await.unwrap_or(Err(Error::Cancelled))
    }
}

/// Tells a job to stop when nobody waits for it any more.
struct StopOnDrop {
    stop: Arc<AtomicBool>,
    task: AbortHandle,
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.task.abort();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_job_that_panics_is_an_error_and_harms_no_other() {
        let workers = Workers::new(1);
        let result = workers.run(0, |_, _| -> Result<(), Error> { panic!("on purpose") }).await;
        assert_eq!(result, Err(Error::Internal));
        assert_eq!(workers.run(0, |_, _| Ok(1)).await, Ok(1));
    }

    #[tokio::test]
    async fn a_job_is_told_when_nobody_waits() {
        let workers = Workers::new(1);
        let (started, has_started) = tokio::sync::oneshot::channel();
        let (ended, has_ended) = mpsc::channel();
        let waiting = workers.run(0, move |_, stop| {
            started.send(()).ok();
            while !stop.load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
            ended.send(()).ok();
            Ok(())
        });
        tokio::select! {
            _ = waiting => panic!("the job ends only when told"),
            _ = has_started => {}
        }
        // What waited is dropped now.
        assert_eq!(has_ended.recv(), Ok(()));
        assert_eq!(workers.run(0, |_, _| Ok(2)).await, Ok(2));
    }

    #[tokio::test]
    async fn a_line_that_is_full_or_slow_takes_nobody_in() {
        let short = Workers::bounded(1, 1, None);
        let (release, released) = mpsc::channel::<()>();
        let busy = tokio::spawn({
            let workers = short.clone();
            async move { workers.run(0, move |_, _| Ok(released.recv().is_ok())).await }
        });
        // The first has the worker once the second is alone in the line; who waits no more is not in it.
        while short.line.waiting.load(Ordering::Relaxed) > 0 || short.free.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(short.room(), Ok(()));
        let mut waits = Box::pin(short.run(0, |_, _| Ok(())));
        assert!(futures_util::poll!(&mut waits).is_pending());
        let Err(Error::Overloaded { setting: "limits.queued_documents", limit: 1, retry }) = short.room() else {
            panic!()
        };
        assert!(retry >= MIN_RETRY);
        drop(waits);
        while short.line.waiting.load(Ordering::Relaxed) > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(short.room(), Ok(()));
        release.send(()).unwrap();
        assert_eq!(busy.await.unwrap(), Ok(true));

        let slow = Workers::bounded(2, usize::MAX, Some(Duration::from_millis(100)));
        slow.line.took(Duration::from_millis(60));
        let places: Vec<_> = (0..3).map(|_| Place::take(&slow.line)).collect();
        assert_eq!(slow.room(), Ok(()));
        let _one_more = Place::take(&slow.line);
        let Err(Error::Overloaded { setting: "limits.queue_milliseconds", retry, .. }) = slow.room() else { panic!() };
        assert_eq!(retry, Duration::from_millis(120));
        drop(places);
        assert_eq!(slow.room(), Ok(()));
    }

    #[tokio::test]
    async fn who_is_not_polled_holds_no_place_in_the_line() {
        let workers = Workers::new(1);
        let mut slow = Box::pin(workers.run(0, |_, _| Ok(1)));
        // Polled once, then left alone.
        assert!(futures_util::poll!(&mut slow).is_pending());
        assert_eq!(workers.run(0, |_, _| Ok(2)).await, Ok(2));
        assert_eq!(slow.await, Ok(1));
    }
}
