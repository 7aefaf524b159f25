//! Users of another issuer on whole nodes: its keys are fetched over HTTP, rotate, go away and come back; sockets and rooms as for
//! anybody; and what `aldis config check --probe` and `aldis token inspect` say about it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use axum::{Router, http::StatusCode, routing::get};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::process::Node;

/// Keys are looked up again after ten seconds at most; the rest is a slow machine's.
const KNOWN_WITHIN: Duration = Duration::from_secs(40);

/// An issuer whose key set a test says; while there is none it answers 503.
pub(super) struct Issuer {
    pub(super) url: String,
    set: Arc<Mutex<Option<String>>>,
}

impl Issuer {
    pub(super) async fn start() -> Self {
        let set = Arc::new(Mutex::new(None::<String>));
        let said = Arc::clone(&set);
        let answer = async move || {
            let set = said.lock().unwrap_or_else(PoisonError::into_inner).clone();
            set.ok_or(StatusCode::SERVICE_UNAVAILABLE)
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().route("/jwks.json", get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, set }
    }

    fn publishes(&self, set: Option<String>) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = set;
    }

    pub(super) fn has(&self, keys: &[&Key]) {
        let keys: Vec<_> = keys.iter().map(|key| key.jwk.clone()).collect();
        self.publishes(Some(json!({ "keys": keys }).to_string()));
    }

    /// The value of `auth.issuers`.
    pub(super) fn config(&self) -> String {
        let url = &self.url;
        format!(
            "auth.issuers=[{{ issuer = \"{url}\", jwks_url = \"{url}/jwks.json\", audience = \"calls\", user_prefix = \"corp:\", \
             claims = {{ role = \"role\" }} }}]"
        )
    }

    fn token(&self, key: &Key, sub: &str, role: &str) -> String {
        self.short_token(key, sub, role, 600)
    }

    /// A token that is valid for so many seconds.
    pub(super) fn short_token(&self, key: &Key, sub: &str, role: &str, seconds: i64) -> String {
        let now = jiff::Timestamp::now().as_second();
        let claims = json!({
            "iss": self.url, "aud": ["calls", "other"], "sub": sub, "name": sub, "iat": now, "exp": now + seconds, "role": role,
        });
        let header = jsonwebtoken::Header {
            kid: Some(key.kid.clone()),
            typ: Some("at+jwt".to_owned()),
            ..jsonwebtoken::Header::new(jsonwebtoken::Algorithm::EdDSA)
        };
        jsonwebtoken::encode(&header, &claims, &key.signing).expect("signed")
    }
}

pub(super) struct Key {
    kid: String,
    jwk: Value,
    signing: jsonwebtoken::EncodingKey,
}

impl Key {
    pub(super) fn new(kid: &str) -> Self {
        let pair = Ed25519KeyPair::generate().expect("a pair");
        let x = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x, "use": "sig", "alg": "EdDSA" });
        let signing = jsonwebtoken::EncodingKey::from_ed_der(pair.to_pkcs8().expect("encoded").as_ref());
        Self { kid: kid.to_owned(), jwk, signing }
    }
}

