//! The line of calls and documents that wait for a worker, and who is let in.
//!
//! Calls take turns: one that has many documents waiting, as streams and batches do, gets one of them done, or a few short
//! ones, and stands behind all others again, so that it takes one place of the line and no more.
//!
//! A call that would make the line too long is refused: before its message is read if that is known by then. What has
//! begun waits for its turn, however long the line is. Where far more is refused than let in, the line is kept short: the
//! workers find work in it whenever they ask, so that waiting longer would be for nothing.
//!
//! Must not know: threads, what the work is, the clock.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use super::Error;

/// The shortest time after which it makes sense to try again.
const MIN_RETRY: Duration = Duration::from_millis(50);
/// How often is looked at how many were refused. Longer where jobs are long.
const LOOK: Duration = Duration::from_millis(100);
/// So many jobs, as each worker has them, are enough to look at.
const LOOK_JOBS: u32 = 16;
/// There is a crowd where more than so many calls are refused for each that is let in.
const CROWD: u64 = 2;
/// How many calls may wait for each worker while there is a crowd: one may be taken before the next ones are let in.
const IN_A_CROWD: usize = 2;
/// There may be more of them where they are short: who lets them in has to wait for a processor, too.
const IN_A_CROWD_TIME: Duration = Duration::from_millis(1);

/// How long the line may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// How many jobs run at once.
    pub(super) workers: usize,
    /// How many calls may wait.
    pub(super) most: usize,
    /// How long they may have to wait, as far as is known when they come; none for any time.
    pub(super) longest: Option<Duration>,
}

/// Who waits.
#[derive(Debug)]
pub(super) struct Line<J> {
    bounds: Bounds,
    /// The calls that wait, in the order of their turns.
    turns: BTreeMap<u64, Turns>,
    /// The jobs of each.
    waiting: HashMap<Turns, Waiting<J>>,
    /// How many jobs wait, and how many of them are calls of their own.
    jobs: usize,
    calls: usize,
    /// The number of the next job or turn.
    next: u64,
    /// What a job takes: a mean in which older jobs count for less and less.
    job: Duration,
    /// Since when is counted who came, and how many were let in and refused.
    looked: Instant,
    taken: u64,
    refused: u64,
    crowd: bool,
}

/// What waits of one call.
#[derive(Debug)]
struct Waiting<J> {
    turn: u64,
    /// Each with its number, which grow.
    jobs: VecDeque<(u64, Kind, J)>,
}

/// Whose turn it is: a call, which no other is equal to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Turns(u64);

impl Turns {
    /// Those of a new call.
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// What a job is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A call that could have been refused.
    Call,
    /// Part of what has begun.
    Part,
    /// A short document among many of one call.
    Short,
}

/// Where a job waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticket {
    turns: Turns,
    number: u64,
}

impl<J> Line<J> {
    pub(super) fn new(bounds: Bounds, now: Instant) -> Self {
        let (turns, waiting, jobs, calls, next, job) = Default::default();
        Self { bounds, turns, waiting, jobs, calls, next, job, looked: now, taken: 0, refused: 0, crowd: false }
    }

    /// Whether there is room for a call of which nothing was read yet.
    pub(super) fn admit(&mut self, now: Instant) -> Result<(), Error> {
        self.look(now);
        // Calls may wait beside as many that have begun, so that streams do not keep them out.
        let begun = self.turns.len() - self.calls;
        let result = match self.bounds.longest {
            Some(longest) if self.crowd && self.calls >= begun.max(self.few()) => Err(too_long(longest, longest)),
            _ => self.room(),
        };
        match result {
            Ok(()) => self.taken += 1,
            Err(_) => self.refused += 1,
        }
        // Those who come first fill the line. Where it is clear by then, nobody waits for the next look.
        self.crowd |= self.refused > CROWD * self.taken.max(self.bounds.workers as u64 * u64::from(LOOK_JOBS));
        result
    }

    /// Whether there is still room for a call whose message was read. Here a crowd does not matter: it was paid for.
    pub(super) fn room(&self) -> Result<(), Error> {
        let Bounds { workers, most, longest } = self.bounds;
        let turns = u32::try_from(self.turns.len()).unwrap_or(u32::MAX);
        let expected = self.job.saturating_mul(turns) / u32::try_from(workers).unwrap_or(u32::MAX);
        match longest {
            _ if self.turns.len() >= most => {
                let retry = expected.max(MIN_RETRY);
                Err(Error::Overloaded { setting: "limits.queued_calls", limit: most, retry })
            }
            Some(longest) if expected > longest => Err(too_long(longest, expected)),
            _ => Ok(()),
        }
    }

    /// How many calls may wait while there is a crowd.
    fn few(&self) -> usize {
        let short = IN_A_CROWD_TIME.as_nanos().div_ceil(self.job.as_nanos().max(1));
        let short = if self.job.is_zero() { 0 } else { usize::try_from(short).unwrap_or(usize::MAX) };
        self.bounds.workers.saturating_mul(short.max(IN_A_CROWD)).min(self.bounds.most)
    }

