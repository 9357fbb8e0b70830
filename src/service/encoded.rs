//! Answers in the encoding of protobuf, written by the worker that found them.
//!
//! An answer of [`convert::response`] is hundreds of strings that are copied only to be copied again by prost, and freed
//! on another thread than they were made on. Here the bytes are written at once, and those of an entity that is
//! referred to again are copied whole. A test compares both ways byte by byte.

use std::ops::Range;

use hashbrown::HashMap;
use prost::{
    DecodeError, Message,
    bytes::{Buf, BufMut},
    encoding::{self, DecodeContext, WireType},
};

use super::{convert, proto, reasons};
use crate::{
    catalog::Pinned,
    extract::{Answer, Field, Input, Mention, Options, Source},
    index::EntityId,
};

/// The fields `response` and `error` of both kinds of result, and `results` of a batch.
const RESPONSE: u32 = 1;
const ERROR: u32 = 2;
const RESULTS: u32 = 1;

/// How many bytes of references are remembered. While debugging few are, so that tests go all ways.
const REMEMBERED: usize = if cfg!(debug_assertions) { 4 << 10 } else { 1 << 20 };

/// The most bytes of a key and the length behind it.
const HEAD: usize = 1 + 10;

/// A message that is encoded already. Its bytes begin behind those of the second field, which are room for a head.
#[derive(Debug, Clone, Default)]
pub struct Encoded(Vec<u8>, usize);

impl Encoded {
    /// An empty message with room for a head and for so many bytes.
    fn with_capacity(bytes: usize) -> Self {
        let mut with = Vec::with_capacity(HEAD + bytes);
        with.resize(HEAD, 0);
        Self(with, HEAD)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0[self.1..]
    }

    /// A BatchExtractResult or StreamExtractResponse that holds this ExtractResponse: what was written stays where it is.
    pub(super) fn into_result(mut self) -> Self {
        let length = self.bytes().len() as u64;
        let head = 1 + encoding::encoded_len_varint(length);
        if self.1 < head {
            self.0.splice(..self.1, [0; HEAD]);
            self.1 = HEAD;
        }
        let end = self.1;
        self.1 -= head;
        self.0[self.1] = key(RESPONSE, WireType::LengthDelimited);
        encoding::encode_varint(length, &mut &mut self.0[self.1 + 1..end]);
        self
    }

    /// The BatchExtractResponse of these results.
    pub(super) fn batch(results: &[Self]) -> Self {
        let mut batch = Self(Vec::with_capacity(results.iter().map(|result| HEAD + result.bytes().len()).sum()), 0);
        for result in results {
            batch.bytes_field(RESULTS, result.bytes());
        }
        batch
    }

    /// A BatchExtractResult or StreamExtractResponse that holds this error.
    pub(super) fn error(status: &tonic_types::Status) -> Self {
        let mut result = Self::default();
        encoding::message::encode(ERROR, status, &mut result.0);
        result
    }

