//! What numbers of 32 bits can tell, and what is too large for them.
//!
//! Must not know: what is counted.

use super::automaton::TooLarge;

/// So much of something fits, less room for what one entity has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most(pub(super) usize);

impl Default for Most {
    fn default() -> Self {
        // All texts of an entity have some MiB at most. Folding makes up to ten times as much of a word, and each word
        // is part of up to four.
        Self(u32::MAX as usize - (1 << 28))
    }
}

impl Most {
    /// Fails where there is more of something.
    pub(super) fn holds(self, count: usize, what: &str) -> Result<(), TooLarge> {
        if count > self.0 { Err(TooLarge(format!("{count} {what}"))) } else { Ok(()) }
    }

    /// Fails where ids that entities are related to and no entity has are more bytes.
    pub(super) fn holds_absent(self, bytes: usize) -> Result<(), TooLarge> {
        self.holds(bytes, "bytes of related ids that no entity has")
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            assemble::assemble,
            automaton::Engine,
            collect::{Collector, Common},
            compile::CompileError,
            held::Held,
            names::LANGUAGES,
            segment::Segment,
        },
        *,
    };
    use crate::gazetteer::{Alias, Entity};

    /// An entity of one letter with a name of each language.
    fn speaks(languages: usize) -> Entity {
        let alias = |number| Alias { language_code: format!("l{number}-DE"), ..Alias::plain("b") };
        Entity { id: "a".into(), name: "a".into(), aliases: (0..languages).map(alias).collect(), ..Entity::default() }
    }

    #[test]
    fn languages_without_a_number_are_not_kept() {
        let mut collector = Collector::new(Held::default());
        collector.add(&speaks(2000));
        collector.add(&speaks(2000));
        let Collector { keep, common: Common { manners, languages, .. }, .. } = collector;
        // Nothing goes through more of them than that.
        assert_eq!(languages.len(), LANGUAGES);
        let language = |number: usize| usize::from(manners[keep.names[number].manner as usize].language);
        for first in [0, 2001] {
            assert_eq!(language(first), 0);
            let numbers: Vec<_> = (first + 1..=first + 2000).map(language).collect();
            let expected: Vec<_> = (1..=2000).map(|number| if number < 255 { number } else { 0 }).collect();
            assert_eq!(numbers, expected);
        }
    }

    /// Compiles entities where so much fits.
    fn compiled(most: usize, entities: impl IntoIterator<Item = Entity>) -> Result<Segment, CompileError> {
        let mut collector = Collector::new(Held::default());
        collector.common.most = Most(most);
        entities.into_iter().for_each(|entity| collector.add(&entity));
        assemble(Engine::default(), collector.common, collector.keep)
    }

    #[test]
    fn more_of_anything_than_has_numbers_is_too_large() {
        // Each has ten of one thing, and less of all others.
        let named = |number: usize| Entity { id: number.to_string(), name: "a".into(), ..Entity::default() };
        let kinds: [(&str, &dyn Fn(usize) -> Entity); 6] = [
            ("bytes of names and ids", &|number| Entity { name: "a a a a a".into(), ..named(number) }),
            ("bytes of words", &|number| Entity { context: vec![format!("abcdefghi{number}")], ..named(number) }),
            ("bytes of attributes", &|number| {
                let attribute = (format!("key{number}"), "value".into());
                Entity { attributes: [attribute].into(), ..named(number) }
            }),
            ("related ids", &|number| Entity { related: vec!["0".into(); 10], ..named(number) }),
            ("attributes of entities", &|number| {
                let attributes = (0..10).map(|key| (key.to_string(), String::new()));
                Entity { attributes: attributes.collect(), ..named(number) }
            }),
            ("expected words", &|number| Entity { context: vec!["b ".repeat(10)], ..named(number) }),
        ];
        for (what, entity) in kinds {
            let most = 25;
            let entities = |count| (0..count).map(entity);
            let fits = compiled(most, entities(3)).map(|segment| segment.entities().len());
            assert!(matches!(fits, Ok(3)), "{what}: {fits:?}");
            let error = compiled(most, entities(4)).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.ends_with(&format!(" {what}")), "{what}: {error}");
        }
    }

    #[test]
    fn related_ids_that_no_entity_has_may_be_too_large_together() {
        let related = [&["b", "absent", "absent"][..], &["a", "absent", "other"]];
        let entities = || {
            let ids = ["a", "b"].map(String::from).into_iter().zip(related);
            ids.map(|(id, related)| Entity {
                name: id.clone(),
                id,
                related: related.iter().map(|&id| id.into()).collect(),
                ..Entity::default()
            })
        };
        assert!(compiled("absentother".len(), entities()).is_ok());
        let error = compiled("absentother".len() - 1, entities()).err().map(|error| error.to_string());
        let error = error.unwrap_or_default();
        assert!(error.ends_with("11 bytes of related ids that no entity has"), "{error}");
    }
}
