//! How a server ends: drained, told twice, killed; and how it refuses to begin.

use serde_json::json;

use super::{Program, program::SECRET};

pub(super) async fn draining_refuses_new_rooms_and_serves_those_it_has(on: Program) {
    let server = on.start(&[]).await;
    let mut events = server.client.listen().await;
    let ann = server.client.peer("r", "ann").await;
    let (_, producer) = ann.speaks().await;
    server.signal("TERM").await;
    while events.next_of("load").await["state"] != "draining" {}
    server.client.call("PUT", "/v1/rooms/new", None).await.refused(503, "draining");
    let health = server.client.call("GET", "/v1/health", None).await.done();
    assert_eq!((&health["ok"], &health["state"]), (&json!(true), &json!("draining")));
    let late = server.client.peer("r", "late").await;
    late.hears(&producer).await;
}

pub(super) async fn draining_ends_when_the_last_peer_is_gone(on: Program) {
    let server = on.start(&[]).await;
    let mut events = server.client.listen().await;
    let ann = server.client.peer("r", "ann").await;
    ann.speaks().await;
    server.signal("TERM").await;
    while events.next_of("load").await["state"] != "draining" {}
    ann.delete("").await.done();
    while events.next().await.is_some() {}
    assert_eq!(server.ended().await.0, Some(0));
}

pub(super) async fn draining_without_peers_ends_soon(on: Program) {
    let server = on.start(&[]).await;
    server.client.room("empty").await;
    server.signal("TERM").await;
    assert_eq!(server.ended().await.0, Some(0));
}

pub(super) async fn draining_ends_when_its_time_is_up(on: Program) {
    let server = on.start(&["--drain-for", "1s"]).await;
    server.client.peer("r", "ann").await.speaks().await;
    server.signal("INT").await;
    assert_eq!(server.ended().await.0, Some(0));
}

pub(super) async fn a_second_signal_ends_it_at_once(on: Program) {
    let server = on.start(&[]).await;
    let mut events = server.client.listen().await;
    server.client.peer("r", "ann").await.speaks().await;
    server.signal("TERM").await;
    while events.next_of("load").await["state"] != "draining" {}
    server.signal("TERM").await;
    assert_eq!(server.ended().await.0, Some(0));
}

pub(super) async fn a_killed_server_breaks_the_stream_and_comes_back_as_another_instance(on: Program) {
    let server = on.start(&[]).await;
    let mut events = server.client.listen().await;
    let first = events.next().await.expect("hello")["instance"].clone();
    server.client.peer("r", "ann").await.speaks().await;
    server.signal("KILL").await;
    while events.next().await.is_some() {}
    let again = on.start(&[]).await;
    let health = again.client.call("GET", "/v1/health", None).await.done();
    assert_ne!(health["instance"], first);
    assert_eq!(health["counts"]["rooms"], 0);
}

pub(super) async fn wrong_flags_are_refused_with_what_to_do(on: Program) {
    for (flags, secret, says) in [
        (&["--bind", "127.0.0.1:0"][..], None, "--secret-file"),
        (&["--bind", "127.0.0.1:0", "--secret-file", "/nowhere/secret"], None, "/nowhere/secret"),
        (&["--bind", "127.0.0.1:0"], Some("too short"), "openssl rand"),
        (&["--bind", "127.0.0.1:0", "--rtc-bind", "0.0.0.0:0"], Some(SECRET), "--announce"),
        (&["--bind", "127.0.0.1:0", "--rtc-bind", "127.0.0.1:0", "--announce", "a b"], Some(SECRET), "--announce"),
        (&["--bind", "nowhere"], Some(SECRET), "--bind"),
        (&["--peer-unconnected-for", "60"], Some(SECRET), "60s"),
        (&["--consumers-max", "0"], Some(SECRET), "--consumers-max"),
        (&["--log", "what=is=this"], Some(SECRET), "--log"),
        (&["health", "--bind", "127.0.0.1:1"], Some(SECRET), "127.0.0.1:1"),
        (&["--unknown"], Some(SECRET), "--unknown"),
    ] {
        let (code, text) = on.ends(flags, secret).await;
        assert!(code != 0 && text.contains(says), "{flags:?} ended with {code} and says:\n{text}");
        assert!(!text.contains("too short") && !text.contains(SECRET), "{text}");
    }
    let (code, text) = on.ends(&["--help"], None).await;
    assert!(code == 0 && text.contains("ALDIS_MEDIA_ANNOUNCE") && text.contains("--drain-for"), "{text}");
}
