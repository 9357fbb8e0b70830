//! The pages of the repository: links lead somewhere, and nothing names a machine.

use std::{collections::BTreeSet, fs, process::Command};

use crate::support::repository;

const PAGES: [&str; 15] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/commands.md",
    "docs/matching.md",
    "docs/quality.md",
    "docs/errors.md",
    "docs/access.md",
    "docs/operations.md",
    "docs/segments.md",
    "deploy/README.md",
    "data/README.md",
    "benches/README.md",
    "benches/tried.md",
];

#[test]
fn links_between_pages_lead_somewhere() {
    for page in PAGES {
        let text = fs::read_to_string(repository(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
        for (_, rest) in text.match_indices("](").map(|(at, _)| text.split_at(at + 2)) {
            let link = rest.split(')').next().unwrap_or_default();
            if link.starts_with("http") || link.starts_with('#') {
                continue;
            }
            let target = link.split('#').next().unwrap_or_default();
            let file = repository(page).parent().unwrap().join(target);
            assert!(file.exists(), "{page} links to {link}");
        }
    }
}

#[test]
fn the_architecture_page_is_short_and_names_every_module() {
    let page = fs::read_to_string(repository("ARCHITECTURE.md")).unwrap();
    assert!(page.lines().count() <= 250);
    for entry in fs::read_dir(repository("src")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(page.contains(&name), "ARCHITECTURE.md does not name src/{name}");
    }
}

#[test]
fn every_error_reason_is_documented() {
    let page = fs::read_to_string(repository("docs/errors.md")).unwrap();
    let proto = fs::read_to_string(repository("proto/onomast/v1/error_reason.proto")).unwrap();
    let reasons: Vec<_> = proto
        .lines()
        .filter_map(|line| line.trim().strip_prefix("ERROR_REASON_"))
        .filter_map(|line| line.split_once(" = "))
        .map(|(reason, _)| reason)
        .filter(|reason| *reason != "UNSPECIFIED")
        .collect();
    assert!(reasons.len() > 5);
    for reason in reasons {
        assert!(page.contains(&format!("`{reason}`")), "docs/errors.md does not explain {reason}");
    }
}

/// The flags that a text names.
fn flags(text: &str) -> BTreeSet<&str> {
    let named = text.match_indices("--").map(|(at, _)| {
        let rest = &text[at + 2..];
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(rest.len());
        &rest[..end]
    });
    named.filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase())).collect()
}

#[test]
fn the_page_of_commands_names_every_flag_and_no_other() {
    let help = |path: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_onomast")).args(path).arg("--help").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let names = |text: &str| -> Vec<String> {
        let list = text.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap().to_owned();
        // A description that goes on in another line is set in further.
        let lines = list.lines().filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
        lines.map(|line| line.split(' ').next().unwrap().to_owned()).filter(|name| name != "help").collect()
    };
    let page = fs::read_to_string(repository("docs/commands.md")).unwrap();
    let mut helps = vec![help(&["gazetteer"])];
    for name in names(&help(&[])) {
        assert!(page.contains(&format!("| `{name}")), "docs/commands.md has no {name}");
        helps.push(help(&[&name]));
    }
    for verb in names(&help(&["gazetteer"])) {
        assert!(page.contains(&format!("`{verb}")), "docs/commands.md has no {verb}");
        helps.push(help(&["gazetteer", &verb]));
    }
    let known: BTreeSet<_> = helps.iter().flat_map(|help| flags(help)).filter(|name| *name != "help").collect();
    let mut named = flags(&page);
    named.remove("help");
    assert_eq!(named, known);
}
