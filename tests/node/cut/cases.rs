//! Every route that changes something: what is there before, the request, and what is there afterwards.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    line::Answer,
    world::{Login, NEW_PASSWORD, PASSWORD, World},
};
use crate::socket::Socket;

/// A route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Case {
    SignUp,
    LogIn,
    Refresh,
    LogOut,
    EndSession,
    EndSessions,
    ChangePassword,
    ResetPassword,
    DeleteAccount,
    Disable,
    Invite,
    RevokeInvite,
    Verify,
    CreateRoom,
    CloseRoom,
    DeleteRoom,
}

/// All but [`Case::Verify`], for which a node must demand it.
pub(super) const CASES: [Case; 15] = [
    Case::SignUp,
    Case::LogIn,
    Case::Refresh,
    Case::LogOut,
    Case::EndSession,
    Case::EndSessions,
    Case::ChangePassword,
    Case::ResetPassword,
    Case::DeleteAccount,
    Case::Disable,
    Case::Invite,
    Case::RevokeInvite,
    Case::CreateRoom,
    Case::CloseRoom,
    Case::DeleteRoom,
];

/// Whether a change was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Before,
    After,
}

/// What a case works on.
pub(super) struct Prepared {
    pub(super) address: String,
    pub(super) request: Vec<u8>,
    /// Whom the change disconnects, if they are connected.
    pub(super) socket: Option<Socket>,
    email: String,
    /// The session that asks.
    own: Login,
    /// Another one of the same user.
    other: Login,
    room: String,
    /// What is known of a refresh, which is repeated only once.
    refreshed: Option<State>,
}

impl Case {
    /// Whether operators ask for it, on their listener.
    fn is_operators(self) -> bool {
        matches!(self, Self::Disable | Self::Invite | Self::RevokeInvite)
    }

    /// An account, two sessions and a room, as far as the case needs them, and the request.
    pub(super) async fn prepare(self, world: &World<'_>, nth: u32, is_connected: bool) -> Prepared {
        let email = format!("{self:?}-{nth}@example.org").to_lowercase();
        let (mut own, mut other, mut room) = (Login::of(&Value::Null), Login::of(&Value::Null), String::new());
        if !matches!(self, Self::SignUp | Self::Invite | Self::RevokeInvite) {
            own = world.sign_up(&email).await;
        }
        if matches!(self, Self::LogOut | Self::EndSession | Self::EndSessions | Self::ChangePassword) {
            other = world.log_in(&email, PASSWORD).await.expect("a login");
        }
        if matches!(self, Self::DeleteAccount | Self::CloseRoom | Self::DeleteRoom) {
            room = world.room(&own.access).await;
        }
        let ended = match self {
            Self::SignUp
            | Self::LogIn
            | Self::Refresh
            | Self::Invite
            | Self::RevokeInvite
            | Self::Verify
            | Self::CreateRoom => None,
            Self::ChangePassword | Self::EndSession => Some(&other.access),
            Self::LogOut
            | Self::EndSessions
            | Self::ResetPassword
            | Self::DeleteAccount
            | Self::Disable
            | Self::CloseRoom
            | Self::DeleteRoom => Some(&own.access),
        };
        let mut socket = None;
        if let (Some(access), true) = (ended, is_connected) {
            let mut connected = world.node.socket(access).await;
            if !room.is_empty() {
                connected.joins(&room).await;
            }
            socket = Some(connected);
        }
        let address = if self.is_operators() { &world.node.admin } else { &world.node.http };
        let (address, mut prepared) = (
            address.clone(),
            Prepared { address: String::new(), request: Vec::new(), socket, email, own, other, room, refreshed: None },
        );
        prepared.request = self.request(world, &prepared).await;
        prepared.address = address;
        prepared
    }

