//! The handlers of `GazetteerService`.
//!
//! Every handler asks first whether the gazetteer exists for the caller, then whether the caller's role allows the call:
//! who may not see a gazetteer does not learn that it exists.
//!
//! Must not know: how gazetteers are kept or compiled.

mod convert;
mod entities;
mod import;
mod page;
mod watch;

use std::sync::Arc;

use futures_util::stream::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use super::{
    Error, Limits, Principal, SharedCatalog, Violation,
    access::Role,
    proto::{self, ErrorReason, gazetteer_service_server::GazetteerService},
    tab::Tab,
};
use crate::catalog::{Catalog, CatalogError, Gazetteer, Keeper, Most, Sees, StoreError};

/// The service. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Gazetteers {
    catalog: SharedCatalog,
    limits: Arc<Limits>,
    /// True once the server is about to end; who watches is sent elsewhere.
    stopping: tokio::sync::watch::Receiver<bool>,
}

impl Gazetteers {
    pub(super) fn new(
        catalog: SharedCatalog,
        limits: Arc<Limits>,
        stopping: tokio::sync::watch::Receiver<bool>,
    ) -> Self {
        Self { catalog, limits, stopping }
    }

    fn served(&self) -> Result<Arc<Catalog>, Error> {
        self.catalog.catalog().ok_or(Error::NotServing)
    }

    fn keeper(&self) -> Result<&Keeper, Error> {
        self.served()?;
        Ok(self.catalog.keeper()?)
    }

    /// A gazetteer that is served and exists for the caller.
    fn seen(&self, principal: &Principal, name: &str) -> Result<Arc<Gazetteer>, Error> {
        if !principal.sees(name) {
            return Err(Error::no_gazetteer(name));
        }
        Ok(self.served()?.get(name)?)
    }

    /// The gazetteer that a field names. Nothing where it names none, which is added to `wrong`.
    fn named(
        &self,
        principal: &Principal,
        field: &str,
        name: &str,
        wrong: &mut Vec<Violation>,
    ) -> Result<Option<Arc<Gazetteer>>, Error> {
        convert::required(field, name, wrong);
        if name.is_empty() { Ok(None) } else { self.seen(principal, name).map(Some) }
    }

    /// Fails where a gazetteer does not exist for the caller, or may not be changed by them.
    fn editable(&self, principal: &Principal, name: &str, role: Role) -> Result<(), Error> {
        if !principal.sees(name) {
            return Err(Error::no_gazetteer(name));
        }
        principal.require(role)
    }

    /// Fails where the gazetteer that a field names does not exist for the caller, may not be changed by them, or was given
    /// as a file. That it names none is added to `wrong`.
    fn change(
        &self,
        principal: &Principal,
        field: &str,
        name: &str,
        role: Role,
        wrong: &mut Vec<Violation>,
    ) -> Result<(), Error> {
        convert::required(field, name, wrong);
        if name.is_empty() {
            return principal.require(role);
        }
        self.editable(principal, name, role)?;
        match self.served()?.get(name) {
            Ok(one) if one.kept().is_none() => Err(CatalogError::ReadOnly(name.to_owned()).into()),
            _ => Ok(()),
        }
    }

    /// How many gazetteers there may be when somebody, who `sees` some names, makes one more.
    fn most<'a>(&self, principal: &Principal, sees: Sees<'a>) -> Most<'a> {
        let scope = principal.gazetteers.is_some().then_some((self.limits.gazetteers_per_scope, sees));
        Most { all: self.limits.gazetteers, scope }
    }

    /// Waits for what the database says, as long as it answers at all.
    async fn ask<T, E: Into<CatalogError>>(&self, asking: impl Future<Output = Result<T, E>>) -> Result<T, Error> {
        Ok(self.catalog.ask(asking).await?)
    }

    /// As `ask`, about a gazetteer: the error of a version that it does not have names it.
    async fn ask_about<T, E: Into<CatalogError>>(
        &self,
        gazetteer: &str,
        asking: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Error> {
        self.catalog.ask(asking).await.map_err(|error| match error {
            CatalogError::Store(StoreError::NoVersion(version)) => Error::no_version(gazetteer, &version),
            error => error.into(),
        })
    }

    /// Whether an edit has so many items as it may have; `more` says what to do with more.
    fn fits(&self, field: &str, count: usize, more: &str, wrong: &mut Vec<Violation>) -> bool {
        let limit = self.limits.edit_entities;
        let message = match count {
            0 => "at least one is required".to_owned(),
            _ if count > limit => format!("{count} items; the limit limits.edit_entities is {limit}; {more}"),
            _ => return true,
        };
        wrong.push(Violation::invalid(field, message));
        false
    }
}

