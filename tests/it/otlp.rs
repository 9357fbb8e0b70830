//! OpenTelemetry: spans and metrics come to a collector, in the trace of the caller.

use std::sync::{Arc, Mutex};

use onomast::{
    catalog::{Catalog, Gazetteer},
    gazetteer::Entity,
    service::{Limits, proto},
    telemetry::{ExportOptions, Exporters, TelemetryError},
};
use opentelemetry_proto::tonic::{
    collector::{
        metrics::v1::{
            ExportMetricsServiceRequest, ExportMetricsServiceResponse,
            metrics_service_server::{MetricsService, MetricsServiceServer},
        },
        trace::v1::{
            ExportTraceServiceRequest, ExportTraceServiceResponse,
            trace_service_server::{TraceService, TraceServiceServer},
        },
    },
    common::v1::any_value::Value,
    trace::v1::{Span, span::SpanKind},
};
use proto::{Document, ExtractRequest};
use tonic::{
    Request, Response, Status,
    transport::{Identity, ServerTlsConfig},
};

use crate::{
    faults::Process,
    support::{Folder, TestServer},
    tenants::Authority,
};

/// A collector that keeps what it gets.
#[derive(Debug, Clone, Default)]
struct Collector {
    spans: Arc<Mutex<Vec<Span>>>,
    metrics: Arc<Mutex<Vec<String>>>,
    /// Metrics came.
    came: Arc<tokio::sync::Notify>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans.into_iter();
        let spans = resources.flat_map(|one| one.scope_spans).flat_map(|one| one.spans);
        self.spans.lock().unwrap().extend(spans);
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let resources = request.into_inner().resource_metrics.into_iter();
        let metrics = resources.flat_map(|one| one.scope_metrics).flat_map(|one| one.metrics);
        self.metrics.lock().unwrap().extend(metrics.map(|one| one.name));
        self.came.notify_one();
        Ok(Response::new(Default::default()))
    }
}

impl Collector {
    /// Starts it; gives its endpoint.
    async fn start(&self) -> String {
        format!("http://127.0.0.1:{}", self.start_at(tonic::transport::Server::builder()).await)
    }

    /// Starts it on a server; gives its port.
    async fn start_at(&self, mut server: tonic::transport::Server) -> u16 {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = server
            .add_service(TraceServiceServer::new(self.clone()))
            .add_service(MetricsServiceServer::new(self.clone()));
        tokio::spawn(server.serve_with_incoming(tokio_stream::wrappers::TcpListenerStream::new(listener)));
        port
    }
}

fn catalog() -> Catalog {
    let entities = [Entity { id: "cn".into(), name: "China".into(), ..Entity::default() }];
    Catalog::new([Gazetteer::compile("places", b"1", &entities).unwrap()])
}

