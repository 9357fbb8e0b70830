//! Opening a database, and making a new one.
//!
//! A new SQLite database is made beside its place and moved there when it is whole, so that an empty or cut file in its
//! place is always damage, and never taken for a new one.

use std::{
    borrow::Cow,
    collections::hash_map::RandomState,
    fs::{self, File, TryLockError},
    hash::{BuildHasher as _, Hasher as _},
    path::Path,
    time::Duration,
};

use sqlx::{
    AnyConnection, AnyPool, Connection as _, Executor as _, Row as _,
    any::{AnyPoolOptions, install_default_drivers},
};
use tokio::time::timeout;

use super::{Store, StoreError, error::code};

/// The format of the tables.
const FORMAT: i64 = 1;
/// The most connections.
const CONNECTIONS: u32 = 8;
/// How long a server of databases is waited for: who edits learns soon that it is away.
pub(in crate::catalog) const PATIENCE: Duration = Duration::from_secs(3);
/// How long opening may take: another server may just make the tables.
const OPENING: Duration = Duration::from_secs(15);
/// How long a connection to a file is waited for; they are lacking only where much is to do.
const FILE_PATIENCE: Duration = Duration::from_secs(10);

/// An edit that was acknowledged outlives a loss of power: every commit is on the disk. The log is cut to 16 MiB when it
/// begins anew, so that it does not stay as large as the largest import made it.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000; \
                       PRAGMA journal_size_limit = 16777216;";

/// A change that waited for another goes on with what that left, whatever the database has as its default.
const SESSION: &str = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED";

/// The tables. The index by ends leaves out what has none: else it would be taken for reading what is current, which
/// is nearly everything. `{ids}` is how text is compared byte by byte.
const TABLES: &str = "
CREATE TABLE onomast_meta (format BIGINT NOT NULL, revision BIGINT NOT NULL, identity TEXT NOT NULL);
CREATE TABLE onomast_gazetteers (
    uid BIGINT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL,
    created BIGINT NOT NULL, head BIGINT NOT NULL, floor BIGINT NOT NULL, deleted BIGINT);
CREATE UNIQUE INDEX onomast_gazetteers_name ON onomast_gazetteers (name) WHERE deleted IS NULL;
CREATE TABLE onomast_versions (
    revision BIGINT PRIMARY KEY, gazetteer BIGINT NOT NULL, kind TEXT NOT NULL,
    created BIGINT NOT NULL, entities BIGINT NOT NULL, source BIGINT);
CREATE INDEX onomast_versions_gazetteer ON onomast_versions (gazetteer, revision);
CREATE INDEX onomast_versions_created ON onomast_versions (gazetteer, created, revision);
CREATE TABLE onomast_entities (
    gazetteer BIGINT NOT NULL, id TEXT {ids} NOT NULL, since BIGINT NOT NULL, until BIGINT, content TEXT NOT NULL,
    PRIMARY KEY (gazetteer, id, since));
CREATE INDEX onomast_entities_since ON onomast_entities (gazetteer, since);
CREATE INDEX onomast_entities_until ON onomast_entities (gazetteer, until) WHERE until IS NOT NULL;
INSERT INTO onomast_meta (format, revision, identity) VALUES (1, 0, '{identity}');
";

/// The codes of SQLite that tell of the system, not of the file: PERM, NOMEM, READONLY, IOERR, CANTOPEN,
/// NOLFS, AUTH.
const OF_SYSTEM: [u32; 7] = [3, 7, 8, 10, 14, 22, 23];

/// What the address of a PostgreSQL database may set behind its `?`, as sqlx reads it; sorted.
#[rustfmt::skip]
const PARAMETERS: [&str; 18] = [
    "application_name", "dbname", "host", "hostaddr", "options", "password", "port", "ssl-ca", "ssl-cert", "ssl-key",
    "ssl-mode", "ssl-root-cert", "sslcert", "sslkey", "sslmode", "sslrootcert", "statement-cache-capacity", "user",
];

/// The file of the database in a folder.
const FILE: &str = "catalog.db";

