//! Requests to `/v1/rooms`. Each has a token of its own, valid for a minute.

use std::time::Duration;

use aldis_protocol::RoomId;
use reqwest::{Method, header};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::Url;

use crate::{Error, Grants, Key, NewRoom, Page, Problem, Room, RoomChange, Rooms, Token, webhook::Event};

mod people;

/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// How long a request's token is valid.
const TOKEN_LIFE: Duration = Duration::from_secs(60);
/// The `sub` of the client's tokens, unless another is named.
const SUBJECT: &str = "backend";

/// A client of the server API with an API key. Cheap to copy.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    key: Key,
    subject: String,
}

/// No body.
const NOTHING: Option<&()> = None;

impl Client {
    /// A client of the nodes at this base, such as `https://calls.example.org`.
    ///
    /// # Errors
    /// [`Error::Base`]: it is no such address; [`Error::Unreachable`]: no HTTP client can be made.
    pub fn new(base: &str, key: Key) -> Result<Self, Error> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default(); // another thread was faster
        }
        Self::with_http(reqwest::Client::builder().timeout(ANSWER_WITHIN).build()?, base, key)
    }

    /// The same over an HTTP client of the caller's.
    ///
    /// # Errors
    /// [`Error::Base`]: it is no such address.
    pub fn with_http(http: reqwest::Client, base: &str, key: Key) -> Result<Self, Error> {
        let url = Url::parse(base).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let base = url.ok_or_else(|| Error::Base(base.to_owned()))?;
        Ok(Self { http, base, key, subject: SUBJECT.to_owned() })
    }

    /// The same whose tokens have this `sub`: requests count by it, and it hosts the rooms that name no host.
    #[must_use]
    pub fn acting_as(self, subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), ..self }
    }

    /// `POST /v1/rooms`: creates a room.
    ///
    /// # Errors
    /// See [`Error`]; so do all requests.
    pub async fn create_room(&self, wish: &NewRoom) -> Result<Room, Error> {
        self.ask(Method::POST, &[], Some(wish)).await
    }

    /// The same once, however often it is asked for with the same `idempotency_key` within 24 hours.
    ///
    /// # Errors
    /// See [`Error`]; `idempotency_conflict`: the key was used with another request.
    pub async fn create_room_once(&self, idempotency_key: &str, wish: &NewRoom) -> Result<Room, Error> {
        let request = self.request(Method::POST, self.at(&[])?, Some(wish))?;
        read(request.header("idempotency-key", idempotency_key).send().await?).await
    }

    /// `GET /v1/rooms`: a page of all rooms, the newest first.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn rooms(&self, page: &Page) -> Result<Rooms, Error> {
        let mut url = self.at(&[])?;
        for (name, value) in [("limit", page.limit.map(|limit| limit.to_string())), ("cursor", page.cursor.clone())] {
            if let Some(value) = value {
                url.query_pairs_mut().append_pair(name, &value);
            }
        }
        read(self.request(Method::GET, url, NOTHING)?.send().await?).await
    }

    /// `GET /v1/rooms/{roomId}`: a room, with its number of participants.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn room(&self, room: RoomId) -> Result<Room, Error> {
        self.ask(Method::GET, &[room.as_str()], NOTHING).await
    }

    /// `PATCH /v1/rooms/{roomId}`: changes a room.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn change_room(&self, room: RoomId, change: &RoomChange) -> Result<Room, Error> {
        self.ask(Method::PATCH, &[room.as_str()], Some(change)).await
    }

    /// `POST /v1/rooms/{roomId}/close`: disconnects all; nobody can join until it is `active` again.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn close_room(&self, room: RoomId) -> Result<Room, Error> {
        self.ask(Method::POST, &[room.as_str(), "close"], NOTHING).await
    }

    /// `DELETE /v1/rooms/{roomId}`: deletes a room with what was said in it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn delete_room(&self, room: RoomId) -> Result<(), Error> {
        self.tell(Method::DELETE, &[room.as_str()], NOTHING).await
    }

    /// `GET /v1/rooms/{roomId}/timeline`: what happened in it in the last 24 hours, the oldest first.
    ///
    /// # Errors
    /// See [`Error`]; `timeline_off`: the nodes do not keep it.
    pub async fn timeline(&self, room: RoomId) -> Result<Vec<Event>, Error> {
        #[derive(Deserialize)]
        struct Timeline {
            events: Vec<Event>,
        }
        let timeline: Timeline = self.ask(Method::GET, &[room.as_str(), "timeline"], NOTHING).await?;
        Ok(timeline.events)
    }

    /// The address of something below `/v1/rooms`.
    fn at(&self, segments: &[&str]) -> Result<Url, Error> {
        self.below(&[&["rooms"], segments].concat())
    }

    /// The address of something below `/v1`.
    fn below(&self, segments: &[&str]) -> Result<Url, Error> {
        // An address without them would be somebody else's, or everybody's.
        if let Some(dots) = segments.iter().find(|segment| [".", ".."].contains(*segment)) {
            return Err(Error::Unaddressable((*dots).to_owned()));
        }
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("v1").extend(segments);
        }
        Ok(url)
    }

    fn request(
        &self,
        method: Method,
        url: Url,
        body: Option<&impl Serialize>,
    ) -> Result<reqwest::RequestBuilder, Error> {
        let grants = Grants { admin: true, ..Grants::default() };
        let token = self.key.sign(&Token { life: TOKEN_LIFE, ..Token::new(&*self.subject, grants) })?;
        let request = self.http.request(method, url).bearer_auth(token);
        let Some(body) = body else { return Ok(request) };
        let body = serde_json::to_vec(body).unwrap_or_default(); // our own plain structs always serialise
        Ok(request.header(header::CONTENT_TYPE, "application/json").body(body))
    }

    /// A request with an answer.
    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        segments: &[&str],
        body: Option<&impl Serialize>,
    ) -> Result<T, Error> {
        read(self.request(method, self.at(segments)?, body)?.send().await?).await
    }

    /// A request that is answered without content.
    async fn tell(&self, method: Method, segments: &[&str], body: Option<&impl Serialize>) -> Result<(), Error> {
        done(self.request(method, self.at(segments)?, body)?.send().await?).await
    }
}

/// That an answer without content is no refusal.
async fn done(answer: reqwest::Response) -> Result<(), Error> {
    if answer.status().is_success() { Ok(()) } else { read(answer).await }
}

async fn read<T: DeserializeOwned>(answer: reqwest::Response) -> Result<T, Error> {
    let status = answer.status();
    let body = answer.bytes().await?;
    let unreadable = |why| Error::Unreadable { status, why };
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(unreadable);
    }
    let problem: Problem = serde_json::from_slice(&body).map_err(unreadable)?;
    Err(Error::Refused(Box::new(problem)))
}
