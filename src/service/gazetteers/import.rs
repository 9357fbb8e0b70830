//! Imports and exports: streams of entities in and out.

use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream, stream::BoxStream};
use tokio::{sync::oneshot, task::JoinHandle};
use tonic::{Status, Streaming};
use tracing::Instrument as _;

use super::{Gazetteers, convert, entities::Content};
use crate::{
    catalog::{CatalogError, Import, StoreError},
    gazetteer::{Checker, Issue, IssueCode},
    service::{
        Error, Principal, Violation,
        access::Role,
        convert::unknown,
        front::of_tonic,
        proto::{
            self, ErrorReason, ExportEntitiesResponse, ImportConfig, ImportEntitiesRequest, ImportEntitiesResponse,
            ImportMode, StoredEntity,
        },
        status::MAX_VIOLATIONS,
        tab::Tab,
    },
};

/// How many entities a message of an export has.
const EXPORTED: usize = 200;

/// A gazetteer that was made for an import. Dropped before its end, it is taken away again.
struct Made {
    keep: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Made {
    /// Why it was not made; nothing where there is one of that name.
    fn not(error: CatalogError) -> Option<Error> {
        match error {
            CatalogError::Store(StoreError::Exists) => None,
            error => Some(error.into()),
        }
    }

    /// It stays, or is gone when this returns.
    async fn end(self, stays: bool) {
        if stays {
            // The task waits for it.
            let _ = self.keep.send(());
        } else {
            drop(self.keep);
            let _ = self.task.await;
        }
    }
}

/// The field of a gazetteer that does not exist; any other error ends the call.
fn no_gazetteer(error: Error) -> Result<Violation, Error> {
    match error {
        Error::Refused { reason: reason @ ErrorReason::GazetteerNotFound, message } => {
            Ok(Violation::new("config.gazetteer", message, reason))
        }
        error => Err(error),
    }
}

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
        let keeper = self.keeper()?;
        let mut wrong = Vec::new();
        let mode = ImportMode::try_from(mode).unwrap_or_else(|_| {
            wrong.push(unknown("config.mode".into(), mode));
            ImportMode::Unspecified
        });
        let replace = mode == ImportMode::Replace;
        let asked = convert::revision("config.if_version", &if_version, &mut wrong);
        let sees = |name: &str| principal.sees(name);
        let most = self.most(principal, &sees);
        let missing = self.catalog.catalog().unwrap_or_default().get(&gazetteer).is_err();
        match self.editable(principal, &gazetteer, Role::Editor) {
            _ if gazetteer.is_empty() => {
                principal.require(Role::Editor)?;
                convert::required("config.gazetteer", &gazetteer, &mut wrong);
            }
            Err(error) => wrong.push(no_gazetteer(error)?),
            Ok(()) if missing && create => {
                principal.require(Role::Admin)?;
                convert::new_name("config.gazetteer", &gazetteer, &mut wrong);
                if asked.is_some() {
                    let message =
                        format!("the gazetteer {gazetteer:?} does not exist, and so has no version {if_version:?}");
                    wrong.push(Violation::new("config.if_version", message, ErrorReason::VersionMismatch));
                }
            }
            Ok(()) => {
                if let Err(error) = self.ask(keeper.stored(&self.catalog, &gazetteer)).await {
                    wrong.push(no_gazetteer(error)?);
                }
            }
        }
        Error::check(wrong)?;
        if missing && create {
            self.ask(keeper.store().room(most)).await?;
        }

