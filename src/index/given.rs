//! Entities as they were given, made again of a segment.
//!
//! What is made compiles to what the segment has: the same ids, names, priors, relations, attributes and context, and so
//! the same answers. What no answer depends on is not kept: the order of aliases, of relations and of context, regions of
//! languages (`en-GB` is `en`), the letters and the order of context words beyond their folded form, and priors beyond
//! 32 bits.
//!
//! Which names an entity has, and what the words of a number are, is looked up in tables that are made when somebody
//! first asks: 4 bytes for each name and each entity, 8 for each word where there is context.
//!
//! Must not know: who asks, the forms of files.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    entities::{AttributeId, EntityId},
    names::{CaseCheck, DEFAULT_PRIOR, Name, NameId},
    segment::Segment,
    strings::text,
    vocabulary::WordId,
};
use crate::gazetteer::{Alias, AliasKind, CaseRule, Entity, MAX_LINKS};

/// The way back from entities to names and from numbers to words.
#[derive(Debug)]
pub(super) struct Back {
    /// For each entity where its names end in `names`.
    ends: Box<[u32]>,
    /// The numbers of the names, by entity.
    names: Box<[u32]>,
    /// The bits of the key of each word; nothing where no entity expects any.
    keys: Box<[u64]>,
}

impl Back {
    fn new(segment: &Segment) -> Self {
        let mut ends = vec![0_u32; segment.entities.len()];
        for record in segment.names.records.iter() {
            // Of a damaged file a number may lead nowhere.
            if let Some(count) = ends.get_mut(record.entity as usize) {
                *count += 1;
            }
        }
        // First where the names of each begin; while they are laid down, each becomes its end.
        let mut begin = 0;
        for end in &mut ends {
            begin += std::mem::replace(end, begin);
        }
        let mut names = vec![0; begin as usize];
        for (number, record) in (0..).zip(segment.names.records.iter()) {
            if let Some(place) = ends.get_mut(record.entity as usize) {
                names[*place as usize] = number;
                *place += 1;
            }
        }
        let mut keys = Vec::new();
        if !segment.entities.links.context.is_empty() {
            keys = vec![0; segment.vocabulary.len()];
            for (WordId(id), key) in segment.vocabulary.keys() {
                if let Some(place) = keys.get_mut(id as usize) {
                    *place = key;
                }
            }
        }
        Self { ends: ends.into(), names: names.into(), keys: keys.into() }
    }

    fn names(&self, EntityId(entity): EntityId) -> impl Iterator<Item = NameId> {
        let end = |entity: usize| self.ends[entity] as usize;
        let begin = (entity as usize).checked_sub(1).map_or(0, end);
        self.names[begin..end(entity as usize)].iter().map(|&number| NameId(number))
    }
}

impl Segment {
    /// The number of the first entity whose id comes behind `id`; how many there are, where none does.
    pub fn behind(&self, id: &str) -> u32 {
        self.entities.behind(id)
    }

