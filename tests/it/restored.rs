//! A PostgreSQL that goes back to an older state under a running server: a backup that is restored, or a standby that
//! lags and takes over. What is served follows it.

use std::{collections::BTreeSet, sync::Arc};

use onomast::{
    catalog::{Kind, Live, Revision, Store},
    service::proto,
};
use sqlx::{Executor as _, PgPool};
use tonic::Code;

use crate::{
    databases::{Client, Database, KEEP, client, create, given, import, reason, request, serve, upsert},
    support::{Folder, TestServer},
    surfaces,
};

const TABLES: [&str; 4] = ["meta", "gazetteers", "versions", "entities"];

/// Puts the tables of a database by.
async fn back_up(pool: &PgPool) {
    pool.execute("CREATE SCHEMA backup").await.unwrap();
    for table in TABLES {
        let copy = format!("CREATE TABLE backup.{table} AS TABLE onomast_{table}");
        pool.execute(&*copy).await.unwrap();
    }
}

/// Puts them back in the place of what is there.
async fn restore(pool: &PgPool) {
    let mut transaction = pool.begin().await.unwrap();
    for table in TABLES {
        let empty = format!("TRUNCATE onomast_{table}");
        transaction.execute(&*empty).await.unwrap();
        let fill = format!("INSERT INTO onomast_{table} SELECT * FROM backup.{table}");
        transaction.execute(&*fill).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

/// A server of a database, and connections to it past the server.
async fn start() -> Option<(Database, TestServer, PgPool)> {
    let address = crate::postgres::database().await?;
    let pool = PgPool::connect(&address).await.unwrap();
    let database = Database::Postgres(address, Folder::new());
    let server = serve(&database, KEEP).await;
    Some((database, server, pool))
}

/// Looks into the database, as the server does when it is told of something, and now and then.
async fn look(live: &Arc<Live>) {
    live.keeper().unwrap().refresh(live).await.unwrap();
}

/// The ids of those that are found.
async fn found(server: &TestServer, text: &str) -> BTreeSet<String> {
    let answer = surfaces::unary(&mut server.client().await, request("names", text, None)).await;
    answer.mentions.into_iter().map(|mention| mention.entity.unwrap().id).collect()
}

fn ids(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// Changes a gazetteer as another server does; gives the version.
async fn change(store: &Store, name: &str, rows: &[(String, String)]) -> Revision {
    let stored = store.gazetteer(name).await.unwrap().unwrap();
    let mut edit = store.edit(stored.uid, None, stored.head.created + 1_000_000).await.unwrap();
    edit.put(rows).await.unwrap();
    store.commit(edit, Kind::Edit, None).await.unwrap().revision
}

fn row(id: &str, name: &str) -> (String, String) {
    (id.into(), format!("{{\"id\":\"{id}\",\"name\":\"{name}\"}}"))
}

/// The names of the gazetteers that are served.
async fn names(client: &mut Client) -> Vec<String> {
    let all = client.list_gazetteers(proto::ListGazetteersRequest::default()).await.unwrap().into_inner();
    all.gazetteers.into_iter().map(|one| one.name).collect()
}

const TEXT: &str = "Alpha, Beta and Gamma met.";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_served_goes_back_with_the_database() {
    let Some((_database, server, pool)) = start().await else { return };
    let live = server.handle.live();
    let mut client = client(&server).await;
    create(&mut client, "names").await;
    client.upsert_entities(upsert("names", vec![given("a", "Alpha")])).await.unwrap();
    back_up(&pool).await;
    for (id, name) in [("b", "Beta"), ("b", "Not Beta"), ("b", "Beta")] {
        client.upsert_entities(upsert("names", vec![given(id, name)])).await.unwrap();
    }
    create(&mut client, "lost").await;
    assert_eq!(found(&server, TEXT).await, ids(&["a", "b"]));
    let watch = proto::WatchGazetteersRequest::default();
    let mut watch = client.watch_gazetteers(watch).await.unwrap().into_inner();
    while watch.message().await.unwrap().unwrap().event.is_some() {}

    restore(&pool).await;
    look(live).await;
    assert_eq!(found(&server, TEXT).await, ids(&["a"]));
    assert_eq!(names(&mut client).await, ["file", "names"]);
    let status = loop {
        if let Err(status) = watch.message().await {
            break status;
        }
    };
    assert_eq!(reason(&status), (Code::OutOfRange, "CHECKPOINT_TOO_OLD".into()));

    // The numbers that were lost are given again, also that of a gazetteer.
    let edited = client.upsert_entities(upsert("names", vec![given("c", "Gamma")])).await.unwrap().into_inner();
    assert_eq!(found(&server, TEXT).await, ids(&["a", "c"]));
    let watch = proto::WatchGazetteersRequest { checkpoint: edited.version, ..Default::default() };
    let mut watch = client.watch_gazetteers(watch).await.unwrap().into_inner();
    create(&mut client, "other").await;
    let told = watch.message().await.unwrap().unwrap().event.unwrap();
    assert_eq!(told.gazetteer, "other");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_behind_a_restored_backup_is_in_the_answers() {
    let Some((_database, server, pool)) = start().await else { return };
    let mut client = client(&server).await;
    create(&mut client, "names").await;
    client.upsert_entities(upsert("names", vec![given("a", "Alpha")])).await.unwrap();
    back_up(&pool).await;
    for name in ["Beta", "Not Beta", "Beta"] {
        client.upsert_entities(upsert("names", vec![given("b", name)])).await.unwrap();
    }
    restore(&pool).await;
    // Before the server looked into the database by itself.
    client.upsert_entities(upsert("names", vec![given("c", "Gamma")])).await.unwrap();
    assert_eq!(found(&server, TEXT).await, ids(&["a", "c"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_compiled_of_a_lost_version_is_not_built_on() {
    let Some((database, server, pool)) = start().await else { return };
    let live = server.handle.live();
    let mut client = client(&server).await;
    create(&mut client, "names").await;
    back_up(&pool).await;
    let many =
        |name: &str| (0..5000).map(|number| (number.to_string(), format!("{name} {number}"))).collect::<Vec<_>>();
    let entities = many("Lost").iter().map(|(id, name)| given(id, name)).collect();
    client.import_entities(import("names", true, entities)).await.unwrap();
    assert_eq!(found(&server, "Lost 7").await, ids(&["7"]));
    let old = server.handle.live().catalog().unwrap().get("names").unwrap().version().to_owned();

    // Another server goes on from the backup, and gets further than this one was, over the same numbers.
    restore(&pool).await;
    let store = database.open().await;
    let rows: Vec<_> = many("Kept").iter().map(|(id, name)| row(id, name)).collect();
    let again = change(&store, "names", &rows).await;
    assert_eq!(again.to_string(), old);
    change(&store, "names", &[row("a", "Alpha")]).await;
    look(live).await;
    assert_eq!(found(&server, "Lost 7, Kept 8 and Alpha.").await, ids(&["8", "a"]));
    // Old versions as well.
    let version = Some(proto::version_requirement::Version::Exact(old));
    let asked = request("names", "Lost 7, Kept 8 and Alpha.", version);
    let mentions = surfaces::unary(&mut server.client().await, asked).await.mentions;
    assert_eq!(mentions.iter().map(|one| &*one.text).collect::<Vec<_>>(), ["Kept 8"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gazetteer_that_comes_back_under_its_name_is_served() {
    let Some((database, server, pool)) = start().await else { return };
    let live = server.handle.live();
    let mut client = client(&server).await;
    create(&mut client, "names").await;
    client.upsert_entities(upsert("names", vec![given("a", "Alpha")])).await.unwrap();
    back_up(&pool).await;
    let delete = proto::DeleteGazetteerRequest { name: "names".into(), ..Default::default() };
    client.delete_gazetteer(delete).await.unwrap();
    create(&mut client, "names").await;
    client.upsert_entities(upsert("names", vec![given("b", "Beta")])).await.unwrap();
    restore(&pool).await;
    // Another server makes more changes than were lost.
    let store = database.open().await;
    let revision = store.create("more", "", Default::default(), 0).await.unwrap().uid;
    for number in revision..revision + 4 {
        change(&store, "more", &[row(&number.to_string(), "More")]).await;
    }
    look(live).await;
    look(live).await;
    assert_eq!(found(&server, TEXT).await, ids(&["a"]));
    assert_eq!(names(&mut client).await, ["file", "more", "names"]);
}
