//! A segment file that was opened: header and table were found sound, sections are found by their kinds.
//!
//! Sections are checked one by one, when somebody asks for it; one that was not may hold anything.
//!
//! Must not know: what the sections are for.

use std::{fmt, path::Path, sync::Arc};

use bytemuck::Pod;

use super::{
    super::{
        column::{Column, Map},
        strings::Strings,
    },
    CHECKSUM, ENTRY, FORMAT, FileError, HEADER, MAGIC, RULES, Section, head_checksum,
};

/// Where a section lies, and its checksum.
#[derive(Debug, Clone, Copy)]
struct Entry {
    section: Section,
    checksum: u32,
    start: usize,
    len: usize,
}

/// The file that a segment was opened from.
pub(in crate::index) struct Opened {
    map: Arc<Map>,
    table: Vec<Entry>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("bytes", &self.map.bytes().len()).finish_non_exhaustive()
    }
}

impl Opened {
    /// Maps a file and reads its header and table.
    pub(super) fn new(path: &Path) -> Result<Self, FileError> {
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

    /// The values of a section.
    pub(super) fn column<T: Pod + Send + Sync>(&self, section: Section) -> Result<Column<T>, FileError> {
        let entry = self.entry(section)?;
        let range = entry.start..entry.start.saturating_add(entry.len);
        Column::mapped(&self.map, range).ok_or(FileError::Damaged(section))
    }

    /// The strings of two sections: where each ends, and the bytes of all.
    pub(super) fn strings(&self, ends: Section, bytes: Section) -> Result<Strings, FileError> {
        Ok(Strings { ends: self.column(ends)?, bytes: self.column(bytes)? })
    }

    /// A few strings, verified and taken out of the file.
    pub(super) fn list(&self, ends: Section, bytes: Section) -> Result<Vec<Box<str>>, FileError> {
        self.verify(ends)?;
        self.verify(bytes)?;
        Ok(self.strings(ends, bytes)?.iter().map(Into::into).collect())
    }

    /// Compares the checksum of a section.
    pub(super) fn verify(&self, section: Section) -> Result<(), FileError> {
        let entry = self.entry(section)?;
        let bytes = self.map.bytes().get(entry.start..entry.start.saturating_add(entry.len));
        let same = bytes.is_some_and(|bytes| crc32fast::hash(bytes) == entry.checksum);
        if same { Ok(()) } else { Err(FileError::Damaged(section)) }
    }

    /// Compares the checksum of every section, and that what fills the space between them is zero.
    pub(super) fn verify_all(&self) -> Result<(), FileError> {
        let mut behind = HEADER + self.table.len() * ENTRY;
        for entry in &self.table {
            self.verify(entry.section)?;
            // What fills the space before a section is zero.
            let before = self.map.bytes().get(behind..entry.start);
            if before.is_none_or(|bytes| bytes.iter().any(|&byte| byte != 0)) {
                return Err(FileError::Damaged(entry.section));
            }
            behind = entry.start + entry.len;
        }
        Ok(())
    }
}

/// Four bytes as a number; the caller has seen that they are there.
fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytemuck::pod_read_unaligned::<u32>(&bytes[at..at + 4]).to_le()
}

/// Eight bytes as a number; the caller has seen that they are there.
fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytemuck::pod_read_unaligned::<u64>(&bytes[at..at + 8]).to_le()
}