/// A request in a trace of its caller.
fn request(traceparent: &str, document: Option<Document>) -> Request<ExtractRequest> {
    let mut request = Request::new(ExtractRequest { document, ..Default::default() });
    request.metadata_mut().insert("traceparent", traceparent.parse().unwrap());
    request
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An attribute of a span, as text.
fn attribute(span: &Span, key: &str) -> Option<String> {
    let value = span.attributes.iter().find(|one| one.key == key)?.value.clone()?.value?;
    Some(match value {
        Value::StringValue(text) => text,
        Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn otlp_gets_spans_in_the_trace_of_the_caller_and_metrics() {
    let collector = Collector::default();
    // Of the traces that begin here, none: the caller decides.
    let options =
        ExportOptions { otlp_endpoint: collector.start().await, trace_sample_ratio: 0.0, ..ExportOptions::default() };
    let (server, _, exporters) = TestServer::observed(Limits::default(), &options).await;
    server.handle.serve(catalog()).await;
    let mut client = server.client().await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let document = Some(Document { text: "A secret about China".into(), ..Default::default() });
    client.extract(request(&format!("00-{trace}-00f067aa0ba902b7-01"), document.clone())).await.unwrap();
    // Neither of these is sampled: the caller says no, and there is no caller.
    let unsampled = "00-11111111111111111111111111111111-1111111111111111-00";
    client.extract(request(unsampled, document.clone())).await.unwrap();
    client.extract(request("no trace at all", document)).await.unwrap();
    // An error of the caller, and one of the server.
    let refused = "00-22222222222222222222222222222222-2222222222222222-01";
    client.extract(request(refused, None)).await.unwrap_err();
    tokio::task::spawn_blocking(move || exporters.stop()).await.unwrap();

    let spans = collector.spans.lock().unwrap().clone();
    let names = |trace: &str| {
        let mut names: Vec<_> =
            spans.iter().filter(|one| hex(&one.trace_id) == trace).map(|one| one.name.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(names(trace), ["extract", "onomast.v1.ExtractionService/Extract", "queue"], "{spans:?}");
    assert_eq!(names(&"2".repeat(32)), ["onomast.v1.ExtractionService/Extract", "queue"]);
    assert_eq!(spans.len(), 5, "{spans:?}");

    let call = spans.iter().find(|one| hex(&one.trace_id) == trace && one.name.contains('/')).unwrap();
    assert_eq!((hex(&call.parent_span_id).as_str(), call.kind()), ("00f067aa0ba902b7", SpanKind::Server));
    let expected = [
        ("rpc.system", "grpc"),
        ("rpc.service", "onomast.v1.ExtractionService"),
        ("rpc.method", "Extract"),
        ("rpc.grpc.status_code", "0"),
        ("onomast.documents", "1"),
        ("onomast.mentions", "1"),
    ];
    for (key, value) in expected {
        assert_eq!(attribute(call, key).as_deref(), Some(value), "{key}");
    }
    for part in spans.iter().filter(|one| ["queue", "extract"].contains(&&*one.name)) {
        assert!(hex(&part.trace_id) != trace || part.parent_span_id == call.span_id, "{part:?}");
        assert!(part.start_time_unix_nano <= part.end_time_unix_nano);
    }
    assert!(!format!("{spans:?}").contains("secret"));

    let metrics = collector.metrics.lock().unwrap().clone();
    for name in ["onomast.requests", "onomast.request.duration", "onomast.gazetteer.names", "onomast.serving"] {
        assert!(metrics.iter().any(|metric| metric == name), "{name}: {metrics:?}");
    }
}

/// A process of its own, since it finds the certificates of the system in its environment.
#[tokio::test(flavor = "multi_thread")]
async fn otlp_trusts_the_certificates_of_the_system() {
    let (folder, authority, collector) = (Folder::new(), Authority::new(), Collector::default());
    let (certificate, key) = authority.server();
    let tls = ServerTlsConfig::new().identity(Identity::from_pem(certificate, key));
    let port = collector.start_at(tonic::transport::Server::builder().tls_config(tls).unwrap()).await;
    let flags = [
        "--set".to_owned(),
        format!("telemetry.otlp_endpoint=https://localhost:{port}"),
        "--set".to_owned(),
        "telemetry.metrics_interval_seconds=1".to_owned(),
    ];
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_onomast"));
    command.env("SSL_CERT_FILE", folder.file("ca.pem", &authority.pem));
    let process = tokio::task::spawn_blocking(move || Process::of(command, &flags)).await.unwrap();
    let came = tokio::time::timeout(std::time::Duration::from_secs(60), collector.came.notified()).await;
    assert!(came.is_ok(), "{}", process.log.lock().unwrap());
}

#[tokio::test]
async fn otlp_settings_that_cannot_work_are_told() {
    let options = |otlp_endpoint: &str, trace_sample_ratio, metrics_interval_seconds| ExportOptions {
        otlp_endpoint: otlp_endpoint.into(),
        trace_sample_ratio,
        metrics_interval_seconds,
        ..ExportOptions::default()
    };
    let start = |options| Exporters::start(&options, false).unwrap_err();
    assert!(matches!(start(options("localhost:4317", 0.1, 60)), TelemetryError::Endpoint { .. }));
    assert!(matches!(start(options("http://a b", 0.1, 60)), TelemetryError::Endpoint { .. }));
    let secret = start(options("http://robot:secret@localhost:4317", 0.1, 60)).to_string();
    assert!(secret.contains("localhost") && !secret.contains("secret") && !secret.contains("robot"), "{secret}");
    assert!(matches!(start(options("", 1.5, 60)), TelemetryError::Ratio(1.5)));
    assert!(matches!(start(options("", f64::NAN, 60)), TelemetryError::Ratio(_)));
    assert!(matches!(start(options("", 0.1, 0)), TelemetryError::Interval));
    assert!(Exporters::start(&options("", 0.1, 60), false).unwrap().meter().is_none());
}
