//! Hosts' actions on present and former members: one use case for HTTP and for the wire, with one rule for who may take them.
//!
//! Every action is idempotent. Must not know how a user was authenticated.

use std::sync::Arc;

use actors::{
    ports::{Action, Denied, Grants, Hosts, Identity, Later, grants},
    protocol::{Code, Member, Power, RoomId, UserId, server::Refusal},
};
use jiff::Timestamp;

use super::Hosting;
use crate::{
    auth::Clock,
    rooms::cache::Cached,
    storage::{Ban, BanChange, Meeting, MeetingChange, StoreError},
};

/// The retry delay for clients while a dependency is down.
const RETRY_MS: u64 = 1_000;

/// Who wants something done.
#[derive(Clone, Debug)]
pub struct By {
    /// Their id.
    pub user: UserId,
    /// What their token grants; `None`: what the owner of an account may do.
    pub grants: Option<Arc<Grants>>,
}

/// Why it was not done. The texts are sent to clients.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// There is no such room.
    #[error("There is no room {0}.")]
    NoRoom(RoomId),
    /// Their token is not for this room.
    #[error("Not allowed: {0}.")]
    Denied(Denied),
    /// They are neither the host nor an administrator.
    #[error("Only the host of room {0} may do this.")]
    NotHost(RoomId),
    /// Whom it concerns is not in the room.
    #[error("{0} is not in the room.")]
    NotThere(UserId),
    /// The host stays the host.
    #[error("{0} is the host, who cannot be kept out: hand the room over first.")]
    Host(UserId),
    /// One leaves by oneself.
    #[error("That is you: leave the room instead.")]
    Oneself,
    /// Both rooms are the same.
    #[error("They are to be moved from room {0} to itself: name another room.")]
    SameRoom(RoomId),
    /// The room is closed.
    #[error("Room {0} is closed: open it first.")]
    Closed(RoomId),
    /// The room has as many participants as it may.
    #[error("Room {0} already has {1} of {1} participants.")]
    Full(RoomId, u32),
    /// The room's host lets nobody new in.
    #[error("Room {0} is locked: unlock it first.")]
    Locked(RoomId),
    /// The room's host has removed them for good.
    #[error("{0} is banned from room {1}: lift the ban first.")]
    Banned(UserId, RoomId),
    /// Nobody can be told anything without a connection.
    #[error("{0} is not connected just now: try again in a moment.")]
    Disconnected(UserId),
    /// The members of the room cannot be looked up, or told, now.
    #[error("The room cannot be reached just now: try again in a moment.")]
    Away,
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl By {
    fn administers(&self, room_id: RoomId) -> bool {
        grants::decide(self.grants.as_deref(), Action::AdministerRoom(room_id)).is_ok()
    }

    /// Whether they may do what a host may.
    fn may_host(&self, room: &Meeting) -> Result<(), NotDone> {
        if self.administers(room.room_id) {
            return Ok(());
        }
        grants::decide(self.grants.as_deref(), Action::HostRoom(room.room_id)).map_err(NotDone::Denied)?;
        if room.host_id == self.user { Ok(()) } else { Err(NotDone::NotHost(room.room_id)) }
    }
}

impl Hosting {
    /// The room, for a user with the rights of its host.
    ///
    /// # Errors
    /// `NoRoom`, `Denied`, `NotHost`, `Store`.
    pub async fn hosted(&self, room_id: RoomId, by: &By) -> Result<Meeting, NotDone> {
        let room = self.0.rooms.find(room_id).await?.ok_or(NotDone::NoRoom(room_id))?;
        by.may_host(&room).map(|()| room)
    }

