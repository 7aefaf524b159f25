//! Rooms and ICE servers: permissions, and commands to the live rooms.

use actors::protocol::{Attributes, Member, SessionId};
use serde_json::json;

use super::{Ask, bench, bench_with};
use crate::{
    http::{Settings, rooms::Limits},
    rooms::NewRoom,
    storage::{Guests, Mode},
};

#[tokio::test]
async fn a_room_is_created_with_defaults_and_found_at_its_location() {
    let bench = bench().await;
    let (token, id) = bench.signup("ann").await;
    let answer = Ask::post("/api/rooms").bearer(&token).send(&bench.router).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let room = answer.json();
    let expected = json!({"roomId": room["roomId"], "hostId": id, "maxParticipants": 4, "seatWindowSeconds": 5, "mode": "mesh",
        "createdAt": "2027-01-15T08:00:00Z", "active": true, "name": "", "guests": "no", "locked": false});
    assert_eq!(room, expected);
    let (stranger, _) = bench.signup("bob").await;
    let found = Ask::get(answer.header("location")).bearer(&stranger).send(&bench.router).await.json();
    assert_eq!(found, expected, "who is in it is unknown now");
}

#[tokio::test]
async fn a_room_says_how_many_are_in_it_and_whether_one_of_them_is_oneself() {
    let bench = bench().await;
    let (token, id) = bench.signup("ann").await;
    let room = bench.room(&token).await;
    let member = |(order, user, connected): (u64, String, bool)| Member {
        user: user.parse().expect("an id"),
        name: "Someone".into(),
        session: SessionId::from_u128(order.into()),
        order,
        connected,
        attributes: Attributes::default(),
    };
    let look = async |members: Vec<(u64, String, bool)>| {
        let members = members.into_iter().map(member).collect();
        *bench.live.members.lock().expect("not poisoned") = Some(members);
        let found = Ask::get(&format!("/api/rooms/{room}")).bearer(&token).send(&bench.router).await.json();
        (found["participants"].clone(), found["joined"].clone())
    };
    let (own, other) = (id.to_string(), "auth0|bob".to_owned());
    assert_eq!(look(vec![]).await, (json!(0), json!(false)));
    assert_eq!(look(vec![(1, other.clone(), true)]).await, (json!(1), json!(false)));
    assert_eq!(look(vec![(1, other, true), (2, own.clone(), true)]).await, (json!(2), json!(true)));
    assert_eq!(
        look(vec![(2, own, false)]).await,
        (json!(1), json!(false)),
        "a seat that is kept is one's own to come back to"
    );
}

#[tokio::test]
async fn a_room_is_created_as_requested_within_the_limits() {
    let bench = bench().await;
    let (token, _) = bench.signup("ann").await;
    let wish = json!({"maxParticipants": 8, "seatWindowSeconds": 0, "mode": "mesh"});
    let room = Ask::post("/api/rooms").bearer(&token).json(wish).send(&bench.router).await.json();
    assert_eq!((&room["maxParticipants"], &room["seatWindowSeconds"]), (&json!(8), &json!(0)));
    let wish = json!({"maxParticipants": 101, "seatWindowSeconds": 121});
    let problem =
        Ask::post("/api/rooms").bearer(&token).json(wish).send(&bench.router).await.is_problem(422, "invalid_body");
    assert_eq!(
        problem["errors"],
        json!([{"field": "maxParticipants", "message": "is 101; it must be 1 to 100"}, {"field": "seatWindowSeconds", "message": "is 121; it must be 0 to 120"}])
    );
}

#[tokio::test]
async fn an_sfu_room_needs_a_media_service() {
    let without = bench().await;
    let (token, _) = without.signup("ann").await;
    let with = bench_with(with_media(Limits::default())).await;
    let (token_with, _) = with.signup("ann").await;
    for mode in ["sfu", "auto"] {
        let wish = || Ask::post("/api/rooms").json(json!({"mode": mode, "maxParticipants": 9}));
        let problem = wish().bearer(&token).send(&without.router).await.is_problem(422, "invalid_body");
        let why = format!("is `{mode}`, but no media server is configured; leave it out or write `mesh`");
        assert_eq!(problem["errors"], json!([{"field": "mode", "message": why}]));
        let made = wish().bearer(&token_with).send(&with.router).await.json();
        assert_eq!((&made["mode"], &made["maxParticipants"]), (&json!(mode), &json!(9)));
        let path = format!("/api/rooms/{}", made["roomId"].as_str().expect("an id"));
        assert_eq!(Ask::get(&path).bearer(&token_with).send(&with.router).await.json()["mode"], mode);
        let larger = Ask::new("PATCH", &path).json(json!({"maxParticipants": 100})).bearer(&token_with);
        assert_eq!(larger.send(&with.router).await.json()["maxParticipants"], 100);
    }
}

