//! The handlers of `ExtractionService`.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream, stream::BoxStream};
use tonic::{Request, Response, Status, Streaming};

use super::{
    Encoded, Error, Limits, Plan, Principal, SharedCatalog, Violation,
    front::{Admitted, of_tonic},
    line::Kind,
    proto::{
        self, BatchExtractRequest, ErrorReason, ExplainMatchRequest, ExplainMatchResponse, ExtractRequest,
        StreamExtractConfig, StreamExtractRequest, explain_match_request,
        served::extraction_service_server::ExtractionService,
    },
    status,
    tab::Tab,
    versions,
    work::{TOGETHER, Workers},
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
        // Many may have come in between while the message was read.
        self.workers.room()?;
        let mut wrong = Vec::new();
        let pinned = self.pin(&caller, &config, &mut wrong).await?;
        let (catalog, limits) = (self.catalog.clone(), self.limits.clone());
        let bytes = document.as_ref().map_or(0, bytes);
        let job = move |memory: &mut _, stop: &_| {
            let catalog = catalog.catalog().ok_or(Error::NotServing)?;
            required(document.as_ref(), &limits, &mut wrong);
            let begin = |inline| caller.tab.begin(inline);
            let plan = Plan::new(&catalog, &limits, &caller.principal, &config, &pinned, begin, &mut wrong)?;
            Error::check(wrong)?;
            let (Some(plan), Some(document)) = (plan, document) else { return Err(Error::Internal) };
            plan.extract(&document, "document", &limits, memory, stop)
        };
        self.workers.run(Kind::Call, bytes, job).await
    }

    async fn explain(&self, caller: Caller, request: ExplainMatchRequest) -> Result<ExplainMatchResponse, Error> {
        let ExplainMatchRequest { document, subject, gazetteers, inline_entities, options, versions } = request;
        let config = StreamExtractConfig { gazetteers, inline_entities, options, versions };
        // Many may have come in between while the message was read.
        self.workers.room()?;
        let mut wrong = Vec::new();
        let pinned = self.pin(&caller, &config, &mut wrong).await?;
        let (catalog, limits) = (self.catalog.clone(), self.limits.clone());
        let bytes = document.as_ref().map_or(0, bytes);
        let job = move |memory: &mut _, stop: &_| {
            let catalog = catalog.catalog().ok_or(Error::NotServing)?;
            required(document.as_ref(), &limits, &mut wrong);
            let subject = match &subject {
                Some(explain_match_request::Subject::Name(name)) => {
                    if name.trim().is_empty() || name.len() > MAX_NAME_BYTES {
                        let message = format!("a name of 1 to {MAX_NAME_BYTES} bytes is asked for");
                        wrong.push(Violation::invalid("name", message));
                    }
                    Some(Subject::Name(name))
                }
                Some(explain_match_request::Subject::EntityId(id)) => Some(Subject::Entity(id)),
                None => {
                    wrong.push(Violation::invalid("subject", "a name or an entity id is required"));
                    None
                }
            };
            let begin = |inline| caller.tab.begin(inline);
            let plan = Plan::new(&catalog, &limits, &caller.principal, &config, &pinned, begin, &mut wrong)?;
            Error::check(wrong)?;
            let (Some(plan), Some(document), Some(subject)) = (plan, document, subject) else {
                return Err(Error::Internal);
            };
            plan.ask(&document, subject, &limits, memory, stop)
        };
        self.workers.run(Kind::Call, bytes, job).await
    }

    async fn extract_batch(&self, caller: Caller, request: BatchExtractRequest) -> Result<Encoded, Error> {
        let BatchExtractRequest { documents, gazetteers, inline_entities, options, versions } = request;
        let mut wrong = Vec::new();
        if documents.is_empty() {
            wrong.push(Violation::invalid("documents", "at least one is required"));
        }
        if documents.len() > self.limits.batch_documents {
            let (size, limit) = (documents.len(), self.limits.batch_documents);
            let reason = ErrorReason::BatchTooLarge;
            wrong.push(Violation::limit("documents", "documents", size, "limits.batch_documents", limit, reason));
        }
        self.workers.room()?;
        let config = StreamExtractConfig { gazetteers, inline_entities, options, versions };
        let count = documents.len();
        let plan = self.plan(&caller, config, count, wrong).await?;
        let jobs = portions(documents, self.workers.count()).into_iter().map(|portion| {
            let job = |(index, document)| {
                let (plan, limits, bytes) = (plan.clone(), self.limits.clone(), bytes(&document));
                let path = format!("documents[{index}]");
                (bytes, move |memory: &mut _, stop: &_| plan.extract(&document, &path, &limits, memory, stop))
            };
            self.workers.run_all(Kind::Part, portion.into_iter().map(job).collect())
        });
        let mut results = stream::iter(jobs).buffered(self.workers.count());
        let mut parts = Vec::with_capacity(count);
        while let Some(portion) = results.next().await {
            for result in portion {
                match result {
                    Err(error @ Error::Cancelled) => return Err(error),
                    other => parts.push(part(other)),
                }
            }
        }
        Ok(Encoded::batch(&parts))
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
        self.workers.run(Kind::Part, 0, job).await
    }

    /// Extracts from one document of the stream of that number.
    fn extract_document(
        &self,
        stream: u64,
        plan: Arc<Plan>,
        document: proto::Document,
    ) -> BoxFuture<'static, Result<Encoded, Error>> {
        let (limits, workers) = (self.limits.clone(), self.workers.clone());
        async move {
            let bytes = bytes(&document);
            let kind = if bytes <= SHORT { Kind::Short(stream) } else { Kind::Part };
            let job = move |memory: &mut _, stop: &_| plan.extract(&document, "document", &limits, memory, stop);
            workers.run(kind, bytes, job).await
        }
        .boxed()
    }

    /// The answers to a stream of requests, in their order.
    ///
    /// At most `limits.stream_look_ahead` documents are read ahead of the answer that the client has yet to take: the
    /// answers are asked for only while HTTP/2 flow control has room for them, and requests only to make answers.
    fn answers(
        self,
        caller: Caller,
        requests: Streaming<StreamExtractRequest>,
        admitted: Option<Admitted>,
    ) -> BoxStream<'static, Result<Encoded, Status>> {
        struct Reader {
            service: Extraction,
            caller: Caller,
            requests: Streaming<StreamExtractRequest>,
            number: u64,
            plan: Option<Arc<Plan>>,
            document: usize,
            over: bool,
            _admitted: Option<Admitted>,
        }

        impl Reader {
            async fn message(&mut self) -> Result<Option<StreamExtractRequest>, Status> {
                let limit = self.service.limits.message_bytes;
                self.requests.message().await.map_err(|status| of_tonic(&status, limit).map_or(status, Status::from))
            }

            /// Reads up to the next document and starts the work on it; `None` at the end.
            async fn next(&mut self) -> Result<Option<BoxFuture<'static, Result<Encoded, Error>>>, Status> {
                while let Some(StreamExtractRequest { config, document }) = self.message().await? {
                    if let Some(config) = config {
                        self.plan = Some(self.service.plan(&self.caller, config, 1, Vec::new()).await?);
                    }
                    let Some(document) = document else { continue };
                    let plan = match &self.plan {
                        Some(plan) => plan.clone(),
                        None => self
                            .plan
                            .insert(self.service.plan(&self.caller, Default::default(), 1, Vec::new()).await?)
                            .clone(),
                    };
                    self.document += 1;
                    return Ok(Some(self.service.extract_document(self.number, plan, document)));
                }
                Ok(None)
            }
        }

        let look_ahead = self.limits.stream_look_ahead.max(1);
        // Tells the stream from every other of this process.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let (plan, document, over) = (None, 0, false);
        let reader = Reader { service: self, caller, requests, number, plan, document, over, _admitted: admitted };
        let work = stream::unfold(reader, |mut reader| async move {
            if reader.over {
                return None;
            }
            let next = reader.next().await.transpose()?;
            reader.over = next.is_err();
            let answer = async move {
                match next?.await {
                    Err(error @ (Error::Cancelled | Error::NotServing)) => Err(Status::from(error)),
                    other => Ok(part(other)),
                }
            };
            Some((answer, reader))
        });
        work.buffered(look_ahead).boxed()
    }
}

