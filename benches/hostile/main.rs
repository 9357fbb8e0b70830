//! Inputs made to hurt: the time of each for a byte, beside that of news.
//!
//! Run: `cargo bench --bench hostile`; words behind it choose the inputs whose label has one of them. Each gazetteer is
//! the one of the news with names that are made to hurt added. Inputs and news take turns, and each input is held against
//! the news of its own turns, the fastest against the fastest: the speed of a shared machine changes from one second to the
//! next. What is found must be the same each time, and the number that it has to be where that is plain; a
//! quarter of the text is timed too, since what is linear takes as long for each of its bytes. With `ONOMAST_BENCH_DATA`
//! set to a folder with `news.jsonl` and `places.segment`, each is held against real news with all places as well.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

mod inputs;
#[path = "../made_up/mod.rs"]
mod made_up;

use std::{
    path::PathBuf,
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
/// How many real stories are read in a turn.
const STORIES: usize = 1000;

struct Row {
    label: &'static str,
    nanoseconds: f64,
    /// The time for a byte beside that of a byte of news in the same turns: made-up news with the same names, and real news
    /// with all places.
    ratio: f64,
    real: Option<f64>,
    /// The time for a byte beside that of a byte of the quarter.
    growth: f64,
    mentions: usize,
    cuts: Vec<&'static str>,
}

fn main() {
    let chosen: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let base = made_up::entities(ENTITIES);
    let news = [made_up::news(1000).join("\n\n")];
    let plain = Gazetteer::compile("news", b"", &base).unwrap();
    let mut of_news = Timer::new(&plain, Options::default());
    let data = std::env::var_os("ONOMAST_BENCH_DATA").map(PathBuf::from);
    let real = data.map(|folder| {
        let stories: Vec<_> = made_up::read_news(&folder).into_iter().take(STORIES).collect();
        (stories, Gazetteer::open("places", &folder.join("places.segment")).expect("a segment file"))
    });
    let mut of_real = real.as_ref().map(|(stories, places)| (stories, Timer::new(places, Options::default())));
    let each = |time: Duration, texts: &[String]| {
        time.as_secs_f64() * 1e9 / texts.iter().map(String::len).sum::<usize>() as f64
    };
    let (mut fastest, mut fastest_real) = (f64::MAX, f64::MAX);
    let mut rows = Vec::new();
    let inputs = inputs::all();
    println!("{} inputs, beside {:.1} MB of news", inputs.len(), news[0].len() as f64 / 1e6);
    for hostile in inputs {
        let Hostile { label, names, text, enabled, mentions: expected } = hostile;
        if !chosen.is_empty() && !chosen.iter().any(|word| label.contains(word.as_str())) {
            continue;
        }
        let gazetteer = Gazetteer::compile("hostile", b"", base.iter().chain(&names)).unwrap();
        let mut timer = Timer::new(&gazetteer, Options { enabled, ..Options::default() });
        let quarter = [text[..text.floor_char_boundary(text.len() / 4)].to_owned()];
        let text = [text];
        let (mut whole, mut part, mut found) = (Duration::MAX, Duration::MAX, None);
        let (mut beside, mut beside_real) = (f64::MAX, f64::MAX);
        for round in 0..ROUNDS {
            if round > 0 && whole > SLOW {
                break;
            }
            beside = beside.min(each(of_news.time(&news), &news));
            if let Some((stories, timer)) = &mut of_real {
                beside_real = beside_real.min(each(timer.time(stories), stories));
            }
            part = part.min(timer.time(&quarter));
            whole = whole.min(timer.time(&text));
            let mentions = timer.answer.mentions.len();
            assert_eq!(*found.get_or_insert(mentions), mentions, "{label}: what is found must not change");
        }
        let mentions = found.unwrap_or_default();
        if let Some(expected) = expected {
            assert_eq!(mentions, expected, "{label}: mentions");
        }
        (fastest, fastest_real) = (fastest.min(beside), fastest_real.min(beside_real));
        // What hurts is seen while the rest still runs.
        if whole > SLOW {
            println!("{label}: {:.1} s", whole.as_secs_f64());
        }
        let (nanoseconds, of_part) = (each(whole, &text), each(part, &quarter));
        let cuts = timer.answer.cuts.iter().map(|cut| cut.limit).collect();
        let (ratio, real) = (nanoseconds / beside, of_real.is_some().then(|| nanoseconds / beside_real));
        rows.push(Row { label, nanoseconds, ratio, real, growth: nanoseconds / of_part, mentions, cuts });
    }
    rows.sort_by(|one, other| other.ratio.total_cmp(&one.ratio));
    println!("{:<46} {:>7} {:>6} {:>6} {:>6} {:>9}  cut", "input", "ns/byte", "ratio", "real", "growth", "mentions");
    for Row { label, nanoseconds, ratio, real, growth, mentions, cuts } in &rows {
        let (real, cuts) = (real.map_or("-".into(), |real| format!("{real:.2}")), cuts.join(", "));
        println!("{label:<46} {nanoseconds:>7.1} {ratio:>6.2} {real:>6} {growth:>6.2} {mentions:>9}  {cuts}");
    }
    println!("{:<46} {fastest:>7.1} {:>6.2}", "news, the fastest", 1.0);
    let over =
        |ratio: &dyn Fn(&Row) -> Option<f64>| rows.iter().filter_map(ratio).filter(|&ratio| ratio > MARK).count();
    println!("mark: at most {MARK} times the news; {} of {} are over it", over(&|row| Some(row.ratio)), rows.len());
    if of_real.is_some() {
        println!("{:<46} {fastest_real:>7.1} {:>6} {:>6.2}", "real news with all places, the fastest", "", 1.0);
        println!("mark: at most {MARK} times the real news; {} of {} are over it", over(&|row| row.real), rows.len());
    }
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

    fn time(&mut self, texts: &[String]) -> Duration {
        let Self { sources, options, filter, scratch, answer } = self;
        let never = AtomicBool::new(false);
        let start = Instant::now();
        for text in texts {
            let input = Input { text, ..Input::default() };
            extract::run(sources, input, options, filter, scratch, answer, &never).unwrap();
        }
        start.elapsed()
    }
}
