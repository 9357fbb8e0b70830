//! How many gazetteers there may be: of all, and in the scope of a caller, however many make one at once.

use onomast::{
    catalog::Keeper,
    service::{Limits, proto},
};
use tonic::{Code, Status, transport::Channel};

use crate::{
    access::with,
    databases::{Client, Database, KEEP, client, given, reason},
    support::TestServer,
    tenants::{Tenants, claims},
};

async fn create(channel: Channel, token: String, name: String) -> Result<(), Status> {
    let request = proto::CreateGazetteerRequest { name, ..Default::default() };
    Client::new(channel).create_gazetteer(with(&token, request)).await.map(drop)
}

/// Makes eight at once; gives how many were made, and whether the others were refused for that setting.
async fn many(channel: &Channel, token: &str, stem: &str, setting: &str) -> usize {
    let make = |number| tokio::spawn(create(channel.clone(), token.to_owned(), format!("{stem}{number}")));
    let making: Vec<_> = (0..8).map(make).collect();
    let mut made = 0;
    for one in making {
        match one.await.unwrap() {
            Ok(()) => made += 1,
            Err(status) => {
                assert_eq!(reason(&status), (Code::ResourceExhausted, "TOO_MANY_GAZETTEERS".into()), "{status:?}");
                assert!(status.message().contains(setting), "{status:?}");
            }
        }
    }
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_never_more_gazetteers_than_there_may_be() {
    for database in Database::all().await {
        let tenants = Tenants::new();
        let limits = Limits { gazetteers: 5, gazetteers_per_scope: 2, ..Limits::default() };
        let server = TestServer::facing(limits, &tenants.access()).await;
        server.handle.live().keep(Keeper::new(database.open().await, None, KEEP));
        // What files have counts nothing.
        server.handle.serve(Tenants::catalog()).await;
        let token = |gazetteers: &[&str]| {
            let mut claims = claims();
            (claims["role"], claims["gazetteers"]) = ("admin".into(), gazetteers.into());
            tenants.signer.sign(&claims, |_| {})
        };
        let (one, all, channel) = (token(&["one", "one-*"]), token(&["*"]), server.channel().await);
        assert_eq!(many(&channel, &one, "one-", "limits.gazetteers_per_scope").await, 2);
        // An import that would make one is refused before its entities come.
        let mut client = client(&server).await;
        let config = proto::ImportConfig { gazetteer: "one-new".into(), create: true, ..Default::default() };
        let first = proto::ImportEntitiesRequest { config: Some(config), entities: vec![given("a", "A")] };
        let endless = tokio_stream::StreamExt::chain(tokio_stream::iter([first]), tokio_stream::pending());
        let status = client.import_entities(with(&one, endless)).await.unwrap_err();
        assert_eq!(reason(&status).1, "TOO_MANY_GAZETTEERS");
        // Others have room, up to what all may have.
        create(channel.clone(), token(&["other"]), "other".into()).await.unwrap();
        assert_eq!(many(&channel, &all, "all-", "limits.gazetteers allows").await, 2);
        let delete = proto::DeleteGazetteerRequest { name: "other".into(), ..Default::default() };
        client.delete_gazetteer(with(&all, delete)).await.unwrap();
        assert_eq!(many(&channel, &all, "more-", "limits.gazetteers allows").await, 1);
        server.stop().await.unwrap().unwrap();
    }
}
