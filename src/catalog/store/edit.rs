//! Changes: each is one transaction that makes one version, or nothing.

use sqlx::{Any, Row as _, Transaction};
use tokio::sync::MutexGuard;

use super::{CHANNEL, Kind, Most, Revision, Store, StoreError, Stored, Uid, Version, room::has_room};

/// How many rows one statement reads or writes.
const CHUNK: usize = 200;

/// What must hold before a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The entity.
    pub id: String,
    /// The version that last changed it; `None` where it must not exist.
    pub version: Option<Revision>,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The version that has it: a new one, or the newest where nothing had to be changed.
    pub revision: Revision,
    /// How many entities were added.
    pub added: u64,
    /// How many were replaced by something else.
    pub changed: u64,
    /// How many were deleted.
    pub deleted: u64,
}

/// A change that is being made. Dropped before [`Edit::commit`], nothing of it was.
#[derive(Debug)]
pub struct Edit<'s> {
    transaction: Transaction<'static, Any>,
    uid: Uid,
    head: Version,
    revision: Revision,
    now: i64,
    added: u64,
    changed: u64,
    deleted: u64,
    _writing: MutexGuard<'s, ()>,
}

impl Store {
    /// Makes a gazetteer, if there is room for one more.
    pub async fn create(&self, name: &str, description: &str, most: Most<'_>, now: i64) -> Result<Stored, StoreError> {
        let _writing = self.writing.lock().await;
        let mut transaction = self.pool.begin().await?;
        let revision = next_revision(&mut transaction).await?;
        let taken = sqlx::query("SELECT uid FROM onomast_gazetteers WHERE name = $1 AND deleted IS NULL");
        if taken.bind(name).fetch_optional(&mut *transaction).await?.is_some() {
            return Err(StoreError::Exists);
        }
        has_room(&mut transaction, most).await?;
        let insert = "INSERT INTO onomast_gazetteers (uid, name, description, created, head, floor) \
                      VALUES ($1, $2, $3, $4, $1, $1)";
        let insert = sqlx::query(insert).bind(revision).bind(name).bind(description).bind(now);
        insert.execute(&mut *transaction).await?;
        let head = Version { revision, kind: Kind::Create, created: now, entities: 0, source: None };
        record(&mut transaction, revision, &head).await?;
        self.tell(&mut transaction, revision).await?;
        transaction.commit().await?;
        let (name, description) = (name.to_owned(), description.to_owned());
        Ok(Stored { uid: revision, name, description, created: now, head, floor: revision })
    }

    /// Deletes a gazetteer with all its entities. What changes it had stays known for as long as old versions are kept.
    pub async fn delete(&self, uid: Uid, if_version: Option<&str>, now: i64) -> Result<Revision, StoreError> {
        let mut edit = self.edit(uid, if_version, now).await?;
        sqlx::query("UPDATE onomast_gazetteers SET deleted = $1, head = $1 WHERE uid = $2")
            .bind(edit.revision)
            .bind(uid)
            .execute(&mut *edit.transaction)
            .await?;
        sqlx::query("DELETE FROM onomast_entities WHERE gazetteer = $1")
            .bind(uid)
            .execute(&mut *edit.transaction)
            .await?;
        let (revision, created) = (edit.revision, edit.now);
        let version = Version { revision, kind: Kind::Delete, created, entities: 0, source: None };
        record(&mut edit.transaction, uid, &version).await?;
        self.tell(&mut edit.transaction, revision).await?;
        edit.transaction.commit().await?;
        Ok(revision)
    }

