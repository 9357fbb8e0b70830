//! Spans, and the trace of the caller that they belong to.
//!
//! The caller's context is W3C `traceparent` and `tracestate`; what is neither is taken for no context. Attributes are
//! those of OpenTelemetry's conventions for RPC. Where a span is not sampled, nothing more is made for it.

use std::{
    marker::PhantomData,
    sync::Arc,
    time::{Instant, SystemTime},
};

use opentelemetry::{
    Context, KeyValue,
    propagation::{Extractor, TextMapPropagator},
    trace::{Span as _, SpanKind, Status, TraceContextExt as _, Tracer as _},
};

/// Makes spans. Cheap to clone.
#[derive(Clone)]
pub struct Tracer {
    tracer: Arc<opentelemetry::global::BoxedTracer>,
    propagator: Arc<dyn TextMapPropagator + Send + Sync>,
}

impl std::fmt::Debug for Tracer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tracer")
    }
}

/// Header fields by name.
struct Fields<'a, F>(F, PhantomData<&'a str>);

impl<'a, F: Fn(&str) -> Option<&'a str>> Extractor for Fields<'a, F> {
    fn get(&self, key: &str) -> Option<&str> {
        (self.0)(key)
    }

    fn keys(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl Tracer {
    /// Spans of this tracer, in traces that this propagator reads from headers.
    pub fn new(
        tracer: opentelemetry::global::BoxedTracer,
        propagator: impl TextMapPropagator + Send + Sync + 'static,
    ) -> Self {
        Self { tracer: Arc::new(tracer), propagator: Arc::new(propagator) }
    }

    /// Begins the span of a request to `method` (`/package.Service/Method`), in the trace that the headers name.
    pub(super) fn request<'a>(&self, method: &'static str, header: impl Fn(&str) -> Option<&'a str>) -> Context {
        let parent = self.propagator.extract_with_context(&Context::new(), &Fields(header, PhantomData));
        let name = method.trim_start_matches('/');
        let mut attributes = vec![KeyValue::new("rpc.system", "grpc")];
        if let Some((service, method)) = name.split_once('/') {
            attributes.push(KeyValue::new("rpc.service", service));
            attributes.push(KeyValue::new("rpc.method", method));
        }
        let span = self.tracer.span_builder(name).with_kind(SpanKind::Server).with_attributes(attributes);
        parent.with_span(span.start_with_context(&*self.tracer, &parent))
    }

    /// A span inside that of `parent`, from then to now.
    pub(super) fn past(&self, name: &'static str, parent: &Context, since: Instant) {
        if parent.span().is_recording() {
            let now = SystemTime::now();
            let since = now.checked_sub(since.elapsed()).unwrap_or(now);
            self.tracer.span_builder(name).with_start_time(since).start_with_context(&*self.tracer, parent).end();
        }
    }
}

/// Ends the span of a request. `code` is the number of its gRPC code.
pub(super) fn end(context: &Context, code: i32, failure: Option<&'static str>, attributes: Vec<KeyValue>) {
    let span = context.span();
    if !span.is_recording() {
        return;
    }
    span.set_attribute(KeyValue::new("rpc.grpc.status_code", i64::from(code)));
    span.set_attributes(attributes);
    if let Some(failure) = failure {
        span.set_attribute(KeyValue::new("error.type", failure));
        span.set_status(Status::error(failure));
    }
    span.end();
}
