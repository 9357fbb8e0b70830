//! A server at its capacity, at ten times of that, and after; and one whose gazetteers are loaded again.
//!
//! The processors are divided: the server has one half, the clients the other, as if they came from another machine.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use onomast::service::proto::extraction_service_client::ExtractionServiceClient;

use crate::{
    asking,
    clients::{Load, Messages, Pace, load, message},
    made_up, ms,
    server::Server,
};

/// How many times the capacity is asked for.
const TIMES: f64 = 10.0;
/// So many clients for each processor of the server are tried, to find the capacity.
const CLIENTS: [usize; 5] = [1, 2, 4, 8, 16];
/// So many of them are at capacity: while one is answered, the next waits. With more, calls only wait longer.
const AT_CAPACITY: usize = 2;
/// How long that is watched at the most.
const AT_CAPACITY_TIME: Duration = Duration::from_secs(8);
/// The size of a text, in bytes: some ten stories.
const TEXT: usize = 40_000;
/// How often the memory is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Measures what is asked for.
pub(crate) async fn run(folder: &Path, names: &Path, time: Duration, [overload, reloads]: [bool; 2]) {
    let segment = folder.join("names.segment");
    Server::compile(names, &segment);
    let workers = (std::thread::available_parallelism().map_or(1, usize::from) / 2).max(1);
    let (servers, clients) = halves();
    keep_to(&clients);
    let flags = ["--gazetteer".into(), segment.to_string_lossy().into_owned()];
    let server = Server::start(&flags, Some(&servers)).await;
    let texts = texts();
    let bytes = texts.iter().map(String::len).sum::<usize>() / texts.len();
    println!("texts of {:.1} KB; the server on processors {servers}, clients on {clients}", bytes as f64 / 1e3);
    let mut client = ExtractionServiceClient::new(server.channel().await).max_decoding_message_size(usize::MAX);
    let answer = client.extract(asking(&texts[0])).await.unwrap().into_inner();
    assert!(!answer.mentions.is_empty(), "this is no work");
    let messages: Messages = texts.iter().map(|text| message(text)).collect();
    load(&server.address, &messages, Duration::from_secs(2), Pace::Closed(4)).await;
    let capacity = capacity(&server, &messages, workers).await;
    if overload {
        too_much(&server, &messages, time, workers, capacity).await;
    }
    if reloads {
        reloaded(&server, &messages, time, capacity / 2.0).await;
    }
}

/// News of some milliseconds of work each, real ones where there are any.
fn texts() -> Vec<String> {
    let size = std::env::var("ONOMAST_BENCH_TEXT").map_or(TEXT, |size| size.parse().unwrap());
    let news = match std::env::var_os("ONOMAST_BENCH_DATA").map(PathBuf::from) {
        None => made_up::news(3000),
        Some(data) => made_up::read_news(&data),
    };
    let (mut texts, mut text) = (Vec::new(), String::new());
    for story in news {
        text.push_str(&story);
        text.push_str("\n\n");
        if text.len() >= size {
            text.truncate(text.floor_char_boundary(size));
            texts.push(std::mem::take(&mut text));
        }
    }
    texts
}

/// The processors of the server and those of the clients.
fn halves() -> (String, String) {
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    if count < 2 {
        return ("0".into(), "0".into());
    }
    let half = count / 2;
    (format!("0-{}", half - 1), format!("{half}-{}", count - 1))
}

/// Keeps this process to these processors.
fn keep_to(processors: &str) {
    let id = std::process::id().to_string();
    let done = std::process::Command::new("taskset")
        .args(["-a", "-c", "-p", processors, &id])
        .stdout(std::process::Stdio::null())
        .status();
    assert!(done.unwrap().success());
}

/// The highest rate at which all is answered, and none refused.
async fn capacity(server: &Server, messages: &Messages, workers: usize) -> f64 {
    let mut most = 0.0_f64;
    for clients in CLIENTS.map(|clients| clients * workers) {
        let load = load(&server.address, messages, Duration::from_secs(2), Pace::Closed(clients)).await;
        assert_eq!(load.refused + load.failed, 0, "this measured no capacity");
        println!(
            "{clients:>3} clients without a pause: {:.1}/s, p50 {:.1} ms, p99 {:.1} ms",
            load.rate(),
            ms(load.percentile(50)),
            ms(load.percentile(99))
        );
        most = most.max(load.rate());
    }
    most
}

