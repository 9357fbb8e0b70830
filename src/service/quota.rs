//! Quotas: how much each client may ask for in a second.
//!
//! A bucket holds a second's worth. What is larger than a bucket is served when there is anything in it, and paid for
//! afterwards: until the debt is gone, all else is refused. A debt is never more than a minute's worth.
//!
//! Invariant: at most [`MAX_CLIENTS`] clients are remembered, and those without a quota cost nothing.
//!
//! Must not know: how clients are told apart.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::Error;

/// The most clients that are remembered; beyond it, those are forgotten that were not seen for the longest.
const MAX_CLIENTS: usize = 10_000;
/// The deepest debt, in seconds.
const MAX_DEBT: f64 = 60.0;

/// What a client may use; 0 is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quota {
    /// Calls begun in a second; a stream is one.
    pub requests_per_second: u32,
    /// Bytes of messages, as they come over the network, in a second.
    pub bytes_per_second: u32,
    /// Inline entities in a second.
    pub inline_entities_per_second: u32,
}

/// What is left of one thing.
#[derive(Debug)]
struct Bucket {
    rate: f64,
    level: Mutex<(f64, Instant)>,
}

impl Bucket {
    fn new(rate: u32) -> Option<Self> {
        let rate = f64::from(rate);
        (rate > 0.0).then(|| Self { rate, level: Mutex::new((rate, Instant::now())) })
    }

    /// Changes the level as of now, and says what it is.
    fn change(&self, now: Instant, change: impl FnOnce(f64) -> f64) -> f64 {
        let mut guard = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let (level, at) = &mut *guard;
        let filled = *level + self.rate * now.saturating_duration_since(*at).as_secs_f64();
        *level = change(filled.min(self.rate)).max(-MAX_DEBT * self.rate);
        *at = now;
        *level
    }

    /// How long until there is something in it; `None` if there is.
    fn wait(&self, now: Instant) -> Option<Duration> {
        let level = self.change(now, |level| level);
        // A level of exactly zero is empty: half a unit more is asked for, so that it is over by then.
        (level <= 0.0).then(|| Duration::from_secs_f64((0.5 - level) / self.rate))
    }

    /// Takes an amount; gives what was taken of it, which is less where the debt can be no deeper.
    fn charge(&self, now: Instant, amount: usize) -> usize {
        let mut before = 0.0;
        let after = self.change(now, |level| {
            before = level;
            level - amount as f64
        });
        (before - after) as usize
    }
}

/// What a client has left.
#[derive(Debug)]
pub(super) struct Account {
    quota: Quota,
    requests: Option<Bucket>,
    bytes: Option<Bucket>,
    inline: Option<Bucket>,
    seen: Mutex<Instant>,
}

impl Account {
    fn new(quota: Quota) -> Self {
        Self {
            quota,
            requests: Bucket::new(quota.requests_per_second),
            bytes: Bucket::new(quota.bytes_per_second),
            inline: Bucket::new(quota.inline_entities_per_second),
            seen: Mutex::new(Instant::now()),
        }
    }

    /// Whether a call may begin; says when to try again. Who begins one counts it.
    pub(super) fn room(&self) -> Result<(), Error> {
        check("bytes", &self.bytes)?;
        check("inline entities", &self.inline)?;
        check("requests", &self.requests)
    }

    /// How long until a request may begin; `None` for now.
    pub(super) fn wait(&self) -> Option<Duration> {
        self.requests.as_ref()?.wait(Instant::now())
    }

    /// Counts a request, whatever is left.
    pub(super) fn count(&self) {
        if let Some(requests) = &self.requests {
            requests.charge(Instant::now(), 1);
        }
    }

    /// Counts bytes that came; gives how many were taken.
    pub(super) fn bytes(&self, count: usize) -> usize {
        self.bytes.as_ref().map_or(0, |bytes| bytes.charge(Instant::now(), count))
    }

    /// Gives back bytes that were taken.
    pub(super) fn give_back(&self, count: usize) {
        if let Some(bytes) = &self.bytes {
            bytes.change(Instant::now(), |level| (level + count as f64).min(bytes.rate));
        }
    }

    /// How long to leave further bytes unread; `None` for not at all.
    pub(super) fn pause(&self) -> Option<Duration> {
        self.bytes.as_ref()?.wait(Instant::now())
    }

