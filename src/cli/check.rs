//! `onomast check`: everything that is wrong with gazetteer files.

use std::{
    io::{Write as _, stdout},
    process::ExitCode,
};

use super::{args::Check, clean, say};
use crate::catalog::{LoadIssue, read_file};

/// Prints every issue of every file; a file that cannot be read does not keep the others from being checked.
pub(super) fn run(arguments: &Check) -> anyhow::Result<ExitCode> {
    let mut out = stdout().lock();
    let mut good = true;
    for file in &arguments.files {
        match read_file(file) {
            Ok((_, read)) => {
                good &= read.issues.is_empty();
                let (entities, issues) = (read.entries.len(), read.issues.len());
                for issue in read.issues {
                    writeln!(out, "{}", clean(&LoadIssue { file: file.clone(), issue }.to_string()))?;
                }
                say(&format!("{}: {entities} entities, {issues} issues", file.display()));
            }
            Err(error) => {
                good = false;
                say(&format!("error: {error}"));
            }
        }
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
