//! Every message's purpose, shape and number: the rows that the document and the SDK's
//! types are generated from, each checked against its example.

use std::collections::BTreeSet;

use crate::examples;

/// One message.
pub(crate) struct Row {
    pub(crate) kind: &'static str,
    /// The shape of `data`, by the name it has in TypeScript.
    pub(crate) data: Data,
    /// The number beside it.
    pub(crate) number: Number,
    pub(crate) meaning: &'static str,
}

/// What `data` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Data {
    /// There is none.
    Absent,
    /// An empty object, or none.
    Empty,
    /// A shape of this name.
    Shape(&'static str),
}

/// The number beside `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    Neither,
    /// The client's, if it numbers its messages.
    MayCid,
    Cid,
    Seq,
    /// The client's own of a request, if it gives one; an answer has its request's.
    MayRid,
}

const fn row(kind: &'static str, data: Data, number: Number, meaning: &'static str) -> Row {
    Row { kind, data, number, meaning }
}

use Data::{Absent, Empty, Shape};
use Number::{Cid, MayCid, MayRid, Neither, Seq};

/// Messages of a client.
pub(crate) const CLIENT: &[Row] = &[
    row(
        "hello",
        Shape("Hello"),
        Neither,
        "Authenticates; the first message. With `resume`, resumes an earlier session.",
    ),
    row("join_room", Shape("JoinRoom"), MayCid, "Joins a room. Answered by `room_joined` or an `error`."),
    row("leave_room", Empty, MayCid, "Leaves the room; the socket stays open. Answered by `room_left` or an `error`."),
    row("offer", Shape("Description"), MayCid, "An offer to one member; only to members who joined later."),
    row("answer", Shape("Description"), MayCid, "The answer to a member's offer."),
    row("ice_candidate", Shape("IceCandidate"), MayCid, "A candidate for one member, or `null` after the last one."),
    row("renegotiate", Shape("Renegotiate"), MayCid, "Requests a new offer from a member who joined earlier."),
    row("chat_message", Shape("Chat"), MayCid, "A text message to everybody else in the room."),
    row(
        "message",
        Shape("CustomMessage"),
        MayCid,
        "An application's own message, to one member or to everybody else: numbered, once and replayed as signals are.",
    ),
    row(
        "set_attributes",
        Shape("SetAttributes"),
        MayCid,
        "Sets or removes attributes of yours; the others get `attributes_changed`.",
    ),
    row("remove_member", Shape("RemoveMember"), MayCid, "For the host: removes a member, and with `ban` for good."),
    row("request_mute", Shape("RequestMute"), MayCid, "For the host: a member gets `mute_requested`."),
    row("hand_over", Shape("HandOver"), MayCid, "For the host: another member is the host from now on."),
    row("set_room", Shape("SetRoom"), MayCid, "For the host: whether anybody new may join, and whether guests may."),
    row("end_room", Empty, MayCid, "For the host: closes the room for everybody, the host included."),
    row("heartbeat", Empty, Neither, "Keep-alive of the client's script. Answered by `heartbeat_ack`."),
    row("ack", Absent, Seq, "Everything up to this `seq` was processed; the server need not keep it."),
    row("token_refresh", Shape("TokenRefresh"), Neither, "Replaces an access token that is about to expire."),
    row(
        "sfu_get_router_capabilities",
        Empty,
        MayRid,
        "Asks what the router of the room's media server can; the first one in a room has a media server chosen.",
    ),
    row("sfu_create_transport", Shape("SfuCreateTransport"), MayRid, "Asks for a transport."),
    row("sfu_connect_transport", Shape("SfuConnectTransport"), MayRid, "Tells the browser's DTLS parameters, once."),
    row("sfu_restart_ice", Shape("SfuTransport"), MayRid, "Asks for new ICE credentials of a transport."),
    row("sfu_close_transport", Shape("SfuTransport"), MayRid, "Ends a transport with all that it carries."),
    row("sfu_produce", Shape("SfuProduce"), MayRid, "Sends a track; the others get `sfu_new_producer`."),
    row("sfu_pause_producer", Shape("SfuProducer"), MayRid, "Pauses a track; the others get `sfu_producer_changed`."),
    row("sfu_resume_producer", Shape("SfuProducer"), MayRid, "Goes on with a track."),
    row("sfu_close_producer", Shape("SfuProducer"), MayRid, "Ends a track; the others get `sfu_producer_closed`."),
    row("sfu_consume", Shape("SfuConsume"), MayRid, "Receives another member's track, paused at first."),
    row("sfu_consumer_pause", Shape("SfuConsumer"), MayRid, "Pauses what is received."),
    row("sfu_consumer_resume", Shape("SfuConsumer"), MayRid, "Goes on with it, with a key frame."),
    row("sfu_set_preferred_layers", Shape("SfuPreferredLayers"), MayRid, "Says which layers are to be received."),
    row("sfu_request_keyframe", Shape("SfuConsumer"), MayRid, "Asks for a key frame; one a second is enough."),
    row("sfu_close_consumer", Shape("SfuConsumer"), MayRid, "Receives a track no more."),
];

