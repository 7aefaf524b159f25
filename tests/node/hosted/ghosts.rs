//! Complaint 8: ghosts. A member who leaves, in whatever way, leaves nothing at the media server, which itself reaps nobody here.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;
use tokio::time::interval;

use super::{Stage, caller::Caller, server::MediaServer};
use crate::process::PATIENCE;

/// The ways to go, and to go and come again.
const WAYS: usize = 7;
/// Those who come to larger rooms are asked to wait, since their joins cost all others; nobody here is read meanwhile.
const EACH_MAX: usize = 20;

/// Members who go in each of the ways, and how often: `ALDIS_GHOSTS` of all together, or a few.
fn each_way() -> (usize, usize) {
    let all: usize = std::env::var("ALDIS_GHOSTS").map_or(6 * WAYS, |text| text.parse().expect("a number"));
    let each = (all / WAYS).clamp(1, EACH_MAX);
    (each, all.div_ceil(each * WAYS))
}

/// How long after they have gone: the window of a seat, and retries.
const GONE_WITHIN: Duration = Duration::from_secs(70);

impl Stage {
    /// Members of a room who each send something.
    async fn sending(&self, tokens: &[String], room: &str) -> Vec<Caller> {
        let mut callers = Vec::new();
        for (place, token) in tokens.iter().enumerate() {
            let mut caller = Caller::join(&self.cluster.node(place).http, token, room).await;
            caller.sends().await;
            callers.push(caller);
        }
        callers
    }

    async fn another_room(&self) -> String {
        self.cluster.nodes[0].room_with(&self.host, json!({ "mode": "sfu", "maxParticipants": 50 })).await
    }
}

/// Where they come and go.
struct Ghosts {
    stage: Stage,
    server: MediaServer,
    tokens: Vec<String>,
}

impl Ghosts {
    async fn come(&self) -> Vec<Caller> {
        self.stage.sending(&self.tokens, &self.stage.room).await
    }

    async fn are_gone(&self, how: &str) {
        let took = self.server.until_it_has(0, "peers", GONE_WITHIN).await;
        eprintln!("{} {how}: nobody is there after {} ms", self.tokens.len(), took.as_millis());
    }

    async fn leave(&self) {
        let leaving = self.come().await;
        for caller in &leaving {
            caller.says(json!({ "type": "leave_room" }));
        }
        self.are_gone("have left").await;
    }

    async fn are_lost(&self) {
        let lost = self.come().await;
        lost.iter().for_each(Caller::loses_connection);
        self.are_gone("connections were lost").await;
    }

    async fn are_replaced(&self) {
        let replaced = (self.come().await, self.come().await);
        let count = u64::try_from(self.tokens.len()).expect("few");
        let took = self.server.until_it_has(count, "peers", GONE_WITHIN).await;
        eprintln!("{count} were replaced: only the newer ones are there after {} ms", took.as_millis());
        drop(replaced);
        self.are_gone("newer ones were lost").await;
    }

    async fn are_kicked(&self) {
        let _kicked = self.come().await;
        let (node, room) = (&self.stage.cluster.nodes[0], &self.stage.room);
        for token in &self.tokens {
            let url = format!("http://{}/internal/rooms/{room}/participants/{}", node.admin, subject(token));
            deleted(&url, &node.operator()).await;
        }
        self.are_gone("were kicked").await;
    }

    async fn are_closed_out(&self) {
        let room = self.stage.another_room().await;
        let _closed = self.stage.sending(&self.tokens, &room).await;
        deleted(&format!("http://{}/api/rooms/{room}", self.stage.cluster.nodes[0].http), &self.stage.host).await;
        self.are_gone("were in a room that was closed").await;
        assert!(!self.server.has(&room).await);
    }

    /// A node is killed, and nobody comes back: another one frees their seats.
    async fn are_left_behind(&self) {
        let left_behind = self.come().await;
        self.stage.cluster.nodes[0].signal("-KILL");
        left_behind.iter().for_each(Caller::loses_connection);
        self.are_gone("were at nodes of which one was killed").await;
    }
}

/// Deletes it, again while the node answers that it cannot now: what it says it could not do, it may have done.
async fn deleted(url: &str, token: &str) {
    let (begun, mut again, client) = (Instant::now(), interval(Duration::from_millis(200)), reqwest::Client::new());
    let mut is_unsure = false;
    loop {
        again.tick().await;
        let status = client.delete(url).bearer_auth(token).send().await.expect("an answer").status();
        if status.is_success() || (is_unsure && status == StatusCode::NOT_FOUND) {
            return;
        }
        assert!(status == StatusCode::SERVICE_UNAVAILABLE && begun.elapsed() < PATIENCE, "{url}: {status}");
        is_unsure = true;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn complaint_8_whoever_goes_leaves_nothing_at_the_media_server() {
    let (each, rounds) = each_way();
    for _ in 0..rounds {
        let server = MediaServer::start().await;
        let stage = Stage::with(&[&server], &[]).await;
        let tokens = stage.cluster.nodes[0].tokens(each);
        let ghosts = Ghosts { stage, server, tokens };
        ghosts.leave().await;
        ghosts.are_lost().await;
        ghosts.are_replaced().await;
        ghosts.are_kicked().await;
        ghosts.are_closed_out().await;
        ghosts.are_left_behind().await;
    }
}

/// Whose token it is (RFC 7519): these users have no account.
fn subject(token: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims")).expect("base64");
    let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
    claims["sub"].as_str().expect("a user").to_owned()
}
