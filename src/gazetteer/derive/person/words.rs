//! The words of persons' names that are neither given name nor surname, and the surnames that stand first.
//!
//! Must not know: how names are made of words.

use crate::text::{Word, WordSet, Words, fold};

/// The words of every list.
#[cfg(test)]
pub(in super::super) fn word_lists() -> [&'static [&'static str]; 6] {
    [SUFFIXES.words(), NUMERALS.words(), RULERS.words(), PARTICLES.words(), TITLES.words(), EAST_ASIAN.words()]
}

/// What follows a surname without being one, folded and sorted.
pub(super) static SUFFIXES: WordSet<32> = WordSet::new(&["esq", "jnr", "jr", "junior", "phd", "senior", "snr", "sr"]);
/// What tells a child from a parent of the same name, in two short forms and as a word, which may mean something else.
const GENERATIONS: [[&str; 3]; 2] = [["jr", "jnr", "junior"], ["sr", "snr", "senior"]];
/// The most words of a name that are looked at for a suffix.
const MAX_WORDS: usize = 16;
/// Numbers of rulers, folded.
pub(super) static NUMERALS: WordSet<64> = WordSet::new(&[
    "i", "ii", "iii", "iv", "ix", "v", "vi", "vii", "viii", "x", "xi", "xii", "xiii", "xiv", "xix", "xv", "xvi",
    "xvii", "xviii", "xx",
]);
/// The last of several given names of rulers, folded and sorted: `John Paul II`.
#[rustfmt::skip]
pub(super) static RULERS: WordSet<256> = WordSet::new(&[
    "afonso", "albert", "alexander", "alexandra", "alexandre", "alfonso", "amadeus", "antoine", "antonio", "august",
    "augustus", "carl", "carlos", "casimir", "charles", "christian", "constantine", "edward", "emanuel", "emmanuel",
    "felipe", "ferdinand", "fernando", "filiberto", "francis", "franz", "frederick", "friedrich", "george",
    "giuseppe", "gustaf", "gustav", "gustavus", "henri", "henry", "hussein", "james", "joachim", "johann", "john",
    "josef", "joseph", "juan", "karol", "khan", "leopold", "louis", "ludwig", "luis", "luitpold", "maria", "mary",
    "maximilian", "michael", "nicholas", "pablo", "paolo", "paul", "paulo", "paulus", "pawel", "pedro", "peter",
    "philip", "philippe", "pius", "rainier", "selassie", "shah", "sigismund", "singh", "stanislaus", "stephen",
    "theodore", "umberto", "victor", "vittorio", "vladimir", "wilhelm", "william",
]);
/// Words that belong to the surname behind them and never stand alone, folded and sorted.
pub(super) static PARTICLES: WordSet<128> = WordSet::new(&[
    "abu", "al", "and", "ben", "bin", "da", "das", "de", "del", "den", "der", "di", "do", "dos", "dr", "du", "e", "el",
    "ibn", "la", "le", "mr", "of", "san", "st", "ten", "ter", "the", "van", "vande", "von", "y", "zu", "zum", "zur",
]);
/// Titles, honorifics and offices that stand before a name, folded and sorted.
#[rustfmt::skip]
pub(super) static TITLES: WordSet<1024> = WordSet::new(&[
    "abbot", "admiral", "alcalde", "altkanzler", "ambassador", "archbishop", "archduke", "aussenminister",
    "aussenministerin", "avukat", "ayatollah", "bakani", "bapak", "baron", "baroness", "basbakan", "baskan",
    "baskani", "bishop", "brigadier", "bundeskanzler", "bundeskanzlerin", "bundesminister", "bundesministerin",
    "bundesprasident", "burgemeester", "burgermeister", "cadet", "canciller", "captain", "cardinal", "chairman",
    "chairwoman", "chancelier", "chancellor", "cheikh", "chief", "chieftain", "cllr", "coach", "col", "colonel",
    "commander", "commissioner", "commodore", "comrade", "congressman", "congresswoman", "constable", "consul",
    "corporal", "councillor", "councilman", "councilwoman", "count", "countess", "cumhurbaskani", "dame", "dato",
    "datuk", "deacon", "dean", "depute", "deputy", "detective", "diputado", "director", "doamna", "doctor", "dom",
    "domnul", "don", "dona", "dr", "duchess", "duke", "earl", "emir", "emperor", "empress", "envoy",
    "father", "field", "finanzminister", "fr", "fraktionschef", "frau", "fru", "gen", "general", "generale",
    "generaloberst", "generalsekretar", "gobernador", "gov", "governador", "governatore", "governor", "grand",
    "gubernur", "herr", "herra", "hon", "ibu", "imam", "innenminister", "inspector", "jenderal", "judge", "justice",
    "justizminister", "kanzler", "kanzlerin", "khan", "king", "koning", "koningin", "kremlchef", "kronprinz", "lady",
    "landgrave", "leader", "lieutenant", "lord", "lt", "madam", "madame", "maj", "major", "marquis", "marshal",
    "marszalek", "master", "mayor", "meneer", "menteri", "mevrouw", "mgr", "milletvekili", "minister", "ministeri",
    "ministerin", "ministerprasident", "ministr", "ministra", "ministre", "ministro", "miss", "mister", "mlle", "mme",
    "monsieur", "mr", "mrs", "ms", "mullah", "mx", "oberburgermeister", "officer", "onorevole", "paaministeri", "pak",
    "palatine", "pan", "pani", "parteichef", "parteichefin", "parteivorsitzende", "parteivorsitzender", "pastor",
    "patriarch", "pope", "prasident", "prasidentin", "predseda", "prefeito", "premier", "premiera", "premierminister",
    "pres", "presedintele", "presiden", "president", "presidenta", "presidente", "presidentti", "prezes", "prezident",
    "prezydent", "prince", "princess", "private", "prof", "professor", "professorin", "queen", "rabbi", "reina",
    "rep", "representative", "rev", "reverend", "rey", "rouva", "saint", "sayin", "secretary", "sen", "senador",
    "senateur", "senator", "senatore", "senhor", "senhora", "senor", "senora", "sergeant", "sgt", "sheikh", "sheriff",
    "shri", "sig", "signor", "signora", "sindaco", "sir", "sister", "smt", "speaker", "spokesman", "spokeswoman",
    "sprecher", "sprecherin", "sra", "sri", "srta", "st", "staatssekretar", "starosta", "statsminister",
    "statsministern", "sultan", "tanaiste", "taoiseach", "tsar", "ustad", "verteidigungsminister", "vizekanzler",
    "vorsitzende", "vorsitzender", "wapres", "wirtschaftsminister", "адвокат", "генерал", "глава", "голова",
    "господин", "госпожа", "губернатор", "депутат", "директор", "канцлер", "король", "лидер", "лидера", "мер",
    "министр", "мэр", "міністр", "пан", "пані", "председатель", "президент", "президента", "президентом",
    "президенту", "премьер", "товарищ", "царь",
]);
/// Surnames that stand before the given name in East Asia, folded and sorted: the commonest.
pub(super) static EAST_ASIAN: WordSet<256> = WordSet::new(&[
    "abe", "ahn", "bae", "bai", "ban", "bui", "cai", "cao", "chan", "chang", "chen", "cheng", "cheung", "chiang",
    "cho", "choi", "chu", "chun", "chung", "cui", "dai", "dang", "deng", "ding", "do", "doan", "dong", "du", "duong",
    "fan", "fang", "feng", "fu", "gao", "gong", "gu", "guo", "ha", "han", "hao", "he", "ho", "hoang", "hong", "hou",
    "hu", "hua", "huang", "hwang", "jang", "jeon", "jeong", "ji", "jia", "jiang", "jin", "jung", "kang", "kim", "kong",
    "kwon", "lai", "lam", "le", "lee", "lei", "leung", "li", "liang", "liao", "lim", "lin", "liu", "lo", "long", "lu",
    "luo", "lyu", "ma", "mao", "meng", "moon", "nguyen", "pan", "park", "peng", "pham", "phan", "qian", "qin", "shen",
    "shi", "song", "su", "sun", "tan", "tang", "tran", "wang", "wei", "wen", "wu", "xi", "xu", "yang", "yoon", "zhang",
    "zhao", "zhou", "zhu",
]);

