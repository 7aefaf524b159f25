//! Who may ask, and what nobody is told.

use super::{Program, program::SECRET};

pub(super) async fn without_the_secret_nothing_is_answered(on: Program) {
    let server = on.start(&[]).await;
    for secret in
        ["", "another secret of the suite", "a secret of the contract suit", "a secret of the contract suite2"]
    {
        let stranger = server.client.with_secret(secret);
        for (method, path) in [
            ("PUT", "/v1/rooms/r"),
            ("GET", "/v1/rooms/r"),
            ("DELETE", "/v1/rooms/r/peers/ann"),
            ("POST", "/v1/rooms/r/peers/ann/transports"),
            ("GET", "/v1/events"),
            ("GET", "/v1/health"),
            ("GET", "/metrics"),
        ] {
            let got = stranger.call(method, path, None).await;
            got.refused(401, "unauthorized");
            assert_eq!(got.headers["www-authenticate"], "Bearer");
        }
        assert_eq!(stranger.call("GET", "/openapi.json", None).await.status, 200);
    }
    let basic =
        server.client.with_secret("").request("GET", "/v1/health").header("authorization", format!("Basic {SECRET}"));
    server.client.send(basic).await.refused(401, "unauthorized");
    assert_eq!(server.client.counts().await["rooms"], 0);
}

pub(super) async fn the_secret_is_in_no_log(on: Program) {
    let server = on.start(&["--log", "trace"]).await;
    server.client.peer("r", "ann").await.speaks().await;
    server
        .client
        .with_secret("another secret of the suite")
        .call("GET", "/v1/health", None)
        .await
        .refused(401, "unauthorized");
    server.client.call("DELETE", "/v1/rooms/r", None).await.done();
    server.signal("TERM").await;
    let (_, log) = server.ended().await;
    assert!(log.contains("serving"), "{log}");
    for secret in [SECRET, "another secret of the suite"] {
        assert!(!log.contains(secret));
    }
}

pub(super) async fn metrics_count_and_tell_no_secret(on: Program) {
    let server = on.start(&[]).await;
    let mut events = server.client.listen().await;
    server.client.peer("a-room-of-somebody", "ann").await.speaks().await;
    server.client.call("GET", "/v1/rooms/none", None).await.refused(404, "not_found");
    let load = events.next_of("load").await;
    assert_eq!(load["state"], "ready");
    let text = loop {
        events.next_of("load").await;
        let text = server.client.call("GET", "/metrics", None).await.text;
        if text.contains("sfu_producers 1") {
            break text;
        }
    };
    for line in [
        "sfu_rooms 1",
        "sfu_peers 1",
        "sfu_transports 1",
        "sfu_consumers 0",
        "sfu_consumers_max 400",
        "sfu_draining 0",
        "sfu_event_streams 1",
        "sfu_requests_total{call=\"produce\",status=\"200\"} 1",
        "sfu_requests_total{call=\"show_room\",status=\"404\"} 1",
    ] {
        assert!(text.lines().any(|had| had == line), "{line} in\n{text}");
    }
    assert!(!text.contains("somebody") && !text.contains("ann"), "no names as labels");
}