/// The documents of a batch, each with its number, in portions that a worker takes at once: several short ones, but so few
/// that all workers have some.
fn portions(documents: Vec<proto::Document>, workers: usize) -> Vec<Vec<(usize, proto::Document)>> {
    let most = (documents.len() / (4 * workers)).clamp(1, TOGETHER);
    let mut portions: Vec<Vec<_>> = Vec::new();
    let mut room = 0;
    for (index, document) in documents.into_iter().enumerate() {
        let bytes = bytes(&document);
        match portions.last_mut() {
            Some(last) if last.len() < most && bytes <= room => {
                room -= bytes;
                last.push((index, document));
            }
            _ => {
                room = (TOGETHER * SHORT).saturating_sub(bytes);
                portions.push(vec![(index, document)]);
            }
        }
    }
    portions
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

/// A result as a BatchExtractResult or a StreamExtractResponse has it.
fn part(result: Result<Encoded, Error>) -> Encoded {
    result.map_or_else(|error| Encoded::error(&status::part(error)), Encoded::into_result)
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
        let mut request = request;
        let admitted = request.extensions_mut().remove::<Admitted>();
        let caller = Caller::of(request.extensions());
        Ok(Response::new(self.clone().answers(caller, request.into_inner(), admitted)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tonic::{Code, body::Body, codec::Codec as _};

    use super::*;
    use crate::{
        catalog::{Catalog, Live},
        gazetteer::Entity,
        service::{
            body::scripted::{broken, whole},
            line::Bounds,
            work::KEPT_BYTES,
        },
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
                let mentions = workers.run(Kind::Part, 0, |memory, _| Ok(memory.answer.mentions.len())).await;
                assert_eq!(mentions, Ok(if kept { 2 } else { 0 }), "{call}: {} and {}", title.len(), text.len());
            };
            let request = ExtractRequest { document: Some(document()), ..Default::default() };
            service.extract_one(caller(), request).await.unwrap();
            left("extract").await;
            let request = BatchExtractRequest { documents: vec![document()], ..Default::default() };
            service.extract_batch(caller(), request).await.unwrap();
            left("batch").await;
            let subject = Some(explain_match_request::Subject::EntityId("cn".into()));
            let request = ExplainMatchRequest { document: Some(document()), subject, ..Default::default() };
            service.explain(caller(), request).await.unwrap();
            left("explain").await;
        }
    }

    #[test]
    fn portions_are_short_and_few_documents_go_to_all_workers() {
        let sizes = |bytes: &[usize], workers| {
            let document = |&bytes: &usize| proto::Document { text: " ".repeat(bytes), ..Default::default() };
            let portions = portions(bytes.iter().map(document).collect(), workers);
            let numbers: Vec<_> = portions.iter().flatten().map(|(number, _)| *number).collect();
            assert_eq!(numbers, (0..bytes.len()).collect::<Vec<_>>());
            portions.iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(sizes(&[10; 9], 4), [1; 9]);
        assert_eq!(sizes(&[10; 20], 2), [2; 10]);
        assert_eq!(sizes(&[10; 100], 1), [[TOGETHER; 12].as_slice(), &[4]].concat());
        assert_eq!(sizes(&[10, 10, TOGETHER * SHORT, 10, 2 * TOGETHER * SHORT, 10, 10, 10, 10], 1), [2, 1, 1, 1, 2, 2]);
        assert!(sizes(&[], 3).is_empty());
    }

    #[tokio::test]
    async fn a_stream_that_breaks_off_was_cancelled() {
        let catalog = Arc::<Live>::default();
        catalog.serve(Catalog::default());
        let workers = Workers::start(Bounds { workers: 1, most: 9, longest: None }).unwrap();
        let service = Extraction::new(catalog, Arc::default(), workers);
        let document = Some(proto::Document { text: "China".into(), ..Default::default() });
        let message = prost::Message::encode_to_vec(&StreamExtractRequest { config: None, document });
        let answers = async |body: Body| {
            let decoder = tonic_prost::ProstCodec::<(), StreamExtractRequest>::default().decoder();
            let requests = Streaming::new_request(decoder, body, None, None);
            let caller = Caller { principal: Principal::anybody(), tab: Tab::default() };
            let answers = service.clone().answers(caller, requests, None);
            answers.map(|answer| answer.map_or_else(|status| status.code(), |_| Code::Ok)).collect::<Vec<_>>().await
        };
        let messages = [message.clone(), message];
        for (how, body) in broken(&messages).into_iter().filter(|(how, _)| how.ends_with("behind a message")) {
            assert_eq!(answers(body).await, [Code::Ok, Code::Ok, Code::Cancelled], "{how}");
        }
        assert_eq!(answers(whole(&messages)).await, [Code::Ok, Code::Ok]);
    }
}
