//! Device keys: signing envelopes and the short tokens of sign-in.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use minicbor::{Decode, Encode};

use crate::ids::{DeviceId, Id, PublicKey, sha256};

/// The secret half of a device's (or the server's) Ed25519 key. Never printed.
#[derive(Clone)]
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// The key grown from 32 random bytes of the host.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// The 32 bytes to store.
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    pub fn device(&self) -> DeviceId {
        DeviceId::of(&self.public())
    }

    /// Signs a message whose first bytes name what it is, so that no signature serves two purposes.
    pub fn sign(&self, message: &[u8]) -> Sig {
        Sig(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({})", self.device())
    }
}

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(transparent)]
pub struct Sig(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; 64]);

impl PublicKey {
    /// Whether `signature` over `message` is by this key; strict, so there is one valid signature per message.
    pub fn verifies(&self, message: &[u8], signature: &Sig) -> bool {
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(&signature.0)).is_ok())
    }
}

/// How long a device's token lives after its making, in seconds.
pub const TOKEN_LIFE_S: i64 = 300;

/// A JWT (EdDSA) for one request: by whom, for which organisation, for exactly these bytes.
///
/// `now_ms` is the device's clock corrected by what the server said. `req` binds the token to the request:
/// see [`request_binding`].
pub fn token(key: &DeviceKey, person: Id, org: Id, request: &str, now_ms: i64) -> String {
    let now = now_ms.div_euclid(1000);
    let header = base64url(br#"{"alg":"EdDSA"}"#);
    let claims = format!(
        r#"{{"iss":"{}","sub":"{person}","aud":"footpath/{org}","nbf":{},"exp":{},"req":"{request}"}}"#,
        key.device(),
        now - 60,
        now + TOKEN_LIFE_S,
    );
    let signed = format!("{header}.{}", base64url(claims.as_bytes()));
    let signature = base64url(&key.sign(signed.as_bytes()).0);
    format!("{signed}.{signature}")
}

/// The `req` claim: base64url of the first 16 bytes of SHA-256(method LF path-and-query LF body).
pub fn request_binding(method: &str, path_and_query: &str, body: &[u8]) -> String {
    let mut message = Vec::with_capacity(method.len() + path_and_query.len() + body.len() + 2);
    message.extend_from_slice(method.as_bytes());
    message.push(b'\n');
    message.extend_from_slice(path_and_query.as_bytes());
    message.push(b'\n');
    message.extend_from_slice(body);
    let digest = sha256(&message);
    let (binding, _) = digest.split_at(16);
    base64url(binding)
}

/// Unpadded base64url.
pub fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().enumerate().fold(0u32, |word, (i, byte)| word | u32::from(*byte) << (16 - 8 * i));
        for place in 0..=chunk.len() {
            let sextet = (word >> (18 - 6 * place)) & 0x3f;
            text.extend(LETTERS.get(sextet as usize).map(|letter| char::from(*letter)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_matches_the_rfc() {
        for (plain, coded) in
            [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("??>", "Pz8-")]
        {
            assert_eq!(base64url(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn signatures_verify_and_flipped_ones_do_not() {
        let key = DeviceKey::from_seed([3; 32]);
        let signature = key.sign(b"footpath/test\0hello");
        assert!(key.public().verifies(b"footpath/test\0hello", &signature));
        assert!(!key.public().verifies(b"footpath/test\0hellO", &signature));
        assert!(!DeviceKey::from_seed([4; 32]).public().verifies(b"footpath/test\0hello", &signature));
    }

    #[test]
    fn the_secret_is_not_printed() {
        let key = DeviceKey::from_seed([0x5a; 32]);
        assert!(!format!("{key:?}").contains("5a5a5a"));
    }
}
