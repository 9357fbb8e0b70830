//! A version as a base and an overlay over it, from what the database has.
//!
//! Must not know: what is served.

use std::{path::Path, sync::Arc};

use super::{
    CatalogError, Keeper, StoreError, Stored, Version,
    build::{self, Base, Haste},
};
use crate::index::{Compiler, Overlay};

/// The most entities of an overlay; what changed more is compiled.
pub(super) const MAX_OVERLAY: usize = 4000;

impl Keeper {
    /// A version as base and overlay: over `base` where what differs is little, else over one of its own.
    pub(super) async fn build(
        &self,
        stored: &Stored,
        version: &Version,
        base: Option<Base>,
        folder: Option<&Path>,
    ) -> Result<(Base, Option<Overlay>), CatalogError> {
        if let Some(built) = self.over(stored, version, base).await? {
            return Ok(built);
        }
        let (base, ()) = build::compile(self.store(), folder, stored, version, (), Haste::Awaited).await?;
        Ok((base, None))
    }

    /// A version over `base`; `None` where too much differs.
    pub(super) async fn over(
        &self,
        stored: &Stored,
        version: &Version,
        base: Option<Base>,
    ) -> Result<Option<(Base, Option<Overlay>)>, CatalogError> {
        let base = match base {
            Some(base) if self.is_known(stored, &base).await? => Some(base),
            _ if stored.floor == stored.uid => {
                // Made here, and empty then.
                let empty = Compiler::default().finish().map_err(|error| CatalogError::Compile(error.to_string()))?;
                Some(Base { segment: Arc::new(empty), revision: stored.uid, created: stored.created })
            }
            _ => None,
        };
        if let Some(base) = base
            && let Some(delta) = self.store().delta(stored.uid, base.revision, version.revision, MAX_OVERLAY).await?
        {
            let overlay = build::overlay(base.segment.clone(), delta).await?;
            return Ok(Some((base, overlay)));
        }
        Ok(None)
    }

    /// Whether the database knows what differs from a base: its version is kept, and is still the one that was compiled.
    async fn is_known(&self, stored: &Stored, base: &Base) -> Result<bool, CatalogError> {
        if base.revision < stored.floor {
            return Ok(false);
        }
        if self.store().has(stored.uid, base.revision, base.created).await? {
            return Ok(true);
        }
        match self.store().still_kept(stored.uid, base.revision).await {
            Ok(()) => self.went_back(Some(&stored.name)),
            // Another server forgot it.
            Err(StoreError::NoVersion(_)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(false)
    }
}
