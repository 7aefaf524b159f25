//! `[ice]`: the STUN and TURN servers sent to browsers, and the secrets shared with coturn. Must not know HMAC.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::secret::Secret;
use super::text::{self, ice_url::IceUrl};

/// STUN and TURN servers sent to browsers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ice {
    /// STUN servers: they tell a browser its public address. Without any, calls work within one network.
    pub stun_urls: Vec<IceUrl>,
    /// TURN servers: they relay media where browsers cannot reach each other.
    pub turn_urls: Vec<IceUrl>,
    /// Secrets shared with coturn (`static-auth-secret`): the first signs; coturn accepts all of them during a
    /// rotation.
    pub turn_secrets: Vec<Secret>,
    /// A file that holds them, one secret a line.
    pub turn_secrets_file: Option<PathBuf>,
    /// Lifetime of a TURN credential.
    #[serde(with = "text::As::<Duration>")]
    pub credential_ttl: Duration,
    /// TURN credentials per user and hour.
    pub credentials_per_hour_max: NonZeroU32,
}

impl Default for Ice {
    fn default() -> Self {
        Self {
            stun_urls: Vec::new(),
            turn_urls: Vec::new(),
            turn_secrets: Vec::new(),
            turn_secrets_file: None,
            credential_ttl: Duration::from_secs(60 * 60),
            credentials_per_hour_max: text::times(10),
        }
    }
}
