//! The gazetteers of a server: loaded at its start, loaded again when files change, and kept in a database.
//!
//! A new file that is bad leaves what is served as it is, and the log says so. A database that cannot be opened ends the
//! server, unless it is one that other servers share: that one may come later.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    catalog::{self, CatalogError, Database, Keep, Keeper, LoadError, Loaded, Options, Store, StoreError, Unverified},
    observe::Reload,
    service::Handle,
};

/// The time between two attempts to open a database that is away.
const AGAIN: Duration = Duration::from_secs(1);
/// The same where it answers and refuses, which mostly takes somebody to mend it.
const REFUSED: Duration = Duration::from_secs(5);

/// Loads the gazetteers, gives them to the server, and keeps them up to date. Ends only with an error.
pub(super) async fn serve(options: Options, handle: Handle) -> anyhow::Result<()> {
    let started = Instant::now();
    // A file that changes while it is loaded, or a signal that comes then, is not missed.
    let changes = Changes::of(&options)?;
    let store = open(&options).await?;
    let Loaded { catalog, unverified, .. } = load(&options).await?;
    let live = handle.live().clone();
    let keep = Keep { count: options.keep_versions, age: hours(options.keep_hours) };
    let folder = Some(&options.data).filter(|data| !data.as_os_str().is_empty()).map(|data| data.join("segments"));
    let every = Duration::from_secs(options.poll_seconds.max(1));
    let nothing = matches!(store, Opened::None) && catalog.iter().next().is_none();
    match store {
        Opened::None => {}
        Opened::Store(store) => {
            let shared = store.postgres().is_some();
            live.keep(Keeper::new(store, folder, keep));
            match live.keeper()?.refresh(&live).await {
                // It went away just now; whoever follows it says so.
                Err(CatalogError::Store(StoreError::Unavailable(_))) if shared => {}
                refreshed => drop(refreshed.context("cannot serve what the database has")?),
            }
            if shared {
                tokio::spawn(catalog::follow(live, every));
            } else {
                tokio::spawn(catalog::stand_by(live));
            }
        }
        Opened::Away => {
            live.report(Database::Away);
            let database = options.database.clone();
            tokio::spawn(async move {
                let store = come_back(&database).await;
                tracing::info!("the database answers");
                live.keep(Keeper::new(store, folder, keep));
                catalog::follow(live, every).await;
            });
        }
    }
    handle.serve(catalog).await;
    tracing::info!(milliseconds = started.elapsed().as_millis() as u64, "serving");
    if nothing {
        tracing::warn!("there is no gazetteer: nothing is found but entities that requests bring along");
    }
    verify(unverified).await?;
    reload(&options, changes, &handle).await
}

/// By what is known that files are to be loaded again.
struct Changes {
    hang_up: Signal,
    stamps: Vec<Stamp>,
}

/// By which a changed file is told.
type Stamp = Option<(u64, SystemTime)>;

impl Changes {
    fn of(options: &Options) -> anyhow::Result<Self> {
        let hang_up = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
        Ok(Self { hang_up, stamps: stamps(&options.files) })
    }
}

/// A database, if there is one.
enum Opened {
    None,
    Store(Store),
    /// It does not answer yet.
    Away,
}

async fn open(options: &Options) -> anyhow::Result<Opened> {
    let (data, database) = (&options.data, &options.database);
    if !database.is_empty() {
        return match Store::open_postgres(database).await {
            Ok(store) => Ok(Opened::Store(store)),
            Err(StoreError::Unavailable(error)) => {
                tracing::error!(error, "the database does not answer; gazetteers of files are served without it");
                Ok(Opened::Away)
            }
            Err(error) => Err(error).context("cannot open the database"),
        };
    }
    if data.as_os_str().is_empty() {
        return Ok(Opened::None);
    }
    Ok(Opened::Store(Store::open_folder(data).await?))
}

/// Opens a database once it answers and can be used. What it refuses is told, each reason once in a row.
async fn come_back(address: &str) -> Store {
    let (mut pause, mut told) = (AGAIN, String::new());
    loop {
        tokio::time::sleep(pause).await;
        match Store::open_postgres(address).await {
            Ok(store) => return store,
            Err(StoreError::Unavailable(_)) => pause = AGAIN,
            Err(error) => {
                pause = REFUSED;
                let error = error.to_string();
                if error != told {
                    tracing::error!(error, "the database cannot be opened; it is tried again and again");
                    told = error;
                }
            }
        }
    }
}

