//! Onomast beside what else finds names in text, on one core: from raw text to places in the raw text.
//!
//! Run: `cargo run --release --manifest-path benches/peers/Cargo.toml`; `benches/README.md` names the settings. The
//! competitors take turns within a round, so that a noisy machine hits all alike, and the fastest round of each counts.
//! What each found is checked before its time counts.

mod competitors;
#[path = "../../made_up/mod.rs"]
mod made_up;
mod memory;
mod padded;

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use onomast::{
    catalog::Gazetteer,
    gazetteer::{CaseRule, Checker, Entity, Entry, Format, read_each},
    index::Compiler,
};

use competitors::{Competitor, Names, Onomast, PEERS, Place};
use memory::{Memory, available, counted};
use padded::Padded;

const ROUNDS: usize = 5;

/// A competitor, ready.
struct Runner<'a> {
    name: &'static str,
    padded: bool,
    built_in: Duration,
    memory: Memory,
    competitor: Box<dyn Competitor + 'a>,
    places: Vec<Place>,
    /// The share of the places that the padded text gives and that this one gives as well.
    agrees: f64,
    times: Vec<Duration>,
}

impl<'a> Runner<'a> {
    fn new(
        name: &'static str,
        padded: bool,
        built_in: Duration,
        memory: Memory,
        competitor: Box<dyn Competitor + 'a>,
    ) -> Self {
        let (places, times) = Default::default();
        Self { name, padded, built_in, memory, competitor, places, agrees: 0.0, times }
    }
}

fn main() {
    let data = std::env::var_os("ONOMAST_BENCH_DATA").map(PathBuf::from);
    let texts = data.as_deref().map_or_else(|| made_up::news(8000), made_up::read_news);
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("text: {} documents, {:.1} MB; fastest of {ROUNDS} rounds", texts.len(), bytes as f64 / 1e6);
    match &data {
        Some(folder) => {
            let sets = setting("ONOMAST_BENCH_SETS").unwrap_or("places-10k,places".into());
            for set in sets.split(',') {
                let (ready, names) = real(folder, set);
                compare(set, &ready, names, &texts);
                python(folder, set, &ready, &texts);
            }
        }
        None => {
            for count in [10_000, 100_000] {
                let mut maker = Maker::new(true);
                made_up::entities(count / 2).into_iter().for_each(|entity| maker.add(entity));
                let (ready, names) = maker.finish(|| unreachable!("it was compiled"));
                compare(&format!("made-up {count}"), &ready, names, &texts);
            }
        }
    }
}

fn compare(set: &str, ready: &Ready, names: Names, texts: &[String]) {
    println!("\n{set}: {} names, {} of them distinct when padded", names.raw.len(), names.padded.len());
    let mut runners = Vec::new();
    for (name, opened) in [("onomast", Some(&ready.given)), (ANY_CASE, ready.any_case.as_ref())] {
        let Some((built_in, memory, gazetteer)) = opened else { continue };
        runners.push(Runner::new(name, false, *built_in, *memory, Box::new(Onomast::new(gazetteer))));
    }
    for peer in PEERS {
        if !is_wanted(peer.name) {
            println!("{}: left out, as it is not in ONOMAST_BENCH_PEERS", peer.name);
            continue;
        }
        let (needed, free) = (peer.bytes_a_name * names.raw.len() as u64, available());
        if needed > free / 10 * 9 {
            let gigabytes = |bytes| bytes as f64 / 1e9;
            println!("{}: left out, needs {:.1} GB of {:.1}", peer.name, gigabytes(needed), gigabytes(free));
            continue;
        }
        let start = Instant::now();
        let (memory, competitor) = counted(|| (peer.build)(&names));
        runners.push(Runner::new(peer.name, peer.padded, start.elapsed(), memory, competitor));
    }
    drop(names);

    check(&mut runners, texts);
    for _ in 0..ROUNDS {
        for runner in &mut runners {
            let start = Instant::now();
            let count = find(&mut *runner.competitor, texts, None);
            runner.times.push(start.elapsed());
            assert_eq!(count, runner.places.len(), "{}: the number of matches must not change", runner.name);
        }
    }

    println!(
        "{:<18} {:>8} {:>9} {:>9} {:>9} {:>7} {:>7} {:>8}",
        "", "build s", "peak MB", "then MB", "matches", "agrees", "MB/s", "onomast"
    );
    let best = |runner: &Runner| runner.times.iter().min().unwrap().as_secs_f64();
    let ours = best(&runners[0]);
    let bytes: usize = texts.iter().map(String::len).sum();
    for runner in &runners {
        println!(
            "{:<18} {:>8.2} {:>9.0} {:>9.0} {:>9} {:>6.1}% {:>7.1} {:>7.2}x",
            runner.name,
            runner.built_in.as_secs_f64(),
            runner.memory.peak as f64 / 1e6,
            runner.memory.steady as f64 / 1e6,
            runner.places.len(),
            100.0 * runner.agrees,
            bytes as f64 / 1e6 / best(runner),
            best(runner) / ours
        );
    }
}

