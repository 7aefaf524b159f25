//! One key: an RSA pair, as the JWT library signs with it and as the JWKS publishes it.
//! Must not know where it is stored, nor when it signs.

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header,
    jwk::{AlgorithmParameters, Jwk, PublicKeyUse, ThumbprintHash},
};

/// A key that signs, will sign, or still verifies.
pub struct Key {
    /// RFC 7638 thumbprint (SHA-256, base64url): the `kid` of tokens and of the JWKS.
    pub kid: String,
    /// The header of every token signed with it, and its encoded form.
    pub(in crate::auth) header: Header,
    pub(in crate::auth) encoded_header: String,
    pub(in crate::auth) signing: EncodingKey,
    /// The public half as the JWT library takes it, which parses it for every token.
    pub(in crate::auth) verifying: DecodingKey,
    /// The same, parsed once; it also keeps the modulus's Montgomery form.
    pub(in crate::auth) public: ParsedPublicKey,
    pub(super) jwk: Jwk,
}

impl Key {
    pub(super) fn from_pem(pem: &[u8]) -> anyhow::Result<Self> {
        let signing = EncodingKey::from_rsa_pem(pem)?;
        let mut jwk = Jwk::from_encoding_key(&signing, Algorithm::RS256)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let verifying = DecodingKey::from_jwk(&jwk)?;
        let public = parsed(&jwk)?;
        let header = Header { kid: Some(kid.clone()), ..Header::new(Algorithm::RS256) };
        let encoded_header = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header)?);
        Ok(Self { kid, header, encoded_header, signing, verifying, public, jwk })
    }
}

/// The public key of `jwk`, ready to verify RS256.
fn parsed(jwk: &Jwk) -> anyhow::Result<ParsedPublicKey> {
    let AlgorithmParameters::RSA(rsa) = &jwk.algorithm else { anyhow::bail!("not an RSA key") };
    let (n, e) = (BASE64_URL_SAFE_NO_PAD.decode(&rsa.n)?, BASE64_URL_SAFE_NO_PAD.decode(&rsa.e)?);
    Ok(RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)?)
}

/// A new RSA key of 2048 bits (what RS256 needs at least, RFC 7518 §3.3), as PKCS #8 in PEM. Takes some 100 ms.
pub(super) fn generate() -> anyhow::Result<String> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow::anyhow!("cannot generate an RSA key"))?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| anyhow::anyhow!("cannot encode the new RSA key as PKCS #8"))?;
    Ok(pem::encode_config(
        &pem::Pem::new("PRIVATE KEY", der.as_ref()),
        pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF),
    ))
}
