//! `onomast config`: the effective settings and where each came from.

use std::{
    io::{Write as _, stdout},
    process::ExitCode,
};

use super::args::ServerSettings;

/// Prints the settings as TOML, with the origin of each as a comment.
pub(super) fn run(arguments: &ServerSettings) -> anyhow::Result<ExitCode> {
    write!(stdout().lock(), "{}", arguments.load()?)?;
    Ok(ExitCode::SUCCESS)
}
