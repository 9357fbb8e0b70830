//! The gazetteers of the database, as they are served.
//!
//! What is served follows from what the database says, in one way for changes made here and for those made by another
//! server. A gazetteer is served as a base and an overlay of what changed since the base was compiled. A large overlay is
//! folded into a new base in the background.
//!
//! Must not know: requests, SQL, what changes do.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use tokio::sync::{Mutex as AsyncMutex, watch};

use super::{
    CatalogError, Gazetteer, Keep, Live, Revision, Store, StoreError, Stored, Uid, Version,
    background::retire,
    build::{self, Base},
    layers::MAX_OVERLAY,
    old::Old,
    warm::warm,
};
use crate::index::Overlay;

/// The most entities of an overlay that is not folded, and the most memory that it takes, in bytes.
const FOLD: usize = 500;
const FOLD_BYTES: usize = 16 << 20;

/// The gazetteers of the database.
#[derive(Debug)]
pub struct Keeper {
    store: Store,
    /// Where bases are kept as files.
    pub(super) folder: Option<PathBuf>,
    keep: Keep,
    slots: Mutex<HashMap<Uid, Arc<AsyncMutex<Slot>>>>,
    /// Old versions that are open.
    pub(super) old: Old,
    /// Held by whoever folds.
    pub(super) folding: Arc<AsyncMutex<()>>,
    /// What is served, as it grows.
    served: watch::Sender<Served>,
    /// How many times the whole of it was asked for, and the last time that it was had, with its revision.
    asked: AtomicU64,
    had: AsyncMutex<(u64, Revision)>,
}

/// How far what the database has is served.
#[derive(Debug, Clone, Copy, Default)]
pub struct Served {
    /// The newest revision that is served of some gazetteer.
    pub newest: Revision,
    /// The revision up to which all of it is served that can be.
    pub all: Revision,
    /// How many times the database was found to have another past than before: what was told of it may be undone.
    pub backs: u64,
    /// How many times something was served, so that each time tells.
    times: u64,
}

/// A gazetteer as it is served; whoever makes a newer version of it holds this.
#[derive(Debug, Default)]
pub(super) struct Slot {
    pub(super) base: Option<Base>,
    /// The version that is shown: its number, and when it was made.
    pub(super) shown: (Revision, i64),
    pub(super) folding: bool,
}

