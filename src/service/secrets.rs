//! Certificates and the access file together: read at start, and again when somebody asks or a file has changed.
//!
//! A file is taken for changed when its times, its length or its place on the disk are others. They are looked at before
//! the file is read, so that what changes meanwhile is read the next time. What is bad is logged as an error once, and
//! leaves in force what was read before.
//!
//! Must not know: connections, requests.

use std::{
    fmt::Display,
    os::unix::fs::MetadataExt as _,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::task::spawn_blocking;

use super::{
    access::{self, Gate},
    quota::Quota,
    server::ServerError,
    tls::{self, Tls},
};

/// How the server faces the network: with what certificates, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facing {
    /// The certificates.
    pub tls: tls::Options,
    /// Who may call.
    pub access: access::Options,
    /// What each client may use that has no quota of its own in the access file.
    pub quota: Quota,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    pub(super) tls: Option<Arc<Tls>>,
    pub(super) gate: Option<Arc<Gate>>,
    /// Held while everything is read again: what was read first must not come into force last.
    reading: Mutex<()>,
}

/// What tells a file from its former self.
type Mark = Option<[i64; 6]>;

impl Secrets {
    /// Reads everything.
    pub(super) fn load(facing: &Facing) -> Result<Self, ServerError> {
        let Facing { tls, access, quota: _ } = facing;
        let gate = Gate::load(access)?.map(Arc::new);
        let tls = Tls::load(tls, gate.is_some())?.map(Arc::new);
        Ok(Self { tls, gate, reading: Mutex::default() })
    }

    /// Whether a client has to show who it is.
    pub(super) fn ask(&self) -> bool {
        self.gate.is_some() || self.tls.as_ref().is_some_and(|tls| tls.knows_clients())
    }

    /// Reads everything again; false where anything was bad.
    pub(super) fn reload(&self) -> bool {
        let _reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let tls = self.tls.as_ref().is_none_or(|tls| {
            let bad = "the new certificates are bad; the old ones stay in force";
            tell(tls.reload(), "certificates read again", bad)
        });
        let gate = self.gate.as_ref().is_none_or(|gate| {
            tell(gate.reload(), "access file read again", "the new access file is bad; the old one stays in force")
        });
        tls && gate
    }

    fn files(&self) -> Vec<PathBuf> {
        let tls = self.tls.iter().flat_map(|tls| tls.files());
        tls.chain(self.gate.iter().flat_map(|gate| gate.files())).collect()
    }

    fn marks(&self) -> Vec<(PathBuf, Mark)> {
        let mark = |file: PathBuf| {
            let mark = std::fs::metadata(&file).ok().map(|data| {
                let (length, place) = (data.len() as i64, data.ino() as i64);
                [data.mtime(), data.mtime_nsec(), data.ctime(), data.ctime_nsec(), length, place]
            });
            (file, mark)
        };
        self.files().into_iter().map(mark).collect()
    }

    /// Reads everything again if a file is another than `last` time. What is returned is of before it was read; where a new
    /// access file names other keys, that is another list, and all is read once more.
    fn look(&self, last: Option<&[(PathBuf, Mark)]>) -> Vec<(PathBuf, Mark)> {
        let now = self.marks();
        let is_new = |last: &[(PathBuf, Mark)], (file, mark): &(PathBuf, Mark)| {
            // One that is named now and is not there changes when it comes.
            last.iter().find(|(other, _)| other == file).map_or(mark.is_some(), |(_, before)| before != mark)
        };
        if last.is_some_and(|last| now.iter().any(|one| is_new(last, one))) {
            self.reload();
        }
        now
    }

    /// Reads everything again whenever a file has changed; never ends.
    pub(super) async fn watch(self: Arc<Self>, every: Duration) {
        if every.is_zero() || self.tls.is_none() && self.gate.is_none() {
            return std::future::pending().await;
        }
        let mut interval = tokio::time::interval(every);
        let mut before = None;
        loop {
            interval.tick().await;
            let (secrets, last) = (self.clone(), before.clone());
            before = spawn_blocking(move || secrets.look(last.as_deref())).await.ok().or(before);
        }
    }
}

/// Logs whether something was read again, and returns whether it was.
fn tell(result: Result<(), impl Display>, good: &str, bad: &str) -> bool {
    match &result {
        Ok(()) => tracing::info!("{good}"),
        Err(error) => tracing::error!(%error, "{bad}"),
    }
    result.is_ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{fs, process::Command, thread};

    use super::*;

    /// From RFC 7517.
    const KEYS: &str = r#"{"keys": [{"kty": "EC", "crv": "P-256", "kid": "1",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}"#;

    #[test]
    fn what_changes_while_it_is_read_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let (file, keys) = (folder.path().join("access.toml"), folder.path().join("keys.json"));
        // Reading the keys waits until somebody writes them.
        assert!(Command::new("mkfifo").arg(&keys).status().unwrap().success());
        let written = |count: usize| {
            let keys = keys.clone();
            thread::spawn(move || (0..count).for_each(|_| fs::write(&keys, KEYS).unwrap()))
        };
        let access = |name: &str| {
            let hash = format!("sha256:{}", "ab".repeat(32));
            let principal = format!(
                "[[principal]]\nname = \"{name}\"\nrole = \"reader\"\ngazetteers = []\ntokens = [\"{hash}\"]\n"
            );
            let jwt = "[jwt]\njwks = \"keys.json\"\nissuer = \"a\"\naudience = \"b\"\n";
            fs::write(&file, format!("{principal}{jwt}")).unwrap();
        };
        access("one");
        let facing = Facing { access: access::Options { file: file.clone() }, ..Facing::default() };
        let writing = written(1);
        let secrets = Arc::new(Secrets::load(&facing).unwrap());
        writing.join().unwrap();
        let marks = secrets.look(None);

        access("three");
        let looking = thread::spawn({
            let secrets = secrets.clone();
            move || secrets.look(Some(&marks))
        });
        // Opening for writing waits for who reads: the access file was read by then, and not the keys.
        let mut pipe = fs::OpenOptions::new().write(true).open(&keys).unwrap();
        access("eleven");
        std::io::Write::write_all(&mut pipe, KEYS.as_bytes()).unwrap();
        drop(pipe);
        let marks = looking.join().unwrap();
        let writing = written(1);
        secrets.look(Some(&marks));
        let named = |name: &str| format!("{:?}", secrets.gate).contains(&format!("{name:?}"));
        assert!(named("eleven") && !named("three"), "{:?}", secrets.gate);
        writing.join().unwrap();
    }
}
