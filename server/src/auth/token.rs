//! Device-signed tokens: one short JWT for one request, verified against the enrolled key.
//!
//! Only EdDSA is accepted, and `jsonwebtoken` is given a provider that knows nothing else: see
//! `docs/adr/0010-tokens-with-our-own-ed25519.md`. Times are judged here, by the server's clock as the rest
//! of the server sees it, so that a wrong device clock is told from a bad token and can be corrected.

use std::sync::Once;

use axum::body::Bytes;
use axum::http::header;
use axum::http::request::Parts;
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use signature::Verifier;
use sync_core::ids::{DeviceId, Id, PublicKey};
use sync_core::keys::{Sig, request_binding};

use super::SignedIn;
use crate::app::App;
use crate::problem::{Code, Problem};

/// The longest life a token may claim, in seconds.
const MAX_LIFE_S: i64 = 600;

/// The longest token read.
const MAX_TOKEN: usize = 1024;

/// The claims read here; leaving one out is an error. `jsonwebtoken` itself cannot require `nbf`, since it reads
/// times as unsigned and a phone whose clock says 1970 signs `nbf` before it.
#[derive(Deserialize)]
struct Claims {
    exp: i64,
    nbf: i64,
    req: String,
}

/// Says who signed this request, or why nobody acceptable did.
pub async fn verify(app: &App, parts: &Parts, body: Bytes) -> Result<SignedIn, Problem> {
    let token = bearer(parts)?;
    let device = issuer(token).ok_or(Code::BadToken)?;
    let device = app.log.device(device).await?.ok_or(Code::UnknownDevice)?;
    let account = app.log.account(device.person).await?.ok_or(Code::UnknownDevice)?;
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let signer = Signer { key: device.public_key, device: device.id, person: device.person };
    let request = request_binding(parts.method.as_str(), path, &body);
    judge(token, &signer, app.log.organisation().id, &request, app.now_ms())?;
    Ok(SignedIn { account, device, body })
}

/// Who is said to have signed a token.
#[derive(Clone, Copy, Debug)]
pub struct Signer {
    pub key: PublicKey,
    pub device: DeviceId,
    pub person: Id,
}

/// Whether the token is this signer's, for this request and for now.
pub fn judge(token: &str, signer: &Signer, org: Id, request: &str, now_ms: i64) -> Result<(), Problem> {
    let claims = claims(token, &signer.key, signer.device, signer.person, org)?;
    if claims.req != request {
        return Err(Code::BadToken.into());
    }
    in_time(&claims, now_ms)
}

fn bearer(parts: &Parts) -> Result<&str, Problem> {
    let value = parts.headers.get(header::AUTHORIZATION).ok_or(Code::NotSignedIn)?;
    let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).ok_or(Code::NotSignedIn)?;
    if token.len() > MAX_TOKEN { Err(Code::BadToken.into()) } else { Ok(token) }
}

/// Who the token says signed it. Believed only to find the key it must verify against.
pub fn issuer(token: &str) -> Option<DeviceId> {
    #[derive(Deserialize)]
    struct Issuer {
        iss: String,
    }
    let claims: Issuer = jsonwebtoken::dangerous::insecure_decode(token).ok()?.claims;
    claims.iss.parse().ok()
}

fn claims(token: &str, key: &PublicKey, device: DeviceId, person: Id, org: Id) -> Result<Claims, Problem> {
    install_provider();
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_required_spec_claims(&["aud", "iss", "sub"]);
    rules.set_issuer(&[device]);
    rules.set_audience(&[format!("footpath/{org}")]);
    rules.sub = Some(person.to_string());
    rules.leeway = 0;
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let key = DecodingKey::from_ed_der(key.as_bytes());
    jsonwebtoken::decode(token, &key, &rules).map(|token| token.claims).map_err(|_| Code::BadToken.into())
}

fn in_time(claims: &Claims, now_ms: i64) -> Result<(), Problem> {
    let now = now_ms.div_euclid(1000);
    // From when it may be used first: a token made out for a far day must not be good all the days until then.
    let life = claims.exp.checked_sub(claims.nbf).ok_or(Code::BadToken)?;
    if !(0..=MAX_LIFE_S).contains(&life) {
        return Err(Code::BadToken.into());
    }
    if now < claims.nbf || now >= claims.exp {
        return Err(Problem::new(Code::Clock).with("server_time_ms", now_ms));
    }
    Ok(())
}

fn install_provider() {
    static ONCE: Once = Once::new();
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
        verifier_factory: ed25519,
        key_utils: KeyUtils::new_unimplemented(),
    };
    ONCE.call_once(|| {
        // Somebody else in this process may have been first: then theirs is used.
        let _ = PROVIDER.install_default();
    });
}

