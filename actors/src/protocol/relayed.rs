//! Relayed messages as their receivers get them: the shapes of `data`.
//!
//! The server always sets the sender's id.

use serde::Serialize;
use serde_json::value::RawValue;

use super::UserId;

/// `offer` and `answer` (RFC 8829).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct DescriptionFrom<'a> {
    /// The sender.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub sender_user_id: UserId,
    /// The session description, as it was sent.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub sdp: &'a RawValue,
}

/// `ice_candidate` (RFC 8838).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct IceCandidateFrom<'a> {
    /// The sender.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub sender_user_id: UserId,
    /// The candidate, as it was sent; `null` is the end of candidates.
    #[cfg_attr(feature = "typescript", ts(type = "RTCIceCandidateInit | null"))]
    pub candidate: &'a RawValue,
}

/// `renegotiate`: the answering side requests a new offer.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RenegotiateFrom<'a> {
    /// The sender.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub sender_user_id: UserId,
    /// The reason, for the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, type = "string"))]
    pub reason: Option<&'a RawValue>,
}

/// `chat_message`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ChatMessage<'a> {
    /// The message's own id.
    pub id: &'a str,
    /// The sender.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub sender_id: UserId,
    /// The text.
    pub content: &'a str,
    /// The server's time in milliseconds since the Unix epoch.
    pub timestamp: u64,
}
