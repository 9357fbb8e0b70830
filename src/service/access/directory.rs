//! Who is who: what an access file comes to.
//!
//! A token that a caller shows must be right, whatever certificate the connection has.
//!
//! Must not know: how the file is written.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tonic::codegen::http::{HeaderMap, header::AUTHORIZATION};

use super::{
    Principal,
    certificate::Certificate,
    jwt::Jwt,
    pass::{Moment, now},
    token,
};
use crate::service::{
    Error,
    quota::{Account, Quota},
};

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
}

/// Gives the account of an address for tokens whose signature is bad, when a signature has to be checked.
pub(in crate::service) type Strangers<'a> = &'a dyn Fn() -> Option<Arc<Account>>;

/// How many tokens with a bad signature an address may show in a second; with more, it has to wait for others that are not
/// remembered, good or bad.
pub(in crate::service) const FORGED: u32 = 20;

impl Directory {
    /// Who calls, with these headers, over a connection with that certificate.
    pub(super) fn who(
        &self,
        headers: &HeaderMap,
        certificate: &Certificate,
        strangers: Strangers<'_>,
    ) -> Result<Arc<Known>, Error> {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        match (given.next(), given.next()) {
            (None, _) => self.by_certificate(certificate).ok_or(Error::Unauthenticated),
            (Some(one), None) => {
                let token = one.to_str().ok().and_then(bearer).ok_or(Error::Unauthenticated)?;
                self.by_token(token, strangers)
            }
            (Some(_), Some(_)) => Err(Error::Unauthenticated),
        }
    }

    /// Whose token it is. The look-up is by hash, so that its time says nothing about a token.
    fn by_token(&self, token: &str, strangers: Strangers<'_>) -> Result<Arc<Known>, Error> {
        let hash = token::hash(token);
        if let Some(known) = self.tokens.get(&hash) {
            return Ok(known.clone());
        }
        let (jwt, quota) = self.jwt.as_ref().ok_or(Error::Unauthenticated)?;
        let verified = || self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = verified().get(&hash) {
            return Ok(known.clone());
        }
        let claimed = jwt.read(token).ok_or(Error::Unauthenticated)?;
        let account = strangers();
        if let Some(retry) = account.as_ref().and_then(|account| account.wait()) {
            let setting = "of tokens that are not known, of one address in a second";
            return Err(Error::Overloaded { setting, limit: FORGED as usize, retry });
        }
        let Some((principal, until)) = claimed.verify() else {
            account.inspect(|account| account.count());
            return Err(Error::Unauthenticated);
        };
        let known = Arc::new(Known { principal, quota: *quota, source: Source::Issuer, until: Some(until) });
        let mut verified = verified();
        make_room(&mut verified);
        verified.insert(hash, known.clone());
        Ok(known)
    }

    /// Whose certificate it is, by the first of its names that somebody has.
    fn by_certificate(&self, certificate: &Certificate) -> Option<Arc<Known>> {
        let known = certificate.names.iter().find_map(|name| self.certificates.get(&name.to_ascii_lowercase()))?;
        Some(Arc::new(Known { until: certificate.until, ..(**known).clone() }))
    }
}

/// Forgets tokens where too many are remembered: those that are over, and every other one where that is not enough.
fn make_room(verified: &mut HashMap<token::Hash, Arc<Known>>) {
    if verified.len() < MAX_VERIFIED {
        return;
    }
    let now = now();
    verified.retain(|_, known| known.until.is_none_or(|until| until >= now));
    if verified.len() >= MAX_VERIFIED {
        let mut keep = false;
        verified.retain(|_, _| {
            keep = !keep;
            keep
        });
    }
}

/// The token of a header.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && token.len() <= MAX_TOKEN).then_some(token)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::service::Role;

    #[test]
    fn tokens_that_are_over_are_forgotten_first() {
        let known = |until| {
            let principal = Principal { name: "a".into(), role: Role::Reader, gazetteers: None };
            Arc::new(Known { principal, quota: None, source: Source::Issuer, until: Some(until) })
        };
        let hash = |number: usize| token::hash(&number.to_string());
        let mut verified: HashMap<_, _> = (0..MAX_VERIFIED).map(|number| (hash(number), known(now() - 10))).collect();
        verified.insert(hash(0), known(now() + 600));
        make_room(&mut verified);
        assert_eq!(verified.len(), 1);
        assert!(verified.contains_key(&hash(0)));
        verified.extend((0..MAX_VERIFIED).map(|number| (hash(number), known(now() + 600))));
        make_room(&mut verified);
        assert_eq!(verified.len(), MAX_VERIFIED / 2);
    }
}
