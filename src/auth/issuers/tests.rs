//! Other issuers: their key sets, how these are fetched and followed; and signers for tests of tokens.

mod fetched;
mod followed;
mod read;

use std::sync::{
    Arc, LazyLock, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm as Signing, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};

use super::{Algorithm, ClaimNames, FetchError, IssuerSettings, KeySource};

/// A private key of another issuer, and its public half as a JWK.
pub(crate) struct Signer {
    pub(crate) signing: Signing,
    pub(crate) key: EncodingKey,
    pub(crate) jwk: Value,
}

/// One RSA key for all tests: making one takes a while.
static RSA: LazyLock<(String, Value)> = LazyLock::new(|| {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    let der: Pkcs8V1Der<'_> = pair.as_der().expect("encoded");
    let pem = pem_of(der.as_ref());
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key");
    let jwk = serde_json::to_value(Jwk::from_encoding_key(&key, Signing::RS256).expect("a JWK")).expect("JSON");
    (pem, json!({ "kty": "RSA", "n": jwk["n"], "e": jwk["e"] }))
});

fn pem_of(der: &[u8]) -> String {
    pem::encode(&pem::Pem::new("PRIVATE KEY", der))
}

fn base64url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

impl Signer {
    pub(crate) fn rsa(kid: &str, signing: Signing) -> Self {
        let key = EncodingKey::from_rsa_pem(RSA.0.as_bytes()).expect("a key");
        let mut jwk = RSA.1.clone();
        jwk["kid"] = json!(kid);
        Self { signing, key, jwk }
    }

    pub(crate) fn es256(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let pem = pem_of(pair.to_pkcs8v1().expect("encoded").as_ref());
        let point = pair.public_key().as_ref();
        let jwk = json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": base64url(&point[1..33]), "y": base64url(&point[33..]) });
        Self { signing: Signing::ES256, key: EncodingKey::from_ec_pem(pem.as_bytes()).expect("a key"), jwk }
    }

    pub(crate) fn ed25519(kid: &str) -> Self {
        let pair = Ed25519KeyPair::generate().expect("a key");
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": base64url(pair.public_key().as_ref()) });
        let key = EncodingKey::from_ed_der(pair.to_pkcs8().expect("encoded").as_ref());
        Self { signing: Signing::EdDSA, key, jwk }
    }

    pub(crate) fn kid(&self) -> &str {
        self.jwk["kid"].as_str().expect("a kid")
    }

    /// The usual header of its tokens.
    pub(crate) fn header(&self) -> Header {
        Header { kid: Some(self.kid().to_owned()), ..Header::new(self.signing) }
    }

    pub(crate) fn token(&self, claims: &Value) -> String {
        encode(&self.header(), claims, &self.key).expect("a token")
    }
}

/// The set of these keys.
pub(crate) fn set_of(signers: &[&Signer]) -> String {
    json!({ "keys": signers.iter().map(|signer| &signer.jwk).collect::<Vec<_>>() }).to_string()
}

/// An issuer named `iss` whose users' ids begin with `prefix`.
pub(crate) fn settings(iss: &str, prefix: &str) -> IssuerSettings {
    IssuerSettings {
        issuer: iss.into(),
        jwks_url: format!("{iss}/jwks.json"),
        audience: "calls".to_owned(),
        user_prefix: prefix.to_owned(),
        algorithms: Algorithm::ALL.to_vec(),
        claims: ClaimNames::default(),
    }
}

/// Key sets that a test says; while there is none, nobody answers.
#[derive(Clone, Default)]
pub(crate) struct Desk(Arc<(Mutex<Option<String>>, AtomicUsize)>);

impl Desk {
    pub(crate) fn of(set: String) -> Self {
        let desk = Self::default();
        desk.answers(Some(set));
        desk
    }

    pub(crate) fn answers(&self, set: Option<String>) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = set;
    }

    /// How often somebody asked.
    pub(crate) fn asked(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl KeySource for Desk {
    async fn fetch(&self, _: &str) -> Result<Vec<u8>, FetchError> {
        self.0.1.fetch_add(1, Ordering::SeqCst);
        let set = self.0.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        set.map(String::into_bytes).ok_or_else(|| FetchError::Unreachable("nobody is there".to_owned()))
    }
}
