//! TLS: certificates of server and client, and new ones while serving.

use onomast::service::{self, Connection, Limits, Server, TlsError, proto};
use tonic::{
    Code, Status,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};

use crate::{
    access::with,
    support::TestServer,
    surfaces::Client,
    tenants::{Authority, Tenants},
};

pub(crate) async fn connect(server: &TestServer, ca: &str, identity: Option<(String, String)>) -> Option<Channel> {
    let address = server.address.replace("http://127.0.0.1", "https://localhost");
    let mut tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(ca)).domain_name("localhost");
    if let Some((certificate, key)) = identity {
        tls = tls.identity(Identity::from_pem(certificate, key));
    }
    Endpoint::new(address).unwrap().tls_config(tls).unwrap().connect().await.ok()
}

async fn extract(channel: Channel, token: &str) -> Result<Vec<String>, Status> {
    let document = Some(proto::Document::default());
    let request = with(token, proto::ExtractRequest { document, ..Default::default() });
    let answer = Client::new(channel).extract(request).await?.into_inner();
    Ok(answer.gazetteers.into_iter().map(|gazetteer| gazetteer.name).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_says_who_calls_and_a_token_says_it_better() {
    let tenants = Tenants::new();
    let server = TestServer::facing(Limits::default(), &tenants.tls(false)).await;
    server.handle.serve(Tenants::catalog()).await;
    let ca = tenants.authority.pem.as_str();
    let channel = connect(&server, ca, Some(tenants.authority.client("one.example"))).await.unwrap();
    assert_eq!(extract(channel.clone(), "").await.unwrap(), ["one", "one-more"]);
    assert_eq!(extract(channel.clone(), &tenants.two.token).await.unwrap(), ["two"]);
    assert_eq!(extract(channel, "wrong").await.unwrap_err().code(), Code::Unauthenticated);
    let channel = connect(&server, ca, Some(tenants.authority.client("other.example"))).await.unwrap();
    assert_eq!(extract(channel, "").await.unwrap_err().code(), Code::Unauthenticated);
    let channel = connect(&server, ca, None).await.unwrap();
    assert_eq!(extract(channel.clone(), "").await.unwrap_err().code(), Code::Unauthenticated);
    assert_eq!(extract(channel, &tenants.two.token).await.unwrap(), ["two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_tls_for_none_or_none_for_tls_is_told() {
    let tenants = Tenants::new();
    let with = TestServer::facing(Limits::default(), &tenants.tls(false)).await;
    let without = TestServer::empty(Limits::default()).await;
    let connection = |address: &str| Connection { address: address.into(), ..Connection::default() };
    let mut client = service::connect(&connection(&with.address)).await.unwrap();
    let status = client.list_gazetteers(proto::ListGazetteersRequest::default()).await.unwrap_err();
    let told = service::explain(&status);
    assert!(told.contains("if it has TLS, write https:// before its address"), "{told}");
    let address = without.address.replace("http://", "https://");
    let told = service::connect(&connection(&address)).await.unwrap_err().to_string();
    assert!(told.contains("speaks no TLS") && told.contains("http:// before the address"), "{told}");
    // Nobody is there.
    let told = service::connect(&connection("http://127.0.0.1:1")).await.unwrap_err().to_string();
    assert!(told.contains("tcp connect error: ") && told.contains("refused"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn new_certificates_serve_new_connections_and_bad_ones_none() {
    let mut tenants = Tenants::new();
    let mut facing = tenants.tls(true);
    facing.access.file.clear();
    let server = TestServer::facing(Limits::default(), &facing).await;
    server.handle.serve(Tenants::catalog()).await;
    let old = tenants.authority.pem.clone();
    let identity = Some(tenants.authority.client("anybody"));
    let before = connect(&server, &old, identity.clone()).await.unwrap();
    assert_eq!(extract(before.clone(), "").await.unwrap().len(), 3);

    // A certificate without its key.
    tenants.authority = Authority::new();
    let (certificate, key) = tenants.authority.server();
    tenants.folder.file("server.pem", &certificate);
    assert!(!server.handle.reload_security());
    tenants.folder.file("server.key", "nothing");
    assert!(!server.handle.reload_security());
    assert!(connect(&server, &old, identity.clone()).await.is_some());

    tenants.folder.file("server.key", &key);
    tenants.folder.file("ca.pem", &tenants.authority.pem);
    assert!(server.handle.reload_security());
    assert!(connect(&server, &old, identity.clone()).await.is_none());
    let new = connect(&server, &tenants.authority.pem, Some(tenants.authority.client("anybody"))).await.unwrap();
    assert_eq!(extract(new, "").await.unwrap().len(), 3);
    // What was open stays open.
    assert_eq!(extract(before, "").await.unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_file_is_noticed() {
    let mut tenants = Tenants::new();
    let options =
        onomast::service::Options { listen: ([127, 0, 0, 1], 0).into(), watch_seconds: 1, ..Default::default() };
    let server = Server::bind_facing(options, Limits::default(), &tenants.tls(false)).await.unwrap();
    let server = TestServer::of(server);
    let old = tenants.authority.pem.clone();
    assert!(connect(&server, &old, None).await.is_some());
    tenants.authority = Authority::new();
    // Written until it is seen: the first look may be yet to come.
    let seen = async {
        loop {
            tenants.write_server_certificate();
            if connect(&server, &tenants.authority.pem, None).await.is_some() {
                break;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), seen).await.unwrap();
}

#[tokio::test]
async fn settings_that_make_half_a_sense_are_refused() {
    let tenants = Tenants::new();
    let whole = tenants.tls(false).tls;
    let mut table = Vec::new();
    for change in [
        |tls: &mut onomast::service::TlsOptions| tls.key.clear(),
        |tls: &mut onomast::service::TlsOptions| tls.certificate.clear(),
        |tls: &mut onomast::service::TlsOptions| {
            tls.certificate.clear();
            tls.key.clear();
        },
    ] {
        let mut tls = whole.clone();
        change(&mut tls);
        table.push(tls);
    }
    for tls in table {
        let facing = onomast::service::Facing { tls, ..Default::default() };
        let error = Server::bind_facing(Default::default(), Limits::default(), &facing).await.unwrap_err();
        assert!(matches!(error, onomast::service::ServerError::Tls(TlsError::Half { .. })), "{error:?}");
    }
}
