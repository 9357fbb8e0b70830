//! Names of persons: their parts, and what may stand for the whole (rule L2).
//!
//! A name is read as words in groups that hyphens and apostrophes tie together: `al-Maliki` is one. Titles before it,
//! suffixes behind it and what follows a comma are no part of given name and surname. Who is `of` a place, or has a
//! number, has no surname. Names of scripts written without spaces have no parts.

use std::ops::Range;

use super::Derived;
use crate::{
    gazetteer::Rule,
    text::{Gap, Shape, Word, WordKey, WordSet, Words},
};

/// What follows a surname without being one, folded and sorted.
static SUFFIXES: WordSet<32> = WordSet::new(&["esq", "jnr", "jr", "junior", "phd", "senior", "snr", "sr", "v"]);
/// Numbers of rulers, folded.
static NUMERALS: WordSet<64> = WordSet::new(&[
    "i", "ii", "iii", "iv", "ix", "v", "vi", "vii", "viii", "x", "xi", "xii", "xiii", "xiv", "xix", "xv", "xvi",
    "xvii", "xviii", "xx",
]);
/// Words that belong to the surname behind them and never stand alone, folded and sorted.
static PARTICLES: WordSet<128> = WordSet::new(&[
    "abu", "al", "and", "ben", "bin", "da", "das", "de", "del", "den", "der", "di", "do", "dos", "dr", "du", "e", "el",
    "ibn", "la", "le", "mr", "of", "san", "st", "ten", "ter", "the", "van", "vande", "von", "y", "zu", "zum", "zur",
]);
/// Titles, honorifics and offices that stand before a name, folded and sorted.
static TITLES: WordSet<512> = WordSet::new(&[
    "abbot",
    "admiral",
    "alcalde",
    "ambassador",
    "archbishop",
    "archduke",
    "aussenminister",
    "aussenministerin",
    "ayatollah",
    "bapak",
    "baron",
    "baroness",
    "bishop",
    "brigadier",
    "bundeskanzler",
    "bundeskanzlerin",
    "bundesminister",
    "bundesministerin",
    "bundesprasident",
    "burgermeister",
    "cadet",
    "captain",
    "cardinal",
    "chairman",
    "chairwoman",
    "chancelier",
    "chancellor",
    "chief",
    "chieftain",
    "coach",
    "col",
    "colonel",
    "commander",
    "commissioner",
    "commodore",
    "comrade",
    "congressman",
    "congresswoman",
    "constable",
    "consul",
    "corporal",
    "count",
    "countess",
    "dame",
    "deacon",
    "dean",
    "deputy",
    "detective",
    "director",
    "doctor",
    "dom",
    "don",
    "dona",
    "dr",
    "duchess",
    "duke",
    "earl",
    "emir",
    "emperor",
    "empress",
    "envoy",
    "father",
    "field",
    "finanzminister",
    "fr",
    "frau",
    "gen",
    "general",
    "generalsekretar",
    "gobernador",
    "gov",
    "governador",
    "governor",
    "grand",
    "herr",
    "hon",
    "ibu",
    "imam",
    "innenminister",
    "inspector",
    "judge",
    "justice",
    "justizminister",
    "kanzler",
    "kanzlerin",
    "khan",
    "king",
    "koning",
    "koningin",
    "lady",
    "landgrave",
    "leader",
    "lieutenant",
    "lord",
    "lt",
    "madam",
    "madame",
    "maj",
    "major",
    "marquis",
    "marshal",
    "master",
    "mayor",
    "mgr",
    "minister",
    "ministerin",
    "ministerprasident",
    "ministra",
    "ministre",
    "ministro",
    "miss",
    "mlle",
    "mme",
    "monsieur",
    "mr",
    "mrs",
    "ms",
    "mullah",
    "oberburgermeister",
    "officer",
    "pak",
    "palatine",
    "pan",
    "pani",
    "parteichef",
    "parteichefin",
    "pastor",
    "patriarch",
    "pope",
    "prasident",
    "prasidentin",
    "prefeito",
    "premier",
    "premierminister",
    "pres",
    "president",
    "presidenta",
    "presidente",
    "prince",
    "princess",
    "private",
    "prof",
    "professor",
    "professorin",
    "queen",
    "rabbi",
    "reina",
    "rep",
    "representative",
    "rev",
    "reverend",
    "rey",
    "saint",
    "secretary",
    "sen",
    "senator",
    "senor",
    "senora",
    "sergeant",
    "sgt",
    "sheikh",
    "sheriff",
    "sig",
    "signor",
    "signora",
    "sir",
    "sister",
    "speaker",
    "spokesman",
    "spokeswoman",
    "sprecher",
    "sprecherin",
    "sra",
    "srta",
    "st",
    "statsminister",
    "sultan",
    "tsar",
    "verteidigungsminister",
    "vizekanzler",
    "wirtschaftsminister",
]);
/// Surnames that stand before the given name in East Asia, folded and sorted: the commonest.
static EAST_ASIAN: WordSet<256> = WordSet::new(&[
    "abe", "ahn", "bae", "bai", "ban", "bui", "cai", "cao", "chan", "chang", "chen", "cheng", "cheung", "chiang",
    "cho", "choi", "chu", "chun", "chung", "cui", "dai", "dang", "deng", "ding", "do", "doan", "dong", "du", "duong",
    "fan", "fang", "feng", "fu", "gao", "gong", "gu", "guo", "ha", "han", "hao", "he", "ho", "hoang", "hong", "hou",
    "hu", "hua", "huang", "hwang", "jang", "jeon", "jeong", "ji", "jia", "jiang", "jin", "jung", "kang", "kim", "kong",
    "kwon", "lai", "lam", "le", "lee", "lei", "leung", "li", "liang", "liao", "lim", "lin", "liu", "lo", "long", "lu",
    "luo", "lyu", "ma", "mao", "meng", "moon", "nguyen", "pan", "park", "peng", "pham", "phan", "qian", "qin", "shen",
    "shi", "song", "su", "sun", "tan", "tang", "tran", "wang", "wei", "wen", "wu", "xi", "xu", "yang", "yoon", "zhang",
    "zhao", "zhou", "zhu",
]);