impl Keeper {
    /// The gazetteers of a database; `folder` is where segments are kept, or they stay in memory.
    pub fn new(store: Store, folder: Option<PathBuf>, keep: Keep) -> Self {
        if let Some(folder) = &folder {
            build::clean_parts(folder);
        }
        let (served, _) = watch::channel(Served::default());
        let (slots, old, folding, asked, had) = Default::default();
        Self { store, folder, keep, slots, old, folding, served, asked, had }
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What is served, as it grows.
    pub fn served(&self) -> watch::Receiver<Served> {
        self.served.subscribe()
    }

    /// Serves what the database has of a gazetteer that was just changed, and forgets its oldest versions.
    pub(super) async fn follow(&self, live: &Arc<Live>, name: &str) -> Result<(), CatalogError> {
        let stored = self.store.gazetteer(name).await?;
        let stored = stored.ok_or_else(|| CatalogError::NotFound(name.to_owned()))?;
        let served = self.bring_up(live, &stored).await;
        if let Err(CatalogError::Compile(_)) = served {
            // Nobody is to wait for what cannot be served.
            if let Err(error) = self.refresh(live).await {
                tracing::warn!(%error, "what is served could not be looked through");
            }
        }
        served?;
        self.tell(stored.head.revision);
        let base = self.base(stored.uid).await;
        self.prune(&stored, base.as_ref()).await;
        Ok(())
    }

    /// Forgets the oldest versions of a gazetteer; of a large one, none that is as new as its base, which could not be built
    /// on any more: whoever changes it next would wait until all of it is compiled.
    pub(super) async fn prune(&self, stored: &Stored, base: Option<&Base>) {
        let most = base.filter(|_| is_large(stored)).map_or(Revision::MAX, |base| base.revision);
        if let Err(error) = self.store.prune(stored, self.keep, most, now()).await {
            tracing::warn!(gazetteer = stored.name, %error, "old versions could not be forgotten");
        }
    }

    /// Serves what the database has; gives the revision up to which everything is served. Whoever comes while the database
    /// is asked shares the next answer with all others who wait, so that callers cannot ask it any number of times. Fails
    /// where the database falls silent meanwhile.
    pub async fn refresh(&self, live: &Arc<Live>) -> Result<Revision, CatalogError> {
        let before = self.asked.load(Ordering::SeqCst);
        let mut had = self.had.lock().await;
        if had.0 > before {
            return Ok(had.1);
        }
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let revision = self.store.while_it_answers(self.serve_all(live)).await;
        let revision = revision.map_err(|error| self.of_file(error)).inspect_err(|error| live.note(error))?;
        *had = (number, revision);
        Ok(revision)
    }

    /// An error that names the file of the database where that is damaged.
    pub(super) fn of_file(&self, error: CatalogError) -> CatalogError {
        match error {
            CatalogError::Store(error) => error.of_file(self.store.file()).into(),
            other => other,
        }
    }

    async fn serve_all(&self, live: &Arc<Live>) -> Result<Revision, CatalogError> {
        loop {
            let (revision, back) = self.look_through(live).await?;
            if !back {
                return Ok(revision);
            }
            // What was made meanwhile may have been taken for lost.
        }
    }

    /// Serves what the database has, once; gives its revision, and whether that is less than it was before.
    async fn look_through(&self, live: &Arc<Live>) -> Result<(Revision, bool), CatalogError> {
        let before = *self.served.borrow();
        let revision = self.store.revision().await?;
        let back = revision < before.newest.max(before.all);
        if back {
            self.went_back(None);
            self.served.send_if_modified(|served| {
                // What is told meanwhile may be of now: the next look finds out.
                let same = served.times == before.times;
                if same {
                    (served.newest, served.all) = (0, 0);
                }
                same
            });
        }
        let gazetteers = self.store.gazetteers().await?;
        for stored in &gazetteers {
            if let Err(error) = self.bring_up(live, stored).await {
                match error {
                    // The others are no worse for one that cannot be compiled.
                    CatalogError::Compile(_) => {
                        tracing::error!(gazetteer = stored.name, %error, "an old version goes on being served");
                    }
                    // It was deleted since the list was read.
                    CatalogError::Store(StoreError::NoGazetteer) => {}
                    other => return Err(other),
                }
            }
        }
        let there: HashMap<Uid, &str> = gazetteers.iter().map(|stored| (stored.uid, &*stored.name)).collect();
        // What was made since the list was read is newer than it, and so is what a database that went back has lost.
        let stays = |uid: Uid| there.contains_key(&uid) || (uid > revision && !back);
        self.forget(&stays).await;
        live.retain(|one| stays(one.uid) && there.get(&one.uid).is_none_or(|name| *name == one.name));
        self.served.send_modify(|served| served.all = revision.max(served.all));
        self.tell(revision);
        Ok((revision, back))
    }

    /// Takes note that the database has another past than what was served: a backup was restored, or a server took over
    /// that had not got everything.
    pub(super) fn went_back(&self, gazetteer: Option<&str>) {
        tracing::warn!(gazetteer, "the database went back to an older state; what is served follows it");
        self.served.send_modify(|served| served.backs += 1);
    }

    /// Serves a gazetteer no more that was deleted, and lets go of what is kept of it. Whoever deletes it holds its slot.
    pub(super) fn let_go(&self, live: &Live, uid: Uid, slot: &mut Slot) {
        // Whoever still means to show it finds that something newer is shown, or that the database has nothing of it.
        *slot = Slot { base: None, shown: (Revision::MAX, 0), folding: true };
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).remove(&uid);
        live.retain(|one| one.uid != uid);
        self.old.retain(|one| one != uid);
        self.clean(uid, None);
    }

