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
//! Little-endian throughout; checksums are CRC-32 (IEEE 802.3). [`Segment::open`] checks header and table, the small
//! sections that it decodes, and that sections fit one another: it takes the same time for any size. [`Segment::verify`]
//! reads everything and compares every checksum. A damaged file that was not verified gives wrong answers, a panic or a
//! search without end, never a breach of memory. Equal segments make equal files.
//!
//! Must not know: what the parts are for.

use std::{
    fmt,
    io::{self, Write},
    path::Path,
    sync::Arc,
};

use bytemuck::Pod;
use thiserror::Error;

use super::{
    automaton::Automaton,
    column::{Column, Map},
    compile::CompileError,
    entities::{Entities, Links, Natures},
    front::FrontCoded,
    joins::Joins,
    layout::{Part, SECTIONS, write_sections},
    names::{Encoded, Manner, Names},
    segment::Segment,
    slots::filter_words,
    strings::Strings,
    vocabulary::Vocabulary,
    wordwise::Wordwise,
};

pub(super) const MAGIC: [u8; 8] = *b"\x89ONM\r\n\x1a\n";
/// The version of the layout. It changes with any change of what the bytes mean.
pub(super) const FORMAT: u32 = 3;
/// The fingerprint of the rules that decide what is in a segment: folding, segmentation, ordinary words, derived names.
/// A test computes it and tells when it has to change.
pub(super) const RULES: u64 = 0xa2a9_fe57_c379_d61b;
pub(super) const HEADER: usize = 64;
pub(super) const ENTRY: usize = 24;
pub(super) const ALIGNMENT: usize = 64;
/// Where the checksum of the header lies.
pub(super) const CHECKSUM: std::ops::Range<usize> = 32..36;

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

macro_rules! sections {
    ($($name:ident = $number:literal $what:literal)*) => {
        /// A part of a segment file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Section { $(#[doc = $what] $name = $number),* }

        impl Section {
            const ALL: &[Self] = &[$(Self::$name),*];

            fn what(self) -> &'static str {
                match self { $(Self::$name => $what),* }
            }
        }
    };
}

sections! {
    Header = 0 "header and table"
    Facts = 1 "facts"
    Version = 2 "name of the version"
    Slots = 3 "words"
    Filter = 4 "filter of words"
    LongEnds = 5 "ends of long words"
    LongBytes = 6 "long words"
    Nodes = 7 "nodes"
    Roots = 8 "first transitions"
    Transitions = 9 "transitions"
    Joins = 10 "joined words"
    JoinWords = 11 "sequences of joined words"
    Names = 12 "names"
    Texts = 13 "texts of names"
    Manners = 14 "manners of names"
    Entities = 15 "entities"
    IdBlocks = 16 "blocks of ids"
    Ids = 17 "ids"
    LinkEnds = 18 "ends of links"
    Related = 19 "related entities"
    HasAttribute = 20 "attributes of entities"
    Context = 21 "expected words"
    TypeEnds = 22 "ends of types"
    Types = 23 "types"
    AttributeEnds = 24 "ends of attributes"
    Attributes = 25 "attributes"
    AttributeCounts = 26 "counts of attributes"
    LanguageEnds = 27 "ends of languages"
    Languages = 28 "languages"
    Deep = 29 "nodes of many words"
    Priors = 30 "priors of names"
    TransitionFilter = 31 "filter of transitions"
    JoinBlocks = 32 "blocks of joined words"
    AbsentEnds = 33 "ends of ids that no entity has"
    Absent = 34 "ids that no entity has"
    NameBlocks = 35 "blocks of names"
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what())
    }
}

/// Where a section lies, and its checksum.
#[derive(Debug, Clone, Copy)]
struct Entry {
    section: Section,
    checksum: u32,
    start: usize,
    len: usize,
}

/// The file that a segment was opened from.
pub(super) struct Opened {
    map: Arc<Map>,
    table: Vec<Entry>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("bytes", &self.map.bytes().len()).finish_non_exhaustive()
    }
}