    /// Begins a change of a gazetteer; fails where its newest version is not `if_version`. `now` is the time in
    /// milliseconds since 1970; where clocks went back, the version takes the time of the one before.
    pub async fn edit(&self, uid: Uid, if_version: Option<&str>, now: i64) -> Result<Edit<'_>, StoreError> {
        let writing = self.writing.lock().await;
        let mut transaction = self.pool.begin().await?;
        let revision = next_revision(&mut transaction).await?;
        let head = "SELECT v.revision, v.kind, v.created, v.entities, v.source FROM onomast_gazetteers g \
                    JOIN onomast_versions v ON v.revision = g.head WHERE g.uid = $1 AND g.deleted IS NULL";
        let head = sqlx::query(head).bind(uid).fetch_optional(&mut *transaction).await?;
        let head = super::read::version(&head.ok_or(StoreError::NoGazetteer)?)?;
        if let Some(asked) = if_version.filter(|asked| asked.parse() != Ok(head.revision)) {
            return Err(StoreError::OtherVersion { head: head.revision, asked: asked.to_owned() });
        }
        let now = now.max(head.created);
        Ok(Edit { transaction, uid, head, revision, now, added: 0, changed: 0, deleted: 0, _writing: writing })
    }

    /// Waits until every change that has begun is durable, or was given up.
    pub async fn settle(&self) -> Result<(), StoreError> {
        let _writing = self.writing.lock().await;
        self.takes_changes().await
    }

    /// Whether the database takes changes. Those of this process do not wait for the answer.
    pub async fn takes_changes(&self) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("UPDATE onomast_meta SET revision = revision").execute(&mut *transaction).await?;
        Ok(transaction.rollback().await?)
    }

    /// Tells other servers, when the change is durable.
    async fn tell(&self, transaction: &mut Transaction<'static, Any>, revision: Revision) -> Result<(), StoreError> {
        if self.postgres.is_some() {
            let notify = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(revision.to_string());
            notify.execute(&mut **transaction).await?;
        }
        Ok(())
    }

    /// Makes a change durable; where it changes nothing, nothing is made.
    pub async fn commit(&self, edit: Edit<'_>, kind: Kind, source: Option<Revision>) -> Result<Outcome, StoreError> {
        let Edit { mut transaction, uid, head, revision, now, added, changed, deleted, _writing } = edit;
        if added + changed + deleted == 0 && kind != Kind::Rollback {
            transaction.rollback().await?;
            return Ok(Outcome { revision: head.revision, added, changed, deleted });
        }
        let entities = head.entities + added as i64 - deleted as i64;
        record(&mut transaction, uid, &Version { revision, kind, created: now, entities, source }).await?;
        let update = sqlx::query("UPDATE onomast_gazetteers SET head = $1 WHERE uid = $2").bind(revision).bind(uid);
        update.execute(&mut *transaction).await?;
        self.tell(&mut transaction, revision).await?;
        transaction.commit().await?;
        Ok(Outcome { revision, added, changed, deleted })
    }
}

