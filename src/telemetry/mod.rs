//! What a process tells the outside: logs on standard error, metrics for Prometheus, metrics and spans over OTLP.
//!
//! This is the only place that knows where any of it goes. What is told is not decided here.
//!
//! Must not know: anything else of this crate.

mod export;
mod logs;

use thiserror::Error;

pub use export::{ExportOptions, Exporters};
pub use logs::{Format, Log, Options, start};

/// Why telemetry does not start.
#[derive(Debug, Error)]
pub enum TelemetryError {
    /// The level is neither a level nor directives.
    #[error("{0:?} is neither a level (error, warn, info, debug, trace) nor a list of directives")]
    Level(String),
    /// Logging was started before.
    #[error("logging was started before")]
    Twice,
    /// The share of traces is no share.
    #[error("the setting telemetry.trace_sample_ratio is {0}; a number from 0 to 1 is asked for")]
    Ratio(f64),
    /// Metrics would be sent all the time.
    #[error("the setting telemetry.metrics_interval_seconds is 0; a number of seconds from 1 on is asked for")]
    Interval,
    /// The collector cannot be used.
    #[error("the setting telemetry.otlp_endpoint {endpoint:?} cannot be used: {error}")]
    Endpoint {
        /// The setting.
        endpoint: String,
        /// What the exporter says.
        error: String,
    },
    /// The metrics cannot be exported.
    #[error("metrics cannot be exported: {0}")]
    Metrics(String),
}
