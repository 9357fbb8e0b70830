//! From the rows of the database to a gazetteer that can be searched: a base segment, and an overlay of what changed.
//!
//! A base is compiled in a thread of its own while its rows are read. Where there is a folder for them, bases are files
//! there: a cache, made again when one is missing, not used when one is damaged or has fewer entities than its version.
//! The file says which version of which gazetteer of which database it holds. What was not read to its end is never
//! written. One version may be compiled twice at once, where it is folded and served anew or where a compilation was given
//! up: each writes a file of its own, and renames it when it is whole and opens.
//!
//! Must not know: what is served.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_util::{FutureExt as _, TryFutureExt as _, TryStreamExt as _};
use tokio::sync::mpsc;

use super::{
    CatalogError, Revision, Store, StoreError, Stored, Uid, Version,
    background::background,
    compile::part,
    store::{Delta, Row},
};
use crate::{
    gazetteer::{Entity, parse_json},
    index::{Compiler, Overlay, Segment},
};

/// How many entities are read ahead of the compiler.
const AHEAD: usize = 1024;

/// A compiled version.
#[derive(Debug, Clone)]
pub(super) struct Base {
    pub(super) segment: Arc<Segment>,
    pub(super) revision: Revision,
    /// When that was made. A database that went back gives its number to another one.
    pub(super) created: i64,
}

/// Whether somebody waits for what is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Haste {
    Awaited,
    Background,
}

/// Compiles a version from the database, and writes it to `folder`. Keeps `turn` until that is done, whoever still waits.
pub(super) async fn compile<T: Send + 'static>(
    store: &Store,
    folder: Option<&Path>,
    stored: &Stored,
    version: &Version,
    turn: T,
    haste: Haste,
) -> Result<(Base, T), CatalogError> {
    // Who reads may be dropped or fail at any moment, and what came until then is no version: the end is said.
    let (give, mut take) = mpsc::channel::<Option<Row>>(AHEAD);
    let file = folder.map(|folder| (folder.to_owned(), stored.uid, version.clone(), store.identity().to_owned()));
    let work = move || {
        let mut compiler = if file.is_some() { Compiler::for_file() } else { Compiler::default() };
        loop {
            match take.blocking_recv() {
                Some(Some(row)) => compiler.add(&entity(&row)?),
                Some(None) => break,
                None => return Err(CatalogError::Compile("not all of its entities came".into())),
            }
        }
        let segment = compiler.finish().map_err(|error| CatalogError::Compile(error.to_string()))?;
        let Some((folder, uid, version, identity)) = file else { return Ok::<_, CatalogError>((segment, turn)) };
        let segment = match write(&folder, uid, &version, &identity, &segment) {
            Ok(opened) => opened,
            Err(error) => {
                tracing::warn!(%error, folder = %folder.display(), "a segment is kept in memory: its file failed");
                segment
            }
        };
        Ok((segment, turn))
    };
    let compiling = match haste {
        Haste::Awaited => tokio::task::spawn_blocking(work).map_err(io::Error::other).boxed(),
        Haste::Background => background(work).boxed(),
    };
    let mut rows = std::pin::pin!(store.all_entities(stored.uid, version.revision));
    while let Some(row) = rows.try_next().await? {
        if give.send(Some(row)).await.is_err() {
            // The compiler has failed, and says why below.
            break;
        }
    }
    store.still_kept(stored.uid, version.revision).await?;
    let _ = give.send(None).await;
    let (segment, turn) = compiling.await.map_err(|error| CatalogError::Compile(error.to_string()))??;
    Ok((Base { segment: Arc::new(segment), revision: version.revision, created: version.created }, turn))
}

/// The overlay that makes one version of another.
pub(super) async fn overlay(base: Arc<Segment>, delta: Delta) -> Result<Option<Overlay>, CatalogError> {
    if delta.come.is_empty() && delta.gone.is_empty() {
        return Ok(None);
    }
    let make = move || {
        let come = delta.come.iter().map(entity).collect::<Result<Vec<_>, _>>()?;
        let overlay = Overlay::new(&base, &come, delta.gone.iter().map(String::as_str));
        overlay.map(Some).map_err(|error| CatalogError::Compile(error.to_string()))
    };
    tokio::task::spawn_blocking(make).await.map_err(|error| CatalogError::Compile(error.to_string()))?
}

/// The newest base of a gazetteer among the files, of a version that is kept.
pub(super) async fn open(store: &Store, folder: &Path, stored: &Stored) -> Result<Option<Base>, CatalogError> {
    let mut revisions: Vec<Revision> = files(folder, stored.uid).into_iter().map(|(revision, _)| revision).collect();
    revisions.retain(|&revision| (stored.floor..=stored.head.revision).contains(&revision));
    revisions.sort_unstable();
    for revision in revisions.into_iter().rev() {
        let version = match store.version(stored, revision).await {
            Err(StoreError::NoVersion(_)) => continue,
            other => other?,
        };
        let (file, named) = (path(folder, stored.uid, revision), name(store.identity(), stored.uid, &version));
        let count = version.entities;
        let opened = tokio::task::spawn_blocking(move || {
            let opened = Segment::open(&file).and_then(|(segment, is)| segment.verify().map(|()| (segment, is)));
            match opened {
                Ok((segment, is)) if is == named && segment.entities().len() as i64 == count => Some(segment),
                Ok((segment, is)) if is == named => {
                    let has = segment.entities().len();
                    tracing::warn!(file = %file.display(), has, count, "a segment file is not whole; it is made again");
                    None
                }
                Ok(_) => None,
                Err(error) => {
                    tracing::warn!(file = %file.display(), %error, "a segment file is not used; it is made again");
                    None
                }
            }
        });
        let opened = opened.await.map_err(|error| CatalogError::Compile(error.to_string()))?;
        if let Some(segment) = opened {
            return Ok(Some(Base { segment: Arc::new(segment), revision, created: version.created }));
        }
    }
    Ok(None)
}

