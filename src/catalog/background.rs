//! Work that nobody waits for, such as verifying and compiling: it takes what the others leave of the processors.
//!
//! A thread cannot raise its priority again, so that each piece of work has a thread of its own. The priority is low, not
//! the lowest: where nothing is ever left, the work still comes to an end.
//!
//! Must not know: what the work is.

use std::{future::Future, io, sync::Arc, thread, time::Duration};

use tokio::sync::oneshot;

/// How much lower the priority is than that of others: such a thread gets a tenth of what a busy one gets.
const NICE: i32 = 10;
/// How long until it is first looked whether somebody still holds what is to go.
const SOON: Duration = Duration::from_millis(50);
/// The longest between two looks.
const SELDOM: Duration = Duration::from_secs(10);

/// Begins work in the background; what is returned waits for its end. Fails where the system gives no thread, or where
/// the work panics.
pub fn background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = io::Result<T>> + Send {
    let (give, take) = oneshot::channel();
    let begun = thread::Builder::new().name("background".into()).spawn(move || {
        give_way();
        // Nobody may wait any more.
        let _ = give.send(work());
    });
    async move {
        begun?;
        take.await.map_err(|_| io::Error::other("work in the background panicked"))
    }
}

/// Lets go of something large in the background, once nobody else holds it: whoever holds it last would have to take the
/// time. It goes at once where there is no runtime.
pub(super) fn retire<T: Send + Sync + 'static>(value: Arc<T>) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    runtime.spawn(async move {
        let mut pause = SOON;
        while Arc::strong_count(&value) > 1 {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(SELDOM);
        }
        // Where there is no thread, it has gone all the same.
        let _ = background(move || drop(value)).await;
    });
}

/// Lowers the priority of this thread. Without that it does the same work, and others wait for it.
#[cfg(target_os = "linux")]
fn give_way() {
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "the priority of a thread stays as it is");
    }
}

/// Elsewhere a priority is that of the whole process.
#[cfg(not(target_os = "linux"))]
fn give_way() {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn it_gives_way_to_others() {
        let priority = || rustix::process::getpriority_process(None).unwrap();
        let own = priority();
        assert_eq!(background(priority).await.unwrap(), (own + NICE).min(19));
        assert_eq!(priority(), own);
    }

    #[tokio::test]
    async fn work_that_panics_is_a_fault() {
        let failed = background(|| -> () { panic!("on purpose") }).await;
        assert_eq!(failed.unwrap_err().to_string(), "work in the background panicked");
    }

    /// Tells the name of the thread on which it is dropped.
    struct Last(mpsc::Sender<Option<String>>);

    impl Drop for Last {
        fn drop(&mut self) {
            self.0.send(thread::current().name().map(str::to_owned)).ok();
        }
    }

    #[tokio::test]
    async fn what_is_retired_goes_in_the_background_when_nobody_holds_it() {
        let (tell, told) = mpsc::channel();
        let value = Arc::new(Last(tell));
        retire(value.clone());
        tokio::task::yield_now().await;
        assert!(told.try_recv().is_err());
        drop(value);
        let last = tokio::task::spawn_blocking(move || told.recv()).await.unwrap().unwrap();
        assert_eq!(last.as_deref(), Some("background"));
    }
}