    /// Removes the segment files of a gazetteer but for that of one revision.
    pub(super) fn clean(&self, uid: Uid, keep: Option<Revision>) {
        if let Some(folder) = &self.folder {
            build::clean(folder, uid, keep);
        }
    }

    /// Lets go of what is kept of gazetteers that another server deleted.
    async fn forget(&self, stays: &impl Fn(Uid) -> bool) {
        let slots = || self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<_> =
            slots().iter().filter(|(uid, _)| !stays(**uid)).map(|(uid, slot)| (*uid, slot.clone())).collect();
        for (uid, slot) in gone {
            // Whoever brings it up just now is let come to an end; the database has nothing of it any more.
            *slot.lock().await = Slot::default();
            slots().remove(&uid);
        }
        self.old.retain(stays);
        if let Some(folder) = &self.folder {
            build::clean_all(folder, stays);
        }
    }

    /// Serves a gazetteer in the version that `stored` says or a newer one.
    pub(super) async fn bring_up(&self, live: &Arc<Live>, stored: &Stored) -> Result<(), CatalogError> {
        let mut stored = stored.clone();
        loop {
            let forgotten = match self.bring_up_once(live, &stored).await {
                Err(error @ CatalogError::Store(StoreError::NoVersion(_))) => error,
                done => return done,
            };
            // Another server forgot it in the meantime, for a newer one.
            let now = self.store.gazetteer(&stored.name).await?.filter(|now| now.uid == stored.uid);
            match now.ok_or(StoreError::NoGazetteer)? {
                now if now != stored => stored = now,
                _ => return Err(forgotten),
            }
        }
    }

    async fn bring_up_once(&self, live: &Arc<Live>, stored: &Stored) -> Result<(), CatalogError> {
        let slot = self.slot(stored.uid);
        let mut slot = slot.lock().await;
        let id = |version: &Version| (version.revision, version.created);
        let read;
        let mut stored = stored;
        if slot.shown.0 >= stored.head.revision && slot.shown != id(&stored.head) {
            // It may have been read before a newer one was shown. What is read now is not older than what was read then,
            // unless the database went back.
            read = self.store.gazetteer(&stored.name).await?;
            // It was deleted.
            let Some(now) = read.as_ref().filter(|now| now.uid == stored.uid) else { return Ok(()) };
            if slot.shown.0 >= now.head.revision && slot.shown != id(&now.head) {
                self.went_back(Some(&stored.name));
            }
            stored = now;
        }
        if slot.shown == id(&stored.head) {
            return Ok(());
        }
        if slot.base.is_none() {
            slot.base = match &self.folder {
                Some(folder) => build::open(&self.store, folder, stored).await?,
                None => None,
            };
        }
        let folder = self.folder.as_deref();
        let started = Instant::now();
        let (base, overlay) = self.build(stored, &stored.head, slot.base.clone(), folder).await?;
        live.metrics().compiled(started.elapsed());
        let gazetteer = warmed(live, slot.base.as_ref(), stored, &base, overlay).await;
        self.put(live, &mut slot, stored, base, &gazetteer);
        Ok(())
    }

