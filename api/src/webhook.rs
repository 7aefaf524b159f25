//! Webhooks as Standard Webhooks has them: `v1,` and Base64 of HMAC-SHA256 over `<id>.<seconds>.<body>`. A node signs with this, a
//! backend verifies.

use std::{
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aldis_protocol::{RoomId, UserId};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::Sha256;

/// How far the second of a message may be from now: a message that was recorded is refused later.
pub const TOLERANCE: Duration = Duration::from_secs(5 * 60);
/// What every signature begins with.
const VERSION: &str = "v1,";
/// How long a key is.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A secret of `webhooks.secrets`: `whsec_` and Base64.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

/// A text is no secret of webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret of webhooks is whsec_ and Base64 of 24 to 64 bytes")]
pub struct NoSecret;

impl FromStr for Secret {
    type Err = NoSecret;

    fn from_str(text: &str) -> Result<Self, NoSecret> {
        let key = text.trim().strip_prefix("whsec_").ok_or(NoSecret)?;
        STANDARD.decode(key).ok().filter(|key| KEY_BYTES.contains(&key.len())).map(Self).ok_or(NoSecret)
    }
}

/// The three headers of a message.
#[derive(Debug, Clone, Copy)]
pub struct Headers<'a> {
    /// `webhook-id`: names the event; a repetition has the same one.
    pub id: &'a str,
    /// `webhook-timestamp`: when it was sent, in seconds since 1970.
    pub timestamp: &'a str,
    /// `webhook-signature`: signatures with each secret, between spaces.
    pub signature: &'a str,
}

/// Why a message is not taken: answer 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The second is none, or too far from now.
    #[error("webhook-timestamp is not a second within five minutes of now: see whether the clocks are right")]
    Timestamp,
    /// No secret fits.
    #[error(
        "no webhook-signature was made with a secret that is known here: compare with webhooks.secrets of the nodes"
    )]
    Signature,
}

/// A key's signature of a message that is sent at `seconds` since 1970.
#[must_use]
pub fn signature(key: &[u8], (id, seconds): (&str, i64), body: &[u8]) -> String {
    let mac = mac(key, (id, &seconds.to_string()), body);
    mac.map_or_else(String::new, |mac| format!("{VERSION}{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// Checks that a message was signed with one of these secrets, and lately.
///
/// # Errors
/// See [`Invalid`].
pub fn verify(secrets: &[Secret], headers: Headers<'_>, body: &[u8], now: SystemTime) -> Result<(), Invalid> {
    let seconds: u64 = headers.timestamp.parse().map_err(|_| Invalid::Timestamp)?;
    let sent = UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or(Invalid::Timestamp)?;
    let apart = now.duration_since(sent).unwrap_or_else(|ahead| ahead.duration());
    if apart > TOLERANCE {
        return Err(Invalid::Timestamp);
    }
    let mut signatures =
        headers.signature.split(' ').filter_map(|one| STANDARD.decode(one.strip_prefix(VERSION)?).ok());
    let is_made_with = |signature: &[u8], Secret(key): &Secret| {
        let mac = mac(key, (headers.id, headers.timestamp), body);
        mac.is_some_and(|mac| mac.verify_slice(signature).is_ok()) // takes the same time for every wrong one
    };
    let is_signed = signatures.any(|signature| secrets.iter().any(|secret| is_made_with(&signature, secret)));
    is_signed.then_some(()).ok_or(Invalid::Signature)
}

/// A key may have any length.
fn mac(key: &[u8], (id, seconds): (&str, &str), body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
        mac.update(part);
    }
    Some(mac)
}

/// Something that happened in a room: a webhook's body, and an entry of a timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What, such as `participant.joined`; there may be new ones: ignore what you do not know.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub timestamp: jiff::Timestamp,
    /// The particulars.
    pub data: EventData,
}

/// What belongs to an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventData {
    /// The room.
    pub room_id: RoomId,
    /// The life of the room, from its first participant to its last; a later one is greater.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub life: Option<u64>,
    /// The event's number in that life: 1, 2, 3 … without gaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// What else the type has: `name`, `rev`, `node`, `reason` …
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of the Standard Webhooks libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const SECONDS: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn at(seconds: i64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs())
    }

    #[test]
    fn a_message_is_signed_and_verified_as_the_standard_says() {
        let secret: Secret = SECRET.parse().expect("a secret");
        assert_eq!(signature(&secret.0, (ID, SECONDS), BODY), SIGNATURE);
        let other: Secret = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n".parse().expect("a secret");
        let both = [other.clone(), secret];
        let two = format!("v1,AAAA v2,x {SIGNATURE}");
        let headers = Headers { id: ID, timestamp: "1614265330", signature: &two };
        let judged = |headers, body, now| verify(&both, headers, body, at(now));
        for now in [SECONDS, SECONDS + 300, SECONDS - 300] {
            assert_eq!(judged(headers, BODY, now), Ok(()));
        }
        for now in [SECONDS + 301, SECONDS - 301] {
            assert_eq!(judged(headers, BODY, now), Err(Invalid::Timestamp), "{now}");
        }
        assert_eq!(judged(headers, b"{}", SECONDS), Err(Invalid::Signature));
        assert_eq!(judged(Headers { id: "other", ..headers }, BODY, SECONDS), Err(Invalid::Signature));
        assert_eq!(judged(Headers { timestamp: "1614265331", ..headers }, BODY, SECONDS), Err(Invalid::Signature));
        assert_eq!(judged(Headers { timestamp: "x", ..headers }, BODY, SECONDS), Err(Invalid::Timestamp));
        assert_eq!(judged(Headers { timestamp: "18446744073709551615", ..headers }, BODY, 0), Err(Invalid::Timestamp));
        assert_eq!(verify(&[other], headers, BODY, at(SECONDS)), Err(Invalid::Signature));
        assert!("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse::<Secret>().is_err() && "whsec_?".parse::<Secret>().is_err());
        assert!("whsec_".parse::<Secret>().is_err(), "anybody could sign with an empty key");
    }

    #[test]
    fn an_event_of_any_type_is_read_and_is_its_text_again() {
        let texts = [
            r#"{"type":"participant.left","timestamp":"2026-11-30T12:00:00.25Z","data":{"roomId":"abc-defg-hij","life":17,"number":4,"userId":"auth0|5f7c","reason":"kicked","rev":17}}"#,
            r#"{"type":"later.added","timestamp":"2026-11-30T12:00:00Z","data":{"roomId":"abc-defg-hij"}}"#,
        ];
        for text in texts {
            let event: Event = serde_json::from_str(text).expect("an event");
            assert_eq!(serde_json::to_string(&event).expect("JSON"), text);
        }
    }
}
