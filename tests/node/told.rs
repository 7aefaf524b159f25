//! A backend that is told what happens in rooms: everything, in order, whichever node is killed and however long the backend is away;
//! and the page about it, whose receiver is run.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Instant,
};

use serde_json::{Value, json};

use crate::{
    cluster::Cluster,
    member::Member,
    postgres,
    process::{Node, PATIENCE},
    receiver::{Receiver, Request, always},
};

pub(super) const SECRET: &str = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// A secret in the query of the receiver's URL.
const CANARY: &str = "canary-canary-canary";

/// Asserts that a text has neither.
fn assert_no_secret(text: &str) {
    assert!(!text.contains(CANARY) && !text.contains(&SECRET["whsec_".len()..]), "a secret is shown: {text}");
}

/// The flags of a node that tells this receiver.
pub(super) fn telling(url: &str) -> [String; 6] {
    let set = |key: &str, value: &str| ["--set".to_owned(), format!("webhooks.{key}={value}")];
    let [a, b] = set("url", url);
    let [c, d] = set("secrets", SECRET);
    let [e, f] = set("allow_private", "true");
    [a, b, c, d, e, f]
}

fn texts(flags: &[String]) -> Vec<&str> {
    flags.iter().map(String::as_str).collect()
}

/// What the outbox of the node holds, as `aldis webhook list` prints it.
async fn until_listed(node: &Node, beginning: &str) {
    let until = Instant::now() + PATIENCE;
    loop {
        let (code, out, err) = node.aldis(&["webhook", "list", "--data-dir", "data"]);
        assert_eq!(code, Some(0), "{err}");
        if out.starts_with(beginning) {
            return;
        }
        assert!(Instant::now() < until, "it does not list `{beginning}`: {out}");
        tokio::task::yield_now().await;
    }
}

/// What was told of each room: numbers and types by life, each once, as they came.
#[derive(Default)]
struct Told(BTreeMap<(String, u64), Vec<Value>>);

impl Told {
    fn take(&mut self, request: &Request) {
        let body: Value = serde_json::from_str(&request.body).expect("JSON");
        let data = &body["data"];
        let (room, life) =
            (data["roomId"].as_str().expect("a room").to_owned(), data["life"].as_u64().expect("a life"));
        let of_life = self.0.entry((room, life)).or_default();
        let newest = of_life.last().map_or(0, |last| last["data"]["number"].as_u64().expect("a number"));
        let number = data["number"].as_u64().expect("a number");
        assert!(number <= newest + 1, "{number} after {newest}: none is left out");
        assert!(number >= newest, "{number} after {newest}: an older one never follows");
        if number > newest {
            of_life.push(body);
        }
    }

