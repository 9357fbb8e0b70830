//! Certificates and the access file together: read at start, and again when somebody asks or a file has changed.
//!
//! A file is taken for changed when its time or its length is another. What is bad is logged as an error once, and leaves
//! in force what was read before.
//!
//! Must not know: connections, requests.

use std::{path::PathBuf, sync::Arc, time::Duration};

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
}

/// What tells a file from its former self.
type Mark = Option<(std::time::SystemTime, u64)>;

impl Secrets {
    /// Reads everything.
    pub(super) fn load(facing: &Facing) -> Result<Self, ServerError> {
        let Facing { tls, access, quota: _ } = facing;
        let gate = Gate::load(access)?.map(Arc::new);
        let tls = Tls::load(tls, gate.is_some())?.map(Arc::new);
        Ok(Self { tls, gate })
    }

    /// Whether a client has to show who it is.
    pub(super) fn ask(&self) -> bool {
        self.gate.is_some() || self.tls.as_ref().is_some_and(|tls| tls.knows_clients())
    }

    /// Reads everything again; false where anything was bad.
    pub(super) fn reload(&self) -> bool {
        let mut good = true;
        if let Some(tls) = &self.tls {
            match tls.reload() {
                Ok(()) => tracing::info!("certificates read again"),
                Err(error) => {
                    good = false;
                    tracing::error!(%error, "the new certificates are bad; the old ones stay in force");
                }
            }
        }
        if let Some(gate) = &self.gate {
            match gate.reload() {
                Ok(()) => tracing::info!("access file read again"),
                Err(error) => {
                    good = false;
                    tracing::error!(%error, "the new access file is bad; the old one stays in force");
                }
            }
        }
        good
    }

    fn files(&self) -> Vec<PathBuf> {
        let tls = self.tls.iter().flat_map(|tls| tls.files());
        tls.chain(self.gate.iter().flat_map(|gate| gate.files())).collect()
    }

    fn marks(&self) -> Vec<Mark> {
        let mark = |file: &PathBuf| {
            let data = std::fs::metadata(file).ok()?;
            Some((data.modified().ok()?, data.len()))
        };
        self.files().iter().map(mark).collect()
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
            let secrets = self.clone();
            let last = before.clone();
            let look = move || {
                let now = secrets.marks();
                if last.is_some_and(|last| last != now) {
                    secrets.reload();
                    // A new access file may name other keys.
                    return secrets.marks();
                }
                now
            };
            before = spawn_blocking(look).await.ok();
        }
    }
}
