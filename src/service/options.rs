//! How the server runs, as settings.

use std::net::SocketAddr;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The most workers: far more than there are processors, and no more threads than a system gives.
const MAX_WORKERS: usize = 1024;

/// How the server runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The address to listen on, an IP address and a port; port 0 takes any that is free.
    #[serde(deserialize_with = "address")]
    pub listen: SocketAddr,
    /// How many documents are worked on at once, at most 1024; 0 for one a processor.
    #[serde(deserialize_with = "workers")]
    pub workers: usize,
    /// How long running requests may take to end once no new ones are taken, in seconds.
    pub grace_seconds: u64,
    /// How long requests are still taken after the signal to stop, in seconds, while health checks say NOT_SERVING: the
    /// time that load balancers need to notice. 0 to take none at once.
    pub drain_seconds: u64,
    /// The address of the admin port with `/metrics`, `/livez` and `/readyz`; empty for none.
    #[serde(with = "optional")]
    pub admin: Option<SocketAddr>,
    /// Whether to serve other machines without TLS, or without asking who calls.
    pub insecure: bool,
    /// How often to look whether certificates and the access file have changed, in seconds; 0 for never.
    pub watch_seconds: u64,
}

fn workers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let count = usize::deserialize(deserializer)?;
    if count > MAX_WORKERS {
        return Err(D::Error::custom(format!("{count} workers are more than the {MAX_WORKERS} there may be")));
    }
    Ok(count)
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    parsed(&String::deserialize(deserializer)?)
}

fn parsed<E: serde::de::Error>(text: &str) -> Result<SocketAddr, E> {
    let wanted = || E::custom(format!("{text:?} is not an IP address and a port, such as 127.0.0.1:50051"));
    text.parse().map_err(|_| wanted())
}

/// An address as a setting: a text that is empty where there is none.
mod optional {
    use std::net::SocketAddr;

    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::parsed;

    pub(super) fn serialize<S: Serializer>(address: &Option<SocketAddr>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&address.map(|address| address.to_string()).unwrap_or_default())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() { Ok(None) } else { parsed(&text).map(Some) }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 50051)),
            workers: 0,
            grace_seconds: 30,
            drain_seconds: 0,
            admin: None,
            insecure: false,
            watch_seconds: 5,
        }
    }
}
