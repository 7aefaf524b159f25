//! A company that knows nothing but the pages about embedding, backends and webhooks: its own issuer, its own backend, its users in a call
//! for longer than their tokens live, and an operator who looks after it. On one node, and on three of which one is killed on the way.

use std::{collections::BTreeMap, time::Instant};

use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    cluster::Cluster,
    foreign::{Issuer, Key},
    keyed::Backend,
    member::Member,
    process::{Node, PATIENCE},
    receiver::{Receiver, always},
    told,
};

/// How long a user's token is valid. The node asks for another one when a third of it is left.
const TOKEN_SECONDS: i64 = 20;

/// What the company has.
struct Company {
    issuer: Issuer,
    key: Key,
    receiver: Receiver,
    /// What its receiver was told, each event once, by its id; and the ids in the order in which they came first.
    told: BTreeMap<String, Value>,
    order: Vec<String>,
}

impl Company {
    async fn new() -> Self {
        let (issuer, key, receiver) = (Issuer::start().await, Key::new("one"), Receiver::start(always("200 OK")).await);
        issuer.has(&[&key]);
        Self { issuer, key, receiver, told: BTreeMap::new(), order: Vec::new() }
    }

    /// The flags of its nodes.
    fn flags(&self) -> Vec<String> {
        let set = |set: String| ["--set".to_owned(), set];
        let own = [self.issuer.config(), "auth.accounts=off".to_owned()];
        told::telling(&self.receiver.url).into_iter().chain(own.into_iter().flat_map(set)).collect()
    }

    /// A token of its issuer, as its own site would hand it out.
    fn token(&self, user: &str) -> String {
        self.issuer.short_token(&self.key, user, "member", TOKEN_SECONDS)
    }

    /// Waits until its receiver was told so many different events.
    async fn is_told(&mut self, count: usize) {
        while self.order.len() < count {
            let request = self.receiver.next().await;
            let id = request.header("webhook-id").to_owned();
            let body: Value = serde_json::from_str(&request.body).expect("JSON");
            match self.told.get(&id) {
                Some(before) => assert_eq!(*before, body, "what comes again is the same"),
                None => {
                    self.order.push(id.clone());
                    self.told.insert(id, body);
                }
            }
        }
    }

    /// Numbers, types, and whose, in the order in which they came.
    fn story(&self) -> Vec<String> {
        let line = |id: &String| {
            let (body, text) = (&self.told[id], |value: &Value| value.as_str().unwrap_or_default().to_owned());
            let (kind, data) = (text(&body["type"]), &body["data"]);
            format!("{} {kind} {} {}", data["number"], text(&data["userId"]), text(&data["reason"])).trim().to_owned()
        };
        self.order.iter().map(line).collect()
    }
}