    /// A string or message, even if it is empty.
    fn bytes_field(&mut self, field: u32, bytes: &[u8]) {
        self.begin(field, WireType::LengthDelimited, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// A message that stands there with its length before it.
    fn with_length(&mut self, field: u32, message: &[u8]) {
        self.0.push(key(field, WireType::LengthDelimited));
        self.0.extend_from_slice(message);
    }

    /// A string; nothing where it is empty.
    fn string(&mut self, field: u32, text: &str) {
        if !text.is_empty() {
            self.bytes_field(field, text.as_bytes());
        }
    }

    /// A string that `append` appends; nothing where it appends nothing.
    fn appended(&mut self, field: u32, append: impl FnOnce(&mut Vec<u8>)) {
        let (from, mut empty) = (self.0.len(), true);
        self.nested(field, |to| {
            let start = to.0.len();
            append(&mut to.0);
            empty = to.0.len() == start;
        });
        if empty {
            self.0.truncate(from);
        }
    }

    /// A number or enum; nothing where it is zero.
    fn number(&mut self, field: u32, number: u64) {
        if number != 0 {
            self.given_number(field, number);
        }
    }

    /// An optional number.
    fn given_number(&mut self, field: u32, number: u64) {
        self.begin(field, WireType::Varint, number);
    }

    /// A floating-point number; nothing where it is zero.
    fn double(&mut self, field: u32, number: f64) {
        if number != 0.0 {
            let mut bytes = [key(field, WireType::SixtyFourBit); 9];
            bytes[1..].copy_from_slice(&number.to_le_bytes());
            self.0.extend_from_slice(&bytes);
        }
    }

    /// A message: what `write` writes.
    fn nested(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.0.push(key(field, WireType::LengthDelimited));
        self.message(write);
    }

    /// The length of a message, and the message that `write` writes.
    #[inline]
    fn message(&mut self, write: impl FnOnce(&mut Self)) {
        // Most are short: one byte for the length, and more only when that is known to need them.
        self.0.push(0);
        let from = self.0.len();
        write(self);
        let length = self.0.len() - from;
        if length < 0x80 {
            self.0[from - 1] = length as u8;
        } else {
            self.lengthen(from, length);
        }
    }

    /// Makes room for the length of a message that begins there, and writes it.
    fn lengthen(&mut self, from: usize, length: usize) {
        let more = encoding::encoded_len_varint(length as u64) - 1;
        self.0.resize(from + length + more, 0);
        self.0.copy_within(from..from + length, from + more);
        encoding::encode_varint(length as u64, &mut &mut self.0[from - 1..from + more]);
    }

    /// The key of a field, and the number or length that comes first in it.
    #[inline]
    fn begin(&mut self, field: u32, wire_type: WireType, number: u64) {
        let key = key(field, wire_type);
        if number < 0x80 {
            self.0.extend_from_slice(&[key, number as u8]);
        } else if number < 0x4000 {
            self.0.extend_from_slice(&[key, number as u8 | 0x80, (number >> 7) as u8]);
        } else {
            self.0.push(key);
            encoding::encode_varint(number, &mut self.0);
        }
    }
}

/// The key of a field; those that are written here have numbers below 16, whose keys are a byte.
#[inline]
const fn key(field: u32, wire_type: WireType) -> u8 {
    (field << 3) as u8 | wire_type as u8
}

impl Message for Encoded {
    fn encode_raw(&self, to: &mut impl BufMut) {
        to.put_slice(self.bytes());
    }

    fn encoded_len(&self) -> usize {
        self.bytes().len()
    }

    // Nothing decodes into it: it only ever is an answer.
    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        from: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        encoding::skip_field(wire_type, tag, from, context)
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

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
            let from = written.0.len();
            written.message(|to| {
                to.appended(1, |to| segment.append_id(entity, to));
                to.appended(2, |to| segment.append_preferred_name(entity, to));
                to.string(3, &segment.types()[segment.type_of(entity).0 as usize]);
                to.string(4, name);
            });
            places.push(from..written.0.len());
        }
    }

    /// The reference of a candidate, or of an entity behind all candidates, with its length before it.
    #[inline]
    fn get(&self, at: usize) -> &[u8] {
        &self.written.0[self.places[self.of_answer[at]].clone()]
    }

    /// Forgets all where it is more than is remembered, so that a large answer leaves nothing behind.
    fn let_go(&mut self) {
        if self.written.0.len() > REMEMBERED {
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
        encoding::message::encode(4, &version, &mut to.0);
    }
    to.number(5, convert::encoding(options) as u64);
    for cut in &answer.cuts {
        encoding::message::encode(6, &convert::truncation(cut), &mut to.0);
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
    to.nested(7, |to| convert::each_form(mention.forms, |form| encoding::encode_varint(form as u64, &mut to.0)));
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
        encoding::message::encode(11, &explanation, &mut to.0);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::{Arc, atomic::AtomicBool};

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
    fn a_result_needs_no_room_before_it() {
        for length in [0, 1, 200, 70_000] {
            let text = vec![b'x'; length];
            let mut roomy = Encoded::with_capacity(0);
            roomy.0.extend_from_slice(&text);
            let (roomy, bare) = (roomy.into_result(), Encoded(text, 0).into_result());
            assert_eq!(roomy.bytes(), bare.bytes());
            assert_eq!(roomy.bytes().len(), 1 + encoding::encoded_len_varint(length as u64) + length);
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
            assert!(references.written.0.len() <= REMEMBERED, "what was too much is gone");
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
            let Encoded(bytes, _) = response("", input, &pinned, &options, &answer, &mut references);
            assert!(bytes.capacity() <= 2 * bytes.len() + 256, "{} for {}", bytes.capacity(), bytes.len());
        }
    }
}
