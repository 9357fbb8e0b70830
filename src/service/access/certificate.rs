//! What a client certificate says of its holder.
//!
//! Read only from certificates whose chain the handshake has verified. A connection may live longer than its certificate.

use x509_parser::{extensions::GeneralName, parse_x509_certificate};

use super::pass::Moment;

/// A certificate that was verified, or none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::service) struct Certificate {
    /// The DNS names, then the common name of its subject.
    pub(super) names: Vec<String>,
    /// The last moment at which it is good; nothing without one.
    pub(super) until: Option<Moment>,
}

impl Certificate {
    /// Reads a certificate; nothing of one that cannot be read.
    pub(in crate::service) fn read(der: &[u8]) -> Self {
        let Ok((_, certificate)) = parse_x509_certificate(der) else { return Self::default() };
        let alternatives = certificate.subject_alternative_name().ok().flatten();
        let dns = alternatives.iter().flat_map(|names| &names.value.general_names).filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        });
        let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok().map(str::to_owned));
        Self { names: dns.chain(common).collect(), until: Some(certificate.validity().not_after.timestamp()) }
    }
}
