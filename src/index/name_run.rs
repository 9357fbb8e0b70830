//! The names of one pattern, read one behind the other.
//!
//! Where a text begins is counted for the first of them only: those of the others follow.
//!
//! Must not know: automata, files, what a name is asked for.

use super::names::{Name, NameId, Names};

/// The names of a pattern.
#[derive(Debug, Clone, Copy)]
pub struct NameRun {
    first: u32,
    count: u32,
    /// Where the text of the first begins.
    start: u32,
}

impl NameRun {
    /// Names by number, whose texts are not looked for yet.
    pub(super) fn new(names: std::ops::Range<u32>) -> Self {
        Self { first: names.start, count: names.len() as u32, start: 0 }
    }

    /// How many they are.
    pub fn count(self) -> usize {
        self.count as usize
    }

    /// Reads the record of the first; the value says nothing.
    #[inline]
    pub(super) fn touch(self, names: &Names) -> u32 {
        names.touch(NameId(self.first))
    }

    /// Looks for the texts.
    #[inline]
    pub(super) fn look(&mut self, names: &Names) {
        self.start = names.start(self.first as usize) as u32;
    }

    /// Reads the text of the first; the value says nothing.
    #[inline]
    pub(super) fn touch_text(self, names: &Names) -> u32 {
        names.texts[self.start as usize].into()
    }

    /// The first of the names, whose texts were looked for.
    #[inline]
    pub(super) fn first(self, names: &Names) -> (NameId, Name<'_>) {
        (NameId(self.first), names.at(self.first as usize, self.start as usize))
    }

    /// The names, whose texts were looked for.
    #[inline]
    pub(super) fn names(self, names: &Names) -> impl Iterator<Item = (NameId, Name<'_>)> {
        let mut start = self.start as usize;
        (self.first..self.first + self.count).map(move |id| {
            if id != self.first {
                start = names.start_behind(id as usize, start);
            }
            (NameId(id), names.at(id as usize, start))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{gazetteer::Entity, index::Compiler};

    #[test]
    fn every_run_gives_the_names_by_number() {
        // Many of one text, of one text in other letters, over the borders of blocks, and with symbols.
        let texts = ["ox", "OX", "ox", "Ox!", "ox", "ox mill", "öx"];
        let mut compiler = Compiler::default();
        for (number, text) in texts.iter().cycle().take(40).enumerate() {
            compiler.add(&Entity { id: format!("e{number}"), name: (*text).into(), ..Entity::default() });
        }
        let segment = compiler.finish().unwrap_or_else(|error| panic!("{error}"));
        let names = &segment.names;
        for first in 0..names.len() as u32 {
            for end in first + 1..=names.len() as u32 {
                let mut run = NameRun::new(first..end);
                run.look(names);
                assert_eq!(run.first(names).1.text(), names.get(NameId(first)).text());
                let given: Vec<_> = run.names(names).map(|(id, name)| (id, name.text(), name.entity)).collect();
                let by_number = (first..end).map(NameId).map(|id| (id, names.get(id).text(), names.get(id).entity));
                assert!(given.into_iter().eq(by_number), "{first} to {end}");
            }
        }
    }
}
