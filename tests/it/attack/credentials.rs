//! Tokens that are missing, wrong, forged, too old, or somebody else's.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use prost::Message as _;
use serde_json::json;
use tonic::Code;

use super::{EXTRACT, Got, Outcome, Row, World, framed, proto, raw};
use crate::tenants::{Signer, Tenants, claims, time};

const UNKNOWN: Outcome = Outcome::Refused(Code::Unauthenticated, "UNAUTHENTICATED");

fn message() -> Vec<u8> {
    let document = Some(proto::Document { text: "Secretland".into(), ..Default::default() });
    framed(0, &proto::ExtractRequest { document, ..Default::default() }.encode_to_vec())
}

/// A call with these values of `authorization`.
async fn call(world: &World, path: &str, values: &[&[u8]]) -> Got {
    let headers: Vec<_> = values.iter().map(|value| ("authorization", *value)).collect();
    let got = raw(world.tcp(&world.plain).await, path, &headers, message()).await;
    if got.is(&UNKNOWN) {
        // One sentence, whatever was wrong.
        assert!(got.text.contains("this server asks for valid credentials"), "{got:?}");
    }
    got
}

fn header(name: &str, make: fn(&Tenants) -> Vec<u8>) -> Row {
    Row::new(name, UNKNOWN, move |world| async move {
        let value = make(&world.tenants);
        call(&world, EXTRACT, &[&value]).await
    })
}

/// A token with claims that are good but for a change, and a header that is good but for another.
fn jwt(name: &str, change: fn(&mut serde_json::Value), head: fn(&mut Header)) -> Row {
    Row::new(name, UNKNOWN, move |world| async move {
        let mut claims = claims();
        change(&mut claims);
        let token = world.tenants.signer.sign(&claims, head);
        call(&world, EXTRACT, &[format!("Bearer {token}").as_bytes()]).await
    })
}

fn forged(name: &str, make: fn(&Tenants) -> String) -> Row {
    Row::new(name, UNKNOWN, move |world| async move {
        let token = make(&world.tenants);
        call(&world, EXTRACT, &[format!("Bearer {token}").as_bytes()]).await
    })
}

/// A token whose header and claims are these texts, with that signature.
fn parts(header: &str, claims: &serde_json::Value, signature: &str) -> String {
    format!("{}.{}.{signature}", base64(header.as_bytes()), base64(claims.to_string().as_bytes()))
}

/// As RFC 7515 has it.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let sextets = |chunk: &[u8]| {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        (0..=chunk.len()).map(move |at| char::from(LETTERS[(bits >> (18 - 6 * at) & 63) as usize])).collect::<String>()
    };
    bytes.chunks(3).map(sextets).collect()
}

fn by_secret(secret: &[u8]) -> String {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("one".into());
    jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(secret)).unwrap()
}

fn same(_: &mut serde_json::Value) {}

