//! Every metric: name, kind, unit, labels and meaning, each defined here and nowhere else.
//!
//! The names are those of OpenTelemetry. Prometheus has them with underscores, the unit and `_total`, as
//! [`Definition::prometheus`] says; `docs/operations.md` and the dashboard are checked against it.
//!
//! Must not know: what is recorded when.

use opentelemetry::metrics::{AsyncInstrument, Counter, Histogram, Meter, UpDownCounter};

/// What a metric does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Grows and shrinks.
    Gauge,
    /// Counts values in buckets.
    Histogram,
}

impl Kind {
    /// The kind in Prometheus.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A metric.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// Its name in OpenTelemetry.
    pub name: &'static str,
    /// What it does.
    pub kind: Kind,
    /// Its unit, by UCUM; in braces where it only says what is counted.
    pub unit: &'static str,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it means, in a sentence without a period.
    pub meaning: &'static str,
}

macro_rules! metrics {
    ($($ident:ident = $kind:ident $name:literal [$unit:literal] {$($label:literal),*} $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub const $ident: Definition = Definition {
                name: $name, kind: Kind::$kind, unit: $unit, labels: &[$($label),*], meaning: $meaning,
            };
        )*
        /// Every metric.
        pub const ALL: &[Definition] = &[$($ident),*];
    };
}

metrics! {
    SERVING = Gauge "onomast.serving" [""] {}
        "1 while requests are served, 0 while gazetteers are loaded and from the signal to stop on";
    MEMORY = Gauge "onomast.process.memory" ["By"] {}
        "Memory of the process that is resident, mapped gazetteers included (Linux only)";
    DATABASE_UP = Gauge "onomast.database.up" [""] {}
        "1 while the database of gazetteers answers, 0 while it does not, or its file is locked or damaged; not there without a database";

    REQUESTS = Counter "onomast.requests" ["{request}"] {"method", "code", "client"}
        "Requests that ended, by the gRPC code in their trailers; who went away has CANCELLED";
    REQUEST_DURATION = Histogram "onomast.request.duration" ["s"] {"method", "code"}
        "Time from the headers of a request to its trailers; for a stream, that of the whole stream";
    REQUESTS_RUNNING = Gauge "onomast.requests.running" ["{request}"] {}
        "Requests that began and did not end yet, streams and health watches included";
    RECEIVED = Counter "onomast.received" ["By"] {"method", "client"}
        "Bytes of requests as they came: messages with their frames, compressed where they are, no headers";
    SENT = Counter "onomast.sent" ["By"] {"method", "client"}
        "Bytes of answers as they went: messages with their frames, compressed where they are, no headers";
    CONNECTIONS_REFUSED = Counter "onomast.connections.refused" ["{connection}"] {"limit"}
        "Connections that were closed at once: connections, or connections_per_address, of limits is reached";

    DOCUMENTS = Counter "onomast.documents" ["{document}"] {"result"}
        "Documents that were searched: answered or refused (too large, say), or given up because nobody waited";
    TEXT = Counter "onomast.text" ["By"] {}
        "Bytes of title and text of the documents that were answered";
    MENTIONS = Counter "onomast.mentions" ["{mention}"] {"type"}
        "Mentions that were linked, by type of entity: at most 100 types, then other; inline for entities of requests";

    WORKERS = Gauge "onomast.workers" ["{worker}"] {}
        "Documents that can be worked on at once: server.workers";
    WORKERS_BUSY = Gauge "onomast.workers.busy" ["{worker}"] {}
        "Workers that work";
    QUEUE_LENGTH = Gauge "onomast.queue.length" ["{job}"] {}
        "Jobs that wait for a worker; each document is one";
    QUEUE_WAIT = Histogram "onomast.queue.wait" ["s"] {}
        "Time that a job waited for a worker";
    WORK_DURATION = Histogram "onomast.work.duration" ["s"] {}
        "Time that a worker took for a job";

    GAZETTEERS = Gauge "onomast.gazetteers" ["{gazetteer}"] {}
        "Gazetteers that can be searched; the metrics of single ones name at most 200";
    GAZETTEER_INFO = Gauge "onomast.gazetteer.info" [""] {"gazetteer", "version"}
        "1 for the version that new requests see";
    GAZETTEER_AGE = Gauge "onomast.gazetteer.age" ["s"] {"gazetteer"}
        "Time since that version came to be seen";
    GAZETTEER_ENTITIES = Gauge "onomast.gazetteer.entities" ["{entity}"] {"gazetteer"}
        "Entities of that version";
    GAZETTEER_NAMES = Gauge "onomast.gazetteer.names" ["{name}"] {"gazetteer"}
        "Names of that version, without those that rules derive";
    GAZETTEER_SIZE = Gauge "onomast.gazetteer.size" ["By"] {"gazetteer"}
        "Size of its compiled form, in memory or mapped from a file";
    OVERLAY_NAMES = Gauge "onomast.gazetteer.overlay.names" ["{name}"] {"gazetteer"}
        "Names that were edited since its last full compilation, and are searched beside it";
    COMPILE_DURATION = Histogram "onomast.gazetteer.compile.duration" ["s"] {}
        "Time that compiling a gazetteer took";
    RELOADS = Counter "onomast.gazetteer.reloads" ["{reload}"] {"result"}
        "Reloads of gazetteers, ok or failed; after a failed one the version before stays";
}

/// Bounds of the buckets of requests and work, in seconds: 100 us to 30 s.
const LATENCIES: [f64; 18] =
    [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0];

impl Definition {
    /// Its name in Prometheus, without the suffixes of a histogram's parts.
    pub fn prometheus(&self) -> String {
        let unit = match self.unit {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        let total = if self.kind == Kind::Counter { "_total" } else { "" };
        format!("{}{unit}{total}", self.name.replace('.', "_"))
    }

    pub(super) fn counter(&self, meter: &Meter) -> Counter<u64> {
        meter.u64_counter(self.name).with_unit(self.unit).with_description(self.meaning).build()
    }

    pub(super) fn gauge(&self, meter: &Meter) -> UpDownCounter<i64> {
        meter.i64_up_down_counter(self.name).with_unit(self.unit).with_description(self.meaning).build()
    }

    /// A gauge that is asked when it is exported. The meter keeps it.
    pub(super) fn asked(&self, meter: &Meter, ask: impl Fn(&dyn AsyncInstrument<u64>) + Send + Sync + 'static) {
        let gauge = meter.u64_observable_gauge(self.name).with_unit(self.unit).with_description(self.meaning);
        gauge.with_callback(ask).build();
    }

    pub(super) fn histogram(&self, meter: &Meter) -> Histogram<f64> {
        let histogram = meter.f64_histogram(self.name).with_unit(self.unit).with_description(self.meaning);
        histogram.with_boundaries(LATENCIES.to_vec()).build()
    }
}
