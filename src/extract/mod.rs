//! From a document to its mentions: the pipeline, one file a stage.
//!
//! [`run`] reads the words of title and text once, searches every source ([`crate::index`]), applies the rules of each
//! name ([`rules`]), resolves short names ([`resolve`]), settles overlaps ([`overlap`]), ranks the candidates
//! ([`link`]) and counts offsets in the caller's unit. All state lives in a [`Scratch`] that is used again for the next
//! document.
//!
//! Pure: no files, no clock, no logging, no global state. The same sources, document and options give the same answer
//! (rule L4).
//!
//! Must not know: the catalog, requests, protobuf, how sources came to be.

mod agreement;
mod anchors;
mod another;
mod answer;
mod ask;
mod beside;
mod better;
mod edges;
mod explain;
mod factors;
mod finder;
mod found;
mod given;
mod introduced;
mod judged;
mod link;
mod longer_name;
mod made;
mod names;
mod neighbour;
mod no_name;
mod nothing;
mod options;
mod order;
mod outrank;
mod overlap;
mod place;
mod resolve;
mod rules;
mod scales;
mod scene;
mod shown;
mod sieve;
mod source;
mod spelling;
mod spent;
mod stretch;
mod symbols;
mod tied;
mod trace;

use std::sync::atomic::{AtomicBool, Ordering};

pub use answer::{Answer, Candidate, Cut, Field, Mention};
pub use ask::{Finding, MAX_FINDINGS, Subject, ask};
pub use explain::{CandidateParts, Explanation, Part};
pub use options::{Filter, Options, Overlap};
pub use source::Source;
pub use trace::Reason;

use crate::{
    index::{GluedWords, MAX_NESTED, MAX_TRACKS, NameRun, Search},
    text::{Language, Letters, View, Words},
};
use found::Found;

/// What entities are looked for in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Input<'a> {
    /// The headline; may be empty.
    pub title: &'a str,
    /// The body; may be empty. Title and text together must be less than 2 GiB.
    pub text: &'a str,
    /// The language of both as a BCP 47 tag; empty where it is not known.
    pub language: &'a str,
}

/// The work was interrupted; there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the extraction was interrupted")]
pub struct Interrupted;

/// The memory of an extraction, kept for the next one.
#[derive(Debug, Default)]
pub struct Scratch {
    words: Words,
    /// How many of the words are the title's.
    border: usize,
    glued: GluedWords,
    searches: Vec<Search>,
    letters: Letters,
    /// The words of a name.
    own: Words,
    judged: judged::Judged,
    /// The names of what the search of a source found.
    runs: Vec<NameRun>,
    found: Vec<Found>,
    resolver: resolve::Resolver,
    linker: link::Linker,
    trace: trace::Trace,
}

/// Finds the mentions of the sources' entities in a document, and writes them to `answer`.
///
/// `filter` must have been made for the same sources. Linear in the size of the document plus what is found, but for
/// sorting what is found. Ends early with an error when `interrupted` is set by another thread.
pub fn run(
    sources: &[Source<'_>],
    input: Input<'_>,
    options: &Options,
    filter: &Filter,
    scratch: &mut Scratch,
    answer: &mut Answer,
    interrupted: &AtomicBool,
) -> Result<(), Interrupted> {
    answer.clear();
    let Scratch { words, border, glued, searches, letters, own, judged, runs, found, resolver, linker, trace } =
        scratch;
    (trace.rejected, trace.dropped) = Default::default();
    words.clear();
    glued.clear();
    *border = words.read(input.title);
    glued.read(input.title, words, 0);
    words.read(input.text);
    glued.read(input.text, words, *border);
    let view = View { fields: [input.title, input.text], words, border: *border };

    let language = Language::of(input.language, words);
    let refused = options.refused();

    found.clear();
    let mut cut_readings = glued.dropped() as usize;
    let (mut cut_nested, mut spent) = (0, spent::Spent::default());
    searches.resize_with(sources.len().max(searches.len()), Search::default);
    for (number, (source, search)) in sources.iter().zip(searches.iter_mut()).enumerate() {
        search.set_thorough(trace.on);
        search.run(source.segment, view, glued, language, refused, interrupted);
        let disabled = (refused, options.disabled_rules);
        let memory = (&mut *letters, &mut *own, &mut *judged, &mut *runs);
        let all = (&mut *found, &mut spent);
        rules::apply(number, source, view, search, filter, disabled, memory, all, trace, interrupted);
        is_to_go_on(interrupted)?;
        cut_readings += search.dropped() as usize;
        cut_nested += search.dropped_nested() as usize;
    }
    outrank::run(view, found, trace);
    resolver.run(sources, view, searches, glued, options, language, letters, found, trace, interrupted);
    is_to_go_on(interrupted)?;
    let known = scene::Known::default();
    let scene = scene::Scene { sources, input, language, view, searches, options, found, interrupted, known };
    linker.run(&scene, resolver, answer, trace);
    is_to_go_on(interrupted)?;
    for (limit, value, dropped) in [
        ("readings", MAX_TRACKS, cut_readings),
        ("nested_names", MAX_NESTED, cut_nested + spent.cut_long),
        ("candidates", rules::MAX_CANDIDATES, spent.cut_candidates),
    ] {
        if dropped > 0 {
            answer.cuts.push(Cut { limit, value, dropped });
        }
    }
    answer.count_offsets(view, options.offsets);
    Ok(())
}

/// Fails where another thread has set the flag. Stages whose work may be long look at it themselves, and end early.
fn is_to_go_on(interrupted: &AtomicBool) -> Result<(), Interrupted> {
    if interrupted.load(Ordering::Relaxed) { Err(Interrupted) } else { Ok(()) }
}