fn ed25519(algorithm: &Algorithm, key: &DecodingKey) -> JwtResult<Box<dyn JwtVerifier>> {
    if *algorithm != Algorithm::EdDSA {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    let key = PublicKey::from_slice(key.try_get_as_bytes()?).ok_or(ErrorKind::InvalidEddsaKey)?;
    Ok(Box::new(Ed25519(key)))
}

struct Ed25519(PublicKey);

impl Verifier<Vec<u8>> for Ed25519 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let signature = <[u8; 64]>::try_from(signature.as_slice()).map_err(|_| signature::Error::new())?;
        if self.0.verifies(message, &Sig(signature)) { Ok(()) } else { Err(signature::Error::new()) }
    }
}

impl JwtVerifier for Ed25519 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_core::keys::{DeviceKey, base64url, token};

    const NOW: i64 = 1_780_000_000_000;
    const PERSON: Id = Id([1; 16]);
    const ORG: Id = Id([2; 16]);

    fn key() -> DeviceKey {
        DeviceKey::from_seed([7; 32])
    }

    fn read(token: &str) -> Result<Claims, Problem> {
        claims(token, &key().public(), key().device(), PERSON, ORG)
    }

    /// A token with these claims, signed by the right key.
    fn signed(header: &str, claims: &str) -> String {
        let message = format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()));
        let signature = base64url(&key().sign(message.as_bytes()).0);
        format!("{message}.{signature}")
    }

    #[test]
    fn the_cores_own_token_is_good_until_it_expires() {
        let claims = read(&token(&key(), PERSON, ORG, "binding", NOW)).unwrap();
        assert_eq!(claims.req, "binding");
        assert!(in_time(&claims, NOW).is_ok());
        assert!(in_time(&claims, NOW - 59_000).is_ok());
        assert_eq!(in_time(&claims, NOW + 300_000).unwrap_err().code, Code::Clock);
        assert_eq!(in_time(&claims, NOW - 61_000).unwrap_err().code, Code::Clock);
    }

    #[test]
    fn a_clock_in_1970_or_2100_is_told_the_time() {
        for clock in [0, 4_102_444_800_000] {
            let claims = read(&token(&key(), PERSON, ORG, "b", clock)).unwrap();
            let problem = in_time(&claims, NOW).unwrap_err();
            assert_eq!((problem.code, problem.members["server_time_ms"].as_i64()), (Code::Clock, Some(NOW)));
        }
    }

    #[test]
    fn every_claim_is_required_and_must_be_ours() {
        let full = serde_json::json!({
            "iss": key().device(), "sub": PERSON, "aud": format!("footpath/{ORG}"), "req": "b",
            "nbf": NOW / 1000 - 60, "exp": NOW / 1000 + 300,
        });
        let header = r#"{"alg":"EdDSA","typ":"JWT"}"#;
        assert!(read(&signed(header, &full.to_string())).is_ok());
        for claim in ["iss", "sub", "aud", "req", "nbf", "exp"] {
            let mut without = full.clone();
            without.as_object_mut().unwrap().remove(claim);
            assert!(read(&signed(header, &without.to_string())).is_err(), "without {claim}");
        }
        for claim in ["iss", "sub", "aud"] {
            let mut other = full.clone();
            other[claim] = "0".repeat(32).into();
            assert!(read(&signed(header, &other.to_string())).is_err(), "another {claim}");
        }
        for header in
            [r#"{"alg":"none"}"#, r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"alg":"ES256","typ":"JWT"}"#]
        {
            assert!(read(&signed(header, &full.to_string())).is_err(), "{header}");
        }
    }

    #[test]
    fn a_token_cannot_live_long() {
        let long = Claims { exp: NOW / 1000 + 86_400, nbf: 0, req: String::new() };
        assert_eq!(in_time(&long, NOW).unwrap_err().code, Code::BadToken);
        let absurd = Claims { exp: i64::MAX, nbf: i64::MIN, req: String::new() };
        assert_eq!(in_time(&absurd, NOW).unwrap_err().code, Code::BadToken);
        let far = NOW / 1000 + 1_000_000_000;
        let from_now = Claims { exp: far + 300, nbf: 0, req: String::new() };
        assert_eq!(in_time(&from_now, NOW).unwrap_err().code, Code::BadToken);
    }

    #[test]
    fn another_key_or_a_changed_letter_is_refused() {
        let other = DeviceKey::from_seed([8; 32]);
        assert!(read(&token(&other, PERSON, ORG, "b", NOW)).is_err());
        let good = token(&key(), PERSON, ORG, "b", NOW);
        let (head, signature) = good.rsplit_once('.').unwrap();
        let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
        assert!(read(&format!("{head}.{flipped}{}", &signature[1..])).is_err());
        assert!(read("a.b.c").is_err());
    }
}
