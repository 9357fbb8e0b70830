//! Forgetting old versions.
//!
//! The newest are kept by their number whatever the clock says, so that a clock that jumps costs none of them.

use sqlx::Row as _;

use super::{Store, StoreError, Stored};

/// Which versions are kept: all that one of the two keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// How many of the newest; at least one.
    pub count: u64,
    /// How old others may be, in milliseconds.
    pub age: i64,
}

impl Store {
    /// Forgets the versions of a gazetteer that need not be kept, with the entities that only they have.
    pub async fn prune(&self, of: &Stored, keep: Keep, now: i64) -> Result<(), StoreError> {
        let _writing = self.writing.lock().await;
        let mut transaction = self.pool.begin().await?;
        // Waits for changes that are being made, and lets none begin: one may ask for an old version.
        sqlx::query("UPDATE onomast_meta SET revision = revision").execute(&mut *transaction).await?;
        let floor = "SELECT MIN(revision) FROM onomast_versions WHERE gazetteer = $1 AND (created >= $2 \
                     OR revision IN (SELECT revision FROM onomast_versions WHERE gazetteer = $1 \
                     ORDER BY revision DESC LIMIT $3))";
        let count = i64::try_from(keep.count.max(1)).unwrap_or(i64::MAX);
        let floor = sqlx::query(floor).bind(of.uid).bind(now.saturating_sub(keep.age)).bind(count);
        let floor: Option<i64> = floor.fetch_one(&mut *transaction).await?.try_get(0)?;
        let Some(floor) = floor.filter(|&floor| floor > of.floor) else { return Ok(()) };
        for statement in [
            "UPDATE onomast_gazetteers SET floor = $2 WHERE uid = $1 AND floor < $2",
            "DELETE FROM onomast_entities WHERE gazetteer = $1 AND until <= $2",
            "DELETE FROM onomast_versions WHERE gazetteer = $1 AND revision < $2",
        ] {
            sqlx::query(statement).bind(of.uid).bind(floor).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
