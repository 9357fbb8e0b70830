//! Ordinary words: words of the language that a name may be spelled like (rules M1 and L1).
//!
//! Function words (`the`, `of`, `will`) are a closed list of several languages. Other ordinary words are English, from
//! WordNet, with how common they are; regular inflections are taken off. Proper adjectives (`British`) are known as
//! well: they are capitalised and yet name nothing by themselves.
//!
//! Everything is a constant table. Must not know: names, entities.

use super::{WordKey, short::ShortWords};

/// `word<TAB>flags`, sorted: `data/build_words.py` writes it and says what the flags mean.
const WORDS: &str = include_str!("../../data/ordinary-words.tsv");

/// How ordinary a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Ordinary {
    /// No ordinary word that is known here.
    #[default]
    No,
    /// An ordinary word.
    Known,
    /// One of the commonest.
    Common,
    /// A function word.
    Function,
}

/// Function words of English and, where they are no English names, of its neighbours; folded.
const FUNCTION: [&str; 232] = [
    "a", "about", "above", "after", "again", "against", "ago", "all", "almost", "along", "already", "also", "although",
    "always", "am", "amid", "among", "an", "and", "another", "any", "are", "around", "as", "at", "auf", "aus", "away",
    "back", "be", "because", "been", "before", "behind", "being", "below", "beside", "between", "beyond", "both",
    "but", "by", "came", "can", "could", "das", "de", "dem", "den", "der", "des", "despite", "did", "die", "do",
    "does", "done", "down", "du", "due", "during", "each", "een", "eight", "ein", "eine", "either", "el", "else", "et",
    "even", "ever", "every", "few", "first", "five", "for", "four", "from", "further", "given", "go", "got", "had",
    "half", "has", "have", "he", "hence", "her", "here", "hers", "het", "him", "his", "how", "however", "i", "if",
    "il", "in", "inside", "into", "is", "ist", "it", "its", "just", "know", "la", "last", "later", "le", "least",
    "les", "less", "let", "like", "los", "made", "make", "many", "may", "me", "might", "mine", "more", "most", "much",
    "must", "my", "near", "neither", "never", "next", "nine", "no", "nor", "not", "now", "of", "off", "often", "on",
    "once", "one", "only", "onto", "or", "other", "our", "out", "outside", "over", "own", "que", "quite", "rather",
    "said", "same", "say", "says", "see", "seven", "shall", "she", "should", "since", "six", "so", "some", "soon",
    "still", "such", "take", "ten", "than", "that", "the", "their", "them", "then", "there", "these", "they", "third",
    "this", "those", "three", "through", "thus", "to", "today", "too", "toward", "two", "una", "und", "under", "une",
    "unless", "until", "up", "upon", "us", "very", "via", "von", "was", "we", "well", "went", "were", "what", "when",
    "where", "whether", "which", "while", "who", "whom", "whose", "why", "will", "with", "within", "without", "would",
    "yes", "yet", "you", "your",
];

/// Those of them that have keys of their own.
static FUNCTION_KEYS: ShortWords<512> = {
    let mut words = [""; FUNCTION.len() - LONG];
    let (mut number, mut from) = (0, 0);
    while from < FUNCTION.len() {
        if FUNCTION[from].len() <= WordKey::INLINE {
            words[number] = FUNCTION[from];
            number += 1;
        }
        from += 1;
    }
    ShortWords::new(&words)
};
/// How many of the function words are longer.
const LONG: usize = {
    let (mut long, mut at) = (0, 0);
    while at < FUNCTION.len() {
        long += (FUNCTION[at].len() > WordKey::INLINE) as usize;
        at += 1;
    }
    long
};

fn is_function(folded: &str) -> bool {
    if folded.len() <= WordKey::INLINE {
        FUNCTION_KEYS.find(WordKey::of(folded.as_bytes())).is_some()
    } else {
        FUNCTION.binary_search(&folded).is_ok()
    }
}

