//! Outcomes are final: each number is exactly one of delivered, refused, or a duplicate.

use std::time::Duration;

use actors::{messages::socket::Disconnect, settings::Settings};

use super::{
    browser::{Browser, Heard},
    world::{World, name},
};

#[tokio::test(start_paused = true)]
async fn unnumbered_messages_consume_no_number() {
    let world = World::single().await;
    let mut members = world.members(2, world.room(4)).await;
    members[0].says(r#"{"type":"chat_message","data":{"content":"unnumbered"}}"#);
    members[0].chats(1, "one");
    members[0].chats(2, "two");
    for content in ["unnumbered", "one", "two"] {
        assert_eq!(members[1].hears("chat_message").await["content"], content);
    }
}

#[tokio::test(start_paused = true)]
async fn a_number_out_of_order_is_refused_and_not_taken() {
    let world = World::single().await;
    let mut members = world.members(2, world.room(4)).await;
    for cid in [3, 2, 1, 4] {
        members[0].chats(cid, &cid.to_string());
    }
    for cid in [3, 2, 4] {
        let refusal = members[0].hears("error").await;
        assert_eq!((refusal["code"].as_str(), refusal["cid"].as_u64()), (Some("out_of_order"), Some(cid)));
    }
    assert_eq!(members[1].hears("chat_message").await["content"], "1");
    members[0].chats(2, "2");
    assert_eq!(members[1].hears("chat_message").await["content"], "2");
}

// T5
#[tokio::test(start_paused = true)]
async fn a_refusal_that_was_lost_with_its_socket_is_answered_the_same_after_the_resume() {
    let world = World::of(2, Settings::default()).await;
    let room = world.room(4);
    let mut members = world.members(2, room).await;
    let (bob, mut alice) = (members.pop().expect("two"), members.pop().expect("two"));
    bob.offers(1, &name(1), "v=0"); // refused as glare, and the answer is never read
    bob.chats(2, "hi");
    assert_eq!(alice.hears("chat_message").await["content"], "hi");
    bob.disconnects(Disconnect::Lost);
    let mut back = Browser::connect(&world.nodes[1], None);
    let resumed = back.resumes(&bob).await;
    assert_eq!((resumed["type"].as_str(), resumed["data"]["lastCid"].as_u64()), (Some("resumed"), Some(2)));
    back.offers(1, &name(1), "v=0");
    back.chats(2, "hi");
    back.chats(3, "and more");
    let refusal = back.hears("error").await;
    assert_eq!((refusal["code"].as_str(), refusal["cid"].as_u64()), (Some("glare"), Some(1)));
    assert_eq!(alice.hears("chat_message").await["content"], "and more");
    alice.hears_nothing_for(Duration::from_secs(1)).await;
}

// T5
#[tokio::test(start_paused = true)]
async fn a_number_that_was_refused_for_lack_of_space_is_not_taken_after_the_resume_although_there_is_space() {
    let world = World::of(2, Settings::default()).await;
    let mut members = world.members(2, world.room(4)).await;
    let (bob, mut alice) = (members.pop().expect("two"), members.pop().expect("two"));
    for cid in 1..=65 {
        bob.candidate(cid, &name(1), "its description does not come"); // 64 wait; the 65th is refused, unread
    }
    bob.chats(66, "hi");
    assert_eq!(alice.hears("chat_message").await["content"], "hi");
    bob.disconnects(Disconnect::Lost);
    let mut back = Browser::connect(&world.nodes[1], None);
    assert_eq!(back.resumes(&bob).await["data"]["lastCid"].as_u64(), Some(66));
    back.candidate(65, &name(1), "its description does not come");
    let refusal = back.hears("error").await;
    assert_eq!((refusal["code"].as_str(), refusal["cid"].as_u64()), (Some("candidates_overflow"), Some(65)));
}

#[tokio::test(start_paused = true)]
async fn messages_sent_right_after_a_join_are_sent_in_the_room() {
    let world = World::single().await;
    let room = world.room(4);
    let mut elder = world.member(0, 1, room).await;
    let mut newer = world.browser(0, 2).await;
    newer.says_at_once([
        format!(r#"{{"type":"join_room","data":{{"roomId":"{room}"}}}}"#),
        r#"{"type":"chat_message","cid":1,"data":{"content":"hello"}}"#.to_owned(),
    ]);
    newer.hears("room_joined").await;
    elder.hears("user_joined").await;
    assert_eq!(elder.hears("chat_message").await["content"], "hello");
}

#[tokio::test(start_paused = true)]
async fn an_ack_names_only_what_was_sent() {
    let world = World::single().await;
    let mut members = world.members(2, world.room(4)).await;
    members[0].says(r#"{"type":"chat_message","data":{"content":"unnumbered"}}"#);
    members[1].hears("chat_message").await;
    let heard = members[0].next_within(Duration::from_secs(3)).await;
    assert!(!matches!(&heard, Some(Heard::Text(text)) if text["type"] == "ack"), "{heard:?}");
}

#[tokio::test(start_paused = true)]
async fn an_ack_of_what_was_never_sent_drops_nothing() {
    for seq in [500, 9_007_199_254_740_991_u64] {
        let world = World::of(2, Settings::default()).await;
        let mut members = world.members(2, world.room(4)).await;
        let (bob, alice) = (members.pop().expect("two"), members.pop().expect("two"));
        bob.says(&format!(r#"{{"type":"ack","seq":{seq}}}"#));
        bob.disconnects(Disconnect::Lost);
        alice.chats(1, "missed");
        let mut back = Browser::connect(&world.nodes[1], None);
        assert_eq!(back.resumes(&bob).await["type"], "resumed", "{seq}");
        assert_eq!(back.hears("chat_message").await["content"], "missed", "{seq}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_number_on_a_join_or_a_heartbeat_is_not_counted() {
    let world = World::single().await;
    let room = world.room(4);
    let mut elder = world.member(0, 1, room).await;
    let mut newer = world.browser(0, 2).await;
    newer.says(&format!(r#"{{"type":"join_room","cid":1,"data":{{"roomId":"{room}"}}}}"#));
    newer.hears("room_joined").await;
    elder.hears("user_joined").await;
    newer.says(r#"{"type":"heartbeat","cid":2,"data":{}}"#);
    newer.chats(1, "one");
    newer.says(r#"{"type":"heartbeat","cid":2,"data":{}}"#);
    newer.chats(2, "two");
    for content in ["one", "two"] {
        assert_eq!(elder.hears("chat_message").await["content"], content);
    }
}

#[tokio::test(start_paused = true)]
async fn chat_arrives_letter_by_letter_as_it_was_sent() {
    let world = World::single().await;
    let mut members = world.members(2, world.room(4)).await;
    let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
    let many = "\u{1f600}".repeat(4_000);
    let texts = [
        family,
        "a\u{0}b",
        "\u{feff}b",
        "\u{202e}b",
        "\u{200b}",
        "a\u{2028}b\u{2029}c",
        "e\u{301} \u{e9}",
        "\u{7f}\u{80}",
        &many,
    ];
    for (text, cid) in texts.iter().zip(1..) {
        let content = serde_json::to_string(text).expect("JSON");
        members[0].says(&format!(r#"{{"type":"chat_message","cid":{cid},"data":{{"content":{content}}}}}"#));
        assert_eq!(members[1].hears("chat_message").await["content"], *text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_sender_is_who_the_token_names_whatever_the_message_says() {
    let world = World::single().await;
    let mut members = world.members(2, world.room(4)).await;
    members[0].says(&format!(
        r#"{{"type":"offer","cid":1,"data":{{"targetUserId":"{}","senderUserId":"{}","sdp":"v=0"}}}}"#,
        name(2),
        name(9)
    ));
    assert_eq!(members[1].hears("offer").await["senderUserId"], name(1));
}
