//! `GazetteerService` with real clients: on SQLite and, where there is one, on PostgreSQL.

use std::sync::Arc;

use onomast::{
    catalog::{Catalog, Keep, Keeper, Store, follow},
    service::{Limits, proto},
};
use proto::{VersionKind, version_requirement::Version};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::{
    databases::{Database, KEEP, client, create, given, import, reason, remove, request, serve, upsert},
    postgres,
    support::{Folder, TestServer},
    surfaces,
};

/// The fields that a status names.
fn fields(status: &Status) -> Vec<String> {
    let wrong = status.get_details_bad_request().into_iter().flat_map(|wrong| wrong.field_violations);
    wrong.map(|violation| violation.field).collect()
}

fn ids(answer: &proto::ExtractResponse) -> Vec<&str> {
    answer.mentions.iter().map(|mention| mention.entity.as_ref().unwrap().id.as_str()).collect()
}

const TEXT: &str = "Alpha, Beta and Gamma met.";

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_in_the_next_answer_and_old_versions_stay() {
    for database in Database::all().await {
        let server = serve(&database, KEEP).await;
        let (mut client, mut extract) = (client(&server).await, server.client().await);
        let empty = create(&mut client, "names").await;
        let mut versions = vec![(empty, vec![])];
        let first = client.upsert_entities(upsert("names", vec![given("a", "Alpha"), given("b", "Beta")])).await;
        let first = first.unwrap().into_inner();
        assert_eq!((first.added, first.changed), (2, 0));
        versions.push((first.version.clone(), vec!["a", "b"]));
        let answer = surfaces::unary(&mut extract, request("names", TEXT, None)).await;
        assert_eq!(ids(&answer), ["a", "b"]);
        assert_eq!(answer.gazetteers[0].version, first.version);

        // What is there already makes no version.
        let same = client.upsert_entities(upsert("names", vec![given("a", "Alpha")])).await.unwrap().into_inner();
        assert_eq!((same.version, same.added, same.changed), (first.version.clone(), 0, 0));
        // A name changes hands.
        let second = client.upsert_entities(upsert("names", vec![given("a", "Gamma"), given("c", "Alpha")])).await;
        let second = second.unwrap().into_inner();
        assert_eq!((second.added, second.changed), (1, 1));
        versions.push((second.version, vec!["c", "b", "a"]));
        let third = client.delete_entities(remove("names", &["b", "never"])).await.unwrap().into_inner();
        assert_eq!(third.deleted, 1);
        versions.push((third.version.clone(), vec!["c", "a"]));
        let fourth =
            client.import_entities(import("names", true, vec![given("b", "Beta")])).await.unwrap().into_inner();
        assert_eq!((fourth.received, fourth.added, fourth.changed, fourth.deleted), (1, 1, 0, 2));
        versions.push((fourth.version, vec!["b"]));
        let back =
            proto::RollbackRequest { gazetteer: "names".into(), to_version: third.version, ..Default::default() };
        let back = client.rollback(back).await.unwrap().into_inner();
        versions.push((back.version, vec!["c", "a"]));

        let now = surfaces::unary(&mut extract, request("names", TEXT, None)).await;
        assert_eq!(ids(&now), ["c", "a"]);
        for (version, expected) in &versions {
            let exact = Some(Version::Exact(version.clone()));
            let answer = surfaces::unary(&mut extract, request("names", TEXT, exact.clone())).await;
            assert_eq!(&ids(&answer), expected, "version {version}");
            assert_eq!(&answer.gazetteers[0].version, version);
            let batch = surfaces::batch(&mut extract, request("names", TEXT, exact.clone())).await;
            let stream = surfaces::stream(&mut extract, request("names", TEXT, exact)).await;
            assert!(batch == answer && stream == answer);
            let at_least = Some(Version::AtLeast(version.clone()));
            let answer = surfaces::unary(&mut extract, request("names", TEXT, at_least)).await;
            assert_eq!(answer, now);
        }
        let listed = proto::ListVersionsRequest { gazetteer: "names".into(), page_size: 4, page_token: String::new() };
        let page = client.list_versions(listed.clone()).await.unwrap().into_inner();
        let rest = proto::ListVersionsRequest { page_token: page.next_page_token, ..listed };
        let rest = client.list_versions(rest).await.unwrap().into_inner();
        assert_eq!((page.versions.len(), rest.versions.len(), &*rest.next_page_token), (4, 2, ""));
        let all = [page.versions, rest.versions].concat();
        let newest_first: Vec<_> = versions.iter().rev().map(|(version, _)| version.clone()).collect();
        assert_eq!(all.iter().map(|one| one.version.clone()).collect::<Vec<_>>(), newest_first);
        let kinds: Vec<_> = all.iter().map(|one| one.kind()).collect();
        use VersionKind::{Create, Edit, Import, Rollback};
        assert_eq!(kinds, [Rollback, Import, Edit, Edit, Edit, Create]);
        assert_eq!(all.iter().map(|one| one.entity_count).collect::<Vec<_>>(), [2, 1, 2, 3, 2, 0]);

        // All of it is there after a restart.
        server.stop().await.unwrap().unwrap();
        let server = serve(&database, KEEP).await;
        let mut extract = server.client().await;
        for (version, expected) in &versions {
            let answer = request("names", TEXT, Some(Version::Exact(version.clone())));
            assert_eq!(&ids(&surfaces::unary(&mut extract, answer).await), expected, "version {version}");
        }
        server.stop().await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_has_its_reason() {
    for database in Database::all().await {
        let server = serve(&database, KEEP).await;
        let (mut client, mut extract) = (client(&server).await, server.client().await);
        create(&mut client, "names").await;
        let version =
            client.upsert_entities(upsert("names", vec![given("a", "Alpha")])).await.unwrap().into_inner().version;
        macro_rules! refused {
            ($client:ident . $method:ident ( $request:expr ), $code:ident, $reason:literal) => {
                let status = $client.$method($request).await.map(|_| ()).expect_err($reason);
                assert_eq!(reason(&status), (Code::$code, $reason.to_owned()), "{status:?}");
            };
        }
        let made = |name: &str| proto::CreateGazetteerRequest { name: name.into(), ..Default::default() };
        refused!(client.create_gazetteer(made("names")), AlreadyExists, "GAZETTEER_EXISTS");
        refused!(client.create_gazetteer(made("file")), AlreadyExists, "GAZETTEER_EXISTS");
        let long = "a".repeat(64);
        for name in ["", "../x", "a/b", "A", "inline", "<b>", "a b", "-a", "é", "a\u{0}", "%2e%2e", &long] {
            refused!(client.create_gazetteer(made(name)), InvalidArgument, "INVALID_REQUEST");
        }
        for name in ["file", "nowhere", "../x", "a\u{0}"] {
            let get = proto::GetGazetteerRequest { name: name.into() };
            if name != "file" {
                refused!(client.get_gazetteer(get), NotFound, "GAZETTEER_NOT_FOUND");
                let delete = proto::DeleteGazetteerRequest { name: name.into(), ..Default::default() };
                refused!(client.delete_gazetteer(delete), NotFound, "GAZETTEER_NOT_FOUND");
                refused!(client.upsert_entities(upsert(name, vec![given("a", "A")])), NotFound, "GAZETTEER_NOT_FOUND");
            } else {
                assert!(client.get_gazetteer(get).await.unwrap().into_inner().gazetteer.unwrap().read_only);
                refused!(client.upsert_entities(upsert(name, vec![given("a", "A")])), FailedPrecondition, "READ_ONLY");
                let versions = proto::ListVersionsRequest { gazetteer: name.into(), ..Default::default() };
                refused!(client.list_versions(versions), FailedPrecondition, "READ_ONLY");
            }
        }
        for entities in
            [vec![], vec![given("a", "A"); 2], vec![given("", "A")], vec![given("a\u{0}", "A")], vec![given("a", "..")]]
        {
            refused!(client.upsert_entities(upsert("names", entities)), InvalidArgument, "INVALID_REQUEST");
        }
        let many = (0..51).map(|number| given(&number.to_string(), "A")).collect();
        refused!(client.upsert_entities(upsert("names", many)), InvalidArgument, "INVALID_REQUEST");
        let one = |id: &str, version: &str| proto::GetEntityRequest {
            gazetteer: "names".into(),
            id: id.into(),
            version: version.into(),
        };
        refused!(client.get_entity(one("b", "")), NotFound, "ENTITY_NOT_FOUND");
        refused!(client.get_entity(one("a\u{0}", "")), NotFound, "ENTITY_NOT_FOUND");
        for version in ["99", "-1", "x", "9999999999999999999999"] {
            let (code, because) = match version {
                "99" => (Code::NotFound, "VERSION_NOT_FOUND"),
                _ => (Code::InvalidArgument, "INVALID_REQUEST"),
            };
            let status = client.get_entity(one("a", version)).await.expect_err(version);
            assert_eq!(reason(&status), (code, because.to_owned()), "{status:?}");
            let exact = request("names", TEXT, Some(Version::Exact(version.into())));
            refused!(extract.extract(exact), NotFound, "VERSION_NOT_FOUND");
        }
        let newer = |version: &str| request("names", TEXT, Some(Version::AtLeast(version.into())));
        refused!(extract.extract(newer("99")), FailedPrecondition, "VERSION_NOT_REACHED");
        refused!(extract.extract(newer("x")), NotFound, "VERSION_NOT_FOUND");
        // Everything that is wrong is named: versions and options alike.
        let asked = |gazetteer: &str, version: Option<Version>| proto::VersionRequirement {
            gazetteer: gazetteer.into(),
            version,
        };
        let mut many = request("names", TEXT, Some(Version::Exact("99".into())));
        many.versions.extend([
            asked("nowhere", Some(Version::Exact("1".into()))),
            asked("file", Some(Version::AtLeast("9".into()))),
            asked("names", None),
        ]);
        many.options = Some(proto::ExtractOptions { min_score: 2.0, ..Default::default() });
        let status = extract.extract(many).await.expect_err("wrong versions");
        let named = fields(&status);
        let expected = [
            "versions[0].exact",
            "versions[1].gazetteer",
            "versions[2].at_least",
            "versions[3].version",
            "options.min_score",
        ];
        assert_eq!(named, expected, "{status:?}");
        assert_eq!(reason(&status), (Code::InvalidArgument, "INVALID_REQUEST".to_owned()), "{status:?}");
        let mut elsewhere = request("names", TEXT, Some(Version::Exact("1".into())));
        elsewhere.gazetteers = vec!["file".into()];
        refused!(extract.extract(elsewhere), InvalidArgument, "INVALID_REQUEST");
        let mut stale = upsert("names", vec![given("b", "B")]);
        stale.if_version = "1".into();
        refused!(client.upsert_entities(stale.clone()), Aborted, "VERSION_MISMATCH");
        stale.if_version = version.clone();
        stale.checks = vec![proto::EntityCheck { id: "a".into(), version: "1".into() }];
        refused!(client.upsert_entities(stale.clone()), Aborted, "VERSION_MISMATCH");
        stale.checks = vec![proto::EntityCheck { id: "a".into(), version: String::new() }];
        refused!(client.upsert_entities(stale.clone()), Aborted, "VERSION_MISMATCH");
        stale.checks = vec![proto::EntityCheck::default(), proto::EntityCheck { id: "a".into(), version: "x".into() }];
        let status = client.upsert_entities(stale.clone()).await.expect_err("wrong checks");
        assert_eq!(fields(&status), ["checks[0].id", "checks[1].version"], "{status:?}");
        stale.checks = vec![
            proto::EntityCheck { id: "a".into(), version },
            proto::EntityCheck { id: "b".into(), version: String::new() },
        ];
        client.upsert_entities(stale).await.unwrap();
        let back = |to: &str| proto::RollbackRequest {
            gazetteer: "names".into(),
            to_version: to.into(),
            ..Default::default()
        };
        refused!(client.rollback(back("")), InvalidArgument, "INVALID_REQUEST");
        refused!(client.rollback(back("77")), NotFound, "VERSION_NOT_FOUND");
        let watch =
            |checkpoint: &str| proto::WatchGazetteersRequest { checkpoint: checkpoint.into(), ..Default::default() };
        refused!(client.watch_gazetteers(watch("x")), InvalidArgument, "INVALID_REQUEST");
        // A stream without settings, one that has them twice, and one with an entity that is wrong.
        let nothing = tokio_stream::iter(Vec::<proto::ImportEntitiesRequest>::new());
        refused!(client.import_entities(nothing), InvalidArgument, "INVALID_REQUEST");
        let config = proto::ImportConfig { gazetteer: "names".into(), ..Default::default() };
        let twice = proto::ImportEntitiesRequest { config: Some(config), entities: vec![] };
        refused!(
            client.import_entities(tokio_stream::iter([twice.clone(), twice])),
            InvalidArgument,
            "INVALID_REQUEST"
        );
        // All that is wrong with the settings is named at once.
        let wrong = |gazetteer: &str, create: bool, mode: i32| proto::ImportEntitiesRequest {
            config: Some(proto::ImportConfig {
                gazetteer: gazetteer.into(),
                mode,
                create,
                if_version: "7".into(),
                ..Default::default()
            }),
            entities: vec![],
        };
        for (gazetteer, create, mode, expected, code, because) in [
            ("a b", true, 9, &["mode", "gazetteer", "if_version"][..], Code::InvalidArgument, "INVALID_REQUEST"),
            ("new", true, 9, &["mode", "if_version"], Code::InvalidArgument, "INVALID_REQUEST"),
            ("new", true, 1, &["if_version"], Code::Aborted, "VERSION_MISMATCH"),
            ("nowhere", false, 9, &["mode", "gazetteer"], Code::InvalidArgument, "INVALID_REQUEST"),
            ("nowhere", false, 1, &["gazetteer"], Code::NotFound, "GAZETTEER_NOT_FOUND"),
            ("", true, 1, &["gazetteer"], Code::InvalidArgument, "INVALID_REQUEST"),
            ("names", false, 9, &["mode"], Code::InvalidArgument, "INVALID_REQUEST"),
        ] {
            let request = tokio_stream::iter([wrong(gazetteer, create, mode)]);
            let status = client.import_entities(request).await.expect_err(gazetteer);
            let named: Vec<_> = expected.iter().map(|field| format!("config.{field}")).collect();
            assert_eq!(fields(&status), named, "{gazetteer} {mode}: {status:?}");
            assert_eq!(reason(&status), (code, because.to_owned()), "{gazetteer} {mode}: {status:?}");
        }
        let bad = vec![given("n", "N"), given("", "."), given("n", "N"), given("o\0", "O")];
        let status = client.import_entities(import("names", true, bad)).await.expect_err("bad entities");
        assert_eq!(reason(&status), (Code::InvalidArgument, "INVALID_REQUEST".to_owned()), "{status:?}");
        let expected = ["entities[1].id", "entities[1].name", "entities[2].id", "entities[3].id"];
        assert_eq!(fields(&status), expected, "{status:?}");
        assert!(status.message().contains(r#"the id "n" is given twice, first at entities[0]"#), "{status:?}");
        let bad = import("names", true, (0..200).map(|id| given(&id.to_string(), "")).collect());
        let status = client.import_entities(bad).await.expect_err("bad entities");
        assert!(status.message().ends_with("(200 fields are wrong)"), "{status:?}");
        // Those that are not kept count, too.
        let bad = import("names", true, (0..10_007).map(|id| given(&id.to_string(), "")).collect());
        let status = client.import_entities(bad).await.expect_err("bad entities");
        assert!(status.message().ends_with("(10007 fields are wrong)"), "{status:?}");
        assert_eq!(fields(&status)[..2], ["entities[0].name", "entities[1].name"]);
        assert_eq!(ids(&surfaces::unary(&mut extract, request("names", "Alpha, B, N", None)).await), ["a", "b"]);
        server.stop().await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_too_large_is_refused_and_leaves_nothing() {
    let folder = Folder::new();
    let many = Limits { import_entities: 10, ..Limits::default() };
    let large = Limits { import_bytes: 310, ..Limits::default() };
    for (limits, setting) in [(many, "limits.import_entities"), (large, "limits.import_bytes")] {
        let server = TestServer::empty(limits).await;
        let data = folder.path(setting);
        server.handle.live().keep(Keeper::new(Store::open_folder(&data).await.unwrap(), None, KEEP));
        server.handle.serve(Catalog::default()).await;
        let mut client = client(&server).await;
        let entities = |count| (0..count).map(|number| given(&format!("{number:03}"), "Alpha")).collect();
        let status = client.import_entities(import("names", false, entities(11))).await.unwrap_err();
        assert_eq!(reason(&status), (Code::InvalidArgument, "INVALID_REQUEST".into()));
        assert!(status.message().contains(setting), "{status:?}");
        let named = proto::GetGazetteerRequest { name: "names".into() };
        assert_eq!(client.get_gazetteer(named).await.unwrap_err().code(), Code::NotFound);
        assert_eq!(client.import_entities(import("names", false, entities(10))).await.unwrap().into_inner().added, 10);
        server.stop().await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_database_says_so() {
    let server = TestServer::with(Catalog::default(), Limits::default()).await;
    let mut client = client(&server).await;
    let status =
        client.create_gazetteer(proto::CreateGazetteerRequest { name: "a".into(), ..Default::default() }).await;
    assert_eq!(reason(&status.unwrap_err()), (Code::FailedPrecondition, "READ_ONLY".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_exports_give_everything_in_order() {
    for database in Database::all().await {
        let server = serve(&database, KEEP).await;
        let mut client = client(&server).await;
        let mut all: Vec<_> =
            (0..450).map(|number| given(&format!("id {number} é"), &format!("Name {number}"))).collect();
        client.import_entities(import("names", false, all.clone())).await.unwrap();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        let mut listed = Vec::new();
        let mut token = String::new();
        loop {
            let request = proto::ListEntitiesRequest {
                gazetteer: "names".into(),
                page_size: 200,
                page_token: token,
                version: String::new(),
            };
            let page = client.list_entities(request).await.unwrap().into_inner();
            listed.extend(page.entities.into_iter().map(|one| one.entity.unwrap()));
            token = page.next_page_token;
            // Pages keep to the version of the first.
            client
                .upsert_entities(upsert("names", vec![given(&format!("zz{}", listed.len()), "Later")]))
                .await
                .unwrap();
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(listed, all);
        let export = proto::ExportEntitiesRequest { gazetteer: "names".into(), version: "2".into() };
        let mut stream = client.export_entities(export).await.unwrap().into_inner();
        let mut exported = Vec::new();
        while let Some(part) = stream.message().await.unwrap() {
            assert_eq!(part.version, "2");
            exported.extend(part.entities);
        }
        assert_eq!(exported, all);
        let issues = vec![given("a", "A"), given("a", "B"), given("", "C"), given("d", ".")];
        let check = proto::ImportConfig { gazetteer: "names".into(), check_only: true, ..Default::default() };
        let check = proto::ImportEntitiesRequest { config: Some(check), entities: issues };
        let answer = client.import_entities(tokio_stream::iter([check])).await.unwrap().into_inner();
        let found: Vec<_> = answer.issues.iter().map(|issue| (issue.position, &*issue.code)).collect();
        assert_eq!(found, [(2, "duplicate-id"), (3, "missing-id"), (4, "unsearchable-name")]);
        assert_eq!(answer.issues[0].message, r#"the id "a" is given twice, first at position 1"#);
        server.stop().await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_learns_of_every_change_and_can_come_back() {
    for database in Database::all().await {
        let server = serve(&database, KEEP).await;
        let mut client = client(&server).await;
        create(&mut client, "one").await;
        let watch =
            |checkpoint: &str| proto::WatchGazetteersRequest { checkpoint: checkpoint.into(), ..Default::default() };
        let mut stream = client.watch_gazetteers(watch("")).await.unwrap().into_inner();
        let mut first = Vec::new();
        let checkpoint = loop {
            let message = stream.message().await.unwrap().unwrap();
            let Some(event) = message.event else { break message.checkpoint };
            first.push(event.gazetteer);
        };
        assert_eq!(first, ["file", "one"]);
        client.upsert_entities(upsert("one", vec![given("a", "A")])).await.unwrap();
        let message = stream.message().await.unwrap().unwrap();
        let event = message.event.unwrap();
        assert_eq!((&*event.gazetteer, event.kind()), ("one", VersionKind::Edit));
        drop(stream);
        create(&mut client, "two").await;
        let delete = proto::DeleteGazetteerRequest { name: "two".into(), ..Default::default() };
        client.delete_gazetteer(delete).await.unwrap();
        let mut stream = client.watch_gazetteers(watch(&checkpoint)).await.unwrap().into_inner();
        let mut events = Vec::new();
        while events.len() < 3 {
            events.extend(
                stream.message().await.unwrap().unwrap().event.map(|event| (event.gazetteer.clone(), event.kind())),
            );
        }
        let expected = [("one", VersionKind::Edit), ("two", VersionKind::Create), ("two", VersionKind::Delete)];
        assert_eq!(events, expected.map(|(name, kind)| (name.to_owned(), kind)));
        // The end of the server ends the watch.
        let stopped = server.stop();
        let end = loop {
            match stream.message().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("an end without a reason"),
                Err(status) => break status,
            }
        };
        assert_eq!(reason(&end), (Code::Unavailable, "NOT_SERVING".into()));
        stopped.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_versions_are_kept_by_count_and_age() {
    for database in Database::all().await {
        let server = serve(&database, Keep { count: 3, age: -1000 }).await;
        let (mut client, mut extract) = (client(&server).await, server.client().await);
        create(&mut client, "names").await;
        // Another one, which is seldom changed.
        create(&mut client, "quiet").await;
        client.upsert_entities(upsert("quiet", vec![given("a", "A")])).await.unwrap();
        for number in 0..9 {
            client
                .upsert_entities(upsert("names", vec![given(&(number % 4).to_string(), &format!("N{number}"))]))
                .await
                .unwrap();
        }
        let versions = proto::ListVersionsRequest { gazetteer: "names".into(), ..Default::default() };
        let versions = client.list_versions(versions).await.unwrap().into_inner().versions;
        assert_eq!(versions.iter().map(|one| &*one.version).collect::<Vec<_>>(), ["12", "11", "10"]);
        let quiet = proto::ListVersionsRequest { gazetteer: "quiet".into(), ..Default::default() };
        let quiet = client.list_versions(quiet).await.unwrap().into_inner().versions;
        assert_eq!(quiet.iter().map(|one| &*one.version).collect::<Vec<_>>(), ["3", "2"]);
        let text = "N0 N1 N2 N3 N4 N5 N6 N7 N8";
        for (version, expected) in [("10", vec!["3", "0", "1", "2"]), ("12", vec!["1", "2", "3", "0"])] {
            let answer =
                surfaces::unary(&mut extract, request("names", text, Some(Version::Exact(version.into())))).await;
            assert_eq!(ids(&answer), expected);
        }
        let gone = request("names", text, Some(Version::Exact("9".into())));
        assert_eq!(reason(&extract.extract(gone).await.unwrap_err()).1, "VERSION_NOT_FOUND");
        let watch = proto::WatchGazetteersRequest { checkpoint: "1".into(), ..Default::default() };
        assert_eq!(reason(&client.watch_gazetteers(watch.clone()).await.unwrap_err()).1, "CHECKPOINT_TOO_OLD");
        // Of what is watched here, every change is known.
        // The checkpoint right before the oldest change that is kept has missed none.
        let oldest =
            server.handle.live().keeper().unwrap().store().oldest_change(|name| name == "names").await.unwrap();
        let whole = proto::WatchGazetteersRequest { checkpoint: oldest.to_string(), gazetteers: vec!["names".into()] };
        let mut events = client.watch_gazetteers(whole).await.unwrap().into_inner();
        let event = events.message().await.unwrap().unwrap().event.unwrap();
        assert_eq!(event.version, (oldest + 1).to_string());
        let watch = proto::WatchGazetteersRequest { gazetteers: vec!["quiet".into()], ..watch };
        let mut events = client.watch_gazetteers(watch).await.unwrap().into_inner();
        for expected in ["2", "3"] {
            let event = events.message().await.unwrap().unwrap().event.unwrap();
            assert_eq!((&*event.gazetteer, &*event.version), ("quiet", expected));
        }
        // Of one that was deleted only that remains.
        let delete = proto::DeleteGazetteerRequest { name: "quiet".into(), ..Default::default() };
        client.delete_gazetteer(delete).await.unwrap();
        client.upsert_entities(upsert("names", vec![given("0", "N8")])).await.unwrap();
        let watch = proto::WatchGazetteersRequest { checkpoint: "1".into(), gazetteers: vec!["quiet".into()] };
        let mut events = client.watch_gazetteers(watch).await.unwrap().into_inner();
        let event = events.message().await.unwrap().unwrap().event.unwrap();
        assert_eq!((event.kind(), &*event.version), (VersionKind::Delete, "13"));
        drop(events);
        server.stop().await.unwrap().unwrap();
        // A base from before what is kept is not built on.
        let server = serve(&database, KEEP).await;
        let answer = surfaces::unary(&mut server.client().await, request("names", text, None)).await;
        assert_eq!(ids(&answer), ["1", "2", "3", "0"]);
        server.stop().await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_through_one_server_is_seen_by_all() {
    let Some(address) = postgres::database().await else { return };
    let database = Database::Postgres(address, Folder::new());
    let (one, other) = (serve(&database, KEEP).await, serve(&database, KEEP).await);
    // So long between two questions that only PostgreSQL's word can be in time.
    let following = tokio::spawn(follow(Arc::clone(other.handle.live()), std::time::Duration::from_secs(3600)));
    let mut client = client(&one).await;
    create(&mut client, "names").await;
    let served = other.handle.live().keeper().unwrap().served();
    let mut extract = other.client().await;
    for (number, name) in ["Alpha", "Beta"].into_iter().enumerate() {
        let answer = client.upsert_entities(upsert("names", vec![given(&number.to_string(), name)])).await.unwrap();
        let version = answer.into_inner().version;
        // Asked for by version it is there at once; by itself, as soon as the other server heard of it.
        let at_least = request("names", TEXT, Some(Version::AtLeast(version.clone())));
        assert_eq!(ids(&surfaces::unary(&mut extract, at_least).await).len(), number + 1);
        let revision = version.parse::<i64>().unwrap();
        served.clone().wait_for(|served| served.newest >= revision).await.unwrap();
        assert_eq!(ids(&surfaces::unary(&mut extract, request("names", TEXT, None)).await).len(), number + 1);
    }
    let delete = proto::DeleteGazetteerRequest { name: "names".into(), ..Default::default() };
    let revision: i64 = client.delete_gazetteer(delete).await.unwrap().into_inner().version.parse().unwrap();
    served.clone().wait_for(|served| served.newest >= revision).await.unwrap();
    let gone = extract.extract(request("names", TEXT, None)).await.unwrap_err();
    assert_eq!(reason(&gone), (Code::NotFound, "GAZETTEER_NOT_FOUND".into()));
    following.abort();
}
