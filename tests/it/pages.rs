//! Reading much of a gazetteer in parts: what goes away meanwhile is told, and no part is too large.

use onomast::catalog::Keep;
use onomast::service::proto;
use proto::gazetteer_service_client::GazetteerServiceClient as Client;
use tonic::{Code, Status};

use crate::databases::{Database, KEEP, client, create, given, import, reason, remove, serve};

/// Entities that do not fit into what is sent ahead of a client that reads slowly, and too few to be compiled in the
/// background, which goes on when the test has ended.
fn many() -> Vec<proto::Entity> {
    let context: Vec<_> = (0..7).map(|word| format!("{word}{}", "x".repeat(2000))).collect();
    let entity = |number| proto::Entity { context: context.clone(), ..given(&format!("{number:05}"), "Alpha") };
    (0..450).map(entity).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_whose_version_goes_away_does_not_end_well() {
    let last_only = Keep { count: 1, age: 0 };
    for (keep, delete, expected) in [
        (KEEP, true, (Code::NotFound, "GAZETTEER_NOT_FOUND")),
        (last_only, false, (Code::NotFound, "VERSION_NOT_FOUND")),
    ] {
        for database in Database::all().await {
            let server = serve(&database, keep).await;
            let mut client = client(&server).await;
            client.import_entities(import("names", true, many())).await.unwrap();
            let endpoint = tonic::transport::Endpoint::new(server.address.clone()).unwrap();
            let endpoint = endpoint.initial_stream_window_size(65_535).initial_connection_window_size(65_535);
            let mut reader = Client::new(endpoint.connect().await.unwrap());
            let export = proto::ExportEntitiesRequest { gazetteer: "names".into(), version: String::new() };
            let mut stream = reader.export_entities(export).await.unwrap().into_inner();
            assert!(!stream.message().await.unwrap().unwrap().entities.is_empty());
            match delete {
                true => {
                    let request = proto::DeleteGazetteerRequest { name: "names".into(), ..Default::default() };
                    client.delete_gazetteer(request).await.unwrap();
                }
                // The entities of the version that is read are forgotten with it.
                false => drop(client.delete_entities(remove("names", &["00440", "00441"])).await.unwrap()),
            }
            let end: Status = loop {
                match stream.message().await {
                    Ok(Some(_)) => {}
                    Ok(None) => panic!("it ends as if that were all"),
                    Err(status) => break status,
                }
            };
            let (code, name) = reason(&end);
            assert_eq!((code, &*name), expected, "{end:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_large_entities_is_a_short_one() {
    for database in Database::all().await {
        let server = serve(&database, KEEP).await;
        let mut client = client(&server).await;
        create(&mut client, "names").await;
        let large =
            |number| proto::Entity { context: vec!["x".repeat(700_000)], ..given(&format!("{number:02}"), "Alpha") };
        client.import_entities(import("names", true, (0..12).map(large).collect())).await.unwrap();
        let mut listed = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = proto::ListEntitiesRequest {
                gazetteer: "names".into(),
                page_size: 1000,
                page_token,
                version: String::new(),
            };
            let page = client.list_entities(request).await.unwrap().into_inner();
            assert!((1..=3).contains(&page.entities.len()), "{} entities", page.entities.len());
            listed.extend(page.entities.into_iter().map(|one| one.entity.unwrap().id));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(listed, (0..12).map(|number| format!("{number:02}")).collect::<Vec<_>>());
        let export = proto::ExportEntitiesRequest { gazetteer: "names".into(), version: String::new() };
        let mut stream = client.export_entities(export).await.unwrap().into_inner();
        let mut exported = 0;
        while let Some(part) = stream.message().await.unwrap() {
            assert!(part.entities.len() <= 3);
            exported += part.entities.len();
        }
        assert_eq!(exported, 12);
    }
}
