//! Answers in the encoding of protobuf, written by the worker that found them.
//!
//! An answer of [`convert::response`] is hundreds of strings that are copied only to be copied again by prost, and freed
//! on another thread than they were made on. Here the bytes are written at once, and those of an entity that is
//! referred to again are copied whole. A test compares both ways byte by byte.

use std::ops::Range;

use hashbrown::HashMap;

use super::{Encoded, convert, proto, reasons};
use crate::{
    catalog::Pinned,
    extract::{Answer, Field, Input, Mention, Options, Source},
    index::EntityId,
};

/// How many bytes of references are remembered. While debugging few are, so that tests go all ways.
const REMEMBERED: usize = if cfg!(debug_assertions) { 4 << 10 } else { 1 << 20 };

/// EntityReferences that were written, remembered from one answer to the next: most documents name what others named.
///
/// A segment has a number of its own and is of one gazetteer, so that this number and that of an entity tell all that its
/// reference says.
#[derive(Debug, Default)]
pub struct References {
    known: HashMap<(u64, EntityId), usize>,
    /// Each with its length before it, in the order of their numbers.
    written: Encoded,
    places: Vec<Range<usize>>,
    /// For each candidate of the answer, then for each of its entities, the number of its reference.
    of_answer: Vec<usize>,
}

