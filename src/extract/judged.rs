//! What the rules made of the names at a place, remembered from one place to the next and from one document to the next.
//!
//! Texts say the same names again and again, and a name of many entities has each of them judged. What becomes of them
//! depends, in most places, on what is written there and on how it was read alone: so it is kept by that. Symbols of a name
//! may stand around it in the text; what was made of such names holds where nothing does. A table of a fixed size; what
//! shares a slot takes its place, and when there is no room for more all is forgotten. What is not there is judged again, so
//! that the table never changes what is found.
//!
//! Must not know: the rules; whoever keeps something here has seen that nothing else decided it.

use super::found::Found;
use crate::{
    gazetteer::Rules,
    index::{Forms, PatternId},
};

/// How many places are remembered, and how many names of them. While debugging few, so that tests see them forgotten.
const SLOTS: usize = if cfg!(debug_assertions) { 16 } else { 2048 };
const FOUND: usize = if cfg!(debug_assertions) { 32 } else { 16384 };
/// How many settings are told apart.
const SETTINGS: usize = if cfg!(debug_assertions) { 2 } else { 64 };
/// The longest text that is remembered, in bytes.
const WRITTEN: usize = 31;
/// What spreads the bits of a key.
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// What holds for all places of a document in one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settings {
    /// The number of the segment.
    pub(super) segment: u64,
    pub(super) disabled: Forms,
    pub(super) rules: Rules,
}

/// What decides what becomes of the names at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    /// What is written there, zeros behind it, and at last its length.
    written: [u8; WRITTEN + 1],
    pattern: PatternId,
    settings: u8,
    /// The most names that were looked at.
    most: u8,
    forms: Forms,
}

/// What became of them: some of `found`, and how many names were not looked at.
#[derive(Debug, Clone, Copy)]
struct Slot {
    key: Option<Key>,
    /// It holds only where nothing but spaces stands around the place.
    bare: bool,
    found: (u32, u32),
    dropped: u32,
}

const FREE: Slot = Slot { key: None, bare: false, found: (0, 0), dropped: 0 };

/// The table; reusable.
#[derive(Debug, Default)]
pub(super) struct Judged {
    settings: Vec<Settings>,
    slots: Vec<Slot>,
    found: Vec<Found>,
}

impl Judged {
    /// The number of these settings.
    pub(super) fn settings(&mut self, settings: Settings) -> u8 {
        if self.slots.is_empty() || self.settings.len() == SETTINGS && !self.settings.contains(&settings) {
            self.forget();
        }
        let known = self.settings.iter().position(|other| *other == settings);
        known.unwrap_or_else(|| {
            self.settings.push(settings);
            self.settings.len() - 1
        }) as u8
    }

    /// What was kept of a place of this key: what was found there, and how many names were not looked at. `is_bare` says
    /// whether nothing but spaces stands around the place; asked only where that decides.
    #[inline]
    pub(super) fn get(&self, key: &Key, is_bare: impl FnOnce() -> bool) -> Option<(&[Found], usize)> {
        let slot = &self.slots[key.slot()];
        let (from, to) = slot.found;
        let holds = slot.key.as_ref() == Some(key) && (!slot.bare || is_bare());
        holds.then(|| (&self.found[from as usize..to as usize], slot.dropped as usize))
    }

    /// Keeps what became of a place; `bare` where it may have become something else if more than spaces stood around it.
    pub(super) fn keep(&mut self, key: Key, bare: bool, found: &[Found], dropped: usize) {
        if self.found.len() + found.len() > FOUND {
            let settings = std::mem::take(&mut self.settings);
            self.forget();
            self.settings = settings;
        }
        if found.len() > FOUND {
            return;
        }
        let from = self.found.len() as u32;
        self.found.extend_from_slice(found);
        let found = (from, self.found.len() as u32);
        self.slots[key.slot()] = Slot { key: Some(key), bare, found, dropped: dropped as u32 };
    }

    fn forget(&mut self) {
        self.settings.clear();
        self.slots.clear();
        self.slots.resize(SLOTS, FREE);
        self.found.clear();
        self.found.reserve(FOUND);
    }
}

