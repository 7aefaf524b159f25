//! Relayed messages as their receivers get them: the shapes of `data`.
//!
//! The server always sets the sender's id.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{UserId, client::Want};

/// `offer` and `answer` (RFC 8829).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DescriptionFrom<'a> {
    /// The sender.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub sender_user_id: UserId,
    /// The session description, as it was sent.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub sdp: Cow<'a, RawValue>,
    /// What each media section carries, by its `mid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional, type = "Record<string, string>"))]
    pub streams: Option<BTreeMap<String, String>>,
}

impl DescriptionFrom<'_> {
    /// The session description as text.
    ///
    /// # Errors
    /// It is no JSON string; a node relays none such.
    pub fn sdp(&self) -> serde_json::Result<String> {
        serde_json::from_str(self.sdp.get())
    }
}

/// `ice_candidate` (RFC 8838).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct IceCandidateFrom<'a> {
    /// The sender.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub sender_user_id: UserId,
    /// The candidate, as it was sent; `null` is the end of candidates.
    #[cfg_attr(
        feature = "documents",
        ts(type = "RTCIceCandidateInit | null"),
        schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")
    )]
    pub candidate: Cow<'a, RawValue>,
}

/// `renegotiate`: the answering side requests a new offer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RenegotiateFrom<'a> {
    /// The sender.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub sender_user_id: UserId,
    /// The reason, for the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional, type = "string"), schemars(with = "Option<String>"))]
    pub reason: Option<Cow<'a, RawValue>>,
    /// The media sections that the sender needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional))]
    pub want: Option<Want>,
    /// Whether the offer is to restart ICE.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "documents", ts(optional, as = "Option<bool>"))]
    pub ice_restart: bool,
}

/// `message`: an application's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CustomMessageFrom<'a> {
    /// The member who sent it; left out if the application's backend did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "documents", ts(optional, type = "string"), schemars(with = "Option<String>"))]
    pub sender_user_id: Option<UserId>,
    /// What it is about.
    pub topic: Cow<'a, str>,
    /// Its content, as it was sent.
    #[cfg_attr(feature = "documents", ts(type = "unknown"), schemars(with = "serde_json::Value"))]
    pub data: Cow<'a, RawValue>,
}

/// `chat_deleted`: its text is gone from the history.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatDeleted<'a> {
    /// The deleted message's id.
    pub id: Cow<'a, str>,
}

/// `chat_message`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatMessage<'a> {
    /// The message's own id.
    pub id: Cow<'a, str>,
    /// The sender.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub sender_id: UserId,
    /// The text.
    pub content: Cow<'a, str>,
    /// The server's time in milliseconds since the Unix epoch.
    pub timestamp: u64,
}
