//! Encoding a node's messages as JSON text; a payload is never serialised twice.

use std::{borrow::Cow, sync::Arc};

use serde::Serialize;

use super::{
    AppMessage, Data, Entry, Kind, Message, ServerToClient, Signal, UserId,
    attributes::{AttributesChanged, Changes},
    client::Seq,
    hosted::{GuestsWaiting, MuteRequested, RoomChanged},
    media::TrackKind,
    notice::{Degraded, HeartbeatAck, RoomClosed, RoomLeft, ServerDraining, TokenExpiring},
    relayed::{ChatDeleted, ChatMessage},
    server::{UserJoined, UserLeft},
    sfu::answers::SfuActiveSpeaker,
};

mod client;
mod head;
mod media;

pub use head::Head;
pub use media::with_fields;

/// The `data` of a relayed signal: `{"senderUserId":"…","sdp":…}`, its payload unchanged.
#[must_use]
pub fn signal_data(from: UserId, signal: &Signal) -> Message {
    Message { kind: signal.kind, data: Data::from_sender(from, Arc::clone(signal.rest())) }
}

/// The `data` of an application's message: `{"senderUserId":"…","topic":…,"data":…}`, its content unchanged.
#[must_use]
pub fn app_data(from: UserId, message: &AppMessage) -> Message {
    Message { kind: Kind::Message, data: Data::from_sender(from, Arc::clone(message.rest())) }
}

/// The same of the application's backend: `{"topic":…,"data":…}`.
#[must_use]
pub fn backend_data(message: &AppMessage) -> Message {
    let fields = message.rest().trim_start_matches(',');
    Message { kind: Kind::Message, data: ["{", fields].concat().into() }
}

/// The `data` of a chat message; `timestamp` in milliseconds since the Unix epoch.
#[must_use]
pub fn chat_data(id: &str, from: UserId, content: &str, timestamp: u64) -> Message {
    let data = json(&ChatMessage { id: id.into(), sender_id: from, content: content.into(), timestamp });
    Message { kind: Kind::ChatMessage, data: data.into() }
}

/// The `data` of the news that a chat message was deleted.
#[must_use]
pub fn deleted_data(id: &str) -> Message {
    Message { kind: Kind::ChatDeleted, data: json(&ChatDeleted { id: id.into() }).into() }
}

/// The `data` of the news that a member's attributes have changed.
#[must_use]
pub fn attributes_data(user: &UserId, changes: &Changes) -> Message {
    let data = json(&AttributesChanged { user_id: Cow::Borrowed(user), attributes: Cow::Borrowed(changes) });
    Message { kind: Kind::AttributesChanged, data: data.into() }
}

/// The `data` of a host's request to switch something off.
#[must_use]
pub fn mute_data(by: &UserId, kind: TrackKind) -> Message {
    Message { kind: Kind::MuteRequested, data: json(&MuteRequested { by: Cow::Borrowed(by), kind }).into() }
}

/// The `data` of the news that the room's settings have changed.
#[must_use]
pub fn room_data(now: &RoomChanged) -> Message {
    Message { kind: Kind::RoomChanged, data: json(now).into() }
}

/// The `data` of the news of how many guests wait.
#[must_use]
pub fn waiting_data(count: u32) -> Message {
    Message { kind: Kind::GuestsWaiting, data: json(&GuestsWaiting { count }).into() }
}

/// A numbered message in three pieces that make one text frame, the middle one shared by all receivers.
#[must_use]
pub fn numbered(seq: Seq, entry: &Entry) -> (Head, Arc<str>, &'static str) {
    let (kind, sender, data): (&str, Option<&UserId>, Arc<str>) = match entry {
        Entry::Message(message) => (message.kind.as_str(), message.data.sender(), Arc::clone(message.data.rest())),
        Entry::Joined(member) => {
            let joined = UserJoined {
                user_id: member.user.clone(),
                name: member.name.clone(),
                rev: member.order,
                attributes: member.attributes.some(),
            };
            ("user_joined", None, json(&joined).into())
        }
        Entry::Left { user, reason, .. } => {
            ("user_left", None, json(&UserLeft { user_id: user.clone(), reason: reason.told() }).into())
        }
        Entry::Media(news) => {
            let (kind, data) = media::news(news);
            (kind, None, data.into())
        }
    };
    (Head::new(kind, seq, sender), data, "}")
}

/// A message that is not numbered, as one text frame.
#[must_use]
pub fn unnumbered(message: &ServerToClient) -> String {
    match message {
        ServerToClient::Ack(cid) => format!("{{\"type\":\"ack\",\"cid\":{cid}}}"),
        ServerToClient::HeartbeatAck(time) => framed("heartbeat_ack", &HeartbeatAck { server_time: *time }),
        ServerToClient::TokenExpiring(seconds) => framed("token_expiring", &TokenExpiring { in_seconds: *seconds }),
        ServerToClient::ServerDraining(ms) => framed("server_draining", &ServerDraining { retry_after_ms: *ms }),
        ServerToClient::RoomLeft(room) => framed("room_left", &RoomLeft { room_id: *room }),
        ServerToClient::Moved(data) => framed("moved", data),
        ServerToClient::RoomClosed(reason) => framed("room_closed", &RoomClosed { reason: *reason }),
        ServerToClient::Degraded { without, lost } => {
            let without = without.iter().map(|name| Cow::Borrowed(*name)).collect();
            framed("degraded", &Degraded { without, lost: *lost })
        }
        ServerToClient::Welcome(data) => framed("welcome", data),
        ServerToClient::RoomJoined(data) => framed("room_joined", data),
        ServerToClient::Resumed(data) => framed("resumed", data),
        ServerToClient::ResumeFailed(data) => framed("resume_failed", data),
        ServerToClient::Error(data) => framed("error", data),
        ServerToClient::SfuAnswer { kind, rid, data } => media::answer(*kind, *rid, data),
        ServerToClient::SfuConsumerLayers { consumer, layers } => {
            framed("sfu_consumer_layers", &media::layers(consumer, *layers))
        }
        ServerToClient::SfuConsumerClosed(consumer) => framed("sfu_consumer_closed", &media::closed(consumer)),
        ServerToClient::SfuActiveSpeaker(user) => {
            framed("sfu_active_speaker", &SfuActiveSpeaker { user_id: user.as_ref().map(Cow::Borrowed) })
        }
    }
}

fn framed(kind: &str, data: &impl Serialize) -> String {
    format!("{{\"type\":\"{kind}\",\"data\":{}}}", json(data))
}

/// Our own plain structs always serialise; an empty object would show up in the golden tests.
fn json(data: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned())
}
