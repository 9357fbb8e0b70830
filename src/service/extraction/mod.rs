//! The handlers of `ExtractionService`: calls of one document here, `batch` and `stream` beside it.
//!
//! A handler checks what is asked for and pins the gazetteers before the work begins; the work itself is a job in the
//! workers' line.
//!
//! Must not know: how mentions are found, how gazetteers are kept.

mod batch;
mod stream;

use std::sync::{Arc, atomic::AtomicBool};

use futures_util::stream::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use super::{
    Encoded, Error, Limits, Plan, Principal, SharedCatalog, Violation,
    line::{Kind, Turns},
    noted::Noted,
    proto::{
        self, BatchExtractRequest, Document, ExplainMatchRequest, ExplainMatchResponse, ExtractRequest,
        StreamExtractConfig, StreamExtractRequest, explain_match_request::Subject as Asked,
        served::extraction_service_server::ExtractionService,
    },
    status,
    tab::Tab,
    versions,
    work::{Memory, Workers},
};
use crate::{catalog::Gazetteer, extract::Subject, gazetteer::MAX_NAME_BYTES};

/// The answers to documents of no more bytes may wait for one another.
const SHORT: usize = 8 << 10;

/// The service. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Extraction {
    catalog: SharedCatalog,
    limits: Arc<Limits>,
    workers: Workers,
}

/// Who calls, and what they have left.
#[derive(Debug, Clone)]
struct Caller {
    principal: Principal,
    tab: Tab,
}

impl Caller {
    fn of(extensions: &tonic::Extensions) -> Self {
        Self { principal: Principal::of(extensions), tab: Tab::of(extensions) }
    }
}

impl Extraction {
    pub(super) fn new(catalog: SharedCatalog, limits: Arc<Limits>, workers: Workers) -> Self {
        Self { catalog, limits, workers }
    }

    async fn extract_one(&self, caller: Caller, request: ExtractRequest) -> Result<Encoded, Error> {
        let ExtractRequest { document, gazetteers, inline_entities, options, versions } = request;
        let config = StreamExtractConfig { gazetteers, inline_entities, options, versions };
        let work = |plan: Plan, document: &Document, limits: &Limits, memory: &mut Memory, stop: &AtomicBool| {
            plan.extract(document, "document", limits, memory, stop)
        };
        self.call(caller, config, document, Vec::new(), work).await
    }

    async fn explain(&self, caller: Caller, request: ExplainMatchRequest) -> Result<ExplainMatchResponse, Error> {
        let ExplainMatchRequest { document, subject, gazetteers, inline_entities, options, versions } = request;
        let config = StreamExtractConfig { gazetteers, inline_entities, options, versions };
        let wrong = match &subject {
            Some(Asked::Name(name)) if name.trim().is_empty() || name.len() > MAX_NAME_BYTES => {
                let message = format!("a name of 1 to {MAX_NAME_BYTES} bytes is asked for");
                vec![Violation::invalid("name", message)]
            }
            Some(_) => Vec::new(),
            None => vec![Violation::invalid("subject", "a name or an entity id is required")],
        };
        let work = move |plan: Plan, document: &Document, limits: &Limits, memory: &mut Memory, stop: &AtomicBool| {
            let subject = match &subject {
                Some(Asked::Name(name)) => Subject::Name(name),
                Some(Asked::EntityId(id)) => Subject::Entity(id),
                None => return Err(Error::Internal),
            };
            plan.ask(document, subject, limits, memory, stop)
        };
        self.call(caller, config, document, wrong, work).await
    }

    /// Does the work of a call about one document, once what is asked for is checked; `also` is what else is wrong with it.
    async fn call<T: Send + 'static>(
        &self,
        caller: Caller,
        config: StreamExtractConfig,
        document: Option<Document>,
        also: Vec<Violation>,
        work: impl FnOnce(Plan, &Document, &Limits, &mut Memory, &AtomicBool) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        // Many may have come in between while the message was read.
        self.workers.room()?;
        let mut wrong = Vec::new();
        let pinned = self.pin(&caller, &config, &mut wrong).await?;
        let (catalog, limits) = (self.catalog.clone(), self.limits.clone());
        let bytes = document.as_ref().map_or(0, bytes);
        let job = move |memory: &mut Memory, stop: &AtomicBool| {
            let catalog = catalog.catalog().ok_or(Error::NotServing)?;
            let before = wrong.len();
            required(document.as_ref(), &limits, &mut wrong);
            let noted = (wrong.len() > before).then(Noted::begin);
            wrong.extend(also);
            let begin = |inline| caller.tab.begin(inline);
            let checked = Plan::new(&catalog, &limits, &caller.principal, &config, &pinned, begin, &mut wrong)
                .and_then(|plan| Error::check(wrong).map(|()| plan));
            let plan = checked.inspect_err(|error| noted.iter().for_each(|noted| noted.failed(error)))?;
            let (Some(plan), Some(document)) = (plan, document) else { return Err(Error::Internal) };
            work(plan, &document, &limits, memory, stop)
        };
        self.workers.run(Turns::new(), Kind::Call, bytes, job).await
    }

    /// Finds the versions that the caller asks for; what is wrong with them is added to `wrong`.
    async fn pin(
        &self,
        caller: &Caller,
        config: &StreamExtractConfig,
        wrong: &mut Vec<Violation>,
    ) -> Result<Vec<Option<Arc<Gazetteer>>>, Error> {
        versions::find(&self.catalog, &caller.principal, &config.versions, wrong).await
    }

    /// Checks and pins what a request asks for, for so many documents that are answered together; `wrong` is what is
    /// known to be wrong already.
    async fn plan(
        &self,
        caller: &Caller,
        turns: Turns,
        config: StreamExtractConfig,
        documents: usize,
        mut wrong: Vec<Violation>,
    ) -> Result<Arc<Plan>, Error> {
        let pinned = self.pin(caller, &config, &mut wrong).await?;
        let (catalog, limits, caller) = (self.catalog.clone(), self.limits.clone(), caller.clone());
        let job = move |_: &mut _, _: &_| {
            let catalog = catalog.catalog().ok_or(Error::NotServing)?;
            let begin = |inline| caller.tab.begin(inline);
            let plan = Plan::new(&catalog, &limits, &caller.principal, &config, &pinned, begin, &mut wrong)?;
            Error::check(wrong)?;
            plan.map(|plan| Arc::new(plan.shared(&limits, documents))).ok_or(Error::Internal)
        };
        self.workers.run(turns, Kind::Part, 0, job).await
    }
}

