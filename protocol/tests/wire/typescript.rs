//! The SDK's types: each shape from its Rust type, the two unions from the table of messages, the two tables of
//! codes from the code.

use std::fmt::Write;

use aldis_protocol::{
    Close, Code, Guests,
    attributes::{AttributesChanged, SetAttributes},
    client::{
        Chat, CustomMessage, Description, Hello, IceCandidate, JoinRoom, Renegotiate, Resume, TokenRefresh, Want,
    },
    code::Comeback,
    hosted::{GuestsWaiting, HandOver, MuteRequested, RemoveMember, RequestMute, RoomChanged, SetRoom},
    media::{MediaReason, ProducerEnd, TrackKind},
    notice::{Degraded, HeartbeatAck, Moved, RoomClosed, RoomLeft, ServerDraining, TokenExpiring},
    relayed::{ChatDeleted, ChatMessage, CustomMessageFrom, DescriptionFrom, IceCandidateFrom, RenegotiateFrom},
    server::{
        IceServer, LeaveReason, Mode, Peer, PeerState, Refusal, ResumeFailed, ResumeFailure, Resumed, RoomJoined,
        UserJoined, UserLeft, Welcome, WelcomeLimits,
    },
    sfu::{
        Direction as SfuDirection, SfuConnectTransport, SfuConsume, SfuConsumer, SfuCreateTransport,
        SfuPreferredLayers, SfuProduce, SfuProducer, SfuTransport,
        answers::{
            ConsumerEnd, MediaChanged, MediaLimits, MediaState, PeerProducer, SfuActiveSpeaker, SfuConsumed,
            SfuConsumerClosed, SfuConsumerLayers, SfuIceRestarted, SfuNewProducer, SfuProduced, SfuProducerChanged,
            SfuProducerClosed, SfuRouterCapabilities, SfuTransportCreated,
        },
    },
};
use ts_rs::{Config, TS};

use crate::{
    made,
    table::{CLIENT, Data, Number, Row, SERVER},
};

const FILE: &str = "web/client/src/gen/protocol.ts";

macro_rules! shapes {
    ($($shape:ty),+ $(,)?) => { vec![$(shape::<$shape>()),+] };
}

/// A shape's name and its declaration.
pub(crate) fn shapes() -> Vec<(String, String)> {
    let mut all = shapes_of_calls();
    all.extend(shapes_of_media_servers());
    all
}

fn shapes_of_calls() -> Vec<(String, String)> {
    shapes![
        Hello,
        Resume,
        JoinRoom,
        Description,
        IceCandidate,
        Renegotiate,
        Want,
        Chat,
        CustomMessage,
        SetAttributes,
        RemoveMember,
        RequestMute,
        HandOver,
        SetRoom,
        Guests,
        TokenRefresh,
        Welcome,
        WelcomeLimits,
        RoomJoined,
        Mode,
        Peer,
        PeerState,
        IceServer,
        Resumed,
        ResumeFailed,
        ResumeFailure,
        RoomLeft,
        Moved,
        RoomClosed,
        HeartbeatAck,
        TokenExpiring,
        ServerDraining,
        Degraded<'static>,
        Refusal,
        UserJoined,
        UserLeft,
        LeaveReason,
        DescriptionFrom<'static>,
        IceCandidateFrom<'static>,
        RenegotiateFrom<'static>,
        ChatMessage<'static>,
        CustomMessageFrom<'static>,
        ChatDeleted<'static>,
        AttributesChanged<'static>,
        MuteRequested<'static>,
        RoomChanged,
        GuestsWaiting,
    ]
}

fn shapes_of_media_servers() -> Vec<(String, String)> {
    shapes![
        SfuDirection,
        SfuCreateTransport,
        SfuConnectTransport,
        SfuTransport,
        SfuProduce,
        SfuProducer,
        SfuConsume,
        SfuConsumer,
        SfuPreferredLayers,
        TrackKind,
        MediaState,
        MediaLimits,
        PeerProducer,
        SfuRouterCapabilities<'static>,
        SfuTransportCreated<'static>,
        SfuIceRestarted<'static>,
        SfuProduced<'static>,
        SfuConsumed<'static>,
        SfuConsumerLayers<'static>,
        SfuConsumerClosed<'static>,
        ConsumerEnd,
        SfuActiveSpeaker<'static>,
        MediaChanged,
        MediaReason,
        SfuNewProducer<'static>,
        SfuProducerChanged<'static>,
        SfuProducerClosed<'static>,
        ProducerEnd,
    ]
}

fn shape<T: TS>() -> (String, String) {
    let config = Config::new().with_large_int("number");
    let declaration = format!("{}export {}", T::docs().unwrap_or_default(), T::decl(&config));
    (T::ident(&config), laid_out(&declaration))
}