impl References {
    /// Makes ready for an answer: writes those that are not known yet.
    fn prepare(&mut self, answer: &Answer, sources: &[Source<'_>]) {
        let Self { known, written, places, of_answer } = self;
        let candidates = answer.candidates.iter().map(|candidate| (candidate.source, candidate.entity));
        let entities = answer.entities.iter().map(|&(source, entity, _)| (source, entity));
        let mut new = Vec::new();
        of_answer.clear();
        of_answer.extend(candidates.chain(entities).map(|(source, entity)| {
            *known.entry((sources[source].segment.number(), entity)).or_insert_with(|| {
                new.push((source, entity));
                places.len() + new.len() - 1
            })
        }));
        for (number, source) in sources.iter().enumerate() {
            let of_it = new.iter().filter(|(source, _)| *source == number);
            source.segment.touch_entities(of_it.map(|&(_, entity)| entity));
        }
        for (source, entity) in new {
            let Source { name, segment, .. } = sources[source];
            let from = written.len();
            written.message(|to| {
                to.appended(1, |to| segment.append_id(entity, to));
                to.appended(2, |to| segment.append_preferred_name(entity, to));
                to.string(3, &segment.types()[segment.type_of(entity).0 as usize]);
                to.string(4, name);
            });
            places.push(from..written.len());
        }
    }

    /// The reference of a candidate, or of an entity behind all candidates, with its length before it.
    #[inline]
    fn get(&self, at: usize) -> &[u8] {
        &self.written.bytes()[self.places[self.of_answer[at]].clone()]
    }

    /// Forgets all where it is more than is remembered, so that a large answer leaves nothing behind.
    fn let_go(&mut self) {
        if self.written.len() > REMEMBERED {
            *self = Self::default();
        }
    }

    /// About how many bytes an answer takes.
    fn estimate(&self, answer: &Answer) -> usize {
        let references: usize = self.of_answer.iter().map(|&number| self.places[number].len() + 16).sum();
        256 + answer.mentions.len() * 48 + references
    }
}

/// The ExtractResponse of an answer: what [`convert::response`] gives, encoded.
pub fn response(
    id: &str,
    input: Input<'_>,
    pinned: &Pinned,
    options: &Options,
    answer: &Answer,
    references: &mut References,
) -> Encoded {
    let sources = pinned.sources();
    references.prepare(answer, &sources);
    let mut to = Encoded::with_capacity(references.estimate(answer));
    to.string(1, id);
    for (number, one) in answer.mentions.iter().enumerate() {
        to.nested(2, |to| mention(to, number, one, input, answer, &sources, references));
    }
    for (number, &(_, _, count)) in answer.entities.iter().enumerate() {
        to.nested(3, |to| {
            to.with_length(1, references.get(answer.candidates.len() + number));
            to.number(2, u64::from(count as u32));
        });
    }
    for version in convert::versions(pinned) {
        to.given(4, &version);
    }
    to.number(5, convert::encoding(options) as u64);
    for cut in &answer.cuts {
        to.given(6, &convert::truncation(cut));
    }
    references.let_go();
    to
}

fn mention(
    to: &mut Encoded,
    number: usize,
    mention: &Mention,
    input: Input<'_>,
    answer: &Answer,
    sources: &[Source<'_>],
    references: &References,
) {
    let candidates = mention.candidates.clone();
    let (field, text) = match mention.field {
        Field::Title => (proto::Field::Title, input.title),
        Field::Text => (proto::Field::Text, input.text),
    };
    to.given_number(1, mention.offsets.start.into());
    to.given_number(2, mention.offsets.end.into());
    to.string(3, mention.span.of(text));
    if mention.linked {
        to.with_length(4, references.get(candidates.start));
    }
    to.double(5, answer.candidates[candidates.start].score);
    to.number(6, field as u64);
    to.nested(7, |to| convert::each_form(mention.forms, |form| to.packed(form as u64)));
    if let Some(follows) = mention.follows {
        to.given_number(8, u64::from(follows as u32));
    }
    if candidates.len() > 1 || !mention.linked {
        for (one, at) in answer.candidates[candidates.clone()].iter().zip(candidates) {
            to.nested(9, |to| {
                to.with_length(1, references.get(at));
                to.double(2, one.score);
            });
        }
    }
    to.number(10, reasons::rule(mention.rule) as u64);
    let reference = |source: usize, entity| convert::reference(&sources[source], entity);
    if let Some(explanation) = reasons::explanation_of(answer, number, reference) {
        to.given(11, &explanation);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::{Arc, atomic::AtomicBool};

    use prost::Message as _;

    use super::*;
    use crate::{
        catalog::{self, Gazetteer},
        extract::{self, Overlap, Scratch},
        gazetteer::{Alias, Entity},
    };

    #[test]
    fn both_ways_write_the_same_bytes() {
        let starter = catalog::load(&catalog::Options::default()).unwrap().catalog;
        let story = include_str!("../../tests/data/story.txt");
        let mut references = References::default();
        for (explain, overlap) in [(false, Overlap::Longest), (true, Overlap::All)] {
            for most in [None, Some(3)] {
                let options = Options { explain, overlap, max_mentions: most, ..Options::default() };
                let pinned = Pinned::new(vec![starter.get(catalog::STARTER).unwrap()], &options);
                let (sources, mut scratch, mut answer) = (pinned.sources(), Scratch::default(), Answer::default());
                for (title, text) in [("China and Georgia", story), ("", ""), ("", "no name")] {
                    let (input, never) = (Input { title, text, ..Input::default() }, AtomicBool::new(false));
                    let filter = pinned.filter();
                    extract::run(&sources, input, &options, filter, &mut scratch, &mut answer, &never).unwrap();
                    let long = convert::response("id", input, &pinned, &options, &answer);
                    let short = response("id", input, &pinned, &options, &answer, &mut references);
                    assert_eq!(short.bytes(), long.encode_to_vec());
                    let result = proto::StreamExtractResponse {
                        result: Some(proto::stream_extract_response::Result::Response(long)),
                    };
                    assert_eq!(short.into_result().bytes(), result.encode_to_vec());
                }
            }
        }
    }

    #[test]
    fn what_is_remembered_of_one_gazetteer_is_not_told_of_another() {
        // The entities of all three have the same numbers; those of "long" are more than is remembered, and their names
        // longer than a length of one byte tells.
        let gazetteer = |name: &str, filler: &str| {
            let entity = |number: usize| Entity {
                id: format!("{name}-{number}"),
                name: format!("Place{number}{filler}"),
                kind: format!("kind of {name}"),
                ..Entity::default()
            };
            Arc::new(Gazetteer::compile(name, b"", &(0..60).map(entity).collect::<Vec<_>>()).unwrap())
        };
        let all = [gazetteer("one", ""), gazetteer("two", ""), gazetteer("long", &" X".repeat(70))];
        let text: Vec<_> = (0..60)
            .flat_map(|number| [format!("Place{number}"), format!("Place{number}{}", " X".repeat(70))])
            .collect();
        let (input, options) = (Input { text: &text.join(". "), ..Input::default() }, Options::default());
        let (mut references, mut scratch, mut answer) = (References::default(), Scratch::default(), Answer::default());
        for pinned in [&[0][..], &[1], &[0, 1], &[1, 0], &[2], &[2, 1, 0], &[0]] {
            let pinned = Pinned::new(pinned.iter().map(|&number| all[number].clone()).collect(), &options);
            let (sources, never) = (pinned.sources(), AtomicBool::new(false));
            extract::run(&sources, input, &options, pinned.filter(), &mut scratch, &mut answer, &never).unwrap();
            let long = convert::response("", input, &pinned, &options, &answer);
            assert!(long.entities.len() >= 60);
            let short = response("", input, &pinned, &options, &answer, &mut references);
            assert_eq!(short.bytes(), long.encode_to_vec());
            assert!(references.written.len() <= REMEMBERED, "what was too much is gone");
        }
    }

    #[test]
    fn an_answer_takes_about_the_room_that_it_needs_whatever_was_written_before() {
        let entity = |name: &str, alias: &str| Entity {
            id: "1".into(),
            name: name.into(),
            aliases: vec![Alias::plain(alias)],
            ..Entity::default()
        };
        let long = Gazetteer::compile("long", b"", &[entity(&"x".repeat(3000), "Zed")]).unwrap();
        let short = Gazetteer::compile("short", b"", &[entity("Yak", "Yaks")]).unwrap();
        let (mut references, mut scratch, mut answer) = (References::default(), Scratch::default(), Answer::default());
        let options = Options::default();
        for (gazetteer, text) in [(long, "Zed.".into()), (short, "Yak, ".repeat(500))] {
            let pinned = Pinned::new(vec![gazetteer.into()], &options);
            let (input, never) = (Input { text: &text, ..Input::default() }, AtomicBool::new(false));
            extract::run(&pinned.sources(), input, &options, pinned.filter(), &mut scratch, &mut answer, &never)
                .unwrap();
            let bytes = response("", input, &pinned, &options, &answer, &mut references);
            assert!(bytes.capacity() <= 2 * bytes.len() + 256, "{} for {}", bytes.capacity(), bytes.len());
        }
    }
}