/// What stands between the parts of a foreign name in Chinese and Japanese: `埃隆·马斯克`, `ジョー・バイデン`.
pub(super) const MIDDLE_DOTS: [char; 2] = ['·', '・'];

/// Whether a word is a title, honorific or office that stands before a name.
pub fn is_title(words: &Words, word: &Word) -> bool {
    TITLES.has_word(words, word)
}

/// Whether a word follows a surname without being one, as `jr` does.
pub fn is_suffix(words: &Words, word: &Word) -> bool {
    SUFFIXES.has_word(words, word) || NUMERALS.has_word(words, word)
}

/// The given names and middle names of a person, in order; none where the surname stands first.
pub fn given_names(name: &str) -> Vec<String> {
    let full = FullName::read(name);
    match (full.given(), full.surname()) {
        (Some(first), Some(last)) if !full.is_east_asian(&first, &last) => {
            std::iter::once(&first).chain(full.middle()).map(|part| full.text(part).to_owned()).collect()
        }
        _ => Vec::new(),
    }
}

/// The names that are as good as the name itself.
pub(super) fn full_names(name: &str, derived: &mut Vec<Derived>) {
    let full = FullName::read(name);
    if full.is_office() {
        return;
    }
    let (Some(first), Some(last)) = (full.given(), full.surname()) else {
        if full.titles > 0 && full.parts.len() - full.titles > 1 {
            derived.push(Derived::new(Rule::Title, full.from(full.titles)));
        }
        return;
    };
    if full.titles > 0 {
        derived.push(Derived::new(Rule::Title, full.from(full.titles)));
    }
    let (given, surname, long) = (full.text(&first), full.text(&last), full.text(&full.long_surname(&last)));
    let particles = full.long_surname(&last).start != last.start;
    let middle = full.middle();
    if !middle.is_empty() {
        derived.push(Derived::new(Rule::MiddleNames, format!("{given} {long}")));
        let initials: String = middle
            .iter()
            .filter_map(|part| full.text(part).chars().next())
            .fold(String::new(), |all, initial| format!("{all}{initial}. "));
        derived.push(Derived::new(Rule::MiddleNames, format!("{given} {initials}{long}")));
    }
    let initials: String = std::iter::once(&first)
        .chain(middle)
        .filter_map(|part| full.text(part).chars().next())
        .fold(String::new(), |all, initial| format!("{all}{initial}. "));
    if !middle.is_empty() {
        derived.push(Derived::new(Rule::Initials, format!("{initials}{long}")));
    }
    if particles {
        derived.push(Derived::new(Rule::MiddleNames, format!("{given} {surname}")));
    }
    if full.end < full.parts.len() {
        derived.push(Derived::new(Rule::MiddleNames, full.span(full.titles, full.end)));
    }
    let before = full.text(&(first.start..full.long_surname(&last).start)).trim_end();
    derived.push(Derived::new(Rule::Reversed, format!("{long}, {before}")));
}

