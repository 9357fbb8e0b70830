//! Inputs made to hurt: the time of each for a byte, beside that of news.
//!
//! Run: `cargo bench --bench hostile`; words behind it choose the inputs whose label has one of them. Each gazetteer is
//! the one of the news with names that are made to hurt added. Inputs and news take turns, and each input is held against
//! the news of its own turns, the fastest against the fastest: the speed of a shared machine changes from one second to the
//! next. What is found must be the same each time, and the number that it has to be where that is plain; a
//! quarter of the text is timed too, since what is linear takes as long for each of its bytes.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

mod inputs;
#[path = "../made_up/mod.rs"]
mod made_up;

use std::{
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use inputs::Hostile;
use onomast::{
    catalog::Gazetteer,
    extract::{self, Answer, Filter, Input, Options, Scratch, Source},
};

const ROUNDS: usize = 5;
/// How many entities every gazetteer has beside those made to hurt.
const ENTITIES: usize = 5000;
/// What takes longer is measured once.
const SLOW: Duration = Duration::from_millis(500);
/// How many times the time of news an input may take.
const MARK: f64 = 3.0;

struct Row {
    label: &'static str,
    nanoseconds: f64,
    /// The time for a byte beside that of a byte of news in the same turns.
    ratio: f64,
    /// The time for a byte beside that of a byte of the quarter.
    growth: f64,
    mentions: usize,
    cuts: Vec<&'static str>,
}

fn main() {
    let chosen: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let base = made_up::entities(ENTITIES);
    let news = made_up::news(1000).join("\n\n");
    let plain = Gazetteer::compile("news", b"", &base).unwrap();
    let mut of_news = Timer::new(&plain, Options::default());
    let each = |time: Duration, bytes: usize| time.as_secs_f64() * 1e9 / bytes as f64;
    let mut fastest = Duration::MAX;
    let mut rows = Vec::new();
    let inputs = inputs::all();
    println!("{} inputs, beside {:.1} MB of news", inputs.len(), news.len() as f64 / 1e6);
    for hostile in inputs {
        let Hostile { label, names, text, enabled, mentions: expected } = hostile;
        if !chosen.is_empty() && !chosen.iter().any(|word| label.contains(word.as_str())) {
            continue;
        }
        let gazetteer = Gazetteer::compile("hostile", b"", base.iter().chain(&names)).unwrap();
        let mut timer = Timer::new(&gazetteer, Options { enabled, ..Options::default() });
        let quarter = &text[..text.floor_char_boundary(text.len() / 4)];
        let (mut whole, mut part, mut beside, mut found) = (Duration::MAX, Duration::MAX, Duration::MAX, None);
        for round in 0..ROUNDS {
            if round > 0 && whole > SLOW {
                break;
            }
            beside = beside.min(of_news.time(&news));
            part = part.min(timer.time(quarter));
            whole = whole.min(timer.time(&text));
            let mentions = timer.answer.mentions.len();
            assert_eq!(*found.get_or_insert(mentions), mentions, "{label}: what is found must not change");
        }
        let mentions = found.unwrap_or_default();
        if let Some(expected) = expected {
            assert_eq!(mentions, expected, "{label}: mentions");
        }
        fastest = fastest.min(beside);
        // What hurts is seen while the rest still runs.
        if whole > SLOW {
            println!("{label}: {:.1} s", whole.as_secs_f64());
        }
        let (nanoseconds, of_part) = (each(whole, text.len()), each(part, quarter.len()));
        let cuts = timer.answer.cuts.iter().map(|cut| cut.limit).collect();
        let ratio = nanoseconds / each(beside, news.len());
        rows.push(Row { label, nanoseconds, ratio, growth: nanoseconds / of_part, mentions, cuts });
    }
    rows.sort_by(|one, other| other.ratio.total_cmp(&one.ratio));
    println!("{:<46} {:>7} {:>6} {:>6} {:>9}  cut", "input", "ns/byte", "ratio", "growth", "mentions");
    for Row { label, nanoseconds, ratio, growth, mentions, cuts } in &rows {
        println!("{label:<46} {nanoseconds:>7.1} {ratio:>6.2} {growth:>6.2} {mentions:>9}  {}", cuts.join(", "));
    }
    println!("{:<46} {:>7.1} {:>6.2}", "news, the fastest", each(fastest, news.len()), 1.0);
    let over = rows.iter().filter(|row| row.ratio > MARK).count();
    println!("mark: at most {MARK} times the news; {over} of {} are over it", rows.len());
}

/// Extraction with memory that is used again.
struct Timer<'a> {
    sources: [Source<'a>; 1],
    options: Options,
    filter: Filter,
    scratch: Scratch,
    answer: Answer,
}

impl<'a> Timer<'a> {
    fn new(gazetteer: &'a Gazetteer, options: Options) -> Self {
        let sources = [Source::new(gazetteer.name(), gazetteer.segment(), 0)];
        let filter = Filter::new(&sources, &options);
        Self { sources, options, filter, scratch: Scratch::default(), answer: Answer::default() }
    }

    fn time(&mut self, text: &str) -> Duration {
        let Self { sources, options, filter, scratch, answer } = self;
        let (input, never) = (Input { text, ..Input::default() }, AtomicBool::new(false));
        let start = Instant::now();
        extract::run(sources, input, options, filter, scratch, answer, &never).unwrap();
        start.elapsed()
    }
}
