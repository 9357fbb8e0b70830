//! What the page's script knows: entities, mentions and reasons of each document, as compact arrays.
//!
//! The fields of each array are stated at the head of `page.js`. Every string is safe to show as text.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{escape::plain, palette::Palette};
use crate::{
    cli::names,
    service::proto::{EntityReference, Explanation, ExtractResponse, Mention, ScorePart},
};

/// The entities of one document, each once: those that are linked to first, then those that are only candidates.
#[derive(Debug, Default)]
pub(super) struct References<'a> {
    numbers: HashMap<(&'a str, &'a str), usize>,
    pub(super) list: Vec<(&'a EntityReference, u32)>,
}

impl<'a> References<'a> {
    pub(super) fn of(response: &'a ExtractResponse) -> Self {
        let mut references = Self::default();
        for summary in &response.entities {
            references.add(summary.entity.as_ref(), summary.mention_count);
        }
        for mention in &response.mentions {
            for candidate in &mention.candidates {
                references.add(candidate.entity.as_ref(), 0);
            }
            for candidate in mention.explanation.iter().flat_map(|one| &one.candidates) {
                references.add(candidate.entity.as_ref(), 0);
            }
        }
        references
    }

    fn add(&mut self, entity: Option<&'a EntityReference>, count: u32) {
        let Some(entity) = entity else { return };
        self.numbers.entry((&entity.gazetteer, &entity.id)).or_insert_with(|| {
            self.list.push((entity, count));
            self.list.len() - 1
        });
    }

    /// The number of an entity of the response.
    pub(super) fn number(&self, entity: Option<&EntityReference>) -> Option<usize> {
        entity.and_then(|entity| self.numbers.get(&(entity.gazetteer.as_str(), entity.id.as_str())).copied())
    }
}

/// The data of one document.
pub(super) fn document(response: &ExtractResponse, references: &References<'_>, palette: &Palette) -> Value {
    let entity = |&(entity, count): &(&EntityReference, u32)| {
        let link = link(&entity.id).unwrap_or_default();
        let kind = palette.number(&entity.r#type);
        json!([plain(&entity.id), plain(&entity.name), kind, plain(&entity.gazetteer), count, link])
    };
    let entities: Vec<_> = references.list.iter().map(entity).collect();
    let mentions: Vec<_> = response.mentions.iter().map(|one| mention(one, references)).collect();
    json!([entities, mentions])
}

fn mention(mention: &Mention, references: &References<'_>) -> Value {
    let forms: Vec<_> = mention.forms.iter().map(|&form| names::form(form)).collect();
    let candidates: Vec<_> =
        mention.candidates.iter().map(|one| json!([references.number(one.entity.as_ref()), one.score])).collect();
    json!([
        references.number(mention.entity.as_ref()),
        mention.score,
        forms,
        names::rule(mention.rule),
        mention.follows,
        candidates,
        mention.explanation.as_ref().map(|one| explanation(one, references)),
    ])
}

fn explanation(explanation: &Explanation, references: &References<'_>) -> Value {
    let parts = |parts: &[ScorePart]| -> Vec<Value> {
        let part = |one: &ScorePart| json!([names::rule(one.rule), one.factor, plain(&one.detail), one.mentions]);
        parts.iter().map(part).collect()
    };
    let candidates = explanation.candidates.iter().map(|one| {
        json!([
            references.number(one.entity.as_ref()),
            plain(&one.name),
            names::rule(one.rule),
            one.form_factor,
            one.weight,
            one.score,
            parts(&one.parts),
        ])
    });
    json!([candidates.collect::<Vec<_>>(), explanation.nothing_weight, parts(&explanation.nothing_parts)])
}

/// Where the world knows an entity by its id: Wikidata and GeoNames.
pub(super) fn link(id: &str) -> Option<String> {
    let digits = |text: &str| {
        (1..=19).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let item = id.strip_prefix("wikidata:").unwrap_or(id);
    if item.strip_prefix('Q').is_some_and(digits) {
        return Some(format!("https://www.wikidata.org/wiki/{item}"));
    }
    id.strip_prefix("geonames:").filter(|number| digits(number)).map(|id| format!("https://www.geonames.org/{id}"))
}

#[cfg(test)]
mod tests {
    use super::link;

    #[test]
    fn only_ids_of_known_places_are_links() {
        assert_eq!(link("wikidata:Q42").as_deref(), Some("https://www.wikidata.org/wiki/Q42"));
        assert_eq!(link("Q42").as_deref(), Some("https://www.wikidata.org/wiki/Q42"));
        assert_eq!(link("geonames:123").as_deref(), Some("https://www.geonames.org/123"));
        for id in ["Q", "Q4 2", "Q42\"", "wikidata:42", "geonames:", "geonames:1/..", "iso3166:CN", "javascript:1"] {
            assert_eq!(link(id), None, "{id}");
        }
    }
}
