//! Room tokens: who somebody is and what they may do, signed with an API key (`docs/api.md`).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aldis_protocol::RoomId;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

use crate::Error;

/// An API key, as `aldis api-key new` prints it.
#[derive(Clone)]
pub struct Key {
    id: String,
    algorithm: Algorithm,
    key: EncodingKey,
}

/// A room token before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Who it is: 1 to 128 printable ASCII characters without space, `"` and `\`.
    pub sub: String,
    /// What others see, at most 64 characters; without it, `sub`.
    pub name: Option<String>,
    /// How long it is valid, at most 24 hours.
    pub life: Duration,
    /// What it grants.
    pub grants: Grants,
}

/// What a token grants; by default nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Grants {
    /// The only room that it is for; `None`: all rooms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// To join, resume, read the room and its chat, get ICE servers.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub join: bool,
    /// To create rooms, whose host the `sub` is then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub create: bool,
    /// All that `/v1` offers, for this room or for all.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub admin: bool,
    /// To send chat messages and `message`; `None`: they may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_chat: Option<bool>,
    /// To listen without being shown to others.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// A text of at most 1 024 bytes, told to everybody in the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<String>,
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    iat: u64,
    exp: u64,
    aldis: &'a Grants,
}

impl Token {
    /// A token for an hour, without a name.
    #[must_use]
    pub fn new(sub: impl Into<String>, grants: Grants) -> Self {
        Self { sub: sub.into(), name: None, life: Duration::from_secs(3600), grants }
    }
}

impl Key {
    /// A key of `api-key new --name NAME`: its id and its secret.
    #[must_use]
    pub fn hs256(id: impl Into<String>, secret: &str) -> Self {
        Self { id: id.into(), algorithm: Algorithm::HS256, key: EncodingKey::from_secret(secret.as_bytes()) }
    }

    /// A key of `api-key new --name NAME --public-key FILE`: its id and the private key of Ed25519, as PEM.
    ///
    /// # Errors
    /// [`Error::Key`]: it is no such key.
    pub fn ed25519(id: impl Into<String>, pem: &str) -> Result<Self, Error> {
        let key = EncodingKey::from_ed_pem(pem.as_bytes()).map_err(Error::Key)?;
        Ok(Self { id: id.into(), algorithm: Algorithm::EdDSA, key })
    }

    /// Signs a token that is valid from now.
    ///
    /// # Errors
    /// [`Error::Key`]: it cannot be signed.
    pub fn sign(&self, token: &Token) -> Result<String, Error> {
        let iat = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let Token { sub, name, life, grants } = token;
        let claims = Claims { sub, name: name.as_deref(), iat, exp: iat + life.as_secs(), aldis: grants };
        let header = Header { kid: Some(self.id.clone()), ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&header, &claims, &self.key).map_err(Error::Key)
    }
}
