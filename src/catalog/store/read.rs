//! Reading: gazetteers, versions, entities, and what differs between two versions.
//!
//! Rows of versions that are not kept any more go away while somebody reads. Whoever reads many of a version learns that
//! it went ([`StoreError::NoVersion`]), and never takes what was left of it for the whole.

use futures_util::{Stream, TryStreamExt as _, stream};
use sqlx::{Row as _, any::AnyRow};

use super::{Kind, Revision, Store, StoreError, Stored, Uid, Version};

/// An entity as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The version that last changed it.
    pub since: Revision,
    /// Its JSON.
    pub content: String,
}

/// A version that was made.
#[derive(Debug)]
pub struct Change {
    /// The name of its gazetteer.
    pub name: String,
    /// Which gazetteer of that name.
    pub uid: Uid,
    /// Whether that was deleted since, or by this.
    pub is_deleted: bool,
    /// The version.
    pub version: Version,
}

/// What differs between two versions.
#[derive(Debug, Default)]
pub struct Delta {
    /// What the second has and the first has not.
    pub come: Vec<Row>,
    /// The ids of what the first has and the second has not; what was replaced is on both sides.
    pub gone: Vec<String>,
}

/// How many bytes of entities are read at once, but for a single one that has more.
pub(in crate::catalog) const PAGE_BYTES: usize = 2 << 20;

/// The most bytes of the entities that differ between two versions.
const DELTA_BYTES: usize = 64 << 20;

const GAZETTEERS: &str = "SELECT v.revision, v.kind, v.created, v.entities, v.source, g.uid, g.name, g.description, \
                          g.created, g.floor FROM onomast_gazetteers g JOIN onomast_versions v ON v.revision = g.head \
                          WHERE g.deleted IS NULL";
/// Whether a row is valid in the version `$n`.
macro_rules! valid_at {
    ($n:literal) => {
        concat!("since <= ", $n, " AND (until IS NULL OR until > ", $n, ")")
    };
}

impl Store {
    /// The newest revision of all.
    pub async fn revision(&self) -> Result<Revision, StoreError> {
        let row = self.row(sqlx::query("SELECT revision FROM onomast_meta").fetch_one(&self.pool)).await?;
        Ok(row.try_get(0)?)
    }

    /// Every gazetteer, in order of name.
    pub async fn gazetteers(&self) -> Result<Vec<Stored>, StoreError> {
        let query = format!("{GAZETTEERS} ORDER BY g.name");
        self.rows(sqlx::query(&query).fetch(&self.pool), stored).await
    }

    /// One gazetteer, by its name.
    pub async fn gazetteer(&self, name: &str) -> Result<Option<Stored>, StoreError> {
        // No database takes the character in a question.
        if name.contains('\0') {
            return Ok(None);
        }
        let query = format!("{GAZETTEERS} AND g.name = $1");
        let row = self.row(sqlx::query(&query).bind(name).fetch_optional(&self.pool)).await?;
        row.as_ref().map(stored).transpose()
    }

    /// The changes after a revision, at most `limit`, oldest first.
    pub async fn changes(&self, after: Revision, limit: i64) -> Result<Vec<Change>, StoreError> {
        let query = "SELECT v.revision, v.kind, v.created, v.entities, v.source, g.name, g.uid, g.deleted \
                     FROM onomast_versions v \
                     JOIN onomast_gazetteers g ON g.uid = v.gazetteer WHERE v.revision > $1 \
                     ORDER BY v.revision LIMIT $2";
        let rows = sqlx::query(query).bind(after).bind(limit).fetch(&self.pool);
        self.rows(rows, |row| {
            let is_deleted = row.try_get::<Option<i64>, _>(7)?.is_some();
            Ok(Change { name: row.try_get(5)?, uid: row.try_get(6)?, is_deleted, version: version(row)? })
        })
        .await
    }

