//! CSV and TSV: the columns `id,name,type,aliases`, aliases separated by `|`.
//!
//! A first line that names these columns, in any order, is a heading; without one the columns are in this order and
//! the last ones may be missing; empty fields at the end of a line are none. Where one of the first two fields is `id` or
//! `name` and no field is the other, or where the line names columns between other separators, it is a heading that lacks
//! something: a fault, and no other line is read, since what its columns are is not known.
//!
//! A CSV field may be quoted as in RFC 4180 but holds no line break: a line is an entity.

use super::{Alias, Entity, Format, check::quoted};

const COLUMNS: [&str; 4] = ["id", "name", "type", "aliases"];

/// A reader of table lines, which remembers the heading.
#[derive(Debug)]
pub(super) struct Table {
    format: Format,
    /// For each field of a line, its place in [`COLUMNS`].
    columns: Vec<usize>,
    started: bool,
    /// The heading is at fault, so that what the other fields are is not known.
    refused: bool,
}

impl Table {
    pub(super) fn new(format: Format) -> Self {
        Self { format, columns: (0..COLUMNS.len()).collect(), started: false, refused: false }
    }

    /// Says that the first line cannot be read, so that the next is no heading.
    pub(super) fn begin(&mut self) {
        self.started = true;
    }

    /// Reads one line; `None` for the heading, and for all lines behind one that is at fault.
    pub(super) fn parse(&mut self, line: &str) -> Result<Option<Entity>, String> {
        if self.refused {
            return Ok(None);
        }
        if self.fields(line).is_ok_and(|fields| fields.is_empty()) {
            return Ok(None);
        }
        let is_first = !std::mem::replace(&mut self.started, true);
        if is_first {
            match self.heading(line) {
                Ok(None) => {}
                Ok(Some(columns)) => {
                    self.columns = columns;
                    return Ok(None);
                }
                Err(message) => {
                    self.refused = true;
                    return Err(message);
                }
            }
        }
        let fields = self.fields(line)?;
        if fields.len() > self.columns.len() {
            return Err(format!("{} fields, there are {} columns", fields.len(), self.columns.len()));
        }
        let mut entity = Entity::default();
        for (field, &column) in fields.into_iter().zip(&self.columns) {
            match column {
                0 => entity.id = field,
                1 => entity.name = field,
                2 => entity.kind = field,
                _ => {
                    let aliases = field.split('|').map(str::trim).filter(|alias| !alias.is_empty());
                    entity.aliases = aliases.map(Alias::plain).collect();
                }
            }
        }
        Ok(Some(entity))
    }

    /// The fields of a line, without empty ones at its end, as spreadsheets write them.
    fn fields(&self, line: &str) -> Result<Vec<String>, String> {
        let mut fields = if self.format == Format::Csv { csv_fields(line)? } else { tsv_fields(line) };
        fields.truncate(fields.iter().rposition(|field| !field.is_empty()).map_or(0, |last| last + 1));
        Ok(fields)
    }

    /// The columns that the first line names; `None` when it is no heading.
    fn heading(&self, line: &str) -> Result<Option<Vec<usize>>, String> {
        if let Some(separators) = separated_otherwise(self.format, line) {
            return Err(format!(
                "the columns of the heading are separated by {separators}; those of .csv files are by commas, \
                 of .tsv by tabs"
            ));
        }
        match self.fields(line) {
            Ok(fields) => heading(&fields),
            Err(message) if line.split(',').any(is_column) => Err(format!("the heading: {message}")),
            // A line that is none, which is told where it is read.
            Err(_) => Ok(None),
        }
    }
}

/// What separates the columns of a heading that lacks the separator of the format. Without that, the line would have one
/// field, so that it could be no entity either.
fn separated_otherwise(format: Format, line: &str) -> Option<&'static str> {
    if line.contains(if format == Format::Csv { ',' } else { '\t' }) {
        return None;
    }
    [(',', "commas"), (';', "semicolons"), ('\t', "tabs"), ('|', "bars")]
        .into_iter()
        .find(|&(separator, _)| line.contains(separator) && line.split(separator).any(is_column))
        .map(|(_, name)| name)
}

/// Whether a part of a line is the name of one of the first two columns.
fn is_column(part: &str) -> bool {
    let part = part.trim().trim_matches('"');
    COLUMNS[..2].iter().any(|column| part.eq_ignore_ascii_case(column))
}

