//! The table `users`: who may log in.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Postgres, Sqlite, StoreError, millis, timestamp};

/// A user with an account.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// Their id everywhere: the token's `sub`, the wire's `userId`.
    pub id: Uuid,
    /// The address as typed; unique without regard to case.
    pub email: String,
    /// The name shown to others.
    pub name: String,
    /// The argon2id hash of their password, in PHC form.
    pub password_hash: String,
    /// Whether they may no longer log in.
    pub disabled: bool,
    /// When they signed up.
    pub created_at: Timestamp,
}

/// A new account.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// See `User::id`.
    pub id: Uuid,
    /// See `User::email`.
    pub email: String,
    /// See `User::name`.
    pub name: String,
    /// See `User::password_hash`.
    pub password_hash: String,
    /// See `User::created_at`.
    pub created_at: Timestamp,
}

/// Operations on the table `users`.
#[async_trait]
pub trait Users {
    /// Adds an account. `EmailTaken` when the address, in any case, already has one.
    async fn add_user(&self, user: &NewUser) -> Result<User, StoreError>;
    /// The account of an address, without regard to case.
    async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError>;
    /// The account with this id.
    async fn user_by_id(&self, id: Uuid) -> Result<Option<User>, StoreError>;
    /// Replaces the password's hash (stronger parameters, a new password). False when there is no such user.
    async fn set_password_hash(&self, id: Uuid, hash: &str) -> Result<bool, StoreError>;
    /// Disables or enables an account. False when there is no such user.
    async fn set_disabled(&self, id: Uuid, disabled: bool) -> Result<bool, StoreError>;
}

/// A row as the database returns it.
#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    email: String,
    name: String,
    password_hash: String,
    disabled: bool,
    created_at: i64,
}

impl TryFrom<Row> for User {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            email: row.email,
            name: row.name,
            password_hash: row.password_hash,
            disabled: row.disabled,
            created_at: timestamp("users.created_at", row.created_at)?,
        })
    }
}

/// One text for both databases: the statements are common SQL, the row types differ only in the driver.
macro_rules! users_table {
    ($Store:ty) => {
        #[async_trait]
        impl Users for $Store {
            async fn add_user(&self, user: &NewUser) -> Result<User, StoreError> {
                let sql = "INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)
                           RETURNING id, email, name, password_hash, disabled, created_at";
                let row = sqlx::query_as::<_, Row>(sql)
                    .bind(user.id)
                    .bind(&user.email)
                    .bind(&user.name)
                    .bind(&user.password_hash)
                    .bind(millis(user.created_at));
                self.within(row.fetch_one(self.writer())).await?.try_into()
            }

            async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
                let sql = "SELECT id, email, name, password_hash, disabled, created_at FROM users WHERE lower(email) = lower($1)";
                let row = sqlx::query_as::<_, Row>(sql).bind(email);
                self.within(row.fetch_optional(self.reader())).await?.map(User::try_from).transpose()
            }

            async fn user_by_id(&self, id: Uuid) -> Result<Option<User>, StoreError> {
                let sql = "SELECT id, email, name, password_hash, disabled, created_at FROM users WHERE id = $1";
                let row = sqlx::query_as::<_, Row>(sql).bind(id);
                self.within(row.fetch_optional(self.reader())).await?.map(User::try_from).transpose()
            }

            async fn set_password_hash(&self, id: Uuid, hash: &str) -> Result<bool, StoreError> {
                let query = sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1").bind(id).bind(hash);
                Ok(self.within(query.execute(self.writer())).await?.rows_affected() == 1)
            }

            async fn set_disabled(&self, id: Uuid, disabled: bool) -> Result<bool, StoreError> {
                let query = sqlx::query("UPDATE users SET disabled = $2 WHERE id = $1").bind(id).bind(disabled);
                Ok(self.within(query.execute(self.writer())).await?.rows_affected() == 1)
            }
        }
    };
}

users_table!(Sqlite);
users_table!(Postgres);
