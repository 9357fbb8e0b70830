//! Changes whose callers go away before they have an answer: what the database has of them is served all the same.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use onomast::{
    catalog::{CatalogError, Import, Keeper, Live, Most},
    gazetteer::{Checker, Entity},
};

use crate::databases::{Database, KEEP};

/// Runs a change for so many steps, and then no more; gives whether it came to its end.
async fn for_steps<T>(mut steps: usize, change: impl Future<Output = Result<T, CatalogError>>) -> bool {
    let mut change = Box::pin(change);
    poll_fn(|context| {
        steps -= 1;
        match change.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(result.map(|_| true).unwrap()),
            Poll::Pending if steps == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Waits until what is served is what the database has, and nothing is being changed.
async fn settled(live: &Arc<Live>, keeper: &Keeper, name: &str) {
    let same = async {
        loop {
            let stored = keeper.store().gazetteer(name).await.unwrap().map(|stored| stored.head.revision);
            let served = live.catalog().unwrap().get(name).ok().map(|one| one.kept().unwrap().head.revision);
            if stored == served {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), same).await.expect("what is served stays behind the database");
}

type Change<'a> = Pin<Box<dyn Future<Output = Result<(), CatalogError>> + 'a>>;

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_waits_for_is_served_all_the_same() {
    for database in Database::all().await {
        let live = Arc::new(Live::default());
        live.keep(Keeper::new(database.open().await, Some(database.segments()), KEEP));
        live.serve(Default::default());
        let keeper = live.keeper().unwrap();
        keeper.create(&live, "names", "", Most::default()).await.unwrap();
        let entity = |name: String| Entity { id: "a".into(), name, ..Entity::default() };
        let mut number = 0;
        let mut steps = 0;
        loop {
            steps += 1;
            number += 1;
            let one = [entity(format!("Alpha {number}"))];
            let mut import = Import::new(Checker::default()).unwrap();
            import.take(&entity(format!("Beta {number}")), Vec::new()).unwrap();
            let (made, live) = (format!("made-{number}"), &live);
            keeper.create(live, &format!("gone-{number}"), "", Most::default()).await.unwrap();
            let gone = format!("gone-{number}");
            let changes: [(&str, Change<'_>); 4] = [
                ("names", Box::pin(async { keeper.edit(live, "names", &one, &[], (None, &[])).await.map(drop) })),
                ("names", Box::pin(async { import.finish(live, keeper, "names", false, None).await.map(drop) })),
                (&made, Box::pin(async { keeper.create(live, &made, "", Most::default()).await.map(drop) })),
                (&gone, Box::pin(async { keeper.delete(live, &gone, None).await.map(drop) })),
            ];
            let mut ended = true;
            for (name, change) in changes {
                ended &= for_steps(steps, change).await;
                settled(live, keeper, name).await;
            }
            if ended {
                break;
            }
        }
        assert!(steps > 3, "{steps}");
        keeper.store().close().await;
    }
}
