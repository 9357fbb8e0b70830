//! Databases of every kind that there is, servers with one, and what clients ask them.

use onomast::{
    catalog::{Catalog, Gazetteer, Keep, Keeper, Store, StoreError},
    gazetteer::Entity,
    service::{Limits, proto},
};
use proto::version_requirement::Version;
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt as _;

use crate::{
    postgres,
    support::{Folder, TestServer},
};

pub(crate) type Client = proto::gazetteer_service_client::GazetteerServiceClient<Channel>;

/// Where gazetteers are kept.
pub(crate) enum Database {
    Sqlite(Folder),
    Postgres(String, Folder),
}

impl Database {
    /// Every kind there is on this machine, each new.
    pub(crate) async fn all() -> Vec<Self> {
        let mut all = vec![Self::Sqlite(Folder::new())];
        all.extend(postgres::database().await.map(|address| Self::Postgres(address, Folder::new())));
        all
    }

    pub(crate) async fn open(&self) -> Store {
        match self {
            Self::Sqlite(folder) => loop {
                match Store::open_folder(&folder.path("data")).await {
                    // The last connections of a server that ended still hold it for a moment.
                    Err(StoreError::InUse(_)) => tokio::task::yield_now().await,
                    opened => return opened.unwrap(),
                }
            },
            Self::Postgres(address, _) => Store::open_postgres(address).await.unwrap(),
        }
    }

    pub(crate) fn segments(&self) -> std::path::PathBuf {
        let (Self::Sqlite(folder) | Self::Postgres(_, folder)) = self;
        folder.path("segments")
    }

    /// The flags of a server on it.
    pub(crate) fn flags(&self) -> Vec<String> {
        let (Self::Sqlite(folder) | Self::Postgres(_, folder)) = self;
        let data = vec!["--data".to_owned(), folder.path("data").to_string_lossy().into_owned()];
        match self {
            Self::Sqlite(_) => data,
            Self::Postgres(address, _) => [data, vec!["--database".into(), address.clone()]].concat(),
        }
    }
}

pub(crate) const KEEP: Keep = Keep { count: 1000, age: 3_600_000 };

/// A server of a database, and of one gazetteer that was given as a file.
pub(crate) async fn serve(database: &Database, keep: Keep) -> TestServer {
    let server = TestServer::empty(Limits { edit_entities: 50, ..Limits::default() }).await;
    let live = server.handle.live().clone();
    live.keep(Keeper::new(database.open().await, Some(database.segments()), keep));
    live.keeper().unwrap().refresh(&live).await.unwrap();
    let file = Gazetteer::compile("file", b"1", &[entity("cn", "China")]).unwrap();
    server.handle.serve(Catalog::new([file])).await;
    server
}

pub(crate) async fn client(server: &TestServer) -> Client {
    Client::new(server.channel().await).max_decoding_message_size(usize::MAX)
}

fn entity(id: &str, name: &str) -> Entity {
    Entity { id: id.into(), name: name.into(), ..Entity::default() }
}

pub(crate) fn given(id: &str, name: &str) -> proto::Entity {
    proto::Entity { id: id.into(), name: name.into(), ..Default::default() }
}

pub(crate) async fn create(client: &mut Client, name: &str) -> String {
    let request = proto::CreateGazetteerRequest { name: name.into(), description: "d".into() };
    client.create_gazetteer(request).await.unwrap().into_inner().gazetteer.unwrap().version
}

pub(crate) fn upsert(gazetteer: &str, entities: Vec<proto::Entity>) -> proto::UpsertEntitiesRequest {
    proto::UpsertEntitiesRequest { gazetteer: gazetteer.into(), entities, ..Default::default() }
}

pub(crate) fn remove(gazetteer: &str, ids: &[&str]) -> proto::DeleteEntitiesRequest {
    let ids = ids.iter().map(ToString::to_string).collect();
    proto::DeleteEntitiesRequest { gazetteer: gazetteer.into(), ids, ..Default::default() }
}

pub(crate) fn import(
    gazetteer: &str,
    replace: bool,
    entities: Vec<proto::Entity>,
) -> impl tonic::IntoStreamingRequest<Message = proto::ImportEntitiesRequest> {
    let mode = if replace { proto::ImportMode::Replace } else { proto::ImportMode::Merge };
    let config =
        proto::ImportConfig { gazetteer: gazetteer.into(), mode: mode.into(), create: true, ..Default::default() };
    let first = proto::ImportEntitiesRequest { config: Some(config), entities: vec![] };
    let rest = entities.chunks(7).map(|part| proto::ImportEntitiesRequest { config: None, entities: part.to_vec() });
    tokio_stream::iter(std::iter::once(first).chain(rest).collect::<Vec<_>>())
}

pub(crate) fn request(gazetteer: &str, text: &str, version: Option<Version>) -> proto::ExtractRequest {
    let requirement =
        version.map(|version| proto::VersionRequirement { gazetteer: gazetteer.into(), version: Some(version) });
    proto::ExtractRequest {
        document: Some(proto::Document { text: text.into(), ..Default::default() }),
        gazetteers: vec![gazetteer.into()],
        versions: requirement.into_iter().collect(),
        ..Default::default()
    }
}

/// Code and reason.
pub(crate) fn reason(status: &Status) -> (Code, String) {
    let info = status.get_details_error_info().unwrap_or_else(|| panic!("no ErrorInfo: {status:?}"));
    assert_eq!(info.domain, "onomast.v1");
    (status.code(), info.reason)
}
