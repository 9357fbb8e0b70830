//! Compiling entities into a segment in memory.

use std::io;

use thiserror::Error;

use super::{
    automaton::{Engine, TooLarge},
    collect::Collector,
    held::Held,
    segment::Segment,
};
use crate::gazetteer::Entity;

/// Why a segment could not be compiled.
#[derive(Debug, Error)]
pub enum CompileError {
    /// There are more words, names or bytes of text than a segment can number, or more of them at one place of a table than
    /// come there by chance.
    #[error("the gazetteer does not fit into one segment: {0}")]
    TooLarge(String),
    /// A file for what does not fit into memory cannot be written or read.
    #[error("cannot put aside what does not fit into memory: {0}")]
    Spill(#[from] io::Error),
    /// The segment file cannot be written.
    #[error("cannot write the segment: {0}")]
    Write(io::Error),
}

impl From<TooLarge> for CompileError {
    fn from(TooLarge(what): TooLarge) -> Self {
        Self::TooLarge(what)
    }
}

/// Collects entities and compiles them.
///
/// Holds some 60 bytes a name beside the texts, and half as much again in [`Compiler::finish`].
#[derive(Debug, Default)]
pub struct Compiler {
    engine: Engine,
    collector: Collector<Held>,
}

impl Compiler {
    /// A compiler whose segment gets that automaton; by default it gets the one that suits it.
    pub fn with_engine(engine: Engine) -> Self {
        Self { engine, ..Self::default() }
    }

    /// A compiler whose segment can be written to a file.
    pub fn for_file() -> Self {
        Self::with_engine(Engine::Wordwise)
    }

    /// Adds an entity. A name of no words is left out; whoever reads gazetteers reports it.
    pub fn add(&mut self, entity: &Entity) {
        self.collector.add(entity);
    }

    /// Compiles what was added. What is found does not depend on the order in which entities were added.
    pub fn finish(self) -> Result<Segment, CompileError> {
        let Collector { keep, common, .. } = self.collector;
        super::assemble::assemble(self.engine, common, keep)
    }
}
