//! The glued words of a document and which of their parts are accounted for (rule T6).
//!
//! A seam counts only when every part of the written word is a mention or a listed affix: `proRussian` holds `Russian`,
//! `McDonald` holds no `Donald`. The parts do not depend on a gazetteer, so several segments account for one word
//! together.

use crate::text::{Ordinary, Seams, Shape, Span, WordKey, WordSet, Words, fold, ordinary};

/// Parts that need no mention, folded.
static AFFIXES: WordSet<256> = WordSet::new(&[
    "affiliated",
    "aligned",
    "allied",
    "anti",
    "approved",
    "armed",
    "backed",
    "based",
    "born",
    "bound",
    "brokered",
    "built",
    "co",
    "controlled",
    "counter",
    "cross",
    "designated",
    "designed",
    "developed",
    "dominated",
    "drafted",
    "ex",
    "facing",
    "focused",
    "friendly",
    "funded",
    "held",
    "hosted",
    "imposed",
    "inspired",
    "inter",
    "led",
    "like",
    "linked",
    "listed",
    "made",
    "mandated",
    "manufactured",
    "mediated",
    "mid",
    "multi",
    "neo",
    "non",
    "occupied",
    "only",
    "operated",
    "owned",
    "pan",
    "post",
    "pre",
    "pro",
    "produced",
    "proposed",
    "quasi",
    "recognised",
    "recognized",
    "registered",
    "related",
    "ruled",
    "run",
    "sanctioned",
    "semi",
    "speaking",
    "specific",
    "sponsored",
    "style",
    "sub",
    "supplied",
    "supported",
    "trained",
    "trans",
    "ultra",
    "un",
    "wide",
    "wing",
]);

/// Those of them that begin names of companies where they have a capital, folded and sorted: `TransCanada`.
static OF_COMPANIES: WordSet<16> = WordSet::new(&["co", "counter", "cross", "inter", "pan", "trans"]);

/// Words whose space before a name was lost, folded and sorted: `theUnited States`, `MrJoe Biden`.
#[rustfmt::skip]
static BEFORE: WordSet<128> = WordSet::new(&[
    "about", "after", "against", "and", "as", "at", "before", "between", "but", "by", "chancellor", "dr", "for",
    "from", "general", "gov", "governor", "in", "into", "is", "king", "minister", "mr", "mrs", "ms", "of", "on",
    "or", "over", "pope", "president", "prince", "princess", "queen", "rep", "said", "says", "sen", "senator",
    "sir", "than", "that", "the", "to", "under", "when", "where", "while", "with",
]);

/// The fewest letters of a word in a hashtag, and the most digits of a number.
const MIN_TAGGED: usize = 3;
const MAX_YEAR: usize = 4;

/// What articles and prepositions leave before an apostrophe that was lost: `lAllemagne`. In small letters, at the
/// beginning, and before a vowel or an `h`.
static ELIDED: WordSet<32> =
    WordSet::new(&["d", "dall", "dell", "jusqu", "l", "lorsqu", "nell", "puisqu", "qu", "sull"]);

/// One way to cut a glued word.
#[derive(Debug, Clone, Copy)]
pub struct GluedWord {
    /// The word's position in the document.
    pub word: u32,
    start: u32,
    len: u8,
    /// One bit for each part that is accounted for.
    covered: u16,
}

/// The glued words of a document, in the order of reading; a word that can be cut in two ways stands twice.
#[derive(Debug, Default)]
pub struct GluedWords {
    words: Vec<GluedWord>,
    parts: Vec<(Span, WordKey, u32, u32)>,
    folded: Vec<u8>,
    seams: Seams,
    dropped: u32,
}

impl GluedWords {
    /// Forgets all words.
    pub fn clear(&mut self) {
        self.words.clear();
        self.parts.clear();
        self.folded.clear();
        self.dropped = 0;
    }

    /// Cuts the glued ones among the words from `first` on, which were read from `text`.
    pub fn read(&mut self, text: &str, words: &Words, first: usize) {
        for (index, word) in words.all().iter().enumerate().skip(first) {
            if !word.shape.any(Shape::SEAM) {
                continue;
            }
            let mut seams = std::mem::take(&mut self.seams);
            self.dropped += u32::from(!seams.cut(text, word.span));
            for parts in [&seams.before_capital, &seams.behind_capitals] {
                // A single part is worth a reading only where connectors around it were cut away.
                if parts.is_empty() || parts[..] == [word.span] {
                    continue;
                }
                let start = self.parts.len() as u32;
                let mut affixes = 0;
                for (at, &part) in parts.iter().enumerate() {
                    let from = self.folded.len();
                    fold(part.of(text), &mut self.folded);
                    let folded = &self.folded[from..];
                    let is_affix = || {
                        let company = at == 0 && part.of(text).starts_with(char::is_uppercase);
                        AFFIXES.has(folded) && !(company && OF_COMPANIES.has(folded))
                    };
                    let elided = || is_elided(text, parts) && ELIDED.has(folded);
                    let before = || at == 0 && (BEFORE.has(folded) && is_capital_at(text, parts, 1) || elided());
                    if is_affix()
                        || before()
                        || is_raised(text, parts, at)
                        || is_note(text, parts, at)
                        || is_tagged(text, parts, at, folded)
                    {
                        affixes |= 1 << at;
                    }
                    self.parts.push((part, WordKey::of(folded), from as u32, self.folded.len() as u32));
                }
                self.words.push(GluedWord { word: index as u32, start, len: parts.len() as u8, covered: affixes });
            }
            self.seams = seams;
        }
    }

