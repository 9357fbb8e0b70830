//! What is compiled of gazetteers of the database: the segment files, a cache that must never hold less than the version
//! that it names, and what takes the place of an overlay.

use std::{
    fs,
    future::{Future as _, poll_fn},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use onomast::catalog::{Gazetteer, Keeper, Kind, Live, Most, Store};

use crate::{
    databases::{Database, KEEP, client, given, import, request, serve},
    support::Folder,
    surfaces,
};

/// More than an overlay has, so that they are compiled.
const ENTITIES: usize = 5000;

/// A database with one gazetteer of many entities.
async fn fill(store: &Store) {
    let names = store.create("names", "", Most::default(), 0).await.unwrap();
    let entity = |number| (format!("{number}"), format!("{{\"id\":\"{number}\",\"name\":\"Name {number}\"}}"));
    let mut edit = store.edit(names.uid, None, 0).await.unwrap();
    edit.put(&(0..ENTITIES).map(entity).collect::<Vec<_>>()).await.unwrap();
    store.commit(edit, Kind::Import, None).await.unwrap();
}

/// A compilation that nobody waits for to its end: the caller of the change went away, or the server stops.
#[test]
fn a_compilation_that_is_given_up_leaves_no_file() {
    let folder = Folder::new();
    let (data, segments) = (folder.path("data"), folder.path("segments"));
    let mut whole = 0;
    // From the first step on, and ever longer, until it comes to its end.
    for steps in (0..).map(|step| step * step / 4 + step + 1) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let ended = runtime.block_on(async {
            let store = Store::open_folder(&data).await.unwrap();
            if steps == 1 {
                fill(&store).await;
            }
            let live = Arc::new(Live::default());
            live.keep(Keeper::new(store, Some(segments.clone()), KEEP));
            let mut refresh = Box::pin(live.keeper().unwrap().refresh(&live));
            let mut left = steps;
            let ended = poll_fn(|context| {
                left -= 1;
                match refresh.as_mut().poll(context) {
                    Poll::Ready(result) => Poll::Ready(result.is_ok()),
                    Poll::Pending if left == 0 => Poll::Ready(false),
                    Poll::Pending => Poll::Pending,
                }
            })
            .await;
            drop(refresh);
            live.keeper().unwrap().store().close().await;
            ended
        });
        // Waits for the threads that compile.
        drop(runtime);
        for file in fs::read_dir(&segments).into_iter().flatten() {
            let file = file.unwrap().path();
            let opened = Gazetteer::open("names", &file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            assert_eq!(opened.entity_count(), ENTITIES, "{} after {steps} steps", file.display());
            whole += 1;
        }
        if ended {
            break;
        }
    }
    assert!(whole > 0, "it came to its end and left no file");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_folded_is_served() {
    for database in Database::all().await {
        let server = serve(&database, KEEP).await;
        let mut client = client(&server).await;
        let entities = (0..1000).map(|number| given(&number.to_string(), &format!("Name {number}"))).collect();
        client.import_entities(import("names", true, entities)).await.unwrap();
        let since = || server.handle.live().catalog().unwrap().get("names").unwrap().since();
        let seen = since();
        // Compiled in the background, with no further change.
        let folded = async {
            loop {
                let served = server.handle.live().catalog().unwrap().get("names").unwrap();
                if served.overlay().is_none() {
                    assert_eq!((served.entity_count(), served.segment().entities().len()), (1000, 1000));
                    break;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), folded).await.expect("it goes on being served as an overlay");
        assert_eq!(since(), seen, "the version is as old as it was");
        let answer = surfaces::unary(&mut server.client().await, request("names", "Name 471 came", None)).await;
        assert_eq!(answer.mentions[0].entity.as_ref().unwrap().id, "471");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_server_deleted_leaves_nothing_behind() {
    let Some(address) = crate::postgres::database().await else { return };
    let database = Database::Postgres(address.clone(), Folder::new());
    let server = serve(&database, KEEP).await;
    let mut client = client(&server).await;
    let entities = (0..ENTITIES).map(|number| given(&number.to_string(), &format!("Name {number}"))).collect();
    client.import_entities(import("names", true, entities)).await.unwrap();
    let folder = Folder::new();
    let segments = folder.path("segments");
    let live = Arc::new(Live::default());
    live.keep(Keeper::new(Store::open_postgres(&address).await.unwrap(), Some(segments.clone()), KEEP));
    live.serve(Default::default());
    let keeper = live.keeper().unwrap();
    keeper.refresh(&live).await.unwrap();
    let files = || fs::read_dir(&segments).unwrap().count();
    let served = live.catalog().unwrap().get("names").unwrap();
    assert_eq!(files(), 1);

    let delete = onomast::service::proto::DeleteGazetteerRequest { name: "names".into(), ..Default::default() };
    client.delete_gazetteer(delete).await.unwrap();
    keeper.refresh(&live).await.unwrap();
    assert!(live.catalog().unwrap().get("names").is_err());
    assert_eq!(files(), 0, "its segment file is left");
    assert_eq!(Arc::strong_count(&served), 1, "somebody holds it");
}
