//! A client of `GazetteerService`, for the command line.
//!
//! Must not know: what is done with the answers.

use std::{error::Error, fs, io, net::IpAddr, path::PathBuf, str::FromStr as _};

use thiserror::Error;
use tonic::{
    Code, Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};

use super::proto::gazetteer_service_client::GazetteerServiceClient;

/// The largest answer, in bytes.
const MAX_ANSWER: usize = 256 << 20;

/// Where a server is, and how to speak to it.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// Its address, `http://127.0.0.1:50051` or `https://…`; without a scheme it is `http://` on this machine, and
    /// `https://` elsewhere, so that no token goes over a network in the clear unless that is said.
    pub address: String,
    /// A token that says who calls.
    pub token: Option<String>,
    /// A file with the certificate of the authority that the server's is of; without, those of the system count.
    pub authority: Option<PathBuf>,
    /// Files with a certificate and its key that say who calls.
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// Why a server cannot be spoken to.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The address is none.
    #[error("{address:?} is no address of a server: {message}")]
    Address {
        /// The address.
        address: String,
        /// What is wrong.
        message: String,
    },
    /// A token holds what a header cannot.
    #[error("the token holds characters that no token has")]
    Token,
    /// A file cannot be read.
    #[error("cannot read {}: {error}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Nobody answers there.
    #[error("no server answers at {address}: {message}")]
    NoAnswer {
        /// The address.
        address: String,
        /// What happened.
        message: String,
    },
}

/// The client.
pub type Client = GazetteerServiceClient<InterceptedService<Channel, Bearer>>;

/// Puts the token beside each request.
#[derive(Debug, Clone)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert("authorization", token.clone());
        }
        Ok(request)
    }
}

/// Connects to a server.
pub async fn connect(connection: &Connection) -> Result<Client, ClientError> {
    let Connection { address, token, authority, identity } = connection;
    let full = with_scheme(address);
    let wrong = |message: String| ClientError::Address { address: address.clone(), message };
    if !full.starts_with("https://") && !full.starts_with("http://") {
        return Err(wrong("it begins neither with http:// nor with https://".into()));
    }
    if full.starts_with("http://") && (authority.is_some() || identity.is_some()) {
        return Err(wrong("certificates are given, and it speaks no TLS; write https:// before it".into()));
    }
    let mut endpoint = Endpoint::from_str(&full).map_err(|error| wrong(error.to_string()))?;
    if full.starts_with("https://") {
        let mut tls = ClientTlsConfig::new();
        tls = match authority {
            Some(file) => tls.ca_certificate(Certificate::from_pem(read(file)?)),
            None => tls.with_native_roots(),
        };
        if let Some((certificate, key)) = identity {
            tls = tls.identity(Identity::from_pem(read(certificate)?, read(key)?));
        }
        endpoint = endpoint.tls_config(tls).map_err(|error| wrong(error.to_string()))?;
    }
    let token = token.as_ref().map(|token| format!("Bearer {token}").parse()).transpose();
    let bearer = Bearer(token.map_err(|_| ClientError::Token)?);
    let channel = endpoint.connect().await.map_err(|error| {
        let mut message = error.source().map_or_else(|| error.to_string(), in_full);
        // What the answer of a server without TLS looks like to one who asks for TLS.
        if message.contains("InvalidContentType") {
            message = "what answers there speaks no TLS; where that is right, write http:// before the address".into();
        }
        ClientError::NoAnswer { address: full.clone(), message }
    })?;
    Ok(Client::new(InterceptedService::new(channel, bearer)).max_decoding_message_size(MAX_ANSWER))
}

/// The address with the scheme that it has, or that is safe.
fn with_scheme(address: &str) -> String {
    if address.contains("://") {
        return address.to_owned();
    }
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host).trim_matches(['[', ']']);
    let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    format!("{}://{address}", if here { "http" } else { "https" })
}

fn read(file: &PathBuf) -> Result<String, ClientError> {
    fs::read_to_string(file).map_err(|error| ClientError::File { file: file.clone(), error })
}

/// An error with all that is behind it.
fn in_full(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let message = cause.to_string();
        if !text.contains(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        next = cause.source();
    }
    text
}

/// What a server answered with, for people: the code, the message, and every field that is wrong.
pub fn explain(status: &Status) -> String {
    use tonic_types::StatusExt as _;
    // What no server said was made here of what came instead of an answer.
    let broken = matches!(status.code(), Code::Unknown | Code::Internal | Code::Cancelled);
    if let Some(error) = status.source().filter(|_| broken) {
        return format!(
            "what answers there does not speak as a server should, or broke off ({}); if it has TLS, write https:// \
             before its address",
            in_full(error)
        );
    }
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    let code = if reason.is_empty() { format!("{:?}", status.code()) } else { reason };
    let mut text = format!("{code}: {}", status.message());
    for violation in status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default() {
        let wrong = format!("{}: {}", violation.field, violation.description);
        // The message has the first one already.
        if !text.contains(&wrong) {
            text.push_str(&format!("\n  {wrong}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_over_a_network_in_the_clear_unless_that_is_said() {
        for (address, full) in [
            ("localhost:50051", "http://localhost:50051"),
            ("127.0.0.1:1", "http://127.0.0.1:1"),
            ("[::1]:50051", "http://[::1]:50051"),
            ("onomast.example", "https://onomast.example"),
            ("onomast.example:50051", "https://onomast.example:50051"),
            ("localhost.example:50051", "https://localhost.example:50051"),
            ("192.0.2.1:50051", "https://192.0.2.1:50051"),
            ("[2001:db8::1]:50051", "https://[2001:db8::1]:50051"),
            ("http://onomast.example:50051", "http://onomast.example:50051"),
        ] {
            assert_eq!(with_scheme(address), full);
        }
    }
}
