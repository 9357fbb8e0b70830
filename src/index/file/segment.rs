//! A segment as a file has it: which part of it lies in which section.
//!
//! What is small is verified and decoded when the file is opened, and all parts are seen to fit one another. Columns stay
//! where they are.
//!
//! Must not know: how sections are laid out and found.

use std::{
    io::{self, Write},
    path::Path,
};

use super::{
    super::{
        automaton::Automaton,
        column::Column,
        compile::CompileError,
        entities::{Entities, Links, Natures},
        front::FrontCoded,
        joins::Joins,
        names::{Encoded, Manner, Names},
        segment::Segment,
        slots::filter_words,
        strings::Strings,
        vocabulary::Vocabulary,
        wordwise::Wordwise,
    },
    FileError, Opened, Part, SECTIONS, Section, write_sections,
};

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
        self.opened.as_ref().map_or(Ok(()), Opened::verify_all)
    }

    /// Writes the segment as a file; `version` is what identifies its content. Returns how many bytes it has.
    ///
    /// Only a segment of our own automaton can be written: see [`Compiler::for_file`](crate::index::Compiler::for_file).
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
pub(in crate::index) fn facts(seed: u64, derived: u32, longest: u32) -> Vec<u8> {
    [seed, derived.into(), longest.into()].map(u64::to_le_bytes).concat()
}

/// Manners as a file holds them.
pub(in crate::index) fn manners(manners: &[Manner]) -> Vec<u8> {
    manners.iter().flat_map(Manner::encode).collect()
}

/// Few strings, as a file holds them.
pub(in crate::index) fn list(strings: &[Box<str>]) -> Strings {
    strings.iter().map(|string| &**string).collect()
}
