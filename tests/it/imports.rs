//! Imports that leave out what has issues: what came is neither lost nor taken for another.

use onomast::service::proto::{self, ImportConfig, ImportEntitiesRequest, ImportMode};
use tonic::Code;

use crate::databases::{Database, KEEP, client, create, given, reason, serve, upsert};

#[tokio::test(flavor = "multi_thread")]
async fn what_came_with_issues_stays_as_it_was() {
    for database in Database::all().await {
        let server = serve(&database, KEEP).await;
        let mut client = client(&server).await;
        create(&mut client, "names").await;
        let there = vec![given("1", "Alpha"), given("2", "Beta"), given("9", "Gone")];
        client.upsert_entities(upsert("names", there)).await.unwrap();
        let config = ImportConfig {
            gazetteer: "names".into(),
            mode: ImportMode::Replace.into(),
            skip_bad_entities: true,
            ..ImportConfig::default()
        };
        let bad = proto::Entity { prior: Some(7.0), ..given("2", "Other") };
        // An id is that of the first good one.
        let entities = vec![given("1", "Alpha 1"), bad, given("3", ""), given("3", "Gamma"), given("3", "Delta")];
        let request = ImportEntitiesRequest { config: Some(config.clone()), entities };
        let answer = client.import_entities(tokio_stream::iter([request])).await.unwrap().into_inner();
        assert_eq!((answer.received, answer.added, answer.changed, answer.deleted), (5, 1, 1, 1));
        let issues: Vec<_> = answer.issues.iter().map(|issue| (issue.position, &*issue.code)).collect();
        assert_eq!(issues, [(2, "out-of-range"), (3, "empty-name"), (5, "duplicate-id")]);
        for (id, name) in [("1", "Alpha 1"), ("2", "Beta"), ("3", "Gamma")] {
            let request = proto::GetEntityRequest { gazetteer: "names".into(), id: id.into(), version: String::new() };
            assert_eq!(
                client.get_entity(request).await.unwrap().into_inner().entity.unwrap().entity.unwrap().name,
                name
            );
        }
        let config = ImportConfig { check_only: true, if_version: "1".into(), ..config };
        let request = ImportEntitiesRequest { config: Some(config), entities: vec![given("4", "Epsilon")] };
        let status = client.import_entities(tokio_stream::iter([request])).await.unwrap_err();
        assert_eq!(reason(&status), (Code::Aborted, "VERSION_MISMATCH".into()));
    }
}