/// Whether a word of a name, as it is written, is a title.
pub(in super::super) fn is_title_word(word: &str) -> bool {
    TITLES.has_written(word)
}

/// Whether a word is one of the commonest surnames that stand before the given name in East Asia.
pub fn is_surname_of_east_asia(words: &Words, word: &Word) -> bool {
    EAST_ASIAN.has_word(words, word)
}

/// Whether a word of a name, as it is written, is a suffix.
pub(in super::super) fn is_suffix_word(word: &str) -> bool {
    SUFFIXES.has_written(word)
}

/// Whether a word of a name, as it is written, is the number of a ruler.
pub(in super::super) fn is_numeral(word: &str) -> bool {
    NUMERALS.has_written(word)
}

/// Whether a word is a title, honorific or office that stands before a name.
pub fn is_title(words: &Words, word: &Word) -> bool {
    TITLES.has_word(words, word)
}

/// Whether the word of a text behind a person's name makes it somebody else's, as it is no part of the name in full: `Jr.`,
/// and `II` where `number` or where the name in full has another number. So do the numbers that are words and surnames as
/// well (`I`, `V`, `Xi`), not without another; and none where `comma`.
pub fn is_of_another_generation(name: &str, words: &Words, word: &Word, number: bool, comma: bool) -> bool {
    let mut buffer = [0; 8];
    let suffix = words.folded(word, &mut buffer);
    let alike = GENERATIONS.iter().find(|[one, other, _]| [one, other].iter().any(|short| short.as_bytes() == suffix));
    if alike.is_none() && (comma || !word.shape.all_capitals() || !NUMERALS.has(suffix)) {
        return false;
    }
    let is_own = |own: &[u8]| own == suffix || alike.is_some_and(|alike| alike.iter().any(|one| one.as_bytes() == own));
    let (mut has_it, mut has_number) = (false, false);
    let mut folded = Vec::new();
    for own in name.split([' ', ',']).map(|own| own.trim_end_matches('.')).take(MAX_WORDS) {
        folded.clear();
        fold(own, &mut folded);
        has_it |= is_own(&folded);
        has_number |= NUMERALS.has(&folded);
    }
    let tells = alike.is_some() || has_number || number && suffix.len() > 1 && suffix != b"xi";
    tells && !has_it
}

/// Whether a word follows a surname without being one, as `jr` does.
pub fn is_suffix(words: &Words, word: &Word) -> bool {
    SUFFIXES.has_word(words, word) || NUMERALS.has_word(words, word)
}
