//! The inputs: for each a text, and names to be hurt with.

use onomast::{
    gazetteer::{Alias, CaseRule, Entity},
    index::Forms,
};

/// About how many bytes each text has.
const BYTES: usize = 1 << 18;

/// A text with its names.
pub(crate) struct Hostile {
    pub(crate) label: &'static str,
    pub(crate) names: Vec<Entity>,
    pub(crate) text: String,
    /// The forms asked for beside those on by default.
    pub(crate) enabled: Forms,
    /// How many mentions there must be, where that is plain.
    pub(crate) mentions: Option<usize>,
}

impl Hostile {
    /// There must be a mention at each of the pieces that the text repeats.
    fn at_each(mut self, piece: &str) -> Self {
        self.mentions = Some(self.text.len() / piece.len());
        self
    }

    fn exactly(mut self, mentions: usize) -> Self {
        self.mentions = Some(mentions);
        self
    }

    fn scanned(mut self) -> Self {
        self.enabled = Forms::ON_REQUEST;
        self
    }
}

fn entity(id: usize, name: &str, kind: &str) -> Entity {
    Entity { id: format!("h{id:06}"), name: name.into(), kind: kind.into(), case: CaseRule::Any, ..Entity::default() }
}

fn things(names: &[&str]) -> Vec<Entity> {
    names.iter().enumerate().map(|(id, name)| entity(id, name, "thing")).collect()
}

fn many(count: usize, name: impl Fn(usize) -> String, kind: &str) -> Vec<Entity> {
    (0..count).map(|id| entity(id, &name(id), kind)).collect()
}

/// The piece again and again.
fn again(label: &'static str, names: Vec<Entity>, piece: &str) -> Hostile {
    let text = piece.repeat(BYTES / piece.len());
    Hostile { label, names, text, enabled: Forms::EXACT, mentions: None }
}

/// Pieces that differ.
fn each(label: &'static str, names: Vec<Entity>, piece: impl Fn(usize) -> String) -> Hostile {
    let mut text = String::new();
    for number in 0.. {
        if text.len() >= BYTES {
            break;
        }
        text.push_str(&piece(number));
    }
    Hostile { label, names, text, enabled: Forms::EXACT, mentions: None }
}

/// All of them.
pub(crate) fn all() -> Vec<Hostile> {
    let mut all = nested();
    all.extend(crowds());
    all.extend(marks());
    all.extend(glued());
    all.extend(scripts());
    all
}

/// Names inside names, and names everywhere.
fn nested() -> Vec<Hostile> {
    let nest = |count: usize, word: &str| many(count, |id| vec![word; id + 1].join(" "), "thing");
    let hyphens = |letters: usize| {
        let spelling = move |number: usize| {
            let hyphen = |at: usize| if number >> at & 1 == 1 { "-b" } else { "b" };
            "b".to_owned() + &(0..letters - 1).map(hyphen).collect::<String>()
        };
        many(1 << (letters - 1), spelling, "thing")
    };
    vec![
        again("a a a, one name", things(&["a"]), "a ").at_each("a "),
        again("a a a, no name", things(&["b"]), "a ").exactly(0),
        again("a a a, 200 nested names", nest(200, "a"), "a "),
        again("a a a, a long name that never ends", things(&[&("a ".repeat(400) + "b")]), "a ").exactly(0),
        again("a b a b, names of both ends", things(&["a b a b a", "b a b a b a b"]), "a b "),
        again("a a b, a name that fails late", things(&[&("a ".repeat(100) + "b b")]), &("a ".repeat(100) + "b ")),
        again("readings behind a long beginning", things(&[&("ü ö ".repeat(400) + "zz"), "q ue", "q oe"]), "ü ö ")
            .exactly(0),
        again("a long name at each word", things(&[&("x/".repeat(2000) + "x")]), "x/"),
        again("a long name before a comma", things(&[&format!("X {}b, Zz", "x ".repeat(2000))]), "x "),
        again("many short names", many(676, |id| letters(id, 2), "thing"), "ab cd ef gh ij kl mn op ").at_each("ab "),
        each("a mention at each word", many(5000, |id| format!("Q{id}"), "thing"), |n| format!("Q{} ", n % 5000)),
        again("a name hyphenated in every way", hyphens(13), &("b".repeat(13) + " ")).at_each(&("b".repeat(13) + " ")),
        again("every-way hyphens, hyphens in the text", hyphens(13), "b-b-b-b-b-b-b-b-b-b-b-b-b "),
        again("persons with one surname", many(3000, |id| format!("A{id}x Smith"), "person"), "A7x Smith and Smith. "),
        each("persons with one surname, all named", many(3000, |id| format!("A{id}x Smith"), "person"), |n| {
            format!("A{}x Smith spoke, said Smith, and that was all. ", n % 3000)
        }),
    ]
}

/// Many entities of one name, and long lists.
fn crowds() -> Vec<Hostile> {
    let mut listed = many(150, |_| "Foo".into(), "thing");
    for one in &mut listed {
        one.related = (0..400).map(|other| format!("h{:06}", 1000 + other)).collect();
        one.context = (0..400).map(|word| format!("w{word}")).collect();
    }
    listed.extend((0..400).map(|id| entity(1000 + id, &format!("Bar{id}"), "thing")));
    let mut aliases = things(&["Foo Bar"]);
    aliases[0].aliases = (0..5000).map(|id| Alias::plain(format!("Foo {}", letters(id, 3)))).collect();
    vec![
        again("3000 of one name, everywhere", many(3000, |_| "Foo".into(), "thing"), "Foo. ").at_each("Foo. "),
        again("3000 of one name, now and then", many(3000, |_| "Foo".into(), "thing"), &("x ".repeat(50) + "Foo. ")),
        each("namesakes with long lists", listed, |n| format!("w{} Bar{}, Foo. ", n % 400, n % 400)),
        again("5000 aliases of one", aliases, "Foo aaa Foo aab Foo zzz "),
        again("organisations with designators", many(2000, |id| format!("X{id} Corp"), "organization"), "X9 Corp X9. "),
        again("titles", many(2000, |id| format!("President B{id}"), "person"), "President B7 President B8 President "),
        again("initials", many(2000, |id| format!("J. {} Doe", letters(id, 2)), "person"), "J. D. J. Doe J. "),
        again(
            "acronyms",
            many(2000, |id| format!("{} Treaty Union", letters(id, 2)), "organization"),
            "ATU BTU (CTU) ",
        ),
    ]
}