impl Key {
    /// That of a place: what is written there, read in these forms, with so many names looked at. `None` where it is too
    /// long to be remembered.
    #[inline]
    pub(super) fn new(settings: u8, most: u8, pattern: PatternId, forms: Forms, written: &str) -> Option<Self> {
        let mut bytes = [0; WRITTEN + 1];
        bytes[..WRITTEN].get_mut(..written.len())?.copy_from_slice(written.as_bytes());
        bytes[WRITTEN] = written.len() as u8;
        Some(Self { written: bytes, pattern, settings, most, forms })
    }

    #[inline]
    fn slot(&self) -> usize {
        // One that had all its names and has one now is not to drive the other out.
        let others = u64::from(self.pattern.0) << 20 ^ u64::from(self.most) << 8;
        let (eights, _) = self.written.as_chunks();
        let mix = |all: u64, eight: &[u8; 8]| {
            let mixed = (all ^ u64::from_le_bytes(*eight)).wrapping_mul(MIX);
            // A product tells of its low bits in its high ones alone.
            mixed ^ mixed >> 32
        };
        eights.iter().fold(others, mix) as usize % SLOTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Form;

    fn key(settings: u8, pattern: u32, forms: Forms, written: &str) -> Key {
        Key::new(settings, 100, PatternId(pattern), forms, written).unwrap_or_else(|| panic!("{written} is short"))
    }

    #[test]
    fn what_is_kept_is_of_one_text_pattern_form_and_settings() {
        let mut judged = Judged::default();
        let of = |segment| Settings { segment, disabled: Forms::EXACT, rules: Rules::NONE };
        let (one, other) = (judged.settings(of(1)), judged.settings(of(2)));
        assert_ne!(one, other);
        assert_eq!(judged.settings(of(1)), one);
        let own = key(one, 7, Forms::EXACT, "Ox");
        judged.keep(own, false, &[Found::of(3), Found::of(4)], 5);
        let entities = |judged: &Judged, key: &Key| {
            judged.get(key, || false).map(|(found, dropped)| (found.iter().map(|one| one.entity.0).collect(), dropped))
        };
        assert_eq!(entities(&judged, &own), Some((vec![3, 4], 5)));
        for stranger in [
            key(other, 7, Forms::EXACT, "Ox"),
            key(one, 8, Forms::EXACT, "Ox"),
            key(one, 7, Forms::EXACT.with(Form::Possessive), "Ox"),
            key(one, 7, Forms::EXACT, "ox"),
            key(one, 7, Forms::EXACT, "Ox\0"),
            Key { most: 1, ..own },
        ] {
            assert!(judged.get(&stranger, || true).is_none(), "{stranger:?}");
        }
        judged.keep(own, true, &[Found::of(3), Found::of(4)], 5);
        assert!(judged.get(&own, || false).is_none());
        assert!(judged.get(&own, || true).is_some());
        assert!(Key::new(one, 100, PatternId(7), Forms::EXACT, &"x".repeat(WRITTEN + 1)).is_none());
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let mut judged = Judged::default();
        let settings = |segment| Settings { segment, disabled: Forms::EXACT, rules: Rules::NONE };
        for segment in 0..5 * SETTINGS as u64 {
            let number = judged.settings(settings(segment));
            let own = key(number, 7, Forms::EXACT, "Ox");
            assert!(judged.get(&own, || true).is_none(), "a number that is given again has nothing");
            judged.keep(own, false, &[Found::of(3); 7], 0);
            assert!(judged.get(&own, || true).is_some());
            assert!(judged.settings.len() <= SETTINGS && judged.found.len() <= FOUND);
        }
        let number = judged.settings(settings(0));
        judged.keep(key(number, 1, Forms::EXACT, "Ox"), false, &[Found::of(3); FOUND + 1], 0);
        assert!(judged.get(&key(number, 1, Forms::EXACT, "Ox"), || true).is_none());
        for pattern in 0..FOUND as u32 {
            judged.keep(key(number, pattern, Forms::EXACT, "Ox"), false, &[Found::of(pattern); 2], 0);
            assert!(judged.found.len() <= FOUND);
        }
        assert_eq!(judged.settings(settings(0)), number, "it is the same while the document is read");
    }
}