impl Opened {
    fn new(path: &Path) -> Result<Self, FileError> {
        if cfg!(target_endian = "big") {
            return Err(FileError::BigEndian);
        }
        let map = Map::open(path)?;
        let bytes = map.bytes();
        let known = bytes.len().min(MAGIC.len());
        if bytes[..known] != MAGIC[..known] || bytes.is_empty() {
            return Err(FileError::NotASegment);
        }
        let found = bytes.len() as u64;
        if bytes.len() < HEADER {
            return Err(FileError::Length { expected: HEADER as u64, found });
        }
        let format = u32_at(bytes, 8);
        if format != FORMAT {
            return Err(FileError::Format { found: format });
        }
        let (count, rules, expected) = (u32_at(bytes, 12) as usize, u64_at(bytes, 16), u64_at(bytes, 24));
        if expected != found {
            return Err(FileError::Length { expected, found });
        }
        let damaged = FileError::Damaged(Section::Header);
        let Some(head) = bytes.get(..count.saturating_mul(ENTRY).saturating_add(HEADER)) else { return Err(damaged) };
        if head_checksum(head) != u32_at(bytes, CHECKSUM.start) {
            return Err(damaged);
        }
        if rules != RULES {
            return Err(FileError::Rules { found: rules });
        }
        let mut table = Vec::with_capacity(count);
        for at in (HEADER..head.len()).step_by(ENTRY) {
            let section = Section::ALL.iter().find(|section| **section as u32 == u32_at(head, at));
            let &section = section.ok_or(FileError::Damaged(Section::Header))?;
            let (checksum, start, len) = (u32_at(head, at + 4), u64_at(head, at + 8), u64_at(head, at + 16));
            table.push(Entry { section, checksum, start: start as usize, len: len as usize });
        }
        Ok(Self { map, table })
    }

    fn entry(&self, section: Section) -> Result<&Entry, FileError> {
        self.table.iter().find(|entry| entry.section == section).ok_or(FileError::Damaged(section))
    }

    fn column<T: Pod + Send + Sync>(&self, section: Section) -> Result<Column<T>, FileError> {
        let entry = self.entry(section)?;
        let range = entry.start..entry.start.saturating_add(entry.len);
        Column::mapped(&self.map, range).ok_or(FileError::Damaged(section))
    }

    fn strings(&self, ends: Section, bytes: Section) -> Result<Strings, FileError> {
        Ok(Strings { ends: self.column(ends)?, bytes: self.column(bytes)? })
    }

    /// A few strings, verified and taken out of the file.
    fn list(&self, ends: Section, bytes: Section) -> Result<Vec<Box<str>>, FileError> {
        self.verify(ends)?;
        self.verify(bytes)?;
        Ok(self.strings(ends, bytes)?.iter().map(Into::into).collect())
    }

    /// Compares the checksum of a section.
    fn verify(&self, section: Section) -> Result<(), FileError> {
        let entry = self.entry(section)?;
        let bytes = self.map.bytes().get(entry.start..entry.start.saturating_add(entry.len));
        let same = bytes.is_some_and(|bytes| crc32fast::hash(bytes) == entry.checksum);
        if same { Ok(()) } else { Err(FileError::Damaged(section)) }
    }
}

/// How many numbers of a segment lie among the facts: seed, derived names, words of the longest name.
const FACTS: usize = 3;

