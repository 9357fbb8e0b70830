//! Old versions that somebody asked for. Some stay open, since whoever asks for one mostly asks again.
//!
//! Must not know: what is served.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::{
    CatalogError, Gazetteer, Keeper, Live, Revision, StoreError, Stored, Uid, Version,
    build::{self, Base, Haste},
};
use crate::index::Overlay;

/// How many stay open, of all gazetteers, since they take memory.
const OPEN: usize = 4;

/// Old versions that are open, those that were opened last first.
#[derive(Debug, Default)]
pub(super) struct Old {
    open: Mutex<VecDeque<(Uid, Revision, Arc<Gazetteer>)>>,
    /// Held by whoever compiles one.
    opening: Arc<AsyncMutex<()>>,
}

impl Old {
    fn open(&self) -> MutexGuard<'_, VecDeque<(Uid, Revision, Arc<Gazetteer>)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, uid: Uid, version: &Version) -> Option<Arc<Gazetteer>> {
        let open = self.open();
        let (.., gazetteer) = open.iter().find(|(of, at, _)| (*of, *at) == (uid, version.revision))?;
        // A database that went back has another version of that number.
        gazetteer.kept().is_some_and(|stored| stored.head == *version).then(|| gazetteer.clone())
    }

    /// Waits for the turn to compile one.
    async fn turn(&self) -> OwnedMutexGuard<()> {
        self.opening.clone().lock_owned().await
    }

    /// Keeps one open. Where too many are, the one goes that was opened first, of the gazetteer that has most of them, so
    /// that nobody who asks for many closes those of others.
    fn keep(&self, uid: Uid, revision: Revision, gazetteer: Arc<Gazetteer>) {
        let mut open = self.open();
        // Several may have opened it at once.
        open.retain(|(of, at, _)| (*of, *at) != (uid, revision));
        open.push_front((uid, revision, gazetteer));
        while open.len() > OPEN {
            let count = |uid: Uid| open.iter().filter(|(of, ..)| *of == uid).count();
            let most = open.iter().map(|(uid, ..)| count(*uid)).max();
            let Some(last) = open.iter().rposition(|(uid, ..)| Some(count(*uid)) == most) else { return };
            open.remove(last);
        }
    }

    /// Closes those of the gazetteers that `stays` does not want.
    pub(super) fn retain(&self, stays: impl Fn(Uid) -> bool) {
        self.open().retain(|(uid, ..)| stays(*uid));
    }
}

impl Keeper {
    /// An old version, which stays open for a while. Where it must be compiled, one is at a time: the others wait. What was
    /// begun is brought to an end, for whoever asks again.
    pub(super) async fn version(
        &self,
        live: &Arc<Live>,
        name: &str,
        asked: &str,
    ) -> Result<Arc<Gazetteer>, CatalogError> {
        let unknown = || CatalogError::from(StoreError::NoVersion(asked.to_owned()));
        let revision: Revision = asked.parse().map_err(|_| unknown())?;
        let stored = self.store().gazetteer(name).await?.ok_or_else(|| CatalogError::NotFound(name.to_owned()))?;
        let version = self.store().version(&stored, revision).await?;
        let open = || self.old.get(stored.uid, &version);
        if let Some(open) = open() {
            return Ok(open);
        }
        let base = self.base(stored.uid).await;
        if let Some((base, overlay)) = self.over(&stored, &version, base).await? {
            return Ok(self.open_old(stored, version, base, overlay));
        }
        let turn = self.old.turn().await;
        // Whoever was before may have opened it.
        if let Some(open) = open() {
            return Ok(open);
        }
        let live = live.clone();
        let compiling = tokio::spawn(async move {
            let keeper = live.keeper()?;
            let compiled = build::compile(keeper.store(), None, &stored, &version, turn, Haste::Awaited);
            let (base, _turn) = compiled.await?;
            // It may have been deleted meanwhile.
            keeper.store().still_kept(stored.uid, version.revision).await?;
            Ok(keeper.open_old(stored, version, base, None))
        });
        compiling.await.map_err(|error| CatalogError::Compile(error.to_string()))?
    }

    fn open_old(&self, stored: Stored, version: Version, base: Base, overlay: Option<Overlay>) -> Arc<Gazetteer> {
        let (uid, revision) = (stored.uid, version.revision);
        let gazetteer = Arc::new(Gazetteer::stored(Stored { head: version, ..stored }, base.segment, overlay));
        self.old.keep(uid, revision, gazetteer.clone());
        gazetteer
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        catalog::{Keep, Live, Most, Store, layers::MAX_OVERLAY},
        gazetteer::Entity,
    };

    #[test]
    fn those_of_a_quiet_gazetteer_stay_open() {
        let gazetteer = Arc::new(Gazetteer::compile("", b"", &[]).unwrap());
        let old = Old::default();
        for (uid, revision) in [(1, 10), (2, 11), (2, 12), (2, 13), (2, 14), (2, 15), (3, 16), (3, 16)] {
            old.keep(uid, revision, gazetteer.clone());
        }
        let open: Vec<_> = old.open().iter().map(|(uid, revision, _)| (*uid, *revision)).collect();
        assert_eq!(open, [(3, 16), (2, 15), (2, 14), (1, 10)]);
    }

    #[tokio::test]
    async fn one_is_compiled_once_for_all_who_ask() {
        let folder = tempfile::tempdir().unwrap();
        let live = Arc::<Live>::default();
        let keep = Keep { count: 100, age: 0 };
        live.keep(Keeper::new(Store::open_folder(folder.path()).await.unwrap(), None, keep));
        let keeper = live.keeper().unwrap();
        keeper.create(&live, "names", "", Most::default()).await.unwrap();
        let entities = |name: &str| -> Vec<Entity> {
            let entity =
                |number| Entity { id: format!("{number}"), name: format!("{name} {number}"), ..Entity::default() };
            (0..=MAX_OVERLAY).map(entity).collect()
        };
        let first = keeper.edit(&live, "names", &entities("Alpha"), &[], (None, &[])).await.unwrap().revision;
        keeper.edit(&live, "names", &entities("Beta"), &[], (None, &[])).await.unwrap();
        let asked = first.to_string();
        let ask = || keeper.version(&live, "names", &asked);
        let (a, b, c) = tokio::try_join!(ask(), ask(), ask()).unwrap();
        assert!(Arc::ptr_eq(&a, &b) && Arc::ptr_eq(&b, &c));
        assert_eq!(a.version(), asked);
        assert!(keeper.old.opening.try_lock().is_ok());
    }
}