    /// How many words were not cut because they have more than [`crate::text::MAX_PARTS`] parts.
    pub fn dropped(&self) -> u32 {
        self.dropped
    }

    /// The words.
    pub fn all(&self) -> &[GluedWord] {
        &self.words
    }

    /// The parts of a word: where each stands, its key, and its folded form.
    pub fn parts(&self, word: &GluedWord) -> impl ExactSizeIterator<Item = (Span, WordKey, &[u8])> {
        (0..word.len as usize).map(|at| self.part(word, at))
    }

    /// One of the parts of a word.
    pub(super) fn part(&self, word: &GluedWord, at: usize) -> (Span, WordKey, &[u8]) {
        let (span, key, from, to) = self.parts[word.start as usize..][..word.len as usize][at];
        (span, key, &self.folded[from as usize..to as usize])
    }

    /// The parts `from..to` of a word, which are one or more, folded and without what stands between them.
    pub(super) fn joined(&self, word: &GluedWord, from: usize, to: usize) -> &[u8] {
        let parts = &self.parts[word.start as usize..][from..to];
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return &[] };
        &self.folded[first.2 as usize..last.3 as usize]
    }

    /// Accounts for the parts `from..to` of the word at `index`.
    pub fn cover(&mut self, index: u32, from: u8, to: u8) {
        self.words[index as usize].covered |= bits(to) & !bits(from);
    }

    /// Whether every part of the word at `index` is accounted for.
    pub fn is_covered(&self, index: u32) -> bool {
        let word = &self.words[index as usize];
        word.covered & bits(word.len) == bits(word.len)
    }

    /// The state of account, to come back to with [`GluedWords::restore`].
    pub fn save(&self, into: &mut Vec<u16>) {
        into.clear();
        into.extend(self.words.iter().map(|word| word.covered));
    }

    /// Goes back to a saved state of account.
    pub fn restore(&mut self, saved: &[u16]) {
        for (word, &covered) in self.words.iter_mut().zip(saved) {
            word.covered = covered;
        }
    }
}

/// Whether a part begins with a capital.
fn is_capital_at(text: &str, parts: &[Span], at: usize) -> bool {
    parts.get(at).is_some_and(|part| part.of(text).starts_with(char::is_uppercase))
}

/// Whether a part is a number that is none of a name: one set high behind a word (`Merkel¹`), or on a key (`1️⃣Paris`).
fn is_raised(text: &str, parts: &[Span], at: usize) -> bool {
    let part = parts[at].of(text);
    let high = |c: char| matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹');
    let word = at.checked_sub(1).is_some_and(|before| parts[before].of(text).chars().nth(1).is_some());
    word && part.chars().all(high) || part.contains('\u{20E3}')
}

/// Whether a part is the number of a note behind a name, which was set high before its text was copied: in lists of names,
/// `Merkel1,2, Macron1`.
fn is_note(text: &str, parts: &[Span], at: usize) -> bool {
    let digit = |part: &str| part.len() == 1 && part.as_bytes()[0].is_ascii_digit();
    if at == 0 || at + 1 < parts.len() || !parts[at].of(text).split(',').all(digit) {
        return false;
    }
    let name = parts[at - 1].of(text);
    let capital = name.starts_with(char::is_uppercase);
    let letters = name.chars().filter(|c| c.is_lowercase()).count();
    let (before, behind) = (&text[..parts[0].start as usize], &text[parts[at].end as usize..]);
    let rest = behind.trim_start_matches(['*', '†', '‡', '§', ',', ';']);
    let mark = rest.len() < behind.len() && (rest.is_empty() || rest.starts_with(char::is_whitespace));
    let ends = mark || behind.is_empty() || behind.starts_with(['\n', '\r']) || behind.starts_with(" and ");
    capital && letters >= MIN_TAGGED && ends && !before.ends_with(['@', '#', '/', '.', '-'])
}

/// Whether a part is an ordinary word, a number or an abbreviation in a hashtag, where it need be no name: `#UkraineWar`,
/// `#WorldCup2022`; but `#IndianaJones`.
fn is_tagged(text: &str, parts: &[Span], at: usize, folded: &[u8]) -> bool {
    let before = text[..parts[0].start as usize].strip_suffix('#');
    let tag = before.is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '/'));
    let part = parts[at].of(text);
    let number = || part.len() <= MAX_YEAR && part.bytes().all(|byte| byte.is_ascii_digit());
    let capitals = || !OF_COMPANIES.has(folded) && part.chars().all(char::is_uppercase);
    let word = || part.chars().count() >= MIN_TAGGED && !OF_COMPANIES.has(folded);
    let word = || word() && std::str::from_utf8(folded).is_ok_and(|word| ordinary(word) > Ordinary::No);
    tag && (word() || number() || capitals())
}

/// Whether the first part may be an article that lost its apostrophe, as its letters and the next part tell.
fn is_elided(text: &str, parts: &[Span]) -> bool {
    let first = |part: &Span| part.of(text).chars().next();
    let vowel = |c: char| "aeiouyhàâäéèêëìîïòôöùûüœæ".contains(c);
    parts.first().and_then(first).is_some_and(char::is_lowercase)
        && parts.get(1).and_then(first).is_some_and(|c| c.to_lowercase().all(vowel))
}

/// The lowest `count` bits, at most sixteen.
fn bits(count: u8) -> u16 {
    ((1_u32 << count) - 1) as u16
}
