//! What hosts do by HTTP, who may, and the door at which guests wait.

use actors::protocol::{Attributes, Member, SessionId};
use serde_json::{Value, json};

use super::{Ask, Bench, api_keys::Backend, bench};

const BOB: &str = "auth0|bob";

/// A room with its host's token and id; in it are the host, Bob, and whoever else.
async fn call(bench: &Bench) -> (String, String, String) {
    let (host, id) = bench.signup("host").await;
    let room = bench.room(&host).await;
    let member = |(order, user): (u64, &str)| Member {
        user: user.parse().expect("an id"),
        name: user.to_uppercase().into(),
        session: SessionId::from_u128(order.into()),
        order,
        connected: true,
        attributes: Attributes::default(),
    };
    let id = id.to_string();
    let members = [(1, id.as_str()), (2, BOB)].map(member).to_vec();
    *bench.live.members.lock().expect("not poisoned") = Some(members);
    bench.live.commands();
    (room, host, id)
}

fn post(path: &str, token: &str, body: Value) -> Ask {
    let ask = Ask::post(path).bearer(token);
    if body.is_null() { ask } else { ask.json(body) }
}

#[tokio::test]
async fn a_host_removes_bans_and_mutes_those_who_are_there() {
    let bench = bench().await;
    let (room, host, id) = call(&bench).await;
    let of_bob = format!("/api/rooms/{room}/participants/auth0%7Cbob");
    assert_eq!(post(&format!("{of_bob}/remove"), &host, Value::Null).send(&bench.router).await.status, 204);
    let mute = post(&format!("{of_bob}/mute"), &host, json!({ "kind": "audio" }));
    assert_eq!(mute.send(&bench.router).await.status, 204);
    let expected = [format!("evict {BOB} from {room}"), format!("mute Audio of {BOB} in {room} by {id}")];
    assert_eq!(bench.live.commands(), expected);
    for _ in 0..2 {
        let banned = post(&format!("{of_bob}/remove"), &host, json!({ "ban": true })).send(&bench.router).await;
        assert_eq!(banned.status, 204, "{banned:?}");
        assert_eq!(bench.live.commands(), [format!("settings {room}"), format!("ban {BOB} from {room}")]);
    }
    let bans = || Ask::get(&format!("/api/rooms/{room}/bans")).bearer(&host).send(&bench.router);
    let listed = bans().await.json();
    assert_eq!((&listed["bans"][0]["userId"], &listed["bans"][0]["name"]), (&json!(BOB), &json!("AUTH0|BOB")));
    assert_eq!(listed["bans"].as_array().map(Vec::len), Some(1), "once");
    let lift = Ask::new("DELETE", &format!("/api/rooms/{room}/bans/auth0%7Cbob")).bearer(&host);
    assert_eq!(lift.send(&bench.router).await.status, 204);
    assert_eq!(bans().await.json(), json!({ "bans": [] }));

    let nobody = format!("/api/rooms/{room}/participants/nobody");
    post(&format!("{nobody}/remove"), &host, Value::Null).send(&bench.router).await.is_problem(404, "user_not_found");
    let mute = post(&format!("{nobody}/mute"), &host, json!({ "kind": "video" })).send(&bench.router).await;
    mute.is_problem(404, "user_not_found");
    let absent = post(&format!("{nobody}/remove"), &host, json!({ "ban": true })).send(&bench.router).await;
    assert_eq!(absent.status, 204, "whoever is not there can be kept out");
    let oneself = post(&format!("/api/rooms/{room}/participants/{id}/remove"), &host, Value::Null);
    oneself.send(&bench.router).await.is_problem(400, "bad_request");
}

