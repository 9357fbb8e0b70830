//! The endings of inflected words (rule T6): for each ending that a name has in the dictionary, those it may have in a
//! text. The tables are for names and what names are made of; they are short on purpose.
//!
//! Cyrillic and Greek have a table for the script; Latin has one for each language that is listed.
//!
//! Must not know: gazetteers, documents.

use crate::text::{Language, fold};

/// Russian, Ukrainian, Belarusian, Serbian, Macedonian and Bulgarian.
const CYRILLIC: &[(&str, &str)] = &[
    ("", "а у ом ем е ым им ім ові еві ов ев ів ы и і ам ами ах ът ови"),
    ("а", "ы и і е у ой ою ом ата ам ами ах ої ій ею"),
    ("я", "и і ї ю е ей ею єю ята ой ям ями ях"),
    ("й", "я ю ем ём е и єм ї ів єві еві"),
    ("ь", "я ю ем ём е и ью і лю єм"),
    ("о", "а у ом е ові і ото"),
    ("е", "я ю ем ём и ето ого ому им ім"),
    ("ий", "ого его ому ему ым им ом ем ім"),
    ("ый", "ого ому ым ом"),
    ("ой", "ого ому ым им ом"),
    ("ая", "ой ую ою"),
    ("яя", "ей юю"),
    ("ое", "ого ому ым ом им"),
    ("ее", "его ему им ем"),
    ("ые", "ых ым ыми"),
    ("ие", "их им ими"),
    ("і", "их им ими ів ам ами ах ей ях ями ям"),
    ("ы", "ов ам ами ах ев"),
    ("и", "ов ів ам ами ах ей ите има ог ом им ої ој"),
    ("ів", "ова ову овом ові ове"),
    ("їв", "єва єву євом єві єве"),
    ("ец", "ца цу цем цом це цы"),
    ("єць", "йця йцю йцем йці"),
];

/// Greek.
const GREEK: &[(&str, &str)] = &[
    ("ος", "ου ο ε οι ων ους"),
    ("ης", "η"),
    ("ας", "α"),
    ("α", "ας ες ων ος"),
    ("η", "ης εως εις ων"),
    ("ο", "ου α ων"),
    ("ι", "ιου ια ιων"),
    ("ες", "ων"),
    ("εις", "εων"),
    ("ους", "ου"),
];

/// German: adjectives in names, and plurals.
const GERMAN: &[(&str, &str)] = &[("e", "en er em es"), ("es", "en em"), ("scher", "schen schem sche")];

/// Polish.
const POLISH: &[(&str, &str)] = &[
    ("a", "y i ie e o ą ę ej ii"),
    ("ka", "ce kiej"),
    ("ga", "dze giej"),
    ("ra", "rze"),
    ("ta", "cie"),
    ("da", "dzie"),
    ("", "a u owi em ie e iem ów om ami ach"),
    ("ek", "ka kowi kiem ku"),
    ("ec", "ca cowi cem cu"),
    ("cy", "czech cami com iec"),
    ("ki", "kiego kiemu kim kich"),
    ("i", "iego iemu im ich ach om ami"),
    ("y", "ego emu ym ych ach ów om ami"),
    ("e", "ych ym ymi ach om ami ego emu"),
    ("ść", "ści ścią"),
    ("o", "a u em ie e"),
    ("rz", "rza rzu rzem"),
];

/// Czech.
const CZECH: &[(&str, &str)] = &[
    ("a", "y e u ou o i ě é"),
    ("", "a u em ovi e i om ov ů ům ech ach ami ě"),
    ("o", "a u em e ě"),
    ("e", "i em ích ím emi ých ým"),
    ("ka", "ce"),
    ("ha", "ze"),
    ("ra", "ře"),
    ("ý", "ého ému ým ém"),
    ("í", "ího ímu ím"),
    ("á", "é ou"),
    ("ec", "ce ci cem"),
    ("ek", "ku ka kem"),
    ("y", "ách ů ům ými ých ech ami"),
    ("é", "ých ým ými"),
];

