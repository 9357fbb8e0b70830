//! What is served now: one catalog, swapped whole.
//!
//! Whoever reads takes the catalog of the moment and never waits. Gazetteers of files come at the start and when they
//! are loaded again; those of the database come and go with its changes.
//!
//! Must not know: how gazetteers are kept or compiled.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use tokio::{sync::watch, time::timeout};

use super::{Catalog, CatalogError, Gazetteer, Keeper, StoreError, background::retire};
use crate::{
    index::Overlay,
    observe::{GazetteerState, Metrics},
};

/// How long a database is away before what waits for its answer is given up: one that has much to do comes back sooner.
const SILENCE: Duration = Duration::from_secs(5);

/// The catalog that is served.
#[derive(Debug, Default)]
pub struct Live {
    catalog: ArcSwapOption<Catalog>,
    /// Whether the gazetteers of files are there, and those of the database if it was to come first.
    ready: AtomicBool,
    keeper: OnceLock<Keeper>,
    database: watch::Sender<Database>,
    metrics: OnceLock<Metrics>,
    /// Held while it is told what is served, so that what is told last is the newest.
    telling: Mutex<()>,
}

/// Whether the database answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Database {
    /// There is none.
    #[default]
    None,
    /// It does, as far as is known.
    Answers,
    /// It does not; what is served stays as it is.
    Away,
    /// Its file is damaged, which no waiting mends.
    Damaged,
}

/// A version that a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// That one.
    Exact(String),
    /// That one or a newer one.
    AtLeast(String),
}

impl Live {
    /// The catalog of the moment; `None` until there is one.
    pub fn catalog(&self) -> Option<Arc<Catalog>> {
        self.catalog.load_full().filter(|_| self.ready.load(Ordering::Acquire))
    }

    /// Serves the gazetteers of files in `files` in place of those served before; those of the database stay.
    pub fn serve(&self, files: Catalog) {
        let files = Arc::new(files);
        let before = self.catalog.rcu(|now| {
            let stored = now.iter().flat_map(|now| now.iter()).filter(|one| one.kept().is_some());
            Some(Arc::new(files.with(stored.cloned())))
        });
        for gone in before.iter().flat_map(|before| before.iter()).filter(|one| one.kept().is_none()) {
            retire(gone.clone());
        }
        self.ready.store(true, Ordering::Release);
        self.measure();
    }

    /// Gives what is told of the gazetteers that are served, once.
    pub fn observe(&self, metrics: Metrics) {
        let _ = self.metrics.set(metrics);
    }

    /// What is told of.
    pub fn metrics(&self) -> Metrics {
        self.metrics.get().cloned().unwrap_or_default()
    }

    /// Tells of all that is served. Before there is anything, many come one after the other, and nobody asks.
    fn measure(&self) {
        if !self.ready.load(Ordering::Acquire) {
            return;
        }
        let _telling = self.telling.lock().unwrap_or_else(PoisonError::into_inner);
        let catalog = self.catalog.load_full().unwrap_or_default();
        self.metrics().gazetteers(catalog.iter().map(|gazetteer| state_of(gazetteer)).collect());
    }

    /// Gives the database, once.
    pub fn keep(&self, keeper: Keeper) {
        // There is one database for the life of a server.
        let _ = self.keeper.set(keeper);
        self.report(Database::Answers);
    }

    /// Whether the database answers, as it changes.
    pub fn database(&self) -> watch::Receiver<Database> {
        self.database.subscribe()
    }

    /// Takes note whether the database answers; gives whether that is news. Once it is damaged, nothing is.
    pub fn report(&self, database: Database) -> bool {
        self.database.send_if_modified(|now| {
            if *now != Database::Damaged {
                self.metrics().database(database == Database::Answers);
            }
            let news = *now != Database::Damaged && *now != database;
            if news {
                *now = database;
            }
            news
        })
    }

    /// Takes note of why a file did not do what it was asked. A database of another kind is followed, which tells more; a
    /// server that starts ends for it.
    pub(super) fn note(&self, error: &CatalogError) {
        let database = match error {
            CatalogError::Store(StoreError::Damaged { .. }) => Database::Damaged,
            CatalogError::Store(StoreError::Unavailable(_) | StoreError::Other(_)) => Database::Away,
            _ => return,
        };
        if self.ready.load(Ordering::Acquire) && self.is_file() && self.report(database) {
            tracing::error!(%error, "the database cannot be used; what is served stays as it is");
        }
    }

    fn is_file(&self) -> bool {
        self.keeper.get().is_some_and(|keeper| keeper.store().file().is_some())
    }

