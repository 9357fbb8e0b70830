//! `ExplainMatch`: every question of the cases has its answer on every surface, every reason has a case, an explanation
//! repeats its score, and no name of a document is left without a reason.

use std::{collections::BTreeSet, sync::atomic::AtomicBool};

use onomast::{
    catalog::{Catalog, Gazetteer, Pinned},
    extract::{self, Answer, Input, Options, Scratch, Subject},
    gazetteer::Entity,
    service::{self, Limits, proto},
    text::Words,
};
use proptest::prelude::*;

use crate::{
    case::{self, Case, ExpectedFinding},
    properties::{POLICIES, any_text, config, cuts, entities_of, related_entities, small_text},
    support::TestServer,
};

fn gazetteer(case: &Case) -> Gazetteer {
    Gazetteer::compile(&case.name, case.jsonl().as_bytes(), &case.entities()).unwrap()
}

/// Asks through the library.
fn ask(
    gazetteer: Gazetteer,
    options: &Options,
    document: &proto::Document,
    subject: Subject<'_>,
) -> proto::ExplainMatchResponse {
    let pinned = Pinned::new(vec![gazetteer.into()], options);
    let input = Input { title: &document.title, text: &document.text, language: &document.language_code };
    let (mut scratch, mut answer) = (Scratch::default(), Answer::default());
    let never = AtomicBool::new(false);
    let (sources, filter) = (pinned.sources(), pinned.filter());
    let findings = extract::ask(&sources, input, options, filter, subject, &mut scratch, &mut answer, &never).unwrap();
    service::findings(input, &pinned, options, &answer, &findings)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_has_its_answer_on_every_surface() {
    let cases = case::all();
    let server = TestServer::with(Catalog::new(cases.iter().map(gazetteer)), Limits::default()).await;
    let mut client = server.client().await;
    let (mut wrong, mut reasons) = (Vec::new(), BTreeSet::new());
    for case in cases.iter().filter(|case| !case.asks.is_empty()) {
        for question in &case.asks {
            let subject = match (&question.name, &question.entity) {
                (Some(name), None) => Subject::Name(name),
                (None, Some(id)) => Subject::Entity(id),
                _ => panic!("{}: ask for a name or an entity", case.name),
            };
            let library = ask(gazetteer(case), &case.library_options(), &case.document(), subject);
            let found: Vec<_> = library.findings.iter().map(ExpectedFinding::of).collect();
            reasons.extend(library.findings.iter().map(|finding| finding.reason));
            let numbered = question.findings.iter().zip(&library.findings).all(|(expected, finding)| {
                let mention = finding.mention.as_ref();
                expected.mention.map(|number| &case.mentions[number]).is_none_or(|expected| {
                    mention
                        .is_some_and(|mention| mention.text == expected.text && mention.start == Some(expected.start))
                })
            });
            if found != question.findings || !numbered {
                wrong.push(format!("{}: {subject:?}: {:?}\n  found {found:?}", case.name, question.findings));
            }
            let subject = match subject {
                Subject::Name(name) => proto::explain_match_request::Subject::Name(name.into()),
                Subject::Entity(id) => proto::explain_match_request::Subject::EntityId(id.into()),
            };
            let request = proto::ExplainMatchRequest {
                document: Some(case.document()),
                subject: Some(subject),
                gazetteers: vec![case.name.clone()],
                inline_entities: vec![],
                options: Some(case.proto_options()),
                versions: vec![],
            };
            let unary = client.explain_match(request).await.unwrap().into_inner();
            if unary != library {
                wrong.push(format!("{}: the service answers otherwise: {unary:?}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> = (1..)
        .map_while(|reason| proto::MatchReason::try_from(reason).ok())
        .filter(|reason| !reasons.contains(&i32::from(*reason)))
        .collect();
    assert!(missing.is_empty(), "no case asks for {missing:?}");
}

/// Whether the words of a name stand at a place of a document, whatever stands between them.
fn places(document: &Words, name: &str) -> Vec<u32> {
    let mut words = Words::default();
    words.read(name);
    let keys: Vec<_> = words.all().iter().map(|word| word.key).collect();
    let here = document.all().windows(keys.len().max(1));
    here.filter(|window| window.iter().map(|word| word.key).eq(keys.iter().copied()))
        .map(|window| window[0].span.start)
        .collect()
}

/// Fails where a mention is not explained, or a name in the text has no reason.
fn explain_all(
    what: &str,
    gazetteer: impl Fn() -> Gazetteer,
    entities: &[Entity],
    options: &Options,
    document: &proto::Document,
) {
    let answer = crate::surfaces::library(gazetteer(), options, document);
    for entity in entities {
        let found = ask(gazetteer(), options, document, Subject::Entity(&entity.id));
        assert!(!found.findings.is_empty(), "{what}: {}", entity.id);
        for mention in &answer.mentions {
            let is = |finding: &&proto::MatchFinding| finding.mention.as_ref() == Some(mention);
            let linked = mention.entity.as_ref().is_some_and(|linked| linked.id == entity.id);
            let told = found.findings.iter().filter(is).any(|finding| finding.reason() == proto::MatchReason::Linked);
            assert_eq!(linked, told, "{what}: {} and {mention:?}", entity.id);
            assert_eq!(case::unexplained(mention), None, "{what}");
        }
        let mut words = Words::default();
        words.read(&document.text);
        for name in std::iter::once(&entity.name).chain(entity.aliases.iter().map(|alias| &alias.text)) {
            for start in places(&words, name) {
                let spans = options.offsets == onomast::text::OffsetEncoding::Utf8;
                let here = |finding: &proto::MatchFinding| {
                    finding.field() == proto::Field::Text
                        && finding.start.zip(finding.end).is_some_and(|(from, to)| (from..to).contains(&start))
                };
                let near = found.findings.iter().any(here) || !spans;
                assert!(near, "{what}: no reason for {name:?} at {start}: {:?}", found.findings);
            }
        }
    }
}

#[test]
fn every_mention_and_every_name_of_the_cases_has_its_reason() {
    for case in case::all().iter().filter(|case| case.text.len() < 5000) {
        let options = Options { max_mentions: None, ..case.library_options() };
        explain_all(&case.name, || gazetteer(case), &case.entities(), &options, &case.document());
    }
}

/// As of the cases, of random entities in random texts.
fn has_its_reason(entities: &[Entity], title: String, text: String, policy: usize, min_score: f64) {
    let options = Options { overlap: POLICIES[policy], explain: true, min_score, ..Options::default() };
    let compiled = || Gazetteer::compile("random", b"", entities).unwrap();
    let document = proto::Document { title, text, ..Default::default() };
    explain_all(&format!("{document:?} with {entities:?}"), compiled, entities, &options, &document);
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_mention_and_every_name_has_its_reason_in_any_text(
        (title, text, cuts, policy) in (any_text(), any_text(), cuts(), 0..3_usize),
    ) {
        has_its_reason(&entities_of(&text, &cuts), title, text, policy, 0.0);
    }

    #[test]
    fn every_mention_and_every_name_has_its_reason_among_relations(
        entities in related_entities(),
        (title, text, policy, score) in (small_text(), small_text(), 0..3_usize, 0..3_u8),
    ) {
        has_its_reason(&entities, title, text, policy, f64::from(score) * 0.4);
    }
}

#[test]
fn a_crowd_of_namesakes_gets_a_bounded_answer_that_says_so() {
    let person = |number: usize| onomast::gazetteer::Entity {
        id: format!("{number:04}"),
        name: format!("A{number}x Smith"),
        kind: "person".into(),
        ..Default::default()
    };
    let persons: Vec<_> = (0..300).map(person).collect();
    let text: String = persons.iter().map(|person| format!("{} spoke. Then Smith left. ", person.name)).collect();
    let gazetteer = Gazetteer::compile("crowd", b"", &persons).unwrap();
    let document = proto::Document { text, ..Default::default() };
    let answer = ask(gazetteer, &Options::default(), &document, Subject::Name("Smith"));
    assert_eq!(answer.findings.len(), extract::MAX_FINDINGS);
    assert!(answer.truncations.iter().any(|cut| cut.limit == "findings" && cut.dropped > 0));
}

#[test]
fn what_is_rejected_at_each_word_gets_a_bounded_answer_that_says_how_much() {
    let exact = |number: usize| Entity {
        id: format!("{number:03}"),
        name: "Foo".into(),
        case: onomast::gazetteer::CaseRule::Exact,
        ..Default::default()
    };
    let gazetteer = Gazetteer::compile("crowd", b"", &(0..100).map(exact).collect::<Vec<_>>()).unwrap();
    let document = proto::Document { text: "foo ".repeat(1200), ..Default::default() };
    let answer = ask(gazetteer, &Options::default(), &document, Subject::Name("foo"));
    assert_eq!(answer.findings.len(), extract::MAX_FINDINGS);
    let cut = answer.truncations.iter().find(|cut| cut.limit == "findings").unwrap();
    assert_eq!(cut.dropped, 120_000 - extract::MAX_FINDINGS as u32);
}

#[test]
fn a_name_of_nobody_at_each_word_gets_a_bounded_answer() {
    let gazetteer = Gazetteer::compile("none", b"", &[]).unwrap();
    let document = proto::Document { text: "zz ".repeat(5000), ..Default::default() };
    let answer = ask(gazetteer, &Options::default(), &document, Subject::Name("zz"));
    assert_eq!(answer.findings.len(), extract::MAX_FINDINGS);
    assert!(answer.truncations.iter().any(|cut| cut.limit == "findings" && cut.dropped > 0));
}

#[test]
fn a_crowd_of_namesakes_that_the_document_does_not_name_gets_a_bounded_answer_too() {
    let entity = |number: usize| Entity { id: format!("{number:04}"), name: "Smith".into(), ..Default::default() };
    let gazetteer = |count| Gazetteer::compile("crowd", b"", &(0..count).map(entity).collect::<Vec<_>>()).unwrap();
    let document = proto::Document { text: "Nobody came.".into(), ..Default::default() };
    for (count, cut) in [(extract::MAX_FINDINGS, false), (extract::MAX_FINDINGS + 200, true)] {
        let answer = ask(gazetteer(count), &Options::default(), &document, Subject::Name("Smith"));
        let ids: BTreeSet<_> = answer.findings.iter().map(|one| one.entity.as_ref().unwrap().id.clone()).collect();
        assert_eq!(ids.len(), extract::MAX_FINDINGS);
        assert_eq!(answer.truncations.iter().any(|one| one.limit == "findings" && one.dropped > 0), cut);
    }
}
