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

use tokio::{sync::Semaphore, task::spawn_blocking};

use super::Error;
use crate::extract::{Answer, Scratch};

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
        Self { free: Arc::new(Semaphore::new(count.max(1))) }
    }

    /// Runs a job about `bytes` of text and waits for its result. A job that panics is an [`Error::Internal`].
    pub async fn run<T: Send + 'static>(
        &self,
        bytes: usize,
        job: impl FnOnce(&mut Memory, &AtomicBool) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let stop = StopOnDrop(Arc::new(AtomicBool::new(false)));
        let permit = self.free.clone().acquire_owned().await.map_err(|_| Error::NotServing)?;
        let stopped = stop.0.clone();
        let span = tracing::Span::current();
        let task = spawn_blocking(move || {
            let _permit = permit;
            let _entered = span.enter();
            MEMORY.with(|memory| {
                let mut memory = memory.borrow_mut();
                let result = catch_unwind(AssertUnwindSafe(|| job(&mut memory, &stopped)));
                if result.is_err() || bytes > KEPT_BYTES {
                    *memory = Memory::default();
                }
                result
            })
        });
        match task.await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => {
                tracing::error!("a job panicked");
                Err(Error::Internal)
            }
            Err(error) => {
                tracing::error!(%error, "a job was lost");
                Err(Error::Internal)
            }
        }
    }
}

/// Tells a job to stop when nobody waits for it any more.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
