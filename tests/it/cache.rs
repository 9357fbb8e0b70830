//! The segment files of gazetteers of the database: a cache, which must never hold less than the version that it names.

use std::{
    fs,
    future::{Future as _, poll_fn},
    sync::Arc,
    task::Poll,
};

use onomast::catalog::{Gazetteer, Keep, Keeper, Kind, Live, Store};

use crate::support::Folder;

const KEEP: Keep = Keep { count: 1000, age: 3_600_000 };
/// More than an overlay has, so that they are compiled.
const ENTITIES: usize = 5000;

/// A database with one gazetteer of many entities.
async fn fill(store: &Store) {
    let names = store.create("names", "", 0).await.unwrap();
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
