//! Places for connections: so many in all, and so many for each address, so that one client does not take them all. There
//! are never more than the system has files for, of which some are left for gazetteers and the database.
//!
//! Invariant: only addresses that have a connection are remembered.
//!
//! Must not know: what happens on a connection.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Limits;

/// The files that the rest of the process may have open.
const OTHERS: usize = 200;

/// The most connections that this process has files for, where Linux tells.
fn most_open() -> Option<usize> {
    most_in(&std::fs::read_to_string("/proc/self/limits").ok()?)
}

fn most_in(limits: &str) -> Option<usize> {
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let files: usize = files.split_whitespace().next()?.parse().ok()?;
    Some(files.saturating_sub(OTHERS).max(1))
}

/// Who is behind an address: with IPv6, one client has a whole /64.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

/// How many places the networks have that have any.
type Taken = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// The places.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    /// The most of one address; 0 for any.
    each: usize,
    taken: Taken,
}

/// A place, until this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    of: Option<(IpAddr, Taken)>,
}

impl Places {
    pub(super) fn new(limits: &Limits) -> Self {
        let most = match most_open().filter(|most| *most < limits.connections) {
            Some(most) => {
                let setting = limits.connections;
                tracing::info!(
                    setting,
                    most,
                    "fewer connections than limits.connections: the system gives no more files"
                );
                most
            }
            None => limits.connections.min(Semaphore::MAX_PERMITS),
        };
        Self { free: Arc::new(Semaphore::new(most)), each: limits.connections_per_address, taken: Arc::default() }
    }

    /// Takes a place for a connection from there; fails with the name of the limit that is reached.
    pub(super) fn take(&self, from: IpAddr) -> Result<Place, &'static str> {
        let permit = self.free.clone().try_acquire_owned().map_err(|_| "connections")?;
        if self.each == 0 {
            return Ok(Place { _permit: permit, of: None });
        }
        let network = network(from);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(network).or_default();
        if *count >= self.each {
            return Err("connections_per_address");
        }
        *count += 1;
        Ok(Place { _permit: permit, of: Some((network, self.taken.clone())) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((network, taken)) = &self.of else { return };
        if let Entry::Occupied(mut entry) = taken.lock().unwrap_or_else(PoisonError::into_inner).entry(*network) {
            *entry.get_mut() -= 1;
            if *entry.get() == 0 {
                entry.remove();
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn there_are_files_for_all_connections() {
        let of = |soft: &str| format!("Limit  Soft Limit  Hard Limit  Units\nMax open files  {soft}  524288  files\n");
        assert_eq!(most_in(&of("1024")), Some(824));
        assert_eq!(most_in(&of("100")), Some(1));
        assert_eq!(most_in(&of("unlimited")), None);
        assert_eq!(most_in(""), None);
    }

    #[test]
    fn one_address_does_not_take_every_place() {
        let limits = Limits { connections: 5, connections_per_address: 2, ..Limits::default() };
        let places = Places::new(&limits);
        let take = |address: &str| places.take(address.parse().unwrap());
        let first = take("192.0.2.1").unwrap();
        let _second = take("::ffff:192.0.2.1").unwrap();
        assert_eq!(take("192.0.2.1").unwrap_err(), "connections_per_address");
        // One that is given back may be taken again.
        drop(first);
        let _third = take("192.0.2.1").unwrap();
        // All that is behind a /64 is one client.
        let _fourth = (take("2001:db8::1").unwrap(), take("2001:db8::ffff:1").unwrap());
        assert_eq!(take("2001:db8::2").unwrap_err(), "connections_per_address");
        let fifth = take("2001:db8:0:1::2").unwrap();
        assert_eq!(take("192.0.2.9").unwrap_err(), "connections");
        drop(fifth);
        assert_eq!(places.taken.lock().unwrap().len(), 2);
        let any = Places::new(&Limits { connections: 5, connections_per_address: 0, ..Limits::default() });
        let all: Vec<_> = (0..5).map(|_| any.take("192.0.2.1".parse().unwrap()).unwrap()).collect();
        assert!(any.take("192.0.2.1".parse().unwrap()).is_err());
        drop(all);
    }
}