/// At capacity, far beyond it, after, and at capacity again, since processors are not always as fast.
async fn too_much(server: &Server, messages: &Messages, time: Duration, workers: usize, capacity: f64) {
    let (clients, at_capacity) = (Pace::Closed(AT_CAPACITY * workers), time.min(AT_CAPACITY_TIME));
    let (before, _) = watched(server, messages, at_capacity, clients).await;
    // Ten times the highest rate that was seen: whatever was slow before, no less is asked for.
    let capacity = capacity.max(before.rate());
    let (much, memory) = watched(server, messages, time, Pace::Open(capacity * TIMES)).await;
    let (after, _) = watched(server, messages, Duration::from_secs(2), Pace::Closed(16 * workers)).await;
    let (again, _) = watched(server, messages, at_capacity, clients).await;
    assert_eq!(before.refused + before.failed + again.refused + again.failed, 0, "this measured no capacity");
    let rate = (before.rate() + again.rate()) / 2.0;
    let p99 = (before.percentile(99) + again.percentile(99)) / 2;
    println!(
        "asked {:.1} times as often for {:.0} s: {:.2} of the rate, mark 0.9; p99 {:.2} times, mark 3; {} refused, {} failed, {} not sent",
        much.offered() / rate,
        much.seconds,
        much.rate() / rate,
        much.percentile(99).as_secs_f64() / p99.as_secs_f64(),
        much.refused,
        much.failed,
        much.unsent,
    );
    let half = memory.len() / 2;
    let most = |part: &[f64]| part.iter().copied().fold(0.0, f64::max);
    println!(
        "memory in the first half of that at most {:.1} MB, in the second {:.1} MB",
        most(&memory[..half]),
        most(&memory[half..])
    );
    println!("in the two seconds after: {:.2} of the rate, {} refused", after.rate() / rate, after.refused);
}

/// A load, with the memory of the server in megabytes meanwhile.
async fn watched(server: &Server, messages: &Messages, time: Duration, pace: Pace) -> (Load, Vec<f64>) {
    let before = server.processor_time();
    let over = AtomicBool::new(false);
    let (load, memory) = tokio::join!(
        async {
            let load = load(&server.address, messages, time, pace).await;
            over.store(true, Ordering::Relaxed);
            load
        },
        async {
            let mut memory = Vec::new();
            while !over.load(Ordering::Relaxed) {
                memory.push(server.memory() as f64 / 1e3);
                tokio::time::sleep(LOOK).await;
            }
            memory
        }
    );
    let after = server.processor_time();
    let [own, system] = [0, 1].map(|part| (after[part] - before[part]) / load.seconds);
    println!(
        "{pace:?}: {:.1}/s answered, {:.1}/s asked, p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms; processors of the server: {own:.2} own, {system:.2} system; memory {:.1} to {:.1} MB",
        load.rate(),
        load.offered(),
        ms(load.percentile(50)),
        ms(load.percentile(99)),
        ms(load.percentile(100)),
        memory.iter().copied().fold(f64::MAX, f64::min),
        memory.iter().copied().fold(0.0, f64::max),
    );
    (load, memory)
}

/// Calls at half of the capacity, without and with reloads meanwhile.
async fn reloaded(server: &Server, messages: &Messages, time: Duration, rate: f64) {
    let calm = load(&server.address, messages, time, Pace::Open(rate)).await;
    let done = Arc::new(AtomicBool::new(false));
    let (reloaded, reloads) = tokio::join!(
        async {
            let loaded = load(&server.address, messages, time, Pace::Open(rate)).await;
            done.store(true, Ordering::Relaxed);
            loaded
        },
        async {
            let mut reloads = 0;
            while !done.load(Ordering::Relaxed) {
                let began = Instant::now();
                server.hang_up().await;
                reloads += 1;
                tokio::time::sleep(Duration::from_secs(1).saturating_sub(began.elapsed())).await;
            }
            reloads
        }
    );
    println!(
        "at half of the capacity: p99 {:.1} ms; while the file is loaded again {reloads} times: p99 {:.1} ms ({:.2} times, mark 2), {} failed",
        ms(calm.percentile(99)),
        ms(reloaded.percentile(99)),
        reloaded.percentile(99).as_secs_f64() / calm.percentile(99).as_secs_f64(),
        reloaded.failed + reloaded.refused + reloaded.unsent
    );
}
