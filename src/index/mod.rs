//! From names to a segment that finds them: vocabulary, automaton, search.
//!
//! A [`Segment`] is compiled once by a [`Compiler`] and never changes. [`Search`] runs a segment over the words of a
//! document and reports an [`Occurrence`] for every name at every place, overlapping ones and weaker readings included.
//! Whether an occurrence counts is decided in `extract`.
//!
//! The automaton runs over word ids, not bytes, so that no occurrence begins or ends inside a word. This is the only
//! home of the `aho-corasick` crate.
//!
//! Must not know: documents, options of a request, scores, the catalog, the network.

mod automaton;
mod bytewise;
mod codes;
mod compile;
mod forms;
mod glued;
mod ids;
mod readings;
mod search;
mod segment;
mod vocabulary;
mod wordwise;

pub use automaton::{Engine, PatternId};
pub use compile::{CompileError, Compiler};
pub use forms::{Form, Forms};
pub use glued::{GluedWord, GluedWords};
pub use search::{MAX_NESTED, MAX_TRACKS, Occurrence, Search, Use};
pub use segment::{AttributeId, CaseCheck, EntityId, Name, NameId, Segment, SegmentEntity, TypeId};
pub use vocabulary::WordId;
