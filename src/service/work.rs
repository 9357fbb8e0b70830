//! Work on the processor, away from the threads that do input and output.
//!
//! Each worker is a thread of its own with its own memory, which takes one job after the other out of the line
//! (`line.rs`), with nobody in between. A job is told to stop when the one who waits for it goes away: because the caller
//! cancelled, the deadline passed, or the connection broke; one that still waits leaves the line.
//!
//! The threads end with the last copy of [`Workers`], when they have done what waits.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, sync::oneshot};

use super::{
    Error, References,
    line::{Bounds, Kind, Line, Ticket, Turns},
};
use crate::{
    extract::{Answer, Scratch},
    observe::Queued,
};

/// A document of more bytes leaves no memory behind in its worker.
pub(super) const KEPT_BYTES: usize = 4 << 20;

/// The most short documents of one call whose answers are given together, so that they leave together. To wake who takes
/// answers away, in the middle of other work, costs a tenth of what a page of news takes.
pub(super) const TOGETHER: usize = 8;
/// No more answers are added when the work on the first began so long ago.
const LATE: Duration = Duration::from_millis(1);

/// The memory of a worker, kept between jobs so that extraction allocates little.
#[derive(Debug, Default)]
pub struct Memory {
    /// That of the extraction.
    pub scratch: Scratch,
    /// The last answer.
    pub answer: Answer,
    /// What encoding answers remembers.
    pub references: References,
}

type Job = Box<dyn FnOnce(&mut Memory) -> Give + Send>;

/// Gives the result of a job to the one who waits for it.
type Give = Box<dyn FnOnce() + Send>;

/// Runs jobs. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Workers(Arc<Pool>);

/// Ends the threads with itself.
#[derive(Debug)]
struct Pool {
    shared: Arc<Shared>,
    count: usize,
}

struct Shared {
    state: Mutex<State>,
    work: Condvar,
    runtime: Handle,
}

struct State {
    line: Line<Job>,
    /// How many workers wait for a job.
    idle: usize,
    over: bool,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Jobs run outside of it: whoever panicked in it left it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A job waits from now on.
    fn push(&self, turns: Turns, kind: Kind, job: Job) -> Ticket {
        let mut state = self.state();
        let ticket = state.line.push(turns, kind, job);
        // To wake nobody would be a call of the system as well.
        if state.idle > 0 {
            drop(state);
            self.work.notify_one();
        }
        ticket
    }

    /// The next job; `None` where there are no more.
    fn next(&self) -> Option<(Turns, Kind, Job)> {
        let mut state = self.state();
        loop {
            match state.line.pop() {
                Some(next) => return Some(next),
                None if state.over => return None,
                None => {
                    state.idle += 1;
                    state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                    state.idle -= 1;
                }
            }
        }
    }

    /// What a worker does.
    fn work(&self) {
        let mut memory = Memory::default();
        while let Some((turns, kind, mut job)) = self.next() {
            let (first, mut results) = (Instant::now(), Vec::new());
            let mut began = first;
            loop {
                results.push(job(&mut memory));
                let now = Instant::now();
                let mut state = self.state();
                state.line.took(now - began);
                if results.len() == TOGETHER || now - first > LATE {
                    break;
                }
                match state.line.pop_with(turns, kind) {
                    Some(next) => (job, began) = (next, now),
                    None => break,
                }
            }
            self.give(results);
            // Who takes answers away and brings the next jobs may have waited for this processor.
            thread::yield_now();
        }
    }

    /// Gives results to those who wait. Several are given on a thread of theirs: each of them might wake it, and take this
    /// processor before the next.
    fn give(&self, mut results: Vec<Give>) {
        match results.pop() {
            Some(give) if results.is_empty() => give(),
            last => drop(self.runtime.spawn(async move { results.into_iter().chain(last).for_each(|give| give()) })),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.state().over = true;
        self.shared.work.notify_all();
    }
}

impl Workers {
    /// Starts workers. Fails where the system gives no threads; panics outside of a runtime.
    pub(super) fn start(bounds: Bounds) -> io::Result<Self> {
        let state = Mutex::new(State { line: Line::new(bounds, Instant::now()), idle: 0, over: false });
        let pool = Pool {
            shared: Arc::new(Shared { state, work: Condvar::new(), runtime: Handle::current() }),
            count: bounds.workers,
        };
        for number in 0..bounds.workers {
            let shared = pool.shared.clone();
            thread::Builder::new().name(format!("worker-{number}")).spawn(move || shared.work())?;
        }
        Ok(Self(Arc::new(pool)))
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.count
    }

