//! Reading the newest version while it is forgotten for a newer one: who asks for no version never learns of that.

use onomast::{
    catalog::{Keep, Kind, Store},
    service::proto,
};

use crate::databases::{Database, KEEP, client, create, given, serve, upsert};

/// Changes an entity past the server, which goes on serving the version before, of which nothing is kept.
async fn change(store: &Store) -> String {
    let names = store.gazetteer("names").await.unwrap().unwrap();
    let mut edit = store.edit(names.uid, None, 0).await.unwrap();
    edit.put(&[("a".into(), "{\"id\":\"a\",\"name\":\"Changed\"}".into())]).await.unwrap();
    let revision = store.commit(edit, Kind::Edit, None).await.unwrap().revision;
    let names = store.gazetteer("names").await.unwrap().unwrap();
    store.prune(&names, Keep { count: 1, age: 0 }, i64::MAX, i64::MAX).await.unwrap();
    revision.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_no_version_gets_the_newest_whatever_is_forgotten() {
    for database in Database::all().await {
        let server = serve(&database, KEEP).await;
        let mut client = client(&server).await;
        create(&mut client, "names").await;
        client.upsert_entities(upsert("names", vec![given("a", "Alpha")])).await.unwrap();
        let newest = change(server.handle.live().keeper().unwrap().store()).await;

        let get = proto::GetEntityRequest { gazetteer: "names".into(), id: "a".into(), ..Default::default() };
        let got = client.get_entity(get).await.unwrap().into_inner();
        assert_eq!(got.version, newest);
        assert_eq!(got.entity.unwrap().entity.unwrap().name, "Changed");
        let list = proto::ListEntitiesRequest { gazetteer: "names".into(), ..Default::default() };
        let listed = client.list_entities(list).await.unwrap().into_inner();
        assert_eq!((listed.version, listed.entities.len()), (newest.clone(), 1));
        let export = proto::ExportEntitiesRequest { gazetteer: "names".into(), ..Default::default() };
        let mut export = client.export_entities(export).await.unwrap().into_inner();
        assert_eq!(export.message().await.unwrap().unwrap().version, newest);
    }
}
