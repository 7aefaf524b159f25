//! The few REST requests that a run needs; refused ones (429, 503) are retried after the given wait. Must not know
//! their purpose.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::protocol::{RoomId, server::Mode};
use anyhow::{Context as _, bail};
use reqwest::{Client, ClientBuilder, RequestBuilder, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::endpoint::Endpoint;
use crate::limits::{REQUEST_WITHIN, RETRIES_MAX};
use client::wire::Trust;

/// A node's REST interface.
#[derive(Debug, Clone)]
pub(crate) struct Rest {
    client: Client,
    base: String,
    trust: Option<Arc<Trust>>,
}

/// A user with an account.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Credentials {
    email: String,
    password: String,
    name: String,
}

/// The result of a login.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoggedIn {
    /// From the first request to success, waits included.
    pub(crate) took: Duration,
    /// How often it was refused with a retry delay.
    pub(crate) waits: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LetIn {
    access_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    room_id: String,
}

/// The retry delay of a 429 or 503.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Later {
    retry_after_ms: u64,
}

impl Credentials {
    /// A new user, unique over all runs.
    pub(crate) fn fresh(kind: &str, n: usize) -> Self {
        let run = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
        Self {
            email: format!("{kind}-{run}-{n}@bench.example"),
            password: format!("passphrase of {kind} {n}"),
            name: format!("{kind} {n}"),
        }
    }
}

impl Rest {
    pub(super) fn behind(door: &Endpoint) -> anyhow::Result<Self> {
        let client = builder(door.trust.as_deref()).build()?;
        Ok(Self { client, base: door.base.clone(), trust: door.trust.clone() })
    }

    /// The same with connections of its own, for another runtime.
    pub(crate) fn anew(&self) -> anyhow::Result<Self> {
        Ok(Self { client: builder(self.trust.as_deref()).build()?, ..self.clone() })
    }

    /// The same, with a connection for each request.
    pub(super) fn unkept(&self) -> anyhow::Result<Self> {
        let client = builder(self.trust.as_deref()).pool_max_idle_per_host(0).build()?;
        Ok(Self { client, ..self.clone() })
    }

    /// Whether `GET` of this path succeeds.
    pub(super) async fn is_well(&self, path: &str) -> bool {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// Creates an account; returns its access token.
    pub(crate) async fn sign_up(&self, who: &Credentials) -> anyhow::Result<String> {
        let request = self.client.post(format!("{}/api/auth/signup", self.base)).json(who);
        let (text, _) = asked("sign up", &request).await?;
        Ok(serde_json::from_str::<LetIn>(&text)?.access_token)
    }

    /// Logs in, retrying until it succeeds.
    pub(crate) async fn log_in(&self, who: &Credentials) -> anyhow::Result<LoggedIn> {
        let begun = Instant::now();
        let body = json!({ "email": who.email, "password": who.password });
        let request = self.client.post(format!("{}/api/auth/login", self.base)).json(&body);
        let (_, waits) = asked("log in", &request).await?;
        Ok(LoggedIn { took: begun.elapsed(), waits })
    }

    pub(crate) async fn make_room(&self, host: &str, seats: usize) -> anyhow::Result<RoomId> {
        self.room(host, json!({ "maxParticipants": seats })).await
    }

    /// The same, of this mode.
    pub(super) async fn make_room_of(&self, host: &str, (seats, mode): (usize, Mode)) -> anyhow::Result<RoomId> {
        match mode {
            Mode::Mesh => self.make_room(host, seats).await, // as nodes without a media server know it
            Mode::Sfu => self.room(host, json!({ "maxParticipants": seats, "mode": mode })).await,
        }
    }

    /// The same, where the seat of a disconnected member is kept for so many seconds.
    pub(crate) async fn make_patient_room(&self, host: &str, seats: usize, window: u32) -> anyhow::Result<RoomId> {
        self.room(host, json!({ "maxParticipants": seats, "seatWindowSeconds": window })).await
    }

    /// As an operator, if this is the operators' listener.
    pub(super) fn into_operator(self, token: &str) -> Operator {
        Operator { rest: self, token: token.to_owned() }
    }

    async fn room(&self, host: &str, body: serde_json::Value) -> anyhow::Result<RoomId> {
        let request = self.client.post(format!("{}/api/rooms", self.base)).bearer_auth(host).json(&body);
        let (text, _) = asked("make a room", &request).await?;
        let made: Made = serde_json::from_str(&text)?;
        Ok(made.room_id.parse()?)
    }
}

/// A client with the operators' token.
#[derive(Debug)]
pub(crate) struct Operator {
    rest: Rest,
    token: String,
}

/// A page of rooms.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoomPage {
    pub(crate) rooms: Vec<serde::de::IgnoredAny>,
    pub(crate) next_cursor: Option<String>,
}

impl Operator {
    /// The page at this path.
    pub(crate) async fn page(&self, path: &str) -> anyhow::Result<RoomPage> {
        let request = self.rest.client.get(format!("{}{path}", self.rest.base)).bearer_auth(&self.token);
        let (text, _) = asked("list rooms", &request).await?;
        Ok(serde_json::from_str(&text)?)
    }
}

fn builder(trust: Option<&Trust>) -> ClientBuilder {
    let builder = Client::builder().timeout(REQUEST_WITHIN);
    match trust {
        Some(trust) => builder.tls_backend_preconfigured(trust.config()),
        None => builder,
    }
}

/// The body of a successful response, and how often the node refused with a retry delay before.
async fn asked(what: &str, request: &RequestBuilder) -> anyhow::Result<(String, u32)> {
    for waits in 0..RETRIES_MAX {
        let request = request.try_clone().context("a request with a body that cannot be sent twice")?;
        let response = request.send().await.with_context(|| format!("cannot {what}"))?;
        let status = response.status();
        let text = response.text().await?;
        match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                let wait = serde_json::from_str(&text).map_or(1_000, |later: Later| later.retry_after_ms);
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            status if status.is_success() => return Ok((text, waits)),
            status => bail!("cannot {what}: {status} {text}"),
        }
    }
    bail!("cannot {what}: the node asked to wait {RETRIES_MAX} times")
}
