//! The server API: all rooms, once for each idempotency key, and who is in them.

use std::sync::Arc;

use actors::protocol::{Attributes, Member, SessionId};
use serde_json::{Value, json};

use super::{
    Ask, Bench,
    api_keys::{Backend, SUB},
    bench,
};
use crate::http::{Settings, Site, rooms::Limits, router};

/// Somebody with a seat.
fn member(user: &str) -> Member {
    Member {
        user: user.parse().expect("an id"),
        name: "Ann".into(),
        session: SessionId::from_u128(1),
        order: 7,
        connected: true,
        attributes: Attributes::default(),
    }
}

async fn admin(bench: &Bench) -> String {
    Backend::of(bench).await.token(SUB, &json!({ "admin": true }))
}

#[tokio::test]
async fn a_backend_creates_reads_changes_closes_and_deletes_rooms_of_anybody() {
    let bench = bench().await;
    let token = admin(&bench).await;
    let host = "00000000-0000-0000-0000-000000000009";
    let wish = json!({ "hostId": host, "name": "Order 7", "maxParticipants": 2, "guests": "yes" });
    let answer = Ask::post("/v1/rooms").bearer(&token).json(wish).send(&bench.router).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let room = answer.json();
    assert_eq!((&room["hostId"], &room["name"], &room["guests"]), (&json!(host), &json!("Order 7"), &json!("yes")));
    let path = answer.header("location").to_owned();
    assert_eq!(path, format!("/v1/rooms/{}", room["roomId"].as_str().expect("an id")));
    assert_eq!(Ask::get(&path).bearer(&token).send(&bench.router).await.json(), room);
    let patched = Ask::new("PATCH", &path).bearer(&token).json(json!({ "name": "" })).send(&bench.router).await.json();
    assert_eq!(patched["name"], "");
    bench.live.commands();
    for _ in 0..2 {
        let closed = Ask::post(&format!("{path}/close")).bearer(&token).send(&bench.router).await.json();
        assert_eq!(closed["active"], false);
    }
    let close = format!("close {}", room["roomId"].as_str().expect("an id"));
    assert_eq!(bench.live.commands(), [close.clone(), close]);
    assert_eq!(Ask::new("DELETE", &path).bearer(&token).send(&bench.router).await.status, 204);
    for ask in [Ask::get(&path), Ask::new("DELETE", &path), Ask::post(&format!("{path}/close"))] {
        ask.bearer(&token).send(&bench.router).await.is_problem(404, "room_not_found");
    }
}

#[tokio::test]
async fn a_repeated_creation_gets_the_first_answer() {
    let bench = bench().await;
    let token = admin(&bench).await;
    let create = |key: &str, name: &str| {
        Ask::post("/v1/rooms").bearer(&token).header("idempotency-key", key).json(json!({ "name": name }))
    };
    let first = create("order-7", "A").send(&bench.router).await;
    let again = create("order-7", "A").send(&bench.router).await;
    assert_eq!((again.status.as_u16(), again.json()), (201, first.json()));
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    create("order-7", "B").send(&bench.router).await.is_problem(409, "idempotency_conflict");
    let other = create("order-8", "A").send(&bench.router).await.json();
    assert_ne!(other["roomId"], first.json()["roomId"]);
    for wrong in ["", "a b", &"x".repeat(129)] {
        create(wrong, "A").send(&bench.router).await.is_problem(400, "bad_request");
    }
    bench.now.fetch_add(25 * 3_600, std::sync::atomic::Ordering::SeqCst);
    let token = admin(&bench).await;
    let late = Ask::post("/v1/rooms").bearer(&token).header("idempotency-key", "order-7").json(json!({ "name": "B" }));
    assert_eq!(late.send(&bench.router).await.status, 201, "after a day it is forgotten");
}

/// As during an upgrade to a version, or a configuration, with other defaults.
#[tokio::test]
async fn a_repeated_creation_gets_the_first_answer_although_a_default_is_another_one() {
    let bench = bench().await;
    let token = admin(&bench).await;
    let create = |wish: Value| Ask::post("/v1/rooms").bearer(&token).header("idempotency-key", "order-7").json(wish);
    let first = create(json!({ "name": "A" })).send(&bench.router).await.json();
    let super::Bench { site, router: before, _folder, .. } = bench;
    drop(before);
    let rooms = Limits { participants: 6, seat_window_seconds: 20, ..Limits::default() };
    let site = Arc::into_inner(site).expect("nobody else has it");
    let later = router(Arc::new(Site { settings: Settings { rooms, ..Settings::default() }, ..site }));
    let again = create(json!({ "name": "A", "mode": null })).send(&later).await;
    assert_eq!((again.status.as_u16(), again.json()), (201, first));
    create(json!({ "name": "A", "maxParticipants": 4 })).send(&later).await.is_problem(409, "idempotency_conflict");
}

