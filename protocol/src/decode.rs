//! Decoding: a text frame becomes a [`ClientMessage`], or an error that names the field.
//!
//! The envelope is read with borrowed fields and the payload kept raw, so that a relayed
//! description is copied once and never re-serialised. Unknown fields are ignored, so that newer
//! clients can talk to older nodes; unknown types are refused.
//!
//! `fast_path` reads the most frequent messages, as browsers write them, in one pass; [`strict`] reads everything else,
//! and everything invalid.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    AppMessage, Code, Kind, Signal,
    client::{
        Chat, Cid, ClientMessage, ClientToServer, CustomMessage, Description, Hello, IceCandidate, JoinRoom,
        Renegotiate, Seq, TokenRefresh,
    },
    media::Rid,
    whole,
};

mod cursor;
mod fast_path;
mod hosted;
mod relayable;
mod sfu;
#[cfg(test)]
mod tests;

pub use relayable::JSON_DEPTH_MAX;

/// Bytes of one candidate as JSON, at most; browsers send some 200.
pub const CANDIDATE_BYTES_MAX: usize = 4 * 1024;
/// Characters in one chat message, at most; a screenful, so that a room's inboxes stay small.
pub const CHAT_CHARS_MAX: usize = 4_000;
/// Bytes of a `renegotiate` reason, at most; it is for a log line.
pub const REASON_BYTES_MAX: usize = 256;
/// Bytes of an application's message as JSON, at most: an inbox holds many of them.
pub const MESSAGE_DATA_BYTES_MAX: usize = 16 * 1024;
/// Bytes of an application message's topic, at most.
pub const TOPIC_BYTES_MAX: usize = 64;
/// Media sections that one message may name, and their names' bytes, at most.
pub const STREAMS_MAX: usize = 32;
/// Bytes of a media section's `mid` and of what it carries, at most.
pub const STREAM_NAME_BYTES_MAX: usize = 32;
/// Media sections of a kind that a `renegotiate` may want, at most.
pub const WANT_MAX: u8 = 16;
/// Characters of a library's reason in an error's text, at most.
const REASON_CHARS_MAX: usize = 200;
/// Characters of a client's input repeated in an error's text, at most.
const NAME_CHARS_MAX: usize = 40;
/// The largest number a client may use; above it JavaScript's integers are no longer exact.
pub const NUMBER_MAX: u64 = (1 << 53) - 1;

/// Why a text is not a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadMessage {
    /// `bad_message`, `unknown_type` or `payload_too_large`.
    pub code: Code,
    /// What it was meant to be, where that could be read.
    pub kind: Kind,
    /// What is wrong, with the field's path.
    pub text: String,
    /// The message's number, where it could be read.
    pub cid: Option<Cid>,
    /// The request's number, where it is one to a media server and that could be read.
    pub rid: Option<Rid>,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default, deserialize_with = "whole::optional")]
    cid: Option<Cid>,
    #[serde(default, deserialize_with = "whole::optional")]
    seq: Option<Seq>,
    /// Read only where it counts: a client of another kind may use the name.
    #[serde(default, borrow)]
    rid: Option<&'a RawValue>,
    #[serde(default, borrow)]
    data: Option<&'a RawValue>,
}

/// Reads one text frame.
///
/// # Errors
/// [`BadMessage`] with `bad_message` or `unknown_type` and the path of the field that is wrong.
pub fn decode(text: &str) -> Result<ClientMessage, BadMessage> {
    fast_path::read(text).map_or_else(|| strict(text), Ok)
}

/// As [`decode`], without its fast path, which has to agree with it.
///
/// # Errors
/// As [`decode`].
pub fn strict(text: &str) -> Result<ClientMessage, BadMessage> {
    let envelope = envelope(text)?;
    let (cid, kind) = (envelope.cid, Kind::named(&envelope.kind));
    if cid.is_some_and(|cid| cid == 0 || cid > NUMBER_MAX) {
        return Err(BadMessage { kind, ..bad("cid: numbers start at 1 and end at 2^53 - 1.") });
    }
    let rid = if kind.is_sfu() { sfu::rid(&envelope).map_err(|why| BadMessage { cid, kind, ..why })? } else { None };
    body(&envelope, (kind, rid)).map(|body| ClientMessage { cid, body }).map_err(|why| BadMessage {
        cid,
        kind,
        rid,
        ..why
    })
}

/// The outer object. Only an invalid text is read again, to find the invalid field.
fn envelope(text: &str) -> Result<Envelope<'_>, BadMessage> {
    if !text.trim_start().starts_with('{') {
        return Err(bad("The message is not an object {\"type\", \"cid\"?, \"data\"?}."));
    }
    serde_json::from_str(text).map_err(|why| {
        let mut json = serde_json::Deserializer::from_str(text);
        let at = serde_path_to_error::deserialize::<_, Envelope<'_>>(&mut json).err().map(|why| why.path().to_string());
        match at.filter(|path| path != ".") {
            Some(path) => bad(&format!("{}: {}.", shown(&path), reason(&why))),
            None => bad(&format!("The message is not of the form {{\"type\", \"cid\"?, \"data\"?}}: {why}.")),
        }
    })
}

