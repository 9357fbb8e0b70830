//! Why an occurrence became no mention: noted where it is decided, so that no second account can differ from the first.
//!
//! Off for an extraction; on where somebody asks why something was not found ([`super::ask`]).
//!
//! Must not know: how reasons are shown.

use hashbrown::HashSet;

use super::{found::Found, resolve::Key};
use crate::{
    index::{EntityId, NameId},
    text::Span,
};

/// Why a name in the text is no mention of an entity, or no link to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// It is a mention that links to the entity.
    Linked,
    /// No gazetteer that was searched has the name or the entity.
    NotInGazetteer,
    /// The document does not have the name.
    NotInDocument,
    /// Its words stand in the document, but not one after the other in one paragraph.
    CrossesParagraph,
    /// The end of a sentence lies between its words.
    CrossesSentence,
    /// A comma or another mark that the name does not have lies between its words.
    CrossesMark,
    /// It begins or ends inside a word.
    InsideWord,
    /// The type of the entity is not wanted.
    ExcludedType,
    /// The name asks for other capitals.
    WrongCase,
    /// The name has a symbol that the text lacks.
    MissingSymbol,
    /// It needs a weaker form that is switched off.
    DisabledForm,
    /// It needs a rule that is switched off.
    DisabledRule,
    /// A part of the glued word is accounted for by nothing.
    Unaccounted,
    /// A short name of an entity that the document does not name in full.
    ShortWithoutFull,
    /// What several entities of the document are: `the Bank` where it names two banks.
    Ambiguous,
    /// A short name inside the entity's own longer name.
    InsideOwnName,
    /// It is a part of a longer name of something else.
    PartOfLongerName,
    /// The same entity is found better at a place that differs by an article or a mark alone.
    BetterPlace,
    /// Another mention overlaps it and ranks first.
    LostOverlap,
    /// Another entity is likelier at its place.
    OtherCandidate,
    /// It is more likely an ordinary word or a part of a longer name.
    NothingLikelier,
    /// Its score is below the threshold.
    BelowThreshold,
    /// A limit cut it.
    Cut,
}

/// An occurrence that became no mention.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rejected {
    pub(super) field: u8,
    pub(super) span: Span,
    pub(super) source: u16,
    pub(super) entity: EntityId,
    pub(super) name: NameId,
    pub(super) reason: Reason,
}

/// The most that is noted of one document; what is beyond is counted.
const MAX_REJECTED: usize = 100_000;

/// What was rejected, where anybody asks.
#[derive(Debug, Default)]
pub(super) struct Trace {
    /// Whether anybody asks.
    pub(super) on: bool,
    /// The entities that are asked about.
    pub(super) asked: HashSet<Key>,
    pub(super) rejected: Vec<Rejected>,
    /// How much was not noted, because there was too much.
    pub(super) dropped: usize,
}

impl Trace {
    /// Notes why `found` became no mention.
    pub(super) fn note(&mut self, found: &Found, reason: Reason) {
        if self.on && self.asked.contains(&found.key()) {
            if self.rejected.len() == MAX_REJECTED {
                self.dropped += 1;
                return;
            }
            let Found { field, span, source, entity, name, .. } = *found;
            self.rejected.push(Rejected { field, span, source, entity, name, reason });
        }
    }

    /// Keeps of `found` what `keep` accepts, and notes why the rest was not.
    pub(super) fn retain(&mut self, found: &mut Vec<Found>, mut keep: impl FnMut(&mut Found) -> Result<(), Reason>) {
        found.retain_mut(|one| match keep(one) {
            Ok(()) => true,
            Err(reason) => {
                self.note(one, reason);
                false
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_about_is_noted_up_to_a_bound() {
        let mut trace = Trace { on: true, ..Trace::default() };
        trace.asked.insert((0, EntityId(7)));
        for _ in 0..=MAX_REJECTED {
            trace.note(&Found::of(7), Reason::WrongCase);
            trace.note(&Found::of(8), Reason::WrongCase);
        }
        assert!(trace.rejected.iter().all(|one| one.entity == EntityId(7)));
        assert_eq!((trace.rejected.len(), trace.dropped), (MAX_REJECTED, 1));
    }
}
