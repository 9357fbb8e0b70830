//! The whole pipeline, from raw text to mentions, and each of its stages, in MB/s of text on one core.
//!
//! Run: `cargo bench --bench pipeline`. With `ONOMAST_BENCH_DATA` set to a folder that holds `news.jsonl` and
//! gazetteers, as `.segment` or `.jsonl`, real news and names are used; without it, both are made up. Every measurement
//! checks what it found before it counts; the stages take turns within a round, so that a noisy machine hits all alike.
//! The figure is that of the fastest round: noise only ever adds.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

mod made_up;

use std::{
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use onomast::{
    catalog::Gazetteer,
    extract::{self, Answer, Input, Options, Scratch},
    gazetteer::{Entity, Format, Rule, read},
    index::{Form, Forms, GluedWords, Search},
    text::{Language, View, Words},
};

const ROUNDS: usize = 7;

struct Set {
    label: String,
    gazetteer: Gazetteer,
    entities: usize,
    compiled_in: Duration,
}

fn main() {
    let (texts, sets) = match std::env::var_os("ONOMAST_BENCH_DATA").map(PathBuf::from) {
        Some(folder) => (made_up::read_news(&folder), real(&folder)),
        None => (made_up::news(8000), [10_000, 100_000, 1_000_000].map(made_up).into()),
    };
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("text: {} documents, {:.1} MB", texts.len(), bytes as f64 / 1e6);
    println!(
        "{:<12} {:>8} {:>8} {:>8} {:>7} {:>9} {:>7} {:>7} {:>7} {:>7} {:>6}",
        "gazetteer", "entities", "names", "compile", "memory", "mentions", "words", "search", "plain", "whole", "cost"
    );
    for set in &sets {
        let mut stages: [Vec<Duration>; 4] = Default::default();
        let mut mentions = None;
        let mut bench = Bench::new(set);
        for _ in 0..ROUNDS {
            let (time, count) = timed(|| bench.words(&texts));
            assert!(count > 0);
            stages[0].push(time);
            let (time, count) = timed(|| bench.search(&texts));
            assert!(count > 0);
            stages[1].push(time);
            let (time, count) = timed(|| bench.whole(&texts, true));
            assert!(count > 0);
            stages[3].push(time);
            let (time, count) = timed(|| bench.whole(&texts, false));
            assert_eq!(*mentions.get_or_insert(count), count, "the number of mentions must not change");
            stages[2].push(time);
        }
        let rate = |times: &mut Vec<Duration>| {
            times.sort_unstable();
            bytes as f64 / 1e6 / times[0].as_secs_f64()
        };
        let [words, search, whole, plain] = &mut stages;
        let (plain, whole) = (rate(plain), rate(whole));
        println!(
            "{:<12} {:>8} {:>8} {:>7.1}s {:>5.0}MB {:>9} {:>7.1} {:>7.1} {:>7.1} {:>7.1} {:>6.2}",
            set.label,
            set.entities,
            set.gazetteer.segment().name_count(),
            set.compiled_in.as_secs_f64(),
            set.gazetteer.segment().memory() as f64 / 1e6,
            mentions.unwrap_or_default(),
            rate(words),
            rate(search),
            plain,
            whole,
            plain / whole
        );
    }
    story(&sets[0]);
}

/// The time of one story of 4 KB.
fn story(set: &Set) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/story.txt");
    let text = fs::read_to_string(path).unwrap();
    let bytes = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/starter.jsonl")).unwrap();
    let entities: Vec<_> =
        read(&bytes[..], Format::JsonLines).unwrap().entries.into_iter().map(|entry| entry.entity).collect();
    let (compiled_in, starter) = timed(|| Gazetteer::compile("starter", &bytes, &entities).unwrap());
    let starter = Set { label: "starter".into(), gazetteer: starter, entities: entities.len(), compiled_in };
    let (with_reading, _) = timed(|| {
        let read = read(&bytes[..], Format::JsonLines).unwrap();
        black_box(Gazetteer::compile("starter", &bytes, read.entries.iter().map(|entry| &entry.entity)).unwrap())
    });
    println!("starter gazetteer: read and compiled in {:.0} ms", with_reading.as_secs_f64() * 1e3);
    for set in [&starter, set] {
        let mut bench = Bench::new(set);
        let texts = [text.clone()];
        let mut times: Vec<_> = (0..2001).map(|_| timed(|| black_box(bench.whole(&texts, false))).0).collect();
        if set.label == "starter" {
            assert_eq!(bench.whole(&texts, false), 56);
        }
        times.sort_unstable();
        let micros = |at: usize| times[at].as_secs_f64() * 1e6;
        println!(
            "story of {} bytes with {}: p50 {:.0} µs, p99 {:.0} µs",
            text.len(),
            set.label,
            micros(1000),
            micros(1980)
        );
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

/// The stages over all texts, with memory that is used again.
struct Bench<'a> {
    set: &'a Set,
    options: Options,
    /// Short and derived names and every rule of ranking switched off.
    plain: Options,
    scratch: Scratch,
    answer: Answer,
    words: Words,
    search: Search,
    never: AtomicBool,
}

impl<'a> Bench<'a> {
    fn new(set: &'a Set) -> Self {
        let options = Options::default();
        let plain = Options {
            disabled: [Form::Short, Form::Derived].into_iter().collect(),
            disabled_rules: Rule::ALL.into_iter().collect(),
            ..Options::default()
        };
        let (scratch, answer, words, search) = Default::default();
        Self { set, options, plain, scratch, answer, words, search, never: AtomicBool::new(false) }
    }

    /// Segmentation and folding; the number of words.
    fn words(&mut self, texts: &[String]) -> usize {
        let mut count = 0;
        for text in texts {
            self.words.clear();
            count += self.words.read(text);
        }
        count
    }

    /// Segmentation, folding and search; the number of occurrences.
    fn search(&mut self, texts: &[String]) -> usize {
        let mut glued = GluedWords::default();
        let mut count = 0;
        for text in texts {
            self.words.clear();
            glued.clear();
            self.words.read(text);
            glued.read(text, &self.words, 0);
            let view = View { fields: ["", text], words: &self.words, border: 0 };
            self.search.run(
                self.set.gazetteer.segment(),
                view,
                &glued,
                Language::of("", &self.words),
                Forms::ON_REQUEST,
                &self.never,
            );
            count += self.search.occurrences().len();
        }
        count
    }

    /// From text to mentions, with everything or with short names and linking off; the number of mentions.
    fn whole(&mut self, texts: &[String], plain: bool) -> usize {
        let sources = [extract::Source::new("bench", self.set.gazetteer.segment(), 0)];
        let filter = extract::Filter::new(&sources, &self.options);
        let mut count = 0;
        for text in texts {
            let input = Input { text, ..Input::default() };
            let Self { options, plain: off, scratch, answer, never, .. } = self;
            let options = if plain { off } else { options };
            extract::run(&sources, input, options, &filter, scratch, answer, never).unwrap();
            count += answer.mentions.len();
        }
        count
    }
}

fn real(folder: &Path) -> Vec<Set> {
    let names = std::env::var("ONOMAST_BENCH_SETS").unwrap_or("places-10k,places-100k,places".into());
    let set = |name: &str| {
        let file = folder.join(format!("{name}.segment"));
        if file.exists() {
            let (compiled_in, gazetteer) = timed(|| Gazetteer::open("bench", &file).expect("a segment file"));
            let entities = gazetteer.segment().entities().len();
            return Set { label: name.into(), gazetteer, entities, compiled_in };
        }
        let bytes = fs::read(folder.join(format!("{name}.jsonl"))).expect("a gazetteer");
        let entities: Vec<_> =
            read(&bytes[..], Format::JsonLines).unwrap().entries.into_iter().map(|entry| entry.entity).collect();
        compile(name.into(), &entities)
    };
    names.split(',').map(set).collect()
}

fn compile(label: String, entities: &[Entity]) -> Set {
    let (compiled_in, gazetteer) = timed(|| Gazetteer::compile("bench", b"", entities).unwrap());
    Set { label, gazetteer, entities: entities.len(), compiled_in }
}

/// So many made-up names: half as many entities, each with two.
fn made_up(count: usize) -> Set {
    compile(format!("made-up {count}"), &made_up::entities(count / 2))
}
