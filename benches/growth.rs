//! What names cost that never occur: the speed over the same text with the same names in it, alone and beside so many
//! others.
//!
//! Run: `cargo bench --bench growth`. `ONOMAST_BENCH_DATA` is as for the pipeline; the names that occur are those of
//! `places-10k`. `ONOMAST_BENCH_GROWTH` gives how many names there are in all, by default a million and six million.
//! The number of mentions must stay the same. Sizes take turns within a round; the fastest round counts.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

mod made_up;

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use onomast::{
    catalog::Gazetteer,
    extract::{self, Answer, Input, Options, Scratch},
    gazetteer::{Entity, Format, Rule, read},
    index::{Compiler, Form},
};

use made_up::Numbers;

const ROUNDS: usize = 7;

/// What the words of the names are that are added.
#[derive(Clone, Copy)]
enum Added {
    Nothing,
    /// None of their words occurs.
    Strangers,
    /// The first word occurs, so that the text often begins a name and never ends it.
    Beginnings,
}

struct Set {
    added: Added,
    gazetteer: Gazetteer,
    compiled_in: Duration,
    times: Vec<Duration>,
}

fn main() {
    let (texts, entities) = match std::env::var_os("ONOMAST_BENCH_DATA").map(PathBuf::from) {
        Some(folder) => (made_up::read_news(&folder), places(&folder)),
        None => (made_up::news(8000), made_up::entities(5000)),
    };
    let sizes = std::env::var("ONOMAST_BENCH_GROWTH").unwrap_or("1000000,6000000".into());
    let sizes: Vec<usize> = sizes.split(',').map(|size| size.parse().expect("a number of names")).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("text: {} documents, {:.1} MB; fastest of {ROUNDS} rounds", texts.len(), bytes as f64 / 1e6);

    let words = Words::of(&texts);
    let mut sets = vec![compile(&entities, 0, Added::Nothing, &words)];
    for added in [Added::Strangers, Added::Beginnings] {
        sets.extend(sizes.iter().map(|&size| compile(&entities, size, added, &words)));
    }

    let mut mentions = None;
    for _ in 0..ROUNDS {
        for set in &mut sets {
            let start = Instant::now();
            let count = extract(&set.gazetteer, &texts);
            set.times.push(start.elapsed());
            assert!(count > 0);
            assert_eq!(*mentions.get_or_insert(count), count, "names that do not occur must not change what is found");
        }
    }
    println!(
        "{:<11} {:>8} {:>8} {:>7} {:>9} {:>7} {:>6}",
        "added", "names", "compile", "memory", "mentions", "MB/s", "ratio"
    );
    let best = |set: &Set| set.times.iter().min().unwrap().as_secs_f64();
    for set in &sets {
        let added = match set.added {
            Added::Nothing => "nothing",
            Added::Strangers => "strangers",
            Added::Beginnings => "beginnings",
        };
        println!(
            "{added:<11} {:>8} {:>7.1}s {:>5.0}MB {:>9} {:>7.1} {:>6.2}",
            set.gazetteer.segment().name_count(),
            set.compiled_in.as_secs_f64(),
            set.gazetteer.segment().memory() as f64 / 1e6,
            mentions.unwrap_or_default(),
            bytes as f64 / 1e6 / best(set),
            best(&sets[0]) / best(set),
        );
    }
}

/// From text to mentions, with short and derived names and every rule of ranking off; the number of mentions.
fn extract(gazetteer: &Gazetteer, texts: &[String]) -> usize {
    let sources = [extract::Source::new("bench", gazetteer.segment(), 0)];
    let options = Options {
        disabled: [Form::Short, Form::Derived].into_iter().collect(),
        disabled_rules: Rule::ALL.into_iter().collect(),
        ..Options::default()
    };
    let filter = extract::Filter::new(&sources, &options);
    let (mut scratch, mut answer) = (Scratch::default(), Answer::default());
    let never = AtomicBool::new(false);
    let mut count = 0;
    for text in texts {
        let input = Input { text, ..Input::default() };
        extract::run(&sources, input, &options, &filter, &mut scratch, &mut answer, &never).unwrap();
        count += answer.mentions.len();
    }
    count
}

/// The entities, with others added until there are so many names.
fn compile(entities: &[Entity], names: usize, added: Added, words: &Words) -> Set {
    let start = Instant::now();
    let mut compiler = Compiler::for_file();
    let mut have = 0;
    for entity in entities {
        compiler.add(entity);
        have += 1 + entity.aliases.len();
    }
    let mut numbers = Numbers(7);
    for number in have..names {
        let name = match added {
            Added::Nothing => break,
            Added::Strangers => words.strangers(&mut numbers),
            Added::Beginnings => words.beginning(&mut numbers),
        };
        compiler.add(&Entity { id: format!("added:{number}"), name, kind: "thing".into(), ..Entity::default() });
    }
    let gazetteer = Gazetteer::new("bench", "", compiler.finish().unwrap());
    Set { added, gazetteer, compiled_in: start.elapsed(), times: Vec::new() }
}

/// The words of the texts.
struct Words {
    occurring: Vec<String>,
    known: HashSet<String>,
}

impl Words {
    fn of(texts: &[String]) -> Self {
        let words = texts.iter().flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric()));
        let known: HashSet<_> = words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
        let mut occurring: Vec<_> = known.iter().filter(|word| word.is_ascii() && word.len() > 2).cloned().collect();
        occurring.sort_unstable();
        Self { occurring, known }
    }

    /// A word of consonants that does not occur.
    fn stranger(&self, numbers: &mut Numbers) -> String {
        const CONSONANTS: &[u8] = b"bcdfghjklmnpqrtvwxz";
        loop {
            // Of shorter ones, three more mentions were found; why was not looked into.
            let letters = 7 + numbers.below(5);
            let word: String = (0..letters).map(|_| char::from(CONSONANTS[numbers.below(CONSONANTS.len())])).collect();
            if !self.known.contains(&word) {
                return word[..1].to_uppercase() + &word[1..];
            }
        }
    }

    /// A name of one to three words, none of which occurs.
    fn strangers(&self, numbers: &mut Numbers) -> String {
        let words: Vec<_> = (0..1 + numbers.below(3)).map(|_| self.stranger(numbers)).collect();
        words.join(" ")
    }

    /// A name of two words, of which the first occurs.
    fn beginning(&self, numbers: &mut Numbers) -> String {
        let first = &self.occurring[numbers.below(self.occurring.len())];
        first[..1].to_uppercase() + &first[1..] + " " + &self.stranger(numbers)
    }
}

fn places(folder: &Path) -> Vec<Entity> {
    let bytes = fs::read(folder.join("places-10k.jsonl")).expect("a gazetteer");
    read(&bytes[..], Format::JsonLines).unwrap().entries.into_iter().map(|entry| entry.entity).collect()
}
