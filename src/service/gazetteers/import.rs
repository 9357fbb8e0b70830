//! Imports and exports: streams of entities in and out.

use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream, stream::BoxStream};
use tonic::{Status, Streaming};

use super::{Gazetteers, convert, entities::Content};
use crate::{
    catalog::{CatalogError, Import, StoreError},
    gazetteer::{Issue, IssueCode},
    service::{
        Error, Principal, Violation,
        access::Role,
        front::{Admitted, of_tonic},
        proto::{
            self, ErrorReason, ExportEntitiesResponse, ImportConfig, ImportEntitiesRequest, ImportEntitiesResponse,
            ImportMode,
        },
        tab::Tab,
    },
};

/// How many entities a message of an export has.
const EXPORTED: usize = 200;
/// The most issues that an error lists; an answer lists more.
const LISTED: usize = 50;

/// Fails where an import is larger than it may be.
fn bounded(what: &str, size: u64, setting: &str, limit: u64) -> Result<(), Error> {
    if size <= limit {
        return Ok(());
    }
    let message = format!("more {what} than one import may have; the limit {setting} is {limit}");
    Err(Error::Invalid(vec![Violation::invalid("entities", message)]))
}

impl Gazetteers {
    /// Takes a stream of entities and makes one version of them.
    pub(super) async fn import(
        &self,
        principal: &Principal,
        tab: &Tab,
        mut requests: Streaming<ImportEntitiesRequest>,
    ) -> Result<ImportEntitiesResponse, Status> {
        let limit = self.limits.message_bytes;
        let next = async |requests: &mut Streaming<ImportEntitiesRequest>| {
            requests.message().await.map_err(|status| match status.details() {
                [] => of_tonic(&status, limit).unwrap_or(Error::Cancelled).into(),
                // What stands before the handlers has said why the stream ends.
                _ => status,
            })
        };
        let first = next(&mut requests).await?.unwrap_or_default();
        let required = || Error::Invalid(vec![Violation::invalid("config", "the first message must have it")]);
        let config = first.config.ok_or_else(required)?;
        let ImportConfig { gazetteer, mode, create, skip_bad_entities, if_version, check_only } = config;
        let replace = match ImportMode::try_from(mode) {
            Ok(ImportMode::Unspecified | ImportMode::Merge) => false,
            Ok(ImportMode::Replace) => true,
            Err(_) => {
                let message = format!("{mode} is not a value of this enum");
                return Err(Error::Invalid(vec![Violation::invalid("config.mode", message)]).into());
            }
        };
        let keeper = self.keeper()?;
        self.editable(principal, &gazetteer, Role::Editor)?;
        let sees = |name: &str| principal.sees(name);
        let most = self.most(principal, &sees);
        let missing = self.catalog.catalog().unwrap_or_default().get(&gazetteer).is_err();
        if missing && create {
            principal.require(Role::Admin)?;
            let mut wrong = Vec::new();
            convert::new_name(&gazetteer, &mut wrong);
            Error::check(wrong)?;
            if !if_version.is_empty() {
                let message =
                    format!("the gazetteer {gazetteer:?} does not exist, and so has no version {if_version:?}");
                return Err(Error::refused(ErrorReason::VersionMismatch, message).into());
            }
            self.ask(keeper.store().room(most)).await?;
        } else {
            self.ask(keeper.stored(&self.catalog, &gazetteer)).await?;
        }

        tab.begin(0)?;
        let mut import = Import::new().map_err(Error::from)?;
        let mut entities = first.entities;
        loop {
            import = self.take(import, entities).await?;
            let Some(request) = next(&mut requests).await? else { break };
            if request.config.is_some() {
                let message = "only the first message may have it";
                return Err(Error::Invalid(vec![Violation::invalid("config", message)]).into());
            }
            entities = request.entities;
        }

        let (issues, more) = import.issues();
        let listed: Vec<_> = issues.iter().map(convert::issue).collect();
        let received = import.received();
        let answer = ImportEntitiesResponse { received, issues: listed, more_issues: more, ..Default::default() };
        if check_only {
            return Ok(answer);
        }
        if !issues.is_empty() && !skip_bad_entities {
            let wrong = issues.iter().take(LISTED).map(|issue| {
                let field = format!("entities[{}].{}", issue.line, issue.field);
                Violation::invalid(field.trim_end_matches('.'), issue.message.clone())
            });
            return Err(Error::Invalid(wrong.collect()).into());
        }
        let create_it = async {
            match keeper.create(&self.catalog, &gazetteer, "", most).await {
                Ok(made) => Ok(Some(made.head.revision.to_string())),
                // Somebody else made it while the entities came.
                Err(CatalogError::Store(StoreError::Exists)) => Ok(None),
                Err(error) => Err(error),
            }
        };
        let made = if missing && create { self.ask(create_it).await? } else { None };
        let if_version = Some(&*if_version).filter(|version| !version.is_empty());
        let imported = self.ask(import.finish(&self.catalog, keeper, &gazetteer, replace, if_version)).await;
        if let (Err(_), Some(made)) = (&imported, &made) {
            // What was made for it goes with it, unless somebody has changed it since.
            let gone = self.ask(keeper.delete(&self.catalog, &gazetteer, Some(made))).await;
            gone.inspect_err(|error| tracing::warn!(%error, "an import that failed left an empty gazetteer")).ok();
        }
        let imported = imported?;
        let [added, changed, deleted] = imported.counts;
        Ok(ImportEntitiesResponse { version: imported.version, added, changed, deleted, ..answer })
    }

