//! Batches: many documents in one call, answered together and in their order.
//!
//! Workers take them in portions. A document that fails is its own result and harms no other.
//!
//! Must not know: how workers take their turns.

use futures_util::{StreamExt as _, stream};

use super::{Caller, Extraction, SHORT, bytes, part, refused};
use crate::service::{
    Encoded, Error, Violation,
    line::{Kind, Turns},
    proto::{self, BatchExtractRequest, ErrorReason, StreamExtractConfig},
    work::TOGETHER,
};

impl Extraction {
    /// Extracts from the documents of a batch.
    pub(super) async fn extract_batch(&self, caller: Caller, request: BatchExtractRequest) -> Result<Encoded, Error> {
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
        let turns = Turns::new();
        let config = StreamExtractConfig { gazetteers, inline_entities, options, versions };
        let count = documents.len();
        let plan = self.plan(&caller, turns, config, count, wrong).await?;
        let jobs = portions(documents, self.workers.count()).into_iter().map(|portion| {
            let job = |(index, document)| {
                let (plan, limits, bytes) = (plan.clone(), self.limits.clone(), bytes(&document));
                let path = format!("documents[{index}]");
                let job = move |memory: &mut _, stop: &_| {
                    part(plan.extract(&document, &path, &limits, memory, stop), &document.id)
                };
                (bytes, job)
            };
            self.workers.run_all(turns, Kind::Part, portion.into_iter().map(job).collect())
        });
        let mut results = stream::iter(jobs).buffered(self.workers.count());
        let mut parts = Vec::with_capacity(count);
        while let Some(portion) = results.next().await {
            for result in portion {
                match result {
                    Ok(part) => parts.push(part),
                    Err(error @ Error::Cancelled) => return Err(error),
                    // The job did not come to its end; what it had of the document is lost.
                    Err(error) => parts.push(refused(error, "")),
                }
            }
        }
        Ok(Encoded::batch(&parts))
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
