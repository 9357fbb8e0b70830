//! What can be seen of a running service: metrics, spans, and the call that work belongs to.
//!
//! [`definitions`] is the one list of metrics. [`Metrics`] records them, cheaply: an instrument that nobody exports does
//! nothing. A [`Call`] goes along with a request through tasks and threads, so that whoever works for it can say what was
//! done without knowing the request.
//!
//! Invariants: no label has more values than its bound, whatever callers send; nothing of a document is ever a label or
//! an attribute.
//!
//! Must not know: where metrics and spans are sent to, requests, gazetteers.

mod call;
pub mod definitions;
mod gazetteers;
mod job;
mod labels;
mod metrics;
mod trace;

pub use call::{Call, Ending, Entered};
pub use gazetteers::GazetteerState;
pub use job::{Queued, Working};
pub use metrics::{Metrics, Reload};
pub use trace::Tracer;

/// What a server is observed by. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Observer {
    /// The metrics.
    pub metrics: Metrics,
    /// Makes spans; `None` where nobody takes them.
    pub tracer: Option<Tracer>,
}