async fn ask(http: &str, (method, path): (&str, &str), token: &str, body: Value) -> (u16, Value) {
    let request = Client::new().request(method.parse().expect("a method"), format!("http://{http}{path}"));
    let answer = request.bearer_auth(token).json(&body).send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

/// The backend makes a room, once the node knows its key.
async fn makes_room(node: &Node, admin: &str) -> String {
    let begun = Instant::now();
    loop {
        let (status, made) = ask(&node.http, ("POST", "/v1/rooms"), admin, json!({ "name": "Order 7" })).await;
        if status == 201 {
            return made["roomId"].as_str().expect("an id").to_owned();
        }
        assert!(begun.elapsed() < PATIENCE, "no room: {status} {made}");
    }
}

/// From the pages alone. `nodes`: Ann is at the first, Bob at the second, and the operator at the last; with `killed`, Ann's is killed on
/// the way, and she goes on at the last.
async fn path(company: &mut Company, nodes: &[&Node], flags: &[&str], killed: bool) {
    let (first, second, last) = (nodes[0], nodes[1 % nodes.len()], nodes[nodes.len() - 1]);
    let said = |arguments: &[&str]| {
        let (code, out, err) = last.aldis(&[arguments, flags].concat());
        assert_eq!(code, Some(0), "{arguments:?}: {err}");
        out
    };
    let backend = Backend::printed(&said(&["api-key", "new", "--name", "shop"]));
    let admin = backend.token("shop", &json!({ "admin": true }));
    let room = makes_room(last, &admin).await;

    let mut ann = Member::join(&first.http, &company.token("ann"), &room).await;
    let mut bob = Member::join(&second.http, &company.token("bob"), &room).await;
    ann.meets(1).await;
    let mut expected = vec!["1 room.started", "2 participant.joined corp:ann", "3 participant.joined corp:bob"];
    company.is_told(expected.len()).await;
    if killed {
        first.signal("-KILL");
        assert_eq!(ann.is_closed().await, None, "its node is gone");
        assert!(ann.resume(&last.http).await, "she goes on at another node");
        expected.push("4 participant.resumed corp:ann");
        company.is_told(expected.len()).await;
    }
    // Two times another token, so longer than one lives.
    for _ in 0..2 {
        ann.renews_its_token(&company.token("ann")).await;
        bob.renews_its_token(&company.token("bob")).await;
    }

    let failed = json!({ "media": [{ "userId": "corp:bob", "state": "failed", "trouble": "no_path", "seconds": 30 }] });
    let reports = format!("/api/rooms/{room}/reports");
    assert_eq!(ask(&second.http, ("POST", &reports), &company.token("ann"), failed).await.0, 204);
    let shown = said(&["room", "show", &room]);
    assert!(shown.contains("corp:ann  connected") && shown.contains("corp:bob  connected"), "{shown}");
    said(&["room", "kick", &room, "corp:bob"]);
    assert_eq!(bob.is_closed().await, Some(4403));
    ann.hears_of_a_leave().await;
    assert_eq!(ann.left.last().expect("told")["data"], json!({ "userId": "corp:bob", "reason": "kicked" }));
    let timeline = said(&["room", "timeline", &room]);
    let has = |words: &[&str]| timeline.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(has(&["media.failed", "userId=corp:ann", "peerId=corp:bob", "trouble=no_path"]), "{timeline}");
    assert!(has(&["participant.left", "userId=corp:bob", "reason=kicked"]), "{timeline}");

    let close = format!("/v1/rooms/{room}/close");
    assert_eq!(ask(&second.http, ("POST", &close), &admin, json!(null)).await.0, 200);
    assert_eq!(ann.is_closed().await, Some(4404));
    let next = expected.len() + 1;
    let end = [
        format!("{next} participant.left corp:bob kicked"),
        format!("{} participant.left corp:ann closed", next + 1),
        format!("{} room.ended", next + 2),
    ];
    expected.extend(end.iter().map(String::as_str));
    company.is_told(expected.len()).await;
    assert_eq!(company.story(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_embeds_calls_from_the_pages_alone() {
    let mut company = Company::new().await;
    let flags = company.flags();
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let node = Node::start(&flags).await;
    path(&mut company, &[&node], &[], false).await;
    node.until_logged("\"message\":\"call ended\"").await;
    let log = node.log();
    let ended = log.lines().find(|line| line.contains("call ended")).expect("told");
    let ended: Value = serde_json::from_str(ended).expect("JSON");
    assert_eq!((&ended["people"], &ended["why"]), (&json!(2), &json!("closed")), "{ended}");
    assert!(ended["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{ended}");
    assert!(!log.contains(company.token("ann").split('.').next().expect("a part")), "no token is in the log");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_on_three_nodes_of_which_one_is_killed() {
    let mut company = Company::new().await;
    let flags = company.flags();
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let cluster = Cluster::start(3, &flags).await;
    let nodes: Vec<_> = cluster.nodes.iter().collect();
    path(&mut company, &nodes, &cluster.arguments(), true).await;
}
