//! Waiting for a database only while it answers.
//!
//! One that falls silent breaks no connection: whoever waits for its answer would wait for as long as the system keeps the
//! connection. How long an answer takes says little, since much may have to be read. So a small question is asked beside
//! it, now and then, and when that gets no answer, nobody waits any more.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{Store, StoreError, connect::PATIENCE};

/// How often the small question is asked.
const BEAT: Duration = Duration::from_secs(1);

impl Store {
    /// Whether the database answers, within some seconds.
    pub async fn answers(&self) -> Result<(), StoreError> {
        match timeout(PATIENCE, self.revision()).await {
            Ok(answer) => answer.map(drop),
            Err(_) => Err(StoreError::Unavailable("it says nothing".into())),
        }
    }

    /// Waits for work that asks the database, as long as that answers. A file always does.
    pub(in crate::catalog) async fn while_it_answers<T, E: From<StoreError>>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if self.postgres.is_none() {
            return work.await;
        }
        let silent = async {
            loop {
                sleep(BEAT).await;
                if let Err(error) = self.answers().await {
                    return error;
                }
            }
        };
        tokio::select! {
            result = work => result,
            error = silent => Err(error.into()),
        }
    }
}
