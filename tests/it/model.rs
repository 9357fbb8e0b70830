//! Random changes from many clients against a simple model: 10,000 steps, on each database.
//!
//! Each client has a gazetteer of its own, and knows what each of its versions holds. Whatever it asks, it must get what
//! it knows: at once, in any version, and after restarts. The seed is printed, and may be given as `ONOMAST_SEED`.

use std::collections::BTreeMap;

use onomast::{catalog::Gazetteer, extract::Options, gazetteer::Entity, service::proto};
use proto::version_requirement::Version;
use tonic::transport::Channel;

use crate::{
    databases::{Database, KEEP, client, create, given, import, reason, remove, request, serve, upsert},
    support::Random,
    surfaces,
};

const CLIENTS: usize = 8;
const ROUNDS: usize = 10;
/// 10,000 steps altogether.
const STEPS: usize = 10_000 / CLIENTS / ROUNDS;

/// Names that share words and letters, so that many mean more than one entity.
const NAMES: [&str; 12] = [
    "China",
    "Russia",
    "New York",
    "York",
    "Xi Jinping",
    "Xi",
    "in-depth",
    "US",
    "Bank of China",
    "Paris",
    "Paris Hilton",
    "Hilton",
];
const TEXT: &str = "Xi Jinping of China, ChinaRussia and the Bank of China: an indepth look. Paris Hilton, Hilton and \
                    Paris saw New York; US and York met Xi. Russias York.";

type Content = BTreeMap<String, String>;

/// One client with what it knows.
struct Model {
    random: Random,
    name: String,
    /// Every version, oldest first, with its content; empty before the gazetteer is made.
    versions: Vec<(String, Content)>,
}

impl Model {
    fn now(&self) -> Content {
        self.versions.last().map(|(_, content)| content.clone()).unwrap_or_default()
    }

    /// Takes note of a version; one that changes nothing must be the one before.
    fn learn(&mut self, version: String, content: Content) {
        let (newest, is) = self.versions.last().unwrap();
        if *is == content && *newest == version {
            return;
        }
        let (newest, version_number): (u64, u64) = (newest.parse().unwrap(), version.parse().unwrap());
        assert!(version_number > newest, "{} after {newest}", version);
        self.versions.push((version, content));
    }

    fn some_entities(&mut self, most: usize) -> Vec<proto::Entity> {
        let mut entities = BTreeMap::new();
        for _ in 0..1 + self.random.below(most) {
            entities.insert(format!("e{}", self.random.below(20)), NAMES[self.random.below(NAMES.len())]);
        }
        entities.into_iter().map(|(id, name)| given(&id, name)).collect()
    }