/// The names that count only beside the name in full.
pub(super) fn short_names(name: &str, derived: &mut Vec<Derived>) {
    if let Some((_, surname)) = name.rsplit_once(MIDDLE_DOTS).filter(|_| super::is_dotted(name)) {
        derived.push(Derived::new(Rule::Surname, surname));
        return;
    }
    if is_of_four(name) {
        derived.push(Derived::new(Rule::Surname, name.chars().take(2).collect::<String>()));
        return;
    }
    if let Some((given, _)) = name.split_once(' ').filter(|_| name.starts_with(is_thai)) {
        derived.push(Derived::new(Rule::GivenName, given));
        return;
    }
    let full = FullName::read(name);
    let Some(first) = full.given().filter(|_| !full.is_office()) else { return };
    let surname = full.surname();
    let (given_rule, surname_rule) = match &surname {
        Some(last) if full.is_east_asian(&first, last) => (Rule::Surname, Rule::GivenName),
        _ => (Rule::GivenName, Rule::Surname),
    };
    // `John Paul` of `John Paul II`: rulers have no surname, and are called by all their given names.
    let ruler = full.is_numbered().then_some(full.titles..full.end);
    let alone = full.may_stand_alone(&first);
    if let Some(ruler) = ruler.as_ref().filter(|ruler| alone || ruler.len() > 1) {
        derived.push(Derived::new(Rule::Surname, full.span(ruler.start, ruler.end)));
    }
    if alone && ruler.is_none_or(|ruler| ruler.len() > 1) {
        derived.push(Derived::new(given_rule, full.text(&first)));
    }
    let Some(last) = surname else { return };
    // `Sánchez` of `Ángel Sánchez Martín`: the first of two surnames.
    if let ([middle], Rule::Surname) = (full.middle(), surname_rule)
        && full.may_stand_alone(middle)
    {
        derived.push(Derived::new(Rule::MiddleNames, full.text(middle)));
    }
    // `López Obrador` of `Andrés Manuel López Obrador`: both surnames.
    if let (Some(middle), Rule::Surname) = (full.middle().last(), surname_rule)
        && full.may_stand_alone(middle)
    {
        derived.push(Derived::new(Rule::Surname, full.text(&(middle.start..last.end))));
    }
    let tied = last.clone().take_while(|&at| full.is(at, &PARTICLES)).count();
    let mut surnames = vec![last.clone(), full.long_surname(&last)];
    if tied > 0 && tied < last.len() {
        surnames.push(last.start + tied..last.end);
    }
    for part in surnames {
        if full.may_stand_alone(&part) {
            derived.push(Derived::new(surname_rule, full.text(&part)));
        }
    }
}

