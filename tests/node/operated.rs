//! The operators' door of a whole node: the unix socket, the token, and the audit log.

use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::{fs::MetadataExt as _, net::UnixStream},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    cluster::Cluster,
    member::Member,
    process::{Node, PATIENCE},
};

/// The status of a request over the node's unix socket.
fn by_socket(node: &Node, method: &str, path: &str, body: &str, more: &str) -> u16 {
    let mut stream = UnixStream::connect(node.data("admin.sock")).expect("a socket");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket option");
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n{more}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.get(9..12).and_then(|status| status.parse().ok()).expect("a status")
}

#[tokio::test]
async fn operators_act_over_the_socket_or_with_the_token_and_the_audit_log_says_who_did_what() {
    let mut node = Node::start(&[]).await;
    let token = node.operator();
    for file in ["admin.token", "admin.sock"] {
        let mode = fs::metadata(node.data(file)).expect("made").mode() & 0o777;
        assert_eq!(mode, 0o600, "{file}: {mode:o}");
    }
    node.sign_up("ann").await;
    let client = reqwest::Client::new();
    let login = async |password: &str| {
        let body = json!({ "email": "ann@example.org", "password": password });
        let answer =
            client.post(format!("http://{}/api/auth/login", node.http)).json(&body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    assert_eq!(login("a canary in a coal mine").await.0, 401);
    let user = login("a long enough password").await.1["user"]["id"].as_str().expect("an id").to_owned();

    let path = format!("/internal/users/{user}");
    let change = async |token: Option<&str>| {
        let request = client.patch(format!("http://{}{path}", node.admin)).json(&json!({ "disabled": true }));
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(change(None).await, 401);
    assert_eq!(change(Some(&token)).await, 204);
    assert_eq!(by_socket(&node, "PATCH", &path, r#"{"disabled":false}"#, ""), 204);
    assert_eq!(by_socket(&node, "PATCH", &path, r#"{"disabled":true}"#, "Origin: http://localhost\r\n"), 403);
    assert_eq!(login("a long enough password").await.0, 200, "the page changed nothing");
    let rooms = format!("http://{}/v1/rooms", node.admin);
    assert_eq!(client.get(&rooms).send().await.expect("an answer").status(), 401);
    let room = client.post(&rooms).bearer_auth(&token).json(&json!({ "hostId": user })).send().await;
    assert_eq!(room.expect("an answer").status(), 201);
    assert_eq!(by_socket(&node, "POST", "/v1/rooms", r#"{"hostId":"ann"}"#, ""), 201);

    let socket = node.data("admin.sock");
    let own = format!("uid {}", fs::metadata(&socket).expect("made").uid());
    node.signal("-TERM");
    let (status, log) = node.end().await;
    assert!(status.success(), "{log}");
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let audit: Vec<_> = lines.filter(|line| line["target"] == "audit").collect();
    let found: Vec<_> = audit
        .iter()
        .map(|line| ["event", "result", "user", "operator"].map(|name| line[name].as_str().unwrap_or_default()))
        .collect();
    let expected = [
        ["signup", "ok", &user, ""],
        ["login", "credentials_invalid", "", ""],
        ["login", "ok", &user, ""],
        ["operator", "auth_required", "", ""],
        ["operator", "ok", "", "token"],
        ["operator", "ok", "", &own],
        ["refused", "origin_not_allowed", "", ""],
        ["login", "ok", &user, ""],
        ["operator", "auth_required", "", ""],
        ["operator", "ok", "", "token"],
        ["operator", "ok", "", &own],
    ];
    assert_eq!(found, expected, "{log}");
    assert!(audit.iter().all(|line| line["client"] == "127.0.0.1" && line["request_id"].is_string()), "{log}");
    assert!(!log.contains("canary") && !log.contains("ann@example.org") && !log.contains(&token), "{log}");
    assert!(node.data("admin.token").exists() && !socket.exists(), "the socket's file is removed with it");
}

#[tokio::test]
async fn an_exposed_operators_listener_serves_only_probes_without_the_token() {
    let node = Node::start(&[
        "--admin-bind",
        "0.0.0.0:0",
        "--set",
        "admin.token_file=token",
        "--set",
        "admin.socket=ops.sock",
    ])
    .await;
    let port = node.admin.rsplit(':').next().expect("a port").to_owned();
    let address = format!("127.0.0.1:{port}");
    assert_eq!(node.get(&address, "/health/ready").await.0, 200);
    assert_eq!(node.get(&address, "/metrics").await.0, 401);
    let token = fs::read_to_string(node.path("token")).expect("made at the first start");
    let request = reqwest::Client::new().get(format!("http://{address}/metrics")).bearer_auth(token.trim());
    assert_eq!(request.send().await.expect("an answer").status(), 200);
    assert!(node.path("ops.sock").exists() && !node.data("admin.sock").exists());
    assert!(node.log().contains("token travels unencrypted"), "{}", node.log());
}

#[tokio::test]
async fn operators_see_every_node_of_a_cluster() {
    let cluster = Cluster::start(2, &[]).await;
    let _members = cluster.rooms(1, 2).await;
    let ids = cluster.nodes.iter().map(|node| node.http.clone());
    // Nodes tell what they are each ten seconds, the first time at their start.
    let mut look = tokio::time::interval(Duration::from_millis(500));
    let listed = async {
        loop {
            look.tick().await;
            let (code, out, err) = cluster.nodes[0].aldis(&["node", "list"]);
            assert_eq!(code, Some(0), "{err}");
            if ids.clone().all(|address| out.contains(&address)) && out.matches("  1      1  ").count() == 2 {
                return out;
            }
        }
    };
    let out = tokio::time::timeout(PATIENCE, listed).await.expect("both nodes are listed with their member");
    assert!(out.contains("(this node)") && out.contains(" (64 buckets); rooms due: 0"), "{out}");
}

#[tokio::test]
async fn redis_lists_the_connections_of_a_node_by_its_name() {
    let mut cluster = Cluster::start(0, &[]).await;
    let url = cluster.redis.url();
    cluster.add(&["--redis-url", &url, "--set", "node.id=berlin-1"]).await;
    let client = redis::Client::open(format!("{url}?user=admin&pass=any")).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("the server answers");
    let list: String = redis::cmd("CLIENT").arg("LIST").query_async(&mut connection).await.expect("it lists");
    let named = list.lines().filter(|line| line.contains(" name=aldis:berlin-1 ")).count();
    assert!(named >= 2, "one for operations, one for pushes: {list}");
}

#[tokio::test]
async fn a_node_with_its_own_ledger_says_that_it_is_alone() {
    let node = Node::start(&[]).await;
    let (code, out, err) = node.aldis(&["node", "list"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains(&node.http) && out.contains("it is alone"), "{out}");
}

#[tokio::test]
async fn operators_look_after_rooms_and_accounts_on_the_command_line() {
    let cluster = Cluster::start(2, &[]).await;
    let (first, second) = (&cluster.nodes[0], &cluster.nodes[1]);
    let said = |arguments: &[&str]| {
        let (code, out, err) = first.aldis(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {err}");
        out
    };
    let (host, guest) = (first.sign_up("ann").await, second.sign_up("ben").await);
    let room = first.room(&host).await;
    let _ann = Member::join(&first.http, &host, &room).await;
    let mut ben = second.socket(&guest).await;
    ben.joins(&room).await;
    assert!(said(&["stats"]).lines().nth(1).is_some_and(|line| line.split_whitespace().next() == Some("1")));

    let users = said(&["user", "list"]);
    assert!(users.lines().count() == 2 && users.contains("  active    ben@example.org  ben\n"), "{users}");
    let shown = said(&["user", "show", "BEN@example.org"]);
    assert!(shown.contains("sessions  1\n") && shown.contains("state     active\n"), "{shown}");
    let id = shown.lines().next().and_then(|line| line.split_whitespace().last()).expect("an id").to_owned();

    assert!(said(&["room", "list", "--max", "5"]).contains(&format!("{room}  since ")));
    let shown = said(&["room", "show", &room]);
    assert!(shown.contains(&format!("{id}  connected     ben\n")) && shown.contains("(open)"), "{shown}");
    assert_eq!(said(&["room", "kick", &room, &id]), "");
    assert_eq!(ben.is_closed().await, Some(4403), "on the other node");
    let (code, _, err) = first.aldis(&["room", "kick", &room, "nobody"]);
    assert!(code == Some(1) && err.contains("refused (404): They are not in room"), "{err}");
    said(&["room", "close", &room]);
    assert!(said(&["room", "show", &room]).contains("(closed)"));
    said(&["room", "open", &room]);

    let password = said(&["user", "password", &id]);
    let login = async |password: &str| {
        let body = json!({ "email": "ben@example.org", "password": password });
        let url = format!("http://{}/api/auth/login", second.http);
        reqwest::Client::new().post(url).json(&body).send().await.expect("an answer").status().as_u16()
    };
    assert_eq!((login("a long enough password").await, login(password.trim()).await), (401, 200));
    said(&["user", "logout", &id]);
    said(&["user", "disable", "ben@example.org"]);
    assert_eq!(login(password.trim()).await, 403);
    let (code, _, err) = first.aldis(&["user", "password", "ben@example.org"]);
    assert!(code == Some(1) && err.contains("The account is disabled: enable it first."), "{err}");
    said(&["user", "enable", "ben@example.org"]);
    said(&["user", "delete", "ben@example.org", "--yes"]);
    let (code, _, err) = first.aldis(&["user", "show", "ben@example.org"]);
    assert!(code == Some(1) && err.contains("there is no account of `ben@example.org`"), "{err}");
    assert!(cluster.nodes.iter().all(|node| !node.log().contains(password.trim())));
}

#[tokio::test]
async fn the_page_is_served_and_a_node_is_drained_on_the_command_line() {
    let mut node = Node::start(&[]).await;
    let (status, page) = node.get(&node.admin, "/admin").await;
    assert!(status == 200 && page.contains("<title>Aldis operators</title>"), "{page}");
    let (_, metrics) = node.get(&node.admin, "/metrics").await;
    assert!(metrics.contains("\naldis_draining 0\n"), "{metrics}");
    let (code, out, err) = node.aldis(&["node", "drain"]);
    assert_eq!((code, out.as_str()), (Some(0), "The node drains, and stops within 20 s.\n"), "{err}");
    let (status, log) = node.end().await;
    assert!(status.success() && log.contains("an operator drains the node"), "{log}");
}
