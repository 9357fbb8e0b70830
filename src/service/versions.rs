//! The versions that a request asks for.

use std::sync::Arc;

use super::{
    Error, Principal, SharedCatalog, Violation,
    proto::{ErrorReason, VersionRequirement, version_requirement::Version},
};
use crate::catalog::{Asked, CatalogError, Gazetteer, StoreError};

/// The most gazetteers of which a version may be asked for.
const MAX: usize = 100;

/// The gazetteers in the versions that are asked for, one for each requirement, in order; none where something is wrong
/// with it, which is added to `wrong`. Opens old versions.
pub(super) async fn find(
    catalog: &SharedCatalog,
    principal: &Principal,
    versions: &[VersionRequirement],
    wrong: &mut Vec<Violation>,
) -> Result<Vec<Option<Arc<Gazetteer>>>, Error> {
    if versions.len() > MAX {
        let message = format!("{} requirements; at most {MAX} may be given", versions.len());
        wrong.push(Violation::invalid("versions", message));
        return Ok(Vec::new());
    }
    let mut found = vec![None; versions.len()];
    for (index, VersionRequirement { gazetteer, version }) in versions.iter().enumerate() {
        let mut refuse = |field: &str, message: String, reason| {
            wrong.push(Violation::new(format!("versions[{index}].{field}"), message, reason));
        };
        if gazetteer.is_empty() {
            refuse("gazetteer", "it is required".into(), ErrorReason::InvalidRequest);
        }
        let (asked, version) = match version {
            Some(Version::Exact(version)) => (Asked::Exact(version.clone()), version),
            Some(Version::AtLeast(version)) => (Asked::AtLeast(version.clone()), version),
            None => {
                refuse("version", "it is required".into(), ErrorReason::InvalidRequest);
                continue;
            }
        };
        if gazetteer.is_empty() {
            continue;
        }
        if versions[..index].iter().any(|other| other.gazetteer == *gazetteer) {
            let message = format!("the gazetteer {gazetteer:?} is named twice");
            refuse("gazetteer", message, ErrorReason::InvalidRequest);
            continue;
        }
        // Until there is a catalog, nothing is known not to exist.
        catalog.catalog().ok_or(Error::NotServing)?;
        let one = match principal.sees(gazetteer) {
            true => catalog.version(gazetteer, &asked).await,
            false => Err(CatalogError::NotFound(gazetteer.clone())),
        };
        match one {
            Ok(one) => found[index] = Some(one),
            Err(CatalogError::NotFound(_) | CatalogError::Store(StoreError::NoGazetteer)) => {
                let message = CatalogError::NotFound(gazetteer.clone()).to_string();
                refuse("gazetteer", message, ErrorReason::GazetteerNotFound);
            }
            Err(CatalogError::Store(StoreError::NoVersion(_))) => {
                let message = format!("there is no version {version:?} of the gazetteer {gazetteer:?}");
                let field = if matches!(asked, Asked::Exact(_)) { "exact" } else { "at_least" };
                refuse(field, message, ErrorReason::VersionNotFound);
            }
            Err(error @ CatalogError::ReadOnly(_)) => {
                refuse("at_least", error.to_string(), ErrorReason::ReadOnly);
            }
            Err(error @ CatalogError::NotReached { .. }) => {
                refuse("at_least", error.to_string(), ErrorReason::VersionNotReached);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}
