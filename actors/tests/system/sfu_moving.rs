//! Rooms whose media server is lost, drains, or comes back.

use std::{sync::Arc, time::Duration};

use actors::{
    ledger::{At, Ledger as _, Place, Placing},
    protocol::{
        NodeId, RoomId, RoomMode,
        media::{Host, MediaReason},
    },
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{
    browser::{Browser, Heard},
    media::Media,
    world::{World, name},
};

/// Nodes, these media servers, and a room for them with so many members, on the first two nodes.
async fn unplaced(nodes: usize, servers: &[&'static str], members: u128) -> (World, RoomId, Arc<Media>, Vec<Browser>) {
    let media = Media::new(7);
    for server in servers {
        media.start(server);
    }
    let world = World::with_media(nodes, Arc::clone(&media)).await;
    let room = world.room_of(8, RoomMode::Sfu);
    let mut all = Vec::new();
    for user in 1..=members {
        all.push(world.member(usize::try_from(user % 2).expect("few"), user, room).await);
    }
    all.iter_mut().for_each(|member| member.is_patient = true);
    tokio::time::sleep(Duration::from_secs(1)).await; // paused: nodes hear them
    (world, room, media, all)
}

/// The same with two nodes, and the first member has asked for a media server.
async fn stage(servers: &[&'static str], members: u128) -> (World, RoomId, Arc<Media>, Vec<Browser>) {
    stage_on(2, servers, members).await
}

async fn stage_on(nodes: usize, servers: &[&'static str], members: u128) -> (World, RoomId, Arc<Media>, Vec<Browser>) {
    let (world, room, media, mut all) = unplaced(nodes, servers, members).await;
    let (epoch, _) = all[0].has_transport(1).await;
    assert_eq!(epoch, 1);
    for member in &mut all[1..] {
        assert_eq!(member.comes_to_hear("media_changed").await["reason"], "placed");
    }
    (world, room, media, all)
}

/// What everybody is told of the next change.
pub(super) async fn change(members: &mut [Browser]) -> Value {
    let told = join_all(members.iter_mut().map(changed)).await;
    assert!(told.iter().all(|other| *other == told[0]), "{told:?}");
    told[0].clone()
}

/// What a member is told of the next change, while its browser sends heartbeats.
pub(super) async fn changed(member: &mut Browser) -> Value {
    loop {
        member.says(r#"{"type":"heartbeat"}"#);
        match member.next_within(Duration::from_secs(5)).await {
            Some(Heard::Text(message))
                if message["type"] == "media_changed" && message["data"]["reason"] != "placed" =>
            {
                return message["data"].clone();
            }
            Some(Heard::Closed(code)) => panic!("{} is closed with {code:?}", member.user),
            Some(Heard::Text(_) | Heard::Ping(_) | Heard::Pong(_)) | None => {}
        }
    }
}

/// Time passes, in which nobody is told of a change.
pub(super) async fn pass(members: &mut [Browser], time: Duration) {
    let unchanged = members.iter_mut().map(|member| tokio::time::timeout(time, changed(member)));
    assert!(join_all(unchanged).await.iter().all(Result::is_err));
}

#[tokio::test(start_paused = true)]
async fn a_room_whose_media_server_is_lost_goes_to_another_one() {
    let (_world, _, media, mut members) = stage(&["m", "n"], 3).await;
    let (epoch, transport) = members[0].has_transport(10).await;
    members[0].produces(12, (epoch, &transport), "camera").await;
    media.stop("m");
    let told = change(&mut members).await;
    assert_eq!(told, json!({ "mode": "sfu", "epoch": 2, "reason": "media_lost" }));
    let (epoch, transport) = members[1].has_transport(20).await;
    let producer = members[1].produces(22, (epoch, &transport), "camera").await;
    assert_eq!((epoch, media.producers("n")), (2, 1));
    assert_eq!(members[2].comes_to_hear("sfu_new_producer").await["producerId"], *producer);
}

#[tokio::test(start_paused = true)]
async fn a_room_stays_on_a_media_server_that_one_node_has_lost_and_another_hears() {
    let (_world, _, media, mut members) = stage(&["m", "n"], 2).await;
    media.hide_from(0);
    pass(&mut members, Duration::from_secs(10)).await;
    let since = tokio::time::Instant::now();
    media.stop("m");
    assert_eq!(change(&mut members).await["reason"], "media_lost");
    assert!(since.elapsed() <= Duration::from_secs(3), "a second of it until the other node sees it");
}

#[tokio::test(start_paused = true)]
async fn a_room_leaves_a_media_server_that_drains_and_is_deleted_there_once_members_had_time_to_move() {
    let (_world, _, media, mut members) = stage(&["m", "n"], 2).await;
    media.asked();
    media.drain("m");
    assert_eq!(change(&mut members).await, json!({ "mode": "sfu", "epoch": 2, "reason": "media_moved" }));
    assert_eq!(members[0].has_transport(10).await.0, 2);
    pass(&mut members, Duration::from_secs(8)).await;
    assert_eq!((media.peers("m"), media.peers("n")), (1, 1), "both ways for a while");
    pass(&mut members, Duration::from_secs(3)).await;
    assert_eq!((media.peers("m"), media.asked().iter().any(|what| what == "delete room")), (0, true));
    assert_eq!(media.peers("n"), 1);
}

#[tokio::test(start_paused = true)]
async fn few_members_talk_between_browsers_while_there_is_no_media_server_and_go_back() {
    let (world, room, media, mut members) = stage(&["m"], 2).await;
    media.stop("m");
    assert_eq!(change(&mut members).await, json!({ "mode": "mesh", "epoch": 2, "reason": "media_unavailable" }));
    members[0].offers(1, &name(2), "v=0");
    assert_eq!(members[1].comes_to_hear("offer").await["sdp"], "v=0", "as in every room between browsers");
    let refused = members[0].asks("sfu_get_router_capabilities", 30, json!({})).await;
    assert_eq!(refused, Err("wrong_mode".to_owned()));
    let mut cem = world.browser(0, 3).await;
    cem.is_patient = true;
    let joined = cem.joins(room).await;
    assert_eq!((joined["media"]["mode"].as_str(), joined["media"]["epoch"].as_u64()), (Some("mesh"), Some(2)));
    media.start("m");
    members.push(cem);
    assert_eq!(change(&mut members).await, json!({ "mode": "sfu", "epoch": 3, "reason": "recovered" }));
    assert_eq!(members[2].has_transport(40).await.0, 3);
}

#[tokio::test(start_paused = true)]
async fn many_members_wait_for_a_media_server() {
    let (_world, _, media, mut members) = stage(&["m"], 4).await;
    media.stop("m");
    pass(&mut members, Duration::from_secs(9)).await;
    let refused = members[0].asks("sfu_get_router_capabilities", 30, json!({})).await;
    assert_eq!(refused, Err("media_unavailable".to_owned()), "never between browsers");
    media.start("m");
    assert_eq!(change(&mut members).await, json!({ "mode": "sfu", "epoch": 2, "reason": "media_lost" }));
}

#[tokio::test(start_paused = true)]
async fn clients_are_told_that_a_node_hears_no_media_server() {
    let (world, room, media, mut members) = stage(&["m"], 1).await;
    members[0].is_patient = false;
    media.stop("m");
    assert_eq!(members[0].comes_to_hear("degraded").await["without"], json!(["media"]));
    let mut bob = world.browser(1, 2).await;
    assert_eq!(bob.comes_to_hear("degraded").await["without"], json!(["media"]), "newcomers, too");
    bob.joins(room).await;
    media.start("m");
    assert_eq!(members[0].comes_to_hear("degraded").await["without"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn two_who_begin_while_there_is_no_media_server_talk_between_browsers_until_there_is_one() {
    let (_world, _, media, mut members) = unplaced(2, &["m"], 2).await;
    media.stop("m");
    let refused = members[0].asks("sfu_get_router_capabilities", 1, json!({})).await;
    assert_eq!(refused, Err("media_unavailable".to_owned()));
    assert_eq!(change(&mut members).await, json!({ "mode": "mesh", "epoch": 1, "reason": "media_unavailable" }));
    members[0].offers(1, &name(2), "v=0");
    assert_eq!(members[1].comes_to_hear("offer").await["sdp"], "v=0", "as in every room between browsers");
    media.start("m");
    assert_eq!(change(&mut members).await, json!({ "mode": "sfu", "epoch": 2, "reason": "recovered" }));
    assert_eq!(members[1].has_transport(40).await.0, 2);
}

#[tokio::test(start_paused = true)]
async fn two_who_begin_while_every_media_server_is_full_wait_for_a_place() {
    let (_world, _, media, mut members) = unplaced(2, &["m"], 2).await;
    media.fill("m", true);
    for rid in 1..4 {
        let refused = members[0].asks("sfu_get_router_capabilities", rid, json!({})).await;
        assert_eq!(refused, Err("media_unavailable".to_owned()));
        pass(&mut members, Duration::from_secs(4)).await;
    }
    media.fill("m", false);
    assert_eq!(members[0].has_transport(10).await.0, 1);
}

#[tokio::test(start_paused = true)]
async fn a_fourth_may_join_a_room_that_has_fallen_back_and_a_fifth_waits_for_a_media_server() {
    let (world, room, media, mut members) = stage_on(3, &["m"], 2).await;
    media.stop("m");
    assert_eq!(change(&mut members).await["mode"], "mesh");
    for user in 3..=4 {
        let mut newcomer = world.browser(1, user).await;
        newcomer.is_patient = true;
        assert_eq!(newcomer.joins(room).await["media"]["mode"], "mesh");
        members.push(newcomer);
    }
    for node in [1, 2] {
        let mut eve = world.browser(node, 5).await;
        eve.says(&json!({ "type": "join_room", "cid": 7, "data": { "roomId": room.to_string() } }).to_string());
        let refused = eve.comes_to_hear("error").await;
        let told = (refused["code"].as_str(), refused["cid"].as_u64(), refused["retryAfterMs"].as_u64());
        assert_eq!(told, (Some("media_unavailable"), Some(7), Some(2_000)), "node {node} knows members: {}", node == 1);
    }
    let mut again = world.browser(2, 1).await;
    again.is_patient = true;
    assert_eq!(again.joins(room).await["media"]["mode"], "mesh", "whoever has a seat takes it again");
    members[0] = again;
    media.start("m");
    assert_eq!(change(&mut members).await["reason"], "recovered");
    let mut eve = world.browser(2, 5).await;
    eve.is_patient = true;
    assert_eq!(eve.joins(room).await["media"]["mode"], "sfu");
}

#[tokio::test(start_paused = true)]
async fn a_room_on_a_media_server_that_no_node_has_ever_heard_moves() {
    let (world, room, _media, mut members) = unplaced(2, &["m"], 1).await;
    let to = Placing::Host(Host { server: "former".into(), instance: "former-1".into() });
    let place = Place { expect: 0, to, reason: MediaReason::Placed };
    let at = At { room, node: &NodeId::new("node-9"), epoch: 0 };
    assert!(world.ledger.place(at, place).await.expect("memory answers").is_won);
    for user in 2..=4 {
        let mut newcomer = world.browser(0, user).await;
        newcomer.is_patient = true;
        assert_eq!(newcomer.joins(room).await["media"]["epoch"], 1);
        members.push(newcomer);
    }
    assert_eq!(change(&mut members).await, json!({ "mode": "sfu", "epoch": 2, "reason": "media_lost" }));
    assert_eq!(members[0].has_transport(10).await.0, 2);
}
