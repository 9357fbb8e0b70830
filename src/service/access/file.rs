//! The access file: who may do what, in TOML.
//!
//! ```toml
//! [[principal]]
//! name = "newsroom"
//! role = "reader"                       # reader, editor, admin
//! gazetteers = ["news", "europe-*"]     # * at the end stands for any rest; ["*"] is all
//! tokens = ["sha256:..."]               # as `onomast token` prints them
//! certificates = ["client.example"]     # a DNS name or the common name of a client certificate
//! quota = { requests_per_second = 50 }
//!
//! [jwt]
//! jwks = "keys.json"                    # beside this file
//! issuer = "https://login.example"
//! audience = "onomast"
//! ```
//!
//! A file that is wrong in any way is refused as a whole. Messages name the place and never quote a secret.
//!
//! Must not know: requests.

use std::{
    collections::{HashMap, hash_map::Entry},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Principal, Role,
    directory::{Directory, Known, Source},
    jwt::{Claims, DEFAULT_ALGORITHMS, Jwt},
    token,
};
use crate::service::quota::Quota;

/// The longest name of a principal, in bytes.
pub(super) const MAX_NAME: usize = 200;

/// Who may call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The TOML file that says who may do what; empty: nobody is asked who they are. It is read again when it changes.
    pub file: PathBuf,
}

/// Why an access file is refused.
#[derive(Debug, Error)]
pub enum AccessError {
    /// A file cannot be read.
    #[error("cannot read {}: {error}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file is wrong.
    #[error("{}: {message}", file.display())]
    Wrong {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        message: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    principal: Vec<Item>,
    jwt: Option<Issuer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    name: String,
    role: Role,
    gazetteers: Vec<String>,
    #[serde(default)]
    tokens: Vec<String>,
    #[serde(default)]
    certificates: Vec<String>,
    quota: Option<Quota>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Issuer {
    jwks: PathBuf,
    issuer: String,
    audience: String,
    algorithms: Option<Vec<String>>,
    name_claim: Option<String>,
    role_claim: Option<String>,
    gazetteers_claim: Option<String>,
    quota: Option<Quota>,
}

/// Reads an access file, and the keys that it names.
pub(super) fn read(path: &Path, files: &mut Vec<PathBuf>) -> Result<Directory, AccessError> {
    files.push(path.to_owned());
    let wrong = |message: String| AccessError::Wrong { file: path.to_owned(), message };
    let text = text(path)?;
    let file: File = toml::from_str(&text).map_err(|error| {
        // The error would quote the line, its message a value.
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        wrong(format!("line {line}: {}", without_values(error.message())))
    })?;
    let mut names = Vec::new();
    let mut tokens = HashMap::new();
    let mut certificates = HashMap::new();
    for Item { name, role, gazetteers, tokens: hashes, certificates: subjects, quota } in file.principal {
        if !is_name(&name) {
            return Err(wrong(format!("a name of 1 to {MAX_NAME} bytes without control characters is asked for")));
        }
        if names.contains(&name) {
            return Err(wrong(format!("the principal {name:?} is there twice")));
        }
        names.push(name.clone());
        if hashes.is_empty() && subjects.is_empty() {
            return Err(wrong(format!("the principal {name:?} has neither tokens nor certificates")));
        }
        let principal = Principal { name: name.clone(), role, gazetteers: scope(gazetteers) };
        let known = Arc::new(Known { principal, quota, source: Source::File, until: None });
        for (at, text) in hashes.iter().enumerate() {
            let hash = token::parse(text).ok_or_else(|| {
                wrong(format!("tokens[{at}] of {name:?} is no hash such as `onomast token` prints: sha256:..."))
            })?;
            once(&mut tokens, hash, &known).map_err(|other| wrong(format!("{name:?} and {other:?} have one token")))?;
        }
        for subject in subjects {
            once(&mut certificates, subject.to_ascii_lowercase(), &known)
                .map_err(|other| wrong(format!("{name:?} and {other:?} have one certificate name")))?;
        }
    }
    let jwt = match file.jwt {
        None => None,
        Some(issuer) => {
            let keys = path.parent().unwrap_or(Path::new("")).join(&issuer.jwks);
            let quota = issuer.quota;
            files.push(keys.clone());
            let jwt = keys_of(issuer, &self::text(&keys)?).map_err(|message| wrong(format!("jwt: {message}")))?;
            Some((jwt, quota))
        }
    };
    if names.is_empty() && jwt.is_none() {
        return Err(wrong("nobody may call: there is neither a [[principal]] nor [jwt]".into()));
    }
    Ok(Directory { tokens, certificates, jwt, verified: Default::default() })
}

fn keys_of(issuer: Issuer, keys: &str) -> Result<Jwt, String> {
    let Issuer { jwks: _, issuer, audience, algorithms, name_claim, role_claim, gazetteers_claim, quota: _ } = issuer;
    let claims = Claims {
        name: name_claim.unwrap_or_else(|| "sub".into()),
        role: role_claim.unwrap_or_else(|| "role".into()),
        gazetteers: gazetteers_claim.unwrap_or_else(|| "gazetteers".into()),
    };
    let algorithms = algorithms.unwrap_or_else(|| DEFAULT_ALGORITHMS.map(str::to_owned).into());
    Jwt::new(keys, issuer, audience, &algorithms, claims)
}

fn text(file: &Path) -> Result<String, AccessError> {
    fs::read_to_string(file).map_err(|error| AccessError::Read { file: file.to_owned(), error })
}

/// Puts somebody in under a key that nobody has yet; fails with the name of the one who has it.
fn once<K: Eq + std::hash::Hash>(map: &mut HashMap<K, Arc<Known>>, key: K, known: &Arc<Known>) -> Result<(), String> {
    match map.entry(key) {
        Entry::Occupied(other) => Err(other.get().principal.name.clone()),
        Entry::Vacant(place) => {
            place.insert(known.clone());
            Ok(())
        }
    }
}

/// A message without the text that it quotes, which may be a token in the wrong place.
fn without_values(message: &str) -> String {
    match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => format!("{}…{}", &message[..=first], &message[last..]),
        _ => message.to_owned(),
    }
}

/// The gazetteers that exist for somebody with such a list.
pub(super) fn scope(list: Vec<String>) -> Option<Vec<String>> {
    (!list.iter().any(|item| item == "*")).then_some(list)
}

/// Whether a principal may have that name: it stands in logs and metrics.
pub(super) fn is_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len()) && !name.chars().any(char::is_control)
}