/// How much a worker reads of a document.
fn bytes(document: &proto::Document) -> usize {
    document.title.len() + document.text.len()
}

/// Notes what is wrong with the one document of a request.
fn required(document: Option<&proto::Document>, limits: &Limits, wrong: &mut Vec<Violation>) {
    match document {
        Some(document) => {
            super::document(document, "document", limits, wrong);
        }
        None => wrong.push(Violation::invalid("document", "it is required")),
    }
}

/// What became of the document of that id, as a BatchExtractResult or a StreamExtractResponse has it. Fails where nobody
/// waits for it any more.
fn part(result: Result<Encoded, Error>, id: &str) -> Result<Encoded, Error> {
    match result {
        Ok(answer) => Ok(answer.into_result()),
        Err(Error::Cancelled) => Err(Error::Cancelled),
        Err(error) => Ok(refused(error, id)),
    }
}

/// Why the document of that id was refused, in the place of its answer.
fn refused(error: Error, id: &str) -> Encoded {
    Encoded::error(&status::part(error, id))
}

#[tonic::async_trait]
impl ExtractionService for Extraction {
    async fn extract(&self, request: Request<ExtractRequest>) -> Result<Response<Encoded>, Status> {
        Ok(Response::new(self.extract_one(Caller::of(request.extensions()), request.into_inner()).await?))
    }

    async fn batch_extract(&self, request: Request<BatchExtractRequest>) -> Result<Response<Encoded>, Status> {
        Ok(Response::new(self.extract_batch(Caller::of(request.extensions()), request.into_inner()).await?))
    }

    async fn explain_match(
        &self,
        request: Request<ExplainMatchRequest>,
    ) -> Result<Response<ExplainMatchResponse>, Status> {
        Ok(Response::new(self.explain(Caller::of(request.extensions()), request.into_inner()).await?))
    }

    type StreamExtractStream = BoxStream<'static, Result<Encoded, Status>>;

    async fn stream_extract(
        &self,
        request: Request<Streaming<StreamExtractRequest>>,
    ) -> Result<Response<Self::StreamExtractStream>, Status> {
        if self.catalog.catalog().is_none() {
            return Err(Error::NotServing.into());
        }
        let caller = Caller::of(request.extensions());
        Ok(Response::new(self.clone().answers(caller, request.into_inner())))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        catalog::{Catalog, Live},
        gazetteer::Entity,
        service::{line::Bounds, work::KEPT_BYTES},
    };

    #[tokio::test]
    async fn a_large_document_leaves_no_memory_behind_whatever_asked() {
        let catalog = Arc::<Live>::default();
        let entity = Entity { id: "cn".into(), name: "China".into(), ..Entity::default() };
        catalog.serve(Catalog::new([Gazetteer::compile("places", b"", &[entity]).unwrap()]));
        let workers = Workers::start(Bounds { workers: 1, most: 9, longest: None }).unwrap();
        let service = Extraction::new(catalog, Arc::default(), workers.clone());
        let caller = || Caller { principal: Principal::anybody(), tab: Tab::default() };
        let (short, long) = ("China".to_owned(), format!("{}China", " ".repeat(KEPT_BYTES)));
        let document = |title: &str, text: &str| proto::Document {
            title: title.to_owned(),
            text: text.to_owned(),
            ..Default::default()
        };
        for (title, text, kept) in [(&short, &short, true), (&short, &long, false), (&long, &short, false)] {
            let document = || document(title, text);
            let left = async |call: &str| {
                let mentions =
                    workers.run(Turns::new(), Kind::Part, 0, |memory, _| Ok(memory.answer.mentions.len())).await;
                assert_eq!(mentions, Ok(if kept { 2 } else { 0 }), "{call}: {} and {}", title.len(), text.len());
            };
            let request = ExtractRequest { document: Some(document()), ..Default::default() };
            service.extract_one(caller(), request).await.unwrap();
            left("extract").await;
            let request = BatchExtractRequest { documents: vec![document()], ..Default::default() };
            service.extract_batch(caller(), request).await.unwrap();
            left("batch").await;
            let subject = Some(Asked::EntityId("cn".into()));
            let request = ExplainMatchRequest { document: Some(document()), subject, ..Default::default() };
            service.explain(caller(), request).await.unwrap();
            left("explain").await;
        }
    }
}