pub(super) fn rows() -> Vec<Row> {
    let none = |name: &str, path: &'static str, expected| {
        Row::new(name, expected, move |world| async move { call(&world, path, &[]).await })
    };
    vec![
        none("no token", EXTRACT, UNKNOWN),
        none("no token, a batch", "/onomast.v1.ExtractionService/BatchExtract", UNKNOWN),
        none("no token, a stream", "/onomast.v1.ExtractionService/StreamExtract", UNKNOWN),
        none("no token, no such method", "/onomast.v1.ExtractionService/Destroy", UNKNOWN),
        none("no token, no such service", "/admin", UNKNOWN),
        none("no token, reflection", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", UNKNOWN),
        none("no token, a path like that of health", "/grpc.health.v1.Health.Extract/x", UNKNOWN),
        none(
            "no token, dots in the path",
            "/grpc.health.v1.Health/../../onomast.v1.ExtractionService/Extract",
            Outcome::Refused(Code::Unimplemented, "UNIMPLEMENTED"),
        ),
        header("an empty header", |_| Vec::new()),
        header("only the scheme", |_| b"Bearer".to_vec()),
        header("an empty token", |_| b"Bearer ".to_vec()),
        header("another scheme", |one| format!("Basic {}", one.one.token).into_bytes()),
        header("no scheme", |one| one.one.token.clone().into_bytes()),
        header("the hash for the token", |one| format!("Bearer {}", one.one.hash).into_bytes()),
        header("a token that is cut", |one| format!("Bearer {}", &one.one.token[..70]).into_bytes()),
        header("a token in capitals", |one| format!("Bearer {}", one.one.token.to_uppercase()).into_bytes()),
        header("a token and more", |one| format!("Bearer {} x", one.one.token).into_bytes()),
        header("two tokens in one header", |one| format!("Bearer {0},Bearer {0}", one.one.token).into_bytes()),
        header("bytes that are no text", |_| b"Bearer \xFF\xFE\x80".to_vec()),
        header("a very long token", |_| [&b"Bearer "[..], &[b'a'; 9000]].concat()),
        header("SQL", |_| b"Bearer ' OR '1'='1".to_vec()),
        Row::new("a good and a bad header", UNKNOWN, |world| async move {
            let good = format!("Bearer {}", world.tenants.one.token);
            call(&world, EXTRACT, &[good.as_bytes(), b"Bearer x"]).await
        }),
        jwt("a JWT that expired", |claims| claims["exp"] = time(-120).into(), |_| {}),
        jwt("a JWT that holds later", |claims| claims["nbf"] = time(120).into(), |_| {}),
        jwt("a JWT without end", |claims| drop(claims.as_object_mut().unwrap().remove("exp")), |_| {}),
        jwt("a JWT of another issuer", |claims| claims["iss"] = "https://evil.example".into(), |_| {}),
        jwt("a JWT of no issuer", |claims| drop(claims.as_object_mut().unwrap().remove("iss")), |_| {}),
        jwt("a JWT for another service", |claims| claims["aud"] = "billing".into(), |_| {}),
        jwt("a JWT for no service", |claims| drop(claims.as_object_mut().unwrap().remove("aud")), |_| {}),
        jwt("a JWT of an unknown role", |claims| claims["role"] = "root".into(), |_| {}),
        jwt("a JWT whose role is a list", |claims| claims["role"] = json!(["admin"]), |_| {}),
        jwt("a JWT whose gazetteers are a number", |claims| claims["gazetteers"] = 7.into(), |_| {}),
        jwt("a JWT without a name", |claims| drop(claims.as_object_mut().unwrap().remove("sub")), |_| {}),
        jwt("a JWT whose name breaks lines", |claims| claims["sub"] = "a\nERROR all is lost".into(), |_| {}),
        jwt("a JWT whose end is a text", |claims| claims["exp"] = "never".into(), |_| {}),
        jwt("a JWT with an unknown kid", same, |header| header.kid = Some("other".into())),
        jwt("a JWT whose kid is a path", same, |header| header.kid = Some("../../../etc/passwd".into())),
        jwt("a JWT with an extension that must be known", same, |header| header.crit = Some(vec!["exp".into()])),
        forged("a JWT of another key", |_| Signer::new("one").sign(&claims(), |_| {})),
        forged("a JWT that says where its key is", |_| {
            let own = |header: &mut Header| header.jku = Some("https://evil.example/keys.json".into());
            Signer::new("one").sign(&claims(), own)
        }),
        forged("a JWT that brings its key", |_| {
            let evil = Signer::new("one");
            let own = evil.jwk();
            evil.sign(&claims(), |header| header.jwk = Some(own))
        }),
        forged("a JWT of the algorithm none", |_| parts(r#"{"alg":"none","kid":"one"}"#, &claims(), "")),
        forged("a JWT of the algorithm nOnE", |_| parts(r#"{"alg":"nOnE","kid":"one"}"#, &claims(), "")),
        forged("a JWT without algorithm", |_| parts(r#"{"kid":"one"}"#, &claims(), "AAAA")),
        forged("a JWT signed with the public key as a secret", |one| by_secret(one.signer.public_pem.as_bytes())),
        forged("a JWT signed with an empty secret", |_| by_secret(b"")),
        forged("a JWT with another algorithm of the key's kind", |one| {
            let token = one.signer.sign(&claims(), |_| {});
            let (_, rest) = token.split_once('.').unwrap();
            format!("{}.{rest}", base64(br#"{"alg":"ES384","kid":"one"}"#))
        }),
        forged("a JWT whose claims were changed", |one| {
            let token = one.signer.sign(&claims(), |_| {});
            let (head, rest) = token.split_once('.').unwrap();
            let mut other = claims();
            other["gazetteers"] = json!(["two"]);
            format!("{head}.{}.{}", base64(other.to_string().as_bytes()), rest.split_once('.').unwrap().1)
        }),
        forged("a JWT without signature", |one| {
            let token = one.signer.sign(&claims(), |_| {});
            token.rsplit_once('.').unwrap().0.to_owned() + "."
        }),
        forged("a JWT of dots", |_| "..".into()),
        forged("a JWT of much nesting", |_| {
            parts(&format!("{{\"alg\":\"ES256\",\"x\":{}1{}}}", "[".repeat(3000), "]".repeat(3000)), &claims(), "AA")
        }),
        Row::new("a JWT of no gazetteers", Outcome::Answered, |world| async move {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove("gazetteers");
            let token = world.tenants.signer.sign(&claims, |_| {});
            call(&world, EXTRACT, &[format!("Bearer {token}").as_bytes()]).await
        }),
    ]
}
