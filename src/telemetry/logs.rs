//! Logs: structured, on standard error, as text or as JSON lines.
//!
//! A log that cannot be written stops nothing.
//!
//! Must not know: what is logged.

use serde::{Deserialize, Serialize};
use tracing_subscriber::{EnvFilter, filter::LevelFilter, fmt};

use super::TelemetryError;

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// A level (`error`, `warn`, `info`, `debug`, `trace`) or directives such as `onomast=debug,h2=warn`.
    pub level: String,
    /// The form of a line.
    pub format: Format,
}

impl Default for Options {
    fn default() -> Self {
        Self { level: "info".into(), format: Format::Text }
    }
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    Text,
    /// For machines: a JSON object a line.
    Json,
}

/// Starts logging for the whole process.
pub fn start(options: &Options) -> Result<(), TelemetryError> {
    let wrong = || TelemetryError::Level(options.level.clone());
    // A word alone would be taken for a module, and would switch off all others without a word.
    let level = |part: &str| !part.is_empty() && part.parse::<LevelFilter>().is_ok();
    let understood = |part: &str| part.contains('=') || level(part.trim());
    if !options.level.split(',').all(understood) {
        return Err(wrong());
    }
    let filter = EnvFilter::try_new(&options.level).map_err(|_| wrong())?;
    // A log that cannot be written must not stop the server.
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    match options.format {
        Format::Text => builder.with_ansi(terminal).with_target(false).try_init(),
        Format::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|_| TelemetryError::Twice)
}
