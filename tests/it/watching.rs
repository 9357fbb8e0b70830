//! Streams of `GazetteerService`: what a watch tells at its beginning, and the place that a stream takes.

use onomast::{
    catalog::{Keeper, Kind, Revision},
    service::{Limits, proto},
};
use tonic::Code;

use crate::{
    databases::{Client, Database, KEEP, client, create, given, reason, serve, upsert},
    support::{Folder, TestServer},
};

fn watch() -> proto::WatchGazetteersRequest {
    proto::WatchGazetteersRequest::default()
}

/// Makes a change of `one` that is durable and not served yet, and a newer one of `two` that is; gives the older revision.
async fn change_unserved(server: &TestServer, client: &mut Client) -> Revision {
    let store = server.handle.live().keeper().unwrap().store();
    let one = store.gazetteer("one").await.unwrap().unwrap();
    let mut edit = store.edit(one.uid, None, 0).await.unwrap();
    edit.put(&[("a".into(), "{\"id\":\"a\",\"name\":\"Alpha\"}".into())]).await.unwrap();
    let older = store.commit(edit, Kind::Edit, None).await.unwrap().revision;
    client.upsert_entities(upsert("two", vec![given("b", "Beta")])).await.unwrap();
    older
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_begins_with_all_that_is_older_than_its_checkpoint() {
    for database in Database::all().await {
        let server = serve(&database, KEEP).await;
        let mut client = client(&server).await;
        create(&mut client, "one").await;
        create(&mut client, "two").await;
        let older = change_unserved(&server, &mut client).await;

        let mut stream = client.watch_gazetteers(watch()).await.unwrap().into_inner();
        let mut told = Vec::new();
        let checkpoint: i64 = loop {
            let message = stream.message().await.unwrap().unwrap();
            let Some(event) = message.event else { break message.checkpoint.parse().unwrap() };
            told.push((event.gazetteer, event.version));
        };
        assert!(checkpoint > older);
        assert!(told.contains(&("one".into(), older.to_string())), "{told:?} up to {checkpoint}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_tells_of_what_is_served_alone() {
    for database in Database::all().await {
        let server = serve(&database, KEEP).await;
        let mut client = client(&server).await;
        create(&mut client, "one").await;
        let checkpoint = create(&mut client, "two").await;
        let older = change_unserved(&server, &mut client).await;
        let live = server.handle.live();

        let from = proto::WatchGazetteersRequest { checkpoint, ..watch() };
        let mut stream = client.watch_gazetteers(from).await.unwrap().into_inner();
        let served_then = async {
            let event = stream.message().await.unwrap().unwrap().event.unwrap();
            let one = live.catalog().unwrap().get("one").unwrap();
            (event.gazetteer, event.version, one.version().to_owned())
        };
        let serving = async {
            // Time enough for who would tell too soon.
            for _ in 0..5 {
                client.list_gazetteers(proto::ListGazetteersRequest::default()).await.unwrap();
            }
            live.keeper().unwrap().refresh(live).await.unwrap();
        };
        let (told, ()) = tokio::join!(served_then, serving);
        assert_eq!(told, ("one".into(), older.to_string(), older.to_string()));
        let next = stream.message().await.unwrap().unwrap().event.unwrap();
        assert_eq!((&*next.gazetteer, &*next.version), ("two", &*(older + 1).to_string()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_is_written_in_one_way() {
    let database = Database::Sqlite(Folder::new());
    let server = serve(&database, KEEP).await;
    let mut client = client(&server).await;
    let checkpoint = create(&mut client, "one").await;
    for wrong in [format!("+{checkpoint}"), format!("0{checkpoint}"), format!("-{checkpoint}"), "x".into()] {
        let from = proto::WatchGazetteersRequest { checkpoint: wrong.clone(), ..watch() };
        let status = client.watch_gazetteers(from).await.err().unwrap_or_else(|| panic!("{wrong} is taken"));
        assert_eq!(reason(&status), (Code::InvalidArgument, "INVALID_REQUEST".into()), "{wrong}");
    }
    client.watch_gazetteers(proto::WatchGazetteersRequest { checkpoint, ..watch() }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_holds_its_place_to_its_end() {
    let database = Database::Sqlite(Folder::new());
    let server = TestServer::empty(Limits { concurrent_requests: 1, ..Limits::default() }).await;
    let live = server.handle.live();
    live.keep(Keeper::new(database.open().await, None, KEEP));
    server.handle.serve(Default::default()).await;
    let mut client = client(&server).await;
    create(&mut client, "one").await;
    let mut stream = client.watch_gazetteers(watch()).await.unwrap().into_inner();
    stream.message().await.unwrap().unwrap();
    let status = client.watch_gazetteers(watch()).await.unwrap_err();
    assert_eq!(reason(&status), (Code::ResourceExhausted, "OVERLOADED".into()));
    drop(stream);
    // The place is free once the server has noticed.
    while client.list_gazetteers(proto::ListGazetteersRequest::default()).await.is_err() {
        tokio::task::yield_now().await;
    }
}
