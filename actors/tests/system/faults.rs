//! A panic in any one cell or actor affects no other, and no seat is lost.

use std::time::Duration;

use actors::{
    ledger::faulty::Faults,
    messages::socket::Disconnect,
    node::Victim,
    ports::{Revocation, RevocationScope},
    protocol::{Close, UserId},
    settings::Settings,
};

use super::{
    browser::{Browser, Heard},
    world::{World, name},
};

// T6
#[tokio::test(start_paused = true)]
async fn a_rooms_panic_is_a_delay_and_not_a_loss() {
    let world = World::of(2, Settings::default()).await;
    let room = world.room(4);
    let mut members = world.members(4, room).await;
    for node in &world.nodes {
        node.inject(Victim::Room(room));
    }
    members[0].offers(1, &name(2), "one");
    members[0].offers(2, &name(3), "two");
    members[0].candidate(3, &name(2), "three");
    members[3].chats(1, "four");
    // Two senders: their messages interleave in any order; each sender's own stay in order.
    assert_eq!(signals_beside_chat(&mut members[1], 3).await, ["offer", "ice_candidate"]);
    assert_eq!(signals_beside_chat(&mut members[2], 2).await, ["offer"]);
    members[0].hears("chat_message").await;
    for member in &mut members {
        member.hears_nothing_for(Duration::from_secs(2)).await;
    }
}

/// What has panicked on the first node, and during what.
fn failures(world: &World) -> Vec<String> {
    world.nodes[0].tree().failures.iter().map(|(it, _)| it.to_string()).collect()
}

