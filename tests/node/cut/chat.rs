//! A socket that is cut within a message, after each of its bytes: when its client is back and sends the message again, others have
//! heard it once, and the history has it once.

use serde_json::{Value, json};

use super::SETTINGS;
use crate::{process::Node, socket::Socket};

/// Times that a socket is cut right behind a whole message.
const BEHIND: u64 = 40;

fn chat(cid: u64) -> Value {
    json!({ "type": "chat_message", "cid": cid, "data": { "content": format!("message {cid:03}") } })
}

/// A text frame; its mask changes nothing.
fn frame(message: &Value) -> Vec<u8> {
    let text = message.to_string();
    let length = u8::try_from(text.len()).ok().filter(|length| *length < 126).expect("a short message");
    [&[0x81, 0x80 | length, 0, 0, 0, 0], text.as_bytes()].concat()
}

/// The same session on another connection, and the last number that the node has of it.
async fn back(node: &Node, token: &str, resume: &str) -> (Socket, u64) {
    let mut socket = Socket::open(&node.http, false).await.expect("a socket");
    let hello = json!({ "token": token, "resume": { "resumeToken": resume, "seq": 0 } });
    socket.says(json!({ "type": "hello", "data": hello }));
    let resumed = socket.hears("resumed").await;
    (socket, resumed["data"]["lastCid"].as_u64().expect("a number"))
}

#[tokio::test]
async fn a_message_that_is_cut_after_any_byte_is_heard_and_stored_once_when_it_is_sent_again() {
    let node = Node::start(&SETTINGS).await;
    let (ann, bob) = (node.sign_up("ann").await, node.sign_up("bob").await);
    let room = node.room(&ann).await;
    let (mut listener, mut speaker) = (node.socket(&ann).await, node.socket(&bob).await);
    listener.joins(&room).await;
    let joined = speaker.joins(&room).await;
    let resume = joined["resumeToken"].as_str().expect("a token");
    let bytes = frame(&chat(1)).len() as u64;
    for cid in 1..=bytes + BEHIND {
        let frame = frame(&chat(cid));
        let cut = frame.len().min(cid as usize - 1);
        speaker.sends_bytes(&frame[..cut]);
        speaker.abandon();
        let (socket, last) = back(&node, &bob, resume).await;
        assert!(last == cid - 1 || (last == cid && cut == frame.len()), "after {cut} bytes of {cid}: {last}");
        speaker = socket;
        speaker.says(chat(cid));
        let heard = listener.hears("chat_message").await;
        assert_eq!(heard["data"]["content"], chat(cid)["data"]["content"], "after {cut} bytes of {cid}");
    }
    let (mut stored, mut before) = (Vec::new(), String::new());
    loop {
        let url = format!("http://{}/api/rooms/{room}/messages?limit=100{before}", node.http);
        let answer = reqwest::Client::new().get(url).bearer_auth(&ann).send().await.expect("an answer");
        let page: Value = answer.json().await.expect("JSON");
        stored.extend(page["messages"].as_array().expect("a list").iter().map(|message| message["content"].clone()));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        before = format!("&before={cursor}");
    }
    stored.sort_by_key(ToString::to_string);
    let expected: Vec<_> = (1..=bytes + BEHIND).map(|cid| chat(cid)["data"]["content"].clone()).collect();
    assert_eq!(stored, expected);
    assert!(!node.log().contains("panicked"), "{}", node.log());
}
