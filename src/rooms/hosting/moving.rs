//! Moving a member from one room to another, on whichever node they are. Must not know how a user was authenticated.

use actors::protocol::{RoomId, UserId};

use super::{By, Hosting, NotDone};
use crate::storage::Meeting;

impl Hosting {
    /// Has this member leave the first room and join the second. That must admit them now; whether it still does when they come
    /// is decided then. It may be repeated: a member who is there already has been moved.
    ///
    /// # Errors
    /// Why not.
    pub async fn move_member(&self, from: RoomId, by: &By, user: UserId, to: RoomId) -> Result<(), NotDone> {
        if from == to {
            return Err(NotDone::SameRoom(to));
        }
        self.hosted(from, by).await?;
        let target = self.hosted(to, by).await?;
        let inside = self.0.live.members(to).await.ok_or(NotDone::Away)?;
        let is_inside = inside.iter().any(|member| member.user == user);
        let member = match self.member(from, &user).await {
            Err(NotDone::NotThere(_)) if is_inside => return Ok(()),
            found => found?,
        };
        admits(&target, &user)?;
        if !is_inside && inside.len() >= target.max_participants as usize {
            return Err(NotDone::Full(to, target.max_participants));
        }
        if !member.connected {
            return Err(NotDone::Disconnected(user));
        }
        self.0.live.move_member(user, from, to).await.map_err(|_| NotDone::Away)
    }
}

/// Whether this room lets somebody in who is not there.
fn admits(room: &Meeting, user: &UserId) -> Result<(), NotDone> {
    if !room.active {
        return Err(NotDone::Closed(room.room_id));
    }
    if room.bans.iter().any(|ban| ban.user == *user) {
        return Err(NotDone::Banned(user.clone(), room.room_id));
    }
    if room.locked && room.host_id != *user {
        return Err(NotDone::Locked(room.room_id));
    }
    Ok(())
}
