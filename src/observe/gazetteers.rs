//! What is told of the gazetteers that can be searched.
//!
//! The whole list is replaced at each change, so that one that was deleted is told of no more.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use opentelemetry::{KeyValue, metrics::Meter};

use super::definitions::{
    Definition, GAZETTEER_AGE, GAZETTEER_ENTITIES, GAZETTEER_INFO, GAZETTEER_NAMES, GAZETTEER_SIZE, GAZETTEERS,
    OVERLAY_NAMES,
};

/// The most gazetteers that metrics name.
const MAX_GAZETTEERS: usize = 200;

/// One gazetteer in the version that new requests see.
#[derive(Debug, Clone)]
pub struct GazetteerState {
    /// Its name.
    pub name: String,
    /// The version.
    pub version: String,
    /// When this version came to be seen.
    pub since: Instant,
    /// How many entities it has.
    pub entities: u64,
    /// How many names it has, without those that rules derive.
    pub names: u64,
    /// The size of its compiled form in bytes.
    pub bytes: u64,
    /// How many names were edited since it was compiled.
    pub overlay_names: u64,
}

/// The list that is told of.
#[derive(Debug, Clone, Default)]
pub(super) struct Gazetteers(Arc<RwLock<Vec<GazetteerState>>>);

impl Gazetteers {
    /// The gazetteers that this meter asks for.
    pub(super) fn new(meter: &Meter) -> Self {
        let gazetteers = Self::default();
        let list = gazetteers.clone();
        GAZETTEERS.asked(meter, move |asked| asked.observe(list.read(|list| list.len() as u64), &[]));
        let list = gazetteers.clone();
        GAZETTEER_INFO.asked(meter, move |asked| {
            list.each(|one| {
                let version = KeyValue::new("version", one.version.clone());
                asked.observe(1, &[KeyValue::new("gazetteer", one.name.clone()), version]);
            });
        });
        gazetteers.asked(meter, GAZETTEER_AGE, |one| one.since.elapsed().as_secs());
        gazetteers.asked(meter, GAZETTEER_ENTITIES, |one| one.entities);
        gazetteers.asked(meter, GAZETTEER_NAMES, |one| one.names);
        gazetteers.asked(meter, GAZETTEER_SIZE, |one| one.bytes);
        gazetteers.asked(meter, OVERLAY_NAMES, |one| one.overlay_names);
        gazetteers
    }

    /// Tells of these from now on.
    pub(super) fn set(&self, mut list: Vec<GazetteerState>) {
        list.sort_by(|a, b| a.name.cmp(&b.name));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = list;
    }

    fn read<T>(&self, read: impl FnOnce(&[GazetteerState]) -> T) -> T {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn each(&self, mut visit: impl FnMut(&GazetteerState)) {
        self.read(|list| list.iter().take(MAX_GAZETTEERS).for_each(&mut visit));
    }

    fn asked(&self, meter: &Meter, definition: Definition, value: fn(&GazetteerState) -> u64) {
        let list = self.clone();
        definition.asked(meter, move |asked| {
            list.each(|one| asked.observe(value(one), &[KeyValue::new("gazetteer", one.name.clone())]));
        });
    }
}
