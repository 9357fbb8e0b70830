//! How long it takes from nothing to the first answer of a segment file, and what memory that takes.
//!
//! Run: `cargo bench --bench open`. `ONOMAST_BENCH_DATA` and `ONOMAST_BENCH_SETS` are as for the pipeline, by default
//! with `labels`; without data, names are made up. Every measurement is that of a process of its own, which this one
//! starts; the fastest of them counts. `cold` is the first answer once the system has forgotten the file, where it can
//! be made to (by `dd` and `nocache`).

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

// It needs no news.
mod made_up;

use std::{
    fs::{self, File},
    io::{BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::AtomicBool,
    time::Instant,
};

use onomast::{
    catalog::Gazetteer,
    extract::{self, Answer, Filter, Input, Options, Scratch},
    gazetteer::{Checker, Entry, Format, read_each},
    index::Compiler,
};

const ROUNDS: usize = 5;

/// What one process measured: milliseconds and megabytes.
#[derive(Debug, Clone, Copy)]
struct Measured {
    open: f64,
    answer: f64,
    verify: f64,
    grown_open: f64,
    grown_answer: f64,
    names: f64,
    mentions: f64,
}

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    if let [_, flag, file] = &arguments[..]
        && flag == "--measure"
    {
        return measure(Path::new(file));
    }
    println!(
        "{:<12} {:>8} {:>7} {:>8} {:>8} {:>8} {:>8} {:>9} {:>9} {:>7} {:>8}",
        "segment", "names", "MB", "B/name", "open", "answer", "cold", "open", "answer", "verify", "mentions"
    );
    println!(
        "{:<12} {:>8} {:>7} {:>8} {:>8} {:>8} {:>8} {:>9} {:>9} {:>7} {:>8}",
        "", "", "", "", "ms", "ms", "ms", "MB grown", "MB grown", "ms", ""
    );
    for (label, file) in files() {
        let size = fs::metadata(&file).unwrap().len() as f64;
        let cold = forget(&file).then(|| in_process(&file));
        let rounds: Vec<_> = (0..ROUNDS).map(|_| in_process(&file)).collect();
        let least = |of: fn(&Measured) -> f64| rounds.iter().map(of).fold(f64::INFINITY, f64::min);
        let mentions = rounds[0].mentions;
        assert!(rounds.iter().chain(&cold).all(|one| one.mentions == mentions), "the answer must not change");
        println!(
            "{label:<12} {:>8} {:>7.1} {:>8.1} {:>8.2} {:>8.2} {:>8} {:>9.1} {:>9.1} {:>7.0} {:>8}",
            rounds[0].names,
            size / 1e6,
            size / rounds[0].names,
            least(|one| one.open),
            least(|one| one.open + one.answer),
            cold.map_or("?".into(), |one| format!("{:.1}", one.open + one.answer)),
            least(|one| one.grown_open),
            least(|one| one.grown_answer),
            least(|one| one.verify),
            mentions,
        );
    }
}

/// What a process of its own measures.
fn in_process(file: &Path) -> Measured {
    let output = Command::new(std::env::current_exe().unwrap()).arg("--measure").arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let line = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<f64> = line.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let [open, answer, verify, grown_open, grown_answer, names, mentions] = numbers[..] else {
        panic!("not what a process measured: {line}");
    };
    Measured { open, answer, verify, grown_open, grown_answer, names, mentions }
}

fn measure(file: &Path) {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/story.txt")).unwrap();
    let millis = |start: Instant| start.elapsed().as_secs_f64() * 1e3;
    let (before, start) = (resident(), Instant::now());
    let gazetteer = Gazetteer::open("bench", file).expect("a segment file");
    let (open, grown_open) = (millis(start), resident() - before);
    let start = Instant::now();
    let sources = [extract::Source::new("bench", gazetteer.segment(), 0)];
    let options = Options::default();
    let filter = Filter::new(&sources, &options);
    let (mut scratch, mut result) = (Scratch::default(), Answer::default());
    let input = Input { text: &text, ..Input::default() };
    extract::run(&sources, input, &options, &filter, &mut scratch, &mut result, &AtomicBool::new(false)).unwrap();
    let (answer, grown_answer) = (millis(start), resident() - before);
    let start = Instant::now();
    gazetteer.segment().verify().expect("the file is whole");
    let verify = millis(start);
    let (names, mentions) = (gazetteer.segment().name_count(), result.mentions.len());
    println!("{open} {answer} {verify} {grown_open} {grown_answer} {names} {mentions}");
}

/// The memory of this process in MB, pages of mapped files included; zero where the system does not say.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kilobytes.map_or(0.0, |kilobytes| kilobytes * 1024.0 / 1e6)
}

/// Asks the system to forget what it holds of a file; whether it was asked.
fn forget(file: &Path) -> bool {
    let input = format!("if={}", file.display());
    let dd = Command::new("dd").args([&input, "of=/dev/null", "iflag=nocache", "count=0"]).output();
    dd.is_ok_and(|done| done.status.success())
}

/// The segment files, made where there is none of this version.
fn files() -> Vec<(String, PathBuf)> {
    let Some(folder) = std::env::var_os("ONOMAST_BENCH_DATA").map(PathBuf::from) else {
        return [10_000, 100_000].map(made_up).into();
    };
    let sets = std::env::var("ONOMAST_BENCH_SETS").unwrap_or("places-10k,places,labels".into());
    let file = |set: &str| {
        let file = folder.join(format!("{set}.segment"));
        if Gazetteer::open("bench", &file).is_ok() {
            return (set.into(), file);
        }
        let lines = BufReader::new(File::open(folder.join(format!("{set}.jsonl"))).expect("a gazetteer"));
        let mut compiler = Compiler::for_file();
        let each = |entry: Result<Entry, _>| {
            if let Ok(entry) = entry {
                compiler.add(&entry.entity);
            }
        };
        read_each(lines, Format::JsonLines, &mut Checker::default(), each).unwrap();
        (set.into(), write(set, compiler))
    };
    sets.split(',').map(file).collect()
}

fn made_up(count: usize) -> (String, PathBuf) {
    let mut compiler = Compiler::for_file();
    made_up::entities(count / 2).iter().for_each(|entity| compiler.add(entity));
    let label = format!("made-up {count}");
    let file = write(&label, compiler);
    (label, file)
}

/// Writes a segment file beside what else builds leave behind.
fn write(label: &str, compiler: Compiler) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{label}.segment"));
    let mut out = BufWriter::new(File::create(&file).unwrap());
    compiler.finish().unwrap().write("bench", &mut out).unwrap();
    out.flush().unwrap();
    file
}
