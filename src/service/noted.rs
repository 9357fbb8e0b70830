//! What is told of a document to whoever observes the call that it belongs to.

use std::time::Instant;

use super::Error;
use crate::{
    catalog::{Gazetteer, Pinned},
    extract::{Answer, Input},
    index::TypeId,
    observe::Call,
};

/// A document that is worked on.
#[derive(Debug)]
pub(super) struct Noted {
    call: Option<Call>,
    since: Instant,
}

impl Noted {
    /// The work on a document begins.
    pub(super) fn begin() -> Self {
        Self { call: Call::current(), since: Instant::now() }
    }

    /// It ended without an answer.
    pub(super) fn failed(&self, error: &Error) {
        match (&self.call, error) {
            (Some(call), Error::Cancelled | Error::DeadlineExceeded) => call.given_up(),
            (Some(call), _) => call.refused(),
            (None, _) => {}
        }
    }

    /// It ended with an answer; `step` names what was done.
    pub(super) fn answered(&self, step: &'static str, input: Input<'_>, pinned: &Pinned, answer: &Answer) {
        let Some(call) = &self.call else { return };
        call.past(step, self.since);
        call.answered(input.title.len() + input.text.len());
        let sources = pinned.sources();
        // A document links to few types, so that a list is quicker than a map.
        let mut counts: Vec<(usize, TypeId, u64)> = Vec::new();
        for &(source, entity, count) in &answer.entities {
            let kind = sources[source].segment.type_of(entity);
            match counts.iter_mut().find(|known| (known.0, known.1) == (source, kind)) {
                Some(known) => known.2 += count as u64,
                None => counts.push((source, kind, count as u64)),
            }
        }
        for (source, TypeId(kind), count) in counts {
            let source = &sources[source];
            let own = source.name != Gazetteer::INLINE;
            call.linked(own.then(|| &*source.segment.types()[kind as usize]), count);
        }
    }
}
