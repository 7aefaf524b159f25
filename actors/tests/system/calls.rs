//! Messages between members of a room, and refusals.

use std::time::Duration;

use super::{
    browser::Browser,
    world::{World, name},
};

#[tokio::test(start_paused = true)]
async fn messages_read_together_mean_the_same_as_one_by_one() {
    let world = World::single().await;
    let room = world.room(4);
    let mut elder = world.member(0, 1, room).await;
    let mut newer = Browser::connect(&world.nodes[0], None);
    newer.says_at_once([
        format!(r#"{{"type":"hello","data":{{"token":"{}"}}}}"#, name(2)),
        format!(r#"{{"type":"join_room","data":{{"roomId":"{room}"}}}}"#),
        r#"{"type":"heartbeat"}"#.to_owned(),
    ]);
    newer.hears("welcome").await;
    assert_eq!(newer.hears("room_joined").await["existingPeers"][0], name(1));
    elder.hears("user_joined").await;
    let to = name(2);
    let candidate = |cid| {
        format!(
            r#"{{"type":"ice_candidate","cid":{cid},"data":{{"targetUserId":"{to}","candidate":{{"candidate":"{cid}"}}}}}}"#
        )
    };
    let offer = format!(r#"{{"type":"offer","cid":1,"data":{{"targetUserId":"{to}","sdp":"v=0"}}}}"#);
    elder.says_at_once([offer, candidate(2), candidate(3), r#"{"type":"leave_room","cid":4}"#.to_owned()]);
    assert_eq!(newer.hears("offer").await["sdp"], "v=0");
    assert_eq!(newer.hears("ice_candidate").await["candidate"]["candidate"], "2");
    assert_eq!(newer.hears("ice_candidate").await["candidate"]["candidate"], "3");
    assert_eq!(newer.hears("user_left").await["reason"], "left");
}

#[tokio::test(start_paused = true)]
async fn every_member_is_notified_of_every_other() {
    let world = World::of(2, actors::settings::Settings::default()).await;
    let room = world.room(4);
    let mut members = world.members(4, room).await;
    members[0].says(r#"{"type":"leave_room"}"#);
    assert_eq!(members[0].hears("room_left").await["roomId"], room.to_string());
    for member in &mut members[1..] {
        let left = member.hears("user_left").await;
        assert_eq!((left["userId"].as_str(), left["reason"].as_str()), (Some(name(1).as_str()), Some("left")));
    }
    members[0].hears_nothing_for(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_full_room_refuses_the_fifth_and_takes_them_when_one_leaves() {
    let world = World::single().await;
    let room = world.room(4);
    let mut members = world.members(4, room).await;
    let mut fifth = world.browser(0, 5).await;
    fifth.says(&format!(r#"{{"type":"join_room","cid":9,"data":{{"roomId":"{room}"}}}}"#));
    let refusal = fifth.hears("error").await;
    assert_eq!((refusal["code"].as_str(), refusal["cid"].as_u64()), (Some("room_full"), Some(9)));
    members[2].says(r#"{"type":"leave_room"}"#);
    members[3].hears("user_left").await;
    let joined = fifth.joins(room).await;
    assert_eq!(joined["existingPeers"], serde_json::json!([name(1), name(2), name(4)]));
    assert!(joined["rev"].as_u64() > joined["peers"][2]["rev"].as_u64(), "join order only grows");
}

#[tokio::test(start_paused = true)]
async fn an_offer_from_the_newcomer_is_refused_and_renegotiate_reaches_the_earlier() {
    let world = World::single().await;
    let mut members = world.members(2, world.room(4)).await;
    members[1].offers(1, &name(1), "v=0");
    assert_eq!(members[1].hears("error").await["code"], "glare");
    members[1].says(&format!(r#"{{"type":"renegotiate","data":{{"targetUserId":"{}","reason":"screen"}}}}"#, name(1)));
    let wish = members[0].hears("renegotiate").await;
    assert_eq!((wish["senderUserId"].as_str(), wish["reason"].as_str()), (Some(name(2).as_str()), Some("screen")));
    members[0].answers(1, &name(2), "v=0");
    assert_eq!(members[0].hears("error").await["code"], "glare");
}

#[tokio::test(start_paused = true)]
async fn early_candidates_wait_for_their_description() {
    let world = World::of(2, actors::settings::Settings::default()).await;
    let mut members = world.members(2, world.room(4)).await;
    members[0].candidate(1, &name(2), "early one");
    members[0].candidate(2, &name(2), "early two");
    members[1].hears_nothing_for(Duration::from_secs(1)).await;
    members[0].offers(3, &name(2), "v=0");
    assert_eq!(members[1].hears("offer").await["sdp"], "v=0");
    assert_eq!(members[1].hears("ice_candidate").await["candidate"]["candidate"], "early one");
    assert_eq!(members[1].hears("ice_candidate").await["candidate"]["candidate"], "early two");
}

#[tokio::test(start_paused = true)]
async fn a_candidate_that_waits_too_long_is_refused_and_the_65th_at_once() {
    let world = World::single().await;
    let mut members = world.members(2, world.room(4)).await;
    for cid in 1..=65 {
        members[0].candidate(cid, &name(2), "early");
    }
    let refusal = members[0].hears("error").await;
    assert_eq!((refusal["code"].as_str(), refusal["cid"].as_u64()), (Some("candidates_overflow"), Some(65)));
    for cid in 1..=64 {
        let refusal = members[0].hears("error").await;
        assert_eq!((refusal["code"].as_str(), refusal["cid"].as_u64()), (Some("candidates_overflow"), Some(cid)));
    }
}

#[tokio::test(start_paused = true)]
async fn members_of_other_rooms_look_like_unknown_users() {
    let world = World::single().await;
    let mut alice = world.member(0, 1, world.room(4)).await;
    let _elsewhere = world.member(0, 2, world.room(4)).await;
    for (cid, target) in [(1, name(2)), (2, name(77)), (3, name(1))] {
        alice.offers(cid, &target, "v=0");
        assert_eq!(alice.hears("error").await["code"], "peer_not_found");
    }
}

#[tokio::test(start_paused = true)]
async fn chat_reaches_all_others_once_despite_resends() {
    let world = World::of(3, actors::settings::Settings::default()).await;
    let mut members = world.members(3, world.room(4)).await;
    members[0].chats(1, "hello");
    members[0].chats(1, "hello");
    members[0].chats(2, "again");
    assert_eq!(members[0].hears("error").await["code"], "out_of_order");
    for member in &mut members[1..] {
        let chat = member.hears("chat_message").await;
        assert_eq!((chat["content"].as_str(), chat["senderId"].as_str()), (Some("hello"), Some(name(1).as_str())));
        assert_eq!(member.hears("chat_message").await["content"], "again");
    }
    members[0].hears_nothing_for(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn an_applications_message_reaches_one_member_or_all_others_once_despite_resends() {
    let world = World::of(3, actors::settings::Settings::default()).await;
    let mut members = world.members(3, world.room(4)).await;
    let to_all = r#"{"type":"message","cid":1,"data":{"topic":"hand","data":{"up": true}}}"#;
    members[0].says(to_all);
    members[0].says(to_all);
    let (second, stranger) = (name(2), name(77));
    let to = |cid: u64, whom: &str| {
        format!(r#"{{"type":"message","cid":{cid},"data":{{"to":"{whom}","topic":"file","data":[1,null]}}}}"#)
    };
    members[0].says(&to(2, &second));
    members[0].says(&to(3, &stranger));
    assert_eq!(members[0].hears("error").await["code"], "out_of_order");
    assert_eq!(members[0].hears("error").await["code"], "peer_not_found");
    members[0].chats(4, "after");
    for member in &mut members[1..] {
        let message = member.hears("message").await;
        assert_eq!((message["topic"].as_str(), &message["data"]["up"]), (Some("hand"), &serde_json::json!(true)));
        assert_eq!(message["senderUserId"], name(1));
    }
    assert_eq!(members[1].hears("message").await["data"], serde_json::json!([1, null]));
    for member in &mut members[1..] {
        assert_eq!(member.hears("chat_message").await["content"], "after");
    }
}

#[tokio::test(start_paused = true)]
async fn messages_before_hello_or_outside_a_room_are_refused() {
    let world = World::single().await;
    let mut early = Browser::connect(&world.nodes[0], None);
    early.says(r#"{"type":"join_room","data":{"roomId":"abc-defg-hij"}}"#);
    assert_eq!(early.hears("error").await["code"], "auth_required");
    let mut outside = world.browser(0, 1).await;
    outside.chats(1, "anybody?");
    assert_eq!(outside.hears("error").await["code"], "not_in_room");
    outside.says(r#"{"type":"join_room","data":{"roomId":"zzz-zzzz-zzz"}}"#);
    assert_eq!(outside.hears("error").await["code"], "room_not_found");
    outside.says("{");
    assert_eq!(outside.hears("error").await["code"], "bad_message");
}

// C13
#[tokio::test(start_paused = true)]
async fn a_changed_limit_applies_to_the_next_join_on_every_node() {
    for is_notified in [true, false] {
        let world = World::of(2, actors::settings::Settings::default()).await;
        let room = world.room(4);
        let mut members = world.members(2, room).await;
        world.book.limits(room, 2);
        if is_notified {
            let _accepted_or_retried = world.nodes[0].settings_changed(room).await;
        }
        for (node, user) in [(0, 8), (1, 9)] {
            let browser = &mut world.browser(node, user).await;
            browser.says(&format!(r#"{{"type":"join_room","data":{{"roomId":"{room}"}}}}"#));
            assert_eq!(browser.hears("error").await["code"], "room_full", "on node {node}, notified: {is_notified}");
        }
        for member in &mut members {
            member.hears_nothing_for(Duration::from_secs(2)).await;
        }
        assert_eq!(world.book.told_of(room), if is_notified { 2 } else { 0 }, "each node forgets its copy");
        world.book.limits(room, 3);
        world.member(1, 9, room).await;
    }
}