    /// Does what this user wants with those who are in the room, or with the room itself.
    ///
    /// # Errors
    /// Why not.
    pub async fn act(&self, room_id: RoomId, by: By, power: Power, now: Timestamp) -> Result<(), NotDone> {
        let room = self.0.rooms.find(room_id).await?.ok_or(NotDone::NoRoom(room_id))?;
        match (by.may_host(&room), &power) {
            // Repeated, perhaps by the previous host.
            (Ok(()) | Err(NotDone::NotHost(_)), Power::HandOver(to)) if *to == room.host_id => return Ok(()),
            (may, _) => may?,
        }
        match power {
            Power::Remove { user, .. } if user == by.user && !by.administers(room_id) => Err(NotDone::Oneself),
            Power::Remove { user, ban: true } => self.ban(&room, &by, user, now).await,
            Power::Remove { user, ban: false } => {
                self.seen(room_id, &by, &user).await?;
                self.0.live.evict(room_id, user);
                Ok(())
            }
            Power::Mute { .. } if by.grants.as_ref().is_some_and(|grants| grants.hidden) => {
                Err(NotDone::Denied(Denied::Hidden)) // the member would be told who asks
            }
            Power::Mute { user, kind } => {
                self.seen(room_id, &by, &user).await?;
                self.0.live.request_mute(room_id, &by.user, user, kind).await.map_err(|_| NotDone::Away)
            }
            Power::HandOver(to) => {
                self.seen(room_id, &by, &to).await?;
                self.hand_over(&room, &by, to).await
            }
            Power::Set { locked, guests } => {
                let guests = guests.map(Into::into);
                if locked.is_none_or(|locked| locked == room.locked)
                    && guests.is_none_or(|guests| guests == room.guests)
                {
                    return Ok(()); // it is so
                }
                self.set(&room, MeetingChange { locked, guests, ..MeetingChange::default() }).await
            }
            Power::End => self.set(&room, MeetingChange { active: Some(false), ..MeetingChange::default() }).await,
        }
    }

    /// Lets somebody, or everybody, come back.
    ///
    /// # Errors
    /// Why not.
    pub async fn lift_bans(&self, room_id: RoomId, by: &By, user: Option<UserId>) -> Result<(), NotDone> {
        let room = self.hosted(room_id, by).await?;
        self.change_bans(&room, user.map_or(BanChange::LiftAll, BanChange::Lift)).await
    }

    pub(super) async fn member(&self, room_id: RoomId, user: &UserId) -> Result<Member, NotDone> {
        let members = self.0.live.members(room_id).await.ok_or(NotDone::Away)?;
        members.into_iter().find(|member| member.user == *user).ok_or_else(|| NotDone::NotThere(user.clone()))
    }

    /// A member of whom this user may know: of a hidden one only administrators do.
    async fn seen(&self, room_id: RoomId, by: &By, user: &UserId) -> Result<Member, NotDone> {
        let member = self.member(room_id, user).await?;
        if member.is_hidden() && !by.administers(room_id) { Err(NotDone::NotThere(user.clone())) } else { Ok(member) }
    }

    /// Somebody may not come back, whether they are there now or not, and is removed.
    async fn ban(&self, room: &Meeting, by: &By, user: UserId, now: Timestamp) -> Result<(), NotDone> {
        if user == room.host_id {
            return Err(NotDone::Host(user));
        }
        // Without the ledger the name is unknown, as is that of a hidden member; the ban applies all the same.
        let name = self.seen(room.room_id, by, &user).await.map(|member| member.name.to_string()).unwrap_or_default();
        self.change_bans(room, BanChange::Add(Ban { user: user.clone(), name, at: super::in_millis(now) })).await?;
        self.0.live.ban(room.room_id, user);
        Ok(())
    }

    async fn change_bans(&self, room: &Meeting, change: BanChange) -> Result<(), NotDone> {
        let (shared, room_id, host) = (Arc::clone(&self.0), room.room_id, room.host_id.clone());
        let change = async move {
            let changed = shared.rooms.store.change_bans(room_id, &host, &change).await;
            shared.learn(room_id, &changed).await;
            changed
        };
        let changed = self.0.changes.run("change the bans of a room", change).await?;
        // Somebody else has become the host at the same time.
        changed.map(drop).ok_or(NotDone::NotHost(room_id))
    }