/// Slovak.
const SLOVAK: &[(&str, &str)] = &[
    ("a", "y e u ou i ej"),
    ("", "a u om ovi e i ov och ami"),
    ("o", "a u om e ovi"),
    ("ka", "ke ky kou"),
    ("ý", "ého ému ým om"),
    ("á", "ej ú ou"),
    ("ec", "ca ci com"),
    ("e", "a u om iach iam ami ých ým"),
    ("y", "ov och iam iach ách ami ých"),
    ("é", "ých ým ými"),
];

/// Slovene.
const SLOVENE: &[(&str, &str)] =
    &[("a", "e i o ah ami"), ("", "a u om em i ov ih"), ("o", "a u om"), ("i", "ega emu im em"), ("e", "a u em i")];

/// Croatian, Bosnian and Serbian in Latin letters.
const CROATIAN: &[(&str, &str)] = &[
    ("a", "e i u om o oj ama"),
    ("", "a u om em e i ov ev ima"),
    ("o", "a u om"),
    ("i", "og oga om ome im ih ima"),
    ("e", "a u em ama ih im ima"),
    ("ac", "ca cu cem"),
];

/// Hungarian.
const HUNGARIAN: &[(&str, &str)] = &[
    (
        "",
        "ban ben ba be ból ből n on en ön t ot et at nak nek hoz hez höz ról ről ra re tól től nál nél val vel ért ig i",
    ),
    ("a", "ával ának ából ában át ára ától áról án ához"),
    ("e", "ével ének éből ében ét ére étől éről én éhez"),
    ("b", "bbal bbel"),
    ("c", "ccal ccel"),
    ("d", "ddal ddel"),
    ("f", "ffal ffel"),
    ("g", "ggal ggel"),
    ("h", "hhal hhel"),
    ("j", "jjal jjel"),
    ("k", "kkal kkel"),
    ("l", "llal llel"),
    ("m", "mmal mmel"),
    ("n", "nnal nnel"),
    ("p", "ppal ppel"),
    ("r", "rral rrel"),
    ("s", "ssal ssel"),
    ("t", "ttal ttel"),
    ("v", "vval vvel"),
    ("z", "zzal zzel"),
];

/// Finnish.
const FINNISH: &[(&str, &str)] = &[
    (
        "",
        "n a ä ta tä ssa ssä sta stä lla llä lta ltä lle na nä ksi an en in on issa issä ista istä iin illa ille ia iä ilta un yn seen",
    ),
    ("nki", "ngin ngissä ngistä ngillä ngille ngiltä ngiksi"),
    ("i", "en essa essä esta estä een ea eä ella ellä elle eltä"),
    ("e", "een eella eellä eelta eeltä eelle etta että eessa eessä eesta eestä"),
    ("kka", "kan kassa kasta kalla"),
    ("nta", "nnan nnassa nnasta"),
    ("llat", "lloissa lloista lloille lloilla lloihin ltain ltojen"),
    ("aat", "aissa aista aihin ailla aille aiden"),
];

/// Estonian.
const ESTONIAN: &[(&str, &str)] =
    &[("", "s st sse le l lt ks ga ni na ta t i is ist isse iga u us ust a as ast asse aga e es est ele elt ega")];

/// Lithuanian.
const LITHUANIAN: &[(&str, &str)] = &[
    ("as", "o ui ą e u ai"),
    ("is", "io iui į iu yje"),
    ("ys", "io iui į iu yje"),
    ("us", "aus ui ų umi uje"),
    ("a", "os ai ą oje"),
    ("ė", "ės ei ę e ėje"),
    ("ius", "iaus iui ių iumi iuje"),
    ("ai", "ų ams us ais uose"),
    ("os", "ų oms as omis ose"),
];

/// Latvian.
const LATVIAN: &[(&str, &str)] =
    &[("a", "as ai u ā ām"), ("s", "a am u ā"), ("is", "a im i ī ja"), ("e", "es ei i ē"), ("us", "us um u ū")];

/// Turkish and Azerbaijani, without an apostrophe.
const TURKISH: &[(&str, &str)] =
    &[("", "da de ta te dan den tan ten nın nin nun nün ın in un ün ya ye yı yi yu yü yla yle daki deki taki teki")];

/// Romanian.
const ROMANIAN: &[(&str, &str)] =
    &[("", "ul ului lui"), ("a", "ei ii"), ("ia", "iei"), ("u", "ul ului"), ("e", "ea ei elui")];

/// What decides which table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Cyrillic,
    Greek,
    Latin(Language),
}

