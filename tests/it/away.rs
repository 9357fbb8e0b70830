//! A PostgreSQL that goes away and comes back, under servers that share it.

use std::{future::Future, sync::Arc, time::Duration};

use onomast::{
    catalog::{Keeper, Most, Store, StoreError, follow},
    service::{Limits, proto},
    telemetry::ExportOptions,
};
use tokio::time::{Instant, timeout};
use tonic::Code;

use crate::{
    databases::{KEEP, client, create, given, reason, request, upsert},
    faults::Process,
    postgres::Postgres,
    support::{Folder, TestServer, get},
    surfaces,
};

/// The longest that anything may take here; what takes longer has failed.
const LONG: Duration = Duration::from_secs(60);
/// The longest that an edit may take to be refused while the database is away.
const QUICK: Duration = Duration::from_secs(8);
/// So long between two questions that only what the database does itself can be in time.
const HOUR: Duration = Duration::from_secs(3600);

/// Asks until it is so.
async fn until<F: Future<Output = bool>>(what: &str, mut ask: impl FnMut() -> F) {
    let asking = async {
        while !ask().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(timeout(LONG, asking).await.is_ok(), "{what}: not within {LONG:?}");
}

/// The ids that an extraction finds, or none where it is refused.
async fn found(client: &surfaces::Client, gazetteer: &str, text: &str) -> Vec<String> {
    match client.clone().extract(request(gazetteer, text, None)).await {
        Ok(answer) => {
            let mentions = answer.into_inner().mentions.into_iter();
            mentions.map(|mention| mention.entity.unwrap().id).collect()
        }
        Err(_) => Vec::new(),
    }
}

const TEXT: &str = "Alpha, Beta and Gamma met.";

#[tokio::test(flavor = "multi_thread")]
async fn servers_outlive_their_database_and_catch_up() {
    let Some(mut postgres) = Postgres::own().await else { return };
    let mut servers = Vec::new();
    let mut exporters = Vec::new();
    let mut following = Vec::new();
    for _ in 0..2 {
        let (server, _, kept) = TestServer::observed(Limits::default(), &ExportOptions::default()).await;
        exporters.push(kept);
        let live = server.handle.live().clone();
        live.keep(Keeper::new(Store::open_postgres(&postgres.address()).await.unwrap(), None, KEEP));
        server.handle.serve(Default::default()).await;
        following.push(tokio::spawn(follow(Arc::clone(&live), HOUR)));
        servers.push(server);
    }
    let (mut editor, mut other) = (client(&servers[0]).await, client(&servers[1]).await);
    let extract = [servers[0].client().await, servers[1].client().await];
    create(&mut editor, "names").await;
    editor.upsert_entities(upsert("names", vec![given("a", "Alpha")])).await.unwrap();
    for extract in &extract {
        until("an edit is seen by both", || async { found(extract, "names", TEXT).await == ["a"] }).await;
    }

    postgres = tokio::task::spawn_blocking(move || {
        postgres.stop();
        postgres
    })
    .await
    .unwrap();
    for editor in [&mut editor, &mut other] {
        let begin = Instant::now();
        let status = editor.upsert_entities(upsert("names", vec![given("x", "Gamma")])).await.unwrap_err();
        assert_eq!(reason(&status), (Code::Unavailable, "DATABASE_UNAVAILABLE".into()));
        assert!(begin.elapsed() < QUICK, "refused after {:?}", begin.elapsed());
        let status = editor
            .create_gazetteer(proto::CreateGazetteerRequest { name: "new".into(), ..Default::default() })
            .await
            .unwrap_err();
        assert_eq!(reason(&status), (Code::Unavailable, "DATABASE_UNAVAILABLE".into()));
    }
    for (server, extract) in servers.iter().zip(&extract) {
        assert_eq!(found(extract, "names", TEXT).await, ["a"]);
        until("both say so", || async {
            let (status, page) = get(&server.admin, "/readyz").await;
            assert_eq!(status, 200, "extraction goes on: {page}");
            let (_, metrics) = get(&server.admin, "/metrics").await;
            page.contains("database: does not answer") && metrics.contains("\nonomast_database_up 0\n")
        })
        .await;
    }

    postgres = tokio::task::spawn_blocking(move || {
        postgres.start();
        postgres
    })
    .await
    .unwrap();
    // As a client does: again while it is told to.
    until("an edit is taken again", || {
        let mut other = other.clone();
        async move { other.upsert_entities(upsert("names", vec![given("b", "Beta")])).await.is_ok() }
    })
    .await;
    for (server, extract) in servers.iter().zip(&extract) {
        until("both catch up", || async { found(extract, "names", TEXT).await == ["a", "b"] }).await;
        until("both say so no more", || async {
            let (_, page) = get(&server.admin, "/readyz").await;
            let (_, metrics) = get(&server.admin, "/metrics").await;
            !page.contains("database") && metrics.contains("\nonomast_database_up 1\n")
        })
        .await;
    }
    // Changes are told of again.
    editor.upsert_entities(upsert("names", vec![given("c", "Gamma")])).await.unwrap();
    for extract in &extract {
        until("an edit is seen by both", || async { found(extract, "names", TEXT).await == ["a", "b", "c"] }).await;
    }
    following.iter().for_each(tokio::task::JoinHandle::abort);
    drop(postgres);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_starts_without_its_database_serves_files_and_finds_it_later() {
    let Some(mut postgres) = Postgres::own().await else { return };
    let folder = Folder::new();
    let live = Arc::<onomast::catalog::Live>::default();
    live.keep(Keeper::new(Store::open_postgres(&postgres.address()).await.unwrap(), None, KEEP));
    let keeper = live.keeper().unwrap();
    keeper.create(&live, "names", "", Most::default()).await.unwrap();
    let entity =
        onomast::gazetteer::Entity { id: "a".into(), name: "Alpha".into(), ..onomast::gazetteer::Entity::default() };
    keeper.edit(&live, "names", &[entity], &[], (None, &[])).await.unwrap();
    keeper.store().close().await;

    let file = folder.file("places.jsonl", "{\"id\": \"cn\", \"name\": \"China\"}\n");
    let flags = ["--database", &postgres.address(), "--gazetteer", &file.to_string_lossy()].map(str::to_owned);
    let (mut postgres, server) = tokio::task::spawn_blocking(move || {
        postgres.stop();
        (postgres, Process::start(&flags))
    })
    .await
    .unwrap();
    let channel = server.channel().await;
    let extract = surfaces::Client::new(channel.clone());
    assert_eq!(found(&extract, "places", "Alpha in China").await, ["cn"]);
    assert!(server.log.lock().unwrap().contains("Connection refused"), "{}", server.log.lock().unwrap());
    let mut editor = proto::gazetteer_service_client::GazetteerServiceClient::new(channel);
    let begin = Instant::now();
    let creating = proto::CreateGazetteerRequest { name: "new".into(), ..Default::default() };
    let status = editor.create_gazetteer(creating).await.unwrap_err();
    assert_eq!(reason(&status), (Code::Unavailable, "DATABASE_UNAVAILABLE".into()));
    assert!(begin.elapsed() < QUICK, "refused after {:?}", begin.elapsed());

    postgres = tokio::task::spawn_blocking(move || {
        postgres.start();
        postgres
    })
    .await
    .unwrap();
    until("the database comes in", || async { found(&extract, "names", "Alpha in China").await == ["a"] }).await;
    assert_eq!(found(&extract, "places", "Alpha in China").await, ["cn"]);
    create(&mut editor, "new").await;
    drop(postgres);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_refuses_when_it_comes_back_is_tried_again() {
    let Some(mut postgres) = Postgres::own().await else { return };
    let flags = ["--database", &postgres.named("later")].map(str::to_owned);
    let (postgres, server) = tokio::task::spawn_blocking(move || {
        postgres.stop();
        let server = Process::start(&flags);
        postgres.start();
        (postgres, server)
    })
    .await
    .unwrap();
    let refused = "database \\\"later\\\" does not exist";
    until("it says why", || async { server.log.lock().unwrap().contains(refused) }).await;
    let pool = sqlx::PgPool::connect(&postgres.address()).await.unwrap();
    sqlx::query("CREATE DATABASE later").execute(&pool).await.unwrap();
    let editor = proto::gazetteer_service_client::GazetteerServiceClient::new(server.channel().await);
    until("the database comes in", || {
        let mut editor = editor.clone();
        let create = proto::CreateGazetteerRequest { name: "names".into(), ..Default::default() };
        async move { editor.create_gazetteer(create).await.is_ok() }
    })
    .await;
    assert_eq!(server.log.lock().unwrap().matches(refused).count(), 1, "it is said once");
    drop(postgres);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_postgresql_asks_to_be_tried_again_is_unavailable() {
    let Some(address) = crate::postgres::database().await else { return };
    let pool = sqlx::PgPool::connect(&address).await.unwrap();
    // Not serialized, a deadlock, a lock that was not had in time.
    for code in ["40001", "40P01", "55P03"] {
        let raise = format!("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '{code}'; END $$");
        let error = StoreError::from(sqlx::query(&raise).execute(&pool).await.unwrap_err());
        assert!(matches!(&error, StoreError::Unavailable(what) if what == "again"), "{code}: {error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_through_two_servers_at_once_lose_none() {
    let Some(address) = crate::postgres::database().await else { return };
    edit_at_once(&address).await;
    // Nor where transactions of the database are stricter unless they say otherwise.
    let Some(address) = crate::postgres::database().await else { return };
    let pool = sqlx::PgPool::connect(&address).await.unwrap();
    let name = address.rsplit('/').next().unwrap();
    let strict = format!("ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'");
    sqlx::query(&strict).execute(&pool).await.unwrap();
    edit_at_once(&address).await;
}

async fn edit_at_once(address: &str) {
    /// How many edits each server gets.
    const EDITS: usize = 25;
    let mut servers = Vec::new();
    for _ in 0..2 {
        let server = TestServer::empty(Limits::default()).await;
        server.handle.live().keep(Keeper::new(Store::open_postgres(address).await.unwrap(), None, KEEP));
        server.handle.serve(Default::default()).await;
        servers.push(server);
    }
    let mut first = client(&servers[0]).await;
    create(&mut first, "names").await;
    let mut running = Vec::new();
    for (number, server) in servers.iter().enumerate() {
        server.handle.live().keeper().unwrap().refresh(server.handle.live()).await.unwrap();
        let mut client = client(server).await;
        running.push(tokio::spawn(async move {
            let (mut done, mut refused) = (Vec::new(), 0);
            while done.len() < EDITS {
                // Reads the newest version, and changes it if nobody else did meanwhile.
                let versions = proto::ListVersionsRequest { gazetteer: "names".into(), ..Default::default() };
                let versions = client.list_versions(versions).await.unwrap().into_inner().versions;
                let id = format!("{number}-{}", done.len());
                let mut edit = upsert("names", vec![given(&id, &format!("Name {id}")), given("last", &id)]);
                edit.if_version = versions[0].version.clone();
                match client.upsert_entities(edit).await {
                    Ok(answer) => done.push((answer.into_inner().version.parse::<i64>().unwrap(), id)),
                    Err(status) => {
                        assert_eq!(reason(&status), (Code::Aborted, "VERSION_MISMATCH".into()));
                        refused += 1;
                    }
                }
            }
            (done, refused)
        }));
    }
    let mut done = Vec::new();
    for running in running {
        let (edits, refused) = timeout(LONG, running).await.expect("both go on").unwrap();
        println!("{} edits, {refused} refused", edits.len());
        done.extend(edits);
    }
    done.sort();
    done.dedup_by_key(|(version, _)| *version);
    assert_eq!(done.len(), 2 * EDITS, "two edits have one version");
    let (last, by) = done.last().unwrap();
    for server in &servers {
        let at_least = Some(proto::version_requirement::Version::AtLeast(last.to_string()));
        let request = request("names", &format!("Name {by}."), at_least);
        assert_eq!(surfaces::unary(&mut server.client().await, request).await.gazetteers[0].version, last.to_string());
        let mut stream = client(server)
            .await
            .export_entities(proto::ExportEntitiesRequest { gazetteer: "names".into(), version: String::new() })
            .await
            .unwrap()
            .into_inner();
        let mut all = Vec::new();
        while let Some(part) = stream.message().await.unwrap() {
            all.extend(part.entities);
        }
        assert_eq!(all.len(), 2 * EDITS + 1);
        assert!(done.iter().all(|(_, id)| all.iter().any(|one| one.id == *id)));
        assert_eq!(&all.iter().find(|one| one.id == "last").unwrap().name, by);
    }
}
