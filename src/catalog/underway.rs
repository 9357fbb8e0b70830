//! A change on its way to the database.
//!
//! Whoever waits for its end may go away at any moment, also between the moment when it is durable and that when it is
//! served. What became of it is then served by a task of its own, so that what is served never stays behind the database.
//!
//! Must not know: what changes are.

use std::sync::Arc;

use super::{CatalogError, Live, StoreError};

/// A change that has begun. Dropped before [`Underway::end`], it is looked into.
#[derive(Debug)]
pub(super) struct Underway(Option<Arc<Live>>);

impl Underway {
    /// A change begins to become durable.
    pub(super) fn begin(live: &Arc<Live>) -> Self {
        Self(Some(live.clone()))
    }

    /// What the database says of it: what it refused needs no looking into.
    pub(super) fn said<T>(&mut self, said: Result<T, StoreError>) -> Result<T, StoreError> {
        if matches!(&said, Err(error) if !matches!(error, StoreError::Unavailable(_) | StoreError::Other(_))) {
            self.0 = None;
        }
        said
    }

    /// It is served.
    pub(super) fn end(mut self) {
        self.0 = None;
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        // Where there is no runtime any more, the next start serves what the database has.
        if let (Some(live), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move {
                if let Err(error) = look(&live).await {
                    tracing::warn!(%error, "whether a change was kept is not known yet");
                }
            });
        }
    }
}

async fn look(live: &Arc<Live>) -> Result<(), CatalogError> {
    let keeper = live.keeper()?;
    keeper.store().settle().await?;
    keeper.refresh(live).await?;
    Ok(())
}
