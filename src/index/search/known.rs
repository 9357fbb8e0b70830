//! What a segment knows of the words of a document, looked up before the automaton reads any.
//!
//! Only words at which something may happen are visited afterwards: those of the vocabulary, and those that may have
//! other readings. Which words are worth a look is counted, not branched on, and no look-up waits for the one before it:
//! what a large segment keeps is not in the processor's cache, and a program that waits for one line of memory at a time
//! takes ten times as long as one that asks for many.
//!
//! Must not know: what the automaton finds.

use std::hint::select_unpredictable;

use crate::{
    index::{
        automaton::State,
        readings::Readings,
        segment::Segment,
        vocabulary::{Record, WordId},
    },
    text::{Gap, View, Word},
};

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

/// The bit of a visit that marks a word that the vocabulary may have. A document has fewer words than that.
const LOOK_UP: u32 = 31;
const INDEX: u32 = !(1 << LOOK_UP);

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
///
/// The lists are as long as the longest document needed, and are not emptied: only the front counts.
#[derive(Debug, Default)]
pub(super) struct KnownWords {
    visits: Vec<u32>,
    all: Vec<Known>,
    /// How many words are visited.
    count: usize,
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
        self.count = 0;
    }

    /// The words at which something may happen, ascending, with what is known of each.
    pub(super) fn all(&self) -> impl ExactSizeIterator<Item = (u32, Known)> + '_ {
        self.visits[..self.count].iter().copied().zip(self.all[..self.count].iter().copied())
    }

    /// Looks all words up, and takes the commonest transitions of each: those from the word before alone, and from the
    /// two before alone. They must have been forgotten before.
    pub(super) fn read(&mut self, segment: &Segment, view: View<'_>, readings: &Readings) {
        self.look_up(segment, view, readings);
        let pairs = self.follow_one(segment, view.all());
        self.follow_two(segment, view.all(), pairs);
        let automaton = &segment.automaton;
        segment.read_ahead(self.all().map(|(_, Known { root, next, third, .. })| {
            automaton.touch(automaton.alone(root)) ^ automaton.touch(next) ^ automaton.touch(third)
        }));
    }

    // These stages are functions of their own, so that each has the processor's registers for itself.

    #[inline(never)]
    fn look_up(&mut self, segment: &Segment, view: View<'_>, readings: &Readings) {
        let (words, vocabulary) = (view.all(), &segment.vocabulary);
        let visits = room(&mut self.visits, words.len(), 0);
        let next_gap = |index: usize| words.get(index + 1).map_or(Gap::NONE, |next| next.gap);
        let mut count = 0;
        for (index, word) in words.iter().enumerate() {
            let may_have = vocabulary.may_have(word.key);
            visits[count] = index as u32 | u32::from(may_have) << LOOK_UP;
            count += usize::from(may_have | readings.possible(word, next_gap(index)));
        }
        let visits = &mut visits[..count];
        let looked_up = visits.iter().filter(|&visit| visit >> LOOK_UP != 0);
        segment.read_ahead(looked_up.map(|visit| vocabulary.touch(words[(visit & INDEX) as usize].key)));
        let all = room(&mut self.all, visits.len(), Known::NOTHING);
        let mut count = 0;
        for at in 0..visits.len() {
            let (may_have, index) = (visits[at] >> LOOK_UP != 0, visits[at] & INDEX);
            let word = &words[index as usize];
            let record = may_have.then(|| vocabulary.look_up(word.key, || view.words.long(word))).flatten();
            let known = &mut all[count];
            *known = record.map_or(Known::NOTHING, |&record| Known::of(record));
            known.may_differ = readings.likely(segment, view, index as usize, next_gap(index as usize));
            visits[count] = index;
            count += usize::from(known.id.is_some() | known.may_differ);
        }
        self.count = count;
    }

    /// What each word leads to from the word before alone. Returns how many words may lead on from it, which are left in
    /// `pairs`.
    #[inline(never)]
    fn follow_one(&mut self, segment: &Segment, words: &[Word]) -> usize {
        let (visits, all) = (&self.visits[..self.count], &mut self.all[..self.count]);
        let pairs = room(&mut self.pairs, self.count, Pair::default());
        let automaton = &segment.automaton;
        let (mut alone, mut expected, mut count) = (automaton.start(), 0, 0);
        for ((visit, &index), known) in (0..).zip(visits).zip(all) {
            let apart = (index != expected) | words[index as usize].gap.any(Gap::PARAGRAPH);
            // Which words the segment does not have cannot be foreseen.
            let from = select_unpredictable(apart, automaton.start(), alone);
            expected = index + 1;
            let word = known.id.unwrap_or_default();
            alone = if known.id.is_some() { automaton.alone(known.root) } else { automaton.start() };
            (known.next, known.third) = (alone, alone);
            pairs[count] = Pair { visit, from, word };
            count += usize::from(known.id.is_some() & automaton.asks(from, known.root));
        }
        self.follow(segment, count, |known, state| (known.next, known.third) = (state, state))
    }

    /// What the words behind the first `pairs` lead to from both.
    #[inline(never)]
    fn follow_two(&mut self, segment: &Segment, words: &[Word], pairs: usize) {
        let (visits, all) = (&self.visits[..self.count], &self.all[..self.count]);
        let pairs = &mut self.pairs[..pairs];
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
            count += usize::from(asks & automaton.asks(before.next, known.root));
        }
        self.follow(segment, count, |known, state| known.third = state);
    }

    /// Keeps of the first `count` of `pairs` those that may have a transition, and gives for each the state that it leads
    /// to, where there is one. Returns how many it kept.
    fn follow(&mut self, segment: &Segment, count: usize, lead: impl Fn(&mut Known, State)) -> usize {
        let automaton = &segment.automaton;
        let pairs = &mut self.pairs[..count];
        let mut count = 0;
        for at in 0..pairs.len() {
            let pair = pairs[at];
            pairs[count] = pair;
            count += usize::from(automaton.may_follow(pair.from, pair.word));
        }
        let pairs = &pairs[..count];
        segment.read_ahead(pairs.iter().map(|pair| automaton.touch_way(pair.from, pair.word)));
        for pair in pairs {
            if let Some(state) = automaton.follow(pair.from, pair.word) {
                lead(&mut self.all[pair.visit as usize], state);
            }
        }
        count
    }
}

/// The first `count` items of a list, which has them then.
fn room<T: Copy>(list: &mut Vec<T>, count: usize, item: T) -> &mut [T] {
    if list.len() < count {
        list.resize(count, item);
    }
    &mut list[..count]
}
