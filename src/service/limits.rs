//! What a client may ask for at the most.

use serde::{Deserialize, Serialize};

/// The limits of the service. Each is named in the error of whoever passes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The largest message, in bytes, after decompression.
    pub message_bytes: usize,
    /// The largest document: title and text together, in bytes.
    pub document_bytes: usize,
    /// The most documents of a batch.
    pub batch_documents: usize,
    /// The most entities that a request may bring along.
    pub inline_entities: usize,
    /// The most entities that one edit of a gazetteer may add, replace or delete.
    pub edit_entities: usize,
    /// The most mentions of one answer; what is beyond is cut, and the answer says so.
    pub mentions: usize,
    /// The most mentions of the answers of a batch together: each document may have its share of them.
    pub batch_mentions: usize,
    /// The most requests served or waiting at once; a stream counts as one.
    pub concurrent_requests: usize,
    /// The most documents of a stream that are read before the answer to the first of them was taken.
    pub stream_look_ahead: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 16 << 20,
            document_bytes: 8 << 20,
            batch_documents: 1000,
            inline_entities: 100_000,
            edit_entities: 1000,
            mentions: 100_000,
            batch_mentions: 1_000_000,
            concurrent_requests: 1024,
            stream_look_ahead: 16,
        }
    }
}
