//! Finding the names of a segment in the words of a document.
//!
//! The automaton reads the words once, as they are written. Where a word, or two words with a hyphen between them, has
//! another reading whose words the vocabulary knows (rules T2, T4, T6), a second track starts from the automaton's
//! state before the word, takes that reading and goes on until it can no longer report a name that includes it. So the
//! work stays linear: each word is read by the main track and by at most [`MAX_TRACKS`] others.

use std::{
    hint::select_unpredictable,
    sync::atomic::{AtomicBool, Ordering},
};

use super::{
    automaton::State,
    dead_ends::DeadEnds,
    forms::Forms,
    glued::GluedWords,
    known::{Known, KnownWords},
    occurrence::{Occurrence, OtherWord, Use},
    readings::{NONE, Reading, Readings},
    segment::Segment,
    vocabulary::WordId,
};
use crate::text::{Gap, Language, Shape, Span, View, Word};

/// The most readings followed at once beside the main one; more are counted as dropped.
pub const MAX_TRACKS: usize = 16;
/// The most names reported at one last word, the longest first; nesting deeper is counted as dropped.
pub const MAX_NESTED: usize = 64;
/// So many occurrences, and so many more for each word read, may have shorter names reported at a word; from then on the
/// longest alone is, of words as they are written, to the end of the document. Real news stays below with six million
/// names, where 1.1 end at a word.
const NESTED: usize = 1 << 14;
const NESTED_A_WORD: usize = 2;
/// So many steps of other readings may be taken, and so many more for each word read; a word at which they are used up is
/// read as it is written alone, which is counted as dropped. With six million names news take 0.4 a word, and text with
/// every fifth word hurt by a scanner 1.1.
const FOLLOWED: usize = 1 << 14;
const FOLLOWED_A_WORD: usize = 2;
/// The most steps remembered of the open readings; beyond, all of them are given up and counted as dropped.
const MAX_NODES: usize = 1 << 18;
/// How often, in words, the search looks whether it was interrupted.
const INTERRUPT_EVERY: usize = 64;
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
struct Here {
    /// The word read last.
    index: usize,
    known: Known,
    /// The states before it and behind it.
    before: State,
    main: State,
}

/// A reading of the text that differs from the main one in its last words.
#[derive(Debug, Clone, Copy)]
struct Track {
    /// The word to read next.
    next: u32,
    state: State,
    node: u32,
    /// How many steps were taken since the last that differs; a longer name includes that one.
    since: u32,
}

/// The search; reusable, so that it allocates nothing in the long run.
#[derive(Debug, Default)]
pub struct Search {
    /// Whether to report even what cannot be the name for want of a capital: for those who ask why.
    pub thorough: bool,
    occurrences: Vec<Occurrence>,
    uses: Vec<Use>,
    known: KnownWords,
    dead_ends: DeadEnds,
    other_words: Vec<OtherWord>,
    tracks: Vec<Track>,
    /// The tracks that read the current word.
    reading: Vec<Track>,
    nodes: Vec<Node>,
    /// How many steps the nodes are.
    steps: usize,
    readings: Readings,
    /// The words of the steps of the reading walked last, and the states that they lead to from one.
    walked_from: State,
    walked: Vec<(Option<WordId>, State)>,
    /// How often a reading was begun or went on, for [`FOLLOWED`].
    followed: usize,
    /// So many names were found that the longest at a word alone is reported.
    many: bool,
    dropped: u32,
    dropped_nested: u32,
}