#[tokio::test]
async fn a_room_is_handed_over_locked_and_read_by_everybody_as_it_is_now() {
    let bench = bench().await;
    let (room, host, id) = call(&bench).await;
    let path = format!("/api/rooms/{room}");
    let patch = |token: &str, wish| Ask::new("PATCH", &path).bearer(token).json(wish);
    let locked = patch(&host, json!({ "locked": true })).send(&bench.router).await.json();
    assert_eq!((&locked["locked"], &locked["hostId"]), (&json!(true), &json!(id)));
    let handed = post(&format!("{path}/host"), &host, json!({ "userId": BOB })).send(&bench.router).await;
    assert_eq!((handed.status.as_u16(), &handed.json()["hostId"]), (200, &json!(BOB)), "{handed:?}");
    let again = post(&format!("{path}/host"), &host, json!({ "userId": BOB })).send(&bench.router).await;
    assert_eq!(again.status, 200, "repeated, because the answer was lost: {again:?}");
    let no_more = post(&format!("{path}/host"), &host, json!({ "userId": id })).send(&bench.router).await;
    no_more.is_problem(403, "not_host");
    patch(&host, json!({ "locked": false })).send(&bench.router).await.is_problem(403, "forbidden");
    let bob = Backend::of(&bench).await.token(BOB, &json!({ "join": true }));
    assert_eq!(patch(&bob, json!({ "locked": false })).send(&bench.router).await.json()["locked"], false);
    let back = post(&format!("{path}/host"), &bob, json!({ "userId": id })).send(&bench.router).await;
    assert_eq!(back.json()["hostId"], json!(id), "to an account");
    let nobody = post(&format!("{path}/host"), &host, json!({ "userId": "nobody" })).send(&bench.router).await;
    nobody.is_problem(404, "user_not_found");
    post(&format!("{path}/host"), &host, json!({ "userId": "a b" }))
        .send(&bench.router)
        .await
        .is_problem(422, "invalid_body");
}

#[tokio::test]
async fn nobody_learns_of_a_hidden_member_by_a_power_nor_by_one_that_they_use() {
    let bench = bench().await;
    let (room, host, _) = call(&bench).await;
    let hidden = Attributes::of_token(None).hiding();
    let mut members = bench.live.members.lock().expect("not poisoned").clone().expect("members");
    members[1].attributes = hidden;
    *bench.live.members.lock().expect("not poisoned") = Some(members);
    let of_bob = format!("/api/rooms/{room}/participants/auth0%7Cbob");
    let ban = |token: &str| post(&format!("{of_bob}/remove"), token, json!({ "ban": true })).send(&bench.router);
    assert_eq!(ban(&host).await.status, 204);
    let bans = Ask::get(&format!("/api/rooms/{room}/bans")).bearer(&host).send(&bench.router).await.json();
    assert_eq!(bans["bans"][0]["name"], "", "as of somebody who is not there");
    let backend = Backend::of(&bench).await;
    let supervisor = backend.token("sup", &json!({ "admin": true, "join": true, "hidden": true, "room": room }));
    let mute = post(&format!("{of_bob}/mute"), &supervisor, json!({ "kind": "audio" })).send(&bench.router).await;
    mute.is_problem(403, "forbidden");
}

/// Every power, by HTTP: method, path after the room, body.
fn powers() -> Vec<(&'static str, String, Value)> {
    let nobody = "00000000-0000-4000-8000-000000000000";
    vec![
        ("POST", "/participants/auth0%7Cbob/remove".to_owned(), Value::Null),
        ("POST", "/participants/auth0%7Cbob/mute".to_owned(), json!({ "kind": "audio" })),
        ("GET", "/bans".to_owned(), Value::Null),
        ("DELETE", "/bans".to_owned(), Value::Null),
        ("DELETE", "/bans/auth0%7Cbob".to_owned(), Value::Null),
        ("GET", "/waiting".to_owned(), Value::Null),
        ("POST", "/waiting".to_owned(), json!({ "admitAll": true })),
        ("POST", format!("/waiting/{nobody}"), json!({ "admit": true })),
        // To somebody who is not there: else it would be theirs.
        ("POST", "/host".to_owned(), json!({ "userId": nobody })),
    ]
}

#[tokio::test]
async fn only_the_host_and_administrators_have_powers_and_only_administrators_in_the_server_api() {
    let bench = super::bench_with(unlimited()).await;
    let (room, host, _) = call(&bench).await;
    let (stranger, _) = bench.signup("stranger").await;
    let backend = Backend::of(&bench).await;
    let elsewhere = "zzz-zzzz-zzz";
    let tokens = [
        (backend.token("adm", &json!({ "admin": true })), true, "-", "-"),
        (backend.token("adm", &json!({ "admin": true, "room": room })), true, "-", "-"),
        (backend.token("adm", &json!({ "admin": true, "room": elsewhere })), false, "forbidden", "forbidden"),
        (backend.token("ann", &json!({ "join": true, "create": true })), false, "not_host", "forbidden"),
        (backend.token("ann", &json!({ "join": true, "room": room })), false, "not_host", "forbidden"),
        (stranger, false, "not_host", "forbidden"),
        (host, true, "-", "forbidden"),
    ];
    for (token, may, code, server_code) in &tokens {
        for (method, path, body) in powers() {
            for (base, code) in [("/api", *code), ("/v1", *server_code)] {
                let ask = Ask::new(method, &format!("{base}/rooms/{room}{path}")).bearer(token);
                let answer = if body.is_null() { ask } else { ask.json(body.clone()) }.send(&bench.router).await;
                let what = format!("{method} {base} {path} as {token}");
                if code == "-" {
                    let is_absent = |code: &Value| [json!("waiting_gone"), json!("user_not_found")].contains(code);
                    let is_done = answer.status.is_success() || is_absent(&answer.json()["code"]);
                    assert!(*may && is_done, "{what}: {answer:?}");
                } else {
                    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (403, &json!(code)), "{what}");
                }
            }
        }
    }
}

