//! How large one entity may be: the same in files, edits, imports and requests.

use onomast::{gazetteer::MAX_ENTITY_BYTES, service::proto};
use tonic_types::StatusExt as _;

use crate::{
    databases::{Database, KEEP, client, create, given, import, reason, request, serve, upsert},
    support::Folder,
};

/// An entity whose texts have so many bytes.
fn sized(id: &str, bytes: usize) -> proto::Entity {
    let mut entity = given(id, "Alpha");
    entity.context = vec!["word ".repeat((bytes - id.len() - 5) / 5)];
    let lacking = bytes - id.len() - 5 - entity.context[0].len();
    entity.attributes.insert("x".repeat(lacking), String::new());
    entity
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entity_that_is_too_large_is_named_wherever_it_comes() {
    let (most, more) = (sized("most", MAX_ENTITY_BYTES), sized("more", MAX_ENTITY_BYTES + 1));
    let sentence =
        format!("the texts of the entity \"more\" have {} bytes, the limit is 1048576", MAX_ENTITY_BYTES + 1);
    let database = Database::Sqlite(Folder::new());
    let server = serve(&database, KEEP).await;
    let mut client = client(&server).await;
    create(&mut client, "names").await;
    client.upsert_entities(upsert("names", vec![most.clone()])).await.unwrap();
    let edit = client.upsert_entities(upsert("names", vec![given("a", "A"), more.clone()])).await.unwrap_err();
    let inline =
        proto::ExtractRequest { inline_entities: vec![given("a", "A"), more.clone()], ..request("file", "A", None) };
    let inline = server.client().await.extract(inline).await.unwrap_err();
    for (status, field) in [(edit, "entities[1]"), (inline, "inline_entities[1]")] {
        assert_eq!(reason(&status).1, "INVALID_REQUEST");
        let wrong = status.get_error_details().bad_request().unwrap().field_violations.clone();
        assert_eq!(wrong.len(), 1);
        assert_eq!((&*wrong[0].field, &wrong[0].description), (field, &sentence));
    }
    let status = client.import_entities(import("names", false, vec![most.clone(), more.clone()])).await.unwrap_err();
    let wrong = status.get_error_details().bad_request().unwrap().field_violations.clone();
    assert_eq!((&*wrong[0].field, &wrong[0].description), ("entities[1]", &sentence));
    let check = proto::ImportConfig { gazetteer: "names".into(), check_only: true, ..Default::default() };
    let check = proto::ImportEntitiesRequest { config: Some(check), entities: vec![most.clone(), more.clone()] };
    let answer = client.import_entities(tokio_stream::iter([check])).await.unwrap().into_inner();
    let issues: Vec<_> = answer.issues.iter().map(|issue| (issue.position, &*issue.code)).collect();
    assert_eq!(issues, [(2, "entity-too-large")]);

    let folder = Folder::new();
    let lines = [most, more].map(|entity| serde_json::to_string(&entity).unwrap() + "\n").concat();
    let file = folder.file("large.jsonl", lines);
    let checked = std::process::Command::new(env!("CARGO_BIN_EXE_onomast")).arg("check").arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stdout) + String::from_utf8_lossy(&checked.stderr);
    assert_eq!(checked.status.code(), Some(1));
    assert!(said.contains(&format!("{}:2: entity-too-large: {sentence}", file.display())), "{said}");
    assert!(!said.contains(":1: "), "{said}");
    server.stop().await.unwrap().unwrap();
}
