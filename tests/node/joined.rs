//! Two strangers meet: an account, a room, a socket, an offer, through every real part of one node.

use client::wire::Refused;
use serde_json::json;

use crate::{process::Node, socket::Socket};

#[tokio::test]
async fn two_users_sign_up_join_and_exchange_an_offer_and_an_answer() {
    let node = Node::start(&[]).await;
    let (ann, bob) = (node.sign_up("ann").await, node.sign_up("bob").await);
    let room = node.room(&ann).await;
    let (mut ann, mut bob) = (node.socket(&ann).await, node.socket(&bob).await);
    ann.joins(&room).await;
    let joined = bob.joins(&room).await;
    let newcomer = ann.hears("user_joined").await["data"]["userId"].clone();
    let older = joined["existingPeers"][0].clone();
    ann.says(json!({ "type": "offer", "cid": 1, "data": { "targetUserId": newcomer, "sdp": "v=0\r\no=…" } }));
    let offer = bob.hears("offer").await;
    assert_eq!(offer["data"], json!({ "senderUserId": older, "sdp": "v=0\r\no=…" }));
    bob.says(json!({ "type": "answer", "cid": 1, "data": { "targetUserId": older, "sdp": "v=0 answer" } }));
    assert_eq!(ann.hears("answer").await["data"]["sdp"], "v=0 answer");
    assert_eq!(ann.hears("ack").await["cid"], 1);
    let (status, body) = node.get(&node.http, &format!("/api/rooms/{room}")).await;
    assert_eq!(status, 401, "{body}");
}

#[tokio::test]
async fn a_deleted_room_closes_its_members() {
    let node = Node::start(&[]).await;
    let ann = node.sign_up("ann").await;
    let room = node.room(&ann).await;
    let mut socket = node.socket(&ann).await;
    socket.joins(&room).await;
    let url = format!("http://{}/api/rooms/{room}", node.http);
    let deleted = reqwest::Client::new().delete(url).bearer_auth(&ann).send().await.expect("an answer");
    assert_eq!(deleted.status(), 204);
    socket.hears("room_closed").await;
    assert_eq!(socket.is_closed().await, Some(4404));
}

#[tokio::test]
async fn a_closed_room_takes_nobody_until_its_host_opens_it_again() {
    let node = Node::start(&[]).await;
    let ann = node.sign_up("ann").await;
    let room = node.room(&ann).await;
    let client = reqwest::Client::new();
    let set_active = async |active: bool| {
        let url = format!("http://{}/api/rooms/{room}", node.http);
        let answer = client.patch(url).bearer_auth(&ann).json(&json!({ "active": active })).send().await;
        assert_eq!(answer.expect("an answer").status(), 200);
    };
    for _ in 0..3 {
        let mut socket = node.socket(&ann).await;
        socket.joins(&room).await;
        set_active(false).await;
        socket.hears("room_closed").await;
        assert_eq!(socket.is_closed().await, Some(4404));
        let mut early = node.socket(&ann).await;
        early.says(json!({ "type": "join_room", "data": { "roomId": room } }));
        assert_eq!(early.hears("error").await["data"]["code"], "room_closed");
        set_active(true).await;
        early.joins(&room).await;
    }
}

#[tokio::test]
async fn the_fifth_join_of_a_room_for_four_is_refused_as_full() {
    let node = Node::start(&[]).await;
    let mut sockets = Vec::new();
    let host = node.sign_up("host").await;
    let room = node.room(&host).await;
    for name in ["a", "b", "c", "d"] {
        let token = node.sign_up(name).await;
        let mut socket = node.socket(&token).await;
        socket.joins(&room).await;
        sockets.push(socket);
    }
    let mut fifth = node.socket(&host).await;
    fifth.says(json!({ "type": "join_room", "data": { "roomId": room } }));
    let error = fifth.hears("error").await["data"].clone();
    assert_eq!(error["code"], "room_full");
    assert_eq!(error["message"], format!("Room {room} already has 4 of 4 participants."));
}

#[tokio::test]
async fn an_address_that_opens_too_many_sockets_is_refused_before_the_upgrade() {
    let few = ["--set", "budget.address_factor=1", "--set", "socket.messages_burst_max=30"];
    let node = Node::start(&few).await;
    let mut opened = 0;
    let refused = loop {
        match Socket::open(&node.http, false).await {
            Ok(_) => opened += 1,
            Err(refused) => break refused,
        }
    };
    let Some(Refused { status, retry_after, body }) = refused.downcast_ref() else {
        panic!("after {opened}: {refused}")
    };
    assert!(status.contains(" 503 "), "{status}: {body}");
    assert!(opened > 0 && body.contains("too many connections from this address"), "after {opened}: {body}");
    assert!(retry_after.is_some(), "{refused}");
}