/// Whether there is a table for the Latin words of that language.
pub(super) fn knows(language: Language) -> bool {
    !paradigms(Table::Latin(language)).is_empty()
}

fn paradigms(table: Table) -> &'static [(&'static str, &'static str)] {
    match table {
        Table::Cyrillic => CYRILLIC,
        Table::Greek => GREEK,
        Table::Latin(language) => match language {
            Language::Unknown | Language::English | Language::Other | Language::French => &[],
            Language::German => GERMAN,
            Language::Polish => POLISH,
            Language::Czech => CZECH,
            Language::Slovak => SLOVAK,
            Language::Slovene => SLOVENE,
            Language::Croatian => CROATIAN,
            Language::Hungarian => HUNGARIAN,
            Language::Finnish => FINNISH,
            Language::Estonian => ESTONIAN,
            Language::Lithuanian => LITHUANIAN,
            Language::Latvian => LATVIAN,
            Language::Turkish => TURKISH,
            Language::Romanian => ROMANIAN,
        },
    }
}

/// The tables that were needed, each turned round: by the ending in the text, those in the dictionary. All folded.
#[derive(Debug, Default)]
pub(super) struct Endings {
    tables: Vec<(Table, Turned)>,
}

/// Pairs of an ending in a text and one in the dictionary, sorted.
#[derive(Debug, Default)]
pub(super) struct Turned {
    pairs: Vec<(String, String)>,
    /// The letters of the longest ending in a text.
    pub(super) longest: usize,
}

impl Endings {
    /// The table, turned round; made at its first use.
    pub(super) fn get(&mut self, table: Table) -> &Turned {
        let at = self.tables.iter().position(|(other, _)| *other == table).unwrap_or_else(|| {
            self.tables.push((table, Turned::new(paradigms(table))));
            self.tables.len() - 1
        });
        &self.tables[at].1
    }
}

impl Turned {
    fn new(paradigms: &[(&str, &str)]) -> Self {
        let folded = |ending: &str| {
            let mut folded = Vec::new();
            fold(ending, &mut folded);
            String::from_utf8(folded).unwrap_or_default()
        };
        let turn = |&(nominative, endings): &(&str, &str)| {
            let nominative = folded(nominative);
            endings.split(' ').map(|ending| (folded(ending), nominative.clone())).collect::<Vec<_>>()
        };
        let mut pairs: Vec<_> = paradigms.iter().flat_map(turn).filter(|(ending, other)| ending != other).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let longest = pairs.iter().map(|(ending, _)| ending.chars().count()).max().unwrap_or(0);
        Self { pairs, longest }
    }

    /// The endings in the dictionary of a word that ends so in a text.
    pub(super) fn nominatives(&self, ending: &str) -> impl Iterator<Item = &str> {
        let from = self.pairs.partition_point(|(other, _)| other.as_str() < ending);
        self.pairs[from..]
            .iter()
            .take_while(move |(other, _)| other == ending)
            .map(|(_, nominative)| nominative.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_well_formed() {
        let latin = [
            Language::German,
            Language::Polish,
            Language::Czech,
            Language::Slovak,
            Language::Slovene,
            Language::Croatian,
            Language::Hungarian,
            Language::Finnish,
            Language::Estonian,
            Language::Lithuanian,
            Language::Latvian,
            Language::Turkish,
            Language::Romanian,
        ];
        for table in latin.map(Table::Latin).into_iter().chain([Table::Cyrillic, Table::Greek]) {
            let mut seen = std::collections::BTreeSet::new();
            for (nominative, endings) in paradigms(table) {
                assert!(seen.insert(nominative), "{table:?}: {nominative:?} stands twice");
                assert!(endings.split(' ').all(|ending| !ending.is_empty()), "{table:?}: {endings:?}");
            }
            assert!(!seen.is_empty(), "{table:?}");
        }
    }

    #[test]
    fn endings_are_turned_round() {
        let mut endings = Endings::default();
        let of = |turned: &Turned, ending: &str| turned.nominatives(ending).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(of(endings.get(Table::Latin(Language::Latvian)), "as"), ["a"]);
        assert!(of(endings.get(Table::Cyrillic), "ом").contains(&String::new()));
        assert!(of(endings.get(Table::Greek), "qu").is_empty());
    }
}
