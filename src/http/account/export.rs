//! `GET /api/account/export`: everything that is stored about somebody. However much that is, a page at a time is in memory.

use std::io;

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::IntoResponse,
};
use futures_util::stream;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{SessionBody, listed};
use crate::{
    http::{Shared, auth::Account, caller::Owner, problem::Problem, rooms::RoomBody},
    storage::{MeetingPage, MessagePage, RoomId, StoreError, Stored},
};

/// Rooms or messages that are read at once.
const PAGE: u32 = 100;

/// A browser that is known from a login.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct DeviceBody {
    /// When it is forgotten unless it logs in.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// A chat message that the caller wrote.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct WrittenBody {
    /// Where it was said.
    #[schema(value_type = String, pattern = "^[a-z]{3}-[a-z]{4}-[a-z]{3}$", example = "abc-defg-hij")]
    room_id: RoomId,
    /// Its id, unique in the room.
    id: String,
    /// The caller's name at that time.
    sender_name: String,
    /// The text.
    content: String,
    /// The server's time in milliseconds since the Unix epoch.
    #[schema(minimum = 0, example = 1_800_000_000_000_i64)]
    timestamp: i64,
}

impl From<Stored> for WrittenBody {
    fn from(Stored { message, .. }: Stored) -> Self {
        Self {
            room_id: message.room_id,
            id: message.id,
            sender_name: message.sender_name,
            content: message.content,
            timestamp: message.sent_at.as_millisecond(),
        }
    }
}

/// What is read before anything is sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct ExportHead {
    /// The account.
    account: Account,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When its owner proved that the address is theirs; absent if they did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, nullable = false, required = false)]
    verified_at: Option<Timestamp>,
    /// Its sessions.
    sessions: Vec<SessionBody>,
    /// Browsers that are known from a login, and until when; the last used first.
    devices: Vec<DeviceBody>,
}

/// Everything that is stored about an account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct Export {
    #[schema(inline)]
    #[serde(flatten)]
    head: ExportHead,
    /// The rooms it hosts, newest first.
    rooms: Vec<RoomBody>,
    /// The chat messages it wrote, in whatever room, newest first.
    messages: Vec<WrittenBody>,
}

/// Everything that is stored about you, chat messages that you wrote included. It is sent as it is read: if the database fails
/// meanwhile, the response ends before its JSON does, and the connection is closed.
#[utoipa::path(get, path = "/api/account/export", tag = "account", operation_id = "exportAccount", security(("bearer" = []), ("cookie" = [])),
    responses((status = 200, body = Export, description = "Everything that is stored about the caller")))]
pub(in crate::http) async fn export(
    State(site): State<Shared>,
    Owner(caller): Owner,
) -> Result<impl IntoResponse, Problem> {
    let account = caller.account()?;
    let user = site.accounts.account(account).await?;
    let sessions = listed(&caller, site.accounts.sessions(account).await?);
    let devices = site.accounts.devices(account).await?.into_iter();
    let devices = devices.map(|expires_at| DeviceBody { expires_at }).collect();
    let (created_at, verified_at) = (user.created_at, user.verified_at);
    let head = ExportHead { account: user.into(), created_at, verified_at, sessions, devices };
    let head = serde_json::to_string(&head).map_err(Problem::internal)?;
    let pages = Pages { site, user: account, is_first: true, next: Next::Head(head) };
    let parts = stream::try_unfold(pages, |mut pages| async move {
        let part = pages.part().await;
        let part = part.inspect_err(|why| tracing::warn!(%why, user = %pages.user, "an export was cut short"))?;
        Ok::<_, io::Error>(part.map(|part| (Bytes::from(part), pages)))
    });
    Ok(([(header::CONTENT_TYPE, "application/json")], Body::from_stream(parts)))
}

/// What has yet to be sent.
enum Next {
    /// The object of `ExportHead`.
    Head(String),
    /// Rooms made before this one.
    Rooms(Option<(Timestamp, RoomId)>),
    /// Messages before this position.
    Messages(Option<i64>),
    Nothing,
}

struct Pages {
    site: Shared,
    user: Uuid,
    /// Of its list.
    is_first: bool,
    next: Next,
}

impl Pages {
    /// The next part of the JSON text; `None` at its end.
    async fn part(&mut self) -> io::Result<Option<String>> {
        let failed = |why: StoreError| io::Error::other(why);
        let (text, next) = match &self.next {
            Next::Head(head) => {
                let begun = head.strip_suffix('}').unwrap_or(head);
                (format!("{begun},\"rooms\":["), Next::Rooms(None))
            }
            Next::Rooms(before) => {
                let page = MeetingPage { before: *before, limit: PAGE };
                let rooms = self.site.rooms.of(&self.user.into(), page).await.map_err(failed)?;
                match rooms.last().map(|last| (last.created_at, last.room_id)) {
                    Some(last) => {
                        let rooms = rooms.into_iter().map(|room| RoomBody::new(room, None));
                        (self.elements(rooms)?, Next::Rooms(Some(last)))
                    }
                    None => ("],\"messages\":[".to_owned(), Next::Messages(None)),
                }
            }
            Next::Messages(before) => {
                let page = MessagePage { before: *before, limit: PAGE };
                let written = self.site.accounts.written(self.user, page).await.map_err(io::Error::other)?;
                match written.last().map(|last| last.position) {
                    Some(last) => {
                        (self.elements(written.into_iter().map(WrittenBody::from))?, Next::Messages(Some(last)))
                    }
                    None => ("]}".to_owned(), Next::Nothing),
                }
            }
            Next::Nothing => return Ok(None),
        };
        // After a page there are others of its list.
        self.is_first = !matches!(next, Next::Rooms(Some(_)) | Next::Messages(Some(_)));
        self.next = next;
        Ok(Some(text))
    }

    /// Elements of a list, a comma before each but the list's first.
    fn elements<T: Serialize>(&self, elements: impl Iterator<Item = T>) -> io::Result<String> {
        let mut text = String::new();
        for element in elements {
            if !(self.is_first && text.is_empty()) {
                text.push(',');
            }
            text.push_str(&serde_json::to_string(&element)?);
        }
        Ok(text)
    }
}
