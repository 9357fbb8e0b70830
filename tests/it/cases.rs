//! Every case of `tests/cases` holds on every surface, and every rule has a case.

use std::{collections::BTreeSet, fs, path::Path};

use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use onomast::{
    catalog::{self, Catalog, Gazetteer},
    service::{Limits, proto},
};

use crate::{
    case::{self, Case},
    support::{Folder, TestServer, repository},
    surfaces,
};

fn gazetteer(case: &Case) -> Gazetteer {
    Gazetteer::compile(&case.name, case.jsonl().as_bytes(), &case.entities()).unwrap()
}

/// The answer of the library from the case's gazetteer file, compiled to a segment file and opened.
fn through_a_file(case: &Case, file: &Path) -> proto::ExtractResponse {
    let segment = file.with_extension("segment");
    catalog::compile(&[file.to_owned()], &segment, false, &mut |_| {}).unwrap();
    let opened = Gazetteer::open(&case.name, &segment).unwrap();
    opened.segment().verify().unwrap();
    surfaces::library(opened, &case.library_options(), &case.document())
}

/// The case's gazetteer as a base and an overlay. Of its entities every third is in the overlay alone, every third was
/// another one in the base and replaced, and the base has some more that are gone.
fn layered(case: &Case) -> Gazetteer {
    let entities = case.entities();
    let mut base = Vec::new();
    let mut gone = Vec::new();
    let mut come = Vec::new();
    for (number, entity) in entities.iter().enumerate() {
        if number % 3 == 0 {
            base.push(entity.clone());
            continue;
        }
        come.push(entity.clone());
        if number % 3 == 1 {
            // The names of another entity of the case, so that what is hidden would be found.
            let other = &entities[(number + 1) % entities.len()];
            base.push(onomast::gazetteer::Entity { id: entity.id.clone(), ..other.clone() });
            gone.push(entity.id.clone());
        }
    }
    for (number, entity) in entities.iter().enumerate() {
        let id = format!("gone-{number}");
        gone.push(id.clone());
        base.push(onomast::gazetteer::Entity { id, ..entity.clone() });
    }
    let base = Gazetteer::compile(&case.name, b"base", &base).unwrap();
    base.with_changes(&come, gone.iter().map(String::as_str)).unwrap()
}

