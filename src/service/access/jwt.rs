//! Signed tokens (JWT) that somebody else gives out, checked with their public keys.
//!
//! The key decides what may be: only asymmetric algorithms exist here, each token is checked with the one key that its
//! `kid` names, and only with an algorithm that is listed and that the key is for. Issuer, audience and expiry must be
//! there and right, `nbf` right where it is there. All that is looked at before the signature, which costs most; nothing of
//! it is believed until the signature is found good.
//!
//! Must not know: headers, files.

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    dangerous::insecure_decode_claims,
    decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse},
};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::{
    Principal, Role,
    file::{MAX_NAME, is_name},
    pass::{Moment, now},
};

/// How far clocks may differ, in seconds.
const LEEWAY: u64 = 60;
/// The most gazetteers that a token may list.
const MAX_GAZETTEERS: usize = 1000;

/// The algorithms that are allowed where the file names none.
pub(super) const DEFAULT_ALGORITHMS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];

/// The claims that say who a token is for.
#[derive(Debug, Clone)]
pub(super) struct Claims {
    /// The claim with the name of the principal.
    pub(super) name: String,
    /// The claim with the role: reader, editor or admin. A token without it is a reader's.
    pub(super) role: String,
    /// The claim with the gazetteers: a list, or names with spaces between. A token without it sees none.
    pub(super) gazetteers: String,
}

/// A key, and what it may be used with.
struct Key {
    kid: Option<String>,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

/// What tokens are checked with.
pub(super) struct Jwt {
    keys: Vec<Key>,
    issuer: String,
    audience: String,
    claims: Claims,
}

/// What a token says of itself. Anybody may have written it.
pub(super) struct Claimed<'a> {
    token: &'a str,
    key: &'a DecodingKey,
    validation: Validation,
    principal: Principal,
    until: Moment,
}

impl Claimed<'_> {
    /// The principal that the token is for, and the last moment at which it is good; `None` where its signature is bad, or
    /// anything else at all is wrong with it. Takes as long as a short document.
    pub(super) fn verify(self) -> Option<(Principal, Moment)> {
        let Self { token, key, validation, principal, until } = self;
        decode::<IgnoredAny>(token, key, &validation).ok()?;
        Some((principal, until))
    }
}

impl std::fmt::Debug for Jwt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jwt").field("issuer", &self.issuer).field("keys", &self.keys.len()).finish()
    }
}

impl Jwt {
    /// Reads the keys. Fails with a sentence about what is wrong.
    pub(super) fn new(
        keys: &str,
        issuer: String,
        audience: String,
        allowed: &[String],
        claims: Claims,
    ) -> Result<Self, String> {
        let mut algorithms = Vec::new();
        for name in allowed {
            algorithms.push(algorithm(name).ok_or(format!("{name:?} is no asymmetric algorithm that is known here"))?);
        }
        let keys: JwkSet = serde_json::from_str(keys).map_err(|error| format!("the keys are no JWKS: {error}"))?;
        let signing = |key: &&Jwk| !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
        let keys: Result<Vec<_>, _> = keys.keys.iter().filter(signing).map(|key| Key::new(key, &algorithms)).collect();
        let keys = keys?;
        if keys.is_empty() {
            return Err("the JWKS has no key to check signatures with".into());
        }
        for (at, key) in keys.iter().enumerate() {
            if keys.len() > 1 && (key.kid.is_none() || keys[..at].iter().any(|other| other.kid == key.kid)) {
                return Err("each of several keys needs a kid of its own".into());
            }
        }
        if issuer.is_empty() || audience.is_empty() {
            return Err("issuer and audience are required".into());
        }
        Ok(Self { keys, issuer, audience, claims })
    }

    /// What a token claims, where all but its signature may be good: whatever is cheap to find wrong is found here.
    pub(super) fn read<'a>(&'a self, token: &'a str) -> Option<Claimed<'a>> {
        let header = decode_header(token).ok()?;
        // An extension that must be understood is not.
        if header.crit.is_some() {
            return None;
        }
        let key = match &header.kid {
            Some(kid) => self.keys.iter().find(|key| key.kid.as_ref() == Some(kid))?,
            None if self.keys.len() == 1 => &self.keys[0],
            None => return None,
        };
        if !key.algorithms.contains(&header.alg) {
            return None;
        }
        let claims: Map<String, Value> = insecure_decode_claims(token).ok()?;
        let holds = |name: &str, wanted: &str| match claims.get(name) {
            Some(Value::String(one)) => one == wanted,
            Some(Value::Array(list)) => list.iter().any(|one| one.as_str() == Some(wanted)),
            _ => false,
        };
        // A fraction is cut; what lies beyond all times is the end of them.
        let until = (claims.get("exp")?.as_f64()? as Moment).saturating_add(LEEWAY as Moment);
        let early =
            |from: &Value| from.as_f64().is_none_or(|from| from as Moment > now().saturating_add(LEEWAY as Moment));
        if until < now() || claims.get("nbf").is_some_and(early) {
            return None;
        }
        if !holds("iss", &self.issuer) || !holds("aud", &self.audience) {
            return None;
        }
        let principal = self.principal(&Value::Object(claims))?;
        let mut validation = Validation::new(header.alg);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        Some(Claimed { token, key: &key.key, validation, principal, until })
    }

