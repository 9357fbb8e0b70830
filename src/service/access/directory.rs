//! Who is who: what an access file comes to.
//!
//! Must not know: headers, how the file is written.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use super::{Principal, jwt::Jwt, token};
use crate::service::quota::Quota;

/// Somebody who may call.
#[derive(Debug, Clone)]
pub(in crate::service) struct Known {
    /// Who they are.
    pub(in crate::service) principal: Principal,
    /// What they may use; `None` for what everybody may.
    pub(in crate::service) quota: Option<Quota>,
    /// Who said who they are.
    pub(in crate::service) source: Source,
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
    /// The files that this was read from.
    pub(super) files: Vec<PathBuf>,
}

impl Directory {
    /// Whose token it is. The look-up is by hash, so that its time says nothing about a token.
    pub(super) fn by_token(&self, token: &str) -> Option<Arc<Known>> {
        if let Some(known) = self.tokens.get(&token::hash(token)) {
            return Some(known.clone());
        }
        let (jwt, quota) = self.jwt.as_ref()?;
        let principal = jwt.principal(token)?;
        Some(Arc::new(Known { principal, quota: *quota, source: Source::Issuer }))
    }

    /// Whose certificate it is, by the first of its names that somebody has.
    pub(super) fn by_certificate(&self, names: &[String]) -> Option<Arc<Known>> {
        names.iter().find_map(|name| self.certificates.get(&name.to_ascii_lowercase())).cloned()
    }
}
