//! Nodes without their ledger: no socket is closed, and clients are notified in time to resume elsewhere.

use std::time::Duration;

use actors::{messages::socket::Disconnect, protocol::Close};
use tokio::time::Instant;

use super::{
    browser::{Browser, Heard},
    world::{World, name},
};

/// Until a partitioned node is degraded: its lease minus two seconds, plus one check interval.
const TOLD_WITHIN: Duration = Duration::from_millis(4_300);
/// How long a client waits for its node after that, before it tries another one.
const PATIENCE: Duration = Duration::from_secs(3);
/// Longer than a lease and a seat's window.
const LONG: Duration = Duration::from_secs(20);

/// The `without` of the next `degraded`.
async fn degraded(browser: &mut Browser, within: Duration) -> Vec<String> {
    match browser.next_within(within).await {
        Some(Heard::Text(message)) if message["type"] == "degraded" => {
            serde_json::from_value(message["data"]["without"].clone()).expect("a list")
        }
        other => panic!("{} waits for degraded and hears {other:?}", browser.user),
    }
}

// C6
#[tokio::test(start_paused = true)]
async fn a_partitioned_node_is_degraded_in_time_to_resume_through_another() {
    let world = World::linked(2).await;
    let mut members = world.members(2, world.room(4)).await;
    let (mut bob, mut alice) = (members.pop().expect("two"), members.pop().expect("two"));
    world.links[0].cut(4 * LONG);
    assert_eq!(degraded(&mut bob, TOLD_WITHIN).await, ["signaling"]);
    assert!(world.nodes[0].is_fenced() && !world.nodes[1].is_fenced());
    alice.chats(1, "are you there?");
    alice.hears_nothing_for(PATIENCE).await;
    let mut back = Browser::connect(&world.nodes[1], None);
    assert_eq!(back.resumes(&bob).await["type"], "resumed");
    assert_eq!(back.hears("chat_message").await["content"], "are you there?");
    back.chats(1, "here again");
    assert_eq!(alice.hears("chat_message").await["content"], "here again");
    alice.hears_nothing_for(LONG).await;
}

/// The numbers that are refused in this time; the browser does nothing but answer pings.
async fn unavailable(browser: &mut Browser, within: Duration) -> Vec<u64> {
    let (mut refused, end) = (Vec::new(), Instant::now() + within);
    while let Some(heard) = browser.next_within(end - Instant::now()).await {
        let Heard::Text(error) = heard else { panic!("{} hears {heard:?}", browser.user) };
        assert_eq!(error["data"]["code"], "unavailable", "{error}");
        refused.push(error["data"]["cid"].as_u64().expect("a number"));
    }
    refused
}

// C7
#[tokio::test(start_paused = true)]
async fn while_the_ledger_is_down_pongs_and_heartbeats_do_not_wait_behind_messages() {
    let world = World::linked(1).await;
    let mut members = world.members(2, world.room(4)).await;
    let (mut bob, mut alice) = (members.pop().expect("two"), members.pop().expect("two"));
    world.links[0].cut(2 * LONG);
    (alice.is_patient, bob.is_patient) = (true, true);
    let sent = 190;
    (1..=sent).for_each(|cid| alice.chats(cid, "is anybody there?"));
    let (mut refused, ()) = tokio::join!(unavailable(&mut alice, 2 * LONG), bob.hears_nothing_for(2 * LONG));
    refused.sort_unstable();
    assert_eq!(refused, (1..=sent).collect::<Vec<_>>(), "each of them, once");
    alice.chats(sent + 1, "again");
    assert_eq!(bob.hears("chat_message").await["content"], "again");
}

#[tokio::test(start_paused = true)]
async fn while_the_ledger_is_down_for_all_nodes_no_socket_is_closed_and_no_seat_is_lost() {
    for nodes in [1, 2] {
        let world = World::linked(nodes).await;
        let mut members = world.members(2, world.room(4)).await;
        world.links.iter().for_each(|link| link.cut(LONG));
        for member in &mut members {
            assert_eq!(degraded(member, TOLD_WITHIN).await, ["signaling"]);
        }
        let [alice, bob] = &mut members[..] else { panic!("two of them") };
        tokio::join!(alice.hears_nothing_for(2 * LONG), bob.hears_nothing_for(2 * LONG));
        assert!(world.nodes.iter().all(|node| !node.is_fenced()));
        alice.offers(1, &name(2), "v=0");
        assert_eq!(bob.hears("offer").await["sdp"], "v=0");
    }
}

