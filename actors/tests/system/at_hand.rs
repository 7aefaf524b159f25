//! Tests that need a local ledger, without waits: cells without a worker, floods.

use std::time::Duration;

use actors::{messages::socket::Disconnect, node::Population, settings::Settings};

use super::{
    browser::{Browser, Heard},
    world::{World, name},
};

/// Long enough for every timer of an idle room.
const A_WHILE: Duration = Duration::from_secs(60);

const NOBODY: Population = Population { sockets: 0, users: 0, rooms: 0 };
const EVERYBODY: Population = Population { sockets: 2, users: 2, rooms: 1 };

/// Both answer pings and send `heartbeat` for that long, and receive nothing else.
async fn stand_by(members: &mut [Browser], span: Duration) {
    let [one, two] = members else { panic!("two of them") };
    tokio::join!(one.hears_nothing_for(span), two.hears_nothing_for(span));
}

#[tokio::test(start_paused = true)]
async fn an_idle_call_has_no_worker_and_is_still_pinged() {
    let world = World::of(1, Settings::default()).await;
    let mut members = world.members(2, world.room(4)).await;
    stand_by(&mut members, A_WHILE).await;
    assert_eq!((world.nodes[0].active(), world.nodes[0].population()), (NOBODY, EVERYBODY));
    let tree = world.nodes[0].tree();
    assert_eq!(
        tree.kinds.map(|kind| (kind.kind, kind.cells, kind.queued)),
        [("room", 1, 0), ("socket", 2, 0), ("user", 2, 0)]
    );
    members[0].pongs = false;
    assert!(matches!(members[0].next().await, Heard::Ping(_)));
}

#[tokio::test(start_paused = true)]
async fn an_idle_room_loses_nothing() {
    let world = World::of(2, Settings::default()).await;
    let room = world.room(4);
    let mut members = world.members(2, room).await;
    members[0].offers(1, &name(2), "v=0 offer");
    members[1].hears("offer").await;
    stand_by(&mut members, A_WHILE).await;
    members[1].answers(1, &name(1), "v=0 answer");
    assert_eq!(members[0].hears("answer").await["sdp"], "v=0 answer");
    members[0].candidate(2, &name(2), "candidate:1");
    members[1].hears("ice_candidate").await;
    stand_by(&mut members, A_WHILE).await;
    members[1].offers(2, &name(1), "v=0");
    assert_eq!(members[1].hears("error").await["code"], "glare", "roles are fixed by join order");
}

#[tokio::test(start_paused = true)]
async fn an_unresponsive_connection_is_detected_as_half_open() {
    let world = World::of(1, Settings::default()).await;
    let mut members = world.members(2, world.room(4)).await;
    stand_by(&mut members, A_WHILE).await;
    let silent = members.pop().expect("two");
    let mut left = silent.user.clone();
    for _ in 0..8 {
        members[0].says(r#"{"type":"heartbeat"}"#);
        if let Some(Heard::Text(message)) = members[0].next_within(Duration::from_secs(5)).await {
            left = format!("{} {} {}", message["type"], message["data"]["reason"], left);
            break;
        }
    }
    assert_eq!(left, format!(r#""user_left" "lost" {}"#, silent.user));
}

#[tokio::test(start_paused = true)]
async fn a_flood_is_refused_then_closed() {
    let world = World::single().await;
    let mut noisy = world.member(0, 1, world.room(4)).await;
    for cid in 1..=800 {
        noisy.chats(cid, "!");
    }
    let mut refused = 0;
    loop {
        let refusal = noisy.hears("error").await;
        assert_eq!(refusal["code"], "rate_limited");
        refused += 1;
        if refusal["cid"].is_null() {
            break;
        }
    }
    assert_eq!(refused, 201);
    assert_eq!(noisy.next().await, super::browser::Heard::Closed(Some(actors::protocol::Close::Rate.number())));
}

/// Sends chat under these numbers with one read, so that its messages meet in the room's mailbox.
fn chats_at_once<const N: usize>(browser: &Browser, cids: [u64; N]) {
    let chat = |cid| format!(r#"{{"type":"chat_message","cid":{cid},"data":{{"content":"{cid}"}}}}"#);
    browser.says_at_once(cids.map(chat));
}

/// The numbers that are refused next; nothing else is heard before them.
async fn refused<const N: usize>(browser: &mut Browser, cids: [u64; N]) {
    for cid in cids {
        let refusal = browser.hears("error").await;
        assert_eq!((refusal["code"].as_str(), refusal["cid"].as_u64()), (Some("unavailable"), Some(cid)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_number_refused_by_a_full_room_is_refused_after_a_resume_too_and_one_that_was_heard_is_not() {
    let mut settings = Settings::default();
    settings.mailboxes.room_max = 1;
    let world = World::of(2, settings).await;
    let mut members = world.members(2, world.room(4)).await; // user 2 is on the first node
    let (bob, mut alice) = (members.pop().expect("two"), members.pop().expect("two"));
    chats_at_once(&bob, [1, 2, 3, 4]); // one is handled, one waits, and there is no space for others; Bob hears nothing of it
    bob.chats(5, "5");
    for cid in ["1", "2", "5"] {
        assert_eq!(alice.hears("chat_message").await["content"], cid);
    }
    bob.disconnects(Disconnect::Lost);
    let mut back = Browser::connect(&world.nodes[1], None);
    assert_eq!(back.resumes(&bob).await["data"]["lastCid"].as_u64(), Some(5));
    chats_at_once(&back, [1, 2, 3, 4, 5]);
    refused(&mut back, [3, 4]).await;
    back.chats(6, "6");
    assert_eq!(alice.hears("chat_message").await["content"], "6");
    back.hears_nothing_for(Duration::from_secs(2)).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_full_room_refuses_is_told_once_and_the_next_number_goes_on() {
    let mut settings = Settings::default();
    settings.mailboxes.room_max = 2;
    let world = World::of(1, settings).await;
    let mut members = world.members(2, world.room(4)).await;
    chats_at_once(&members[1], [1, 2, 3, 4, 5]);
    refused(&mut members[1], [4, 5]).await;
    members[1].chats(6, "6");
    for cid in ["1", "2", "3", "6"] {
        assert_eq!(members[0].hears("chat_message").await["content"], cid);
    }
}
