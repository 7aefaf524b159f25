//! A backend in Rust on a whole node: the client of the server API, its tokens, and the webhooks that it verifies.

use std::time::SystemTime;

use aldis_api::{
    Client, Error, Grants, Guests, Key, NewMessage, NewRoom, Page, RoomChange, RoomId, Token, TrackKind, UserId,
    webhook::{Event, Headers, Secret, verify},
};
use rcgen::{KeyPair, PKCS_ED25519};
use serde_json::json;

use crate::{
    keyed::Backend,
    process::Node,
    receiver::{Receiver, always},
    socket::Socket,
    told::{SECRET, telling},
};

/// Somebody in a room, with a token of the backend's.
async fn joined(node: &Node, key: &Key, (sub, room): (&str, RoomId)) -> Socket {
    let joins = Grants { room: Some(room), join: true, ..Grants::default() };
    let token = Token { name: Some("Ann".to_owned()), ..Token::new(sub, joins) };
    let mut socket = node.socket(&key.sign(&token).expect("signed")).await;
    socket.joins(room.as_str()).await;
    socket
}

async fn node_and_client(flags: &[String]) -> (Node, Key, Client) {
    let node = Node::start(&flags.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let key = Backend::printed(&node.aldis(&["api-key", "new", "--name", "shop"]).1).key();
    let client = Client::new(&format!("http://{}", node.http), key.clone()).expect("a client");
    (node, key, client)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backend_makes_lists_changes_and_closes_rooms_and_verifies_what_it_is_told() {
    let mut receiver = Receiver::start(always("204 No Content")).await;
    let (node, key, client) = node_and_client(&telling(&receiver.url)).await;
    let wish = NewRoom { name: Some("Order 7".to_owned()), ..NewRoom::default() };
    let room = client.create_room_once("order-7", &wish).await.expect("a room");
    assert_eq!(client.create_room_once("order-7", &wish).await.expect("the same"), room);
    let second = client.create_room(&NewRoom::default()).await.expect("another room");
    let page = client.rooms(&Page { limit: Some(1), cursor: None }).await.expect("a page");
    assert_eq!(page.rooms[0].room_id, second.room_id, "the newest first");
    let page = client.rooms(&Page { limit: Some(1), cursor: page.next_cursor }).await.expect("the next page");
    assert_eq!((page.rooms[0].room_id, page.next_cursor), (room.room_id, None));
    let change = RoomChange { guests: Some(Guests::Ask), max_participants: Some(6), ..RoomChange::default() };
    let changed = client.change_room(room.room_id, &change).await.expect("it is changed");
    assert_eq!((changed.guests, changed.max_participants, changed.name), (Guests::Ask, 6, "Order 7".to_owned()));

    let mut ann = joined(&node, &key, ("auth0|ann", room.room_id)).await;
    let there = client.participants(room.room_id).await.expect("who is in it");
    let told: Vec<_> = there.iter().map(|one| (one.user_id.to_string(), &*one.name, one.connected)).collect();
    assert_eq!(told, [("auth0|ann".to_owned(), "Ann", true)]);
    let secret: Secret = SECRET.parse().expect("a secret");
    for kind in ["room.started", "participant.joined"] {
        let request = receiver.next().await;
        let [id, timestamp, signature] =
            ["id", "timestamp", "signature"].map(|name| request.header(&format!("webhook-{name}")));
        let headers = Headers { id, timestamp, signature };
        let judged = |body: &str| verify(std::slice::from_ref(&secret), headers, body.as_bytes(), SystemTime::now());
        assert_eq!(judged(&request.body), Ok(()));
        assert!(judged(&request.body.replace("Ann", "Eve").replace("life", "lives")).is_err());
        let event: Event = serde_json::from_str(&request.body).expect("an event");
        assert_eq!((&*event.kind, event.data.room_id), (kind, room.room_id));
    }
    let timeline = client.timeline(room.room_id).await.expect("a timeline");
    assert!(timeline.iter().any(|event| event.kind == "participant.joined"), "{timeline:?}");

    assert!(!client.close_room(room.room_id).await.expect("it is closed").active);
    assert_eq!(ann.is_closed().await, Some(4404));
    client.delete_room(room.room_id).await.expect("it is deleted");
    let gone = client.room(room.room_id).await.expect_err("it was deleted");
    assert_eq!(gone.code(), Some("room_not_found"), "{gone}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backend_has_a_hosts_powers_and_answers_who_waits() {
    let (node, key, client) = node_and_client(&[]).await;
    let wish = NewRoom { guests: Some(Guests::Ask), ..NewRoom::default() };
    let room = client.create_room(&wish).await.expect("a room").room_id;
    let (ann, bob): (UserId, UserId) = ("auth0|ann".parse().expect("an id"), "b/o%b?".parse().expect("an id"));
    let mut at_ann = joined(&node, &key, ("auth0|ann", room)).await;
    let mut at_bob = joined(&node, &key, ("b/o%b?", room)).await;
    client.ask_to_mute(room, &bob, TrackKind::Audio).await.expect("asked");
    assert_eq!(at_bob.hears("mute_requested").await["data"]["kind"], "audio");
    assert_eq!(client.hand_over(room, &ann).await.expect("handed over").host_id, ann);
    let order = NewMessage { to: Some(bob.clone()), topic: "order".to_owned(), data: json!({ "state": "paid" }) };
    client.send_message(room, &order).await.expect("sent");
    let heard = at_bob.hears("message").await["data"].clone();
    assert_eq!(heard, json!({ "topic": "order", "data": { "state": "paid" } }));
    client.remove(room, &bob, true).await.expect("removed");
    assert_eq!(at_bob.is_closed().await, Some(4403));
    assert_eq!(client.bans(room).await.expect("a list")[0].user_id, bob);
    client.lift_bans(room, Some(&bob)).await.expect("lifted");
    client.lift_bans(room, None).await.expect("of nobody");
    assert!(client.bans(room).await.expect("a list").is_empty());
    at_ann.is_alive().await;

    let asks = reqwest::Client::new().post(format!("http://{}/api/rooms/{room}/guests", node.http));
    for admit in [true, false] {
        let asked =
            asks.try_clone().expect("no stream").json(&json!({ "name": "Gus" })).send().await.expect("an answer");
        assert_eq!(asked.status(), 202);
        let waiting = client.waiting(room).await.expect("a list");
        assert_eq!(waiting.len(), 1, "{waiting:?}");
        client.answer(room, &waiting[0].id, admit).await.expect("answered");
    }
    client.answer_all(room, false).await.expect("nobody waits");
    client.end_sessions(&ann).await.expect("ended");
    assert_eq!(at_ann.is_closed().await, Some(4401));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_a_typed_error_with_its_code_and_a_key_pair_signs_too() {
    let (node, key, client) = node_and_client(&[]).await;
    let http = format!("http://{}/", node.http);
    let pair = KeyPair::generate_for(&PKCS_ED25519).expect("a key pair");
    std::fs::write(node.path("public.pem"), pair.public_key_pem()).expect("written");
    let path = node.path("public.pem").display().to_string();
    let (code, out, err) = node.aldis(&["api-key", "new", "--name", "pair", "--public-key", &path]);
    assert_eq!(code, Some(0), "{err}");
    let id = out.lines().find_map(|line| line.strip_prefix("id ")).expect("an id").trim();
    let signed = Key::ed25519(id, &pair.serialize_pem()).expect("a private key");
    let of_pair = Client::new(&http, signed).expect("a client").acting_as("auth0|boss");
    let room = of_pair.create_room(&NewRoom::default()).await.expect("a room");
    assert_eq!(room.host_id.to_string(), "auth0|boss");

    let stranger = Client::new(&http, Key::hs256("ak_00000000000000000000000000000000", "x")).expect("a client");
    assert_eq!(stranger.rooms(&Page::default()).await.expect_err("unknown").code(), Some("auth_invalid"));
    let wrong = client.create_room(&NewRoom { max_participants: Some(0), ..NewRoom::default() }).await;
    let Err(Error::Refused(problem)) = wrong else { panic!("{wrong:?}") };
    assert_eq!((&*problem.code, &*problem.errors[0].field, problem.status), ("invalid_body", "maxParticipants", 422));
    assert!(!problem.request_id.is_empty());
    assert!(matches!(Key::ed25519("x", "no PEM"), Err(Error::Key(_))));
    assert!(matches!(Client::new("calls.example.org", key.clone()), Err(Error::Base(_))));
    let nobody = Client::new("http://127.0.0.1:9", key).expect("a client");
    assert!(matches!(nobody.rooms(&Page::default()).await, Err(Error::Unreachable(_))));
}