// C2
#[tokio::test(start_paused = true)]
async fn a_lost_socket_or_a_leave_while_the_ledger_is_away_frees_the_seat_afterwards() {
    for (how, reason) in [(Disconnect::Lost, "lost"), (Disconnect::Closed(Some(1000)), "left")] {
        let world = World::linked(2).await;
        let mut members = world.members(2, world.room(4)).await; // user 2 is on the first node
        world.links[0].cut(Duration::from_secs(2));
        members[1].disconnects(how);
        assert_eq!(members[0].hears("user_left").await["reason"], reason);
    }
}

// C6
#[tokio::test(start_paused = true)]
async fn a_member_whose_seat_was_freed_while_its_node_was_partitioned_is_told() {
    let world = World::linked(2).await;
    let room = world.room(4);
    let mut members = world.members(2, room).await; // user 2 is on the first node
    let [alice, bob] = &mut members[..] else { panic!("two of them") };
    bob.is_patient = true;
    world.links[0].cut(LONG);
    let (left, failed) = tokio::join!(alice.hears("user_left"), bob.hears("resume_failed"));
    assert_eq!((left["reason"].as_str(), failed["reason"].as_str()), (Some("lost"), Some("seat_gone")));
    bob.joins(room).await;
    alice.hears("user_joined").await;
}

// C8
#[tokio::test(start_paused = true)]
async fn the_nodes_clock_does_not_wait_for_the_ledger() {
    let world = World::linked(1).await;
    let mut bob = world.browser(0, 2).await;
    (bob.is_patient, bob.pongs) = (true, false);
    world.links[0].stall(LONG);
    let stalled = Instant::now();
    let mut silent = Browser::connect(&world.nodes[0], None);
    silent.is_closed("timeout", Close::Timeout).await;
    let closed = stalled.elapsed();
    assert!((Duration::from_secs(5)..Duration::from_secs(6)).contains(&closed), "closed after {closed:?}");
    assert!(matches!(bob.next().await, Heard::Ping(_)));
    assert!(stalled.elapsed() < Duration::from_secs(11), "pinged after {:?}", stalled.elapsed());
}

// C10
#[tokio::test(start_paused = true)]
async fn after_the_ledger_has_lost_everything_members_keep_their_seats_and_order() {
    let world = World::linked(2).await;
    let room = world.room(4);
    let mut members = world.members(2, room).await;
    world.ledger.wipe();
    members.iter_mut().for_each(|member| member.is_patient = true); // told that messages may be lost
    let mut late = world.browser(1, 3).await;
    let joined = loop {
        late.says(&format!(r#"{{"type":"join_room","data":{{"roomId":"{room}"}}}}"#));
        match late.next().await {
            Heard::Text(message) if message["type"] == "room_joined" => break message["data"].clone(),
            Heard::Text(message) => assert_eq!(message["data"]["code"], "unavailable", "seats are claimed first"),
            other @ (Heard::Ping(_) | Heard::Pong(_) | Heard::Closed(_)) => panic!("{other:?}"),
        }
    };
    for member in &mut members {
        assert_eq!(member.hears("user_joined").await["userId"], name(3));
    }
    let peers = joined["peers"].as_array().expect("a list");
    let orders: Vec<_> = peers.iter().map(|peer| peer["rev"].as_u64()).chain([joined["rev"].as_u64()]).collect();
    assert!(orders.len() == 3 && orders.is_sorted_by(|one, next| one < next), "join order is kept: {orders:?}");
    members[0].offers(1, &name(3), "v=0");
    assert_eq!(late.hears("offer").await["sdp"], "v=0");
    late.chats(1, "hello");
    for member in &mut members {
        assert_eq!(member.hears("chat_message").await["content"], "hello");
        member.hears_nothing_for(Duration::from_secs(5)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_room_that_cannot_be_reaped_keeps_no_other_room_from_it() {
    let world = World::linked(1).await;
    let (spoiled, other) = (world.room(4), world.room(4));
    let (lost, mut members) = (world.members(2, spoiled).await, world.members(2, other).await);
    world.links[0].spoil(spoiled);
    lost.iter().for_each(|member| member.disconnects(Disconnect::Lost));
    tokio::time::sleep(Duration::from_secs(1)).await; // paused: it is due before the other one
    members.pop().expect("two").disconnects(Disconnect::Lost);
    assert_eq!(members[0].hears("user_left").await["reason"], "lost");
}
