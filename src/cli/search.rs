//! The search that the flags ask for: gazetteers loaded and pinned, options, and one document after the other.
//!
//! The only place where flags become the library's options. Must not know: inputs, outputs.

use std::sync::atomic::AtomicBool;

use super::{args::Search, say};
use crate::{
    catalog::{self, Loaded, Pinned, Unverified},
    extract::{self, Answer, Input, Options, Scratch, Source, Subject},
    service::{
        self,
        proto::{ExplainMatchResponse, ExtractResponse},
    },
    text::OffsetEncoding,
};

/// Extracts from one document after the other.
pub(super) struct Extractor {
    pinned: Pinned,
    options: Options,
    scratch: Scratch,
    answer: Answer,
}

impl Extractor {
    /// Loads what the flags name, and the starter gazetteer if it is wanted. Mentions are explained where `explain`.
    pub(super) fn new(search: Search, starter: bool, offsets: OffsetEncoding, explain: bool) -> anyhow::Result<Self> {
        let Search {
            gazetteer,
            skip_bad_lines,
            overlap,
            include_types,
            exclude_types,
            without,
            with,
            min_score,
            max_mentions,
        } = search;
        let gazetteers = catalog::Options { files: gazetteer, starter, skip_bad_lines, ..Default::default() };
        if gazetteers.files.is_empty() && !starter {
            anyhow::bail!("there is no gazetteer to search; give one with --gazetteer");
        }
        if let Some(kind) = exclude_types.iter().find(|kind| include_types.contains(kind)) {
            anyhow::bail!("the type {kind:?} is given to --type and to --not-type");
        }
        if let Some(form) = with.iter().find(|form| without.iter().any(|way| way.form() == Some(**form))) {
            anyhow::bail!("the form {form} is given to --with and to --without");
        }
        let Loaded { catalog, skipped, unverified } = catalog::load(&gazetteers)?;
        unverified.iter().try_for_each(Unverified::verify)?;
        for issue in skipped {
            say(&format!("left out: {issue}"));
        }
        for gazetteer in catalog.iter().filter(|gazetteer| gazetteer.has_no_names()) {
            say(&format!("warning: the gazetteer {:?} has no names: nothing of it can be found", gazetteer.name()));
        }
        for kind in include_types.iter().chain(&exclude_types) {
            if !catalog.iter().any(|one| one.segment().types().iter().any(|known| **known == **kind)) {
                say(&format!("warning: no entity is of the type {kind:?}; capitals count"));
            }
        }
        let options = Options {
            offsets,
            overlap: overlap.into(),
            include_types,
            exclude_types,
            disabled: without.iter().filter_map(|way| way.form()).collect(),
            enabled: with.iter().copied().collect(),
            disabled_rules: without.iter().filter_map(|way| way.rule()).collect(),
            explain,
            min_score,
            max_mentions: max_mentions.map(|most| most as usize),
        };
        let pinned = catalog.defaults().map(|name| catalog.get(name)).collect::<Result<_, _>>()?;
        let pinned = Pinned::new(pinned, &options);
        Ok(Self { pinned, options, scratch: Scratch::default(), answer: Answer::default() })
    }

    /// The gazetteers that are searched.
    pub(super) fn sources(&self) -> Vec<Source<'_>> {
        self.pinned.sources()
    }

    /// Whether entities of the type are wanted.
    pub(super) fn wants(&self, kind: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|name| name == kind);
        let Options { include_types, exclude_types, .. } = &self.options;
        (include_types.is_empty() || named(include_types)) && !named(exclude_types)
    }

    /// Finds what is in a document.
    pub(super) fn run(&mut self, input: Input<'_>) -> &Answer {
        let Self { pinned, options, scratch, answer } = self;
        let never = AtomicBool::new(false);
        // Nobody interrupts.
        let _ = extract::run(&pinned.sources(), input, options, pinned.filter(), scratch, answer, &never);
        answer
    }

    /// Says what became of a subject in a document.
    pub(super) fn ask(&mut self, input: Input<'_>, subject: Subject<'_>) -> ExplainMatchResponse {
        let Self { pinned, options, scratch, answer } = self;
        let never = AtomicBool::new(false);
        let (sources, filter) = (pinned.sources(), pinned.filter());
        // Nobody interrupts.
        let findings = extract::ask(&sources, input, options, filter, subject, scratch, answer, &never);
        service::findings(input, pinned, options, answer, &findings.unwrap_or_default())
    }

    /// What the last run found, as the library has it.
    pub(super) fn answer(&self) -> &Answer {
        &self.answer
    }

    /// What the last run found, as the protocol has it. `input` is that of the run.
    pub(super) fn response(&self, id: &str, input: Input<'_>) -> ExtractResponse {
        service::response(id, input, &self.pinned, &self.options, &self.answer)
    }
}