/// How ordinary a folded word is. Three short binary searches at the most.
pub fn ordinary(folded: &str) -> Ordinary {
    if is_function(folded) {
        return Ordinary::Function;
    }
    let whole = listed(folded);
    if whole > Ordinary::No || folded.len() < 5 {
        return whole;
    }
    let stems = ["s", "es", "ed", "ing", "ly"].into_iter().filter_map(|ending| folded.strip_suffix(ending));
    stems.filter(|stem| stem.len() > 2).map(listed).max().unwrap_or_default().min(Ordinary::Known)
}

/// Whether a folded word is an adjective that is written with a capital, such as `british`.
pub fn is_proper_adjective(folded: &str) -> bool {
    flags(folded).is_some_and(|flags| flags.contains('p'))
}

fn listed(folded: &str) -> Ordinary {
    match flags(folded) {
        Some(flags) if flags.contains('c') => Ordinary::Common,
        Some(flags) if flags.contains('o') => Ordinary::Known,
        _ => Ordinary::No,
    }
}

/// How many first bytes of a word are told apart: the small letters, and all others before them.
const FIRST: usize = 27;

/// Where a byte stands among [`FIRST`].
const fn rank(byte: u8) -> usize {
    if byte.is_ascii_lowercase() { (byte - b'a') as usize + 1 } else { 0 }
}

/// Where the lines of the words with each first two letters begin in `WORDS`, and the end. A word is sorted by its bytes,
/// so that those whose letters rank lower stand before it.
#[allow(long_running_const_eval)]
static STARTS: [u32; FIRST * FIRST + 1] = {
    let bytes = WORDS.as_bytes();
    let mut starts = [0; FIRST * FIRST + 1];
    let (mut filled, mut at) = (0, 0);
    while at < bytes.len() {
        let pair = rank(bytes[at]) * FIRST + rank(bytes[at + 1]);
        while filled <= pair {
            starts[filled] = at as u32;
            filled += 1;
        }
        while at < bytes.len() && bytes[at] != b'\n' {
            at += 1;
        }
        at += 1;
    }
    while filled < starts.len() {
        starts[filled] = bytes.len() as u32;
        filled += 1;
    }
    starts
};

/// The flags of a word: a binary search over the lines of the words that begin with the same two letters.
fn flags(word: &str) -> Option<&'static str> {
    let bytes = WORDS.as_bytes();
    let pair = rank(*word.as_bytes().first()?) * FIRST + word.as_bytes().get(1).map_or(0, |&second| rank(second));
    let (mut low, mut high) = (STARTS[pair] as usize, STARTS[pair + 1] as usize);
    while low < high {
        let middle = low + (high - low) / 2;
        // Lines are short: a walk is faster than a search made for long texts.
        let start = (low..middle).rev().find(|&at| bytes[at] == b'\n').map_or(low, |at| at + 1);
        let end = (middle..high).find(|&at| bytes[at] == b'\n').unwrap_or(high);
        let tab = (start..end).find(|&at| bytes[at] == b'\t')?;
        match bytes[start..tab].cmp(word.as_bytes()) {
            std::cmp::Ordering::Equal => return WORDS.get(tab + 1..end),
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found() {
        assert!(FUNCTION.is_sorted());
        assert!(WORDS.is_ascii());
        let lines: Vec<_> = WORDS.lines().filter_map(|line| line.split_once('\t')).collect();
        assert!(lines.is_sorted_by(|a, b| a.0 < b.0));
        assert!(lines.iter().all(|&(word, expected)| flags(word) == Some(expected)));
        assert_eq!((flags(""), flags("zzz"), flags("nic")), (None, None, None));
    }

    #[test]
    fn words() {
        assert_eq!(ordinary("of"), Ordinary::Function);
        assert_eq!(ordinary("nice"), Ordinary::Common);
        assert_eq!(ordinary("vice"), Ordinary::Known);
        assert_eq!(ordinary("china"), Ordinary::No);
        assert_eq!(ordinary("bases"), Ordinary::Known);
        assert_eq!(ordinary("putin"), Ordinary::No);
        assert!(is_proper_adjective("british") && !is_proper_adjective("nice"));
    }
}
