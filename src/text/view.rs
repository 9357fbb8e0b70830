//! The words of a document together with the texts they were read from.

use super::{Span, Word, Words};

/// The words of a document's title and text, in this order, with both texts.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Title and text.
    pub fields: [&'a str; 2],
    /// The words of the title, then those of the text.
    pub words: &'a Words,
    /// How many of the words are the title's.
    pub border: usize,
}

impl<'a> View<'a> {
    /// Every word.
    pub fn all(&self) -> &'a [Word] {
        self.words.all()
    }

    /// Which of the fields the word at `index` stands in: 0 or 1.
    pub fn field(&self, index: usize) -> usize {
        usize::from(index >= self.border)
    }

    /// The text at `span` of the field that the word at `index` stands in.
    pub fn slice(&self, index: usize, span: Span) -> &'a str {
        span.of(self.fields[self.field(index)])
    }

    /// The word at `index` as written.
    pub fn word(&self, index: usize) -> &'a str {
        self.slice(index, self.all()[index].span)
    }
}
