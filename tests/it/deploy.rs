//! The files in `deploy/` and the page about operations: their settings are settings, and who waits for the end of the
//! server is patient enough.

use std::{collections::BTreeSet, fs};

use onomast::config::Config;

use crate::support::repository;

/// How long the last metrics and answers may take after the grace period, in seconds.
const LAST: u64 = 10;

fn read(file: &str) -> String {
    fs::read_to_string(repository(file)).unwrap()
}

/// The environment variables of ours in a file, with their values.
fn variables(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let assignment = |line: &str| {
        let assignment = &line[line.find("ONOMAST_")?..];
        let end = assignment.find(|c: char| !c.is_ascii_uppercase() && c != '_')?;
        let (name, rest) = assignment.split_at(end);
        let value = rest.strip_prefix('=').or_else(|| Some(rest.split_once("value:")?.1));
        let value = value.unwrap_or_else(|| panic!("no value: {line}"));
        Some((name.to_owned(), value.trim_end_matches('}').trim().trim_matches('"').to_owned()))
    };
    lines.filter_map(assignment).collect()
}

/// The number behind a word.
fn number(text: &str, word: &str) -> u64 {
    let rest = text.split_once(word).unwrap().1;
    rest.trim_start_matches([':', '=', ' ']).lines().next().unwrap().parse().unwrap()
}

#[test]
fn deploy_uses_settings_that_exist() {
    let patience = [
        ("deploy/kubernetes.yaml", Some("terminationGracePeriodSeconds")),
        ("deploy/onomast.service", Some("TimeoutStopSec")),
        ("deploy/Dockerfile", None),
    ];
    for (file, word) in patience {
        let text = read(file);
        let variables = variables(&text);
        assert!(!variables.is_empty(), "{file}");
        let config = Config::load(None, variables, []).unwrap_or_else(|error| panic!("{file}: {error}"));
        let server = &config.settings().server;
        if let Some(word) = word {
            assert!(number(&text, word) >= server.drain_seconds + server.grace_seconds + LAST, "{file}");
            assert!(server.admin.is_some(), "{file}");
        }
    }
}

#[test]
fn deploy_builds_with_the_compiler_that_the_package_asks_for() {
    let cargo: toml::Table = read("Cargo.toml").parse().unwrap();
    let (version, rust) = (&cargo["package"]["version"], cargo["package"]["rust-version"].as_str().unwrap());
    let image = format!("onomast:{}", version.as_str().unwrap());
    assert!(read("deploy/Dockerfile").contains(&format!("FROM rust:{rust}-bookworm AS build")), "rust {rust}");
    for file in ["deploy/Dockerfile", "deploy/kubernetes.yaml", "deploy/README.md"] {
        assert!(read(file).contains(&image), "{file} lacks {image}");
    }
}

#[test]
fn deploy_writes_only_where_a_volume_is() {
    // The root of the image is read-only.
    let text = read("deploy/kubernetes.yaml");
    let mounted: Vec<_> =
        text.split("mountPath: ").skip(1).map(|rest| rest.split(['}', ',']).next().unwrap()).collect();
    for written in ["{name: TMPDIR, value: ", "{name: ONOMAST_GAZETTEERS_DATA, value: "] {
        let folder = text.split_once(written).unwrap().1.split('}').next().unwrap();
        assert!(mounted.contains(&folder), "{written}{folder}: {mounted:?}");
    }
}

#[test]
fn deploy_page_names_every_setting_and_no_other() {
    let config = Config::load(None, [], []).unwrap().to_string();
    let table: toml::Table = config.parse().unwrap();
    let keys: BTreeSet<_> = table
        .iter()
        .flat_map(|(section, keys)| keys.as_table().unwrap().keys().map(move |key| format!("{section}.{key}")))
        .collect();
    let page = read("docs/operations.md");
    let sections = ["server", "tls", "access", "quota", "limits", "gazetteers", "log", "telemetry"];
    let named = page.split('`').skip(1).step_by(2).filter(|code| {
        let section = code.split_once('.').filter(|(_, key)| !key.is_empty() && *key != "*");
        section.is_some_and(|(section, _)| sections.contains(&section))
    });
    let unknown: Vec<_> = named.filter(|key| !keys.contains(*key)).collect();
    assert!(unknown.is_empty(), "docs/operations.md names {unknown:?}");
    let missing: Vec<_> = keys.iter().filter(|key| !page.contains(&format!("`{key}`"))).collect();
    assert!(missing.is_empty(), "docs/operations.md does not name {missing:?}");
}
