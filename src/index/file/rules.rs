//! The fingerprint of the rules under which a segment file was built.
//!
//! A file of other rules would give other answers than the same gazetteer compiled now; it is refused.
//!
//! Must not know: the layout of the file.

/// The fingerprint of the rules that decide what is in a segment: folding, segmentation, ordinary words, derived names.
/// A test computes it and tells when it has to change.
pub(super) const RULES: u64 = 0x4d15_3fee_c010_faa4;

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::RULES;
    use crate::{
        gazetteer::{
            CaseRule, Rule,
            derive::{Kind, full_names, short_names, word_lists},
        },
        index::collect::check,
        text::{FUNCTION, Words, fold, ordinary},
    };

    /// Texts that show the rules of segmentation.
    const TEXTS: [&str; 13] = [
        "Mr. O’Brien's (U.S.) e-mail: can't, won't; re-\nelected pre-war ChinaRussia iPhone",
        "東京タワーと大阪城、コーヒー。 สวัสดีชาวโลก 서울에서는 부산",
        "والقاهرة وبغداد بالعراق הבית וירושלים מִצְרַיִם",
        "İstanbul ISPARTA ısparta Straße STRASSE Müller Mueller Åland",
        "Россией в Москве, Київ\u{2014}Львів; Αθήνα Σίσυφος",
        "नई दिल्ली। अमेरिका॥ አዲስ አበባ። ኢትዮጵያ፣",
        "C++ C# #rust @you AT&T 3.14 1,000 A.B. x_y 🇩🇪 👩‍👩‍👧 e\u{301}",
        "soft\u{AD}hyphen zero\u{200B}width no\u{2060}break \u{FEFF}bom line\r\nend\u{2028}next\n\nparagraph",
        "AT&amp;T in M&uuml;nchen&#39;s &ldquo;old&nbsp;town&rdquo; a&shy;b &amp;eacute; R&D;",
        "Russiaâ€™s â€œoldâ€ townâ\u{80}\u{94}MÃ¼nchenÂ\u{A0}Ã‰a AMANHÔ",
        r"Beyonc\u00e9:\nAT\u0026T \ud83d\ude00 C:\new",
        "हिन्दी गान्धी चण्डीगढ़ अन्य China\u{FE0F} 葛\u{E0100}城",
        "Merkel.1 No.1 Merkel1,2 a\n> b\tc    d 第1〆切 Zola&#769;'s",
    ];

    #[test]
    fn the_fingerprint_is_that_of_the_rules() {
        let mut digest = Sha256::new();
        let mut folded = Vec::new();
        for c in '\0'..=char::MAX {
            folded.clear();
            fold(c.encode_utf8(&mut [0; 4]), &mut folded);
            digest.update(&folded);
            digest.update([0xFF]);
        }
        let mut words = Words::default();
        for text in TEXTS {
            words.clear();
            words.read(text);
            for word in words.all() {
                digest.update(format!("{:?}", word.span));
                digest.update(words.folded(word, &mut [0; 8]));
                if let Ok(word) = std::str::from_utf8(words.folded(word, &mut [0; 8])) {
                    digest.update([ordinary(word) as u8]);
                }
            }
        }
        for name in ["US", "UNHCR", "UNESCO", "G7", "CO2", "MH370", "COVID-19", "AREA 51", "Of", "Us"] {
            let ordinary = ordinary(&name.to_lowercase());
            digest.update(format!("{:?}", check(CaseRule::Auto, name, ordinary)));
        }
        // What the examples do not show.
        digest.update(include_bytes!("../../../data/ordinary-words.tsv"));
        for list in [&word_lists()[..], &[FUNCTION.words()]].concat() {
            digest.update(list.join(" "));
        }
        for rule in Rule::ALL {
            digest.update(rule.as_str());
        }
        for nature in ["person", "company", "city", "ethnicity", "thing"] {
            let names = [
                "Dr. Joseph R. Biden Jr.",
                "Pepsi Cola Co.",
                "Springfield, Missouri",
                "Kurds",
                "von der Leyen",
                "Pope Francis",
                "Jose\u{301} A\u{301}ngel Gurri\u{301}a",
                "Siemens Aktiengesellschaft",
                "埃隆·马斯克",
                "NVIDIA Corporation",
            ];
            for name in names {
                let kind = Kind::of(nature);
                for derived in full_names(kind, name).into_iter().chain(short_names(kind, name)) {
                    digest.update(derived.text);
                }
            }
        }
        let fingerprint = digest.finalize().iter().take(8).fold(0, |all: u64, &byte| all << 8 | u64::from(byte));
        assert_eq!(
            RULES, fingerprint,
            "the rules changed: set RULES to {fingerprint:#018x}, and say so in CHANGELOG.md"
        );
    }
}
