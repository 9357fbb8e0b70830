//! Entities of gazetteers that were given as files: listed, got and exported, and what is exported gives the same answers.

use std::collections::BTreeSet;

use onomast::{
    catalog::{self, Catalog, Gazetteer, Keeper, Store},
    extract::{Options, Overlap},
    gazetteer::{Alias, AliasKind, CaseRule, Checker, Entity, parse_json},
    index::natural,
    service::{Limits, proto},
};
use proptest::{prelude::*, test_runner::RngSeed};
use tonic::Code;

use crate::{
    databases::{self, KEEP, client, given, reason, remove, upsert},
    properties::any_text,
    support::{Folder, TestServer, repository},
    surfaces,
};

/// Every entity of an export, and its version.
async fn export(client: &mut databases::Client, name: &str) -> (String, Vec<proto::Entity>) {
    let export = proto::ExportEntitiesRequest { gazetteer: name.into(), version: String::new() };
    let mut stream = client.export_entities(export).await.unwrap().into_inner();
    let (mut version, mut entities) = (String::new(), Vec::new());
    while let Some(part) = stream.message().await.unwrap() {
        version = part.version;
        entities.extend(part.entities);
    }
    (version, entities)
}

/// Every entity of a list, in pages of that size.
async fn list(client: &mut databases::Client, name: &str, page_size: u32) -> Vec<proto::Entity> {
    let (mut listed, mut page_token) = (Vec::new(), String::new());
    loop {
        let request =
            proto::ListEntitiesRequest { gazetteer: name.into(), page_size, page_token, version: String::new() };
        let page = client.list_entities(request).await.unwrap().into_inner();
        listed.extend(page.entities.into_iter().map(|one| {
            assert_eq!(one.version, page.version);
            one.entity.unwrap()
        }));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return listed;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_files_have_is_listed_got_and_exported_and_gives_the_same_answers_again() {
    let folder = Folder::new();
    let starter = repository("data/starter.jsonl");
    let segment = folder.path("world.segment");
    catalog::compile(std::slice::from_ref(&starter), &segment, false, &mut |_| {}).unwrap();
    let loaded = catalog::load(&catalog::Options { files: vec![segment], ..Default::default() }).unwrap();
    let server = TestServer::empty(Limits::default()).await;
    let store = Store::open_folder(&folder.path("data")).await.unwrap();
    server.handle.live().keep(Keeper::new(store, None, KEEP));
    server.handle.serve(loaded.catalog).await;
    let mut client = client(&server).await;
    let text = std::fs::read_to_string(&starter).unwrap();
    let mut ids: Vec<_> = text.lines().map(|line| parse_json(line).unwrap().id).collect();
    ids.sort_by(|a, b| natural(a, b));
    let (version, world) = export(&mut client, "world").await;
    assert_eq!(world.iter().map(|one| one.id.clone()).collect::<Vec<_>>(), ids);
    // The same entities, in memory and in a file; and in pages.
    assert_eq!(export(&mut client, "starter").await.1, world);
    assert_eq!(list(&mut client, "starter", 999).await, world);
    let get = |id: &str, version: &str| proto::GetEntityRequest {
        gazetteer: "world".into(),
        id: id.into(),
        version: version.into(),
    };
    for asked in ["", &version] {
        let one = client.get_entity(get(&ids[70], asked)).await.unwrap().into_inner();
        assert_eq!((one.version, one.entity.unwrap().entity.unwrap()), (version.clone(), world[70].clone()));
    }
    assert_eq!(
        reason(&client.get_entity(get(&ids[0], "1")).await.unwrap_err()),
        (Code::NotFound, "VERSION_NOT_FOUND".into())
    );
    for id in ["nobody", "a\u{0}"] {
        assert_eq!(
            reason(&client.get_entity(get(id, "")).await.unwrap_err()),
            (Code::NotFound, "ENTITY_NOT_FOUND".into())
        );
    }
    // A token of what was there before the file was loaded again.
    for (token, expected) in [("0000 Q1", "VERSION_NOT_FOUND"), ("x", "INVALID_REQUEST"), (" Q1", "INVALID_REQUEST")] {
        let list =
            proto::ListEntitiesRequest { gazetteer: "world".into(), page_token: token.into(), ..Default::default() };
        assert_eq!(reason(&client.list_entities(list).await.unwrap_err()).1, expected);
    }
    let read_only = client.upsert_entities(upsert("world", vec![given("a", "A")])).await.unwrap_err();
    assert_eq!(reason(&read_only).1, "READ_ONLY");
    assert_eq!(reason(&client.delete_entities(remove("world", &["a"])).await.unwrap_err()).1, "READ_ONLY");

    client.import_entities(databases::import("copy", true, world.clone())).await.unwrap();
    let (_, mut copy) = export(&mut client, "copy").await;
    copy.sort_by(|a, b| natural(&a.id, &b.id));
    assert_eq!(copy, world);
    let mut extract = server.client().await;
    let documents = std::fs::read_dir(repository("examples")).unwrap().filter_map(|file| {
        let text = std::fs::read_to_string(file.unwrap().path()).ok()?;
        Some(text)
    });
    let mut texts: Vec<String> = documents.collect();
    // Some of every name that there is.
    texts
        .extend(world.chunks(2000).map(|part| part.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(". ")));
    let mut found = BTreeSet::new();
    for text in &texts {
        let mut answers = Vec::new();
        for name in ["world", "copy"] {
            let mut request = databases::request(name, text, None);
            request.options = Some(proto::ExtractOptions { explain: true, ..Default::default() });
            let answer = surfaces::unary(&mut extract, request).await;
            found.extend(answer.mentions.iter().map(|one| one.entity.as_ref().unwrap().id.clone()));
            // Nothing but the names of the gazetteers differs.
            answers.push(format!("{:?}", answer.mentions).replace(&format!("gazetteer: {name:?}"), "gazetteer: \"\""));
        }
        assert!(answers[0] == answers[1], "{text}");
    }
    assert!(found.len() > 8000, "{}", found.len());
    server.stop().await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_large_entities_are_short() {
    let context = |id: usize| (0..900).map(|number| format!("word{id}x{number}{}", "x".repeat(200))).collect();
    let entity =
        |id: usize| Entity { id: id.to_string(), name: "Alpha".into(), context: context(id), ..Entity::default() };
    let entities: Vec<_> = (0..40).map(entity).collect();
    let large = Gazetteer::compile("large", b"", &entities).unwrap();
    let none = Gazetteer::compile("none", b"", &[]).unwrap();
    let server = TestServer::with(Catalog::new([large, none]), Limits::default()).await;
    let mut client = client(&server).await;
    let request = proto::ListEntitiesRequest { gazetteer: "large".into(), ..Default::default() };
    let page = client.list_entities(request).await.unwrap().into_inner();
    assert!((1..30).contains(&page.entities.len()) && !page.next_page_token.is_empty(), "{}", page.entities.len());
    let ids: Vec<_> = list(&mut client, "large", 0).await.into_iter().map(|one| one.id).collect();
    assert_eq!(ids, (0..40).map(|id| id.to_string()).collect::<Vec<_>>());
    let (version, nothing) = export(&mut client, "none").await;
    assert!(!version.is_empty() && nothing.is_empty());
    server.stop().await.unwrap().unwrap();
}

fn any_alias() -> impl Strategy<Value = Alias> {
    let case = prop::sample::select(vec![None, Some(CaseRule::Auto), Some(CaseRule::Exact), Some(CaseRule::Any)]);
    let prior = prop::sample::select(vec![None, Some(0.0), Some(0.1), Some(0.5), Some(1.0 / 3.0), Some(1.0)]);
    let language = prop::sample::select(vec!["", "en", "en-GB", "de", "zh_Hant"]);
    (any_text(), language, case, any::<bool>(), prior).prop_map(|(text, language, case, short, prior)| Alias {
        text,
        language_code: language.into(),
        case,
        kind: if short { AliasKind::Short } else { AliasKind::Full },
        prior,
    })
}

fn any_entity() -> impl Strategy<Value = Entity> {
    let kind = prop::sample::select(vec!["", "person", "city", "organization", "group", "Person"]);
    let name = prop_oneof![
        any_text(),
        prop::sample::select(vec![
            "Dr. Joseph R. Biden Jr.",
            "Pepsi Cola Co.",
            "Mercury (planet)",
            "The Beatles",
            "Kurds",
            "US",
            "Nice",
        ])
        .prop_map(str::to_owned)
    ];
    let lists = (
        prop::collection::btree_map("[a=]{0,2}", "[a-c=]{0,2}", 0..4),
        prop::collection::vec("[0-9]", 0..3),
        prop::collection::vec("[a-zA-Zéß東россия '.-]{1,9}", 0..4),
    );
    let more = (prop::collection::vec((any_alias(), 0..4_usize), 0..4), any_alias());
    (name, kind, more, lists).prop_map(|(name, kind, (aliases, model), (attributes, related, context))| {
        // Some are spelled like the name.
        let aliases = aliases.into_iter();
        let aliases = aliases.map(|(alias, of)| if of == 0 { Alias { text: name.clone(), ..alias } } else { alias });
        Entity {
            aliases: aliases.collect(),
            case: model.case.unwrap_or_default(),
            prior: model.prior,
            kind: kind.into(),
            name,
            attributes,
            related,
            context,
            ..Entity::default()
        }
    })
}

fn made_again(gazetteer: &Gazetteer) -> Vec<Entity> {
    let (page, more) = gazetteer.given_behind("", usize::MAX);
    assert!(!more);
    page.iter().map(|one| parse_json(&one.content).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(11), ..ProptestConfig::default() })]

    /// What is exported keeps the rules of entities, compiles to what gives the same answers, and is exported as the same.
    #[test]
    fn an_export_compiles_to_the_same(entities in prop::collection::vec(any_entity(), 1..8), text in any_text()) {
        let mut checker = Checker::default();
        let numbered = entities.into_iter().enumerate().map(|(number, one)| Entity { id: number.to_string(), ..one });
        let entities: Vec<_> = numbered.filter(|one| checker.check(one, 0, &mut Vec::new())).collect();
        let compile = |entities: &[Entity]| Gazetteer::compile("random", b"", entities).unwrap();
        let exported = made_again(&compile(&entities));
        prop_assert_eq!(exported.len(), entities.len());
        let (mut checker, mut issues) = (Checker::default(), Vec::new());
        exported.iter().for_each(|one| _ = checker.check(one, 0, &mut issues));
        prop_assert_eq!(issues, vec![]);
        prop_assert_eq!(&made_again(&compile(&exported)), &exported);
        let names: Vec<_> = entities.iter().flat_map(|one| {
            let aliases = one.aliases.iter().map(|alias| alias.text.as_str());
            std::iter::once(one.name.as_str()).chain(aliases).chain(one.context.iter().map(String::as_str))
        }).collect();
        let text = format!("{text} {}", names.join(", "));
        for language in ["", "en", "de"] {
            let document = proto::Document { text: text.clone(), language_code: language.into(), ..Default::default() };
            let options = Options { overlap: Overlap::All, explain: true, ..Options::default() };
            let answers = [&entities, &exported].map(|of| surfaces::library(compile(of), &options, &document));
            prop_assert_eq!(&answers[0], &answers[1]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_prints_entities_as_they_came() {
    let (folder, server) = (Folder::new(), TestServer::empty(Limits::default()).await);
    let store = Store::open_folder(&folder.path("data")).await.unwrap();
    server.handle.live().keep(Keeper::new(store, None, KEEP));
    server.handle.serve(Catalog::default()).await;
    // What looks like a time of the protocol is text like any other.
    let entity =
        r#"{"id":"a","name":"Alpha","attributes":{"createTime":"2026-01-02T03:04:05+00:00","openTime":"09:00+00:00"}}"#;
    let file = folder.file("names.jsonl", format!("{entity}\n"));
    let ask = |verb: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_onomast"));
        let output =
            command.arg("gazetteer").args(verb).args(["--server", &server.address]).env_clear().output().unwrap();
        assert!(output.status.success(), "{verb:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    ask(&["import", file.to_str().unwrap()]);
    assert_eq!(read(&ask(&["export", "names"])), read(entity));
    assert_eq!(read(&ask(&["entity", "names", "a"]))["entity"]["entity"], read(entity));
    assert_eq!(read(&ask(&["entities", "names"]))["entity"], read(entity));
    // More than a page has, each with the version that last changed it, and all of the version that is asked for.
    let many: String = (0..1500).map(|id| format!("{{\"id\":\"{id:04}\",\"name\":\"Alpha\"}}\n")).collect();
    ask(&["import", folder.file("many.jsonl", many).to_str().unwrap()]);
    let version = read(&ask(&["get", "many"]))["version"].as_str().unwrap().to_owned();
    ask(&["put", "many", r#"{"id":"0007","name":"Beta"}"#]);
    for (flags, newer) in [(&[][..], 1), (&["--version", &version], 0)] {
        let printed = ask(&[&["entities", "many"], flags].concat());
        let listed: Vec<_> = printed.lines().map(read).collect();
        let ids: Vec<_> = listed.iter().map(|one| one["entity"]["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids, (0..1500).map(|id| format!("{id:04}")).collect::<Vec<_>>());
        assert_eq!(listed.iter().filter(|one| one["version"] != *version).count(), newer);
    }
    // Those of gazetteers and versions are times.
    for verb in [&["list"][..], &["get", "names"], &["versions", "names"]] {
        let printed = ask(verb);
        assert!(printed.contains("Time\":\"20") && !printed.contains("+00:00"), "{printed}");
    }
    server.stop().await.unwrap().unwrap();
}