    /// An entity as it was given, but for what no answer depends on. Panics when it is not of this segment. The first call
    /// reads every name.
    pub fn given(&self, id: EntityId) -> Entity {
        let back = self.back.get_or_init(|| Back::new(self));
        let entity = self.entity(id);
        let (derived, given): (Vec<_>, Vec<_>) =
            back.names(id).map(|name| self.name(name)).partition(|name| name.manner.rule.is_some());
        // An alias may be spelled like the preferred name, which is of any language and stands alone. What rules derived
        // has the prior of the entity.
        let is_main = |name: &Name<'_>| name.manner.preferred && !name.manner.short && name.manner.language == 0;
        let prior = derived.first().map(|name| name.prior);
        let mains = || (0..given.len()).filter(|&at| is_main(&given[at]));
        let main = mains().find(|&at| prior.is_none_or(|prior| prior == given[at].prior)).or_else(|| mains().next());
        let case = main.map_or(CaseRule::Auto, |at| rule_of(given[at].manner.case));
        let prior = main.map_or(DEFAULT_PRIOR, |at| given[at].prior);
        let aliases = given.iter().enumerate().filter(|(at, _)| Some(*at) != main).map(|(_, name)| Alias {
            text: name.text().to_owned(),
            language_code: self.language_of(name).to_owned(),
            case: Some(rule_of(name.manner.case)).filter(|own| *own != case),
            kind: if name.manner.short { AliasKind::Short } else { AliasKind::Full },
            prior: (name.prior != prior).then(|| decimal(name.prior)),
        });
        let mut aliases: Vec<_> = aliases.collect();
        aliases.sort_by(|a, b| {
            let key = |one: &Alias| (one.kind == AliasKind::Short, one.case.map(CaseRule::as_str));
            let texts = a.text.cmp(&b.text).then_with(|| a.language_code.cmp(&b.language_code));
            let priors = || a.prior.partial_cmp(&b.prior).unwrap_or(std::cmp::Ordering::Equal);
            texts.then_with(|| key(a).cmp(&key(b))).then_with(priors)
        });
        let text_of = |&attribute: &AttributeId| self.attribute(attribute);
        Entity {
            id: self.id_of(id),
            name: entity.name.to_owned(),
            kind: self.types().get(entity.kind.0 as usize).map_or_else(String::new, |kind| kind.to_string()),
            aliases,
            case,
            prior: (prior != DEFAULT_PRIOR).then(|| decimal(prior)),
            attributes: attributes(entity.attributes.iter().map(text_of).collect()),
            related: entity.related.iter().map(|&id| self.id_of(id)).collect(),
            context: self.context(back, entity.context),
        }
    }

    fn language_of(&self, name: &Name<'_>) -> &str {
        let at = usize::from(name.manner.language).checked_sub(1);
        at.and_then(|at| self.languages.get(at)).map_or("", |language| language)
    }

    /// Words as texts, of which there are no more than an entity may have.
    fn context(&self, back: &Back, words: &[WordId]) -> Vec<String> {
        let texts: BTreeSet<_> = words
            .iter()
            .map(|&WordId(id)| {
                let key = back.keys.get(id as usize).copied().unwrap_or_default();
                text(&self.vocabulary.bytes(WordId(id), key)).to_owned()
            })
            .filter(|text| !text.is_empty())
            .collect();
        let texts: Vec<_> = texts.into_iter().collect();
        texts.chunks(texts.len().div_ceil(MAX_LINKS).max(1)).map(|words| words.join(" ")).collect()
    }
}

/// The rule that made a check.
fn rule_of(check: CaseCheck) -> CaseRule {
    match check {
        CaseCheck::Any => CaseRule::Any,
        CaseCheck::Exact => CaseRule::Exact,
        CaseCheck::None | CaseCheck::Capitals | CaseCheck::Proper => CaseRule::Auto,
    }
}

/// The shortest decimal that is compiled to this prior.
fn decimal(prior: f32) -> f64 {
    let exact = f64::from(prior);
    prior.to_string().parse().ok().filter(|short: &f64| (*short as f32).to_bits() == prior.to_bits()).unwrap_or(exact)
}

