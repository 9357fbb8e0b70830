//! Logs: structured, on standard error, as text or as JSON lines.
//!
//! A log that cannot be written stops nothing: a thread of its own writes it, and where nobody takes it, lines beyond
//! [`WAITING`] are lost.
//!
//! Must not know: what is logged.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{EnvFilter, filter::LevelFilter, fmt};

use super::TelemetryError;

/// How many lines wait for who reads the log, before further ones are lost.
const WAITING: usize = 8192;

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// A level (`error`, `warn`, `info`, `debug`, `trace`) or directives such as `onomast=debug,h2=warn`.
    #[serde(deserialize_with = "level")]
    pub level: String,
    /// The form of a line.
    pub format: Format,
}

/// A level that is understood, so that whoever reads settings says where a wrong one stands.
fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let level = String::deserialize(deserializer)?;
    filter(&level).map_err(D::Error::custom)?;
    Ok(level)
}

/// What lets the lines of these levels through.
fn filter(levels: &str) -> Result<EnvFilter, TelemetryError> {
    let wrong = || TelemetryError::Level(levels.to_owned());
    // A word alone would be taken for a module, and would switch off all others without a word.
    let level = |part: &str| !part.is_empty() && part.parse::<LevelFilter>().is_ok();
    if !levels.split(',').all(|part| part.contains('=') || level(part.trim())) {
        return Err(wrong());
    }
    EnvFilter::try_new(levels).map_err(|_| wrong())
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

/// Writes what is still to be written when it is dropped, for a second at the most.
#[derive(Debug)]
#[must_use = "the last lines are written when it is dropped"]
pub struct Log {
    _writer: WorkerGuard,
}

/// Starts logging for the whole process, until what is returned is dropped.
pub fn start(options: &Options) -> Result<Log, TelemetryError> {
    let filter = filter(&options.level)?;
    let (lines, writer) =
        NonBlockingBuilder::default().lossy(true).buffered_lines_limit(WAITING).finish(std::io::stderr());
    let builder = fmt().with_env_filter(filter).with_writer(lines).log_internal_errors(false);
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    match options.format {
        Format::Text => builder.with_ansi(terminal).with_target(false).try_init(),
        Format::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|_| TelemetryError::Twice)?;
    Ok(Log { _writer: writer })
}
