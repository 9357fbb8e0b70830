//! Text: from `&str` to words with spans, and back to the offsets of the caller.
//!
//! [`Words::read`] is the one pass over a text: it finds the words (rule T2), folds each (rule T3) into a
//! [`WordKey`], and notes what stands between them (rule T4). What is left of HTML or JSON, or was misread, is the
//! character that it stands for, for all of them ([`dereferenced`]). [`seams`] cuts a glued word into parts (rule
//! T6), [`Letters`] compares what folding made equal, and [`Offsets`] turns byte offsets into the caller's unit
//! (rule T1).
//!
//! Invariants: spans are half-open byte ranges of the text read, on character boundaries, in ascending order, and no
//! span ends before a combining mark. Nothing here depends on a gazetteer.
//!
//! Must not know: gazetteers, names, automata, files, the network.

mod ascii;
mod between;
mod chars;
mod fold;
mod gap;
mod key;
mod language;
mod letters;
mod offsets;
mod ordinary;
mod reader;
mod references;
mod seams;
mod set;
mod shape;
mod short;
mod span;
mod tag;
mod view;
mod words;

pub use fold::{composed, fold, spell_out_umlauts, spell_out_umlauts_into};
pub use gap::Gap;
pub use key::WordKey;
pub use language::{Language, is_english};
pub use letters::{Difference, Letters, only_gaps_differ};
pub use offsets::{OffsetEncoding, Offsets};
pub use ordinary::{ARTICLES, FUNCTION, Ordinary, is_inflected, is_proper_adjective, ordinary};
pub use reader::past_marks;
pub use references::{dereference_into, dereferenced, ends_in_reference};
pub use seams::{MAX_PARTS, Seams};
pub use set::WordSet;
pub use shape::Shape;
pub use span::Span;
pub use tag::{check_tag, primary_subtag};
pub use view::View;
pub use words::{Word, Words};
