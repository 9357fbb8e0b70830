//! The line of calls and documents that wait for a worker, and who is let in.
//!
//! A call that would make the line too long is refused: before its message is read if that is known by then. What has
//! begun waits for its turn, however long the line is. Where far more is refused than let in, the line is kept short: the
//! workers find work in it whenever they ask, so that waiting longer would be for nothing.
//!
//! Must not know: threads, what the work is, the clock.

use std::{
    collections::BTreeMap,
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
    /// How many may wait.
    pub(super) most: usize,
    /// How long they may have to wait, as far as is known when they come; none for any time.
    pub(super) longest: Option<Duration>,
}

/// Who waits, in the order in which they came.
#[derive(Debug)]
pub(super) struct Line<J> {
    bounds: Bounds,
    waiting: BTreeMap<u64, (Kind, J)>,
    /// How many of them are calls.
    calls: usize,
    /// The number of the next.
    next: u64,
    /// What a job takes: a mean in which older jobs count for less and less.
    job: Duration,
    /// Since when is counted who came, and how many were let in and refused.
    looked: Instant,
    taken: u64,
    refused: u64,
    crowd: bool,
}

/// What a job is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A call that could have been refused.
    Call,
    /// Part of what has begun.
    Part,
    /// A short document among many of one call, by a number that documents of other calls have not.
    Short(u64),
}

impl<J> Line<J> {
    pub(super) fn new(bounds: Bounds, now: Instant) -> Self {
        let (waiting, job) = Default::default();
        Self { bounds, waiting, calls: 0, next: 0, job, looked: now, taken: 0, refused: 0, crowd: false }
    }

    /// Whether there is room for a call of which nothing was read yet.
    pub(super) fn admit(&mut self, now: Instant) -> Result<(), Error> {
        self.look(now);
        // Calls may wait beside as many parts of what has begun, so that streams do not keep them out.
        let parts = self.waiting.len() - self.calls;
        let result = match self.bounds.longest {
            Some(longest) if self.crowd && self.calls >= parts.max(self.few()) => Err(too_long(longest, longest)),
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
        let waiting = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        let expected = self.job.saturating_mul(waiting) / u32::try_from(workers).unwrap_or(u32::MAX);
        match longest {
            _ if self.waiting.len() >= most => {
                let retry = expected.max(MIN_RETRY);
                Err(Error::Overloaded { setting: "limits.queued_documents", limit: most, retry })
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

    /// A job waits from now on. Gives its number.
    pub(super) fn push(&mut self, kind: Kind, job: J) -> u64 {
        let number = self.next;
        self.next += 1;
        self.calls += usize::from(kind == Kind::Call);
        self.waiting.insert(number, (kind, job));
        number
    }

    /// The job whose turn it is.
    pub(super) fn pop(&mut self) -> Option<(Kind, J)> {
        let number = *self.waiting.first_key_value()?.0;
        self.take(number)
    }

    /// The job whose turn it is, if it goes well with one of this kind: a short document of the same call, where so many
    /// wait that none of the workers lacks work.
    pub(super) fn pop_with(&mut self, kind: Kind) -> Option<J> {
        let next = self.waiting.first_key_value()?.1.0;
        let goes = matches!(kind, Kind::Short(_)) && kind == next && self.waiting.len() > self.bounds.workers;
        goes.then(|| self.pop()).flatten().map(|(_, job)| job)
    }

    /// Takes a job out of the line; `None` where it does not wait any more.
    pub(super) fn remove(&mut self, number: u64) -> Option<J> {
        self.take(number).map(|(_, job)| job)
    }

    fn take(&mut self, number: u64) -> Option<(Kind, J)> {
        let (kind, job) = self.waiting.remove(&number)?;
        self.calls -= usize::from(kind == Kind::Call);
        Some((kind, job))
    }

    /// How many wait.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.waiting.len()
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

    fn line(workers: usize, most: usize, longest: Option<Duration>) -> (Line<()>, Instant) {
        let now = Instant::now();
        (Line::new(Bounds { workers, most, longest }, now), now)
    }

    #[test]
    fn a_line_that_is_full_lets_nobody_in() {
        let (mut line, now) = line(1, 1, None);
        assert_eq!(line.admit(now), Ok(()));
        let number = line.push(Kind::Call, ());
        let full = Err(Error::Overloaded { setting: "limits.queued_documents", limit: 1, retry: MIN_RETRY });
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
            line.push(Kind::Part, ());
        }
        assert_eq!(line.admit(now), Ok(()));
        line.push(Kind::Call, ());
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
                line.push(Kind::Call, ());
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
        assert_eq!(line.len(), 64);
        ask(&mut line, now, 900, 10);
        assert!(line.len() < 20);
        now += LOOK;
        ask(&mut line, now, 1000, 10);
        assert_eq!(line.len(), 2 * IN_A_CROWD);
        let Err(Error::Overloaded { setting: "limits.queue_milliseconds", limit: 250, retry }) = line.admit(now) else {
            panic!()
        };
        assert_eq!(retry, 250 * MS);
        assert_eq!(ask(&mut line, now, 1000, 10), 100);
        assert_eq!(line.len(), 2 * IN_A_CROWD);
        // What has begun waits whatever happens, and keeps no call out.
        for _ in 0..8 {
            line.push(Kind::Part, ());
        }
        assert_eq!(line.admit(now), Ok(()));
        for _ in 0..8 {
            line.push(Kind::Call, ());
        }
        assert!(line.admit(now).is_err());
        // A message that was read was paid for.
        assert_eq!(line.room(), Ok(()));
        // Twice as many as are worked on are no crowd.
        while line.len() > 0 {
            line.pop();
        }
        now += LOOK;
        ask(&mut line, now, 1000, 2);
        now += LOOK;
        ask(&mut line, now, 1000, 2);
        assert!(line.len() > 60);
        // Nor is what was long ago.
        ask(&mut line, now, 1000, 1000);
        now += 2 * LOOK;
        line.pop();
        assert_eq!(line.admit(now), Ok(()));
    }

    #[test]
    fn in_a_crowd_more_short_jobs_wait_than_long_ones() {
        let (mut line, _) = line(2, 64, Some(250 * MS));
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
        let short = Kind::Short;
        for kind in [short(1), short(1), short(2), Kind::Part, Kind::Part, short(2)] {
            line.push(kind, ());
        }
        assert_eq!(line.pop(), Some((short(1), ())));
        assert_eq!(line.pop_with(short(1)), Some(()));
        assert_eq!(line.pop_with(short(1)), None);
        assert_eq!(line.pop(), Some((short(2), ())));
        assert_eq!(line.pop_with(short(2)), None, "its turn has not come");
        assert_eq!(line.pop(), Some((Kind::Part, ())));
        assert_eq!(line.pop_with(Kind::Part), None);
        line.pop();
        assert_eq!(line.pop_with(short(2)), None, "it is for a worker that has none");
        assert_eq!(line.len(), 1);
    }

    #[test]
    fn where_any_time_may_pass_there_is_no_crowd() {
        let (mut line, now) = line(1, 64, None);
        ask(&mut line, now, 1000, 10);
        ask(&mut line, now + LOOK, 1000, 10);
        assert_eq!(line.len(), 64);
    }
}