    /// A host may give somebody as many rooms as they may have; an administrator, whose limits are others, any number.
    async fn hand_over(&self, room: &Meeting, by: &By, to: UserId) -> Result<(), NotDone> {
        let (shared, room_id, from) = (Arc::clone(&self.0), room.room_id, room.host_id.clone());
        let max = if by.administers(room_id) { u32::MAX } else { self.0.per_host_max };
        let change = async move {
            let changed = shared.rooms.store.hand_over(room_id, &from, &to, max).await;
            shared.learn(room_id, &changed).await;
            changed
        };
        let changed = self.0.changes.run("hand a room over", change).await?;
        // Somebody else has handed it over at the same time.
        changed.map(drop).ok_or(NotDone::NotHost(room_id))
    }

    async fn set(&self, room: &Meeting, change: MeetingChange) -> Result<(), NotDone> {
        let changed = self.change(room.room_id, room.host_id.clone(), change).await?;
        changed.map(drop).ok_or(NotDone::NotHost(room.room_id))
    }
}

impl super::Shared {
    /// After a change that was made, or perhaps was: all who keep the room's settings learn of it.
    async fn learn(&self, room_id: RoomId, changed: &Result<Option<Meeting>, StoreError>) {
        match changed {
            Ok(Some(meeting)) => self.committed(room_id, Cached::Room(meeting.clone())).await,
            Err(StoreError::Unknown(_)) => self.in_doubt([room_id]).await,
            Ok(None) | Err(_) => {}
        }
    }
}

/// What hosts want done from within their calls.
#[derive(Clone)]
pub struct InCall {
    hosting: Hosting,
    clock: Clock,
}

impl InCall {
    /// Done by `hosting`.
    #[must_use]
    pub const fn new(hosting: Hosting, clock: Clock) -> Self {
        Self { hosting, clock }
    }
}

impl Hosts for InCall {
    fn act(&self, room: RoomId, by: &Identity, power: Power) -> Later<Result<(), Refusal>> {
        let (all, by) = (self.clone(), By { user: by.user.clone(), grants: by.grants.clone() });
        Box::pin(async move {
            let (user, what) = (by.user.clone(), power.kind().as_str());
            let done = all.hosting.act(room, by, power, all.clock.now()).await;
            let result = done.as_ref().map_or_else(|why| refusal_code(why).as_str(), |()| "ok");
            tracing::info!(target: "audit", event = what, result, %user, %room);
            done.map_err(|why| refusal(&why))
        })
    }
}

fn refusal_code(why: &NotDone) -> Code {
    match why {
        NotDone::NoRoom(_) => Code::RoomNotFound,
        NotDone::NotHost(_) => Code::NotHost,
        NotDone::NotThere(_) => Code::PeerNotFound,
        NotDone::Denied(_)
        | NotDone::Host(_)
        | NotDone::Store(StoreError::TooManyBans { .. } | StoreError::TooManyRooms { .. }) => Code::Forbidden,
        NotDone::Oneself | NotDone::SameRoom(_) => Code::BadMessage,
        NotDone::Closed(_) => Code::RoomClosed,
        NotDone::Full(..) => Code::RoomFull,
        NotDone::Locked(_) => Code::RoomLocked,
        NotDone::Banned(..) => Code::Banned,
        NotDone::Away | NotDone::Disconnected(_) | NotDone::Store(_) => Code::Unavailable,
    }
}

fn refusal(why: &NotDone) -> Refusal {
    let code = refusal_code(why);
    if let NotDone::Store(StoreError::TooManyBans { max }) = why {
        return Refusal::new(code, format!("This room has {max} bans, the maximum: lift some first."));
    }
    if let NotDone::Store(StoreError::TooManyRooms { max }) = why {
        return Refusal::new(code, format!("They have {max} rooms, the maximum: they have to delete one first."));
    }
    if let NotDone::Store(cause) = why {
        tracing::warn!(%cause, "what a host wanted done was not done");
        let text = "Rooms cannot be changed just now: send it again, with a new cid, after retryAfterMs.";
        return Refusal::new(code, text).after_ms(RETRY_MS);
    }
    let refusal = Refusal::new(code, why.to_string());
    if code == Code::Unavailable { refusal.after_ms(RETRY_MS) } else { refusal }
}
