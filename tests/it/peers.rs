//! The peers' own tests, where they lie beside this repository: what FlashText and spaCy promise, we keep, except where
//! a rule of ours says otherwise; those cases are listed here with the rule.

use std::{collections::BTreeSet, fs};

use onomast::{
    catalog::Gazetteer,
    extract::{Options, Overlap},
    gazetteer::{Alias, CaseRule, Entity},
    service::proto,
    text::OffsetEncoding,
};
use serde::Deserialize;

use crate::{support::shared, surfaces};

#[derive(Debug, Deserialize)]
struct PeerCase {
    id: String,
    gazetteer: Vec<PeerEntity>,
    options: PeerOptions,
    text: String,
    expected: Vec<PeerMention>,
}

#[derive(Debug, Deserialize)]
struct PeerEntity {
    #[serde(default)]
    id: Option<String>,
    name: String,
    aliases: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct PeerOptions {
    policy: String,
    case_sensitive: bool,
    #[serde(default = "yes")]
    match_name: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
struct PeerMention {
    start: u32,
    end: u32,
}

/// The cases that a rule decides otherwise.
const OTHERWISE: &[(&str, &str)] = &[];

fn run(file: &str, count: usize) {
    let Some(file) = shared(file) else { return };
    let lines = fs::read_to_string(file).unwrap();
    let cases: Vec<PeerCase> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cases.len(), count);
    let mut wrong = Vec::new();
    for case in &cases {
        let otherwise = OTHERWISE.iter().find(|(id, _)| *id == case.id);
        let found = spans(case);
        let expected: BTreeSet<_> = case.expected.iter().map(|mention| (mention.start, mention.end)).collect();
        if (found == expected) == otherwise.is_some() {
            let names: Vec<_> = case.gazetteer.iter().map(|entity| (&entity.name, &entity.aliases)).collect();
            wrong.push(format!(
                "{}: {:?}, names {names:?}: expected {expected:?}, found {found:?}; listed: {otherwise:?}",
                case.id, case.text
            ));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

fn spans(case: &PeerCase) -> BTreeSet<(u32, u32)> {
    let rule = if case.options.case_sensitive { CaseRule::Exact } else { CaseRule::Any };
    let entities: Vec<_> = case
        .gazetteer
        .iter()
        .enumerate()
        .filter_map(|(index, peer)| {
            let mut surfaces = peer.aliases.iter();
            let name = if case.options.match_name { &peer.name } else { surfaces.next()? };
            Some(Entity {
                id: peer.id.clone().unwrap_or_else(|| index.to_string()),
                name: name.clone(),
                aliases: surfaces.map(Alias::plain).collect(),
                case: rule,
                ..Entity::default()
            })
        })
        .collect();
    let options = Options {
        offsets: OffsetEncoding::CodePoints,
        overlap: if case.options.policy == "all" { Overlap::All } else { Overlap::Longest },
        ..Options::default()
    };
    let gazetteer = Gazetteer::compile("peer", b"", &entities).unwrap();
    let document = proto::Document { text: case.text.clone(), ..Default::default() };
    let answer = surfaces::library(gazetteer, &options, &document);
    answer.mentions.iter().map(|mention| (mention.start.unwrap(), mention.end.unwrap())).collect()
}

#[test]
fn flashtext() {
    run("cases/flashtext.jsonl", 107);
}

#[test]
fn spacy() {
    run("cases/spacy.jsonl", 38);
}