/// Whether a name is four Han characters, or five with a given name in `郎`. Of such names of persons two are the surname:
/// `安倍` of `安倍晋三`, `小泉` of `小泉純一郎`, `欧阳` of `欧阳娜娜`.
pub(super) fn is_of_four(name: &str) -> bool {
    let count = name.chars().take(6).take_while(|c| matches!(c, '\u{3400}'..='\u{9FFF}')).count();
    name.len() == count * 3 && (count == 4 || count == 5 && name.ends_with('郎'))
}

/// Whether a character is of the Thai script.
pub(super) fn is_thai(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{E7F}')
}

/// A name in parts; ranges are of its words.
struct FullName<'n> {
    name: &'n str,
    words: Words,
    /// Groups of words that hyphens and apostrophes tie, up to the first comma that no suffix follows.
    parts: Vec<Range<usize>>,
    /// How many parts at the beginning are titles.
    titles: usize,
    /// The first part that is a suffix; the number of parts where there is none.
    end: usize,
}

impl<'n> FullName<'n> {
    fn read(name: &'n str) -> Self {
        let mut words = Words::default();
        words.read(name);
        let mut full = Self { name, words, parts: Vec::new(), titles: 0, end: 0 };
        for (at, word) in full.words.all().iter().enumerate() {
            if word.gap.any(Gap::COMMA) && !full.is_suffix(at) {
                break;
            }
            match full.parts.last_mut() {
                Some(part) if word.gap.is_tight() || word.gap.any(Gap::GLUED) => part.end = at + 1,
                _ => full.parts.push(at..at + 1),
            }
        }
        full.titles = full.parts.iter().take_while(|part| full.all_are(part, &TITLES)).count();
        let kept = full.parts.iter().rposition(|part| !part.clone().all(|at| full.is_suffix(at)));
        full.end = kept.map_or(0, |last| last + 1);
        full
    }

    /// Whether it names an office and no person: `President of the Republic`.
    fn is_office(&self) -> bool {
        self.titles > 0 && self.parts.get(self.titles).is_none_or(|part| self.all_are(part, &PARTICLES))
    }

    /// The first part behind the titles, where others follow.
    fn given(&self) -> Option<Range<usize>> {
        (self.end > self.titles && self.parts.len() > self.titles + 1).then(|| self.parts[self.titles].clone())
    }

    /// Whether a number tells a ruler from others of the name.
    fn is_numbered(&self) -> bool {
        self.parts[self.end..].iter().any(|part| self.all_are(part, &NUMERALS))
    }

    /// The last part, where the person has a surname.
    fn surname(&self) -> Option<Range<usize>> {
        let of = self.parts.iter().any(|part| part.clone().all(|at| self.words.all()[at].key == WordKey::of(b"of")));
        (self.end > self.titles + 1 && !of && !self.is_numbered()).then(|| self.parts[self.end - 1].clone())
    }

    /// The surname with the particles before it.
    fn long_surname(&self, last: &Range<usize>) -> Range<usize> {
        let inner = &self.parts[self.titles + 1..self.end - 1];
        let particles = inner.iter().rev().take_while(|part| self.all_are(part, &PARTICLES)).count();
        self.parts[self.end - 1 - particles].start..last.end
    }

    /// The parts between given name and surname with its particles.
    fn middle(&self) -> &[Range<usize>] {
        let inner = &self.parts[self.titles + 1..self.end - 1];
        let particles = inner.iter().rev().take_while(|part| self.all_are(part, &PARTICLES)).count();
        &inner[..inner.len() - particles]
    }

    fn is_east_asian(&self, first: &Range<usize>, last: &Range<usize>) -> bool {
        let known = |part: &Range<usize>| part.len() == 1 && self.is(part.start, &EAST_ASIAN);
        known(first) && !known(last)
    }

