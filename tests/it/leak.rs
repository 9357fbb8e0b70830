//! What must not be told: another tenant's things in answers; texts, entities and tokens in logs and metrics.

use std::net::TcpListener;

use onomast::service::proto;
use proto::gazetteer_service_client::GazetteerServiceClient;
use tonic::Request;

use crate::{
    access::with,
    databases::{given, remove, upsert},
    faults::Process,
    support::get,
    surfaces,
    tenants::{Tenants, claims},
};

/// A client of one tenant that keeps all it reads.
struct Reader {
    gazetteers: GazetteerServiceClient<tonic::transport::Channel>,
    extraction: surfaces::Client,
    token: String,
    read: String,
}

impl Reader {
    async fn new(server: &Process, token: String) -> Self {
        let channel = server.channel().await;
        let (gazetteers, extraction) = (GazetteerServiceClient::new(channel.clone()), surfaces::Client::new(channel));
        Self { gazetteers, extraction, token, read: String::new() }
    }

    fn with<T>(&self, message: T) -> Request<T> {
        with(&self.token, message)
    }

    fn keep<T: std::fmt::Debug>(&mut self, answer: Result<T, tonic::Status>) {
        self.read.push_str(&match answer {
            Ok(answer) => format!("{answer:?}\n"),
            Err(status) => format!("{status:?} {}\n", String::from_utf8_lossy(status.details())),
        });
    }

    /// Calls everything there is, about a gazetteer and with a text and an entity of one's own, well and badly.
    async fn call_everything(&mut self, gazetteer: &str, text: &str, entity: &proto::Entity) {
        let of = || gazetteer.to_owned();
        macro_rules! ask {
            ($client:ident . $method:ident ( $request:expr )) => {
                let request = self.with($request);
                let answer = self.$client.$method(request).await;
                self.keep(answer);
            };
        }
        macro_rules! read {
            ($client:ident . $method:ident ( $request:expr ), $most:expr) => {
                let request = self.with($request);
                match self.$client.$method(request).await {
                    Err(status) => self.keep(Err::<(), _>(status)),
                    Ok(answer) => {
                        let mut stream = answer.into_inner();
                        for _ in 0..$most {
                            let message = stream.message().await;
                            let end = !matches!(message, Ok(Some(_)));
                            self.keep(message);
                            if end {
                                break;
                            }
                        }
                    }
                }
            };
        }
        ask!(gazetteers.get_gazetteer(proto::GetGazetteerRequest { name: of() }));
        ask!(gazetteers.list_gazetteers(proto::ListGazetteersRequest::default()));
        ask!(gazetteers.upsert_entities(upsert(gazetteer, vec![entity.clone()])));
        ask!(gazetteers.upsert_entities(upsert(gazetteer, vec![entity.clone(), entity.clone()])));
        let id = entity.id.clone();
        ask!(gazetteers.get_entity(proto::GetEntityRequest { gazetteer: of(), id, version: String::new() }));
        ask!(gazetteers.list_entities(proto::ListEntitiesRequest { gazetteer: of(), ..Default::default() }));
        ask!(gazetteers.list_versions(proto::ListVersionsRequest { gazetteer: of(), ..Default::default() }));
        let config = proto::ImportConfig { gazetteer: of(), ..Default::default() };
        let import = proto::ImportEntitiesRequest { config: Some(config), entities: vec![entity.clone(); 2] };
        ask!(gazetteers.import_entities(tokio_stream::iter([import])));
        let to_version = "1".to_owned();
        ask!(gazetteers.rollback(proto::RollbackRequest { gazetteer: of(), to_version, ..Default::default() }));
        read!(gazetteers.export_entities(proto::ExportEntitiesRequest { gazetteer: of(), version: String::new() }), 9);
        read!(gazetteers.watch_gazetteers(proto::WatchGazetteersRequest::default()), 2);
        ask!(gazetteers.delete_entities(remove(gazetteer, &[&entity.id, "never"])));
        ask!(gazetteers.upsert_entities(upsert(gazetteer, vec![entity.clone()])));

        let document = |text: &str| proto::Document { title: text.into(), text: text.into(), ..Default::default() };
        let inline = || vec![proto::Entity { id: format!("inline-{}", entity.id), ..entity.clone() }];
        for (gazetteers, inline_entities, options) in [
            (vec![], vec![], None),
            (vec![of()], inline(), None),
            (vec![of()], vec![entity.clone(), entity.clone()], None),
            (vec![of()], vec![], Some(proto::ExtractOptions { offset_encoding: 77, ..Default::default() })),
        ] {
            let document = document(text);
            ask!(extraction.extract(proto::ExtractRequest {
                document: Some(document.clone()),
                gazetteers: gazetteers.clone(),
                inline_entities: inline_entities.clone(),
                options: options.clone(),
                versions: vec![],
            }));
            ask!(extraction.explain_match(proto::ExplainMatchRequest {
                document: Some(document.clone()),
                subject: Some(proto::explain_match_request::Subject::Name(text.into())),
                gazetteers: gazetteers.clone(),
                inline_entities: inline_entities.clone(),
                options: options.clone(),
                versions: vec![],
            }));
            ask!(extraction.batch_extract(proto::BatchExtractRequest {
                documents: vec![document.clone(), self::long(text)],
                gazetteers: gazetteers.clone(),
                inline_entities: inline_entities.clone(),
                options: options.clone(),
                versions: vec![],
            }));
            let config =
                Some(proto::StreamExtractConfig { gazetteers, inline_entities, options, ..Default::default() });
            let message = proto::StreamExtractRequest { config, document: Some(document) };
            read!(extraction.stream_extract(tokio_stream::iter([message])), 2);
        }
    }
}

