//! The drain of one node.

use std::time::Duration;

use actors::{
    ledger::{Lease, Ledger as _},
    protocol::Close,
    settings::{Drain, Settings},
};

use super::{
    browser::Browser,
    world::{World, name},
};

#[tokio::test(start_paused = true)]
async fn a_drained_node_loses_nothing_and_its_clients_resume_elsewhere() {
    let world = World::of(2, Settings::default()).await;
    let room = world.room(4);
    let mut stays = world.member(1, 1, room).await;
    let mut moves = world.member(0, 2, room).await;
    stays.hears("user_joined").await;
    moves.chats(1, "said before the drain");
    tokio::task::yield_now().await;
    let node = world.nodes[0].clone();
    let draining = tokio::spawn(async move { node.drain(Drain::default()).await });
    let notice = moves.hears("server_draining").await;
    assert!(notice["retryAfterMs"].is_u64());
    moves.is_closed("draining", Close::Draining).await;
    let mut back = Browser::connect(&world.nodes[1], None);
    assert_eq!(back.resumes(&moves).await["type"], "resumed");
    back.chats(1, "said before the drain");
    assert_eq!(stays.hears("chat_message").await["content"], "said before the drain");
    stays.hears_nothing_for(Duration::from_secs(20)).await;
    assert!(draining.await.expect("the drain does not panic"), "the node came to rest in time");
    assert_eq!(world.nodes[0].population().sockets, 0);
    moves.goes().await;
}

// T11
#[tokio::test(start_paused = true)]
async fn a_drain_over_a_slow_ledger_leaves_no_connected_seat_and_no_lease() {
    let world = World::linked(2).await;
    let room = world.room(4);
    let mut members = world.members(4, room).await; // users 2 and 4 are on the first node
    members.iter_mut().for_each(|member| member.is_patient = true);
    world.links[0].stall(Duration::from_secs(1));
    let within = Duration::from_secs(3); // the seats' windows are longer
    let drain = Drain { within, spread: Duration::ZERO, ..Drain::default() };
    assert!(world.nodes[0].drain(drain).await, "everything was settled in time");
    let seats = world.ledger.members(room).await.expect("memory answers");
    let seats: Vec<_> = seats.into_iter().map(|seat| (seat.user.to_string(), seat.connected)).collect();
    assert_eq!(seats, [(name(1), true), (name(2), false), (name(3), true), (name(4), false)]);
    let lease = world.ledger.renew(world.nodes[0].id(), Duration::from_secs(6), world.ledger.epoch()).await;
    assert_eq!(lease, Ok(Lease::Lapsed), "the lease was released");
}
