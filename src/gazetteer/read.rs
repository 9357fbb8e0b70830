//! Reading a gazetteer of any format, line by line.

use std::io::{self, BufRead};

use super::{Checker, Entity, Issue, IssueCode, json, list::List, table::Table};

/// The longest line, in bytes.
const MAX_LINE_BYTES: usize = 16 << 20;

/// The file formats of gazetteers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An entity in proto3 JSON a line; an alias may be a plain string.
    JsonLines,
    /// `id,name,type,aliases`, aliases separated by `|`, quoted as RFC 4180 says (a field may not hold a line break).
    Csv,
    /// The same with tabs, without quoting.
    Tsv,
    /// A name a line.
    List,
}

impl Format {
    /// The format that a file name stands for; a list for any extension that is not known.
    pub fn of(file_name: &str) -> Self {
        let extension = file_name.rsplit_once('.').map_or("", |(_, extension)| extension);
        match extension.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" | "json" => Self::JsonLines,
            "csv" => Self::Csv,
            "tsv" | "tab" => Self::Tsv,
            _ => Self::List,
        }
    }
}

/// An entity and the line it stands on.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The line, from 1.
    pub line: u64,
    /// The entity.
    pub entity: Entity,
}

/// What a file holds: the entities without faults, and the faults of the rest.
#[derive(Debug, Default)]
pub struct Read {
    /// The good entities, in the order of the file.
    pub entries: Vec<Entry>,
    /// Every fault, in the order of the file.
    pub issues: Vec<Issue>,
}

/// Reads a whole gazetteer. Every fault is an issue; only a failure to read is an error.
///
/// Holds all entities in memory; [`read_each`] does not.
pub fn read(input: impl BufRead, format: Format) -> io::Result<Read> {
    let mut read = Read::default();
    read_each(input, format, &mut Checker::default(), |one| match one {
        Ok(entry) => read.entries.push(entry),
        Err(issue) => read.issues.push(issue),
    })?;
    Ok(read)
}

/// Gives each entity of a gazetteer, and each fault, to `give`, in the order of the file.
///
/// A byte order mark, `\r\n` and blank lines are allowed. `checker` remembers the ids, so that files read with the same
/// one are one gazetteer.
pub fn read_each(
    mut input: impl BufRead,
    format: Format,
    checker: &mut Checker,
    mut give: impl FnMut(Result<Entry, Issue>),
) -> io::Result<()> {
    let (mut table, mut list) = (Table::new(format), List::default());
    let (mut bytes, mut issues) = (Vec::new(), Vec::new());
    let mut line = 0;
    while next_line(&mut input, &mut bytes, line == 0)? {
        line += 1;
        match parse(&bytes, format, &mut table, &mut list) {
            Ok(Some(entity)) => {
                if checker.check(&entity, line, &mut issues) {
                    give(Ok(Entry { line, entity }));
                }
                issues.drain(..).for_each(|issue| give(Err(issue)));
            }
            Ok(None) => {}
            Err((code, message)) => {
                table.begin();
                give(Err(Issue { line, code, field: String::new(), message }));
            }
        }
    }
    Ok(())
}

/// The entity of a line, if it has one.
fn parse(
    bytes: &[u8],
    format: Format,
    table: &mut Table,
    list: &mut List,
) -> Result<Option<Entity>, (IssueCode, String)> {
    if bytes.len() > MAX_LINE_BYTES {
        return Err((IssueCode::LineTooLong, format!("the line is longer than {MAX_LINE_BYTES} bytes")));
    }
    let line = std::str::from_utf8(bytes)
        .map_err(|error| (IssueCode::NotUtf8, format!("byte {} of the line is not UTF-8", error.valid_up_to() + 1)))?;
    if line.trim().is_empty() {
        return Ok(None);
    }
    // In JSON it is white space.
    if format != Format::JsonLines && line.contains('\r') {
        let message = "the line holds a carriage return; lines end with a line feed, or with both";
        return Err((IssueCode::Malformed, message.into()));
    }
    let parsed = match format {
        Format::JsonLines => json::parse(line).map(Some),
        Format::Csv | Format::Tsv => table.parse(line),
        Format::List => list.parse(line).map(Some),
    };
    parsed.map_err(|message| (IssueCode::Malformed, message))
}

/// Reads the next line, without its end, into `line`; of a line too long only a part, so that none fills the memory.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>, first: bool) -> io::Result<bool> {
    line.clear();
    let mut any = false;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        any = true;
        let end = buffer.iter().position(|&byte| byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        if line.len() <= MAX_LINE_BYTES {
            line.extend_from_slice(&buffer[..end.unwrap_or(used)]);
        }
        input.consume(used);
        if end.is_some() {
            break;
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    if first && line.starts_with(b"\xEF\xBB\xBF") {
        line.drain(..3);
    }
    Ok(any)
}
