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

/// What persons are by their work, and no ending tells; folded and sorted. Without those that are surnames: `Singer`.
static ROLES: WordSet<64> = WordSet::new(&[
    "actor",
    "actress",
    "analyst",
    "author",
    "billionaire",
    "chair",
    "czar",
    "goalkeeper",
    "guru",
    "icon",
    "lawyer",
    "quarterback",
    "rapper",
    "reporter",
    "striker",
    "superstar",
    "tycoon",
]);

/// Prepositions, conjunctions and adverbs of many languages that open sentences, without those that are given names as
/// well; folded and sorted.
#[rustfmt::skip]
static OPENERS: WordSet<2048> = WordSet::new(&[
    "aber", "accordingly", "acum", "additionally", "ademas", "admittedly", "afterward", "afterwards", "agora",
    "ahora", "ainsi", "ako", "ale", "alem", "allegedly", "allerdings", "allies", "alongside", "alors", "als",
    "amidst", "amongst", "analysis", "ancak", "anche", "ancora", "antes", "anyway", "apoi", "apos", "apparently",
    "apres", "arguably", "asi", "asimismo", "asked", "asking", "astazi", "ate", "auch", "aujourd", "aunque",
    "ausserdem", "aussi", "avant", "avec", "aven", "ayer", "ayrica", "azonban", "ba", "backing", "bagi", "barring",
    "bei", "besides", "bevor", "bez", "bis", "breaking", "briefly", "bu", "bugun", "cand", "car", "cependant",
    "certainly", "ces", "cette", "chez", "clearly", "com", "comme", "como", "con", "concerning", "conform",
    "consequently", "considering", "contra", "contre", "contro", "conversely", "correction", "cosi", "crucially",
    "cuando", "cunku", "curiously", "currently", "da", "daarna", "dabei", "daca", "dafur", "dagegen", "daher",
    "damals", "damit", "danach", "dann", "dans", "dar", "darfor", "dari", "dass", "demain", "dengan", "denn",
    "depois", "depuis", "desde", "deshalb", "desi", "despre", "din", "dla", "dlatego", "dnes", "doch", "donc",
    "donde", "dont", "dopo", "dort", "dove", "dun", "dupa", "durante", "durch", "dzis", "dzisiaj", "e", "earlier",
    "ecco", "echter", "editorial", "efter", "eger", "eilen", "elsewhere", "embora", "enfin", "enligt", "enquanto",
    "ensuite", "entao", "entonces", "entre", "es", "est", "esta", "este", "etter", "eventually", "evidently",
    "excluding", "exclusive", "explainer", "fakat", "fans", "fara", "finally", "following", "fordi", "fortunately",
    "forutom", "fran", "fur", "furthermore", "gdy", "gegen", "generally", "gestern", "gibi", "gisteren", "hasta",
    "hatta", "hatte", "heute", "hier", "historically", "hoe", "hogy", "hoje", "hopefully", "hormis", "hoy", "icin",
    "ieri", "ifolge", "igar", "ihr", "im", "importantly", "incidentally", "including", "incluso", "indeed",
    "inevitably", "infatti", "initially", "inoltre", "insa", "instead", "intanto", "interestingly", "interview",
    "intre", "invece", "inzwischen", "ironically", "ja", "jak", "jako", "jednak", "jedoch", "jesli", "jetzt", "jos",
    "joten", "k", "kann", "kdyby", "kdyz", "ke", "kemarin", "kepada", "ketika", "kiedy", "konnte", "koska",
    "kuitenkin", "kun", "lately", "laut", "likewise", "live", "lorsque", "luckily", "luego", "maar", "mais", "majd",
    "malgre", "manana", "mas", "maybe", "meanwhile", "medutim", "meme", "men", "mens", "mentre", "menurut", "mert",
    "met", "mezi", "miedzy", "mientras", "mikor", "mimo", "mit", "moreover", "mot", "mutta", "myos", "na", "naar",
    "nach", "nachdem", "nakon", "namun", "nao", "nar", "naturally", "nebo", "nevertheless", "nicht", "nitekim",
    "noch", "nonetheless", "normally", "notably", "notwithstanding", "nowadays", "nu", "nun", "nur", "nyt", "o", "ob",
    "obviously", "obwohl", "occasionally", "ocksa", "od", "oddly", "oder", "oggi", "ohne", "oleh", "oltre", "omdat",
    "ong", "ontem", "ook", "opinion", "opposite", "oraz", "originally", "otherwise", "outre", "overall", "ovsem",
    "oysa", "pada", "par", "para", "pe", "pendant", "pentru", "perche", "perhaps", "pero", "photos", "plus", "po",
    "podczas", "podle", "poi", "pokud", "police", "poniewaz", "por", "porque", "potem", "potrivit", "pour",
    "pourquoi", "pourtant", "pred", "predictably", "prema", "presumably", "previously", "pri", "prima", "prin",
    "privately", "pro", "proc", "proti", "protiv", "protoze", "przeciw", "przed", "przez", "przy", "publicly", "pues",
    "puis", "puisque", "quand", "quando", "quant", "quindi", "recently", "regarding", "regrettably", "repeatedly",
    "reportedly", "s", "saat", "sadly", "sans", "schon", "se", "sebelum", "secondo", "segun", "segundo", "seit",
    "selain", "selbst", "selon", "sem", "sementara", "senza", "separately", "setelah", "si", "sie", "siksi", "simdi",
    "similarly", "simultaneously", "sin", "sinds", "sitten", "sobre", "sogar", "sollte", "somehow", "sometimes",
    "sonra", "sous", "spater", "statt", "strangely", "subsequently", "suddenly", "supposedly", "sur", "surely",
    "surprisingly", "takze", "tambem", "tambien", "tampoco", "tanaan", "tandis", "ted", "tegen", "tegnap", "teraz",
    "tetapi", "thankfully", "thereafter", "therefore", "though", "throughout", "tijdens", "tijekom", "toch", "toen",
    "together", "tomorrow", "tonight", "totusi", "toutefois", "towards", "tra", "tras", "trotz", "tymczasem",
    "typically", "u", "uber", "ugyanakkor", "uit", "ultimately", "um", "underneath", "unfortunately", "unlike",
    "unsurprisingly", "unter", "unterdessen", "untuk", "update", "updated", "usually", "utan", "uten", "vaikka",
    "vandaag", "vcera", "ve", "versus", "video", "viszont", "volgens", "voor", "vor", "vsak", "w", "waarom",
    "wahrend", "warum", "watch", "wczoraj", "wedlug", "wegen", "weil", "wenn", "wer", "whatever", "whenever",
    "whereas", "wherever", "whoever", "wie", "wo", "wobec", "wurde", "y", "ya", "yesterday", "yine", "z", "za",
    "zamiast", "zasto", "zatimco", "zbog", "zdaniem", "ze", "zonder", "zu", "zudem", "zuvor", "zwar", "zwischen",
    "αλλα", "αν", "απο", "αφου", "για", "γιατι", "δεν", "εαν", "ενω", "επισησ", "η", "θα", "και", "κατα", "με",
    "μετα", "ο", "οι", "ομωσ", "οπωσ", "οταν", "πριν", "προσ", "σε", "σημερα", "στη", "στην", "στο", "στον", "τα",
    "τη", "την", "τησ", "το", "τον", "του", "των", "τωρα", "χθεσ", "χωρισ", "ωσ", "а", "але", "без", "более", "в",
    "вже", "вместо", "во", "вот", "вслед", "вчера", "від", "где", "даже", "для", "до", "его", "если", "еще", "з",
    "за", "завтра", "зараз", "зато", "зі", "и", "из", "именно", "к", "как", "ко", "когда", "коли", "кроме", "крім",
    "лише", "между", "на", "навіть", "над", "накануне", "не", "но", "о", "об", "однак", "однако", "от", "перед", "по",
    "под", "пока", "поки", "после", "потом", "потому", "потім", "поэтому", "при", "про", "проти", "против", "під",
    "після", "ранее", "раніше", "с", "сегодня", "сеичас", "сначала", "со", "сьогодні", "та", "так", "также", "також",
    "тем", "тепер", "теперь", "то", "тогда", "тоді", "тоже", "только", "тому", "у", "уже", "учора", "хотя", "хоча",
    "через", "чи", "что", "що", "як", "якщо", "із",
]);

