//! What a capitalised word beside a name tells (rule L2, `longer-name`): whether it may be a part of a longer name, or is
//! capitalised for another reason, as titles are, weekdays, German nouns and words that open a sentence (`Unlike
//! Starmer`, `Laut Habeck`, `А Медведев`).
//!
//! Looks at a bounded number of words around. Must not know: entities, scores.

use super::place::{begins_sentence, is_among, is_headline, is_short_title, joins};
use crate::{
    gazetteer::derive,
    text::{Gap, Language, Ordinary, Shape, View, Word, WordKey, WordSet, is_inflected, is_proper_adjective, ordinary},
};

/// Words that are capitalised in English and belong to no name beside them, folded and sorted.
static CALENDAR: WordSet<64> = WordSet::new(&[
    "april",
    "august",
    "december",
    "february",
    "friday",
    "january",
    "july",
    "june",
    "march",
    "monday",
    "november",
    "october",
    "saturday",
    "september",
    "sunday",
    "thursday",
    "tuesday",
    "wednesday",
]);
/// How long a word is at the least, in bytes, that is taken for a profession by its ending.
const PROFESSION: usize = 7;
/// Endings of longer ordinary words that are professions and offices: `Prosecutor Smith`. Shorter ones are given names as
/// well: `Hunter`, `Carter`.
const PROFESSIONS: [&str; 8] = ["ant", "ent", "er", "ian", "ist", "man", "or", "woman"];

