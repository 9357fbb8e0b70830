//! A job of a call on its way: it waits in the line, then a worker has it.

use std::time::Instant;

use super::{
    Call,
    call::Entered,
    metrics::{Level, Metrics},
};

/// A job that waits for a worker.
#[derive(Debug)]
pub struct Queued {
    call: Call,
    since: Instant,
    _waiting: Level,
}

/// A job that a worker has, until this is dropped. Its call is the current one of this thread.
#[derive(Debug)]
pub struct Working {
    metrics: Metrics,
    since: Instant,
    _busy: Level,
    _entered: Entered,
}

impl Queued {
    /// A job of the current call begins to wait; `None` where there is no call.
    pub fn now() -> Option<Self> {
        let call = Call::current()?;
        let waiting = call.observer().metrics.queued();
        Some(Self { call, since: Instant::now(), _waiting: waiting })
    }

    /// A worker takes it, on this thread.
    pub fn work(self) -> Working {
        let Self { call, since, _waiting: waiting } = self;
        drop(waiting);
        call.past("queue", since);
        let metrics = call.observer().metrics.clone();
        let busy = metrics.working(since.elapsed());
        Working { metrics, since: Instant::now(), _busy: busy, _entered: call.enter() }
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.metrics.worked(self.since.elapsed());
    }
}