impl Segment {
    /// Opens a segment file; returns the version of its content as well. Takes the same time for any size: what the
    /// search needs is read when it needs it.
    pub fn open(path: &Path) -> Result<(Self, String), FileError> {
        let file = Opened::new(path)?;
        file.verify(Section::Facts)?;
        let facts: Column<u64> = file.column(Section::Facts)?;
        let &[seed, derived, longest] =
            <&[u64; FACTS]>::try_from(&*facts).map_err(|_| FileError::Damaged(Section::Facts))?;
        file.verify(Section::Version)?;
        let version: Column<u8> = file.column(Section::Version)?;
        let version = String::from_utf8_lossy(&version).into_owned();
        file.verify(Section::Manners)?;
        let manners: Column<Encoded> = file.column(Section::Manners)?;
        let manners: Option<Vec<_>> = manners.iter().map(Manner::decode).collect();
        let types = file.list(Section::TypeEnds, Section::Types)?;
        let segment = Self {
            vocabulary: Vocabulary {
                slots: file.column(Section::Slots)?,
                filter: file.column(Section::Filter)?,
                long: file.strings(Section::LongEnds, Section::LongBytes)?,
                seed,
            },
            automaton: Automaton::Wordwise(Wordwise {
                nodes: file.column(Section::Nodes)?,
                roots: file.column(Section::Roots)?,
                transitions: file.column(Section::Transitions)?,
                filter: file.column(Section::TransitionFilter)?,
                deep: file.column(Section::Deep)?,
            }),
            joins: Joins {
                joins: file.column(Section::Joins)?,
                blocks: file.column(Section::JoinBlocks)?,
                words: file.column(Section::JoinWords)?,
            },
            names: Names {
                records: file.column(Section::Names)?,
                blocks: file.column(Section::NameBlocks)?,
                priors: file.column(Section::Priors)?,
                texts: file.column(Section::Texts)?,
                manners: manners.ok_or(FileError::Damaged(Section::Manners))?,
            },
            entities: Entities {
                records: file.column(Section::Entities)?,
                ids: FrontCoded { blocks: file.column(Section::IdBlocks)?, bytes: file.column(Section::Ids)? },
                absent: file.strings(Section::AbsentEnds, Section::Absent)?,
                links: Links {
                    ends: file.column(Section::LinkEnds)?,
                    related: file.column(Section::Related)?,
                    attributes: file.column(Section::HasAttribute)?,
                    context: file.column(Section::Context)?,
                },
                natures: Natures::of(&types),
                types,
                attributes: file.strings(Section::AttributeEnds, Section::Attributes)?,
                attribute_counts: file.column(Section::AttributeCounts)?,
            },
            languages: file.list(Section::LanguageEnds, Section::Languages)?,
            derived: derived as u32,
            longest: longest as u32,
            opened: Some(file),
            number: Segment::next_number(),
            beginnings: Default::default(),
            attribute_keys: Default::default(),
            back: Default::default(),
            large: Default::default(),
        };
        segment.fits()?;
        Ok((segment, version))
    }

    /// Whether the parts have the lengths that they need beside one another.
    fn fits(&self) -> Result<(), FileError> {
        let Self { vocabulary, automaton, names, entities, .. } = self;
        let Automaton::Wordwise(automaton) = automaton else { return Ok(()) };
        let (slots, count) = (vocabulary.slots.len(), entities.len());
        let checks = [
            (slots > 0, Section::Slots),
            (vocabulary.filter.len() == filter_words(slots), Section::Filter),
            (vocabulary.long.len() == automaton.roots.len(), Section::Roots),
            (automaton.nodes.len() > 1, Section::Nodes),
            (!automaton.transitions.is_empty(), Section::Transitions),
            (automaton.filter.len() == filter_words(automaton.transitions.len()), Section::TransitionFilter),
            (entities.ids.blocks.len() == FrontCoded::blocks_for(count), Section::IdBlocks),
            (names.blocks.len() == Names::blocks_for(names.len()), Section::NameBlocks),
            ([0, count].contains(&entities.links.ends.len()), Section::LinkEnds),
            (entities.attribute_counts.len() == entities.attributes.len(), Section::AttributeCounts),
            (names.len() >= self.derived as usize, Section::Names),
            ([0, names.len()].contains(&names.priors.len()), Section::Priors),
        ];
        match checks.into_iter().find(|(fits, _)| !fits) {
            Some((_, section)) => Err(FileError::Damaged(section)),
            None => Ok(()),
        }
    }