/// The columns that a heading names; `None` when the line is no heading.
fn heading(fields: &[String]) -> Result<Option<Vec<usize>>, String> {
    let place = |field: &String| COLUMNS.iter().position(|column| field.trim().eq_ignore_ascii_case(column));
    let columns: Vec<_> = fields.iter().map(place).collect();
    let (id, name) = (columns.contains(&Some(0)), columns.contains(&Some(1)));
    if !(id && name) {
        // A type or an alias of an entity may well be called so.
        if !columns.iter().take(2).flatten().any(|&column| column < 2) {
            return Ok(None);
        }
        let (there, missing) = if id { ("id", "name") } else { ("name", "id") };
        return Err(format!(
            "the line names the column {there:?} but not {missing:?}, and a heading names both; if it is an \
             entity, put a heading before it"
        ));
    }
    if let Some(unknown) = columns.iter().position(Option::is_none) {
        let name = quoted(&fields[unknown]);
        return Err(format!("the column {name} is not known; columns are {}", COLUMNS.join(", ")));
    }
    let mut columns: Vec<_> = columns.into_iter().flatten().collect();
    let count = columns.len();
    let order = columns.clone();
    columns.sort_unstable();
    columns.dedup();
    if columns.len() < count {
        return Err("the heading names a column twice".into());
    }
    Ok(Some(order))
}

fn tsv_fields(line: &str) -> Vec<String> {
    line.split('\t').map(|field| field.trim().to_owned()).collect()
}

fn csv_fields(line: &str) -> Result<Vec<String>, String> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = if let Some(quoted) = rest.trim_start().strip_prefix('"') {
            quoted_field(quoted)?
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            (rest[..end].trim().to_owned(), &rest[end..])
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None => return Ok(fields),
        }
    }
}

/// Reads a field behind its opening quote; returns it and what follows its closing quote.
fn quoted_field(mut rest: &str) -> Result<(String, &str), String> {
    let mut field = String::new();
    loop {
        let end = rest.find('"').ok_or("a quoted field does not end on its line")?;
        field.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None => break,
        }
    }
    let rest = rest.trim_start();
    if !rest.is_empty() && !rest.starts_with(',') {
        return Err("text behind the closing quote of a field".into());
    }
    Ok((field, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_that_lacks_something_is_a_fault() {
        for (format, line, missing) in [
            (Format::Csv, "id,label", r#"the column "id" but not "name""#),
            (Format::Csv, "Label, ID ,population", r#"the column "id" but not "name""#),
            (Format::Csv, "name,population", r#"the column "name" but not "id""#),
            (Format::Csv, "\"Name\"", r#"the column "name" but not "id""#),
            (Format::Csv, "type,name,aliases", r#"the column "name" but not "id""#),
            (Format::Tsv, "name\tpopulation", r#"the column "name" but not "id""#),
            (Format::Csv, "ID;NAME;TYPE", "separated by semicolons"),
            (Format::Csv, "\"id\";\"name\"", "separated by semicolons"),
            (Format::Csv, "id\tname", "separated by tabs"),
            (Format::Csv, "id|label", "separated by bars"),
            (Format::Tsv, "id,name,type", "separated by commas"),
            (Format::Csv, "\"id,name", "the heading: a quoted field does not end"),
            (Format::Csv, "name,id,population", r#"the column "population" is not known"#),
        ] {
            let mut table = Table::new(format);
            let fault = table.parse(line).err().unwrap_or_default();
            assert!(fault.contains(missing), "{line}: {fault}");
            // What the columns of the others are is not known.
            let line = if format == Format::Csv { "name,Name" } else { "name\tName" };
            assert_eq!(table.parse(line), Ok(None), "{line}");
        }
    }

    #[test]
    fn a_first_line_without_a_heading_is_an_entity() {
        for (format, line) in [
            (Format::Csv, "Q252,Indonesia,country,ID"),
            (Format::Csv, "1,Anna,name"),
            (Format::Csv, "1,\"a;id;name\""),
            (Format::Csv, "identity,name of the rose"),
            (Format::Csv, "1,China,country,x|id|name"),
            (Format::Csv, "a;b"),
            (Format::Tsv, "1\tid, name"),
        ] {
            assert!(Table::new(format).parse(line).is_ok_and(|entity| entity.is_some()), "{line}");
        }
    }

    #[test]
    fn lines() {
        let mut table = Table::new(Format::Csv);
        assert_eq!(table.parse(",,,"), Ok(None));
        assert_eq!(table.parse("name,id,aliases"), Ok(None));
        let entity = table.parse(r#""Washington, ""D.C.""",w,DC| Capital "#).unwrap_or_default().unwrap_or_default();
        assert_eq!((entity.id.as_str(), entity.name.as_str()), ("w", r#"Washington, "D.C.""#));
        assert_eq!(entity.aliases, [Alias::plain("DC"), Alias::plain("Capital")]);
        assert_eq!(table.parse(",,,"), Ok(None));
        assert!(table.parse("China,1,,,,").is_ok_and(|entity| entity.is_some_and(|entity| entity.id == "1")));
        for bad in ["a,b,c,d", r#""a"#, r#""a"b,c"#] {
            assert!(table.parse(bad).is_err(), "{bad}");
        }
    }
}