    /// The types of a room's events, over all lives.
    fn of(&self, room: &str) -> Vec<&str> {
        let events = self.0.iter().filter(|((of, _), _)| of == room).flat_map(|(_, events)| events);
        events.map(|event| event["type"].as_str().expect("a type")).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_node_had_in_its_database_is_told_after_its_restart() {
    let mut receiver = Receiver::start(always("503 Service Unavailable")).await;
    let flags = telling(&format!("{}&token={CANARY}", receiver.url));
    let node = Node::start(&[&texts(&flags)[..], &["--set", "log.filter=debug"]].concat()).await;
    let (host, tokens) = (node.sign_up("host").await, node.tokens(2));
    let room = node.room(&host).await;
    let mut ann = Member::join(&node.http, &tokens[0], &room).await;
    let _bob = Member::join(&node.http, &tokens[1], &room).await;
    ann.meets(1).await;
    until_listed(&node, "3 wait, 0 were given up").await;
    assert_eq!(receiver.next().await.told(), "1 room.started");
    let node = node.killed_and_restarted().await;
    receiver.answers(always("200 OK"));
    let mut told = Told::default();
    while told.of(&room).len() < 3 {
        told.take(&receiver.next().await);
    }
    assert_eq!(told.of(&room), ["room.started", "participant.joined", "participant.joined"]);
    let mut ann = Member::join(&node.http, &tokens[0], &room).await;
    while told.of(&room).len() < 5 {
        told.take(&receiver.next().await);
    }
    assert_eq!(told.0.len(), 2, "another life");
    ann.leaves().await;
    while told.of(&room).len() < 7 {
        told.take(&receiver.next().await);
    }
    assert_eq!(told.of(&room)[3..], ["room.started", "participant.joined", "participant.left", "room.ended"]);
    until_listed(&node, "0 wait, 0 were given up").await;
    let (code, out, err) = node.aldis(&["room", "timeline", &room, "--data-dir", "data"]);
    assert!(code == Some(0) && out.contains("participant.left") && out.contains("reason=left"), "{out}{err}");
    node.until_logged("a webhook was not delivered").await;
    assert_no_secret(&node.log());
    let (code, out, err) = node.aldis(&[&["config", "show"], &texts(&flags)[..]].concat());
    assert!(code == Some(0) && out.contains("/hooks?[redacted]"), "{out}{err}");
    assert_no_secret(&out);
    let (_, _, err) = node.aldis(&[&["config", "show"], &texts(&flags)[..], &["--set", "webhooks.secrets=x"]].concat());
    assert_no_secret(&err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_cluster_everything_is_told_in_order_although_the_node_that_sends_is_killed() {
    let mut receiver = Receiver::start(always("503 Service Unavailable")).await;
    let cluster = Cluster::start(2, &texts(&telling(&receiver.url))).await;
    let [first, second] = [&cluster.nodes[0], &cluster.nodes[1]];
    let (host, tokens) = (first.sign_up("host").await, first.tokens(6));
    let mut rooms = Vec::new();
    let mut members = Vec::new();
    for tokens in tokens.chunks(2) {
        let room = first.room(&host).await;
        let mut there = Member::join(&second.http, &tokens[1], &room).await;
        members.push(Member::join(&first.http, &tokens[0], &room).await);
        there.meets(1).await;
        members.push(there);
        rooms.push(room);
    }
    let mut told = Told::default();
    told.take(&receiver.next().await);
    first.signal("-KILL");
    for stays in members.iter_mut().skip(1).step_by(2) {
        stays.hears_of_a_leave().await;
        stays.leaves().await;
    }
    receiver.answers(always("200 OK"));
    let all = [
        "room.started",
        "participant.joined",
        "participant.joined",
        "participant.disconnected",
        "participant.left",
        "participant.left",
        "room.ended",
    ];
    while rooms.iter().any(|room| told.of(room).len() < all.len()) {
        told.take(&receiver.next().await);
    }
    for room in &rooms {
        assert_eq!(told.of(room), all);
        let flags = cluster.arguments();
        let (code, out, err) = second.aldis(&[&["room", "timeline", room, "--data-dir", "data"], &flags[..]].concat());
        assert_eq!(code, Some(0), "{err}");
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines.len(), all.len(), "{out}");
        assert!(lines.iter().zip(all).all(|(line, kind)| line.contains(kind)), "{out}");
        assert!(lines[4].contains("reason=lost") && lines[5].contains("reason=left"), "{out}");
    }
}

/// The receiver of the page; killed when the test is done with it.
struct Script {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    url: String,
}

impl Script {
    fn start(text: &str, secrets: &str) -> Self {
        let port = postgres::free_port();
        let mut command = Command::new("python3");
        command.args(["-c", text]).env("WEBHOOK_SECRETS", secrets).env("PORT", port.to_string());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("python3 runs");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        Self { child, lines, url: format!("http://127.0.0.1:{port}/") }
    }

    fn next(&mut self) -> String {
        self.lines.next().expect("a line").expect("text")
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_receiver_of_the_page_verifies_what_it_is_told_and_refuses_what_is_forged() {
    let page = include_str!("../../docs/webhooks.md");
    let block = |language: &str| {
        let (_, rest) = page.split_once(&format!("```{language}\n")).expect("a block");
        rest.split("\n```").next().expect("its end").to_owned()
    };
    let other = format!("whsec_{}", "Q".repeat(42) + "E=");
    let mut script = Script::start(&block("python"), &format!("{other} {SECRET}"));
    let node = Node::start(&texts(&telling(&script.url))).await;
    let (host, tokens) = (node.sign_up("host").await, node.tokens(1));
    let room = node.room(&host).await;
    let mut ann = Member::join(&node.http, &tokens[0], &room).await;
    assert_eq!(script.next().trim_end(), "1 room.started");
    assert!(script.next().starts_with("2 participant.joined "));
    ann.leaves().await;
    assert_eq!(script.next().trim_end(), "3 participant.left");
    let forged = reqwest::Client::new().post(&script.url).header("webhook-id", "msg_1").body("{}");
    let forged = forged.header("webhook-timestamp", jiff::Timestamp::now().as_second());
    let forged = forged.header("webhook-signature", "v1,AAAA").send().await.expect("an answer");
    assert_eq!(forged.status(), 401);

    let dir = node.dir();
    std::fs::write(dir.path().join("page.toml"), block("toml")).expect("writable");
    let (code, out, err) = node.aldis(&["config", "show", "-c", "page.toml"]);
    assert!(code == Some(0) && out.contains("https://backend.example.org/aldis"), "{out}{err}");
    let example: Value = serde_json::from_str(&block("json")).expect("JSON");
    assert_eq!(example["data"]["reason"], json!("kicked"));
}