/// Texts of no words, or of one.
fn marks() -> Vec<Hostile> {
    let few = || things(&["a", "U.S.", "China", "Russia", "a a", "as", "in-depth"]);
    let one_word = |label, piece: &str| {
        let text = piece.repeat((1 << 20) / piece.len());
        Hostile { label, names: few(), text, enabled: Forms::EXACT, mentions: None }
    };
    vec![
        one_word("one word of 1 MB", "a").exactly(0),
        one_word("one word of 1 MB, beyond ASCII", "ы").exactly(0),
        one_word("one word of 1 MB of digits", "7").exactly(0),
        one_word("one word of 1 MB in capitals", "A").exactly(0),
        one_word("one word of 1 MB, capitals and small letters", "aB").exactly(0),
        again("only spaces", few(), " ").exactly(0),
        again("only hyphens", few(), "-").exactly(0),
        again("only periods", few(), ".").exactly(0),
        again("only apostrophes", few(), "'").exactly(0),
        again("only line breaks", few(), "\n").exactly(0),
        again("only tabs and carriage returns", few(), "\t\r").exactly(0),
        again("only what is ignored", few(), "\u{200B}").exactly(0),
        again("only soft hyphens", few(), "\u{AD}").exactly(0),
        again("only direction marks", few(), "\u{202E}").exactly(0),
        again("only combining marks", few(), "\u{301}").exactly(0),
        again("combining marks on one letter", few(), &("e".to_owned() + &"\u{301}".repeat(999))),
        again("combining marks everywhere", few(), "C\u{301}h\u{301}i\u{301}n\u{301}a\u{301} "),
        again("emoji", few(), "😀").exactly(0),
        again("only ampersands", few(), "&").exactly(0),
        again("only underscores", few(), "_").exactly(0),
        again("quotes", few(), "“a” ‘a’ "),
        again("a line break behind each word", few(), "China\nRussia\n"),
        again("a word broken over each line", few(), "Chi-\nna Rus-\nsia "),
        again("a hyphen behind each letter", few(), "a-"),
        again("dots behind each letter", few(), "U.S."),
        again("dotted letters", few(), "U.S.A. "),
        again("numbers with commas", few(), "1,000,000.00 "),
    ]
}

/// Words that have other readings.
fn glued() -> Vec<Hostile> {
    let few =
        || things(&["China", "Russia", "Hong Kong", "US", "A", "as", "boss", "Congress", "Afghanistan", "PayPal"]);
    vec![
        again("glued names", few(), "ChinaRussia "),
        again("sixteen glued names", few(), &("China".repeat(16) + " ")),
        again("too many glued names", few(), &("China".repeat(17) + " ")),
        again("glued letters", few(), "aAaAaAaAaAaAaAa "),
        again("connectors", few(), "_Hong_Kong_ "),
        again("capitals and small letters", few(), "USChina USled "),
        again("letters and digits", few(), "A1A1A1A1A1A1A1 "),
        again("words ending in s", few(), "chinas as russias boss bosss "),
        again("possessives", few(), "China's Russia’s boss' "),
        again("all capitals", few(), "CHINA RUSSIA HONG KONG THE AND OF "),
        again("spaces inside words", few(), "A f g h a n i s t a n ").scanned(),
        again("single letters, scanned", few(), "x y z ").scanned(),
        again("long s", few(), "Congrefs fffffff fifferf ").scanned(),
        again("hyphens between names", few(), "China-Russia-US-China "),
        again("apostrophes inside words", few(), "a'a'a'a'a'a "),
    ]
}

/// Other scripts and languages.
fn scripts() -> Vec<Hostile> {
    let names = || {
        things(&["Россия", "Путин", "中国", "中", "러시아", "روسيا", "ישראל", "Ankara", "Suomi", "Ukraine", "Müller"])
    };
    vec![
        again("Chinese, one name", names(), "中"),
        again("Chinese, no name", names(), "国").exactly(0),
        again("Russian cases", names(), "России Россию Путина Путиным "),
        again("Korean particles", names(), "러시아는 러시아에서는 러시아으로부터 "),
        again("Arabic prefixes", names(), "وروسيا وبالروسيا ولروسيا "),
        again("Hebrew prefixes", names(), "בישראל ושישראל "),
        again("Turkish endings", names(), "Ankara'da Ankara’dan ankaradaki ve bir bu için "),
        again("Finnish endings", names(), "Suomessa Suomeen on ja että "),
        again("German compounds", names(), "Ukrainekrieg Ukrainepolitik Ukrainekonflikte der die und "),
        again("umlauts", names(), "Müller Mueller Müllers Öööööö "),
        again("Thai", names(), "ประเทศไทย"),
        again("Katakana", names(), "プーチン大統領ウラジーミル"),
    ]
}

/// A word of so many letters for a number.
fn letters(number: usize, count: u32) -> String {
    (0..count).rev().map(|at| char::from(b'a' + (number / 26_usize.pow(at) % 26) as u8)).collect()
}
