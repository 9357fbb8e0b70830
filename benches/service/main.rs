//! The service under load, beside a hollow server: the same stack and the same bytes, but the answers are ready.
//!
//! Run: `cargo bench --bench service`. With `ONOMAST_BENCH_DATA` set to a folder that holds `news.jsonl` and
//! `places.segment` (or another file named by `ONOMAST_BENCH_SEGMENT`), real news and names are used; without it, both
//! are made up. The real server is the program itself with the settings it has by default; it, the hollow one and the
//! client are three processes on the same processors. Every answer is compared with the library's before its time
//! counts. All that is compared takes turns, and the figure is that of the best round.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

mod load;
#[path = "../made_up/mod.rs"]
mod made_up;
mod servers;

use std::{
    fmt::Write as _,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use load::{Client, EXTRACT, REFUSED, Requests};
use onomast::{
    catalog::{self, Gazetteer, Pinned},
    extract::{self, Answer, Input, Options, Scratch},
    service::{
        References, encoded,
        proto::{
            BatchExtractRequest, BatchExtractResponse, Document, ExtractRequest, ExtractResponse, StreamExtractRequest,
            StreamExtractResponse, batch_extract_result, stream_extract_response,
        },
    },
};
use prost::{Message as _, bytes::Bytes};

const STORIES: usize = 2000;
const STORY_BYTES: usize = 4096;
const ROUNDS: usize = 4;
const ROUND: Duration = Duration::from_secs(1);
/// Connections and the streams of each that are tried for the highest rate.
const SHAPES: [(usize, usize); 2] = [(2, 4), (8, 8)];
const BATCH: usize = 64;
/// How many streams or batches are under way at once.
const LANES: usize = 4;

fn main() {
    servers::be_hollow();
    let folder = std::env::temp_dir().join(format!("onomast-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run(&folder));
    fs::remove_dir_all(&folder).ok();
}

async fn run(folder: &Path) {
    let (stories, file) = match std::env::var_os("ONOMAST_BENCH_DATA").map(PathBuf::from) {
        Some(data) => {
            let file = std::env::var_os("ONOMAST_BENCH_SEGMENT").map(PathBuf::from);
            (stories(&made_up::read_news(&data)), file.unwrap_or_else(|| data.join("places.segment")))
        }
        None => (stories(&made_up::news(4 * STORIES + 1000)), made_up_segment(folder)),
    };
    let here = InProcess::new(&file);
    let mentions = here.mentions(&stories);
    let bytes: usize = stories.iter().map(String::len).sum();

    let document =
        |number: usize| Document { id: number.to_string(), text: stories[number].clone(), ..Document::default() };
    let message = |number| ExtractRequest { document: Some(document(number)), ..ExtractRequest::default() };
    let messages: Vec<Bytes> = (0..STORIES).map(|number| message(number).encode_to_vec().into()).collect();

    let real = servers::real(&file);
    let mut client = Client::connect(&real.address).await;
    let mut answers = Vec::new();
    for (number, message) in messages.iter().enumerate() {
        let answer = patient(&mut client, message).await;
        let answer = ExtractResponse::decode(answer).unwrap();
        assert_eq!(answer.mentions.len(), mentions[number], "mentions of story {number}");
        answers.push(answer);
    }
    let sizes: Vec<_> = answers.iter().map(|answer| answer.encoded_len()).collect();
    let kilobytes = |bytes: usize| bytes as f64 / 1e3 / STORIES as f64;
    println!(
        "{STORIES} stories of {:.1} KB, {:.1} mentions and an answer of {:.1} KB each",
        kilobytes(bytes),
        mentions.iter().sum::<usize>() as f64 / STORIES as f64,
        kilobytes(sizes.iter().sum())
    );
    let hollow = servers::hollow(&answers);
    let requests = Arc::new(Requests { messages, sizes });

    unary(&here, &stories, &real, &hollow, &requests).await;
    let batches: Vec<Bytes> = (0..STORIES)
        .step_by(BATCH)
        .map(|from| {
            let documents = (from..(from + BATCH).min(STORIES)).map(document).collect();
            BatchExtractRequest { documents, ..BatchExtractRequest::default() }.encode_to_vec().into()
        })
        .collect();
    let stream = |number| StreamExtractRequest { document: Some(document(number)), ..StreamExtractRequest::default() };
    let streamed: Vec<Bytes> = (0..STORIES).map(|number| stream(number).encode_to_vec().into()).collect();
    check_many(&mut client, &streamed, &batches, &mentions).await;
    throughput(&here, &stories, &real, streamed, batches, bytes as f64 / 1e6).await;
}

/// Unary calls: the highest rate, and the latencies at half of it.
async fn unary(
    here: &InProcess,
    stories: &[String],
    real: &servers::Server,
    hollow: &servers::Server,
    requests: &Arc<Requests>,
) {
    let servers = [("real", real), ("hollow", hollow)];
    let mut peaks = [0.0_f64; 2];
    for (connections, streams) in SHAPES {
        let mut best = [0.0_f64; 2];
        for _ in 0..ROUNDS {
            for (rate, (_, server)) in best.iter_mut().zip(&servers) {
                *rate = rate.max(load::closed(&server.address, requests, connections, streams, ROUND).await);
            }
        }
        println!(
            "{connections} connections x {streams} streams: real {:.0}/s, hollow {:.0}/s, {:.2}",
            best[0],
            best[1],
            best[0] / best[1]
        );
        peaks = [peaks[0].max(best[0]), peaks[1].max(best[1])];
    }
    let mut latencies = [[REFUSED; 2]; 2];
    for round in 1..=ROUNDS {
        for (at, (label, server)) in servers.iter().enumerate() {
            let sorted = load::open(&server.address, requests, peaks[at] / 2.0, ROUND).await;
            let refused = sorted.iter().filter(|&&time| time == REFUSED).count();
            if refused > 0 {
                println!("round {round}: the {label} server refused {refused} of {} calls", sorted.len());
            }
            for (best, part) in latencies[at].iter_mut().zip([50, 99]) {
                *best = (*best).min(sorted[sorted.len() * part / 100]);
            }
        }
    }
    println!("{:<8} {:>10} {:>14} {:>8} {:>8}", "unary", "peak/s", "half load/s", "p50 µs", "p99 µs");
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    for (at, (label, _)) in servers.iter().enumerate() {
        let [p50, p99] = latencies[at].map(micros);
        println!("{label:<8} {:>10.0} {:>14.0} {p50:>8.0} {p99:>8.0}", peaks[at], peaks[at] / 2.0);
    }
    // Nobody can do more than what is left when the library had its share of the processors.
    let library = here.requests(stories);
    let most = 1.0 / (1.0 / library + 1.0 / peaks[1]);
    println!("the library alone: {library:.0} stories/s; with the hollow server: {most:.0}/s, {:.2}", most / peaks[1]);
    let [[real50, real99], [hollow50, hollow99]] = latencies.map(|both| both.map(micros));
    println!(
        "{:<8} {:>10.2} {:>14} {:>8.2} {:>8.2}  marks: rate at least 0.60, p99 at most 2.00",
        "ratio",
        peaks[0] / peaks[1],
        "",
        real50 / hollow50,
        real99 / hollow99
    );
}

/// What a way to get through all stories took.
struct Taken {
    label: &'static str,
    best: Duration,
    /// Of the processors, in all rounds: by this process, and by the server.
    here: Duration,
    there: Duration,
}

/// Streams, batches and the library over all stories, in MB of text a second.
async fn throughput(
    here: &InProcess,
    stories: &[String],
    server: &servers::Server,
    streamed: Vec<Bytes>,
    batches: Vec<Bytes>,
    megabytes: f64,
) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    // Clients keep their connections.
    let mut clients = Vec::new();
    for _ in 0..LANES {
        clients.push(Client::connect(&server.address).await);
    }
    let labels = ["extract::run", "extract::run and encoded answers", "StreamExtract", "BatchExtract"];
    let (here_now, there_now) = (|| servers::processor_time("self"), || server.processor_time());
    let zero = Duration::ZERO;
    let mut all = labels.map(|label| Taken { label, best: Duration::MAX, here: zero, there: zero });
    let rounds = ROUNDS + 2;
    for _ in 0..rounds {
        for (number, taken) in all.iter_mut().enumerate() {
            let (before_here, before_there, start) = (here_now(), there_now(), Instant::now());
            match number {
                0 | 1 => here.all(stories, threads, number == 1),
                2 => lanes(&clients, &streamed, true).await,
                _ => lanes(&clients, &batches, false).await,
            }
            taken.best = taken.best.min(start.elapsed());
            taken.here += here_now() - before_here;
            taken.there += there_now() - before_there;
        }
    }
    println!("{:55} processor µs a story", "");
    let heading = format!("{LANES} at once, {threads} processors");
    println!("{heading:<34} {:>7} {:>6} {:>8} {:>8} {:>6}", "MB/s", "ratio", "here", "server", "ratio");
    for Taken { label, best, here, there } in &all {
        let ratio = all[0].best.as_secs_f64() / best.as_secs_f64();
        let work = all[0].here.as_secs_f64() / (*here + *there).as_secs_f64();
        let [here, there] = [here, there].map(|time| time.as_secs_f64() * 1e6 / (rounds * STORIES) as f64);
        let speed = megabytes / best.as_secs_f64();
        println!("{label:<34} {speed:>7.1} {ratio:>6.2} {here:>8.1} {there:>8.1} {work:>6.2}");
    }
    println!("mark: streams and batches at least 0.80 of extract::run");
}

/// Sends messages over several connections at once, each in a stream or one after the other.
async fn lanes(clients: &[Client], messages: &[Bytes], streamed: bool) {
    let share = messages.len().div_ceil(clients.len());
    let tasks: Vec<_> = messages
        .chunks(share)
        .zip(clients)
        .map(|(part, client)| {
            let (part, mut client) = (part.to_vec(), client.clone());
            tokio::spawn(async move {
                let (count, mut got) = (part.len(), 0);
                if streamed {
                    client.stream(STREAM, part, |answer| got += usize::from(!answer.is_empty())).await;
                } else {
                    for message in part {
                        got += usize::from(!client.call(BATCHED, message).await.unwrap().is_empty());
                    }
                }
                assert_eq!(got, count);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

const STREAM: &str = "/onomast.v1.ExtractionService/StreamExtract";
const BATCHED: &str = "/onomast.v1.ExtractionService/BatchExtract";

/// Streams and batches give as many mentions as the library.
async fn check_many(client: &mut Client, streamed: &[Bytes], batches: &[Bytes], mentions: &[usize]) {
    let mut found = Vec::new();
    let count = |answer: Bytes| match StreamExtractResponse::decode(answer).unwrap().result {
        Some(stream_extract_response::Result::Response(response)) => response.mentions.len(),
        other => panic!("{other:?}"),
    };
    client.stream(STREAM, streamed.to_vec(), |answer| found.push(count(answer))).await;
    assert_eq!(found, mentions);
    found.clear();
    for batch in batches {
        let answer = client.call(BATCHED, batch.clone()).await.unwrap();
        found.extend(BatchExtractResponse::decode(answer).unwrap().results.into_iter().map(|one| match one.result {
            Some(batch_extract_result::Result::Response(response)) => response.mentions.len(),
            other => panic!("{other:?}"),
        }));
    }
    assert_eq!(found, mentions);
}

/// A call to a server that may not have its gazetteer yet.
async fn patient(client: &mut Client, message: &Bytes) -> Bytes {
    for _ in 0..600 {
        match client.call(EXTRACT, message.clone()).await {
            Ok(answer) => return answer,
            Err(status) if status.code() == tonic::Code::Unavailable => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(status) => panic!("{status}"),
        }
    }
    panic!("the server does not serve");
}

/// The library, called as the server calls it.
struct InProcess {
    pinned: Pinned,
    options: Options,
}

impl InProcess {
    fn new(file: &Path) -> Self {
        let gazetteer = Gazetteer::open("places", file).expect("a segment file");
        let options = Options::default();
        Self { pinned: Pinned::new(vec![gazetteer.into()], &options), options }
    }

    fn each(&self, stories: &[String], mut done: impl FnMut(usize, Input<'_>, &Answer)) {
        let (sources, mut scratch, mut answer) = (self.pinned.sources(), Scratch::default(), Answer::default());
        for (number, text) in stories.iter().enumerate() {
            let (input, never) = (Input { text, ..Input::default() }, AtomicBool::new(false));
            let filter = self.pinned.filter();
            extract::run(&sources, input, &self.options, filter, &mut scratch, &mut answer, &never).unwrap();
            done(number, input, &answer);
        }
    }

    fn mentions(&self, stories: &[String]) -> Vec<usize> {
        let mut counts = Vec::new();
        self.each(stories, |_, _, answer| counts.push(answer.mentions.len()));
        counts
    }

    /// How many stories a second all processors together get through.
    fn requests(&self, stories: &[String]) -> f64 {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let time = |_| {
            let start = Instant::now();
            self.all(stories, threads, false);
            start.elapsed()
        };
        stories.len() as f64 / (0..ROUNDS).map(time).min().unwrap_or_default().as_secs_f64()
    }

    fn all(&self, stories: &[String], threads: usize, encode: bool) {
        std::thread::scope(|scope| {
            for part in stories.chunks(stories.len().div_ceil(threads)) {
                scope.spawn(move || {
                    let mut known = References::default();
                    self.each(part, |_, input, answer| {
                        if encode {
                            black_box(encoded("", input, &self.pinned, &self.options, answer, &mut known));
                        }
                        black_box(answer.mentions.len());
                    });
                });
            }
        });
    }
}

/// Stories of about 4 KB, each of several texts.
fn stories(texts: &[String]) -> Vec<String> {
    let (mut stories, mut story) = (Vec::new(), String::new());
    for text in texts {
        story.push_str(text);
        story.push_str("\n\n");
        if story.len() >= STORY_BYTES {
            story.truncate(story.floor_char_boundary(STORY_BYTES));
            stories.push(std::mem::take(&mut story));
        }
        if stories.len() == STORIES {
            break;
        }
    }
    assert_eq!(stories.len(), STORIES, "the news are too few");
    stories
}

fn made_up_segment(folder: &Path) -> PathBuf {
    let (source, file) = (folder.join("places.jsonl"), folder.join("places.segment"));
    let mut lines = String::new();
    for entity in made_up::entities(50_000) {
        let (id, name, alias) = (&entity.id, &entity.name, &entity.aliases[0].text);
        writeln!(lines, r#"{{"id": "{id}", "name": "{name}", "type": "thing", "aliases": ["{alias}"]}}"#).unwrap();
    }
    fs::write(&source, lines).unwrap();
    catalog::compile(&[source], &file, false, &mut |_| {}).expect("a gazetteer");
    file
}
