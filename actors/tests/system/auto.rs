//! Rooms of mode `auto`: between the browsers of two, at a media server from three members on, and back.

use std::{sync::Arc, time::Duration};

use actors::protocol::{RoomId, RoomMode};
use futures_util::future::join_all;
use serde_json::json;
use tokio::time::sleep;

use super::{
    browser::Browser,
    media::Media,
    sfu_moving::{change, changed, pass},
    world::{World, name},
};

/// How long a room must have been small.
const DWELL: Duration = Duration::from_secs(30);

/// Two nodes that hear this media server, and two members, one on each.
async fn stage(servers: &[&'static str]) -> (World, RoomId, Arc<Media>, Vec<Browser>) {
    let media = Media::new(7);
    for server in servers {
        media.start(server);
    }
    let world = World::with_media(2, Arc::clone(&media)).await;
    let room = world.room_of(8, RoomMode::Auto);
    sleep(Duration::from_secs(2)).await; // paused: nodes hear it
    let members = vec![joins(&world, room, 1).await, joins(&world, room, 2).await];
    (world, room, media, members)
}

async fn joins(world: &World, room: RoomId, user: u128) -> Browser {
    let mut browser = world.browser(usize::try_from(user % 2).expect("few"), user).await;
    browser.is_patient = true;
    browser.joins(room).await;
    browser
}

/// A third member has come, and all are told of the media server.
async fn grown() -> (World, RoomId, Arc<Media>, Vec<Browser>) {
    let (world, room, media, mut members) = stage(&["m"]).await;
    members.push(joins(&world, room, 3).await);
    assert_eq!(change(&mut members).await, json!({ "mode": "sfu", "epoch": 1, "reason": "grown" }));
    (world, room, media, members)
}

#[tokio::test(start_paused = true)]
async fn two_talk_between_browsers_three_through_a_media_server_and_two_between_browsers_again() {
    let (world, room, media, mut members) = stage(&["m"]).await;
    members[0].offers(1, &name(2), "v=0");
    assert_eq!(members[1].comes_to_hear("offer").await["sdp"], "v=0");
    let refused = members[0].asks("sfu_get_router_capabilities", 1, json!({})).await;
    assert_eq!(refused, Err("wrong_mode".to_owned()));
    pass(&mut members, Duration::from_secs(60)).await;
    assert!(!media.has_room("m", room));

    let mut cem = world.browser(0, 3).await;
    cem.is_patient = true;
    let joined = cem.joins(room).await;
    assert_eq!((joined["mode"].as_str(), joined["media"]["epoch"].as_u64()), (Some("mesh"), Some(0)));
    members.push(cem);
    assert_eq!(change(&mut members).await, json!({ "mode": "sfu", "epoch": 1, "reason": "grown" }));
    let (epoch, transport) = members[0].has_transport(10).await;
    let producer = members[0].produces(12, (epoch, &transport), "camera").await;
    for member in &mut members[1..] {
        assert_eq!(member.comes_to_hear("sfu_new_producer").await["producerId"], *producer);
    }

    members.pop().expect("three").says(r#"{"type":"leave_room"}"#);
    pass(&mut members, DWELL - Duration::from_secs(2)).await;
    assert_eq!(media.producers("m"), 1);
    assert_eq!(change(&mut members).await, json!({ "mode": "mesh", "epoch": 2, "reason": "shrunk" }));
    members[0].offers(2, &name(2), "v=1");
    assert_eq!(members[1].comes_to_hear("offer").await["sdp"], "v=1", "also over connections that they keep");
    assert_eq!(media.producers("m"), 1, "browsers use both ways for a moment");
    pass(&mut members, Duration::from_secs(150)).await;
    assert!(!media.has_room("m", room), "at the latest the comparison of rooms finds it");
}

#[tokio::test(start_paused = true)]
async fn who_enters_is_told_how_media_flows_just_now() {
    let (world, room, _media, mut members) = grown().await;
    let mut dee = world.browser(1, 4).await;
    let joined = dee.joins(room).await;
    let told = (joined["mode"].as_str(), joined["media"]["mode"].as_str(), joined["media"]["epoch"].as_u64());
    assert_eq!(told, (Some("sfu"), Some("sfu"), Some(1)));
    dee.says(r#"{"type":"leave_room"}"#);
    members.pop().expect("three").says(r#"{"type":"leave_room"}"#);
    assert_eq!(change(&mut members).await["reason"], "shrunk");
    let joined = members[1].goes_and_joins(&world, room).await;
    let told = (joined["mode"].as_str(), joined["media"]["mode"].as_str(), joined["media"]["epoch"].as_u64());
    assert_eq!(told, (Some("mesh"), Some("mesh"), Some(2)));
}

impl Browser {
    /// The page is loaded anew.
    async fn goes_and_joins(&mut self, world: &World, room: RoomId) -> serde_json::Value {
        self.says(r#"{"type":"leave_room"}"#);
        self.comes_to_hear("room_left").await;
        let user = self.user.clone();
        *self = world.browser(0, user.parse::<uuid::Uuid>().expect("a UUID").as_u128()).await;
        self.is_patient = true;
        self.joins(room).await
    }
}

#[tokio::test(start_paused = true)]
async fn who_reloads_their_page_changes_nothing() {
    let (world, room, _media, mut members) = grown().await;
    for _ in 0..4 {
        let joined = members[2].goes_and_joins(&world, room).await;
        assert_eq!(joined["media"]["epoch"], 1);
        pass(&mut members, DWELL - Duration::from_secs(4)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_media_server_three_talk_between_browsers_until_there_is_one() {
    let (world, room, media, mut members) = stage(&[]).await;
    members.push(joins(&world, room, 3).await);
    pass(&mut members, Duration::from_secs(40)).await;
    members[0].offers(1, &name(3), "v=0");
    assert_eq!(members[2].comes_to_hear("offer").await["sdp"], "v=0");
    media.start("m");
    assert_eq!(change(&mut members).await, json!({ "mode": "sfu", "epoch": 1, "reason": "grown" }));
}

#[tokio::test(start_paused = true)]
async fn a_grown_room_falls_back_and_returns_as_a_room_of_mode_sfu() {
    let (_world, _, media, mut members) = grown().await;
    media.stop("m");
    assert_eq!(change(&mut members).await, json!({ "mode": "mesh", "epoch": 2, "reason": "media_unavailable" }));
    media.start("m");
    assert_eq!(change(&mut members).await, json!({ "mode": "sfu", "epoch": 3, "reason": "recovered" }));
}

/// Why media has changed for a member, until nothing changes any more.
async fn reasons(member: &mut Browser) -> Vec<String> {
    let mut told = Vec::new();
    while let Ok(change) = tokio::time::timeout(Duration::from_secs(25), changed(member)).await {
        told.push(change["reason"].as_str().expect("a reason").to_owned());
    }
    told
}

/// However close a third comes to the moment at which the room goes back: in the end the three are at the media server.
#[tokio::test(start_paused = true)]
async fn a_third_who_comes_as_the_room_shrinks_brings_the_media_server_back_or_keeps_it() {
    for offset in [0, 5, 20, 60, 150, 400, 900] {
        let (world, room, _media, mut members) = grown().await;
        members.pop().expect("three").says(r#"{"type":"leave_room"}"#);
        members[0].comes_to_hear("user_left").await;
        let close = Duration::from_secs(1);
        pass(&mut members, DWELL - close).await;
        sleep(close - Duration::from_millis(300) + Duration::from_millis(offset)).await; // paused
        let mut cem = world.browser(0, 3).await;
        cem.is_patient = true;
        cem.joins(room).await;
        members.push(cem);
        let told = join_all(members.iter_mut().map(reasons)).await.swap_remove(0);
        assert!(told.is_empty() || told == ["shrunk", "grown"], "{offset} ms: {told:?}");
        let epoch = if told.is_empty() { 1 } else { 3 };
        for (place, member) in members.iter_mut().enumerate() {
            assert_eq!(member.has_transport(50).await.0, epoch, "{offset} ms: member {place}");
        }
    }
}
