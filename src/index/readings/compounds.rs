//! German compounds (rule T6): `Ukrainekrieg` holds `Ukraine`, because `krieg` is a head that follows names.
//!
//! Only capitalised words that end like a head are looked at, so that other languages pay nothing.
//!
//! Must not know: other kinds of readings.

use super::{At, MIN_STEM, Reading, Readings};
use crate::{
    index::forms::Form,
    text::{Shape, Span, Word, WordSet, fold, past_marks},
};

/// What may be written on to a name, folded.
const HEADS: [&str; 145] = [
    "abkommen",
    "ableger",
    "agent",
    "agenten",
    "aktion",
    "allianz",
    "amt",
    "angriff",
    "anhanger",
    "anleihe",
    "armee",
    "attentat",
    "aussenminister",
    "autor",
    "beauftragte",
    "beauftragter",
    "berater",
    "bericht",
    "beschluss",
    "besuch",
    "beziehungen",
    "botschaft",
    "botschafter",
    "bundnis",
    "chef",
    "chefin",
    "debatte",
    "delegation",
    "demokratie",
    "diplomat",
    "diplomatie",
    "einsatz",
    "embargo",
    "exil",
    "experte",
    "experten",
    "expertin",
    "export",
    "exporte",
    "fan",
    "fans",
    "feldzug",
    "film",
    "firma",
    "forscher",
    "forum",
    "fraktion",
    "freund",
    "freunde",
    "gegner",
    "geschaft",
    "gesetz",
    "gesprache",
    "gipfel",
    "gouverneur",
    "grenze",
    "handel",
    "hilfe",
    "hilfen",
    "import",
    "importe",
    "initiative",
    "invasion",
    "investor",
    "jahr",
    "kabinett",
    "kampagne",
    "kanzler",
    "kenner",
    "koalition",
    "konferenz",
    "konflikt",
    "konzern",
    "korrespondent",
    "korrespondentin",
    "kredit",
    "krieg",
    "krise",
    "kritik",
    "kritiker",
    "kurs",
    "lager",
    "liebhaber",
    "lied",
    "lobby",
    "manager",
    "marke",
    "minister",
    "ministerin",
    "mission",
    "mitarbeiter",
    "nahe",
    "partei",
    "parteitag",
    "partner",
    "plan",
    "plane",
    "politik",
    "politiker",
    "praesident",
    "prasident",
    "prasidentin",
    "problem",
    "produkt",
    "prozess",
    "rede",
    "reform",
    "regierung",
    "reise",
    "resolution",
    "roman",
    "sanktion",
    "sanktionen",
    "schuld",
    "serie",
    "sieg",
    "soldat",
    "soldaten",
    "spiel",
    "spieler",
    "spion",
    "sprecher",
    "sprecherin",
    "strategie",
    "streit",
    "studie",
    "team",
    "thema",
    "tochter",
    "treffen",
    "truppen",
    "unternehmen",
    "urlaub",
    "verband",
    "verhandlungen",
    "vertrag",
    "vertreter",
    "visum",
    "wahl",
    "wahlen",
    "wahler",
    "werk",
    "zentrum",
    "zoll",
    "zolle",
];
static IS_HEAD: WordSet<512> = WordSet::new(&HEADS);
/// What may stand between a name and a head.
const LINKS: [&str; 5] = ["", "s", "n", "en", "es"];
/// What may follow a head.
const ENDINGS: [&[u8]; 5] = [b"", b"s", b"es", b"n", b"en"];
/// The shortest and the longest head with its ending, in letters.
const HEAD_LETTERS: std::ops::RangeInclusive<usize> = 3..=18;
/// The shortest name in capitals that a capitalised head is written on to: `USPräsident`.
const MIN_CAPITALS: usize = 2;
/// The shortest compound, in bytes: a name in capitals and a head.
const MIN_BYTES: usize = 5;

impl Readings {
    /// Whether a word may be a compound, as far as its shape says.
    pub(super) fn may_be_compound(&self, word: &Word) -> bool {
        word.shape.any(Shape::CAPITALISED) && word.shape.any(Shape::LOWER) && word.span.len() >= MIN_BYTES
    }

    /// `Ukrainekrieg`: a name with the head of a compound, without it.
    pub(super) fn compound(&mut self, at: &At<'_>) {
        let written = at.view.word(at.index);
        let mut ends = written.bytes().rev();
        if let (Some(last), Some(before)) = (ends.next(), ends.next())
            && !ends_like_a_head(before, last)
        {
            return;
        }
        let letters = written.chars().count();
        for (back, (cut, first)) in written.char_indices().rev().enumerate().take(*HEAD_LETTERS.end()) {
            let (head_letters, name_letters) = (back + 1, letters - back - 1);
            let is_mark = past_marks(written, cut) > cut;
            if head_letters < *HEAD_LETTERS.start() || is_mark {
                continue;
            }
            let name = &written[..cut];
            let capitals = first.is_uppercase() && !name.contains(char::is_lowercase);
            if name_letters < if capitals { MIN_CAPITALS } else { MIN_STEM } {
                continue;
            }
            self.folded.clear();
            fold(&written[cut..], &mut self.folded);
            if !is_head(&self.folded) {
                continue;
            }
            for link in LINKS {
                let Some(name) = name.strip_suffix(link).filter(|name| !name.is_empty()) else { continue };
                if name.chars().count() < if capitals { MIN_CAPITALS } else { MIN_STEM } {
                    continue;
                }
                self.folded.clear();
                fold(name, &mut self.folded);
                if let Some(record) = at.find(&self.folded) {
                    let span = Span::new(at.word.span.start, at.word.span.start + name.len() as u32);
                    let reading = Reading { last: true, ..Reading::of(Form::Compound) };
                    self.push(reading, std::iter::once(at.step(record, span)));
                }
            }
        }
    }
}

/// Whether any head, with any ending, ends in these two bytes; any letter beyond ASCII may be one.
fn ends_like_a_head(before: u8, last: u8) -> bool {
    const ENDS: [u32; 26] = {
        let mut ends = [0; 26];
        let mut head = 0;
        while head < HEADS.len() {
            let bytes = HEADS[head].as_bytes();
            let (before, last) = (bytes[bytes.len() - 2] - b'a', bytes[bytes.len() - 1] - b'a');
            ends[last as usize] |= 1 << before;
            // Its endings: s, es, n, en.
            ends[(b's' - b'a') as usize] |= 1 << last | 1 << (b'e' - b'a');
            ends[(b'n' - b'a') as usize] |= 1 << last | 1 << (b'e' - b'a');
            head += 1;
        }
        ends
    };
    match (before.to_ascii_lowercase(), last.to_ascii_lowercase()) {
        (before @ b'a'..=b'z', last @ b'a'..=b'z') => ENDS[(last - b'a') as usize] & 1 << (before - b'a') != 0,
        (before, last) => !before.is_ascii() || !last.is_ascii(),
    }
}

fn is_head(folded: &[u8]) -> bool {
    ENDINGS.iter().any(|ending| folded.strip_suffix(*ending).is_some_and(|head| IS_HEAD.has(head)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_short() {
        let fits = |head: &&str| head.len() >= *HEAD_LETTERS.start() && head.len() + 2 <= *HEAD_LETTERS.end();
        assert!(HEADS.iter().all(fits), "{:?}", HEADS.iter().find(|head| !fits(head)));
        assert!(is_head(b"krieg") && is_head(b"krieges") && !is_head(b"kri"));
        assert!(ends_like_a_head(b'e', b'g') && !ends_like_a_head(b'z', b'q'));
    }
}