    /// Serves what was built, and folds it later where that is due.
    pub(super) fn put(
        &self,
        live: &Arc<Live>,
        slot: &mut Slot,
        stored: &Stored,
        base: Base,
        gazetteer: &Arc<Gazetteer>,
    ) {
        let large = |one: &Overlay| one.changes() > FOLD || one.segment().memory() > FOLD_BYTES;
        let is_due = gazetteer.overlay().is_some_and(large) || is_ageing(stored, &base);
        if slot.base.as_ref().is_none_or(|old| old.revision != base.revision) {
            self.clean(stored.uid, Some(base.revision));
        }
        let before = slot.base.replace(base);
        if live.show(gazetteer) {
            slot.shown = (stored.head.revision, stored.head.created);
        }
        if let Some(before) = before.filter(|before| !Arc::ptr_eq(&before.segment, gazetteer.base())) {
            retire(before.segment);
        }
        if is_due && !slot.folding {
            slot.folding = true;
            let (live, stored) = (live.clone(), stored.clone());
            tokio::spawn(async move {
                if let Ok(keeper) = live.keeper()
                    && let Err(error) = keeper.fold(&live, &stored).await
                {
                    tracing::warn!(gazetteer = stored.name, %error, "changes could not be folded; they go on as an overlay");
                }
            });
        }
    }

    /// Tells of a revision of one gazetteer that is served.
    pub(super) fn tell(&self, revision: Revision) {
        self.served.send_modify(|served| {
            served.newest = revision.max(served.newest);
            served.times += 1;
        });
    }

    /// The base of a gazetteer as it is served; waits for whoever makes a newer version of it.
    pub(super) async fn base(&self, uid: Uid) -> Option<Base> {
        self.slot(uid).lock().await.base.clone()
    }

    pub(super) fn slot(&self, uid: Uid) -> Arc<AsyncMutex<Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).entry(uid).or_default().clone()
    }
}

/// Whether a gazetteer takes long to compile.
fn is_large(stored: &Stored) -> bool {
    stored.head.entities > MAX_OVERLAY as i64
}

/// Whether the base of a large gazetteer is among the older versions that are kept, where some are forgotten already: there
/// is to be another one before that one is forgotten, by this server or by another.
fn is_ageing(stored: &Stored, base: &Base) -> bool {
    let (older, newer) = (base.revision - stored.floor, stored.head.revision - base.revision);
    is_large(stored) && stored.floor > stored.uid && older < newer
}

/// A gazetteer that was searched once where its base is another than `before`, which was searched already.
pub(super) async fn warmed(
    live: &Live,
    before: Option<&Base>,
    stored: &Stored,
    base: &Base,
    overlay: Option<Overlay>,
) -> Arc<Gazetteer> {
    let served = live.catalog().and_then(|catalog| catalog.get(&stored.name).ok());
    let new = before.is_none_or(|before| !Arc::ptr_eq(&before.segment, &base.segment));
    let gazetteer = Gazetteer::stored(stored.clone(), base.segment.clone(), overlay).after(served.as_deref());
    let gazetteer = Arc::new(gazetteer);
    if new {
        let gazetteer = gazetteer.clone();
        // A panic ends it early, which says nothing of what is served.
        let _ = tokio::task::spawn_blocking(move || warm(&gazetteer)).await;
    }
    gazetteer
}

/// Milliseconds since 1970.
pub(super) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as i64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{catalog::Most, gazetteer::Entity};

    #[tokio::test]
    async fn what_was_read_before_a_newer_version_was_shown_is_no_older_state() {
        let folder = tempfile::tempdir().unwrap();
        let live = Arc::<Live>::default();
        live.keep(Keeper::new(Store::open_folder(folder.path()).await.unwrap(), None, Keep { count: 9, age: 0 }));
        live.serve(Default::default());
        let keeper = live.keeper().unwrap();
        let before = keeper.create(&live, "names", "", Most::default()).await.unwrap();
        let entity = Entity { id: "a".into(), name: "Alpha".into(), ..Entity::default() };
        keeper.edit(&live, "names", &[entity], &[], (None, &[])).await.unwrap();
        let shown = || live.catalog().unwrap().get("names").unwrap();
        let newer = shown();
        keeper.bring_up(&live, &before).await.unwrap();
        assert!(Arc::ptr_eq(&newer, &shown()));
        assert_eq!(keeper.served().borrow().backs, 0);
    }
}