/// How many places all texts have. Keeps them if asked to, counted from the beginning of the first text.
fn find(competitor: &mut dyn Competitor, texts: &[String], mut keep: Option<&mut Vec<Place>>) -> usize {
    let mut one = Vec::new();
    let (mut count, mut before) = (0, 0);
    for text in texts {
        one.clear();
        competitor.find(text, &mut one);
        count += one.len();
        if let Some(keep) = &mut keep {
            keep.extend(one.iter().map(|(start, end)| (before + start, before + end)));
            before += text.len() as u32;
        }
    }
    count
}

/// Lets everyone run once, untimed. Those over padded text must find the very same; the others nearly so many.
fn check(runners: &mut [Runner<'_>], texts: &[String]) {
    for runner in &mut *runners {
        find(&mut *runner.competitor, texts, Some(&mut runner.places));
        assert!(!runner.places.is_empty(), "{} finds nothing", runner.name);
    }
    let Some(reference) = runners.iter().find(|runner| runner.padded).map(|runner| runner.places.clone()) else {
        println!("no peer over padded text, so nothing to compare matches with");
        return;
    };
    for runner in runners {
        if runner.padded {
            assert!(runner.places == reference, "{} differs from the others over padded text", runner.name);
        }
        runner.agrees = agreement(&runner.places, &reference);
        if runner.name != "onomast" {
            // Whose own rules of case leave out most of what the others find.
            assert!(runner.agrees > 0.9, "{} gives {} of the places only", runner.name, runner.agrees);
        }
    }
}

/// The share of the reference's places that are among these.
fn agreement(places: &[Place], reference: &[Place]) -> f64 {
    let both = reference.iter().filter(|place| places.binary_search(place).is_ok()).count();
    both as f64 / reference.len() as f64
}

/// A gazetteer, what making or opening it took, and its memory.
type Opened = (Duration, Memory, Gazetteer);

/// What Onomast searches.
struct Ready {
    given: Opened,
    /// The same with every name in any case, if that is wanted.
    any_case: Option<Opened>,
}

const ANY_CASE: &str = "onomast-any-case";

/// A set's gazetteer, from its segment file if there is one of this version, and its names.
fn real(folder: &Path, set: &str) -> (Ready, Names) {
    let file = folder.join(format!("{set}.segment"));
    let start = Instant::now();
    let (memory, opened) = counted(|| Gazetteer::open("bench", &file));
    let opened = opened.map(|gazetteer| {
        let steady = gazetteer.segment().memory() as u64;
        (start.elapsed(), Memory { steady, ..memory }, gazetteer)
    });
    let mut maker = Maker::new(opened.is_err());
    let lines = BufReader::new(File::open(folder.join(format!("{set}.jsonl"))).expect("a gazetteer"));
    let each = |entry: Result<Entry, _>| {
        if let Ok(entry) = entry {
            maker.add(entry.entity);
        }
    };
    read_each(lines, Format::JsonLines, &mut Checker::default(), each).unwrap();
    maker.finish(|| opened.unwrap())
}

/// Makes gazetteers and a list of names of the same entities.
struct Maker {
    given: Option<Compiling>,
    any_case: Option<Compiling>,
    names: Vec<String>,
}

impl Maker {
    fn new(compile: bool) -> Self {
        let any_case = is_wanted(ANY_CASE).then(Compiling::default);
        Self { given: compile.then(Compiling::default), any_case, names: Vec::new() }
    }

    fn add(&mut self, mut entity: Entity) {
        self.names.push(entity.name.clone());
        self.names.extend(entity.aliases.iter().map(|alias| alias.text.clone()));
        if let Some(given) = &mut self.given {
            given.add(&entity);
        }
        if let Some(any_case) = &mut self.any_case {
            entity.case = CaseRule::Any;
            entity.aliases.iter_mut().for_each(|alias| alias.case = None);
            any_case.add(&entity);
        }
    }

    /// Opens the gazetteer that was not made.
    fn finish(self, open: impl FnOnce() -> Opened) -> (Ready, Names) {
        let given = self.given.map_or_else(open, Compiling::finish);
        let mut raw = self.names;
        raw.sort_unstable();
        raw.dedup();
        let mut padding = Padded::default();
        let mut padded: Vec<_> = raw.iter().filter_map(|name| padding.name(name)).collect();
        padded.sort_unstable();
        padded.dedup();
        (Ready { given, any_case: self.any_case.map(Compiling::finish) }, Names { raw, padded })
    }
}

/// A compiler, and what it took so far.
struct Compiling {
    compiler: Compiler,
    took: Duration,
    memory: Memory,
}

impl Default for Compiling {
    fn default() -> Self {
        Self { compiler: Compiler::for_file(), took: Duration::ZERO, memory: Memory::default() }
    }
}

impl Compiling {
    fn add(&mut self, entity: &Entity) {
        let start = Instant::now();
        let (memory, ()) = counted(|| self.compiler.add(entity));
        self.took += start.elapsed();
        self.memory.peak = self.memory.peak.max(self.memory.steady + memory.peak);
        self.memory.steady += memory.steady;
    }

    fn finish(self) -> Opened {
        let start = Instant::now();
        let (memory, segment) = counted(|| self.compiler.finish().unwrap());
        let peak = self.memory.peak.max(self.memory.steady + memory.peak);
        let memory = Memory { peak, steady: segment.memory() as u64 };
        (self.took + start.elapsed(), memory, Gazetteer::new("bench", "", segment))
    }
}

/// The peers in Python, over the first documents only, as they are slow.
fn python(folder: &Path, set: &str, ready: &Ready, texts: &[String]) {
    let gazetteer = &ready.given.2;
    let Some(program) = setting("ONOMAST_BENCH_PYTHON") else {
        println!("spaCy and FlashText: left out, as ONOMAST_BENCH_PYTHON names no Python");
        return;
    };
    let number = |name, default| setting(name).map_or(default, |value| value.parse().expect("a number"));
    let documents = number("ONOMAST_BENCH_PYTHON_DOCUMENTS", 1000).min(texts.len());
    let most = number("ONOMAST_BENCH_PYTHON_NAMES", 250_000);
    if gazetteer.segment().name_count() > most {
        println!("spaCy and FlashText: left out, as there are more than {most} names");
        return;
    }
    let texts = &texts[..documents];
    let bytes: usize = texts.iter().map(String::len).sum();
    let mut onomast = Onomast::new(gazetteer);
    let (ours, count) = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            let count = find(&mut onomast, texts, None);
            (start.elapsed().as_secs_f64(), count)
        })
        .reduce(|best, one| (best.0.min(one.0), one.1))
        .unwrap();
    println!("the first {documents} documents, {:.2} MB", bytes as f64 / 1e6);
    let row = |name: &str, build: f64, [peak, then]: [f64; 2], matches: u64, seconds: f64| {
        println!(
            "{name:<18} {build:>8.2} {peak:>9.0} {then:>9.0} {matches:>9} {:>7} {:>7.2} {:>7.2}x",
            "",
            bytes as f64 / 1e6 / seconds,
            seconds / ours
        );
    };
    row("onomast", 0.0, [0.0; 2], count as u64, ours);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers.py");
    let output = Command::new(program).arg(script).arg(folder).arg(set).arg(documents.to_string()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let one: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        assert_eq!(one["bytes"].as_u64(), Some(bytes as u64), "both must read the same");
        let number = |key: &str| one[key].as_f64().expect("a number");
        let memory = [number("peak"), number("then")];
        row(one["name"].as_str().unwrap(), number("build"), memory, number("matches") as u64, number("seconds"));
    }
}

/// Whether a competitor is among those asked for; all are, where none is.
fn is_wanted(name: &str) -> bool {
    setting("ONOMAST_BENCH_PEERS").is_none_or(|wanted| wanted.split(',').any(|wanted| wanted == name))
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
