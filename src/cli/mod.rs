//! The program's command line: one file a subcommand.
//!
//! The only home of `clap` and `anyhow`, and the only one who knows [`crate::config`]. Exit codes: 0, all is well; 1,
//! something is wrong with the input or the system, which standard error says; 2, the command line is wrong.

mod args;
mod check;
mod colour;
mod compile;
mod config;
mod eval;
mod explain;
mod extract;
mod gazetteer;
mod gazetteers;
mod html;
mod input;
mod names;
mod progress;
mod search;
mod serve;
mod token;

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;

use args::{Arguments, Command};

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(arguments),
        Command::Extract(arguments) => extract::run(arguments),
        Command::Eval(arguments) => eval::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Gazetteer(arguments) => gazetteer::run(arguments),
        Command::Compile(arguments) => compile::run(&arguments),
        Command::Token => token::run(),
        Command::Config(arguments) => config::run(&arguments),
    };
    match result {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Writes a message to standard error, safe for a terminal. There is nobody to tell when that fails.
fn say(message: &str) {
    let _ = writeln!(std::io::stderr(), "{}", clean(message));
}

/// How many there are, in words: `1 name`, `2 names`.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The text without what could take over a terminal or reorder its lines: control and direction characters.
fn clean(text: &str) -> String {
    text.replace("\r\n", "\n").chars().map(|c| if is_hidden(c) { '\u{FFFD}' } else { c }).collect()
}

/// Whether the character acts without being seen: controls, and what embeds, overrides or isolates a direction.
fn is_hidden(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t' || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether the reader of our output went away, as `head` does.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(broken)
            || cause
                .downcast_ref::<serde_json::Error>()
                .is_some_and(|error| error.io_error_kind() == Some(std::io::ErrorKind::BrokenPipe))
    })
}
