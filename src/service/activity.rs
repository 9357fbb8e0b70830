//! How many requests run, so that a server that stops knows when it may end.
//!
//! Health watches are not among them: they last as long as the server, and would hold it up for the whole of its grace
//! period.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::timeout};

/// Counts requests that run. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Activity(Arc<watch::Sender<usize>>);

/// A request that runs, until this is dropped.
#[derive(Debug)]
pub(super) struct Active(Activity);

impl Activity {
    /// One more request runs.
    pub(super) fn begin(&self) -> Active {
        // Whoever waits cares for the first and the last alone, and telling costs.
        self.0.send_if_modified(|count| {
            *count += 1;
            *count == 1
        });
        Active(self.clone())
    }

    /// How many run now.
    pub(super) fn running(&self) -> usize {
        *self.0.borrow()
    }

    /// Waits until none runs and for so long none begins: a client may have sent one before it learns that the server
    /// takes no more.
    pub(super) async fn quiet(&self, time: Duration) {
        let mut count = self.0.subscribe();
        // The sender lives in this value, so that waiting for it never fails.
        while count.wait_for(|count| *count == 0).await.is_ok() {
            if timeout(time, count.changed()).await.is_err() {
                return;
            }
        }
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.0.send_if_modified(|count| {
            *count -= 1;
            *count == 0
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_quiet_once_nothing_runs() {
        let activity = Activity::default();
        let first = activity.begin();
        let mut quiet = Box::pin(activity.quiet(Duration::ZERO));
        assert!(futures_util::poll!(&mut quiet).is_pending());
        let second = activity.begin();
        drop(first);
        assert!(futures_util::poll!(&mut quiet).is_pending());
        assert_eq!(activity.running(), 1);
        drop(second);
        quiet.await;
    }
}
