//! Following a database that other servers change, and coming back to one that was away.
//!
//! PostgreSQL tells of changes; asking now and then stands behind that, so that a message that was lost costs seconds.
//! While the database is away, what was served goes on being served.

use std::{sync::Arc, time::Duration};

use sqlx::postgres::PgListener;

use super::{CatalogError, Live, store::CHANNEL};

/// Follows the database of `live` until dropped. Asks at least every `every`.
pub async fn follow(live: Arc<Live>, every: Duration) {
    let mut away = false;
    loop {
        let told = listen(&live, every, &mut away).await;
        if let Err(error) = told {
            if !away {
                tracing::error!(%error, "the database does not answer; what is served stays as it is");
            }
            away = true;
        }
        tokio::time::sleep(every).await;
    }
}

/// Serves what the database has, again with each change, until it does not answer.
async fn listen(live: &Arc<Live>, every: Duration, away: &mut bool) -> Result<(), CatalogError> {
    let keeper = live.keeper()?;
    let mut listener = match keeper.store().postgres() {
        Some(address) => {
            let mut listener = PgListener::connect(address).await.map_err(super::StoreError::from)?;
            listener.listen(CHANNEL).await.map_err(super::StoreError::from)?;
            Some(listener)
        }
        None => None,
    };
    loop {
        keeper.refresh(live).await?;
        if std::mem::take(away) {
            tracing::info!("the database answers again; what is served is up to date");
        }
        match &mut listener {
            // A message, or the time to ask; a fault of the connection shows when asking.
            Some(listener) => {
                if let Ok(told) = tokio::time::timeout(every, listener.recv()).await {
                    told.map_err(super::StoreError::from)?;
                }
            }
            None => tokio::time::sleep(every).await,
        }
    }
}