#[tokio::test]
async fn a_message_is_for_all_in_a_room_or_for_one_who_is_there() {
    let bench = bench().await;
    let backend = Backend::of(&bench).await;
    let token = backend.token(SUB, &json!({ "admin": true }));
    let (host, _) = bench.signup("host").await;
    let room = bench.room(&host).await;
    let path = format!("/v1/rooms/{room}/messages");
    let says = |token: &str, body: Value| Ask::post(&path).bearer(token).json(body).send(&bench.router);
    let order = json!({ "topic": "order", "data": { "state": "paid" } });
    says(&token, order.clone()).await.is_problem(503, "unavailable");
    *bench.live.members.lock().expect("not poisoned") = Some(vec![member("ann")]);
    bench.live.commands();
    assert_eq!(says(&token, order.clone()).await.status, 204);
    assert_eq!(says(&token, json!({ "to": "ann", "topic": "x", "data": null })).await.status, 204);
    let said = bench.live.commands();
    let to_all = format!(r#"{{"topic":"order","data":{{"state":"paid"}}}} to all in {room}"#);
    assert_eq!(said, [to_all, format!(r#"{{"topic":"x","data":null}} to ann in {room}"#)]);

    says(&token, json!({ "to": "bob", "topic": "x", "data": 1 })).await.is_problem(404, "user_not_found");
    for (wrong, field) in [
        (json!({ "topic": "", "data": 1 }), "topic"),
        (json!({ "topic": "x".repeat(65), "data": 1 }), "topic"),
        (json!({ "topic": "x" }), ""),
        (json!({ "to": "a b", "topic": "x", "data": 1 }), "to"),
        (json!({ "topic": "x", "data": 1, "from": "ann" }), ""),
    ] {
        let problem = says(&token, wrong.clone()).await.is_problem(422, "invalid_body");
        assert!(problem["errors"][0]["field"].as_str().expect("a field").starts_with(field), "{wrong}: {problem}");
    }
    let lone = Ask::post(&path).bearer(&token).text(r#"{"topic":"x","data":"\ud800"}"#);
    lone.send(&bench.router).await.is_problem(422, "invalid_body");
    let long = |bytes: usize| says(&token, json!({ "topic": "x".repeat(64), "data": "x".repeat(bytes - 2) }));
    assert_eq!(long(16 * 1024).await.status, 204, "with what stands around it the body is longer than others may be");
    long(16 * 1024 + 1).await.is_problem(413, "payload_too_large");
    long(18 * 1024).await.is_problem(413, "payload_too_large");
    let unknown = Ask::post("/v1/rooms/zzz-zzzz-zzz/messages").bearer(&token).json(order.clone());
    unknown.send(&bench.router).await.is_problem(404, "room_not_found");
    for grants in [json!({ "join": true }), json!({ "admin": true, "room": "zzz-zzzz-zzz" })] {
        says(&backend.token(SUB, &grants), order.clone()).await.is_problem(403, "forbidden");
    }
    says(&host, order.clone()).await.is_problem(403, "forbidden");
    bench.live.away.store(true, std::sync::atomic::Ordering::SeqCst);
    says(&token, order).await.is_problem(503, "unavailable");
}

#[tokio::test]
async fn the_sessions_of_anybody_are_ended_with_the_grant_for_all_rooms() {
    let bench = bench().await;
    let backend = Backend::of(&bench).await;
    let (ann, id) = bench.signup("ann").await;
    let ends = |user: &str, grants: &Value| {
        let token = backend.token(SUB, grants);
        Ask::new("DELETE", &format!("/v1/users/{user}/sessions")).bearer(&token).send(&bench.router)
    };
    let all = json!({ "admin": true });
    for grants in [json!({ "join": true, "create": true }), json!({ "admin": true, "room": "zzz-zzzz-zzz" })] {
        ends("auth0%7Cbob", &grants).await.is_problem(403, "forbidden");
    }
    ends("a%20b", &all).await.is_problem(404, "user_not_found");
    assert!(bench.live.commands().is_empty());
    bench.now.fetch_add(2, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(ends("auth0%7Cbob", &all).await.status, 204);
    assert_eq!(bench.live.commands(), ["revoke auth0|bob"]);
    let me = || Ask::get("/api/auth/me").bearer(&ann).send(&bench.router);
    assert_eq!(me().await.status, 200);
    assert_eq!(ends(&id.to_string(), &all).await.status, 204);
    me().await.is_problem(401, "auth_invalid");
}

#[tokio::test]
async fn all_rooms_are_listed_in_pages() {
    let bench = bench().await;
    let token = admin(&bench).await;
    let (host, _) = bench.signup("host").await;
    let mut rooms = Vec::new();
    for _ in 0..3 {
        rooms.insert(0, bench.room(&host).await);
        bench.now.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }
    let page = |query: String| Ask::get(&format!("/v1/rooms{query}")).bearer(&token).send(&bench.router);
    let first = page("?limit=2".to_owned()).await.json();
    let cursor = first["nextCursor"].as_str().expect("a cursor").to_owned();
    let last = page(format!("?limit=2&cursor={cursor}")).await.json();
    let found = [&first, &last].map(|page| page["rooms"].as_array().expect("rooms").clone()).concat();
    let found: Vec<_> = found.iter().map(|room| room["roomId"].as_str().expect("an id")).collect();
    assert_eq!(found, rooms);
    assert!(last["nextCursor"].is_null());
}

#[tokio::test]
async fn participants_are_listed_and_removed() {
    let bench = bench().await;
    let token = admin(&bench).await;
    let (host, _) = bench.signup("host").await;
    let room = bench.room(&host).await;
    let path = format!("/v1/rooms/{room}/participants");
    let list = || Ask::get(&path).bearer(&token).send(&bench.router);
    list().await.is_problem(503, "unavailable");
    *bench.live.members.lock().expect("not poisoned") = Some(vec![member(SUB)]);
    let expected = json!({ "participants": [{ "userId": SUB, "name": "Ann", "rev": 7, "connected": true }] });
    assert_eq!(list().await.json(), expected);
    let remove = |user: &str| Ask::new("DELETE", &format!("{path}/{user}")).bearer(&token).send(&bench.router);
    assert_eq!(remove(SUB).await.status, 204);
    assert_eq!(bench.live.commands(), [format!("evict {SUB} from {room}")]);
    remove("00000000-0000-0000-0000-000000000002").await.is_problem(404, "user_not_found");
    Ask::get("/v1/rooms/zzz-zzzz-zzz/participants")
        .bearer(&token)
        .send(&bench.router)
        .await
        .is_problem(404, "room_not_found");
}

#[tokio::test]
async fn somebody_is_moved_to_a_room_that_admits_them() {
    let bench = bench().await;
    let token = admin(&bench).await;
    let (host, _) = bench.signup("host").await;
    let (old, new) = (bench.room(&host).await, bench.room(&host).await);
    let seat = |connected| {
        let member = Member { connected, attributes: Attributes::default().hiding(), ..member("ann") };
        *bench.live.members.lock().expect("not poisoned") = Some(vec![member]);
    };
    let moves = |user: &str, to: &str| {
        let path = format!("/v1/rooms/{old}/participants/{user}/move");
        Ask::post(&path).bearer(&token).json(json!({ "to": to })).send(&bench.router)
    };
    moves("ann", &new).await.is_problem(503, "unavailable");
    seat(true);
    let listed = Ask::get(&format!("/v1/rooms/{old}/participants")).bearer(&token).send(&bench.router).await.json();
    assert_eq!(listed["participants"][0]["hidden"], true);
    bench.live.commands();
    assert_eq!(moves("ann", &new).await.status, 204);
    assert_eq!(bench.live.commands(), [format!("move ann from {old} to {new}")]);
    moves("ann", &old).await.is_problem(400, "bad_request");
    moves("ann", "zzz-zzzz-zzz").await.is_problem(404, "room_not_found");
    moves("ann", "the other one").await.is_problem(404, "room_not_found");
    moves("nobody", &new).await.is_problem(404, "user_not_found");
    seat(false);
    moves("ann", &new).await.is_problem(503, "unavailable");
    seat(true);
    let patch = |wish| Ask::new("PATCH", &format!("/v1/rooms/{new}")).bearer(&token).json(wish).send(&bench.router);
    assert_eq!(patch(json!({ "locked": true })).await.status, 200);
    moves("ann", &new).await.is_problem(403, "room_locked");
    let ban = Ask::post(&format!("/v1/rooms/{new}/participants/ann/remove")).bearer(&token);
    assert_eq!(ban.json(json!({ "ban": true })).send(&bench.router).await.status, 204);
    moves("ann", &new).await.is_problem(403, "banned");
    assert_eq!(patch(json!({ "active": false })).await.status, 200);
    moves("ann", &new).await.is_problem(409, "room_closed");
    let path = format!("/v1/rooms/{old}/participants/ann/move");
    let wrong = Ask::post(&path).bearer(&host).json(json!({ "to": new })).send(&bench.router).await;
    wrong.is_problem(403, "forbidden");
}
