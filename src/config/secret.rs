//! Values that must never be printed: not in errors, not in logs, not by `config show`. Must not know their use.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Printed in place of a secret.
pub(super) const REDACTED: &str = "[redacted]";

/// A secret text: its memory is wiped when dropped, and `Debug` and `Serialize` hide it.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The secret itself, for the library that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// For tests, and to detect changes on reload; not constant-time, so not for checking what a client sent.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "writeOnly": true })
    }
}

/// Whether the value of `key` may contain a secret, so that errors print its name only. Guesses for mistyped keys.
pub(super) fn may_be_secret(key: &str) -> bool {
    let words = ["secret", "secert", "url", "password", "passwd", "token", "credential"];
    let open = ["http.public_url", "ice.stun_urls", "ice.turn_urls"];
    let key = &key.replace("jwks_url", ""); // where public keys are
    !open.contains(&key.as_str())
        && !key.ends_with("_file")
        && !key.ends_with("_ttl")
        && words.iter().any(|word| key.contains(word))
}

/// `url` with its password, and passwords in its query (`password`, `pass`), replaced by `[redacted]`.
pub(super) fn without_password(url: &str) -> String {
    let (head, query) = url.split_once('?').map_or((url, None), |(head, query)| (head, Some(query)));
    let mut shown = match head.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
        Some((scheme, (user, host))) => match user.split_once(':') {
            Some((user, _)) => format!("{scheme}://{user}:{REDACTED}@{host}"),
            None => head.to_owned(),
        },
        None => head.to_owned(),
    };
    for (n, pair) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
        shown.push(if n == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((name, _)) if name.contains("pass") => shown.push_str(&format!("{name}={REDACTED}")),
            Some(_) | None => shown.push_str(pair),
        }
    }
    shown
}
