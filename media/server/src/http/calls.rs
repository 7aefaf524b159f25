//! Every call of the contract on one screen: method, path, body, answer, refusals, and how it is read.
//! Routes and the document are made from it. Must not know what a call does.

use axum::http::Method;

use super::read::{self, Asked, Read};
use crate::refusal::Code::{self, AlreadyConnected, BadParameters, Draining, Full, Limit, NotFound};

/// A call.
pub struct Call {
    /// Its name, in metrics and as `operationId`.
    pub name: &'static str,
    /// Its method.
    pub method: Method,
    /// Its path.
    pub path: &'static str,
    /// What it does.
    pub what: &'static str,
    /// The schema of its body.
    pub body: Option<&'static str>,
    /// The schema of its answer.
    pub answer: &'static str,
    /// Its refusals, besides those of every call.
    pub codes: &'static [Code],
    /// Reads it.
    pub(super) read: fn(&Asked<'_>) -> Read,
}

macro_rules! calls {
    ($($name:ident $method:ident $path:literal ($body:expr) -> $answer:literal [$($code:ident)*] $what:literal)*) => {
        /// All of them.
        pub const CALLS: &[Call] = &[$(Call {
            name: stringify!($name),
            method: Method::$method,
            path: $path,
            what: $what,
            body: $body,
            answer: $answer,
            codes: &[$($code),*],
            read: read::$name,
        }),*];
    };
}

calls! {
    list_rooms GET "/v1/rooms" (None) -> "RoomsListed" [BadParameters]
        "Names the rooms that there are, at most 500 in ascending order: `more` says that there are others after the last one."
    open_room PUT "/v1/rooms/{room}" (None) -> "Room" [BadParameters Full Draining]
        "Makes a room, once, and tells what it can receive and send. A room that is there answers also while the server drains."
    show_room GET "/v1/rooms/{room}" (None) -> "RoomShown" [BadParameters NotFound]
        "The peers of a room, and what each has."
    close_room DELETE "/v1/rooms/{room}" (None) -> "Nothing" [BadParameters]
        "Closes a room with all that is in it, if there is one."
    close_peer DELETE "/v1/rooms/{room}/peers/{peer}" (None) -> "Nothing" [BadParameters]
        "Closes a peer with all it has, if there is one."
    open_transport POST "/v1/rooms/{room}/peers/{peer}/transports" (Some("OpenTransport")) -> "Transport" [BadParameters NotFound Limit]
        "Makes a transport, and its peer if this is the first. Without a connected transport for 60 s the peer expires."
    connect POST "/v1/rooms/{room}/peers/{peer}/transports/{transport}/connect" (Some("Connect")) -> "Nothing" [BadParameters NotFound AlreadyConnected]
        "Gives a transport the browser's certificate, once."
    restart POST "/v1/rooms/{room}/peers/{peer}/transports/{transport}/restart" (None) -> "Restart" [BadParameters NotFound]
        "New user name and password for ICE; media flows on the old path meanwhile."
    close_transport DELETE "/v1/rooms/{room}/peers/{peer}/transports/{transport}" (None) -> "Nothing" [BadParameters NotFound]
        "Closes a transport with its producers and consumers."
    produce POST "/v1/rooms/{room}/peers/{peer}/transports/{transport}/producers" (Some("Produce")) -> "Producer" [BadParameters NotFound Limit]
        "The browser sends through a transport of the direction `send`."
    pause_producer POST "/v1/rooms/{room}/peers/{peer}/producers/{producer}/pause" (None) -> "Nothing" [BadParameters NotFound]
        "Stops what a producer sends, for all who receive it."
    resume_producer POST "/v1/rooms/{room}/peers/{peer}/producers/{producer}/resume" (None) -> "Nothing" [BadParameters NotFound]
        "Lets it flow again."
    close_producer DELETE "/v1/rooms/{room}/peers/{peer}/producers/{producer}" (None) -> "Nothing" [BadParameters NotFound]
        "Closes a producer and all consumers of it."
    consume POST "/v1/rooms/{room}/peers/{peer}/transports/{transport}/consumers" (Some("Consume")) -> "Consumer" [BadParameters NotFound Limit Full]
        "The browser receives a producer of the room through a transport of the direction `recv`. A consumer begins paused: resume it when the browser has it."
    resume_consumer POST "/v1/rooms/{room}/peers/{peer}/consumers/{consumer}/resume" (None) -> "Nothing" [BadParameters NotFound]
        "Media flows once the transport can carry it, video from a key frame on."
    pause_consumer POST "/v1/rooms/{room}/peers/{peer}/consumers/{consumer}/pause" (None) -> "Nothing" [BadParameters NotFound]
        "Media stops for this consumer."
    key_frame POST "/v1/rooms/{room}/peers/{peer}/consumers/{consumer}/keyframe" (None) -> "Nothing" [BadParameters NotFound]
        "Asks the sender for a key frame, unless this consumer has asked for one within the last second."
    layers POST "/v1/rooms/{room}/peers/{peer}/consumers/{consumer}/layers" (Some("Layers")) -> "Nothing" [BadParameters NotFound]
        "The layers wanted; lower ones arrive while these do not exist or do not fit."
    close_consumer DELETE "/v1/rooms/{room}/peers/{peer}/consumers/{consumer}" (None) -> "Nothing" [BadParameters NotFound]
        "Closes a consumer."
}