/// The generator's text, formatted: short comments on one line, one field per line.
fn laid_out(declaration: &str) -> String {
    let mut lines = String::new();
    let mut comment: Vec<&str> = Vec::new();
    let mut is_inside = false;
    for line in declaration.lines().map(str::trim) {
        let indent = if is_inside { "  " } else { "" };
        match line {
            "/**" => comment.clear(),
            "*/" if comment.len() == 1 => lines += &format!("{indent}/** {} */\n", comment[0]),
            "*/" => {
                let body: String = comment.iter().map(|line| format!("{indent} * {line}\n")).collect();
                lines += &format!("{indent}/**\n{body}{indent} */\n");
            }
            _ if line.starts_with('*') => comment.push(line.trim_start_matches('*').trim()),
            _ if line.ends_with("= {") => {
                is_inside = true;
                lines += &format!("{} {{\n", line.trim_end_matches(" = {").replace("export type", "export interface"));
            }
            _ if is_inside => lines += &format!("  {};\n", line.trim_end_matches("};").trim().trim_end_matches(',')),
            _ => lines += &format!("{line}\n"),
        }
    }
    lines + if is_inside { "}\n" } else { "" }
}

fn union(name: &str, doc: &str, rows: &[Row]) -> String {
    let member = |row: &Row| {
        let data = match row.data {
            Data::Absent => String::new(),
            Data::Empty => "; data?: Record<string, never>".to_owned(),
            Data::Shape(shape) => format!("; data: {shape}"),
        };
        let number = match row.number {
            Number::Neither => "",
            Number::MayCid => "; cid?: number",
            Number::Cid => "; cid: number",
            Number::Seq => "; seq: number",
            Number::MayRid => "; rid?: number",
        };
        format!("\n  /** {} */\n  | {{ type: \"{}\"{data}{number} }}", row.meaning, row.kind)
    };
    format!("/** {doc} */\nexport type {name} ={};\n", rows.iter().map(member).collect::<String>())
}

/// What a client does after a close, as the tables name it.
pub(crate) fn comeback(comeback: Comeback) -> String {
    serde_json::to_value(comeback).ok().and_then(|name| name.as_str().map(str::to_owned)).expect("a name")
}

fn codes() -> String {
    let mut text = "/** Why a message was refused: `error.data.code`, and `code` of a problem+json. */\n\
                    export const ERROR_CODES = {\n"
        .to_owned();
    for code in Code::ALL {
        let (name, retryable) = (code.as_str(), code.is_retryable());
        let _ = writeln!(text, "  /** {} */\n  {name}: {{ retryable: {retryable} }},", code.meaning());
    }
    text += "} as const;\nexport type Code = keyof typeof ERROR_CODES;\n\n\
             /** What a client does after a close. */\nexport type Comeback = ";
    let comebacks =
        [Comeback::Never, Comeback::Resume, Comeback::AfterMending].map(|each| format!("\"{}\"", comeback(each)));
    text += &comebacks.join(" | ");
    text += ";\n\n/** Why a socket was closed (RFC 6455 §7.4); 44xx: do not reconnect, 45xx: reconnect with jittered back-off. */\n\
             export const CLOSE_CODES = {\n";
    for close in Close::ALL {
        let (name, number, comeback) = (close.as_str(), close.number(), comeback(close.comeback()));
        let _ =
            writeln!(text, "  /** {} */\n  {name}: {{ number: {number}, comeback: \"{comeback}\" }},", close.meaning());
    }
    text + "} as const;\nexport type Close = keyof typeof CLOSE_CODES;\n"
}

#[test]
fn the_sdks_types_are_made_from_these() {
    let head = format!(
        "// The wire of `{}`: every message, every error code, every close code.\n\
         // Generated from the Rust types in protocol/src; do not edit. To regenerate:\n\
         // ALDIS_BLESS=1 cargo test -p aldis-protocol --test wire\n\
         import type {{ RTCIceCandidateInit }} from \"../candidate.ts\";\n",
        aldis_protocol::SUBPROTOCOL
    );
    let shapes: Vec<String> = shapes().into_iter().map(|(_, declaration)| declaration).collect();
    let client = union("ClientToServer", "Every message of a client.", CLIENT);
    let server =
        union("ServerToClient", "Every message of a node; those with a `seq` are numbered within the session.", SERVER);
    let version = format!(
        "/** The WebSocket sub-protocol. */\nexport const SUBPROTOCOL = \"{}\";\n",
        aldis_protocol::SUBPROTOCOL
    );
    made::check(FILE, &[head, version, shapes.join("\n"), client, server, codes()].join("\n"));
}

#[test]
fn every_shape_that_a_message_carries_is_declared() {
    let declared: Vec<String> = shapes().into_iter().map(|(name, _)| name).collect();
    for row in CLIENT.iter().chain(SERVER) {
        if let Data::Shape(shape) = row.data {
            assert!(declared.iter().any(|name| name == shape), "{shape} of {} is not declared", row.kind);
        }
    }
}
