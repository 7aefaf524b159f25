//! Rooms' names and cards, and guests who have no account.

use std::sync::atomic::Ordering;

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

/// Twelve hours and the life of a token.
const SLEEP_MAX: i64 = 12 * 3_600 + 900;

#[tokio::test]
async fn a_guest_whose_device_slept_is_the_same_up_to_half_a_day_later_and_is_not_asked_about_again() {
    let bench = bench().await;
    let (host, room) = room(&bench, "yes").await;
    let guest = enter(&room, "Ann").send(&bench.router).await.json();
    let to_ask = json!({ "guests": "ask" });
    Ask::new("PATCH", &format!("/api/rooms/{room}")).bearer(&host).json(to_ask).send(&bench.router).await;
    let again = async || enter(&room, "Ann").bearer(&token(&guest)).send(&bench.router).await;
    bench.now.fetch_add(SLEEP_MAX - 1, Ordering::SeqCst);
    Ask::get("/api/ice-servers").bearer(&token(&guest)).send(&bench.router).await.is_problem(401, "token_expired");
    let same = again().await;
    assert_eq!((same.status.as_u16(), &same.json()["user"]["id"]), (201, &guest["user"]["id"]), "{same:?}");
    let renewed = Ask::get("/api/ice-servers").bearer(&token(&same.json())).send(&bench.router).await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    bench.now.fetch_add(1, Ordering::SeqCst);
    assert_eq!(again().await.status, 202, "the host is asked");
}

#[tokio::test]
async fn an_expired_token_opens_no_other_door_than_a_valid_one() {
    let bench = bench().await;
    let (host, first) = room(&bench, "yes").await;
    let wish = json!({ "guests": "yes" });
    let made = Ask::post("/api/rooms").bearer(&host).json(wish).send(&bench.router).await.json();
    let other = made["roomId"].as_str().expect("an id");
    let guest = enter(&first, "Ann").send(&bench.router).await.json();
    bench.now.fetch_add(3_600, Ordering::SeqCst);
    let bring = async |room: &str| enter(room, "Ann").bearer(&token(&guest)).send(&bench.router).await;
    let elsewhere = bring(other).await;
    assert_eq!(elsewhere.status, 201, "{elsewhere:?}");
    assert_ne!(elsewhere.json()["user"]["id"], guest["user"]["id"], "of another room they are nobody");
    let login = json!({ "email": "host-yes@example.org", "password": "correct horse" });
    let host = token(&Ask::post("/api/auth/login").json(login).send(&bench.router).await.json());
    let patch = async |wish| {
        let patched =
            Ask::new("PATCH", &format!("/api/rooms/{first}")).bearer(&host).json(wish).send(&bench.router).await;
        assert_eq!(patched.status, 200, "{patched:?}");
    };
    patch(json!({ "locked": true })).await;
    enter(&first, "Eve").send(&bench.router).await.is_problem(403, "room_locked");
    assert_eq!(bring(&first).await.json()["user"]["id"], guest["user"]["id"], "as with a valid token");
    let of_guest = format!("/api/rooms/{first}/participants/{}", guest["user"]["id"].as_str().expect("an id"));
    let ban = Ask::post(&format!("{of_guest}/remove")).bearer(&host).json(json!({ "ban": true }));
    assert_eq!(ban.send(&bench.router).await.status, 204);
    bring(&first).await.is_problem(403, "banned");
    patch(json!({ "locked": false, "guests": "no" })).await;
    bring(&first).await.is_problem(403, "guests_not_allowed");
}

#[tokio::test]
async fn a_guest_who_renews_too_often_is_told_so_and_is_not_made_another_one() {
    let user = Rate { burst: 1, per: std::time::Duration::from_secs(3_600) };
    let rates = rate::Limits { user, ..rate::Limits::default() };
    let bench = bench_with(Settings { rates, ..Settings::default() }).await;
    let (_, room) = room(&bench, "yes").await;
    let guest = enter(&room, "Ann").send(&bench.router).await.json();
    let again = async || enter(&room, "Ann").bearer(&token(&guest)).send(&bench.router).await;
    assert_eq!(again().await.json()["user"]["id"], guest["user"]["id"]);
    again().await.is_problem(429, "rate_limited");
}

#[tokio::test]
async fn guests_are_refused_with_the_reason() {
    let bench = bench().await;
    {
        let (_, room) = room(&bench, "no").await;
        let refused = enter(&room, "Ann").send(&bench.router).await.is_problem(403, "guests_not_allowed");
        assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("without an account")), "{refused}");
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