impl Store {
    /// Opens the SQLite database in a folder; makes both where they are not there.
    pub async fn open_folder(folder: &Path) -> Result<Self, StoreError> {
        let fail = |file: &Path| {
            let file = file.to_owned();
            move |error| StoreError::File { file, error }
        };
        fs::create_dir_all(folder).map_err(fail(folder))?;
        let lock_file = folder.join("lock");
        // What is there may be somebody's.
        let lock = File::options().write(true).create(true).truncate(false).open(&lock_file);
        let lock = lock.map_err(fail(&lock_file))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse(folder.to_owned())),
            Err(TryLockError::Error(error)) => return Err(StoreError::File { file: lock_file, error }),
        }
        let file = folder.join(FILE);
        let damaged = |what: String| StoreError::Damaged { file: file.clone(), what };
        if !file.try_exists().map_err(fail(&file))? {
            if file.is_symlink() {
                return Err(damaged("it is a link to what is not there".into()));
            }
            // What the log of another database has would become part of a new one.
            let log = folder.join(format!("{FILE}-wal"));
            if log.try_exists().map_err(fail(&log))? {
                return Err(damaged(format!("it is gone, but its log {} is there", log.display())));
            }
            make(&file).await.map_err(|error| unreadable(&file, error))?;
        }
        if fs::metadata(&file).map_err(fail(&file))?.len() == 0 {
            return Err(damaged("the file is empty".into()));
        }
        let address = address_of(&file, "rw");
        // A pool would try again and again, and not say why.
        install_default_drivers();
        let one = AnyConnection::connect(&address).await;
        let mut one = one.map_err(|error| unreadable(&file, error.into()))?;
        one.execute(PRAGMAS).await.map_err(|error| unreadable(&file, error.into()))?;
        one.close().await.map_err(|error| unreadable(&file, error.into()))?;
        let pool = connect(&address).await.map_err(|error| unreadable(&file, error))?;
        // Brings what the log has into the file, which must then be as long as it says.
        let brought = match pool.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.map_err(StoreError::from) {
            Err(StoreError::Full) => {
                tracing::warn!(file = %file.display(), "the disk of the database is full: nothing can be changed");
                false
            }
            other => other.map(|_| true).map_err(|error| unreadable(&file, error))?,
        };
        let number = |pragma: &'static str| async {
            let row = sqlx::query(pragma).fetch_one(&pool).await?;
            row.try_get::<i64, _>(0)
        };
        let pages = number("PRAGMA page_count").await.map_err(|error| unreadable(&file, error.into()))?;
        let size = number("PRAGMA page_size").await.map_err(|error| unreadable(&file, error.into()))?;
        let (is, should) = (fs::metadata(&file).map_err(fail(&file))?.len(), (pages * size) as u64);
        if brought && is < should {
            return Err(damaged(format!("it is cut: it has {is} bytes of {should}")));
        }
        let mut store = Self {
            pool,
            writing: Default::default(),
            identity: String::new(),
            postgres: None,
            file: Some(file.clone()),
            _lock: Some(lock),
        };
        store.check_format().await.map_err(|error| match error {
            StoreError::Other(error) => damaged(error.to_string()),
            other => other,
        })?;
        Ok(store)
    }

    /// Opens a PostgreSQL database by its address (`postgres://user@host/name`); makes the tables where it has none.
    /// Fails where it does not answer for some seconds.
    pub async fn open_postgres(address: &str) -> Result<Self, StoreError> {
        let silent = |_| Err(StoreError::Unavailable("it says nothing".into()));
        timeout(OPENING, Self::connect_postgres(address)).await.unwrap_or_else(silent)
    }

    async fn connect_postgres(address: &str) -> Result<Self, StoreError> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme)) {
            return Err(StoreError::Address("it must begin with postgres://".into()));
        }
        let address = &*understood(address);
        // A pool would try again and again, and not say why.
        install_default_drivers();
        let silent = |_| StoreError::Unavailable("it says nothing".into());
        let one = timeout(PATIENCE, AnyConnection::connect(address)).await.map_err(silent)?;
        one.map_err(unopened)?.close().await?;
        let pool = connect(address).await?;
        let mut connection = pool.begin().await?;
        // Two servers that start at once must not both make the tables.
        sqlx::query("SELECT pg_advisory_xact_lock(7308604897285366784)").execute(&mut *connection).await?;
        let there =
            sqlx::query("SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1");
        let there: i64 = there.bind("onomast_meta").fetch_one(&mut *connection).await?.try_get(0)?;
        if there == 0 {
            for statement in TABLES.split(';').filter(|statement| !statement.trim().is_empty()) {
                let statement = statement.replace("{ids}", "COLLATE \"C\"").replace("{identity}", &identity());
                sqlx::query(&statement).execute(&mut *connection).await?;
            }
        }
        connection.commit().await?;
        let (postgres, identity) = (Some(address.to_owned()), String::new());
        let mut store = Self { pool, writing: Default::default(), identity, postgres, file: None, _lock: None };
        store.check_format().await?;
        Ok(store)
    }

    async fn check_format(&mut self) -> Result<(), StoreError> {
        let row = sqlx::query("SELECT format, identity FROM onomast_meta").fetch_one(&self.pool).await?;
        let found: i64 = row.try_get(0)?;
        self.identity = row.try_get(1)?;
        if found > FORMAT { Err(StoreError::Newer { found, known: FORMAT }) } else { Ok(()) }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

async fn connect(address: &str) -> Result<AnyPool, StoreError> {
    install_default_drivers();
    let sqlite = address.starts_with("sqlite:");
    let options = AnyPoolOptions::new().max_connections(CONNECTIONS);
    let options = options.acquire_timeout(if sqlite { FILE_PATIENCE } else { PATIENCE });
    let options = options.after_connect(move |connection, _| {
        Box::pin(async move {
            connection.execute(if sqlite { PRAGMAS } else { SESSION }).await?;
            Ok(())
        })
    });
    // SQLite ends a transaction by itself where the disk is full, and sqlx takes it for open still: whatever came next on
    // the connection would lie in a transaction that nobody ends, and hold up every change.
    let options = options.after_release(move |connection, _| {
        Box::pin(async move {
            if sqlite {
                // Behind this, a transaction that was dropped has been rolled back.
                connection.ping().await?;
            }
            Ok(!sqlite || !connection.is_in_transaction())
        })
    });
    options.connect(address).await.map_err(unopened)
}

/// Why a database was not opened.
fn unopened(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Configuration(error) => StoreError::Address(error.to_string()),
        error => error.into(),
    }
}

