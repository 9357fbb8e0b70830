//! A message in the encoding of protobuf, written field by field.
//!
//! Keys and short lengths are written as the bytes they are. Must not know: what answers say.

use prost::{
    DecodeError, Message,
    bytes::{Buf, BufMut},
    encoding::{self, DecodeContext, WireType},
};

/// The fields `response` and `error` of both kinds of result, and `results` of a batch.
const RESPONSE: u32 = 1;
const ERROR: u32 = 2;
const RESULTS: u32 = 1;

/// The most bytes of a key and the length behind it.
const HEAD: usize = 1 + 10;

/// A message that is encoded already.
#[derive(Debug, Clone, Default)]
pub struct Encoded {
    /// The bytes, behind room for a head.
    with_room: Vec<u8>,
    /// Where the bytes begin.
    start: usize,
}

impl Encoded {
    /// An empty message with room for a head and for so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        let mut with_room = Vec::with_capacity(HEAD + bytes);
        with_room.resize(HEAD, 0);
        Self { with_room, start: HEAD }
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.with_room[self.start..]
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.with_room.len() - self.start
    }

    /// For how many bytes there is room.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.with_room.capacity()
    }

    /// A BatchExtractResult or StreamExtractResponse that holds this ExtractResponse: what was written stays where it is.
    pub(super) fn into_result(mut self) -> Self {
        let length = self.len() as u64;
        let head = 1 + encoding::encoded_len_varint(length);
        if self.start < head {
            self.with_room.splice(..self.start, [0; HEAD]);
            self.start = HEAD;
        }
        let end = self.start;
        self.start -= head;
        self.with_room[self.start] = key(RESPONSE, WireType::LengthDelimited);
        encoding::encode_varint(length, &mut &mut self.with_room[self.start + 1..end]);
        self
    }

    /// The BatchExtractResponse of these results.
    pub(super) fn batch(results: &[Self]) -> Self {
        let mut batch = Self::default();
        batch.with_room.reserve_exact(results.iter().map(|result| HEAD + result.len()).sum());
        for result in results {
            batch.bytes_field(RESULTS, result.bytes());
        }
        batch
    }

    /// A BatchExtractResult or StreamExtractResponse that holds this error.
    pub(super) fn error(status: &tonic_types::Status) -> Self {
        let mut result = Self::default();
        result.given(ERROR, status);
        result
    }

    /// A message of prost, even if it is empty.
    pub(super) fn given(&mut self, field: u32, message: &impl Message) {
        encoding::message::encode(field, message, &mut self.with_room);
    }

    /// A number behind the others of a packed field.
    pub(super) fn packed(&mut self, number: u64) {
        encoding::encode_varint(number, &mut self.with_room);
    }

    /// A string or message, even if it is empty.
    fn bytes_field(&mut self, field: u32, bytes: &[u8]) {
        self.begin(field, WireType::LengthDelimited, bytes.len() as u64);
        self.with_room.extend_from_slice(bytes);
    }

    /// A message that stands there with its length before it.
    pub(super) fn with_length(&mut self, field: u32, message: &[u8]) {
        self.with_room.push(key(field, WireType::LengthDelimited));
        self.with_room.extend_from_slice(message);
    }

    /// A string; nothing where it is empty.
    pub(super) fn string(&mut self, field: u32, text: &str) {
        if !text.is_empty() {
            self.bytes_field(field, text.as_bytes());
        }
    }

    /// A string that `append` appends; nothing where it appends nothing.
    pub(super) fn appended(&mut self, field: u32, append: impl FnOnce(&mut Vec<u8>)) {
        let (from, mut empty) = (self.with_room.len(), true);
        self.nested(field, |to| {
            let start = to.with_room.len();
            append(&mut to.with_room);
            empty = to.with_room.len() == start;
        });
        if empty {
            self.with_room.truncate(from);
        }
    }

    /// A number or enum; nothing where it is zero.
    pub(super) fn number(&mut self, field: u32, number: u64) {
        if number != 0 {
            self.given_number(field, number);
        }
    }

    /// An optional number.
    pub(super) fn given_number(&mut self, field: u32, number: u64) {
        self.begin(field, WireType::Varint, number);
    }

    /// A floating-point number; nothing where it is zero.
    pub(super) fn double(&mut self, field: u32, number: f64) {
        if number != 0.0 {
            let mut bytes = [key(field, WireType::SixtyFourBit); 9];
            bytes[1..].copy_from_slice(&number.to_le_bytes());
            self.with_room.extend_from_slice(&bytes);
        }
    }

    /// A message: what `write` writes.
    pub(super) fn nested(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.with_room.push(key(field, WireType::LengthDelimited));
        self.message(write);
    }

    /// The length of a message, and the message that `write` writes.
    #[inline]
    pub(super) fn message(&mut self, write: impl FnOnce(&mut Self)) {
        // Most are short: one byte for the length, and more only when that is known to need them.
        self.with_room.push(0);
        let from = self.with_room.len();
        write(self);
        let length = self.with_room.len() - from;
        if length < 0x80 {
            self.with_room[from - 1] = length as u8;
        } else {
            self.lengthen(from, length);
        }
    }

    /// Makes room for the length of a message that begins there, and writes it.
    fn lengthen(&mut self, from: usize, length: usize) {
        let more = encoding::encoded_len_varint(length as u64) - 1;
        self.with_room.resize(from + length + more, 0);
        self.with_room.copy_within(from..from + length, from + more);
        encoding::encode_varint(length as u64, &mut &mut self.with_room[from - 1..from + more]);
    }

    /// The key of a field, and the number or length that comes first in it.
    #[inline]
    fn begin(&mut self, field: u32, wire_type: WireType, number: u64) {
        let key = key(field, wire_type);
        if number < 0x80 {
            self.with_room.extend_from_slice(&[key, number as u8]);
        } else if number < 0x4000 {
            self.with_room.extend_from_slice(&[key, number as u8 | 0x80, (number >> 7) as u8]);
        } else {
            self.with_room.push(key);
            encoding::encode_varint(number, &mut self.with_room);
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
        self.len()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_needs_no_room_before_it() {
        for length in [0, 1, 200, 70_000] {
            let text = vec![b'x'; length];
            let mut roomy = Encoded::with_capacity(0);
            roomy.with_room.extend_from_slice(&text);
            let (roomy, bare) = (roomy.into_result(), Encoded { with_room: text, start: 0 }.into_result());
            assert_eq!(roomy.bytes(), bare.bytes());
            assert_eq!(roomy.len(), 1 + encoding::encoded_len_varint(length as u64) + length);
        }
    }
}
