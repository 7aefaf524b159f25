//! Every operation that asks for a token × every grant: refused exactly where the table of grants says so.

use std::time::Duration;

use actors::{
    ports::{Action, Grants, grants::decide},
    protocol::{Attributes, Member, RoomId, SessionId},
};
use serde_json::json;

use super::{Answer, Ask, Bench, api_keys::Backend, bench_with, documents::operations};
use crate::http::{
    Settings, openapi,
    rate::{Limits, Rate},
};

const CLAIMS: &str = include_str!("../../../actors/src/ports/grants/claims.txt");
/// Somebody who is in no room, and a guest who waits nowhere.
const NOBODY: &str = "nobody";
const NO_GUEST: &str = "0f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210";

/// What an operation asks of the grants.
#[derive(Clone, Copy)]
enum Asks {
    Is(Action),
    /// This, of the room in its path.
    Of(fn(RoomId) -> Action),
    /// What its host may do, and whoever administers it.
    Host,
    /// To administer both rooms.
    Both,
}

use Asks::{Both, Host, Is, Of};

const ADMIN: Asks = Of(Action::AdministerRoom);
const ACCOUNT: Asks = Is(Action::UseAccount);

/// Each operation that asks for a token, what it asks for, and a body that it takes; `ROOM` stands for the other room.
const ROWS: &[(&str, Asks, &str)] = &[
    ("DELETE /api/account/sessions", ACCOUNT, ""),
    ("DELETE /api/account/sessions/{sessionId}", ACCOUNT, ""),
    ("DELETE /api/rooms/{roomId}", Host, ""),
    ("DELETE /api/rooms/{roomId}/bans", Host, ""),
    ("DELETE /api/rooms/{roomId}/bans/{userId}", Host, ""),
    ("DELETE /api/rooms/{roomId}/messages/{messageId}", Of(Action::HostRoom), ""),
    ("DELETE /v1/rooms/{roomId}", ADMIN, ""),
    ("DELETE /v1/rooms/{roomId}/bans", ADMIN, ""),
    ("DELETE /v1/rooms/{roomId}/bans/{userId}", ADMIN, ""),
    ("DELETE /v1/rooms/{roomId}/participants/{userId}", ADMIN, ""),
    ("DELETE /v1/users/{userId}/sessions", Is(Action::AdministerAll), ""),
    ("GET /api/account/export", ACCOUNT, ""),
    ("GET /api/account/sessions", ACCOUNT, ""),
    ("GET /api/auth/me", ACCOUNT, ""),
    ("GET /api/ice-servers", Is(Action::UseIceServers), ""),
    ("GET /api/rooms", Is(Action::ListOwnRooms), ""),
    ("GET /api/rooms/{roomId}", Of(Action::ReadRoom), ""),
    ("GET /api/rooms/{roomId}/bans", Host, ""),
    ("GET /api/rooms/{roomId}/messages", Of(Action::ReadRoom), ""),
    ("GET /api/rooms/{roomId}/waiting", Host, ""),
    ("GET /v1/rooms", Is(Action::AdministerAll), ""),
    ("GET /v1/rooms/{roomId}", ADMIN, ""),
    ("GET /v1/rooms/{roomId}/bans", ADMIN, ""),
    ("GET /v1/rooms/{roomId}/participants", ADMIN, ""),
    ("GET /v1/rooms/{roomId}/timeline", ADMIN, ""),
    ("GET /v1/rooms/{roomId}/waiting", ADMIN, ""),
    ("PATCH /api/rooms/{roomId}", Host, r#"{"name":"Ours"}"#),
    ("PATCH /v1/rooms/{roomId}", ADMIN, r#"{"name":"Ours"}"#),
    ("POST /api/account/delete", ACCOUNT, r#"{"password":"correct horse"}"#),
    ("POST /api/account/password", ACCOUNT, r#"{"password":"correct horse","newPassword":"another horse"}"#),
    ("POST /api/rooms", Is(Action::CreateRoom), "{}"),
    ("POST /api/rooms/{roomId}/host", Host, r#"{"userId":"nobody"}"#),
    ("POST /api/rooms/{roomId}/participants/{userId}/mute", Host, r#"{"kind":"audio"}"#),
    ("POST /api/rooms/{roomId}/participants/{userId}/remove", Host, "{}"),
    ("POST /api/rooms/{roomId}/reports", Of(Action::Join), r#"{"devices":[{"device":"camera","trouble":"busy"}]}"#),
    ("POST /api/rooms/{roomId}/waiting", Host, r#"{"admitAll":true}"#),
    ("POST /api/rooms/{roomId}/waiting/{guestId}", Host, r#"{"admit":true}"#),
    ("POST /v1/rooms", Is(Action::AdministerAll), "{}"),
    ("POST /v1/rooms/{roomId}/close", ADMIN, ""),
    ("POST /v1/rooms/{roomId}/host", ADMIN, r#"{"userId":"nobody"}"#),
    ("POST /v1/rooms/{roomId}/messages", ADMIN, r#"{"topic":"news","data":1}"#),
    ("POST /v1/rooms/{roomId}/participants/{userId}/move", Both, r#"{"to":"ROOM"}"#),
    ("POST /v1/rooms/{roomId}/participants/{userId}/mute", ADMIN, r#"{"kind":"audio"}"#),
    ("POST /v1/rooms/{roomId}/participants/{userId}/remove", ADMIN, "{}"),
    ("POST /v1/rooms/{roomId}/waiting", ADMIN, r#"{"admitAll":true}"#),
    ("POST /v1/rooms/{roomId}/waiting/{guestId}", ADMIN, r#"{"admit":true}"#),
];

impl Asks {
    /// Whether these grants suffice for this room, whose host they may be, and the other one.
    fn allow(self, grants: Option<&Grants>, (room, other): (RoomId, RoomId), is_host: bool) -> bool {
        let may = |action| decide(grants, action).is_ok();
        match self {
            Is(action) => may(action),
            Of(action) => may(action(room)),
            Host => may(Action::AdministerRoom(room)) || (is_host && may(Action::HostRoom(room))),
            Both => may(Action::AdministerRoom(room)) && may(Action::AdministerRoom(other)),
        }
    }
}

#[test]
fn every_operation_that_asks_for_a_token_has_a_row() {
    let document = openapi(&Settings::default());
    let mut asking: Vec<_> = operations(&document)
        .into_iter()
        .filter(|(_, it)| it.get("security").is_some())
        .map(|(route, _)| route)
        .collect();
    asking.sort();
    assert_eq!(asking, ROWS.iter().map(|(route, ..)| *route).collect::<Vec<_>>(), "say in ROWS what it asks for");
}

/// A site that answers any number of requests.
async fn tireless() -> Bench {
    let often = Rate { burst: 1_000_000, per: Duration::from_secs(1) };
    bench_with(Settings { rates: Limits { address: often, user: often, ..Limits::default() }, ..Settings::default() })
        .await
}

/// Two new rooms of this host.
async fn two_rooms(bench: &Bench, admin: &str, host: &str) -> (RoomId, RoomId) {
    let made = async || {
        let made = Ask::post("/v1/rooms").bearer(admin).json(json!({ "hostId": host })).send(&bench.router).await;
        made.json()["roomId"].as_str().expect("a room").parse().expect("an id")
    };
    (made().await, made().await)
}

/// Sends an operation about this room.
async fn ask(bench: &Bench, (route, body): (&str, &str), (room, other): (RoomId, RoomId), token: &str) -> Answer {
    let (method, path) = route.split_once(' ').expect("a method");
    let path = path.replace("{roomId}", &room.to_string()).replace("{guestId}", NO_GUEST);
    let path =
        path.split('/').map(|part| if part.starts_with('{') { NOBODY } else { part }).collect::<Vec<_>>().join("/");
    let ask = Ask::new(method, &path).bearer(token);
    let ask = if body.is_empty() { ask } else { ask.text(body.replace("ROOM", &other.to_string())) };
    ask.send(&bench.router).await
}

/// That whoever is called `user` is in every room.
fn attends(bench: &Bench, user: &str) {
    let member = Member {
        user: user.parse().expect("an id"),
        name: "Ann".into(),
        session: SessionId::from_u128(1),
        order: 1,
        connected: true,
        attributes: Attributes::default(),
    };
    *bench.live.members.lock().expect("not poisoned") = Some(vec![member]);
}

/// Whether whoever it concerns is told by whom, which nobody does who hides.
fn shows(route: &str) -> bool {
    route.ends_with("/mute")
}

/// Whether the rooms that it was about are others afterwards, where it was allowed.
fn spoils(route: &str) -> bool {
    (route.starts_with("DELETE") && route.ends_with("/{roomId}")) || route.ends_with("/close")
}

/// All operations with a token of these grants, in its room and in another one, as their host and not.
async fn walk(bench: &Bench, backend: &Backend, (user, claim): (&str, &str)) {
    let admin = backend.token("backend", &json!({ "admin": true }));
    attends(bench, user);
    for host in [user, "somebody"] {
        let (mut ours, mut another) = two_rooms(bench, &admin, host).await;
        for (route, asks, body) in ROWS {
            let grants: Grants =
                serde_json::from_str(&claim.replace("aaa-aaaa-aaa", &ours.to_string())).expect("grants");
            let token = backend.token(user, &serde_json::to_value(&grants).expect("JSON"));
            for rooms in [(another, ours), (ours, another)] {
                let answer = ask(bench, (route, body), rooms, &token).await;
                let allowed = asks.allow(Some(&grants), rooms, host == user) && !(grants.hidden && shows(route));
                let what = format!("{route} in {} of {host} with {grants:?}: {answer:?}", rooms.0);
                assert_eq!(answer.status == 403, !allowed, "{what}");
                assert!(![400, 401, 422, 429].contains(&answer.status.as_u16()), "{what}");
                // Whoever does not host it is told so by a code of its own, where they would have to.
                let code = || answer.json()["code"].clone();
                let is_hosts = matches!(asks, Host) && host != user;
                assert!(allowed || code() == "forbidden" || (is_hosts && code() == "not_host"), "{what}");
            }
            if spoils(route) {
                (ours, another) = two_rooms(bench, &admin, host).await;
            }
        }
    }
}

#[tokio::test]
async fn every_operation_is_refused_where_the_table_of_grants_says_so() {
    let bench = tireless().await;
    let backend = Backend::of(&bench).await;
    for (number, claim) in CLAIMS.lines().enumerate() {
        walk(&bench, &backend, (&format!("user-{number}"), claim)).await;
    }
}

/// The owner of an account, whose own rooms are theirs and others' are not.
#[tokio::test]
async fn an_accounts_own_token_administers_nothing() {
    let bench = tireless().await;
    let backend = Backend::of(&bench).await;
    let admin = backend.token("backend", &json!({ "admin": true }));
    let (token, id) = bench.signup("ann").await;
    let id = id.to_string();
    attends(&bench, &id);
    for (route, asks, body) in ROWS.iter().filter(|(_, asks, _)| !matches!(asks, Is(Action::UseAccount))) {
        for host in [id.as_str(), "somebody"] {
            let rooms = two_rooms(&bench, &admin, host).await;
            let answer = ask(&bench, (route, body), rooms, &token).await;
            let allowed = asks.allow(None, rooms, host == id);
            assert_eq!(answer.status == 403, !allowed, "{route} in a room of {host}: {answer:?}");
        }
    }
}
