//! What lets a call in, and whether it still would: streams are long, and tokens and certificates end.
//!
//! A pass ends with its token or certificate, and when a new access file no longer says the same of its holder. Asking
//! costs next to nothing where neither the time nor the file has changed anything.
//!
//! Must not know: methods, bodies.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tonic::codegen::http::{HeaderMap, header::AUTHORIZATION};

use super::{
    Gate, Principal,
    certificate::Certificate,
    directory::{Directory, Known, Strangers},
};
use crate::service::Error;

/// A time in seconds since 1970.
pub(super) type Moment = i64;

/// Now.
pub(super) fn now() -> Moment {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO).as_secs() as Moment
}

/// What a caller showed, and who that made them.
#[derive(Debug, Clone)]
pub(in crate::service) struct Pass {
    /// Who knows them, and from what it knew them; nothing where nobody is asked.
    known: Option<(Arc<Gate>, Arc<Directory>, Arc<Known>)>,
    /// The headers with their token.
    token: HeaderMap,
    certificate: Arc<Certificate>,
    until: Option<Moment>,
}

/// The earlier of two ends.
fn earlier(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    one.into_iter().chain(other).min()
}

impl Pass {
    /// The pass of a caller with these headers, over a connection with that certificate. `strangers` counts tokens whose
    /// signature is bad.
    pub(in crate::service) fn new(
        gate: Option<&Arc<Gate>>,
        headers: &HeaderMap,
        certificate: Arc<Certificate>,
        strangers: Strangers<'_>,
    ) -> Result<Self, Error> {
        let Some(gate) = gate else {
            let pass = Self { known: None, token: HeaderMap::new(), until: certificate.until, certificate };
            return if pass.is_over() { Err(Error::Unauthenticated) } else { Ok(pass) };
        };
        let mut token = HeaderMap::new();
        for value in headers.get_all(AUTHORIZATION) {
            token.append(AUTHORIZATION, value.clone());
        }
        let directory = gate.directory();
        let known = directory.who(&token, &certificate, strangers)?;
        let until = earlier(known.until, certificate.until);
        let pass = Self { known: Some((gate.clone(), directory, known)), token, certificate, until };
        // Until is the last moment; the one who knows them may not have looked at it.
        if pass.is_over() { Err(Error::Unauthenticated) } else { Ok(pass) }
    }

    /// Who shows it; nothing where nobody is asked.
    pub(in crate::service) fn known(&self) -> Option<&Known> {
        self.known.as_ref().map(|(.., known)| &**known)
    }

    /// Who shows it.
    pub(in crate::service) fn principal(&self) -> Principal {
        self.known().map_or_else(Principal::anybody, |known| known.principal.clone())
    }

    /// Whether its holder would be let in now as they were.
    pub(in crate::service) fn holds(&mut self) -> bool {
        if self.is_over() {
            return false;
        }
        let Some((gate, directory, known)) = &mut self.known else { return true };
        let newest = gate.directory();
        if Arc::ptr_eq(&newest, directory) {
            return true;
        }
        // What let it in was good: it is no stranger.
        match newest.who(&self.token, &self.certificate, &|| None) {
            Ok(now) if now.principal == known.principal => {
                let until = earlier(now.until, self.certificate.until);
                (*directory, *known, self.until) = (newest, now.clone(), until);
                !self.is_over()
            }
            _ => false,
        }
    }

    fn is_over(&self) -> bool {
        self.until.is_some_and(|until| now() > until)
    }
}
