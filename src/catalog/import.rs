//! Taking any number of entities, and making one version of them.
//!
//! What comes is checked and laid down in a file that has no name, so that nothing of it is left when the import, or the
//! server, ends early. The database gets it in one change when all of it is there.
//!
//! Must not know: streams, requests.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufReader, BufWriter, ErrorKind, Read as _, Seek as _, Write as _},
    sync::Arc,
};

use sha2::{Digest as _, Sha256};

use super::{CatalogError, Keeper, Kind, Live, keeper::now, underway::Underway};
use crate::gazetteer::{Checker, Entity, Issue, write_json};

/// How many entities the database gets at once.
const CHUNK: usize = 2000;
/// How many bytes of them, but for a single one that has more.
const CHUNK_BYTES: usize = 8 << 20;
/// The most issues that are listed.
const MAX_ISSUES: usize = 10_000;

/// Entities that come.
#[derive(Debug)]
pub struct Import {
    spool: BufWriter<File>,
    checker: Checker,
    seen: Seen,
    received: u64,
    bytes: u64,
    issues: Vec<Issue>,
    more_issues: u64,
}

/// What became of an import.
#[derive(Debug)]
pub struct Imported {
    /// The version that has the entities.
    pub version: String,
    /// How many were added, changed and deleted.
    pub counts: [u64; 3],
}

impl Import {
    /// An import of nothing yet. Its entities are given to the checker with their places, from 0.
    pub fn new(checker: Checker) -> Result<Self, CatalogError> {
        let spool = BufWriter::with_capacity(1 << 18, tempfile::tempfile()?);
        Ok(Self { spool, checker, seen: Seen::default(), received: 0, bytes: 0, issues: Vec::new(), more_issues: 0 })
    }

    /// Takes an entity, or notes what is wrong with it; `faults` are those that its conversion found.
    pub fn take(&mut self, entity: &Entity, faults: Vec<Issue>) -> io::Result<()> {
        let mut issues = faults;
        let good = self.checker.check(entity, self.received, &mut issues);
        // What came is not deleted, whatever is wrong with it.
        self.seen.add(&entity.id);
        self.received += 1;
        for issue in issues {
            if self.issues.len() < MAX_ISSUES {
                self.issues.push(issue);
            } else {
                self.more_issues += 1;
            }
        }
        if good {
            let content = write_json(entity);
            self.bytes += (entity.id.len() + content.len()) as u64;
            for part in [entity.id.as_bytes(), content.as_bytes()] {
                self.spool.write_all(&(part.len() as u32).to_le_bytes())?;
                self.spool.write_all(part)?;
            }
        }
        Ok(())
    }

    /// How many entities came.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// How many bytes the good ones take in the temporary file: their ids, and each as JSON.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What is wrong with them, and how many issues there are beyond those listed.
    pub fn issues(&self) -> (&[Issue], u64) {
        (&self.issues, self.more_issues)
    }

    /// Makes a version of the good entities. With `replace`, those of the gazetteer that did not come are deleted; one
    /// that came with issues stays as it was.
    pub async fn finish(
        self,
        live: &Arc<Live>,
        keeper: &Keeper,
        name: &str,
        replace: bool,
        if_version: Option<&str>,
    ) -> Result<Imported, CatalogError> {
        let stored = keeper.stored(live, name).await?;
        let mut spool = self.spool.into_inner().map_err(io::IntoInnerError::into_error)?;
        spool.rewind()?;
        let mut spool = BufReader::with_capacity(1 << 18, spool);
        let mut edit = keeper.store().edit(stored.uid, if_version, now()).await?;
        loop {
            // A file of many bytes is not read where input and output is done.
            let rows;
            let read = move || read_chunk(&mut spool).map(|rows| (spool, rows));
            (spool, rows) = tokio::task::spawn_blocking(read).await.map_err(io::Error::other)??;
            if rows.is_empty() {
                break;
            }
            edit.put(&rows).await?;
        }
        if replace {
            edit.delete_others(|id| self.seen.has(id)).await?;
        }
        let underway = Underway::begin(live);
        let outcome = keeper.store().commit(edit, Kind::Import, None).await?;
        keeper.follow(live, name).await?;
        underway.end();
        let counts = [outcome.added, outcome.changed, outcome.deleted];
        Ok(Imported { version: outcome.revision.to_string(), counts })
    }
}

/// The next entities of a spool, each as its id and its content; none at its end.
fn read_chunk(spool: &mut BufReader<File>) -> io::Result<Vec<(String, String)>> {
    let (mut rows, mut bytes) = (Vec::with_capacity(CHUNK), 0);
    while rows.len() < CHUNK
        && bytes < CHUNK_BYTES
        && let Some(id) = read(spool)?
    {
        let content = read(spool)?.unwrap_or_default();
        bytes += content.len();
        rows.push((id, content));
    }
    Ok(rows)
}

/// The next text of a spool; `None` at its end.
fn read(spool: &mut BufReader<File>) -> io::Result<Option<String>> {
    let mut len = [0; 4];
    match spool.read_exact(&mut len) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut bytes = vec![0; u32::from_le_bytes(len) as usize];
    spool.read_exact(&mut bytes)?;
    String::from_utf8(bytes).map(Some).map_err(io::Error::other)
}

/// The ids that came.
#[derive(Debug, Default)]
struct Seen(HashSet<u128>);

impl Seen {
    /// Takes note of an id. Two ids of one digest do not happen: it has 128 bits of SHA-256.
    fn add(&mut self, id: &str) {
        self.0.insert(digest(id));
    }

    fn has(&self, id: &str) -> bool {
        self.0.contains(&digest(id))
    }
}

fn digest(id: &str) -> u128 {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(id)[..16]);
    u128::from_le_bytes(bytes)
}
