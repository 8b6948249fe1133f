//! A token: only what the device signed, for this request and this moment, is good.
//!
//! With the first byte even the rest is a token as it comes. Odd, it is a header and claims with a zero byte between
//! them, and the right key signs both: a buggy phone does not live longer for that.

use footpath::auth::token::{Signer, issuer, judge};
use sync_core::keys::{base64url, token};

use crate::targets::scenes::{NOW_MS, ORG, PERSON, key, public};

const REQUEST: &str = "binding";

pub fn run(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    if first % 2 == 0 {
        let _ = issuer(text);
        if good(text) {
            let signed = |token: &str| token.rsplit_once('.').map(|(message, _)| message.to_owned());
            assert_eq!(signed(text), signed(&honest()), "nothing else was ever signed");
        }
    } else if let Some((header, claims)) = text.split_once('\0') {
        let message = format!("{}.{}", base64url(header.as_bytes()), base64url(claims.as_bytes()));
        let signed = format!("{message}.{}", base64url(&key().sign(message.as_bytes()).0));
        let _ = issuer(&signed);
        if good(&signed) {
            let said: serde_json::Value = serde_json::from_str(claims).expect("what is good can be read");
            let (from, until) = (said["nbf"].as_i64().expect("nbf"), said["exp"].as_i64().expect("exp"));
            assert!(from <= NOW_MS / 1000 && NOW_MS / 1000 < until && until - from <= 600);
            assert_eq!(said["req"], REQUEST);
        }
    }
}

fn good(token: &str) -> bool {
    let signer = Signer { key: public(), device: key().device(), person: PERSON };
    judge(token, &signer, ORG, REQUEST, NOW_MS).is_ok()
}

fn honest() -> String {
    token(key(), PERSON, ORG, REQUEST, NOW_MS)
}

pub fn seeds() -> Vec<Vec<u8>> {
    let claims = serde_json::json!({
        "iss": key().device(), "sub": PERSON, "aud": format!("footpath/{ORG}"), "req": REQUEST,
        "iat": NOW_MS / 1000, "nbf": NOW_MS / 1000 - 60, "exp": NOW_MS / 1000 + 300,
    });
    let parts = format!("{}\0{claims}", r#"{"alg":"EdDSA","typ":"JWT"}"#);
    vec![[&[0], honest().as_bytes()].concat(), [&[1], parts.as_bytes()].concat()]
}
