//! Rooms with a media server: requests through whole nodes, with answers that are late or lost.

use std::{sync::Arc, time::Duration};

use actors::{
    messages::socket::Disconnect,
    protocol::{RoomId, RoomMode},
    settings::Settings,
};
use serde_json::{Value, json};

use super::{
    browser::{Browser, Heard},
    media::Media,
    world::{World, name},
};

/// Two nodes, a media server, and a room for it.
async fn stage() -> (World, RoomId, Arc<Media>) {
    let media = Media::new(7);
    media.start("m");
    let world = World::with_media(2, Arc::clone(&media)).await;
    let room = world.room_of(8, RoomMode::Sfu);
    (world, room, media)
}

impl World {
    /// Nodes with media servers.
    pub(super) async fn with_media(nodes: usize, media: Arc<Media>) -> Self {
        Self::made_with(nodes, Settings::default(), (crate::FAR, media)).await
    }
}

impl Browser {
    fn requests(&self, kind: &str, rid: u64, data: &Value) {
        self.says(&json!({ "type": kind, "rid": rid, "data": data }).to_string());
    }

    /// The answer to a request, or its error's code; other messages before it are kept out.
    pub(super) async fn asks(&mut self, kind: &str, rid: u64, data: Value) -> Result<Value, String> {
        self.requests(kind, rid, &data);
        self.is_answered(kind, rid).await
    }

    async fn is_answered(&mut self, kind: &str, rid: u64) -> Result<Value, String> {
        loop {
            let Heard::Text(message) = self.next().await else { panic!("{} waits for {kind}", self.user) };
            if message["type"] == "error" && message["data"]["rid"] == rid {
                return Err(message["data"]["code"].as_str().expect("a code").to_owned());
            }
            if message["type"] == kind && message["rid"] == rid {
                return Ok(message["data"].clone());
            }
            assert!(message["seq"].is_number(), "{} waits for {kind} {rid} and hears {message}", self.user);
        }
    }