    /// The revision before the oldest change that is still known of each of the gazetteers that are wanted, by name; a
    /// checkpoint before it may have missed some.
    pub async fn oldest_change(&self, wants: impl Fn(&str) -> bool) -> Result<Revision, StoreError> {
        let query = "SELECT name, floor FROM onomast_gazetteers WHERE floor > uid AND deleted IS NULL";
        let mut oldest = 0;
        let floors = self.rows(sqlx::query(query).fetch(&self.pool), |row| {
            Ok((row.try_get::<String, _>(0)?, row.try_get::<Revision, _>(1)?))
        });
        for (name, floor) in floors.await? {
            if wants(&name) {
                oldest = oldest.max(floor - 1);
            }
        }
        Ok(oldest)
    }

    /// The versions of a gazetteer that are kept and older than `before`, the newest first.
    pub async fn versions(&self, of: &Stored, before: Revision, limit: i64) -> Result<Vec<Version>, StoreError> {
        let query = "SELECT revision, kind, created, entities, source FROM onomast_versions \
                     WHERE gazetteer = $1 AND revision >= $2 AND revision < $3 ORDER BY revision DESC LIMIT $4";
        let query = sqlx::query(query).bind(of.uid).bind(of.floor).bind(before).bind(limit);
        self.rows(query.fetch(&self.pool), version).await
    }

    /// One version of a gazetteer, if it is kept.
    pub async fn version(&self, of: &Stored, revision: Revision) -> Result<Version, StoreError> {
        let found = self.versions(of, revision.saturating_add(1), 1).await?;
        let found = found.into_iter().find(|version| version.revision == revision);
        found.ok_or_else(|| StoreError::NoVersion(revision.to_string()))
    }

    /// One entity in a version. That a version has none is said only of one that is kept.
    pub async fn entity(&self, uid: Uid, id: &str, at: Revision) -> Result<Option<Row>, StoreError> {
        let query = concat!(
            "SELECT id, since, content FROM onomast_entities WHERE gazetteer = $1 AND id = $2 AND ",
            valid_at!("$3")
        );
        let row = self.row(sqlx::query(query).bind(uid).bind(id).bind(at).fetch_optional(&self.pool)).await?;
        if row.is_none() {
            self.still_kept(uid, at).await?;
        }
        row.as_ref().map(entity).transpose()
    }

    /// Fails where a version is not kept any more, or its gazetteer was deleted. What was read of it before is whole.
    pub async fn still_kept(&self, uid: Uid, version: Revision) -> Result<(), StoreError> {
        let query = "SELECT floor FROM onomast_gazetteers WHERE uid = $1 AND deleted IS NULL";
        let row = self.row(sqlx::query(query).bind(uid).fetch_optional(&self.pool)).await?;
        let row = row.ok_or(StoreError::NoGazetteer)?;
        let floor: Revision = row.try_get(0)?;
        if version < floor { Err(StoreError::NoVersion(version.to_string())) } else { Ok(()) }
    }

    /// Entities of a version behind an id, in the order of the bytes of their ids, and whether there are more: at most
    /// `limit`, and not many where they are large.
    pub async fn entities(
        &self,
        uid: Uid,
        at: Revision,
        after: &str,
        limit: usize,
    ) -> Result<(Vec<Row>, bool), StoreError> {
        let query = concat!(
            "SELECT id, since, content FROM onomast_entities WHERE gazetteer = $1 AND id > $2 AND ",
            valid_at!("$3"),
            " ORDER BY id LIMIT $4"
        );
        let query = sqlx::query(query).bind(uid).bind(after).bind(at).bind(limit as i64 + 1);
        let (mut page, mut bytes, mut more) = (Vec::new(), 0, false);
        {
            let mut rows = query.fetch(&self.pool);
            while let Some(row) = self.row(rows.try_next()).await? {
                more = page.len() >= limit || bytes >= PAGE_BYTES;
                if more {
                    break;
                }
                let row = entity(&row)?;
                bytes += row.content.len();
                page.push(row);
            }
        }
        self.still_kept(uid, at).await?;
        Ok((page, more))
    }

