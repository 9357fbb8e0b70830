//! The readings of a document that differ from the main one in their last words, as they are followed from word to word.
//!
//! A track starts from the automaton's state before a word, takes another reading of it and goes on until it can no longer
//! report a name that includes that reading. How many are open at once, and how many steps a document may take, is
//! bounded.
//!
//! Must not know: where the other readings come from.

use super::{Text, known::Known, report::Report};
use crate::{
    index::{
        automaton::State,
        forms::Forms,
        occurrence::{Occurrence, Use},
        readings::{NONE, Reading, Readings, Step},
        segment::Segment,
        vocabulary::WordId,
    },
    text::Span,
};

/// The most readings followed at once beside the main one; more are counted as dropped.
pub const MAX_TRACKS: usize = 16;
/// So many steps of other readings may be taken, and so many more for each word read; a word at which they are used up is
/// read as it is written alone, which is counted as dropped. With six million names news take 0.4 a word, and text with
/// every fifth word hurt by a scanner 1.1.
const FOLLOWED: usize = 1 << 14;
const FOLLOWED_A_WORD: usize = 2;
/// The most steps remembered of the open readings; beyond, all of them are given up and counted as dropped.
const MAX_NODES: usize = 1 << 18;
/// Marks a parent that is a word of the main track.
const MAIN: u32 = 1 << 31;

/// A step taken on a track, or all those of a reading that counts as a whole, with the way back.
#[derive(Debug, Clone, Copy)]
struct Node {
    parent: u32,
    span: Span,
    at: u32,
    forms: Forms,
    glued: u32,
    parts: (u8, u8),
    /// How many steps it is: a name begins at the first of them, or before.
    steps: u32,
}

/// Where the main track stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here {
    /// The word read last.
    pub(super) index: usize,
    pub(super) known: Known,
    /// The states before it and behind it.
    pub(super) before: State,
    pub(super) main: State,
}

/// A reading of the text that differs from the main one in its last words.
#[derive(Debug, Clone, Copy)]
struct Track {
    /// The word to read next.
    next: u32,
    state: State,
    node: u32,
    /// How many steps were taken since the last that no other track has: a longer name includes that one, and what does not is
    /// reported by another.
    since: u32,
}

/// A step of a reading that was walked.
#[derive(Debug, Clone, Copy)]
struct Walked {
    word: Option<WordId>,
    /// The state that it led to, and that which its word leads to alone.
    state: State,
    alone: State,
}

/// The open tracks; reusable.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    open: Vec<Track>,
    /// Those that read the current word.
    reading: Vec<Track>,
    nodes: Vec<Node>,
    /// How many steps the nodes are.
    steps: usize,
    /// How often a reading was begun or went on, for [`FOLLOWED`]. What led nowhere, so that it may be remembered, does not
    /// count: else an answer would depend on the documents before.
    pub(super) followed: usize,
    /// The steps of the reading walked last, and the state that they were walked from.
    walked_from: State,
    walked: Vec<Walked>,
    /// How many readings were not followed.
    pub(super) dropped: u32,
}

impl Tracks {
    /// Makes ready for a document.
    pub(super) fn clear(&mut self) {
        self.open.clear();
        self.nodes.clear();
        self.steps = 0;
        self.followed = 0;
        self.walked.clear();
        self.dropped = 0;
    }

    /// Whether none is open.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Ends those that would go on over what stands before the word at `index`: a new paragraph, or words that the
    /// segment does not have.
    pub(super) fn part(&mut self, index: usize, paragraph: bool) {
        self.open.retain(|track| !paragraph && track.next as usize >= index);
    }

    /// Whether other readings may be followed at a word of that number; where not, those that are open are given up, and
    /// those that the word `has`.
    #[inline]
    pub(super) fn may_follow(&mut self, word: usize, has: bool, report: &Report) -> bool {
        let may = !report.many && self.followed < FOLLOWED + FOLLOWED_A_WORD * word;
        if !may {
            self.dropped += self.open.len() as u32 + u32::from(has);
            self.open.clear();
        }
        may
    }

