//! `onomast token`: a random token for a client.

use std::{
    io::{Write as _, stdout},
    process::ExitCode,
};

use crate::service::{NewToken, new_token};

/// Prints a token, which is nowhere else, and the line of the access file that lets it in.
pub(super) fn run() -> anyhow::Result<ExitCode> {
    let NewToken { token, hash } = new_token()?;
    let mut out = stdout().lock();
    writeln!(
        out,
        "# The client sends the header `authorization: Bearer` with this; nobody can find it again from the hash."
    )?;
    writeln!(out, "{token}")?;
    writeln!(out, "# In the access file, under [[principal]]:")?;
    writeln!(out, "tokens = [\"{hash}\"]")?;
    Ok(ExitCode::SUCCESS)
}
