//! `[[auth.issuers]]`: other issuers whose tokens are accepted, and what their claims mean. Must not know how tokens are verified.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::text::jwks_url::JwksUrl;

/// Another issuer of access tokens, such as an OpenID provider. Its users need no account here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// The claim `iss` of its tokens, byte for byte.
    pub issuer: String,
    /// Where it publishes its public keys (RFC 7517).
    pub jwks_url: JwksUrl,
    /// The value that the claim `aud` of its tokens must equal, or contain.
    pub audience: String,
    /// Prefix of its users' ids here. Ends in : | / ~ or #; empty only for a single issuer, without accounts.
    #[serde(default)]
    pub user_prefix: String,
    /// The algorithms that its keys may sign with.
    #[serde(default = "all_algorithms")]
    pub algorithms: Vec<TokenAlgorithm>,
    /// Whether the keys may be fetched from another machine without TLS.
    #[serde(default)]
    pub allow_http: bool,
    /// Which claims say who somebody is, and what they may do.
    #[serde(default)]
    pub claims: Claims,
}

/// How a token may be signed: with a private key. A shared secret is no choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TokenAlgorithm {
    /// RSA with PKCS #1 v1.5 and SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSA with PSS and SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// ECDSA with P-256 and SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

/// The claims that are read: each a name, or a path in JSON (RFC 6901) that begins with `/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Claims {
    /// Who it is: a text that the user cannot choose.
    pub user: String,
    /// What others see.
    pub name: String,
    /// The only room that the token is for, or `*`. Absent: tokens are for all rooms.
    pub room: Option<String>,
    /// `host` or `member`, or a list with one of them. Absent: all may what the owner of an account may.
    pub role: Option<String>,
}

impl Default for Claims {
    fn default() -> Self {
        Self { user: "sub".to_owned(), name: "name".to_owned(), room: None, role: None }
    }
}

fn all_algorithms() -> Vec<TokenAlgorithm> {
    vec![TokenAlgorithm::Rs256, TokenAlgorithm::Ps256, TokenAlgorithm::Es256, TokenAlgorithm::EdDsa]
}
