//! What a search reports: names at places, and words that may be others of the segment.
//!
//! Must not know: how they are found.

use super::{
    automaton::PatternId,
    forms::{Form, Forms},
    vocabulary::WordId,
};
use crate::text::Span;

/// A name at a place, before any rule of the name was applied.
#[derive(Debug, Clone, Copy)]
pub struct Occurrence {
    /// The words found.
    pub pattern: PatternId,
    /// The first word of the document that it covers.
    pub first: u32,
    /// The last word of the document that it covers.
    pub last: u32,
    /// What it covers in the text of its field.
    pub span: Span,
    /// Where, within the span, the letters of the name end; what follows is the mark of a plural.
    pub core_end: u32,
    /// The readings it needs.
    pub forms: Forms,
    /// The glued words it needs, as a range of [`super::Search::uses`].
    pub uses: (u32, u32),
}

/// A word of the segment that words of the document may be: another grammatical form of it, or one with a particle, or
/// broken at a line's end.
#[derive(Debug, Clone, Copy)]
pub struct OtherWord {
    /// The word of the segment.
    pub word: WordId,
    /// The first word of the document.
    pub first: u32,
    /// The last word of the document.
    pub last: u32,
    /// Where the word of the segment stands in the text of its field.
    pub span: Span,
    /// The weaker form that it is.
    pub form: Form,
}

impl OtherWord {
    /// The forms that make another word.
    pub(super) const FORMS: [Form; 3] = [Form::Inflection, Form::Particle, Form::LineBreak];
}

/// The parts of a glued word that an occurrence needs.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    /// The word, by its position in [`super::GluedWords::all`].
    pub glued: u32,
    /// The first part.
    pub from: u8,
    /// Behind the last part.
    pub to: u8,
}