    async fn request(self, world: &World<'_>, on: &Prepared) -> Vec<u8> {
        let credentials = json!({ "email": on.email, "password": PASSWORD });
        let (method, path, body) = match self {
            Self::SignUp => {
                let body = json!({ "email": on.email, "password": PASSWORD, "name": "Ann" });
                ("POST", "/api/auth/signup".to_owned(), body)
            }
            Self::LogIn => ("POST", "/api/auth/login".to_owned(), credentials),
            Self::Refresh => ("POST", "/api/auth/refresh".to_owned(), json!({ "refreshToken": on.own.refresh })),
            Self::LogOut => ("POST", "/api/auth/logout".to_owned(), json!({ "refreshToken": on.own.refresh })),
            Self::EndSession => {
                let sessions = world.sessions(&on.own.access).await;
                let other = sessions.iter().find(|session| session["current"] == false).expect("another session");
                let id = other["id"].as_str().expect("an id");
                ("DELETE", format!("/api/account/sessions/{id}"), Value::Null)
            }
            Self::EndSessions => ("DELETE", "/api/account/sessions".to_owned(), Value::Null),
            Self::ChangePassword => {
                let body = json!({ "password": PASSWORD, "newPassword": NEW_PASSWORD });
                ("POST", "/api/account/password".to_owned(), body)
            }
            Self::ResetPassword => {
                let body = json!({ "token": world.reset_token(&on.email).await, "newPassword": NEW_PASSWORD });
                ("POST", "/api/auth/password/reset".to_owned(), body)
            }
            Self::Invite => ("POST", "/internal/invites".to_owned(), json!({ "email": on.email })),
            Self::RevokeInvite => {
                ("DELETE", format!("/internal/invites/{}", world.invited(&on.email).await), Value::Null)
            }
            Self::Verify => {
                let token = world.mailed_token(&on.email).await;
                ("POST", "/api/auth/verify".to_owned(), json!({ "token": token, "password": PASSWORD }))
            }
            Self::DeleteAccount => ("POST", "/api/account/delete".to_owned(), json!({ "password": PASSWORD })),
            Self::Disable => ("PATCH", format!("/internal/users/{}", on.own.user), json!({ "disabled": true })),
            Self::CreateRoom => ("POST", "/api/rooms".to_owned(), json!({})),
            Self::CloseRoom => {
                ("PATCH", format!("/api/rooms/{}", on.room), json!({ "active": false, "maxParticipants": 8 }))
            }
            Self::DeleteRoom => ("DELETE", format!("/api/rooms/{}", on.room), Value::Null),
        };
        let token = if self.is_operators() { &world.operator } else { &on.own.access };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let authorization = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nX-Refresh-Token: body\r\n{authorization}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            if self.is_operators() { &world.node.admin } else { &world.node.http },
            body.len(),
        );
        head.into_bytes()
    }

    /// Whether the change was made; everything that can be asked must say the same.
    pub(super) async fn judge(self, world: &World<'_>, on: &mut Prepared, answer: &Answer, what: &str) -> State {
        let state = match self {
            Self::SignUp => Self::signed_up(world, on, what).await,
            Self::LogIn => {
                if answer.status.is_some() {
                    let access = Login::of(&answer.body).access;
                    assert!(world.knows(&access).await, "{what}: its token is refused");
                }
                made(world.sessions(&on.own.access).await.len() == 2)
            }
            Self::Refresh => Self::refreshed(world, on, answer, what).await,
            Self::LogOut => Self::one_ended(world, (&on.own, &on.other), what).await,
            Self::EndSession => Self::one_ended(world, (&on.other, &on.own), what).await,
            Self::EndSessions => {
                let known = [world.knows(&on.own.access).await, world.knows(&on.other.access).await];
                assert!(known[0] == known[1], "{what}: one of two sessions: {known:?}");
                made(!known[0])
            }
            Self::ChangePassword => {
                assert!(world.knows(&on.own.access).await, "{what}: this session goes on");
                Self::new_password(world, on, &on.other, what).await
            }
            Self::ResetPassword => Self::new_password(world, on, &on.own, what).await,
            Self::Invite | Self::RevokeInvite => {
                let count = world.invites().await.into_iter().filter(|invite| invite["email"] == on.email).count();
                assert!(count <= 1, "{what}: {count} invites");
                made((count == 1) == (self == Self::Invite))
            }
            Self::Verify => match world.log_in(&on.email, PASSWORD).await {
                Ok(_) => State::After,
                Err(status) => {
                    assert_eq!(status, 403, "{what}");
                    State::Before
                }
            },
            Self::DeleteAccount => {
                let state = Self::is_out(world, on, 401, what).await;
                // Rooms go after the account, in the background if the node was interrupted.
                let (begun, mut look) = (Instant::now(), tokio::time::interval(Duration::from_millis(100)));
                while state == State::After && world.seen(&on.room).await.is_some() {
                    assert!(begun.elapsed() < Duration::from_secs(30), "{what}: the room is left");
                    look.tick().await;
                }
                assert_eq!(made(world.seen(&on.room).await.is_none()), state, "{what}: the room");
                state
            }
            Self::Disable => Self::is_out(world, on, 403, what).await,
            Self::CreateRoom | Self::CloseRoom | Self::DeleteRoom => self.room(world, on, what).await,
        };
        if let Some(socket) = &mut on.socket {
            match state {
                State::After => assert!(socket.is_closed().await.is_some(), "{what}: the socket is open"),
                State::Before => socket.is_alive().await,
            }
        }
        state
    }

    async fn signed_up(world: &World<'_>, on: &Prepared, what: &str) -> State {
        match world.log_in(&on.email, PASSWORD).await {
            Ok(login) => {
                let sessions = world.sessions(&login.access).await.len();
                assert!(sessions >= 2, "{what}: an account without its first session");
                State::After
            }
            Err(status) => {
                assert_eq!(status, 401, "{what}");
                State::Before
            }
        }
    }

    /// The owner's session has ended, and every login is refused with this status.
    async fn is_out(world: &World<'_>, on: &Prepared, refused: u16, what: &str) -> State {
        let is_known = world.knows(&on.own.access).await;
        let login = world.log_in(&on.email, PASSWORD).await;
        assert_eq!(login.map(drop).err(), (!is_known).then_some(refused), "{what}");
        made(!is_known)
    }

    /// A session in its owner's list, and its access token.
    async fn one_ended(world: &World<'_>, (session, asking): (&Login, &Login), what: &str) -> State {
        let is_ended = world.sessions(&asking.access).await.len() == 1;
        assert_eq!(world.knows(&session.access).await, !is_ended, "{what}: the access token");
        made(is_ended)
    }

    /// Which password logs in; `ended` is the session that goes with the old one.
    async fn new_password(world: &World<'_>, on: &Prepared, ended: &Login, what: &str) -> State {
        let (old, new) = (world.log_in(&on.email, PASSWORD).await, world.log_in(&on.email, NEW_PASSWORD).await);
        assert!(old.is_ok() != new.is_ok(), "{what}: both passwords, or none");
        assert_eq!(world.knows(&ended.access).await, old.is_ok(), "{what}: the session that ends");
        made(new.is_ok())
    }

    /// Nobody is signed out: within the grace the same use gives the same tokens.
    async fn refreshed(world: &World<'_>, on: &mut Prepared, answer: &Answer, what: &str) -> State {
        assert!(world.knows(&on.own.access).await, "{what}: the session has ended");
        assert_eq!(world.sessions(&on.own.access).await.len(), 1, "{what}");
        // A client that knows nothing repeats its request at once, not after a restart.
        if let Some(state) = on.refreshed {
            return state;
        }
        let again = world.refreshed(&on.own.refresh).await;
        let again = again.unwrap_or_else(|status| panic!("{what}: whoever refreshes again gets {status}"));
        if answer.status.is_some() {
            assert_eq!(Login::of(&answer.body).refresh, again.refresh, "{what}: two successors");
        }
        *on.refreshed.insert(made(answer.status.is_some()))
    }

    async fn room(self, world: &World<'_>, on: &Prepared, what: &str) -> State {
        let listed = world.rooms(&on.own.access).await;
        for room in &listed {
            let id = room["roomId"].as_str().expect("an id");
            let seen = world.seen(id).await.unwrap_or_else(|| panic!("{what}: a room in the database only"));
            for field in ["active", "maxParticipants"] {
                assert_eq!(seen[field], room[field], "{what}: {field} in cache and database");
            }
        }
        match (self, &listed[..]) {
            (Self::CloseRoom, [room]) => {
                let is_closed = room["active"] == false;
                assert_eq!(room["maxParticipants"], if is_closed { 8 } else { 4 }, "{what}: half a change");
                made(is_closed)
            }
            (Self::DeleteRoom, rooms) => {
                assert_eq!(world.seen(&on.room).await.is_some(), rooms.len() == 1, "{what}: the cache");
                made(rooms.is_empty())
            }
            (_, rooms) => made(rooms.len() == 1),
        }
    }
}

fn made(is_made: bool) -> State {
    if is_made { State::After } else { State::Before }
}
