//! The server API: all rooms, once for each idempotency key, and who is in them.

use actors::protocol::{Attributes, Member, SessionId, UserId};
use serde_json::json;

use super::{
    Ask, Bench,
    api_keys::{Backend, SUB},
    bench,
};

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
    let user: UserId = SUB.parse().expect("an id");
    let member = Member {
        user,
        name: "Ann".into(),
        session: SessionId::from_u128(1),
        order: 7,
        connected: true,
        attributes: Attributes::default(),
    };
    *bench.live.members.lock().expect("not poisoned") = Some(vec![member]);
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
    let user: UserId = "ann".parse().expect("an id");
    let member = |connected| Member {
        user: user.clone(),
        name: "Ann".into(),
        session: SessionId::from_u128(1),
        order: 7,
        connected,
        attributes: Attributes::default().hiding(),
    };
    let seat = |connected| *bench.live.members.lock().expect("not poisoned") = Some(vec![member(connected)]);
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