    /// Lets in a call of which nothing was read yet, if there is room in the line.
    pub(super) fn admit(&self) -> Result<(), Error> {
        self.0.shared.state().line.admit(Instant::now())
    }

    /// Whether there is still room in the line for a call whose message was read.
    pub(super) fn room(&self) -> Result<(), Error> {
        self.0.shared.state().line.room()
    }

    /// Runs a job about `bytes` of text and waits for its result. A job that panics is an [`Error::Internal`].
    pub(super) async fn run<T: Send + 'static>(
        &self,
        turns: Turns,
        kind: Kind,
        bytes: usize,
        job: impl FnOnce(&mut Memory, &AtomicBool) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.run_all(turns, kind, vec![(bytes, job)]).await.pop().unwrap_or(Err(Error::Internal))
    }

    /// Runs jobs, each about so many bytes of text, one after the other on one worker, and waits for all their results.
    /// They have one place in the line. Each panics for itself.
    pub(super) async fn run_all<T, J>(&self, turns: Turns, kind: Kind, jobs: Vec<(usize, J)>) -> Vec<Result<T, Error>>
    where
        T: Send + 'static,
        J: FnOnce(&mut Memory, &AtomicBool) -> Result<T, Error> + Send + 'static,
    {
        let (give, results) = oneshot::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, span, count) = (stop.clone(), tracing::Span::current(), jobs.len());
        let jobs: Vec<_> = jobs.into_iter().map(|(bytes, job)| (bytes, job, Queued::now())).collect();
        let job = move |memory: &mut Memory| {
            let _entered = span.enter();
            let one = |(bytes, job, queued): (usize, J, Option<Queued>)| {
                let _working = queued.map(Queued::work);
                if stopped.load(Ordering::Relaxed) {
                    return Err(Error::Cancelled);
                }
                isolated(memory, bytes, |memory| job(memory, &stopped))
            };
            let results: Vec<_> = jobs.into_iter().map(one).collect();
            // Nobody may wait any more.
            Box::new(move || drop(give.send(results))) as Give
        };
        let shared = self.0.shared.clone();
        let ticket = shared.push(turns, kind, Box::new(job));
        let _guard = StopOnDrop { stop, shared, ticket };
        let cancelled = |_| std::iter::repeat_with(|| Err(Error::Cancelled)).take(count).collect();
        results.await.unwrap_or_else(cancelled)
    }
}

/// Does a job about so many bytes. Nothing is left in the memory of one that panics, or was about a large document.
fn isolated<T>(
    memory: &mut Memory,
    bytes: usize,
    job: impl FnOnce(&mut Memory) -> Result<T, Error>,
) -> Result<T, Error> {
    let result = catch_unwind(AssertUnwindSafe(|| job(memory)));
    if result.is_err() || bytes > KEPT_BYTES {
        *memory = Memory::default();
    }
    result.unwrap_or_else(|_| {
        tracing::error!("a job panicked");
        Err(Error::Internal)
    })
}

/// Tells a job to stop when nobody waits for it any more, or takes it out of the line.
struct StopOnDrop {
    stop: Arc<AtomicBool>,
    shared: Arc<Shared>,
    ticket: Ticket,
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // What the job holds is dropped outside of the lock.
        let job = self.shared.state().line.remove(self.ticket);
        drop(job);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn workers(count: usize) -> Workers {
        Workers::start(Bounds { workers: count, most: 1, longest: None }).unwrap()
    }

    #[tokio::test]
    async fn a_job_that_panics_is_an_error_and_harms_no_other() {
        let workers = workers(1);
        let result =
            workers.run(Turns::new(), Kind::Call, 0, |_, _| -> Result<(), Error> { panic!("on purpose") }).await;
        assert_eq!(result, Err(Error::Internal));
        assert_eq!(workers.run(Turns::new(), Kind::Call, 0, |_, _| Ok(1)).await, Ok(1));
    }

