//! What is wrong with the fields of a request is told at once, each by its name, and not taken for what is not there.

use onomast::service::proto::{self, version_requirement::Version};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::{
    databases::{Client, Database, KEEP, client, create, given, reason, remove, request, serve, upsert},
    support::{Folder, TestServer},
};

/// A server with the gazetteers `names`, of the database, and `file`.
async fn world() -> (TestServer, Client, Database) {
    let database = Database::Sqlite(Folder::new());
    let server = serve(&database, KEEP).await;
    let mut client = client(&server).await;
    create(&mut client, "names").await;
    client.upsert_entities(upsert("names", vec![given("a", "A")])).await.unwrap();
    (server, client, database)
}

fn fields(status: &Status) -> Vec<String> {
    let wrong = status.get_details_bad_request().into_iter().flat_map(|wrong| wrong.field_violations);
    wrong.map(|violation| violation.field).collect()
}

/// What a call is refused with, and that nothing but those fields is wrong.
macro_rules! wrong {
    ($client:ident . $method:ident ( $request:ident { $($field:ident : $value:expr),* } ), $fields:expr) => {
        #[allow(clippy::needless_update)]
        let request = proto::$request { $($field: $value.into(),)* ..Default::default() };
        let status = $client.$method(request).await.map(drop).unwrap_err();
        assert_eq!(reason(&status), (Code::InvalidArgument, "INVALID_REQUEST".into()), "{status:?}");
        assert_eq!(fields(&status), $fields, "{status:?}");
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_required_is_named_with_all_else_that_is_wrong() {
    let (_server, mut client, _database) = world().await;
    let nameless = vec![proto::Entity { id: "a".into(), ..Default::default() }];
    wrong!(client.get_gazetteer(GetGazetteerRequest {}), ["name"]);
    wrong!(client.delete_gazetteer(DeleteGazetteerRequest { if_version: "junk" }), ["name", "if_version"]);
    wrong!(client.get_entity(GetEntityRequest {}), ["id", "gazetteer"]);
    wrong!(client.get_entity(GetEntityRequest { gazetteer: "names", version: "03" }), ["id", "version"]);
    wrong!(client.get_entity(GetEntityRequest { gazetteer: "file" }), ["id"]);
    wrong!(client.list_entities(ListEntitiesRequest {}), ["gazetteer"]);
    let both = ["page_size", "page_token"];
    wrong!(
        client.list_entities(ListEntitiesRequest { gazetteer: "names", page_size: 2000u32, page_token: "junk" }),
        both
    );
    wrong!(
        client.list_versions(ListVersionsRequest { gazetteer: "names", page_size: 2000u32, page_token: "-5" }),
        both
    );
    wrong!(client.list_versions(ListVersionsRequest { page_token: "05" }), ["gazetteer", "page_token"]);
    wrong!(client.list_gazetteers(ListGazetteersRequest { page_size: 2000u32, page_token: "zzzz junk" }), both);
    wrong!(client.upsert_entities(UpsertEntitiesRequest { entities: nameless }), ["gazetteer", "entities[0].name"]);
    wrong!(
        client.upsert_entities(UpsertEntitiesRequest { if_version: "1.0" }),
        ["gazetteer", "entities", "if_version"]
    );
    wrong!(client.delete_entities(DeleteEntitiesRequest { if_version: "-1" }), ["gazetteer", "ids", "if_version"]);
    wrong!(client.export_entities(ExportEntitiesRequest { version: "junk" }), ["gazetteer"]);
    wrong!(client.export_entities(ExportEntitiesRequest { gazetteer: "names", version: "junk" }), ["version"]);
    wrong!(client.rollback(RollbackRequest {}), ["gazetteer", "to_version"]);
    wrong!(
        client.rollback(RollbackRequest { gazetteer: "names", to_version: "x", if_version: "05" }),
        ["to_version", "if_version"]
    );
    let config = proto::ImportConfig { if_version: "05".into(), ..Default::default() };
    let import = proto::ImportEntitiesRequest { config: Some(config), entities: vec![] };
    let status = client.import_entities(tokio_stream::iter([import])).await.unwrap_err();
    assert_eq!(fields(&status), ["config.if_version", "config.gazetteer"]);
    assert_eq!(reason(&status).1, "INVALID_REQUEST");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requirement_of_nothing_lacks_both_its_fields() {
    let (server, _, _database) = world().await;
    let versions = vec![proto::VersionRequirement::default()];
    let request = proto::ExtractRequest { versions, ..request("names", "A", None) };
    let status = server.client().await.extract(request).await.unwrap_err();
    assert_eq!(fields(&status), ["versions[0].gazetteer", "versions[0].version"]);
    assert_eq!(reason(&status).1, "INVALID_REQUEST");
}

/// What was given as a file has other versions, and is never changed.
#[tokio::test(flavor = "multi_thread")]
async fn versions_of_files_are_no_numbers() {
    let (_server, mut client, _database) = world().await;
    let stale =
        |version: &str| proto::GetEntityRequest { gazetteer: "file".into(), id: "cn".into(), version: version.into() };
    let status = client.get_entity(stale("0123abcd")).await.unwrap_err();
    assert_eq!(reason(&status), (Code::NotFound, "VERSION_NOT_FOUND".into()));
    assert_eq!(status.message(), "there is no version \"0123abcd\" of the gazetteer \"file\"");
    let edit = proto::UpsertEntitiesRequest { if_version: "0123abcd".into(), ..upsert("file", vec![given("a", "A")]) };
    assert_eq!(reason(&client.upsert_entities(edit).await.unwrap_err()).1, "READ_ONLY");
    let rollback =
        proto::RollbackRequest { gazetteer: "file".into(), to_version: "0123abcd".into(), ..Default::default() };
    assert_eq!(reason(&client.rollback(rollback).await.unwrap_err()).1, "READ_ONLY");
}

/// They have no order either, so that waiting for one would be for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn at_least_the_version_of_a_file_is_that_one() {
    let (server, mut client, _database) = world().await;
    let named = proto::GetGazetteerRequest { name: "file".into() };
    let version = client.get_gazetteer(named).await.unwrap().into_inner().gazetteer.unwrap().version;
    let mut extract = server.client().await;
    let newer = |version: &str| request("file", "China", Some(Version::AtLeast(version.into())));
    assert_eq!(extract.extract(newer(&version)).await.unwrap().into_inner().mentions.len(), 1);
    let status = extract.extract(newer("9")).await.unwrap_err();
    assert_eq!(reason(&status), (Code::FailedPrecondition, "READ_ONLY".into()));
    assert_eq!(fields(&status), ["versions[0].at_least"]);
    assert!(status.message().ends_with("has no version but the one served"), "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_not_there_is_told_with_its_gazetteer() {
    let (_server, mut client, _database) = world().await;
    let entity = proto::GetEntityRequest { gazetteer: "names".into(), id: "a".into(), version: "999".into() };
    let back = proto::RollbackRequest { gazetteer: "names".into(), to_version: "999".into(), ..Default::default() };
    let list = proto::ListEntitiesRequest { gazetteer: "names".into(), version: "999".into(), ..Default::default() };
    for status in [
        client.get_entity(entity).await.map(drop),
        client.rollback(back).await.map(drop),
        client.list_entities(list).await.map(drop),
    ] {
        let status = status.unwrap_err();
        assert_eq!(reason(&status), (Code::NotFound, "VERSION_NOT_FOUND".into()));
        assert_eq!(status.message(), "there is no version \"999\" of the gazetteer \"names\"");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_deletes_too_many_is_not_told_to_import() {
    let (_server, mut client, _database) = world().await;
    let status = client.delete_entities(remove("names", &["x"; 51])).await.unwrap_err();
    assert_eq!(
        status.message(),
        "ids: 51 items; the limit limits.edit_entities is 50; delete the rest with further calls"
    );
}

/// Tokens that the service gave, between two pages of which what they name goes away.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_holds_when_its_gazetteer_is_gone() {
    let (_server, mut client, _database) = world().await;
    create(&mut client, "first").await;
    let page = proto::ListGazetteersRequest { page_size: 2, page_token: String::new() };
    let mut answer = client.list_gazetteers(page.clone()).await.unwrap().into_inner();
    let names = |answer: &proto::ListGazetteersResponse| {
        answer.gazetteers.iter().map(|one| one.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&answer), ["file", "first"]);
    let delete = proto::DeleteGazetteerRequest { name: "first".into(), ..Default::default() };
    client.delete_gazetteer(delete).await.unwrap();
    answer = client
        .list_gazetteers(proto::ListGazetteersRequest { page_token: answer.next_page_token, ..page })
        .await
        .unwrap()
        .into_inner();
    assert_eq!(names(&answer), ["names"]);
}
