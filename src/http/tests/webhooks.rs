//! What happened in a room, for backends and operators; and webhooks that were given up.

use std::sync::Arc;

use actors::{
    ledger::{At, Join, Joined, Ledger as _},
    protocol::{Attributes, LeaveReason, NodeId, RoomId, SessionId, UserId},
};
use jiff::Timestamp;
use serde_json::json;

use super::{
    Ask, Bench,
    api_keys::{Backend, SUB},
    bench,
    operators::{TOKEN, at, operators},
};
use crate::{http::admin_router, storage::NewWebhook};

/// Ann comes to the room, and goes.
async fn visit(bench: &Bench, room: RoomId) {
    let node = NodeId::new("a");
    let at = At { room, node: &node, epoch: 0 };
    let (user, session) = (UserId::from_u128(9), SessionId::random());
    let join = Join {
        user,
        name: "Ann".into(),
        session,
        secret: 1,
        max: 2.into(),
        window: std::time::Duration::from_secs(5),
        attributes: Attributes::default(),
        revision: 1,
    };
    let Ok(Joined::Seated { seat, .. }) = bench.ledger.join(at, join).await else { panic!("a seat") };
    bench.ledger.leave(at, seat, LeaveReason::Left).await.expect("memory answers");
}

#[tokio::test]
async fn a_backend_reads_what_happened_in_a_room() {
    let bench = bench().await;
    let backend = Backend::of(&bench).await;
    let token = backend.token(SUB, &json!({ "admin": true }));
    let made = Ask::post("/v1/rooms").bearer(&token).json(json!({})).send(&bench.router).await.json();
    let room = made["roomId"].as_str().expect("an id").to_owned();
    let path = format!("/v1/rooms/{room}/timeline");
    assert_eq!(Ask::get(&path).bearer(&token).send(&bench.router).await.json(), json!({ "events": [] }));
    visit(&bench, room.parse().expect("an id")).await;
    let timeline = Ask::get(&path).bearer(&token).send(&bench.router).await.json();
    let events = timeline["events"].as_array().expect("events");
    let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().expect("a type")).collect();
    assert_eq!(kinds, ["room.started", "participant.joined", "participant.left", "room.ended"]);
    assert_eq!((&events[1]["data"]["name"], &events[2]["data"]["reason"]), (&json!("Ann"), &json!("left")));
    let joiner = backend.token(SUB, &json!({ "join": true, "room": room }));
    Ask::get(&path).bearer(&joiner).send(&bench.router).await.is_problem(403, "forbidden");
    Ask::get(&path).send(&bench.router).await.is_problem(401, "auth_required");
    let nowhere = Ask::get("/v1/rooms/zzz-zzzz-zzz/timeline").bearer(&token).send(&bench.router).await;
    nowhere.is_problem(404, "room_not_found");
}

#[tokio::test]
async fn operators_see_timelines_and_webhooks_that_were_given_up_and_send_them_again() {
    let bench = bench().await;
    let door = admin_router(Arc::clone(&bench.site), Arc::new(String::new), operators(false));
    let ask = async |method: &str, path: &str| at(Ask::new(method, path).bearer(TOKEN)).send(&door).await;
    let room: RoomId = "abc-defg-hij".parse().expect("an id");
    visit(&bench, room).await;
    let timeline = ask("GET", "/internal/rooms/abc-defg-hij/timeline").await.json();
    assert_eq!(timeline["events"].as_array().map(Vec::len), Some(4), "also of a room that was deleted");
    let now = Timestamp::now();
    let body = json!({ "type": "room.started" }).to_string();
    let events = [1, 2].map(|number| NewWebhook { life: 7, number, body: body.clone() });
    bench.store.queue_webhooks(room, &events, now).await.expect("queued");
    let first = bench.store.due_webhooks(now, 9).await.expect("an answer").remove(0);
    bench.store.webhook_given_up(&first, "refused", now).await.expect("an answer");
    let list = ask("GET", "/internal/webhooks").await.json();
    assert_eq!((&list["queued"], &list["dead"]), (&json!(1), &json!(1)));
    let dead = &list["webhooks"][0];
    assert_eq!((&dead["id"], &dead["failure"]), (&json!("msg_abc-defg-hij_7_1"), &json!("refused")));
    assert_eq!(dead["body"]["type"], "room.started");
    assert_eq!(&ask("GET", "/internal/webhooks/msg_abc-defg-hij_7_1").await.json(), dead);
    ask("POST", "/internal/webhooks/msg_abc-defg-hij_7_2/retry").await.is_problem(409, "webhook_waits");
    for unknown in ["msg_abc-defg-hij_7_3", "msg_zzz-zzzz-zzz_7_1", "rubbish"] {
        ask("GET", &format!("/internal/webhooks/{unknown}")).await.is_problem(404, "webhook_not_found");
    }
    assert_eq!(ask("POST", "/internal/webhooks/msg_abc-defg-hij_7_1/retry").await.status, 204);
    let again = bench.store.due_webhooks(Timestamp::now(), 9).await.expect("an answer").remove(0);
    bench.store.webhook_given_up(&again, "refused", now).await.expect("an answer");
    assert_eq!(ask("POST", "/internal/webhooks/retry").await.json(), json!({ "retried": 1 }));
    assert_eq!(ask("GET", "/internal/webhooks").await.json()["dead"], 0);
    Ask::get("/internal/webhooks").send(&bench.router).await.is_problem(404, "not_found");
}
