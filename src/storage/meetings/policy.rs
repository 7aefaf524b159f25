//! Who hosts a room, and who is banned: columns of `meetings` that change apart from the others.

use actors::protocol::UserId;
use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    super::{Postgres, RoomId, Sqlite, StoreError, transaction::transact},
    Meeting, Row, columns, rooms_of,
};

/// Bans of one room, at most: they are read with its other settings.
pub const BANS_MAX: usize = 200;

/// Somebody who may not come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    /// Who.
    pub user: UserId,
    /// The name that they had; empty if it was not known.
    pub name: String,
    /// Since when.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
}

/// A change of a room's bans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BanChange {
    /// This user may not come back; of one who is banned already nothing changes.
    Add(Ban),
    /// This user may come back.
    Lift(UserId),
    /// Everybody may.
    LiftAll,
}

impl BanChange {
    fn apply(&self, bans: &mut Vec<Ban>) -> Result<(), StoreError> {
        match self {
            Self::Add(new) if bans.iter().any(|ban| ban.user == new.user) => {}
            Self::Add(_) if bans.len() >= BANS_MAX => return Err(StoreError::TooManyBans { max: BANS_MAX }),
            Self::Add(new) => bans.push(new.clone()),
            Self::Lift(user) => bans.retain(|ban| ban.user != *user),
            Self::LiftAll => bans.clear(),
        }
        Ok(())
    }
}

/// Further operations on the table `meetings`.
#[async_trait]
pub trait Policies {
    /// Changes who may not come back to a room; `None` when there is no such room of this host.
    ///
    /// # Errors
    /// `TooManyBans`, and as ever.
    async fn change_bans(
        &self,
        room_id: RoomId,
        host: &UserId,
        change: &BanChange,
    ) -> Result<Option<Meeting>, StoreError>;
    /// Makes another user the host; `None` when there is no such room of this host.
    ///
    /// # Errors
    /// `TooManyRooms`: they have `per_host_max` rooms; and as ever.
    async fn hand_over(
        &self,
        room_id: RoomId,
        from: &UserId,
        to: &UserId,
        per_host_max: u32,
    ) -> Result<Option<Meeting>, StoreError>;
}

/// The column's text.
pub(super) fn written(bans: &[Ban]) -> String {
    serde_json::to_string(bans).unwrap_or_else(|_| "[]".to_owned()) // plain fields: cannot fail
}

/// What the column says.
pub(super) fn read(text: String) -> Result<Vec<Ban>, StoreError> {
    serde_json::from_str(&text).map_err(|_| StoreError::Unreadable { column: "meetings.bans", value: text })
}

/// One text for both databases, see `users_table!`. `$turn`: waits for other transactions about the same text.
macro_rules! policies {
    ($Store:ty, $lock:literal, $turn:literal) => {
        #[async_trait]
        impl Policies for $Store {
            async fn change_bans(
                &self,
                room_id: RoomId,
                host: &UserId,
                change: &BanChange,
            ) -> Result<Option<Meeting>, StoreError> {
                let known =
                    concat!("SELECT bans FROM meetings WHERE room_id = $1 AND (host_id = $2 OR host = $3)", $lock);
                let sql = concat!(
                    "UPDATE meetings SET bans = $2, revision = revision + 1 WHERE room_id = $1 RETURNING ",
                    columns!()
                );
                transact!(self, |tx| {
                    let known = sqlx::query_scalar::<_, String>(known).bind(room_id.as_str());
                    let known = known.bind(host.as_uuid()).bind(host.to_string());
                    let Some(known) = known.fetch_optional(&mut *tx).await? else { return Ok(None) };
                    let mut bans = read(known)?;
                    change.apply(&mut bans)?;
                    let row = sqlx::query_as::<_, Row>(sql).bind(room_id.as_str()).bind(written(&bans));
                    row.fetch_optional(&mut *tx).await?.map(Meeting::try_from).transpose()
                })
            }

            async fn hand_over(
                &self,
                room_id: RoomId,
                from: &UserId,
                to: &UserId,
                per_host_max: u32,
            ) -> Result<Option<Meeting>, StoreError> {
                let account = "SELECT id FROM users WHERE id = $1 AND removed_at IS NULL";
                let sql = concat!(
                    "UPDATE meetings SET host_id = $2, host = $3, revision = revision + 1
                     WHERE room_id = $1 AND (host_id = $4 OR host = $5) RETURNING ",
                    columns!()
                );
                transact!(self, |tx| {
                    // A user without an account has their id as text.
                    let account = match to.as_uuid() {
                        Some(id) => sqlx::query_scalar::<_, Uuid>(account).bind(id).fetch_optional(&mut *tx).await?,
                        None => None,
                    };
                    let (as_uuid, as_text) = (to.as_uuid(), to.to_string());
                    sqlx::query($turn).bind(&as_text).execute(&mut *tx).await?;
                    if rooms_of!(tx, as_uuid, as_text) >= i64::from(per_host_max) {
                        return Err(StoreError::TooManyRooms { max: per_host_max });
                    }
                    let row = sqlx::query_as::<_, Row>(sql)
                        .bind(room_id.as_str())
                        .bind(account)
                        .bind(account.is_none().then_some(as_text))
                        .bind(from.as_uuid())
                        .bind(from.to_string());
                    row.fetch_optional(&mut *tx).await?.map(Meeting::try_from).transpose()
                })
            }
        }
    };
}

policies!(Sqlite, "", "SELECT $1"); // it has one writer
policies!(Postgres, " FOR UPDATE", "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))");

#[cfg(test)]
mod tests {
    use super::*;

    fn ban(number: u128) -> Ban {
        Ban { user: UserId::from_u128(number), name: "A \"b\"".to_owned(), at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn bans_are_added_once_up_to_their_limit_and_lifted() {
        let mut bans = Vec::new();
        for number in [1, 2, 1] {
            BanChange::Add(ban(number)).apply(&mut bans).expect("few");
        }
        assert_eq!(bans, [ban(1), ban(2)]);
        assert_eq!(read(written(&bans)).expect("as written"), bans);
        BanChange::Lift(ban(1).user).apply(&mut bans).expect("few");
        assert_eq!(bans, [ban(2)]);
        BanChange::LiftAll.apply(&mut bans).expect("few");
        assert_eq!(read(written(&bans)).expect("as written"), []);
        for number in 0..BANS_MAX as u128 {
            BanChange::Add(ban(number)).apply(&mut bans).expect("as many as may be");
        }
        let beyond = BanChange::Add(ban(u128::MAX)).apply(&mut bans);
        assert!(matches!(beyond, Err(StoreError::TooManyBans { max: BANS_MAX })), "{beyond:?}");
        BanChange::Add(ban(0)).apply(&mut bans).expect("that one is there");
        assert!(matches!(read("{".to_owned()), Err(StoreError::Unreadable { column: "meetings.bans", .. })));
    }
}
