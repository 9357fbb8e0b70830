//! How many requests run, so that a server that stops knows when it may end.
//!
//! Health watches are not among them: they last as long as the server, and would hold it up for the whole of its grace
//! period.

use std::sync::Arc;

use tokio::sync::watch;

/// Counts requests that run. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Activity(Arc<watch::Sender<usize>>);

/// A request that runs, until this is dropped.
#[derive(Debug)]
pub(super) struct Active(Activity);

impl Activity {
    /// One more request runs.
    pub(super) fn begin(&self) -> Active {
        self.0.send_modify(|count| *count += 1);
        Active(self.clone())
    }

    /// Waits until none runs.
    pub(super) async fn idle(&self) {
        // The sender lives in this value, so that waiting never fails.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}