/// A client's own text, such as a field's path, shortened for an error's text.
fn shown(name: &str) -> String {
    name.chars().take(NAME_CHARS_MAX).flat_map(char::escape_debug).collect()
}

/// Why a value is invalid; without its position, because the path is more precise, and without the value, which may be
/// long or secret.
fn reason(why: &serde_json::Error) -> String {
    let text = why.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    match (text.find("string \""), text.rfind("\", expected")) {
        (Some(from), Some(to)) if from < to => format!("{}string{}", &text[..from], &text[to + 1..]),
        _ => text.chars().take(REASON_CHARS_MAX).collect(),
    }
}

fn body(envelope: &Envelope<'_>, (kind, rid): (Kind, Option<Rid>)) -> Result<ClientToServer, BadMessage> {
    let body = match kind {
        Kind::IceCandidate => candidate(envelope)?,
        Kind::Offer | Kind::Answer => description(envelope, kind)?,
        Kind::Renegotiate => renegotiate(envelope)?,
        Kind::Heartbeat => ClientToServer::Heartbeat,
        Kind::Ack => ClientToServer::Ack(acknowledged(envelope)?),
        Kind::ChatMessage => chat(envelope)?,
        Kind::Message => message(envelope)?,
        Kind::SetAttributes => ClientToServer::SetAttributes(hosted::attributes(envelope)?),
        Kind::RemoveMember | Kind::RequestMute | Kind::HandOver | Kind::SetRoom | Kind::EndRoom => {
            ClientToServer::Power(Box::new(hosted::power(envelope, kind)?))
        }
        Kind::Hello => ClientToServer::Hello(data::<Hello>(envelope)?),
        Kind::JoinRoom => ClientToServer::JoinRoom(data::<JoinRoom>(envelope)?.room_id),
        Kind::LeaveRoom => ClientToServer::LeaveRoom,
        Kind::TokenRefresh => ClientToServer::TokenRefresh(data::<TokenRefresh>(envelope)?.token),
        Kind::SfuGetRouterCapabilities
        | Kind::SfuCreateTransport
        | Kind::SfuConnectTransport
        | Kind::SfuRestartIce
        | Kind::SfuCloseTransport
        | Kind::SfuProduce
        | Kind::SfuPauseProducer
        | Kind::SfuResumeProducer
        | Kind::SfuCloseProducer
        | Kind::SfuConsume
        | Kind::SfuConsumerPause
        | Kind::SfuConsumerResume
        | Kind::SfuSetPreferredLayers
        | Kind::SfuRequestKeyframe
        | Kind::SfuCloseConsumer => sfu::request(envelope, (kind, rid))?,
        Kind::ChatDeleted
        | Kind::AttributesChanged
        | Kind::MuteRequested
        | Kind::RoomChanged
        | Kind::GuestsWaiting
        | Kind::Unknown => {
            let text = format!("type: \"{}\" is not a message of {}.", shown(&envelope.kind), super::SUBPROTOCOL);
            return Err(BadMessage { code: Code::UnknownType, ..bad(&text) });
        }
    };
    Ok(body)
}

fn data<'a, T: Deserialize<'a>>(envelope: &Envelope<'a>) -> Result<T, BadMessage> {
    let raw = envelope.data.map_or("{}", RawValue::get);
    if !raw.starts_with('{') {
        return Err(bad(&format!("data of {}: not an object.", envelope.kind)));
    }
    let mut json = serde_json::Deserializer::from_str(raw);
    serde_path_to_error::deserialize(&mut json).map_err(|why| {
        let path = why.path().to_string();
        let at = if path == "." { "data".to_owned() } else { format!("data.{}", shown(&path)) };
        bad(&format!("{at} of {}: {}.", envelope.kind, reason(why.inner())))
    })
}

fn description(envelope: &Envelope<'_>, kind: Kind) -> Result<ClientToServer, BadMessage> {
    let Description { target_user_id, sdp, streams } = data(envelope)?;
    if !sdp.get().starts_with('"') || sdp.get().len() < 3 {
        return Err(bad(&format!("data.sdp of {}: a session description is a non-empty string.", envelope.kind)));
    }
    relayable::check(sdp.get()).map_err(|fault| bad(&format!("data.sdp of {}: {fault}.", envelope.kind)))?;
    let signal = Signal::new(kind, target_user_id, Some(sdp.get()));
    let Some(streams) = streams else { return Ok(ClientToServer::Signal(signal)) };
    Ok(ClientToServer::Signal(signal.with(&[("streams", &self::streams(&streams, envelope)?)])))
}

/// What media sections carry, as JSON.
fn streams(streams: &BTreeMap<String, String>, envelope: &Envelope<'_>) -> Result<String, BadMessage> {
    let is_name = |name: &String| (1..=STREAM_NAME_BYTES_MAX).contains(&name.len());
    if streams.len() > STREAMS_MAX || !streams.iter().all(|(mid, carries)| is_name(mid) && is_name(carries)) {
        return Err(bad(&format!(
            "data.streams of {}: at most {STREAMS_MAX} media sections, each mid and name of 1 to {STREAM_NAME_BYTES_MAX} bytes.",
            envelope.kind
        )));
    }
    json(streams, envelope)
}

