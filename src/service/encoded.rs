//! Answers in the encoding of protobuf, written by the worker that found them.
//!
//! An answer of [`convert::response`] is hundreds of strings that are copied only to be copied again by prost, and freed
//! on another thread than they were made on. Here the bytes are written at once, and those of an entity that is
//! referred to again are copied whole. A test compares both ways byte by byte.

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

/// A message that is encoded already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encoded(Vec<u8>);

impl Encoded {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// A BatchExtractResult or StreamExtractResponse that holds this ExtractResponse.
    pub(super) fn into_result(self) -> Self {
        let mut result = Self(Vec::with_capacity(self.0.len() + 8));
        result.bytes_field(RESPONSE, &self.0);
        result
    }

    /// A BatchExtractResult or StreamExtractResponse that holds this error.
    pub(super) fn error(status: &tonic_types::Status) -> Self {
        let mut result = Self::default();
        encoding::message::encode(ERROR, status, &mut result.0);
        result
    }

    /// Appends a result to this BatchExtractResponse.
    pub(super) fn push_result(&mut self, result: &Self) {
        self.bytes_field(RESULTS, &result.0);
    }

    /// A string or message, even if it is empty.
    fn bytes_field(&mut self, field: u32, bytes: &[u8]) {
        self.start(field, WireType::LengthDelimited, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
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
        self.start(field, WireType::Varint, number);
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
        // Most are short: one byte for the length, and more only when that is known to need them.
        self.start(field, WireType::LengthDelimited, 0);
        let from = self.0.len();
        write(self);
        let length = self.0.len() - from;
        if length < 0x80 {
            self.0[from - 1] = length as u8;
        } else {
            self.lengthen(from, length);
        }
    }

    /// Makes room for the length of a message that began there, and writes it.
    fn lengthen(&mut self, from: usize, length: usize) {
        let more = encoding::encoded_len_varint(length as u64) - 1;
        self.0.resize(from + length + more, 0);
        self.0.copy_within(from..from + length, from + more);
        encoding::encode_varint(length as u64, &mut &mut self.0[from - 1..from + more]);
    }

    /// The key of a field, and the number or length behind it.
    #[inline]
    fn start(&mut self, field: u32, wire_type: WireType, number: u64) {
        let key = key(field, wire_type);
        if number < 0x80 {
            self.0.extend_from_slice(&[key, number as u8]);
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
        to.put_slice(&self.0);
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
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
        self.0.clear();
    }
}

/// The EntityReferences of an answer, each written once.
struct References<'a> {
    sources: &'a [Source<'a>],
    written: Encoded,
    known: HashMap<(usize, EntityId), (usize, usize)>,
}

impl References<'_> {
    /// Writes a reference into a field.
    fn write(&mut self, to: &mut Encoded, field: u32, source: usize, entity: EntityId) {
        let Self { sources, written, known } = self;
        let (from, end) = *known.entry((source, entity)).or_insert_with(|| {
            let from = written.0.len();
            let Source { name, segment, .. } = sources[source];
            written.appended(1, |to| segment.append_id(entity, to));
            written.appended(2, |to| segment.append_preferred_name(entity, to));
            written.string(3, &segment.types()[segment.type_of(entity).0 as usize]);
            written.string(4, name);
            (from, written.0.len())
        });
        to.bytes_field(field, &written.0[from..end]);
    }
}

/// The ExtractResponse of an answer: what [`convert::response`] gives, encoded.
pub fn response(id: &str, input: Input<'_>, pinned: &Pinned, options: &Options, answer: &Answer) -> Encoded {
    let sources = pinned.sources();
    for (number, source) in sources.iter().enumerate() {
        let candidates = answer.candidates.iter().filter(|candidate| candidate.source == number);
        source.segment.touch_entities(candidates.map(|candidate| candidate.entity));
    }
    let mut references = References { sources: &sources, written: Encoded::default(), known: HashMap::new() };
    let mut to = Encoded(Vec::with_capacity(256 + 128 * answer.mentions.len()));
    to.string(1, id);
    for (number, one) in answer.mentions.iter().enumerate() {
        to.nested(2, |to| mention(to, number, one, input, answer, &mut references));
    }
    for &(source, entity, count) in &answer.entities {
        to.nested(3, |to| {
            references.write(to, 1, source, entity);
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
    to
}

fn mention(
    to: &mut Encoded,
    number: usize,
    mention: &Mention,
    input: Input<'_>,
    answer: &Answer,
    references: &mut References<'_>,
) {
    let candidates = &answer.candidates[mention.candidates.clone()];
    let listed = if candidates.len() > 1 || !mention.linked { candidates } else { &[] };
    let (field, text) = match mention.field {
        Field::Title => (proto::Field::Title, input.title),
        Field::Text => (proto::Field::Text, input.text),
    };
    to.given_number(1, mention.offsets.start.into());
    to.given_number(2, mention.offsets.end.into());
    to.string(3, mention.span.of(text));
    if let Some(link) = answer.link(mention) {
        references.write(to, 4, link.source, link.entity);
    }
    to.double(5, candidates[0].score);
    to.number(6, field as u64);
    to.nested(7, |to| convert::each_form(mention.forms, |form| encoding::encode_varint(form as u64, &mut to.0)));
    if let Some(follows) = mention.follows {
        to.given_number(8, u64::from(follows as u32));
    }
    for one in listed {
        to.nested(9, |to| {
            references.write(to, 1, one.source, one.entity);
            to.double(2, one.score);
        });
    }
    to.number(10, reasons::rule(mention.rule) as u64);
    let reference = |source: usize, entity| convert::reference(&references.sources[source], entity);
    if let Some(explanation) = reasons::explanation_of(answer, number, reference) {
        encoding::message::encode(11, &explanation, &mut to.0);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::{
        catalog,
        extract::{self, Overlap, Scratch},
    };

    #[test]
    fn both_ways_write_the_same_bytes() {
        let starter = catalog::load(&catalog::Options::default()).unwrap().catalog;
        let story = include_str!("../../tests/data/story.txt");
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
                    let short = response("id", input, &pinned, &options, &answer);
                    assert_eq!(short.bytes(), long.encode_to_vec());
                    let result = proto::StreamExtractResponse {
                        result: Some(proto::stream_extract_response::Result::Response(long)),
                    };
                    assert_eq!(short.into_result().bytes(), result.encode_to_vec());
                }
            }
        }
    }
}