    /// Reads the whole file that the segment was opened from, if it was, and compares every checksum. Some gigabytes a
    /// second.
    pub fn verify(&self) -> Result<(), FileError> {
        let Some(opened) = &self.opened else { return Ok(()) };
        let mut behind = HEADER + opened.table.len() * ENTRY;
        for entry in &opened.table {
            opened.verify(entry.section)?;
            // What fills the space before a section is zero.
            let before = opened.map.bytes().get(behind..entry.start);
            if before.is_none_or(|bytes| bytes.iter().any(|&byte| byte != 0)) {
                return Err(FileError::Damaged(entry.section));
            }
            behind = entry.start + entry.len;
        }
        Ok(())
    }

    /// Writes the segment as a file; `version` is what identifies its content. Returns how many bytes it has.
    ///
    /// Only a segment of our own automaton can be written: see [`super::Compiler::for_file`].
    pub fn write(&self, version: &str, mut out: impl Write) -> io::Result<u64> {
        let Self { vocabulary, automaton, joins, names, entities, languages, derived, longest, .. } = self;
        let Automaton::Wordwise(automaton) = automaton else {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "the segment has no automaton of our own"));
        };
        let facts = facts(vocabulary.seed, *derived, *longest);
        let manners = manners(&names.manners);
        let (types, languages): (Strings, Strings) = (list(&entities.types), list(languages));
        let Entities { records, ids, absent, links, attributes, attribute_counts, types: _, natures: _ } = entities;
        let sections: [(Section, &[u8]); SECTIONS] = [
            (Section::Facts, &facts),
            (Section::Version, version.as_bytes()),
            (Section::Slots, vocabulary.slots.bytes()),
            (Section::Filter, vocabulary.filter.bytes()),
            (Section::LongEnds, vocabulary.long.ends.bytes()),
            (Section::LongBytes, &vocabulary.long.bytes),
            (Section::Nodes, automaton.nodes.bytes()),
            (Section::Roots, automaton.roots.bytes()),
            (Section::Transitions, automaton.transitions.bytes()),
            (Section::Joins, joins.joins.bytes()),
            (Section::JoinBlocks, joins.blocks.bytes()),
            (Section::JoinWords, joins.words.bytes()),
            (Section::Names, names.records.bytes()),
            (Section::NameBlocks, names.blocks.bytes()),
            (Section::Texts, &names.texts),
            (Section::Manners, &manners),
            (Section::Entities, records.bytes()),
            (Section::IdBlocks, ids.blocks.bytes()),
            (Section::Ids, &ids.bytes),
            (Section::LinkEnds, links.ends.bytes()),
            (Section::Related, links.related.bytes()),
            (Section::HasAttribute, links.attributes.bytes()),
            (Section::Context, links.context.bytes()),
            (Section::TypeEnds, types.ends.bytes()),
            (Section::Types, &types.bytes),
            (Section::AttributeEnds, attributes.ends.bytes()),
            (Section::Attributes, &attributes.bytes),
            (Section::AttributeCounts, attribute_counts.bytes()),
            (Section::LanguageEnds, languages.ends.bytes()),
            (Section::Languages, &languages.bytes),
            (Section::TransitionFilter, automaton.filter.bytes()),
            (Section::Deep, automaton.deep.bytes()),
            (Section::Priors, names.priors.bytes()),
            (Section::AbsentEnds, absent.ends.bytes()),
            (Section::Absent, &absent.bytes),
        ];
        let sections = sections.map(|(section, bytes)| (section, Part::Bytes(bytes)));
        write_sections(sections, &mut out).map_err(|error| match error {
            CompileError::Write(error) | CompileError::Spill(error) => error,
            error => io::Error::other(error),
        })
    }
}

/// The facts as a file holds them.
pub(super) fn facts(seed: u64, derived: u32, longest: u32) -> Vec<u8> {
    [seed, derived.into(), longest.into()].map(u64::to_le_bytes).concat()
}