        tab.begin(0)?;
        // A refusal names fields of the request; an answer, positions.
        let answered = check_only || skip_bad_entities;
        let checker = if answered { Checker::of_stream() } else { Checker::of_list("entities") };
        let mut import = Import::new(checker).map_err(Error::from)?;
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
        if !issues.is_empty() && !answered {
            let first = issues.iter().take(MAX_VIOLATIONS).map(|issue| {
                let field = format!("entities[{}].{}", issue.line, issue.field);
                Violation::invalid(field.trim_end_matches('.'), issue.message.clone())
            });
            return Err(Error::ManyInvalid { first: first.collect(), total: issues.len() as u64 + more }.into());
        }
        let listed: Vec<_> = issues.iter().map(convert::issue).collect();
        let received = import.received();
        let answer = ImportEntitiesResponse { received, issues: listed, more_issues: more, ..Default::default() };
        let if_version = Some(&*if_version).filter(|version| !version.is_empty());
        if check_only {
            if let Some(asked) = if_version.filter(|_| !missing) {
                let head = self.ask(keeper.stored(&self.catalog, &gazetteer)).await?.head.revision;
                if asked.parse() != Ok(head) {
                    let error = StoreError::OtherVersion { head, asked: asked.to_owned() };
                    return Err(Error::from(CatalogError::from(error)).into());
                }
            }
            return Ok(answer);
        }
        let made = if missing && create { self.make(principal, &gazetteer).await? } else { None };
        let imported = self.ask(import.finish(&self.catalog, keeper, &gazetteer, replace, if_version)).await;
        if let Some(made) = made {
            made.end(imported.is_ok()).await;
        }
        let imported = imported?;
        let [added, changed, deleted] = imported.counts;
        Ok(ImportEntitiesResponse { version: imported.version, added, changed, deleted, ..answer })
    }

    /// Makes a gazetteer for an import, in a task of its own, which takes it away again where the import is given up or
    /// fails. Nothing where somebody else made it while the entities came.
    async fn make(&self, principal: &Principal, name: &str) -> Result<Option<Made>, Error> {
        let (service, principal, name) = (self.clone(), principal.clone(), name.to_owned());
        let ((tell, told), (keep, kept)) = (oneshot::channel(), oneshot::channel());
        let task = async move {
            let made = async {
                let sees = |name: &str| principal.sees(name);
                let most = service.most(&principal, &sees);
                service
                    .catalog
                    .ask(service.keeper().map_err(Some)?.create(&service.catalog, &name, "", most))
                    .await
                    .map_err(Made::not)
            };
            let made: Result<_, Option<Error>> = made.await;
            let revision = made.as_ref().map(|made| made.head.revision.to_string()).ok();
            // Whoever asked may have gone away.
            let _ = tell.send(made.map(drop));
            if let Some(revision) = revision
                && kept.await.is_err()
                && let Ok(keeper) = service.keeper()
            {
                // Somebody may have changed it since: then it stays.
                let gone = service.ask(keeper.delete(&service.catalog, &name, Some(&revision))).await;
                match gone {
                    Ok(_) | Err(Error::Refused { reason: ErrorReason::GazetteerNotFound, .. }) => {}
                    Err(error) => {
                        tracing::warn!(gazetteer = name, %error, "a gazetteer that was made for an import stays");
                    }
                }
            }
        };
        let task = tokio::spawn(task.in_current_span());
        match told.await.unwrap_or(Err(Some(Error::Internal))) {
            Ok(()) => Ok(Some(Made { keep, task })),
            Err(None) => Ok(None),
            Err(Some(error)) => Err(error),
        }
    }

    /// Checks and keeps entities, away from the threads that do input and output.
    async fn take(&self, mut import: Import, entities: Vec<proto::Entity>) -> Result<Import, Error> {
        let limits = self.limits.clone();
        let work = move || {
            for entity in &entities {
                bounded("entities", import.received() + 1, "limits.import_entities", limits.import_entities)?;
                let mut wrong = Vec::new();
                let read = crate::service::convert::entity(entity, "", &mut wrong);
                let line = import.received();
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

    /// Every entity of a version; of the newest where none was `asked` for.
    pub(super) async fn export(
        &self,
        asked: &str,
        mut content: Content,
    ) -> Result<BoxStream<'static, Result<ExportEntitiesResponse, Status>>, Error> {
        let first = self.first_page(asked, &mut content, "", EXPORTED).await?;
        let (service, content) = (self.clone(), Arc::new(content));
        // A message, and the id that the next one begins behind.
        let message = |content: &Content, (page, more): (Vec<StoredEntity>, bool)| {
            let entities: Vec<_> = page.into_iter().filter_map(|one| one.entity).collect();
            let last = entities.last().filter(|_| more).map(|last| last.id.clone());
            (ExportEntitiesResponse { version: content.version(), entities }, last)
        };
        // An empty version has one message, which says which version it is.
        let (first, last) = message(&content, first);
        // A page a message, so that a slow reader holds no connection to the database.
        let next = move |after: Option<String>| {
            let (service, content) = (service.clone(), content.clone());
            async move {
                let Some(after) = after else { return Ok(None) };
                let page = service.entities(&content, &after, EXPORTED).await?;
                Ok::<_, Error>(Some(message(&content, page)))
            }
        };
        let rest = stream::try_unfold(last, next).map_err(Status::from);
        Ok(stream::once(async { Ok(first) }).chain(rest).boxed())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{
        io::Write,
        sync::{Mutex, PoisonError},
    };

    use super::{super::tests::opened, *};
    use crate::gazetteer::Entity;

    /// What was logged.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Log {
        fn text(&self) -> String {
            String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
        }
    }

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_was_made_for_an_import_is_told_of_where_it_stays() {
        let log = Log::default();
        let write = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || write.clone()).with_ansi(false).finish();
        let _logging = tracing::subscriber::set_default(subscriber);
        let (_folder, live, service, _stop) = opened().await;
        let keeper = live.keeper().unwrap();
        let principal = Principal::anybody();
        // Somebody deleted it meanwhile.
        let made = service.make(&principal, "gone").await.unwrap().unwrap();
        keeper.delete(&live, "gone", None).await.unwrap();
        made.end(false).await;
        assert_eq!(log.text(), "");
        // Somebody changed it.
        let made = service.make(&principal, "changed").await.unwrap().unwrap();
        let entity = Entity { id: "a".into(), name: "Alpha".into(), ..Entity::default() };
        keeper.edit(&live, "changed", &[entity], &[], (None, &[])).await.unwrap();
        made.end(false).await;
        assert!(log.text().contains("stays") && log.text().contains("gazetteer=\"changed\""), "{}", log.text());
    }
}