/// Attributes of `key=value`. Where the sign is there several times, the key ends at the first, unless some attribute would
/// then have no key of its own: then each ends at the last that is free, which leaves one for all.
fn attributes(mut texts: Vec<&str>) -> BTreeMap<String, String> {
    texts.sort_by_key(|text| text.matches('=').count());
    let split = |last: bool| {
        let mut attributes = BTreeMap::new();
        for text in &texts {
            let free = |(at, _): &(usize, &str)| !attributes.contains_key(&text[..*at]);
            let mut signs = text.match_indices('=').filter(free);
            if let Some((at, _)) = if last { signs.next_back() } else { signs.next() } {
                attributes.insert(text[..at].to_owned(), text[at + 1..].to_owned());
            }
        }
        attributes
    };
    let attributes = split(false);
    if attributes.len() == texts.len() { attributes } else { split(true) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::index::Compiler;

    fn again(entities: &[Entity]) -> Vec<Entity> {
        let mut compiler = Compiler::default();
        entities.iter().for_each(|entity| compiler.add(entity));
        let segment = compiler.finish().unwrap();
        (0..entities.len() as u32).map(|id| segment.given(EntityId(id))).collect()
    }

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_was_given_comes_back() {
        let alias = |text: &str, language: &str| Alias { language_code: language.into(), ..Alias::plain(text) };
        let full = Entity {
            id: "Q2".into(),
            name: "Vladimir Putin".into(),
            kind: "person".into(),
            aliases: vec![
                Alias { case: Some(CaseRule::Exact), ..alias("Putin", "") },
                Alias { kind: AliasKind::Short, prior: Some(0.9), ..alias("VP", "en") },
                alias("Vladimir Putin", "de"),
                Alias { prior: Some(0.5), ..alias("Wladimir Putin", "de") },
            ],
            case: CaseRule::Any,
            prior: Some(0.1),
            attributes: [("a", "b=c"), ("a=b", "d"), ("country", "ru")].map(|(k, v)| (k.into(), v.into())).into(),
            related: words(&["Q10", "nobody"]),
            context: words(&["kreml", "россии", "が"]),
        };
        let plain = Entity { id: "Q10".into(), name: "Moscow".into(), ..Entity::default() };
        let mut expected = full.clone();
        expected.aliases.sort_by(|a, b| a.text.cmp(&b.text).then(a.language_code.cmp(&b.language_code)));
        expected.context = words(&["か\u{3099}", "kreml", "россии"]);
        expected.context.sort();
        assert_eq!(again(&[plain.clone(), full]), [expected.clone(), plain.clone()]);
        assert_eq!(again(&[expected.clone(), plain.clone()]), [expected, plain]);
    }

    #[test]
    fn no_attribute_is_lost_to_the_key_of_another() {
        for given in [
            vec![("a=b", "c"), ("a", "x=y"), ("a=x", "z")],
            vec![("url", "https://a.example/?b=c&d=e"), ("u", "")],
            vec![("", "a"), ("=", "a"), ("==", "a")],
        ] {
            let texts: Vec<_> = given.iter().map(|(key, value)| format!("{key}={value}")).collect();
            let attributes = attributes(texts.iter().map(String::as_str).collect());
            let mut again: Vec<_> = attributes.iter().map(|(key, value)| format!("{key}={value}")).collect();
            again.sort_by_key(|text| texts.iter().position(|one| one == text));
            assert_eq!(again, texts);
        }
        let url = attributes(vec!["url=https://a.example/?b=c"]);
        assert_eq!(url["url"], "https://a.example/?b=c");
    }

    #[test]
    fn many_words_of_context_stay_within_the_limit() {
        let word = |number| format!("word{number:05} other{number:05}");
        let entity = Entity {
            id: "1".into(),
            name: "One".into(),
            context: (0..MAX_LINKS).map(word).collect(),
            ..Entity::default()
        };
        let one = again(&[entity]).remove(0);
        assert_eq!(one.context.len(), MAX_LINKS);
        assert_eq!(again(std::slice::from_ref(&one)), std::slice::from_ref(&one));
        assert_eq!(one.context.iter().flat_map(|text| text.split(' ')).count(), 2 * MAX_LINKS);
    }

    #[test]
    fn a_folded_word_is_read_as_itself() {
        let (mut reader, mut other) = <(crate::text::Words, crate::text::Words)>::default();
        let mut differ = Vec::new();
        for c in '\0'..=char::MAX {
            reader.clear();
            reader.read(c.encode_utf8(&mut [0; 4]));
            for word in reader.all() {
                let folded = reader.folded(word, &mut [0; 8]).to_vec();
                let shown = std::str::from_utf8(&folded).unwrap();
                other.clear();
                other.read(shown);
                let again: Vec<_> = other.all().iter().map(|word| other.folded(word, &mut [0; 8]).to_vec()).collect();
                if again != [folded.clone()] {
                    differ.push(c);
                }
            }
        }
        // Fractions, two letters of Catalan that stand alone, ligatures of Lao and kana.
        let expected = "¼½¾Ŀŀໜໝ⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅟↉ゟ\u{1b123}";
        assert_eq!(differ.into_iter().collect::<String>(), expected);
    }
}
