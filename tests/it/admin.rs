//! The admin port: metrics, and whether the server lives and is ready.

use onomast::{catalog::Catalog, service::Limits, telemetry::ExportOptions};

use crate::support::{TestServer, get};

#[tokio::test(flavor = "multi_thread")]
async fn admin_says_whether_the_server_is_ready() {
    let (server, _, _exporters) = TestServer::observed(Limits::default(), &ExportOptions::default()).await;
    let admin = server.admin.clone();
    assert_eq!(get(&admin, "/livez").await, (200, "alive\n".into()));
    assert_eq!(get(&admin, "/readyz").await, (503, "not ready: gazetteers are being loaded\n".into()));
    let (code, metrics) = get(&admin, "/metrics").await;
    assert!(code == 200 && metrics.contains("\nonomast_serving 0\n"), "{metrics}");

    server.handle.serve(Catalog::default()).await;
    assert_eq!(get(&admin, "/readyz").await, (200, "ready\n".into()));
    assert!(get(&admin, "/metrics").await.1.contains("\nonomast_serving 1\n"));
    server.handle.remark("database", Some("it does not answer".into()));
    assert_eq!(get(&admin, "/readyz").await, (200, "ready\ndatabase: it does not answer\n".into()));
    server.handle.remark("database", None);
    assert_eq!(get(&admin, "/nowhere").await.0, 404);

    // A stream holds the server while it drains; the admin port goes on to answer.
    let mut client = server.client().await;
    let (send, documents) = tokio::sync::mpsc::channel(1);
    let documents = tokio_stream::wrappers::ReceiverStream::new(documents);
    let mut answers = client.stream_extract(documents).await.unwrap().into_inner();
    let mut health = tonic_health::pb::health_client::HealthClient::new(server.channel().await);
    let mut watch = health.watch(tonic_health::pb::HealthCheckRequest::default()).await.unwrap().into_inner();
    assert!(watch.message().await.unwrap().is_some());
    let stopped = server.stop();
    assert_eq!(watch.message().await.unwrap().unwrap().status, 2);
    assert_eq!(get(&admin, "/readyz").await, (503, "not ready: shutting down\n".into()));
    assert_eq!(get(&admin, "/livez").await.0, 200);
    drop(send);
    assert_eq!(answers.message().await.unwrap(), None);
    // Who only watches health does not hold the server up; the grace period is longer than this test may take.
    stopped.await.unwrap().unwrap();
    drop(watch);
}
