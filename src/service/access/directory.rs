//! Who is who: what an access file comes to.
//!
//! A token that a caller shows must be right, whatever certificate the connection has.
//!
//! Must not know: how the file is written.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use tonic::codegen::http::{HeaderMap, header::AUTHORIZATION};

use super::{Principal, certificate::Certificate, jwt::Jwt, pass::Moment, token};
use crate::service::quota::Quota;

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 8 << 10;

/// The most signed tokens that are remembered.
const MAX_VERIFIED: usize = 10_000;

/// Somebody who may call.
#[derive(Debug, Clone)]
pub(in crate::service) struct Known {
    /// Who they are.
    pub(in crate::service) principal: Principal,
    /// What they may use; `None` for what everybody may.
    pub(in crate::service) quota: Option<Quota>,
    /// Who said who they are.
    pub(in crate::service) source: Source,
    /// The last moment at which they are; nothing for as long as the access file says so.
    pub(super) until: Option<Moment>,
}

/// Who said who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::service) enum Source {
    /// The access file.
    File,
    /// The issuer of signed tokens, whose names may be those of the file without being the same people.
    Issuer,
}

impl Known {
    /// What tells them from all others.
    pub(in crate::service) fn identity(&self) -> String {
        format!("{:?} {}", self.source, self.principal.name)
    }
}

/// Everybody who may call.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) tokens: HashMap<token::Hash, Arc<Known>>,
    /// By names in lower case: DNS names have no case.
    pub(super) certificates: HashMap<String, Arc<Known>>,
    pub(super) jwt: Option<(Jwt, Option<Quota>)>,
    /// Signed tokens that were found good, by their hashes: checking a signature costs as much as a short document.
    /// Whoever takes one from here has to look at the time.
    pub(super) verified: Mutex<HashMap<token::Hash, Arc<Known>>>,
    /// The files that this was read from.
    pub(super) files: Vec<PathBuf>,
}

impl Directory {
    /// Who calls, with these headers, over a connection with that certificate.
    pub(super) fn who(&self, headers: &HeaderMap, certificate: &Certificate) -> Option<Arc<Known>> {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        match (given.next(), given.next()) {
            (None, _) => self.by_certificate(certificate),
            (Some(one), None) => self.by_token(bearer(one.to_str().ok()?)?),
            (Some(_), Some(_)) => None,
        }
    }

    /// Whose token it is. The look-up is by hash, so that its time says nothing about a token.
    fn by_token(&self, token: &str) -> Option<Arc<Known>> {
        let hash = token::hash(token);
        if let Some(known) = self.tokens.get(&hash) {
            return Some(known.clone());
        }
        let (jwt, quota) = self.jwt.as_ref()?;
        let verified = || self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = verified().get(&hash) {
            return Some(known.clone());
        }
        let (principal, until) = jwt.principal(token)?;
        let known = Arc::new(Known { principal, quota: *quota, source: Source::Issuer, until: Some(until) });
        let mut verified = verified();
        if verified.len() >= MAX_VERIFIED {
            verified.clear();
        }
        verified.insert(hash, known.clone());
        Some(known)
    }

    /// Whose certificate it is, by the first of its names that somebody has.
    fn by_certificate(&self, certificate: &Certificate) -> Option<Arc<Known>> {
        let known = certificate.names.iter().find_map(|name| self.certificates.get(&name.to_ascii_lowercase()))?;
        Some(Arc::new(Known { until: certificate.until, ..(**known).clone() }))
    }
}

/// The token of a header.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && token.len() <= MAX_TOKEN).then_some(token)
}
