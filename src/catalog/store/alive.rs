//! Waiting for a database only while it answers.
//!
//! One that falls silent breaks no connection: whoever waits for its answer would wait for as long as the system keeps the
//! connection. How long an answer takes says little, since much may have to be read. So a small question is asked beside
//! it, now and then, and when that gets no answer, nobody waits any more. One connection may fall silent while others
//! answer, where something between forgot it: of reading, no row may take longer than half a minute.

use std::{pin::pin, time::Duration};

use futures_util::{Stream, TryStreamExt as _};
use sqlx::any::AnyRow;
use tokio::time::{sleep, timeout};

use super::{Store, StoreError, connect::PATIENCE};

/// How often the small question is asked.
const BEAT: Duration = Duration::from_secs(1);
/// How long the next row of an answer may take.
const NEXT_ROW: Duration = Duration::from_secs(30);

impl Store {
    /// Waits for a row, or an answer of few. A file always has it.
    pub(super) async fn row<T>(&self, answer: impl Future<Output = sqlx::Result<T>>) -> Result<T, StoreError> {
        if self.postgres.is_none() {
            return Ok(answer.await?);
        }
        let silent = |_| StoreError::Unavailable("it says nothing on one connection".into());
        Ok(timeout(NEXT_ROW, answer).await.map_err(silent)??)
    }

    /// Every row of an answer.
    pub(super) async fn rows<T>(
        &self,
        rows: impl Stream<Item = sqlx::Result<AnyRow>>,
        read: impl Fn(&AnyRow) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut rows = pin!(rows);
        let mut all = Vec::new();
        while let Some(row) = self.row(rows.try_next()).await? {
            all.push(read(&row)?);
        }
        Ok(all)
    }

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
