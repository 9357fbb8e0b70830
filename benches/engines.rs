//! The two automata of a segment side by side: how long they take to build and how fast they read.
//!
//! Run: `cargo bench --bench engines`. Both must find the same before their time counts. The figures are what set the
//! number of patterns from which on our own tables are used.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

mod made_up;

use std::{
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use onomast::{
    index::{Compiler, Engine, Forms, GluedWords, Search, Segment},
    text::{Language, View, Words},
};

const ROUNDS: usize = 5;

fn main() {
    let texts = made_up::news(3000);
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("text: {:.1} MB; median of {ROUNDS} rounds", bytes as f64 / 1e6);
    println!("{:>9} {:>22} {:>22} {:>22}", "", "build ms", "search MB/s", "memory MB");
    println!("{:>9} {:>11}{:>11} {:>11}{:>11} {:>11}{:>11}", "names", "crate", "own", "crate", "own", "crate", "own");
    for count in [10, 100, 1000, 2000, 5000, 20_000, 100_000, 500_000] {
        let entities = made_up::entities(count / 2);
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
                let start = Instant::now();
                let occurrences = search(&segment, &texts);
                reads[at].push(start.elapsed());
                assert_eq!(*found.get_or_insert(occurrences), occurrences, "both must find the same");
            }
        }
        let median = |times: &mut Vec<Duration>| {
            times.sort_unstable();
            times[times.len() / 2].as_secs_f64()
        };
        let [build_crate, build_own] = builds.each_mut().map(|times| median(times) * 1e3);
        let [read_crate, read_own] = reads.each_mut().map(|times| bytes as f64 / 1e6 / median(times));
        let [memory_crate, memory_own] = memory;
        println!(
            "{count:>9} {build_crate:>11.1}{build_own:>11.1} {read_crate:>11.1}{read_own:>11.1} {memory_crate:>11.1}{memory_own:>11.1}"
        );
    }
}

/// Words, look-ups and automaton; the number of occurrences.
fn search(segment: &Segment, texts: &[String]) -> usize {
    let (mut words, mut glued, mut search) = (Words::default(), GluedWords::default(), Search::default());
    let never = AtomicBool::new(false);
    let mut count = 0;
    for text in texts {
        words.clear();
        glued.clear();
        words.read(text);
        glued.read(text, &words, 0);
        let view = View { fields: ["", text], words: &words, border: 0 };
        search.run(segment, view, &glued, Language::Other, Forms::EXACT, &never);
        count += search.occurrences().len();
    }
    count
}
