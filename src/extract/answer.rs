//! What an extraction gives: mentions with their candidates, in offsets of the caller's text.

use std::ops::Range;

use super::explain::Explanation;
use crate::{
    gazetteer::Rule,
    index::{EntityId, Forms},
    text::{OffsetEncoding, Offsets, Span, View},
};

/// The part of a document that a mention stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The headline.
    Title,
    /// The body.
    Text,
}

/// A place where an entity is named.
#[derive(Debug, Clone)]
pub struct Mention {
    /// The part of the document.
    pub field: Field,
    /// The place in bytes.
    pub span: Span,
    /// The place in the unit that was asked for.
    pub offsets: Range<u32>,
    /// How the text differs from the name of the best candidate.
    pub forms: Forms,
    /// The rule that derived the name of the best candidate.
    pub rule: Option<Rule>,
    /// Whether the best candidate is likelier than nothing and reaches the threshold, so that the mention links to it.
    pub linked: bool,
    /// Whether the best candidate is likelier than nothing.
    pub(super) likely: bool,
    /// For a short name, the nearest mention in which the same entity is named in full: a mention of it, or a longer
    /// one around its name. `None` where that mention lost its place or was cut off.
    pub follows: Option<usize>,
    /// The candidates, as a range of [`Answer::candidates`]; never empty, the best first.
    pub candidates: Range<usize>,
    /// The first word covered.
    pub(super) first: u32,
    /// The last word covered.
    pub(super) last: u32,
}

/// An entity that a mention may mean.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// The number of the source.
    pub source: usize,
    /// The entity in that source.
    pub entity: EntityId,
    /// How likely it is meant, from 0 to 1, rounded to four decimals.
    pub score: f64,
}

/// What was left out because of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The name of the limit: `max_mentions`, `readings`, `nested_names`, `candidates`.
    pub limit: &'static str,
    /// The limit.
    pub value: usize,
    /// How many were left out.
    pub dropped: usize,
}

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} beyond the limit {} of {}", self.dropped, self.limit, self.value)
    }
}

/// The result of an extraction; reusable.
#[derive(Debug, Default)]
pub struct Answer {
    /// The mentions, by field and start, at one start the longest first.
    pub mentions: Vec<Mention>,
    /// The candidates of all mentions.
    pub candidates: Vec<Candidate>,
    /// Each distinct entity linked to, in order of first mention, with the number of its mentions.
    pub entities: Vec<(usize, EntityId, usize)>,
    /// What was left out.
    pub cuts: Vec<Cut>,
    /// Why each mention links as it does; empty where it was not asked for.
    pub explanations: Vec<Explanation>,
}

impl Answer {
    /// The entity that a mention links to.
    pub fn link(&self, mention: &Mention) -> Option<Candidate> {
        mention.linked.then(|| self.candidates[mention.candidates.start])
    }

    pub(super) fn clear(&mut self) {
        self.mentions.clear();
        self.candidates.clear();
        self.entities.clear();
        self.cuts.clear();
        self.explanations.clear();
    }

    /// Fills in the offsets of every mention.
    pub(super) fn count_offsets(&mut self, view: View<'_>, encoding: OffsetEncoding) {
        for (field, text) in [Field::Title, Field::Text].into_iter().zip(view.fields) {
            let from = self.mentions.partition_point(|mention| (mention.field as u8) < field as u8);
            let to = self.mentions.partition_point(|mention| mention.field as u8 <= field as u8);
            let mentions = &mut self.mentions[from..to];
            let mut offsets = Offsets::new(text, encoding);
            if offsets.are_bytes() {
                for mention in mentions {
                    mention.offsets = mention.span.start..mention.span.end;
                }
                continue;
            }
            for mention in mentions.iter_mut() {
                mention.offsets.start = offsets.at(mention.span.start);
            }
            // Ends ascend less strictly than starts where mentions may nest.
            let mut by_end: Vec<_> = (0..mentions.len()).collect();
            by_end.sort_by_key(|&index| mentions[index].span.end);
            let mut offsets = Offsets::new(text, encoding);
            for index in by_end {
                mentions[index].offsets.end = offsets.at(mentions[index].span.end);
            }
        }
    }
}
