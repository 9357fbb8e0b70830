//! Work on the processor, away from the threads that do input and output.
//!
//! At most as many jobs run at once as there are workers; the rest wait in line. A job is told to stop when the one who
//! waits for it goes away: because the caller cancelled, the deadline passed, or the connection broke.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
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
}

impl Workers {
    /// So many workers; none would do nothing, so that there is at least one.
    pub fn new(count: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS))) }
    }

    /// Runs a job about `bytes` of text and waits for its result. A job that panics is an [`Error::Internal`].
    pub async fn run<T: Send + 'static>(
        &self,
        bytes: usize,
        job: impl FnOnce(&mut Memory, &AtomicBool) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let stop = Arc::new(AtomicBool::new(false));
        let (free, stopped, span) = (self.free.clone(), stop.clone(), tracing::Span::current());
        let queued = Queued::now();
        // A task of its own: whoever waits may not be polled for long (a stream whose client is slow), and must not
        // hold a place in the line meanwhile.
        let task = tokio::spawn(async move {
            let permit = free.acquire_owned().await.map_err(|_| Error::NotServing)?;
            let work = spawn_blocking(move || {
                let _permit = permit;
                let _entered = span.enter();
                let _working = queued.map(Queued::work);
                MEMORY.with(|memory| {
                    let mut memory = memory.borrow_mut();
                    let result = catch_unwind(AssertUnwindSafe(|| job(&mut memory, &stopped)));
                    if result.is_err() || bytes > KEPT_BYTES {
                        *memory = Memory::default();
                    }
                    result.unwrap_or_else(|_| {
                        tracing::error!("a job panicked");
                        Err(Error::Internal)
                    })
                })
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
    async fn who_is_not_polled_holds_no_place_in_the_line() {
        let workers = Workers::new(1);
        let mut slow = Box::pin(workers.run(0, |_, _| Ok(1)));
        // Polled once, then left alone.
        assert!(futures_util::poll!(&mut slow).is_pending());
        assert_eq!(workers.run(0, |_, _| Ok(2)).await, Ok(2));
        assert_eq!(slow.await, Ok(1));
    }
}
