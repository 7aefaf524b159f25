//! The table `devices`: browsers that logged in to an account, each by the SHA-256 of its cookie.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Postgres, Sqlite, StoreError, millis, timestamp, transaction::transact};

/// SHA-256 of a device's cookie.
pub type DeviceHash = [u8; 32];

/// A browser that has logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// Of its cookie.
    pub hash: DeviceHash,
    /// Until when it is remembered unless it logs in.
    pub expires_at: Timestamp,
}

/// Operations on the table `devices`; they are added with sessions.
#[async_trait]
pub trait Devices {
    /// Whether this device has logged in to the account of this address, and is remembered at `now`.
    async fn knows_device(&self, email: &str, device: &DeviceHash, now: Timestamp) -> Result<bool, StoreError>;
    /// Until when each device of a user is remembered, the last used first.
    async fn devices_of(&self, user: Uuid) -> Result<Vec<Timestamp>, StoreError>;
    /// Deletes at most `limit` that expired before `now`; returns how many.
    async fn forget_expired_devices(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

pub(super) const PUT_DEVICE: &str = "INSERT INTO devices (user_id, hash, expires_at) VALUES ($1, $2, $3)
     ON CONFLICT (user_id, hash) DO UPDATE SET expires_at = excluded.expires_at";
/// Those of a user beyond the newest fifty: as many as sessions by default.
pub(super) const DROP_OLDEST: &str = "DELETE FROM devices WHERE user_id = $1 AND hash IN
     (SELECT hash FROM devices WHERE user_id = $1 ORDER BY expires_at DESC, hash LIMIT 1000 OFFSET 50)";

/// Remembers a device in the transaction of its login.
macro_rules! insert_device {
    ($tx:ident, $user:expr, $device:expr) => {{
        sqlx::query($crate::storage::devices::PUT_DEVICE)
            .bind($user)
            .bind(&$device.hash[..])
            .bind($crate::storage::millis($device.expires_at))
            .execute(&mut *$tx)
            .await?;
        sqlx::query($crate::storage::devices::DROP_OLDEST).bind($user).execute(&mut *$tx).await?;
    }};
}
pub(super) use insert_device;

/// Forgets the devices of a user in a transaction: somebody else may have logged in on them.
macro_rules! forget_devices {
    ($tx:ident, $user:expr) => {
        sqlx::query("DELETE FROM devices WHERE user_id = $1").bind($user).execute(&mut *$tx).await?
    };
}
pub(super) use forget_devices;

macro_rules! devices_table {
    ($Store:ty) => {
        #[async_trait]
        impl Devices for $Store {
            async fn knows_device(&self, email: &str, device: &DeviceHash, now: Timestamp) -> Result<bool, StoreError> {
                let sql = "SELECT count(*) FROM devices WHERE hash = $2 AND expires_at > $3
                           AND user_id = (SELECT id FROM users WHERE email_key = $1)";
                let query = sqlx::query_scalar::<_, i64>(sql).bind(email.to_ascii_lowercase()).bind(&device[..]);
                let found = self.ask(query.bind(millis(now)).fetch_one(self.reader())).await?;
                Ok(found == 1)
            }

            async fn devices_of(&self, user: Uuid) -> Result<Vec<Timestamp>, StoreError> {
                let sql = "SELECT expires_at FROM devices WHERE user_id = $1 ORDER BY expires_at DESC";
                let rows = sqlx::query_scalar::<_, i64>(sql).bind(user).fetch_all(self.reader());
                let rows = self.ask(rows).await?;
                rows.into_iter().map(|at| timestamp("devices.expires_at", at)).collect()
            }

            async fn forget_expired_devices(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
                let sql = "DELETE FROM devices WHERE (user_id, hash) IN
                           (SELECT user_id, hash FROM devices WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
                transact!(self, |tx| {
                    let query = sqlx::query(sql).bind(millis(now)).bind(i64::from(limit));
                    Ok(query.execute(&mut *tx).await?.rows_affected())
                })
            }
        }
    };
}

devices_table!(Sqlite);
devices_table!(Postgres);
