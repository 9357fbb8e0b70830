//! The two automata of a segment side by side: how long they take to build and how fast they read.
//!
//! Run: `cargo bench --bench engines`. Both must find the very same occurrences before their time counts. With
//! `ONOMAST_BENCH_DATA` set to a folder with `news.jsonl` and gazetteers, they read those as well; `ONOMAST_BENCH_SETS` names
//! the gazetteers, without `.jsonl`. The figures are what set the number of patterns from which on our own tables are used.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

mod made_up;

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::BufReader,
    path::PathBuf,
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use onomast::{
    gazetteer::{self, Entity, Format},
    index::{Compiler, Engine, Forms, GluedWords, Occurrence, Search, Segment},
    text::{Language, View, Words},
};

const ROUNDS: usize = 5;

fn main() {
    let texts = made_up::news(3000);
    println!("median of {ROUNDS} rounds; {:.1} MB of made-up text", megabytes(&texts));
    println!("{:>11} {:>22} {:>22} {:>22}", "", "build ms", "search MB/s", "memory MB");
    println!("{:>11} {:>11}{:>11} {:>11}{:>11} {:>11}{:>11}", "names", "crate", "own", "crate", "own", "crate", "own");
    for count in [10, 100, 1000, 2000, 5000, 20_000, 100_000, 500_000] {
        compare(&count.to_string(), &made_up::entities(count / 2), &texts);
    }
    let Some(folder) = std::env::var_os("ONOMAST_BENCH_DATA").map(PathBuf::from) else { return };
    let texts = made_up::read_news(&folder);
    println!("{:.1} MB of real text", megabytes(&texts));
    let sets = std::env::var("ONOMAST_BENCH_SETS").unwrap_or("places-10k,places".into());
    for set in sets.split(',') {
        let file = fs::File::open(folder.join(format!("{set}.jsonl"))).unwrap();
        let read = gazetteer::read(BufReader::new(file), Format::JsonLines).unwrap();
        let entities: Vec<_> = read.entries.into_iter().map(|entry| entry.entity).collect();
        compare(set, &entities, &texts);
    }
}

fn megabytes(texts: &[String]) -> f64 {
    texts.iter().map(String::len).sum::<usize>() as f64 / 1e6
}

/// Builds both automata of these entities and lets them read the texts.
fn compare(label: &str, entities: &[Entity], texts: &[String]) {
    let build = |engine| {
        let mut compiler = Compiler::with_engine(engine);
        entities.iter().for_each(|entity| compiler.add(entity));
        compiler.finish().unwrap()
    };
    let engines = [Engine::Bytewise, Engine::Wordwise];
    let mut builds: [Vec<Duration>; 2] = Default::default();
    let mut reads: [Vec<Duration>; 2] = Default::default();
    let mut memory = [0.0; 2];
    let mut found = None;
    for _ in 0..ROUNDS {
        for (at, engine) in engines.into_iter().enumerate() {
            let start = Instant::now();
            let segment = build(engine);
            builds[at].push(start.elapsed());
            memory[at] = segment.memory() as f64 / 1e6;
            let digest = search(&segment, texts, digest);
            assert_eq!(*found.get_or_insert(digest), digest, "both must find the same");
            let start = Instant::now();
            let count = search(&segment, texts, |occurrences| occurrences.len() as u64);
            reads[at].push(start.elapsed());
            assert!(count > 0);
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    };
    let [build_crate, build_own] = builds.each_mut().map(|times| median(times) * 1e3);
    let [read_crate, read_own] = reads.each_mut().map(|times| megabytes(texts) / median(times));
    let [memory_crate, memory_own] = memory;
    println!(
        "{label:>11} {build_crate:>11.1}{build_own:>11.1} {read_crate:>11.1}{read_own:>11.1} {memory_crate:>11.1}{memory_own:>11.1}"
    );
}

/// What stands for all that is known of occurrences, in their order.
fn digest(occurrences: &[Occurrence]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for &Occurrence { pattern, first, last, span, core_end, forms, uses } in occurrences {
        (pattern, first, last, span.start, span.end, core_end, uses).hash(&mut hasher);
        forms.iter().for_each(|form| form.hash(&mut hasher));
    }
    hasher.finish()
}

/// Words, look-ups and automaton; the sum of what `tell` makes of the occurrences of each text.
fn search(segment: &Segment, texts: &[String], tell: impl Fn(&[Occurrence]) -> u64) -> u64 {
    let (mut words, mut glued, mut search) = (Words::default(), GluedWords::default(), Search::default());
    let never = AtomicBool::new(false);
    let mut sum = 0_u64;
    for text in texts {
        words.clear();
        glued.clear();
        words.read(text);
        glued.read(text, &words, 0);
        let view = View { fields: ["", text], words: &words, border: 0 };
        search.run(segment, view, &glued, Language::Other, Forms::EXACT, &never);
        sum = sum.wrapping_add(tell(search.occurrences()));
    }
    sum
}
