//! A PostgreSQL that falls silent: its connections stay, and nothing comes over them.

use std::{sync::Arc, time::Duration};

use onomast::{
    catalog::{Keeper, Store, follow},
    service::Limits,
};
use sqlx::Connection as _;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};
use tonic::Code;

use crate::{
    gazetteers::{KEEP, client, create, given, reason, upsert},
    support::TestServer,
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
            for (from, to) in [(near_read, far_write), (far_read, near_write)] {
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
                        let Ok(count) = from.try_read(&mut bytes) else { continue };
                        let mut rest = &bytes[..count];
                        while !rest.is_empty() && to.writable().await.is_ok() {
                            rest = &rest[to.try_write(rest).unwrap_or(0)..];
                        }
                        if count == 0 {
                            return;
                        }
                    }
                });
            }
        }
    });
    (port, tell)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_runs_when_the_database_falls_silent_is_given_up() {
    let Some(address) = crate::postgres::database().await else { return };
    let (host, name) = address.rsplit_once('/').unwrap();
    let (user, target) = host.rsplit_once('@').unwrap();
    let (port, talks) = between(target.to_owned()).await;
    let server = TestServer::empty(Limits::default()).await;
    let live = server.handle.live().clone();
    let store = Store::open_postgres(&format!("{user}@127.0.0.1:{port}/{name}")).await.unwrap();
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
    let edit = tokio::spawn(async move { running.upsert_entities(upsert("names", vec![given("a", "Alpha")])).await });
    let waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waiting = async {
        while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut other).await.unwrap() == 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, waiting).await.unwrap();
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
