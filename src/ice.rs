//! ICE servers for a user: STUN as configured, TURN with credentials that coturn verifies by itself (its
//! `use-auth-secret`, after draft-uberti-behave-turn-rest), and a quota per user.
//!
//! Must not know: HTTP. Credentials are never logged; a user is never a label of a metric.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use uuid::Uuid;

/// STUN and TURN servers, and limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// STUN servers, e.g. `stun:stun.example.org:3478`. May be empty: on one network browsers need none.
    pub stun_urls: Vec<String>,
    /// TURN servers, e.g. `turn:turn.example.org:3478?transport=udp`. Used only when there is a secret.
    pub turn_urls: Vec<String>,
    /// How long a credential can be used for new allocations; at most `60m`. Existing allocations are not affected.
    pub ttl: Duration,
    /// Requests for credentials per user, within an hour of the first.
    pub quota_per_hour: u32,
    /// Users whose requests are counted at once (≈ 100 bytes each); beyond it the oldest count is dropped.
    pub quota_users_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            stun_urls: Vec::new(),
            turn_urls: Vec::new(),
            ttl: Duration::from_secs(60 * 60),
            quota_per_hour: 10,
            quota_users_max: 100_000,
        }
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

/// Counts users' requests for credentials: here in memory, in a cluster in the ledger's Redis.
#[async_trait]
pub trait Quota: Send + Sync + 'static {
    /// Counts a user's request; `Err`: too many, and how long to wait.
    async fn take(&self, user: Uuid, now: Timestamp) -> Result<(), Duration>;
}

/// The embedded quota: a window of an hour per user, from the first request on.
pub struct MemoryQuota {
    per_hour: u32,
    users_max: usize,
    windows: Mutex<Windows>,
}

#[derive(Default)]
struct Windows {
    counts: HashMap<Uuid, (Timestamp, u32)>,
    /// Users by the start of their window. All windows are equally long, so the first ends first.
    order: VecDeque<(Timestamp, Uuid)>,
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl MemoryQuota {
    /// A quota by `settings`, with nothing counted yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            per_hour: settings.quota_per_hour,
            users_max: settings.quota_users_max.max(1),
            windows: Mutex::default(),
        }
    }
}

#[async_trait]
impl Quota for MemoryQuota {
    async fn take(&self, user: Uuid, now: Timestamp) -> Result<(), Duration> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((began, oldest)) = windows.order.front().copied()
            && (began.duration_until(now) >= HOUR || windows.order.len() > self.users_max)
        {
            windows.order.pop_front();
            windows.counts.remove(&oldest);
        }
        if let Some((began, count)) = windows.counts.get_mut(&user) {
            if *count >= self.per_hour {
                let left = HOUR - began.duration_until(now);
                return Err(Duration::try_from(left).unwrap_or(Duration::from_secs(1)));
            }
            *count += 1;
        } else {
            windows.counts.insert(user, (now, 1));
            windows.order.push_back((now, user));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Ice, MemoryQuota, Quota as _, Settings, SignedDuration, Timestamp, Uuid};

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

    #[tokio::test]
    async fn the_eleventh_request_within_an_hour_waits_for_its_end() {
        let quota = MemoryQuota::new(&settings());
        let (ann, bob, start) = (Uuid::new_v4(), Uuid::new_v4(), Timestamp::UNIX_EPOCH);
        for _ in 0..10 {
            assert_eq!(quota.take(ann, start).await, Ok(()));
        }
        let later = start + SignedDuration::from_mins(20);
        assert_eq!(quota.take(ann, later).await, Err(Duration::from_secs(40 * 60)));
        assert_eq!(quota.take(bob, later).await, Ok(()), "another user is not concerned");
        assert_eq!(quota.take(ann, start + SignedDuration::from_hours(1)).await, Ok(()));
    }

    #[tokio::test]
    async fn the_count_of_users_is_bounded() {
        let quota = MemoryQuota::new(&Settings { quota_users_max: 3, ..Settings::default() });
        for _ in 0..100 {
            assert_eq!(quota.take(Uuid::new_v4(), Timestamp::UNIX_EPOCH).await, Ok(()));
        }
        assert!(quota.windows.lock().expect("not poisoned").counts.len() <= 4);
    }
}
