//! Changes of the gazetteers of the database that are made here: gazetteers that are made and deleted, edits, rollbacks.
//!
//! Every change goes to the database first, and is served before it is acknowledged. One that the database did not take
//! changes nothing.
//!
//! Must not know: requests, SQL, how gazetteers are compiled and served.

use std::sync::Arc;

use super::{
    CatalogError, Check, Keeper, Kind, Live, Most, Outcome, Revision, StoreError, Stored, keeper::now,
    underway::Underway,
};
use crate::gazetteer::{Entity, write_json};

impl Keeper {
    /// A gazetteer of the database that can be changed.
    pub async fn stored(&self, live: &Arc<Live>, name: &str) -> Result<Stored, CatalogError> {
        if live.catalog().unwrap_or_default().get(name).is_ok_and(|one| one.kept().is_none()) {
            return Err(CatalogError::ReadOnly(name.to_owned()));
        }
        let stored = self.store().gazetteer(name).await?;
        stored.ok_or_else(|| CatalogError::NotFound(name.to_owned()))
    }

    /// Makes a gazetteer, if there is room for one more.
    pub async fn create(
        &self,
        live: &Arc<Live>,
        name: &str,
        description: &str,
        most: Most<'_>,
    ) -> Result<Stored, CatalogError> {
        if live.catalog().unwrap_or_default().get(name).is_ok_and(|one| one.kept().is_none()) {
            return Err(StoreError::Exists.into());
        }
        let mut underway = Underway::begin(live);
        let stored = underway.said(self.store().create(name, description, most, now()).await)?;
        self.bring_up(live, &stored).await?;
        self.tell(stored.head.revision);
        underway.end();
        Ok(stored)
    }

    /// Deletes a gazetteer; returns the revision in which it is gone.
    pub async fn delete(
        &self,
        live: &Arc<Live>,
        name: &str,
        if_version: Option<&str>,
    ) -> Result<Revision, CatalogError> {
        let stored = self.stored(live, name).await?;
        let mut underway = Underway::begin(live);
        let revision = underway.said(self.store().delete(stored.uid, if_version, now()).await)?;
        // Not before: whoever serves what changed waits for it, and the deletion for whoever writes.
        let slot = self.slot(stored.uid);
        let mut slot = slot.lock().await;
        self.let_go(live, stored.uid, &mut slot);
        self.tell(revision);
        underway.end();
        Ok(revision)
    }

    /// Adds or replaces `come`, and deletes `gone`, in one version.
    pub async fn edit(
        &self,
        live: &Arc<Live>,
        name: &str,
        come: &[Entity],
        gone: &[String],
        (if_version, checks): (Option<&str>, &[Check]),
    ) -> Result<Outcome, CatalogError> {
        let stored = self.stored(live, name).await?;
        let rows: Vec<_> = come.iter().map(|entity| (entity.id.clone(), write_json(entity))).collect();
        let mut edit = self.store().edit(stored.uid, if_version, now()).await?;
        edit.check(checks).await?;
        edit.put(&rows).await?;
        edit.delete(gone).await?;
        let underway = Underway::begin(live);
        let outcome = self.store().commit(edit, Kind::Edit, None).await?;
        self.follow(live, name).await?;
        underway.end();
        Ok(outcome)
    }

    /// Makes a version with the content of an old one.
    pub async fn rollback(
        &self,
        live: &Arc<Live>,
        name: &str,
        to: Revision,
        if_version: Option<&str>,
    ) -> Result<Outcome, CatalogError> {
        let stored = self.stored(live, name).await?;
        let mut edit = self.store().edit(stored.uid, if_version, now()).await?;
        edit.restore(to).await?;
        let underway = Underway::begin(live);
        let outcome = self.store().commit(edit, Kind::Rollback, Some(to)).await?;
        self.follow(live, name).await?;
        underway.end();
        Ok(outcome)
    }
}
