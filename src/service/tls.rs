//! TLS: the certificate of the server, whose certificates it takes from clients, and both read again when they change.
//!
//! A connection keeps what it was opened with. What cannot be read leaves what was read before in force.
//!
//! Must not know: who a certificate stands for.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, RootCertStore, ServerConfig,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
        server::{VerifierBuilderError, WebPkiClientVerifier},
    },
};

/// The certificates of the server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// A PEM file with the certificate of the server and those between it and its CA; empty: no TLS.
    pub certificate: PathBuf,
    /// A PEM file with the private key of the certificate.
    pub key: PathBuf,
    /// A PEM file with the CA certificates that sign those of clients; empty: clients are asked for none.
    pub client_ca: PathBuf,
    /// Whether a client without a certificate is refused; it always is where there is no access file.
    pub require_client_certificate: bool,
}

/// Why there is no TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    /// Settings that make no sense without another.
    #[error("the setting {given} asks for {missing} as well")]
    Half {
        /// What is set.
        given: &'static str,
        /// What is not.
        missing: &'static str,
    },
    /// A file cannot be read, or has none of what it should have.
    #[error("cannot read {what} from {}: {error}", file.display())]
    Read {
        /// What it should have.
        what: &'static str,
        /// The file.
        file: PathBuf,
        /// What is wrong.
        error: rustls::pki_types::pem::Error,
    },
    /// The CA of clients cannot be used.
    #[error("the client CA {} cannot be used: {error}", file.display())]
    ClientCa {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        error: VerifierBuilderError,
    },
    /// Certificate and key cannot be used.
    #[error("the certificate cannot be used: {0}")]
    Certificate(#[from] rustls::Error),
}

/// What handshakes are made with.
#[derive(Debug)]
pub(super) struct Tls {
    options: Options,
    config: ArcSwap<ServerConfig>,
}

impl Tls {
    /// Reads the certificates; `None` where there shall be no TLS. Where clients are `known` by nothing else, each must
    /// show a certificate, if there is a CA for them.
    pub(super) fn load(options: &Options, known: bool) -> Result<Option<Self>, TlsError> {
        let Options { certificate, key, client_ca, require_client_certificate } = options;
        let set = |path: &Path| !path.as_os_str().is_empty();
        let half = |given, missing| Err(TlsError::Half { given, missing });
        match (set(certificate), set(key), set(client_ca)) {
            (true, false, _) => return half("tls.certificate", "tls.key"),
            (false, true, _) => return half("tls.key", "tls.certificate"),
            (false, false, true) => return half("tls.client_ca", "tls.certificate"),
            (_, _, false) if *require_client_certificate => {
                return half("tls.require_client_certificate", "tls.client_ca");
            }
            (false, false, false) => return Ok(None),
            (true, true, _) => {}
        }
        let mut options = options.clone();
        options.require_client_certificate |= !known;
        let config = ArcSwap::from_pointee(read(&options)?);
        Ok(Some(Self { options, config }))
    }

    /// Whether clients may show certificates.
    pub(super) fn knows_clients(&self) -> bool {
        !self.options.client_ca.as_os_str().is_empty()
    }

    /// Reads the certificates again.
    pub(super) fn reload(&self) -> Result<(), TlsError> {
        self.config.store(Arc::new(read(&self.options)?));
        Ok(())
    }

    /// The files with the certificates.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let Options { certificate, key, client_ca, require_client_certificate: _ } = &self.options;
        [certificate, key, client_ca].into_iter().filter(|file| !file.as_os_str().is_empty()).cloned().collect()
    }

    /// What makes the next handshake.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.load_full())
    }
}

fn read(options: &Options) -> Result<ServerConfig, TlsError> {
    let Options { certificate, key, client_ca, require_client_certificate } = options;
    let provider = Arc::new(default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let builder = if client_ca.as_os_str().is_empty() {
        builder.with_no_client_auth()
    } else {
        let mut roots = RootCertStore::empty();
        for authority in certificates(client_ca, "CA certificates")? {
            roots.add(authority)?;
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = if *require_client_certificate { verifier } else { verifier.allow_unauthenticated() };
        let verifier = verifier.build().map_err(|error| TlsError::ClientCa { file: client_ca.clone(), error })?;
        builder.with_client_cert_verifier(verifier)
    };
    let chain = certificates(certificate, "certificates")?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| TlsError::Read {
        what: "a private key",
        file: key.clone(),
        error,
    })?;
    let mut config = builder.with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

fn certificates(file: &Path, what: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wrong = |error| TlsError::Read { what, file: file.to_owned(), error };
    let all = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(wrong)?;
    if all.is_empty() { Err(wrong(rustls::pki_types::pem::Error::NoItemsFound)) } else { Ok(all) }
}
