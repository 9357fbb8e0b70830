//! Forgetting old versions.
//!
//! The newest are kept by their number whatever the clock says, so that a clock that jumps costs none of them.

use sqlx::{Any, Row as _, Transaction};

use super::{Revision, Store, StoreError, Stored};

/// Which versions are kept: all that one of the two keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// How many of the newest; at least one.
    pub count: u64,
    /// How old others may be, in milliseconds.
    pub age: i64,
}

impl Store {
    /// Forgets the versions of a gazetteer that need not be kept and are older than `most`, with the entities that only
    /// they have, and those of gazetteers that were deleted as long ago.
    pub async fn prune(&self, of: &Stored, keep: Keep, most: Revision, now: i64) -> Result<(), StoreError> {
        let _writing = self.writing.lock().await;
        let mut transaction = self.pool.begin().await?;
        // Waits for changes that are being made, and lets none begin: one may ask for an old version.
        sqlx::query("UPDATE onomast_meta SET revision = revision").execute(&mut *transaction).await?;
        forget_deleted(&mut transaction, now.saturating_sub(keep.age)).await?;
        // Versions are in the order of their times, so that either question reads as good as nothing.
        let newest =
            "SELECT revision FROM onomast_versions WHERE gazetteer = $1 ORDER BY revision DESC LIMIT 1 OFFSET $2";
        let count = i64::try_from(keep.count.max(1)).unwrap_or(i64::MAX);
        let newest = sqlx::query(newest).bind(of.uid).bind(count - 1).fetch_optional(&mut *transaction).await?;
        // There are no more than are kept by their number.
        let Some(newest) = newest else { return Ok(transaction.commit().await?) };
        let young = "SELECT revision FROM onomast_versions WHERE gazetteer = $1 AND created >= $2 \
                     ORDER BY created, revision LIMIT 1";
        let young = sqlx::query(young).bind(of.uid).bind(now.saturating_sub(keep.age));
        let young = young.fetch_optional(&mut *transaction).await?;
        let newest: i64 = newest.try_get(0)?;
        let young = young.map(|row| row.try_get::<i64, _>(0)).transpose()?;
        let floor = young.map_or(newest, |young| young.min(newest)).min(most);
        if floor <= of.floor {
            return Ok(transaction.commit().await?);
        }
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

/// Of gazetteers that were deleted before that time, leaves only that they were.
async fn forget_deleted(transaction: &mut Transaction<'static, Any>, before: i64) -> Result<(), StoreError> {
    let deleted = "SELECT g.uid, g.head FROM onomast_gazetteers g JOIN onomast_versions v ON v.revision = g.head \
                   WHERE g.deleted IS NOT NULL AND g.floor < g.head AND v.created < $1";
    for row in sqlx::query(deleted).bind(before).fetch_all(&mut **transaction).await? {
        let (uid, head): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        for statement in [
            "DELETE FROM onomast_versions WHERE gazetteer = $1 AND revision < $2",
            "UPDATE onomast_gazetteers SET floor = $2 WHERE uid = $1",
        ] {
            sqlx::query(statement).bind(uid).bind(head).execute(&mut **transaction).await?;
        }
    }
    Ok(())
}
