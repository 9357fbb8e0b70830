//! The language of a document, as far as it decides how words are inflected (rule T6).
//!
//! Where the caller does not say it, a bounded sample of short words is counted against a table of function words. A
//! guess is made only where one language is far ahead, so that English text is never taken for another.
//!
//! Must not know: what is done with the language.

use super::{Words, short::ShortWords};

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
    Croatian, Czech, English, Estonian, Finnish, German, Hungarian, Latvian, Lithuanian, Other, Polish, Romanian,
    Slovak, Slovene, Turkish, Unknown,
};

/// How many languages there are.
const COUNT: usize = Romanian as usize + 1;
/// The most words looked at for a guess.
const SAMPLE: usize = 300;
/// How often, in words, the guess looks whether one language is far ahead.
const LOOK: usize = 24;
/// The fewest function words that make a guess.
const ENOUGH: u32 = 3;

/// Function words, folded and of at most seven bytes, with the languages that have them. Those that are English and also
/// of others that are not listed stand for none of them.
const FUNCTION_WORDS: [(&str, &[Language]); 180] = [
    ("a", &[Hungarian]),
    ("and", &[English]),
    ("apie", &[Lithuanian]),
    ("ar", &[Other, Latvian]),
    ("att", &[Other]),
    ("auch", &[German]),
    ("auf", &[German]),
    ("av", &[Other]),
    ("az", &[Hungarian]),
    ("bija", &[Latvian]),
    ("bil", &[Slovene]),
    ("bio", &[Croatian]),
    ("bir", &[Turkish]),
    ("bol", &[Slovak]),
    ("bu", &[Turkish]),
    ("buvo", &[Lithuanian]),
    ("byl", &[Polish, Czech]),
    ("care", &[Romanian]),
    ("che", &[Other]),
    ("cok", &[Turkish]),
    ("com", &[Other]),
    ("con", &[Other]),
    ("cu", &[Romanian]),
    ("da", &[Other, Slovene, Croatian, Turkish]),
    ("dans", &[Other]),
    ("das", &[German]),
    ("de", &[Turkish, Romanian]),
    ("del", &[Other, Lithuanian]),
    ("della", &[Other]),
    ("dem", &[German]),
    ("den", &[German]),
    ("der", &[German]),
    ("des", &[Other, German]),
    ("det", &[Other]),
    ("di", &[Other]),
    ("die", &[German]),
    ("din", &[Romanian]),
    ("dla", &[Polish]),
    ("do", &[Unknown, Polish, Czech, Slovak]),
    ("du", &[Other]),
    ("een", &[Other]),
    ("egy", &[Hungarian]),
    ("ei", &[Finnish, Estonian]),
    ("ein", &[German]),
    ("eine", &[German]),
    ("el", &[Other]),
    ("em", &[Other]),
    ("en", &[Other]),
    ("es", &[Hungarian]),
    ("est", &[Other]),
    ("este", &[Romanian]),
    ("et", &[Other, Estonian]),
    ("etta", &[Finnish]),
    ("ez", &[Hungarian]),
    ("for", &[Unknown]),
    ("from", &[English]),
    ("fur", &[German]),
    ("gada", &[Latvian]),
    ("gli", &[Other]),
    ("han", &[Finnish]),
    ("has", &[English]),
    ("have", &[English]),
    ("het", &[Other]),
    ("hogy", &[Hungarian]),
    ("i", &[Polish, Croatian, Lithuanian]),
    ("icin", &[Turkish]),
    ("ikke", &[Other]),
    ("il", &[Other]),
    ("ile", &[Turkish]),
    ("im", &[German]),
    ("in", &[Unknown, Slovene, Romanian]),
    ("ir", &[Lithuanian, Latvian]),
    ("is", &[Unknown, Hungarian, Lithuanian]),
    ("ist", &[German]),
    ("iz", &[Slovene, Croatian]),
    ("ja", &[Finnish, Estonian]),
    ("jako", &[Polish]),
    ("je", &[Czech, Slovak, Slovene, Croatian]),
    ("jest", &[Polish]),
    ("jsou", &[Czech]),
    ("ka", &[Estonian, Latvian]),
    ("kad", &[Lithuanian]),
    ("ki", &[Slovene]),
    ("koje", &[Croatian]),
    ("koji", &[Croatian]),
    ("ktery", &[Czech]),
    ("ktory", &[Polish, Slovak]),
    ("kui", &[Estonian]),
    ("kuin", &[Finnish]),
    ("la", &[Romanian]),
    ("las", &[Other]),
    ("le", &[Other]),
    ("les", &[Other]),
    ("los", &[Other]),
    ("meg", &[Hungarian]),
    ("mit", &[German]),
    ("mutta", &[Finnish]),
    ("myos", &[Finnish]),
    ("na", &[Polish, Czech, Slovak, Slovene, Croatian]),
    ("nao", &[Other]),
    ("nel", &[Other]),
    ("nem", &[Hungarian]),
    ("ni", &[Slovene]),
    ("nicht", &[German]),
    ("nie", &[Polish]),
    ("niet", &[Other]),
    ("nije", &[Croatian]),
    ("ning", &[Estonian]),
    ("no", &[Latvian]),
    ("nu", &[Romanian]),
    ("nuo", &[Lithuanian]),
    ("o", &[Romanian]),
    ("och", &[Other]),
    ("od", &[Polish, Czech, Slovak, Croatian]),
    ("of", &[Unknown]),
    ("olan", &[Turkish]),
    ("olarak", &[Turkish]),
    ("oli", &[Finnish, Estonian]),
    ("oma", &[Estonian]),
    ("on", &[Finnish, Estonian]),
    ("oraz", &[Polish]),
    ("os", &[Other]),
    ("ovat", &[Finnish]),
    ("pa", &[Other]),
    ("par", &[Latvian]),
    ("pe", &[Romanian]),
    ("per", &[Unknown]),
    ("po", &[Polish, Czech, Slovak, Slovene]),
    ("podla", &[Slovak]),
    ("podle", &[Czech]),
    ("por", &[Other]),
    ("pour", &[Other]),
    ("pre", &[Slovak]),
    ("pro", &[Czech]),
    ("przez", &[Polish]),
    ("que", &[Other]),
    ("qui", &[Other]),
    ("s", &[Czech, Slovak]),
    ("sa", &[Slovak]),
    ("se", &[Czech, Slovene, Croatian, Finnish]),
    ("see", &[Estonian]),
    ("si", &[Romanian]),
    ("sich", &[German]),
    ("sie", &[Polish]),
    ("so", &[Slovene]),
    ("som", &[Other]),
    ("sono", &[Other]),
    ("su", &[Slovak, Croatian, Lithuanian]),
    ("sur", &[Other]),
    ("tai", &[Lithuanian]),
    ("tas", &[Latvian]),
    ("that", &[English]),
    ("the", &[English]),
    ("this", &[English]),
    ("til", &[Other]),
    ("to", &[English, Polish]),
    ("u", &[Croatian]),
    ("uma", &[Other]),
    ("un", &[Latvian, Romanian]),
    ("una", &[Other]),
    ("und", &[German]),
    ("une", &[Other]),
    ("uz", &[Latvian]),
    ("v", &[Czech, Slovak, Slovene]),
    ("van", &[Other, Hungarian]),
    ("ve", &[Turkish]),
    ("volt", &[Hungarian]),
    ("von", &[German]),
    ("voor", &[Other]),
    ("w", &[Polish]),
    ("was", &[Unknown]),
    ("will", &[English]),
    ("with", &[English]),
    ("y", &[Other]),
    ("yra", &[Lithuanian]),
    ("z", &[Polish, Czech, Slovak]),
    ("za", &[Slovene, Croatian]),
    ("ze", &[Polish, Czech, Slovak]),
    ("zijn", &[Other]),
    ("zu", &[German]),
];

