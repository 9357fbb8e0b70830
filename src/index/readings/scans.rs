//! Faults of scanned text (rule T6), read only on request: spaces inside a word, and a long s that was taken for f.
//!
//! Both are bounded: by how many pieces make a word, and by how many letters are changed.
//!
//! Must not know: other kinds of readings.

use super::{At, Reading, Readings};
use crate::{
    index::forms::Form,
    text::{Gap, Span, Word, WordKey, Words},
};

/// The most pieces of a split word.
const MAX_PIECES: usize = 16;
/// The fewest bytes of a split word, folded, and the most.
const MIN_SPLIT: usize = 4;
const MAX_SPLIT: usize = 64;
/// The most letters `f` that are tried as `s` in every combination; in a word of more all are.
const MAX_LONG_S: usize = 4;

impl Readings {
    /// `Afgha nistan`, `A f g h a n i s t a n`: pieces between single spaces that are one word of a name.
    pub(super) fn split(&mut self, at: &At<'_>) {
        if self.disabled.has(Form::Split) {
            return;
        }
        let (words, beginnings) = (at.view.words, at.segment.beginnings());
        let mut joined = Joined { bytes: [0; MAX_SPLIT + 8], length: 0 };
        let fits = joined.push(words, &at.word);
        let mut asked = 0;
        let pieces = at.view.all()[at.index + 1..].iter().take(if fits { MAX_PIECES - 1 } else { 0 });
        for (count, piece) in pieces.take_while(|piece| piece.gap == Gap::SPACE).enumerate() {
            if !joined.push(words, piece) {
                return;
            }
            if joined.length < MIN_SPLIT {
                continue;
            }
            if !beginnings.may_go_on(joined.folded(), asked) {
                return;
            }
            asked = joined.length;
            if let Some(record) = at.segment.vocabulary.get(joined.key(), joined.folded()) {
                let span = Span::new(at.word.span.start, piece.span.end);
                let reading = Reading { consumed: count as u32 + 2, ..Reading::of(Form::Split) };
                self.push(reading, std::iter::once(at.step(*record, span)));
            }
        }
    }

    /// `Congrefs`: a word in which `f` stands for `s`.
    pub(super) fn long_s(&mut self, at: &At<'_>) {
        if self.disabled.has(Form::LongS) {
            return;
        }
        let mut buffer = [0; 8];
        let folded = at.view.words.folded(&at.word, &mut buffer);
        if !folded.contains(&b'f') {
            return;
        }
        self.folded.clear();
        self.folded.extend_from_slice(folded);
        // The last few places of an `f`, and how many there are.
        let (mut places, mut count) = ([0; MAX_LONG_S], 0);
        for place in 0..self.folded.len() {
            if self.folded[place] == b'f' {
                places[count % MAX_LONG_S] = place;
                count += 1;
            }
        }
        let choices = if count > MAX_LONG_S { 1..2 } else { 1..1 << count };
        for choice in choices {
            if count > MAX_LONG_S {
                self.folded.iter_mut().filter(|letter| **letter == b'f').for_each(|letter| *letter = b's');
            } else {
                for (bit, &place) in places[..count].iter().enumerate() {
                    self.folded[place] = if choice & 1 << bit != 0 { b's' } else { b'f' };
                }
            }
            if let Some(record) = at.find(&self.folded) {
                self.push(Reading::of(Form::LongS), std::iter::once(at.step(record, at.word.span)));
            }
        }
    }
}

/// Pieces of a word, one behind the other.
struct Joined {
    /// [`MAX_SPLIT`] of them and room for eight more; zeros behind the last.
    bytes: [u8; MAX_SPLIT + 8],
    length: usize,
}

impl Joined {
    fn folded(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    #[inline]
    fn key(&self) -> WordKey {
        WordKey::of_padded(&self.bytes, self.length)
    }

    /// Adds a piece, unless all would be too long. Short ones are copied as eight bytes, which costs less than as many as
    /// they have.
    #[inline]
    fn push(&mut self, words: &Words, piece: &Word) -> bool {
        let from = self.length;
        if piece.key.is_hashed() {
            let long = words.long(piece);
            let Some(room) = self.bytes[..MAX_SPLIT].get_mut(from..from + long.len()) else { return false };
            room.copy_from_slice(long);
            self.length += long.len();
            return true;
        }
        let Some(room) = self.bytes[from..].first_chunk_mut() else { return false };
        *room = piece.key.inline_bytes();
        // The last is no letter, but their number.
        room[WordKey::INLINE] = 0;
        self.length += piece.key.inline_len();
        self.length <= MAX_SPLIT
    }
}