/// The address of a PostgreSQL database without what sqlx does not know: it would log that with its value, which may be
/// secret, or a part of a password in which a character was not written as `%26`.
fn understood(address: &str) -> Cow<'_, str> {
    let Some((before, set)) = address.split_once('?') else { return address.into() };
    let is_known = |one: &&str| {
        let name = one.split_once('=').map(|(name, _)| name);
        // Names may be written with `%` as well.
        let known = |name: &str| PARAMETERS.contains(&name) || name.starts_with("options") || name.contains('%');
        let known = name.is_some_and(known);
        if !known {
            tracing::warn!(name = name.unwrap_or_default(), "the database address sets what is no parameter of it");
        }
        known
    };
    format!("{before}?{}", set.split('&').filter(is_known).collect::<Vec<_>>().join("&")).into()
}

/// Makes a new database in that place.
async fn make(file: &Path) -> Result<(), StoreError> {
    let fail = |error| StoreError::File { file: file.to_owned(), error };
    let new = file.with_extension("new");
    let remove = |end| match fs::remove_file(file.with_extension(end)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(fail(error)),
        _ => Ok(()),
    };
    ["new", "new-wal", "new-shm"].into_iter().try_for_each(remove)?;
    let pool = connect(&address_of(&new, "rwc")).await?;
    pool.execute(&*format!("BEGIN; {} COMMIT;", TABLES.replace("{ids}", "").replace("{identity}", &identity())))
        .await?;
    pool.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    pool.close().await;
    File::open(&new).and_then(|file| file.sync_all()).map_err(fail)?;
    fs::rename(&new, file).map_err(fail)?;
    // A connection that closes late leaves its log, which has nothing any more.
    ["new-wal", "new-shm"].into_iter().try_for_each(remove)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(fail)
}

/// A name for a new database that no other one has.
fn identity() -> String {
    // Two hashers with keys of the system's randomness.
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

/// What opening says of a file that is no database, or cannot be opened.
fn unreadable(file: &Path, error: StoreError) -> StoreError {
    match error {
        // Rights, the system's limits, the disk.
        StoreError::Other(sqlx::Error::Database(error))
            if code(&*error).is_some_and(|code| OF_SYSTEM.contains(&code)) =>
        {
            StoreError::File { file: file.to_owned(), error: std::io::Error::other(error.message().to_owned()) }
        }
        StoreError::Other(sqlx::Error::Database(error)) => {
            StoreError::Damaged { file: file.to_owned(), what: error.message().to_owned() }
        }
        // Beside the file another one is needed while it is open.
        StoreError::Full => StoreError::File { file: file.to_owned(), error: std::io::ErrorKind::StorageFull.into() },
        other => other,
    }
}

/// The address of a SQLite file.
fn address_of(file: &Path, mode: &str) -> String {
    let path = file.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}?mode={mode}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_parameter_of_a_database_is_left_out() {
        assert!(PARAMETERS.is_sorted());
        for (address, expected) in [
            ("postgres://me@localhost/x", "postgres://me@localhost/x"),
            ("postgres://h/x?user=me&options[a]=b&password=%3F", "postgres://h/x?user=me&options[a]=b&password=%3F"),
            ("postgres://h/x?options%5Ba%5D=b&port=1", "postgres://h/x?options%5Ba%5D=b&port=1"),
            ("postgres://h/x?sslmode=prefer&sslpassword=secret", "postgres://h/x?sslmode=prefer"),
            ("postgres://h/x?password=ab&cd&connect_timeout=5", "postgres://h/x?password=ab"),
        ] {
            assert_eq!(understood(address), expected);
        }
    }
}
