//! Bearer tokens: random, and known to the server only by their hashes.
//!
//! A token has 256 random bits, so that a plain SHA-256 cannot be turned around, and looking a hash up tells nothing of
//! how near a guess was.
//!
//! Must not know: who holds a token.

use sha2::{Digest as _, Sha256};
use thiserror::Error;
use tokio_rustls::rustls::crypto::ring::default_provider;

/// What a hash begins with in the access file.
pub(super) const PREFIX: &str = "sha256:";
/// What a token begins with, so that people and scanners know it when they see it.
const MARK: &str = "onomast_";
/// The random bytes of a token.
const BYTES: usize = 32;

/// The SHA-256 of a token.
pub(super) type Hash = [u8; 32];

/// A token that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What the client sends. Nobody can find it again from the hash.
    pub token: String,
    /// What the access file holds.
    pub hash: String,
}

/// The system has no random bytes.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the system gives no random bytes")]
pub struct NoRandomness;

/// Makes a token of 256 random bits.
pub fn new_token() -> Result<NewToken, NoRandomness> {
    let mut bytes = [0; BYTES];
    default_provider().secure_random.fill(&mut bytes).map_err(|_| NoRandomness)?;
    let token = format!("{MARK}{}", hex(&bytes));
    let hash = format!("{PREFIX}{}", hex(&hash(&token)));
    Ok(NewToken { token, hash })
}

/// The hash of a token.
pub(super) fn hash(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

/// Reads a hash as the access file has it.
pub(super) fn parse(text: &str) -> Option<Hash> {
    let digits = text.strip_prefix(PREFIX)?.as_bytes();
    let mut hash = Hash::default();
    if digits.len() != 2 * hash.len() {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(digits.chunks(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? << 4 | digit(1)?).ok()?;
    }
    Some(hash)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_the_hash_that_stands_beside_it() {
        let one = new_token().unwrap();
        assert_eq!(parse(&one.hash), Some(hash(&one.token)));
        assert_ne!(one, new_token().unwrap());
        assert_eq!(parse(&one.token), None);
        assert_eq!(parse("sha256:zz"), None);
    }
}
