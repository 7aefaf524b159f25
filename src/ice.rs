//! ICE servers for a user: STUN as configured, TURN with credentials that coturn verifies by itself (its
//! `use-auth-secret`, after draft-uberti-behave-turn-rest).
//!
//! Must not know: HTTP. Credentials are never logged; a user is never a label of a metric.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use metrics::{counter, describe_counter};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

/// TURN credentials that were signed.
const CREDENTIALS: &str = "aldis_turn_credentials_total";

/// Describes the metrics to the recorder.
pub fn describe_metrics() {
    describe_counter!(CREDENTIALS, "TURN credentials that were signed, with joins and by request.");
}

/// STUN and TURN servers.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// STUN servers, e.g. `stun:stun.example.org:3478`. May be empty: on one network browsers need none.
    pub stun_urls: Vec<String>,
    /// TURN servers, e.g. `turn:turn.example.org:3478?transport=udp`. Used only when there is a secret.
    pub turn_urls: Vec<String>,
    /// How long a credential can be used for new allocations; at most `60m`. Existing allocations are not affected.
    pub ttl: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { stun_urls: Vec::new(), turn_urls: Vec::new(), ttl: Duration::from_secs(60 * 60) }
    }
}

/// One entry of `RTCConfiguration.iceServers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct IceServer {
    /// The server's urls.
    #[schema(example = json!(["turn:turn.example.org:3478?transport=udp"]))]
    pub urls: Vec<String>,
    /// TURN only: `<expiry, unix seconds>:<userId>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub username: Option<String>,
    /// TURN only: base64 of HMAC-SHA1(secret, username).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub credential: Option<String>,
}

/// Creates ICE server lists.
pub struct Ice {
    settings: Settings,
    /// coturn's `static-auth-secret`s. It accepts several during a rotation; the first signs.
    secret: Option<SecretString>,
}

impl Ice {
    /// Lists by `settings`, signed with the first of `secrets`. Without a secret there is no TURN.
    #[must_use]
    pub fn new(settings: Settings, secrets: Vec<SecretString>) -> Self {
        Self { settings, secret: secrets.into_iter().next() }
    }

    /// How long the credentials of a list created now are valid.
    #[must_use]
    pub fn ttl(&self) -> Duration {
        self.settings.ttl
    }

    /// The list for a user.
    #[must_use]
    pub fn servers_for(&self, user: &str, now: Timestamp) -> Vec<IceServer> {
        let mut servers = Vec::new();
        if !self.settings.stun_urls.is_empty() {
            servers.push(IceServer { urls: self.settings.stun_urls.clone(), username: None, credential: None });
        }
        if let Some(secret) = self.secret.as_ref().filter(|_| !self.settings.turn_urls.is_empty()) {
            let username = format!("{}:{user}", now.as_second().saturating_add_unsigned(self.settings.ttl.as_secs()));
            let credential = Some(sign(secret, &username));
            counter!(CREDENTIALS).increment(1);
            servers.push(IceServer { urls: self.settings.turn_urls.clone(), username: Some(username), credential });
        }
        servers
    }
}

impl actors::ports::IceServers for Ice {
    fn servers(&self, user: actors::protocol::UserId) -> Vec<actors::protocol::server::IceServer> {
        let servers = self.servers_for(&user.to_string(), Timestamp::now());
        let told = servers.into_iter().map(|IceServer { urls, username, credential }| {
            actors::protocol::server::IceServer { urls, username, credential }
        });
        told.collect()
    }
}

/// base64(HMAC-SHA1(secret, username)), as coturn computes it.
fn sign(secret: &SecretString, username: &str) -> String {
    // HMAC accepts keys of any length, so the error cannot happen; coturn would refuse an empty credential.
    Hmac::<sha1::Sha1>::new_from_slice(secret.expose_secret().as_bytes())
        .map(|mac| BASE64_STANDARD.encode(mac.chain_update(username).finalize().into_bytes()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Ice, Settings, Timestamp};

    fn settings() -> Settings {
        Settings {
            stun_urls: vec!["stun:stun.example.org".to_owned()],
            turn_urls: vec!["turn:turn.example.org?transport=udp".to_owned()],
            ..Settings::default()
        }
    }

    #[test]
    fn a_credential_is_what_coturn_computes() {
        let now = Timestamp::from_second(1_700_000_000).expect("a time");
        let servers = Ice::new(settings(), vec!["north".into(), "old".into()]).servers_for("ann", now);
        assert_eq!(servers.len(), 2);
        assert_eq!(servers[1].username.as_deref(), Some("1700003600:ann"));
        // printf 1700003600:ann | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(servers[1].credential.as_deref(), Some("TwqKCcbzejRFa1sgGqGS7SEzCGg="));
    }

    #[test]
    fn without_a_secret_there_is_no_turn() {
        let servers = Ice::new(settings(), Vec::new()).servers_for("ann", Timestamp::UNIX_EPOCH);
        assert_eq!(servers.len(), 1);
        assert_eq!(servers[0].credential, None);
        assert!(
            Ice::new(Settings::default(), vec!["north".into()]).servers_for("ann", Timestamp::UNIX_EPOCH).is_empty()
        );
    }
}
