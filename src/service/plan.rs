//! What a request asks for beside its documents: the gazetteers, pinned, and the options.

use std::sync::{Arc, atomic::AtomicBool};

use super::{
    Encoded, Error, Limits, Principal, Violation, answers, convert,
    noted::Noted,
    proto::{self, ErrorReason, StreamExtractConfig},
    work::Memory,
};
use crate::{
    catalog::{Catalog, CatalogError, Gazetteer, Live, Pinned},
    extract::{self, Options, Subject},
};

/// The catalog that is served.
pub type SharedCatalog = Arc<Live>;

/// A plan that holds for one request, or for a part of a stream.
#[derive(Debug)]
pub struct Plan {
    pinned: Pinned,
    options: Options,
}

impl Plan {
    /// Checks what is asked for, and pins it. `versions` are the gazetteers in the versions that the settings ask for, none
    /// where that was wrong. Compiles the inline entities: work for a worker.
    ///
    /// What is wrong is added to `wrong`; there is a plan only when nothing was. Then `begin` is asked, with the number of
    /// inline entities, before they are compiled.
    pub fn new(
        catalog: &Catalog,
        limits: &Limits,
        principal: &Principal,
        config: &StreamExtractConfig,
        versions: &[Option<Arc<Gazetteer>>],
        begin: impl FnOnce(usize) -> Result<(), Error>,
        wrong: &mut Vec<Violation>,
    ) -> Result<Option<Self>, Error> {
        let StreamExtractConfig { gazetteers, inline_entities: inline, options, versions: _ } = config;
        let default = proto::ExtractOptions::default();
        let options = convert::options(options.as_ref().unwrap_or(&default), limits.mentions, wrong);
        let entities = convert::inline_entities(inline, limits, wrong);
        let mut pinned = Vec::new();
        let gazetteers = convert::at_most(gazetteers, "gazetteers", wrong);
        let defaults = || catalog.defaults().filter(|name| principal.sees(name)).map(str::to_owned).collect();
        let names: Vec<String> = if gazetteers.is_empty() { defaults() } else { gazetteers.to_vec() };
        for (index, name) in names.iter().enumerate() {
            let field = format!("gazetteers[{index}]");
            // What a principal does not see is answered as what does not exist.
            let found = match principal.sees(name) {
                true => catalog.get(name),
                false => Err(CatalogError::NotFound(name.clone())),
            };
            match found {
                Err(error) => {
                    let reason = ErrorReason::GazetteerNotFound;
                    wrong.push(Violation::new(field, error.to_string(), reason));
                }
                Ok(_) if names[..index].contains(name) => {
                    wrong.push(Violation::invalid(field, format!("the gazetteer {name:?} is named twice")));
                }
                Ok(gazetteer) => {
                    let asked = versions.iter().flatten().find(|asked| asked.name() == name);
                    pinned.push(asked.cloned().unwrap_or(gazetteer));
                }
            }
        }
        for (index, asked) in versions.iter().enumerate() {
            let Some(asked) = asked else { continue };
            if !names.iter().any(|name| name == asked.name()) {
                let message = format!("the gazetteer {:?} is not among those searched", asked.name());
                wrong.push(Violation::invalid(format!("versions[{index}].gazetteer"), message));
            }
        }
        if !wrong.is_empty() {
            return Ok(None);
        }
        begin(inline.len())?;
        if !entities.is_empty() {
            let content: Vec<u8> = inline.iter().flat_map(prost::Message::encode_length_delimited_to_vec).collect();
            let inline = Gazetteer::compile(Gazetteer::INLINE, &content, &entities)
                .map_err(|error| Error::Invalid(vec![Violation::invalid("inline_entities", error.to_string())]))?;
            // The caller's own names come first where nothing else decides.
            pinned.insert(0, Arc::new(inline));
        }
        Ok(Some(Self { pinned: Pinned::new(pinned, &options), options }))
    }

    /// The plan for one document of `count` whose answers share the limit on mentions of a batch.
    pub(super) fn shared(mut self, limits: &Limits, count: usize) -> Self {
        let share = (limits.batch_mentions / count.max(1)).max(1);
        self.options.max_mentions = self.options.max_mentions.map(|most| most.min(share));
        self
    }

    /// Extracts from one document, and encodes the answer: work for a worker as well. `path` is its field in the request,
    /// for errors.
    pub fn extract(
        &self,
        document: &proto::Document,
        path: &str,
        limits: &Limits,
        memory: &mut Memory,
        interrupted: &AtomicBool,
    ) -> Result<Encoded, Error> {
        let noted = Noted::begin();
        let mut wrong = Vec::new();
        let input = convert::document(document, path, limits, &mut wrong);
        Error::check(wrong).inspect_err(|error| noted.failed(error))?;
        let Memory { scratch, answer, references } = memory;
        let sources = self.pinned.sources();
        extract::run(&sources, input, &self.options, self.pinned.filter(), scratch, answer, interrupted)
            .map_err(|extract::Interrupted| Error::Cancelled)
            .inspect_err(|error| noted.failed(error))?;
        noted.answered("extract", input, &self.pinned, answer);
        Ok(answers::response(&document.id, input, &self.pinned, &self.options, answer, references))
    }

    /// Says what became of a subject in one document.
    pub fn ask(
        &self,
        document: &proto::Document,
        subject: Subject<'_>,
        limits: &Limits,
        memory: &mut Memory,
        interrupted: &AtomicBool,
    ) -> Result<proto::ExplainMatchResponse, Error> {
        let noted = Noted::begin();
        let mut wrong = Vec::new();
        let input = convert::document(document, "document", limits, &mut wrong);
        Error::check(wrong).inspect_err(|error| noted.failed(error))?;
        let Memory { scratch, answer, .. } = memory;
        let (sources, filter) = (self.pinned.sources(), self.pinned.filter());
        let findings = extract::ask(&sources, input, &self.options, filter, subject, scratch, answer, interrupted)
            .map_err(|extract::Interrupted| Error::Cancelled)
            .inspect_err(|error| noted.failed(error))?;
        noted.answered("explain", input, &self.pinned, answer);
        Ok(convert::findings(input, &self.pinned, &self.options, answer, &findings))
    }
}