/// Prepositions, conjunctions and adverbs of many languages that open sentences, without those that are given names as
/// well; folded and sorted.
#[rustfmt::skip]
static OPENERS: WordSet<2048> = WordSet::new(&[
    "aber", "accordingly", "acum", "additionally", "ademas", "afterward", "afterwards", "agora", "ahora", "ainsi",
    "ako", "ale", "alem", "allegedly", "allerdings", "allies", "alongside", "alors", "als", "amidst", "ancak",
    "anche", "ancora", "antes", "apoi", "apos", "apparently", "apres", "asi", "asimismo", "asked", "asking", "astazi",
    "ate", "auch", "aujourd", "aunque", "ausserdem", "aussi", "avant", "avec", "aven", "ayer", "ayrica", "azonban",
    "ba", "backing", "bagi", "bei", "besides", "bevor", "bez", "bis", "bu", "bugun", "cand", "car", "cependant",
    "certainly", "ces", "cette", "chez", "clearly", "com", "comme", "como", "con", "conform", "consequently",
    "contra", "contre", "contro", "conversely", "cosi", "cuando", "cunku", "currently", "da", "daarna", "dabei",
    "daca", "dafur", "dagegen", "daher", "damals", "damit", "danach", "dann", "dans", "dar", "darfor", "dari", "dass",
    "demain", "dengan", "denn", "depois", "depuis", "desde", "deshalb", "desi", "despre", "din", "dla", "dlatego",
    "dnes", "doch", "donc", "donde", "dont", "dopo", "dort", "dove", "dun", "dupa", "durante", "durch", "dzis",
    "dzisiaj", "e", "earlier", "ecco", "echter", "efter", "eger", "eilen", "elsewhere", "embora", "enfin", "enligt",
    "enquanto", "ensuite", "entao", "entonces", "entre", "es", "est", "esta", "este", "etter", "eventually", "fakat",
    "fans", "fara", "finally", "following", "fordi", "fortunately", "forutom", "fran", "fur", "furthermore", "gdy",
    "gegen", "gestern", "gibi", "gisteren", "hasta", "hatta", "hatte", "heute", "hier", "historically", "hoe", "hogy",
    "hoje", "hormis", "hoy", "icin", "ieri", "ifolge", "igar", "ihr", "im", "including", "incluso", "indeed",
    "infatti", "initially", "inoltre", "insa", "instead", "intanto", "interestingly", "intre", "invece", "inzwischen",
    "ironically", "ja", "jak", "jako", "jednak", "jedoch", "jesli", "jetzt", "jos", "joten", "k", "kann", "kdyby",
    "kdyz", "ke", "kemarin", "kepada", "ketika", "kiedy", "konnte", "koska", "kuitenkin", "kun", "lately", "laut",
    "likewise", "lorsque", "luego", "maar", "mais", "majd", "malgre", "manana", "mas", "maybe", "meanwhile",
    "medutim", "meme", "men", "mens", "mentre", "menurut", "mert", "met", "mezi", "miedzy", "mientras", "mikor",
    "mimo", "mit", "moreover", "mot", "mutta", "myos", "na", "naar", "nach", "nachdem", "nakon", "namun", "nao",
    "nar", "naturally", "nebo", "nevertheless", "nicht", "nitekim", "noch", "nonetheless", "notably", "nu", "nun",
    "nur", "nyt", "o", "ob", "obviously", "obwohl", "ocksa", "od", "oder", "oggi", "ohne", "oleh", "oltre", "omdat",
    "ong", "ontem", "ook", "oraz", "originally", "otherwise", "outre", "overall", "ovsem", "oysa", "pada", "par",
    "para", "pe", "pendant", "pentru", "perche", "perhaps", "pero", "plus", "po", "podczas", "podle", "poi", "pokud",
    "police", "poniewaz", "por", "porque", "potem", "potrivit", "pour", "pourquoi", "pourtant", "pred", "prema",
    "previously", "pri", "prima", "prin", "privately", "pro", "proc", "proti", "protiv", "protoze", "przeciw",
    "przed", "przez", "przy", "publicly", "pues", "puis", "puisque", "quand", "quando", "quant", "quindi", "recently",
    "reportedly", "s", "saat", "sans", "schon", "se", "sebelum", "secondo", "segun", "segundo", "seit", "selain",
    "selbst", "selon", "sem", "sementara", "senza", "separately", "setelah", "si", "sie", "siksi", "simdi",
    "similarly", "sin", "sinds", "sitten", "sobre", "sogar", "sollte", "sometimes", "sonra", "sous", "spater",
    "statt", "suddenly", "sur", "surely", "surprisingly", "takze", "tambem", "tambien", "tampoco", "tanaan", "tandis",
    "ted", "tegen", "tegnap", "teraz", "tetapi", "therefore", "throughout", "tijdens", "tijekom", "toch", "toen",
    "together", "tomorrow", "tonight", "totusi", "toutefois", "tra", "tras", "trotz", "tymczasem", "u", "uber",
    "ugyanakkor", "uit", "um", "unfortunately", "unlike", "unter", "unterdessen", "untuk", "usually", "utan", "uten",
    "vaikka", "vandaag", "vcera", "ve", "versus", "viszont", "volgens", "voor", "vor", "vsak", "w", "waarom",
    "wahrend", "warum", "wczoraj", "wedlug", "wegen", "weil", "wenn", "wer", "whenever", "whereas", "wherever", "wie",
    "wo", "wobec", "wurde", "y", "ya", "yesterday", "yine", "z", "za", "zamiast", "zasto", "zatimco", "zbog",
    "zdaniem", "ze", "zonder", "zu", "zudem", "zuvor", "zwar", "zwischen", "αλλα", "αν", "απο", "αφου", "για",
    "γιατι", "δεν", "εαν", "ενω", "επισησ", "η", "θα", "και", "κατα", "με", "μετα", "ο", "οι", "ομωσ", "οπωσ", "οταν",
    "πριν", "προσ", "σε", "σημερα", "στη", "στην", "στο", "στον", "τα", "τη", "την", "τησ", "το", "τον", "του", "των",
    "τωρα", "χθεσ", "χωρισ", "ωσ", "а", "але", "без", "более", "в", "вже", "вместо", "во", "вот", "вслед", "вчера",
    "від", "где", "даже", "для", "до", "его", "если", "еще", "з", "за", "завтра", "зараз", "зато", "зі", "и", "из",
    "именно", "к", "как", "ко", "когда", "коли", "кроме", "крім", "лише", "между", "на", "навіть", "над", "накануне",
    "не", "но", "о", "об", "однак", "однако", "от", "перед", "по", "под", "пока", "поки", "после", "потом", "потому",
    "потім", "поэтому", "при", "про", "проти", "против", "під", "після", "ранее", "раніше", "с", "сегодня", "сеичас",
    "сначала", "со", "сьогодні", "та", "так", "также", "також", "тем", "тепер", "теперь", "то", "тогда", "тоді",
    "тоже", "только", "тому", "у", "уже", "учора", "хотя", "хоча", "через", "чи", "что", "що", "як", "якщо", "із",
]);

