//! `onomast check`: everything that is wrong with gazetteer files.

use std::{
    io::{ErrorKind, Write as _, stdout},
    process::ExitCode,
};

use super::{args::Check, clean, counted, say};
use crate::catalog::{self, LoadIssue};

/// Prints every issue of every file; a file that cannot be read does not keep the others from being checked.
pub(super) fn run(arguments: &Check) -> anyhow::Result<ExitCode> {
    let mut out = stdout().lock();
    let mut good = true;
    for file in &arguments.files {
        match catalog::check(file) {
            Ok((entities, issues)) => {
                good &= issues.is_empty();
                let entities = counted(entities, "entity", "entities");
                let count = counted(issues.len(), "issue", "issues");
                for issue in issues {
                    // Whoever reads no more learns from the end that there are issues.
                    let line = clean(&LoadIssue { file: file.clone(), issue }.to_string());
                    match writeln!(out, "{line}") {
                        Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(ExitCode::FAILURE),
                        written => written?,
                    }
                }
                say(&format!("{}: {entities}, {count}", file.display()));
            }
            Err(error) => {
                good = false;
                say(&format!("error: {error}"));
            }
        }
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
