//! The versions that a request asks for.

use std::sync::Arc;

use super::{
    Error, Principal, SharedCatalog, Violation,
    proto::{VersionRequirement, version_requirement::Version},
};
use crate::catalog::{Asked, Gazetteer};

/// The most gazetteers of which a version may be asked for.
const MAX: usize = 100;

/// The gazetteers in the versions that are asked for, one for each requirement, in order. Opens old versions.
pub(super) async fn find(
    catalog: &SharedCatalog,
    principal: &Principal,
    versions: &[VersionRequirement],
) -> Result<Vec<Arc<Gazetteer>>, Error> {
    let mut found: Vec<Arc<Gazetteer>> = Vec::with_capacity(versions.len().min(MAX));
    if versions.len() > MAX {
        let message = format!("{} requirements; at most {MAX} may be given", versions.len());
        return Err(Error::Invalid(vec![Violation::invalid("versions", message)]));
    }
    let mut wrong = Vec::new();
    for (index, VersionRequirement { gazetteer, version }) in versions.iter().enumerate() {
        let asked = match version {
            Some(Version::Exact(version)) => Asked::Exact(version.clone()),
            Some(Version::AtLeast(version)) => Asked::AtLeast(version.clone()),
            None => {
                wrong.push(Violation::invalid(format!("versions[{index}].version"), "it is required"));
                continue;
            }
        };
        if versions[..index].iter().any(|other| other.gazetteer == *gazetteer) {
            let message = format!("the gazetteer {gazetteer:?} is named twice");
            wrong.push(Violation::invalid(format!("versions[{index}].gazetteer"), message));
            continue;
        }
        if !principal.sees(gazetteer) {
            return Err(Error::no_gazetteer(gazetteer));
        }
        // Until there is a catalog, nothing is known not to exist.
        catalog.catalog().ok_or(Error::NotServing)?;
        found.push(catalog.version(gazetteer, &asked).await?);
    }
    Error::check(wrong)?;
    Ok(found)
}
