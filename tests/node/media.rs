//! A node with a media server: what operators see of it, what `config check` finds, and which rooms there may be.

use std::fs;

use media_server::{limits::Limits, stub::Stub};
use serde_json::{Value, json};

use crate::process::{Node, PATIENCE};

const SECRET: &str = "a-canary-secret-of-these-tests";

async fn stub() -> Stub {
    Stub::start(SECRET, Limits::default()).await.expect("a stub")
}

fn setting(stub: &Stub) -> String {
    format!("media.servers=mediasoup+{}", stub.url())
}

/// Looks at something of the node's operators' listener until it is so.
async fn until(node: &Node, path: &str, is: impl Fn(&str) -> bool) -> String {
    let begun = std::time::Instant::now();
    let mut look = tokio::time::interval(std::time::Duration::from_millis(50));
    loop {
        let seen = node.get(&node.admin, path).await.1;
        if is(&seen) {
            return seen;
        }
        assert!(begun.elapsed() < PATIENCE, "{path} stays {seen}\n{}", node.log());
        look.tick().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_media_server_is_heard_and_its_loss_is_shown_while_the_node_stays_ready() {
    let stub = stub().await;
    let secret = format!("media.secret={SECRET}");
    let node = Node::start(&["--set", &setting(&stub), "--set", &secret]).await;
    let shown = |health: &str| serde_json::from_str::<Value>(health).expect("JSON")["checks"]["media"]["ok"].clone();
    until(&node, "/health", |health| shown(health) == true).await;
    let name = stub.url().trim_start_matches("http://").to_owned();
    let up = |value: u8| format!("aldis_media_server_up{{server=\"{name}\"}} {value}\n");
    let metrics = until(&node, "/metrics", |metrics| metrics.contains(&up(1))).await;
    assert!(metrics.contains(&format!("aldis_media_breaker{{server=\"{name}\"}} 0\n")), "{metrics}");
    let token = fs::read_to_string(node.data("admin.token")).expect("a token");
    let inside = reqwest::Client::new().get(format!("http://{}/internal/media", node.admin)).bearer_auth(token.trim());
    let inside: Value = inside.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(inside["servers"][0]["server"], name);
    assert_eq!(inside["servers"][0]["instance"], stub.instance());
    assert_eq!(inside["servers"][0]["breaker"], "closed");

    drop(stub);
    let health = until(&node, "/health", |health| shown(health) == false).await;
    assert!(health.contains("1 of 1 media servers are away"), "{health}");
    assert_eq!(node.get(&node.admin, "/health/ready").await.0, 200, "it carries all other rooms");
    let metrics = until(&node, "/metrics", |metrics| metrics.contains(&up(0))).await;
    assert!(metrics.contains(&format!("aldis_media_breaker{{server=\"{name}\"}} 2\n")), "{metrics}");

    node.signal("-TERM");
    let (status, log) = node.ended().await;
    assert!(status.success(), "{log}");
    assert!(log.contains("the media server is lost") && !log.contains("panicked"), "{log}");
    assert!(!log.contains("canary"), "{log}");
}

#[tokio::test]
async fn a_mesh_is_limited_and_the_answer_says_how_to_have_more() {
    let stub = stub().await;
    let secret = format!("media.secret={SECRET}");
    let node = Node::start(&["--set", &setting(&stub), "--set", &secret]).await;
    let ann = node.sign_up("ann").await;
    let create = async |body: Value| {
        let url = format!("http://{}/api/rooms", node.http);
        let answer = reqwest::Client::new().post(url).bearer_auth(&ann).json(&body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let (status, problem) = create(json!({ "maxParticipants": 9 })).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("maxParticipants")), "{problem}");
    assert!(problem["errors"][0]["message"].as_str().is_some_and(|why| why.contains("mode `sfu`")), "{problem}");
    assert_eq!(create(json!({ "maxParticipants": 8 })).await.0, 201);
    let (status, room) = create(json!({ "maxParticipants": 50, "mode": "sfu" })).await;
    assert_eq!((status, &room["mode"], &room["maxParticipants"]), (201, &json!("sfu"), &json!(50)), "{room}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn config_check_asks_media_servers_and_names_what_is_wrong() {
    let stub = stub().await;
    let node = Node::start(&[]).await; // for its directory
    let check = |more: &[&str], servers: &str| {
        let servers = format!("media.servers={servers}");
        let ports = ["config", "check", "--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0", "--set", &servers];
        tokio::task::block_in_place(|| node.aldis(&[&ports[..], more].concat()))
    };
    let url = format!("mediasoup+{}", stub.url());
    let secret = format!("media.secret={SECRET}");
    let (code, _, said) = check(&["--set", &secret, "--probe"], &url);
    assert_eq!((code, said.as_str()), (Some(0), ""));

    let (code, _, said) = check(&["--set", "media.secret=another-canary-of-these"], &url);
    assert_eq!(code, Some(0), "without --probe nobody is asked: {said}");
    let (code, _, said) = check(&["--set", "media.secret=another-canary-of-these", "--probe"], &url);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("does not accept the secret") && said.contains("media.secret_file"), "{said}");
    assert!(!said.contains("canary"), "{said}");

    let gone = url.clone();
    drop(stub);
    let (code, _, said) = check(&["--set", &secret, "--probe"], &gone);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("does not answer as a media server") && said.contains("refused"), "{said}");

    let turn = ["--set", "ice.turn_urls=turn:turn.example.org", "--set", "ice.turn_secrets=0123456789abcdef"];
    let (code, _, said) = check(&[&["--set", &secret], &turn[..]].concat(), "mediasoup+http://10.0.0.5:4443");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("warning") && said.contains("10.0.0.5:4443 is in a private network"), "{said}");
    assert!(said.contains("allowed-peer-ip"), "{said}");
    let (_, _, said) = check(&["--set", &secret], "mediasoup+http://192.0.2.5:4443");
    assert!(said.contains("the secret travels unencrypted"), "{said}");
}