    /// Takes the other readings of the word read last, and moves the tracks on that read it as it is written. Returns
    /// whether a name may include one of the readings behind the main track, or one was not followed to the end.
    pub(super) fn read(&mut self, text: Text<'_>, readings: &Readings, here: Here, report: &mut Report) -> bool {
        let Here { index, before, .. } = here;
        if self.steps > MAX_NODES {
            self.dropped += self.open.len() as u32;
            self.open.clear();
        }
        if self.open.is_empty() {
            self.nodes.clear();
            self.steps = 0;
        }
        let mut reading = std::mem::take(&mut self.reading);
        reading.clear();
        self.open.retain(|track| {
            let now = track.next as usize == index;
            if now {
                reading.push(*track);
            }
            !now
        });
        let main_track = Track { next: index as u32, state: before, node: MAIN | index as u32, since: 0 };
        let mut lives = false;
        let dropped = self.dropped;
        for other in readings.all() {
            let tracks: &[Track] = if other.first { &[] } else { &reading };
            let steps = readings.steps(other);
            lives |= self.take(text, main_track, (other, steps), true, report);
            for &track in tracks {
                self.take(text, track, (other, steps), false, report);
            }
        }
        for &track in &reading {
            self.go_on(text, track, here, report);
        }
        self.reading = reading;
        lives || self.dropped > dropped
    }

    /// Follows a track through another reading of the word it is about to read, and returns whether a name may include
    /// that. What no word before belongs to is found once, on the main track.
    fn take(
        &mut self,
        text: Text<'_>,
        track: Track,
        (reading, steps): (&Reading, &[Step]),
        is_main: bool,
        report: &mut Report,
    ) -> bool {
        self.followed += 1;
        if !self.walk(text.segment, track.state, reading, steps) {
            return false;
        }
        let count = steps.len();
        let together = if reading.whole { count } else { 1 };
        let mut node = track.node;
        let mut state = track.state;
        // The main track reports what begins with this reading, or before it with words as they are written.
        let since = |steps: usize| if is_main { 0 } else { track.since + steps as u32 };
        let least = |steps: usize| since(steps).max(u32::from(reading.longer));
        for at in (0..count).step_by(together.max(1)) {
            let (step, end) = (steps[at], at + together);
            state = self.walked[end - 1].state;
            node = self.go(Node {
                parent: node,
                span: Span::new(step.span.start, steps[end - 1].span.end),
                at: step.at,
                forms: reading.form.map_or(Forms::EXACT, |form| Forms::EXACT.with(form)),
                glued: reading.glued,
                parts: step.parts,
                steps: together as u32,
            });
            let last = track.next + reading.consumed - 1;
            self.report(text, Track { next: last, state, node, since: least(end) }, reading.tail, report);
        }
        // Of a reading that counts as a whole, names include all.
        let least = if reading.whole { count as u32 } else { 1 };
        let since = since(count);
        if !reading.last && text.segment.automaton.goes_on(state, least.max(since + 1)) {
            self.push(Track { next: track.next + reading.consumed, state, node, since });
        }
        true
    }

    /// Fills `walked` with the states that a reading leads to from a state, and says whether a name may include it: most
    /// readings that count as a whole or as the end of a name lead nowhere.
    fn walk(&mut self, segment: &Segment, from: State, reading: &Reading, steps: &[Step]) -> bool {
        let automaton = &segment.automaton;
        let from = if reading.first { automaton.start() } else { from };
        // A word that stands for many sequences of words stands for many that begin alike.
        let alike = self.walked.iter().zip(steps).take_while(|(walked, step)| walked.word == step.word).count();
        self.walked.truncate(if from == self.walked_from { alike } else { 0 });
        self.walked_from = from;
        let start = automaton.start();
        let mut last = self.walked.last().copied().unwrap_or(Walked { word: None, state: from, alone: start });
        for &Step { word, root, .. } in &steps[self.walked.len()..] {
            let (state, alone) = match word {
                Some(word) => {
                    let root = root.unwrap_or_else(|| automaton.root(word));
                    let (state, alone) = (automaton.step_within(last.state, word, root), automaton.alone(root));
                    self.dropped += u32::from(state.is_none());
                    (state.unwrap_or(alone), alone)
                }
                None if reading.whole => return false,
                None => (start, start),
            };
            last = Walked { word, state, alone };
            self.walked.push(last);
        }
        let state = last.state;
        // What the last word leads to by itself has forgotten the words before it.
        let nowhere = reading.whole && steps.len() > 1 && state == last.alone
            || reading.last && steps.len() == 1 && !automaton.has_matches(state);
        !nowhere
    }