/// Manners as a file holds them.
pub(super) fn manners(manners: &[Manner]) -> Vec<u8> {
    manners.iter().flat_map(Manner::encode).collect()
}

/// Few strings, as a file holds them.
pub(super) fn list(strings: &[Box<str>]) -> Strings {
    strings.iter().map(|string| &**string).collect()
}

/// The checksum of header and table, without the place where it is kept.
pub(super) fn head_checksum(head: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&head[..CHECKSUM.start]);
    hasher.update(&[0; 4]);
    hasher.update(&head[CHECKSUM.end..]);
    hasher.finalize()
}

/// Four bytes as a number; the caller has seen that they are there.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytemuck::pod_read_unaligned::<u32>(&bytes[at..at + 4]).to_le()
}

/// Eight bytes as a number; the caller has seen that they are there.
fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytemuck::pod_read_unaligned::<u64>(&bytes[at..at + 8]).to_le()
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::{super::collect::check, *};
    use crate::{
        gazetteer::{
            CaseRule, Rule,
            derive::{Kind, full_names},
        },
        text::{Words, fold, ordinary},
    };

    /// Texts that show the rules of segmentation.
    const TEXTS: [&str; 8] = [
        "Mr. O’Brien's (U.S.) e-mail: can't, won't; re-\nelected pre-war ChinaRussia iPhone",
        "東京タワーと大阪城、コーヒー。 สวัสดีชาวโลก 서울에서는 부산",
        "والقاهرة وبغداد بالعراق הבית וירושלים מִצְרַיִם",
        "İstanbul ISPARTA ısparta Straße STRASSE Müller Mueller Åland",
        "Россией в Москве, Київ\u{2014}Львів; Αθήνα Σίσυφος",
        "नई दिल्ली। अमेरिका॥ አዲስ አበባ። ኢትዮጵያ፣",
        "C++ C# #rust @you AT&T 3.14 1,000 A.B. x_y 🇩🇪 👩‍👩‍👧 e\u{301}",
        "soft\u{AD}hyphen zero\u{200B}width no\u{2060}break \u{FEFF}bom line\r\nend\u{2028}next\n\nparagraph",
    ];

    #[test]
    fn the_fingerprint_is_that_of_the_rules() {
        let mut digest = Sha256::new();
        let mut folded = Vec::new();
        for c in '\0'..=char::MAX {
            folded.clear();
            fold(c.encode_utf8(&mut [0; 4]), &mut folded);
            digest.update(&folded);
            digest.update([0xFF]);
        }
        let mut words = Words::default();
        for text in TEXTS {
            words.clear();
            words.read(text);
            for word in words.all() {
                digest.update(format!("{:?}", word.span));
                digest.update(words.folded(word, &mut [0; 8]));
                if let Ok(word) = std::str::from_utf8(words.folded(word, &mut [0; 8])) {
                    digest.update([ordinary(word) as u8]);
                }
            }
        }
        for name in ["US", "UNHCR", "UNESCO", "G7", "CO2", "MH370", "COVID-19", "AREA 51", "Of", "Us"] {
            let ordinary = ordinary(&name.to_lowercase());
            digest.update(format!("{:?}", check(CaseRule::Auto, name, ordinary)));
        }
        for rule in Rule::ALL {
            digest.update(rule.as_str());
        }
        for nature in ["person", "company", "city", "ethnicity", "thing"] {
            for name in ["Dr. Joseph R. Biden Jr.", "Pepsi Cola Co.", "Springfield, Missouri", "Kurds", "von der Leyen"]
            {
                for derived in full_names(Kind::of(nature), name) {
                    digest.update(derived.text);
                }
            }
        }
        let fingerprint = digest.finalize().iter().take(8).fold(0, |all: u64, &byte| all << 8 | u64::from(byte));
        assert_eq!(
            RULES, fingerprint,
            "the rules changed: set RULES to {fingerprint:#018x}, and say so in CHANGELOG.md"
        );
    }
}
