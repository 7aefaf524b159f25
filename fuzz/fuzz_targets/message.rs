//! Any text frame: decoding never panics, decoded messages are within their limits, relayed data is one JSON object, and
//! refusals are short.

#![no_main]

use actors::protocol::{
    ClientToServer, Code, Entry, UserId,
    decode::{CHAT_CHARS_MAX, NUMBER_MAX, REASON_BYTES_MAX, TOPIC_BYTES_MAX, decode, strict},
    encode::{app_data, chat_data, numbered, signal_data},
};
use libfuzzer_sys::fuzz_target;

/// A frame as others receive it.
fn relayed(entry: &Entry) -> serde_json::Value {
    let (head, data, tail) = numbered(1, entry);
    serde_json::from_str(&format!("{head}{data}{tail}")).expect("one JSON object")
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let decoded = decode(&text);
    assert_eq!(decoded, strict(&text), "the fast path agrees");
    let message = match decoded {
        Ok(message) => message,
        Err(why) => {
            assert!(matches!(why.code, Code::BadMessage | Code::UnknownType | Code::PayloadTooLarge));
            assert!(!why.text.is_empty() && why.text.len() <= 1_000, "{}", why.text);
            return;
        }
    };
    assert!(message.cid.is_none_or(|cid| (1..=NUMBER_MAX).contains(&cid)));
    let from = UserId::from_u128(1);
    match message.body {
        ClientToServer::Signal(signal) => {
            let passed = relayed(&Entry::Message(signal_data(from.clone(), &signal)));
            assert_eq!(passed["data"]["senderUserId"], from.to_string());
            assert!(passed["data"]["reason"].as_str().is_none_or(|reason| reason.len() <= REASON_BYTES_MAX));
        }
        ClientToServer::Chat(content) => {
            assert!(!content.trim().is_empty() && content.chars().count() <= CHAT_CHARS_MAX);
            let passed = relayed(&Entry::Message(chat_data("1", from, &content, 0)));
            assert_eq!(passed["data"]["content"], content);
        }
        ClientToServer::Message(message) => {
            let passed = relayed(&Entry::Message(app_data(from.clone(), &message)));
            assert!(passed["data"]["topic"].as_str().is_some_and(|topic| (1..=TOPIC_BYTES_MAX).contains(&topic.len())));
            assert_eq!(passed["data"]["senderUserId"], from.to_string());
        }
        ClientToServer::Sfu(request) => {
            assert!(request.kind.is_sfu() && request.rid.is_none_or(|rid| (1..=NUMBER_MAX).contains(&rid)));
        }
        ClientToServer::SetAttributes(changes) => {
            assert!(changes.iter().all(|(name, _)| (1..=32).contains(&name.len())));
        }
        ClientToServer::Ack(seq) => assert!(seq <= NUMBER_MAX),
        ClientToServer::Hello(_)
        | ClientToServer::JoinRoom(_)
        | ClientToServer::LeaveRoom
        | ClientToServer::Heartbeat
        | ClientToServer::Power(_)
        | ClientToServer::TokenRefresh(_) => {}
    }
});
