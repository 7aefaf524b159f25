//! Complaint 1: the only media server dies. Few members are connected directly within seconds; more are told, and wait.

use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use serde_json::json;

use super::{Stage, caller::Caller, server::MediaServer};

/// From the death of the only media server to media between the browsers.
const DIRECT_WITHIN: Duration = Duration::from_secs(6);
/// How long those who wait are watched.
const WAITS: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn complaint_1_without_any_media_server_three_go_on_directly_and_five_wait_for_it() {
    let mut server = MediaServer::start().await;
    let stage = Stage::with(&[&server], &["media.recover_after=2s", "media.switch_every_min=3s"]).await;
    let mut few = stage.callers(3).await;
    let large = stage.cluster.nodes[0].room_with(&stage.host, json!({ "mode": "sfu", "maxParticipants": 50 })).await;
    let mut many = Vec::new();
    for (place, token) in stage.cluster.nodes[0].tokens(5).iter().enumerate() {
        many.push(Caller::join(&stage.cluster.node(place).http, token, &large).await);
    }
    for caller in few.iter_mut().chain(&mut many) {
        caller.sends().await;
    }
    for caller in few.iter_mut().chain(&mut many) {
        caller.listens(Duration::from_millis(300)).await;
        caller.news.clear();
    }

    server.signal("-KILL");
    let killed = Instant::now();
    let direct = async {
        let told = join_all(few.iter_mut().map(|caller| caller.hears("media_changed"))).await;
        (told, killed.elapsed())
    };
    let ((told, took), degraded) =
        join(direct, join_all(many.iter_mut().map(|caller| caller.is_sent("degraded")))).await;
    eprintln!("three are connected directly after {} ms", took.as_millis());
    assert!(told.iter().all(|told| told["mode"] == "mesh" && told["reason"] == "media_unavailable"), "{told:?}");
    assert!(took <= DIRECT_WITHIN, "only after {took:?}");
    assert!(degraded.iter().all(|told| told["without"] == json!(["media"])), "{degraded:?}");
    join_all(many.iter_mut().map(|caller| caller.listens(WAITS))).await;
    for caller in &mut many {
        assert_eq!(caller.heard("media_changed"), 0, "five wait: {:?}", caller.news);
        let rid = caller.asks("sfu_get_router_capabilities", &json!({}));
        assert_eq!(caller.is_answered(rid).await, Err("media_unavailable".to_owned()));
    }

    server.again().await;
    let all = few.iter_mut().chain(&mut many);
    let told = join_all(all.map(|caller| caller.hears("media_changed"))).await;
    assert!(told.iter().all(|told| told["mode"] == "sfu"), "{told:?}");
    for caller in few.iter_mut().chain(&mut many) {
        caller.sends().await;
    }
    assert_eq!(server.count("producers").await, 8, "all are back with what they send");
}