fn knock(room: &str, name: &str) -> Ask {
    Ask::post(&format!("/api/rooms/{room}/guests")).json(json!({ "name": name }))
}

async fn asking_room(bench: &Bench) -> (String, String) {
    let (host, _) = bench.signup("host").await;
    let room = Ask::post("/api/rooms").bearer(&host).json(json!({ "guests": "ask" })).send(&bench.router).await.json();
    bench.live.commands();
    (room["roomId"].as_str().expect("an id").to_owned(), host)
}

async fn waits(bench: &Bench, room: &str, name: &str) -> String {
    let answer = knock(room, name).send(&bench.router).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["pollAfterMs"], 0);
    format!("/api/rooms/{room}/guests/{}", body["waiting"].as_str().expect("a secret"))
}

#[tokio::test]
async fn a_guest_waits_until_the_host_answers() {
    let bench = bench().await;
    let (room, host) = asking_room(&bench).await;
    let gus = waits(&bench, &room, " Gus ").await;
    let eve = waits(&bench, &room, "Eve").await;
    assert_eq!(bench.live.commands(), [format!("1 wait for {room}"), format!("2 wait for {room}")]);
    let list = || Ask::get(&format!("/api/rooms/{room}/waiting")).bearer(&host).send(&bench.router);
    let listed = list().await.json();
    let id = |name: &str| {
        let guest = listed.as_array().expect("a list").iter().find(|guest| guest["name"] == name);
        guest.expect("they wait")["id"].as_str().expect("an id").to_owned()
    };
    let answer = |id: String, admit: bool| {
        post(&format!("/api/rooms/{room}/waiting/{id}"), &host, json!({ "admit": admit })).send(&bench.router)
    };
    let asking = Ask::get(&gus).send(&bench.router);
    let ((), asked) = tokio::join!(async { assert_eq!(answer(id("Gus"), true).await.status, 204) }, asking);
    assert_eq!(asked.status, 200, "{asked:?}");
    let guest = asked.json();
    assert_eq!(guest["user"]["name"], "Gus");
    assert_eq!(Ask::get(&gus).send(&bench.router).await.json()["user"], guest["user"], "asked again");
    assert_eq!(answer(id("Eve"), false).await.status, 204);
    assert_eq!(answer(id("Eve"), false).await.status, 204, "repeated");
    answer(id("Eve"), true).await.is_problem(404, "waiting_gone");
    Ask::get(&eve).send(&bench.router).await.is_problem(403, "refused");
    assert_eq!(list().await.json(), json!([]));
    let token = guest["accessToken"].as_str().expect("a token");
    assert_eq!(Ask::get(&format!("/api/rooms/{room}")).bearer(token).send(&bench.router).await.status, 200);
    let renewed = knock(&room, "Gus").bearer(token).send(&bench.router).await;
    assert_eq!(
        (renewed.status.as_u16(), &renewed.json()["user"]["id"]),
        (201, &guest["user"]["id"]),
        "without waiting"
    );
}

#[tokio::test]
async fn who_gives_up_or_does_not_ask_is_forgotten_and_all_may_be_let_in() {
    let bench = bench().await;
    let (room, host) = asking_room(&bench).await;
    let gone = waits(&bench, &room, "Gone").await;
    for _ in 0..2 {
        assert_eq!(Ask::new("DELETE", &gone).send(&bench.router).await.status, 204);
    }
    Ask::get(&gone).send(&bench.router).await.is_problem(404, "waiting_gone");
    let late = waits(&bench, &room, "Late").await;
    bench.now.fetch_add(31, std::sync::atomic::Ordering::SeqCst);
    Ask::get(&late).send(&bench.router).await.is_problem(404, "waiting_gone");
    let both = [waits(&bench, &room, "A").await, waits(&bench, &room, "B").await];
    let all = post(&format!("/api/rooms/{room}/waiting"), &host, json!({ "admitAll": true }));
    assert_eq!(all.send(&bench.router).await.status, 204);
    for guest in &both {
        assert_eq!(Ask::get(guest).send(&bench.router).await.status, 200);
    }
    for wrong in ["x", &"x".repeat(43)] {
        let ask = Ask::get(&format!("/api/rooms/{room}/guests/{wrong}")).send(&bench.router).await;
        ask.is_problem(404, "waiting_gone");
    }
}