    /// The principal that claims name; `None` where one of them is wrong.
    fn principal(&self, claims: &Value) -> Option<Principal> {
        let name = self.claim(claims, &self.claims.name)?.as_str()?;
        let role = match self.claim(claims, &self.claims.role) {
            None => Role::Reader,
            Some(role) => Role::parse(role.as_str()?)?,
        };
        let gazetteers = match self.claim(claims, &self.claims.gazetteers) {
            None => Vec::new(),
            Some(Value::String(list)) => list.split_whitespace().map(str::to_owned).collect(),
            Some(Value::Array(list)) if list.len() <= MAX_GAZETTEERS => {
                list.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()?
            }
            Some(_) => return None,
        };
        let gazetteers = super::file::scope(gazetteers);
        is_name(name).then(|| Principal { name: name.to_owned(), role, gazetteers })
    }

    /// A claim by its name, or by a JSON pointer where it begins with a slash.
    fn claim<'a>(&self, claims: &'a Value, name: &str) -> Option<&'a Value> {
        if name.starts_with('/') { claims.pointer(name) } else { claims.get(name) }
    }
}

impl Key {
    fn new(jwk: &Jwk, allowed: &[Algorithm]) -> Result<Self, String> {
        use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};
        let kid = jwk.common.key_id.clone();
        let shown = || kid.as_deref().unwrap_or("").chars().take(MAX_NAME).collect::<String>();
        let fit: &[Algorithm] = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => &[RS256, RS384, RS512, PS256, PS384, PS512],
            AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => &[ES256],
            AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P384 => &[ES384],
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => &[EdDSA],
            AlgorithmParameters::OctetKey(_) => {
                return Err(format!("the key {:?} is symmetric: whoever can check with it can also sign", shown()));
            }
            _ => return Err(format!("the key {:?} is of a kind that is not known here", shown())),
        };
        let own = jwk.common.key_algorithm.map(|algorithm| algorithm.to_string().parse::<Algorithm>());
        let own = own.transpose().map_err(|_| format!("the key {:?} is for an algorithm not known here", shown()))?;
        let may = |one: &Algorithm| allowed.contains(one) && own.is_none_or(|own| own == *one);
        let algorithms: Vec<_> = fit.iter().copied().filter(may).collect();
        if algorithms.is_empty() {
            return Err(format!("no algorithm that is allowed fits the key {:?}", shown()));
        }
        let key =
            DecodingKey::from_jwk(jwk).map_err(|error| format!("the key {:?} cannot be used: {error}", shown()))?;
        Ok(Self { kid, algorithms, key })
    }
}

/// An asymmetric algorithm by its name.
fn algorithm(name: &str) -> Option<Algorithm> {
    let symmetric = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
    name.parse().ok().filter(|algorithm| !symmetric.contains(algorithm))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jsonwebtoken::{EncodingKey, Header};
    use rcgen::KeyPair;
    use serde_json::json;

    use super::*;

    /// What is changed of good claims and a good header.
    type Change<'a> = &'a dyn Fn(&mut Value, &mut Header);

    /// A key that signs, and what checks with it.
    fn signer() -> (EncodingKey, String) {
        let pair = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let key = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).unwrap();
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
        jwk.common.key_id = Some("one".into());
        (key, json!({"keys": [jwk]}).to_string())
    }

    #[test]
    fn what_is_cheap_to_find_wrong_is_found_before_the_signature() {
        let ((_, keys), (forger, _)) = (signer(), signer());
        let claims = Claims { name: "sub".into(), role: "role".into(), gazetteers: "gazetteers".into() };
        let allowed = DEFAULT_ALGORITHMS.map(str::to_owned);
        let jwt = Jwt::new(&keys, "me".into(), "here".into(), &allowed, claims).unwrap();
        let sign = |change: Change<'_>| {
            let mut header = Header::new(Algorithm::ES256);
            header.kid = Some("one".into());
            let mut claims = json!({"iss": "me", "aud": "here", "sub": "robot", "exp": now() + 600});
            change(&mut claims, &mut header);
            jsonwebtoken::encode(&header, &claims, &forger).unwrap()
        };
        // None of these needs its signature looked at.
        let changes: [Change<'_>; 12] = [
            &|_, header| header.kid = Some("other".into()),
            &|_, header| header.crit = Some(vec!["exp".into()]),
            &|claims, _| claims["exp"] = (now() - 120).into(),
            &|claims, _| claims["exp"] = "never".into(),
            &|claims, _| claims["nbf"] = (now() + 120).into(),
            &|claims, _| claims["nbf"] = "tomorrow".into(),
            &|claims, _| claims["iss"] = "you".into(),
            &|claims, _| claims["aud"] = json!(["there"]),
            &|claims, _| drop(claims.as_object_mut().unwrap().remove("aud")),
            &|claims, _| claims["role"] = "root".into(),
            &|claims, _| claims["gazetteers"] = 7.into(),
            &|claims, _| claims["sub"] = "".into(),
        ];
        for (at, change) in changes.into_iter().enumerate() {
            assert!(jwt.read(&sign(change)).is_none(), "change {at}");
        }
        let es384 = format!("eyJhbGciOiJFUzM4NCIsImtpZCI6Im9uZSJ9.{}", sign(&|_, _| {}).split_once('.').unwrap().1);
        assert!(jwt.read(&es384).is_none());
        // Only the signature is wrong with these.
        let changes: [Change<'_>; 2] = [&|_, _| {}, &|claims, _| {
            claims["aud"] = json!(["there", "here"]);
            claims["nbf"] = (now() - 1).into();
        }];
        for change in changes {
            assert!(jwt.read(&sign(change)).unwrap().verify().is_none());
        }
    }
}