    /// Checks and keeps entities, away from the threads that do input and output.
    async fn take(&self, mut import: Import, entities: Vec<proto::Entity>) -> Result<Import, Error> {
        let limits = self.limits.clone();
        let work = move || {
            for entity in &entities {
                bounded("entities", import.received() + 1, "limits.import_entities", limits.import_entities)?;
                let mut wrong = Vec::new();
                let read = crate::service::convert::entity(entity, "", &mut wrong);
                convert::no_nul(".id", &read.id, &mut wrong);
                let line = import.received() + 1;
                let fault = |Violation { field, description: message, .. }: Violation| {
                    let field = field.trim_start_matches('.').to_owned();
                    Issue { line, code: IssueCode::Malformed, field, message }
                };
                import.take(&read, wrong.into_iter().map(fault).collect()).map_err(CatalogError::from)?;
                bounded("bytes", import.bytes(), "limits.import_bytes", limits.import_bytes)?;
            }
            Ok(import)
        };
        tokio::task::spawn_blocking(work).await.unwrap_or(Err(Error::Internal))
    }

    /// Every entity of a version.
    pub(super) fn export(
        &self,
        content: Content,
        admitted: Option<Admitted>,
    ) -> BoxStream<'static, Result<ExportEntitiesResponse, Status>> {
        let (service, content) = (self.clone(), Arc::new(content));
        // A page a message, so that a slow reader holds no connection to the database.
        let next = move |after: Option<String>| {
            let (service, content) = (service.clone(), content.clone());
            async move {
                let Some(after) = after else { return Ok(None) };
                let (page, more) = service.entities(&content, &after, EXPORTED).await?;
                // An empty version has one message, which says which version it is.
                if page.is_empty() && !after.is_empty() {
                    return Ok(None);
                }
                let entities: Vec<_> = page.into_iter().filter_map(|one| one.entity).collect();
                let last = entities.last().filter(|_| more).map(|last| last.id.clone());
                Ok::<_, Error>(Some((ExportEntitiesResponse { version: content.version(), entities }, last)))
            }
        };
        stream::try_unfold(Some(String::new()), next).map_err(Status::from).inspect(move |_| _ = &admitted).boxed()
    }
}
