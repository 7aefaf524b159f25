//! Key sets: which keys can be used, and why the others cannot.

use jsonwebtoken::Algorithm as Signing;
use serde_json::{Value, json};

use super::{Signer, set_of};
use crate::auth::issuers::{Algorithm, KeySet, KeysError, Missing};

fn read(set: &Value) -> KeySet {
    KeySet::read(set.to_string().as_bytes(), &Algorithm::ALL, 64).expect("a key set")
}

/// The reason why this key cannot be used.
fn why(jwk: &Value) -> String {
    let set = read(&json!({ "keys": [jwk] }));
    assert!(set.is_empty() && set.unusable().len() == 1, "{jwk} can be used");
    set.unusable()[0].why.clone()
}

fn with(signer: &Signer, name: &str, value: Value) -> Value {
    let mut jwk = signer.jwk.clone();
    jwk[name] = value;
    jwk
}

#[test]
fn keys_of_each_kind_are_ready_for_what_they_are_for() {
    let (rsa, ec, ed) = (Signer::rsa("r", Signing::RS256), Signer::es256("e"), Signer::ed25519("o"));
    let set = KeySet::read(set_of(&[&rsa, &ec, &ed]).as_bytes(), &Algorithm::ALL, 64).expect("a key set");
    assert_eq!((set.len(), set.algorithms(), set.unusable()), (3, Algorithm::ALL.to_vec(), &[][..]));
    let found = |kid, algorithm| set.find(kid, algorithm).map(drop);
    assert_eq!(found(Some("r"), Algorithm::Rs256), Ok(()));
    assert_eq!(found(Some("r"), Algorithm::Ps256), Ok(()));
    assert_eq!(found(Some("r"), Algorithm::Es256), Err(Missing::OtherAlgorithm));
    assert_eq!(found(Some("e"), Algorithm::Es256), Ok(()));
    assert_eq!(found(Some("x"), Algorithm::Es256), Err(Missing::Unknown));
    assert_eq!(found(None, Algorithm::EdDsa), Ok(()), "the only one needs no name");
    let twins = KeySet::read(set_of(&[&ec, &Signer::es256("f")]).as_bytes(), &Algorithm::ALL, 64).expect("a key set");
    assert_eq!(twins.find(None, Algorithm::Es256).map(drop), Err(Missing::Unknown), "one of two has to be named");
}

#[test]
fn a_key_is_only_for_the_algorithm_that_it_names_and_that_the_operator_allows() {
    let rsa = Signer::rsa("r", Signing::RS256);
    let named = read(&json!({ "keys": [with(&rsa, "alg", json!("PS256"))] }));
    assert_eq!(named.algorithms(), [Algorithm::Ps256]);
    let set = KeySet::read(set_of(&[&rsa]).as_bytes(), &[Algorithm::Es256], 64).expect("a key set");
    assert!(set.unusable()[0].why.contains("`algorithms` of this issuer"), "{:?}", set.unusable());
    let set = KeySet::read(set_of(&[&rsa]).as_bytes(), &[Algorithm::Rs256, Algorithm::Es256], 64).expect("a key set");
    assert_eq!(set.algorithms(), [Algorithm::Rs256]);
}

#[test]
fn a_key_that_cannot_be_used_is_left_out_with_the_reason() {
    let (rsa, ec, ed) = (Signer::rsa("r", Signing::RS256), Signer::es256("e"), Signer::ed25519("o"));
    let short = super::base64url(&[0xff; 128]);
    let long = super::base64url(&[0xff; 2_048]);
    for (jwk, expected) in [
        (with(&rsa, "n", json!(short)), "it has 1024 bits"),
        (with(&rsa, "n", json!(long)), "it has 16384 bits"),
        (with(&rsa, "n", json!("!")), "`n` is not base64url"),
        (with(&rsa, "n", Value::Null), "it has no `n`"),
        (with(&rsa, "e", json!("AQ")), "exponent"),
        (with(&rsa, "e", json!("AQAA")), "exponent"),
        (with(&rsa, "e", json!("AQAAAAE")), "exponent"),
        (with(&rsa, "use", json!("enc")), "`use`"),
        (with(&rsa, "key_ops", json!(["sign"])), "`key_ops`"),
        (with(&rsa, "alg", json!("RS512")), "RS512"),
        (with(&rsa, "alg", json!("HS256")), "HS256"),
        (with(&rsa, "alg", json!("none")), "none"),
        (with(&rsa, "alg", json!("ES256")), "a key of its kind (RSA)"),
        (with(&rsa, "d", json!("AQAB")), "`d`, which must be secret"),
        (with(&ec, "crv", json!("P-384")), "P-384"),
        (with(&ec, "crv", Value::Null), "it has no `crv`"),
        (with(&ec, "y", ec.jwk["x"].clone()), "no public key"),
        (with(&ec, "x", json!("AQAB")), "`x` has 3 bytes"),
        (with(&ed, "crv", json!("X25519")), "X25519"),
        (with(&ed, "x", json!("AQAB")), "`x` has 3 bytes"),
        (json!({ "kty": "oct", "kid": "s", "k": "AQAB" }), "`k`, which must be secret"),
        (json!({ "kty": "oct", "kid": "s" }), "shared secret"),
        (json!({ "kty": "AKP", "kid": "s" }), "AKP"),
        (json!({ "kid": "s" }), "it is no key"),
        (json!("text"), "it is no key"),
        (json!(null), "it is no key"),
    ] {
        let found = why(&jwk);
        assert!(found.contains(expected), "{jwk}: {found}");
    }
    let set = read(&json!({ "keys": [ec.jwk, { "kty": "oct" }, ed.jwk, Signer::es256("e").jwk] }));
    assert_eq!(set.len(), 2, "the good ones are not lost");
    let left_out: Vec<_> = set.unusable().iter().map(|one| one.key.as_str()).collect();
    assert_eq!(left_out, ["#2", "e"]);
    assert!(set.unusable()[1].why.contains("the same `kid`"));
}

#[test]
fn what_is_no_key_set_is_an_error() {
    for text in ["", "<html>", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":null}"#, "\u{0}", &"[".repeat(10_000)] {
        let read = KeySet::read(text.as_bytes(), &Algorithm::ALL, 64).map(|set| set.len());
        assert!(matches!(read, Err(KeysError::Form(_))), "{text:.20}: {read:?}");
    }
    let many = json!({ "keys": vec![Value::Null; 65] }).to_string();
    let read = KeySet::read(many.as_bytes(), &Algorithm::ALL, 64).map(|set| set.len());
    assert_eq!(read, Err(KeysError::TooMany { keys: 65, max: 64 }));
    assert!(KeySet::read(b"{\"keys\":[]}", &Algorithm::ALL, 64).expect("a key set, if a strange one").is_empty());
}