    /// The same, asked again with the same number as long as that is worth while.
    pub(super) async fn asks_until(&mut self, kind: &str, rid: u64, data: Value) -> Value {
        for _ in 0..50 {
            match self.asks(kind, rid, data.clone()).await {
                Ok(answer) => return answer,
                Err(code) => assert!(matches!(&*code, "unavailable" | "media_unavailable"), "{kind}: {code}"),
            }
            self.says(r#"{"type":"heartbeat"}"#);
            tokio::time::sleep(Duration::from_secs(2)).await; // paused
        }
        panic!("{kind} is never answered");
    }

    /// Asks for capabilities and a transport; the epoch and the transport's id.
    pub(super) async fn has_transport(&mut self, rid: u64) -> (u64, String) {
        let capable = self.asks_until("sfu_get_router_capabilities", rid, json!({})).await;
        let epoch = capable["epoch"].as_u64().expect("an epoch");
        let data = json!({ "epoch": epoch, "direction": "send" });
        let made = self.asks_until("sfu_create_transport", rid + 1, data).await;
        assert_eq!(
            (made["epoch"].as_u64(), made["iceServers"][0]["urls"][0].as_str()),
            (Some(epoch), Some("stun:localhost"))
        );
        (epoch, made["id"].as_str().expect("an id").to_owned())
    }

    pub(super) async fn produces(&mut self, rid: u64, (epoch, transport): (u64, &str), source: &str) -> String {
        let data =
            json!({ "epoch": epoch, "transportId": transport, "kind": "audio", "source": source, "rtpParameters": {} });
        let made = self.asks_until("sfu_produce", rid, data).await;
        made["id"].as_str().expect("an id").to_owned()
    }

    /// The next message of this type, whatever comes before it.
    pub(super) async fn comes_to_hear(&mut self, kind: &str) -> Value {
        loop {
            let Heard::Text(message) = self.next().await else { panic!("{} waits for {kind}", self.user) };
            if message["type"] == kind {
                return message["data"].clone();
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn members_on_two_nodes_send_and_receive_through_one_media_server() {
    let (world, room, media) = stage().await;
    let (mut ann, mut bob) = (world.member(0, 1, room).await, world.browser(1, 2).await);
    let joined = bob.joins(room).await;
    assert_eq!(
        (joined["mode"].as_str(), joined["media"]["mode"].as_str(), joined["media"]["epoch"].as_u64()),
        (Some("sfu"), Some("sfu"), Some(0))
    );
    let (epoch, transport) = ann.has_transport(1).await;
    let producer = ann.produces(3, (epoch, &transport), "microphone").await;
    let told = bob.comes_to_hear("media_changed").await;
    assert_eq!((told["epoch"].as_u64(), told["reason"].as_str()), (Some(1), Some("placed")));
    let told = bob.comes_to_hear("sfu_new_producer").await;
    assert_eq!(
        told,
        json!({ "userId": name(1), "producerId": producer, "kind": "audio", "source": "microphone", "paused": false, "epoch": 1 })
    );
    let (_, receives) = bob.has_transport(1).await;
    let consume = json!({ "epoch": 1, "transportId": receives, "producerId": producer, "rtpCapabilities": {} });
    let consumer = bob.asks_until("sfu_consume", 3, consume).await;
    assert_eq!((consumer["userId"].as_str(), consumer["producerId"].as_str()), (Some(&*name(1)), Some(&*producer)));
    let of = json!({ "epoch": 1, "consumerId": consumer["id"] });
    assert_eq!(bob.asks_until("sfu_consumer_resume", 4, of.clone()).await, json!({}));
    assert_eq!(bob.asks_until("sfu_request_keyframe", 5, of.clone()).await, json!({}));
    assert_eq!(bob.asks_until("sfu_close_consumer", 6, of).await, json!({}));
    let of = json!({ "epoch": 1, "producerId": producer });
    ann.asks_until("sfu_pause_producer", 4, of.clone()).await;
    assert_eq!(
        bob.comes_to_hear("sfu_producer_changed").await,
        json!({ "userId": name(1), "producerId": producer, "paused": true })
    );
    let mut cem = world.browser(0, 3).await;
    let joined = cem.joins(room).await;
    let muted = json!([{ "producerId": producer, "kind": "audio", "source": "microphone", "paused": true }]);
    assert_eq!(joined["peers"][0]["producers"], muted, "a late joiner knows that she is muted");
    assert_eq!(joined["media"]["epoch"], 1);
    ann.asks_until("sfu_close_producer", 5, of).await;
    assert_eq!(bob.comes_to_hear("sfu_producer_closed").await["reason"], "closed");
    assert_eq!(media.producers("m"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_cut_off_is_answered_on_the_other_node_as_the_first_time() {
    let (world, room, media) = stage().await;
    media.fails(400, 300);
    let (mut ann, mut bob) = (world.member(0, 1, room).await, world.member(1, 2, room).await);
    let (epoch, transport) = ann.has_transport(1).await;
    let mut made = Vec::new();
    for rid in 10..14 {
        let data =
            json!({ "epoch": epoch, "transportId": transport, "kind": "audio", "source": "x", "rtpParameters": {} });
        ann.requests("sfu_produce", rid, &data);
        tokio::time::sleep(Duration::from_millis(17 * rid)).await; // paused
        ann.disconnects(Disconnect::Lost);
        let mut again = Browser::connect(&world.nodes[usize::try_from(rid % 2).expect("few")], None);
        assert_eq!(again.resumes(&ann).await["type"], "resumed");
        ann = again;
        made.push(ann.asks_until("sfu_produce", rid, data).await["id"].as_str().expect("an id").to_owned());
    }
    for producer in &made {
        assert_eq!(bob.comes_to_hear("sfu_new_producer").await["producerId"], **producer);
    }
    assert_eq!(media.producers("m"), made.len(), "nothing was made twice");
    bob.hears_nothing_for(Duration::from_secs(5)).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_socket_changes_nothing_and_a_freed_seat_is_deleted() {
    let (world, room, media) = stage().await;
    let (mut ann, mut bob) = (world.member(0, 1, room).await, world.member(1, 2, room).await);
    let (epoch, transport) = ann.has_transport(1).await;
    let producer = ann.produces(3, (epoch, &transport), "camera").await;
    bob.comes_to_hear("sfu_new_producer").await;
    ann.disconnects(Disconnect::Lost);
    let mut again = Browser::connect(&world.nodes[1], None);
    let resumed = again.resumes(&ann).await;
    assert_eq!((resumed["data"]["media"]["epoch"].as_u64(), media.producers("m")), (Some(1), 1));
    let of = json!({ "epoch": 1, "producerId": producer });
    assert_eq!(again.asks_until("sfu_pause_producer", 4, of).await, json!({}), "it is still hers");
    again.disconnects(Disconnect::Lost);
    assert_eq!(bob.comes_to_hear("user_left").await["reason"], "lost");
    tokio::time::sleep(Duration::from_secs(1)).await; // paused: the answer to who has freed the seat may come later
    assert_eq!(media.peers("m"), 0, "whoever has freed the seat deletes its peer");
    let (_, _) = bob.has_transport(1).await;
    bob.says(r#"{"type":"leave_room"}"#);
    bob.comes_to_hear("room_left").await;
    bob.hears_nothing_for(Duration::from_secs(3)).await;
    assert_eq!(media.peers("m"), 0);
}

#[tokio::test(start_paused = true)]
async fn every_wrong_request_gets_its_code() {
    let (world, room, _media) = stage().await;
    let (mut ann, mut bob) = (world.member(0, 1, room).await, world.member(0, 2, room).await);
    let code = |answer: Result<Value, String>| answer.expect_err("it is wrong");
    let create = |epoch: u64| json!({ "epoch": epoch, "direction": "send" });
    assert_eq!(code(ann.asks("sfu_create_transport", 1, create(0)).await), "media_stale", "not placed yet");
    let (epoch, transport) = ann.has_transport(2).await;
    assert_eq!(code(ann.asks("sfu_create_transport", 4, create(epoch + 1)).await), "media_stale");
    let of = |id: &str| json!({ "epoch": 1, "transportId": id });
    assert_eq!(code(bob.asks("sfu_restart_ice", 1, of(&transport)).await), "media_not_found", "it is hers");
    assert_eq!(code(bob.asks("sfu_restart_ice", 2, of("../x")).await), "bad_message");
    let producer = ann.produces(5, (epoch, &transport), "camera").await;
    let of = json!({ "epoch": 1, "producerId": producer });
    bob.comes_to_hear("sfu_new_producer").await;
    assert_eq!(code(bob.asks("sfu_close_producer", 3, of).await), "media_not_found", "it is hers");
    let wrong =
        json!({ "epoch": 1, "transportId": transport, "kind": "audio", "source": "x", "rtpParameters": { "bad": 1 } });
    assert_eq!(code(ann.asks("sfu_produce", 6, wrong).await), "media_rejected");
    let unknown = json!({ "epoch": 1, "transportId": transport, "producerId": "p99", "rtpCapabilities": {} });
    assert_eq!(code(ann.asks("sfu_consume", 7, unknown).await), "media_not_found");
    ann.offers(1, &name(2), "v=0");
    let refused = ann.comes_to_hear("error").await;
    assert_eq!((refused["code"].as_str(), refused["cid"].as_u64()), (Some("wrong_mode"), Some(1)));
    ann.chats(2, "hi");
    assert_eq!(bob.comes_to_hear("chat_message").await["content"], "hi", "chat is not media");
}

#[tokio::test(start_paused = true)]
async fn only_so_many_requests_may_be_open_and_each_has_a_number_of_its_own() {
    let (world, room, media) = stage().await;
    let mut ann = world.member(0, 1, room).await;
    let (epoch, transport) = ann.has_transport(1).await;
    media.fails(1_000, 0);
    let restart = json!({ "epoch": epoch, "transportId": transport });
    for rid in 10..18 {
        ann.requests("sfu_restart_ice", rid, &restart);
    }
    let mut refused = Vec::new();
    for rid in [18, 10] {
        refused.push(ann.asks("sfu_restart_ice", rid, restart.clone()).await.expect_err("too many"));
    }
    assert_eq!(refused, ["media_limit", "bad_message"]);
    let mut answered = Vec::new();
    for _ in 10..18 {
        let Heard::Text(message) = ann.next().await else { panic!("an answer") };
        assert_eq!(message["type"], "sfu_restart_ice");
        answered.push(message["rid"].as_u64().expect("its number"));
    }
    answered.sort_unstable();
    assert_eq!(answered, (10..18).collect::<Vec<_>>(), "each once");
    ann.says(r#"{"type":"sfu_get_router_capabilities","data":{}}"#);
    assert_eq!(ann.hears("sfu_get_router_capabilities").await["epoch"], epoch, "a naive client needs no number");
}

#[tokio::test(start_paused = true)]
async fn two_nodes_that_place_a_room_at_once_agree() {
    let (world, room, media) = stage().await;
    media.start("n");
    media.fails(1_000, 0);
    let (mut ann, mut bob) = (world.member(0, 1, room).await, world.member(1, 2, room).await);
    ann.requests("sfu_get_router_capabilities", 1, &json!({}));
    bob.requests("sfu_get_router_capabilities", 1, &json!({}));
    let both = [
        ann.is_answered("sfu_get_router_capabilities", 1).await,
        bob.is_answered("sfu_get_router_capabilities", 1).await,
    ];
    assert!(both.iter().all(|answer| answer.as_ref().is_ok_and(|data| data["epoch"] == 1)), "{both:?}");
}

#[tokio::test(start_paused = true)]
async fn a_media_server_that_is_restarted_is_a_new_epoch_for_all() {
    let (world, room, media) = stage().await;
    let (mut ann, mut bob) = (world.member(0, 1, room).await, world.member(1, 2, room).await);
    let (epoch, transport) = ann.has_transport(1).await;
    ann.produces(3, (epoch, &transport), "camera").await;
    media.start("m");
    let restart = json!({ "epoch": epoch, "transportId": transport });
    assert_eq!(ann.asks("sfu_restart_ice", 4, restart).await, Err("media_stale".to_owned()));
    tokio::time::sleep(Duration::from_secs(6)).await; // paused: nobody hears the old one
    let (epoch, transport) = ann.has_transport(5).await;
    assert_eq!(epoch, 2);
    assert_eq!(bob.comes_to_hear("media_changed").await["epoch"], 1);
    let told = bob.comes_to_hear("media_changed").await;
    assert_eq!((told["epoch"].as_u64(), told["reason"].as_str()), (Some(2), Some("media_lost")));
    let producer = ann.produces(7, (2, &transport), "camera").await;
    let mut cem = world.browser(1, 3).await;
    let joined = cem.joins(room).await;
    assert_eq!(joined["peers"][0]["producers"].as_array().map(Vec::len), Some(1), "those of before are void");
    assert_eq!(joined["peers"][0]["producers"][0]["producerId"], *producer);
}

#[tokio::test(start_paused = true)]
async fn without_a_media_server_a_request_says_so() {
    let (world, room, media) = stage().await;
    media.stop("m");
    let mut ann = world.member(0, 1, room).await;
    ann.requests("sfu_get_router_capabilities", 9, &json!({}));
    let refused = ann.hears("error").await;
    assert_eq!(
        (refused["code"].as_str(), refused["rid"].as_u64(), refused["retryAfterMs"].as_u64()),
        (Some("media_unavailable"), Some(9), Some(1_500))
    );
    assert!(refused["message"].as_str().expect("a text").starts_with("Media Server Unavailable"));
    ann.chats(1, "still here");
    media.start("m");
    assert_eq!(ann.has_transport(10).await.0, 1);
}

#[tokio::test(start_paused = true)]
async fn a_node_without_media_servers_offers_none() {
    let world = World::single().await;
    let mut ann = Browser::connect(&world.nodes[0], None);
    ann.says(&format!(r#"{{"type":"hello","data":{{"token":"{}"}}}}"#, name(1)));
    let welcome = ann.hears("welcome").await;
    assert!(
        welcome["limits"]["media"].is_null()
            && !welcome["features"].as_array().expect("a list").contains(&json!("sfu"))
    );
    let (world, _, _) = stage().await;
    let mut ann = Browser::connect(&world.nodes[0], None);
    ann.says(&format!(r#"{{"type":"hello","data":{{"token":"{}"}}}}"#, name(1)));
    let welcome = ann.hears("welcome").await;
    assert_eq!(welcome["limits"]["media"]["requestsMax"], 8);
    assert!(welcome["features"].as_array().expect("a list").contains(&json!("sfu")));
}
