//! The keys that sign access tokens: PEM files in one folder, newest first, two of them live.
//!
//! The newest signs; the previous one still verifies, so a rotation logs nobody out. A key's id is its RFC 7638
//! thumbprint. Files: `<unix milliseconds>.pem`, PKCS #8, mode 0600.

mod files;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use arc_swap::ArcSwap;
use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header,
    jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse, ThumbprintHash},
};

/// How many keys are live: one that signs and one that still verifies.
pub const LIVE_MAX: usize = 2;

/// A key that signs or still verifies.
pub struct Key {
    /// RFC 7638 thumbprint (SHA-256, base64url): the `kid` of tokens and of the JWKS.
    pub kid: String,
    /// When it was created.
    pub made_at: Timestamp,
    /// The header of every token signed with it, and its encoded form.
    pub(super) header: Header,
    pub(super) encoded_header: String,
    pub(super) signing: EncodingKey,
    /// The public half as the JWT library takes it, which parses it for every token.
    pub(super) verifying: DecodingKey,
    /// The same, parsed once; it also keeps the modulus's Montgomery form.
    pub(super) public: ParsedPublicKey,
    jwk: Jwk,
}

/// A key as printed by `aldis keys list`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// See `Key::kid`.
    pub kid: String,
    /// See `Key::made_at`.
    pub made_at: Timestamp,
    /// Whether new tokens are signed with it.
    pub signs: bool,
}

/// The live keys; they may be replaced while tokens are minted and verified.
pub struct KeyRing {
    folder: PathBuf,
    /// Newest first, 1 to `LIVE_MAX`.
    live: ArcSwap<Vec<Arc<Key>>>,
}

impl KeyRing {
    /// Reads the keys of `folder`; if there are none, creates the folder and the first key. Blocks.
    ///
    /// # Errors
    /// The folder cannot be created, or a key file cannot be read, or others than its owner and group may read it.
    pub fn open(folder: &Path, now: Timestamp) -> anyhow::Result<Self> {
        let mut keys = files::read(folder)?;
        if keys.is_empty() {
            keys.push(files::write(folder, now, &generate()?)?);
        }
        Ok(Self { folder: folder.to_owned(), live: ArcSwap::from_pointee(live(keys)) })
    }

    /// Generates a new key that signs from now on; the previous one still verifies, older ones are deleted. Blocks for
    /// some 100 ms.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn rotate(&self, now: Timestamp) -> anyhow::Result<KeyInfo> {
        // A clock that was set back must not make the new key the older one.
        let newest = self.live.load().first().map_or(Timestamp::MIN, |key| key.made_at);
        let after = newest.checked_add(jiff::SignedDuration::from_millis(1)).unwrap_or(now);
        files::write(&self.folder, now.max(after), &generate()?)?;
        files::prune(&self.folder, LIVE_MAX)?;
        self.reload()?;
        self.list().into_iter().next().context("the new key is missing from the folder")
    }

    /// Reloads the folder: after `aldis keys rotate` in another process, or on SIGHUP. On error the keys stay
    /// unchanged. Returns whether they changed.
    ///
    /// # Errors
    /// A key file cannot be read, or none exists.
    pub fn reload(&self) -> anyhow::Result<bool> {
        let keys = live(files::read(&self.folder)?);
        anyhow::ensure!(!keys.is_empty(), "no key is left in {}", self.folder.display());
        let before = self.live.swap(Arc::new(keys));
        Ok(!before.iter().map(|key| &key.kid).eq(self.live.load().iter().map(|key| &key.kid)))
    }

    /// The live keys, newest first.
    #[must_use]
    pub fn list(&self) -> Vec<KeyInfo> {
        let live = self.live.load();
        let info = |(place, key): (usize, &Arc<Key>)| KeyInfo {
            kid: key.kid.clone(),
            made_at: key.made_at,
            signs: place == 0,
        };
        live.iter().enumerate().map(info).collect()
    }

    /// The public halves, for `/.well-known/jwks.json` (RFC 7517).
    #[must_use]
    pub fn jwks(&self) -> JwkSet {
        JwkSet { keys: self.live.load().iter().map(|key| key.jwk.clone()).collect() }
    }

    /// The key that signs.
    pub(super) fn signer(&self) -> Option<Arc<Key>> {
        self.live.load().first().cloned()
    }

    /// The live key with this id.
    pub(super) fn find(&self, kid: &str) -> Option<Arc<Key>> {
        self.live.load().iter().find(|key| key.kid == kid).cloned()
    }

    /// The live key whose tokens have this encoded header.
    pub(super) fn with_header(&self, encoded: &str) -> Option<Arc<Key>> {
        self.live.load().iter().find(|key| key.encoded_header == encoded).cloned()
    }
}

impl Key {
    fn from_pem(pem: &[u8], made_at: Timestamp) -> anyhow::Result<Self> {
        let signing = EncodingKey::from_rsa_pem(pem)?;
        let mut jwk = Jwk::from_encoding_key(&signing, Algorithm::RS256)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let verifying = DecodingKey::from_jwk(&jwk)?;
        let public = parsed(&jwk)?;
        let header = Header { kid: Some(kid.clone()), ..Header::new(Algorithm::RS256) };
        let encoded_header = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header)?);
        Ok(Self { kid, made_at, header, encoded_header, signing, verifying, public, jwk })
    }
}

/// The public key of `jwk`, ready to verify RS256.
fn parsed(jwk: &Jwk) -> anyhow::Result<ParsedPublicKey> {
    let AlgorithmParameters::RSA(rsa) = &jwk.algorithm else { anyhow::bail!("not an RSA key") };
    let (n, e) = (BASE64_URL_SAFE_NO_PAD.decode(&rsa.n)?, BASE64_URL_SAFE_NO_PAD.decode(&rsa.e)?);
    Ok(RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)?)
}

fn live(keys: Vec<Key>) -> Vec<Arc<Key>> {
    keys.into_iter().take(LIVE_MAX).map(Arc::new).collect()
}

/// A new RSA key of 2048 bits (what RS256 needs at least, RFC 7518 §3.3), as PKCS #8 in PEM.
fn generate() -> anyhow::Result<String> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow::anyhow!("cannot generate an RSA key"))?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| anyhow::anyhow!("cannot encode the new RSA key as PKCS #8"))?;
    Ok(pem::encode_config(
        &pem::Pem::new("PRIVATE KEY", der.as_ref()),
        pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF),
    ))
}
