//! A server that is changed, and one that is asked for too much.
//!
//! Run: `cargo bench --bench live`. With `ONOMAST_BENCH_DATA` set to a folder that holds `places.jsonl` and
//! `places.segment`, real names are used; without it, a hundred thousand made-up ones. `ONOMAST_BENCH_SECONDS` says how
//! long each load lasts (10 by default; the marks ask for 60). The server is the program itself with the settings it has
//! by default, in a process of its own; the clients share its processors, which costs it what their refused calls cost.
//! What is found is checked before its time counts.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

#[path = "../made_up/mod.rs"]
#[allow(dead_code)]
mod made_up;
mod server;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use onomast::service::proto::{
    self, extraction_service_client::ExtractionServiceClient, gazetteer_service_client::GazetteerServiceClient,
};
use server::Server;
use tonic::{Code, transport::Channel};

/// How many edits are timed.
const EDITS: usize = 200;
/// How many clients ask one after the other at capacity.
const CLIENTS: usize = 32;
/// How many times the capacity is asked for.
const TIMES: f64 = 10.0;
/// How many clients do that together.
const CROWD: usize = 400;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = std::env::temp_dir().join(format!("onomast-live-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let data = std::env::var_os("ONOMAST_BENCH_DATA").map(PathBuf::from);
        let names = data.map_or_else(|| made_up_names(&folder), |data| data.join("places.jsonl"));
        edits(&folder, &names).await;
        overload(&folder, &names).await;
        std::fs::remove_dir_all(&folder).ok();
    });
}

fn seconds() -> Duration {
    let seconds = std::env::var("ONOMAST_BENCH_SECONDS").map_or(10, |seconds| seconds.parse().unwrap());
    Duration::from_secs(seconds)
}

fn made_up_names(folder: &std::path::Path) -> PathBuf {
    let file = folder.join("names.jsonl");
    let line = |number: usize| format!("{{\"id\":\"{number}\",\"name\":\"Madeup{number} Town{}\"}}\n", number % 977);
    std::fs::write(&file, (0..100_000).map(line).collect::<String>()).unwrap();
    file
}

/// How long an edit takes until it is acknowledged, and whether it is in the next answer.
async fn edits(folder: &std::path::Path, names: &std::path::Path) {
    let server = Server::start(&["--data".into(), folder.join("data").to_string_lossy().into_owned()]).await;
    let started = Instant::now();
    server.command(&["gazetteer", "import", &names.to_string_lossy(), "--name", "names"]);
    println!("import of {}: {:.1} s", names.display(), started.elapsed().as_secs_f64());
    let channel = server.channel().await;
    let mut gazetteers = GazetteerServiceClient::new(channel.clone());
    let mut extraction = ExtractionServiceClient::new(channel);
    let mut times = Vec::new();
    for number in 0..EDITS {
        let (id, name) = (format!("edit-{number}"), format!("Zorblax{number} Prime{number}"));
        let entity = proto::Entity { id: id.clone(), name: name.clone(), ..Default::default() };
        let request =
            proto::UpsertEntitiesRequest { gazetteer: "names".into(), entities: vec![entity], ..Default::default() };
        let began = Instant::now();
        gazetteers.upsert_entities(request).await.unwrap();
        times.push(began.elapsed());
        let answer = extraction.extract(asking(&format!("They saw {name}."))).await.unwrap().into_inner();
        assert!(answer.mentions.iter().any(|one| one.entity.as_ref().is_some_and(|entity| entity.id == id)));
    }
    let listed = gazetteers.get_gazetteer(proto::GetGazetteerRequest { name: "names".into() }).await.unwrap();
    let entities = listed.into_inner().gazetteer.unwrap().entity_count;
    times.sort_unstable();
    println!(
        "an edit among {entities} entities, acknowledged and in the next answer: p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms; mark: under 50 ms",
        ms(times[EDITS / 2]),
        ms(times[EDITS * 99 / 100]),
        ms(times[EDITS - 1])
    );
}

/// What many clients get.
#[derive(Debug, Default)]
struct Load {
    good: Vec<Duration>,
    refused: usize,
    failed: usize,
    seconds: f64,
}

impl Load {
    fn rate(&self) -> f64 {
        self.good.len() as f64 / self.seconds
    }

    fn p99(&self) -> Duration {
        self.good[self.good.len() * 99 / 100]
    }
}

