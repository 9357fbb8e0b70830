//! From names to a segment that finds them: vocabulary, automaton, search.
//!
//! A [`Segment`] is compiled once by a [`Compiler`], or as a file by a [`FileCompiler`], and never changes. [`Search`] runs
//! a segment over the words of a document and reports an [`Occurrence`] for every name at every place, overlapping ones
//! and weaker readings included. Whether an occurrence counts is decided in `extract`.
//!
//! The automaton runs over word ids, not bytes, so that no occurrence begins or ends inside a word. This is the only
//! home of the `aho-corasick` crate.
//!
//! Must not know: documents, options of a request, scores, the catalog, the network.

#[forbid(unsafe_code)]
mod assemble;
#[forbid(unsafe_code)]
mod automaton;
#[forbid(unsafe_code)]
mod beginnings;
#[forbid(unsafe_code)]
mod bounds;
#[forbid(unsafe_code)]
mod bytewise;
#[forbid(unsafe_code)]
mod codes;
#[forbid(unsafe_code)]
mod collect;
mod column;
#[forbid(unsafe_code)]
mod compile;
#[forbid(unsafe_code)]
mod entities;
#[forbid(unsafe_code)]
mod file;
#[forbid(unsafe_code)]
mod forms;
#[forbid(unsafe_code)]
mod front;
#[forbid(unsafe_code)]
mod given;
#[forbid(unsafe_code)]
mod glued;
#[forbid(unsafe_code)]
mod held;
#[forbid(unsafe_code)]
mod ids;
#[forbid(unsafe_code)]
mod interner;
#[forbid(unsafe_code)]
mod joins;
#[forbid(unsafe_code)]
mod name_run;
#[forbid(unsafe_code)]
mod names;
#[forbid(unsafe_code)]
mod occurrence;
#[forbid(unsafe_code)]
mod overlay;
#[forbid(unsafe_code)]
mod readings;
#[forbid(unsafe_code)]
mod search;
#[forbid(unsafe_code)]
mod segment;
#[forbid(unsafe_code)]
mod slots;
#[forbid(unsafe_code)]
mod spill;
#[forbid(unsafe_code)]
mod strings;
#[forbid(unsafe_code)]
mod trie;
#[forbid(unsafe_code)]
mod vocabulary;
#[forbid(unsafe_code)]
mod wordwise;

pub use automaton::{Engine, PatternId};
pub use compile::{CompileError, Compiler};
pub use entities::{AttributeId, EntityId, SegmentEntity, TypeId};
pub use file::{FileError, Section, begins_segment};
pub use forms::{Form, Forms};
pub use glued::{GluedWord, GluedWords};
pub use ids::natural;
pub use name_run::NameRun;
pub use names::{CaseCheck, DEFAULT_PRIOR, Manner, Name, NameId};
pub use occurrence::{Occurrence, OtherWord, Use};
pub use overlay::Overlay;
pub use search::{MAX_NESTED, MAX_TRACKS, Search};
pub use segment::Segment;
pub use spill::{FileCompiler, Spill, SpillFile};
pub use vocabulary::WordId;
