//! Authentication: accounts, passwords, access tokens (RS256) and refresh tokens.
//!
//! `Auth` combines the database, the password queue and the keys, and returns a `Session` or an
//! `AuthError`. Must not know: HTTP, cookies, addresses, rooms.

pub mod account;
mod aside;
pub mod clock;
pub mod keys;
pub mod password;
mod queue;
pub mod refresh;
mod settings;
#[cfg(test)]
mod tests;
pub mod token;
mod verifier;

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

pub use account::{FieldError, Login, Signup};
pub use clock::Clock;
pub use keys::KeyRing;
pub use password::Hasher;
pub use refresh::RefreshToken;
pub use settings::Settings;
pub use token::{Identity, TokenError, Tokens};

use aside::Aside;

use crate::storage::{NewUser, Store, StoreError, Use, User};

/// Why authentication failed.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Invalid fields of the request.
    #[error("the request's fields are not valid")]
    Invalid(Vec<FieldError>),
    /// Another account has this address.
    #[error("an account with this e-mail address already exists")]
    EmailTaken,
    /// No such account, or a wrong password: which of the two is not revealed.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// The account was disabled by an operator.
    #[error("this account is disabled")]
    Disabled,
    /// The account was deleted though its token is still valid.
    #[error("this account no longer exists")]
    Gone,
    /// The refresh token cannot be used.
    #[error("the refresh token cannot be used: {0}")]
    Refresh(&'static str),
    /// The access token cannot be used.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The queue for password hashing is full.
    #[error("too many logins at once")]
    Busy {
        /// When to retry: a different time for each client.
        wait: Duration,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bug or a damaged hash or key; the text is for the log.
    #[error("{0}")]
    Broken(String),
}

/// A new login session.
#[derive(Debug)]
pub struct Session {
    /// The user.
    pub user: User,
    /// Their access token, valid for `Settings::access_ttl`.
    pub access: String,
    /// Their refresh token, usable once, valid for `Settings::refresh_ttl`.
    pub refresh: RefreshToken,
}

/// Accounts and tokens.
pub struct Auth {
    store: Arc<dyn Store>,
    hasher: Hasher,
    tokens: Arc<Tokens>,
    aside: Aside,
    settings: Settings,
    clock: Clock,
}

impl Auth {
    /// Combines the parts. Hashes one password to prepare for unknown addresses, so it takes some 30 ms.
    ///
    /// # Errors
    /// argon2 refuses the parameters of `settings`.
    pub fn new(store: Arc<dyn Store>, keys: Arc<KeyRing>, settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        let hasher = Hasher::new(&settings)?;
        let aside = Aside::new(settings.hashing_at_once(), settings.hashing_queue_max);
        let tokens = Arc::new(Tokens::new(keys, &settings, clock.clone()));
        Ok(Self { store, hasher, tokens, aside, settings, clock })
    }

    /// Mints and verifies access tokens.
    #[must_use]
    pub fn tokens(&self) -> &Arc<Tokens> {
        &self.tokens
    }

    /// The configured limits.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The clock of the tokens.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Creates an account and logs it in.
    ///
    /// # Errors
    /// `Invalid`, `EmailTaken`, `Busy`, `Store`.
    pub async fn sign_up(self: &Arc<Self>, signup: Signup) -> Result<Session, AuthError> {
        let signup = signup.checked().map_err(AuthError::Invalid)?;
        let auth = Arc::clone(self);
        let login = async move {
            // Checked first only to save a hash; the database's constraint decides.
            if auth.store.user_by_email(&signup.email).await?.is_some() {
                return Err(AuthError::EmailTaken);
            }
            let Signup { email, name, password } = signup;
            let password_hash = auth.hasher.hash(&password)?;
            let new = NewUser { id: Uuid::now_v7(), email, name, password_hash, created_at: auth.clock.now() };
            match auth.store.add_user(&new).await {
                Err(StoreError::EmailTaken) => Err(AuthError::EmailTaken),
                Err(other) => Err(other.into()),
                Ok(user) => auth.begin(user).await,
            }
        };
        self.aside.login(login).await
    }

    /// Logs an account in. Takes as long for an unknown address as for a wrong password.
    ///
    /// # Errors
    /// `WrongCredentials`, `Disabled` (only with the right password), `Busy`, `Store`.
    pub async fn log_in(self: &Arc<Self>, login: Login) -> Result<Session, AuthError> {
        let auth = Arc::clone(self);
        let login = async move {
            let user = match login.may_exist() {
                true => auth.store.user_by_email(login.email.trim()).await?,
                false => None,
            };
            let stored = user.as_ref().map(|user| user.password_hash.as_str());
            let verdict = auth.hasher.verify(&login.password, stored)?;
            let (Some(user), true) = (user, verdict.good) else { return Err(AuthError::WrongCredentials) };
            if user.disabled {
                return Err(AuthError::Disabled);
            }
            if let Some(stronger) = verdict.rehashed {
                auth.store.set_password_hash(user.id, &stronger).await?;
            }
            auth.begin(user).await
        };
        self.aside.login(login).await
    }

    /// Exchanges a refresh token for a new pair. Reusing a token revokes its whole family.
    ///
    /// # Errors
    /// `Refresh`, `Disabled`, `Gone`, `Store`.
    pub async fn refresh(&self, token: &RefreshToken) -> Result<Session, AuthError> {
        let (refresh, issued) = RefreshToken::issue(self.clock.now(), self.settings.refresh_ttl);
        let grace = jiff::SignedDuration::try_from(self.settings.refresh_grace).unwrap_or_default();
        let user = match self.store.use_token(&token.hash(), &issued, grace).await? {
            Use::Rotated { user } => user,
            Use::Reused { user } => {
                tracing::warn!(%user, "refresh token reused: its family is revoked");
                return Err(AuthError::Refresh("it was used before, so every token that came from it is revoked"));
            }
            Use::Revoked => return Err(AuthError::Refresh("it was revoked")),
            Use::Expired => return Err(AuthError::Refresh("it expired")),
            Use::Unknown => return Err(AuthError::Refresh("it is not known")),
        };
        let user = self.account(user).await?;
        let access = self.mint(&user).await?;
        Ok(Session { user, access, refresh })
    }

    /// Revokes the family of a refresh token. An unknown token is not an error.
    ///
    /// # Errors
    /// `Store`.
    pub async fn log_out(&self, token: &RefreshToken) -> Result<(), AuthError> {
        self.store.revoke_family_of(&token.hash(), self.clock.now()).await?;
        Ok(())
    }

    /// The account of a verified token. An account disabled meanwhile loses its refresh tokens here.
    ///
    /// # Errors
    /// `Gone`, `Disabled`, `Store`.
    pub async fn account(&self, user: Uuid) -> Result<User, AuthError> {
        let user = self.store.user_by_id(user).await?.ok_or(AuthError::Gone)?;
        if user.disabled {
            self.store.revoke_tokens_of_user(user.id, self.clock.now()).await?;
            return Err(AuthError::Disabled);
        }
        Ok(user)
    }

    /// Disables or enables an account and, when disabling, revokes its refresh tokens. The caller closes its live
    /// sockets; its access token stays valid until it expires. False when there is no such account.
    ///
    /// # Errors
    /// `Store`.
    pub async fn set_disabled(&self, user: Uuid, disabled: bool) -> Result<bool, AuthError> {
        let known = self.store.set_disabled(user, disabled).await?;
        if known && disabled {
            self.store.revoke_tokens_of_user(user, self.clock.now()).await?;
        }
        Ok(known)
    }

    /// Deletes expired refresh tokens, at most `limit`; called periodically by the composition root.
    ///
    /// # Errors
    /// `Store`.
    pub async fn sweep(&self, limit: u32) -> Result<u64, AuthError> {
        Ok(self.store.forget_expired(self.clock.now(), limit).await?)
    }

    /// The rest of a login after a correct password; runs on the background threads, where signing delays nobody.
    async fn begin(&self, user: User) -> Result<Session, AuthError> {
        let (refresh, issued) = RefreshToken::issue(self.clock.now(), self.settings.refresh_ttl);
        self.store.add_family(Uuid::new_v4(), user.id, &issued).await?;
        let access = self.tokens.mint(user.id, &user.name)?;
        Ok(Session { user, access, refresh })
    }

    /// Signs an access token on the background threads, before all waiting logins.
    async fn mint(&self, user: &User) -> Result<String, AuthError> {
        let (tokens, id, name) = (Arc::clone(&self.tokens), user.id, user.name.clone());
        self.aside.moment(move || tokens.mint(id, &name)).await?
    }

    /// Running and waiting logins, for a gauge and for tests.
    #[must_use]
    pub fn logins_waiting(&self) -> usize {
        self.aside.depth()
    }
}