fn with_media(limits: Limits) -> Settings {
    Settings { rooms: Limits { sfu: true, ..limits }, ..Settings::default() }
}

#[tokio::test]
async fn the_settings_tell_how_many_a_room_with_a_media_server_is_for() {
    let ask = || Ask::get("/api/auth/settings");
    assert!(ask().send(&bench().await.router).await.json().get("sfuParticipantsMax").is_none());
    let with = bench_with(with_media(Limits { participants_max: 50, ..Limits::default() })).await;
    assert_eq!(ask().send(&with.router).await.json()["sfuParticipantsMax"], 50);
}

#[tokio::test]
async fn a_mesh_for_more_than_it_carries_is_refused_and_the_answer_names_the_other_mode() {
    let without = bench().await;
    let (token, _) = without.signup("ann").await;
    let wish = |many: u32, mode: &str| Ask::post("/api/rooms").json(json!({"maxParticipants": many, "mode": mode}));
    let problem = wish(9, "mesh").bearer(&token).send(&without.router).await.is_problem(422, "invalid_body");
    assert_eq!(problem["errors"][0]["field"], "maxParticipants");
    let message = problem["errors"][0]["message"].as_str().expect("a text");
    assert!(message.contains("is 9") && message.contains("1 to 8") && message.contains("no media server"), "{message}");
    let with = bench_with(with_media(Limits::default())).await;
    let (token, _) = with.signup("ann").await;
    let problem = wish(9, "mesh").bearer(&token).send(&with.router).await.is_problem(422, "invalid_body");
    let message = problem["errors"][0]["message"].as_str().expect("a text");
    assert!(message.ends_with("create a room of mode `sfu` or `auto` for more"), "{message}");
    assert_eq!(wish(100, "sfu").bearer(&token).send(&with.router).await.json()["maxParticipants"], 100);
}

#[tokio::test]
async fn a_larger_mesh_of_before_keeps_working_and_grows_no_more() {
    let bench = bench_with(with_media(Limits::default())).await;
    let (token, id) = bench.signup("ann").await;
    let before = NewRoom {
        host_id: id.into(),
        account: Some(id),
        max_participants: 12,
        seat_window_seconds: 5,
        mode: Mode::Mesh,
        name: String::new(),
        guests: Guests::No,
    };
    let room = bench.site.hosting.create(before, bench.site.accounts.clock().now()).await.expect("a room");
    let path = format!("/api/rooms/{}", room.room_id);
    let change = |wish| Ask::new("PATCH", &path).bearer(&token).json(wish);
    for wish in [json!({"name": "Choir"}), json!({"maxParticipants": 12}), json!({"maxParticipants": 10})] {
        assert_eq!(change(wish.clone()).send(&bench.router).await.status, 200, "{wish}");
    }
    change(json!({"maxParticipants": 11})).send(&bench.router).await.is_problem(422, "invalid_body");
    assert_eq!(Ask::get(&path).bearer(&token).send(&bench.router).await.json()["maxParticipants"], 10);
}

