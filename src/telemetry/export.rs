//! Metrics and spans on their way out: Prometheus reads metrics where it asks for them, OTLP sends metrics and spans to
//! a collector over gRPC.
//!
//! A collector that is away costs nothing but what it does not get: spans wait in a queue that drops the newest when it
//! is full, and metrics are sums, so that the next ones say what the lost ones said.

use std::time::Duration;

use opentelemetry::{
    InstrumentationScope, KeyValue,
    global::BoxedTracer,
    metrics::{Meter, MeterProvider as _},
    trace::TracerProvider as _,
};
use opentelemetry_otlp::{
    MetricExporter, SpanExporter, WithExportConfig as _, WithTonicConfig as _, tonic_types as client,
};
use opentelemetry_sdk::{
    Resource,
    metrics::{Instrument, PeriodicReader, SdkMeterProvider, Stream},
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use prometheus::{Registry, TextEncoder};
use serde::{Deserialize, Serialize};

use super::TelemetryError;

/// How long the last spans and metrics may take on their way to the collector.
const FLUSH: Duration = Duration::from_secs(5);
/// The most series of one metric: each of some thirty methods, seventeen codes and a hundred clients, and one for others. From
/// the next on all would be one without labels.
const SERIES: usize = 30 * 17 * 102;
/// Names this program in what it sends.
const SCOPE: &str = "onomast";

/// Where metrics and spans are sent to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportOptions {
    /// The OTLP/gRPC endpoint of a collector, such as `http://localhost:4317`; empty to send nothing.
    pub otlp_endpoint: String,
    /// The share of traces that are sent, from 0 to 1, of those that begin here; callers decide for theirs.
    pub trace_sample_ratio: f64,
    /// How often metrics are sent, in seconds, at least 1.
    pub metrics_interval_seconds: u64,
    /// The name of this service there.
    pub service_name: String,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            otlp_endpoint: String::new(),
            trace_sample_ratio: 0.1,
            metrics_interval_seconds: 60,
            service_name: SCOPE.into(),
        }
    }
}

/// What exports metrics and spans.
#[derive(Debug, Default)]
pub struct Exporters {
    meters: Option<SdkMeterProvider>,
    tracers: Option<SdkTracerProvider>,
    registry: Option<Registry>,
}

impl Exporters {
    /// Starts to export as the options say, and for Prometheus if that is asked for. Needs a tokio runtime around it,
    /// which must live until [`Exporters::stop`].
    pub fn start(options: &ExportOptions, prometheus: bool) -> Result<Self, TelemetryError> {
        let ExportOptions { otlp_endpoint: endpoint, trace_sample_ratio: ratio, .. } = options;
        if !(0.0..=1.0).contains(ratio) {
            return Err(TelemetryError::Ratio(*ratio));
        }
        if options.metrics_interval_seconds == 0 {
            return Err(TelemetryError::Interval);
        }
        if endpoint.is_empty() && !prometheus {
            return Ok(Self::default());
        }
        let resource = resource(&options.service_name);
        let room = |_: &Instrument| Stream::builder().with_cardinality_limit(SERIES).build().ok();
        let mut meters = SdkMeterProvider::builder().with_resource(resource.clone()).with_view(room);
        let mut exporters = Self::default();
        if prometheus {
            let registry = Registry::new();
            let reader = opentelemetry_prometheus::exporter().with_registry(registry.clone()).scope_info_enabled(false);
            meters = meters.with_reader(reader.build().map_err(|error| TelemetryError::Metrics(error.to_string()))?);
            exporters.registry = Some(registry);
        }
        if !endpoint.is_empty() {
            // Without them, nobody is trusted.
            let (is_safe, roots) =
                (endpoint.starts_with("https://"), || client::transport::ClientTlsConfig::new().with_enabled_roots());
            // Who it is told to is nobody else's business.
            let (user, shown) =
                endpoint.rsplit_once('@').map_or((None, &**endpoint), |(user, host)| (Some(user), host));
            let wrong = |error: String| TelemetryError::Endpoint { endpoint: shown.to_owned(), error };
            if user.is_some() {
                return Err(wrong("it has a user before the host; give OTEL_EXPORTER_OTLP_HEADERS instead".into()));
            }
            if !["http://", "https://"].iter().any(|scheme| endpoint.starts_with(scheme)) {
                return Err(wrong("it begins with neither http:// nor https://".into()));
            }
            let exporter = MetricExporter::builder().with_tonic().with_endpoint(endpoint);
            let exporter = if is_safe { exporter.with_tls_config(roots()) } else { exporter }.build();
            let exporter = exporter.map_err(|error| wrong(error.to_string()))?;
            let interval = Duration::from_secs(options.metrics_interval_seconds);
            meters = meters.with_reader(PeriodicReader::builder(exporter).with_interval(interval).build());
            let exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint);
            let exporter = if is_safe { exporter.with_tls_config(roots()) } else { exporter }.build();
            let exporter = exporter.map_err(|error| wrong(error.to_string()))?;
            let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(*ratio)));
            let tracers = SdkTracerProvider::builder().with_batch_exporter(exporter).with_sampler(sampler);
            exporters.tracers = Some(tracers.with_resource(resource).build());
        }
        exporters.meters = Some(meters.build());
        Ok(exporters)
    }

    /// What makes instruments whose values are exported; `None` where none are.
    pub fn meter(&self) -> Option<Meter> {
        Some(self.meters.as_ref()?.meter_with_scope(scope()))
    }

    /// What makes spans that are sent, and what reads the caller's trace from headers; `None` where none are sent.
    pub fn tracer(&self) -> Option<(BoxedTracer, TraceContextPropagator)> {
        let tracer = self.tracers.as_ref()?.tracer_with_scope(scope());
        Some((BoxedTracer::new(Box::new(tracer)), TraceContextPropagator::new()))
    }

    /// What writes all metrics in the text format of Prometheus.
    pub fn scrape(&self) -> impl Fn() -> String + Send + Sync + use<> {
        let registry = self.registry.clone();
        move || {
            let families = registry.as_ref().map(Registry::gather).unwrap_or_default();
            TextEncoder::new().encode_to_string(&families).unwrap_or_else(|error| {
                tracing::error!("metrics cannot be written: {error}");
                String::new()
            })
        }
    }

    /// Sends what is left, for some seconds at the most. Waits; not for a thread of the runtime.
    pub fn stop(self) {
        let spans = self.tracers.map(|tracers| tracers.shutdown_with_timeout(FLUSH));
        let metrics = self.meters.map(|meters| meters.shutdown_with_timeout(FLUSH));
        for error in [spans, metrics].into_iter().flatten().filter_map(Result::err) {
            tracing::warn!("the last metrics or spans may be lost: {error}");
        }
    }
}

fn scope() -> InstrumentationScope {
    InstrumentationScope::builder(SCOPE).with_version(env!("CARGO_PKG_VERSION")).build()
}

/// What is said of this process beside each metric and span.
fn resource(service: &str) -> Resource {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "host" } else { host.trim() };
    let instance = format!("{host}-{}", std::process::id());
    Resource::builder()
        .with_service_name(service.to_owned())
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attribute(KeyValue::new("service.instance.id", instance))
        .build()
}
