//! Writing segment files: their sections in order, each in memory or put aside.
//!
//! Must not know: what the sections are for.

use std::io::Write;

use super::{
    super::{compile::CompileError, spill::Spooled},
    ALIGNMENT, CHECKSUM, ENTRY, FORMAT, HEADER, MAGIC, RULES, Section, head_checksum,
};

/// How many sections a file has.
pub(super) const SECTIONS: usize = 35;
/// The sections, in the order in which a file has them.
const ORDER: [Section; SECTIONS] = [
    Section::Facts,
    Section::Version,
    Section::Slots,
    Section::Filter,
    Section::LongEnds,
    Section::LongBytes,
    Section::Nodes,
    Section::Roots,
    Section::Transitions,
    Section::Joins,
    Section::JoinBlocks,
    Section::JoinWords,
    Section::Names,
    Section::NameBlocks,
    Section::Texts,
    Section::Manners,
    Section::Entities,
    Section::IdBlocks,
    Section::Ids,
    Section::LinkEnds,
    Section::Related,
    Section::HasAttribute,
    Section::Context,
    Section::TypeEnds,
    Section::Types,
    Section::AttributeEnds,
    Section::Attributes,
    Section::AttributeCounts,
    Section::LanguageEnds,
    Section::Languages,
    Section::TransitionFilter,
    Section::Deep,
    Section::Priors,
    Section::AbsentEnds,
    Section::Absent,
];

/// The bytes of a section.
pub(in crate::index) enum Part<'a> {
    /// In memory.
    Bytes(&'a [u8]),
    /// Put aside.
    Spooled(Spooled<'a>),
}

/// Writes a file of every section; returns how many bytes it has.
pub(in crate::index) fn write_sections(
    mut sections: [(Section, Part<'_>); SECTIONS],
    out: &mut dyn Write,
) -> Result<u64, CompileError> {
    sections.sort_by_key(|(section, _)| ORDER.iter().position(|one| one == section));
    let mut head = vec![0; HEADER];
    let mut end = HEADER + sections.len() * ENTRY;
    let mut starts = Vec::new();
    for (section, part) in &sections {
        let (checksum, len) = match part {
            Part::Bytes(bytes) => (crc32fast::hash(bytes), bytes.len()),
            Part::Spooled(spooled) => (spooled.checksum(), spooled.len()),
        };
        let start = end.next_multiple_of(ALIGNMENT);
        end = start + len;
        head.extend_from_slice(&(*section as u32).to_le_bytes());
        head.extend_from_slice(&checksum.to_le_bytes());
        head.extend_from_slice(&(start as u64).to_le_bytes());
        head.extend_from_slice(&(len as u64).to_le_bytes());
        starts.push((start, start + len));
    }
    head[..8].copy_from_slice(&MAGIC);
    head[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    head[12..16].copy_from_slice(&(sections.len() as u32).to_le_bytes());
    head[16..24].copy_from_slice(&RULES.to_le_bytes());
    head[24..32].copy_from_slice(&(end as u64).to_le_bytes());
    let checksum = head_checksum(&head);
    head[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    let write = |out: &mut dyn Write, bytes: &[u8]| out.write_all(bytes).map_err(CompileError::Write);
    write(out, &head)?;
    let mut at = head.len();
    for ((_, part), (start, end)) in sections.into_iter().zip(starts) {
        write(out, &[0; ALIGNMENT][..start - at])?;
        match part {
            Part::Bytes(bytes) => write(out, bytes)?,
            Part::Spooled(spooled) => spooled.copy(out)?,
        }
        at = end;
    }
    out.flush().map_err(CompileError::Write)?;
    Ok(end as u64)
}
