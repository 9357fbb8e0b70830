//! Credentials that end while somebody uses them: streams and connections do not outlive them.

use std::time::Duration;

use onomast::{
    catalog::{Keeper, Most, Store},
    service::{Facing, Limits, proto},
};
use proto::gazetteer_service_client::GazetteerServiceClient;
use rcgen::{ExtendedKeyUsagePurpose, date_time_ymd};
use tokio::{
    sync::mpsc::{Sender, channel},
    task::JoinHandle,
    time::timeout,
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming, transport::Channel};

use crate::{
    access::with,
    databases::{KEEP, reason},
    support::TestServer,
    surfaces::Client,
    tenants::{Tenants, claims, time},
    tls,
};

/// The longest that anything may take here.
const LONG: Duration = Duration::from_secs(30);
/// How far clocks may differ, in seconds: so much longer is a token good.
const LEEWAY: i64 = 60;

async fn serve(facing: &Facing, tenants: &Tenants) -> TestServer {
    let server = TestServer::facing(Limits::default(), facing).await;
    let store = Store::open_folder(&tenants.folder.path("data")).await.unwrap();
    server.handle.live().keep(Keeper::new(store, None, KEEP));
    server.handle.serve(Tenants::catalog()).await;
    server
}

/// Streams of somebody that are open, each used once, and as quiet as they may be from then on.
struct Streams {
    extract: (Sender<proto::StreamExtractRequest>, Streaming<proto::StreamExtractResponse>),
    watch: Streaming<proto::WatchGazetteersResponse>,
    import: (Sender<proto::ImportEntitiesRequest>, JoinHandle<Result<(), Status>>),
}

fn document() -> proto::StreamExtractRequest {
    let document = Some(proto::Document { text: "Oneland, Moreland, Secretland".into(), ..Default::default() });
    proto::StreamExtractRequest { config: None, document }
}

impl Streams {
    async fn open(channel: &Channel, token: &str) -> Self {
        let (mut extraction, mut gazetteers) =
            (Client::new(channel.clone()), GazetteerServiceClient::new(channel.clone()));
        let (send, messages) = channel_of();
        send.send(document()).await.unwrap();
        let mut answers = extraction.stream_extract(with(token, messages)).await.unwrap().into_inner();
        answers.message().await.unwrap().unwrap();
        let watch = gazetteers.watch_gazetteers(with(token, proto::WatchGazetteersRequest::default())).await;
        let mut watch = watch.unwrap().into_inner();
        while watch.message().await.unwrap().unwrap().event.is_some() {}
        let (import, messages) = channel_of();
        let config = Some(proto::ImportConfig { gazetteer: "db".into(), check_only: true, ..Default::default() });
        import.send(proto::ImportEntitiesRequest { config, entities: vec![] }).await.unwrap();
        let request = with(token, messages);
        let importing = tokio::spawn({
            let mut gazetteers = gazetteers.clone();
            async move { gazetteers.import_entities(request).await.map(drop) }
        });
        // More than fits: some were taken, behind the headers. A call that begins behind them is let in behind it.
        for _ in 0..4 {
            import.send(proto::ImportEntitiesRequest::default()).await.unwrap();
        }
        gazetteers.list_gazetteers(with(token, proto::ListGazetteersRequest::default())).await.unwrap();
        Self { extract: (send, answers), watch, import: (import, importing) }
    }

    /// Waits until all of them end.
    async fn end(mut self) {
        let mut ends = Vec::new();
        ends.push(timeout(LONG, self.extract.1.message()).await.expect("extraction goes on").unwrap_err());
        let watching = async {
            loop {
                if let Err(status) = self.watch.message().await {
                    return status;
                }
            }
        };
        ends.push(timeout(LONG, watching).await.expect("the watch goes on"));
        ends.push(timeout(LONG, self.import.1).await.expect("the import goes on").unwrap().unwrap_err());
        for status in &ends {
            assert_eq!(reason(status), (Code::Unauthenticated, "UNAUTHENTICATED".into()), "{status:?}");
        }
    }
}

fn channel_of<T>() -> (Sender<T>, ReceiverStream<T>) {
    let (send, receive) = channel(2);
    (send, ReceiverStream::new(receive))
}