/// A document beyond the limit of the server below.
fn long(text: &str) -> proto::Document {
    proto::Document { text: text.repeat(500), ..Default::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaks_to_other_tenants_logs_or_metrics() {
    let tenants = Tenants::new();
    let admin = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let path = |name: &str| tenants.folder.path(name).to_string_lossy().into_owned();
    let access = format!("access.file={}", path("access.toml"));
    let limit = "limits.document_bytes=1000";
    let data = path("data");
    let flags = ["--data", &data, "--set", &access, "--set", limit, "--admin", &admin, "--log-level", "debug"];
    let flags = flags.map(str::to_owned);
    let server = tokio::task::spawn_blocking(move || Process::start(&flags)).await.unwrap();

    let mut claims = claims();
    claims["role"] = "admin".into();
    let token = tenants.signer.sign(&claims, |_| {});
    let mut one = Reader::new(&server, token.clone()).await;
    let mut two = Reader::new(&server, tenants.two.token.clone()).await;
    for (reader, name, description) in [(&mut one, "one", "Descr1"), (&mut two, "two", "Descr2")] {
        let request = reader.with(proto::CreateGazetteerRequest { name: name.into(), description: description.into() });
        reader.gazetteers.create_gazetteer(request).await.unwrap();
    }
    let (text_one, text_two) = ("Quillfeather of Oneland wrote.", "Brambleworth of Secretland wrote.");
    let (of_one, of_two) = (given("id-one", "Oneland"), given("id-secret", "Secretland"));
    two.call_everything("two", text_two, &of_two).await;
    one.call_everything("one", text_one, &of_one).await;
    two.call_everything("two", text_two, &of_two).await;
    // The first asks for what is the second's.
    let (mine, theirs) = (one.read.len(), proto::Entity { id: "mine".into(), ..of_one.clone() });
    one.call_everything("two", text_one, &theirs).await;
    assert!(one.read[..mine].contains("id-one") && one.read[..mine].contains("Descr1"), "{}", one.read);
    assert!(two.read.contains("id-secret") && two.read.contains("Descr2"), "{}", two.read);
    // Nobody, and somebody who is not who they say.
    for token in ["", "forged-token-of-nobody", &format!("{token}x")] {
        let mut nobody = Reader::new(&server, token.to_owned()).await;
        nobody.call_everything("two", text_one, &theirs).await;
        for word in ["id-secret", "Secretland", "id-one", "Descr", "tenant", "robot"] {
            assert!(!nobody.read.contains(word), "{word}: {}", nobody.read);
        }
    }

    // The name of a gazetteer is answered as it was asked for, and only then.
    let hidden = one.read.replace("there is no gazetteer \\\"two\\\"", "").replace("there is no gazetteer \"two\"", "");
    let secrets = ["id-secret", "Secretland", "Brambleworth", "Descr2", "tenant two", "\"two\"", &tenants.two.token];
    for secret in secrets {
        if let Some(at) = hidden.find(secret) {
            panic!("{secret}: {}", &hidden[hidden.floor_char_boundary(at.saturating_sub(300))..][..secret.len()]);
        }
    }

    let (_, metrics) = get(&admin, "/metrics").await;
    let (_, ready) = get(&admin, "/readyz").await;
    assert!(metrics.contains("gazetteer=\"two\""), "metrics are for operators: {metrics}");
    let log = server.log.lock().unwrap().clone();
    assert!(log.contains("UpsertEntities") && log.contains("ImportEntities") && log.contains("StreamExtract"), "{log}");
    let signature = token.rsplit_once('.').unwrap().1;
    let tokens = [&*tenants.one.token, &tenants.two.token, &tenants.two.hash[7..], signature, "forged-token"];
    let words = ["Quillfeather", "Brambleworth", "Oneland", "Secretland", "id-one", "id-secret", "Descr1", "Descr2"];
    for secret in tokens.iter().chain(&words) {
        for (place, text) in [("the log", &log), ("the metrics", &metrics), ("/readyz", &ready)] {
            if let Some(line) = text.lines().find(|line| line.contains(secret)) {
                panic!("{place} has {secret}: {}", line.chars().take(2000).collect::<String>());
            }
        }
    }
}