    fn text(&self, part: &Range<usize>) -> &'n str {
        let words = &self.words.all()[part.clone()];
        match (words.first(), words.last()) {
            (Some(first), Some(last)) => &self.name[first.span.start as usize..last.span.end as usize],
            _ => "",
        }
    }

    /// The text of the parts from one to before another.
    fn span(&self, from: usize, to: usize) -> &'n str {
        self.text(&(self.parts[from].start..self.parts[to - 1].end))
    }

    /// The text from a part to the last.
    fn from(&self, from: usize) -> &'n str {
        self.span(from, self.parts.len())
    }

    /// Whether a part is more than a letter, a particle, a title or a suffix, and capitalised.
    fn may_stand_alone(&self, part: &Range<usize>) -> bool {
        let words = &self.words.all()[part.clone()];
        let letters: usize =
            words.iter().map(|word| word.span.of(self.name).chars().filter(|c| c.is_alphabetic()).count()).sum();
        let capital = words.iter().any(|word| !word.shape.any(Shape::LOWER) || word.shape.any(Shape::CAPITALISED));
        let initials = words.iter().all(|word| word.shape.any(Shape::DOTTED | Shape::LETTER));
        letters > 1 && capital && !initials && !self.all_are(part, &PARTICLES)
    }

    fn all_are<const PLACES: usize>(&self, part: &Range<usize>, set: &WordSet<PLACES>) -> bool {
        part.clone().all(|at| self.is(at, set))
    }

    fn is_suffix(&self, at: usize) -> bool {
        self.is(at, &SUFFIXES) || self.is(at, &NUMERALS)
    }

    fn is<const PLACES: usize>(&self, at: usize, set: &WordSet<PLACES>) -> bool {
        set.has_word(&self.words, &self.words.all()[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(of: fn(&str, &mut Vec<Derived>), name: &str, expected: &[&str]) {
        let mut derived = Vec::new();
        of(name, &mut derived);
        let mut texts: Vec<_> = derived.into_iter().map(|one| one.text).collect();
        texts.dedup();
        assert_eq!(texts, expected, "{name}");
    }

    #[test]
    fn short() {
        let check = |name, expected: &[&str]| check(short_names, name, expected);
        check("Xi Jinping", &["Xi", "Jinping"]);
        check("Ursula von der Leyen", &["Ursula", "Leyen", "von der Leyen"]);
        check("Nouri al-Maliki", &["Nouri", "al-Maliki", "Maliki"]);
        check("Sean O'Brien", &["Sean", "O'Brien"]);
        check("Jean-Claude Juncker", &["Jean-Claude", "Juncker"]);
        check("Martin Luther King Jr.", &["Martin", "Luther", "Luther King", "King"]);
        check("Andrés Manuel López Obrador", &["Andrés", "López Obrador", "Obrador"]);
        check("John Paul II", &["John Paul", "John"]);
        check("J. Biden", &["Biden"]);
        check("Madonna", &[]);
        check("习近平", &[]);
        check("Владимир Путин", &["Владимир", "Путин"]);
        check("Louis IX", &["Louis"]);
        check("Caroline of Zweibrücken", &["Caroline"]);
        check("Christian III, Count Palatine of Zweibrücken", &["Christian"]);
        check("King Hussein", &[]);
        check("Sir Winston Churchill", &["Winston", "Churchill"]);
        check("Of The", &[]);
    }

    #[test]
    fn full() {
        let check = |name, expected: &[&str]| check(full_names, name, expected);
        check("Vladimir Putin", &["Putin, Vladimir"]);
        check("George W. Bush", &["George Bush", "George W. Bush", "G. W. Bush", "Bush, George W"]);
        check("Johann von Ewald", &["Johann Ewald", "von Ewald, Johann"]);
        check("Martin King Jr.", &["Martin King", "King, Martin"]);
        check("Sir Winston Churchill", &["Winston Churchill", "Churchill, Winston"]);
        check("Countess Caroline of Hanau", &["Caroline of Hanau"]);
        check("Louis IX", &[]);
        check("Madonna", &[]);
        check("President of the United States", &[]);
    }

    #[test]
    fn surnames_come_first_in_east_asia() {
        let mut derived = Vec::new();
        short_names("Xi Jinping", &mut derived);
        assert_eq!((derived[0].rule, derived[1].rule), (Rule::Surname, Rule::GivenName));
    }
}