/// Removes the files of a gazetteer but for that of one version.
pub(super) fn clean(folder: &Path, uid: Uid, keep: Option<Revision>) {
    for (revision, file) in files(folder, uid) {
        if Some(revision) != keep {
            // What cannot be removed is of no harm: it is looked at again at the next start.
            let _ = fs::remove_file(file);
        }
    }
}

/// Removes the files of gazetteers that `stays` does not want.
pub(super) fn clean_all(folder: &Path, stays: impl Fn(Uid) -> bool) {
    for (_, _, file) in all_files(folder).into_iter().filter(|(uid, ..)| !stays(*uid)) {
        let _ = fs::remove_file(file);
    }
}

/// Removes what a server that was killed had begun to write. Asked before anything is written.
pub(super) fn clean_parts(folder: &Path) {
    let of = |name: &str| numbers(name.strip_suffix(".part")?.split('.').next()?);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().and_then(of).is_some() {
            // What cannot be removed takes room, and is of no other harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The entity of a row.
pub(super) fn entity(row: &Row) -> Result<Entity, CatalogError> {
    let failed = |error| CatalogError::Compile(format!("the entity {:?} in the database: {error}", row.id));
    parse_json(&row.content).map_err(failed)
}

fn path(folder: &Path, uid: Uid, revision: Revision) -> PathBuf {
    folder.join(format!("{uid}-{revision}.segment"))
}

/// The gazetteer and the version that the name of a file begins with.
fn numbers(stem: &str) -> Option<(Uid, Revision)> {
    let (uid, revision) = stem.split_once('-')?;
    Some((uid.parse().ok()?, revision.parse().ok()?))
}

/// What a file says it holds.
fn name(identity: &str, uid: Uid, version: &Version) -> String {
    format!("{identity}/{uid}/{}/{}", version.revision, version.created)
}

fn files(folder: &Path, uid: Uid) -> Vec<(Revision, PathBuf)> {
    let mine = all_files(folder).into_iter().filter(|(of, ..)| *of == uid);
    mine.map(|(_, revision, file)| (revision, file)).collect()
}

fn all_files(folder: &Path) -> Vec<(Uid, Revision, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let of = |entry: fs::DirEntry| {
        let (uid, revision) = numbers(entry.file_name().to_str()?.strip_suffix(".segment")?)?;
        Some((uid, revision, entry.path()))
    };
    entries.flatten().filter_map(of).collect()
}

/// Writes a base and opens it from its file, so that it takes no memory of its own.
fn write(folder: &Path, uid: Uid, version: &Version, identity: &str, segment: &Segment) -> io::Result<Segment> {
    fs::create_dir_all(folder)?;
    let file = path(folder, uid, version.revision);
    let mut part = part(&file)?;
    segment.write(&name(identity, uid, version), part.as_file_mut())?;
    part.as_file().sync_all()?;
    let (opened, _) = Segment::open(part.path()).map_err(io::Error::other)?;
    part.persist(&file).map_err(|failed| failed.error)?;
    Ok(opened)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::catalog::{Keep, Keeper, Kind};

    #[test]
    fn two_that_write_one_version_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let mut compiler = Compiler::for_file();
        compiler.add(&Entity { id: "cn".into(), name: "China".into(), ..Entity::default() });
        let segment = compiler.finish().unwrap();
        let version = Version { revision: 2, kind: Kind::Import, created: 0, entities: 1, source: None };
        // Another has begun, and goes on when this one is done.
        let file = path(folder.path(), 1, 2);
        let mut another = part(&file).unwrap();
        another.write_all(b"half of").unwrap();
        let opened = write(folder.path(), 1, &version, "database", &segment).unwrap();
        let written = fs::read(&file).unwrap();
        another.write_all(b" a file").unwrap();
        assert_eq!(fs::read(another.path()).unwrap(), b"half of a file");
        assert_eq!(fs::read(&file).unwrap(), written);
        opened.verify().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[tokio::test]
    async fn what_a_server_that_was_killed_had_begun_is_removed() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open_folder(data.path()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let stays = ["1-2.segment", "notes.part", "1-2.segment.copy", "a-2.segment.x.part"];
        for name in stays.iter().chain(&["1-2.part", "1-2.segment.Ab3.part"]) {
            fs::write(folder.path().join(name), "").unwrap();
        }
        Keeper::new(store, Some(folder.path().to_owned()), Keep { count: 1, age: 0 });
        assert!(stays.iter().all(|name| folder.path().join(name).exists()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), stays.len());
    }
}
