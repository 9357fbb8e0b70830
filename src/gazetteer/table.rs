//! CSV and TSV: the columns `id,name,type,aliases`, aliases separated by `|`.
//!
//! A first line that names these columns, in any order, is a heading; without one the columns are in this order and
//! the last ones may be missing. A CSV field may be quoted as in RFC 4180 but holds no line break: a line is an entity.

use super::{Alias, Entity, Format, check::quoted};

const COLUMNS: [&str; 4] = ["id", "name", "type", "aliases"];

/// A reader of table lines, which remembers the heading.
#[derive(Debug)]
pub(super) struct Table {
    format: Format,
    /// For each field of a line, its place in [`COLUMNS`].
    columns: Vec<usize>,
    started: bool,
}

impl Table {
    pub(super) fn new(format: Format) -> Self {
        Self { format, columns: (0..COLUMNS.len()).collect(), started: false }
    }

    /// Reads one line; `None` for the heading.
    pub(super) fn parse(&mut self, line: &str) -> Result<Option<Entity>, String> {
        let fields = if self.format == Format::Csv { csv_fields(line)? } else { tsv_fields(line) };
        if !std::mem::replace(&mut self.started, true)
            && let Some(columns) = heading(&fields)?
        {
            self.columns = columns;
            return Ok(None);
        }
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
}

/// The columns that a heading names; `None` when the line is no heading.
fn heading(fields: &[String]) -> Result<Option<Vec<usize>>, String> {
    let place = |field: &String| COLUMNS.iter().position(|column| field.trim().eq_ignore_ascii_case(column));
    let columns: Vec<_> = fields.iter().map(place).collect();
    if !(columns.contains(&Some(0)) && columns.contains(&Some(1))) {
        return Ok(None);
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
    fn lines() {
        let mut table = Table::new(Format::Csv);
        assert_eq!(table.parse("name,id,aliases"), Ok(None));
        let entity = table.parse(r#""Washington, ""D.C.""",w,DC| Capital "#).unwrap_or_default().unwrap_or_default();
        assert_eq!((entity.id.as_str(), entity.name.as_str()), ("w", r#"Washington, "D.C.""#));
        assert_eq!(entity.aliases, [Alias::plain("DC"), Alias::plain("Capital")]);
        for bad in ["a,b,c,d", r#""a"#, r#""a"b,c"#] {
            assert!(table.parse(bad).is_err(), "{bad}");
        }
    }
}
