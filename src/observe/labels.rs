//! Values of a label, with a bound on their number.
//!
//! A time series is kept for each combination of labels and never goes away, so that what others choose (names of
//! clients and types) must not be a label without a bound.

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError, RwLock},
};

/// Stands for every value beyond the bound.
const OTHER: &str = "other";
/// A longer value is one of the others, in bytes.
const MAX_BYTES: usize = 100;

/// The values of a label that were seen. The first ones that come have a name.
#[derive(Debug)]
pub(super) struct Labels {
    most: usize,
    seen: RwLock<HashSet<Arc<str>>>,
    other: Arc<str>,
}

impl Labels {
    /// The values that are ours, and never more than `most` others, and one for all beyond.
    pub(super) fn new(ours: &[&str], most: usize) -> Self {
        let seen: HashSet<Arc<str>> = ours.iter().map(|&value| value.into()).collect();
        Self { most: most + seen.len(), seen: seen.into(), other: OTHER.into() }
    }

    /// The value to record instead of this one.
    pub(super) fn of(&self, value: &str) -> Arc<str> {
        // A lock that is poisoned holds a set that is whole: nothing in here panics between two changes.
        if let Some(known) = self.seen.read().unwrap_or_else(PoisonError::into_inner).get(value) {
            return known.clone();
        }
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen.get(value) {
            return known.clone();
        }
        if seen.len() >= self.most || value.len() > MAX_BYTES {
            return self.other.clone();
        }
        let value: Arc<str> = value.into();
        seen.insert(value.clone());
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_never_more_values_than_allowed() {
        let labels = Labels::new(&["ours"], 2);
        assert_eq!((&*labels.of("a"), &*labels.of(&"x".repeat(101)), &*labels.of("b")), ("a", OTHER, "b"));
        assert_eq!((&*labels.of("c"), &*labels.of("a"), &*labels.of("ours")), (OTHER, "a", "ours"));
    }
}
