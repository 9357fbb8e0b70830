//! The language of a document, as far as it decides how words are inflected (rule T6).
//!
//! Where the caller does not say it, a bounded sample of short words is counted against a table of function words
//! (`function_words`). A guess is made only where one language is far ahead, so that English text is never taken for
//! another. Where only English counts, `english` asks by a measure of its own.
//!
//! Must not know: what is done with the language.

mod english;
mod function_words;

pub use english::is_english;
use function_words::languages_of;

use super::{Gap, Word, WordKey, Words, primary_subtag};

/// A language whose words are read in a way of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Not given, and too few words to tell. In the table of function words also what English has as well as others that
    /// are not listed.
    #[default]
    Unknown,
    /// English, and what looks like no other language.
    English,
    /// Any other that is not listed.
    Other,
    /// French, where the tag says so; to the guess it is another.
    French,
    /// Has compounds.
    German,
    /// Polish.
    Polish,
    /// Czech.
    Czech,
    /// Slovak.
    Slovak,
    /// Slovene.
    Slovene,
    /// Croatian, Bosnian, Serbian in Latin letters.
    Croatian,
    /// Hungarian.
    Hungarian,
    /// Finnish.
    Finnish,
    /// Estonian.
    Estonian,
    /// Lithuanian.
    Lithuanian,
    /// Latvian.
    Latvian,
    /// Turkish and Azerbaijani.
    Turkish,
    /// Romanian.
    Romanian,
}

use Language::{
    Croatian, Czech, English, Estonian, Finnish, French, German, Hungarian, Latvian, Lithuanian, Other, Polish,
    Romanian, Slovak, Slovene, Turkish, Unknown,
};

/// How many languages there are.
const COUNT: usize = Romanian as usize + 1;
/// The most words looked at for a guess.
const SAMPLE: usize = 300;
/// How often, in words, the guess looks whether one language is far ahead.
const LOOK: usize = 24;
/// The fewest function words that make a guess.
const ENOUGH: u32 = 3;

impl Language {
    /// Whether a document is known not to be English: its tag, or what was guessed, says another language.
    pub fn is_known_other(self) -> bool {
        !matches!(self, Unknown | English)
    }

    /// The language of a document: the one of the tag, else a guess from its words. Takes bounded time.
    pub fn of(tag: &str, words: &Words) -> Self {
        let primary = primary_subtag(tag).as_bytes();
        let mut small = [0; 4];
        let Some(small) = small.get_mut(..primary.len()) else { return Other };
        small.copy_from_slice(primary);
        small.make_ascii_lowercase();
        match &*small {
            b"" => Self::guess(words),
            b"en" => English,
            b"fr" => French,
            b"de" | b"gsw" => German,
            b"pl" => Polish,
            b"cs" => Czech,
            b"sk" => Slovak,
            b"sl" => Slovene,
            b"hr" | b"bs" | b"sr" | b"sh" | b"cnr" => Croatian,
            b"hu" => Hungarian,
            b"fi" => Finnish,
            b"et" => Estonian,
            b"lt" => Lithuanian,
            b"lv" => Latvian,
            b"tr" | b"az" => Turkish,
            b"ro" | b"mo" => Romanian,
            _ => Other,
        }
    }

    fn guess(words: &Words) -> Self {
        let mut counts = [0; COUNT];
        // Of longer words the letters are not seen.
        let short = words.all().iter().take(SAMPLE).filter(|word| !word.key.is_hashed());
        let (all, others) =
            short.fold((0, 0), |(all, others), word| (all + 1, others + u32::from(is_cyrillic_or_greek(word.key))));
        if others >= ENOUGH && 2 * others > all {
            return Other;
        }
        for (index, word) in words.all().iter().take(SAMPLE).enumerate() {
            if index % LOOK == LOOK - 1 {
                let sure = Self::ahead(&counts, 2 * ENOUGH);
                // Words that English shares with its neighbours are no English text yet.
                let shared = sure == English && counts[English as usize] < 2 * counts[Other as usize];
                if sure != Unknown && !shared {
                    return sure;
                }
            }
            let languages = languages_of(word.key);
            if !languages.is_empty() && tells_language(words.all(), index) {
                languages.iter().for_each(|&language| counts[language as usize] += 1);
            }
        }
        Self::ahead(&counts, ENOUGH)
    }