/// Loads files away from the threads of the server.
async fn load(options: &Options) -> anyhow::Result<Loaded> {
    let options = options.clone();
    let loaded =
        tokio::task::spawn_blocking(move || catalog::load(&options)).await.context("loading gazetteers failed")??;
    tell(&loaded);
    Ok(loaded)
}

/// Loads files in the background, verifies segment files, and searches all of them once, before they take the place of
/// what is served.
async fn load_again(options: &Options) -> anyhow::Result<Loaded> {
    let options = options.clone();
    let load = move || {
        options.files.iter().try_for_each(|file| regular(file))?;
        let loaded = catalog::load(&options)?;
        loaded.unverified.iter().try_for_each(Unverified::verify)?;
        for gazetteer in loaded.catalog.iter() {
            catalog::warm(gazetteer);
        }
        Ok::<_, LoadError>(loaded)
    };
    let loaded = catalog::background(load).await.context("loading gazetteers failed")??;
    tell(&loaded);
    Ok(loaded)
}

/// Fails for a pipe, which may be given at the start: it can be read only once, and opening it again waits for whoever
/// writes to it.
fn regular(file: &Path) -> Result<(), LoadError> {
    let fail = |error| LoadError::Read { file: file.to_owned(), error };
    let is_file = std::fs::metadata(file).map_err(fail)?.is_file();
    if is_file { Ok(()) } else { Err(fail(std::io::Error::other("it is no regular file, and can be read only once"))) }
}

/// Says in the log what was loaded.
fn tell(loaded: &Loaded) {
    for issue in &loaded.skipped {
        tracing::warn!("left out: {issue}");
    }
    for gazetteer in loaded.catalog.iter() {
        tracing::info!(
            gazetteer = gazetteer.name(),
            version = gazetteer.version(),
            entities = gazetteer.entity_count(),
            names = gazetteer.segment().name_count(),
            bytes = gazetteer.segment().memory(),
            "loaded"
        );
        if gazetteer.has_no_names() {
            tracing::warn!(gazetteer = gazetteer.name(), "the gazetteer has no names: nothing of it can be found");
        }
    }
}

/// Verifies segment files in the background: large ones serve at once, and a damaged one is known as soon as it was
/// read.
async fn verify(unverified: Vec<Unverified>) -> anyhow::Result<()> {
    let verify = move || unverified.iter().try_for_each(Unverified::verify);
    Ok(catalog::background(verify).await.context("verifying segment files failed")??)
}

/// Loads files again when a signal to hang up comes, or when they changed.
async fn reload(options: &Options, changes: Changes, handle: &Handle) -> anyhow::Result<()> {
    let Changes { mut hang_up, stamps: mut known } = changes;
    let metrics = handle.live().metrics();
    loop {
        let asked = match options.reload_seconds {
            0 => hang_up.recv().await.is_some(),
            seconds => {
                let wait = Duration::from_secs(seconds);
                tokio::time::timeout(wait, hang_up.recv()).await.is_ok_and(|signal| signal.is_some())
            }
        };
        let now = stamps(&options.files);
        if !asked && now == known {
            continue;
        }
        known = now;
        match load_again(options).await {
            Ok(loaded) => {
                handle.serve(loaded.catalog).await;
                metrics.reloaded(Reload::Ok);
                tracing::info!("gazetteers were loaded again");
            }
            Err(error) => {
                metrics.reloaded(Reload::Failed);
                tracing::error!("gazetteers were not loaded again; the old ones go on: {error:#}");
            }
        }
    }
}

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    let stamp = |file: &PathBuf| std::fs::metadata(file).and_then(|data| Ok((data.len(), data.modified()?))).ok();
    files.iter().map(stamp).collect()
}

fn hours(hours: u64) -> i64 {
    i64::try_from(hours.saturating_mul(3_600_000)).unwrap_or(i64::MAX)
}
