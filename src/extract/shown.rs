//! The names of a pattern that are to be seen: all but those of entities that are gone.
//!
//! Thousands may share a pattern, and a text may have it at every word. So where some of many may be gone, they are
//! looked through once.
//!
//! Must not know: which of them keep the rules.

use hashbrown::HashMap;

use super::{Source, rules::MAX_CANDIDATES};
use crate::index::{Name, NameId, NameRun, PatternId};

/// The names of patterns that were asked for, of one source.
#[derive(Debug, Default)]
pub(super) struct ShownNames {
    many: HashMap<PatternId, Many>,
}

/// Those of a pattern of many names.
#[derive(Debug)]
struct Many {
    /// The first.
    names: Box<[NameId]>,
    /// How many there are.
    count: usize,
}

impl ShownNames {
    /// Those of a pattern, whose names are `run`. The source is the same at each call.
    #[inline]
    pub(super) fn of<'a>(&'a mut self, source: &'a Source<'a>, pattern: PatternId, run: NameRun) -> Shown<'a> {
        let many = if source.hides_nothing() || run.count() <= MAX_CANDIDATES {
            None
        } else {
            let names = source.segment.names_of(pattern);
            Some(self.look(pattern, names, |id| !source.hides(source.segment.entity_of(id))))
        };
        Shown { source, run, many }
    }

    /// Looks many names through where nobody did.
    fn look(
        &mut self,
        pattern: PatternId,
        names: impl Iterator<Item = NameId>,
        is_shown: impl Fn(NameId) -> bool,
    ) -> &Many {
        self.many.entry(pattern).or_insert_with(|| {
            let mut shown = names.filter(|&id| is_shown(id));
            let names: Box<[_]> = shown.by_ref().take(MAX_CANDIDATES).collect();
            let count = names.len() + shown.count();
            Many { names, count }
        })
    }
}

/// The names of a pattern.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    source: &'a Source<'a>,
    run: NameRun,
    many: Option<&'a Many>,
}

impl<'a> Shown<'a> {
    /// Gives the first `most` of them, which are at most [`MAX_CANDIDATES`].
    #[inline]
    pub(super) fn each(&self, most: usize, mut give: impl FnMut(NameId, Name<'a>)) {
        match self.many {
            Some(many) => many.names.iter().take(most).for_each(|&id| give(id, self.source.segment.name(id))),
            None => self.all().take(most).for_each(|(id, name)| give(id, name)),
        }
    }

    /// All of them, where they were not looked through.
    fn all(&self) -> impl Iterator<Item = (NameId, Name<'a>)> {
        let &Self { source, run, .. } = self;
        source.segment.names_in(run).filter(|(_, name)| source.hides_nothing() || !source.hides(name.entity))
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        match self.many {
            Some(many) => many.count,
            None if self.source.hides_nothing() => self.run.count(),
            None => self.all().count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn many_names_are_looked_through_once() {
        let mut shown = ShownNames::default();
        let looked = Cell::new(0);
        for _ in 0..1000 {
            let names = (0..100_000).map(NameId);
            let Many { names, count } = shown.look(PatternId(7), names, |NameId(id)| {
                looked.set(looked.get() + 1);
                id % 3 == 2
            });
            assert_eq!((names.len(), *count), (MAX_CANDIDATES, 33_333));
            assert!(names.iter().zip(0..).all(|(&NameId(id), at)| id == 3 * at + 2));
        }
        assert_eq!(looked.get(), 100_000);
    }
}
