//! A large overlay becomes part of a new base, in the background.
//!
//! One gazetteer is folded at a time, since each holds a connection to the database for as long as it is compiled: many at
//! once would leave none for changes. Until its turn comes, an overlay goes on as it is.
//!
//! Must not know: which changes make a large overlay.

use std::{sync::Arc, time::Instant};

use super::{
    CatalogError, Gazetteer, Keeper, Live, Revision, Stored,
    background::background,
    build::{self, Haste},
    keeper::warmed,
    warm::warm,
};

impl Keeper {
    /// Compiles the newest version, and puts it below what changed since.
    pub(super) async fn fold(&self, live: &Arc<Live>, stored: &Stored) -> Result<(), CatalogError> {
        let turn = self.folding.clone().lock_owned().await;
        // It may have changed meanwhile, or have been compiled for somebody who waited.
        let newest = self.store().gazetteer(&stored.name).await.ok().flatten().filter(|now| now.uid == stored.uid);
        let stored = newest.as_ref().unwrap_or(stored);
        let slot = self.slot(stored.uid);
        {
            let mut slot = slot.lock().await;
            if slot.base.as_ref().is_some_and(|base| base.revision >= stored.head.revision) {
                slot.folding = false;
                return Ok(());
            }
        }
        let started = Instant::now();
        let folder = self.folder.as_deref();
        let compiled = build::compile(self.store(), folder, stored, &stored.head, turn, Haste::Background).await;
        live.metrics().compiled(started.elapsed());
        if let Ok((base, _)) = &compiled {
            // Before anybody waits for its place.
            let gazetteer = Arc::new(Gazetteer::stored(stored.clone(), base.segment.clone(), None));
            // Without it, the first searches take longer.
            let _ = background(move || warm(&gazetteer)).await;
        }
        let compiled = compiled.map(|(base, _turn)| base);
        let mut slot = slot.lock().await;
        if slot.shown == Revision::MAX {
            return Ok(());
        }
        slot.folding = false;
        let compiled = compiled?;
        let Some(now) = self.store().gazetteer(&stored.name).await?.filter(|now| now.uid == stored.uid) else {
            return Ok(());
        };
        if slot.base.as_ref().is_some_and(|base| base.revision >= compiled.revision) {
            return Ok(());
        }
        let warm = compiled.clone();
        let (base, overlay) = self.build(&now, &now.head, Some(compiled), folder).await?;
        let gazetteer = warmed(live, Some(&warm), &now, &base, overlay).await;
        self.put(live, &mut slot, &now, base, &gazetteer);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use tokio::{task::yield_now, time::timeout};

    use super::*;
    use crate::{
        catalog::{Keep, Most, Store},
        gazetteer::Entity,
    };

    /// The longest that anything may take here.
    const LONG: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn one_is_folded_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let live = Arc::<Live>::default();
        let store = Store::open_folder(folder.path()).await.unwrap();
        live.keep(Keeper::new(store, None, Keep { count: 100, age: 0 }));
        live.serve(Default::default());
        let keeper = live.keeper().unwrap();
        let another = keeper.folding.clone().lock_owned().await;
        let names = ["one", "two", "three"];
        let entity = |number| Entity { id: format!("{number}"), name: format!("Name {number}"), ..Entity::default() };
        let entities: Vec<_> = (0..1000).map(entity).collect();
        for name in names {
            keeper.create(&live, name, "", Most::default()).await.unwrap();
            keeper.edit(&live, name, &entities, &[], (None, &[])).await.unwrap();
        }
        let folded = |name: &&str| live.catalog().unwrap().get(name).unwrap().overlay().is_none();
        // This test, the keeper, and whoever waits for a turn.
        let all_wait = async {
            while Arc::strong_count(&keeper.folding) < 2 + names.len() {
                yield_now().await;
            }
        };
        timeout(LONG, all_wait).await.unwrap();
        assert!(!names.iter().any(folded));
        drop(another);
        let all_folded = async {
            while !names.iter().all(folded) {
                yield_now().await;
            }
        };
        timeout(LONG, all_folded).await.unwrap();
    }
}
