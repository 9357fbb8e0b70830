//! Two tenants, what they show to be let in, and what forgers show: certificates and tokens made anew for each test.

use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use onomast::{
    catalog::{Catalog, Gazetteer},
    gazetteer::Entity,
    service::{AccessOptions, Facing, NewToken, Quota, TlsOptions, new_token},
};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use serde_json::json;

use crate::support::Folder;

/// The issuer and the audience of good tokens.
pub(crate) const ISSUER: &str = "https://login.example";
/// Who tokens are for.
pub(crate) const AUDIENCE: &str = "onomast";

/// A CA that signs certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate.
    pub(crate) pem: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(parameters, key), pem }
    }

    /// Certificate and key for a name, in PEM.
    pub(crate) fn sign(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut parameters);
        let key = KeyPair::generate().unwrap();
        (parameters.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    pub(crate) fn server(&self) -> (String, String) {
        self.sign("localhost", |_| {})
    }

    pub(crate) fn client(&self, name: &str) -> (String, String) {
        self.sign(name, |parameters| parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth])
    }
}

/// A key that signs tokens.
pub(crate) struct Signer {
    pub(crate) key: EncodingKey,
    pub(crate) public_pem: String,
    jwk: Jwk,
}

impl Signer {
    pub(crate) fn new(kid: &str) -> Self {
        let pair = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let key = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).unwrap();
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
        jwk.common.key_id = Some(kid.into());
        Self { key, public_pem: pair.public_key_pem(), jwk }
    }

    pub(crate) fn jwk(&self) -> Jwk {
        self.jwk.clone()
    }

    /// A token with these claims, and the header changed.
    pub(crate) fn sign(&self, claims: &serde_json::Value, change: impl FnOnce(&mut Header)) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some("one".into());
        change(&mut header);
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }
}

/// The time in seconds, so much from now.
pub(crate) fn time(from_now: i64) -> i64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO).as_secs() as i64 + from_now
}

/// Good claims of a reader of the gazetteers of one tenant.
pub(crate) fn claims() -> serde_json::Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "robot", "exp": time(600), "role": "reader", "gazetteers": ["one", "one-*"]
    })
}

/// The tenants, and the files that say who they are.
pub(crate) struct Tenants {
    pub(crate) folder: Folder,
    pub(crate) authority: Authority,
    pub(crate) signer: Signer,
    /// The token of a reader of `one` and `one-*`.
    pub(crate) one: NewToken,
    /// The token of an admin of `two`.
    pub(crate) two: NewToken,
}

impl Tenants {
    pub(crate) fn new() -> Self {
        let folder = Folder::new();
        let (authority, signer) = (Authority::new(), Signer::new("one"));
        let tenants = Self { folder, authority, signer, one: new_token().unwrap(), two: new_token().unwrap() };
        tenants.folder.file("keys.json", json!({"keys": [tenants.signer.jwk]}).to_string());
        tenants.folder.file("ca.pem", &tenants.authority.pem);
        tenants.write_server_certificate();
        tenants.write_access("");
        tenants
    }

    pub(crate) fn write_server_certificate(&self) {
        let (certificate, key) = self.authority.server();
        self.folder.file("server.pem", certificate);
        self.folder.file("server.key", key);
    }

    /// Writes the access file, with more lines for the first tenant.
    pub(crate) fn write_access(&self, more: &str) -> PathBuf {
        let text = format!(
            "[[principal]]\nname = \"tenant one\"\nrole = \"reader\"\ngazetteers = [\"one\", \"one-*\"]\n\
             tokens = [\"{}\"]\ncertificates = [\"one.example\"]\n{more}\n\
             [[principal]]\nname = \"tenant two\"\nrole = \"admin\"\ngazetteers = [\"two\"]\ntokens = [\"{}\"]\n\
             [jwt]\njwks = \"keys.json\"\nissuer = \"{ISSUER}\"\naudience = \"{AUDIENCE}\"\n",
            self.one.hash, self.two.hash
        );
        self.folder.file("access.toml", text)
    }

    /// A server that knows the tenants, without TLS.
    pub(crate) fn access(&self) -> Facing {
        let access = AccessOptions { file: self.folder.path("access.toml") };
        Facing { access, tls: TlsOptions::default(), quota: Quota::default() }
    }

    /// With TLS; clients must show a certificate where `required`.
    pub(crate) fn tls(&self, required: bool) -> Facing {
        let path = |name| self.folder.path(name);
        let tls = TlsOptions {
            certificate: path("server.pem"),
            key: path("server.key"),
            client_ca: path("ca.pem"),
            require_client_certificate: required,
        };
        Facing { tls, ..self.access() }
    }

    /// A gazetteer for each tenant, and one more for the first.
    pub(crate) fn catalog() -> Catalog {
        let entity = |id: &str, name: &str| Entity { id: id.into(), name: name.into(), ..Entity::default() };
        let gazetteer = |name: &str, entity| Gazetteer::compile(name, b"1", &[entity]).unwrap();
        Catalog::new([
            gazetteer("one", entity("id-one", "Oneland")),
            gazetteer("one-more", entity("id-more", "Moreland")),
            gazetteer("two", entity("id-secret", "Secretland")),
        ])
    }
}