    /// Looks whether there is a crowd, now and then.
    fn look(&mut self, now: Instant) {
        let (passed, time) = (now.saturating_duration_since(self.looked), LOOK.max(self.job * LOOK_JOBS));
        if passed >= time {
            // What was long ago says nothing.
            self.crowd = passed < 2 * time && self.refused > CROWD * self.taken;
            (self.looked, self.taken, self.refused) = (now, 0, 0);
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// A job waits from now on.
    pub(super) fn push(&mut self, turns: Turns, kind: Kind, job: J) -> Ticket {
        let number = self.number();
        let waiting = self.waiting.entry(turns).or_insert_with(|| {
            self.turns.insert(number, turns);
            Waiting { turn: number, jobs: VecDeque::with_capacity(1) }
        });
        waiting.jobs.push_back((number, kind, job));
        self.jobs += 1;
        self.calls += usize::from(kind == Kind::Call);
        Ticket { turns, number }
    }

    /// The job whose turn it is.
    pub(super) fn pop(&mut self) -> Option<(Turns, Kind, J)> {
        let turns = *self.turns.first_key_value()?.1;
        let (kind, job) = self.take(turns, 0)?;
        let behind = self.number();
        if let Some(waiting) = self.waiting.get_mut(&turns) {
            self.turns.remove(&waiting.turn);
            self.turns.insert(behind, turns);
            waiting.turn = behind;
        }
        Some((turns, kind, job))
    }

    /// The next job of a call that has just had its turn, if both are short documents: where so many jobs wait that none of
    /// the workers lacks work.
    pub(super) fn pop_with(&mut self, turns: Turns, kind: Kind) -> Option<J> {
        let next = self.waiting.get(&turns)?.jobs.front()?.1;
        let goes = kind == Kind::Short && next == Kind::Short && self.jobs > self.bounds.workers;
        goes.then(|| self.take(turns, 0)).flatten().map(|(_, job)| job)
    }

    /// Takes a job out of the line; `None` where it does not wait any more.
    pub(super) fn remove(&mut self, ticket: Ticket) -> Option<J> {
        let jobs = &self.waiting.get(&ticket.turns)?.jobs;
        let index = jobs.binary_search_by_key(&ticket.number, |(number, ..)| *number).ok()?;
        self.take(ticket.turns, index).map(|(_, job)| job)
    }

    fn take(&mut self, turns: Turns, index: usize) -> Option<(Kind, J)> {
        let waiting = self.waiting.get_mut(&turns)?;
        let (_, kind, job) = waiting.jobs.remove(index)?;
        if waiting.jobs.is_empty() {
            self.turns.remove(&waiting.turn);
            self.waiting.remove(&turns);
        }
        self.jobs -= 1;
        self.calls -= usize::from(kind == Kind::Call);
        Some((kind, job))
    }

    /// A job took so long.
    pub(super) fn took(&mut self, time: Duration) {
        self.job = if self.job.is_zero() { time } else { (self.job * 31 + time) / 32 };
    }
}

fn too_long(longest: Duration, retry: Duration) -> Error {
    let limit = longest.as_millis() as usize;
    Error::Overloaded { setting: "limits.queue_milliseconds", limit, retry: retry.max(MIN_RETRY) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn line<J>(workers: usize, most: usize, longest: Option<Duration>) -> (Line<J>, Instant) {
        let now = Instant::now();
        (Line::new(Bounds { workers, most, longest }, now), now)
    }

    #[test]
    fn a_line_that_is_full_lets_nobody_in() {
        let (mut line, now) = line(1, 1, None);
        assert_eq!(line.admit(now), Ok(()));
        let number = line.push(Turns::new(), Kind::Call, ());
        let full = Err(Error::Overloaded { setting: "limits.queued_calls", limit: 1, retry: MIN_RETRY });
        assert_eq!(line.admit(now), full);
        assert_eq!(line.room(), full);
        assert!(line.remove(number).is_some() && line.remove(number).is_none() && line.pop().is_none());
        assert_eq!(line.admit(now), Ok(()));
    }

    #[test]
    fn a_line_that_is_slow_lets_nobody_in() {
        let (mut line, now) = line(2, usize::MAX, Some(100 * MS));
        line.took(60 * MS);
        for _ in 0..3 {
            line.push(Turns::new(), Kind::Part, ());
        }
        assert_eq!(line.admit(now), Ok(()));
        line.push(Turns::new(), Kind::Call, ());
        let slow = Err(Error::Overloaded { setting: "limits.queue_milliseconds", limit: 100, retry: 120 * MS });
        assert_eq!(line.admit(now), slow);
        assert_eq!(line.room(), slow);
        // Quicker jobs make it quicker.
        (0..50).for_each(|_| line.took(10 * MS));
        assert_eq!(line.admit(now), Ok(()));
    }

    /// So many calls in a window; gives how many were let in. Each worker takes a job after each `rest`.
    fn ask(line: &mut Line<()>, now: Instant, calls: usize, each: usize) -> usize {
        let mut taken = 0;
        for call in 0..calls {
            if line.admit(now).is_ok() {
                line.push(Turns::new(), Kind::Call, ());
                taken += 1;
            }
            if call % each == 0 {
                line.pop();
            }
        }
        taken
    }

    #[test]
    fn in_a_crowd_the_line_is_short_and_afterwards_it_is_not() {
        let (mut line, mut now) = line(2, 64, Some(250 * MS));
        // Ten times as many as are worked on: the line is full at first, and short as soon as that was seen.
        ask(&mut line, now, 100, 10);
        assert_eq!(line.jobs, 64);
        ask(&mut line, now, 900, 10);
        assert!(line.jobs < 20);
        now += LOOK;
        ask(&mut line, now, 1000, 10);
        assert_eq!(line.jobs, 2 * IN_A_CROWD);
        let Err(Error::Overloaded { setting: "limits.queue_milliseconds", limit: 250, retry }) = line.admit(now) else {
            panic!()
        };
        assert_eq!(retry, 250 * MS);
        assert_eq!(ask(&mut line, now, 1000, 10), 100);
        assert_eq!(line.jobs, 2 * IN_A_CROWD);
        // What has begun waits whatever happens, and keeps no call out.
        for _ in 0..8 {
            line.push(Turns::new(), Kind::Part, ());
        }
        assert_eq!(line.admit(now), Ok(()));
        for _ in 0..8 {
            line.push(Turns::new(), Kind::Call, ());
        }
        assert!(line.admit(now).is_err());
        // A message that was read was paid for.
        assert_eq!(line.room(), Ok(()));
        // Twice as many as are worked on are no crowd.
        while line.jobs > 0 {
            line.pop();
        }
        now += LOOK;
        ask(&mut line, now, 1000, 2);
        now += LOOK;
        ask(&mut line, now, 1000, 2);
        assert!(line.jobs > 60);
        // Nor is what was long ago.
        ask(&mut line, now, 1000, 1000);
        now += 2 * LOOK;
        line.pop();
        assert_eq!(line.admit(now), Ok(()));
    }

    #[test]
    fn in_a_crowd_more_short_jobs_wait_than_long_ones() {
        let (mut line, _) = line::<()>(2, 64, Some(250 * MS));
        assert_eq!(line.few(), 4);
        line.took(MS / 4);
        assert_eq!(line.few(), 8);
        (0..500).for_each(|_| line.took(10 * MS));
        assert_eq!(line.few(), 4);
        (0..500).for_each(|_| line.took(Duration::from_nanos(1)));
        assert_eq!(line.few(), 64);
    }

    #[test]
    fn short_documents_of_a_call_go_together_while_nobody_lacks_work() {
        let (mut line, _) = line(1, 64, None);
        let [one, other] = [Turns::new(), Turns::new()];
        for (turns, kind) in
            [(one, Kind::Short), (one, Kind::Short), (other, Kind::Short), (one, Kind::Part), (other, Kind::Short)]
        {
            line.push(turns, kind, ());
        }
        assert_eq!(line.pop(), Some((one, Kind::Short, ())));
        assert_eq!(line.pop_with(one, Kind::Short), Some(()));
        assert_eq!(line.pop_with(one, Kind::Short), None, "its next is long");
        assert_eq!(line.pop(), Some((other, Kind::Short, ())));
        assert_eq!(line.pop_with(other, Kind::Part), None);
        assert_eq!(line.pop_with(other, Kind::Short), Some(()));
        line.push(other, Kind::Short, ());
        assert_eq!(line.pop(), Some((one, Kind::Part, ())));
        assert_eq!(line.pop_with(other, Kind::Short), None, "it is for a worker that has none");
        assert_eq!(line.jobs, 1);
    }

    #[test]
    fn calls_take_turns() {
        let (mut line, now) = line(1, 3, Some(100 * MS));
        line.took(10 * MS);
        let [stream, batch] = [Turns::new(), Turns::new()];
        let [_, second, ..] = [0, 1, 2, 3].map(|job| line.push(stream, Kind::Part, job));
        let third = line.push(batch, Kind::Part, 10);
        // However much of a stream waits, it is one of three.
        assert_eq!(line.admit(now), Ok(()));
        line.push(Turns::new(), Kind::Call, 20);
        assert!(line.admit(now).is_err());
        let next = |line: &mut Line<i32>| line.pop().map(|(.., job)| job);
        assert_eq!([next(&mut line), next(&mut line), next(&mut line)], [Some(0), Some(10), Some(20)]);
        assert_eq!((line.remove(third), line.remove(second), line.remove(second)), (None, Some(1), None));
        line.push(batch, Kind::Part, 11);
        assert_eq!([next(&mut line), next(&mut line), next(&mut line)], [Some(2), Some(11), Some(3)]);
        assert_eq!((next(&mut line), line.turns.len(), line.calls), (None, 0, 0));
    }

    #[test]
    fn where_any_time_may_pass_there_is_no_crowd() {
        let (mut line, now) = line(1, 64, None);
        ask(&mut line, now, 1000, 10);
        ask(&mut line, now + LOOK, 1000, 10);
        assert_eq!(line.jobs, 64);
    }
}
