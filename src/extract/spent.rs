//! What the rules of place and name have spent on a document, in all sources together: where it is too much, further places
//! are judged by less, or not at all (rule M5). Real news stays far below.
//!
//! Must not know: rules, names.

/// So many candidates other than the likeliest of each occurrence, and one more for each word read in any source, may be
/// found before places have the likeliest one alone. Real news has 0.3 a word, with a million places or six million names.
const CANDIDATES: usize = 1 << 15;

/// The most words of a place that is judged however often. Longer ones that are not written as their name take time for each
/// word: so many of their words are judged, and one more for each word read in any source.
pub(super) const LONG: usize = 16;
const LONG_WORDS: usize = 1 << 14;

/// What was spent.
#[derive(Debug, Default)]
pub(super) struct Spent {
    /// How many candidates other than the likeliest of their occurrence there are.
    pub(super) others: usize,
    /// How many words long places had that were judged.
    long_words: usize,
    /// How many names were not looked at because too many are the same words.
    pub(super) cut_candidates: usize,
    /// How many long places were not judged.
    pub(super) cut_long: usize,
}

impl Spent {
    /// Whether so many candidates were found that further places have the likeliest alone, `read` words being read in all
    /// sources.
    #[inline]
    pub(super) fn has_many(&self, read: usize) -> bool {
        self.others >= CANDIDATES + read
    }

    /// Spends so many words on judging a long place, `read` words being read in all sources. Gives whether there were as many.
    pub(super) fn spend(&mut self, words: usize, read: usize) -> bool {
        self.long_words += words;
        let has = self.long_words <= LONG_WORDS + read;
        self.cut_long += usize::from(!has);
        has
    }
}
