//! `[webhooks]`: the backend that is told what happens in rooms, and the keys that sign it. Must not know what is sent.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::secret::{REDACTED, Secret};
use super::text::{self, Text, http_url, text_serde};

/// The backend that is told what happens in rooms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Where events of rooms are posted to. Absent: nowhere.
    pub url: Option<WebhookUrl>,
    /// The keys that sign: the present one, and during a rotation a second one.
    pub secrets: Vec<Secret>,
    /// A file that holds them, one secret a line.
    pub secrets_file: Option<PathBuf>,
    /// Whether the backend may be on a private network, and may be reached without TLS.
    pub allow_private: bool,
    /// How long one delivery may take: connecting, sending and the answer.
    #[serde(with = "text::As::<Duration>")]
    pub answer_within: Duration,
    /// How long an event is retried before it is given up.
    #[serde(with = "text::As::<Duration>")]
    pub give_up_after: Duration,
    /// Which events are told; none named: all.
    pub events: Vec<WebhookEvent>,
}

/// A type of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum WebhookEvent {
    /// Somebody has come to a room in which nobody was.
    #[serde(rename = "room.started")]
    RoomStarted,
    /// The last one has left.
    #[serde(rename = "room.ended")]
    RoomEnded,
    /// Somebody has a seat.
    #[serde(rename = "participant.joined")]
    Joined,
    /// Their seat is free.
    #[serde(rename = "participant.left")]
    Left,
    /// Their connection is lost.
    #[serde(rename = "participant.disconnected")]
    Disconnected,
    /// They are back.
    #[serde(rename = "participant.resumed")]
    Resumed,
}

impl WebhookEvent {
    /// As events name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RoomStarted => "room.started",
            Self::RoomEnded => "room.ended",
            Self::Joined => "participant.joined",
            Self::Left => "participant.left",
            Self::Disconnected => "participant.disconnected",
            Self::Resumed => "participant.resumed",
        }
    }
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            url: None,
            secrets: Vec::new(),
            secrets_file: None,
            allow_private: false,
            answer_within: Duration::from_secs(10),
            give_up_after: Duration::from_secs(24 * 60 * 60),
            events: Vec::new(),
        }
    }
}

impl Webhooks {
    /// The keys themselves; none of a secret that is not written as one.
    #[must_use]
    pub fn keys(&self) -> Vec<Vec<u8>> {
        self.secrets.iter().filter_map(key).collect()
    }

    /// Whether every secret is written as one.
    pub(super) fn has_only_keys(&self) -> bool {
        self.secrets.iter().all(|secret| key(secret).is_some())
    }
}

/// The key of a secret as Standard Webhooks writes it: `whsec_` and Base64 of 24 to 64 bytes.
fn key(secret: &Secret) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.expose().strip_prefix("whsec_")?).ok()?;
    (24..=64).contains(&key.len()).then_some(key)
}

/// Where webhooks are posted to. Its query may be a secret, and is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(url::Url);

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.write())
    }
}

impl WebhookUrl {
    /// The URL.
    #[must_use]
    pub const fn url(&self) -> &url::Url {
        &self.0
    }

    /// Whether it is reached over TLS.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl Text for WebhookUrl {
    const FORM: &'static str = "\"https://backend.example.org/aldis\"";
    const PATTERN: &'static str = http_url::PATTERN;

    fn read(text: &str) -> Result<Self, String> {
        http_url::read(text, "a user or password: the signature proves who sends").map(Self)
    }

    fn write(&self) -> String {
        let whole = self.0.as_str();
        whole.split_once('?').map_or_else(|| whole.to_owned(), |(head, _)| format!("{head}?{REDACTED}"))
    }
}

text_serde!(WebhookUrl);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_web_server_and_nobody() {
        for right in ["https://a.example", "https://a.example:8443/x/y?z=1", "http://10.0.0.1/", "HTTPS://[::1]/a"] {
            WebhookUrl::read(right).unwrap_or_else(|why| panic!("{right}: {why}"));
        }
        for wrong in
            ["", "a.example", "ftp://a.example", "https://u:p@a.example", "https://u@a.example", "https://a/#b"]
        {
            assert!(WebhookUrl::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_query_of_a_url_is_not_shown() {
        let of = |text| WebhookUrl::read(text).expect("a URL");
        assert_eq!(of("https://a.example/x?token=canary").write(), "https://a.example/x?[redacted]");
        assert_eq!(format!("{:?}", of("https://a.example/x?canary")), "https://a.example/x?[redacted]");
        assert_eq!(of("https://a.example/x").write(), "https://a.example/x");
    }

    #[test]
    fn a_secret_is_a_prefix_and_base64_of_enough_bytes() {
        let of = |secret: &str| key(&Secret::from(secret.to_owned())).map(|key| key.len());
        assert_eq!(of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Some(24));
        assert_eq!(of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa"), None);
        assert_eq!(of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), None);
        assert_eq!(of("whsec_not Base64 but long enough to be"), None);
    }
}