async fn ask(node: &Node, method: &str, path: &str, token: &str) -> (u16, Value) {
    let method = method.parse().expect("a method");
    let asked = Client::new().request(method, format!("http://{}{path}", node.http)).bearer_auth(token).send();
    let answer = asked.await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

async fn until_good(node: &Node, token: &str) {
    let begun = Instant::now();
    loop {
        let (status, answer) = ask(node, "GET", "/api/rooms", token).await;
        if status == 200 {
            return;
        }
        assert!(begun.elapsed() < KNOWN_WITHIN, "the key is not known: {answer}\n{}", node.log());
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_starts_without_the_issuer_knows_its_keys_once_it_is_there_and_follows_them() {
    let (issuer, old, new) = (Issuer::start().await, Key::new("old"), Key::new("new"));
    let generous = ["rate_limits.requests_per_address=1000000/1m", "rate_limits.requests_per_user=1000000/1m"];
    let sets = [issuer.config(), "auth.accounts=off".to_owned(), generous[0].to_owned(), generous[1].to_owned()];
    let arguments: Vec<_> = sets.iter().flat_map(|set| ["--set", set]).collect();
    let node = Node::start(&arguments).await;
    let ann = issuer.token(&old, "ann", "host");
    let (status, answer) = ask(&node, "GET", "/api/rooms", &ann).await;
    assert_eq!((status, &answer["code"], &answer["retryAfterMs"]), (503, &json!("unavailable"), &json!(2_000)));
    let (heard, code) = node.refused_socket(&ann).await;
    assert_eq!((heard.last().map(String::as_str), code), (Some("error"), Some(1013)), "come back");

    issuer.has(&[&old]);
    until_good(&node, &ann).await;
    let room = node.room(&ann).await;
    let mut one = node.socket(&ann).await;
    one.joins(&room).await;
    issuer.has(&[&new]);
    let bob = issuer.token(&new, "bob", "member");
    until_good(&node, &bob).await;
    assert_eq!(ask(&node, "GET", "/api/rooms", &ann).await.0, 401, "its key was withdrawn");
    let mut two = node.socket(&bob).await;
    two.joins(&room).await;
    assert_eq!(one.hears("user_joined").await["data"]["userId"], "corp:bob");
    one.says(json!({ "type": "offer", "cid": 1, "data": { "targetUserId": "corp:bob", "sdp": "v=0" } }));
    assert_eq!(two.hears("offer").await["data"], json!({ "senderUserId": "corp:ann", "sdp": "v=0" }));
    one.says(json!({ "type": "token_refresh", "data": { "token": issuer.token(&new, "ann", "host") } }));
    one.is_alive().await;

    issuer.publishes(None);
    assert_eq!(ask(&node, "GET", "/api/rooms", &bob).await.0, 200, "what is known stays known");
    assert_eq!(ask(&node, "POST", "/api/rooms", &bob).await.0, 403, "a member makes no rooms");
    assert_eq!(ask(&node, "POST", "/api/auth/login", &bob).await.1["code"], "accounts_off");
    let log = node.log();
    assert!(log.contains("cannot get the keys of an issuer") && !log.contains(&ann) && !log.contains(&bob), "{log}");
    let (_, metrics) = node.get(&node.admin, "/metrics").await;
    let refused = format!("aldis_tokens_refused_total{{issuer=\"{}\",reason=\"issuer_away\"}}", issuer.url);
    for line in [refused, format!("aldis_issuer_keys{{issuer=\"{}\"}} 1", issuer.url)] {
        assert!(metrics.contains(&line), "{line} is missing in {metrics}");
    }

    let url = format!("http://{}/internal/users/corp:ann/sessions", node.admin);
    let ended = Client::new().delete(url).bearer_auth(node.operator()).send().await.expect("an answer");
    assert_eq!((ended.status().as_u16(), one.is_closed().await), (204, Some(4401)));
    two.is_alive().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_check_says_what_the_issuer_publishes_and_a_token_can_be_looked_at() {
    let (issuer, key) = (Issuer::start().await, Key::new("one"));
    let node = Node::start(&[]).await;
    let set = issuer.config();
    let check = || {
        node.aldis(&[
            "config",
            "check",
            "--probe",
            "--bind",
            "127.0.0.1:0",
            "--admin-bind",
            "127.0.0.1:0",
            "--set",
            &set,
        ])
    };
    let (code, _, err) = check();
    assert!(code == Some(2) && err.contains("it answers 503") && err.contains("jwks_uri"), "{err}");
    issuer.publishes(Some("<html>".to_owned()));
    assert!(check().2.contains("the answer is no key set"));
    issuer.publishes(Some(json!({ "keys": [{ "kty": "oct", "kid": "s" }] }).to_string()));
    let (code, out, err) = check();
    assert!(
        code == Some(2) && err.contains("has no key that can be used") && out.contains("shared secret"),
        "{out}{err}"
    );
    let set_of_two = json!({ "keys": [key.jwk, { "kty": "RSA", "kid": "weak", "n": "AQAB", "e": "AQAB" }] });
    issuer.publishes(Some(set_of_two.to_string()));
    let (code, out, err) = check();
    assert_eq!(code, Some(0), "{err}");
    let expected =
        format!("{}: 1 key (EdDSA)\n  key weak cannot be used: it has 17 bits; 2048 to 8192 can be used\n", issuer.url);
    assert!(out.contains(&expected), "{out}");

    let token = issuer.token(&key, "ann", "host");
    let inspect = |more: &[&str]| node.aldis(&[&["token", "inspect", &token, "--data-dir", "data"], more].concat());
    let (code, out, err) = inspect(&["--set", &set]);
    assert!(code == Some(0) && out.contains("for ann (corp:ann)"), "{out}{err}");
    let (code, _, err) = inspect(&[]);
    assert!(code == Some(1) && err.contains("not valid on this node"), "{err}");
}

/// The block of the page in this language, whose first line names its file.
fn block(language: &str, file: &str) -> String {
    let page = include_str!("../../docs/embed.md");
    let fence = format!("```{language}\n");
    let blocks = page.split(&fence).skip(1);
    let mut blocks = blocks.map(|rest| rest.split_once("\n```").expect("an end").0);
    let found = blocks.find(|block| block.lines().next().is_some_and(|first| first.contains(file)));
    found.unwrap_or_else(|| panic!("no {file} in docs/embed.md")).to_owned()
}

/// The backend of the page, which runs until it is dropped.
struct Backend(std::process::Child);

impl Drop for Backend {
    fn drop(&mut self) {
        let _ = self.0.kill(); // it may have ended
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_files_and_shell_lines_of_the_page_about_embedding_do_what_it_says() {
    let free = TcpListener::bind("127.0.0.1:0").await.and_then(|listener| listener.local_addr()).expect("a free port");
    let (dir, port) = (Arc::new(tempfile::tempdir().expect("a folder")), free.port());
    let here = |text: String| text.replace("localhost:3000", &format!("localhost:{port}"));
    std::fs::write(dir.path().join("aldis.toml"), here(block("toml", "aldis.toml"))).expect("written");
    let node = Node::start_in(Arc::clone(&dir), &["--config", "aldis.toml"]).await;
    let here = |text: String| here(text).replace("localhost:8080", &node.http).replace("/var/lib/aldis", "data");
    let backend = here(block("js", "backend.mjs")).replace("listen(3000)", &format!("listen({port})"));
    std::fs::write(dir.path().join("backend.mjs"), backend).expect("written");
    let page = here(block("html", "page.html"));
    std::fs::write(dir.path().join("page.html"), &page).expect("written");

    let program = std::path::Path::new(env!("CARGO_BIN_EXE_aldis")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let shell = |text: &str| {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-euc", text]).current_dir(dir.path()).env("PATH", &path);
        shell.env("ALDIS_HTTP__BIND", "127.0.0.1:0").env("ALDIS_ADMIN__BIND", "127.0.0.1:0");
        let ran = shell.output().expect("a shell");
        let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success(), "{text}\n{out}{err}");
        out.into_owned()
    };
    let blocks = include_str!("../../docs/embed.md").split("```sh\n").skip(1);
    let scripts: Vec<_> = blocks.map(|rest| here(rest.split_once("\n```").expect("an end").0.to_owned())).collect();
    let [key, look] = &scripts[..] else { panic!("two shell blocks") };
    shell(key);
    let ran = std::process::Command::new("node").arg("backend.mjs").current_dir(dir.path()).spawn();
    let _backend = Backend(ran.expect("Node.js runs"));
    let base = format!("http://localhost:{port}");
    let begun = Instant::now();
    while Client::new().get(format!("{base}/jwks.json")).send().await.is_err() {
        assert!(begun.elapsed() < KNOWN_WITHIN, "the backend does not serve");
    }
    assert_eq!(Client::new().get(&base).send().await.expect("an answer").text().await.expect("text"), page);
    let said = shell(look);
    assert!(said.contains("1 key (EdDSA)") && said.contains("for ann (shop:ann)"), "{said}");

    let token = async |user: &str| -> Value {
        let answer = Client::new().get(format!("{base}/token?user={user}")).send().await.expect("an answer");
        answer.json().await.expect("JSON")
    };
    let (ann, bob) = (token("ann").await, token("bob").await);
    assert_eq!(ann["roomId"], bob["roomId"]);
    let [ann_token, bob_token] = [&ann, &bob].map(|one| one["token"].as_str().expect("a token"));
    let room = ann["roomId"].as_str().expect("an id");
    let path = format!("/api/rooms/{room}");
    let begun = Instant::now();
    while ask(&node, "GET", &path, ann_token).await.0 == 503 {
        assert!(begun.elapsed() < KNOWN_WITHIN, "the keys are not known");
    }
    let (mut one, mut two) = (node.socket(ann_token).await, node.socket(bob_token).await);
    one.joins(room).await;
    two.joins(room).await;
    assert_eq!(one.hears("user_joined").await["data"]["userId"], "shop:bob");
    assert_eq!(ask(&node, "POST", "/api/rooms", ann_token).await.0, 403, "the token is for one room");
}
