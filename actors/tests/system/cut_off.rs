//! Nodes without their ledger: no socket is closed, and clients are notified in time to resume elsewhere.

use std::time::Duration;

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
