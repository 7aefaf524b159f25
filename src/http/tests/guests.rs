//! Rooms' names and cards, and guests who have no account.

use serde_json::{Value, json};

use super::{Ask, Bench, bench, bench_with};
use crate::{
    http::{Settings, rate},
    net::rate::Rate,
};

/// A room whose host treats guests so.
async fn room(bench: &Bench, guests: &str) -> (String, String) {
    let (host, _) = bench.signup(&format!("host-{guests}")).await;
    let wish = json!({ "name": " Weekly ", "guests": guests });
    let room = Ask::post("/api/rooms").bearer(&host).json(wish).send(&bench.router).await.json();
    (host, room["roomId"].as_str().expect("an id").to_owned())
}

fn enter(room: &str, name: &str) -> Ask {
    Ask::post(&format!("/api/rooms/{room}/guests")).json(json!({ "name": name }))
}

fn token(answer: &Value) -> String {
    answer["accessToken"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn anybody_sees_a_rooms_card_and_nothing_else() {
    let bench = bench().await;
    let (_, room) = room(&bench, "yes").await;
    *bench.live.participants.lock().expect("not poisoned") = Some(2);
    let card = Ask::get(&format!("/api/rooms/{room}/card")).send(&bench.router).await;
    let expected = json!({ "roomId": room, "name": "Weekly", "active": true, "guests": "yes", "participants": 2 });
    assert_eq!((card.status.as_u16(), card.json()), (200, expected));
    Ask::get("/api/rooms/zzz-zzzz-zzz/card").send(&bench.router).await.is_problem(404, "room_not_found");
}

#[tokio::test]
async fn a_guest_gets_into_this_room_only_and_stays_the_same_when_they_renew() {
    let bench = bench().await;
    let (host, room) = room(&bench, "yes").await;
    let entered = enter(&room, "  Ann   B. ").send(&bench.router).await;
    assert_eq!(entered.status, 201, "{entered:?}");
    let guest = entered.json();
    assert_eq!((&guest["user"]["name"], &guest["expiresIn"]), (&json!("Ann B."), &json!(900)));
    let ask = |path: &str| Ask::get(path).bearer(&token(&guest));
    assert_eq!(ask(&format!("/api/rooms/{room}")).send(&bench.router).await.status, 200);
    assert_eq!(ask("/api/ice-servers").send(&bench.router).await.status, 200);
    let other = bench.room(&host).await;
    ask(&format!("/api/rooms/{other}")).send(&bench.router).await.is_problem(403, "forbidden");
    Ask::post("/api/rooms").bearer(&token(&guest)).send(&bench.router).await.is_problem(403, "forbidden");
    ask("/api/auth/me").send(&bench.router).await.is_problem(403, "forbidden");
    let renewed = enter(&room, "Ann").bearer(&token(&guest)).send(&bench.router).await.json();
    assert_eq!(renewed["user"]["id"], guest["user"]["id"]);
    let (account, _) = bench.signup("bob").await;
    let another = enter(&room, "Bob").bearer(&account).send(&bench.router).await.json();
    assert_ne!(another["user"]["id"], guest["user"]["id"], "an account is no guest");
}

#[tokio::test]
async fn guests_are_refused_with_the_reason() {
    let bench = bench().await;
    for (guests, expected) in [("no", "without an account"), ("ask", "cannot do yet")] {
        let (_, room) = room(&bench, guests).await;
        let refused = enter(&room, "Ann").send(&bench.router).await.is_problem(403, "guests_not_allowed");
        assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains(expected)), "{refused}");
    }
    let (host, room) = room(&bench, "yes").await;
    enter(&room, "\u{202e}").send(&bench.router).await.is_problem(422, "invalid_body");
    enter("zzz-zzzz-zzz", "Ann").send(&bench.router).await.is_problem(404, "room_not_found");
    let patch = |wish| Ask::new("PATCH", &format!("/api/rooms/{room}")).bearer(&host).json(wish);
    patch(json!({ "active": false })).send(&bench.router).await;
    enter(&room, "Ann").send(&bench.router).await.is_problem(403, "guests_not_allowed");
    patch(json!({ "guests": "sometimes" })).send(&bench.router).await.is_problem(422, "invalid_body");
    patch(json!({ "name": "x".repeat(101) })).send(&bench.router).await.is_problem(422, "invalid_body");
    patch(json!({ "name": "a\u{7}b" })).send(&bench.router).await.is_problem(422, "invalid_body");
}

#[tokio::test]
async fn guests_and_guesses_of_one_address_are_limited() {
    let auth_address = Rate { burst: 2, per: std::time::Duration::from_secs(3_600) };
    let rates = rate::Limits { auth_address, ..rate::Limits::default() };
    let bench = bench_with(Settings { rates, ..Settings::default() }).await;
    let guess = || Ask::get("/api/rooms/zzz-zzzz-zzz/card");
    guess().send(&bench.router).await.is_problem(404, "room_not_found");
    enter("zzz-zzzz-zzz", "Ann").send(&bench.router).await.is_problem(404, "room_not_found");
    guess().send(&bench.router).await.is_problem(429, "rate_limited");
    enter("zzz-zzzz-zzz", "Ann").send(&bench.router).await.is_problem(429, "rate_limited");
}