/// More of them that are names or words of English as well, so that they count in other languages alone; folded and sorted.
#[rustfmt::skip]
static FOREIGN_OPENERS: WordSet<2048> = WordSet::new(&[
    "aby", "aca", "achter", "ackoli", "acolo", "af", "afferma", "afirma", "aggiunge", "agli", "agosto", "ahogy",
    "aici", "ainda", "aj", "aldri", "aldrig", "aldus", "alla", "alle", "alleen", "allerede", "alli", "allo", "allora",
    "alltid", "altid", "amikor", "angeblich", "anschliessend", "ante", "anuncia", "anzi", "aout", "apakah", "apesar",
    "aqui", "ar", "artik", "asegura", "assim", "att", "aucun", "auf", "aun", "aus", "av", "avril", "az", "bahwa",
    "bajo", "bald", "bara", "behem", "beide", "belki", "benche", "bientot", "bij", "bile", "blandt", "blant",
    "bleibt", "blijft", "blir", "bovendien", "boylece", "bunun", "cada", "carsamba", "caso", "ce", "certes", "chaque",
    "che", "choc", "chociaz", "ci", "cine", "co", "col", "come", "comment", "concernant", "conforme", "csak",
    "csutortokon", "ctvrtek", "cual", "cum", "cuma", "cumartesi", "czwartek", "czy", "czyli", "daarom", "dadurch",
    "daha", "dai", "dal", "dalla", "danas", "darefter", "darf", "dat", "decembre", "deci", "declaro", "dein", "deja",
    "dennoch", "derfor", "des", "despues", "dessuten", "dessutom", "deswegen", "deve", "dezember", "dezembro", "di",
    "dice", "diciembre", "dienstag", "dijo", "dimanche", "dinsdag", "disse", "dit", "diz", "dlaczego", "doar", "doit",
    "dok", "dokad", "domani", "domenica", "donderdag", "donnerstag", "door", "doordat", "dopiero", "droht",
    "duminica", "dunque", "dus", "ebenso", "eftersom", "ei", "elbette", "eller", "em", "en", "enbart", "enero",
    "enten", "eppure", "era", "erklart", "estime", "explica", "ezert", "ezutan", "face", "falls", "faut", "febrero",
    "februar", "ferner", "fevereiro", "fevrier", "fordert", "forse", "fra", "fredag", "freitag", "fue", "gaat",
    "gdyby", "gdzie", "gegenuber", "geht", "gewinnt", "gia", "giovedi", "gli", "ha", "haben", "hacia", "had", "hade",
    "hala", "har", "hat", "heeft", "hem", "hetfon", "hingegen", "hinter", "hoewel", "hogyan", "hol", "hur", "hva",
    "hvad", "hvem", "hver", "hvis", "hvordan", "hvorfor", "i", "iar", "iba", "ici", "ikke", "immer", "immerhin",
    "inca", "inclusive", "indien", "infine", "insiste", "inte", "is", "ise", "ist", "jamais", "janeiro", "januar",
    "janvier", "je", "jede", "jeder", "jen", "jeste", "jestli", "jeudi", "jika", "joi", "jueves", "juillet", "juin",
    "julho", "juli", "junho", "juni", "junio", "jusque", "juz", "kada", "kan", "kanske", "kanskje", "karena", "kde",
    "kdo", "ked", "kedden", "kein", "keine", "kemudian", "ki", "kiedys", "kommt", "komt", "korabban", "kreeg",
    "kritisiert", "kto", "kuka", "lasst", "lecz", "lobt", "logo", "lordag", "lors", "lub", "lundi", "lunedi", "lunes",
    "luni", "ma", "maandag", "macht", "maio", "manche", "mandag", "mardi", "martedi", "martes", "marz", "marzo",
    "maske", "maste", "med", "mediante", "meg", "mein", "mengapa", "mercoledi", "mercredi", "mereu", "meski",
    "meskipun", "mi", "miercoles", "miercuri", "miert", "miksi", "milloin", "mint", "missa", "misschien", "mittwoch",
    "moet", "montag", "moze", "mozna", "mozno", "muss", "mussen", "naast", "nadal", "nadat", "nasil", "natomiast",
    "navic", "nawet", "ne", "neanche", "neanmoins", "neben", "nebenbei", "nebot", "nedele", "neden", "negli", "nei",
    "nel", "nella", "nelle", "nello", "nem", "nemmeno", "nerede", "ni", "niciodata", "nie", "niech", "niedawno",
    "niedziela", "niemand", "niet", "nigdy", "niye", "nog", "non", "nonostante", "nooit", "november", "novembre",
    "novembro", "noviembre", "nunca", "nyni", "oare", "obecnie", "och", "octobre", "octubre", "offenbar", "og",
    "ogni", "ogsa", "oktober", "oli", "om", "on", "once", "ondanks", "onde", "onder", "onsdag", "oppure", "ora", "ou",
    "outubro", "oysaki", "pak", "parmi", "patek", "pazar", "pazartesi", "pedig", "penteken", "per", "persembe",
    "pertanto", "peut", "piatek", "plant", "pod", "podobno", "poiche", "pois", "ponadto", "pondeli", "poniedzialek",
    "porem", "portanto", "powiedzial", "powiedziala", "presso", "presto", "preto", "pritom", "proprio", "proto",
    "puede", "puo", "pure", "qual", "quarta", "que", "quel", "quelle", "quello", "quem", "questa", "questo", "qui",
    "quien", "quiere", "quinta", "quiza", "quizas", "redan", "reist", "replica", "responde", "ricorda", "risponde",
    "rond", "rowniez", "sa", "sabado", "sabato", "sadece", "sagt", "sama", "sambata", "samedi", "samstag", "samt",
    "sauf", "schliesslich", "sebbene", "sedan", "sedangkan", "segunda", "seitdem", "selv", "sempre", "september",
    "septembre", "septiembre", "sera", "setembro", "sexta", "siempre", "siis", "silti", "sind", "sino", "sinon",
    "sitot", "ska", "skal", "skoro", "so", "sob", "sobald", "sobota", "sofern", "solange", "soll", "solo", "som",
    "somit", "sondag", "sonntag", "sonst", "sostiene", "sotto", "spiega", "spricht", "sroda", "steht", "streda",
    "sturzt", "sui", "sul", "sulla", "szerdan", "szerint", "szombaton", "tak", "take", "talvez", "tant", "tanto",
    "teda", "tedy", "tel", "telle", "tenzij", "terca", "terwijl", "tiene", "til", "till", "tirsdag", "tisdag",
    "todavia", "torsdag", "toujours", "tout", "trifft", "trots", "trotzdem", "tu", "tussen", "tuttavia", "tylko",
    "unde", "under", "unser", "utery", "uz", "vad", "vai", "vain", "van", "vanaf", "varfor", "vasarnap", "vem",
    "vendredi", "venerdi", "verliert", "vermutlich", "vers", "verso", "verteidigt", "veut", "viele", "vielleicht",
    "viernes", "vil", "vill", "vineri", "voordat", "vrijdag", "wann", "wanneer", "want", "war", "waren", "warnt",
    "wat", "wegens", "werden", "weshalb", "wiec", "wieder", "wil", "wird", "wkrotce", "woensdag", "wordt", "wtedy",
    "wtorek", "yalnizca", "yarin", "zase", "zatem", "zaterdag", "zawsze", "zeby", "zegt", "zelfs", "znovu", "znow",
    "zo", "zodra", "zondag", "zou", "zuletzt", "zunachst", "ακομη", "αλλωστε", "εδω", "εκει", "ηδη", "μονο", "ποιοσ",
    "ποτε", "πωσ", "τι", "τοτε", "ωστοσο", "або", "адже", "бо", "вдобавок", "ведь", "везде", "вероятно", "видимо",
    "возможно", "впрочем", "вряд", "всегда", "вскоре", "втім", "вчора", "десь", "едва", "завжди", "затем", "зачем",
    "заявив", "заявил", "заявила", "звичаино", "згодом", "здесь", "знову", "зрештою", "ибо", "или", "иначе", "иногда",
    "итак", "конечно", "кстати", "кто", "куда", "куди", "лишь", "мабуть", "може", "может", "наконец", "например",
    "наразі", "недавно", "неужели", "нехаи", "нещодавно", "ни", "никогда", "нині", "ныне", "ні", "однажды", "опять",
    "откуда", "пожалуи", "позже", "почему", "притом", "причем", "проте", "пусть", "раз", "разве", "сам", "сама",
    "сказав", "сказал", "сказала", "снова", "там", "тут", "утім", "хоть", "хто", "чем", "чому", "чтобы", "щоб",
    "якобы",
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
            && (folded.len() >= PROFESSION && PROFESSIONS.iter().any(|ending| folded.ends_with(ending))
                || ROLES.has_word(view.words, word))
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
    if language == Language::German && index > 0 && joins(view, index) && is_among(view, index - 1, &BEFORE_NOUNS) {
        return true;
    }
    if language.is_known_other() && begins_sentence(view, index) && is_among(view, index, &FOREIGN_OPENERS) {
        return true;
    }
    let around = index.saturating_sub(AROUND)..words.len().min(index + AROUND);
    words[index].key == WordKey::of(b"m")
        && (language == Language::French || around.filter(|&at| is_among(view, at, &FRENCH)).count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{extract::given, text::fold};

    #[test]
    fn openers_are_folded_and_stand_in_one_list() {
        for word in OPENERS.words().iter().chain(FOREIGN_OPENERS.words()) {
            let mut folded = Vec::new();
            fold(word, &mut folded);
            assert_eq!(folded, word.as_bytes());
        }
        let is_given = |word: &&&str| given::PERSONS.has(word.as_bytes()) || given::PLACES.has(word.as_bytes());
        assert_eq!(OPENERS.words().iter().chain(FOREIGN_OPENERS.words()).find(is_given), None);
        assert!(FOREIGN_OPENERS.words().iter().all(|word| !OPENERS.has(word.as_bytes())));
    }
}