#[test]
fn every_case_holds_over_an_overlay() {
    let mut wrong = Vec::new();
    let cases = case::all();
    for case in &cases {
        let (options, document) = (case.library_options(), case.document());
        let mut whole = surfaces::library(gazetteer(case), &options, &document);
        let mut answer = surfaces::library(layered(case), &options, &document);
        // They are of other content.
        whole.gazetteers.clear();
        answer.gazetteers.clear();
        // Each layer counts what it left out.
        whole.truncations.iter_mut().chain(&mut answer.truncations).for_each(|cut| cut.dropped = 0);
        if answer != whole {
            wrong.push(format!("{}: {answer:?}\n  instead of {whole:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_case_holds_composed_and_decomposed() {
    let composed = |text: &str| ComposingNormalizer::new_nfc().normalize(text).into_owned();
    let decomposed = |text: &str| DecomposingNormalizer::new_nfd().normalize(text).into_owned();
    type Spell<'a> = &'a dyn Fn(&str) -> String;
    let mut wrong = Vec::new();
    // What was misread and then decomposed is something else.
    let misread = |text: &str| text.contains(['Ã', 'Â']) || text.contains("â€");
    for case in case::all().iter().filter(|case| !misread(&case.text)) {
        let options = case.library_options();
        let found = |names: Spell, text: Spell| {
            let entities = case.entities_of(&names(&case.jsonl()));
            let gazetteer = Gazetteer::compile(&case.name, b"", &entities).unwrap();
            let document = proto::Document { title: text(&case.title), text: text(&case.text), ..case.document() };
            let answer = surfaces::library(gazetteer, &options, &document);
            let cuts: Vec<_> = answer.truncations.iter().map(|cut| cut.limit.clone()).collect();
            let mentions = answer.mentions.into_iter().map(|mention| {
                let id = |one: &Option<proto::EntityReference>| one.as_ref().map(|entity| composed(&entity.id));
                let forms: Vec<_> = mention.forms().collect();
                let candidates: Vec<_> =
                    mention.candidates.iter().map(|one| (id(&one.entity), one.score.to_bits())).collect();
                let (rule, follows, score) = (mention.rule(), mention.follows, mention.score.to_bits());
                (composed(&mention.text), id(&mention.entity), forms, candidates, rule, follows, score)
            });
            (mentions.collect::<Vec<_>>(), cuts)
        };
        let expected = found(&composed, &composed);
        let others: [(_, Spell, Spell); 3] = [
            ("text", &composed, &decomposed),
            ("gazetteer", &decomposed, &composed),
            ("text and gazetteer", &decomposed, &decomposed),
        ];
        for (what, names, text) in others {
            let found = found(names, text);
            if found != expected {
                wrong.push(format!("{}, {what} decomposed: {found:?}\n  instead of {expected:?}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_holds_on_every_surface() {
    let cases = case::all();
    let server = TestServer::with(Catalog::new(cases.iter().map(gazetteer)), Limits::default()).await;
    let mut client = server.client().await;
    let folder = Folder::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let library = surfaces::library(gazetteer(case), &case.library_options(), &case.document());
        for difference in case.differences(&library) {
            wrong.push(format!("{} {:?}: {difference}\n  {:?}", case.name, case.rules, case.text));
        }
        let request = proto::ExtractRequest {
            document: Some(case.document()),
            gazetteers: vec![case.name.clone()],
            inline_entities: vec![],
            options: Some(case.proto_options()),
            versions: vec![],
        };
        let mut others = vec![
            ("unary", surfaces::unary(&mut client, request.clone()).await),
            ("batch", surfaces::batch(&mut client, request.clone()).await),
            ("stream", surfaces::stream(&mut client, request.clone()).await),
        ];
        let file = folder.file(&format!("{}.jsonl", case.name), case.jsonl());
        others.push(("segment file", through_a_file(case, &file)));
        let document = folder.file("document.jsonl", serde_json::to_string(&case.document()).unwrap());
        let printed = surfaces::command_line(&file, &case.flags(), &document);
        others.extend(printed.into_iter().map(|answer| ("command line", answer)));
        assert_eq!(others.len(), 5);
        for (surface, answer) in others {
            if answer != library {
                wrong.push(format!("{}: the {surface} differs from the library: {answer:?}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn inline_entities_give_what_a_gazetteer_gives() {
    let server = TestServer::with(Catalog::default(), Limits::default()).await;
    let mut client = server.client().await;
    for case in case::all() {
        let entity = |entity: &onomast::gazetteer::Entity| proto::Entity {
            id: entity.id.clone(),
            name: entity.name.clone(),
            r#type: entity.kind.clone(),
            aliases: entity.aliases.iter().map(alias).collect(),
            case: rule(Some(entity.case)).into(),
            prior: entity.prior,
            attributes: entity.attributes.clone(),
            related: entity.related.clone(),
            context: entity.context.clone(),
        };
        let request = proto::ExtractRequest {
            document: Some(case.document()),
            gazetteers: vec![],
            inline_entities: case.entities().iter().map(entity).collect(),
            options: Some(case.proto_options()),
            versions: vec![],
        };
        let answer = surfaces::unary(&mut client, request).await;
        assert_eq!(case.differences(&answer), Vec::<String>::new(), "{}", case.name);
        let inline =
            |mention: &proto::Mention| mention.entity.as_ref().is_none_or(|entity| entity.gazetteer == "inline");
        assert!(answer.mentions.iter().all(inline));
    }
}

fn alias(alias: &onomast::gazetteer::Alias) -> proto::Alias {
    let kind = match alias.kind {
        onomast::gazetteer::AliasKind::Full => proto::AliasKind::Full,
        onomast::gazetteer::AliasKind::Short => proto::AliasKind::Short,
    };
    proto::Alias {
        text: alias.text.clone(),
        language_code: alias.language_code.clone(),
        case: rule(alias.case).into(),
        kind: kind.into(),
        prior: alias.prior,
    }
}

fn rule(case: Option<onomast::gazetteer::CaseRule>) -> proto::CaseRule {
    match case {
        None => proto::CaseRule::Unspecified,
        Some(onomast::gazetteer::CaseRule::Auto) => proto::CaseRule::Auto,
        Some(onomast::gazetteer::CaseRule::Exact) => proto::CaseRule::Exact,
        Some(onomast::gazetteer::CaseRule::Any) => proto::CaseRule::Any,
    }
}

#[test]
fn every_rule_has_a_case_and_every_case_a_rule() {
    let page = fs::read_to_string(repository("docs/matching.md")).unwrap();
    let rules: BTreeSet<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("- **"))
        .filter_map(|line| line.split_once(' '))
        .map(|(rule, _)| rule.to_owned())
        .collect();
    assert!(rules.len() > 10, "{rules:?}");
    let cases = case::all();
    let cited: BTreeSet<_> = cases.iter().flat_map(|case| case.rules.clone()).collect();
    assert_eq!(cited, rules, "left: rules that cases cite; right: rules of docs/matching.md");
    assert!(cases.iter().all(|case| !case.rules.is_empty()));
}
