//! The gate: asks who calls, and reads the access file again when it changed.
//!
//! A token that a caller shows must be right, whatever certificate the connection has. A bad new file leaves the old one in
//! force.

use std::{path::PathBuf, sync::Arc};

use arc_swap::ArcSwap;
use tonic::codegen::http::{HeaderMap, header::AUTHORIZATION};

use super::{
    directory::{Directory, Known},
    file::{self, AccessError, Options},
};
use crate::service::Error;

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 8 << 10;

/// The gate.
#[derive(Debug)]
pub(in crate::service) struct Gate {
    file: PathBuf,
    directory: ArcSwap<Directory>,
}

impl Gate {
    /// A gate that knows whom the file names; `None` where there is no file, and nobody is asked.
    pub(in crate::service) fn load(options: &Options) -> Result<Option<Self>, AccessError> {
        let Options { file } = options;
        if file.as_os_str().is_empty() {
            return Ok(None);
        }
        let directory = ArcSwap::from_pointee(file::read(file)?);
        Ok(Some(Self { file: file.clone(), directory }))
    }

    /// Reads the file again.
    pub(in crate::service) fn reload(&self) -> Result<(), AccessError> {
        self.directory.store(Arc::new(file::read(&self.file)?));
        Ok(())
    }

    /// The files that say who may call.
    pub(in crate::service) fn files(&self) -> Vec<PathBuf> {
        self.directory.load().files.clone()
    }

    /// Who calls, with these headers, over a connection whose certificate has these names.
    pub(in crate::service) fn who(&self, headers: &HeaderMap, certificate: &[String]) -> Result<Arc<Known>, Error> {
        let directory = self.directory.load();
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let known = match (given.next(), given.next()) {
            (None, _) => directory.by_certificate(certificate),
            (Some(one), None) => one.to_str().ok().and_then(bearer).and_then(|token| directory.by_token(token)),
            (Some(_), Some(_)) => None,
        };
        known.ok_or(Error::Unauthenticated)
    }
}

/// The token of a header.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && token.len() <= MAX_TOKEN).then_some(token)
}
