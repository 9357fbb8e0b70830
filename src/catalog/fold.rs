//! A large overlay, or one over an old base, becomes part of a new base, in the background.
//!
//! One gazetteer is folded at a time, since each holds a connection to the database for as long as it is compiled: many at
//! once would leave none for changes. Until its turn comes, an overlay goes on as it is.
//!
//! Must not know: when that is due.

use std::{sync::Arc, time::Instant};

use super::{
    CatalogError, Gazetteer, Keeper, Live, Stored,
    background::background,
    build::{self, Haste},
    keeper::warmed,
    warm::warm,
};

impl Keeper {
    /// Compiles the newest version, and puts it below what changed since.
    pub(super) async fn fold(&self, live: &Arc<Live>, stored: &Stored) -> Result<(), CatalogError> {
        let turn = self.folding.clone().lock_owned().await;
        // It may have changed meanwhile, be gone, or have been compiled for somebody who waited.
        let newest = match self.store().gazetteer(&stored.name).await {
            Ok(newest) => newest.filter(|now| now.uid == stored.uid),
            // Compiling says so, and lets it be tried again.
            Err(_) => Some(stored.clone()),
        };
        let Some(stored) = &newest else { return Ok(()) };
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
        slot.folding = false;
        let compiled = compiled?;
        let Some(now) = self.store().gazetteer(&stored.name).await?.filter(|now| now.uid == stored.uid) else {
            // Whoever let go of it could not remove a file that was yet to be written.
            self.clean(stored.uid, None);
            return Ok(());
        };
        if let Some(newer) = slot.base.as_ref().filter(|base| base.revision >= compiled.revision) {
            self.clean(stored.uid, Some(newer.revision));
            return Ok(());
        }
        let warm = compiled.clone();
        let (base, overlay) = self.build(&now, &now.head, Some(compiled), folder).await?;
        let gazetteer = warmed(live, Some(&warm), &now, &base, overlay).await;
        self.put(live, &mut slot, &now, base.clone(), &gazetteer);
        drop(slot);
        // The base of before may have held some back.
        self.prune(&now, Some(&base)).await;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{
        fs,
        future::{Future as _, poll_fn},
        path::{Path, PathBuf},
        task::Poll,
        time::Duration,
    };

    use tokio::{task::yield_now, time::timeout};

    use super::*;
    use crate::{
        catalog::{Keep, Most, Store, layers::MAX_OVERLAY},
        gazetteer::{Alias, Entity},
    };

    /// The longest that anything may take here.
    const LONG: Duration = Duration::from_secs(30);

    /// A database in `data`, whose segment files lie in `segments`, with nothing in it, and served.
    async fn live(data: &Path, segments: Option<PathBuf>, count: u64) -> Arc<Live> {
        let live = Arc::<Live>::default();
        let store = Store::open_folder(data).await.unwrap();
        live.keep(Keeper::new(store, segments, Keep { count, age: 0 }));
        live.serve(Default::default());
        live
    }

    #[tokio::test]
    async fn one_is_folded_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let live = live(folder.path(), None, 100).await;
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

    #[tokio::test]
    async fn no_edit_of_a_large_gazetteer_compiles_it_since_old_versions_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let live = live(folder.path(), None, 1).await;
        let keeper = live.keeper().unwrap();
        let entity = |number| Entity { id: format!("{number}"), name: format!("Name {number}"), ..Entity::default() };
        let entities: Vec<_> = (0..=MAX_OVERLAY).map(entity).collect();
        keeper.create(&live, "names", "", Most::default()).await.unwrap();
        keeper.edit(&live, "names", &entities, &[], (None, &[])).await.unwrap();
        let served = || live.catalog().unwrap().get("names").unwrap();
        let compiled = served();
        // As where it takes long to compile.
        let another = keeper.folding.clone().lock_owned().await;
        for number in 0..4 {
            keeper.edit(&live, "names", &[entity(MAX_OVERLAY + 1 + number)], &[], (None, &[])).await.unwrap();
            assert!(Arc::ptr_eq(served().base(), compiled.base()), "edit {number} compiled it");
        }
        drop(another);
        let all_forgotten = async {
            loop {
                let stored = keeper.store().gazetteer("names").await.unwrap().unwrap();
                if stored.floor == stored.head.revision {
                    break;
                }
                yield_now().await;
            }
        };
        timeout(LONG, all_forgotten).await.unwrap();
        assert!(served().overlay().is_none());
    }

    #[tokio::test]
    async fn of_what_is_deleted_meanwhile_no_file_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let segments = folder.path().join("segments");
        let live = live(&folder.path().join("data"), Some(segments.clone()), 100).await;
        let keeper = live.keeper().unwrap();
        // Few enough that nobody else folds them, and long enough to compile that they are deleted before.
        let entity = |number| Entity {
            id: format!("{number}"),
            name: format!("Name {number}"),
            aliases: (0..40).map(|alias| Alias::plain(format!("Alias {alias} of {number}"))).collect(),
            ..Entity::default()
        };
        let entities: Vec<_> = (0..400).map(entity).collect();
        // From the first step on, and ever longer, until it is folded before it is deleted.
        for steps in (1..).map(|step| step * step / 4 + step) {
            keeper.create(&live, "names", "", Most::default()).await.unwrap();
            keeper.edit(&live, "names", &entities, &[], (None, &[])).await.unwrap();
            let stored = keeper.store().gazetteer("names").await.unwrap().unwrap();
            let mut fold = Box::pin(keeper.fold(&live, &stored));
            let mut left = steps;
            let ended = poll_fn(|context| {
                left -= 1;
                match fold.as_mut().poll(context) {
                    Poll::Ready(folded) => {
                        folded.unwrap();
                        Poll::Ready(true)
                    }
                    Poll::Pending if left == 0 => Poll::Ready(false),
                    Poll::Pending => Poll::Pending,
                }
            })
            .await;
            let go_on = async {
                if !ended {
                    // Its version may be gone.
                    fold.await.ok();
                }
            };
            let (deleted, ()) = tokio::join!(keeper.delete(&live, "names", None), go_on);
            deleted.unwrap();
            let files = fs::read_dir(&segments).into_iter().flatten().count();
            assert_eq!(files, 0, "deleted after {steps} steps");
            if ended {
                break;
            }
        }
    }
}
