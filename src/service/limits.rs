//! What a client may ask for at the most.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The limits of the service. Each is named in the error of whoever passes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The largest message, in bytes, after decompression.
    #[serde(deserialize_with = "some")]
    pub message_bytes: usize,
    /// The largest document: title and text together, in bytes.
    #[serde(deserialize_with = "some")]
    pub document_bytes: usize,
    /// The most documents of a batch.
    pub batch_documents: usize,
    /// The most entities that a request may bring along.
    pub inline_entities: usize,
    /// The most gazetteers of the database; 0 for any number.
    pub gazetteers: u64,
    /// The most gazetteers of the database whose names are in the scope of a caller who makes one and does not see all; 0
    /// for any number.
    pub gazetteers_per_scope: u64,
    /// The most entities that one edit of a gazetteer may add, replace or delete.
    pub edit_entities: usize,
    /// The most entities of one import, good and bad.
    pub import_entities: u64,
    /// The largest import, in bytes of its entities as JSON Lines and their ids: so much room it takes in the folder for
    /// temporary files.
    pub import_bytes: u64,
    /// The most mentions of one answer; what is beyond is cut, and the answer says so.
    #[serde(deserialize_with = "some")]
    pub mentions: usize,
    /// The most mentions of the answers of a batch together: each document may have its share of them.
    #[serde(deserialize_with = "some")]
    pub batch_mentions: usize,
    /// The most requests served or waiting at once; a stream counts as one.
    #[serde(deserialize_with = "some")]
    pub concurrent_requests: usize,
    /// The most calls of which something waits for a worker, streams and batches among them, before calls of a single
    /// document and batches are refused at once; 0 for 32 a worker.
    pub queued_calls: usize,
    /// The longest time that a call may expect to wait for a worker before it is refused at once, in milliseconds; 0 for
    /// any. Where most calls are refused, two calls wait for each worker, or a millisecond's work of short ones.
    pub queue_milliseconds: u64,
    /// The most documents of a stream that are read before the answer to the first of them was taken.
    #[serde(deserialize_with = "some")]
    pub stream_look_ahead: usize,
    /// The most connections at once; any more are closed at once.
    #[serde(deserialize_with = "some")]
    pub connections: usize,
    /// The most connections at once from one address (with IPv6, one /64); any more are closed at once. 0 for any: where all
    /// come through one proxy.
    pub connections_per_address: usize,
    /// The most calls at once of one connection; the client holds back any more.
    #[serde(deserialize_with = "some")]
    pub connection_streams: u32,
    /// The largest headers of a call, in bytes, names and values together.
    #[serde(deserialize_with = "some")]
    pub header_bytes: u32,
    /// The most calls of a connection that its client may reset before they were begun; then it is closed.
    pub pending_resets: usize,
    /// How long a client may take for the TLS handshake, and for the first bytes of HTTP/2, in seconds.
    #[serde(deserialize_with = "some")]
    pub handshake_seconds: u64,
    /// How long a connection may have no call, in seconds; 0 for ever.
    pub idle_seconds: u64,
    /// How long a client may leave an answer untaken, or take nothing at all, before its connection is closed, in seconds; 0
    /// for ever.
    pub stalled_seconds: u64,
    /// How long a request of one message may take to come, in seconds; 0 for ever.
    pub request_seconds: u64,
    /// How long a stream of requests may pause, in seconds; 0 for ever.
    pub stream_idle_seconds: u64,
    /// How often a silent connection is asked whether its client is still there, in seconds.
    #[serde(deserialize_with = "some")]
    pub keepalive_seconds: u64,
    /// How long the client may take to say that it is, in seconds.
    #[serde(deserialize_with = "some")]
    pub keepalive_timeout_seconds: u64,
}

/// A limit that lets something through. 0 means any number for some limits; for those that have this it would be a server
/// that answers nothing, or one that waits for nobody, which nobody wants.
fn some<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default + PartialEq>(deserializer: D) -> Result<T, D::Error> {
    let limit = T::deserialize(deserializer)?;
    if limit == T::default() {
        return Err(D::Error::custom("0 would let nothing through; at least 1 is asked for"));
    }
    Ok(limit)
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 16 << 20,
            document_bytes: 8 << 20,
            batch_documents: 1000,
            inline_entities: 100_000,
            gazetteers: 10_000,
            gazetteers_per_scope: 1000,
            edit_entities: 1000,
            import_entities: 20_000_000,
            import_bytes: 16 << 30,
            mentions: 100_000,
            batch_mentions: 1_000_000,
            concurrent_requests: 1024,
            stream_look_ahead: 16,
            queued_calls: 0,
            queue_milliseconds: 250,
            connections: 10_000,
            connections_per_address: 1000,
            connection_streams: 250,
            header_bytes: 16 << 10,
            pending_resets: 20,
            handshake_seconds: 10,
            idle_seconds: 300,
            stalled_seconds: 60,
            request_seconds: 60,
            stream_idle_seconds: 300,
            keepalive_seconds: 60,
            keepalive_timeout_seconds: 20,
        }
    }
}
