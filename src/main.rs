//! The program `onomast`: parse the command line, run, turn the result into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    onomast::cli::main()
}