/// More of them that are names or words of English as well, so that they count in other languages alone; folded and sorted.
#[rustfmt::skip]
static FOREIGN_OPENERS: WordSet<256> = WordSet::new(&[
    "af", "amikor", "att", "av", "az", "behem", "bij", "come", "csak", "czy", "danas", "dat", "declaro", "dijo",
    "disse", "dok", "dunque", "eftersom", "em", "en", "eppure", "gia", "ha", "hvis", "jika", "kada", "kemudian",
    "lalu", "med", "mint", "natomiast", "nel", "nem", "non", "och", "og", "ogsa", "om", "pedig", "pod", "powiedzial",
    "powiedziala", "rowniez", "som", "terwijl", "til", "till", "tylko", "verso", "ведь", "вчора", "затем", "заявив",
    "заявил", "заявила", "проте", "сказав", "сказал", "сказала",
]);

/// Given names that look like the plural of an ordinary word, folded and sorted.
static NAMES: WordSet<16> = WordSet::new(&["brooks", "miles", "wills"]);

/// Given names that are ordinary words, folded and sorted.
#[rustfmt::skip]
static GIVEN_WORDS: WordSet<256> = WordSet::new(&[
    "amber", "angel", "art", "autumn", "bill", "bob", "brook", "buck", "chance", "charity", "chase", "chuck", "clay",
    "cliff", "colt", "crystal", "daisy", "dawn", "destiny", "earnest", "faith", "frank", "grace", "grant", "guy",
    "harmony", "hazel", "hope", "hunter", "ivy", "jade", "jet", "joy", "lance", "lane", "mark", "melody", "mercy",
    "miles", "norm", "olive", "pat", "patience", "pearl", "penny", "poppy", "ray", "rich", "rob", "rocky", "rod",
    "rose", "ruby", "rusty", "sandy", "sky", "star", "sterling", "stone", "sue", "summer", "violet", "wade", "ward",
    "winter",
]);

/// The shortest ordinary words, in bytes, whose other forms are known in a headline, and where a sentence begins.
const SHORT_STEM: usize = 3;
const LONG_STEM: usize = 4;

/// What stands before German nouns, and before no given names, folded and sorted.
static BEFORE_NOUNS: WordSet<128> = WordSet::new(&[
    "am",
    "beim",
    "damalige",
    "damaligen",
    "das",
    "dem",
    "den",
    "der",
    "des",
    "die",
    "dieser",
    "ehemalige",
    "ehemaligen",
    "ein",
    "eine",
    "einem",
    "einen",
    "einer",
    "eines",
    "fruhere",
    "fruheren",
    "ihr",
    "ihre",
    "ihrem",
    "ihren",
    "ihrer",
    "im",
    "neue",
    "neuen",
    "neuer",
    "sein",
    "seine",
    "seinem",
    "seinen",
    "seiner",
    "unser",
    "unsere",
    "vom",
    "zum",
    "zur",
]);
/// French words that its neighbours do not have, folded and sorted.
static FRENCH: WordSet<64> = WordSet::new(&[
    "aux", "avec", "cette", "dans", "dit", "elle", "est", "etait", "ete", "leur", "lui", "ont", "par", "pour", "qu",
    "qui", "selon", "sont", "une",
]);
/// How many words on each side tell French.
const AROUND: usize = 12;

/// Whether the word at `index` is capitalised as a part of a name is, and no word that stands beside names: a title, an
/// adjective, a weekday, a word that begins a sentence.
pub(super) fn is_name_like(view: View<'_>, index: usize) -> bool {
    is_name(view, index, Ordinary::Common)
}

/// Whether the word at `index` is capitalised as a part of a name is, and no ordinary word: `Denzel`, not `Bridge`.
pub(super) fn is_unknown_name(view: View<'_>, index: usize) -> bool {
    is_name(view, index, Ordinary::No)
}

