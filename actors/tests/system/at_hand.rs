//! Tests that need a local ledger, without waits: cells without a worker, floods.

use std::time::Duration;

use actors::{node::Population, settings::Settings};

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
