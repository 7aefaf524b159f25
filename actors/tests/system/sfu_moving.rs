//! Rooms whose media server is lost, drains, or comes back.

use std::{sync::Arc, time::Duration};

use actors::protocol::{RoomId, RoomMode};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{
    browser::{Browser, Heard},
    media::Media,
    world::{World, name},
};

/// Two nodes, these media servers, and a room for them with so many members, the first of whom has asked for it.
async fn stage(servers: &[&'static str], members: u128) -> (World, RoomId, Arc<Media>, Vec<Browser>) {
    let media = Media::new(7);
    for server in servers {
        media.start(server);
    }
    let world = World::with_media(2, Arc::clone(&media)).await;
    let room = world.room_of(8, RoomMode::Sfu);
    let mut all = Vec::new();
    for user in 1..=members {
        all.push(world.member(usize::try_from(user % 2).expect("few"), user, room).await);
    }
    all.iter_mut().for_each(|member| member.is_patient = true);
    tokio::time::sleep(Duration::from_secs(1)).await; // paused: nodes hear them
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
