//! Runs the README: every shell block marked `<!-- run -->` is run, and must print the block that follows it. A block
//! marked `<!-- serve -->` starts a server, to which the blocks behind it speak.
//!
//! The tools that the README uses come from PyPI, through `tests/tools`. Where they cannot be installed the test says
//! so and ends; in CI that is a failure.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use onomast::config::SERVER_VARIABLE;

use crate::support::repository;

/// A block of the README that is run.
enum Snippet {
    /// A command and what it prints.
    Run { command: String, output: String },
    /// A command that serves until the next one does.
    Serve(String),
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
    while let Some(mark) = lines.by_ref().map(str::trim).find(|line| ["<!-- run -->", "<!-- serve -->"].contains(line))
    {
        let command = block(&mut lines);
        snippets.push(match mark {
            "<!-- serve -->" => Snippet::Serve(command),
            _ => Snippet::Run { command, output: block(&mut lines) },
        });
    }
    snippets
}

/// A server that ends when this is dropped.
struct Running {
    server: Child,
    address: String,
}

impl Running {
    /// Runs a command that serves, on a port that is free.
    fn start(command: &str) -> Self {
        let command = format!("exec {} --listen 127.0.0.1:0 --log-format json", command.trim());
        let mut server = Command::new("bash").args(["-c", &command]).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines().map(Result::unwrap);
        let listening = lines.find(|line| line.contains("\"listening\"")).expect("it listens");
        let listening: serde_json::Value = serde_json::from_str(&listening).unwrap();
        let address = listening["address"].as_str().unwrap().to_owned();
        lines.find(|line| line.contains("\"serving\"")).expect("it serves");
        // Somebody must read what it says, or it would wait for that.
        std::thread::spawn(move || lines.for_each(drop));
        Self { server, address }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
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
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_str().unwrap();
    let mut running = Running::start(&format!("{program} serve"));
    let path = format!("{tools}:{}", std::env::var("PATH").unwrap_or_default());
    let mut wrong = Vec::new();
    for snippet in &snippets {
        let (command, output) = match snippet {
            Snippet::Run { command, output } => (command, output),
            Snippet::Serve(command) => {
                let command = command.replace("/tmp/onomast", data).replace("target/release/onomast", program);
                running = Running::start(&command);
                continue;
            }
        };
        let address = &running.address;
        let here = command.replace("localhost:50051", address).replace("target/release/onomast", program);
        let done = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &here])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .env("PATH", &path)
            .env(SERVER_VARIABLE, format!("http://{address}"))
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&done.stdout);
        if printed != *output {
            let errors = String::from_utf8_lossy(&done.stderr);
            wrong.push(format!("$ {command}--- shown\n{output}--- printed\n{printed}{errors}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
