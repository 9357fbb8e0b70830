//! The names that a client certificate gives its holder.
//!
//! Read only from certificates whose chain the handshake has verified.

use x509_parser::{extensions::GeneralName, parse_x509_certificate};

/// The DNS names of the certificate, then the common name of its subject. Nothing of a certificate that cannot be read.
pub(in crate::service) fn names(der: &[u8]) -> Vec<String> {
    let Ok((_, certificate)) = parse_x509_certificate(der) else { return Vec::new() };
    let alternatives = certificate.subject_alternative_name().ok().flatten();
    let dns = alternatives.iter().flat_map(|names| &names.value.general_names).filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    });
    let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok().map(str::to_owned));
    dns.chain(common).collect()
}