impl Search {
    /// Finds every occurrence of the segment's names in a document of that language. Readings of a form in `disabled`
    /// are not tried.
    ///
    /// Linear in the number of words plus what is found. Ends early, with a part of the answer, when `interrupted`.
    pub fn run(
        &mut self,
        segment: &Segment,
        view: View<'_>,
        glued: &GluedWords,
        language: Language,
        disabled: Forms,
        interrupted: &AtomicBool,
    ) {
        self.clear();
        self.readings.prepare(language, disabled);
        self.dead_ends.prepare(segment.number, disabled);
        self.known.read(segment, view, &self.readings);
        let words = view.all();
        let known_words = std::mem::take(&mut self.known);
        let start = segment.automaton.start();
        let mut state = start;
        // What the word before leads to by itself, and from the word before it alone.
        let (mut alone, mut pair) = (start, start);
        let mut expected = 0;
        let mut next_glued = 0;
        for (number, (index, known)) in known_words.all().enumerate() {
            if number % INTERRUPT_EVERY == 0 && interrupted.load(Ordering::Relaxed) {
                break;
            }
            let index = index as usize;
            let word = &words[index];
            let (skipped, paragraph) = (index != expected, word.gap.any(Gap::PARAGRAPH));
            expected = index + 1;
            let apart = skipped | paragraph;
            if !self.tracks.is_empty() && apart {
                self.tracks.retain(|track| !paragraph && track.next as usize >= index);
            }
            // Which words the segment does not have cannot be foreseen.
            let before = select_unpredictable(apart, start, state);
            alone = select_unpredictable(apart, start, alone);
            pair = select_unpredictable(apart, start, pair);
            state = match known.id {
                // What is no word of the segment leads to the start from anywhere.
                _ if before == alone => known.next,
                _ if before == pair => known.third,
                None => start,
                Some(id) => segment.automaton.step(before, id, known.root),
            };
            (alone, pair) =
                if known.id.is_some() { (segment.automaton.alone(known.root), known.next) } else { (start, start) };
            if segment.automaton.has_matches(state) {
                self.report_main(segment, words, state, index);
            }
            let small = !word.shape.any(Shape::UPPER);
            // Where what a word stands for leads depends on the word, its case and the state alone, unless there is more to
            // read here.
            let more = known.may_differ || !self.tracks.is_empty();
            let stands = known.stand_in().filter(|&id| more || !self.dead_ends.has(before, id, small));
            if (stands.is_some() || more) && self.may_follow(index) {
                let glued_words = &glued.all()[next_glued..];
                next_glued += glued_words.iter().take_while(|glued| (glued.word as usize) < index).count();
                if stands.is_some() || known.may_differ {
                    self.readings.find(segment, view, glued, next_glued, index, stands);
                } else {
                    self.readings.clear();
                }
                let lives = (!self.readings.all().is_empty() || !self.tracks.is_empty())
                    && self.read_others(segment, words, Here { index, known, before, main: state });
                if let Some(id) = stands.filter(|_| !more && !lives) {
                    self.dead_ends.keep(before, id, small);
                }
            }
        }
        self.known = known_words;
    }

    /// What was found, in the order of the last word.
    pub fn occurrences(&self) -> &[Occurrence] {
        &self.occurrences
    }

    /// The parts of glued words that occurrences need.
    pub fn uses(&self) -> &[Use] {
        &self.uses
    }