/// Whether the word at `index` is capitalised as a part of a name is, no word that stands beside names, and at most so
/// ordinary. The cheapest questions come first.
pub(super) fn is_name(view: View<'_>, index: usize, most: Ordinary) -> bool {
    let word = &view.all()[index];
    let shape = word.shape;
    if !shape.any(Shape::CAPITALISED) || shape.all_capitals() && !shape.any(Shape::LETTER | Shape::DOTTED) {
        return false;
    }
    let period = view.all().get(index + 1).is_some_and(|next| next.gap.any(Gap::PERIOD));
    if shape.any(Shape::DOTTED) || shape.any(Shape::LETTER) && period {
        return true;
    }
    let mut buffer = [0; 8];
    let folded = std::str::from_utf8(view.words.folded(word, &mut buffer)).unwrap_or_default();
    let known = ordinary(folded);
    if known > most
        || derive::is_title(view.words, word)
        || derive::is_suffix(view.words, word)
        || CALENDAR.has_word(view.words, word)
        || is_proper_adjective(folded)
        || opens_sentence(view, index)
        || known > Ordinary::No
            && folded.len() >= PROFESSION
            && PROFESSIONS.iter().any(|ending| folded.ends_with(ending))
    {
        return false;
    }
    // `Merkel Bows Out After Sixteen Years`: in a headline ordinary words have capitals, in any of their forms.
    let any_word = known > Ordinary::No || is_inflected(folded, SHORT_STEM) && !is_among(view, index, &NAMES);
    // A title of few words may as well be a name: `Grace Tusk`.
    let given = || is_among(view, index, &GIVEN_WORDS);
    !(any_word && (is_headline(view, index) || is_short_title(view, index) && !given()))
}

/// Whether what stands behind a person's name that ends with the word `last` makes it a child's or a parent's, or another
/// ruler's than the one who is called `name` in full: `Sinatra Jr.`, `Charles II`. The number of a ruler counts behind one
/// word, and where the name in full has another. A comma may stand before `Jr.` alone. The name is asked for where there is
/// a suffix: it takes longer to find.
pub(super) fn is_of_another_generation<'n>(
    view: View<'_>,
    last: usize,
    one_word: bool,
    name: impl FnOnce() -> &'n str,
) -> bool {
    let next = last + 1;
    let is_suffix = |word: &&Word| word.shape.any(Shape::CAPITALISED) && derive::is_suffix(view.words, word);
    let Some(word) = view.all().get(next).filter(is_suffix) else { return false };
    let comma = word.gap.is_comma_only();
    (comma || joins(view, next))
        && derive::is_of_another_generation(name(), view.words, word, one_word && !comma, comma)
}

/// Whether the word at `index` opens a sentence and is no name: one of the list, or an ordinary word in another form
/// than dictionaries list (`Critics`, `Supporters`).
fn opens_sentence(view: View<'_>, index: usize) -> bool {
    let word = &view.all()[index];
    if !begins_sentence(view, index) {
        return false;
    }
    let mut buffer = [0; 8];
    let folded = view.words.folded(word, &mut buffer);
    is_among(view, index, &OPENERS)
        || !is_among(view, index, &NAMES)
            && std::str::from_utf8(folded).is_ok_and(|folded| is_inflected(folded, LONG_STEM))
}

/// Whether the capitalised word at `index`, before a surname, is no part of a name in that language: a noun of German, which
/// has a determiner before it (`die Kanzlerin Merkel`), the `M.` of a French text, or a word that opens a sentence.
pub(super) fn is_none_in(view: View<'_>, index: usize, language: Language) -> bool {
    let words = view.all();
    if language == Language::German {
        return index > 0 && joins(view, index) && is_among(view, index - 1, &BEFORE_NOUNS);
    }
    if language.is_known_other() && begins_sentence(view, index) && is_among(view, index, &FOREIGN_OPENERS) {
        return true;
    }
    let around = index.saturating_sub(AROUND)..words.len().min(index + AROUND);
    words[index].key == WordKey::of(b"m")
        && (language == Language::French || around.filter(|&at| is_among(view, at, &FRENCH)).count() > 1)
}
