//! The first story: every mention of its named things, each as the entity meant, and nothing false.
//!
//! `tests/data/story.txt` is a scraped news story with hyphens and apostrophes lost; `story.expected.jsonl` lists by
//! hand its mentions of twelve things.

use std::fs;

use onomast::service::{Limits, proto};
use serde::Deserialize;

use crate::{
    support::{TestServer, repository},
    surfaces,
};

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
struct Expected {
    start: u32,
    end: u32,
    text: String,
    entity_name: String,
}

fn story() -> String {
    fs::read_to_string(repository("tests/data/story.txt")).unwrap()
}

fn expected() -> Vec<Expected> {
    let lines = fs::read_to_string(repository("tests/data/story.expected.jsonl")).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every mention must be one of the list: the list has all that the starter gazetteer can mean in this story.
fn check(surface: &str, answer: &proto::ExtractResponse) {
    let found: Vec<_> = answer
        .mentions
        .iter()
        .map(|mention| Expected {
            start: mention.start.unwrap(),
            end: mention.end.unwrap(),
            text: mention.text.clone(),
            entity_name: mention.entity.as_ref().map(|entity| entity.name.clone()).unwrap_or_default(),
        })
        .collect();
    let expected = expected();
    assert_eq!(expected.len(), 56);
    assert_eq!(found, expected, "{surface}");
    let counted: u32 = answer.entities.iter().map(|entity| entity.mention_count).sum();
    assert_eq!((answer.entities.len(), counted), (12, 56), "{surface}");
    assert!(answer.truncations.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_is_found_whole_on_every_surface() {
    let file = repository("tests/data/story.txt");
    let printed = surfaces::program(&["extract", "--format", "jsonl", file.to_str().unwrap()].map(Into::into));
    check("command line", &serde_json::from_str(&printed).unwrap());

    let server = TestServer::starter(Limits::default()).await;
    let mut client = server.client().await;
    let document = proto::Document { text: story(), ..Default::default() };
    let request = proto::ExtractRequest { document: Some(document), ..Default::default() };
    check("unary", &surfaces::unary(&mut client, request.clone()).await);
    check("batch", &surfaces::batch(&mut client, request.clone()).await);
    check("stream", &surfaces::stream(&mut client, request).await);
}

#[test]
fn the_story_needs_no_short_alias() {
    let bytes = fs::read(repository("data/starter.jsonl")).unwrap();
    let read = onomast::gazetteer::read(&bytes[..], onomast::gazetteer::Format::JsonLines).unwrap();
    let entities: Vec<_> = read.entries.into_iter().map(|entry| entry.entity).collect();
    for person in entities.iter().filter(|entity| ["Xi Jinping", "Vladimir Putin"].contains(&&*entity.name)) {
        assert!(person.aliases.iter().all(|alias| alias.kind != onomast::gazetteer::AliasKind::Short));
    }
    let gazetteer = onomast::catalog::Gazetteer::compile("starter", &bytes, &entities).unwrap();
    let document = proto::Document { text: story(), ..Default::default() };
    let answer = surfaces::library(gazetteer, &Default::default(), &document);
    let derived = answer.mentions.iter().filter(|mention| mention.rule() == proto::Rule::Surname).count();
    assert!(derived > 5, "{derived}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_headline_may_be_a_title() {
    let server = TestServer::starter(Limits::default()).await;
    let story = story();
    let (title, text) = story.split_once('\n').unwrap();
    let document = proto::Document { title: title.into(), text: text.into(), ..Default::default() };
    let request = proto::ExtractRequest { document: Some(document), ..Default::default() };
    let answer = surfaces::unary(&mut server.client().await, request).await;
    assert_eq!(answer.mentions.len(), 56);
    let titled: Vec<_> = answer.mentions.iter().filter(|mention| mention.field() == proto::Field::Title).collect();
    let texts: Vec<_> = titled.iter().map(|mention| mention.text.as_str()).collect();
    assert_eq!(texts, ["Xi", "Putin", "Afghanistan"]);
    // Short names of the title follow full names of the text.
    let follows = titled[0].follows.unwrap() as usize;
    assert_eq!(answer.mentions[follows].text, "Xi Jinping");
}

#[test]
fn the_starter_gazetteer_has_no_issues() {
    let bytes = fs::read(repository("data/starter.jsonl")).unwrap();
    let read = onomast::gazetteer::read(&bytes[..], onomast::gazetteer::Format::JsonLines).unwrap();
    assert_eq!(read.issues, []);
    assert!(read.entries.len() > 7000);
}

#[test]
fn names_in_capitals_are_found_as_the_press_writes_them() {
    let text = "Covid closed it. Covid-19 was over, said the PBoC.";
    let answer =
        surfaces::library(starter(), &Default::default(), &proto::Document { text: text.into(), ..Default::default() });
    let found: Vec<_> = answer.mentions.iter().map(|mention| &*mention.text).collect();
    assert_eq!(found, ["Covid", "Covid-19", "PBoC"]);
}

#[test]
fn ordinary_words_are_no_entities() {
    let text = "The nice man may be reading of mobile phones. Nice weather! Reading is fun. Mobile phones ring. \
                Of course it may rain in May. Split the bill, polish the table, march in March, have a bath. As is. \
                Male nurses. Orange juice. Best wishes. Most people rest at home. Man bites dog. The turkey was good.";
    let document = proto::Document { text: text.into(), ..Default::default() };
    let answer = surfaces::library(starter(), &Default::default(), &document);
    let found: Vec<_> = answer.mentions.iter().map(|mention| &mention.text).collect();
    assert!(found.is_empty(), "{found:?}");
}

fn starter() -> onomast::catalog::Gazetteer {
    let bytes = fs::read(repository("data/starter.jsonl")).unwrap();
    let read = onomast::gazetteer::read(&bytes[..], onomast::gazetteer::Format::JsonLines).unwrap();
    let entities: Vec<_> = read.entries.into_iter().map(|entry| entry.entity).collect();
    onomast::catalog::Gazetteer::compile("starter", &bytes, &entities).unwrap()
}