    /// Moves a track on by the word as it is written.
    fn go_on(&mut self, text: Text<'_>, track: Track, here: Here, report: &mut Report) {
        let Text { segment, words } = text;
        let Here { index, known, main, .. } = here;
        let Some(word) = known.id else { return };
        self.followed += 1;
        let Some(state) = segment.automaton.step_within(track.state, word, known.root) else {
            self.dropped += 1;
            return;
        };
        let since = track.since + 1;
        if state == main || state == segment.automaton.start() || since >= segment.longest {
            return;
        }
        let lasts = segment.automaton.goes_on(state, since + 1);
        if !lasts && !segment.automaton.has_matches(state) {
            return;
        }
        let node = self.go(Node {
            parent: track.node,
            span: words[index].span,
            at: index as u32,
            forms: Forms::EXACT,
            glued: NONE,
            parts: (0, 0),
            steps: 1,
        });
        self.report(text, Track { next: index as u32, state, node, since }, 0, report);
        if lasts {
            self.push(Track { next: index as u32 + 1, state, node, since });
        }
    }

    /// Takes steps; returns their number.
    fn go(&mut self, node: Node) -> u32 {
        self.steps += node.steps as usize;
        self.nodes.push(node);
        self.nodes.len() as u32 - 1
    }

    fn push(&mut self, track: Track) {
        if let Some(other) = self.open.iter_mut().find(|other| (other.next, other.state) == (track.next, track.state)) {
            // It reports all that the other does.
            if track.since < other.since {
                *other = track;
            }
            return;
        }
        if self.open.len() < MAX_TRACKS {
            self.open.push(track);
        } else {
            self.dropped += 1;
        }
    }

    /// Reports the names that end at the node of `track`, whose `next` is here the last word covered, and that include
    /// a word read otherwise. `tail` bytes at the end are the mark of a plural.
    fn report(&self, text: Text<'_>, track: Track, tail: u32, report: &mut Report) {
        let Text { segment, words } = text;
        let mut room = report.room(track.next as usize);
        let nodes = &self.nodes;
        segment.automaton.matches(track.state, |pattern, asks_for_a_capital| {
            let length = segment.words_of(pattern);
            // The names come with the longest first.
            if length <= track.since {
                return false;
            }
            let end = nodes[track.node as usize].span.end;
            let uses = report.uses.len() as u32;
            let mut start = (track.next, end);
            let mut forms = Forms::EXACT;
            let (mut at, mut left, mut inner) = (track.node, length, false);
            while left > 0 {
                if at & MAIN != 0 {
                    let first = (at & !MAIN) - left;
                    start = (first, words[first as usize].span.start);
                    break;
                }
                let node = nodes[at as usize];
                inner = left < node.steps;
                if inner {
                    break;
                }
                start = (node.at, node.span.start);
                forms = forms.and(node.forms);
                if node.glued != NONE {
                    match report.uses[uses as usize..].last_mut() {
                        Some(used) if used.glued == node.glued => used.from = node.parts.0,
                        _ => report.uses.push(Use { glued: node.glued, from: node.parts.0, to: node.parts.1 }),
                    }
                }
                (at, left) = (node.parent, left - node.steps);
            }
            let (first, start) = start;
            let asks = forms.keep_letters() && asks_for_a_capital && !report.thorough;
            let small = !inner && asks && !report.has_capital(words, first as usize, track.next as usize);
            if (inner || small) && room.take_small() {
                report.uses.truncate(uses as usize);
                return true;
            }
            if inner || small || !room.take() {
                report.uses.truncate(uses as usize);
                report.dropped += 1;
                return false;
            }
            let all_uses = report.uses.len() as u32;
            report.occurrences.push(Occurrence {
                pattern,
                first,
                last: track.next,
                span: Span::new(start, end),
                core_end: end - tail,
                forms,
                uses: (uses, all_uses),
            });
            true
        });
    }
}