/// A server at its capacity, at ten times of that, and after; and one whose gazetteers are loaded again.
async fn overload(folder: &std::path::Path, names: &std::path::Path) {
    let segment = folder.join("names.segment");
    Server::compile(names, &segment);
    let server = Server::start(&["--gazetteer".into(), segment.to_string_lossy().into_owned()]).await;
    // Some milliseconds of work.
    let text: Arc<str> = "They left Madeup7 Town7 for London, and much else is no name at all. ".repeat(600).into();
    let time = seconds();
    load(&server, CLIENTS, &text, Duration::from_secs(2), None).await;
    let memory = server.memory();
    let enough = load(&server, CLIENTS, &text, time, None).await;
    assert_eq!(enough.refused + enough.failed, 0, "this measured no capacity");
    let much = load(&server, CROWD, &text, time, Some(enough.rate() * TIMES)).await;
    let grown = server.memory() as f64 / memory as f64;
    let after = load(&server, CLIENTS, &text, Duration::from_secs(2), None).await;
    assert_eq!(much.failed, 0);
    println!(
        "texts of {} KB, {} clients: {:.0}/s, p99 {:.0} ms",
        text.len() / 1000,
        CLIENTS,
        enough.rate(),
        ms(enough.p99())
    );
    println!(
        "asked {:.0} times as often: {:.0}/s ({:.2} of that, mark 0.9), {:.0} refused a second, p99 {:.0} ms ({:.2} times, mark 3), memory {grown:.2} times",
        (much.good.len() + much.refused) as f64 / much.seconds / enough.rate(),
        much.rate(),
        much.rate() / enough.rate(),
        much.refused as f64 / much.seconds,
        ms(much.p99()),
        much.p99().as_secs_f64() / enough.p99().as_secs_f64(),
    );
    println!("two seconds after: {:.2} of the rate, {} refused", after.rate() / enough.rate(), after.refused);

    let half = Some(enough.rate() / 2.0);
    let calm = load(&server, 16, &text, time, half).await;
    let done = AtomicBool::new(false);
    let (reloaded, reloads) = tokio::join!(
        async {
            let loaded = load(&server, 16, &text, time, half).await;
            done.store(true, Ordering::Relaxed);
            loaded
        },
        async {
            let mut reloads = 0;
            while !done.load(Ordering::Relaxed) {
                server.hang_up().await;
                reloads += 1;
            }
            reloads
        }
    );
    println!(
        "at half of the capacity: p99 {:.1} ms; while the file is loaded again {reloads} times: p99 {:.1} ms ({:.2} times, mark 2), {} failed",
        ms(calm.p99()),
        ms(reloaded.p99()),
        reloaded.p99().as_secs_f64() / calm.p99().as_secs_f64(),
        reloaded.failed + reloaded.refused
    );
}

/// Lets so many clients ask, together so often a second, or without a pause.
async fn load(server: &Server, clients: usize, text: &Arc<str>, time: Duration, rate: Option<f64>) -> Load {
    let began = Instant::now();
    let mut tasks = Vec::new();
    let channels: Vec<Channel> = server.channels(clients.min(8)).await;
    for number in 0..clients {
        let (text, channel) = (text.clone(), channels[number % channels.len()].clone());
        let pause = rate.map(|rate| Duration::from_secs_f64(clients as f64 / rate));
        tasks.push(tokio::spawn(async move {
            let mut client = ExtractionServiceClient::new(channel).max_decoding_message_size(usize::MAX);
            let mut load = Load::default();
            // Not all at once.
            let mut next = began + pause.unwrap_or_default().mul_f64(number as f64 / clients as f64);
            while began.elapsed() < time {
                if let Some(pause) = pause {
                    tokio::time::sleep_until(next.into()).await;
                    next = (next + pause).max(Instant::now());
                }
                let asked = Instant::now();
                match client.extract(asking(&text)).await {
                    Ok(_) => load.good.push(asked.elapsed()),
                    Err(status) if status.code() == Code::ResourceExhausted => load.refused += 1,
                    Err(_) => load.failed += 1,
                }
            }
            load
        }));
    }
    let mut all = Load::default();
    for task in tasks {
        let load = task.await.unwrap();
        all.good.extend(load.good);
        all.refused += load.refused;
        all.failed += load.failed;
    }
    all.seconds = began.elapsed().as_secs_f64();
    all.good.sort_unstable();
    all
}

fn asking(text: &str) -> proto::ExtractRequest {
    proto::ExtractRequest {
        document: Some(proto::Document { text: text.to_owned(), ..Default::default() }),
        ..Default::default()
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
