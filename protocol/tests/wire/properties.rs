//! What holds for any text: reading never panics, a refusal says something useful, a payload passes unchanged.

use std::{borrow::Cow, sync::Arc};

use aldis_protocol::{
    Attributes, ClientToServer, Code, Entry, Kind, LeaveReason, Member, Message, SessionId, Signal, UserId, decode,
    encode::{app_data, backend_data, chat_data, numbered, signal_data},
    relayed::{ChatMessage, CustomMessageFrom, DescriptionFrom, IceCandidateFrom, RenegotiateFrom},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::examples::{self, raw};

fn check_refusal(text: &str) {
    if let Err(why) = decode(text) {
        assert!(matches!(why.code, Code::BadMessage | Code::UnknownType | Code::PayloadTooLarge), "{why:?}");
        assert!(!why.text.is_empty() && why.text.len() <= 400, "{why:?}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let names = prop_oneof![
            Just("targetUserId".to_owned()),
            Just("sdp".to_owned()),
            Just("candidate".to_owned()),
            Just("content".to_owned()),
            Just("resume".to_owned()),
            Just("token".to_owned()),
            ".{0,8}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..6).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

fn any_kind() -> impl Strategy<Value = &'static str> {
    prop::sample::select(crate::table::CLIENT.iter().map(|row| row.kind).collect::<Vec<_>>())
}

fn any_signal_kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![Kind::Offer, Kind::Answer, Kind::IceCandidate, Kind::Renegotiate])
}

/// A UUID, or any other id.
fn any_user() -> impl Strategy<Value = UserId> + Clone {
    let text = "[!#-\\[\\]-~]{1,128}".prop_map(|text| text.parse().expect("an id"));
    prop_oneof![any::<u128>().prop_map(UserId::from_u128), text]
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let ids = (any_user(), any::<u128>()).prop_map(|(user, session)| (user, SessionId::from_u128(session)));
    let reasons = vec![
        LeaveReason::Banned,
        LeaveReason::Left,
        LeaveReason::Lost,
        LeaveReason::Replaced,
        LeaveReason::Kicked,
        LeaveReason::Closed,
    ];
    let kinds =
        vec![Kind::Offer, Kind::Answer, Kind::IceCandidate, Kind::Renegotiate, Kind::ChatMessage, Kind::Message];
    prop_oneof![
        (ids.clone(), ".{0,20}", any::<u64>(), any::<bool>()).prop_map(|((user, session), name, order, connected)| {
            let attributes = Attributes::of_token((order % 2 == 0).then_some(&name));
            Entry::Joined(Member { user, name: name.into(), session, order, connected, attributes }.into())
        }),
        (ids, any::<u64>(), prop::sample::select(reasons)).prop_map(|((user, _), order, reason)| Entry::Left {
            user,
            order,
            reason
        }),
        (prop::sample::select(kinds), ".{0,40}")
            .prop_map(|(kind, data)| Entry::Message(Message { kind, data: json!({ "x": data }).to_string().into() })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_understood_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check_refusal(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_message_with_a_byte_changed_is_understood_or_refused(
        which in 0..33_usize, at: prop::sample::Index, byte: u8, cut: bool,
    ) {
        let mut bytes = examples::client().remove(which).text.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.truncate(if cut { at + 1 } else { bytes.len() });
        check_refusal(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_data_is_understood_or_refused_by_its_field(kind in any_kind(), data in any_json(), cid in 1_u64..1 << 53) {
        let text = json!({ "type": kind, "cid": cid, "data": data }).to_string();
        check_refusal(&text);
        match decode(&text) {
            Ok(message) => prop_assert_eq!(message.cid, Some(cid)),
            Err(why) => {
                prop_assert_eq!(why.cid, Some(cid));
                prop_assert!(why.text.starts_with("data") || why.text.starts_with("seq"), "{}", why.text);
            }
        }
    }

    #[test]
    fn a_chat_message_reads_back_as_it_was_written(content in ".{1,200}", cid in prop::option::of(1_u64..1 << 53)) {
        prop_assume!(!content.trim().is_empty());
        let message = decode(&json!({ "type": "chat_message", "cid": cid, "data": { "content": content } }).to_string());
        let message = message.expect("a chat message");
        prop_assert_eq!(message.cid, cid);
        let ClientToServer::Chat(read) = message.body else { panic!("not a chat message") };
        prop_assert_eq!(read, content);
    }

    #[test]
    fn a_signal_reads_back_as_it_was_written(kind in any_signal_kind(), user in any_user(), sdp in ".{1,60}", init in any_json()) {
        let payload = match kind {
            Kind::Offer | Kind::Answer | Kind::Renegotiate => json!(sdp),
            Kind::IceCandidate if init.is_object() => init,
            Kind::Hello
            | Kind::JoinRoom
            | Kind::LeaveRoom
            | Kind::IceCandidate
            | Kind::ChatMessage
            | Kind::Message
            | Kind::SetAttributes
            | Kind::RemoveMember
            | Kind::RequestMute
            | Kind::HandOver
            | Kind::SetRoom
            | Kind::EndRoom
            | Kind::AttributesChanged
            | Kind::MuteRequested
            | Kind::RoomChanged
            | Kind::GuestsWaiting
            | Kind::Heartbeat
            | Kind::Ack
            | Kind::TokenRefresh
            | Kind::SfuGetRouterCapabilities
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
            | Kind::SfuCloseConsumer
            | Kind::ChatDeleted
            | Kind::Unknown => Value::Null,
        };
        let to = user;
        let data = json!({ "targetUserId": to, kind.field(): payload });
        let message = decode(&json!({ "type": kind.as_str(), "data": data }).to_string());
        let ClientToServer::Signal(signal) = message.expect("a signal").body else { panic!("not a signal") };
        prop_assert_eq!((signal.kind, &signal.to), (kind, &to));
        prop_assert_eq!(signal, Signal::new(kind, to, Some(&payload.to_string())));
    }

    #[test]
    fn a_relayed_payload_is_the_senders_byte_for_byte(user in any_user(), sdp in ".{0,200}", spaces in " {0,3}", seq: u64) {
        // Odd spacing and escapes survive: nothing is parsed and written again.
        let payload = raw(&serde_json::to_string(&sdp).expect("JSON"));
        let init = raw(&format!("{{{spaces}\"candidate\"{spaces}:{spaces}{}{spaces}}}", payload.get()));
        let from = user;
        let frame = |kind, payload: Option<&serde_json::value::RawValue>| {
            let signal = Signal::new(kind, from.clone(), payload.map(serde_json::value::RawValue::get));
            let message = signal_data(from.clone(), &signal);
            let (head, data, tail) = numbered(seq, &Entry::Message(message));
            format!("{head}{data}{tail}")
        };
        let text = |shape: &dyn Fn() -> String, kind: &str| format!(r#"{{"type":"{kind}","seq":{seq},"data":{}}}"#, shape());
        let json = |shape: serde_json::Result<String>| shape.expect("plain structs serialise");
        let described = || json(serde_json::to_string(&DescriptionFrom { sender_user_id: from.clone(), sdp: Cow::Borrowed(&*payload), streams: None }));
        prop_assert_eq!(frame(Kind::Offer, Some(&payload)), text(&described, "offer"));
        prop_assert_eq!(frame(Kind::Answer, Some(&payload)), text(&described, "answer"));
        let candidate = || json(serde_json::to_string(&IceCandidateFrom { sender_user_id: from.clone(), candidate: Cow::Borrowed(&*init) }));
        prop_assert_eq!(frame(Kind::IceCandidate, Some(&init)), text(&candidate, "ice_candidate"));
        for reason in [None, Some(&*payload)] {
            let wish = || json(serde_json::to_string(&RenegotiateFrom { sender_user_id: from.clone(), reason: reason.map(Cow::Borrowed), want: None, ice_restart: false }));
            prop_assert_eq!(frame(Kind::Renegotiate, reason), text(&wish, "renegotiate"));
        }
    }

    #[test]
    fn a_chat_messages_data_is_its_shape(user in any_user(), content in ".{1,100}", timestamp in 0_u64..1 << 53) {
        let sender_id = user;
        let shape = ChatMessage { id: "1".into(), sender_id: sender_id.clone(), content: content.as_str().into(), timestamp };
        let made = chat_data("1", sender_id, &content, timestamp);
        prop_assert_eq!(made.data.to_string(), serde_json::to_string(&shape).expect("plain structs serialise"));
        prop_assert_eq!(made.kind, Kind::ChatMessage);
    }

    #[test]
    fn an_applications_message_passes_byte_for_byte(to in prop::option::of(any::<u128>()), topic in ".{1,16}", data in any_json(), seq: u64) {
        let (from, spaced) = (UserId::from_u128(7), format!(" {data} "));
        let text = json!({ "to": to.map(UserId::from_u128), "topic": topic, "data": data });
        let sent = format!(r#"{{"type":"message","cid":1,"data":{text}}}"#);
        let ClientToServer::Message(message) = decode(&sent).expect("a message").body else { panic!("no message") };
        prop_assert_eq!(&message.to, &to.map(UserId::from_u128));
        let (head, data, tail) = numbered(seq, &Entry::Message(app_data(from.clone(), &message)));
        let shape = CustomMessageFrom { sender_user_id: Some(from), topic: topic.into(), data: Cow::Owned(raw(spaced.trim())) };
        let expected = serde_json::to_string(&shape).expect("plain structs serialise");
        prop_assert_eq!(format!("{head}{data}{tail}"), format!(r#"{{"type":"message","seq":{seq},"data":{expected}}}"#));
        let (head, data, tail) = numbered(seq, &Entry::Message(backend_data(&message)));
        let expected = serde_json::to_string(&CustomMessageFrom { sender_user_id: None, ..shape }).expect("as above");
        prop_assert_eq!(format!("{head}{data}{tail}"), format!(r#"{{"type":"message","seq":{seq},"data":{expected}}}"#));
    }

    #[test]
    fn every_frame_is_one_json_object_with_its_number(entry in any_entry(), seq in 1_u64..1 << 53) {
        let (head, data, tail) = numbered(seq, &entry);
        let value: Value = serde_json::from_str(&format!("{head}{data}{tail}")).expect("JSON");
        prop_assert_eq!(value["seq"].as_u64(), Some(seq));
        prop_assert!(value["type"].is_string() && value["data"].is_object());
    }

    #[test]
    fn an_entry_travels_between_nodes_unchanged(entry in any_entry()) {
        let text = serde_json::to_string(&entry).expect("plain structs serialise");
        prop_assert_eq!(serde_json::from_str::<Entry>(&text).expect("what was written"), entry);
    }
}

/// What a node relays is read by a strict parser, which is what serde_json is when it makes values.
fn check_relayed(text: &str) -> bool {
    let Ok(message) = decode(text) else { return false };
    let ClientToServer::Signal(signal) = message.body else { panic!("not a signal") };
    let (head, data, tail) = numbered(1, &Entry::Message(signal_data(UserId::from_u128(1), &signal)));
    serde_json::from_str::<Value>(&format!("{head}{data}{tail}")).expect("I-JSON");
    true
}

#[test]
fn what_a_strict_receiver_cannot_read_is_not_relayed() {
    let to = examples::ANN;
    let nested = |levels: usize| format!(r#"{{"a":{}{}}}"#, "[".repeat(levels - 1), "]".repeat(levels - 1));
    let sdp = |sdp: &str| format!(r#"{{"type":"offer","data":{{"targetUserId":"{to}","sdp":"{sdp}"}}}}"#);
    let candidate =
        |json: &str| format!(r#"{{"type":"ice_candidate","data":{{"targetUserId":"{to}","candidate":{json}}}}}"#);
    let table = [
        (sdp(r"v=0 \ud83d\ude00"), true),
        (sdp(r"v=0 \ud83d"), false),
        (sdp(r"v=0 \ude00\ud83d"), false),
        (candidate(r#"{"candidate":"\ud83d\ude00","sdpMid":"\\ud83d"}"#), true),
        (candidate(r#"{"candidate":"\ud83d"}"#), false),
        (candidate(r#"{"\ud83d":""}"#), false),
        (candidate(&nested(16)), true),
        (candidate(&nested(17)), false),
        (candidate(r#"{"priority":1e400}"#), false),
    ];
    for (text, is_relayed) in table {
        assert_eq!(check_relayed(&text), is_relayed, "{text}");
    }
}

#[test]
fn brackets_thousands_deep_do_no_harm() {
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(30_000), "]".repeat(30_000));
    let data = format!(r#"{{"targetUserId":"{}","candidate":{deep}}}"#, examples::ANN);
    check_refusal(&format!(r#"{{"type":"ice_candidate","data":{data}}}"#));
    check_refusal(&"[".repeat(60_000));
    check_refusal(&format!(r#"{{"type":{}"#, "{\"type\":".repeat(8_000)));
}

#[test]
fn a_message_is_shared_by_all_who_receive_it() {
    let message = chat_data("1", UserId::from_u128(1), "hi", 0);
    let entry = Entry::Message(message.clone());
    assert!(Arc::ptr_eq(&numbered(1, &entry).1, message.data.rest()), "encoded once however many receive it");
}