/// Messages of a node.
pub(crate) const SERVER: &[Row] = &[
    row(
        "welcome",
        Shape("Welcome"),
        Neither,
        "The token is valid. Completes the handshake with the connection's parameters.",
    ),
    row("room_joined", Shape("RoomJoined"), Neither, "You have joined. A session begins, with `cid` and `seq` from 1."),
    row("resumed", Shape("Resumed"), Neither, "The session continues; missed messages follow, then new ones."),
    row("resume_failed", Shape("ResumeFailed"), Neither, "The session has ended; join again."),
    row(
        "room_left",
        Shape("RoomLeft"),
        Neither,
        "The answer to `leave_room`: nothing more of that room follows, and `join_room` may be sent.",
    ),
    row(
        "moved",
        Shape("Moved"),
        Neither,
        "A backend has moved you: you have left the room. Send `token_refresh` with the token, if there is one, then `join_room`.",
    ),
    row("room_closed", Shape("RoomClosed"), Neither, "The room was closed for everybody; the socket closes with 4404."),
    row("ack", Absent, Cid, "Every message up to this `cid` was accepted, or refused by an `error`."),
    row("heartbeat_ack", Shape("HeartbeatAck"), Neither, "The answer to `heartbeat`."),
    row("token_expiring", Shape("TokenExpiring"), Neither, "Send `token_refresh`, or the socket closes with 4401."),
    row(
        "server_draining",
        Shape("ServerDraining"),
        Neither,
        "This node shuts down; reconnect after that time and resume.",
    ),
    row(
        "degraded",
        Shape("Degraded"),
        Neither,
        "What this node cannot do right now; `without` is empty once everything works again. With `lost`, acknowledged messages of this session may be lost.",
    ),
    row("error", Shape("Refusal"), Neither, "One message was refused. The socket stays open unless a close follows."),
    row("sfu_get_router_capabilities", Shape("SfuRouterCapabilities"), MayRid, "The answer to it."),
    row("sfu_create_transport", Shape("SfuTransportCreated"), MayRid, "The answer to it."),
    row("sfu_connect_transport", Empty, MayRid, "The answer to it."),
    row("sfu_restart_ice", Shape("SfuIceRestarted"), MayRid, "The answer to it."),
    row("sfu_close_transport", Empty, MayRid, "The answer to it."),
    row("sfu_produce", Shape("SfuProduced"), MayRid, "The answer to it, once the others will be told."),
    row("sfu_pause_producer", Empty, MayRid, "The answer to it, once the others will be told."),
    row("sfu_resume_producer", Empty, MayRid, "The answer to it, once the others will be told."),
    row("sfu_close_producer", Empty, MayRid, "The answer to it, once the others will be told."),
    row("sfu_consume", Shape("SfuConsumed"), MayRid, "The answer to it."),
    row("sfu_consumer_pause", Empty, MayRid, "The answer to it."),
    row("sfu_consumer_resume", Empty, MayRid, "The answer to it."),
    row("sfu_set_preferred_layers", Empty, MayRid, "The answer to it."),
    row("sfu_request_keyframe", Empty, MayRid, "The answer to it."),
    row("sfu_close_consumer", Empty, MayRid, "The answer to it."),
    row("sfu_consumer_layers", Shape("SfuConsumerLayers"), Neither, "A consumer receives other layers now."),
    row("sfu_consumer_closed", Shape("SfuConsumerClosed"), Neither, "A consumer has ended."),
    row("sfu_active_speaker", Shape("SfuActiveSpeaker"), Neither, "Somebody else speaks; at most twice a second."),
    row("user_joined", Shape("UserJoined"), Seq, "A member joined. You joined earlier: you offer."),
    row("user_left", Shape("UserLeft"), Seq, "A member's seat was freed: close the peer connection."),
    row("offer", Shape("DescriptionFrom"), Seq, "A member's offer."),
    row("answer", Shape("DescriptionFrom"), Seq, "A member's answer."),
    row(
        "ice_candidate",
        Shape("IceCandidateFrom"),
        Seq,
        "A member's candidate; never before the description that it belongs to.",
    ),
    row("renegotiate", Shape("RenegotiateFrom"), Seq, "A member requests a new offer from you."),
    row("chat_message", Shape("ChatMessage"), Seq, "A member's text message. The sender does not receive its own."),
    row(
        "message",
        Shape("CustomMessageFrom"),
        Seq,
        "A message of an application: a member's, or without `senderUserId` its backend's, which may come twice.",
    ),
    row(
        "chat_deleted",
        Shape("ChatDeleted"),
        Seq,
        "A message of this room was deleted from the history; show it no longer. It may come twice.",
    ),
    row(
        "attributes_changed",
        Shape("AttributesChanged"),
        Seq,
        "A member's attributes were set or removed. The member does not get it.",
    ),
    row("mute_requested", Shape("MuteRequested"), Seq, "The host asks you to switch something off; you decide."),
    row(
        "room_changed",
        Shape("RoomChanged"),
        Seq,
        "The host, the lock, the rule for guests, or the name of the room is another one. It may come without a change.",
    ),
    row(
        "guests_waiting",
        Shape("GuestsWaiting"),
        Seq,
        "So many guests wait for the host. All are told; the host asks by HTTP who they are.",
    ),
    row(
        "media_changed",
        Shape("MediaChanged"),
        Seq,
        "Media flows otherwise, or through another media server: what is known of an earlier epoch is void.",
    ),
    row("sfu_new_producer", Shape("SfuNewProducer"), Seq, "A member sends a new track. The sender does not get it."),
    row("sfu_producer_changed", Shape("SfuProducerChanged"), Seq, "A member has paused a track, or goes on."),
    row("sfu_producer_closed", Shape("SfuProducerClosed"), Seq, "A member's track has ended."),
];