    #[tokio::test]
    async fn a_job_is_told_when_nobody_waits() {
        let workers = workers(1);
        let (started, has_started) = oneshot::channel();
        let (ended, has_ended) = mpsc::channel();
        let waiting = workers.run(Turns::new(), Kind::Call, 0, move |_, stop| {
            started.send(()).ok();
            while !stop.load(Ordering::Relaxed) {
                thread::yield_now();
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
        assert_eq!(workers.run(Turns::new(), Kind::Call, 0, |_, _| Ok(2)).await, Ok(2));
    }

    #[tokio::test]
    async fn who_waits_no_more_is_not_in_the_line() {
        let workers = workers(1);
        let (started, has_started) = oneshot::channel();
        let (release, released) = mpsc::channel::<()>();
        let busy = tokio::spawn({
            let workers = workers.clone();
            async move {
                let job = move |_: &mut _, _: &_| {
                    started.send(()).ok();
                    Ok(released.recv().is_ok())
                };
                workers.run(Turns::new(), Kind::Call, 0, job).await
            }
        });
        has_started.await.unwrap();
        assert_eq!(workers.room(), Ok(()));
        let held = Arc::new(());
        let holds = held.clone();
        let mut waits = Box::pin(workers.run(Turns::new(), Kind::Call, 0, move |_, _| {
            drop(holds);
            Ok(())
        }));
        assert!(futures_util::poll!(&mut waits).is_pending());
        assert!(workers.room().is_err() && workers.admit().is_err());
        drop(waits);
        assert_eq!(workers.room(), Ok(()));
        assert_eq!(Arc::strong_count(&held), 1);
        release.send(()).unwrap();
        assert_eq!(busy.await.unwrap(), Ok(true));
    }

    #[tokio::test]
    async fn who_is_not_polled_holds_no_place_in_the_line() {
        let workers = workers(1);
        let mut slow = Box::pin(workers.run(Turns::new(), Kind::Part, 0, |_, _| Ok(1)));
        // Polled once, then left alone.
        assert!(futures_util::poll!(&mut slow).is_pending());
        assert_eq!(workers.run(Turns::new(), Kind::Part, 0, |_, _| Ok(2)).await, Ok(2));
        assert_eq!(slow.await, Ok(1));
    }

    #[tokio::test]
    async fn jobs_that_run_together_panic_each_for_itself() {
        let workers = workers(1);
        let job =
            |number: usize| (0, move |_: &mut _, _: &_| if number == 1 { panic!("on purpose") } else { Ok(number) });
        let results = workers.run_all(Turns::new(), Kind::Part, (0..3).map(job).collect()).await;
        assert_eq!(results, [Ok(0), Err(Error::Internal), Ok(2)]);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_not_begun() {
        let workers = workers(1);
        let (started, has_started) = oneshot::channel();
        let (began, has_begun) = mpsc::channel();
        let mut started = Some(started);
        let jobs = (0..3).map(|number| {
            let (started, began) = (started.take(), began.clone());
            let job = move |_: &mut _, stop: &AtomicBool| {
                began.send(number).ok();
                started.map(|started| started.send(()));
                while !stop.load(Ordering::Relaxed) {
                    thread::yield_now();
                }
                Ok(())
            };
            (0, job)
        });
        tokio::select! {
            _ = workers.run_all(Turns::new(), Kind::Part, jobs.collect()) => panic!("the first ends only when told"),
            _ = has_started => {}
        }
        assert_eq!(workers.run(Turns::new(), Kind::Part, 0, |_, _| Ok(1)).await, Ok(1));
        drop(began);
        assert_eq!(has_begun.iter().collect::<Vec<_>>(), [0]);
    }

    #[tokio::test]
    async fn short_documents_of_one_call_are_given_together() {
        let workers = workers(1);
        let (release, released) = mpsc::channel::<()>();
        let (done, is_done) = mpsc::channel();
        let first = workers.run(Turns::new(), Kind::Call, 0, move |_, _| Ok(released.recv().is_ok()));
        let turns = [(); 3].map(|()| Turns::new());
        let short = |call: usize| {
            let done = done.clone();
            let job = move |_: &mut _, _: &_| {
                done.send(call).ok();
                Ok(call)
            };
            workers.run(turns[call], Kind::Short, 0, job)
        };
        // In this order they wait.
        let calls = [1, 1, 1, 2, 1];
        let mut all = Vec::from(calls.map(|call| Box::pin(short(call))));
        let mut first = Box::pin(first);
        assert!(futures_util::poll!(&mut first).is_pending());
        for one in &mut all {
            assert!(futures_util::poll!(one).is_pending());
        }
        release.send(()).unwrap();
        assert_eq!(first.await, Ok(true));
        assert_eq!(futures_util::future::join_all(all).await, calls.map(Ok));
        assert_eq!(is_done.try_iter().collect::<Vec<_>>(), [1, 1, 1, 1, 2]);
    }

    #[tokio::test]
    async fn threads_end_with_the_workers() {
        let workers = workers(2);
        let shared = Arc::downgrade(&workers.0.shared);
        assert_eq!(workers.clone().run(Turns::new(), Kind::Part, 0, |_, _| Ok(1)).await, Ok(1));
        drop(workers);
        while shared.strong_count() > 0 {
            thread::yield_now();
        }
    }
}