// T1
#[tokio::test(start_paused = true)]
async fn a_socket_whose_lookup_panics_is_closed_and_leaves_nothing_behind() {
    let world = World::single().await;
    let room = world.room(4);
    world.book.panics(3);
    for user in 1..=3 {
        let browser = world.browser(0, user).await;
        browser.says(&format!(r#"{{"type":"join_room","data":{{"roomId":"{room}"}}}}"#));
        browser.goes().await;
    }
    tokio::time::sleep(Duration::from_secs(60)).await; // paused
    assert_eq!(world.nodes[0].population().counts(), [0, 0, 0]);
    let failures = failures(&world);
    let of_sockets = failures.iter().filter(|it| it.starts_with("socket") && it.contains("told to fail")).count();
    assert_eq!(of_sockets, 3, "{failures:?}");
}

// T6
#[tokio::test(start_paused = true)]
async fn a_socket_that_is_lost_while_its_room_restarts_leaves_no_seat_behind() {
    let world = World::single().await;
    let room = world.room(2);
    let mut members = world.members(2, room).await;
    let bob = members.pop().expect("two");
    world.nodes[0].inject(Victim::Room(room));
    bob.disconnects(Disconnect::Lost);
    let left = members[0].hears("user_left").await;
    assert_eq!((left["userId"].as_str(), left["reason"].as_str()), (Some(name(2).as_str()), Some("lost")));
    world.member(0, 3, room).await;
}

#[tokio::test(start_paused = true)]
async fn a_rooms_worker_that_dies_is_a_delay_and_not_a_loss() {
    let world = World::linked(2).await;
    let room = world.room(4);
    let mut members = world.members(4, room).await;
    members[1].chats(1, "one"); // users 2 and 4 are on the first node
    for node in &world.nodes {
        node.inject(Victim::WorkerOf(room));
    }
    members[1].chats(2, "two");
    members[1].chats(3, "three");
    for reader in [0, 2, 3] {
        for text in ["one", "two", "three"] {
            assert_eq!(members[reader].hears("chat_message").await["content"], text);
        }
    }
    assert!(failures(&world).iter().any(|it| it.starts_with("worker") && it.contains("during Work")), "it is seen");
    for member in &mut members {
        member.hears_nothing_for(Duration::from_secs(2)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_task_beside_the_cells_is_recorded() {
    let world = World::single().await;
    let room = world.room(4);
    let mut alice = world.member(0, 1, room).await;
    world.book.panics(1);
    let _accepted_or_retried = world.nodes[0].settings_changed(room).await;
    alice.hears_nothing_for(Duration::from_secs(2)).await;
    let failures = failures(&world);
    assert!(failures.iter().any(|it| it.contains("during Aside: told to fail")), "{failures:?}");
}

#[tokio::test(start_paused = true)]
async fn a_sockets_panic_affects_that_socket_alone_and_it_resumes() {
    let world = World::single().await;
    let mut members = world.members(2, world.room(4)).await;
    world.nodes[0].inject(Victim::SocketOf(UserId::from_u128(2)));
    let bob = members.pop().expect("two");
    members[0].hears_nothing_for(Duration::from_secs(2)).await;
    let mut back = Browser::connect(&world.nodes[0], None);
    assert_eq!(back.resumes(&bob).await["type"], "resumed");
    bob.goes().await;
    members[0].offers(1, &name(2), "v=0");
    back.hears("offer").await;
    members[0].hears_nothing_for(Duration::from_secs(10)).await;
}

#[tokio::test(start_paused = true)]
async fn after_a_users_panic_their_sockets_are_attached_again() {
    let world = World::single().await;
    let mut members = world.members(2, world.room(4)).await;
    world.nodes[0].inject(Victim::User(UserId::from_u128(2)));
    members[1].hears_nothing_for(Duration::from_secs(2)).await;
    let scope = RevocationScope::AllBefore(u64::MAX);
    let _accepted_or_retried = world.nodes[0].revoke(Revocation { user: UserId::from_u128(2), scope }).await;
    members[1].is_closed("auth_invalid", Close::Token).await;
    assert_eq!(members[0].hears("user_left").await["reason"], "left");
}

#[tokio::test(start_paused = true)]
async fn after_a_panic_of_each_of_the_nodes_actors_ticks_and_pushes_continue() {
    let world = World::of(2, Settings::default()).await;
    let room = world.room(4);
    let mut members = world.members(3, room).await;
    members.iter_mut().for_each(|member| member.is_patient = true); // a lease may be late
    for node in &world.nodes {
        for victim in [Victim::Clock, Victim::Lease, Victim::Reaper, Victim::Bridge, Victim::Media] {
            node.inject(victim);
        }
    }
    members[0].hears_nothing_for(Duration::from_secs(1)).await;
    members[0].offers(1, &name(2), "v=0");
    members[1].hears("offer").await;
    members[1].disconnects(Disconnect::Lost);
    assert_eq!(members[0].hears("user_left").await["reason"], "lost");
    assert_eq!(members[2].hears("user_left").await["reason"], "lost");
}

#[tokio::test(start_paused = true)]
async fn after_a_rooms_panic_join_order_still_decides_who_offers() {
    let world = World::single().await;
    let room = world.room(4);
    let mut members = world.members(2, room).await;
    members[0].offers(1, &name(2), "v=0");
    members[1].hears("offer").await;
    world.nodes[0].inject(Victim::Room(room));
    members[1].offers(1, &name(1), "v=0");
    assert_eq!(members[1].hears("error").await["code"], "glare");
    members[0].candidate(2, &name(2), "its description has passed before the panic");
    members[1].hears("ice_candidate").await;
    let mut late = world.member(0, 3, room).await;
    members[0].offers(3, &name(3), "v=0");
    late.hears("offer").await;
}

/// Receives this many messages, one of which is chat; returns the others' types in order.
async fn signals_beside_chat(member: &mut Browser, count: usize) -> Vec<String> {
    let mut types = Vec::new();
    for _ in 0..count {
        let Heard::Text(message) = member.next().await else { panic!("a message") };
        types.push(message["type"].as_str().expect("a type").to_owned());
    }
    types.retain(|kind| kind != "chat_message");
    assert_eq!(types.len(), count - 1, "exactly one of {types:?} is chat");
    types
}

// T1
#[tokio::test(start_paused = true)]
async fn an_actor_of_the_node_that_panics_while_it_starts_is_started_again() {
    let world = World::of(1, Settings::default()).await;
    let room = world.room(4);
    let mut members = world.members(2, room).await;
    members.iter_mut().for_each(|member| member.is_patient = true); // a lease may be late
    world.nodes[0].inject(Victim::LeaseStarts(2));
    members[0].hears_nothing_for(Duration::from_secs(4)).await;
    let failures = failures(&world);
    let during = |what: &str| failures.iter().filter(|it| it.starts_with("lease") && it.contains(what)).count();
    assert_eq!((during("during Work"), during("during Start")), (1, 2), "{failures:?}");
    members[0].offers(1, &name(2), "v=0");
    members[1].hears("offer").await;
    members[1].disconnects(Disconnect::Lost);
    assert_eq!(members[0].hears("user_left").await["reason"], "lost", "time goes on, and the reaper reaps");
}

// C4
#[tokio::test(start_paused = true)]
async fn what_was_pushed_while_the_bridge_was_down_is_found_at_once() {
    let world = World::linked(2).await;
    let mut members = world.members(2, world.room(4)).await; // user 1 is on node 1
    let [there, here] = &mut members[..] else { panic!("two of them") };
    tokio::join!(there.hears_nothing_for(Duration::from_secs(10)), here.hears_nothing_for(Duration::from_secs(10)));
    world.links[1].set(Faults { push_lost: 1_000, ..Faults::NONE });
    here.chats(1, "lost on its way");
    assert_eq!(there.next_within(Duration::from_secs(1)).await, None, "the push was lost");
    world.nodes[1].inject(Victim::Bridge);
    let heard = there.next_within(Duration::from_secs(1)).await;
    assert!(matches!(&heard, Some(Heard::Text(text)) if text["type"] == "chat_message"), "{heard:?}");
}

// T6
#[tokio::test(start_paused = true)]
async fn a_room_that_cannot_say_who_was_there_is_a_delay_and_not_a_loss() {
    let world = World::of(2, Settings::default()).await;
    let room = world.room(4);
    let mut members = world.members(4, room).await; // users 2 and 4 are on the first node
    world.nodes[0].inject(Victim::RoomForGood(room));
    members[3].chats(1, "told at once");
    for member in &mut members[..3] {
        assert_eq!(member.hears("chat_message").await["content"], "told at once");
    }
    world.nodes[0].inject(Victim::RoomForGood(room));
    for member in &mut members {
        member.hears_nothing_for(Duration::from_secs(2)).await;
    }
    members[0].chats(1, "to those who have said nothing since");
    for member in &mut members[1..] {
        assert_eq!(member.hears("chat_message").await["content"], "to those who have said nothing since");
    }
    for member in &mut members {
        member.hears_nothing_for(Duration::from_secs(2)).await;
    }
}

// T6
#[tokio::test(start_paused = true)]
async fn a_room_that_cannot_say_who_was_there_keeps_no_seat_of_those_who_are_gone() {
    let world = World::of(2, Settings::default()).await;
    let room = world.room(4);
    let mut members = world.members(2, room).await; // user 2 is on the first node
    let bob = members.pop().expect("two");
    world.nodes[0].inject(Victim::RoomForGood(room));
    bob.disconnects(Disconnect::Lost);
    assert_eq!(members[0].hears("user_left").await["reason"], "lost");
    members[0].hears_nothing_for(Duration::from_secs(30)).await; // the room has looked who else is not there
    assert_eq!(world.nodes[0].population().counts(), [0, 0, 0]);
}

// T6
#[tokio::test(start_paused = true)]
async fn a_socket_that_cannot_say_whose_it_was_leaves_neither_a_seat_nor_a_user_behind() {
    let world = World::single().await;
    let room = world.room(2);
    let mut members = world.members(2, room).await;
    let bob = members.pop().expect("two");
    world.nodes[0].inject(Victim::SocketForGoodOf(UserId::from_u128(2)));
    let left = members[0].hears("user_left").await;
    assert_eq!((left["userId"].as_str(), left["reason"].as_str()), (Some(name(2).as_str()), Some("lost")));
    bob.goes().await;
    assert_eq!(world.nodes[0].population().counts(), [1, 1, 1]);
    world.member(0, 3, room).await;
}

// T1
#[tokio::test(start_paused = true)]
async fn while_a_lease_is_renewed_for_the_first_time_other_actors_are_watched_over() {
    let world = World::linked(1).await;
    world.links[0].stall(Duration::from_secs(20));
    world.nodes[0].inject(Victim::Lease);
    tokio::time::sleep(Duration::from_millis(10)).await; // paused: another one is started
    world.nodes[0].inject(Victim::Clock);
    tokio::time::sleep(Duration::from_millis(100)).await; // paused
    let failures = failures(&world);
    assert!(failures.iter().any(|it| it.starts_with("clock")), "it waits for the lease: {failures:?}");
}