    /// The language of the most words, where it has enough, and twice as many as those that have no inflection here.
    fn ahead(counts: &[u32; COUNT], enough: u32) -> Self {
        let count = |language: Language| counts[language as usize];
        let plain = count(English) + count(Other) + count(Unknown);
        let best = LISTED.into_iter().rev().max_by_key(|&language| count(language)).unwrap_or_default();
        if plain.max(count(best)) < enough {
            return Unknown;
        }
        if plain >= count(best) {
            return if count(Other) >= enough.max(2 * count(English)) { Other } else { English };
        }
        if best == German || count(best) >= 2 * plain.max(count(German)) { best } else { Unknown }
    }
}

/// Whether a short word is of Cyrillic or Greek letters.
fn is_cyrillic_or_greek(key: WordKey) -> bool {
    matches!(key.inline_bytes()[0], 0xCD..=0xD4)
}

/// Whether the word at `index` is one of the text's own: no part of an address (`cnn.com`), no `s` of a possessive, and
/// not the particles of a name that news of all languages has (`von der Leyen`).
fn tells_language(words: &[Word], index: usize) -> bool {
    let is = |at: usize, text: &[u8]| words[at].key == WordKey::of(text);
    let spaced = |gap: Gap| gap.any(Gap::SPACE | Gap::LINE | Gap::PARAGRAPH);
    let gap = words[index].gap;
    if index > 0 && !spaced(gap) && !gap.any(Gap::APOSTROPHE | Gap::QUOTE)
        || gap.any(Gap::APOSTROPHE) && is(index, b"s")
    {
        return false;
    }
    let name = words[index..].iter().take(3).any(|word| word.key == WordKey::of(b"leyen"));
    !(name && (is(index, b"von") || is(index, b"der")))
}

/// Every language that has a name here and function words; of equals the first is taken.
const LISTED: [Language; 13] = [
    German, Polish, Czech, Slovak, Slovene, Croatian, Hungarian, Finnish, Estonian, Lithuanian, Latvian, Turkish,
    Romanian,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses() {
        let of = |tag: &str, text: &str| {
            let mut words = Words::default();
            words.read(text);
            Language::of(tag, &words)
        };
        for (text, language) in [
            ("The president of China said in Warsaw that the war is over.", English),
            ("Los Lobos and the Los Bravos of El Paso are with Las Vegas.", English),
            ("O presidente disse que não vale a pena para uma cidade por lá.", Other),
            ("De minister van Buitenlandse Zaken is in het land voor een bezoek.", Other),
            (
                "De prijs van koffie is in Nederland in een jaar flink gestegen. Dat is in België niet anders, want daar was \
                 het weer ook niet best. Het bedrijf zegt dat een daling niet in zicht is.",
                Other,
            ),
            ("El presidente de China, Mr. Smith and the Queen of the Netherlands", English),
            ("Le président de la Chine est dans la ville et les gens sont là.", Other),
            ("Der Präsident ist in der Stadt und spricht mit den Leuten.", German),
            ("Prezydent przyjechał do Warszawy i nie powiedział, że jest zmęczony.", Polish),
            ("Prezident přijel do Prahy a řekl, že je to pro něj těžké, ale že se vrátí.", Czech),
            ("Hän on Helsingissä ja sanoi, että se ei ole totta.", Finnish),
            ("Az elnök Budapesten volt, és azt mondta, hogy ez nem igaz.", Hungarian),
            ("Cumhurbaşkanı Ankara'da bir toplantı yaptı ve bu konuyu ele aldı.", Turkish),
            ("U.S. stocks fell sharply, analysts told cnn.com. See reuters.com and bbc.com.", Unknown),
            ("U.S. officials met Ursula von der Leyen. The EU agreed with von der Leyen.", Unknown),
            ("Das Geld kam von der Deutschen Bank.", German),
            ("Russia 's army and China 's navy fought near London 's port .", Unknown),
            ("Warszawa", Unknown),
            ("", Unknown),
        ] {
            assert_eq!(of("", text), language, "{text}");
        }
        assert_eq!(of("pl-PL", "the of and"), Polish);
        assert_eq!(of("und", "the of and is"), English);
        assert_eq!(of("en", "na sie ze do"), English);
        assert_eq!(of("fr", "the of and is"), French);
        assert_eq!(of("", "Мир важен для всех, и мы не знаем, что с ним."), Other);
        assert_eq!(of("", "Η ζωή και ο θάνατος."), Other);
        let news = "Президент России Владимир Путин провёл переговоры с председателем правительства. Стороны обсудили \
                    экономическое сотрудничество двух государств. Весь мир следит за переговорами.";
        assert_eq!(of("", news), Other);
        assert_eq!(of("", "The word мир is what it was to him, and it is Russian."), English);
    }
}
