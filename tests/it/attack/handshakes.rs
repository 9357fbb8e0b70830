//! TLS handshakes that must fail.

use std::sync::Arc;

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use tokio::io::AsyncWriteExt as _;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
    },
};
use tonic::Code;

use super::{EXTRACT, Got, Outcome, Row, World, bytes, raw};
use crate::tenants::{Authority, Tenants};

type Identity = (String, String);

async fn connect(
    world: &World,
    identity: Option<Identity>,
    alpn: &[&str],
) -> std::io::Result<TlsStream<tokio::net::TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(world.tenants.authority.pem.as_bytes()).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
            builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap()).unwrap()
        }
    };
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, world.tcp(&world.secure).await).await
}

/// A call with what a client shows.
fn shows(name: &str, expected: Outcome, make: fn(&Tenants) -> Option<Identity>) -> Row {
    Row::new(name, expected, move |world| async move {
        match connect(&world, make(&world.tenants), &["h2"]).await {
            Ok(io) => raw(io, EXTRACT, &[], super::framed(0, &[])).await,
            Err(_) => Got::closed(),
        }
    })
}

fn sends(name: &str, text: &'static [u8]) -> Row {
    Row::new(name, Outcome::Closed, move |world| async move { bytes(world.tcp(&world.secure).await, text).await })
}

/// The beginning of a handshake, whose rest never comes.
const BEGINNING: &[u8] = &[22, 3, 1, 2, 0, 1, 0, 1, 0xFC];

pub(super) fn rows() -> Vec<Row> {
    const CLIENT: ExtendedKeyUsagePurpose = ExtendedKeyUsagePurpose::ClientAuth;
    vec![
        shows("no certificate", Outcome::Closed, |_| None),
        shows("the certificate of another CA", Outcome::Closed, |_| Some(Authority::new().client("one.example"))),
        shows("a certificate that signed itself", Outcome::Closed, |_| {
            let key = KeyPair::generate().unwrap();
            let parameters = CertificateParams::new(vec!["one.example".into()]).unwrap();
            Some((parameters.self_signed(&key).unwrap().pem(), key.serialize_pem()))
        }),
        shows("a certificate that expired", Outcome::Closed, |one| {
            let old = |parameters: &mut CertificateParams| {
                parameters.extended_key_usages = vec![CLIENT];
                parameters.not_after = date_time_ymd(2020, 1, 1);
            };
            Some(one.authority.sign("one.example", old))
        }),
        shows("a certificate of the future", Outcome::Closed, |one| {
            let early = |parameters: &mut CertificateParams| {
                parameters.extended_key_usages = vec![CLIENT];
                parameters.not_before = date_time_ymd(2400, 1, 1);
            };
            Some(one.authority.sign("one.example", early))
        }),
        shows("a certificate for servers", Outcome::Closed, |one| {
            let other = |parameters: &mut CertificateParams| {
                parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            };
            Some(one.authority.sign("one.example", other))
        }),
        shows("a good certificate of nobody here", Outcome::Refused(Code::Unauthenticated, "UNAUTHENTICATED"), |one| {
            Some(one.authority.client("nobody.example"))
        }),
        shows(
            "a certificate with a name that only begins well",
            Outcome::Refused(Code::Unauthenticated, "UNAUTHENTICATED"),
            |one| Some(one.authority.client("one.example.evil.example")),
        ),
        shows("a certificate with a star", Outcome::Refused(Code::Unauthenticated, "UNAUTHENTICATED"), |one| {
            Some(one.authority.client("*.example"))
        }),
        Row::new("another protocol inside TLS", Outcome::Closed, |world| async move {
            match connect(&world, Some(world.tenants.authority.client("one.example")), &["http/1.1"]).await {
                Ok(io) => bytes(io, b"GET / HTTP/1.1\r\n\r\n").await,
                Err(_) => Got::closed(),
            }
        }),
        Row::new("HTTP/1 inside TLS", Outcome::Closed, |world| async move {
            let io = connect(&world, Some(world.tenants.authority.client("one.example")), &[]).await.unwrap();
            bytes(io, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await
        }),
        Row::new("HTTP/2 without TLS", Outcome::Closed, |world| async move {
            raw(world.tcp(&world.secure).await, EXTRACT, &[], super::framed(0, &[])).await
        }),
        sends("HTTP/1 without TLS", b"GET / HTTP/1.1\r\n\r\n"),
        sends("a handshake that does not go on", BEGINNING),
        sends("a handshake that never begins", b""),
        sends("a record of nonsense", &[22, 3, 3, 0, 5, 1, 2, 3, 4, 5]),
        sends("a record beyond all limits", &[22, 3, 3, 0xFF, 0xFF, 1, 2, 3]),
        sends("SSL 2", &[0x80, 0x2E, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10]),
        Row::new("a hundred handshakes that do not go on", Outcome::Closed, |world| async move {
            let mut open = Vec::new();
            for _ in 0..100 {
                let mut io = world.tcp(&world.secure).await;
                io.write_all(BEGINNING).await.unwrap();
                open.push(io);
            }
            // All of them wait, and a good client does not.
            let good = connect(&world, Some(world.tenants.authority.client("one.example")), &["h2"]).await;
            assert!(good.is_ok());
            bytes(open.pop().unwrap(), b"").await
        }),
    ]
}