    /// Waits until the database has been away for [`SILENCE`]. One that falls silent breaks no connection, and whoever
    /// waits for its answer would wait for as long as the system keeps the connection.
    pub async fn silent(&self) {
        let mut database = self.database();
        // The sender lives in this value, so that waiting never fails.
        while database.wait_for(|now| *now == Database::Away).await.is_ok() {
            if timeout(SILENCE, database.wait_for(|now| *now != Database::Away)).await.is_err() {
                return;
            }
        }
    }

    /// Waits for what the database says, as long as it answers at all; a file always does. What is given up on its way is
    /// not done.
    pub async fn ask<T, E: Into<CatalogError>>(
        &self,
        asking: impl Future<Output = Result<T, E>>,
    ) -> Result<T, CatalogError> {
        tokio::select! {
            result = asking => result.map_err(|error| {
                let error = match self.keeper.get() {
                    Some(keeper) => keeper.of_file(error.into()),
                    None => error.into(),
                };
                self.note(&error);
                error
            }),
            () = self.silent(), if !self.is_file() => Err(StoreError::Unavailable("it fell silent".into()).into()),
        }
    }

    /// The database.
    pub fn keeper(&self) -> Result<&Keeper, CatalogError> {
        self.keeper.get().ok_or_else(|| match *self.database.borrow() {
            // It was away when the server started.
            Database::Away => StoreError::Unavailable("it did not answer yet".into()).into(),
            Database::None | Database::Answers | Database::Damaged => CatalogError::NoDatabase,
        })
    }

    /// Serves a gazetteer of the database in the place of what was served of it; gives whether it is. It is not where a
    /// newer one of its name is served.
    pub(super) fn show(&self, gazetteer: &Arc<Gazetteer>) -> bool {
        self.catalog.rcu(|now| {
            let catalog = now.as_deref().cloned().unwrap_or_default();
            Some(Arc::new(catalog.with([gazetteer.clone()])))
        });
        self.measure();
        let now = self.catalog.load_full().and_then(|now| now.get(gazetteer.name()).ok());
        now.is_some_and(|now| now.kept().is_none() || Arc::ptr_eq(&now, gazetteer))
    }

    /// Serves only those gazetteers of the database that `stays` wants.
    pub(super) fn retain(&self, stays: impl Fn(&super::Stored) -> bool) {
        self.catalog.rcu(|now| now.as_ref().map(|now| Arc::new(now.retain(&stays))));
        self.measure();
    }

    /// A gazetteer in the version that is asked for.
    pub async fn version(self: &Arc<Self>, name: &str, asked: &Asked) -> Result<Arc<Gazetteer>, CatalogError> {
        let now = || self.catalog().unwrap_or_default().get(name);
        let here = match (now(), asked, self.keeper()) {
            // Another server may have made it, and nobody has told yet.
            (Err(CatalogError::NotFound(_)), Asked::AtLeast(_), Ok(keeper)) => {
                keeper.refresh(self).await?;
                now()?
            }
            (here, ..) => here?,
        };
        match asked {
            Asked::Exact(version) if here.version() == version => Ok(here),
            Asked::Exact(version) => match here.kept() {
                Some(_) => self.ask(self.keeper()?.version(self, name, version)).await,
                None => Err(StoreError::NoVersion(version.clone()).into()),
            },
            Asked::AtLeast(version) => {
                let wanted = version.parse::<super::Revision>().ok();
                let reached = |one: &Gazetteer| match (one.kept(), wanted) {
                    (Some(stored), Some(wanted)) => stored.head.revision >= wanted,
                    _ => one.version() == version,
                };
                if reached(&here) {
                    return Ok(here);
                }
                if here.kept().is_none() {
                    // Versions of files have no order: it may have been before, and never come.
                    return Err(CatalogError::ReadOnly(name.to_owned()));
                }
                // What is no number never comes.
                wanted.ok_or_else(|| StoreError::NoVersion(version.clone()))?;
                self.keeper()?.refresh(self).await?;
                let here = now()?;
                if reached(&here) {
                    return Ok(here);
                }
                let newest = here.version().to_owned();
                Err(CatalogError::NotReached { name: name.to_owned(), newest, asked: version.clone() })
            }
        }
    }
}

/// What metrics tell of a gazetteer.
fn state_of(gazetteer: &Gazetteer) -> GazetteerState {
    let (segment, overlay) = (gazetteer.segment(), gazetteer.overlay().map(Overlay::segment));
    let names = overlay.map_or(0, |overlay| overlay.name_count());
    GazetteerState {
        name: gazetteer.name().to_owned(),
        version: gazetteer.version().to_owned(),
        since: gazetteer.since(),
        entities: gazetteer.entity_count() as u64,
        names: (segment.name_count() + names) as u64,
        bytes: (segment.memory() + overlay.map_or(0, |overlay| overlay.memory())) as u64,
        overlay_names: names as u64,
    }
}
