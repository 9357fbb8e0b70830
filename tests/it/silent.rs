//! A PostgreSQL that falls silent: its connections stay, and nothing comes over them.

use std::{io::ErrorKind, sync::Arc, time::Duration};

use onomast::{
    catalog::{Database, Keeper, Store, StoreError, follow},
    service::{Limits, proto},
    telemetry::ExportOptions,
};
use sqlx::Connection as _;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};
use tonic::Code;

use crate::{
    databases::{KEEP, client, create, given, reason, upsert},
    support::{TestServer, get},
};

/// The longest that anything may take here.
const LONG: Duration = Duration::from_secs(60);

/// Hands on what comes for an address of this machine as long as it is told to; gives a port for it.
async fn between(target: String) -> (u16, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = watch::channel(true);
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(&target).await.unwrap();
            let (near_read, near_write) = near.into_split();
            let (far_read, far_write) = far.into_split();
            for (from, mut to) in [(near_read, far_write), (far_read, near_write)] {
                let mut told = told.clone();
                tokio::spawn(async move {
                    let mut bytes = [0; 4096];
                    loop {
                        if told.wait_for(|talks| *talks).await.is_err() || from.readable().await.is_err() {
                            return;
                        }
                        if !*told.borrow() {
                            continue;
                        }
                        let count = match from.try_read(&mut bytes) {
                            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                            Ok(0) | Err(_) => return,
                            Ok(count) => count,
                        };
                        if to.write_all(&bytes[..count]).await.is_err() {
                            return;
                        }
                    }
                });
            }
        }
    });
    (port, tell)
}

/// The address of the database by way of that port.
fn by_way_of(address: &str, port: u16) -> String {
    let (host, name) = address.rsplit_once('/').unwrap();
    let (user, _) = host.rsplit_once('@').unwrap();
    format!("{user}@127.0.0.1:{port}/{name}")
}

/// Where the database really is.
fn target(address: &str) -> String {
    let (host, _) = address.rsplit_once('/').unwrap();
    host.rsplit_once('@').unwrap().1.to_owned()
}

/// Hands on what comes for an address of this machine. From the moment that it is told not to, nothing comes over the
/// connections that there are, for good, and none is refused; told to again, it hands on what comes over new ones.
async fn broken(target: String) -> (u16, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = watch::channel(true);
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let (target, mut told) = (target.clone(), told.clone());
            tokio::spawn(async move {
                if told.wait_for(|talks| *talks).await.is_err() {
                    return;
                }
                let mut far = TcpStream::connect(&target).await.unwrap();
                let silent = async { drop(told.wait_for(|talks| !*talks).await) };
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                    () = silent => std::future::pending().await,
                }
            });
        }
    });
    (port, tell)
}

/// Waits until somebody waits for what the connection holds. (`pg_stat_activity` would not do: inside a transaction it
/// goes on telling of the connections that there were when it was asked first.)
async fn somebody_waits(other: &mut sqlx::PgConnection) {
    let waits =
        "SELECT EXISTS(SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))";
    let waiting = async {
        while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut *other).await.unwrap() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, waiting).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_notices_that_the_database_fell_silent_while_it_caught_up() {
    let Some(address) = crate::postgres::database().await else { return };
    let (port, talks) = broken(target(&address)).await;
    let (server, _, _exporters) = TestServer::observed(Limits::default(), &ExportOptions::default()).await;
    let live = server.handle.live().clone();
    let store = Store::open_postgres(&by_way_of(&address, port)).await.unwrap();
    live.keep(Keeper::new(store, None, KEEP));
    server.handle.serve(Default::default()).await;
    let following = tokio::spawn(follow(Arc::clone(&live), Duration::from_millis(200)));
    let mut editor = client(&server).await;
    create(&mut editor, "names").await;

    // Catching up waits for what somebody else holds, and the small question is answered.
    let mut other = sqlx::PgConnection::connect(&address).await.unwrap();
    sqlx::query("BEGIN").execute(&mut other).await.unwrap();
    sqlx::query("LOCK TABLE onomast_gazetteers IN ACCESS EXCLUSIVE MODE").execute(&mut other).await.unwrap();
    somebody_waits(&mut other).await;
    // So does a question of a client, who has no deadline.
    let mut asking = editor.clone();
    let versions = proto::ListVersionsRequest { gazetteer: "names".into(), ..Default::default() };
    let asked = tokio::spawn(async move { asking.list_versions(versions).await });
    talks.send_replace(false);
    timeout(LONG, live.database().wait_for(|now| *now == Database::Away)).await.unwrap().unwrap();
    let said = async {
        loop {
            let (_, page) = get(&server.admin, "/readyz").await;
            let (_, metrics) = get(&server.admin, "/metrics").await;
            if page.contains("database: does not answer") && metrics.contains("\nonomast_database_up 0\n") {
                break;
            }
        }
    };
    timeout(LONG, said).await.unwrap();
    let status = timeout(LONG, asked).await.unwrap().unwrap().unwrap_err();
    assert_eq!(reason(&status), (Code::Unavailable, "DATABASE_UNAVAILABLE".into()));
    // A server that starts now learns it as well.
    let opened = timeout(LONG, Store::open_postgres(&by_way_of(&address, port))).await.unwrap();
    assert!(matches!(opened, Err(StoreError::Unavailable(_))), "{opened:?}");

    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    talks.send_replace(true);
    timeout(LONG, live.database().wait_for(|now| *now == Database::Answers)).await.unwrap().unwrap();
    let again = async {
        while editor.upsert_entities(upsert("names", vec![given("b", "Beta")])).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, again).await.unwrap();
    following.abort();
    server.stop().await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_runs_when_the_database_falls_silent_is_given_up() {
    let Some(address) = crate::postgres::database().await else { return };
    let (port, talks) = between(target(&address)).await;
    let server = TestServer::empty(Limits::default()).await;
    let live = server.handle.live().clone();
    let store = Store::open_postgres(&by_way_of(&address, port)).await.unwrap();
    live.keep(Keeper::new(store, None, KEEP));
    server.handle.serve(Default::default()).await;
    let following = tokio::spawn(follow(Arc::clone(&live), Duration::from_millis(200)));
    let mut editor = client(&server).await;
    create(&mut editor, "names").await;

    // Somebody else holds what the change waits for, so that it runs until told otherwise.
    let mut other = sqlx::PgConnection::connect(&address).await.unwrap();
    sqlx::query("BEGIN").execute(&mut other).await.unwrap();
    sqlx::query("UPDATE onomast_meta SET revision = revision").execute(&mut other).await.unwrap();
    let mut running = editor.clone();
    let mut edit =
        tokio::spawn(async move { running.upsert_entities(upsert("names", vec![given("a", "Alpha")])).await });
    tokio::select! {
        () = somebody_waits(&mut other) => {}
        early = &mut edit => panic!("{early:?}"),
    }
    talks.send_replace(false);
    let status = timeout(LONG, edit).await.unwrap().unwrap().unwrap_err();
    assert_eq!(reason(&status), (Code::Unavailable, "DATABASE_UNAVAILABLE".into()));

    // It talks again, and changes are taken again.
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    talks.send_replace(true);
    let again = async {
        while editor.upsert_entities(upsert("names", vec![given("b", "Beta")])).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, again).await.unwrap();
    following.abort();
}
