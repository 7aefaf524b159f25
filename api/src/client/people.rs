//! Requests about who is in a room, who may not come back, and who waits.

use aldis_protocol::{RoomId, UserId, media::TrackKind};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::{Client, NOTHING, done};
use crate::{Ban, Error, NewMessage, Participant, Room, Waiting};

impl Client {
    /// `GET …/participants`: who is in a room, over all nodes, in the order of joins.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn participants(&self, room: RoomId) -> Result<Vec<Participant>, Error> {
        #[derive(Deserialize)]
        struct List {
            participants: Vec<Participant>,
        }
        let list: List = self.ask(Method::GET, &[room.as_str(), "participants"], NOTHING).await?;
        Ok(list.participants)
    }

    /// `POST …/participants/{userId}/remove`: removes somebody; with `ban` for good.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn remove(&self, room: RoomId, user: &UserId, ban: bool) -> Result<(), Error> {
        let path = [room.as_str(), "participants", &user.to_string(), "remove"];
        self.tell(Method::POST, &path, Some(&json!({ "ban": ban }))).await
    }

    /// `POST …/participants/{userId}/move`: moves somebody to another room, which must admit them.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn move_to(&self, room: RoomId, user: &UserId, to: RoomId) -> Result<(), Error> {
        let path = [room.as_str(), "participants", &user.to_string(), "move"];
        self.tell(Method::POST, &path, Some(&json!({ "to": to }))).await
    }

    /// `POST …/participants/{userId}/mute`: asks somebody to switch something off; their client decides.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn ask_to_mute(&self, room: RoomId, user: &UserId, kind: TrackKind) -> Result<(), Error> {
        let path = [room.as_str(), "participants", &user.to_string(), "mute"];
        self.tell(Method::POST, &path, Some(&json!({ "kind": kind }))).await
    }

    /// `POST …/host`: makes somebody who is in the room its host.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn hand_over(&self, room: RoomId, user: &UserId) -> Result<Room, Error> {
        self.ask(Method::POST, &[room.as_str(), "host"], Some(&json!({ "userId": user }))).await
    }

    /// `POST …/messages`: says something of the application to somebody who is in a room, or to all who are, as `message` without a
    /// sender. Repeated, it is said again.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send_message(&self, room: RoomId, message: &NewMessage) -> Result<(), Error> {
        self.tell(Method::POST, &[room.as_str(), "messages"], Some(message)).await
    }

    /// `DELETE /v1/users/{userId}/sessions`: tokens of somebody that were issued until now are refused, and their sockets closed.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn end_sessions(&self, user: &UserId) -> Result<(), Error> {
        let url = self.below(&["users", &user.to_string(), "sessions"])?;
        done(self.request(Method::DELETE, url, NOTHING)?.send().await?).await
    }

    /// `GET …/bans`: who may not come back.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn bans(&self, room: RoomId) -> Result<Vec<Ban>, Error> {
        #[derive(Deserialize)]
        struct List {
            bans: Vec<Ban>,
        }
        let list: List = self.ask(Method::GET, &[room.as_str(), "bans"], NOTHING).await?;
        Ok(list.bans)
    }

    /// `DELETE …/bans/{userId}`: lets somebody come back; `DELETE …/bans`: everybody.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn lift_bans(&self, room: RoomId, user: Option<&UserId>) -> Result<(), Error> {
        let user = user.map(ToString::to_string);
        let path: Vec<&str> = [room.as_str(), "bans"].into_iter().chain(user.as_deref()).collect();
        self.tell(Method::DELETE, &path, NOTHING).await
    }

    /// `GET …/waiting`: the guests who wait to be let in, in the order in which they came.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn waiting(&self, room: RoomId) -> Result<Vec<Waiting>, Error> {
        self.ask(Method::GET, &[room.as_str(), "waiting"], NOTHING).await
    }

    /// `POST …/waiting/{id}`: lets a guest in, or does not.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn answer(&self, room: RoomId, guest: &str, admit: bool) -> Result<(), Error> {
        self.tell(Method::POST, &[room.as_str(), "waiting", guest], Some(&json!({ "admit": admit }))).await
    }

    /// `POST …/waiting`: lets all in who wait now, or nobody.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn answer_all(&self, room: RoomId, admit: bool) -> Result<(), Error> {
        self.tell(Method::POST, &[room.as_str(), "waiting"], Some(&json!({ "admitAll": admit }))).await
    }
}