/// A value that was read from JSON, as JSON again.
fn json(value: &impl Serialize, envelope: &Envelope<'_>) -> Result<String, BadMessage> {
    serde_json::to_string(value).map_err(|why| bad(&format!("data of {}: {}.", envelope.kind, reason(&why))))
}

fn candidate(envelope: &Envelope<'_>) -> Result<ClientToServer, BadMessage> {
    let IceCandidate { target_user_id, candidate } = data(envelope)?;
    let json = candidate.get();
    if !json.starts_with('{') && json != "null" {
        let text = "data.candidate of ice_candidate: an RTCIceCandidateInit object, or null for the end of candidates.";
        return Err(bad(text));
    }
    if json.len() > CANDIDATE_BYTES_MAX {
        let text = format!("data.candidate of ice_candidate: at most {CANDIDATE_BYTES_MAX} bytes.");
        return Err(BadMessage { code: Code::PayloadTooLarge, ..bad(&text) });
    }
    relayable::check(json).map_err(|fault| bad(&format!("data.candidate of ice_candidate: {fault}.")))?;
    Ok(signal(Kind::IceCandidate, target_user_id, Some(json)))
}

fn renegotiate(envelope: &Envelope<'_>) -> Result<ClientToServer, BadMessage> {
    let Renegotiate { target_user_id, reason, want, ice_restart } = data(envelope)?;
    if reason.as_ref().is_some_and(|reason| reason.len() > REASON_BYTES_MAX) {
        return Err(bad(&format!("data.reason of renegotiate: at most {REASON_BYTES_MAX} bytes.")));
    }
    if want.is_some_and(|want| want.audio.max(want.video) > WANT_MAX) {
        return Err(bad(&format!("data.want of renegotiate: at most {WANT_MAX} media sections of a kind.")));
    }
    let payload = reason.map(|reason| json(&reason, envelope)).transpose()?;
    let mut signal = Signal::new(Kind::Renegotiate, target_user_id, payload.as_deref());
    if let Some(want) = want {
        signal = signal.with(&[("want", &json(&want, envelope)?)]);
    }
    if ice_restart {
        signal = signal.with(&[("iceRestart", "true")]);
    }
    Ok(ClientToServer::Signal(signal))
}

fn message(envelope: &Envelope<'_>) -> Result<ClientToServer, BadMessage> {
    let unfit = |Unfit { code, field, why }| BadMessage { code, ..bad(&format!("data.{field} of message: {why}.")) };
    data::<CustomMessage>(envelope)?.try_into().map(ClientToServer::Message).map_err(unfit)
}

/// Why an application's message is not passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// `bad_message` or `payload_too_large`.
    pub code: Code,
    /// The field.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: String,
}

impl TryFrom<CustomMessage> for AppMessage {
    type Error = Unfit;

    /// # Errors
    /// Its topic or its content is too long, or a receiver's parser might fail on it.
    fn try_from(CustomMessage { to, topic, data }: CustomMessage) -> Result<Self, Unfit> {
        let unfit = |field, why: String| Unfit { code: Code::BadMessage, field, why };
        if !(1..=TOPIC_BYTES_MAX).contains(&topic.len()) {
            return Err(unfit("topic", format!("1 to {TOPIC_BYTES_MAX} bytes")));
        }
        if data.get().len() > MESSAGE_DATA_BYTES_MAX {
            let why = format!("at most {MESSAGE_DATA_BYTES_MAX} bytes of JSON");
            return Err(Unfit { code: Code::PayloadTooLarge, ..unfit("data", why) });
        }
        relayable::check(data.get()).map_err(|fault| unfit("data", fault.to_owned()))?;
        Ok(Self::new(to, &serde_json::Value::from(topic).to_string(), data.get()))
    }
}

fn chat(envelope: &Envelope<'_>) -> Result<ClientToServer, BadMessage> {
    let Chat { content } = data(envelope)?;
    if content.trim().is_empty() {
        return Err(bad("data.content of chat_message: there is no text."));
    }
    if content.chars().count() > CHAT_CHARS_MAX {
        return Err(bad(&format!("data.content of chat_message: at most {CHAT_CHARS_MAX} characters.")));
    }
    Ok(ClientToServer::Chat(content))
}

fn acknowledged(envelope: &Envelope<'_>) -> Result<Seq, BadMessage> {
    envelope
        .seq
        .filter(|seq| *seq <= NUMBER_MAX)
        .ok_or_else(|| bad("seq: an ack names the last seq that arrived, 0 to 2^53 - 1."))
}

fn signal(kind: Kind, to: super::UserId, payload: Option<&str>) -> ClientToServer {
    ClientToServer::Signal(Signal::new(kind, to, payload))
}

fn bad(text: &str) -> BadMessage {
    BadMessage { code: Code::BadMessage, kind: Kind::Unknown, text: text.to_owned(), cid: None, rid: None }
}
