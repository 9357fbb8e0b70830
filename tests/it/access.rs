//! Who may call what: scopes, roles, quotas, and the access file that changes.

use onomast::service::{Limits, Options, Quota, Server, ServerError, proto};
use proto::{Document, ExtractRequest};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use crate::{
    support::TestServer,
    surfaces::Client,
    tenants::{Tenants, claims},
};

const TEXT: &str = "Oneland, Moreland and Secretland.";

/// A request with a token; an empty one is not sent.
pub(crate) fn with<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    if !token.is_empty() {
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    request
}

fn text(gazetteers: &[&str]) -> ExtractRequest {
    let document = Some(Document { text: TEXT.into(), ..Default::default() });
    let gazetteers = gazetteers.iter().map(|name| (*name).to_owned()).collect();
    ExtractRequest { document, gazetteers, ..Default::default() }
}

async fn found(client: &mut Client, token: &str, gazetteers: &[&str]) -> Result<Vec<String>, Status> {
    let answer = client.extract(with(token, text(gazetteers))).await?.into_inner();
    Ok(answer.gazetteers.into_iter().map(|gazetteer| gazetteer.name).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_finds_only_what_is_theirs() {
    let tenants = Tenants::new();
    let server = TestServer::facing(Limits::default(), &tenants.access()).await;
    server.handle.serve(Tenants::catalog()).await;
    let mut client = server.client().await;
    let robot = tenants.signer.sign(&claims(), |_| {});
    assert_eq!(found(&mut client, &tenants.one.token, &[]).await.unwrap(), ["one", "one-more"]);
    assert_eq!(found(&mut client, &robot, &[]).await.unwrap(), ["one", "one-more"]);
    assert_eq!(found(&mut client, &tenants.two.token, &[]).await.unwrap(), ["two"]);
    assert_eq!(found(&mut client, &tenants.one.token, &["one-more"]).await.unwrap(), ["one-more"]);

    // What is another's is answered as what is not there, but for the name.
    let hidden = found(&mut client, &tenants.one.token, &["two"]).await.unwrap_err();
    let missing = found(&mut client, &tenants.one.token, &["owt"]).await.unwrap_err();
    assert_eq!(hidden.code(), Code::NotFound);
    assert_eq!(hidden.message().replace("two", "owt"), missing.message());
    assert_eq!(hidden.details().len(), missing.details().len());

    // In a stream as well.
    let documents = |gazetteers: Vec<String>| {
        let config = Some(proto::StreamExtractConfig { gazetteers, ..Default::default() });
        tokio_stream::iter([proto::StreamExtractRequest { config, document: text(&[]).document }])
    };
    let token = tenants.one.token.as_str();
    let mut answers = client.stream_extract(with(token, documents(vec![]))).await.unwrap().into_inner();
    let answer = format!("{:?}", answers.message().await.unwrap().unwrap());
    assert!(answer.contains("id-more") && !answer.contains("id-secret"), "{answer}");
    let mut answers = client.stream_extract(with(token, documents(vec!["two".into()]))).await.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_access_file_is_read_again_and_a_bad_one_is_not() {
    let tenants = Tenants::new();
    let server = TestServer::facing(Limits::default(), &tenants.access()).await;
    server.handle.serve(Tenants::catalog()).await;
    let mut client = server.client().await;
    let reload = || server.handle.reload_security();
    let token = tenants.one.token.as_str();

    for bad in [
        "",
        "[[principal",
        "[[principal]]\nname = \"a\"\n",
        "[jwt]\njwks = \"nowhere\"\nissuer = \"a\"\naudience = \"b\"\n",
    ] {
        tenants.folder.file("access.toml", bad);
        assert!(!reload(), "{bad}");
        assert!(found(&mut client, token, &[]).await.is_ok(), "{bad}");
    }
    tenants.write_access("quota = { requests_per_second = 1 }");
    assert!(reload());
    assert!(found(&mut client, token, &[]).await.is_ok());
    let status = loop {
        // A second may pass between two.
        if let Err(status) = found(&mut client, token, &[]).await {
            break status;
        }
    };
    assert_eq!(status.code(), Code::ResourceExhausted);
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "QUOTA_EXCEEDED");
    assert!(details.retry_info().unwrap().retry_delay.unwrap().as_millis() > 0);
    // The other tenant has its own.
    assert!(found(&mut client, &tenants.two.token, &[]).await.is_ok());

    // Who is no longer in the file is no longer let in.
    let text = format!(
        "[[principal]]\nname = \"a\"\nrole = \"reader\"\ngazetteers = [\"*\"]\ntokens = [\"{}\"]\n",
        tenants.two.hash
    );
    tenants.folder.file("access.toml", text);
    assert!(reload());
    assert_eq!(found(&mut client, token, &[]).await.unwrap_err().code(), Code::Unauthenticated);
    assert_eq!(found(&mut client, &tenants.two.token, &[]).await.unwrap(), ["one", "one-more", "two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_two_have_is_not_one_account() {
    let tenants = Tenants::new();
    tenants.write_access("quota = { bytes_per_second = 1 }");
    let quota = Quota { bytes_per_second: 1_000_000, ..Quota::default() };
    let server = TestServer::facing(Limits::default(), &onomast::service::Facing { quota, ..tenants.access() }).await;
    server.handle.serve(Tenants::catalog()).await;
    let mut client = server.client().await;
    // The issuer calls somebody like a principal of the file.
    let mut claims = claims();
    claims["sub"] = "tenant one".into();
    let namesake = tenants.signer.sign(&claims, |_| {});
    let token = tenants.one.token.as_str();
    assert!(found(&mut client, token, &[]).await.is_ok());
    for _ in 0..3 {
        // In debt for a minute, whoever else calls.
        assert_eq!(found(&mut client, token, &[]).await.unwrap_err().code(), Code::ResourceExhausted);
        assert!(found(&mut client, &namesake, &[]).await.is_ok());
    }
}

#[tokio::test]
async fn a_wrong_access_file_is_told_of_without_what_stands_in_it() {
    let tenants = Tenants::new();
    let secret = &tenants.one.token;
    for (line, told) in [
        (format!("tokens = \"{secret}\""), "line 5: invalid type: string"),
        (format!("tokens = [\"{secret}\"]"), "tokens[0] of \"a\" is no hash"),
        (format!("tokens = [\"{secret}]"), "missing comma"),
        (format!("quota = \"{secret}\""), "line 5: invalid type: string"),
        (format!("certificates = {{ {secret} = \"{secret}\" }}"), "line 5: invalid type: map"),
    ] {
        let text = format!("\n[[principal]]\nname = \"a\"\nrole = \"reader\"\n{line}\ngazetteers = []\n");
        tenants.folder.file("access.toml", text);
        let error = Server::bind_facing(Options::default(), Limits::default(), &tenants.access()).await.unwrap_err();
        let error = error.to_string();
        assert!(error.contains(told), "{error}");
        assert!(!error.contains(&secret[8..]), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_only_so_many_bad_signatures_checked() {
    let tenants = Tenants::new();
    let server = TestServer::facing(Limits::default(), &tenants.access()).await;
    server.handle.serve(Tenants::catalog()).await;
    let mut client = server.client().await;
    let good = |name: &str| {
        let mut claims = claims();
        claims["sub"] = name.into();
        tenants.signer.sign(&claims, |_| {})
    };
    let forger = crate::tenants::Signer::new("one");
    let remembered = good("a");
    assert!(found(&mut client, &remembered, &[]).await.is_ok());
    // What is wrong without its signature costs nothing.
    for _ in 0..200 {
        let mut claims = claims();
        claims["aud"] = "elsewhere".into();
        let status = found(&mut client, &forger.sign(&claims, |_| {}), &[]).await.unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated);
    }
    assert!(found(&mut client, &good("b"), &[]).await.is_ok());
    let status = loop {
        let status = found(&mut client, &forger.sign(&claims(), |_| {}), &[]).await.unwrap_err();
        if status.code() != Code::Unauthenticated {
            break status;
        }
    };
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "OVERLOADED");
    assert!(details.retry_info().unwrap().retry_delay.unwrap().as_millis() > 0);
    // Who is known has nothing to do with it; who is not is let in when it is over.
    assert!(found(&mut client, &remembered, &[]).await.is_ok());
    assert!(found(&mut client, &tenants.one.token, &[]).await.is_ok());
    let new = good("c");
    while let Err(status) = found(&mut client, &new, &[]).await {
        assert_eq!(status.get_error_details().error_info().unwrap().reason, "OVERLOADED");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inline_entities_are_counted() {
    let tenants = Tenants::new();
    let quota = Quota { inline_entities_per_second: 10, ..Quota::default() };
    let server = TestServer::facing(Limits::default(), &onomast::service::Facing { quota, ..Default::default() }).await;
    server.handle.serve(Tenants::catalog()).await;
    drop(tenants);
    let mut client = server.client().await;
    let entity = |id: usize| proto::Entity { id: id.to_string(), name: format!("N{id}x"), ..Default::default() };
    let many = ExtractRequest { inline_entities: (0..500).map(entity).collect(), ..text(&[]) };
    assert!(client.extract(many.clone()).await.is_ok());
    let status = client.extract(many).await.unwrap_err();
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "QUOTA_EXCEEDED");
    assert!(status.message().contains("10 inline entities a second"), "{status:?}");
}

#[tokio::test]
async fn what_other_machines_reach_is_safe_or_said_to_be_not() {
    let tenants = Tenants::new();
    let options = |insecure| Options { listen: ([0, 0, 0, 0], 0).into(), insecure, ..Options::default() };
    let bare = onomast::service::Facing::default();
    let mut only_tls = tenants.tls(false);
    only_tls.access.file.clear();
    only_tls.tls.client_ca.clear();
    for (facing, missing) in [
        (&bare, Some("no TLS and nobody is asked")),
        (&tenants.access(), Some("there is no TLS")),
        (&only_tls, Some("nobody is asked")),
        (&tenants.tls(false), None),
    ] {
        let result = Server::bind_facing(options(false), Limits::default(), facing).await;
        match (result, missing) {
            (Ok(_), None) => {}
            (Err(error @ ServerError::Exposed { .. }), Some(words)) => {
                let text = error.to_string();
                assert!(text.contains(words) && text.contains("--insecure"), "{text}");
            }
            other => panic!("{other:?}"),
        }
        assert!(Server::bind_facing(options(true), Limits::default(), facing).await.is_ok());
    }
}

#[test]
fn every_reason_has_a_row_in_the_documentation() {
    let text = std::fs::read_to_string(crate::support::repository("docs/errors.md")).unwrap();
    let known = (1..1000).filter_map(|number| proto::ErrorReason::try_from(number).ok());
    for reason in known {
        let name = reason.as_str_name().strip_prefix("ERROR_REASON_").unwrap();
        assert!(text.lines().any(|line| line.starts_with(&format!("| `{name}` |"))), "no row for {name}");
        assert!(text.contains(&format!("### {name}\n")), "no example of {name}");
    }
}