/// The function words by their keys.
static KEYS: ShortWords<1024> = {
    let mut words = [""; FUNCTION_WORDS.len()];
    let mut number = 0;
    while number < words.len() {
        words[number] = FUNCTION_WORDS[number].0;
        number += 1;
    }
    ShortWords::new(&words)
};

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
    match tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "" | "und" => {}
        tag => return tag == "en",
    }
    let sample = &words.all()[..words.all().len().min(SAMPLE)];
    let enough = sample.len().div_ceil(ENGLISH_SHARE).max(ENOUGH as usize);
    sample.iter().filter(|word| ENGLISH_KEYS.find(word.key).is_some()).nth(enough - 1).is_some()
}

impl Language {
    /// Whether a document is known not to be English: its tag, or what was guessed, says another language.
    pub fn is_known_other(self) -> bool {
        !matches!(self, Unknown | English)
    }

    /// The language of a document: the one of the tag, else a guess from its words. Takes bounded time.
    pub fn of(tag: &str, words: &Words) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().as_bytes();
        let mut small = [0; 4];
        let Some(small) = small.get_mut(..primary.len()) else { return Other };
        small.copy_from_slice(primary);
        small.make_ascii_lowercase();
        match &*small {
            b"" | b"und" => Self::guess(words),
            b"en" => English,
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
        for (index, word) in words.all().iter().take(SAMPLE).enumerate() {
            if index % LOOK == LOOK - 1 {
                let sure = Self::ahead(&counts, 2 * ENOUGH);
                // Words that English shares with its neighbours are no English text yet.
                let shared = sure == English && counts[English as usize] < 2 * counts[Other as usize];
                if sure != Unknown && !shared {
                    return sure;
                }
            }
            if let Some(at) = KEYS.find(word.key) {
                for &language in FUNCTION_WORDS[at].1 {
                    counts[language as usize] += 1;
                }
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

/// Every language that has a name here and function words; of equals the first is taken.
const LISTED: [Language; 13] = [
    German, Polish, Czech, Slovak, Slovene, Croatian, Hungarian, Finnish, Estonian, Lithuanian, Latvian, Turkish,
    Romanian,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_words_are_sorted() {
        assert!(FUNCTION_WORDS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(FUNCTION_WORDS.iter().all(|(word, _)| word.len() <= 7));
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
            ("Warszawa", Unknown),
            ("", Unknown),
        ] {
            assert_eq!(of("", text), language, "{text}");
        }
        assert_eq!(of("pl-PL", "the of and"), Polish);
        assert_eq!(of("und", "the of and is"), English);
        assert_eq!(of("en", "na sie ze do"), English);
        assert_eq!(of("fr", "the of and is"), Other);
    }
}
