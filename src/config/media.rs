//! `[media]`: the media servers of rooms with mode `sfu` or `auto`, and when a room leaves or returns to them. Must not know HTTP.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::secret::Secret;
use super::text::{self, Text, text_serde};

/// Media servers for rooms of mode `sfu` or `auto`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Media {
    /// The media servers, the same on all nodes. Empty: no rooms of mode `sfu` or `auto`.
    pub servers: Vec<MediaUrl>,
    /// The secret shared with them.
    pub secret: Option<Secret>,
    /// A file that holds it in its first line.
    pub secret_file: Option<PathBuf>,
    /// Timeout of a request to a media server, waiting for its turn included.
    #[serde(with = "text::As::<Duration>")]
    pub request_within: Duration,
    /// What a room does while no media server is there.
    pub fallback: Fallback,
    /// Rooms with fewer members fall back; larger ones wait.
    pub fallback_below: NonZeroUsize,
    /// How long a media server must have been well before rooms return to it.
    #[serde(with = "text::As::<Duration>")]
    pub recover_after: Duration,
    /// The least time between two switches of one room; and how long one of mode `auto` must have been small to leave its server.
    #[serde(with = "text::As::<Duration>")]
    pub switch_every_min: Duration,
}

/// What a room of mode `sfu` or `auto` does while no media server is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Fallback {
    /// Its members connect to each other, if they are few.
    Mesh,
    /// It waits.
    None,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            servers: Vec::new(),
            secret: None,
            secret_file: None,
            request_within: Duration::from_secs(2),
            fallback: Fallback::Mesh,
            fallback_below: text::count(4),
            recover_after: Duration::from_secs(15),
            switch_every_min: Duration::from_secs(30),
        }
    }
}

/// A media server: its adapter and its address, `mediasoup+https://media1.example.org:4443`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaUrl {
    /// Whether it is asked over TLS.
    pub is_encrypted: bool,
    /// Its name or address; IPv6 in brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl MediaUrl {
    /// What it is called everywhere: `host:port`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Where it is asked: `https://host:port`.
    #[must_use]
    pub fn base(&self) -> String {
        format!("{}://{}:{}", if self.is_encrypted { "https" } else { "http" }, self.host, self.port)
    }
}

impl Text for MediaUrl {
    const FORM: &'static str = "\"mediasoup+http://10.0.0.5:4443\" or \"mediasoup+https://media1.example.org:4443\"";
    const PATTERN: &'static str = r"^mediasoup\+https?://[^/?#@]+/?$";

    fn read(text: &str) -> Result<Self, String> {
        let Some(address) = text.strip_prefix("mediasoup+") else {
            let adapter = text.split_once('+').map_or("", |(adapter, _)| adapter);
            let is_name = !adapter.is_empty() && adapter.bytes().all(|byte| byte.is_ascii_alphanumeric());
            return Err(if is_name {
                format!("there is no adapter `{adapter}`")
            } else {
                "it names no adapter before a `+`".to_owned()
            });
        };
        let url = url::Url::parse(address).map_err(|_| "not a URL after `mediasoup+`".to_owned())?;
        let is_encrypted = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err("neither http: nor https: after `mediasoup+`".to_owned()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it has a user or a password; the secret belongs in `media.secret_file`".to_owned());
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err("not a server and its port alone".to_owned());
        }
        match (url.host_str(), url.port_or_known_default()) {
            (Some(host), Some(port)) => Ok(Self { is_encrypted, host: host.to_owned(), port }),
            (None, _) | (_, None) => Err("it names no host".to_owned()),
        }
    }

    fn write(&self) -> String {
        format!("mediasoup+{}", self.base())
    }
}

text_serde!(MediaUrl);

#[cfg(test)]
mod tests {
    use super::{MediaUrl, Text as _};

    #[test]
    fn a_url_names_adapter_protection_server_and_port() {
        for (text, name, base) in [
            ("mediasoup+http://10.0.0.5:4443", "10.0.0.5:4443", "http://10.0.0.5:4443"),
            ("mediasoup+https://Media1.example.org/", "media1.example.org:443", "https://media1.example.org:443"),
            ("mediasoup+http://[fd00::5]:4443", "[fd00::5]:4443", "http://[fd00::5]:4443"),
            ("mediasoup+http://media", "media:80", "http://media:80"),
        ] {
            let url = MediaUrl::read(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!((url.name().as_str(), url.base().as_str()), (name, base), "{text}");
            assert_eq!(MediaUrl::read(&url.write()), Ok(url));
        }
    }

    #[test]
    fn what_is_no_media_server_is_refused_with_the_reason() {
        for (text, why) in [
            ("", "adapter"),
            ("http://media:4443", "adapter"),
            ("janus+http://janus:8088", "`janus`"),
            ("mediasoup+media:4443", "neither"),
            ("mediasoup+ftp://media", "neither"),
            ("mediasoup+http://", "not a URL"),
            ("mediasoup+http://media/janus", "alone"),
            ("mediasoup+http://media?x", "alone"),
            ("mediasoup+http://user:canary@media", "media.secret_file"),
        ] {
            let refused = MediaUrl::read(text).expect_err(text);
            assert!(refused.contains(why) && !refused.contains("canary"), "{text}: {refused}");
        }
    }
}
