//! Following a database that other servers change, and coming back to one that was away, or to a file that was locked.
//!
//! PostgreSQL tells of changes; asking now and then stands behind that, so that a message that was lost costs seconds.
//! While the database is away, what was served goes on being served.
//!
//! Must not know: what changes are.

use std::{sync::Arc, time::Duration};

use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::time::{sleep, timeout};

use super::{
    CatalogError, Database, Live, StoreError,
    store::{CHANNEL, PATIENCE},
};

/// The longest between two attempts to reach a database that is away.
const RETRY: Duration = Duration::from_secs(1);
/// The time before a connection that broke is made anew.
const PAUSE: Duration = Duration::from_millis(50);

/// Follows the database of `live` until dropped. Asks at least every `every`.
pub async fn follow(live: Arc<Live>, every: Duration) {
    loop {
        match listen(&live, every).await {
            // The connection broke; whether the database is away shows with the next one.
            Ok(()) => sleep(PAUSE).await,
            Err(error) => {
                if live.report(Database::Away) {
                    tracing::error!(%error, "the database does not answer; what is served stays as it is");
                }
                sleep(every.min(RETRY)).await;
            }
        }
    }
}

/// Looks after a file: where it could not be used, looks again and again until it can. Does not end.
pub async fn stand_by(live: Arc<Live>) {
    let mut database = live.database();
    // The sender lives in `live`, so that waiting never fails.
    while database.wait_for(|now| *now == Database::Away).await.is_ok() {
        sleep(RETRY).await;
        let Ok(keeper) = live.keeper() else { continue };
        if keeper.store().takes_changes().await.is_ok() && live.report(Database::Answers) {
            tracing::info!("the database can be used again");
        }
    }
}

/// Serves what the database has, again with each change, until the connection breaks or the database does not answer.
async fn listen(live: &Arc<Live>, every: Duration) -> Result<(), CatalogError> {
    let keeper = live.keeper()?;
    let mut listener = match keeper.store().postgres() {
        Some(address) => {
            let silent = |_| Err(StoreError::Unavailable("it says nothing".into()));
            Some(timeout(2 * PATIENCE, listener(address)).await.unwrap_or_else(silent)?)
        }
        None => None,
    };
    loop {
        // One that takes connections and says nothing is away as well.
        keeper.store().answers().await?;
        keeper.refresh(live).await?;
        if live.report(Database::Answers) {
            tracing::info!("the database answers again; what is served is up to date");
        }
        match &mut listener {
            // A message, or the time to ask.
            Some(listener) => match timeout(every, listener.try_recv()).await {
                Ok(Ok(Some(_))) | Err(_) => {}
                Ok(Ok(None) | Err(_)) => return Ok(()),
            },
            None => sleep(every).await,
        }
    }
}

/// A connection on which PostgreSQL tells of changes.
async fn listener(address: &str) -> Result<PgListener, StoreError> {
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
    let pool = pool.acquire_timeout(PATIENCE).connect(address).await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.ignore_pool_close_event(true);
    // What was told while it was broken is read anew.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
