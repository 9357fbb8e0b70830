//! Whether a document is English for sure: a stricter question than which language it is most likely in.
//!
//! Must not know: other languages, what is done with the answer.

use super::{ENOUGH, SAMPLE};
use crate::text::{Words, primary_subtag, short::ShortWords};

/// Function words that only English has, folded.
const ENGLISH: [&str; 24] = [
    "about", "after", "and", "been", "but", "from", "his", "it", "of", "or", "she", "that", "the", "their", "they",
    "this", "were", "when", "which", "who", "whose", "with", "would", "you",
];
static ENGLISH_KEYS: ShortWords<64> = ShortWords::new(&ENGLISH);
/// One word of so many is one of those in English text.
const ENGLISH_SHARE: usize = 12;

/// Whether a document is English: as its tag says, else as a sample of its words shows. Takes bounded time.
pub fn is_english(tag: &str, words: &Words) -> bool {
    match primary_subtag(tag) {
        "" => {}
        language => return language.eq_ignore_ascii_case("en"),
    }
    let sample = &words.all()[..words.all().len().min(SAMPLE)];
    let enough = sample.len().div_ceil(ENGLISH_SHARE).max(ENOUGH as usize);
    sample.iter().filter(|word| ENGLISH_KEYS.find(word.key).is_some()).nth(enough - 1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_words_are_sorted() {
        assert!(ENGLISH.is_sorted());
    }

    #[test]
    fn english() {
        let is = |tag: &str, text: &str| {
            let mut words = Words::default();
            words.read(text);
            is_english(tag, &words)
        };
        assert!(is("", "The president of China said in Warsaw that the war is over."));
        assert!(is("en-GB", "Warszawa"));
        assert!(!is("de", "The president of the board"));
        assert!(!is("", "Warsaw"));
        assert!(!is("", "Le président de la Chine est dans la ville et les gens sont là."));
        assert!(!is("", "Der Präsident ist in der Stadt und spricht mit den Leuten von The Who."));
    }
}
