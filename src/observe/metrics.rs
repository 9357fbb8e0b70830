//! The instruments, and when what is recorded.
//!
//! Recording a value costs a look-up of its labels, some tens of nanoseconds; labels are strings that are shared.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
    time::Duration,
};

use opentelemetry::{
    KeyValue, global,
    metrics::{Counter, Histogram, Meter, UpDownCounter},
};

use super::{
    call::{ANONYMOUS, INLINE},
    definitions::{
        COMPILE_DURATION, CONNECTIONS_REFUSED, DATABASE_UP, DOCUMENTS, MEMORY, MENTIONS, QUEUE_LENGTH, QUEUE_WAIT,
        RECEIVED, RELOADS, REQUEST_DURATION, REQUESTS, REQUESTS_RUNNING, SENT, SERVING, TEXT, WORK_DURATION, WORKERS,
        WORKERS_BUSY,
    },
    gazetteers::{GazetteerState, Gazetteers},
    labels::Labels,
};

/// The most clients that metrics name; the rest are `other`.
const MAX_CLIENTS: usize = 100;
/// The most types of entities that metrics name; the rest are `other`.
const MAX_TYPES: usize = 100;

/// That there is no database; else it is 1 while it answers, and 0.
const NO_DATABASE: u8 = 2;

/// How a reload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// The new version is seen.
    Ok,
    /// The version before stays.
    Failed,
}

impl Reload {
    fn label(self) -> KeyValue {
        let result = match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
        };
        KeyValue::new("result", result)
    }
}

/// Records metrics. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Instruments>);

#[derive(Debug)]
struct Instruments {
    requests: Counter<u64>,
    duration: Histogram<f64>,
    running: UpDownCounter<i64>,
    received: Counter<u64>,
    sent: Counter<u64>,
    refused: Counter<u64>,
    documents: Counter<u64>,
    text: Counter<u64>,
    mentions: Counter<u64>,
    busy: UpDownCounter<i64>,
    queue: UpDownCounter<i64>,
    wait: Histogram<f64>,
    work: Histogram<f64>,
    compile: Histogram<f64>,
    reloads: Counter<u64>,
    clients: Labels,
    types: Labels,
    serving: Arc<AtomicBool>,
    workers: Arc<AtomicU64>,
    database: Arc<AtomicU8>,
    gazetteers: Gazetteers,
}

/// A request that ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended<'a> {
    pub(super) method: &'static str,
    pub(super) code: &'static str,
    pub(super) client: &'a str,
    pub(super) duration: Duration,
    pub(super) received: u64,
    pub(super) sent: u64,
}

impl Default for Metrics {
    /// Metrics that nobody sees.
    fn default() -> Self {
        // The provider that is there as long as nobody sets another does nothing.
        Self::new(&global::meter("onomast"))
    }
}

