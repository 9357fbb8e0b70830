//! How many gazetteers there may be.
//!
//! Must not know: whose names are whose.

use sqlx::{Any, Row as _, Transaction};

use super::{Store, StoreError};

/// Whether a name is in the scope of somebody.
pub type Sees<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// The most gazetteers when one more is made; 0 for any number.
#[derive(Clone, Copy, Default)]
pub struct Most<'a> {
    /// Of all.
    pub all: u64,
    /// Of those whose names are in the scope of whoever makes it, and which names these are; nothing where all are.
    pub scope: Option<(u64, Sees<'a>)>,
}

impl std::fmt::Debug for Most<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scope = self.scope.map(|(limit, _)| limit);
        f.debug_struct("Most").field("all", &self.all).field("scope", &scope).finish()
    }
}

impl Store {
    /// Fails where there is no room for one more gazetteer; in a moment there may be none all the same.
    pub async fn room(&self, most: Most<'_>) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        has_room(&mut transaction, most).await?;
        Ok(transaction.rollback().await?)
    }
}

/// Fails where there is no room for one more gazetteer. Holds for the change that holds the counter of revisions.
pub(super) async fn has_room(transaction: &mut Transaction<'static, Any>, most: Most<'_>) -> Result<(), StoreError> {
    let Most { all, scope } = most;
    if all > 0 {
        let count = "SELECT COUNT(*) FROM onomast_gazetteers WHERE deleted IS NULL";
        let count: i64 = sqlx::query(count).fetch_one(&mut **transaction).await?.try_get(0)?;
        if count as u64 >= all {
            return Err(StoreError::TooMany { limit: all, scope: false });
        }
    }
    if let Some((limit, sees)) = scope.filter(|(limit, _)| *limit > 0) {
        let names = sqlx::query("SELECT name FROM onomast_gazetteers WHERE deleted IS NULL");
        let names = names.fetch_all(&mut **transaction).await?;
        let names = names.iter().map(|row| row.try_get::<String, _>(0)).collect::<Result<Vec<_>, _>>()?;
        if names.iter().filter(|name| sees(name)).count() as u64 >= limit {
            return Err(StoreError::TooMany { limit, scope: true });
        }
    }
    Ok(())
}