impl Edit<'_> {
    /// Fails where one of the checks does not hold.
    pub async fn check(&mut self, checks: &[Check]) -> Result<(), StoreError> {
        for Check { id, version } in checks {
            let row =
                sqlx::query("SELECT since FROM onomast_entities WHERE gazetteer = $1 AND id = $2 AND until IS NULL");
            let row = row.bind(self.uid).bind(id).fetch_optional(&mut *self.transaction).await?;
            let found = row.map(|row| row.try_get::<i64, _>(0)).transpose()?;
            if found != *version {
                return Err(StoreError::OtherEntity { id: id.clone(), found });
            }
        }
        Ok(())
    }

    /// Adds entities, and replaces those of the same ids. An id may come once in a change.
    pub async fn put(&mut self, entities: &[(String, String)]) -> Result<(), StoreError> {
        for entities in entities.chunks(CHUNK) {
            let known = self.current(entities.iter().map(|(id, _)| id.as_str())).await?;
            let same = |(id, content): &&(String, String)| known.get(id).is_none_or(|is| is != content);
            let new: Vec<_> = entities.iter().filter(same).collect();
            let replaced: Vec<_> = new.iter().map(|(id, _)| id.as_str()).filter(|id| known.contains_key(*id)).collect();
            self.close(&replaced).await?;
            self.changed += replaced.len() as u64;
            self.added += (new.len() - replaced.len()) as u64;
            if new.is_empty() {
                continue;
            }
            let values = rows(new.len(), 2, "$1, $2, ", 2);
            let insert = format!("INSERT INTO onomast_entities (gazetteer, since, id, content) VALUES {values}");
            let mut insert = sqlx::query(&insert).persistent(new.len() == CHUNK).bind(self.uid).bind(self.revision);
            for (id, content) in new {
                insert = insert.bind(id).bind(content);
            }
            insert.execute(&mut *self.transaction).await?;
        }
        Ok(())
    }

    /// Deletes entities; an id that is not there counts nothing.
    pub async fn delete(&mut self, ids: &[String]) -> Result<(), StoreError> {
        for ids in ids.chunks(CHUNK) {
            let known = self.current(ids.iter().map(String::as_str)).await?;
            let gone: Vec<_> = known.keys().map(String::as_str).collect();
            self.close(&gone).await?;
            self.deleted += gone.len() as u64;
        }
        Ok(())
    }

    /// Deletes every entity that `seen` does not know and this change did not add.
    pub async fn delete_others(&mut self, seen: impl Fn(&str) -> bool) -> Result<(), StoreError> {
        let mut after = String::new();
        loop {
            // The first page begins at the smallest id, the empty one, which no entity has.
            let query = "SELECT id FROM onomast_entities WHERE gazetteer = $1 AND until IS NULL AND id > $2 \
                         ORDER BY id LIMIT 10000";
            let query = sqlx::query(query).bind(self.uid).bind(&after);
            let page = query.fetch_all(&mut *self.transaction).await?;
            let ids = page.iter().map(|row| row.try_get::<String, _>(0)).collect::<Result<Vec<_>, _>>()?;
            let Some(last) = ids.last().cloned() else { return Ok(()) };
            let gone: Vec<String> = ids.into_iter().filter(|id| !seen(id)).collect();
            self.delete(&gone).await?;
            after = last;
        }
    }

    /// Brings back the content of an old version, which must be kept.
    pub async fn restore(&mut self, version: Revision) -> Result<(), StoreError> {
        let kept = "SELECT v.revision FROM onomast_versions v JOIN onomast_gazetteers g ON g.uid = v.gazetteer \
                    WHERE v.gazetteer = $1 AND v.revision = $2 AND v.revision >= g.floor";
        let kept = sqlx::query(kept).bind(self.uid).bind(version).fetch_optional(&mut *self.transaction).await?;
        kept.ok_or_else(|| StoreError::NoVersion(version.to_string()))?;
        // What came since goes, unless it is what was there: that row is another one, and comes back below.
        let gone = "UPDATE onomast_entities SET until = $1 WHERE gazetteer = $2 AND until IS NULL AND since > $3";
        let gone = sqlx::query(gone).bind(self.revision).bind(self.uid).bind(version);
        let gone = gone.execute(&mut *self.transaction).await?.rows_affected();
        let back = "INSERT INTO onomast_entities (gazetteer, id, since, content) \
                    SELECT gazetteer, id, $1, content FROM onomast_entities \
                    WHERE gazetteer = $2 AND since <= $3 AND until > $3";
        let back = sqlx::query(back).bind(self.revision).bind(self.uid).bind(version);
        let back = back.execute(&mut *self.transaction).await?.rows_affected();
        (self.added, self.deleted) = (back, gone);
        Ok(())
    }

    /// The contents of those of the entities that exist.
    async fn current<'a>(
        &mut self,
        ids: impl ExactSizeIterator<Item = &'a str>,
    ) -> Result<std::collections::HashMap<String, String>, StoreError> {
        let count = ids.len();
        // What this change added is not asked for: an id comes once.
        if self.head.entities == 0 {
            return Ok(Default::default());
        }
        let query = format!(
            "SELECT id, content FROM onomast_entities WHERE gazetteer = $1 AND until IS NULL AND id IN {}",
            rows(1, count, "", 1)
        );
        let mut query = sqlx::query(&query).persistent(count == CHUNK).bind(self.uid);
        for id in ids {
            query = query.bind(id.to_owned());
        }
        let rows = query.fetch_all(&mut *self.transaction).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// Ends entities that exist.
    async fn close(&mut self, ids: &[&str]) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        let update = format!(
            "UPDATE onomast_entities SET until = $1 WHERE gazetteer = $2 AND until IS NULL AND id IN {}",
            rows(1, ids.len(), "", 2)
        );
        let mut update = sqlx::query(&update).persistent(ids.len() == CHUNK).bind(self.revision).bind(self.uid);
        for id in ids {
            update = update.bind((*id).to_owned());
        }
        update.execute(&mut *self.transaction).await?;
        Ok(())
    }
}

/// Lists of parameters, `(before $n, $n+1), (before …)`: so many lists of `each`, numbered behind `bound`.
fn rows(count: usize, each: usize, before: &str, bound: usize) -> String {
    let list = |at: usize| {
        let numbers = (1..=each).map(|number| format!("${}", bound + at * each + number));
        format!("({before}{})", numbers.collect::<Vec<_>>().join(", "))
    };
    (0..count).map(list).collect::<Vec<_>>().join(", ")
}

/// Takes the next revision; whoever comes next waits until this change is durable or was given up.
async fn next_revision(transaction: &mut Transaction<'static, Any>) -> Result<Revision, StoreError> {
    let next = sqlx::query("UPDATE onomast_meta SET revision = revision + 1 RETURNING revision");
    Ok(next.fetch_one(&mut **transaction).await?.try_get(0)?)
}

/// Writes a version down.
async fn record(transaction: &mut Transaction<'static, Any>, uid: Uid, version: &Version) -> Result<(), StoreError> {
    let insert = "INSERT INTO onomast_versions (revision, gazetteer, kind, created, entities, source) \
                  VALUES ($1, $2, $3, $4, $5, $6)";
    let Version { revision, kind, created, entities, source } = version;
    let insert = sqlx::query(insert).bind(revision).bind(uid).bind(kind.as_str()).bind(created).bind(entities);
    insert.bind(source).execute(&mut **transaction).await?;
    Ok(())
}
