//! What a segment knows of the words of a document, looked up before the automaton reads any.
//!
//! Only words at which something may happen are visited afterwards: those of the vocabulary, and those that may have
//! other readings. Which words are worth a look is counted, not branched on, and no look-up waits for the one before it:
//! what a large segment keeps is not in the processor's cache, and a program that waits for one line of memory at a time
//! takes ten times as long as one that asks for many.
//!
//! Must not know: what the automaton finds.

use super::{
    automaton::State,
    readings::Readings,
    segment::Segment,
    vocabulary::{Record, WordId},
};
use crate::text::{Gap, View, Word};

/// What the segment knows of a word of the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) id: Option<WordId>,
    /// What the automaton reaches from its start by the word.
    pub(super) root: u32,
    /// The state that it leads to from the word before alone.
    pub(super) next: State,
    /// The state that it leads to from the two words before alone, where these are no end of a longer beginning.
    pub(super) third: State,
    stands_for_others: bool,
    /// Whether it may have other readings beside what it stands for.
    pub(super) may_differ: bool,
}

/// Marks a visit to a word that the vocabulary may have. A document has fewer words than that.
const LOOK_UP: u32 = 1 << 31;

impl Known {
    const NOTHING: Self =
        Self { id: None, root: 0, next: State(0), third: State(0), stands_for_others: false, may_differ: false };

    fn of(record: Record) -> Self {
        Self {
            id: Some(record.id()),
            root: record.root,
            stands_for_others: record.stands_for_others(),
            ..Self::NOTHING
        }
    }

    /// The word, where it also stands for a sequence of words.
    pub(super) fn stand_in(self) -> Option<WordId> {
        self.id.filter(|_| self.stands_for_others)
    }
}

/// The words of a document as a segment knows them; reusable.
#[derive(Debug, Default)]
pub(super) struct KnownWords {
    /// The words at which something may happen, ascending.
    pub(super) visits: Vec<u32>,
    /// What is known of each of them.
    pub(super) all: Vec<Known>,
    pairs: Vec<Pair>,
}

/// A state and the word behind it, between which there may be a transition.
#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    /// The number of the visit to the word.
    visit: u32,
    from: State,
    word: WordId,
}

impl KnownWords {
    /// Forgets every word.
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.visits.clear();
    }

    /// Looks all words up, and takes the commonest transitions of each: those from the word before alone, and from the
    /// two before alone. They must have been forgotten before.
    pub(super) fn read(&mut self, segment: &Segment, view: View<'_>, readings: &Readings) {
        self.look_up(segment, view, readings);
        self.follow_one(segment, view.all());
        self.follow_two(segment, view.all());
        let automaton = &segment.automaton;
        segment.read_ahead(self.all.iter().map(|&Known { root, next, third, .. }| {
            automaton.touch(automaton.alone(root)) ^ automaton.touch(next) ^ automaton.touch(third)
        }));
    }

    fn look_up(&mut self, segment: &Segment, view: View<'_>, readings: &Readings) {
        let Self { all, visits, .. } = self;
        let (words, vocabulary) = (view.all(), &segment.vocabulary);
        visits.resize(words.len(), 0);
        let next_gap = |index: usize| words.get(index + 1).map_or(Gap::NONE, |next| next.gap);
        let mut count = 0;
        for (index, word) in words.iter().enumerate() {
            let may_have = vocabulary.may_have(word.key);
            visits[count] = index as u32 | if may_have { LOOK_UP } else { 0 };
            count += usize::from(may_have | readings.possible(word, next_gap(index)));
        }
        visits.truncate(count);
        let looked_up = visits.iter().filter(|&visit| visit & LOOK_UP != 0);
        segment.read_ahead(looked_up.map(|visit| vocabulary.touch(words[(visit & !LOOK_UP) as usize].key)));
        all.resize(visits.len(), Known::NOTHING);
        let mut count = 0;
        for at in 0..visits.len() {
            let (visit, index) = (visits[at], visits[at] & !LOOK_UP);
            let word = &words[index as usize];
            let may_have = visit & LOOK_UP != 0;
            let record = may_have.then(|| vocabulary.look_up(word.key, view.words.long(word))).flatten();
            let known = &mut all[count];
            *known = record.map_or(Known::NOTHING, |&record| Known::of(record));
            known.may_differ = readings.likely(segment, view, word, next_gap(index as usize));
            visits[count] = index;
            count += usize::from(known.id.is_some() | known.may_differ);
        }
        visits.truncate(count);
        all.truncate(count);
    }

    /// What each word leads to from the word before alone; leaves in `pairs` the words that may lead on from it.
    fn follow_one(&mut self, segment: &Segment, words: &[Word]) {
        let Self { all, visits, pairs } = self;
        let automaton = &segment.automaton;
        pairs.resize(visits.len(), Pair::default());
        let (mut alone, mut expected, mut count) = (automaton.start(), 0, 0);
        for ((visit, &index), known) in (0..).zip(&*visits).zip(all.iter_mut()) {
            let apart = index != expected || words[index as usize].gap.any(Gap::PARAGRAPH);
            let from = if apart { automaton.start() } else { alone };
            expected = index + 1;
            let word = known.id.unwrap_or_default();
            alone = if known.id.is_some() { automaton.alone(known.root) } else { automaton.start() };
            (known.next, known.third) = (alone, alone);
            pairs[count] = Pair { visit, from, word };
            count += usize::from(known.id.is_some() & automaton.may_follow(from, word, known.root));
        }
        self.follow(segment, count, |known, state| (known.next, known.third) = (state, state));
    }

    /// What the words behind `pairs` lead to from both.
    fn follow_two(&mut self, segment: &Segment, words: &[Word]) {
        let Self { all, visits, pairs } = self;
        let automaton = &segment.automaton;
        let mut count = 0;
        for at in 0..pairs.len() {
            let (number, visit) = (pairs[at].visit as usize, pairs[at].visit + 1);
            let Some(&index) = visits.get(visit as usize) else { break };
            let (before, known) = (all[number], all[visit as usize]);
            let word = known.id.unwrap_or_default();
            let apart = index != visits[number] + 1 || words[index as usize].gap.any(Gap::PARAGRAPH);
            let asks = known.id.is_some() & !apart & (before.next != automaton.alone(before.root));
            pairs[count] = Pair { visit, from: before.next, word };
            count += usize::from(asks & automaton.may_follow(before.next, word, known.root));
        }
        self.follow(segment, count, |known, state| known.third = state);
    }

    /// Keeps the first `count` of `pairs`, and gives for each the state that its transition leads to, where there is one.
    fn follow(&mut self, segment: &Segment, count: usize, lead: impl Fn(&mut Known, State)) {
        let Self { all, pairs, .. } = self;
        let automaton = &segment.automaton;
        pairs.truncate(count);
        segment.read_ahead(pairs.iter().map(|pair| automaton.touch_way(pair.from, pair.word)));
        for pair in &*pairs {
            if let Some(state) = automaton.follow(pair.from, pair.word) {
                lead(&mut all[pair.visit as usize], state);
            }
        }
    }
}