    /// Every entity of a version, in the order of the bytes of their ids. To be asked behind the last whether the version
    /// is [still kept](Self::still_kept).
    pub fn all_entities(&self, uid: Uid, at: Revision) -> impl Stream<Item = Result<Row, StoreError>> + Send + '_ {
        let query = concat!(
            "SELECT id, since, content FROM onomast_entities WHERE gazetteer = $1 AND ",
            valid_at!("$2"),
            " ORDER BY id"
        );
        let rows = sqlx::query(query).bind(uid).bind(at).fetch(&self.pool);
        stream::try_unfold(rows, move |mut rows| async move {
            let row = self.row(rows.try_next()).await?;
            row.map(|row| Ok((entity(&row)?, rows))).transpose()
        })
    }

    /// Whether a gazetteer has a version that was made then. One that went back has another of that number, or none.
    pub async fn has(&self, uid: Uid, revision: Revision, created: i64) -> Result<bool, StoreError> {
        let query = "SELECT created FROM onomast_versions WHERE gazetteer = $1 AND revision = $2";
        let row = self.row(sqlx::query(query).bind(uid).bind(revision).fetch_optional(&self.pool)).await?;
        let found = row.map(|row| row.try_get::<i64, _>(0)).transpose()?;
        Ok(found == Some(created))
    }

    /// What differs between two versions of a gazetteer that are kept; `None` where more than `limit` entities do, or where
    /// they have more than [`DELTA_BYTES`].
    pub async fn delta(
        &self,
        uid: Uid,
        from: Revision,
        to: Revision,
        limit: usize,
    ) -> Result<Option<Delta>, StoreError> {
        // Rows begin and end only at changes between the two, whichever is the newer one.
        let (low, high) = (from.min(to), from.max(to));
        let begun = "SELECT id, since, content FROM onomast_entities WHERE gazetteer = $1 AND since > $2 \
                     AND since <= $3 AND (until IS NULL OR until > $3) LIMIT $4";
        let ended = "SELECT id, since, content FROM onomast_entities WHERE gazetteer = $1 AND until > $2 \
                     AND until <= $3 AND since <= $2 LIMIT $4";
        let read = |query: &'static str| async move {
            let query = sqlx::query(query).bind(uid).bind(low).bind(high).bind(limit as i64 + 1);
            let mut rows = query.fetch(&self.pool);
            let (mut all, mut bytes) = (Vec::new(), 0);
            while let Some(row) = self.row(rows.try_next()).await? {
                let row = entity(&row)?;
                bytes += row.content.len();
                if all.len() == limit || bytes > DELTA_BYTES {
                    return Ok::<_, StoreError>(None);
                }
                all.push(row);
            }
            Ok(Some(all))
        };
        let (begun, ended) = (read(begun).await?, read(ended).await?);
        self.still_kept(uid, low).await?;
        let (Some(begun), Some(ended)) = (begun, ended) else { return Ok(None) };
        let (come, gone) = if from <= to { (begun, ended) } else { (ended, begun) };
        Ok(Some(Delta { come, gone: gone.into_iter().map(|row| row.id).collect() }))
    }
}

fn entity(row: &AnyRow) -> Result<Row, StoreError> {
    Ok(Row { id: row.try_get(0)?, since: row.try_get(1)?, content: row.try_get(2)? })
}

/// The version that the first five columns of a row have.
pub(super) fn version(row: &AnyRow) -> Result<Version, StoreError> {
    let kind: String = row.try_get(1)?;
    let kind = Kind::parse(&kind)
        .ok_or_else(|| StoreError::Other(sqlx::Error::Decode(format!("the kind of version {kind:?}").into())))?;
    Ok(Version {
        revision: row.try_get(0)?,
        kind,
        created: row.try_get(2)?,
        entities: row.try_get(3)?,
        source: row.try_get(4)?,
    })
}

fn stored(row: &AnyRow) -> Result<Stored, StoreError> {
    Ok(Stored {
        head: version(row)?,
        uid: row.try_get(5)?,
        name: row.try_get(6)?,
        description: row.try_get(7)?,
        created: row.try_get(8)?,
        floor: row.try_get(9)?,
    })
}