impl Metrics {
    /// Metrics that this meter exports. A meter takes them once.
    pub fn new(meter: &Meter) -> Self {
        let (serving, workers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let asked = serving.clone();
        SERVING.asked(meter, move |it| it.observe(asked.load(Ordering::Relaxed).into(), &[]));
        let asked = workers.clone();
        WORKERS.asked(meter, move |it| it.observe(asked.load(Ordering::Relaxed), &[]));
        let database = Arc::new(AtomicU8::new(NO_DATABASE));
        let asked = database.clone();
        DATABASE_UP.asked(meter, move |it| match asked.load(Ordering::Relaxed) {
            NO_DATABASE => {}
            up => it.observe(up.into(), &[]),
        });
        MEMORY.asked(meter, |it| {
            if let Some(bytes) = resident() {
                it.observe(bytes, &[]);
            }
        });
        let metrics = Self(Arc::new(Instruments {
            requests: REQUESTS.counter(meter),
            duration: REQUEST_DURATION.histogram(meter),
            running: REQUESTS_RUNNING.gauge(meter),
            received: RECEIVED.counter(meter),
            sent: SENT.counter(meter),
            refused: CONNECTIONS_REFUSED.counter(meter),
            documents: DOCUMENTS.counter(meter),
            text: TEXT.counter(meter),
            mentions: MENTIONS.counter(meter),
            busy: WORKERS_BUSY.gauge(meter),
            queue: QUEUE_LENGTH.gauge(meter),
            wait: QUEUE_WAIT.histogram(meter),
            work: WORK_DURATION.histogram(meter),
            compile: COMPILE_DURATION.histogram(meter),
            reloads: RELOADS.counter(meter),
            clients: Labels::new(&[ANONYMOUS], MAX_CLIENTS),
            types: Labels::new(&[INLINE], MAX_TYPES),
            serving,
            workers,
            database,
            gazetteers: Gazetteers::new(meter),
        }));
        // Alerts look for an increase, and a series that appears with its first event has none.
        for result in [Reload::Ok, Reload::Failed] {
            metrics.0.reloads.add(0, &[result.label()]);
        }
        metrics
    }

    /// Whether requests are served now.
    pub fn serving(&self, serving: bool) {
        self.0.serving.store(serving, Ordering::Relaxed);
    }

    /// Whether the database answers.
    pub fn database(&self, up: bool) {
        self.0.database.store(up.into(), Ordering::Relaxed);
    }

    /// How many workers there are.
    pub fn workers(&self, count: usize) {
        self.0.workers.store(count as u64, Ordering::Relaxed);
    }

    /// The gazetteers that can be searched from now on, all of them.
    pub fn gazetteers(&self, list: Vec<GazetteerState>) {
        self.0.gazetteers.set(list);
    }

    /// A gazetteer was compiled in that time.
    pub fn compiled(&self, duration: Duration) {
        self.0.compile.record(duration.as_secs_f64(), &[]);
    }

    /// Gazetteers were loaded anew, or could not be.
    pub fn reloaded(&self, reload: Reload) {
        self.0.reloads.add(1, &[reload.label()]);
    }

    /// A connection was refused for that limit.
    pub fn refused(&self, limit: &'static str) {
        self.0.refused.add(1, &[KeyValue::new("limit", limit)]);
    }

    /// A job waits for a worker, until what is returned is dropped.
    pub fn queued(&self) -> Level {
        Level::up(self.0.queue.clone())
    }

    /// A job waited that long, and is worked on until what is returned is dropped.
    pub fn working(&self, waited: Duration) -> Level {
        self.0.wait.record(waited.as_secs_f64(), &[]);
        Level::up(self.0.busy.clone())
    }

    /// A worker took that long.
    pub fn worked(&self, duration: Duration) {
        self.0.work.record(duration.as_secs_f64(), &[]);
    }

    /// A request began; it runs until what is returned is dropped.
    pub(super) fn began(&self) -> Level {
        Level::up(self.0.running.clone())
    }

    pub(super) fn ended(&self, ended: Ended<'_>) {
        let Ended { method, code, client, duration, received, sent } = ended;
        let client = KeyValue::new("client", self.0.clients.of(client));
        let (method, code) = (KeyValue::new("method", method), KeyValue::new("code", code));
        self.0.duration.record(duration.as_secs_f64(), &[method.clone(), code.clone()]);
        let to = [method.clone(), client.clone()];
        self.0.received.add(received, &to);
        self.0.sent.add(sent, &to);
        self.0.requests.add(1, &[method, code, client]);
    }

    /// A document of so many bytes was answered.
    pub(super) fn answered(&self, bytes: u64) {
        self.0.documents.add(1, &[KeyValue::new("result", "answered")]);
        self.0.text.add(bytes, &[]);
    }

    /// So many mentions were linked to entities of a type.
    pub(super) fn mentions(&self, kind: &str, count: u64) {
        self.0.mentions.add(count, &[KeyValue::new("type", self.0.types.of(kind))]);
    }

    /// A document was not answered.
    pub(super) fn unanswered(&self, result: &'static str) {
        self.0.documents.add(1, &[KeyValue::new("result", result)]);
    }
}

/// Holds a gauge one higher as long as it lives.
#[derive(Debug)]
pub struct Level(UpDownCounter<i64>);

impl Level {
    fn up(gauge: UpDownCounter<i64>) -> Self {
        gauge.add(1, &[]);
        Self(gauge)
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        self.0.add(-1, &[]);
    }
}

/// The resident memory of this process in bytes, where Linux tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
