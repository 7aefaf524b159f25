//! Speaks the contract, as a node does, and keeps what came back for a case to look at.

use std::time::Duration;

use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::samples;

/// A server's address and secret.
#[derive(Clone)]
pub struct Client {
    /// Its address: `http://127.0.0.1:…`.
    pub base: String,
    secret: String,
    http: reqwest::Client,
}

/// An answer.
#[derive(Debug)]
pub struct Got {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; null, if it is no JSON.
    pub body: Value,
    /// The body as text.
    pub text: String,
}

/// The lines of an event stream.
pub struct Stream {
    response: reqwest::Response,
    rest: Vec<u8>,
}

/// A peer of a room, and what it was given.
#[derive(Clone)]
pub(super) struct Peer {
    pub(super) client: Client,
    pub(super) room: String,
    pub(super) path: String,
}

impl Got {
    /// The code of a refusal.
    #[must_use]
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// It was done; its body.
    ///
    /// # Panics
    /// It was not.
    pub fn done(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body
    }

    /// It was refused with this status and code, as a problem.
    ///
    /// # Panics
    /// It was not.
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.body["type"], format!("urn:aldis:media:{code}"));
        assert!(self.body["detail"].as_str().is_some_and(|detail| (1..=512).contains(&detail.len())), "{}", self.text);
    }
}

impl Client {
    /// A client of the server at `base`.
    #[must_use]
    pub fn new(base: String, secret: &str) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default(); // or another client did
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build();
        Self { base, secret: secret.to_owned(), http: http.expect("a client") }
    }

    /// The same with another secret.
    #[must_use]
    pub fn with_secret(&self, secret: &str) -> Self {
        Self { secret: secret.to_owned(), ..self.clone() }
    }

    /// A request.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.http.request(method, format!("{}{path}", self.base));
        if self.secret.is_empty() { request } else { request.bearer_auth(&self.secret) }
    }

    /// Sends a request.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Got {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a text");
        Got { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null), text }
    }

    /// Calls with a body, if there is one.
    pub async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Got {
        let request = self.request(method, path);
        self.send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// The counts that health shows.
    pub async fn counts(&self) -> Value {
        self.call("GET", "/v1/health", None).await.done()["counts"].clone()
    }

    /// Listens to the events.
    pub async fn listen(&self) -> Stream {
        let response = self.request("GET", "/v1/events").timeout(Duration::from_secs(60)).send().await;
        let response = response.expect("an answer");
        assert_eq!(response.status().as_u16(), 200);
        Stream { response, rest: Vec::new() }
    }

    /// A room; what it can do.
    pub(super) async fn room(&self, room: &str) -> Value {
        self.call("PUT", &format!("/v1/rooms/{room}"), None).await.done()["rtpCapabilities"].clone()
    }

    /// A peer of a room, which is made.
    pub(super) async fn peer(&self, room: &str, peer: &str) -> Peer {
        self.room(room).await;
        Peer { client: self.clone(), room: room.to_owned(), path: format!("/v1/rooms/{room}/peers/{peer}") }
    }
}

impl Peer {
    pub(super) async fn post(&self, path: &str, body: &Value) -> Got {
        self.client.call("POST", &format!("{}{path}", self.path), Some(body)).await
    }

    pub(super) async fn delete(&self, path: &str) -> Got {
        self.client.call("DELETE", &format!("{}{path}", self.path), None).await
    }

    /// A transport; its id.
    pub(super) async fn transport(&self, direction: &str) -> String {
        let made = self.post("/transports", &json!({ "direction": direction })).await.done();
        made["id"].as_str().expect("an id").to_owned()
    }

    /// A producer; its id.
    pub(super) async fn produce(&self, transport: &str, body: &Value) -> String {
        let made = self.post(&format!("/transports/{transport}/producers"), body).await.done();
        made["id"].as_str().expect("an id").to_owned()
    }

    /// A consumer of a producer, on a transport.
    pub(super) async fn consume(&self, transport: &str, producer: &str) -> Got {
        let capabilities = self.client.room(&self.room).await;
        let body = json!({ "producerId": producer, "rtpCapabilities": capabilities });
        self.post(&format!("/transports/{transport}/consumers"), &body).await
    }

    /// A peer that sends a voice: its transport and producer.
    pub(super) async fn speaks(&self) -> (String, String) {
        let transport = self.transport("send").await;
        let producer = self.produce(&transport, &samples::voice(1)).await;
        (transport, producer)
    }

    /// A peer that receives a producer: its transport and consumer.
    pub(super) async fn hears(&self, producer: &str) -> (String, String) {
        let transport = self.transport("recv").await;
        let consumer = self.consume(&transport, producer).await.done();
        (transport, consumer["id"].as_str().expect("an id").to_owned())
    }
}

impl Stream {
    /// The next line; none: the stream is at its end, or broken.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.rest.iter().position(|&byte| byte == b'\n') {
                let line: Vec<_> = self.rest.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).expect("a line of JSON"));
            }
            let chunk = timeout(Duration::from_secs(20), self.response.chunk()).await.expect("a line each second");
            self.rest.extend_from_slice(&chunk.ok()??);
        }
    }

    /// The next event of this type.
    ///
    /// # Panics
    /// The stream ends before.
    pub async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if event["type"] == kind {
                return event;
            }
        }
    }
}
