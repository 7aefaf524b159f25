//! What members' programs report of their media.

use std::{sync::Arc, time::Duration};

use actors::{
    ledger::{At, Join, Joined, Ledger as _},
    protocol::{Attributes, Member, NodeId, RoomId, SessionId, UserId},
};
use serde_json::{Value, json};

use super::{
    Ask, Bench, bench,
    operators::{TOKEN, at, operators},
};
use crate::http::{Site, admin_router, router};

/// This user sits down in the room.
async fn joins(bench: &Bench, room: &str, user: &str) {
    let (room, user): (RoomId, UserId) = (room.parse().expect("an id"), user.parse().expect("an id"));
    let (node, session, window) = (NodeId::new("a"), SessionId::random(), Duration::from_secs(5));
    let join = Join {
        user,
        name: "Ann".into(),
        session,
        secret: 1,
        max: 2.into(),
        window,
        revision: 1,
        attributes: Attributes::default(),
    };
    let joined = bench.ledger.join(At { room, node: &node, epoch: 0 }, join).await;
    assert!(matches!(joined, Ok(Joined::Seated { .. })), "{joined:?}");
}

fn failed() -> Value {
    json!({
        "media": [{
            "userId": "auth0|5f7c", "state": "failed", "trouble": "no_path", "seconds": 30, "rttMs": null,
            "local": { "type": "relay", "protocol": "udp", "family": "ipv4" }, "remote": { "type": "host" },
        }],
        "devices": [{ "device": "camera", "trouble": "busy" }],
    })
}

#[tokio::test]
async fn reports_of_members_are_in_the_rooms_timeline() {
    let bench = bench().await;
    let (token, id) = bench.signup("ann").await;
    let room = bench.room(&token).await;
    let path = format!("/api/rooms/{room}/reports");
    let report = |token: &str, body: Value| Ask::post(&path).bearer(token).json(body).send(&bench.router);
    report(&token, failed()).await.is_problem(403, "forbidden");
    joins(&bench, &room, &id.to_string()).await;
    assert_eq!(report(&token, failed()).await.status, 204);
    let (stranger, _) = bench.signup("bob").await;
    report(&stranger, failed()).await.is_problem(403, "forbidden");
    Ask::post(&path).json(failed()).send(&bench.router).await.is_problem(401, "auth_required");

    let door = admin_router(Arc::clone(&bench.site), Arc::new(String::new), operators(false));
    let timeline = at(Ask::get(&format!("/internal/rooms/{room}/timeline"))).bearer(TOKEN).send(&door).await.json();
    let events = timeline["events"].as_array().expect("events");
    let of = |kind: &str| events.iter().find(|event| event["type"] == kind).expect(kind)["data"].clone();
    let expected = json!({
        "roomId": room, "userId": id, "peerId": "auth0|5f7c", "trouble": "no_path", "local": "relay udp ipv4",
        "remote": "host", "seconds": 30,
    });
    assert_eq!(of("media.failed"), expected);
    let through = json!({ "media": [{ "direction": "recv", "state": "recovered", "lostPerMille": 4, "seconds": 3 }] });
    assert_eq!(report(&token, through).await.status, 204);
    let timeline = at(Ask::get(&format!("/internal/rooms/{room}/timeline"))).bearer(TOKEN).send(&door).await.json();
    let recovered =
        timeline["events"].as_array().expect("events").iter().find(|each| each["type"] == "media.recovered");
    let expected = json!({ "roomId": room, "userId": id, "direction": "recv", "lostPerMille": 4, "seconds": 3 });
    assert_eq!(recovered.expect("it is noted")["data"], expected);
    assert_eq!(of("device.failed"), json!({ "roomId": room, "userId": id, "device": "camera", "trouble": "busy" }));
}

#[tokio::test]
async fn without_timelines_only_reports_of_who_is_in_the_room_are_counted() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let (_recording, handle) = (::metrics::set_default_local_recorder(&recorder), recorder.handle());
    let bench = bench().await;
    let (token, id) = bench.signup("ann").await;
    let room = bench.room(&token).await;
    let Bench { site, router: before, live, _folder, .. } = bench;
    drop(before);
    let site = Site { events: None, ..Arc::into_inner(site).expect("nobody else has it") };
    let router = router(Arc::new(site));
    let report = || Ask::post(&format!("/api/rooms/{room}/reports")).bearer(&token).json(failed()).send(&router);
    let is_counted = || handle.render().contains("aldis_media_reports_total{");
    for members in [None, Some(vec![])] {
        *live.members.lock().expect("not poisoned") = members;
        assert_eq!(report().await.status, 204, "nobody knows whether she was there");
        assert!(!is_counted());
    }
    let ann = Member {
        user: UserId::from_u128(id.as_u128()),
        name: "Ann".into(),
        session: SessionId::random(),
        order: 1,
        connected: true,
        attributes: Attributes::default(),
    };
    *live.members.lock().expect("not poisoned") = Some(vec![ann]);
    assert_eq!(report().await.status, 204);
    assert!(is_counted(), "{}", handle.render());
}

#[tokio::test]
async fn reports_are_checked_and_bounded() {
    let bench = bench().await;
    let (token, id) = bench.signup("ann").await;
    let room = bench.room(&token).await;
    joins(&bench, &room, &id.to_string()).await;
    let report = |room: &str, body: Value| {
        Ask::post(&format!("/api/rooms/{room}/reports")).bearer(&token).json(body).send(&bench.router)
    };
    let one = |field: &str, value: Value| {
        let mut media = json!({ "userId": "u", "state": "connected" });
        media[field] = value;
        json!({ "media": [media] })
    };
    let address = json!({ "type": "host", "address": "192.0.2.7" });
    let many = json!({ "media": vec![json!({ "userId": "u", "state": "ended" }); 17] });
    for (wrong, field) in [
        (json!({}), "media"),
        (one("state", json!("sad")), "media[0].state"),
        (one("local", address), "media[0].local"),
        (one("lostPerMille", json!(1001)), "media[0].lostPerMille"),
        (one("rttMs", json!(600_001)), "media[0].rttMs"),
        (one("sdp", json!("v=0")), "media[0]"),
        (one("direction", json!("send")), "media[0].userId"),
        (one("direction", json!("up")), "media[0].direction"),
        (json!({ "media": [{ "state": "ended" }] }), "media[0].userId"),
        (many, "media"),
        (json!({ "devices": [{ "device": "nose", "trouble": "busy" }] }), "devices[0].device"),
    ] {
        let problem = report(&room, wrong.clone()).await.is_problem(422, "invalid_body");
        let named = problem["errors"][0]["field"].as_str().expect("a field");
        assert!(named.starts_with(field), "{wrong}: {problem}");
    }
    report("zzz-zzzz-zzz", failed()).await.is_problem(404, "room_not_found");
    let some = |count: usize| json!({ "media": vec![json!({ "userId": "u", "state": "ended" }); count] });
    for count in [16, 16, 14] {
        assert_eq!(report(&room, some(count)).await.status, 204);
    }
    report(&room, some(3)).await.is_problem(429, "rate_limited");
    assert_eq!(report(&room, some(2)).await.status, 204, "what was refused has taken nothing");
}