/// Claims of an admin whose token is good for so many seconds.
fn admin(seconds: i64) -> serde_json::Value {
    let mut claims = claims();
    claims["exp"] = time(seconds - LEEWAY).into();
    claims["role"] = "admin".into();
    claims["gazetteers"] = serde_json::json!(["db", "one", "two"]);
    claims
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_with_the_token_that_let_them_in() {
    let tenants = Tenants::new();
    let server = serve(&tenants.access(), &tenants).await;
    let live = server.handle.live();
    live.keeper().unwrap().create(live, "db", "", Most::default()).await.unwrap();
    let channel = server.channel().await;
    let long = Streams::open(&channel, &tenants.signer.sign(&admin(600), |_| {})).await;
    let short = Streams::open(&channel, &tenants.signer.sign(&admin(2), |_| {})).await;
    short.end().await;
    // Those of others go on.
    let (send, mut answers) = long.extract;
    send.send(document()).await.unwrap();
    assert!(timeout(LONG, answers.message()).await.unwrap().unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_good_is_not_taken_when_it_is_over() {
    let tenants = Tenants::new();
    let server = TestServer::facing(Limits::default(), &tenants.access()).await;
    server.handle.serve(Tenants::catalog()).await;
    let mut client = server.client().await;
    let token = tenants.signer.sign(&admin(2), |_| {});
    let request = || proto::ExtractRequest { document: document().document, ..Default::default() };
    client.extract(with(&token, request())).await.unwrap();
    let over = async {
        loop {
            if let Err(status) = client.extract(with(&token, request())).await {
                return status;
            }
        }
    };
    let status = timeout(LONG, over).await.expect("it is taken again and again");
    assert_eq!(reason(&status), (Code::Unauthenticated, "UNAUTHENTICATED".into()));
    // Nor one whose keys are not there any more.
    let token = tenants.signer.sign(&admin(600), |_| {});
    client.extract(with(&token, request())).await.unwrap();
    let keys = serde_json::json!({"keys": [crate::tenants::Signer::new("one").jwk()]});
    tenants.folder.file("keys.json", keys.to_string());
    assert!(server.handle.reload_security());
    let status = client.extract(with(&token, request())).await.unwrap_err();
    assert_eq!(reason(&status), (Code::Unauthenticated, "UNAUTHENTICATED".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_when_the_access_file_says_otherwise() {
    let tenants = Tenants::new();
    let server = serve(&tenants.access(), &tenants).await;
    let live = server.handle.live();
    live.keeper().unwrap().create(live, "db", "", Most::default()).await.unwrap();
    let channel = server.channel().await;
    let write = |role: &str, hash: &str, gazetteers: &str| {
        let principal = format!(
            "[[principal]]\nname = \"{hash}\"\nrole = \"{role}\"\ngazetteers = [{gazetteers}]\ntokens = [\"{hash}\"]\n"
        );
        let one = format!(
            "[[principal]]\nname = \"one\"\nrole = \"admin\"\ngazetteers = [\"*\"]\ntokens = [\"{}\"]\n",
            tenants.one.hash
        );
        tenants.folder.file("access.toml", format!("{one}{principal}"));
        assert!(server.handle.reload_security());
    };
    let (hash, token) = (&*tenants.two.hash, &*tenants.two.token);
    write("admin", hash, "\"*\"");
    let other = Streams::open(&channel, &tenants.one.token).await;
    for (role, hash, gazetteers) in [
        ("reader", hash, "\"*\""),
        ("admin", hash, "\"one\", \"db\""),
        ("admin", &onomast::service::new_token().unwrap().hash, "\"*\""),
    ] {
        write("admin", &tenants.two.hash, "\"*\"");
        let streams = Streams::open(&channel, token).await;
        write(role, hash, gazetteers);
        streams.end().await;
    }
    // Of them the file said the same all the time.
    let (send, mut answers) = other.extract;
    send.send(document()).await.unwrap();
    assert!(timeout(LONG, answers.message()).await.unwrap().unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_good_for_as_long_as_its_certificate() {
    let tenants = Tenants::new();
    let mut alone = tenants.tls(true);
    alone.access.file.clear();
    // Where the access file names its holder, and where a certificate is all that is asked for.
    for facing in [tenants.tls(true), alone] {
        let server = TestServer::facing(Limits::default(), &facing).await;
        server.handle.serve(Tenants::catalog()).await;
        let identity = tenants.authority.sign("one.example", |parameters| {
            parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            parameters.not_before = date_time_ymd(2020, 1, 1);
            parameters.not_after = date_time_ymd(1970, 1, 1) + Duration::from_secs(time(3) as u64);
        });
        let channel = tls::connect(&server, &tenants.authority.pem, Some(identity)).await.unwrap();
        let mut client = Client::new(channel);
        let (send, messages) = channel_of();
        send.send(document()).await.unwrap();
        let mut answers = client.stream_extract(messages).await.unwrap().into_inner();
        answers.message().await.unwrap().unwrap();
        let status = timeout(LONG, answers.message()).await.expect("the stream goes on").unwrap_err();
        assert_eq!(reason(&status).1, "UNAUTHENTICATED");
        // Nor does a new call begin on the same connection.
        let request = proto::ExtractRequest { document: document().document, ..Default::default() };
        let status = client.extract(request).await.unwrap_err();
        assert_eq!(reason(&status).1, "UNAUTHENTICATED");
    }
}