/// A version that an edit depends on.
fn given(version: &str) -> Option<&str> {
    Some(version).filter(|version| !version.is_empty())
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl GazetteerService for Gazetteers {
    async fn create_gazetteer(
        &self,
        request: Request<proto::CreateGazetteerRequest>,
    ) -> Answer<proto::CreateGazetteerResponse> {
        let principal = Principal::of(request.extensions());
        let proto::CreateGazetteerRequest { name, description } = request.into_inner();
        principal.require(Role::Admin)?;
        let mut wrong = Vec::new();
        convert::new_name("name", &name, &mut wrong);
        convert::description(&description, &mut wrong);
        Error::check(wrong)?;
        // Outside their scope they could not see what they made.
        self.editable(&principal, &name, Role::Admin)?;
        let keeper = self.keeper()?;
        let sees = |name: &str| principal.sees(name);
        let most = self.most(&principal, &sees);
        let stored = self.ask(keeper.create(&self.catalog, &name, &description, most)).await?;
        Ok(Response::new(proto::CreateGazetteerResponse { gazetteer: Some(convert::stored(&stored)) }))
    }

    async fn get_gazetteer(&self, request: Request<proto::GetGazetteerRequest>) -> Answer<proto::GetGazetteerResponse> {
        let principal = Principal::of(request.extensions());
        let mut wrong = Vec::new();
        let named = self.named(&principal, "name", &request.into_inner().name, &mut wrong)?;
        let gazetteer = named.ok_or(Error::Invalid(wrong))?;
        Ok(Response::new(proto::GetGazetteerResponse { gazetteer: Some(convert::served(&gazetteer)) }))
    }

    async fn list_gazetteers(
        &self,
        request: Request<proto::ListGazetteersRequest>,
    ) -> Answer<proto::ListGazetteersResponse> {
        let principal = Principal::of(request.extensions());
        let proto::ListGazetteersRequest { page_size, page_token } = request.into_inner();
        let catalog = self.served()?;
        let mut wrong = Vec::new();
        let size = page::size(page_size, &mut wrong);
        page::behind(&page_token, |name| principal.sees(name) && catalog.get(name).is_ok(), &mut wrong);
        Error::check(wrong)?;
        let behind = catalog.iter().filter(|one| principal.sees(one.name()) && one.name() > page_token.as_str());
        let mut gazetteers: Vec<_> = behind.take(size + 1).map(|one| convert::served(one)).collect();
        let next_page_token = page::cut(&mut gazetteers, size, |last| last.name.clone());
        Ok(Response::new(proto::ListGazetteersResponse { gazetteers, next_page_token }))
    }

    async fn delete_gazetteer(
        &self,
        request: Request<proto::DeleteGazetteerRequest>,
    ) -> Answer<proto::DeleteGazetteerResponse> {
        let principal = Principal::of(request.extensions());
        let proto::DeleteGazetteerRequest { name, if_version } = request.into_inner();
        let mut wrong = Vec::new();
        self.change(&principal, "name", &name, Role::Admin, &mut wrong)?;
        convert::revision("if_version", &if_version, &mut wrong);
        Error::check(wrong)?;
        let keeper = self.keeper()?;
        let revision = self.ask(keeper.delete(&self.catalog, &name, given(&if_version))).await?;
        Ok(Response::new(proto::DeleteGazetteerResponse { version: revision.to_string() }))
    }

    async fn get_entity(&self, request: Request<proto::GetEntityRequest>) -> Answer<proto::GetEntityResponse> {
        let principal = Principal::of(request.extensions());
        let proto::GetEntityRequest { gazetteer, id, version } = request.into_inner();
        let mut wrong = Vec::new();
        convert::required("id", &id, &mut wrong);
        let mut content = self.at(&principal, &gazetteer, &version, wrong).await?;
        let entity = loop {
            let read = self.entity(&content, &id).await;
            if let Some(read) = self.settled(&version, &mut content, read).await? {
                break read;
            }
        };
        let version = content.version();
        let id: String = id.chars().take(100).collect();
        let entity = entity.ok_or_else(|| {
            let message = format!("the gazetteer {gazetteer:?} has no entity {id:?} in version {version}");
            Error::refused(ErrorReason::EntityNotFound, message)
        })?;
        Ok(Response::new(proto::GetEntityResponse { entity: Some(entity), version }))
    }

    async fn list_entities(&self, request: Request<proto::ListEntitiesRequest>) -> Answer<proto::ListEntitiesResponse> {
        let principal = Principal::of(request.extensions());
        let proto::ListEntitiesRequest { gazetteer, version, page_size, page_token } = request.into_inner();
        let mut wrong = Vec::new();
        // What is wrong with the name is told by what looks it up.
        let kept = !gazetteer.is_empty() && self.seen(&principal, &gazetteer)?.kept().is_some();
        let size = page::size(page_size, &mut wrong);
        let (version, after) = page::begin(&page_token, version, kept, &mut wrong);
        let mut content = self.at(&principal, &gazetteer, &version, wrong).await?;
        let (entities, more) = self.first_page(&version, &mut content, after, size).await?;
        let version = content.version();
        let last = entities.last().and_then(|last| last.entity.as_ref()).filter(|_| more);
        let next_page_token = last.map_or_else(String::new, |last| page::token_of(&version, &last.id));
        Ok(Response::new(proto::ListEntitiesResponse { entities, next_page_token, version }))
    }

    async fn upsert_entities(
        &self,
        request: Request<proto::UpsertEntitiesRequest>,
    ) -> Answer<proto::UpsertEntitiesResponse> {
        let principal = Principal::of(request.extensions());
        let tab = Tab::of(request.extensions());
        let proto::UpsertEntitiesRequest { gazetteer, entities, if_version, checks } = request.into_inner();
        let mut wrong = Vec::new();
        self.change(&principal, "gazetteer", &gazetteer, Role::Editor, &mut wrong)?;
        let fits = self.fits("entities", entities.len(), "import more", &mut wrong);
        let entities = if fits { entities } else { Vec::new() };
        convert::revision("if_version", &if_version, &mut wrong);
        let checks = convert::checks(&checks, self.limits.edit_entities, &mut wrong);
        // Thousands of names take their time.
        let read = move || (super::convert::entities(&entities, "entities", &mut wrong), wrong);
        let (come, wrong) = tokio::task::spawn_blocking(read).await.map_err(|_| Error::Internal)?;
        Error::check(wrong)?;
        let keeper = self.keeper()?;
        tab.begin(0)?;
        let conditions = (given(&if_version), &*checks);
        let outcome = self.ask(keeper.edit(&self.catalog, &gazetteer, &come, &[], conditions)).await?;
        let (version, added, changed) = (outcome.revision.to_string(), outcome.added, outcome.changed);
        Ok(Response::new(proto::UpsertEntitiesResponse { version, added, changed }))
    }

    async fn delete_entities(
        &self,
        request: Request<proto::DeleteEntitiesRequest>,
    ) -> Answer<proto::DeleteEntitiesResponse> {
        let principal = Principal::of(request.extensions());
        let tab = Tab::of(request.extensions());
        let proto::DeleteEntitiesRequest { gazetteer, ids, if_version, checks } = request.into_inner();
        let mut wrong = Vec::new();
        self.change(&principal, "gazetteer", &gazetteer, Role::Editor, &mut wrong)?;
        let fits = self.fits("ids", ids.len(), "delete the rest with further calls", &mut wrong);
        convert::revision("if_version", &if_version, &mut wrong);
        let checks = convert::checks(&checks, self.limits.edit_entities, &mut wrong);
        for (index, id) in ids.iter().enumerate().filter(|_| fits) {
            convert::no_nul(&format!("ids[{index}]"), id, &mut wrong);
        }
        Error::check(wrong)?;
        let keeper = self.keeper()?;
        tab.begin(0)?;
        let conditions = (given(&if_version), &*checks);
        let outcome = self.ask(keeper.edit(&self.catalog, &gazetteer, &[], &ids, conditions)).await?;
        let (version, deleted) = (outcome.revision.to_string(), outcome.deleted);
        Ok(Response::new(proto::DeleteEntitiesResponse { version, deleted }))
    }

    async fn import_entities(
        &self,
        request: Request<Streaming<proto::ImportEntitiesRequest>>,
    ) -> Answer<proto::ImportEntitiesResponse> {
        let principal = Principal::of(request.extensions());
        let tab = Tab::of(request.extensions());
        Ok(Response::new(self.import(&principal, &tab, request.into_inner()).await?))
    }

    type ExportEntitiesStream = BoxStream<'static, Result<proto::ExportEntitiesResponse, Status>>;

    async fn export_entities(
        &self,
        request: Request<proto::ExportEntitiesRequest>,
    ) -> Answer<Self::ExportEntitiesStream> {
        let principal = Principal::of(request.extensions());
        let proto::ExportEntitiesRequest { gazetteer, version } = request.into_inner();
        let content = self.at(&principal, &gazetteer, &version, Vec::new()).await?;
        Ok(Response::new(self.export(&version, content).await?))
    }

    async fn list_versions(&self, request: Request<proto::ListVersionsRequest>) -> Answer<proto::ListVersionsResponse> {
        let principal = Principal::of(request.extensions());
        let proto::ListVersionsRequest { gazetteer, page_size, page_token } = request.into_inner();
        let mut wrong = Vec::new();
        self.named(&principal, "gazetteer", &gazetteer, &mut wrong)?;
        let size = page::size(page_size, &mut wrong);
        let before = page::before(&page_token, &mut wrong);
        Error::check(wrong)?;
        let keeper = self.keeper()?;
        let stored = self.ask(keeper.stored(&self.catalog, &gazetteer)).await?;
        let mut versions = self.ask(keeper.store().versions(&stored, before, size as i64 + 1)).await?;
        let next_page_token = page::cut(&mut versions, size, |last| last.revision.to_string());
        let versions = versions.iter().map(convert::version).collect();
        Ok(Response::new(proto::ListVersionsResponse { versions, next_page_token }))
    }

    async fn rollback(&self, request: Request<proto::RollbackRequest>) -> Answer<proto::RollbackResponse> {
        let principal = Principal::of(request.extensions());
        let proto::RollbackRequest { gazetteer, to_version, if_version } = request.into_inner();
        let mut wrong = Vec::new();
        self.change(&principal, "gazetteer", &gazetteer, Role::Editor, &mut wrong)?;
        convert::required("to_version", &to_version, &mut wrong);
        let to = convert::revision("to_version", &to_version, &mut wrong);
        convert::revision("if_version", &if_version, &mut wrong);
        let (Some(to), true) = (to, wrong.is_empty()) else { return Err(Error::Invalid(wrong).into()) };
        let keeper = self.keeper()?;
        let rollback = keeper.rollback(&self.catalog, &gazetteer, to, given(&if_version));
        let outcome = self.ask_about(&gazetteer, rollback).await?;
        Ok(Response::new(proto::RollbackResponse { version: outcome.revision.to_string() }))
    }

    type WatchGazetteersStream = BoxStream<'static, Result<proto::WatchGazetteersResponse, Status>>;

    async fn watch_gazetteers(
        &self,
        request: Request<proto::WatchGazetteersRequest>,
    ) -> Answer<Self::WatchGazetteersStream> {
        let principal = Principal::of(request.extensions());
        Ok(Response::new(self.watch(principal, request.into_inner()).await?))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::task::Poll;

    use prost::Message as _;
    use tonic::{Code, body::Body, codegen::http};
    use tower::ServiceExt as _;

    use super::*;
    use crate::{
        catalog::{Keep, Live, Store},
        gazetteer::Entity,
        service::{
            body::scripted::{broken, whole},
            front::of_tonic,
        },
    };

    /// The service over a database in a folder of its own, and what stops it.
    pub(super) async fn opened() -> (tempfile::TempDir, Arc<Live>, Gazetteers, tokio::sync::watch::Sender<bool>) {
        let folder = tempfile::tempdir().unwrap();
        let live = Arc::<Live>::default();
        let store = Store::open_folder(folder.path()).await.unwrap();
        live.keep(Keeper::new(store, None, Keep { count: 100, age: 0 }));
        live.serve(Catalog::default());
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let service = Gazetteers::new(live.clone(), Arc::default(), stopping);
        (folder, live, service, stop)
    }

    /// Changes, each by its method and the messages of its request. The gazetteer `there` exists, with the entity `a`.
    fn changes() -> Vec<(&'static str, Vec<Vec<u8>>)> {
        let entity = |id: &str| proto::Entity { id: id.into(), name: format!("Name {id}"), ..Default::default() };
        let import = |gazetteer: &str| {
            let (gazetteer, mode) = (gazetteer.into(), proto::ImportMode::Replace.into());
            let config = proto::ImportConfig { gazetteer, mode, create: true, ..Default::default() };
            let messages = [(Some(config), entity("b")), (None, entity("c"))];
            let message = |(config, entity)| proto::ImportEntitiesRequest { config, entities: vec![entity] };
            messages.map(|one| message(one).encode_to_vec()).to_vec()
        };
        let there = || "there".to_owned();
        let create = proto::CreateGazetteerRequest { name: "made".into(), ..Default::default() };
        let upsert =
            proto::UpsertEntitiesRequest { gazetteer: there(), entities: vec![entity("b")], ..Default::default() };
        let remove = proto::DeleteEntitiesRequest { gazetteer: there(), ids: vec!["a".into()], ..Default::default() };
        let delete = proto::DeleteGazetteerRequest { name: there(), ..Default::default() };
        vec![
            ("ImportEntities", import("new")),
            ("ImportEntities", import("there")),
            ("CreateGazetteer", vec![create.encode_to_vec()]),
            ("UpsertEntities", vec![upsert.encode_to_vec()]),
            ("DeleteEntities", vec![remove.encode_to_vec()]),
            ("DeleteGazetteer", vec![delete.encode_to_vec()]),
        ]
    }

    #[tokio::test]
    async fn a_change_whose_request_breaks_off_is_not_made() {
        for (method, messages) in changes() {
            let (_folder, live, service, _stop) = opened().await;
            let keeper = live.keeper().unwrap();
            keeper.create(&live, "there", "", Most::default()).await.unwrap();
            let entity = Entity { id: "a".into(), name: "Name a".into(), ..Entity::default() };
            let revision = keeper.edit(&live, "there", &[entity], &[], (None, &[])).await.unwrap().revision;
            let server = proto::gazetteer_service_server::GazetteerServiceServer::new(service);
            // The error that it is refused with, if it is.
            let change = async |body: Body| {
                let mut request =
                    http::Request::post(format!("/onomast.v1.GazetteerService/{method}")).body(body).unwrap();
                request.extensions_mut().insert(Principal::anybody());
                let answer = server.clone().oneshot(request).await.unwrap();
                let status = Status::from_header_map(answer.headers())?;
                Some(of_tonic(&status, 0).map_or(status, Status::from).code())
            };
            for (how, body) in broken(&messages) {
                let expected = match &*how {
                    how if how.starts_with("END_STREAM") || how.starts_with("trailers") => Code::InvalidArgument,
                    _ => Code::Cancelled,
                };
                assert_eq!(change(body).await, Some(expected), "{method}: {how}");
                let now = (keeper.store().revision().await.unwrap(), keeper.store().gazetteers().await.unwrap().len());
                assert_eq!(now, (revision, 1), "{method}: {how}");
            }
            assert_eq!(change(whole(&messages)).await, None, "{method}");
            assert!(keeper.store().revision().await.unwrap() > revision, "{method}");
        }
    }

    #[tokio::test]
    async fn an_import_that_is_given_up_leaves_no_empty_gazetteer() {
        let folder = tempfile::tempdir().unwrap();
        let live = Arc::<Live>::default();
        let store = Store::open_folder(folder.path()).await.unwrap();
        live.keep(Keeper::new(store, None, Keep { count: 100, age: 0 }));
        live.serve(Catalog::default());
        let (_stop, stopping) = tokio::sync::watch::channel(false);
        let service = Gazetteers::new(live.clone(), Arc::default(), stopping);
        let server = proto::gazetteer_service_server::GazetteerServiceServer::new(service);
        let messages = &changes()[0].1;
        let holders = Arc::strong_count(&live);
        // Given up after so many steps, and ever later, until it comes to its end.
        for steps in 1.. {
            let mut request =
                http::Request::post("/onomast.v1.GazetteerService/ImportEntities").body(whole(messages)).unwrap();
            request.extensions_mut().insert(Principal::anybody());
            let mut answer = Box::pin(server.clone().oneshot(request));
            let mut left = steps;
            let ended = std::future::poll_fn(|context| {
                left -= 1;
                match answer.as_mut().poll(context) {
                    Poll::Ready(answer) => Poll::Ready(answer.is_ok()),
                    Poll::Pending if left == 0 => Poll::Ready(false),
                    Poll::Pending => Poll::Pending,
                }
            })
            .await;
            drop(answer);
            // What goes on without it.
            let over = async {
                while Arc::strong_count(&live) > holders {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(std::time::Duration::from_secs(30), over).await.unwrap();
            let kept = live.keeper().unwrap().store().gazetteers().await.unwrap();
            let entities: Vec<_> = kept.iter().map(|one| one.head.entities).collect();
            assert!(entities.is_empty() || entities == [2], "{entities:?} after {steps} steps");
            if ended {
                assert_eq!(entities, [2]);
                break;
            }
            if !kept.is_empty() {
                live.keeper().unwrap().delete(&live, "new", None).await.unwrap();
            }
        }
    }
}
