//! The words of a document, each with its place, its key and its folded form.
//!
//! [`super::reader`] finds them. Folded forms whose key is a hash lie one behind the other; the others are their keys.
//!
//! Must not know: by which rules words are found.

use std::borrow::Cow;

use super::{Gap, Shape, Span, WordKey, dereference_into, dereferenced, fold::fold, reader::Reader};

/// A word of a text.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// Where the word stands.
    pub span: Span,
    /// The key of its folded form.
    pub key: WordKey,
    /// What stands between it and the word before.
    pub gap: Gap,
    /// What its letters are like.
    pub shape: Shape,
    folded: u32,
    folded_len: u32,
}

/// The words of a document, in the order of reading; reusable, so that reading allocates nothing in the long run.
#[derive(Debug, Default)]
pub struct Words {
    words: Vec<Word>,
    /// The folded forms of words whose key is a hash.
    folded: Vec<u8>,
    /// Whether a reference was read ([`dereferenced`]).
    pub(super) refers: bool,
    /// A word without references.
    plain: String,
}

impl Words {
    /// Forgets all words.
    pub fn clear(&mut self) {
        self.words.clear();
        self.folded.clear();
        self.refers = false;
    }

    /// Whether a text has references, so that what it says is not all as it is written.
    pub fn refers(&self) -> bool {
        self.refers
    }

    /// What a stretch of a text says whose words these are: its references are the characters that they stand for.
    pub fn plain<'t>(&self, written: &'t str) -> Cow<'t, str> {
        if self.refers { dereferenced(written) } else { Cow::Borrowed(written) }
    }

    /// Reads a text of less than 4 GiB and appends its words; returns how many. Between the words of two texts lies a
    /// paragraph break. Linear in the length of the text.
    pub fn read(&mut self, text: &str) -> usize {
        let before = self.words.len();
        let gap = if before == 0 { Gap::NONE } else { Gap::PARAGRAPH | Gap::SPACE };
        Reader::new(text, gap, self).run();
        self.words.len() - before
    }

    /// The words.
    pub fn all(&self) -> &[Word] {
        &self.words
    }

    /// The folded form of a word of this document. `buffer` holds it where the word keeps none.
    pub fn folded<'a>(&'a self, word: &Word, buffer: &'a mut [u8; 8]) -> &'a [u8] {
        if word.key.is_hashed() {
            &self.folded[word.folded as usize..][..word.folded_len as usize]
        } else {
            *buffer = word.key.inline_bytes();
            &buffer[..word.key.inline_len()]
        }
    }

    /// The folded form of a word whose key is a hash; empty for any other.
    pub fn long(&self, word: &Word) -> &[u8] {
        &self.folded[word.folded as usize..][..word.folded_len as usize]
    }

    #[inline]
    pub(super) fn push_short(&mut self, span: Span, key: WordKey, gap: Gap, shape: Shape) {
        self.words.push(Word { span, key, gap, shape, folded: self.folded.len() as u32, folded_len: 0 });
    }

    pub(super) fn push(&mut self, text: &str, span: Span, gap: Gap, shape: Shape, folded: Folded) -> bool {
        let from = self.folded.len();
        let key = match folded {
            Folded::Inline(key) => key,
            Folded::Two(eights) => {
                let length = span.len();
                eights.iter().for_each(|eight| self.folded.extend_from_slice(&eight.to_le_bytes()));
                self.folded.truncate(from + length);
                WordKey::of_two(eights, length)
            }
            Folded::Ascii => {
                self.folded.extend(span.of(text).bytes().map(|byte| byte.to_ascii_lowercase()));
                WordKey::of(&self.folded[from..])
            }
            Folded::No => {
                if self.refers {
                    dereference_into(span.of(text), &mut self.plain);
                    fold(&self.plain, &mut self.folded);
                } else {
                    fold(span.of(text), &mut self.folded);
                }
                if self.folded.len() == from {
                    return false;
                }
                let key = WordKey::of(&self.folded[from..]);
                if !key.is_hashed() {
                    self.folded.truncate(from);
                }
                key
            }
        };
        let folded_len = (self.folded.len() - from) as u32;
        self.words.push(Word { span, key, gap, shape, folded: from as u32, folded_len });
        true
    }
}

/// How far a word is folded already.
pub(super) enum Folded {
    /// All is done.
    Inline(WordKey),
    /// All is done: these are its bytes, eight to fifteen.
    Two([u64; 2]),
    /// It needs nothing but small letters for capitals.
    Ascii,
    /// Nothing is done.
    No,
}
