//! A room of mode `auto` on two nodes of one Redis: made over HTTP, and followed over sockets.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use super::{Stage, caller::Caller, server::MediaServer};

/// How long the room must be small before it goes back.
const DWELL: Duration = Duration::from_secs(3);
/// A media server keeps a room that it has left for ten seconds; what is lost of that, a comparison finds.
const LEFT_WITHIN: Duration = Duration::from_secs(150);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn media_goes_to_a_media_server_with_the_third_member_and_back_with_two() {
    let server = MediaServer::start().await;
    let stage = Stage::with(&[&server], &["media.switch_every_min=3s", "media.recover_after=1s"]).await;
    let node = &stage.cluster.nodes[0];
    let room = node.room_with(&stage.host, json!({ "mode": "auto", "maxParticipants": 12 })).await;
    let url = format!("http://{}/api/rooms/{room}", node.http);
    let shown = reqwest::Client::new().get(url).bearer_auth(&stage.host).send().await.expect("an answer");
    assert_eq!(shown.json::<serde_json::Value>().await.expect("JSON")["mode"], "auto");
    let tokens = node.tokens(4);
    let mut callers = Vec::new();
    for (place, token) in tokens[..2].iter().enumerate() {
        callers.push(Caller::join(&stage.cluster.node(place).http, token, &room).await);
    }
    let rid = callers[0].asks("sfu_get_router_capabilities", &json!({}));
    assert_eq!(callers[0].is_answered(rid).await, Err("wrong_mode".to_owned()));
    assert_eq!((callers[0].epoch, server.has(&room).await), (0, false), "two need none");

    callers.push(Caller::join(&stage.cluster.node(1).http, &tokens[2], &room).await);
    let told = join_all(callers.iter_mut().map(|caller| caller.hears("media_changed"))).await;
    assert!(told.iter().all(|told| *told == json!({ "mode": "sfu", "epoch": 1, "reason": "grown" })), "{told:?}");
    join_all(callers.iter_mut().map(Caller::sends)).await;
    assert_eq!(server.count("producers").await, 3);

    // A member who reloads is back before the others notice.
    callers.pop().expect("three").says(json!({ "type": "leave_room" }));
    callers.push(Caller::join(&stage.cluster.node(0).http, &tokens[3], &room).await);
    join_all(callers.iter_mut().map(|caller| caller.listens(DWELL + Duration::from_secs(1)))).await;
    assert!(callers.iter().all(|caller| caller.heard("media_changed") == 0 && caller.epoch == 1));

    callers.pop().expect("three").says(json!({ "type": "leave_room" }));
    let left = Instant::now();
    let told = join_all(callers.iter_mut().map(|caller| caller.hears("media_changed"))).await;
    assert!(told.iter().all(|told| *told == json!({ "mode": "mesh", "epoch": 2, "reason": "shrunk" })), "{told:?}");
    assert!(left.elapsed() + Duration::from_millis(500) >= DWELL, "after {:?}", left.elapsed());
    server.until_it_has(0, "rooms", LEFT_WITHIN).await;
}
