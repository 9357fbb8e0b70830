//! Streams: one document after the other, each answered as soon as those before it are.
//!
//! Requests are read only to make answers that the client has room for. A stream that breaks off was cancelled.
//!
//! Must not know: how workers take their turns.

use std::sync::Arc;

use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream, stream::BoxStream};
use tonic::{Status, Streaming};

use super::{Caller, Extraction, SHORT, bytes, part, refused};
use crate::service::{
    Encoded, Error, Plan,
    front::of_tonic,
    line::{Kind, Turns},
    proto::{self, StreamExtractRequest},
};

impl Extraction {
    /// The answers to a stream of requests, in their order.
    ///
    /// At most `limits.stream_look_ahead` documents are read ahead of the answer that the client has yet to take: the
    /// answers are asked for only while HTTP/2 flow control has room for them, and requests only to make answers.
    pub(super) fn answers(
        self,
        caller: Caller,
        requests: Streaming<StreamExtractRequest>,
    ) -> BoxStream<'static, Result<Encoded, Status>> {
        let look_ahead = self.limits.stream_look_ahead;
        let (turns, plan, over) = (Turns::new(), None, false);
        let reader = Reader { service: self, caller, requests, turns, plan, over };
        let work = stream::unfold(reader, |mut reader| async move {
            if reader.over {
                return None;
            }
            let next = reader.next().await.transpose()?;
            reader.over = next.is_err();
            let answer = async move {
                match next?.await {
                    Ok(answer) => Ok(answer),
                    Err(error @ (Error::Cancelled | Error::NotServing)) => Err(Status::from(error)),
                    // The job did not come to its end; what it had of the document is lost.
                    Err(error) => Ok(refused(error, "")),
                }
            };
            Some((answer, reader))
        });
        work.buffered(look_ahead).boxed()
    }

    /// Extracts from one document of the stream that has these turns.
    fn extract_document(
        &self,
        turns: Turns,
        plan: Arc<Plan>,
        document: proto::Document,
    ) -> BoxFuture<'static, Result<Encoded, Error>> {
        let (limits, workers) = (self.limits.clone(), self.workers.clone());
        async move {
            let bytes = bytes(&document);
            let kind = if bytes <= SHORT { Kind::Short } else { Kind::Part };
            let job = move |memory: &mut _, stop: &_| {
                part(plan.extract(&document, "document", &limits, memory, stop), &document.id)
            };
            workers.run(turns, kind, bytes, job).await
        }
        .boxed()
    }
}

/// Reads the requests of a stream, and starts the work on each document.
struct Reader {
    service: Extraction,
    caller: Caller,
    requests: Streaming<StreamExtractRequest>,
    turns: Turns,
    plan: Option<Arc<Plan>>,
    over: bool,
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
                self.plan = Some(self.service.plan(&self.caller, self.turns, config, 1, Vec::new()).await?);
            }
            let Some(document) = document else { continue };
            let plan = match &self.plan {
                Some(plan) => plan.clone(),
                None => self
                    .plan
                    .insert(self.service.plan(&self.caller, self.turns, Default::default(), 1, Vec::new()).await?)
                    .clone(),
            };
            return Ok(Some(self.service.extract_document(self.turns, plan, document)));
        }
        Ok(None)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tonic::{Code, body::Body, codec::Codec as _};

    use super::*;
    use crate::{
        catalog::{Catalog, Live},
        service::{
            Principal,
            body::scripted::{broken, whole},
            line::Bounds,
            tab::Tab,
            work::Workers,
        },
    };

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
            let answers = service.clone().answers(caller, requests);
            answers.map(|answer| answer.map_or_else(|status| status.code(), |_| Code::Ok)).collect::<Vec<_>>().await
        };
        let messages = [message.clone(), message];
        for (how, body) in broken(&messages).into_iter().filter(|(how, _)| how.ends_with("behind a message")) {
            assert_eq!(answers(body).await, [Code::Ok, Code::Ok, Code::Cancelled], "{how}");
        }
        assert_eq!(answers(whole(&messages)).await, [Code::Ok, Code::Ok]);
    }
}