    /// The words of the document that the segment has, in order, with the id of each.
    pub fn ids(&self) -> impl Iterator<Item = (u32, WordId)> + '_ {
        self.known.all().filter_map(|(index, known)| Some((index, known.id?)))
    }

    /// The words of the document that may be another word of the segment.
    pub fn other_words(&self) -> &[OtherWord] {
        &self.other_words
    }

    /// How many readings were not followed because too many were open at once.
    pub fn dropped(&self) -> u32 {
        self.dropped
    }

    /// At how many words more names ended than [`MAX_NESTED`].
    pub fn dropped_nested(&self) -> u32 {
        self.dropped_nested
    }

    fn clear(&mut self) {
        self.occurrences.clear();
        self.uses.clear();
        self.known.clear();
        self.other_words.clear();
        self.tracks.clear();
        self.nodes.clear();
        self.steps = 0;
        self.walked.clear();
        self.readings.clear();
        self.followed = 0;
        self.many = false;
        self.dropped = 0;
        self.dropped_nested = 0;
    }

    /// Whether other readings may be followed at a word of that number; where not, those that are open are given up.
    #[inline]
    fn may_follow(&mut self, word: usize) -> bool {
        let may = !self.many && self.followed < FOLLOWED + FOLLOWED_A_WORD * word;
        if !may {
            self.dropped += 1 + self.tracks.len() as u32;
            self.tracks.clear();
        }
        may
    }

    /// The most names reported at a word of that number.
    #[inline]
    fn most_nested(&mut self, word: usize) -> usize {
        self.many |= self.occurrences.len() >= NESTED + NESTED_A_WORD * word;
        if self.many { 1 } else { MAX_NESTED }
    }

    fn report_main(&mut self, segment: &Segment, words: &[Word], state: State, last: usize) {
        let most = self.most_nested(last);
        let mut count = 0;
        segment.automaton.matches(state, |pattern, asks_for_a_capital| {
            count += 1;
            if count > most {
                self.dropped_nested += 1;
                return false;
            }
            let first = last + 1 - segment.words_of(pattern) as usize;
            if asks_for_a_capital
                && !self.thorough
                && !words[first..=last].iter().any(|word| word.shape.may_be_capital())
            {
                return true;
            }
            let span = Span::new(words[first].span.start, words[last].span.end);
            self.occurrences.push(Occurrence {
                pattern,
                first: first as u32,
                last: last as u32,
                span,
                core_end: span.end,
                forms: Forms::EXACT,
                uses: (0, 0),
            });
            true
        });
    }

    /// Takes the other readings of the word at `index`, and moves the tracks on that read it as it is written. Returns
    /// whether a name may include one of the readings behind the main track.
    fn read_others(&mut self, segment: &Segment, words: &[Word], here: Here) -> bool {
        let Here { index, before, .. } = here;
        if self.steps > MAX_NODES {
            self.dropped += self.tracks.len() as u32;
            self.tracks.clear();
        }
        if self.tracks.is_empty() {
            self.nodes.clear();
            self.steps = 0;
        }
        let mut reading = std::mem::take(&mut self.reading);
        reading.clear();
        self.tracks.retain(|track| {
            let now = track.next as usize == index;
            if now {
                reading.push(*track);
            }
            !now
        });
        let main_track = Track { next: index as u32, state: before, node: MAIN | index as u32, since: 0 };
        let other_words = self.readings.alone().filter_map(|(reading, span, word)| {
            let form = reading.form.filter(|form| OtherWord::FORMS.contains(form))?;
            let first = index as u32;
            Some(OtherWord { word, first, last: first + reading.consumed - 1, span, form })
        });
        self.other_words.extend(other_words);
        let mut lives = false;
        for other in 0..self.readings.all().len() {
            let tracks: &[Track] = if self.readings.all()[other].first { &[] } else { &reading };
            lives |= self.take(segment, words, main_track, other, true);
            for &track in tracks {
                self.take(segment, words, track, other, false);
            }
        }
        for &track in &reading {
            self.go_on(segment, words, track, here);
        }
        self.reading = reading;
        lives
    }

    /// Follows a track through another reading of the word it is about to read, and returns whether a name may include
    /// that. What no word before belongs to is found once, on the main track.
    fn take(&mut self, segment: &Segment, words: &[Word], track: Track, other: usize, is_main: bool) -> bool {
        let reading = self.readings.all()[other];
        self.followed += 1;
        if !self.walk(segment, track.state, &reading) {
            return false;
        }
        let count = self.readings.steps(&reading).len();
        let together = if reading.whole { count } else { 1 };
        let mut node = track.node;
        let mut state = track.state;
        for at in (0..count).step_by(together.max(1)) {
            let step = self.readings.steps(&reading)[at];
            let end = at + together;
            state = self.walked[end - 1].1;
            node = self.go(Node {
                parent: node,
                span: Span::new(step.span.start, self.readings.steps(&reading)[end - 1].span.end),
                at: step.at,
                forms: reading.form.map_or(Forms::EXACT, |form| Forms::EXACT.with(form)),
                glued: reading.glued,
                parts: step.parts,
                steps: together as u32,
            });
            let last = track.next + reading.consumed - 1;
            let since = if is_main { 0 } else { end as u32 };
            self.report(segment, words, state, Track { next: last, state, node, since }, reading.tail);
        }
        // Of a reading that counts as a whole, names include all.
        let least = if reading.whole { count as u32 } else { 1 };
        if !reading.last && segment.automaton.goes_on(state, least) {
            self.push(Track { next: track.next + reading.consumed, state, node, since: 0 });
        }
        true
    }

    /// Fills `walked` with the states that a reading leads to from a state, and says whether a name may include it: most
    /// readings that count as a whole or as the end of a name lead nowhere.
    fn walk(&mut self, segment: &Segment, from: State, reading: &Reading) -> bool {
        let automaton = &segment.automaton;
        let from = if reading.first { automaton.start() } else { from };
        let steps = self.readings.steps(reading);
        // A word that stands for many sequences of words stands for many that begin alike.
        let alike = self.walked.iter().zip(steps).take_while(|((word, _), step)| *word == step.word).count();
        self.walked.truncate(if from == self.walked_from { alike } else { 0 });
        self.walked_from = from;
        let mut state = self.walked.last().map_or(from, |&(_, state)| state);
        for step in &steps[self.walked.len()..] {
            state = match step.word {
                Some(word) => automaton.step(state, word, automaton.root(word)),
                None if reading.whole => return false,
                None => automaton.start(),
            };
            self.walked.push((step.word, state));
        }
        let last = steps.last().and_then(|step| step.word);
        let alone = last.map_or(automaton.start(), |word| automaton.alone(automaton.root(word)));
        // What the last word leads to by itself has forgotten the words before it.
        let nowhere = reading.whole && steps.len() > 1 && state == alone
            || reading.last && steps.len() == 1 && !automaton.has_matches(state);
        !nowhere
    }

    /// Moves a track on by the word as it is written.
    fn go_on(&mut self, segment: &Segment, words: &[Word], track: Track, here: Here) {
        let Here { index, known, main, .. } = here;
        let Some(word) = known.id else { return };
        self.followed += 1;
        let state = segment.automaton.step(track.state, word, known.root);
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
        self.report(segment, words, state, Track { next: index as u32, state, node, since }, 0);
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
        if self.tracks.iter().any(|other| (other.next, other.state) == (track.next, track.state)) {
            return;
        }
        if self.tracks.len() < MAX_TRACKS {
            self.tracks.push(track);
        } else {
            self.dropped += 1;
        }
    }

    /// Reports the names that end at the node of `track`, whose `next` is here the last word covered, and that include
    /// a word read otherwise.
    fn report(&mut self, segment: &Segment, words: &[Word], state: State, track: Track, tail: u32) {
        let most = self.most_nested(track.next as usize);
        let Self { nodes, uses: all_uses, occurrences, dropped_nested, thorough, .. } = self;
        let mut count = 0;
        segment.automaton.matches(state, |pattern, asks_for_a_capital| {
            let length = segment.words_of(pattern);
            // The names come with the longest first.
            count += 1;
            if length <= track.since || count > most {
                *dropped_nested += u32::from(length > track.since);
                return false;
            }
            let end = nodes[track.node as usize].span.end;
            let uses = all_uses.len() as u32;
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
                    match all_uses[uses as usize..].last_mut() {
                        Some(used) if used.glued == node.glued => used.from = node.parts.0,
                        _ => all_uses.push(Use { glued: node.glued, from: node.parts.0, to: node.parts.1 }),
                    }
                }
                (at, left) = (node.parent, left - node.steps);
            }
            if inner {
                all_uses.truncate(uses as usize);
                return true;
            }
            let (first, start) = start;
            let covered = &words[first as usize..=track.next as usize];
            let small = forms.keep_letters() && asks_for_a_capital && !*thorough;
            let small = small && !covered.iter().any(|word| word.shape.may_be_capital());
            if small {
                all_uses.truncate(uses as usize);
                return true;
            }
            occurrences.push(Occurrence {
                pattern,
                first,
                last: track.next,
                span: Span::new(start, end),
                core_end: end - tail,
                forms,
                uses: (uses, all_uses.len() as u32),
            });
            true
        });
    }
}
