//! Answers for people: the text with its mentions coloured, and a table of entities.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use super::{clean, counted};
use crate::{
    extract::{Answer, Field, Input, Source},
    index::EntityId,
};

/// The colours that types get, in the order in which they appear (ANSI, bold).
const COLOURS: [&str; 6] = ["\x1b[1;32m", "\x1b[1;36m", "\x1b[1;35m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[1;31m"];
const UNLINKED: &str = "\x1b[4m";
const RESET: &str = "\x1b[0m";

/// Prints answers, in colour or plain. Plain text has its mentions in brackets, those that link to nothing with `?`.
pub(super) struct Painter {
    coloured: bool,
    /// How many columns there are, where that is known.
    columns: Option<usize>,
}

impl Painter {
    pub(super) fn new(coloured: bool, columns: Option<usize>) -> Self {
        Self { coloured, columns }
    }

    /// Prints a document and what was found in it.
    pub(super) fn print(
        &self,
        out: &mut impl Write,
        id: &str,
        input: Input<'_>,
        sources: &[Source<'_>],
        answer: &Answer,
    ) -> io::Result<()> {
        let mut palette = HashMap::new();
        let cell = |text: &str| clean(text).replace(['\n', '\t'], " ");
        writeln!(out, "== {}", cell(id))?;
        for (field, text) in [(Field::Title, input.title), (Field::Text, input.text)] {
            if !text.is_empty() {
                self.paint(out, field, text, sources, answer, &mut palette)?;
                writeln!(out)?;
            }
        }
        writeln!(out)?;
        let rows: Vec<[String; 5]> = answer
            .entities
            .iter()
            .map(|&(source, entity, count)| {
                let record = sources[source].segment.entity(entity);
                let id = sources[source].segment.id_of(entity);
                let kind = kind(sources, source, entity);
                [count.to_string(), cell(record.name), cell(kind), cell(&id), cell(sources[source].name)]
            })
            .collect();
        self.table(out, ["mentions", "entity", "type", "id", "gazetteer"], &rows, &mut palette)?;
        if answer.mentions.is_empty() {
            writeln!(out, "nothing found")?;
        }
        let open = answer.mentions.iter().filter(|mention| answer.link(mention).is_none()).count();
        if open > 0 {
            let mark = if self.coloured { "underlined" } else { "with ?" };
            writeln!(out, "{} {mark}: linked to no entity", counted(open, "mention", "mentions"))?;
        }
        for cut in &answer.cuts {
            writeln!(out, "cut: {cut}")?;
        }
        writeln!(out)
    }

    fn paint(
        &self,
        out: &mut impl Write,
        field: Field,
        text: &str,
        sources: &[Source<'_>],
        answer: &Answer,
        palette: &mut HashMap<String, &'static str>,
    ) -> io::Result<()> {
        let mut at = 0;
        for mention in answer.mentions.iter().filter(|mention| mention.field == field) {
            let span = mention.span.range();
            // Mentions inside others are in the table alone.
            if span.start < at {
                continue;
            }
            write!(out, "{}", clean(&text[at..span.start]))?;
            let link = answer.link(mention);
            let colour = link.map_or(UNLINKED, |link| colour(palette, kind(sources, link.source, link.entity)));
            let written = clean(&text[span.clone()]);
            if self.coloured {
                write!(out, "{colour}{written}{RESET}")?;
            } else {
                write!(out, "[{written}{}]", if link.is_some() { "" } else { "?" })?;
            }
            at = span.end;
        }
        write!(out, "{}", clean(&text[at..]))
    }

    fn table(
        &self,
        out: &mut impl Write,
        heading: [&str; 5],
        rows: &[[String; 5]],
        palette: &mut HashMap<String, &'static str>,
    ) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let width = |column: usize| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.chain([heading[column].len()]).max().unwrap_or(0)
        };
        let widths: [usize; 5] = std::array::from_fn(width);
        // Where there is too little room, ids and gazetteers get a line of their own, and cells are not filled up.
        let narrow = self.columns.is_some_and(|columns| widths.iter().sum::<usize>() + 8 > columns);
        let mut line = |cells: [&str; 5], colour: &str| {
            let mut text = format!("{:>1$}", cells[0], widths[0]);
            for column in 1..5 {
                if narrow && column == 3 {
                    text.push_str(&format!("\n{:1$}", "", widths[0]));
                }
                let width = if narrow { 0 } else { widths[column] };
                text.push_str(&format!("  {:<width$}", cells[column]));
            }
            let text = text.trim_end();
            if self.coloured && !colour.is_empty() {
                writeln!(out, "{colour}{text}{RESET}")
            } else {
                writeln!(out, "{text}")
            }
        };
        line(heading, "")?;
        for row in rows {
            line(row.each_ref().map(String::as_str), colour(palette, &row[2]))?;
        }
        Ok(())
    }
}

fn kind<'a>(sources: &[Source<'a>], source: usize, entity: EntityId) -> &'a str {
    let segment = sources[source].segment;
    &segment.types()[segment.entity(entity).kind.0 as usize]
}

/// The colour of a type: the next one for a type not seen before.
fn colour(palette: &mut HashMap<String, &'static str>, kind: &str) -> &'static str {
    let next = COLOURS[palette.len() % COLOURS.len()];
    palette.entry(kind.to_owned()).or_insert(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: Option<usize>) -> String {
        let row = ["3", "New York City", "city", "geonames:5128581", "world"].map(String::from);
        let mut out = Vec::new();
        let painter = Painter::new(false, columns);
        let heading = ["mentions", "entity", "type", "id", "gazetteer"];
        painter.table(&mut out, heading, &[row], &mut HashMap::new()).unwrap_or_else(|error| panic!("{error}"));
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn a_table_breaks_its_lines_where_there_is_too_little_room() {
        let wide = "mentions  entity         type  id                gazetteer\n\
                    \x20      3  New York City  city  geonames:5128581  world\n";
        let narrow = "mentions  entity  type\n          id  gazetteer\n\
                      \x20      3  New York City  city\n          geonames:5128581  world\n";
        assert_eq!(table(None), wide);
        assert_eq!(table(Some(58)), wide);
        assert_eq!(table(Some(57)), narrow);
        assert!(table(Some(40)).lines().all(|line| line.chars().count() <= 40));
    }
}
