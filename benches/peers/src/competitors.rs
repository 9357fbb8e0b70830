//! Who is compared. Each goes all the way: from raw text to places in bytes of the raw text, the leftmost, of these the
//! longest, and nothing that overlaps it.

use std::{cmp::Reverse, sync::atomic::AtomicBool};

use aho_corasick::{AhoCorasick, MatchKind};
use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder};
use flashtext2::KeywordProcessor;
use onomast::{
    catalog::Gazetteer,
    extract::{self, Answer, Filter, Input, Options, Scratch, Source},
    gazetteer::Rule,
    index::Form,
};

use crate::padded::Padded;

/// Where a name stands in the raw text.
pub(crate) type Place = (u32, u32);

pub(crate) trait Competitor {
    /// Appends the places of the names in a text, from left to right.
    fn find(&mut self, text: &str, places: &mut Vec<Place>);
}

/// How a competitor is built from the names.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    /// Bytes a name that building takes at most, roughly; what would not fit is left out.
    pub(crate) bytes_a_name: u64,
    /// Whether it reads the padded text, and so must find what the others find that do.
    pub(crate) padded: bool,
    pub(crate) build: fn(&Names) -> Box<dyn Competitor>,
}

/// The names of a gazetteer.
pub(crate) struct Names {
    /// As given, without repetition.
    pub(crate) raw: Vec<String>,
    /// Padded, without repetition.
    pub(crate) padded: Vec<String>,
}

pub(crate) const PEERS: [Peer; 4] = [
    Peer { name: "daachorse", bytes_a_name: 1600, padded: true, build: daachorse },
    Peer { name: "aho-corasick", bytes_a_name: 700, padded: true, build: aho_corasick },
    Peer { name: "aho-corasick-raw", bytes_a_name: 700, padded: false, build: aho_corasick_raw },
    Peer { name: "flashtext2", bytes_a_name: 500, padded: false, build: flashtext2 },
];

pub(crate) struct Onomast<'a> {
    source: Source<'a>,
    options: Options,
    scratch: Scratch,
    answer: Answer,
    never: AtomicBool,
}

impl<'a> Onomast<'a> {
    /// With short and derived names and every rule of ranking off, which no peer has.
    pub(crate) fn new(gazetteer: &'a Gazetteer) -> Self {
        let options = Options {
            disabled: [Form::Short, Form::Derived].into_iter().collect(),
            disabled_rules: Rule::ALL.into_iter().collect(),
            ..Options::default()
        };
        let source = Source::new("bench", gazetteer.segment(), 0);
        let (scratch, answer) = Default::default();
        Self { source, options, scratch, answer, never: AtomicBool::new(false) }
    }
}

impl Competitor for Onomast<'_> {
    fn find(&mut self, text: &str, places: &mut Vec<Place>) {
        let sources = [self.source];
        let filter = Filter::new(&sources, &self.options);
        let Self { options, scratch, answer, never, .. } = self;
        extract::run(&sources, Input { text, ..Input::default() }, options, &filter, scratch, answer, never).unwrap();
        places.extend(answer.mentions.iter().map(|mention| (mention.offsets.start, mention.offsets.end)));
    }
}

struct Daachorse {
    automaton: DoubleArrayAhoCorasick<u32>,
    padded: Padded,
}

fn daachorse(names: &Names) -> Box<dyn Competitor> {
    let builder = DoubleArrayAhoCorasickBuilder::new().match_kind(daachorse::MatchKind::LeftmostLongest);
    Box::new(Daachorse { automaton: builder.build(&names.padded).unwrap(), padded: Padded::default() })
}

impl Competitor for Daachorse {
    fn find(&mut self, text: &str, places: &mut Vec<Place>) {
        self.padded.read(text);
        let mut way_back = self.padded.way_back();
        let found = self.automaton.leftmost_find_iter(self.padded.bytes());
        places.extend(found.map(|found| way_back(found.start() + 1, found.end() - 1)));
    }
}

struct AhoCorasickPadded {
    automaton: AhoCorasick,
    padded: Padded,
}

fn aho_corasick(names: &Names) -> Box<dyn Competitor> {
    let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&names.padded).unwrap();
    Box::new(AhoCorasickPadded { automaton, padded: Padded::default() })
}

impl Competitor for AhoCorasickPadded {
    fn find(&mut self, text: &str, places: &mut Vec<Place>) {
        self.padded.read(text);
        let mut way_back = self.padded.way_back();
        let found = self.automaton.find_iter(self.padded.bytes());
        places.extend(found.map(|found| way_back(found.start() + 1, found.end() - 1)));
    }
}

/// Over the raw bytes. Every occurrence is asked for, as the longest may end inside a word where a shorter does not.
struct AhoCorasickRaw {
    automaton: AhoCorasick,
    occurrences: Vec<Place>,
}

fn aho_corasick_raw(names: &Names) -> Box<dyn Competitor> {
    let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(&names.raw).unwrap();
    Box::new(AhoCorasickRaw { automaton, occurrences: Vec::new() })
}

impl Competitor for AhoCorasickRaw {
    fn find(&mut self, text: &str, places: &mut Vec<Place>) {
        self.occurrences.clear();
        for found in self.automaton.find_overlapping_iter(text) {
            if !touches(text, found.start(), found.end()) {
                self.occurrences.push((found.start() as u32, found.end() as u32));
            }
        }
        self.occurrences.sort_unstable_by_key(|&(start, end)| (start, Reverse(end)));
        let mut behind = 0;
        for &(start, end) in &self.occurrences {
            if start >= behind {
                places.push((start, end));
                behind = end;
            }
        }
    }
}

/// Whether a letter or digit stands right before or behind.
fn touches(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let before = match start.checked_sub(1).map(|at| bytes[at]) {
        None => false,
        Some(byte) if byte < 128 => byte.is_ascii_alphanumeric(),
        Some(_) => text[..start].chars().next_back().is_some_and(char::is_alphanumeric),
    };
    before
        || match bytes.get(end) {
            None => false,
            Some(byte) if *byte < 128 => byte.is_ascii_alphanumeric(),
            Some(_) => text[end..].chars().next().is_some_and(char::is_alphanumeric),
        }
}

/// Knows no lower case, so it gets the padded text and names. To it, spaces in a row are one token.
struct Flashtext2 {
    processor: KeywordProcessor,
    padded: Padded,
}

fn flashtext2(names: &Names) -> Box<dyn Competitor> {
    let mut processor = KeywordProcessor::new();
    for name in &names.padded {
        // What it gives back is not used.
        processor.add_keyword_with_clean_word(name.trim(), "");
    }
    Box::new(Flashtext2 { processor, padded: Padded::default() })
}

impl Competitor for Flashtext2 {
    fn find(&mut self, text: &str, places: &mut Vec<Place>) {
        self.padded.read(text);
        let mut way_back = self.padded.way_back();
        let found = self.processor.extract_keywords_with_span(self.padded.text());
        places.extend(found.map(|(_, start, end)| way_back(start, end)));
    }
}
