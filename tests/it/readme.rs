//! Runs the README: every shell block marked `<!-- run -->` is run, and must print the block that follows it.
//!
//! The tools that the README uses come from PyPI, through `tests/tools`. Where they cannot be installed the test says
//! so and ends; in CI that is a failure.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use crate::support::repository;

/// A command and what it prints.
struct Snippet {
    command: String,
    output: String,
}

fn snippets(page: &str) -> Vec<Snippet> {
    let mut lines = page.lines();
    let mut snippets = Vec::new();
    let block = |lines: &mut std::str::Lines<'_>| {
        let body: Vec<_> = lines
            .by_ref()
            .skip_while(|line| !line.starts_with("```"))
            .skip(1)
            .take_while(|line| *line != "```")
            .collect();
        body.join("\n") + "\n"
    };
    while lines.by_ref().any(|line| line.trim() == "<!-- run -->") {
        let command = block(&mut lines);
        let output = block(&mut lines);
        snippets.push(Snippet { command, output });
    }
    snippets
}

/// The folder with grpcurl and a Python that has grpcio; `None` where they cannot be had.
fn tools() -> Option<String> {
    let output = Command::new("sh").arg(repository("tests/tools")).output().unwrap();
    if output.status.success() {
        return Some(String::from_utf8(output.stdout).unwrap().trim().to_owned());
    }
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(std::env::var_os("CI").is_none(), "the tools of the README cannot be installed: {why}");
    println!("skipped: the tools of the README cannot be installed: {why}");
    None
}

#[test]
fn every_snippet_prints_what_the_readme_shows() {
    let page = fs::read_to_string(repository("README.md")).unwrap();
    let snippets = snippets(&page);
    assert!(snippets.len() >= 4, "{} snippets", snippets.len());
    let Some(tools) = tools() else { return };

    let program = env!("CARGO_BIN_EXE_onomast");
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--log-format", "json"];
    let mut server = Command::new(program).args(arguments).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines().map(Result::unwrap);
    let listening: serde_json::Value =
        serde_json::from_str(&lines.find(|line| line.contains("listening")).unwrap()).unwrap();
    let address = listening["address"].as_str().unwrap().to_owned();
    lines.find(|line| line.contains("\"serving\"")).unwrap();

    let path = format!("{tools}:{}", std::env::var("PATH").unwrap_or_default());
    let mut wrong = Vec::new();
    for Snippet { command, output } in &snippets {
        let here = command.replace("localhost:50051", &address).replace("target/release/onomast", program);
        let done = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &here])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .env("PATH", &path)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&done.stdout);
        if printed != *output {
            let errors = String::from_utf8_lossy(&done.stderr);
            wrong.push(format!("$ {command}--- shown\n{output}--- printed\n{printed}{errors}"));
        }
    }
    server.kill().ok();
    server.wait().ok();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
