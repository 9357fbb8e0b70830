//! The reader of gazetteers in the format `List`: no bytes make it panic, and what it accepts can be compiled.

#![no_main]

use libfuzzer_sys::fuzz_target;
use onomast::{
    catalog::Gazetteer,
    gazetteer::{Format, read},
};

fuzz_target!(|input: &[u8]| {
    let Ok(read) = read(input, Format::List) else { return };
    assert!(Gazetteer::compile("fuzz", input, read.entries.iter().map(|entry| &entry.entity)).is_ok());
});