    /// Counts inline entities that shall be compiled, or says when to try again.
    pub(super) fn inline(&self, count: usize) -> Result<(), Error> {
        let Some(inline) = self.inline.as_ref().filter(|_| count > 0) else { return Ok(()) };
        check("inline entities", &self.inline)?;
        inline.charge(Instant::now(), count);
        Ok(())
    }

    fn seen(&self) -> Instant {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(what: &'static str, bucket: &Option<Bucket>) -> Result<(), Error> {
    match bucket.as_ref().and_then(|bucket| Some((bucket, bucket.wait(Instant::now())?))) {
        None => Ok(()),
        Some((bucket, retry)) => Err(Error::QuotaExceeded { what, limit: bucket.rate as u64, retry }),
    }
}

/// The accounts of all clients.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// What a client may use that has no quota of its own.
    default: Quota,
    open: Mutex<HashMap<String, Arc<Account>>>,
}

impl Accounts {
    pub(super) fn new(default: Quota) -> Self {
        Self { default, open: Mutex::default() }
    }

    /// The account of a client with this quota, or the common one; `None` where nothing is bounded. A client whose quota
    /// changed begins anew.
    pub(super) fn of(&self, client: impl FnOnce() -> String, quota: Option<Quota>) -> Option<Arc<Account>> {
        let quota = quota.unwrap_or(self.default);
        if quota == Quota::default() {
            return None;
        }
        let client = client();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = open.get(&client).filter(|account| account.quota == quota) {
            *account.seen.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            return Some(account.clone());
        }
        if open.len() >= MAX_CLIENTS {
            // Half of them at once, so that it is seldom.
            let mut seen: Vec<_> = open.values().map(|account| account.seen()).collect();
            let (_, middle, _) = seen.select_nth_unstable(MAX_CLIENTS / 2);
            let middle = *middle;
            open.retain(|_, account| account.seen() > middle);
        }
        let account = Arc::new(Account::new(quota));
        open.insert(client, account.clone());
        Some(account)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_lends_and_is_paid_back() {
        let bucket = Bucket::new(2).unwrap();
        let now = Instant::now();
        assert_eq!(bucket.wait(now), None);
        bucket.charge(now, 2);
        let wait = bucket.wait(now).unwrap();
        assert!(wait <= Duration::from_millis(500), "{wait:?}");
        assert_eq!(bucket.wait(now + wait), None);
        bucket.charge(now + wait, 10);
        let longer = bucket.wait(now + wait).unwrap();
        assert!((4..6).contains(&longer.as_secs()), "{longer:?}");
        assert_eq!(bucket.wait(now + wait + longer), None);
        // However deep the debt, it is over in a minute.
        bucket.charge(now, usize::MAX);
        assert!(bucket.wait(now).unwrap() < Duration::from_secs(61));
        // A clock that stands changes nothing.
        assert!(bucket.wait(now).is_some());
        // What was taken can be given back, and no more than that: no debt is deeper.
        let bucket = Bucket::new(2).unwrap();
        assert_eq!((bucket.charge(now, 100), bucket.charge(now, 1000)), (100, 22));
    }

    #[test]
    fn an_account_says_what_is_used_up() {
        let accounts = Accounts::new(Quota { requests_per_second: 2, bytes_per_second: 100, ..Quota::default() });
        let account = accounts.of(|| "a".into(), None).unwrap();
        assert!(account.room().is_ok() && account.inline(1000).is_ok() && account.pause().is_none());
        account.bytes(3000);
        let Err(Error::QuotaExceeded { what: "bytes", limit: 100, .. }) = account.room() else { panic!() };
        assert!(account.pause().is_some());
        // Another client has its own, and the same client has the same.
        assert!(accounts.of(|| "b".into(), None).unwrap().room().is_ok());
        assert!(accounts.of(|| "a".into(), None).unwrap().room().is_err());
        // A new quota begins anew.
        let other = Quota { bytes_per_second: 1, ..Quota::default() };
        assert!(accounts.of(|| "a".into(), Some(other)).unwrap().room().is_ok());
    }

    #[test]
    fn only_so_many_clients_are_remembered() {
        let accounts = Accounts::new(Quota { requests_per_second: 1, ..Quota::default() });
        for client in 0..3 * MAX_CLIENTS {
            accounts.of(|| client.to_string(), None).unwrap();
            assert!(accounts.open.lock().unwrap().len() <= MAX_CLIENTS);
        }
        assert!(Accounts::default().of(|| panic!("not asked"), None).is_none());
    }
}
