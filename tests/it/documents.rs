//! The pages of the repository: links lead somewhere, and nothing names a machine.

use std::fs;

use crate::support::repository;

const PAGES: [&str; 12] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/matching.md",
    "docs/errors.md",
    "docs/access.md",
    "docs/operations.md",
    "docs/segments.md",
    "deploy/README.md",
    "data/README.md",
    "benches/README.md",
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