fn check(row: &Row, text: &str) {
    let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let fields: BTreeSet<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    let mut expected = BTreeSet::from(["type"]);
    let is_given = row.data == Empty && row.number == MayRid;
    expected.extend((matches!(row.data, Shape(_)) || is_given).then_some("data"));
    expected.extend(match row.number {
        MayCid => fields.get("cid").copied(),
        MayRid => fields.get("rid").copied(),
        Cid => Some("cid"),
        Seq => Some("seq"),
        Neither => None,
    });
    assert_eq!(fields, expected, "the row of {} declares what its example carries: {text}", row.kind);
}

#[test]
fn the_table_of_client_messages_is_complete_and_in_order() {
    let examples = examples::client();
    assert_eq!(
        CLIENT.iter().map(|row| row.kind).collect::<Vec<_>>(),
        examples.iter().map(|example| example.kind).collect::<Vec<_>>()
    );
    CLIENT.iter().zip(&examples).for_each(|(row, example)| check(row, &example.text));
}

#[test]
fn the_table_of_server_messages_is_complete_and_in_order() {
    let examples = examples::server();
    assert_eq!(
        SERVER.iter().map(|row| row.kind).collect::<Vec<_>>(),
        examples.iter().map(|(kind, _)| *kind).collect::<Vec<_>>()
    );
    SERVER.iter().zip(&examples).for_each(|(row, (_, text))| check(row, text));
}
