//! Compiling to a file in memory that hardly grows with the names.
//!
//! What comes of names and entities goes to files that the caller gives ([`Spill`]), is sorted there in runs, and comes
//! back in the order in which a segment file holds it. The file is the same, byte for byte, as what a
//! [`super::Compiler`] of equal input writes. In memory stays only what is asked for in no order:
//!
//! - while entities come: the distinct words, some 20 bytes each beside their letters, and so the attributes;
//! - of each entity its place in the order of ids and what the file holds of it, 12 bytes;
//! - while the automaton is built: 16 bytes a beginning of names. They are most of it: a beginning's links lead anywhere.
//!
//! All runs of a list are read at once, 4 to 128 KiB or a record of each: 4 GiB of names are some hundred runs, a billion
//! related ids some two thousand.
//!
//! Must not know: where the files of the caller are, how entities are taken apart.

mod aside;
mod automaton;
mod compile;
mod entities;
mod links;
mod names;
mod piles;
mod section;
mod sorter;
mod window;

use std::io::{self, Read, Seek, Write};

pub use compile::FileCompiler;
pub(super) use section::Spooled;

/// A file that holds for a while what does not fit into memory.
pub trait SpillFile: Read + Write + Seek + Send {}

impl<T: Read + Write + Seek + Send> SpillFile for T {}

/// What compiling in bounded memory asks of its caller.
pub trait Spill: Sync {
    /// A new, empty file. Nobody else sees it, and it goes away when it is dropped.
    fn file(&self) -> io::Result<Box<dyn SpillFile>>;

    /// How many bytes a list may hold before it goes to a file. Up to six lists grow at a time.
    fn memory(&self) -> usize {
        32 << 20
    }

    /// Runs both, each once; side by side where there are processors for it.
    fn both(&self, one: &mut (dyn FnMut() + Send), other: &mut (dyn FnMut() + Send)) {
        one();
        other();
    }
}

/// What both give, side by side where the caller has it so.
fn both<A: Send, B: Send>(
    spill: &dyn Spill,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    let (mut one, mut other) = (Some(one), Some(other));
    let (mut a, mut b) = (None, None);
    spill.both(&mut || a = one.take().map(|one| one()), &mut || b = other.take().map(|other| other()));
    match (a, b) {
        (Some(a), Some(b)) => (a, b),
        _ => unreachable!("both are run, and once"),
    }
}