#[tokio::test]
async fn only_the_host_changes_a_room_and_the_live_room_is_notified() {
    let bench = bench().await;
    let ((host, _), (other, _)) = (bench.signup("ann").await, bench.signup("bob").await);
    let room = bench.room(&host).await;
    let patch = |token: &str, wish| Ask::new("PATCH", &format!("/api/rooms/{room}")).bearer(token).json(wish);
    patch(&other, json!({"active": false})).send(&bench.router).await.is_problem(403, "forbidden");
    assert!(bench.live.commands().is_empty());
    let changed = patch(&host, json!({"maxParticipants": 8, "seatWindowSeconds": 60})).send(&bench.router).await.json();
    assert_eq!(
        (&changed["maxParticipants"], &changed["seatWindowSeconds"], &changed["active"]),
        (&json!(8), &json!(60), &json!(true))
    );
    assert_eq!(bench.live.commands(), [format!("settings {room}")]);
    let closed = patch(&host, json!({"active": false})).send(&bench.router).await.json();
    assert_eq!((&closed["active"], &closed["maxParticipants"]), (&json!(false), &json!(8)));
    assert_eq!(bench.live.commands(), [format!("close {room}")]);
    let seen = Ask::get(&format!("/api/rooms/{room}")).bearer(&other).send(&bench.router).await.json();
    assert_eq!(seen["active"], false, "a change is seen at once");
}

#[tokio::test]
async fn only_the_host_deletes_a_room_and_its_members_are_disconnected() {
    let bench = bench().await;
    let ((host, _), (other, _)) = (bench.signup("ann").await, bench.signup("bob").await);
    let room = bench.room(&host).await;
    let path = format!("/api/rooms/{room}");
    Ask::new("DELETE", &path).bearer(&other).send(&bench.router).await.is_problem(403, "forbidden");
    let answer = Ask::new("DELETE", &path).bearer(&host).send(&bench.router).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    assert_eq!(bench.live.commands(), [format!("close {room}")]);
    for method in ["GET", "DELETE"] {
        Ask::new(method, &path).bearer(&host).send(&bench.router).await.is_problem(404, "room_not_found");
    }
    Ask::new("PATCH", &path).bearer(&host).json(json!({})).send(&bench.router).await.is_problem(404, "room_not_found");
}

#[tokio::test]
async fn own_rooms_are_listed_newest_first_in_pages() {
    let bench = bench().await;
    let ((host, _), (other, _)) = (bench.signup("ann").await, bench.signup("bob").await);
    bench.room(&other).await;
    let mut rooms = Vec::new();
    for _ in 0..5 {
        bench.now.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        rooms.insert(0, bench.room(&host).await);
    }
    let (mut seen, mut path) = (Vec::new(), "/api/rooms?limit=2".to_owned());
    loop {
        let page = Ask::get(&path).bearer(&host).send(&bench.router).await.json();
        let ids = page["rooms"]
            .as_array()
            .expect("rooms")
            .iter()
            .map(|room| room["roomId"].as_str().expect("an id").to_owned());
        seen.extend(ids);
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/api/rooms?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, rooms);
    let all = Ask::get("/api/rooms").bearer(&host).send(&bench.router).await.json();
    assert_eq!((all["rooms"].as_array().map(Vec::len), all.get("nextCursor")), (Some(5), None));
}

#[tokio::test]
async fn the_number_of_rooms_per_host_is_limited() {
    let bench =
        bench_with(Settings { rooms: Limits { per_host_max: 2, ..Limits::default() }, ..Settings::default() }).await;
    let (token, _) = bench.signup("ann").await;
    bench.room(&token).await;
    bench.room(&token).await;
    Ask::post("/api/rooms").bearer(&token).send(&bench.router).await.is_problem(409, "too_many_rooms");
}

#[tokio::test]
async fn ice_servers_have_credentials_ten_times_an_hour() {
    let bench = bench().await;
    let ((token, id), (other, _)) = (bench.signup("ann").await, bench.signup("bob").await);
    let ask = |token: &str| Ask::get("/api/ice-servers").bearer(token);
    for _ in 0..10 {
        let answer = ask(&token).send(&bench.router).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
        let body = answer.json();
        assert_eq!(body["ttlSeconds"], 3600);
        assert_eq!(body["iceServers"][0], json!({"urls": ["stun:stun.example.org"]}));
        assert_eq!(body["iceServers"][1]["username"], format!("1800003600:{id}"));
        assert!(body["iceServers"][1]["credential"].as_str().is_some_and(|credential| credential.len() == 28));
    }
    let refused = ask(&token).send(&bench.router).await;
    refused.is_problem(429, "rate_limited");
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((300..=360).contains(&wait), "a tenth of an hour: {wait}");
    assert_eq!(ask(&other).send(&bench.router).await.status, 200);
}
