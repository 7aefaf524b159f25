//! Complaint 8: ghosts. A member who leaves, in whatever way, leaves nothing at the media server, which itself reaps nobody here.

use std::time::Duration;

use serde_json::json;

use super::{Stage, caller::Caller, server::MediaServer};

/// Members who go in each of the ways.
fn each_way() -> usize {
    std::env::var("ALDIS_GHOSTS").ok().map_or(6, |text| text.parse().expect("ALDIS_GHOSTS is a number"))
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn complaint_8_whoever_goes_leaves_nothing_at_the_media_server() {
    let count = each_way();
    let server = MediaServer::start().await;
    let stage = Stage::with(&[&server], &[]).await;
    let node = &stage.cluster.nodes[0];
    let tokens = node.tokens(count);

    let leaving = stage.sending(&tokens, &stage.room).await;
    for caller in &leaving {
        caller.says(json!({ "type": "leave_room" }));
    }
    let took = server.until_it_has(0, "peers", GONE_WITHIN).await;
    eprintln!("{count} have left: nobody is there after {} ms", took.as_millis());
    drop(leaving);

    let lost = stage.sending(&tokens, &stage.room).await;
    lost.iter().for_each(Caller::loses_connection);
    let took = server.until_it_has(0, "peers", GONE_WITHIN).await;
    eprintln!("{count} connections were lost: nobody is there after {} ms", took.as_millis());

    let replaced = stage.sending(&tokens, &stage.room).await;
    let newer = stage.sending(&tokens, &stage.room).await;
    let took = server.until_it_has(u64::try_from(count).expect("few"), "peers", GONE_WITHIN).await;
    eprintln!("{count} were replaced: only the newer ones are there after {} ms", took.as_millis());
    drop((replaced, newer));
    server.until_it_has(0, "peers", GONE_WITHIN).await;

    let kicked = stage.sending(&tokens, &stage.room).await;
    let client = reqwest::Client::new();
    let operator = std::fs::read_to_string(node.data("admin.token")).expect("made at the first start");
    for token in &tokens {
        let url = format!("http://{}/internal/rooms/{}/participants/{}", node.admin, stage.room, subject(token));
        let answer = client.delete(url).bearer_auth(operator.trim()).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }
    let took = server.until_it_has(0, "peers", GONE_WITHIN).await;
    eprintln!("{count} were kicked: nobody is there after {} ms", took.as_millis());
    drop(kicked);

    let room = stage.another_room().await;
    let closed = stage.sending(&tokens, &room).await;
    let url = format!("http://{}/api/rooms/{room}", node.http);
    let answer = client.delete(url).bearer_auth(&stage.host).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{}", answer.status());
    let took = server.until_it_has(0, "peers", GONE_WITHIN).await;
    eprintln!("a room of {count} was closed: nobody is there after {} ms", took.as_millis());
    assert!(!server.has(&room).await);
    drop(closed);

    // The node itself is killed, and nobody comes back: another one frees their seats.
    let left_behind = stage.sending(&tokens, &stage.room).await;
    stage.cluster.nodes[0].signal("-KILL");
    left_behind.iter().for_each(Caller::loses_connection);
    let took = server.until_it_has(0, "peers", GONE_WITHIN).await;
    eprintln!("a node was killed: nobody is there after {} ms", took.as_millis());
}

/// Whose token it is (RFC 7519): these users have no account.
fn subject(token: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims")).expect("base64");
    let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
    claims["sub"].as_str().expect("a user").to_owned()
}
