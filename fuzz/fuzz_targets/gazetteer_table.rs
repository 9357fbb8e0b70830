//! The reader of gazetteers in the formats `Csv` and `Tsv`: no bytes make it panic, and what it accepts can be compiled.

#![no_main]

use libfuzzer_sys::fuzz_target;
use onomast::{
    catalog::Gazetteer,
    gazetteer::{Format, read},
};

fuzz_target!(|input: &[u8]| {
    for format in [Format::Csv, Format::Tsv] {
        let Ok(read) = read(input, format) else { return };
        assert!(Gazetteer::compile("fuzz", input, read.entries.iter().map(|entry| &entry.entity)).is_ok());
    }
});