    async fn step(&mut self, channel: &Channel) {
        let mut client = proto::gazetteer_service_client::GazetteerServiceClient::new(channel.clone());
        let mut extract = surfaces::Client::new(channel.clone());
        if self.versions.is_empty() {
            let version = create(&mut client, &self.name).await;
            self.versions.push((version, Content::new()));
            return;
        }
        let mut content = self.now();
        let put = |content: &mut Content, entities: &[proto::Entity]| {
            content.extend(entities.iter().map(|entity| (entity.id.clone(), entity.name.clone())));
        };
        match self.random.below(20) {
            0..=4 => {
                let entities = self.some_entities(4);
                put(&mut content, &entities);
                let answer = client.upsert_entities(upsert(&self.name, entities)).await.unwrap();
                self.learn(answer.into_inner().version, content);
            }
            5..=6 => {
                let ids = [format!("e{}", self.random.below(20)), format!("e{}", self.random.below(20))];
                ids.iter().for_each(|id| drop(content.remove(id)));
                let answer = client.delete_entities(remove(&self.name, &[&ids[0], &ids[1]])).await.unwrap();
                self.learn(answer.into_inner().version, content);
            }
            7..=8 => {
                let (replace, entities) = (self.random.below(2) == 0, self.some_entities(15));
                if replace {
                    content.clear();
                }
                put(&mut content, &entities);
                let answer = client.import_entities(import(&self.name, replace, entities)).await.unwrap();
                self.learn(answer.into_inner().version, content);
            }
            9 => {
                let (to_version, old) = self.versions[self.random.below(self.versions.len())].clone();
                let gazetteer = self.name.clone();
                let back = proto::RollbackRequest { gazetteer, to_version, ..Default::default() };
                let version = client.rollback(back).await.unwrap().into_inner().version;
                self.versions.push((version, old));
            }
            10 => {
                // Somebody who knows an old version alone changes nothing.
                let entities = self.some_entities(2);
                let mut stale = upsert(&self.name, entities);
                let (known, _) = &self.versions[self.random.below(self.versions.len())];
                if *known != self.versions.last().unwrap().0 {
                    stale.if_version = known.clone();
                    let status = client.upsert_entities(stale).await.unwrap_err();
                    assert_eq!(reason(&status).1, "VERSION_MISMATCH");
                }
            }
            11..=13 => {
                let (version, content) = self.versions[self.random.below(self.versions.len())].clone();
                let id = format!("e{}", self.random.below(20));
                let get = proto::GetEntityRequest { gazetteer: self.name.clone(), id: id.clone(), version };
                match client.get_entity(get).await {
                    Ok(answer) => {
                        assert_eq!(Some(&answer.into_inner().entity.unwrap().entity.unwrap().name), content.get(&id))
                    }
                    Err(status) => assert!(reason(&status).1 == "ENTITY_NOT_FOUND" && !content.contains_key(&id)),
                }
            }
            14 => {
                let (version, content) = self.versions[self.random.below(self.versions.len())].clone();
                let export = proto::ExportEntitiesRequest { gazetteer: self.name.clone(), version };
                let mut stream = client.export_entities(export).await.unwrap().into_inner();
                let mut all = Content::new();
                while let Some(part) = stream.message().await.unwrap() {
                    put(&mut all, &part.entities);
                }
                assert_eq!(all, content);
            }
            number => {
                let pinned = number > 17;
                let at = if pinned { self.random.below(self.versions.len()) } else { self.versions.len() - 1 };
                let (version, content) = self.versions[at].clone();
                let asked = pinned.then(|| Version::Exact(version.clone()));
                let answer = surfaces::unary(&mut extract, request(&self.name, TEXT, asked)).await;
                let entity =
                    |(id, name): (&String, &String)| Entity { id: id.clone(), name: name.clone(), ..Entity::default() };
                let entities: Vec<_> = content.iter().map(entity).collect();
                let gazetteer = Gazetteer::compile(&self.name, b"", &entities).unwrap();
                let document = proto::Document { text: TEXT.into(), ..Default::default() };
                let mut expected = surfaces::library(
                    gazetteer,
                    &Options { max_mentions: Some(100_000), ..Default::default() },
                    &document,
                );
                expected.gazetteers[0].version = version;
                assert_eq!(answer, expected);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_random_steps_give_what_a_model_gives() {
    let seed = Random::seed();
    for database in Database::all().await {
        let model = |number: usize| Model {
            random: Random(seed ^ (number as u64) << 48),
            name: format!("gazetteer-{number}"),
            versions: Vec::new(),
        };
        let mut models: Vec<_> = (0..CLIENTS).map(model).collect();
        for _ in 0..ROUNDS {
            let server = serve(&database, KEEP).await;
            let mut running = Vec::new();
            for mut model in models.drain(..) {
                let channel = server.channel().await;
                running.push(tokio::spawn(async move {
                    for _ in 0..STEPS {
                        model.step(&channel).await;
                    }
                    model
                }));
            }
            for model in running {
                models.push(model.await.unwrap());
            }
            // All of them together, as one request sees them.
            let mut client = client(&server).await;
            let listed = client.list_gazetteers(proto::ListGazetteersRequest::default()).await.unwrap().into_inner();
            let counts: Vec<_> =
                listed.gazetteers.iter().filter(|one| !one.read_only).map(|one| one.entity_count).collect();
            assert_eq!(counts, models.iter().map(|model| model.now().len() as u64).collect::<Vec<_>>());
            drop(client);
            server.stop().await.unwrap().unwrap();
        }
    }
}