#[tokio::test]
async fn a_locked_room_lets_no_guest_wait_and_one_who_is_in_renews_unless_banned() {
    let bench = bench().await;
    let (room, host) = asking_room(&bench).await;
    let guest = waits(&bench, &room, "Gus").await;
    post(&format!("/api/rooms/{room}/waiting"), &host, json!({ "admitAll": true })).send(&bench.router).await;
    let guest = Ask::get(&guest).send(&bench.router).await.json();
    let token = guest["accessToken"].as_str().expect("a token");
    let lock = Ask::new("PATCH", &format!("/api/rooms/{room}")).bearer(&host).json(json!({ "locked": true }));
    assert_eq!(lock.send(&bench.router).await.status, 200);
    knock(&room, "Eve").send(&bench.router).await.is_problem(403, "room_locked");
    assert_eq!(knock(&room, "Gus").bearer(token).send(&bench.router).await.status, 201);
    let id = guest["user"]["id"].as_str().expect("an id");
    let ban = post(&format!("/api/rooms/{room}/participants/{id}/remove"), &host, json!({ "ban": true }));
    assert_eq!(ban.send(&bench.router).await.status, 204);
    knock(&room, "Gus").bearer(token).send(&bench.router).await.is_problem(403, "banned");
}

#[tokio::test]
async fn a_guest_does_not_wait_for_a_room_that_takes_none_any_more() {
    let bench = bench().await;
    let (room, host) = asking_room(&bench).await;
    for change in [json!({ "guests": "no" }), json!({ "guests": "ask", "active": false })] {
        let waiting = waits(&bench, &room, "Gus").await;
        let patch = |wish| Ask::new("PATCH", &format!("/api/rooms/{room}")).bearer(&host).json(wish);
        assert_eq!(patch(change.clone()).send(&bench.router).await.status, 200);
        Ask::get(&waiting).send(&bench.router).await.is_problem(403, "guests_not_allowed");
        Ask::get(&waiting).send(&bench.router).await.is_problem(404, "waiting_gone");
        let back = json!({ "guests": "ask", "active": true });
        assert_eq!(patch(back).send(&bench.router).await.status, 200);
        let list = Ask::get(&format!("/api/rooms/{room}/waiting")).bearer(&host).send(&bench.router).await;
        assert_eq!(list.json(), json!([]), "the host sees nobody who has been told: {change}");
    }
    let admitted = waits(&bench, &room, "Gus").await;
    post(&format!("/api/rooms/{room}/waiting"), &host, json!({ "admitAll": true })).send(&bench.router).await;
    assert_eq!(Ask::get(&admitted).send(&bench.router).await.status, 200);
    let none = Ask::new("PATCH", &format!("/api/rooms/{room}")).bearer(&host).json(json!({ "guests": "no" }));
    assert_eq!(none.send(&bench.router).await.status, 200);
    Ask::get(&admitted).send(&bench.router).await.is_problem(403, "guests_not_allowed");
    let ask = Ask::new("PATCH", &format!("/api/rooms/{room}")).bearer(&host).json(json!({ "guests": "ask" }));
    assert_eq!(ask.send(&bench.router).await.status, 200);
    let waiting = waits(&bench, &room, "Gus").await;
    assert_eq!(Ask::new("DELETE", &format!("/api/rooms/{room}")).bearer(&host).send(&bench.router).await.status, 204);
    let gone = Ask::get(&waiting).send(&bench.router).await;
    assert_eq!(gone.status, 404, "{gone:?}");
}

#[tokio::test]
async fn no_more_guests_wait_than_may() {
    let bench = super::bench_with(unlimited()).await;
    let (room, _) = asking_room(&bench).await;
    for number in 0..50 {
        waits(&bench, &room, &format!("G{number}")).await;
    }
    knock(&room, "Beyond").send(&bench.router).await.is_problem(409, "waiting_room_full");
}

fn unlimited() -> crate::http::Settings {
    let off = crate::net::rate::Rate { burst: 0, per: std::time::Duration::from_secs(1) };
    let rates = crate::http::rate::Limits {
        address: off,
        user: off,
        auth_address: off,
        ..crate::http::rate::Limits::default()
    };
    crate::http::Settings { rates, ..crate::http::Settings::default() }
}
