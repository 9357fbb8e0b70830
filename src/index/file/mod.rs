//! Segments as files: one file holds all that a search needs, and is mapped, not read.
//!
//! ```text
//! 0   magic      8 bytes; a line end and a ^Z among them, so that a transfer as text shows
//! 8   format     u32
//! 12  sections   u32, how many
//! 16  rules      u64, a fingerprint of everything that decides what is in a segment
//! 24  length     u64, of the file
//! 32  checksum   u32, of this header and the table, with these four bytes zero
//! 36  zero       28 bytes
//! 64  table      for each section: its kind u32, its checksum u32, where it begins u64, its length in bytes u64
//!     sections   each begins at a multiple of 64
//! ```
//!
//! Little-endian throughout; checksums are CRC-32 (IEEE 802.3). [`Segment::open`](super::Segment::open) checks header and
//! table, the small sections that it decodes, and that sections fit one another: it takes the same time for any size.
//! [`Segment::verify`](super::Segment::verify) reads everything and compares every checksum. A damaged file that was not
//! verified gives wrong answers, a panic or a search without end, never a breach of memory. Equal segments make equal files.
//!
//! `segment` says which part of a segment lies in which `section`; `write` lays sections out, and `opened` finds them. The
//! fingerprint is in `rules`.
//!
//! Must not know: what a search does with the parts.

mod opened;
mod rules;
mod section;
mod segment;
mod write;

use std::{io, ops::Range};

use thiserror::Error;

pub(super) use opened::Opened;
use rules::RULES;
pub use section::Section;
pub(super) use segment::{facts, list, manners};
use write::SECTIONS;
pub(super) use write::{Part, write_sections};

const MAGIC: [u8; 8] = *b"\x89ONM\r\n\x1a\n";
/// The version of the layout. It changes with any change of what the bytes mean.
const FORMAT: u32 = 3;
const HEADER: usize = 64;
const ENTRY: usize = 24;
const ALIGNMENT: usize = 64;
/// Where the checksum of the header lies.
const CHECKSUM: Range<usize> = 32..36;

/// Whether what begins with these bytes is a segment file, sound or not. No text in UTF-8 begins so.
pub fn begins_segment(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Why a segment file cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// The system cannot read or map it.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It does not begin as segment files do.
    #[error("this is no segment file; make one with `onomast compile`")]
    NotASegment,
    /// It has a format that this program does not know.
    #[error(
        "the file has format {found}, this program reads {FORMAT}; compile the gazetteer again, or use the program that made it"
    )]
    Format {
        /// Its format.
        found: u32,
    },
    /// It was built under other rules.
    #[error(
        "the file was built under other rules of folding or other Unicode tables ({found:016x}, here {RULES:016x}); compile the gazetteer again"
    )]
    Rules {
        /// The fingerprint of its rules.
        found: u64,
    },
    /// It is not as long as it says.
    #[error(
        "the file has {found} bytes and should have {expected}: it was cut, or something was added; copy or compile it again"
    )]
    Length {
        /// What it says.
        expected: u64,
        /// What it is.
        found: u64,
    },
    /// A part of it is not what was written.
    #[error("the file is damaged: its {0} are not as they were written; copy or compile it again")]
    Damaged(Section),
    /// The machine has the other order of bytes.
    #[error("segment files need a little-endian machine")]
    BigEndian,
}

/// The checksum of header and table, without the place where it is kept.
fn head_checksum(head: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&head[..CHECKSUM.start]);
    hasher.update(&[0; 4]);
    hasher.update(&head[CHECKSUM.end..]);
    hasher.finalize()
}
