//! Adjectives of other languages that organisations begin with, and are not called by: `Česká národní banka` is no `Česká`.
//!
//! Those of countries, and what `new`, `national` and `first` are. `Deutsche` is not among them: English calls the bank so.
//!
//! Must not know: where they are used.

use crate::text::{WordSet, fold};

/// Folded and sorted.
#[rustfmt::skip]
pub(super) static ADJECTIVES: WordSet<512> = WordSet::new(&[
    "allgemeine", "belgische", "birinci", "brasileira", "brasileiro", "ceska", "ceske", "cesky", "ceskych", "cong",
    "danmarks", "deutscher", "deutsches", "eerste", "eesti", "elso", "ensimmainen", "erste", "erster", "erstes",
    "espanol", "espanola", "forsta", "forste", "francais", "francaise", "freie", "freier", "freies", "hrvatska",
    "hrvatske", "hrvatski", "italiana", "italiano", "kansallinen", "koninklijke", "krajowa", "krajowy", "latvijas",
    "lietuvos", "nacional", "narodna", "narodni", "narodowa", "narodowy", "nasjonale", "nationala", "nationale",
    "nationella", "nazionale", "nederlands", "nederlandse", "nemzeti", "neue", "neuer", "neues", "ngan", "nieuwe",
    "norges", "norske", "noua", "noul", "nouveaux", "nouvelle", "nove", "novi", "novy", "nowa", "nowe", "nowy",
    "nueva", "nuevo", "nuova", "nuovo", "nya", "osterreichische", "pierwszy", "polska", "polski", "polskich",
    "polskie", "portugues", "portuguesa", "primeira", "primera", "primul", "prva", "prvni", "romana", "romaneasca",
    "schweizer", "schweizerische", "slovenska", "slovenske", "slovenski", "slovensky", "srpska", "srpski", "statni",
    "suomen", "svensk", "svenska", "turk", "turkiye", "ulusal", "uusi", "vereinigte", "viet", "vlaamse", "yeni",
    "εθνικη", "ελληνικη", "νεα", "νεο", "πρωτη", "единыи", "народна", "народныи", "наш", "наша", "нова", "нове",
    "нови", "новии", "новыи", "первыи", "перша", "першии", "прва", "српска", "украінська", "єдина",
]);

/// How adjectives of Slavic languages end, folded.
pub(super) const ENDINGS: [&str; 8] = ["ая", "ое", "ские", "скии", "скои", "ськии", "ські", "цкии"];

/// Whether a word is one of them.
pub(super) fn is_foreign_adjective(word: &str) -> bool {
    let mut folded = Vec::new();
    fold(word, &mut folded);
    let ends = |word: &str| ENDINGS.iter().any(|ending| word.ends_with(ending));
    ADJECTIVES.has(&folded) || std::str::from_utf8(&folded).is_ok_and(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjectives() {
        for word in ["Česká", "Российские", "Türk", "Новая", "Українська", "Svenska", "Neue"]
        {
            assert!(is_foreign_adjective(word), "{word}");
        }
        for word in ["Газпром", "Pepsi", "Deutsche", "Škoda", "Nokia"] {
            assert!(!is_foreign_adjective(word), "{word}");
        }
    }
}
