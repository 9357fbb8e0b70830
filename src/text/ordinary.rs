//! Ordinary words: words of the language that a name may be spelled like (rules M1 and L1).
//!
//! Function words (`the`, `of`, `will`) are a closed list of several languages. Other ordinary words are English, from
//! WordNet, with how common they are; regular inflections are taken off. Proper adjectives (`British`) are known as
//! well: they are capitalised and yet name nothing by themselves.
//!
//! Everything is a constant table. Must not know: names, entities.

use super::WordSet;

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

/// The articles of English.
pub static ARTICLES: WordSet<8> = WordSet::new(&["a", "an", "the"]);

/// Function words of English and, where they are no English names, of its neighbours; folded.
pub static FUNCTION: WordSet<512> = WordSet::new(&[
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
]);

/// How ordinary a folded word is. A look at the function words, and one at the others for it and for each of its stems.
pub fn ordinary(folded: &str) -> Ordinary {
    if FUNCTION.has(folded.as_bytes()) {
        return Ordinary::Function;
    }
    let whole = listed(folded);
    if whole > Ordinary::No || folded.len() < 5 {
        return whole;
    }
    let stems = ["s", "es", "ed", "ing", "ly"].into_iter().filter_map(|ending| folded.strip_suffix(ending));
    stems.filter(|stem| stem.len() > 2).map(listed).max().unwrap_or_default().min(Ordinary::Known)
}

/// Whether a folded word is the plural or the participle of an ordinary word of so many bytes or more, and none itself:
/// `critics`, `supporters`.
pub fn is_inflected(folded: &str, shortest: usize) -> bool {
    let mut stems = ["s", "ing"].into_iter().filter_map(|ending| folded.strip_suffix(ending));
    listed(folded) == Ordinary::No && stems.any(|stem| stem.len() >= shortest && listed(stem) > Ordinary::No)
}

/// Whether a folded word is an adjective that is written with a capital, such as `british`.
pub fn is_proper_adjective(folded: &str) -> bool {
    flags(folded).is_some_and(|flags| flags.contains(&b'p'))
}

fn listed(folded: &str) -> Ordinary {
    match flags(folded) {
        Some(flags) if flags.contains(&b'c') => Ordinary::Common,
        Some(flags) if flags.contains(&b'o') => Ordinary::Known,
        _ => Ordinary::No,
    }
}

/// How many places the table of lines has: a power of two, about twice as many as there are lines.
const PLACES: usize = 1 << 15;

/// Where the line of each word begins, plus one, at the place of the word's hash or the next free one; zero for none.
#[allow(long_running_const_eval)]
static LINES: [u32; PLACES] = {
    let bytes = WORDS.as_bytes();
    let mut lines = [0; PLACES];
    let mut start = 0;
    while start < bytes.len() {
        let mut end = start;
        while bytes[end] != b'\t' {
            end += 1;
        }
        let mut at = place(bytes, start, end);
        while lines[at] != 0 {
            at = (at + 1) % PLACES;
        }
        lines[at] = start as u32 + 1;
        while end < bytes.len() && bytes[end] != b'\n' {
            end += 1;
        }
        start = end + 1;
    }
    lines
};

/// The place in [`LINES`] of a part of `bytes`: the upper bits of its FNV-1a hash.
const fn place(bytes: &[u8], from: usize, to: usize) -> usize {
    let mut hash: u32 = 0x811C_9DC5;
    let mut at = from;
    while at < to {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    (hash >> (u32::BITS - PLACES.trailing_zeros())) as usize
}

/// The flags of a word.
fn flags(word: &str) -> Option<&'static [u8]> {
    let mut at = place(word.as_bytes(), 0, word.len());
    loop {
        let line = WORDS.as_bytes().get(LINES[at].checked_sub(1)? as usize..)?;
        if let Some(flags) = line.strip_prefix(word.as_bytes()).and_then(|rest| rest.strip_prefix(b"\t")) {
            return flags.split(|&byte| byte == b'\n').next();
        }
        at = (at + 1) % PLACES;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found() {
        assert!(WORDS.is_ascii());
        let lines: Vec<_> = WORDS.lines().filter_map(|line| line.split_once('\t')).collect();
        assert!(lines.is_sorted_by(|a, b| a.0 < b.0));
        assert!(lines.iter().all(|&(word, expected)| flags(word) == Some(expected.as_bytes())));
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
