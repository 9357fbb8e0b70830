//! Hostile input: a table of what attackers send, each with what it must get.
//!
//! After each row a good client is answered as before, on a connection that was open all the time and on a new one, and
//! no answer, error or header has a word of the tenant whose credentials were not shown. A new row is one line in a
//! folder of rows under `attack/`.

mod credentials;
mod gazetteers;
mod handshakes;
mod protocol;
mod requests;

use std::{collections::HashSet, future::Future, pin::Pin, sync::Arc, time::Duration};

use onomast::{
    catalog::{Keep, Keeper, Most, Store},
    gazetteer::Entity,
    service::{Limits, proto},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::{
    access::with,
    support::TestServer,
    surfaces::Client,
    tenants::{Tenants, claims},
    tls,
};

/// The longest that anything may take here; what takes longer has failed.
const LONG: Duration = Duration::from_secs(30);
/// The path of a call.
const EXTRACT: &str = "/onomast.v1.ExtractionService/Extract";

/// What a row must get.
#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    /// A status with this reason; an empty one where the transport made it.
    Refused(Code, &'static str),
    /// An HTTP status that is not that of gRPC.
    Http(u16),
    /// The connection or the handshake is closed, without any answer.
    Closed,
    /// A good answer: harmless, or not ours to refuse.
    Answered,
}

/// What a row got.
#[derive(Debug)]
struct Got {
    outcome: Result<Outcome, (Code, String)>,
    /// Everything that the attacker could read.
    text: String,
}

type Attack = Box<dyn Fn(Arc<World>) -> Pin<Box<dyn Future<Output = Got> + Send>> + Send + Sync>;

/// A row of the table.
struct Row {
    name: String,
    expected: Outcome,
    attack: Attack,
}

impl Row {
    fn new<F>(name: &str, expected: Outcome, attack: impl Fn(Arc<World>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Got> + Send + 'static,
    {
        Self { name: name.into(), expected, attack: Box::new(move |world| Box::pin(attack(world))) }
    }
}

/// The servers that are attacked, and who is at home.
struct World {
    tenants: Tenants,
    /// Asks who calls, and has no TLS, so that rows may speak bare HTTP/2.
    plain: TestServer,
    /// Asks for a certificate of each client.
    secure: TestServer,
    /// Asks who calls, and keeps the gazetteers of both tenants in a database.
    kept: TestServer,
}

impl World {
    async fn new() -> Self {
        let tenants = Tenants::new();
        let limits = Limits { handshake_seconds: 1, request_seconds: 1, idle_seconds: 0, ..Limits::default() };
        let plain = TestServer::facing(limits.clone(), &tenants.access()).await;
        let secure = TestServer::facing(limits.clone(), &tenants.tls(true)).await;
        let kept = TestServer::facing(limits, &tenants.access()).await;
        keep(&kept, &tenants).await;
        for server in [&plain, &secure] {
            server.handle.serve(Tenants::catalog()).await;
        }
        Self { tenants, plain, secure, kept }
    }

    async fn tcp(&self, server: &TestServer) -> TcpStream {
        TcpStream::connect(server.address.strip_prefix("http://").unwrap()).await.unwrap()
    }

    /// A token of the first tenant, with a role.
    fn token(&self, role: &str) -> String {
        let mut claims = claims();
        claims["role"] = role.into();
        self.tenants.signer.sign(&claims, |_| {})
    }

    /// A token of the first tenant.
    fn robot(&self) -> String {
        self.tenants.signer.sign(&claims(), |_| {})
    }
}

/// Gives a server a database with the gazetteers of the tenants: `one` in the versions 1 and 2, `one-more` in 3 and 4,
/// `two` in 5 and 6.
async fn keep(server: &TestServer, tenants: &Tenants) {
    let live = server.handle.live();
    let store = Store::open_folder(&tenants.folder.path("data")).await.unwrap();
    live.keep(Keeper::new(store, None, Keep { count: 1000, age: 3_600_000 }));
    let keeper = live.keeper().unwrap();
    for (gazetteer, description, id, name) in [
        ("one", "of tenant one", "id-one", "Oneland"),
        ("one-more", "", "id-more", "Moreland"),
        ("two", "of tenant two", "id-secret", "Secretland"),
    ] {
        let entity = |id: &str, name: &str| Entity { id: id.into(), name: name.into(), ..Entity::default() };
        // One whose id callers may guess, and then have quoted.
        let guessed = entity(&format!("guessed-{gazetteer}"), "Guessland");
        keeper.create(live, gazetteer, description, Most::default()).await.unwrap();
        keeper.edit(live, gazetteer, &[entity(id, name), guessed], &[], (None, &[])).await.unwrap();
    }
    server.handle.serve(onomast::catalog::Catalog::default()).await;
}

impl Got {
    fn closed() -> Self {
        Self { outcome: Ok(Outcome::Closed), text: String::new() }
    }

    fn of(status: &Status) -> Self {
        let reason = status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default();
        // What a client library says itself when the connection broke.
        if status.message().contains("transport error") || status.message().contains("h2 protocol error") {
            return Self::closed();
        }
        // Nothing that a terminal or a log would obey.
        let obeyed = |c: char| c.is_control() || matches!(c, '\u{202A}'..='\u{202E}');
        assert!(!status.message().contains(obeyed), "{status:?}");
        let text = format!("{status:?} {}", String::from_utf8_lossy(status.details()));
        Self { outcome: Err((status.code(), reason)), text }
    }

    fn answer<T: std::fmt::Debug>(result: Result<T, Status>) -> Self {
        match result {
            Ok(answer) => Self { outcome: Ok(Outcome::Answered), text: format!("{answer:?}") },
            Err(status) => Self::of(&status),
        }
    }

    fn is(&self, expected: &Outcome) -> bool {
        match (&self.outcome, expected) {
            (Ok(outcome), expected) => outcome == expected,
            (Err((code, reason)), Outcome::Refused(other, name)) => code == other && reason == name,
            _ => false,
        }
    }
}

/// Sends a request as bare HTTP/2, and reads the answer to its end.
async fn raw(
    io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    path: &str,
    headers: &[(&str, &[u8])],
    body: Vec<u8>,
) -> Got {
    let Ok((mut send, connection)) = h2::client::handshake(io).await else { return Got::closed() };
    let connection = tokio::spawn(connection);
    let mut request = http::Request::post(format!("http://localhost{path}")).body(()).unwrap();
    for (name, value) in [("content-type", &b"application/grpc"[..]), ("te", b"trailers")].iter().chain(headers) {
        let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        request.headers_mut().append(name, http::HeaderValue::from_bytes(value).unwrap());
    }
    let Ok((response, mut stream)) = send.send_request(request, false) else { return Got::closed() };
    stream.send_data(body.into(), true).ok();
    let Ok(mut response) = response.await else { return Got::closed() };
    let mut text = format!("{:?}", response.headers());
    if response.status() != 200 {
        return Got { outcome: Ok(Outcome::Http(response.status().as_u16())), text };
    }
    let mut status = Status::from_header_map(response.headers());
    if status.is_none() {
        while let Some(Ok(data)) = response.body_mut().data().await {
            text.push_str(&String::from_utf8_lossy(&data));
        }
        let Ok(Some(trailers)) = response.body_mut().trailers().await else { return Got::closed() };
        status = Status::from_header_map(&trailers);
    }
    connection.abort();
    let status = status.unwrap();
    if status.code() == Code::Ok {
        return Got { outcome: Ok(Outcome::Answered), text };
    }
    let got = Got::of(&status);
    Got { text: got.text + &text, ..got }
}

/// A message as gRPC frames it.
fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    [&[flag][..], &(message.len() as u32).to_be_bytes(), message].concat()
}

/// Sends bytes, and reads until the server closes.
async fn bytes(mut io: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> Got {
    // The server may close before it has read all.
    io.write_all(bytes).await.ok();
    let mut answer = Vec::new();
    io.read_to_end(&mut answer).await.ok();
    Got { outcome: Ok(Outcome::Closed), text: String::from_utf8_lossy(&answer).into_owned() }
}

/// What a good client of the first tenant gets.
async fn good(client: &mut Client, token: &str) -> Vec<String> {
    let document = Some(proto::Document { text: "Oneland, Moreland, Secretland".into(), ..Default::default() });
    let request = proto::ExtractRequest { document, ..Default::default() };
    let answer = client.extract(with(token, request)).await.unwrap().into_inner();
    answer.entities.into_iter().map(|entity| entity.entity.unwrap().id).collect()
}

async fn run(rows: Vec<Row>) {
    let world = Arc::new(World::new().await);
    let token = world.tenants.one.token.clone();
    let identity = || Some(world.tenants.authority.client("one.example"));
    let ca = world.tenants.authority.pem.as_str();
    let mut plain = world.plain.client().await;
    let mut kept = world.kept.client().await;
    let mut secure = Client::new(tls::connect(&world.secure, ca, identity()).await.unwrap());
    let mut failures = Vec::new();
    let mut names = HashSet::new();
    let count = rows.len();
    for Row { name, expected, attack } in rows {
        assert!(names.insert(name.clone()), "two rows are named {name}");
        let Ok(got) = timeout(LONG, attack(world.clone())).await else {
            failures.push(format!("{name}: no end"));
            continue;
        };
        if !got.is(&expected) {
            failures.push(format!("{name}: {expected:?} expected, got {got:?}"));
        }
        // The tenant whose credentials are not shown in these rows.
        for secret in ["id-secret", "Secretland", &*world.tenants.two.token, &world.tenants.two.hash[7..], "tenant two"]
        {
            if got.text.contains(secret) {
                failures.push(format!("{name}: leaks {secret}: {got:?}"));
            }
        }
        let mine = ["id-more", "id-one"];
        let sorted = |mut ids: Vec<String>| {
            ids.sort();
            ids
        };
        assert_eq!(sorted(timeout(LONG, good(&mut plain, &token)).await.unwrap()), mine, "after {name}");
        assert_eq!(sorted(timeout(LONG, good(&mut secure, "")).await.unwrap()), mine, "after {name}");
        assert_eq!(sorted(timeout(LONG, good(&mut kept, &token)).await.unwrap()), mine, "after {name}");
        assert_eq!(sorted(good(&mut world.plain.client().await, &token).await), mine, "after {name}");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    println!("{count} attacks");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_not_good_say_nothing() {
    run(credentials::rows()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_protocol_harms_nobody() {
    run(protocol::rows()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_that_fail_harm_nobody() {
    run(handshakes::rows()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_absurd_are_refused() {
    run(requests::rows()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gazetteers_are_changed_only_by_whom_they_belong_to() {
    run(gazetteers::rows()).await;
}

#[test]
fn the_table_is_long() {
    let count = credentials::rows().len() + protocol::rows().len() + handshakes::rows().len() + requests::rows().len();
    let count = count + gazetteers::rows().len();
    assert!(count >= 60, "{count}");
}
