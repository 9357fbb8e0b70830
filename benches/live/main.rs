//! A server that is changed, and one that is asked for too much.
//!
//! Run: `cargo bench --bench live`; words behind `--` choose from `edits`, `overload` and `reloads`. With
//! `ONOMAST_BENCH_DATA` set to a folder that holds `places.jsonl` and `news.jsonl`, real names and news are used; without
//! it, made-up ones. `ONOMAST_BENCH_SECONDS` says how long each load lasts (10 by default; the marks ask for 60),
//! `ONOMAST_BENCH_TEXT` how many bytes a text has, `ONOMAST_BENCH_EDITS` how many edits are timed (200; more than 500 are
//! folded meanwhile). The server is the program itself with the settings it has by default, in a process of its own. What
//! is found is checked before its time counts.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

mod clients;
#[path = "../made_up/mod.rs"]
mod made_up;
mod overload;
mod server;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use onomast::{
    gazetteer::Entity,
    service::proto::{
        self, extraction_service_client::ExtractionServiceClient, gazetteer_service_client::GazetteerServiceClient,
    },
};
use server::Server;

/// How many edits are timed, where nothing is said.
const EDITS: usize = 200;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = std::env::temp_dir().join(format!("onomast-live-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let data = std::env::var_os("ONOMAST_BENCH_DATA").map(PathBuf::from);
        let names = data.map_or_else(|| made_up_names(&folder), |data| data.join("places.jsonl"));
        let asked_for: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
        let asked = |part: &str| asked_for.is_empty() || asked_for.iter().any(|asked| asked == part);
        if asked("edits") {
            edits(&folder, &names).await;
        }
        if asked("overload") || asked("reloads") {
            overload::run(&folder, &names, seconds(), [asked("overload"), asked("reloads")]).await;
        }
        std::fs::remove_dir_all(&folder).ok();
    });
}

fn seconds() -> Duration {
    let seconds = std::env::var("ONOMAST_BENCH_SECONDS").map_or(10, |seconds| seconds.parse().unwrap());
    Duration::from_secs(seconds)
}

fn made_up_names(folder: &std::path::Path) -> PathBuf {
    let file = folder.join("names.jsonl");
    let line = |entity: &Entity| format!("{{\"id\":\"{}\",\"name\":\"{}\"}}\n", entity.id, entity.name);
    std::fs::write(&file, made_up::entities(100_000).iter().map(line).collect::<String>()).unwrap();
    file
}

/// How long an edit takes until it is acknowledged, and whether it is in the next answer.
async fn edits(folder: &std::path::Path, names: &std::path::Path) {
    let server = Server::start(&["--data".into(), folder.join("data").to_string_lossy().into_owned()], None).await;
    let started = Instant::now();
    server.command(&["gazetteer", "import", &names.to_string_lossy(), "--name", "names"]);
    println!("import of {}: {:.1} s", names.display(), started.elapsed().as_secs_f64());
    let channel = server.channel().await;
    let mut gazetteers = GazetteerServiceClient::new(channel.clone());
    let mut extraction = ExtractionServiceClient::new(channel);
    let edits = std::env::var("ONOMAST_BENCH_EDITS").map_or(EDITS, |edits| edits.parse().unwrap());
    let mut times = Vec::new();
    for number in 0..edits {
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
        ms(times[edits / 2]),
        ms(times[edits * 99 / 100]),
        ms(times[edits - 1])
    );
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
